"""What a home page counts, from the store and through ``permissions.visible``: work in progress is only there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, union

from dashboards import frame
from ingestion import permissions
from ingestion.principal import Principal
from ingestion.store.platform import account, import_batch, login_event, notice, project_balance, record

RESOURCES = ("person", "expert", "institution")


@dataclass(frozen=True)
class Cell:
    """How many records of one type, state and year."""

    type_id: str
    state: str
    year: int | None
    n: int


def mine(principal: Principal) -> ColumnElement[bool]:
    """The principal's own records: entered by the account, or owned by the person. Each by an index of its own, so that
    a home page does not grow with the university."""
    own = [select(record.c.id).where(record.c.entered_by == principal.account_id)]
    if principal.person_id is not None:
        own.append(select(record.c.id).where(record.c.owner_person_id == principal.person_id, record.c.university_code == principal.university_code))
    return record.c.id.in_(union(*own))


def by_type(principal: Principal, *, own: bool) -> list[Cell]:
    """Records per type, state and year that the principal may see; only own ones with ``own``."""
    query = (
        select(record.c.type, record.c.state, record.c.filed_year, func.count())
        .where(permissions.visible(principal, record))
        .group_by(record.c.type, record.c.state, record.c.filed_year)
    )
    if own:
        query = query.where(mine(principal), record.c.type != "person")
    elif principal.role == "college_admin":  # two indexes instead of every record of the university (156 ms of 83,000)
        of_college = select(record.c.id).where(record.c.university_code == principal.university_code, record.c.college_id == principal.unit_id)
        query = query.where(record.c.id.in_(union(of_college, select(record.c.id).where(record.c.entered_by == principal.account_id))))
    with frame.store().read(principal.university_code) as uow:
        return [Cell(*row) for row in uow.conn.execute(query)]


def latest_open(principal: Principal, limit: int = 3) -> list[Any]:
    """Own drafts and returned records, the last touched first."""
    query = (
        select(record.c.id, record.c.type, record.c.title, record.c.state, record.c.step, record.c.updated_at)
        .where(permissions.visible(principal, record), record.c.state.in_(["00", "11", "21"]), record.c.entered_by == principal.account_id)
        .order_by(record.c.updated_at.desc())
        .limit(limit)
    )
    with frame.store().read(principal.university_code) as uow:
        return list(uow.conn.execute(query))


def money(principal: Principal) -> tuple[int, int, int, int] | None:
    """arrived, outward, spent and frozen fen of the projects the principal owns; None without any."""
    b = project_balance.c
    query = (
        select(func.sum(b.arrived), func.sum(b.outward), func.sum(b.spent), func.sum(b.frozen))
        .select_from(project_balance.join(record, record.c.id == b.project_id))
        .where(permissions.visible(principal, record), mine(principal))
    )
    with frame.store().read(principal.university_code) as uow:
        row = uow.conn.execute(query).one()
    return None if row[0] is None else (int(row[0]), int(row[1]), int(row[2]), int(row[3]))


def last_logins(principal: Principal, limit: int = 2) -> list[Any]:
    query = (
        select(login_event.c.at, login_event.c.address, login_event.c.result, login_event.c.device)
        .where(login_event.c.account_id == principal.account_id)
        .order_by(login_event.c.id.desc())
        .limit(limit)
    )
    with frame.store().read(principal.university_code) as uow:
        return list(uow.conn.execute(query))


@dataclass(frozen=True)
class Onboarding:
    """The four steps of a university that begins (AC-004)."""

    people: int
    history: int
    accounts: int
    entered: int


def onboarding(principal: Principal, year: int) -> Onboarding:
    code = principal.university_code
    with frame.store().read(code) as uow:

        def count(query: Any) -> int:
            return int(uow.conn.execute(query).scalar_one())

        return Onboarding(
            people=count(select(func.count()).select_from(record).where(record.c.university_code == code, record.c.type == "person", record.c.state == "30")),
            history=count(select(func.count()).select_from(import_batch).where(import_batch.c.university_code == code, import_batch.c.applied_at.is_not(None), import_batch.c.undone_at.is_(None))),
            accounts=count(select(func.count()).select_from(account).where(account.c.university_code == code, account.c.kind == "person", account.c.last_login_at.is_not(None))),
            entered=count(select(func.count()).select_from(record).where(record.c.university_code == code, record.c.type.not_in(RESOURCES), record.c.filed_year == year)),
        )


def people_without_account(principal: Principal) -> int:
    """Persons in force who hold no account yet."""
    code = principal.university_code
    held = select(account.c.person_id).where(account.c.university_code == code, account.c.person_id.is_not(None))
    query = select(func.count()).select_from(record).where(record.c.university_code == code, record.c.type == "person", record.c.state == "30", record.c.id.not_in(held))
    with frame.store().read(code) as uow:
        return int(uow.conn.execute(query).scalar_one())


__all__ = ["Cell", "Onboarding", "by_type", "last_logins", "latest_open", "mine", "money", "notice", "onboarding", "people_without_account"]
