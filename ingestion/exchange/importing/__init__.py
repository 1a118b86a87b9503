"""Imports of tables: any file of any record type, checked by the code that loads it, in effect whole or not at all.

``suggest`` and ``remember`` say what a file's columns mean; ``check`` is a dry run that leaves a batch to be
confirmed; ``choose`` answers for whom a name stands; ``apply`` loads, ``resume`` goes on after a kill, ``discard``
gives up, ``undo`` takes a whole batch back. ``import_file`` does it all at once for the command. ``batches``,
``batch`` and ``rows`` tell what became of files; ``annotate`` marks the errors in the user's own.
"""

from ingestion.exchange.importing.batches import get as batch
from ingestion.exchange.importing.batches import list_for as batches_for
from ingestion.exchange.importing.batches import repeated
from ingestion.exchange.importing.batches import rows_of as rows
from ingestion.exchange.importing.mapping import ColumnMap, Target, fields_of, remember, suggest
from ingestion.exchange.importing.marking import annotate
from ingestion.exchange.importing.options import (
    COUNT_WORDS,
    COUNTS,
    STATE_WORDS,
    Batch,
    Candidate,
    Change,
    Difference,
    Effect,
    Finding,
    Named,
    Options,
    Quality,
    RowView,
)
from ingestion.exchange.importing.people import choose
from ingestion.exchange.importing.undoing import Blocked, Blocker, Undone, blockers, undo
from ingestion.exchange.importing.work import Outcome, apply, check, discard, import_file, prepare, resume

__all__ = [
    "COUNTS", "COUNT_WORDS", "STATE_WORDS", "Batch", "Blocked", "Blocker", "Candidate", "Change", "ColumnMap", "Difference", "Effect", "Finding", "Named",
    "Options", "Outcome", "Quality", "RowView", "Target", "Undone", "annotate", "apply", "batch", "batches_for", "blockers", "check", "choose", "discard",
    "fields_of", "import_file", "prepare", "remember", "repeated", "resume", "rows", "suggest", "undo",
]  # fmt: skip
