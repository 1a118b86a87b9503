"""The raw layer follows the store: same rows, whatever the history of batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import feed
from ingestion.store import setup
from ingestion.store.engine import Store
from pipelines import raw
from tests.ingestion.store import rows


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "work.duckdb")) as connection:
        yield connection


@pytest.fixture
def account(store: Store) -> int:
    with store.begin("*") as uow:
        return rows.university(uow, "99001")


def refresh(store: Store, con: duckdb.DuckDBPyConnection) -> raw.Touched:
    return raw.apply(con, feed.read(store, raw.position(con)))


def titles(con: duckdb.DuckDBPyConnection) -> list[Any]:
    return [row[0] for row in con.execute("SELECT title FROM raw.paper ORDER BY title").fetchall()]


def everything(con: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    names = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'").fetchall()
    kept = [name for (name,) in names if name not in ("_feed", "_touched")]
    return {name: con.table(f"raw.{name}").order("ALL").fetchall() for name in kept}


def test_raw_follows_the_store(store: Store, con: duckdb.DuckDBPyConnection, account: int) -> None:
    with store.begin("99001") as uow:
        first = rows.paper(uow, "99001", account, "a")
        second = rows.paper(uow, "99001", account, "b")
    assert refresh(store, con).full
    assert titles(con) == ["a", "b"]
    raw.settle(con)
    with store.begin("99001") as uow:
        rows.run(uow, "UPDATE paper SET title = 'c' WHERE record_id = :id", id=first)
        rows.run(uow, "DELETE FROM record WHERE id = :id", id=second)
        third = rows.paper(uow, "99001", account, "d")
    touched = refresh(store, con)
    assert titles(con) == ["c", "d"]
    assert touched.records == {first, second, third}
    assert touched.universities == {"99001"}
    assert touched.tables == {"record", "paper", "contributor"}
    assert not touched.full


def test_a_batch_applied_twice_changes_nothing(
    store: Store, con: duckdb.DuckDBPyConnection, account: int
) -> None:
    refresh(store, con)
    with store.begin("99001") as uow:
        rows.paper(uow, "99001", account, "a")
    changes = feed.read(store, raw.position(con))
    raw.apply(con, changes)
    once = everything(con)
    raw.settle(con)
    assert not raw.apply(con, changes)
    assert everything(con) == once


def test_batches_give_what_a_full_read_gives(
    store: Store, con: duckdb.DuckDBPyConnection, account: int
) -> None:
    refresh(store, con)
    for title in "abc":
        with store.begin("99001") as uow:
            record = rows.paper(uow, "99001", account, title)
        refresh(store, con)
    with store.begin("99001") as uow:
        rows.run(uow, "DELETE FROM record WHERE id = :id", id=record)
        rows.run(uow, "UPDATE contributor SET name = '李娜'")
    refresh(store, con)
    followed = everything(con)
    raw.apply(con, feed.read(store, None))
    assert everything(con) == followed


WRITES = st.sampled_from(
    ["insert", "retitle", "contributor", "approve", "delete", "roll back", "two at once"]
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(WRITES, min_size=1, max_size=6), min_size=1, max_size=4))
def test_any_history_of_batches_gives_what_a_full_read_gives(
    store: Store, con: duckdb.DuckDBPyConnection, account: int, batches: list[list[str]]
) -> None:
    refresh(store, con)
    for batch in batches:
        for write in batch:
            perform(store, account, write)
        refresh(store, con)
    followed = everything(con)
    raw.apply(con, feed.read(store, None))
    assert everything(con) == followed


def perform(store: Store, account: int, write: str) -> None:
    newest = "(SELECT max(id) FROM record)"
    with suppress(RuntimeError), store.begin("99001") as uow:
        match write:
            case "insert":
                rows.paper(uow, "99001", account)
            case "retitle":
                rows.run(uow, f"UPDATE paper SET title = title || 'x' WHERE record_id = {newest}")
            case "contributor":
                rows.run(uow, f"DELETE FROM contributor WHERE record_id = {newest}")
            case "approve":
                rows.run(
                    uow, "UPDATE record SET state = '30', submitted_at = created_at, approved_at = created_at"
                )
            case "delete":
                rows.run(uow, f"DELETE FROM record WHERE id = {newest}")
            case "roll back":
                rows.paper(uow, "99001", account)
                raise RuntimeError
            case "two at once":
                rows.paper(uow, "99001", account)
                rows.run(uow, f"DELETE FROM record WHERE id = {newest}")
                rows.paper(uow, "99001", account)


def test_nothing_happens_when_a_batch_fails_half_way(
    store: Store, con: duckdb.DuckDBPyConnection, account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(store, con)
    before, position = everything(con), raw.position(con)
    with store.begin("99001") as uow:
        rows.paper(uow, "99001", account, "a")
    with monkeypatch.context() as patch:
        patch.setattr(raw, "_save_counts", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            refresh(store, con)
    assert everything(con) == before
    assert raw.position(con) == position
    refresh(store, con)
    assert titles(con) == ["a"]


@pytest.mark.postgres
def test_what_is_read_again_is_not_touched_again(
    postgres_store: Store, con: duckdb.DuckDBPyConnection
) -> None:
    with postgres_store.begin("*") as uow:
        account = rows.university(uow, "99001")
    refresh(postgres_store, con)
    with postgres_store.begin("99001") as slow:
        rows.paper(slow, "99001", account)
        with postgres_store.begin("99001") as uow:
            seen = rows.paper(uow, "99001", account)
        assert seen in refresh(postgres_store, con).records
        raw.settle(con)
        assert feed.read(postgres_store, raw.position(con)).tables  # the open transaction holds the position
        assert not refresh(postgres_store, con)


def test_touched_work_waits_until_it_is_settled(
    store: Store, con: duckdb.DuckDBPyConnection, account: int
) -> None:
    refresh(store, con)
    raw.settle(con)
    ids = []
    for title in "ab":
        with store.begin("99001") as uow:
            ids.append(rows.paper(uow, "99001", account, title))
        touched = refresh(store, con)
    assert touched.records == set(ids)
    raw.settle(con)
    assert not raw.pending(con)


def test_a_restored_store_is_loaded_anew(store: Store, con: duckdb.DuckDBPyConnection, account: int) -> None:
    with store.begin("99001") as uow:
        rows.paper(uow, "99001", account, "a")
    refresh(store, con)
    con.execute("INSERT INTO raw.paper (record_id, title) VALUES (999, 'of the other history')")
    with store.begin("*") as uow:
        setup.renew_store_id(uow.conn)
    assert refresh(store, con).full
    assert titles(con) == ["a"]


def test_another_layout_asks_for_a_full_read(
    store: Store, con: duckdb.DuckDBPyConnection, account: int
) -> None:
    refresh(store, con)
    con.execute("UPDATE raw._feed SET layout = 'of an older catalogue'")
    assert raw.position(con) is None
    assert refresh(store, con).full


def test_counts_of_the_store_stand_beside_its_rows(
    store: Store, con: duckdb.DuckDBPyConnection, account: int
) -> None:
    with store.begin("*") as uow:
        other = rows.university(uow, "99002", "楚天学院")
        rows.paper(uow, "99002", other, state="30")
    refresh(store, con)
    for state in ("00", "30"):
        with store.begin("99001") as uow:
            rows.paper(uow, "99001", account, state=state)
    refresh(store, con)
    by = ", ".join(feed.COUNTED_BY)
    counted = con.table("raw.record").aggregate(f"{by}, count(*)", by).order("ALL")
    stored = con.table("raw._store_counts").order("ALL")
    assert counted.fetchall() == stored.fetchall()


def test_both_databases_give_the_same_columns(sqlite_store: Store, con: duckdb.DuckDBPyConnection) -> None:
    changes = feed.read(sqlite_store, None)
    raw.apply(con, replace(changes, as_of=rows.AT))
    assert raw.as_of(con) == rows.AT
    found = con.execute("DESCRIBE raw.record").fetchall()
    kinds = {row[0]: row[1] for row in found}
    assert kinds["created_at"] == "TIMESTAMP"
    assert kinds["dated_on"] == "DATE"
    assert kinds["in_statistics"] == "BOOLEAN"
    assert kinds["id"] == "BIGINT"
