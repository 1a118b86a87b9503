"""Refreshes at size: run ``python -m tests.benchmarks.refreshing HOME [LARGER_HOME …]`` over homes made by ``multiply``.

Prints, for each home, in CPU seconds of all processes taking part (others may load the machine):

* H2, the full build against the same statements, those of tests too, run raw in an empty database (``recipe``);
* H1, a warm refresh after 100 edits in one university against the raw floor: the changed rows read by key, replaced in
  DuckDB, the touched sums made anew, the university's published file copied; the copy, which grows with the file, apart;
* H8 and H9, what of a refresh its checks and its orchestration take;

and how a refresh grows from one home to the next. Budgets: 2 x, 30 x, 15 %, 10 %, and 1.2 x where N doubles.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import psutil

EDITS = 100
ROUNDS = 7
UNIVERSITY = "99001"


def cpu() -> float:
    """CPU seconds of this process and of those it started."""
    total = 0.0
    for one in (me := psutil.Process(), *me.children(recursive=True)):
        used = one.cpu_times()
        total += used.user + used.system
    return total


def timed(work: Callable[[], Any]) -> float:
    start = cpu()
    work()
    return cpu() - start


def edited(store: Any, chosen: list[int], round_: int) -> None:
    """A column of the papers and of their headers that other rows do not hang on."""
    from sqlalchemy import text

    wanted = ", ".join(map(str, chosen))
    with store.begin(UNIVERSITY) as uow:
        uow.conn.execute(text(f"UPDATE record SET version = version + 1, updated_at = updated_at WHERE id IN ({wanted})"))
        uow.conn.execute(text(f"UPDATE paper SET title = title || '{round_}' WHERE record_id IN ({wanted})"))


class Floor:
    """What nobody can save: the rows read by key, replaced, summed, the file copied."""

    def __init__(self, home: Path, folder: Path, store: Any, chosen: list[int]) -> None:
        self.store, self.chosen, self.folder = store, ", ".join(map(str, chosen)), folder
        self.con = duckdb.connect(str(folder / "floor.duckdb"))
        self.con.execute(f"ATTACH '{home / 'warehouse.duckdb'}' AS warehouse (READ_ONLY)")
        for table, key in (("record", "id"), ("paper", "record_id")):
            self.con.execute(f"CREATE TABLE {table} AS SELECT * FROM warehouse.raw.{table}")
            self.con.execute(f'CREATE INDEX "{table}_key" ON {table} ("{key}")')
        self.con.execute("CREATE TABLE measures AS SELECT * FROM warehouse.core.fct_measure WHERE university_code = ?", [UNIVERSITY])
        self.con.execute("DETACH warehouse")
        self.con.execute("SET threads = 1")
        self.home = home

    def refresh(self) -> None:
        from ingestion import feed
        from ingestion.store.snapshot import snapshot

        with snapshot(self.store) as fetch:
            for table, key in (("record", "id"), ("paper", "record_id")):
                names = ", ".join(f'"{name}"' for name in feed.schema(table).names)
                rows = fetch(f"SELECT {names} FROM {table} WHERE {key} IN ({self.chosen})")
                self.con.register("arrived", rows)
                self.con.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM arrived)")
                self.con.execute(f"INSERT INTO {table} SELECT * FROM arrived")
                self.con.unregister("arrived")
        self.con.execute(
            "CREATE OR REPLACE TABLE sums AS SELECT measure, year, category_1, sum(value) AS value, count(*) AS records "
            "FROM measures WHERE included GROUP BY measure, year, category_1"
        )

    def copy(self) -> None:
        from pipelines import publish

        target, now = self.folder / "copy.duckdb", publish.current(self.home)
        assert now is not None
        shutil.copyfile(publish.folder(self.home) / now.files[UNIVERSITY], target)
        with target.open("rb") as file:
            os.fsync(file.fileno())
        target.unlink()


def whole(store: Any, home: Path, transformer: Any) -> None:
    """H2, and what a full build costs stage by stage."""
    from pipelines import recipe, refresh

    stages, last = {}, [cpu()]

    def told(stage: str, _: float) -> None:
        now = cpu()
        stages[stage], last[0] = now - last[0], now

    refresh.run(store, home, full=True, progress=told, transformer=transformer)
    with tempfile.TemporaryDirectory(dir=home) as folder, duckdb.connect(f"{folder}/{recipe.DATABASE}.duckdb") as con:
        con.execute(f"ATTACH '{home / 'warehouse.duckdb'}' AS real (READ_ONLY)")
        for schema in ("raw", "pipeline"):
            con.execute(f"CREATE SCHEMA {schema}")
            for (table,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'real' AND schema_name = ?", [schema]).fetchall():
                con.execute(f'CREATE TABLE {schema}."{table}" AS FROM real.{schema}."{table}"')
        con.execute("DETACH real")
        tests = [one.compiled_code for one in transformer.manifest.nodes.values() if str(one.resource_type) == "test"]

        def plainly() -> None:
            recipe.follow(con, recipe.path(home / "dbt"), transformer.code)
            for test in filter(None, tests):
                con.execute(f"SELECT count(*) FROM ({test})").fetchall()

        raw = timed(plainly)
    ratio = stages["transform"] / raw
    print(f"  full build       {sum(stages.values()):7.2f} s; {told_of(stages)}")
    print(f"  H2 transform     {stages['transform']:7.2f} s, the same SQL raw {raw:.2f} s: {ratio:.2f} x {verdict(ratio <= 2)}")


def warm(store: Any, home: Path, transformer: Any) -> float:
    """H1, H8 and H9; returns the median CPU seconds of a refresh."""
    from pipelines import definitions, refresh

    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        asked = "SELECT record_id FROM core.fct_record WHERE university_code = ? AND type = 'paper' AND valid_to IS NULL ORDER BY hash(record_id) LIMIT ?"
        chosen = [one for (one,) in con.execute(asked, [UNIVERSITY, EDITS]).fetchall()]
    with tempfile.TemporaryDirectory(dir=home) as folder:
        floor = Floor(home, Path(folder), store, chosen)
        found: dict[str, list[float]] = {"raw": [], "copy": [], "ours": [], "wall": [], "dagster": []}
        stages: dict[str, list[float]] = {}
        last = [0.0]

        def told(stage: str, _: float) -> None:
            now = cpu()
            stages.setdefault(stage, []).append(now - last[0])
            last[0] = now

        for round_ in range(ROUNDS + 1):
            for name in ("ours", "dagster"):
                edited(store, chosen, round_)
                found["raw"].append(timed(floor.refresh))
                found["copy"].append(timed(floor.copy))
                last[0], clock = cpu(), time.perf_counter()
                if name == "ours":
                    found[name].append(timed(lambda: refresh.run(store, home, progress=told, transformer=transformer)))
                    found["wall"].append(time.perf_counter() - clock)
                else:
                    found[name].append(timed(lambda: definitions.run_in_process(store, home, transformer=transformer)))
        floor.con.close()
    middle = {name: statistics.median(values[1 if name in ("ours", "wall", "dagster") else 2 :]) for name, values in found.items()}
    parts = {name: statistics.median(values[1:]) for name, values in stages.items()}
    ours, raw, copy = middle["ours"], middle["raw"], middle["copy"]
    checks = parts["raw_checks"] + parts["mart_checks"]
    print(f"  warm refresh     {ours:7.3f} s (wall {middle['wall']:.2f}); {told_of(parts)}")
    print(f"  H1               raw {raw * 1000:.0f} ms + copy {copy * 1000:.0f} ms: {ours / (raw + copy):.1f} x {verdict(ours <= 30 * (raw + copy))}")
    print(f"  H8 checks        {checks * 1000:7.0f} ms, {checks / ours:.0%} of a refresh {verdict(checks <= 0.15 * ours)}")
    more = middle["dagster"] - ours
    print(f"  H9 orchestration {more * 1000:7.0f} ms, {more / middle['dagster']:.0%} of a refresh {verdict(more <= 0.1 * middle['dagster'])}")
    return ours


def told_of(stages: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds:.2f}" for name, seconds in stages.items())


def verdict(kept: bool) -> str:
    return "ok" if kept else "OVER BUDGET"


def main(homes: list[Path]) -> None:
    from ingestion.processes import collect_seldom
    from ingestion.store.engine import open_store
    from pipelines.transform import Transformer

    collect_seldom()
    before: tuple[int, float] | None = None
    for home in homes:
        os.environ["YANSHU_HOME"] = str(home)
        store, transformer = open_store(f"sqlite:///{home / 'yanshu.sqlite'}"), Transformer(home)
        _ = transformer.manifest  # parsing is the process's, not the refresh's
        whole(store, home, transformer)
        with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
            records = con.execute("SELECT count(*), count(*) FILTER (WHERE university_code = ?) FROM raw.record", [UNIVERSITY]).fetchall()[0]
        print(f"  {records[0]:,} records, {records[1]:,} of them in {UNIVERSITY}; load {os.getloadavg()[0]:.1f}", flush=True)
        took = warm(store, home, transformer)
        if before is not None:
            print(f"  growth           {took / before[1]:.2f} x for {records[0] / before[0]:.1f} x the records")
        before = records[0], took
        store.dispose()


if __name__ == "__main__":
    main([Path(one).resolve() for one in sys.argv[1:]])
