"""Sources of indicators: tables the office brings in for what no record holds."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
)

from ingestion.store.platform.metadata import Id, pk, table, tenant

source_table = table(
    "source_table",
    pk(),
    tenant(),
    Column("kind", String(20), nullable=False),
    Column("source", String(60), nullable=False),
    Column("taken_on", Date, nullable=False),
    Column("period", String(40), nullable=False, default=""),
    Column("year", Integer),
    Column("file_name", String(255), nullable=False, default=""),
    Column("lines", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("made_by", Id, ForeignKey("account.id"), nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("normalised", Integer, nullable=False, default=0, server_default="0"),
    CheckConstraint("kind IN ('citations','esi','score_rules')", name="kind"),
    CheckConstraint("(kind = 'score_rules') = (year IS NOT NULL)", name="year_of_points"),
    Index(None, "university_code", "kind"),
    comment="One row per table of citations, ESI list or set of points a university brought in; rows are only ever added.",
)

source_paper = table(
    "source_paper",
    pk(),
    tenant(),
    Column("table_id", Id, ForeignKey("source_table.id"), nullable=False),
    Column("record_id", Id, nullable=False),
    Column("citations", Integer),
    Column("listed", String(4)),
    Column("normalised", Integer),
    ForeignKeyConstraint(["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"),
    UniqueConstraint("table_id", "record_id"),
    CheckConstraint("(citations IS NULL) <> (listed IS NULL)", name="one_value"),
    CheckConstraint("listed IS NULL OR listed IN ('HC','HOT','BOTH')", name="listed"),
    comment="One row per paper in a table of citations or an ESI list.",
)

score_rule = table(
    "score_rule",
    pk(),
    tenant(),
    Column("table_id", Id, ForeignKey("source_table.id"), nullable=False),
    Column("measure", String(10), nullable=False),
    Column("category", String(40), nullable=False),
    Column("points", Integer, nullable=False),
    Column("cap", Integer),
    UniqueConstraint("table_id", "measure", "category"),
    CheckConstraint("points >= 0 AND (cap IS NULL OR cap >= 0)", name="points"),
    comment="One row per measure × category of a set of points: hundredths a record, and the most a record earns; rows are only ever added.",
)

return_entry = table(
    "return_entry",
    pk(),
    tenant(),
    Column("year", Integer, nullable=False),
    Column("sheet", String(20), nullable=False),
    Column("row_code", String(20), nullable=False),
    Column("column_code", String(20), nullable=False),
    Column("value", BigInteger),  # fen, or a whole number; none: taken back
    Column("note", String(300), nullable=False, default=""),
    Column("made_by", Id, ForeignKey("account.id"), nullable=False),
    Column("made_at", DateTime, nullable=False),
    Index(None, "university_code", "year"),
    comment="One row per value the office entered in a cell of a year-end table; the newest of a cell is in force, rows are only ever added.",
)
