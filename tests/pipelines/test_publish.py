"""Files are written once, switched at once, and forgotten when three manifests have passed."""

from __future__ import annotations

import json
import stat
from datetime import datetime

import duckdb
import pytest

from ingestion.store.engine import utc_now
from pipelines import publish
from pipelines.publish import Held, PublishError
from tests.pipelines.conftest import Installation
from tests.universe import T1, T2, T3


def again(installation: Installation, generation: int, changed: frozenset[str] = frozenset({T1}), held: dict[str, Held] | None = None) -> publish.Manifest:
    with installation.warehouse() as con:
        return publish.publish(con, installation.home, generation, utc_now(), changed, held or {})


def test_each_university_the_province_and_the_peers_have_a_file(installation: Installation) -> None:
    manifest = publish.current(installation.home)
    assert manifest is not None
    assert set(manifest.files) == {T1, T2, T3, "province", "peers"}
    for name, path in manifest.files.items():
        file = installation.home / "published" / path
        assert stat.S_IMODE(file.stat().st_mode) == 0o440
        assert path == f"{name}/000001.duckdb" and len(manifest.sha256[name]) == 64
        with duckdb.connect(str(file), read_only=True) as con:
            meta = con.execute("SELECT generation, university_code, reconciled FROM meta_generation").fetchall()
        assert meta == [(1, name, True)]


def test_only_the_changed_university_gets_a_new_file_and_an_open_reader_keeps_its_own(installation: Installation) -> None:
    first = installation.file(T1)
    reader = duckdb.connect(str(first), read_only=True)
    manifest = again(installation, 2)
    assert manifest.files[T1] == f"{T1}/000002.duckdb" and manifest.files[T2] == f"{T2}/000001.duckdb"
    assert reader.execute("SELECT generation FROM meta_generation").fetchall() == [(1,)]
    reader.close()


def test_files_of_the_last_three_manifests_stay_and_no_others(installation: Installation) -> None:
    for generation in range(2, 7):
        again(installation, generation)
    root = installation.home / "published"
    assert sorted(p.name for p in (root / T1).iterdir()) == ["000004.duckdb", "000005.duckdb", "000006.duckdb"]
    assert [p.name for p in (root / T2).iterdir()] == ["000001.duckdb"], "unchanged and still named"
    assert sorted(p.name for p in (root / "manifests").iterdir()) == ["000004.json", "000005.json", "000006.json"]
    content = json.loads((root / "current.json").read_text(encoding="utf-8"))
    assert content["generation"] == 6 and all((root / path).exists() for path in content["files"].values())


def test_a_name_is_never_used_twice(installation: Installation) -> None:
    again(installation, 2)
    with pytest.raises(PublishError):
        again(installation, 2)
    assert publish.current(installation.home).generation == 2  # type: ignore[union-attr]


def test_rows_of_another_university_stop_the_publication(installation: Installation) -> None:
    before = publish.current(installation.home)
    with installation.warehouse() as con:
        con.execute("UPDATE core.dim_person SET university_code = 'x' WHERE university_code = ?", [T2])
        condition = publish.OF_UNIVERSITY["core.dim_person"]
        publish.OF_UNIVERSITY["core.dim_person"] = "true"
        try:
            with pytest.raises(PublishError, match="another university"):
                publish.publish(con, installation.home, 2, datetime(2026, 1, 1), frozenset({T1}), {})
        finally:
            publish.OF_UNIVERSITY["core.dim_person"] = condition
    assert publish.current(installation.home) == before


@pytest.mark.ac("AC-250")
def test_a_held_university_stays_in_the_province_with_its_last_good_numbers(installation: Installation) -> None:
    query = "SELECT sum(value) FROM rpt_province WHERE university_code = ? AND indicator = 'R01' AND category_1 = '*'"
    before = installation.query(query, T1, code="province")
    with installation.warehouse() as con:
        con.execute("UPDATE reports.rpt_province SET value = value + 1000")
    held = {T1: Held("批准经费：超出范围", "out of range", "2026-01-01 00:00:00")}
    manifest = again(installation, 2, frozenset({T1, T2}), held)
    assert manifest.files[T1] == f"{T1}/000001.duckdb" and manifest.held[T1]["zh"] == held[T1].zh
    assert installation.query(query, T1, code="province") == before
    assert installation.query(query, "*", code="province")[0][0] < 1000
    assert installation.query(query, T2, code="province")[0][0] > 1000
    assert T1 in installation.query("SELECT held_reason FROM meta_generation", code="province")[0][0]
    assert manifest.files["peers"] == "peers/000001.duckdb"


def test_the_province_and_the_peers_know_no_record_and_no_person(installation: Installation) -> None:
    for name in ("province", "peers"):
        columns = installation.query("SELECT column_name FROM duckdb_columns() WHERE NOT internal", code=name)
        assert not {column for (column,) in columns} & {"record_id", "person_id", "staff_no", "title", "owner_person_id"}


def test_peers_show_no_cell_below_three_and_no_rank_among_fewer_than_five(installation: Installation) -> None:
    rows = installation.query("SELECT value, is_suppressed, rank, ranked_among, median FROM rpt_peer", code="peers")
    assert rows, "the people of two universities"
    for value, is_suppressed, rank, ranked_among, median in rows:
        assert (value is None) == is_suppressed
        assert ranked_among < 5 and rank is None and median is None


def test_tables_and_columns_carry_the_words_of_their_contracts(installation: Installation) -> None:
    tables = installation.query("SELECT table_name, comment FROM duckdb_tables()")
    assert [name for name, comment in tables if not comment] == []
    silent = installation.query("SELECT column_name FROM duckdb_columns() WHERE table_name = 'fct_measure' AND comment IS NULL")
    assert silent == []
