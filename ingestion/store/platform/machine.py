"""Work of the machine: jobs, imports, refreshes, the change log."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    String,
    Text,
    event,
)

from ingestion.store.platform.metadata import Code5, Id, pk, table, tenant

job = table(
    "job",
    pk(),
    tenant(),
    Column("kind", String(30), nullable=False),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("role_grant_id", Id),
    Column("parameters", Text, nullable=False, default="{}"),
    Column("state", String(10), nullable=False, default="queued"),  # queued | running | done | failed
    Column("progress", Integer, nullable=False, default=0),
    Column("total", Integer),
    Column("result", Text),
    Column("message_zh", Text),
    Column("created_at", DateTime, nullable=False),
    Column("started_at", DateTime),
    Column("ended_at", DateTime),
    Column("worker", String(40)),  # who runs it (running_as): one that was killed is known by it
    CheckConstraint("state IN ('queued','running','done','failed')", name="state"),
    comment="One row per piece of long work done by the worker.",
)

refresh_request = table(
    "refresh_request",
    pk(),
    Column("requested_at", DateTime, nullable=False),
    Column("reason", String(100), nullable=False),
    Column("full_reload", Boolean, nullable=False, default=False),
    Column("taken_at", DateTime),
    comment="One row per request to refresh the numbers.",
)

refresh_status = table(
    "refresh_status",
    pk(),
    Column("generation", Integer),
    Column("started_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Column("as_of", DateTime),  # the store snapshot the numbers show
    Column("state", String(10), nullable=False),  # running | ok | held | failed
    Column("changed_rows", Integer, nullable=False, default=0),
    Column(
        "detail", Text, nullable=False, default="{}"
    ),  # JSON: seconds by stage, failed checks, held universities
    comment="One row per run of the pipeline, written by it through an operation.",
)

change_log = table(
    "change_log",
    Column("seq", Id, primary_key=True, autoincrement=True),
    Column("university_code", Code5, nullable=False),
    Column("table_name", String(60), nullable=False),
    Column("row_id", Id, nullable=False),
    Column("op", String(1), nullable=False),  # I U D
    comment="One row per changed row, written by triggers. row_id is the record id for every table that "
    "belongs to records (header, type tables, children, contributors, values, links), else the row's own id. "
    "On PostgreSQL a column xid names the writing transaction: rows numbered earlier may be committed later.",
    sqlite_autoincrement=True,  # the feed's position must never meet a number again
)
for _statement in (
    "ALTER TABLE change_log ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()",
    "CREATE INDEX ix_change_log_xid ON change_log (xid)",
):
    _ddl: DDL = DDL(_statement)  # type: ignore[no-untyped-call]
    event.listen(change_log, "after_create", _ddl.execute_if(dialect="postgresql"))
