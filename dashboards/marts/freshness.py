"""How fresh the figures on screen are: as-of time, generation, what waits, what stopped, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from dashboards.marts import reader
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import record, refresh_request, refresh_status

PAUSED_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class Freshness:
    """``as_of`` is naive UTC. ``waiting``: approved changes not yet in the figures. ``paused``: changes wait
    and nobody takes them. ``held``: the check that keeps this university on its last good file."""

    generation: int
    as_of: datetime | None
    reconciled: bool
    waiting: int
    paused: bool
    held: str
    held_en: str = ""


def of(uow: UnitOfWork, principal: Principal) -> Freshness | None:
    """None where nothing has been published for the principal."""
    meta = reader.meta_for(principal)
    if meta is None:
        return None
    latest = uow.conn.execute(select(refresh_status.c.state).order_by(refresh_status.c.id.desc()).limit(1)).scalar()
    as_of = meta.as_of
    waiting, oldest = _waiting(uow, principal, as_of)
    asked = uow.conn.execute(
        select(func.min(refresh_request.c.requested_at)).where(refresh_request.c.taken_at.is_(None))
    ).scalar()
    late = [at for at in (oldest, asked) if at is not None and uow.now - at > PAUSED_AFTER]
    paused = bool(late) or latest == "failed"
    return Freshness(meta.generation, as_of, meta.reconciled, waiting, paused, meta.held_reason, meta.held_reason_en)


def _waiting(uow: UnitOfWork, principal: Principal, as_of: datetime | None) -> tuple[int, datetime | None]:
    if as_of is None:
        return 0, None
    changed = or_(record.c.approved_at.between(as_of, uow.now), record.c.voided_at.between(as_of, uow.now))
    query = select(func.count(), func.min(record.c.updated_at)).where(changed)
    if not principal.is_province:
        # as an expression: SQLite would read all of a university's records by its index rather than the few of that time
        query = query.where(record.c.university_code.concat("") == principal.university_code)
    if principal.role == "college_admin":
        query = query.where(record.c.college_id == principal.unit_id)
    if principal.role == "researcher":
        query = query.where(record.c.owner_person_id == principal.person_id)
    count, oldest = uow.conn.execute(query).one()
    return int(count), oldest
