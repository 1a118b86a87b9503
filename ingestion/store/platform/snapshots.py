"""The register of signed snapshots; their files stand below ``YANSHU_HOME/snapshots``."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Integer, String, UniqueConstraint

from ingestion.store.platform.metadata import Id, pk, table, tenant

signed_snapshot = table(
    "signed_snapshot",
    pk(),
    tenant(),
    Column("purpose", String(20), nullable=False),
    Column("year", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("generation", Integer, nullable=False),  # the published figures it was made of
    Column("as_of", DateTime, nullable=False),  # what they showed
    Column("content_hash", String(64), nullable=False),  # equal where nothing signed differs
    Column("code_version", String(64), nullable=False),
    Column("signing_key", String(64), nullable=False),
    Column("file_name", String(120), nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("made_by", Id, ForeignKey("account.id"), nullable=False),
    Column("made_at", DateTime, nullable=False),
    CheckConstraint("purpose IN ('moe','evaluation')", name="purpose"),
    CheckConstraint("revision >= 1", name="revision"),
    UniqueConstraint("university_code", "purpose", "year", "revision"),
    comment="One row per signed snapshot (报送快照) of a university's figures; rows are only ever added.",
)
