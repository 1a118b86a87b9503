"""Findings as tasks: whose they are, what waits for a person, what the office hands to somebody else.

A task is an open finding with an account. It is handed out when a refresh first sees it, to whoever can mend it:
the owner, else who entered the record, else the college, else the office. Nobody closes a task by hand: it is gone
when the check passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, update

from ingestion import audit, messages, permissions
from ingestion.derive import number_of
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

PAGE_SIZE = 50
_CHUNK = 400


@dataclass(frozen=True)
class Task:
    """One open finding. ``record_id`` None: it concerns the university as a whole. ``who``: the name of the account
    it is with, empty while it is with nobody."""

    id: int
    record_id: int | None
    number: str
    type_id: str
    title: str
    state: str
    college_id: int | None
    rule: str
    field: str
    severity: str
    zh: str
    en: str
    since: datetime
    account_id: int | None
    who: str


@dataclass(frozen=True)
class Rule:
    """A check with open findings: ``records`` with it, since when the oldest, ``unassigned`` of them with nobody."""

    rule: str
    field: str
    severity: str
    zh: str
    en: str
    findings: int
    records: int
    since: datetime
    unassigned: int


@dataclass(frozen=True)
class Assignee:
    account_id: int
    name: str
    username: str
    role: str


# --- reading -------------------------------------------------------------------------------------------


def count(uow: UnitOfWork, actor: Principal) -> int:
    """How many tasks are with the actor, on records still visible to them."""
    f = p.finding
    return int(uow.conn.execute(select(func.count()).select_from(f).where(_mine(actor))).scalar_one())


def mine(uow: UnitOfWork, actor: Principal, page: int = 1, size: int = PAGE_SIZE) -> list[Task]:
    """The actor's tasks, what would make a number wrong first, then the oldest."""
    return _tasks(uow, [_mine(actor)], page, size)


def of_record(uow: UnitOfWork, actor: Principal, record_id: int) -> list[Task]:
    """The open findings of one record, to whoever may see the record."""
    f = p.finding
    return _tasks(uow, [permissions.visible(actor, f), f.c.record_id == record_id, f.c.closed_at.is_(None)], 1, 200)


def rules(uow: UnitOfWork, actor: Principal, type_id: str = "", college_id: int | None = None) -> list[Rule]:
    """The checks with open findings within the actor's reach, errors first, then the most frequent."""
    permissions.require(actor, "view_quality")
    f, r = p.finding, p.record
    query = (
        select(
            f.c.rule, f.c.field, f.c.severity, func.min(f.c.text_zh).label("zh"), func.min(f.c.text_en).label("en"),
            func.count().label("findings"), func.count(f.c.record_id.distinct()).label("records"), func.min(f.c.opened_at).label("since"),
            func.sum(_one_where(f.c.account_id.is_(None))).label("unassigned"),
        )
        .select_from(f.outerjoin(r, r.c.id == f.c.record_id))
        .where(permissions.visible(actor, f), f.c.closed_at.is_(None), *_narrowed(type_id, college_id))
        .group_by(f.c.rule, f.c.field, f.c.severity)
        .order_by(f.c.severity, func.count().desc(), f.c.rule, f.c.field)
    )  # fmt: skip
    return [
        Rule(row.rule, row.field, row.severity, row.zh, row.en, int(row.findings), int(row.records), row.since, int(row.unassigned))
        for row in uow.conn.execute(query)
    ]


def of_rule(
    uow: UnitOfWork, actor: Principal, rule: str, field: str, type_id: str = "", college_id: int | None = None, page: int = 1, size: int = PAGE_SIZE
) -> list[Task]:
    """The open findings of one check within the actor's reach."""
    permissions.require(actor, "view_quality")
    f = p.finding
    where = [permissions.visible(actor, f), f.c.closed_at.is_(None), f.c.rule == rule, f.c.field == field, *_narrowed(type_id, college_id)]
    return _tasks(uow, where, page, size)


def assignees(uow: UnitOfWork, actor: Principal, finding_ids: Sequence[int]) -> list[Assignee]:
    """Who can take all of these: people who may see the record and mend it. Empty where nobody can take them together."""
    permissions.require(actor, "settle_quality")
    found = _visible_findings(uow, actor, finding_ids)
    common: dict[int, Assignee] | None = None
    for record_id in {row.record_id for row in found}:
        here = {one.account_id: one for one in _able(uow, actor.university_code, record_id)}
        common = here if common is None else {i: one for i, one in common.items() if i in here}
    return sorted((common or {}).values(), key=lambda one: (one.role, one.name, one.account_id))


# --- writing -------------------------------------------------------------------------------------------


def assign(uow: UnitOfWork, actor: Principal, finding_ids: Sequence[int], account_id: int) -> int:
    """派单: give these tasks to somebody else. Raises ``NotFound`` for a finding out of reach or closed meanwhile,
    ``OperationError`` where the account may not see or mend the record. Returns how many."""
    permissions.require(actor, "settle_quality")
    if account_id not in {one.account_id for one in assignees(uow, actor, finding_ids)}:
        raise OperationError("所选人员不能处理这些记录，请另选。", "The person chosen cannot mend these records; choose another.")
    f = p.finding
    ids = sorted(set(finding_ids))
    for start in range(0, len(ids), _CHUNK):
        uow.conn.execute(update(f).where(f.c.id.in_(ids[start : start + _CHUNK])).values(account_id=account_id, assigned_at=uow.now))
    audit.write(uow, actor, "assign", "finding", ids[0] if len(ids) == 1 else None, {"findings": ids[:50], "n": len(ids), "account": account_id})
    if account_id != actor.account_id:
        messages.send(uow, account_id, "quality", f"{actor.name} 请您处理 {len(ids)} 条数据问题，见待办。", f"{actor.name} asks you to mend {len(ids)} findings; see your tasks.")
    return len(ids)


def hand_out(uow: UnitOfWork, university_code: str, finding_ids: Sequence[int]) -> int:
    """Give findings that are with nobody to whoever can mend them, and tell each person once until they have read it.
    Run by the pipeline as the system; returns how many found somebody."""
    f, r = p.finding, p.record
    given: dict[int, list[int]] = {}
    office = _office(uow, university_code)
    for start in range(0, len(finding_ids), _CHUNK):
        part = list(finding_ids[start : start + _CHUNK])
        rows = uow.conn.execute(
            select(f.c.id, f.c.record_id, r.c.owner_person_id, r.c.entered_by, r.c.college_id, r.c.type)
            .select_from(f.outerjoin(r, r.c.id == f.c.record_id))
            .where(f.c.id.in_(part), f.c.university_code == university_code, f.c.account_id.is_(None))
        ).all()
        people = {row.owner_person_id for row in rows} | {row.record_id for row in rows if row.type == "person"}
        owners = _accounts_of(uow, university_code, {i for i in people if i is not None})
        entered = _enabled(uow, university_code, {row.entered_by for row in rows if row.entered_by is not None})
        colleges = _secretaries(uow, university_code, {row.college_id for row in rows if row.college_id is not None})
        for row in rows:
            own = owners.get(row.record_id if row.type == "person" else row.owner_person_id)
            who = own or (row.entered_by if row.entered_by in entered else None) or colleges.get(row.college_id) or office
            if who is not None:
                given.setdefault(who, []).append(row.id)
    for account_id, ids in given.items():
        for start in range(0, len(ids), _CHUNK):
            uow.conn.execute(update(f).where(f.c.id.in_(ids[start : start + _CHUNK])).values(account_id=account_id, assigned_at=uow.now))
    _tell(uow, given)
    return sum(len(ids) for ids in given.values())


def _tell(uow: UnitOfWork, given: Mapping[int, Sequence[int]]) -> None:
    m = p.message
    unread: set[int] = set(
        uow.conn.execute(select(m.c.account_id).where(m.c.account_id.in_(list(given)), m.c.kind == "quality", m.c.read_at.is_(None))).scalars()
    )
    to = [account_id for account_id in given if account_id not in unread]
    if to:
        messages.send_many(uow, to, "quality", "有数据问题需要您处理，见待办。", "There are findings for you to mend; see your tasks.")


# --- who ------------------------------------------------------------------------------------------------


def _running(grant: Any) -> ColumnElement[bool]:
    day = today()
    return and_(grant.c.valid_from <= day, or_(grant.c.valid_to.is_(None), grant.c.valid_to >= day))


def _accounts_of(uow: UnitOfWork, code: str, people: set[int]) -> dict[int | None, int]:
    a = p.account
    rows = uow.conn.execute(
        select(a.c.person_id, func.min(a.c.id).label("id")).where(a.c.university_code == code, a.c.person_id.in_(people), a.c.enabled.is_(True)).group_by(a.c.person_id)
    )
    return {row.person_id: row.id for row in rows}


def _enabled(uow: UnitOfWork, code: str, ids: set[int]) -> set[int]:
    a = p.account
    return set(uow.conn.execute(select(a.c.id).where(a.c.university_code == code, a.c.id.in_(ids), a.c.enabled.is_(True), a.c.kind == "person")).scalars())


def _secretaries(uow: UnitOfWork, code: str, colleges: set[int]) -> dict[int | None, int]:
    a, g = p.account, p.account_grant
    rows = uow.conn.execute(
        select(g.c.unit_id, func.min(a.c.id).label("id"))
        .join(a, a.c.id == g.c.account_id)
        .where(a.c.university_code == code, a.c.enabled.is_(True), g.c.role == "college_admin", g.c.unit_id.in_(colleges), _running(g))
        .group_by(g.c.unit_id)
    )
    return {row.unit_id: row.id for row in rows}


def _office(uow: UnitOfWork, code: str) -> int | None:
    a, g = p.account, p.account_grant
    return uow.conn.execute(
        select(func.min(a.c.id)).join(g, g.c.account_id == a.c.id).where(a.c.university_code == code, a.c.enabled.is_(True), g.c.role == "office_admin", _running(g))
    ).scalar()


def _able(uow: UnitOfWork, code: str, record_id: int | None) -> list[Assignee]:
    """The accounts that may see a record and can mend it: its owner and who entered it, its college, the office."""
    a, g, r = p.account, p.account_grant, p.record
    own: ColumnElement[bool] = false()
    college: ColumnElement[bool] = false()
    if record_id is not None:
        header = uow.conn.execute(select(r.c.owner_person_id, r.c.entered_by, r.c.college_id, r.c.type).where(r.c.id == record_id, r.c.university_code == code)).one()
        person = record_id if header.type == "person" else header.owner_person_id
        own = and_(g.c.role == "researcher", or_(a.c.id == header.entered_by, a.c.person_id == person if person is not None else false()))
        college = and_(g.c.role == "college_admin", g.c.unit_id == header.college_id) if header.college_id is not None else false()
    rows = uow.conn.execute(
        select(a.c.id, a.c.name, a.c.username, g.c.role)
        .join(g, g.c.account_id == a.c.id)
        .where(a.c.university_code == code, a.c.enabled.is_(True), _running(g), or_(own, college, g.c.role == "office_admin"))
        .order_by(g.c.role.desc())
    )
    return list({row.id: Assignee(row.id, row.name, row.username, row.role) for row in rows}.values())


# --- pieces ---------------------------------------------------------------------------------------------


def _mine(actor: Principal) -> ColumnElement[bool]:
    f = p.finding
    return and_(f.c.account_id == actor.account_id, f.c.closed_at.is_(None), permissions.visible(actor, f))


def _narrowed(type_id: str, college_id: int | None) -> list[ColumnElement[bool]]:
    r = p.record
    return [*([r.c.type == type_id] if type_id else []), *([r.c.college_id == college_id] if college_id is not None else [])]


def _one_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _visible_findings(uow: UnitOfWork, actor: Principal, finding_ids: Iterable[int]) -> list[Any]:
    f = p.finding
    ids = sorted(set(finding_ids))
    if not ids:
        raise OperationError("请先选中要派的问题。", "Choose the findings first.")
    if len(ids) > _CHUNK:
        raise OperationError(f"一次最多派 {_CHUNK} 条。", f"At most {_CHUNK} findings at once.")
    found = uow.conn.execute(select(f.c.id, f.c.record_id).where(f.c.id.in_(ids), f.c.closed_at.is_(None), permissions.visible(actor, f))).all()
    if len(found) != len(ids):
        raise NotFound
    return list(found)


def _tasks(uow: UnitOfWork, where: Sequence[ColumnElement[bool]], page: int, size: int) -> list[Task]:
    f, r, a = p.finding, p.record, p.account
    query = (
        select(
            f.c.id, f.c.record_id, r.c.type, r.c.title, r.c.state, r.c.college_id, f.c.rule, f.c.field, f.c.severity, f.c.text_zh, f.c.text_en,
            f.c.opened_at, f.c.account_id, a.c.name,
        )
        .select_from(f.outerjoin(r, r.c.id == f.c.record_id).outerjoin(a, a.c.id == f.c.account_id))
        .where(*where)
        .order_by(f.c.severity, f.c.opened_at, f.c.id)
        .limit(size)
        .offset((page - 1) * size)
    )  # fmt: skip
    return [
        Task(
            row.id, row.record_id, number_of(row.type, row.record_id) if row.record_id is not None and row.type else "", row.type or "", row.title or "",
            row.state or "", row.college_id, row.rule, row.field, row.severity, row.text_zh, row.text_en, row.opened_at, row.account_id, row.name or "",
        )
        for row in uow.conn.execute(query)
    ]  # fmt: skip


__all__ = ["Assignee", "Rule", "Task", "assign", "assignees", "count", "hand_out", "mine", "of_record", "of_rule", "rules"]
