"""What waits for a reviewer (待办) and what a reviewer has done (已办)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, not_, null, or_, select, union_all
from sqlalchemy.sql.selectable import CompoundSelect

from ingestion import permissions
from ingestion.derive import number_of
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

PAGE_SIZE = 50


@dataclass(frozen=True)
class Waiting:
    """One item of a queue. ``amendment_id``: it is the change application that waits. ``version`` is the one an
    approval must name. ``rounds``: how often it was submitted (2 = 二次). ``days``: whole days at this step."""

    record_id: int
    amendment_id: int | None
    number: str
    type_id: str
    title: str
    state: str
    version: int
    college_id: int | None
    college: str
    owner: str
    entered_by: str
    since: datetime
    days: int
    rounds: int


def _turn(
    uow: UnitOfWork, actor: Principal, action: str, state: ColumnElement[str], author: ColumnElement[int], *, own_too: bool = False
) -> ColumnElement[bool]:
    """The policy's rows for ``action`` as a condition: the actor's step, and not an own item unless the policy says so."""
    r = p.record
    parts: list[ColumnElement[bool]] = []
    with_own: list[ColumnElement[bool]] = []
    held: bool | None = None
    for right in permissions.POLICY:
        if right.role != actor.role or action not in right.actions:
            continue
        if right.unless == "finance_held":
            held = permissions.finance_held(uow, actor.university_code) if held is None else held
            if held:
                continue
        if right.unless == "steps_aside" and permissions.steps_aside(uow, actor.university_code):
            continue
        condition: list[ColumnElement[bool]] = [state.in_(right.states)]
        if "university" not in right.reach:
            condition.append(r.c.college_id == actor.unit_id)
        if right.types:
            condition.append(r.c.type.in_(sorted(right.types)))
        (with_own if right.unless == "steps_aside" else parts).append(and_(*condition))
    if not parts:
        return false()
    if own_too:
        return or_(*parts, *with_own)
    mine = [author != actor.account_id]
    if actor.person_id is not None:
        named = select(p.contributor.c.record_id).where(
            p.contributor.c.person_id == actor.person_id, p.contributor.c.claim != "declined"
        )
        mine += [
            or_(r.c.owner_person_id.is_(None), r.c.owner_person_id != actor.person_id),
            r.c.id != actor.person_id,
            r.c.id.not_in(named),
        ]
    return or_(and_(or_(*parts), *mine), *with_own)


def _waiting(uow: UnitOfWork, actor: Principal, type_id: str | None) -> CompoundSelect[Any]:
    r, a = p.record, p.amendment
    seen = permissions.visible(actor, r)
    of_type = [r.c.type == type_id] if type_id is not None else []
    own = select(
        r.c.id.label("record_id"),
        null().label("amendment_id"),
        r.c.type.label("type"),
        r.c.title.label("title"),
        r.c.state.label("state"),
        r.c.version.label("version"),
        r.c.college_id.label("college_id"),
        r.c.owner_person_id.label("owner_id"),
        r.c.entered_by.label("author"),
        r.c.state_since.label("since"),
    ).where(seen, r.c.state.in_(("10", "20")), _turn(uow, actor, "approve", r.c.state, r.c.entered_by), *of_type)
    changes = (
        select(
            r.c.id,
            a.c.id,
            r.c.type,
            r.c.title,
            a.c.state,
            a.c.version,
            r.c.college_id,
            r.c.owner_person_id,
            a.c.opened_by,
            a.c.state_since,
        )
        .join(r, r.c.id == a.c.record_id)
        .where(seen, a.c.is_open, r.c.state == "30", _turn(uow, actor, "amendment.approve", a.c.state, a.c.opened_by), *of_type)
    )
    return union_all(own, changes)


def set_aside(uow: UnitOfWork, actor: Principal) -> list[tuple[int, str, str]]:
    """回避: what stands at the actor's step and is left to others because it is the actor's own: id, type, title."""
    r, a = p.record, p.amendment
    of_others = _turn(uow, actor, "approve", r.c.state, r.c.entered_by)
    at_step = _turn(uow, actor, "approve", r.c.state, r.c.entered_by, own_too=True)
    changes = _turn(uow, actor, "amendment.approve", a.c.state, a.c.opened_by)
    changes_too = _turn(uow, actor, "amendment.approve", a.c.state, a.c.opened_by, own_too=True)
    seen = permissions.visible(actor, r)
    own = select(r.c.id, r.c.type, r.c.title).where(seen, r.c.state.in_(("10", "20")), at_step, not_(of_others))
    amended = (
        select(r.c.id, r.c.type, r.c.title)
        .join(a, r.c.id == a.c.record_id)
        .where(seen, a.c.is_open, r.c.state == "30", changes_too, not_(changes))
    )
    return [(row.id, row.type, row.title) for row in uow.conn.execute(union_all(own, amended))]


def counts(uow: UnitOfWork, actor: Principal) -> dict[str, int]:
    """How many items wait for the actor, by record type; types with none are left out."""
    items = _waiting(uow, actor, None).subquery()
    rows = uow.conn.execute(select(items.c.type, func.count().label("n")).group_by(items.c.type))
    return {row.type: int(row.n) for row in rows}


def queue(
    uow: UnitOfWork, actor: Principal, type_id: str | None = None, page: int = 1, size: int = PAGE_SIZE
) -> list[Waiting]:
    """What waits for the actor, the longest waiting first."""
    items = _waiting(uow, actor, type_id).subquery()
    statement = select(items).order_by(items.c.since, items.c.record_id).limit(size).offset((page - 1) * size)
    rows = list(uow.conn.execute(statement).mappings())
    record_ids = {row["record_id"] for row in rows}
    names = _names(uow, {row["owner_id"] for row in rows})
    colleges = _colleges(uow, {row["college_id"] for row in rows})
    accounts = _accounts(uow, {row["author"] for row in rows})
    rounds = _rounds(uow, record_ids)
    return [
        Waiting(
            record_id=row["record_id"],
            amendment_id=row["amendment_id"],
            number=number_of(row["type"], row["record_id"]),
            type_id=row["type"],
            title=row["title"],
            state=row["state"],
            version=row["version"],
            college_id=row["college_id"],
            college=colleges.get(row["college_id"], ""),
            owner=names.get(row["owner_id"], ""),
            entered_by=accounts.get(row["author"], ""),
            since=row["since"],
            days=(uow.now - row["since"]).days,
            rounds=rounds.get((row["record_id"], row["amendment_id"]), 1),
        )
        for row in rows
    ]


def _names(uow: UnitOfWork, ids: Iterable[int | None]) -> dict[int | None, str]:
    r = p.record  # a person's title is the person's name
    rows = uow.conn.execute(select(r.c.id, r.c.title).where(r.c.id.in_([i for i in ids if i is not None])))
    return {row.id: row.title for row in rows}


def _colleges(uow: UnitOfWork, ids: Iterable[int | None]) -> dict[int | None, str]:
    rows = uow.conn.execute(select(p.unit.c.id, p.unit.c.name).where(p.unit.c.id.in_([i for i in ids if i is not None])))
    return {row.id: row.name for row in rows}


def _accounts(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, str]:
    rows = uow.conn.execute(select(p.account.c.id, p.account.c.name).where(p.account.c.id.in_(list(ids))))
    return {row.id: row.name for row in rows}


def _rounds(uow: UnitOfWork, record_ids: Iterable[int]) -> dict[tuple[int, int | None], int]:
    e = p.review_event
    rows = uow.conn.execute(
        select(e.c.record_id, e.c.amendment_id, func.count().label("n"))
        .where(e.c.record_id.in_(list(record_ids)), e.c.action.like("submit%"))
        .group_by(e.c.record_id, e.c.amendment_id)
    )
    return {(row.record_id, row.amendment_id): int(row.n) for row in rows}


@dataclass(frozen=True)
class Done:
    """One step the actor took as a reviewer."""

    record_id: int
    number: str
    type_id: str
    title: str
    action: str
    state: str
    at: datetime
    reason: str


def done(
    uow: UnitOfWork, actor: Principal, type_id: str | None = None, page: int = 1, size: int = PAGE_SIZE
) -> list[Done]:
    """The actor's own review steps on records still visible to them, newest first."""
    e, r = p.review_event, p.record
    statement: Select[Any] = (
        select(r.c.id, r.c.type, r.c.title, r.c.state, e.c.action, e.c.at, e.c.reason)
        .join(r, r.c.id == e.c.record_id)
        .where(
            permissions.visible(actor, r),
            e.c.account_id == actor.account_id,
            e.c.role == actor.role,
            e.c.action.in_([literal(a) for a in ("approve", "return", "refuse", "hand_back")]),
        )
        .order_by(e.c.at.desc(), e.c.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )
    if type_id is not None:
        statement = statement.where(r.c.type == type_id)
    return [
        Done(row.id, number_of(row.type, row.id), row.type, row.title, row.action, row.state, row.at, row.reason or "")
        for row in uow.conn.execute(statement)
    ]
