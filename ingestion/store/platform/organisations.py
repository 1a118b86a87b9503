"""Organisations: universities, their units, settings and code lists."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Text,
    UniqueConstraint,
)

from ingestion.store.platform.metadata import Code5, Id, pk, table, tenant

university = table(
    "university",
    Column("code", Code5, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("name_en", String(200)),
    Column("kind", String(20), nullable=False, default="university"),  # university | province
    Column("peer_group", String(30)),  # double_first_class | provincial | private | vocational
    Column("city_code", String(6)),
    Column("pinyin", String(300)),  # full pinyin and initials, for the login box
    Column("enabled", Boolean, nullable=False, default=True),
    Column("created_at", DateTime, nullable=False),
    CheckConstraint("kind IN ('university', 'province')", name="kind"),
    comment="One row per organisation that has accounts: a university, or the province office.",
)

unit = table(
    "unit",
    pk(),
    tenant(),
    Column("code", String(30), nullable=False),
    Column("name", String(100), nullable=False),
    Column("name_en", String(200)),
    Column("kind", String(20), nullable=False, default="college"),  # college | office | other
    Column("parent_id", Id),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successor_id", Id),
    UniqueConstraint("university_code", "code"),
    UniqueConstraint("id", "university_code"),
    ForeignKeyConstraint(["parent_id", "university_code"], ["unit.id", "unit.university_code"]),
    ForeignKeyConstraint(["successor_id", "university_code"], ["unit.id", "unit.university_code"]),
    comment="One row per unit (院系) of a university.",
)

setting = table(
    "setting",
    Column("university_code", Code5, primary_key=True),  # "*" = the installation
    Column("key", String(60), primary_key=True),
    Column("value", Text, nullable=False),
    comment="One row per setting of a university or of the installation.",
)

share_rule = table(
    "share_rule",
    pk(),
    tenant(),
    Column("version", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("finishers", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("millionths", Integer, nullable=False),
    Column("made_by", Id, ForeignKey("account.id"), nullable=False),
    Column("made_at", DateTime, nullable=False),
    UniqueConstraint("university_code", "version", "finishers", "rank"),
    CheckConstraint("rank BETWEEN 1 AND finishers AND millionths BETWEEN 0 AND 1000000", name="share"),
    comment="One row per university × version × number of own finishers × place: the share of credit in millionths.",
)

code_item = table(
    "code_item",
    pk(),
    Column("list", String(60), nullable=False),
    Column("owner", Code5, nullable=False),  # "*" = built in, else the university that added it
    Column("code", String(40), nullable=False),
    Column("label_zh", String(300), nullable=False),
    Column("label_en", String(300), nullable=False, default=""),
    Column("parent", String(40)),
    Column("seq", Integer, nullable=False, default=0),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("source", String(300)),
    Column("version", String(60)),
    UniqueConstraint("list", "owner", "code"),
    comment="One row per code of a code list, built in or a university's own.",
)
