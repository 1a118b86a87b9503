"""年度锁定: past years closed for entry and change, and who may still enter in one until a day.

A lock is a row (university, type, year). What was submitted before goes on through its review; nothing new is
submitted and no change is opened. Statistics and filed snapshots do not look at locks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from ingestion import audit, messages, permissions
from ingestion.catalog.registry import TYPE_IDS
from ingestion.permissions import EVERY_TYPE
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.records.reasons import reason as checked_reason
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

FIRST_YEAR = 1949
LONGEST = timedelta(days=366)  # of an exception


class BadYear(OperationError):
    """A year, a type or a day that cannot be."""


@dataclass(frozen=True)
class LockedYear:
    """One closed year of one university. ``types``: which record types, in catalogue order."""

    university_code: str
    year: int
    types: tuple[str, ...]
    locked_by: str
    locked_at: datetime


@dataclass(frozen=True)
class YearException:
    id: int
    year: int
    person_id: int
    person: str
    until: date
    reason: str
    granted_by: str
    granted_at: datetime


def _may(actor: Principal, university_code: str) -> None:
    permissions.require(actor, "manage_years")
    if not actor.is_province and university_code != actor.university_code:
        raise NotFound


def _years_known(year: int, types: Collection[str]) -> None:
    last = today().year - 1
    if not FIRST_YEAR <= year <= last:
        raise BadYear(f"年度“{year}”不能锁定，应为 {FIRST_YEAR} 到 {last} 年。", f"The year {year} cannot be closed; it lies between {FIRST_YEAR} and {last}.")
    if not types or not set(types) <= EVERY_TYPE:
        raise BadYear("请选择要锁定的类型。", "Choose the record types.")


def lock(uow: UnitOfWork, actor: Principal, university_code: str, year: int, types: Collection[str] = TYPE_IDS) -> int:
    """Closes a past year for these types; returns how many were open until now."""
    _may(actor, university_code)
    _years_known(year, types)
    y = p.year_lock.c
    held = select(y.type).where(y.university_code == university_code, y.year == year)
    fresh = sorted(set(types) - set(uow.conn.execute(held).scalars()))
    if fresh:
        uow.conn.execute(
            insert(p.year_lock),
            [
                {"university_code": university_code, "type": t, "year": year, "locked_by": actor.account_id, "locked_at": uow.now}
                for t in fresh
            ],
        )
        audit.write(uow, actor, "lock", "year", year, {"types": fresh}, university_code=university_code)
    return len(fresh)


def reopen(
    uow: UnitOfWork, actor: Principal, university_code: str, year: int, reason: str, types: Collection[str] = TYPE_IDS
) -> int:
    """Opens a closed year again, with a reason; returns how many types were closed until now."""
    _may(actor, university_code)
    words = checked_reason(reason)
    y = p.year_lock.c
    gone = uow.conn.execute(
        delete(p.year_lock).where(y.university_code == university_code, y.year == year, y.type.in_(list(types)))
    ).rowcount
    if gone:
        audit.write(uow, actor, "reopen", "year", year, {"types": sorted(types), "reason": words}, university_code=university_code)
    return gone


def locked(uow: UnitOfWork, actor: Principal) -> list[LockedYear]:
    """The closed years of the actor's university, of every university for the province; newest first."""
    permissions.require(actor, "manage_years")
    y, a = p.year_lock.c, p.account.c
    found = select(y.university_code, y.year, y.type, y.locked_at, a.name).join(p.account, a.id == y.locked_by)
    if not actor.is_province:
        found = found.where(permissions.visible(actor, p.year_lock))
    held: dict[tuple[str, int], dict[str, Any]] = {}
    for row in uow.conn.execute(found.order_by(y.year.desc(), y.university_code)):
        one = held.setdefault((row.university_code, row.year), {"types": set(), "at": row.locked_at, "by": row.name})
        one["types"].add(row.type)
        if row.locked_at >= one["at"]:
            one["at"], one["by"] = row.locked_at, row.name
    return [
        LockedYear(code, year, tuple(t for t in TYPE_IDS if t in one["types"]), one["by"], one["at"])
        for (code, year), one in held.items()
    ]


# --- exceptions -------------------------------------------------------------------------------------------


def allow(uow: UnitOfWork, actor: Principal, year: int, person_id: int, until: date, reason: str) -> int:
    """This person may still enter records of a closed year until the end of a day; they get a message."""
    _may(actor, actor.university_code)
    words, now = checked_reason(reason), today()
    y, r, x = p.year_lock.c, p.record.c, p.year_exception.c
    if uow.conn.execute(select(y.id).where(y.university_code == actor.university_code, y.year == year).limit(1)).first() is None:
        raise BadYear(f"{year} 年度没有锁定，不需要例外。", f"The year {year} is not closed.")
    if not now <= until <= now + LONGEST:
        raise BadYear(f"截止日期“{until}”应在今天 {now} 到 {now + LONGEST} 之间。", f"The last day {until} must lie between today, {now}, and {now + LONGEST}.")
    person = uow.conn.execute(
        select(r.id).where(r.id == person_id, permissions.pickable_people(actor))
    ).scalar_one_or_none()
    if person is None:
        raise NotFound
    uow.conn.execute(
        update(p.year_exception)
        .where(x.university_code == actor.university_code, x.year == year, x.person_id == person_id, x.ended_at.is_(None))
        .values(ended_at=uow.now)
    )
    created: int = uow.conn.execute(
        insert(p.year_exception)
        .values(
            university_code=actor.university_code, year=year, person_id=person_id, until=until, reason=words,
            granted_by=actor.account_id, granted_at=uow.now,
        )
        .returning(x.id)
    ).scalar_one()  # fmt: skip
    audit.write(uow, actor, "except", "year", year, {"person": person_id, "until": until, "reason": words})
    messages.send_to_person(
        uow, person_id, "notice",
        f"{year} 年度已锁定，您可在 {until} 前补录该年度的记录。原因：{words}",
        f"The year {year} is closed; you may still enter records of it until {until}. Reason: {words}",
    )  # fmt: skip
    return created


def end(uow: UnitOfWork, actor: Principal, exception_id: int) -> None:
    """Takes an exception back at once."""
    x = p.year_exception.c
    row = uow.conn.execute(
        select(x.year, x.person_id).where(x.id == exception_id, permissions.visible(actor, p.year_exception), x.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    permissions.require(actor, "manage_years")
    uow.conn.execute(update(p.year_exception).where(x.id == exception_id).values(ended_at=uow.now))
    audit.write(uow, actor, "end_exception", "year", row.year, {"person": row.person_id})


def exceptions(uow: UnitOfWork, actor: Principal) -> list[YearException]:
    """The exceptions of the actor's university that still run, the first to end first."""
    permissions.require(actor, "manage_years")
    x, a, r = p.year_exception.c, p.account.c, p.record.c
    found = (
        select(p.year_exception, a.name.label("by"), r.title)
        .join(p.account, a.id == x.granted_by)
        .join(p.record, r.id == x.person_id)
        .where(permissions.visible(actor, p.year_exception), x.ended_at.is_(None), x.until >= today())
        .order_by(x.until, x.id)
    )
    return [
        YearException(row.id, row.year, row.person_id, row.title, row.until, row.reason, row.by, row.granted_at)
        for row in uow.conn.execute(found)
    ]


__all__ = ["BadYear", "LockedYear", "YearException", "allow", "end", "exceptions", "lock", "locked", "reopen"]
