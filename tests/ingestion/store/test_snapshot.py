"""Reading the whole store disturbs nobody who works on it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ingestion
from ingestion.store import setup
from ingestion.store.engine import Store, open_store
from ingestion.store.snapshot import snapshot
from tests.ingestion.store import rows

COUNT = "SELECT count(*) AS n FROM university"


def test_commits_around_a_snapshot_are_kept(store: Store) -> None:
    for n in range(5):
        with store.begin("*") as uow:
            rows.university(uow, f"9900{n}")
        with snapshot(store) as fetch:
            assert fetch(COUNT)["n"].to_pylist() == [n + 1]
            with store.begin("*") as uow:
                rows.add(uow, "setting", university_code="*", key=f"k{n}", value="v")
            assert fetch(COUNT)["n"].to_pylist() == [n + 1]
    url = store.url
    store.dispose()
    again = open_store(url)
    with again.read("*") as uow:
        assert uow.conn.exec_driver_sql("SELECT count(*) FROM university").scalar() == 5
        assert uow.conn.exec_driver_sql("SELECT count(*) FROM setting WHERE key LIKE 'k_'").scalar() == 5
    again.dispose()


def test_a_snapshot_shows_one_moment(store: Store) -> None:
    with snapshot(store) as fetch:
        assert fetch(COUNT)["n"].to_pylist() == [0]
        with store.begin("*") as uow:
            rows.university(uow, "99001")
        assert fetch(COUNT)["n"].to_pylist() == [0]
    with snapshot(store) as fetch:
        assert fetch(COUNT)["n"].to_pylist() == [1]


def test_a_snapshot_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match="(?i)read-?only"), snapshot(store) as fetch:
        fetch("DELETE FROM setting")
    with store.read("*") as uow:
        assert setup.store_id(uow.conn)


def test_reading_goes_on_after_a_failed_read(store: Store) -> None:
    with pytest.raises(Exception, match="no_such_table"), snapshot(store) as fetch:
        fetch("SELECT * FROM no_such_table")
    with snapshot(store) as fetch:
        assert fetch(COUNT)["n"].to_pylist() == [0]


def test_only_the_reading_process_uses_the_other_sqlite_library() -> None:
    tree = Path(ingestion.__file__).parent.parent
    users = {
        path.name
        for folder in ("ingestion", "pipelines", "dashboards", "expectations")
        for path in (tree / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([a.name for a in node.names] + [getattr(node, "module", None) or ""])
        if name.startswith("adbc_driver_sqlite")
    }
    assert users == {"sqlite_reader.py"}
