"""Which required files a record lacks, as SQL: the catalogue's conditions over the type's table and the files in
force. What ``attachments.slots`` says about one record, for a whole library at once."""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, Table, and_, exists, false, or_, true

from ingestion.attachments import changes, slots
from ingestion.catalog.kinds import FileSlot, When, YesNo
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.permissions import may
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.tables import TYPE_TABLES


@cache
def demanding(type_id: str) -> tuple[FileSlot, ...]:
    """The places a type can require a file in."""
    return tuple(s for s in slots.declared(type_id) if s.required or s.required_when is not None)


def _holds(type_id: str, when: When) -> ColumnElement[bool]:
    """The condition on the type's table. Raises ``KeyError`` for a field that is no single column there."""
    column = TYPE_TABLES[type_id].c[when.field]
    values: list[object] = list(when.values)
    if isinstance(ALL_RECORDS[type_id].field(when.field), YesNo):
        values = [value == "true" for value in when.values]
    if when.negated:
        return or_(column.is_(None), column.not_in(values))
    return column.in_(values)


def required(type_id: str, slot: FileSlot) -> ColumnElement[bool]:
    """Whether a row of the type's table demands a file in this place."""
    shown = true() if slot.shown_when is None else _holds(type_id, slot.shown_when)
    if slot.required:
        return shown
    return and_(shown, false() if slot.required_when is None else _holds(type_id, slot.required_when))


def lacks(type_id: str, slot: FileSlot) -> ColumnElement[bool]:
    """A record of the type (a row of ``record``) whose place must hold a file and does not."""
    table: Table = TYPE_TABLES[type_id]
    demanded = exists().where(table.c.record_id == p.record.c.id, required(type_id, slot))
    there = exists().where(p.attachment.c.record_id == p.record.c.id, p.attachment.c.slot == slot.name, changes.in_force())
    return and_(p.record.c.type == type_id, demanded.correlate(p.record), ~there.correlate(p.record))


def lacking(actor: Principal, types: tuple[str, ...]) -> ColumnElement[bool]:
    """Records that lack any required file, as far as the reader may know: what may stand there restricted is not
    called missing to somebody from whom it would be hidden."""
    parts = [lacks(type_id, slot) for type_id in types for slot in demanding(type_id)]
    return and_(may(actor, "download_restricted"), or_(*parts)) if parts else false()
