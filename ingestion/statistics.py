"""Statistics an account keeps: the filters of a page under a name, for itself or shared in its scope.

Only filters are kept, never a figure: whoever opens a shared one sees the numbers of the own reach. A college
secretary shares inside the college of the grant, the office, analysts and finance in the university, the province's
people in the province; a researcher keeps them alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, func, insert, select, update

from ingestion import audit, permissions
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import account, saved_statistic

PAGES: dict[str, str] = {"statistics": "view_numbers", "province": "view_province"}
"""Page → the action its readers hold."""

SHARERS = frozenset({"office_admin", "college_admin", "analyst", "finance", "province_staff", "province_analyst"})
NAME_LIMIT = 100
KEPT = 100
"""Statistics one account may keep of a page."""

FILTER = re.compile(r"[a-z][a-z_0-9]{0,19}")
VALUE_LIMIT = 200
FILTERS = 20


@dataclass(frozen=True)
class SavedStatistic:
    """``filters``: the page's address. ``mine`` tells the owner, who alone may change or delete it."""

    id: int
    name: str
    filters: dict[str, str]
    shared: bool
    owner: str
    mine: bool
    created_at: datetime


def list_for(uow: UnitOfWork, actor: Principal, page: str) -> list[SavedStatistic]:
    """The actor's own statistics of a page and those shared with it, its own first, then by name."""
    _require(actor, page)
    s = saved_statistic.c
    rows = uow.conn.execute(
        select(s.id, s.name, s.filters, s.shared, s.account_id, s.created_at, account.c.name.label("owner"))
        .join(account, account.c.id == s.account_id)
        .where(s.page == page, permissions.visible(actor, saved_statistic))
        .order_by(s.name, s.id)
    )
    found = [
        SavedStatistic(r.id, r.name, dict(parse_qsl(r.filters)), r.shared, r.owner, r.account_id == actor.account_id, r.created_at)
        for r in rows
    ]
    return sorted(found, key=lambda one: not one.mine)


def may_share(actor: Principal) -> bool:
    return actor.role in SHARERS


def save(uow: UnitOfWork, actor: Principal, page: str, name: str, filters: Mapping[str, str], *, shared: bool = False) -> int:
    """Keeps the filters under a name; the same name of the same owner is replaced. Raises OperationError with what is
    wrong, Denied where the role may not read the page or not share."""
    _require(actor, page)
    if shared and not may_share(actor):
        raise Denied
    name = name.strip()
    if not name or len(name) > NAME_LIMIT:
        raise OperationError(f"名称“{name[:20]}”应为 1 到 {NAME_LIMIT} 字。", f"The name “{name[:20]}” must have 1 to {NAME_LIMIT} characters.")
    for key, value in filters.items():
        if not FILTER.fullmatch(key) or len(value) > VALUE_LIMIT:
            raise OperationError(
                f"条件“{key[:20]}”的值“{value[:20]}”不能保存，每个条件最多 {VALUE_LIMIT} 字。",
                f"The filter “{key[:20]}” with “{value[:20]}” cannot be saved; a value has up to {VALUE_LIMIT} characters.",
            )
    if len(filters) > FILTERS:
        raise OperationError(f"条件共 {len(filters)} 个，最多 {FILTERS} 个。", f"{len(filters)} filters; up to {FILTERS} are allowed.")
    s = saved_statistic.c
    mine = (s.account_id == actor.account_id) & (s.university_code == actor.university_code) & (s.page == page)
    known = uow.conn.execute(select(s.id).where(mine, s.name == name)).scalar()
    values = {"filters": urlencode(dict(filters)), "shared": shared, "unit_id": actor.unit_id if shared else None, "created_at": uow.now}
    if known is None:
        count = uow.conn.execute(select(func.count()).select_from(saved_statistic).where(mine)).scalar_one()
        if count >= KEPT:
            raise OperationError(f"已保存 {count} 个，最多 {KEPT} 个，请先删除不用的。", f"{count} are saved and {KEPT} is the most: delete some first.")
        made = uow.conn.execute(
            insert(saved_statistic)
            .values(university_code=actor.university_code, account_id=actor.account_id, page=page, name=name, **values)
            .returning(s.id)
        )
        known = int(made.scalar_one())
    else:
        uow.conn.execute(update(saved_statistic).where(s.id == known).values(**values))
    audit.write(uow, actor, "save_statistic", "saved_statistic", known, {"page": page, "name": name, "shared": shared})
    return int(known)


def remove(uow: UnitOfWork, actor: Principal, statistic_id: int) -> None:
    """Deletes one of the actor's own. NotFound for any other."""
    s = saved_statistic.c
    gone = uow.conn.execute(
        delete(saved_statistic).where(s.id == statistic_id, s.account_id == actor.account_id, s.university_code == actor.university_code)
    )
    if gone.rowcount != 1:
        raise NotFound
    audit.write(uow, actor, "delete_statistic", "saved_statistic", statistic_id, {})


def _require(actor: Principal, page: str) -> None:
    if page not in PAGES:
        raise NotFound
    permissions.require(actor, PAGES[page])
