"""How much waits for review and how fast it moves, and who has filed nothing in a year.

Counts of work in progress: only the store knows them. A leader or analyst, who sees no record before it is
approved, is told counts and no titles; names of people are for the office and their own college.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from ingestion import permissions
from ingestion.principal import Denied, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.tables import TYPE_TABLES

DAYS = 28  # four whole weeks: every weekday weighs the same
COUNT_READERS = ("office_admin", "college_admin", "analyst", "finance", "system")
WAITING = ("10", "20")
FILED = ("10", "11", "20", "21", "30")
NOT_FILED = ("person", "expert", "institution", "fund_arrival", "fund_outward", "fund_expense")
PERSON = TYPE_TABLES["person"]


@dataclass(frozen=True)
class Backlog:
    """``waiting``: records in review now. ``arrived``, ``decided``: records that entered review and left it (passed by
    the university, or sent back) in the last ``DAYS`` days. ``days_left``: whole days to 31 December."""

    waiting: int
    arrived: int
    decided: int
    days_left: int

    @property
    def expected(self) -> int:
        """Waiting on 31 December if the last four weeks go on as they were; never below zero."""
        return max(0, round(self.waiting + (self.arrived - self.decided) / DAYS * self.days_left))


@dataclass(frozen=True)
class Silent:
    """A person in post without a record of the year in review or approved. ``last_year``: of the latest one, None
    where there never was one."""

    person_id: int
    staff_no: str
    name: str
    college_id: int | None
    last_year: int | None


def backlog(uow: UnitOfWork, actor: Principal, college_id: int | None = None) -> Backlog:
    """What waits and how it moved. A college secretary gets the own college, whatever is asked for.

    Raises:
        Denied: the role reads no figures of a university or college.
    """
    if actor.role not in COUNT_READERS:
        raise Denied
    r, e = p.record.c, p.review_event.c
    here: list[ColumnElement[bool]] = [r.university_code == actor.university_code]
    college = actor.unit_id if actor.role == "college_admin" else college_id
    if college is not None or actor.role == "college_admin":
        here.append(r.college_id == college)
    waiting = uow.conn.execute(select(func.count()).select_from(p.record).where(*here, r.state.in_(WAITING))).scalar_one()
    since = uow.now - timedelta(days=DAYS)
    came = and_(e.to_state.in_(WAITING), e.from_state.not_in(WAITING))
    went = and_(e.from_state.in_(WAITING), e.to_state.not_in(WAITING))
    moved = uow.conn.execute(
        select(func.coalesce(func.sum(case((came, 1), else_=0)), 0), func.coalesce(func.sum(case((went, 1), else_=0)), 0))
        .select_from(p.record.join(p.review_event, and_(e.record_id == r.id, e.university_code == r.university_code)))
        .where(*here, r.updated_at >= since, e.at >= since, e.amendment_id.is_(None))
    ).one()
    now = today()
    return Backlog(int(waiting), int(moved[0]), int(moved[1]), (date(now.year, 12, 31) - now).days)


def silent(uow: UnitOfWork, actor: Principal, year: int, college_id: int | None = None) -> list[Silent]:
    """Who has not filed: people in post of the actor's reach, by staff number. What is entered for a person counts as
    theirs, in whatever college; money and the person's own data do not.

    Raises:
        Denied: the role may not see the people of a college.
    """
    person, where = _silent(actor, year, college_id)
    rows = uow.conn.execute(
        select(person.c.id, PERSON.c.staff_no, PERSON.c.name, person.c.college_id)
        .join(PERSON, PERSON.c.record_id == person.c.id)
        .where(*where)
        .order_by(PERSON.c.staff_no)
    ).all()
    ids = {row[0] for row in rows}
    before: dict[int, int] = {}
    if ids:
        latest = _filed(actor).add_columns(func.max(p.record.c.filed_year)).where(p.record.c.filed_year < year).group_by(p.contributor.c.person_id)
        before = {row[0]: row[1] for row in uow.conn.execute(latest) if row[0] in ids}
    return [Silent(row[0], row[1] or "", row[2] or "", row[3], before.get(row[0])) for row in rows]


def count_silent(uow: UnitOfWork, actor: Principal, year: int, college_id: int | None = None) -> int:
    """How many ``silent`` would list, without looking up when each last filed: that reads every record there is (of
    215,000 nine tenths of the time). Raises as it."""
    person, where = _silent(actor, year, college_id)
    return int(uow.conn.execute(select(func.count()).select_from(person.join(PERSON, PERSON.c.record_id == person.c.id)).where(*where)).scalar_one())


def _silent(actor: Principal, year: int, college_id: int | None) -> tuple[Any, list[Any]]:
    if actor.role not in ("office_admin", "college_admin", "system"):
        raise Denied
    person, post, day = p.record.alias("silent_person"), p.person_post.c, today()
    in_post = (
        select(post.person_id)
        .where(post.university_code == actor.university_code, post.valid_from <= day, or_(post.valid_to.is_(None), post.valid_to >= day))
    )  # fmt: skip
    filed = _filed(actor).where(p.record.c.filed_year == year)
    where: list[Any] = [
        permissions.visible(actor, person), person.c.type == "person", person.c.state == "30",
        person.c.id.in_(in_post), person.c.id.not_in(filed),
    ]  # fmt: skip
    if college_id is not None:
        where.append(person.c.college_id == college_id)
    return person, where


def _filed(actor: Principal) -> Any:
    """The people who take part in a record that is in review or approved."""
    c, r = p.contributor.c, p.record.c
    return (
        select(c.person_id)
        .join(p.record, r.id == c.record_id)
        .where(
            c.university_code == actor.university_code, c.person_id.is_not(None), c.claim != "declined",
            r.state.in_(FILED), r.type.not_in(NOT_FILED),
        )
    )  # fmt: skip
