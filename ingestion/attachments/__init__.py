"""Files attached to records: content-addressed, behind the permission gate."""

from ingestion.attachments.kinds import ALLOWED, MEDIA_TYPES, PREVIEWED
from ingestion.attachments.operations import (
    OTHER,
    add,
    keep,
    limits,
    remove,
    rename,
    replace,
    restrict,
    slots_of,
)
from ingestion.attachments.reading import (
    Attachment,
    ContentLost,
    Download,
    Same,
    changed_since,
    knows_restricted,
    list_for,
    open_bytes,
    open_download,
    open_preview,
    restricted_counts,
    same_content,
)
from ingestion.attachments.refusals import AttachmentRefused

__all__ = [
    "ALLOWED",
    "MEDIA_TYPES",
    "OTHER",
    "PREVIEWED",
    "Attachment",
    "AttachmentRefused",
    "ContentLost",
    "Download",
    "Same",
    "add",
    "changed_since",
    "keep",
    "knows_restricted",
    "limits",
    "list_for",
    "open_bytes",
    "open_download",
    "open_preview",
    "remove",
    "rename",
    "replace",
    "restrict",
    "restricted_counts",
    "same_content",
    "slots_of",
]
