"""Notices, messages, saved queries and statistics, questions about numbers, and the key probe."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)

from ingestion.store.platform.metadata import Id, pk, table, tenant

notice = table(
    "notice",
    pk(),
    tenant(),  # the publisher: a province notice carries the province's code
    Column("audience", String(20), nullable=False),  # province | university
    Column("title", String(300), nullable=False),
    Column("body", Text, nullable=False),
    Column("publish_on", Date, nullable=False),
    Column("withdrawn_at", DateTime),
    Column("created_by", Id, ForeignKey("account.id"), nullable=False),
    Column("created_at", DateTime, nullable=False),
    CheckConstraint("audience IN ('province','university')", name="audience"),
    comment="One row per notice (公告).",
)

message = table(
    "message",
    pk(),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("record_id", Id),
    Column("at", DateTime, nullable=False),
    Column("read_at", DateTime),
    Index(None, "account_id", "read_at"),
    comment="One row per message to an account.",
)

saved_query = table(
    "saved_query",
    pk(),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("sql", Text, nullable=False),
    Column("shared", Boolean, nullable=False, default=False),
    Column("created_at", DateTime, nullable=False),
    comment="One row per SQL text an analyst saved.",
)

saved_statistic = table(
    "saved_statistic",
    pk(),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("page", String(20), nullable=False),
    Column("name", String(100), nullable=False),
    Column("filters", Text, nullable=False),  # the page's filters as its address holds them, no figure
    Column("shared", Boolean, nullable=False, default=False),
    Column("unit_id", Id, ForeignKey("unit.id")),  # shared inside this college; none: in the whole organisation
    Column("created_at", DateTime, nullable=False),
    UniqueConstraint("account_id", "page", "name"),
    Index(None, "university_code", "page"),
    comment="One row per statistic (filters of a page) an account saved.",
)

figure_question = table(
    "figure_question",
    pk(),
    tenant(),  # the university asked
    Column("indicator", String(20), nullable=False),
    Column("year", Integer, nullable=False),
    Column("about_zh", String(300), nullable=False),  # the number as it was when it was asked about
    Column("about_en", String(300), nullable=False),
    Column("question", Text, nullable=False),
    Column("asked_by", Id, ForeignKey("account.id"), nullable=False),
    Column("asked_at", DateTime, nullable=False),
    Column("answer", Text),
    Column("answered_by", Id, ForeignKey("account.id")),
    Column("answered_at", DateTime),
    CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    Index(
        "uq_figure_question_open", "university_code", "indicator", "year", unique=True,
        postgresql_where=text("answered_at IS NULL"), sqlite_where=text("answered_at IS NULL"),
    ),
    comment="One row per question of the province about a university's number; one of a number is open at most.",
)  # fmt: skip

vault_key_check = table(
    "vault_key_check",
    Column("id", Integer, primary_key=True),
    Column("probe", LargeBinary, nullable=False),
    comment="One row: a probe encrypted with the installation's key, to tell a wrong key at start.",
)
