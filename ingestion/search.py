"""Lists and query (查询): filters, true totals, counts by state, paging in the database; only what the actor may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from ingestion import permissions, serializer
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.derive import number_of
from ingestion.people import PERSON, like
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES

UNDER_CHANGE = "40"  # 变更审核中: a display state, counted beside 30, not instead of it
LARGEST_PAGE = 500
HEADER_ORDERS = ("id", "title", "state", "dated_on", "filed_year", "created_at", "updated_at", "submitted_at", "approved_at")


@dataclass(frozen=True)
class Query:
    """What to list. Empty filters say nothing. Within one filter any value fits; ``combine`` joins the filters.

    ``codes``: field → codes; a child's field as ``"indexings.index_code"``. ``date_from``/``date_to`` hold for
    the type's filing date. ``states`` may contain ``"40"`` (变更审核中). ``mine``: only what the actor entered or
    owns. ``order``: a header column or a single-valued field of the type, ``-`` in front for descending."""

    type_id: str
    keyword: str = ""
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_from: date | None = None
    date_to: date | None = None
    college_ids: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    combine: Literal["and", "or"] = "and"
    order: str = "-updated_at"
    page: int = 1
    size: int = 50
    mine: bool = False


@dataclass(frozen=True)
class Row:
    """One record in a list. ``values``: its listed fields as document values."""

    id: int
    number: str
    type_id: str
    title: str
    state: str
    display_state: str
    version: int
    college_id: int | None
    college: str
    owner_person_id: int | None
    owner: str
    entered_by: str
    channel: str
    dated_on: date | None
    filed_year: int | None
    updated_at: datetime
    values: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """``total`` counts every match; ``state_counts`` the matches by state with the state filter left out, and
    ``"40"`` those of state 30 with a change under review."""

    rows: list[Row]
    total: int
    state_counts: dict[str, int]
    page: int
    size: int


def find(uow: UnitOfWork, actor: Principal, query: Query) -> Page:
    """One page of the records that fit, with true totals."""
    base = _base(actor, query)
    matches = [c for c in (_filters(query), _states(query)) if c is not None]
    joined = _join(query, matches)
    without_states = _join(query, [c for c in (_filters(query),) if c is not None])
    total = uow.conn.execute(select(func.count()).select_from(p.record).where(base, joined)).scalar_one()
    size = max(1, min(query.size, LARGEST_PAGE))
    page = max(1, query.page)
    page_of = _ordered(query, base, joined).limit(size).offset((page - 1) * size)
    return Page(_rows(uow, query.type_id, _ids(uow, page_of)), int(total), _state_counts(uow, base, without_states), page, size)


def ids(uow: UnitOfWork, actor: Principal, query: Query) -> list[int]:
    """The ids of all records that fit, in order: for an export or a batch that must not exceed the shown filter."""
    base = _base(actor, query)
    joined = _join(query, [c for c in (_filters(query), _states(query)) if c is not None])
    return _ids(uow, _ordered(query, base, joined))


def _ids(uow: UnitOfWork, statement: Select[Any]) -> list[int]:
    return [row.id for row in uow.conn.execute(statement)]


def count(uow: UnitOfWork, actor: Principal, query: Query) -> int:
    """How many records fit."""
    joined = _join(query, [c for c in (_filters(query), _states(query)) if c is not None])
    counted = select(func.count()).select_from(p.record).where(_base(actor, query), joined)
    n: int = uow.conn.execute(counted).scalar_one()
    return n


def matching(actor: Principal, query: Query, types: tuple[str, ...] = ()) -> ColumnElement[bool]:
    """The records that fit as a condition on the table ``record``, for statements that join it to something else.
    ``types``: these types instead of the query's one (their common filters only)."""
    r = p.record
    base = and_(permissions.visible(actor, r), r.c.type.in_(types), _own(actor, query)) if types else _base(actor, query)
    return and_(base, _join(query, [c for c in (_filters(query), _states(query)) if c is not None]))


def anywhere(uow: UnitOfWork, actor: Principal, keyword: str, limit: int = 20) -> list[Row]:
    """Records of any type whose title, number, natural key or person fits (the search box of the header)."""
    if not keyword.strip():
        return []
    r = p.record
    statement = (
        select(r.c.id, r.c.type)
        .where(permissions.visible(actor, r), _keyword(keyword))
        .order_by(r.c.updated_at.desc(), r.c.id.desc())
        .limit(limit)
    )
    found = list(uow.conn.execute(statement))
    by_type: dict[str, list[int]] = {}
    for hit in found:
        by_type.setdefault(hit.type, []).append(hit.id)
    rows = {row.id: row for type_id, some in by_type.items() for row in _rows(uow, type_id, some)}
    return [rows[hit.id] for hit in found]


# --- conditions --------------------------------------------------------------------------------------------


def _base(actor: Principal, query: Query) -> ColumnElement[bool]:
    """What no combination of filters can widen: permission and type."""
    r = p.record
    return and_(permissions.visible(actor, r), r.c.type == query.type_id, _own(actor, query))


def _own(actor: Principal, query: Query) -> ColumnElement[bool]:
    r = p.record
    if not query.mine:
        return true()
    own: ColumnElement[bool] = r.c.entered_by == actor.account_id
    return own if actor.person_id is None else or_(own, r.c.owner_person_id == actor.person_id)


def _join(query: Query, conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    if not conditions:
        return true()
    return and_(*conditions) if query.combine == "and" else or_(*conditions)


def _filters(query: Query) -> ColumnElement[bool] | None:
    r = p.record
    parts: list[ColumnElement[bool]] = []
    if query.keyword.strip():
        parts.append(_keyword(query.keyword))
    for name, codes in query.codes.items():
        if codes:
            parts.append(_coded(query.type_id, name, tuple(codes)))
    dates = []
    if query.date_from is not None:
        dates.append(r.c.dated_on >= query.date_from)
    if query.date_to is not None:
        dates.append(r.c.dated_on <= query.date_to)
    if dates:
        parts.append(and_(*dates))
    if query.college_ids:
        parts.append(r.c.college_id.in_(query.college_ids))
    if query.years:
        parts.append(r.c.filed_year.in_(query.years))
    return _join(query, parts) if parts else None


def _states(query: Query) -> ColumnElement[bool] | None:
    if not query.states:
        return None
    parts: list[ColumnElement[bool]] = []
    plain = [s for s in query.states if s != UNDER_CHANGE]
    if plain:
        parts.append(p.record.c.state.in_(plain))
    if UNDER_CHANGE in query.states:
        parts.append(_under_change())
    return or_(*parts)


def _under_change() -> ColumnElement[bool]:
    a = p.amendment
    return and_(p.record.c.state == "30", exists().where(a.c.record_id == p.record.c.id, a.c.is_open))


NUMBER = re.compile(r"^([A-Za-z]{1,4})0*(\d{1,18})$")
PREFIXES = {t.prefix: t.id for t in ALL_RECORDS.values()}


def _keyword(keyword: str) -> ColumnElement[bool]:
    """Title, display number, natural keys, owner, contributors by name or staff number: any of them."""
    r, words = p.record, keyword.strip()
    pattern = like(words.casefold())
    people = (
        select(PERSON.c.record_id)
        .where(or_(PERSON.c.staff_no == words, func.lower(PERSON.c.name).like(pattern, escape="\\")))
        .scalar_subquery()
    )
    linked = select(p.contributor.c.record_id).where(
        or_(
            func.lower(p.contributor.c.name).like(pattern, escape="\\"),
            p.contributor.c.person_id.in_(people),
        )
    )
    keyed = select(p.record_key.c.record_id).where(p.record_key.c.value.like(pattern, escape="\\"))
    parts: list[ColumnElement[bool]] = [
        func.lower(r.c.title).like(pattern, escape="\\"),
        r.c.owner_person_id.in_(people),
        r.c.id.in_(linked),
        r.c.id.in_(keyed),
    ]
    number = NUMBER.match(words)
    if number and number[1].upper() in PREFIXES:
        parts.append(and_(r.c.type == PREFIXES[number[1].upper()], r.c.id == int(number[2])))
    return or_(*parts)


def _coded(type_id: str, name: str, codes: tuple[str, ...]) -> ColumnElement[bool]:
    """Holds one of the codes: a coded, multi-coded or yes/no field, or a child's coded field."""
    r = p.record
    if "." in name:
        child, column = name.split(".", 1)
        table = CHILD_TABLES[type_id, child]
        return exists().where(table.c.record_id == r.c.id, table.c[column].in_(codes))
    declared = ALL_RECORDS[type_id].field(name)
    if isinstance(declared, (k.MultiCode, k.TextList)):
        v = p.record_value
        return exists().where(v.c.record_id == r.c.id, v.c.field == name, v.c.value.in_(codes))
    table = TYPE_TABLES[type_id]
    values: Iterable[Any] = codes
    if isinstance(declared, k.YesNo):
        values = [c == "true" for c in codes]
    elif isinstance(declared, (k.Year, k.Integer, k.RecordRef, k.PersonRef, k.UnitRef)):
        values = [int(c) for c in codes]
    return exists().where(table.c.record_id == r.c.id, table.c[name].in_(list(values)))


def _ordered(query: Query, base: ColumnElement[bool], joined: ColumnElement[bool]) -> Select[Any]:
    name, down = query.order.lstrip("-"), query.order.startswith("-")
    statement = select(p.record.c.id).where(base, joined)
    if name in HEADER_ORDERS:
        column: ColumnElement[Any] = p.record.c[name]
    else:
        table = TYPE_TABLES[query.type_id]
        if name not in table.c:
            raise ValueError(f"{query.type_id} cannot be ordered by {name}")
        statement = statement.join(table, table.c.record_id == p.record.c.id)
        column = table.c[name]
    ordered = column.desc().nulls_last() if down else column.asc().nulls_last()
    return statement.order_by(ordered, p.record.c.id.desc())


def _state_counts(uow: UnitOfWork, base: ColumnElement[bool], joined: ColumnElement[bool]) -> dict[str, int]:
    r = p.record
    counted = select(r.c.state, func.count().label("n")).where(base, joined).group_by(r.c.state)
    out: dict[str, int] = {row.state: int(row.n) for row in uow.conn.execute(counted)}
    changing = select(func.count()).select_from(r).where(base, joined, _under_change())
    n: int = uow.conn.execute(changing).scalar_one()
    if n:
        out[UNDER_CHANGE] = n
    return out


# --- rows --------------------------------------------------------------------------------------------------


def _rows(uow: UnitOfWork, type_id: str, record_ids: list[int]) -> list[Row]:
    if not record_ids:
        return []
    r, owner = p.record, p.record.alias("owner")
    statement = (
        select(
            r,
            owner.c.title.label("owner_name"),
            p.unit.c.name.label("college_name"),
            p.account.c.name.label("enterer_name"),
            _under_change().label("changing"),
        )
        .outerjoin(owner, owner.c.id == r.c.owner_person_id)
        .outerjoin(p.unit, p.unit.c.id == r.c.college_id)
        .outerjoin(p.account, p.account.c.id == r.c.entered_by)
        .where(r.c.id.in_(record_ids))
    )
    documents = serializer.read(uow, type_id, record_ids)
    listed = [f.name for f in ALL_RECORDS[type_id].fields() if f.listed]
    out: dict[int, Row] = {}
    for row in uow.conn.execute(statement).mappings():
        document = documents.get(row["id"], {})
        out[row["id"]] = Row(
            id=row["id"],
            number=number_of(type_id, row["id"]),
            type_id=type_id,
            title=row["title"],
            state=row["state"],
            display_state=UNDER_CHANGE if row["changing"] else row["state"],
            version=row["version"],
            college_id=row["college_id"],
            college=row["college_name"] or "",
            owner_person_id=row["owner_person_id"],
            owner=row["owner_name"] or "",
            entered_by=row["enterer_name"] or "",
            channel=row["channel"],
            dated_on=row["dated_on"],
            filed_year=row["filed_year"],
            updated_at=row["updated_at"],
            values={name: document[name] for name in listed if name in document},
        )
    return [out[i] for i in record_ids]
