"""Which of the product's processes run: each leaves a file under ``$YANSHU_HOME/run`` while it lives."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

NAMES = ("web", "worker", "refresher")


def collect_seldom() -> None:
    """For a process of our own: dbt, Dagster and Great Expectations are a million objects that stay, and looking through
    them for circles took a seventh of a full refresh (41.8 s of CPU before, 36.1 s after, 30,000 records)."""
    gc.set_threshold(50_000, 10, 10)


def _file(name: str) -> Path:
    from ingestion.store.engine import home  # the command's help needs no store

    return home() / "run" / f"{name}.json"


@contextmanager
def registered(name: str) -> Iterator[None]:
    """Says for the duration that this process is the one called ``name``."""
    path = _file(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    process = psutil.Process()
    path.write_text(json.dumps({"pid": process.pid, "started": process.create_time()}), encoding="utf-8")
    try:
        yield
    finally:
        if running(name) == os.getpid():
            path.unlink(missing_ok=True)


def running(name: str) -> int | None:
    """The process id of a living process of that name. A number that another program has since been given
    does not count: its start differs."""
    try:
        known = json.loads(_file(name).read_text(encoding="utf-8"))
        process = psutil.Process(known["pid"])
        alive = abs(process.create_time() - known["started"]) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
        return process.pid if alive else None
    except (OSError, ValueError, KeyError, psutil.Error):
        return None


def memory() -> dict[str, int]:
    """Bytes of resident memory by process, those started by it included; only what runs."""
    used: dict[str, int] = {}
    for name in NAMES:
        pid = running(name)
        if pid is None:
            continue
        try:
            process = psutil.Process(pid)
            others = {running(other) for other in NAMES if other != name}
            family = [process, *(child for child in process.children(recursive=True) if child.pid not in others)]
            used[name] = sum(member.memory_info().rss for member in family)
        except psutil.Error:
            continue
    return used
