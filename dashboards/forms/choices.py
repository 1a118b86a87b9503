"""What a coded field, a unit field or a reference may hold, with the words to show for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import or_, select

from dashboards import frame
from dashboards.i18n import language, pick
from ingestion import codes as code_lists
from ingestion.catalog import conditions
from ingestion.catalog.codelists import Codes
from ingestion.catalog.kinds import Code, MultiCode
from ingestion.principal import Principal
from ingestion.store.engine import today
from ingestion.store.platform import record, unit


def code_list(field: Code | MultiCode, row: dict[str, Any], document: dict[str, Any]) -> str:
    """The list a coded field uses now: fixed, or by another field's value."""
    return conditions.code_list(field, {**document, **row}) if isinstance(field, Code) else field.code_list


def codes(actor: Principal) -> Codes:
    """The code lists the actor's university sees; asked once a second, not once for each option."""
    return _codes(actor.university_code, _second())


def _second() -> int:
    return int(time.monotonic())


@lru_cache(maxsize=256)
def _codes(university_code: str, _when: int) -> Codes:
    with frame.store().read(university_code) as uow:
        return code_lists.for_university(uow, university_code)


def options(actor: Principal, field: Code | MultiCode, row: dict[str, Any], document: dict[str, Any], on: str | None = None, *, roots: bool = False) -> list[str]:
    """The codes that may be chosen: valid on the record's date (today without one), and children of the
    parent's code where there is a parent field. ``roots``: another field holds the level below."""
    name = code_list(field, row, document)
    held = codes(actor)
    day = on or today().isoformat()
    if isinstance(field, Code) and field.parent_field:
        parent = row.get(field.parent_field, document.get(field.parent_field))
        if parent in (None, ""):
            return []
        return [item.code for item in held.children(name, str(parent)) if item.valid_on(day)]
    depth = field.depth if isinstance(field, Code) else None
    if depth is not None:
        return [item.code for item in held.items(name, day, depth)]
    return [item.code for item in held.items(name, day) if not (roots and item.parent)]


def words(actor: Principal, name: str) -> Callable[[str], str]:
    """The labels of one list in the reader's language, for a control with many options."""
    held, lang = codes(actor), language()
    return lambda code: held.label(name, code, lang) or code


def code_word(actor: Principal, name: str, code: str) -> str:
    return str(codes(actor).label(name, code, language()) or code)


def colleges(actor: Principal) -> dict[int, str]:
    """The university's colleges that are open today, by id."""
    return {i: pick(zh, en) for i, zh, en in _colleges(actor.university_code, _second())}


@lru_cache(maxsize=256)
def _colleges(university_code: str, _when: int) -> tuple[tuple[int, str, str], ...]:
    day = today()
    with frame.store().read(university_code) as uow:
        rows = uow.conn.execute(
            select(unit.c.id, unit.c.name, unit.c.name_en)
            .where(
                unit.c.university_code == university_code,
                unit.c.kind == "college",
                or_(unit.c.valid_from.is_(None), unit.c.valid_from <= day),
                or_(unit.c.valid_to.is_(None), unit.c.valid_to >= day),
            )
            .order_by(unit.c.code)
        )
        return tuple((row.id, row.name, row.name_en or row.name) for row in rows)


def unit_word(actor: Principal, unit_id: int | None) -> str:
    return frame.unit_name(actor, unit_id) or "—"


def record_word(actor: Principal, record_id: int) -> str:
    """The title of a record referred to, as far as the reader's university holds it."""
    return record_words(actor, [record_id])[record_id]


def record_words(actor: Principal, ids: Iterable[int]) -> dict[int, str]:
    """The titles of records referred to, asked for together: a list of fifty rows asks once."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    with frame.store().read(actor.university_code) as uow:
        rows = uow.conn.execute(
            select(record.c.id, record.c.title).where(record.c.id.in_(wanted), record.c.university_code == actor.university_code)
        )
        known = {int(row.id): str(row.title) for row in rows}
    return {i: known.get(i, f"#{i}") for i in wanted}
