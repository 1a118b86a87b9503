"""Imports as jobs: what the page asks for and the worker does, whole or begun again."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from ingestion import jobs, outbox
from ingestion.exchange import import_jobs, importing, uploads
from ingestion.exchange.importing import Options
from ingestion.jobs import Job
from ingestion.principal import Principal
from tests.universe import T1, Universe

HANDLERS = dict.fromkeys(import_jobs.KINDS, import_jobs.run_job)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))


def lectures(*rows: tuple[str, str, str]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["讲座名称", "讲座时间", "主讲人：姓名"])
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def work(world: Universe, actor: Principal, job_id: int) -> Job:
    jobs.run_pending(world.store, HANDLERS)
    with world.store.read(T1) as uow:
        return jobs.get(uow, actor, job_id)


def checked(world: Universe, actor: Principal, data: bytes, name: str = "讲座.xlsx") -> Job:
    upload = uploads.keep(actor, io.BytesIO(data), 10_000_000)
    with world.store.begin(T1) as uow:
        job_id = import_jobs.check(uow, actor, "lecture", upload.sha256, name, Options(as_history=True), 3)
    return work(world, actor, job_id)


def records(world: Universe, actor: Principal) -> int:
    from ingestion import search
    from ingestion.search import Query

    with world.store.read(T1) as uow:
        return search.count(uow, actor, Query("lecture"))


GOOD = lectures(("讲座甲", "2024-03-01", "来宾"), ("讲座乙", "2024-03-02", "来宾"), ("", "2024-03-03", "来宾"))


def test_a_file_is_checked_loaded_marked_and_taken_back(universe: Universe) -> None:
    actor = universe.o1
    before = records(universe, actor)
    done = checked(universe, actor, GOOD)
    assert done.state == "done" and done.result is not None
    assert (done.result["counts"]["new"], done.result["counts"]["error"]) == (2, 1)
    batch_id = int(done.result["batch"])
    assert checked(universe, actor, GOOD).result["batch"] == batch_id  # type: ignore[index]
    with universe.store.begin(T1) as uow:
        marking = import_jobs.mark(uow, actor, batch_id, only_errors=True, language="zh")
        loading = import_jobs.apply(uow, actor, batch_id, 2, all_or_nothing=False, non_secret=True)
    loaded = work(universe, actor, loading)
    assert (loaded.state, records(universe, actor)) == ("done", before + 2)
    with universe.store.read(T1) as uow:
        marked = jobs.get(uow, actor, marking)
        newest = import_jobs.of_batch(uow, actor, batch_id)
    assert newest is not None and newest.id == loading
    path, name = outbox.fetch(actor, marked.result["export"])  # type: ignore[index]
    assert name == "讲座_错误行.xlsx"
    assert openpyxl.load_workbook(path).worksheets[0].max_row == 2
    assert import_jobs.run_job(universe.store, loaded)[0]["in_effect"]  # begun again after a kill: nothing is doubled
    with universe.store.begin(T1) as uow:
        undoing = import_jobs.undo(uow, actor, batch_id, 2)
    assert work(universe, actor, undoing).state == "done"
    assert work(universe, actor, undoing).message == f"批次 {batch_id}（讲座.xlsx）已撤销。"


def test_what_is_wrong_is_an_answer_in_both_languages(sqlite_universe: Universe) -> None:
    actor = sqlite_universe.o1
    refused = checked(sqlite_universe, actor, b"MZ" + bytes(300), name="坏.xlsx").result
    assert refused is not None and refused["refused"][0].startswith("“坏.xlsx”是程序文件") and "is a program" in refused["refused"][1]
    done = checked(sqlite_universe, actor, GOOD)
    assert done.result is not None
    with sqlite_universe.store.begin(T1) as uow:
        secret = import_jobs.apply(uow, actor, int(done.result["batch"]), 2, all_or_nothing=False, non_secret=False)
        whole = import_jobs.apply(uow, actor, int(done.result["batch"]), 2, all_or_nothing=True, non_secret=True)
    assert "涉密" in work(sqlite_universe, actor, secret).result["refused"][0]  # type: ignore[index]
    assert work(sqlite_universe, actor, whole).result["in_effect"] is False  # type: ignore[index]
    with sqlite_universe.store.read(T1) as uow:
        assert importing.batch(uow, actor, int(done.result["batch"])).state == "checked"
