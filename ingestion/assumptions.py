"""假设: pending records taken as approved, to see what that would change. Nothing is written but the question itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ingestion import derive, jobs, permissions
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import record

KIND = "what_if"
PENDING = ("10", "20")
MOST = 200
"""Records that may be assumed approved at once."""


@dataclass(frozen=True)
class Pending:
    record_id: int
    number: str
    type: str
    title: str
    state: str


def pending(uow: UnitOfWork, actor: Principal, limit: int = MOST) -> list[Pending]:
    """What waits for the college or the office, the newest first."""
    permissions.require(actor, "view_evaluation")
    r = record.c
    wanted = (
        select(r.id, r.type, r.title, r.state)
        .where(permissions.visible(actor, record), r.state.in_(PENDING), r.in_statistics.is_(True))
        .order_by(r.submitted_at.desc(), r.id.desc())
        .limit(limit)
    )
    return [Pending(row.id, derive.number_of(row.type, row.id), row.type, row.title or "", row.state) for row in uow.conn.execute(wanted)]


def ask(uow: UnitOfWork, actor: Principal, record_ids: Sequence[int], year: int) -> int:
    """Have a year's values worked out with these records approved; gives the job. ``NotFound`` where one of them is not
    pending or not to be seen."""
    permissions.require(actor, "view_evaluation")
    if not 0 < len(record_ids) <= MOST:
        raise OperationError(f"一次可假设 1 到 {MOST} 条记录通过，选了 {len(record_ids)} 条。", f"Between 1 and {MOST} records can be assumed approved; {len(record_ids)} were chosen.")
    known(uow, actor, record_ids)
    return jobs.enqueue(uow, actor, KIND, {"records": list(record_ids), "year": year})


def known(uow: UnitOfWork, actor: Principal, record_ids: Sequence[int]) -> None:
    """Raises ``NotFound`` unless all are pending and to be seen by the actor."""
    r = record.c
    wanted = select(r.id).where(permissions.visible(actor, record), r.state.in_(PENDING), r.id.in_(record_ids))
    if set(uow.conn.execute(wanted).scalars()) != set(record_ids):
        raise NotFound
