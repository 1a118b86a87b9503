"""Long work as rows: imports, exports and large batches run by a worker and survive leaving the page.

A job is claimed by exactly one worker; its handler writes progress as it goes. A worker that died leaves its
job ``running``: ``reclaim`` puts such jobs back at start, so handlers must be safe to run again (imports are:
rows take effect only with their batch marker).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from ingestion import accounts, messages, permissions, running_as
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.store.engine import ALL, Store, UnitOfWork
from ingestion.store.platform import job

LOG = logging.getLogger(__name__)
STALE = timedelta(hours=2)


@dataclass(frozen=True)
class Job:
    id: int
    university_code: str
    kind: str
    account_id: int
    grant_id: int | None
    parameters: dict[str, Any]
    state: str
    progress: int
    total: int | None
    result: dict[str, Any] | None
    message: str | None
    created_at: datetime
    ended_at: datetime | None


def _job(row: Any) -> Job:
    return Job(
        row.id, row.university_code, row.kind, row.account_id, row.role_grant_id, json.loads(row.parameters), row.state,
        row.progress, row.total, json.loads(row.result) if row.result else None, row.message_zh, row.created_at,
        row.ended_at,
    )  # fmt: skip


def enqueue(uow: UnitOfWork, actor: Principal, kind: str, parameters: Mapping[str, Any], total: int | None = None) -> int:
    """The work will be done with the actor's account and the role in use now, checked again when it runs."""
    return uow.conn.execute(
        insert(job)
        .values(
            university_code=actor.university_code, kind=kind, account_id=actor.account_id, role_grant_id=actor.grant_id,
            parameters=json.dumps(dict(parameters), ensure_ascii=False, default=str), state="queued", progress=0,
            total=total, created_at=uow.now,
        )
        .returning(job.c.id)
    ).scalar_one()  # fmt: skip


def actor_of(uow: UnitOfWork, work: Job) -> Principal:
    """Who asked for the work, in the role it was asked in. Raises ``Denied`` where the account was disabled or
    the role taken away since. ``uow`` has the job's university (or all) as its scope."""
    found = accounts.principal_of_grant(uow, work.account_id, work.grant_id)
    if found is None:
        raise Denied("任务发起人的账号已停用，或角色已变更，任务没有执行。", "The account that asked for this was disabled or its role changed; nothing was done.")
    return found


def get(uow: UnitOfWork, principal: Principal, job_id: int) -> Job:
    """Raises ``NotFound`` for another account's job."""
    row = uow.conn.execute(select(job).where(job.c.id == job_id, permissions.visible(principal, job))).one_or_none()
    if row is None:
        raise NotFound
    return _job(row)


def list_for(uow: UnitOfWork, principal: Principal, limit: int = 20) -> list[Job]:
    rows = uow.conn.execute(select(job).where(permissions.visible(principal, job)).order_by(job.c.id.desc()).limit(limit))
    return [_job(row) for row in rows]


def claim_next(store: Store, kinds: tuple[str, ...]) -> Job | None:
    """Takes the oldest queued job of these kinds; two workers never get the same one."""
    with store.begin(ALL) as uow:
        found = (
            select(job.c.id).where(job.c.state == "queued", job.c.kind.in_(kinds)).order_by(job.c.id).limit(1)
        )
        if uow.dialect == "postgresql":
            found = found.with_for_update(skip_locked=True)
        job_id = uow.conn.execute(found).scalar_one_or_none()
        if job_id is None:
            return None
        row = uow.conn.execute(
            update(job).where(job.c.id == job_id).values(state="running", started_at=uow.now, worker=running_as.name()).returning(*job.c)
        ).one()
        return _job(row)


def progress(store: Store, job_id: int, done: int, total: int | None = None) -> None:
    values: dict[str, Any] = {"progress": done}
    if total is not None:
        values["total"] = total
    with store.begin(ALL) as uow:
        uow.conn.execute(update(job).where(job.c.id == job_id).values(values))


def finish(store: Store, job_id: int, result: Mapping[str, Any] | None, zh: str, en: str, *, failed: bool = False) -> None:
    """Ends a job and tells its owner. ``zh``/``en`` are one sentence a person reads."""
    with store.begin(ALL) as uow:
        row = uow.conn.execute(
            update(job)
            .where(job.c.id == job_id)
            .values(
                state="failed" if failed else "done", ended_at=uow.now, message_zh=zh,
                result=json.dumps(dict(result), ensure_ascii=False, default=str) if result is not None else None,
            )
            .returning(job.c.account_id)
        ).one()  # fmt: skip
        messages.send(uow, row.account_id, "job", zh, en)


def reclaim(store: Store, older_than: timedelta = STALE) -> int:
    """Puts jobs of a worker that died back into the queue: at once where its process is known to be gone, after a
    time where it ran on another machine. Returns how many."""
    with store.begin(ALL) as uow:
        running = uow.conn.execute(select(job.c.id, job.c.worker, job.c.started_at).where(job.c.state == "running")).all()
        dead = [
            row.id for row in running
            if (row.worker is not None and running_as.gone(row.worker)) or row.started_at < uow.now - older_than
        ]  # fmt: skip
        if dead:
            uow.conn.execute(update(job).where(job.c.id.in_(dead)).values(state="queued", progress=0, worker=None))
        return len(dead)


Outcome = tuple[Mapping[str, Any], str, str]  # result, sentence in Chinese, sentence in English
Handler = Callable[[Store, Job], Outcome]


def run_pending(store: Store, handlers: Mapping[str, Handler], limit: int = 100) -> int:
    """Runs queued jobs one after the other until none is left; returns how many ran. A handler's
    ``OperationError`` becomes its message; anything else a sentence without technical words, and a log line."""
    ran = 0
    while ran < limit and (work := claim_next(store, tuple(handlers))) is not None:
        ran += 1
        try:
            result, zh, en = handlers[work.kind](store, work)
        except OperationError as error:
            finish(store, work.id, None, error.zh, error.en, failed=True)
        except Exception:
            LOG.exception("job %s (%s) failed", work.id, work.kind)
            zh, en = f"任务 {work.id} 没有成功，请联系管理员。", f"Job {work.id} did not succeed; please tell the administrator."
            finish(store, work.id, None, zh, en, failed=True)
        else:
            finish(store, work.id, result, zh, en)
    return ran
