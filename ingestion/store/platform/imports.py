"""Imports: their batches, what became of rows, remembered headings, choices of people, control totals."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)

from ingestion.store.platform.metadata import Id, pk, table, tenant

import_batch = table(
    "import_batch",
    pk(),
    tenant(),
    Column("type", String(40), nullable=False),
    Column("file_name", String(300), nullable=False),
    Column("format", String(20), nullable=False, default=""),  # xlsx, csv, cssci …
    Column("sha256", String(64), nullable=False),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("role", String(20), nullable=False, default="office_admin"),
    Column("state", String(10), nullable=False, default="checking"),
    Column("counts", Text, nullable=False, default="{}"),  # JSON: read, new, changed, unchanged, duplicate, error, held
    Column("options", Text, nullable=False, default="{}"),  # JSON: mapping, values of the batch, how to go on
    Column("progress", Text, nullable=False, default="{}"),  # JSON: where a run that was cut off goes on
    Column("report", Text, nullable=False, default="{}"),  # JSON: effect on numbers, data quality, control totals
    Column("total", Integer),  # rows of the file
    Column("done", Integer, nullable=False, default=0),  # rows looked at so far
    Column("run", String(40)),  # who is at work (running_as): a run that finds another name here stops
    Column("beat_at", DateTime),  # when the run last said it lives
    Column("started_at", DateTime, nullable=False),
    Column("applied_at", DateTime),  # rows take effect when this is set
    Column("undone_at", DateTime),
    CheckConstraint("state IN ('checking','checked','loading','applied','undone','discarded','failed')", name="state"),
    CheckConstraint("(state IN ('applied','undone')) = (applied_at IS NOT NULL)", name="applied_has_time"),
    CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone_has_time"),
    Index(None, "university_code", "state"),
    comment="One row per imported file.",
)

import_row = table(
    "import_row",
    pk(),
    tenant(),
    Column("batch_id", Id, ForeignKey("import_batch.id", ondelete="CASCADE"), nullable=False),
    Column("row", Integer, nullable=False),  # as the user sees it in the file
    Column("result", String(10), nullable=False),
    Column("record_id", Id),  # the record it changes or repeats
    Column("repeats_row", Integer),  # the earlier row of the same file it repeats
    Column("title", Text, nullable=False, default=""),
    Column("filed_year", Integer),
    Column("issues", Text, nullable=False, default="[]"),  # JSON: column, key, value, zh, en, severity, rule
    Column("people", Text, nullable=False, default="[]"),  # JSON: names to choose people for, with candidates
    Column("changes", Text, nullable=False, default="[]"),  # JSON: field, old, new
    Column("document", Text),  # archive text of a changed document, until it is in effect
    Column("before", Text),  # archive text of the document it replaced, for undo
    Column("version", Integer),  # of the record: seen when checked, then as the import left it
    CheckConstraint("result IN ('new','changed','unchanged','duplicate','error','held')", name="result"),
    UniqueConstraint("batch_id", "row"),
    Index(None, "batch_id", "result"),
    comment="One row per row of an imported file about which there is something to say.",
)

import_mapping = table(
    "import_mapping",
    pk(),
    tenant(),
    Column("type", String(40), nullable=False),
    Column("heading", String(200), nullable=False),  # folded: without blanks, brackets, case
    Column("key", String(120), nullable=False),  # a column of the type, or "" for one left out
    Column("unit", String(20), nullable=False, default=""),
    Column("place", Integer, nullable=False, default=0),  # which line of a many-valued column; 0: the whole cell
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("at", DateTime, nullable=False),
    UniqueConstraint("university_code", "type", "heading"),
    comment="One row per heading of a university's own files × record type: the column it means.",
)

import_choice = table(
    "import_choice",
    pk(),
    tenant(),
    Column("type", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),  # of the file: the choice outlives a second check of it
    Column("name", String(200), nullable=False),
    Column("hint", String(300), nullable=False, default=""),  # staff number and college as typed
    Column("row", Integer, nullable=False, default=0),  # one row only; 0: every row of the file
    Column("person_id", Id),  # NULL: none of those offered
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("at", DateTime, nullable=False),
    UniqueConstraint("university_code", "type", "sha256", "name", "hint", "row"),
    comment="One row per name in an imported file × the person somebody chose for it.",
)

import_total = table(
    "import_total",
    pk(),
    tenant(),
    Column("type", String(40), nullable=False),
    Column("year", Integer, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("at", DateTime, nullable=False),
    UniqueConstraint("university_code", "type", "year"),
    CheckConstraint("expected >= 0", name="expected"),
    comment="One row per record type × year: how many records the university says there must be.",
)
