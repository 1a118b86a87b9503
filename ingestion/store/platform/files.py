"""File contents and what they are attached to."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
)

from ingestion.store.platform.metadata import Id, pk, table, tenant

blob = table(
    "blob",
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("created_at", DateTime, nullable=False),
    comment="One row per stored file content.",
)

attachment = table(
    "attachment",
    pk(),
    tenant(),
    Column("record_id", Id, nullable=False),
    Column("slot", String(60), nullable=False),
    Column("sha256", String(64), ForeignKey("blob.sha256"), nullable=False),
    Column("name", String(300), nullable=False),
    Column("restricted", Boolean, nullable=False, default=False),
    Column("added_by", Id, ForeignKey("account.id"), nullable=False),
    Column("added_at", DateTime, nullable=False),
    Column("removed_at", DateTime),
    # a change application adds or removes a file only when it is approved; both are NULL again from then on
    Column("added_in", Id, ForeignKey("amendment.id")),
    Column("removed_in", Id, ForeignKey("amendment.id")),
    ForeignKeyConstraint(["record_id", "university_code"], ["record.id", "record.university_code"]),
    Index(None, "record_id"),
    Index(None, "sha256"),
    comment="One row per file attached to a record.",
)
