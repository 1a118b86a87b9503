"""The figures of a past day: the store as it was (``ingestion.past``), through the same models, cut into the same file.

Made when somebody asks for the day, as a job, and kept beside the published files until the next full build: the past
does not change, but what it is counted by may, and names of units and codes are those of the day it was made. Nothing of
it touches the warehouse, so refreshes go on meanwhile and cost what they did.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from dashboards.marts import reader
from ingestion import feed, jobs, past
from ingestion.principal import Denied, OperationError, Principal
from ingestion.store.engine import ALL, Store, home, utc_now
from pipelines import batch, publish, quality, raw, recipe
from pipelines.transform import code_hash

KEPT = 60
"""Files of past days kept in an installation; the longest unasked goes first."""


def make(store: Store, place: Path, moment: datetime, key: str, out: Path, approved: frozenset[int] = frozenset()) -> None:
    """Write to ``out`` what the file of ``key`` (a university's code, "province" or "peers") would have been at
    ``moment`` (naive UTC), with the pending records ``approved`` as if they had been. Raises ``OperationError`` where this version has made no full build yet, ``PublishError`` where the
    file would be wrong."""
    code = ALL if key in reader.TOGETHER else key
    changes = _with(past.read(store, moment, code), approved)
    with tempfile.TemporaryDirectory(dir=place, prefix=".past-") as folder, duckdb.connect(f"{folder}/{recipe.DATABASE}.duckdb") as con:
        con.execute("SET threads = 2")
        touched = raw.apply(con, changes)
        batch.fill(con, touched, moment, full=True)
        raw.keep_reviews(con, feed.reviews(store, moment))
        quality.prepare(con)  # what the checks found then is not kept: scores of a past day tell completeness alone
        try:
            recipe.follow(con, recipe.path(place / "dbt"), code_hash())
        except recipe.NoRecipe:
            raise OperationError("当前版本的统计还没有全量生成，请在全量刷新后重试。", "This version has not built the figures in full yet; try again after a full refresh.") from None
        before = publish.current(place)
        made = publish.Manifest(before.generation if before else 0, moment.isoformat(sep=" "), utc_now().isoformat(sep=" "))
        agrees = con.execute("SELECT count(*) FROM reports.rpt_reconciliation WHERE NOT agrees").fetchall() == [(0,)]
        draft = Path(folder) / "cut.duckdb"
        publish.write(con, draft, made, key)
        with duckdb.connect(str(draft)) as cut:
            cut.execute("UPDATE meta_generation SET reconciled = ?", [agrees])
            cut.execute("CHECKPOINT")
        draft.chmod(0o440)
        out.parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft, out)


def _with(changes: feed.Changes, approved: frozenset[int]) -> feed.Changes:
    """The same with these records in force since the moment that was read."""
    if not approved:
        return changes
    headers = changes.tables["record"]
    chosen = pc.is_in(headers.rows["id"], value_set=pa.array(sorted(approved), pa.int64()))
    rows = headers.rows
    for name, value in (("state", "30"), ("approved_at", changes.as_of)):
        column = rows[name]
        rows = rows.set_column(rows.schema.get_field_index(name), name, pc.if_else(chosen, pa.scalar(value, column.type), column))
    return replace(changes, tables={**changes.tables, "record": replace(headers, rows=rows)}, counts=past.counts(rows))


def run_job(store: Store, work: jobs.Job) -> jobs.Outcome:
    """What a page asked for: the day's file for the asker's own organisation, or for the province one of a university."""
    with store.read(ALL) as uow:
        actor = jobs.actor_of(uow, work)
    day, key = date.fromisoformat(str(work.parameters["day"])), str(work.parameters["key"])
    began = time.monotonic()
    ensure(store, actor, day, key, str(work.id))
    seconds = time.monotonic() - began
    return {"key": key, "day": day.isoformat(), "seconds": round(seconds, 1)}, f"{day} 的历史数据已备好。", f"The figures of {day} are ready."


def key_of(actor: Principal) -> str:
    """Which file is the actor's own."""
    return reader.PROVINCE if actor.is_province or actor.university_code == ALL else actor.university_code


def ensure(store: Store, actor: Principal, day: date, key: str, mark: str) -> None:
    """The file of a past day, made where there is none; ``mark`` keeps its name from meeting another's. Raises Denied for a
    reader who may not see ``key``, and what ``make`` raises."""
    if not reader.may_ask(actor, key):
        raise Denied
    if reader.past_path(key, day) is None:
        _clear(home())
        make(store, home(), past.end_of(day), key, reader.past_folder(key) / f"{day.isoformat()}.{mark}.duckdb")


def forget(place: Path) -> None:
    """After a full build: rules or words may have changed, so days are made anew when next asked for."""
    shutil.rmtree(place / "published" / "past", ignore_errors=True)


def _clear(place: Path) -> None:
    """Make room, and remove what a killed process left in the making."""
    for left in place.glob(".past-*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)
    files = sorted((place / "published" / "past").glob("*/*.duckdb"), key=lambda path: path.stat().st_atime, reverse=True)
    for path in files[KEPT - 1 :]:
        path.unlink(missing_ok=True)
