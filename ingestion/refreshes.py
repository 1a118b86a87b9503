"""Asking for fresh numbers, and what became of it. The pages read this; the pipeline writes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

NIGHTLY = "nightly"
"""The reason of a request for the whole of the night's work."""
KEPT_RUNS = 500
"""Finished runs kept; older ones are removed by the next one."""


@dataclass(frozen=True)
class Request:
    """Requests taken together: one run answers them all. ``nightly``: the night's work was asked for by day."""

    ids: tuple[int, ...]
    full_reload: bool
    nightly: bool = False


@dataclass(frozen=True)
class Status:
    """The newest run. ``state``: running, ok, held (some university kept its last good file) or failed."""

    generation: int | None
    started_at: datetime
    ended_at: datetime | None
    as_of: datetime | None
    state: str
    changed_rows: int
    detail: dict[str, Any]


def request(uow: UnitOfWork, reason: str, full_reload: bool = False) -> int:
    """Ask for a refresh; it is taken up within a few seconds where the refresher runs."""
    row = insert(p.refresh_request).values(requested_at=uow.now, reason=reason[:100], full_reload=full_reload)
    return int(uow.conn.execute(row.returning(p.refresh_request.c.id)).scalar_one())


def waiting(uow: UnitOfWork) -> Request | None:
    """What has been asked and not taken yet."""
    r = p.refresh_request
    rows = uow.conn.execute(select(r.c.id, r.c.full_reload, r.c.reason).where(r.c.taken_at.is_(None)).order_by(r.c.id)).all()
    if not rows:
        return None
    return Request(tuple(row.id for row in rows), any(row.full_reload for row in rows), any(row.reason == NIGHTLY for row in rows))


def take(uow: UnitOfWork, request_: Request) -> None:
    """Mark requests as answered by the run that now begins."""
    r = p.refresh_request
    uow.conn.execute(update(r).where(r.c.id.in_(request_.ids)).values(taken_at=uow.now))


def begin(uow: UnitOfWork) -> int:
    """A run begins; returns the id to finish it by. A run cut off earlier is closed as failed."""
    s = p.refresh_status
    uow.conn.execute(
        update(s)
        .where(s.c.state == "running")
        .values(state="failed", ended_at=uow.now, detail=json.dumps({"error": "interrupted"}))
    )
    newest = uow.conn.execute(select(s.c.id).order_by(s.c.id.desc()).limit(1).offset(KEPT_RUNS)).scalar()
    if newest is not None:
        uow.conn.execute(delete(s).where(s.c.id <= newest))
    row = insert(s).values(started_at=uow.now, state="running", changed_rows=0, detail="{}")
    return int(uow.conn.execute(row.returning(s.c.id)).scalar_one())


def finish(
    uow: UnitOfWork,
    run: int,
    *,
    state: str,
    generation: int | None = None,
    as_of: datetime | None = None,
    changed_rows: int = 0,
    detail: dict[str, Any] | None = None,
) -> None:
    """A run ended: ``state`` is ok, held or failed."""
    s = p.refresh_status
    uow.conn.execute(
        update(s)
        .where(s.c.id == run)
        .values(
            state=state,
            generation=generation,
            as_of=as_of,
            changed_rows=changed_rows,
            ended_at=uow.now,
            detail=json.dumps(detail or {}, ensure_ascii=False),
        )
    )


def discard(uow: UnitOfWork, run: int) -> None:
    """Forget a run that found nothing to do."""
    uow.conn.execute(delete(p.refresh_status).where(p.refresh_status.c.id == run))


def latest(uow: UnitOfWork) -> Status | None:
    """The newest run, or None before the first."""
    return next(iter(newest(uow, 1)), None)


def newest(uow: UnitOfWork, limit: int) -> list[Status]:
    """The last runs, the newest first. What they tell (``detail``) is about every university: a page shows its
    reader's own part."""
    s = p.refresh_status
    rows = uow.conn.execute(select(s).order_by(s.c.id.desc()).limit(limit))
    return [_status(row) for row in rows]


def _status(row: Any) -> Status:
    return Status(
        generation=row.generation,
        started_at=row.started_at,
        ended_at=row.ended_at,
        as_of=row.as_of,
        state=row.state,
        changed_rows=row.changed_rows,
        detail=json.loads(row.detail),
    )
