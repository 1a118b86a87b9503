"""Bulk loading: run ``python -m tests.benchmarks.loading [RECORDS]``.

Papers with four authors, their units and an indexing through ``bulk.load``, on both databases, against writing the
rows that came of it (every table, the change log too) with the driver alone: ``executemany`` on SQLite, COPY on
PostgreSQL. Two floors: into the same tables with their keys, indexes and references but without triggers, and into
bare tables. CPU seconds of this process and of the database's, because machines are shared.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from ingestion import accounts, bulk, codes, units
from ingestion.accounts import system_principal
from ingestion.store import setup, triggers
from ingestion.store.engine import ALL, Store, open_store
from tests.conftest import PostgresServer, running_postgres

CODE = "99001"
PEOPLE = 200
TITLE = "面向复杂场景的多源异构数据融合与智能分析方法研究"


@dataclass
class Cost:
    """Seconds of one measurement: on the clock, and of CPU here and in the database."""

    wall: float
    cpu: float


@contextmanager
def measured(backend: int | None) -> Iterator[Callable[[], Cost]]:
    start, mine, theirs = time.perf_counter(), _cpu(), _cpu(backend)
    yield lambda: Cost(time.perf_counter() - start, _cpu() - mine + (_cpu(backend) - theirs if backend else 0))


def _cpu(pid: int | None = None) -> float:
    used = psutil.Process(pid).cpu_times()
    return used.user + used.system


def prepared(store: Store) -> tuple[int, list[int]]:
    """A university with one college and its staff: (college, people)."""
    with store.begin(ALL) as uow:
        codes.load_built_in(uow)
        accounts.create_university(uow, None, CODE, "江城大学")
    with store.begin(CODE) as uow:
        system = system_principal(uow, CODE)
        college = units.create(uow, system, "C1", "计算机学院")
        cards = [{"staff_no": f"{i:05d}", "name": f"职工{i}", "joined_on": "2010-09-01", "college_id": college} for i in range(PEOPLE)]
        people = bulk.load(uow, system, "person", [bulk.BulkItem(card, college_id=college) for card in cards])
    return college, people


def papers(count: int, college: int, people: list[int]) -> Iterator[bulk.BulkItem]:
    for i in range(count):
        authors = [
            {
                "role": "author", "rank": rank, "kind": "staff" if rank == 1 else "external", "name": f"作者{rank}",
                "person_id": people[i % PEOPLE] if rank == 1 else None, "corresponding": rank == 1,
                "affiliations": [{"name": "江城大学" if rank == 1 else "外地大学", "is_own": rank == 1}],
            }
            for rank in range(1, 5)
        ]  # fmt: skip
        document = {
            "title": f"{TITLE}{i}", "paper_type": "1", "published_on": f"{2012 + i % 12}-0{1 + i % 9}-11", "venue": "计算机学报",
            "issn": "0254-4164", "doi": f"10.1000/load.{i}", "journal_levels": ["1", "2"], "volume_issue_pages": "3(1):1-9", "contributors": authors,
            "indexings": [{"index_code": "1", "index_year": 2020, "accession_no": f"WOS:{i:015d}"}],
        }  # fmt: skip
        yield bulk.BulkItem(document, college_id=college)


def load(store: Store, count: int) -> Cost:
    """The product's way, in one transaction."""
    college, people = prepared(store)
    items = list(papers(count, college, people))
    with store.begin(CODE) as uow:
        backend = None if uow.dialect == "sqlite" else int(uow.conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        with measured(backend) as spent:
            bulk.load(uow, system_principal(uow, CODE), "paper", items)
            return spent()


def content(store: Store) -> dict[str, tuple[list[str], list[Any]]]:
    """What stands in the store: by table, the columns and rows."""
    out: dict[str, tuple[list[str], list[Any]]] = {}
    with store.read(ALL) as uow:
        for table in setup_tables():
            found = uow.conn.exec_driver_sql(f'SELECT * FROM "{table}"')
            columns, rows = list(found.keys()), [tuple(row) for row in found.all()]
            if rows:
                out[table] = columns, rows
    return out


def setup_tables() -> list[str]:
    from ingestion.store.platform import METADATA

    return [table.name for table in METADATA.sorted_tables]


def sqlite_floor(found: dict[str, tuple[list[str], list[Any]]], folder: Path, bare: bool) -> Cost:
    target = open_store(f"sqlite:///{folder / f'floor{bare}.sqlite'}")
    raw: Any = target.engine.raw_connection().driver_connection
    if not bare:
        setup.create(target)
        with target.begin(ALL) as uow:
            triggers.drop(uow.conn)
            for table in reversed(setup_tables()):
                uow.conn.exec_driver_sql(f'DELETE FROM "{table}"')
    raw.execute("PRAGMA foreign_keys=ON")
    with measured(None) as spent:
        raw.execute("BEGIN IMMEDIATE")
        for table, (columns, rows) in found.items():
            names = ", ".join(f'"{c}"' for c in columns)
            if bare:
                raw.execute(f'CREATE TABLE "{table}" ({names})')
            raw.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(columns))})', rows)
        raw.execute("COMMIT")
        return spent()


def postgres_floor(found: dict[str, tuple[list[str], list[Any]]], server: PostgresServer, name: str, bare: bool) -> Cost:
    server.create_database(name)
    owner = server.open(name, "yanshu_owner")
    setup.create(owner)
    owner.dispose()
    store = server.open(name, "postgres")
    with store.engine.begin() as conn:
        triggers.drop(conn)
        for table in reversed(setup_tables()):
            conn.exec_driver_sql(f'DELETE FROM "{table}"')
        if bare:
            for table in found:
                conn.exec_driver_sql(f'CREATE TABLE "bare_{table}" AS SELECT * FROM "{table}"')
    with store.engine.begin() as conn:
        backend = int(conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        raw: Any = conn.connection.driver_connection
        with measured(backend) as spent, raw.cursor() as cursor:
            for table, (columns, rows) in found.items():
                names = ", ".join(f'"{c}"' for c in columns)
                into = f"bare_{table}" if bare else table
                with cursor.copy(f'COPY "{into}" ({names}) FROM STDIN') as copy:
                    for row in rows:
                        copy.write_row(row)
            return spent()


def told(name: str, records: int, ours: Cost, same: Cost, bare: Cost, rows: int) -> None:
    print(
        f"{name}: {records:,} records ({rows:,} rows) in {ours.wall:.1f} s ({ours.cpu:.1f} s CPU, {records / ours.cpu:,.0f} records/s): "
        f"{ours.cpu / same.cpu:.1f} x the same tables ({same.cpu:.1f} s), {ours.cpu / bare.cpu:.1f} x bare tables ({bare.cpu:.1f} s)",
        flush=True,
    )


def main(count: int, only: str = "") -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if only != "postgresql":
            store = open_store(f"sqlite:///{folder / 'store.sqlite'}")
            setup.create(store)
            ours = load(store, count)
            raw_rows = sqlite_rows(store)
            same, bare = sqlite_floor(raw_rows, folder, bare=False), sqlite_floor(raw_rows, folder, bare=True)
            told("sqlite", count, ours, same, bare, sum(len(rows) for _, rows in raw_rows.values()))
    if only != "sqlite":
        with running_postgres() as server:
            server.create_database("store")
            owner = server.open("store", "yanshu_owner")
            setup.create(owner)
            owner.dispose()
            ours = load(server.open("store"), count)
            found = content(server.open("store", "postgres"))
            same = postgres_floor(found, server, "same", bare=False)
            bare = postgres_floor(found, server, "bare", bare=True)
            told("postgresql", count, ours, same, bare, sum(len(rows) for _, rows in found.values()))


def sqlite_rows(store: Store) -> dict[str, tuple[list[str], list[Any]]]:
    """As the driver gives them: dates as text, nothing to prepare."""
    raw: Any = store.engine.raw_connection().driver_connection
    out: dict[str, tuple[list[str], list[Any]]] = {}
    for table in setup_tables():
        found = raw.execute(f'SELECT * FROM "{table}"')
        columns, rows = [c[0] for c in found.description], found.fetchall()
        if rows:
            out[table] = columns, rows
    return out


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, sys.argv[2] if len(sys.argv) > 2 else "")
