"""Asking for a bundle from a page: one job a university at a time, and who has asked before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from ingestion import jobs, permissions
from ingestion.jobs import STALE, Job
from ingestion.principal import Conflict, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

JOB = "exit_bundle"


@dataclass(frozen=True)
class Leaving:
    """One finished bundle, as the audit log tells it. ``at`` is naive UTC."""

    at: datetime
    actor: str
    personal_data: bool
    rows: int
    attachments: int
    missing: int
    sha256: str


def ask(uow: UnitOfWork, actor: Principal, personal_data: bool) -> int:
    """Queue a bundle of the actor's university; returns the job's id. Raises ``Denied``, and ``Conflict`` while one
    is being made."""
    permissions.require(actor, "exit_bundle")
    c = p.job.c
    busy = uow.conn.execute(
        select(c.id).where(
            c.university_code == actor.university_code, c.kind == JOB,
            or_(c.state == "queued", (c.state == "running") & (c.started_at > uow.now - STALE)),
        )
    ).first()  # fmt: skip
    if busy is not None:
        raise Conflict("本校已有一个迁出包正在生成，请等它完成。", "A bundle of this university is being made already; wait until it is done.")
    return jobs.enqueue(uow, actor, JOB, {"personal_data": personal_data})


def mine(uow: UnitOfWork, actor: Principal, since: datetime) -> list[Job]:
    """The actor's own requests, newest first."""
    return [job for job in jobs.list_for(uow, actor, 50) if job.kind == JOB and job.created_at > since]


def history(uow: UnitOfWork, actor: Principal, limit: int = 20) -> list[Leaving]:
    """Every bundle made of the university, by page or command, newest first."""
    permissions.require(actor, "exit_bundle")
    c = p.audit_row.c
    rows = uow.conn.execute(
        select(p.audit_row)
        .where(permissions.visible(actor, p.audit_row), c.object_type == "university", c.object_id == actor.university_code, c.action == "exit_bundle.done")
        .order_by(c.id.desc())
        .limit(limit)
    )
    out = []
    for row in rows:
        told = json.loads(row.detail)
        out.append(Leaving(row.at, row.actor, bool(told["personal_data"]), int(told["rows"]), int(told["attachments"]), int(told["missing"]), str(told["sha256"])))
    return out
