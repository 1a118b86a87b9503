"""Ratios of the store and the feed: run ``python -m tests.benchmarks.store [RECORDS]``.

Prints, for both databases: what the change log costs a bulk insert, what row-level security costs a query,
a full read against ADBC alone, and the read of 100 edited records at N and 2N.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import text

from ingestion import feed
from ingestion.store import setup, triggers
from ingestion.store.engine import Store, UnitOfWork, open_store
from ingestion.store.platform import METADATA
from ingestion.store.triggers import WATCHED
from pipelines import raw
from tests.conftest import running_postgres
from tests.ingestion.store import rows

CHUNK = 2_000
AUTHORS = 3
TITLE = "面向复杂场景的多源异构数据融合与智能分析方法研究"


def seconds(work: Callable[[], Any], runs: int = 3) -> float:
    """The best of several runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def fill(store: Store, count: int, first: int, accounts: dict[str, int]) -> float:
    """``count`` papers with three authors each, in chunks; returns seconds."""
    start = time.perf_counter()
    codes = sorted(accounts)
    for begin in range(first, first + count, CHUNK):
        ids = range(begin, min(begin + CHUNK, first + count))
        with store.begin("*") as uow:
            insert(uow, "record", [header(i, codes[i % len(codes)], accounts) for i in ids])
            insert(
                uow,
                "paper",
                [
                    {
                        "record_id": i,
                        "university_code": codes[i % len(codes)],
                        "title": f"{TITLE}{i}",
                        "doi": f"10.1000/{i}",
                    }
                    for i in ids
                ],
            )
            insert(
                uow,
                "contributor",
                [author(i, rank, codes[i % len(codes)]) for i in ids for rank in range(1, AUTHORS + 1)],
            )
    return time.perf_counter() - start


def header(i: int, code: str, accounts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": i, "university_code": code, "type": "paper", "state": "30", "title": f"{TITLE}{i}",
        "entered_by": accounts[code], "channel": "import", "filed_year": 2015 + i % 10, "created_at": rows.AT,
        "updated_at": rows.AT, "submitted_at": rows.AT, "approved_at": rows.AT, "state_since": rows.AT,
    }  # fmt: skip


def author(i: int, rank: int, code: str) -> dict[str, Any]:
    name = ("张伟", "李娜", "王强")[rank - 1]
    return {
        "record_id": i,
        "university_code": code,
        "role": "author",
        "rank": rank,
        "kind": "external",
        "name": name,
    }


def insert(uow: UnitOfWork, table: str, values: list[dict[str, Any]]) -> None:
    uow.conn.execute(METADATA.tables[table].insert(), values)


def universities(store: Store) -> dict[str, int]:
    with store.begin("*") as uow:
        return {code: rows.university(uow, code) for code in ("99001", "99002", "99003", "99004")}


def edit(store: Store, ids: list[int]) -> None:
    with store.begin("*") as uow:
        wanted = ", ".join(map(str, ids))
        uow.conn.execute(text(f"UPDATE record SET version = version + 1 WHERE id IN ({wanted})"))
        uow.conn.execute(text(f"UPDATE paper SET doi = doi || 'x' WHERE record_id IN ({wanted})"))


def adbc_alone(store: Store, copy: Path) -> Callable[[], None]:
    """Every watched table through the driver and nothing else. On SQLite from a copy that no other library
    opens, see ``ingestion.store.snapshot``."""
    columns = {name: ", ".join(f'"{c}"' for c in feed.schema(name).names) for name in WATCHED}
    if store.dialect == "sqlite":
        from adbc_driver_sqlite import dbapi as driver

        with closing(store.engine.raw_connection()) as conn:
            conn.cursor().execute("VACUUM INTO ?", (str(copy),))
        address = str(copy)
    else:
        from adbc_driver_postgresql import dbapi as driver

        address = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def once() -> None:
        with driver.connect(address, autocommit=True) as conn, conn.cursor() as cursor:
            if store.dialect == "postgresql":
                cursor.execute("SET app.university = '*'")
            for name, wanted in columns.items():
                cursor.execute(f'SELECT {wanted} FROM "{name}"')
                cursor.fetch_arrow_table()

    return once


def measure(store: Store, bare: Store, count: int) -> None:
    print(f"\n{store.dialect}, {count:,} papers with {AUTHORS} authors each")
    accounts = universities(bare)
    with bare.begin("*") as uow:
        triggers.drop(uow.conn)
    without = fill(bare, count, 1, accounts)
    accounts = universities(store)
    logged = fill(store, count, 1, accounts)
    print(
        f"  bulk insert      {logged:6.2f} s with the change log, {without:.2f} s without: {logged / without:.2f}x"
    )
    feed.read(store, None)  # starts the reading process
    with tempfile.TemporaryDirectory() as folder:
        floor = seconds(adbc_alone(store, Path(folder) / "copy.sqlite"))
    full = seconds(lambda: feed.read(store, None))
    changes = feed.read(store, None)
    print(
        f"  full read        {full:6.3f} s, ADBC alone {floor:.3f} s: {full / floor:.2f}x of {changes.changed_rows:,} rows"
    )
    with duckdb.connect() as con:
        print(f"  full apply       {seconds(lambda: raw.apply(con, changes), 1):6.3f} s into DuckDB")
        for size in (count, 2 * count):
            if size > count:
                fill(store, count, count + 1, accounts)
                raw.apply(con, feed.read(store, raw.position(con)))
                raw.settle(con)
            edit(store, list(range(1, size, size // 100))[:100])
            read = partial(feed.read, store, raw.position(con))
            reading = seconds(read)
            applying = seconds(lambda read=read: raw.apply(con, read())) - reading
            print(
                f"  100 edits        {reading * 1000:6.1f} ms read, {applying * 1000:.1f} ms applied, at {size:,} papers"
            )


def row_security(app: Store, owner: Store) -> None:
    """One university's papers by year: as the product's role, and with the same condition but no policy."""
    query = text(
        "SELECT filed_year, count(*) FROM record WHERE university_code = '99001' GROUP BY filed_year"
    )

    def ask(store: Store) -> float:
        def once() -> None:
            with store.begin("99001") as uow:
                uow.conn.execute(query).all()

        return seconds(once, 20)

    with owner.begin("*") as uow:
        uow.conn.execute(text("ANALYZE"))
    held = ask(app)
    with owner.begin("*") as uow:
        uow.conn.execute(text("ALTER TABLE record DISABLE ROW LEVEL SECURITY"))
    free = ask(app)
    print(f"  row security     {held * 1000:6.2f} ms held, {free * 1000:.2f} ms free: {held / free:.2f}x")


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stores = [open_store(f"sqlite:///{Path(folder) / name}.sqlite") for name in ("store", "bare")]
        for store in stores:
            setup.create(store)
        measure(stores[0], stores[1], count)
        for store in stores:
            store.dispose()
    with running_postgres() as server:
        for name in ("store", "bare"):
            server.create_database(name)
            owner = server.open(name, "yanshu_owner")
            setup.create(owner)
        app = server.open("store")
        measure(app, owner, count)
        owner = server.open("store", "yanshu_owner")
        row_security(app, owner)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
