"""Code lists in the store: the built-in ones copied from the catalogue, and each university's own codes.

Screens and rules read ``for_university``, which lays a university's own items over the built-in lists; the copies of
the built-in ones in ``code_item`` exist so that the pipeline and exports read all codes from one table.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from ingestion.catalog.codelists import BUILT_IN, CodeItem, Codes
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.platform import code_item

BUILT_IN_OWNER = "*"
VALID_TO = 5  # position among the compared columns of a stored row
_cache: dict[tuple[tuple[str, ...], ...], Codes] = {}
_CACHED = 256


def load_built_in(uow: UnitOfWork) -> int:
    """Copy the built-in lists into the store: new codes are added, changed ones updated, and one gone from its file is
    closed today, because records may hold it. Returns the number of rows written."""
    c = code_item.c
    stored = {
        (row.list, row.code): tuple(row)[2:]
        for row in uow.conn.execute(
            select(
                c.list,
                c.code,
                c.label_zh,
                c.label_en,
                c.parent,
                c.seq,
                c.valid_from,
                c.valid_to,
                c.source,
                c.version,
            ).where(c.owner == BUILT_IN_OWNER)
        )
    }
    fresh: list[dict[str, Any]] = []
    written = 0
    for name, held in BUILT_IN.items():
        for seq, item in enumerate(held.items):
            row = _row(name, seq, item)
            known = stored.pop((name, item.code), None)
            if known is None:
                fresh.append(row)
            elif known != tuple(row[key] for key in list(row)[3:]):
                where = (c.list == name, c.owner == BUILT_IN_OWNER, c.code == item.code)
                uow.conn.execute(update(code_item).where(*where).values(**row))
                written += 1
    if fresh:
        uow.conn.execute(insert(code_item), fresh)
    gone = [key for key, row in stored.items() if row[VALID_TO] is None]
    for name, code in gone:
        where = (c.list == name, c.owner == BUILT_IN_OWNER, c.code == code)
        uow.conn.execute(update(code_item).where(*where).values(valid_to=today()))
    return written + len(fresh) + len(gone)


def _row(name: str, seq: int, item: CodeItem) -> dict[str, Any]:
    return {
        "list": name,
        "owner": BUILT_IN_OWNER,
        "code": item.code,
        "label_zh": item.label_zh,
        "label_en": item.label_en,
        "parent": item.parent or None,
        "seq": seq,
        "valid_from": date.fromisoformat(item.valid_from) if item.valid_from else None,
        "valid_to": date.fromisoformat(item.valid_to) if item.valid_to else None,
        "source": item.source,
        "version": item.version,
    }


def for_university(uow: UnitOfWork, university_code: str) -> Codes:
    """The codes a university sees. Built once per process for one state of its own codes."""
    c = code_item.c
    rows = uow.conn.execute(
        select(
            c.list, c.code, c.label_zh, c.label_en, c.parent, c.valid_from, c.valid_to, c.source, c.version
        )
        .where(c.owner == university_code)
        .order_by(c.list, c.seq, c.code)
    )
    key = tuple(tuple("" if part is None else str(part) for part in row) for row in rows)
    if key not in _cache:
        own: dict[str, list[CodeItem]] = {}
        for name, code, zh, en, parent, valid_from, valid_to, source, version in key:
            own.setdefault(name, []).append(
                CodeItem(code, zh, en, parent, valid_from, valid_to, source, version, own=True)
            )
        if len(_cache) >= _CACHED:
            _cache.clear()
        _cache[key] = Codes({name: tuple(items) for name, items in own.items()})
    return _cache[key]


def items(
    uow: UnitOfWork, university_code: str, list_name: str, on: date | str | None = None
) -> list[CodeItem]:
    """The items of a list offered to a university, those in force ``on`` a day (or an ISO month or year)."""
    day = on.isoformat() if isinstance(on, date) else on
    return for_university(uow, university_code).items(list_name, day)


def label(uow: UnitOfWork, university_code: str, list_name: str, code: str, language: str = "zh") -> str:
    """The label of a code, also of a retired one; an unknown code is shown as itself."""
    return for_university(uow, university_code).label(list_name, code, language)
