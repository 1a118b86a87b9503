from __future__ import annotations

import gc
import inspect
import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from dashboards.marts import reader
from dashboards.marts.reader import Mart, NoNumbersYet
from ingestion.principal import Denied, Principal
from tests.dashboards.marts import published

Who = Callable[..., Principal]
pytestmark = pytest.mark.usefixtures("published_here")


@pytest.mark.parametrize(
    ("role", "code", "file", "level"),
    [
        ("office_admin", "99001", "99001", "university"),
        ("analyst", "99002", "99002", "university"),
        ("finance", "99001", "99001", "university"),
        ("college_admin", "99001", "99001", "college"),
        ("researcher", "99001", "99001", "person"),
        ("province_staff", "province", "province", "university"),
        ("province_analyst", "province", "province", "university"),
    ],
)
def test_each_role_reads_its_own_file_in_its_own_reach(who: Who, role: str, code: str, file: str, level: str) -> None:
    mart = reader.open_for(who(role, code))
    assert Path(mart.path).parent.name == file
    assert mart.level == level
    assert (mart.college_id is not None) == (level == "college")
    assert (mart.person_id is not None) == (level == "person")


@pytest.mark.parametrize("role", ["expert"])
def test_roles_without_figures_are_refused(who: Who, role: str) -> None:
    with pytest.raises(Denied):
        reader.open_for(who(role))
    assert reader.meta_for(who(role)) is None


def test_a_college_secretary_without_a_college_and_a_researcher_without_a_person_are_refused() -> None:
    for role in ("college_admin", "researcher"):
        with pytest.raises(Denied):
            reader.open_for(Principal(1, "99001", "u", "n", role))


def test_no_parameter_of_an_opener_can_name_a_file(who: Who) -> None:
    for opener in (reader.file_for, reader.meta_for):
        assert list(inspect.signature(opener).parameters) == ["principal"]
    for opener in (reader.open_for, reader.open_peers):
        assert list(inspect.signature(opener).parameters) == ["principal", "day"]
    assert list(inspect.signature(reader.open_records_of).parameters) == ["principal", "university_code", "day"]
    with pytest.raises(TypeError):  # a day is a date, no text
        reader.open_for(who("office_admin"), "../99002/000001")  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["../99002", "/etc/passwd", "99001/000001.duckdb", "province", "peers", "", "99099"])
def test_the_province_cannot_open_what_is_not_a_published_university(who: Who, code: str) -> None:
    with pytest.raises((Denied, NoNumbersYet)):
        reader.open_records_of(who("province_staff", "province"), code)


def test_only_the_province_opens_records_of_a_university_and_sees_no_person(who: Who) -> None:
    assert reader.open_records_of(who("province_staff", "province"), "99002").persons is False
    for role in ("office_admin", "analyst", "college_admin", "researcher"):
        with pytest.raises(Denied):
            reader.open_records_of(who(role), "99002")


def test_a_manifest_that_points_outside_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: Who) -> None:
    outside = tmp_path / "outside.duckdb"
    duckdb.connect(str(outside)).close()
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "current.json").write_text(json.dumps({"generation": 1, "files": {"99001": "../outside.duckdb"}}))
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    with pytest.raises(Denied):
        reader.open_for(who("office_admin"))


@pytest.mark.ac("AC-033", "AC-214")
@pytest.mark.parametrize("role", ["office_admin", "analyst", "finance", "college_admin", "researcher"])
def test_nothing_of_another_university_is_in_reach(who: Who, role: str) -> None:
    mart = reader.open_for(who(role, "99002"))
    for table in ("fct_record", "fct_measure", "fct_credit", "dim_person", "dim_unit", "rpt_indicator"):
        assert mart.rows(f"SELECT DISTINCT university_code FROM {table}") in ([("99002",)], [])
    titles = " ".join(row[0] for row in mart.rows("SELECT title FROM fct_record"))
    assert "99001" not in titles


@pytest.mark.parametrize("statement", [
    "SELECT * FROM read_csv('/etc/hostname')", "SELECT * FROM glob('/*')", "COPY (SELECT 1) TO '/tmp/x.csv'",
    "ATTACH '/tmp/other.duckdb'", "INSERT INTO fct_record SELECT * FROM fct_record", "SET threads=8",
    "SET enable_external_access=true", "INSTALL httpfs", "CREATE TABLE x (i INTEGER)",
])  # fmt: skip
def test_an_open_file_lets_nothing_in_or_out(who: Who, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        reader.open_for(who("office_admin")).rows(statement)


def _open_files() -> set[str]:
    return {os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if os.path.islink(f"/proc/self/fd/{fd}")}


def test_moving_the_pointer_closes_old_files_and_reads_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: Who) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    published.build(tmp_path, {"99001": 20})
    old = reader.open_for(who("office_admin"))
    before = old.rows("SELECT count(*) FROM fct_record")
    assert old.meta.generation == 1
    published.build(tmp_path, {"99001": 30}, generation=2)
    new = reader.open_for(who("office_admin"))
    assert new.meta.generation == 2
    assert new.path != old.path
    assert new.rows("SELECT count(*) FROM fct_record") != before
    gc.collect()
    assert old.path not in _open_files()  # let go, so the old file can be removed
    assert new.path in _open_files()
    shutil.rmtree(tmp_path / "published")
    reader.reset()
    with pytest.raises(NoNumbersYet):
        reader.open_for(who("office_admin"))


def test_a_mart_carries_its_reach_and_cannot_be_changed(who: Who) -> None:
    mart = reader.open_for(who("researcher"))
    assert {field.name for field in fields(Mart)} == {"path", "meta", "level", "college_id", "person_id", "persons", "past"}
    with pytest.raises(AttributeError):
        mart.person_id = 5  # type: ignore[misc]


def test_readers_in_many_threads_survive_a_moving_pointer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: Who) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    published.build(tmp_path, {"99001": 20})
    pointer = tmp_path / "published" / "current.json"
    content = json.loads(pointer.read_text())
    copies = []
    for generation in range(2, 6):
        name = f"99001/{generation:06d}.duckdb"
        shutil.copy(tmp_path / "published" / "99001" / "000001.duckdb", tmp_path / "published" / name)
        copies.append(content | {"generation": generation, "files": content["files"] | {"99001": name}})
    problems: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                mart = reader.open_for(who("office_admin"))
                assert mart.rows("SELECT count(*) FROM fct_record")[0][0] > 0
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for copy in copies * 5:
        aside = pointer.with_suffix(".new")
        aside.write_text(json.dumps(copy))
        aside.replace(pointer)
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_file_of_the_version_before_says_so(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    for sql in ("SELECT no_such_column FROM fct_record", "SELECT 1 FROM rpt_of_tomorrow"):
        with pytest.raises(reader.OlderFile, match="升级"):
            mart.rows(sql)
    assert mart.rows("SELECT 1") == [(1,)]
