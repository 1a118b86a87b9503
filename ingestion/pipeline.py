"""The machine's own work as its readers may see it: runs, the last night, and asking for another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ingestion import audit, nights, permissions, refreshes
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

SHOWN = 30


@dataclass(frozen=True)
class Run:
    """One run. ``state``: running, ok, held or failed; ``failed`` names the model or test that stopped it, or the kind
    of mishap. ``held``: of the reader's own universities those that kept their last good file, with the check's words
    (Chinese, English) and the time since. ``checks``: layer → (looked at, did not hold). ``tests``: name → result."""

    started_at: datetime
    ended_at: datetime | None
    as_of: datetime | None
    state: str
    full: bool
    generation: int | None
    changed_rows: int
    failed: str
    seconds: dict[str, float]
    held: dict[str, tuple[str, str, str]]
    checks: dict[str, tuple[int, int]]
    tests: dict[str, str]


def runs(uow: UnitOfWork, actor: Principal, limit: int = SHOWN) -> list[Run]:
    """The last runs, the newest first. A university is told of itself only: its run is "held" where it was held."""
    permissions.require(actor, "view_pipeline")
    return [_run(status, actor) for status in refreshes.newest(uow, limit)]


def _run(status: refreshes.Status, actor: Principal) -> Run:
    detail: dict[str, Any] = status.detail
    mine = {
        code: (str(why.get("zh", "")), str(why.get("en", "")), str(why.get("since", "")))
        for code, why in detail.get("held", {}).items()
        if actor.is_province or code == actor.university_code
    }
    state = "ok" if status.state == "held" and not mine else status.state
    return Run(
        status.started_at, status.ended_at, status.as_of, state, bool(detail.get("full", False)), status.generation,
        status.changed_rows, str(detail.get("error", "")), dict(detail.get("seconds", {})), mine,
        {layer: (int(told["run"]), int(told["failed"])) for layer, told in detail.get("checks", {}).items()},
        dict(detail.get("tests", {})),
    )  # fmt: skip


def last_night(uow: UnitOfWork, actor: Principal) -> nights.Night | None:
    permissions.require(actor, "view_pipeline")
    return nights.last(uow)


def ask_for_a_night(uow: UnitOfWork, actor: Principal) -> None:
    """The night's work by day: everything anew and the documents. Asked once, however often the button is pressed."""
    permissions.require(actor, "refresh")
    if not is_asked(uow):
        refreshes.request(uow, refreshes.NIGHTLY, full_reload=True)
        audit.write(uow, actor, "refresh", "pipeline", None, {"reason": refreshes.NIGHTLY})


def is_asked(uow: UnitOfWork) -> bool:
    """Whether somebody has asked for the night's work and nobody has taken it up."""
    r = p.refresh_request
    query = select(r.c.id).where(r.c.taken_at.is_(None), r.c.reason == refreshes.NIGHTLY).limit(1)
    return uow.conn.execute(query).first() is not None
