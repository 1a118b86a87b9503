"""How far a university has come from an empty start to its first statistics (AC-004)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from ingestion import permissions
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.platform import account, record


@dataclass(frozen=True)
class Step:
    """``done`` of ``needed`` (at least 1), ``percent`` is capped at 100."""

    name: str
    done: int
    needed: int

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // max(self.needed, 1))


def steps(uow: UnitOfWork, actor: Principal) -> list[Step]:
    """The four steps: people entered, history filed, accounts given to people, records of this year."""
    code = actor.university_code
    people = _count(uow, actor, record.c.type == "person", record.c.state == "30")
    outcomes = record.c.type.not_in(("person", "expert", "institution"))
    history = _count(uow, actor, outcomes, record.c.state == "30", record.c.filed_year < today().year)
    this_year = _count(uow, actor, outcomes, record.c.state == "30", record.c.filed_year == today().year)
    accounts = uow.conn.execute(
        select(func.count()).where(
            account.c.university_code == code, account.c.enabled, account.c.password_hash.is_not(None)
        )
    ).scalar_one()
    return [
        Step("people", people, 1),
        Step("history", history, 1),
        Step("accounts", max(accounts - 1, 0), max(people, 1)),
        Step("this_year", this_year, 1),
    ]


def _count(uow: UnitOfWork, actor: Principal, *conditions: object) -> int:
    query = select(func.count()).select_from(record).where(permissions.visible(actor, record))
    for condition in conditions:
        query = query.where(condition)  # type: ignore[arg-type]
    return int(uow.conn.execute(query).scalar_one())
