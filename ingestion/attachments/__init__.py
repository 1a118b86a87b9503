"""Files attached to records: content-addressed, behind the permission gate."""

from ingestion.attachments.kinds import ALLOWED, MEDIA_TYPES, AttachmentRefused
from ingestion.attachments.operations import (
    OTHER,
    Attachment,
    Download,
    add,
    keep,
    limits,
    list_for,
    open_bytes,
    open_download,
    remove,
    slots_of,
)

__all__ = [
    "ALLOWED",
    "MEDIA_TYPES",
    "OTHER",
    "Attachment",
    "AttachmentRefused",
    "Download",
    "add",
    "keep",
    "limits",
    "list_for",
    "open_bytes",
    "open_download",
    "remove",
    "slots_of",
]
