"""Units (院系): created, renamed and closed by the research office; never deleted once anything refers to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ingestion import audit, permissions
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.platform import unit

KINDS = ("college", "office", "other")


@dataclass(frozen=True)
class Unit:
    id: int
    code: str
    name: str
    name_en: str | None
    kind: str
    parent_id: int | None
    valid_from: date | None
    valid_to: date | None
    successor_id: int | None


class BadUnit(OperationError):
    """A unit whose code, name or dates cannot be."""


def _unit(row: Any) -> Unit:
    return Unit(
        row.id, row.code, row.name, row.name_en, row.kind, row.parent_id, row.valid_from, row.valid_to, row.successor_id
    )


def list_for(uow: UnitOfWork, principal: Principal, *, colleges_only: bool = False, on: date | None = None) -> list[Unit]:
    """The university's units by code; with ``on`` only those in force that day."""
    query = select(unit).where(permissions.visible(principal, unit)).order_by(unit.c.code)
    if colleges_only:
        query = query.where(unit.c.kind == "college")
    if on is not None:
        query = query.where(
            or_(unit.c.valid_from.is_(None), unit.c.valid_from <= on), or_(unit.c.valid_to.is_(None), unit.c.valid_to >= on)
        )
    return [_unit(row) for row in uow.conn.execute(query)]


def get(uow: UnitOfWork, principal: Principal, unit_id: int) -> Unit:
    row = uow.conn.execute(
        select(unit).where(unit.c.id == unit_id, permissions.visible(principal, unit))
    ).one_or_none()
    if row is None:
        raise NotFound
    return _unit(row)


def create(
    uow: UnitOfWork,
    actor: Principal,
    code: str,
    name: str,
    *,
    name_en: str | None = None,
    kind: str = "college",
    parent_id: int | None = None,
    valid_from: date | None = None,
    university_code: str | None = None,
) -> int:
    """Returns the unit's id. ``university_code`` differs from the actor's only for the installation itself."""
    permissions.require(actor, "manage_units")
    owner = university_code if university_code and actor.role == "system" else actor.university_code
    code, name = code.strip(), name.strip()
    if not code or len(code) > 30:
        raise BadUnit(f"单位代码“{code}”应为 1 到 30 个字符。", f"The unit's code “{code}” has 1 to 30 characters.")
    if not name or len(name) > 100:
        raise BadUnit(f"单位名称“{name}”应为 1 到 100 个字。", f"The unit's name “{name}” has 1 to 100 characters.")
    if kind not in KINDS:
        raise BadUnit(f"单位类别“{kind}”不对，可用：学院、部门、其他。", f"The kind “{kind}” is not allowed: {', '.join(KINDS)}.")
    taken = uow.conn.execute(
        select(unit.c.id).where(unit.c.university_code == owner, unit.c.code == code)
    ).first()
    if taken:
        raise BadUnit(f"单位代码“{code}”已使用。", f"The unit's code “{code}” is already in use.")
    created: int = uow.conn.execute(
        insert(unit)
        .values(
            university_code=owner, code=code, name=name, name_en=name_en, kind=kind, parent_id=parent_id,
            valid_from=valid_from,
        )
        .returning(unit.c.id)
    ).scalar_one()  # fmt: skip
    audit.write(uow, actor, "create", "unit", created, {"code": code, "name": name}, university_code=owner)
    return created


def rename(uow: UnitOfWork, actor: Principal, unit_id: int, name: str, name_en: str | None = None) -> None:
    permissions.require(actor, "manage_units")
    before = get(uow, actor, unit_id)
    name = name.strip()
    if not name or len(name) > 100:
        raise BadUnit(f"单位名称“{name}”应为 1 到 100 个字。", f"The unit's name “{name}” has 1 to 100 characters.")
    uow.conn.execute(update(unit).where(unit.c.id == unit_id).values(name=name, name_en=name_en))
    audit.write(uow, actor, "rename", "unit", unit_id, {"before": before.name, "after": name})


def close(
    uow: UnitOfWork, actor: Principal, unit_id: int, on: date | None = None, successor_id: int | None = None
) -> None:
    """Ends a unit on a day; members and records keep pointing at it, new ones go to the successor."""
    permissions.require(actor, "manage_units")
    before, day = get(uow, actor, unit_id), on or today()
    if before.valid_from and day < before.valid_from:
        raise BadUnit(
            f"停用日期 {day} 早于启用日期 {before.valid_from}。", f"The closing day {day} lies before its first day {before.valid_from}."
        )
    if successor_id is not None:
        if successor_id == unit_id:
            raise BadUnit("单位不能并入自身。", "A unit cannot be its own successor.")
        get(uow, actor, successor_id)
    uow.conn.execute(update(unit).where(unit.c.id == unit_id).values(valid_to=day, successor_id=successor_id))
    audit.write(uow, actor, "close", "unit", unit_id, {"on": day.isoformat(), "successor": successor_id})


def remove(uow: UnitOfWork, actor: Principal, unit_id: int) -> None:
    """Deletes a unit nothing refers to (a typing error); otherwise it can only be closed."""
    permissions.require(actor, "manage_units")
    before = get(uow, actor, unit_id)
    try:
        with uow.conn.begin_nested():
            uow.conn.execute(unit.delete().where(unit.c.id == unit_id))
    except IntegrityError as error:
        raise BadUnit(
            f"“{before.name}”下已有人员或记录，不能删除，只能停用并指定合并到的单位。",
            f"“{before.name}” has members or records; it can only be closed, naming its successor.",
        ) from error
    audit.write(uow, actor, "delete", "unit", unit_id, {"code": before.code, "name": before.name})
