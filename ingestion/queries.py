"""SQL texts an analyst keeps: saved under a name, shared within the organisation, deleted by the owner; and the
ones last run, for the account alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from ingestion import audit, preferences
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import account, saved_query

ROLES = frozenset({"analyst", "office_admin", "province_analyst", "province_staff"})
NAME_LIMIT = 100
TEXT_LIMIT = 50_000
HISTORY = "sql_history"
REMEMBERED = 30
REMEMBERED_TEXT = 4_000
"""Characters of one remembered text: thirty of them stay a small row."""


@dataclass(frozen=True)
class SavedQuery:
    """``mine`` tells the owner, who alone may change or delete it."""

    id: int
    name: str
    sql: str
    shared: bool
    owner: str
    mine: bool
    created_at: datetime


@dataclass(frozen=True)
class Run:
    """One statement as it was run, ``rows`` the true number of its rows."""

    sql: str
    rows: int
    seconds: float
    at: datetime


def history(uow: UnitOfWork, actor: Principal) -> list[Run]:
    """What the account ran last, newest first, each text once."""
    _require(actor)
    return [Run(one["sql"], one["rows"], one["seconds"], datetime.fromisoformat(one["at"])) for one in _kept(uow, actor)]


def ran(uow: UnitOfWork, actor: Principal, sql: str, rows: int, seconds: float) -> None:
    """Remembers a run; texts longer than REMEMBERED_TEXT are not kept (a cut one could not be run again)."""
    _require(actor)
    text = sql.strip()
    if len(text) > REMEMBERED_TEXT:
        return
    run = {"sql": text, "rows": rows, "seconds": round(seconds, 3), "at": uow.now.isoformat()}
    others = [one for one in _kept(uow, actor) if one["sql"] != text]
    preferences.put(uow, actor, HISTORY, [run, *others][:REMEMBERED])


def _kept(uow: UnitOfWork, actor: Principal) -> list[dict[str, Any]]:
    return preferences.get(uow, actor, HISTORY) or []


def list_for(uow: UnitOfWork, actor: Principal) -> list[SavedQuery]:
    """The actor's own queries and those shared in the organisation, newest first."""
    _require(actor)
    q, a = saved_query.c, account.c
    rows = uow.conn.execute(
        select(q.id, q.name, q.sql, q.shared, a.name.label("owner"), q.account_id, q.created_at)
        .join(account, a.id == q.account_id)
        .where(q.university_code == actor.university_code, or_(q.account_id == actor.account_id, q.shared))
        .order_by(q.id.desc())
    )
    return [
        SavedQuery(r.id, r.name, r.sql, r.shared, r.owner, r.account_id == actor.account_id, r.created_at)
        for r in rows
    ]


def save(uow: UnitOfWork, actor: Principal, name: str, sql: str, *, shared: bool = False) -> int:
    """Keeps a text under a name; the same name of the same owner is replaced."""
    _require(actor)
    name, sql = name.strip(), sql.strip()
    if not name or len(name) > NAME_LIMIT:
        raise OperationError(f"名称“{name[:20]}”应为 1 到 {NAME_LIMIT} 字。", f"The name must have 1 to {NAME_LIMIT} characters.")
    if not sql or len(sql) > TEXT_LIMIT:
        raise OperationError(f"查询语句应为 1 到 {TEXT_LIMIT} 字。", f"The query must have 1 to {TEXT_LIMIT} characters.")
    q = saved_query.c
    mine = (q.account_id == actor.account_id) & (q.university_code == actor.university_code)
    known = uow.conn.execute(select(q.id).where(mine, q.name == name)).scalar()
    if known is None:
        made = uow.conn.execute(insert(saved_query).values(
            university_code=actor.university_code, account_id=actor.account_id, name=name, sql=sql,
            shared=shared, created_at=uow.now,
        ).returning(q.id))  # fmt: skip
        known = int(made.scalar_one())
    else:
        uow.conn.execute(update(saved_query).where(q.id == known).values(sql=sql, shared=shared, created_at=uow.now))
    audit.write(uow, actor, "save_query", "saved_query", known, {"name": name, "shared": shared})
    return int(known)


def remove(uow: UnitOfWork, actor: Principal, query_id: int) -> None:
    """Deletes one of the actor's own. NotFound for any other."""
    _require(actor)
    q = saved_query.c
    gone = uow.conn.execute(
        delete(saved_query).where(
            q.id == query_id, q.account_id == actor.account_id, q.university_code == actor.university_code
        )
    )
    if gone.rowcount != 1:
        raise NotFound
    audit.write(uow, actor, "delete_query", "saved_query", query_id, {})


def _require(actor: Principal) -> None:
    if actor.role not in ROLES:
        raise Denied
