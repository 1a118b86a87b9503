"""S19: a process killed at any moment loses nothing it was told is stored, and leaves nothing half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import text

from ingestion import feed
from ingestion.store.engine import Store, open_store
from pipelines import raw
from tests.ingestion.store import rows

ROOT = Path(__file__).parents[3]
ROUNDS = 6

WRITER = """
import sys
from ingestion.store.engine import open_store
from tests.ingestion.store import rows
store = open_store(sys.argv[1])
while True:
    with store.begin("99001") as uow:
        record = rows.paper(uow, "99001", 1)
    print(record, flush=True)
"""

REFRESHER = """
import sys
import duckdb
from ingestion import feed
from ingestion.store.engine import open_store
from pipelines import raw
from tests.ingestion.store import rows
store = open_store(sys.argv[1])
con = duckdb.connect(sys.argv[2])
while True:
    with store.begin("99001") as uow:
        rows.paper(uow, "99001", 1)
    raw.apply(con, feed.read(store, raw.position(con)))
    print("refreshed", flush=True)
"""


def killed(program: str, *arguments: str) -> list[str]:
    """Run until some lines were printed, kill at a random moment after, return the whole lines."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    seen = [process.stdout.readline()]
    time.sleep(random.uniform(0, 0.3))
    process.send_signal(signal.SIGKILL)
    seen += process.stdout.readlines()
    process.wait()
    return [line.strip() for line in seen if line.endswith("\n")]


@pytest.fixture
def url(store: Store) -> str:
    with store.begin("*") as uow:
        assert rows.university(uow, "99001") == 1
    store.dispose()
    return store.url


def test_what_was_acknowledged_is_there(url: str) -> None:
    acknowledged: set[int] = set()
    for _ in range(ROUNDS):
        acknowledged |= {int(line) for line in killed(WRITER, url)}
        again = open_store(url)
        with again.read("*") as uow:
            found = set(uow.conn.scalars(text("SELECT id FROM record")))
            whole = uow.conn.scalar(
                text(
                    "SELECT count(*) FROM record r JOIN paper p ON p.record_id = r.id "
                    "JOIN contributor c ON c.record_id = r.id"
                )
            )
            if again.dialect == "sqlite":
                assert uow.conn.scalar(text("PRAGMA integrity_check")) == "ok"
        again.dispose()
        assert acknowledged <= found
        assert whole == len(found)
    assert len(acknowledged) >= ROUNDS


def test_a_killed_refresh_is_made_good_by_the_next(url: str, tmp_path: Path) -> None:
    file = tmp_path / "work.duckdb"
    for _ in range(2):
        assert killed(REFRESHER, url, str(file))
        store = open_store(url)
        with duckdb.connect(str(file)) as con:
            raw.apply(con, feed.read(store, raw.position(con)))
            followed = con.table("raw.record").order("ALL").fetchall()
            raw.apply(con, feed.read(store, None))
            assert con.table("raw.record").order("ALL").fetchall() == followed
        store.dispose()
