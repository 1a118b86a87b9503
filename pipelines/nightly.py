"""The night's work: everything built anew, the change log shortened, the documents of checks and models written.

``yanshu serve`` does it in its refresher, a deployed Dagster by two schedules. No step stops the next; what went
wrong is noted by name for the page 数据管道, and told in the log.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

import duckdb

from ingestion import feed, nights
from ingestion.store.engine import ALL, Store, local_zone, open_store, utc_now
from pipelines import documents, publish, raw
from pipelines.refresh import left_open, lock
from pipelines.transform import Transformer

LOG = logging.getLogger(__name__)
AT = clock_time(2, 30)
"""Local time of the night's work."""
CRON = f"{AT.minute} {AT.hour} * * *"
CRON_UPKEEP = f"{AT.minute} {AT.hour + 1} * * *"


def due_since(now: datetime) -> datetime:
    """The latest time (naive UTC) at which the night's work was due."""
    local = now.replace(tzinfo=UTC).astimezone(local_zone())
    at = local.replace(hour=AT.hour, minute=AT.minute, second=0, microsecond=0)
    if at > local:
        at -= timedelta(days=1)
    return at.astimezone(UTC).replace(tzinfo=None)


def is_due(store: Store, now: datetime | None = None) -> bool:
    """Whether the last night's work is still to do. An installation seen for the first time begins with the next
    night: it has just built everything."""
    now = now or utc_now()
    with store.read(ALL) as uow:
        night = nights.last(uow)
    if night is None:
        with store.begin(ALL) as uow:
            nights.note(uow, nights.Night(now))
        return False
    return night.at < due_since(now)


def prune(store: Store, home: Path) -> int:
    """Forget of the change log what every reader has passed: the raw layer, and the published manifest, by which
    exports and doctors tell what still waits. Returns how many rows went. On PostgreSQL only the tables' owner may:
    ``store`` is opened as such where YANSHU_OWNER_DATABASE_URL is set."""
    with lock(home):
        warehouse = home / "warehouse.duckdb"
        manifest = publish.current(home)
        if manifest is None or not warehouse.exists() or left_open(warehouse):  # the next refresh must see what was left
            return 0
        with duckdb.connect(str(warehouse)) as con:
            read = raw.position(con)
    if read is None or read.store_id != manifest.store_id:
        return 0
    passed = feed.Position(read.store_id, min(read.value, manifest.position))
    url = os.environ.get("YANSHU_OWNER_DATABASE_URL") if store.dialect == "postgresql" else None
    owner = open_store(url) if url else store
    try:
        return feed.prune(owner, passed)
    finally:
        if owner is not store:
            owner.dispose()


def upkeep(store: Store, home: Path, transformer: Transformer) -> list[nights.Step]:
    """What follows the rebuild."""
    return [
        _step("prune", lambda: prune(store, home)),
        _step("checks_documents", lambda: documents.checks(home)),
        _step("model_documents", lambda: documents.models(transformer)),
    ]


def run(store: Store, home: Path, transformer: Transformer, rebuild: Callable[[], object]) -> nights.Night:
    """All of it. ``rebuild`` builds everything anew."""
    return noted(store, [_step("rebuild", rebuild), *upkeep(store, home, transformer)])


def noted(store: Store, steps: list[nights.Step]) -> nights.Night:
    """Keep what the night did."""
    with store.begin(ALL) as uow:
        night = nights.Night(uow.now, tuple(steps))
        nights.note(uow, night)
    return night


def _step(name: str, work: Callable[[], object]) -> nights.Step:
    start = time.perf_counter()
    try:
        work()
    except Exception as error:
        LOG.exception("the night's step %s failed", name)
        return nights.Step(name, round(time.perf_counter() - start, 1), type(error).__name__)
    return nights.Step(name, round(time.perf_counter() - start, 1))
