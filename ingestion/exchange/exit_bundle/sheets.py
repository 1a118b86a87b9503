"""One workbook a record type as people know it: a row a record, with its people, children and references in words. The
same columns as an export from a page, so an import takes them too; the tables under ``data/`` are what is lossless."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from ingestion import permissions, serializer
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange import layout
from ingestion.exchange.exit_bundle import personal
from ingestion.exchange.exit_bundle.contents import by_name
from ingestion.exchange.exit_bundle.packing import Packing, private
from ingestion.exchange.exit_bundle.tables import Book, Head, Written
from ingestion.exchange.export.request import Request
from ingestion.exchange.export.rows import Record, Sheet, headers
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

CHUNK = 500


def write_all(uow: UnitOfWork, actor: Principal, packing: Packing, clear: bool, on_rows: Callable[[int], None]) -> list[Written]:
    """``sheets/论文.xlsx`` and its like, for every type with records. ``actor`` may let the university leave."""
    permissions.require(actor, "exit_bundle")
    out = []
    for type_id, record_type in ALL_RECORDS.items():
        ids = _ids(uow, actor.university_code, type_id)
        if not ids:
            continue
        columns = layout.columns(type_id)
        written = Written("sheets", type_id, record_type.zh, record_type.en, [Head(column.key, column.zh, column.en) for column in columns])
        made = private(packing.scratch / "sheet.xlsx")
        with Book(made, written, None) as book:
            for row in _rows(uow, actor, type_id, ids, clear):
                book.write(row)
                written.rows += 1
                on_rows(1)
        written.files["xlsx"] = packing.add_file(f"sheets/{record_type.zh}.xlsx", made).path
        out.append(written)
    return out


def _ids(uow: UnitOfWork, code: str, type_id: str) -> list[int]:
    r = p.record.c
    return list(uow.conn.scalars(select(r.id).where(by_name()["record"].own(code), r.type == type_id).order_by(r.id)))


def _rows(uow: UnitOfWork, actor: Principal, type_id: str, ids: Sequence[int], clear: bool) -> Iterator[list[Any]]:
    look = layout.load(uow, actor, type_id, reading=False)
    sheet = Sheet(uow, actor, Request(type_id), look)
    for start in range(0, len(ids), CHUNK):
        chunk = list(ids[start : start + CHUNK])
        told = headers(uow, chunk)
        documents = serializer.read(uow, type_id, chunk, "clear" if clear else "mask")
        yield from sheet.lines([Record(i, told[i], personal.shown(type_id, documents.get(i, {}), clear)) for i in chunk])
