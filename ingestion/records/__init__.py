"""Records: drafts, submission, and what a reader sees of one. Review lives in ``ingestion.review``, changes of
approved records in ``ingestion.amendments``."""

from ingestion.records.entry import (
    create_draft,
    delete_draft,
    problems,
    reveal,
    save_draft,
    transfer,
    unread_texts_of,
)
from ingestion.records.reasons import MINIMUM_REASON, ReasonRefused
from ingestion.records.submission import submit, warning_key
from ingestion.records.view import RecordView, SecrecyRefused, StaleVersion, SubmissionRefused, load
from ingestion.records.voiding import void

__all__ = [
    "MINIMUM_REASON",
    "ReasonRefused",
    "RecordView",
    "SecrecyRefused",
    "StaleVersion",
    "SubmissionRefused",
    "create_draft",
    "delete_draft",
    "load",
    "problems",
    "reveal",
    "save_draft",
    "submit",
    "transfer",
    "unread_texts_of",
    "void",
    "warning_key",
]
