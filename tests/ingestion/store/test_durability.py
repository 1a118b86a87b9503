"""S19: a process killed at any moment loses nothing it was told is stored, and leaves nothing half done."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import text

from ingestion import feed
from ingestion.store.engine import Store, open_store
from pipelines import raw
from tests.ingestion.store import rows
from tests.ingestion.store.killing import killed, refresh, write

KILLS = int(os.environ.get("YANSHU_KILLS", "0"))  # 100 by hand, as S19 asks: tests/benchmarks/README.md
WRITING, REFRESHING = KILLS or 6, KILLS or 2


@pytest.fixture
def url(store: Store) -> str:
    with store.begin("*") as uow:
        assert rows.university(uow, "99001") == 1
    store.dispose()
    return store.url


def test_what_was_acknowledged_is_there(url: str) -> None:
    acknowledged: set[int] = set()
    for _ in range(WRITING):
        acknowledged |= set(killed(write, url))
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
    assert len(acknowledged) >= WRITING


def test_a_killed_refresh_is_made_good_by_the_next(url: str, tmp_path: Path) -> None:
    file = tmp_path / "work.duckdb"
    for _ in range(REFRESHING):
        assert killed(refresh, url, str(file))
        store = open_store(url)
        with duckdb.connect(str(file)) as con:
            raw.apply(con, feed.read(store, raw.position(con)))
            followed = con.table("raw.record").order("ALL").fetchall()
            raw.apply(con, feed.read(store, None))
            assert con.table("raw.record").order("ALL").fetchall() == followed
        store.dispose()
