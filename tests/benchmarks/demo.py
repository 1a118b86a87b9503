"""The demo as a whole: run ``python -m tests.benchmarks.demo [RECORDS_EACH]``.

Prints: the time to make it, as a multiple of writing the same rows with plain executemany; the memory of all
processes of an idle `yanshu serve`; how long an approval takes to be visible on a dashboard's file (median and
95th percentile of 20), as a multiple of the refresh's own floor of 30 ms.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

FLOOR = 0.030  # indexed read of the change, delete and insert, one mart, one copy: measured with plain SQL
APPROVALS = 20


def main(records_each: int = 2500) -> None:
    with tempfile.TemporaryDirectory(prefix="yanshu-demo-") as folder:
        os.environ["YANSHU_HOME"] = folder
        os.environ.pop("YANSHU_DATABASE_URL", None)
        yanshu = str(Path(sys.executable).with_name("yanshu"))
        start = time.perf_counter()
        done = subprocess.run([yanshu, "demo", "--no-serve", "--json", "--records", str(records_each)], capture_output=True, text=True, check=True)
        took = time.perf_counter() - start
        made = json.loads(done.stdout)
        floor, rows = plain(Path(folder) / "yanshu.sqlite")
        print(f"demo: {made['records']} records ({rows} rows) in {took:.1f} s, {took / floor:.1f} × plain executemany; budget 100 s")
        port = free_port()
        serving = subprocess.Popen([yanshu, "serve", "--port", str(port)], stdout=subprocess.DEVNULL)
        try:
            start = time.perf_counter()
            wait_for(port)
            print(f"serve: first page after {time.perf_counter() - start:.1f} s")
            time.sleep(20)
            idle_memory()
            visible()
        finally:
            serving.terminate()
            serving.wait(30)


def plain(path: Path) -> tuple[float, int]:
    """Seconds to write all rows of the store into empty tables of the same columns, no keys, no triggers."""
    source = sqlite3.connect(path)
    tables = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    content = {name: source.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    source.close()
    with tempfile.TemporaryDirectory() as folder:
        target = sqlite3.connect(Path(folder) / "plain.sqlite")
        start = time.perf_counter()
        for name, rows in content.items():
            if rows:
                columns = ", ".join(f"c{i}" for i in range(len(rows[0])))
                target.execute(f'CREATE TABLE "{name}" ({columns})')
                target.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(rows[0]))})', rows)
        target.commit()
        took = time.perf_counter() - start
        target.close()
    return took, sum(map(len, content.values()))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("no page was served")


def idle_memory() -> None:
    from ingestion import processes

    used = processes.memory()
    parts = ", ".join(f"{name} {size / 2**20:.0f}" for name, size in used.items())
    print(f"idle memory: {sum(used.values()) / 2**20:.0f} MB ({parts}); budget 1,536 MB")


def visible() -> None:
    from sqlalchemy import select

    from dashboards.marts import reader
    from ingestion import accounts, review
    from ingestion.store import platform as p
    from ingestion.store.engine import open_store

    store = open_store()
    r = p.record
    with store.read("99001") as uow:
        office = accounts.principal_for(uow, "99001", "o1")
        waiting = uow.conn.execute(
            select(r.c.id, r.c.version).where(r.c.university_code == "99001", r.c.type == "paper", r.c.state == "20").limit(APPROVALS)
        ).all()
    seconds: list[float] = []
    for record_id, version in waiting:
        with store.begin("99001") as uow:
            review.approve(uow, office, record_id, version)
        start = time.perf_counter()
        while not reader.open_for(office).rows("SELECT 1 FROM fct_record WHERE record_id = ?", [record_id]):
            time.sleep(0.05)
            if time.perf_counter() - start > 60:
                raise TimeoutError(f"record {record_id} was not visible after 60 s")
        seconds.append(time.perf_counter() - start)
    store.dispose()
    ordered = sorted(seconds)
    median, late = statistics.median(ordered), ordered[max(0, round(len(ordered) * 0.95) - 1)]
    print(f"approval → visible: median {median:.2f} s ({median / FLOOR:.0f} × floor), 95 % within {late:.2f} s; budget 15 s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2500)
