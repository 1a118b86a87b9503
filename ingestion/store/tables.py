"""Catalogue → tables: one per record type (1:1 with ``record``), one per Children step.

``TYPE_TABLES[type]`` and ``CHILD_TABLES[type, children]``. Many-valued fields live in the platform tables
record_value and record_link, contributors in contributor, college_id in record. A ``partial`` date has a
second column ``<name>_precision`` (d, m or y; the date column then holds the first day of the period).
A Secret's column is ``<name>_cipher`` with ``<name>_mask`` beside it: the clear value has no column.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import Date as SqlDate

from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.store.platform import METADATA, Id, pk, tenant


def columns(field: k.Field) -> list[Column[Any]]:
    """The columns of one field in its type's or children's table; empty for what lives elsewhere."""
    name = field.name
    match field:
        case k.Text(max_length=n) | k.Identifier(max_length=n):
            return [Column(name, String(n))]
        case k.LongText():
            return [Column(name, Text)]
        case k.Secret():
            return [Column(f"{name}_cipher", LargeBinary), Column(f"{name}_mask", String(60))]
        case k.Integer() | k.Year():
            return [Column(name, Integer)]
        case k.Decimal():
            return [Column(name, Float)]
        case k.Money():
            return [Column(name, BigInteger)]
        case k.Date(partial=True):
            return [Column(name, SqlDate), Column(f"{name}_precision", String(1))]
        case k.Date():
            return [Column(name, SqlDate)]
        case k.YesNo():
            return [Column(name, Boolean)]
        case k.Code():
            return [Column(name, String(40))]
        case k.UnitRef(header=False) | k.PersonRef() | k.RecordRef():
            return [Column(name, Id)]
        case k.UnitRef() | k.TextList() | k.MultiCode() | k.PersonRefs() | k.RecordRefs():
            return []
        case k.FileSlot() | k.Shown():
            return []
        case _:
            raise TypeError(f"no column for {field!r}")


def references(fields: tuple[k.Field, ...]) -> list[Any]:
    """Composite foreign keys: a reference cannot leave its university."""
    out: list[Any] = []
    for field in fields:
        match field:
            case k.PersonRef() | k.RecordRef():
                out.append(
                    ForeignKeyConstraint(
                        [field.name, "university_code"], ["record.id", "record.university_code"]
                    )
                )
            case k.UnitRef(header=False):
                out.append(
                    ForeignKeyConstraint([field.name, "university_code"], ["unit.id", "unit.university_code"])
                )
            case _:
                pass
    return out


def _owner() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    )


def type_table(record_type: k.RecordType) -> Table:
    fields = tuple(record_type.fields())
    body = [column for field in fields for column in columns(field)]
    return Table(
        record_type.id,
        METADATA,
        Column("record_id", Id, primary_key=True, autoincrement=False),
        tenant(),
        *body,
        _owner(),
        *references(fields),
        comment=f"One row per record of type {record_type.id} ({record_type.zh}).",
    )


def child_table(record_type: k.RecordType, children: k.Children) -> Table:
    body = [column for field in children.fields for column in columns(field)]
    return Table(
        f"{record_type.id}_{children.name}",
        METADATA,
        pk(),
        Column("record_id", Id, nullable=False),
        tenant(),
        Column("seq", Integer, nullable=False),
        *body,
        UniqueConstraint("record_id", "seq"),
        _owner(),
        *references(children.fields),
        comment=f"One row per {record_type.id} record × row of {children.name} ({children.zh}).",
    )


TYPE_TABLES: dict[str, Table] = {t.id: type_table(t) for t in ALL_RECORDS.values()}
CHILD_TABLES: dict[tuple[str, str], Table] = {
    (t.id, c.name): child_table(t, c) for t in ALL_RECORDS.values() for c in t.children()
}
RECORD_TABLES: tuple[str, ...] = (
    "record",
    "record_key",
    "record_value",
    "record_link",
    "contributor",
    "contributor_affiliation",
    *(table.name for table in TYPE_TABLES.values()),
    *(table.name for table in CHILD_TABLES.values()),
)
for _table in TYPE_TABLES.values():
    for _constraint in list(_table.foreign_key_constraints):
        if len(_constraint.column_keys) == 2 and "record_id" not in _constraint.column_keys:
            Index(None, _table.c[_constraint.column_keys[0]])
