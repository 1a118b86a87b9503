"""What was done last night: a row of the installation's settings, written by the machine, read by the page of its runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from ingestion.store.engine import ALL, UnitOfWork
from ingestion.store.platform import setting

KEY = "nightly"


@dataclass(frozen=True)
class Step:
    """One part of the night's work. ``error`` names what went wrong, empty where nothing did."""

    name: str
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class Night:
    """``at``: naive UTC time at which the work ended; without ``steps`` the installation has seen no night yet."""

    at: datetime
    steps: tuple[Step, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(step.error for step in self.steps)

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)


def last(uow: UnitOfWork) -> Night | None:
    """None where nobody has kept the nights of this installation yet."""
    text = uow.conn.execute(select(setting.c.value).where(setting.c.university_code == ALL, setting.c.key == KEY)).scalar()
    if text is None:
        return None
    kept = json.loads(text)
    return Night(datetime.fromisoformat(kept["at"]), tuple(Step(**step) for step in kept["steps"]))


def note(uow: UnitOfWork, night: Night) -> None:
    """Keep this night in place of the one before."""
    value = json.dumps({"at": night.at.isoformat(), "steps": [vars(step) for step in night.steps]}, ensure_ascii=False)
    uow.conn.execute(delete(setting).where(setting.c.university_code == ALL, setting.c.key == KEY))
    uow.conn.execute(insert(setting).values(university_code=ALL, key=KEY, value=value))
