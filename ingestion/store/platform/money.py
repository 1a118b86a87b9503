"""The fund ledger and its running balances, in integer fen."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    String,
)

from ingestion.store.platform.metadata import Id, pk, table, tenant

fund_entry = table(
    "fund_entry",
    pk(),
    tenant(),
    Column("project_id", Id, nullable=False),
    Column("record_id", Id, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("at", DateTime, nullable=False),
    ForeignKeyConstraint(["project_id", "university_code"], ["record.id", "record.university_code"]),
    ForeignKeyConstraint(["record_id", "university_code"], ["record.id", "record.university_code"]),
    CheckConstraint("kind IN ('arrived','frozen','released','outward','spent','reversal')", name="kind"),
    Index(None, "project_id"),
    Index(None, "record_id"),
    comment="One row per ledger entry of a project; rows are only ever added.",
)

project_balance = table(
    "project_balance",
    Column("project_id", Id, primary_key=True, autoincrement=False),
    tenant(),
    Column("arrived", BigInteger, nullable=False, default=0),
    Column("frozen", BigInteger, nullable=False, default=0),
    Column("outward", BigInteger, nullable=False, default=0),
    Column("spent", BigInteger, nullable=False, default=0),
    ForeignKeyConstraint(["project_id", "university_code"], ["record.id", "record.university_code"]),
    CheckConstraint("arrived - outward - spent - frozen >= 0", name="not_overdrawn"),
    CheckConstraint("frozen >= 0", name="frozen"),
    comment="One row per project with money: the running sums of its ledger entries, in fen.",
)
