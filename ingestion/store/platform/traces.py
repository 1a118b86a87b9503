"""Findings, the audit log and honoured submission tokens."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)

from ingestion.store.platform.metadata import Id, pk, table, tenant

finding = table(
    "finding",
    pk(),
    tenant(),
    Column("record_id", Id),
    Column("rule", String(40), nullable=False),
    Column("field", String(100), nullable=False, default=""),
    Column("severity", String(10), nullable=False),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("source", String(20), nullable=False),  # import | submit | raw | marts
    Column("opened_at", DateTime, nullable=False),
    Column("closed_at", DateTime),
    Column("account_id", Id, ForeignKey("account.id")),  # whose task it is; NULL until it is handed out
    Column("assigned_at", DateTime),
    Index(None, "university_code", "record_id"),
    Index(None, "account_id", "closed_at"),
    comment="One row per open or closed data-quality finding.",
)

audit_row = table(
    "audit_row",
    pk(),
    tenant(),
    Column("at", DateTime, nullable=False),
    Column("account_id", Id),
    Column("actor", String(120), nullable=False),  # name and role, or 系统
    Column("action", String(60), nullable=False),
    Column("object_type", String(40), nullable=False),
    Column("object_id", String(60)),
    Column("detail", Text, nullable=False, default="{}"),  # JSON: before, after, reason; never a secret
    Index(None, "university_code", "at"),
    Index(None, "object_type", "object_id"),
    comment="One row per write, refusal, reveal or export; rows are only ever added.",
)

audit_block = table(
    "audit_block",
    pk(),
    Column("first_row", Id, nullable=False),
    Column("last_row", Id, nullable=False),
    Column("rows", Text, nullable=False),  # the rows' ids as ranges: a row committed late joins a later block
    Column("leaves", Text, nullable=False),  # a hash of each row in that order, to name the row that changed
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(200), nullable=False),
    Column("sealed_at", DateTime, nullable=False),
    comment="One row per sealed run of audit rows, linked by hash.",
)

archived_audit_row = table(
    "archived_audit_row",
    pk(),
    tenant(),
    Column("store_id", String(16), nullable=False),  # the installation that wrote it
    Column("row_id", Id, nullable=False),  # its id there
    Column("at", DateTime, nullable=False),
    Column("account_id", Id),
    Column("actor", String(120), nullable=False),
    Column("action", String(60), nullable=False),
    Column("object_type", String(40), nullable=False),
    Column("object_id", String(60)),
    Column("detail", Text, nullable=False),
    UniqueConstraint("university_code", "store_id", "row_id"),
    Index(None, "university_code", "at"),
    Index(None, "object_type", "object_id"),
    comment="One row per audit entry brought from another installation with an exit bundle, unchanged.",
)

archived_audit_block = table(
    "archived_audit_block",
    pk(),
    tenant(),
    Column("store_id", String(16), nullable=False),
    Column("block_id", Id, nullable=False),
    Column("rows", Text),  # NULL where the block seals nothing of this university
    Column("leaves", Text),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(200), nullable=False),  # by the other installation's key
    Column("sealed_at", DateTime, nullable=False),
    UniqueConstraint("university_code", "store_id", "block_id"),
    comment="One row per university × block of another installation's sealed audit trail.",
)

idempotency = table(
    "idempotency",
    Column("token", String(64), primary_key=True),
    tenant(),
    Column("account_id", Id, nullable=False),
    Column("record_id", Id),
    Column("at", DateTime, nullable=False),
    comment="One row per submission token already honoured.",
)
