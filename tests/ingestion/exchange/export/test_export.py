"""Exports: what may leave, in which words, and never another number of records than was shown."""

from __future__ import annotations

import csv
import errno
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from ingestion import (
    attachments,
    jobs,
    libraries,
    messages,
    outbox,
    search,
    serializer,
)
from ingestion.catalog.registry import TYPE_IDS
from ingestion.documents import clean
from ingestion.exchange import export, importing, layout, tabular
from ingestion.exchange.export import making, package, writing
from ingestion.exchange.export.request import from_parameters
from ingestion.exchange.plain import literal
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.search import Query
from ingestion.store import platform as p
from pipelines import worker
from tests.ingestion.attachments.samples import PDF
from tests.ingestion.exchange.export.conftest import filed
from tests.ingestion.records.conftest import T1, T2, World


def made(world: World, actor: Principal, path: Path, type_id: str = "paper", **more: Any) -> export.Made:
    more.setdefault("query", Query(type_id, order="id"))
    return export.make(world.store, actor, export.Request(type_id, path.suffix.lstrip("."), **more), path)  # type: ignore[arg-type]


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as source:
            return list(csv.DictReader(source))
    lines = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def short(world: World, n: int, **more: Any) -> dict[str, Any]:
    return {"title": f"论文{n:05d}", "paper_type": "1", "published_on": "2025-03-01", "college_id": world.college["C1"], **more}


@pytest.mark.ac("AC-029")
@pytest.mark.parametrize("count", [0, 1, 2001])
def test_the_file_holds_as_many_rows_as_the_screen_shows(sqlite_world: World, tmp_path: Path, count: int) -> None:
    world = sqlite_world
    filed(world, "paper", *(short(world, n) for n in range(count)))
    filed(world, "paper", short(world, 1, college_id=world.college["D1"]), code=T2)
    with world.begin() as uow:
        shown = search.find(uow, world.o1, Query("paper", years=(2025,), states=("30",))).total
    assert shown == count
    for name in ("a.xlsx", "a.csv"):
        told = made(world, world.o1, tmp_path / name, query=Query("paper", years=(2025,), states=("30",)), expected=count)
        assert told.rows == count == len(rows_of(tmp_path / name))
    assert hashlib.sha256((tmp_path / "a.csv").read_bytes()[3:]).hexdigest() == told.sha256
    book = tabular.read(tmp_path / "a.xlsx")
    assert book.sheets[0].row_count == count and book.template is not None


@pytest.mark.ac("AC-023", "AC-032", "AC-033")
def test_everybody_exports_what_they_see_and_no_more(world: World, tmp_path: Path) -> None:
    titles = {"draft": "草稿一", "mine": "甲", "named": "乙", "other": "丙", "foreign": "外校"}
    r1, r2 = world.person("r1"), world.person("r2")

    def by(who: int, name: str) -> list[dict[str, Any]]:
        return [{"role": "author", "rank": 1, "kind": "staff", "person_id": who, "name": name}]

    filed(world, "paper", short(world, 1, title=titles["mine"], contributors=by(r1, "张伟")))
    filed(world, "paper", short(world, 2, title=titles["named"], contributors=[*by(r2, "李娜"), {**by(r1, "张伟")[0], "rank": 2}]))
    filed(world, "paper", short(world, 3, title=titles["other"], college_id=world.college["C2"], contributors=by(world.person("r3"), "张伟")))
    filed(world, "paper", short(world, 4, title=titles["draft"], contributors=by(r2, "李娜")), state="00", channel="own", entered_by=_who(world.r2))
    filed(world, "paper", short(world, 5, title=titles["foreign"], college_id=world.college["D1"]), code=T2)
    seen = {
        "r1": {"mine", "named"}, "r2": {"named", "draft"}, "s11": {"mine", "named"}, "s12": {"other"},
        "o1": {"mine", "named", "other"}, "o2": {"foreign"},
    }  # fmt: skip
    for who, expected in seen.items():
        path = tmp_path / f"{who}.csv"
        told = made(world, getattr(world, who), path)
        assert {row["论文名称"] for row in rows_of(path)} == {titles[key] for key in expected}, who
        with world.begin(getattr(world, who).university_code) as uow:
            assert told.rows == export.count(uow, getattr(world, who), export.Request("paper", query=Query("paper")))
    for who in ("a1", "e1"):
        with pytest.raises(Denied):
            made(world, getattr(world, who), tmp_path / "no.csv")
    with pytest.raises(Denied):
        made(world, world.r1, tmp_path / "no.xlsx", "expert")
    assert not (tmp_path / "no.csv").exists() and not (tmp_path / "no.xlsx").exists()
    with world.begin() as uow:
        assert [row.account_id for row in audit_rows(uow, "export")] == [getattr(world, who).account_id for who in seen if who != "o2"]
        assert [row.account_id for row in audit_rows(uow, "refused")] == [getattr(world, who).account_id for who in ("a1", "e1", "r1")]
    with world.begin(T2) as uow:
        [foreign] = search.ids(uow, world.o2, Query("paper"))
    with pytest.raises(OperationError, match="1 条"):
        made(world, world.o1, tmp_path / "no.csv", ids=(foreign,))


@pytest.mark.ac("AC-029")
def test_another_number_than_was_shown_makes_no_file(sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlite_world
    filed(world, "paper", short(world, 1), short(world, 2))
    with pytest.raises(OperationError) as drifted:
        made(world, world.o1, tmp_path / "a.xlsx", expected=3)
    assert "3 条" in drifted.value.zh and "2 条" in drifted.value.zh
    monkeypatch.setattr(making.Sheet, "rows", lambda self, ids: iter([[None] * len(self.columns)]))
    with pytest.raises(export.Miscounted, match="2"):
        made(world, world.o1, tmp_path / "a.xlsx")
    assert list(tmp_path.glob("a.*")) == []
    with world.begin() as uow:
        assert audit_rows(uow, "export") == []


def test_a_full_disk_is_said_and_the_file_that_stood_there_stays(sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(sqlite_world, "paper", short(sqlite_world, 1))
    (tmp_path / "a.csv").write_text("kept")
    monkeypatch.setattr(writing, "csv_file", lambda *_a: (_ for _ in ()).throw(OSError(errno.ENOSPC, "")))
    with pytest.raises(OperationError, match="磁盘空间不足"):
        made(sqlite_world, sqlite_world.o1, tmp_path / "a.csv")
    assert [f.name for f in tmp_path.iterdir() if f.is_file() and "a.csv" in f.name] == ["a.csv"] and (tmp_path / "a.csv").read_text() == "kept"


@pytest.mark.ac("AC-093")
def test_what_counts_is_marked_and_as_many_as_the_library_of_the_type_counts(sqlite_world: World, tmp_path: Path) -> None:
    """``tests/pipelines`` compares that count with the published figure."""
    world = sqlite_world
    for stage, day in (("1", "2025-03-01"), ("2", "2025-05-01"), ("1", "2024-03-01")):
        filed(world, "paper", short(world, int(day[5:7]) + int(stage), published_on=day, publication_stage=stage))
    filed(world, "paper", short(world, 9), state="20")
    filed(world, "paper", short(world, 10), in_statistics=False, out_reason="重复统计")
    made(world, world.o1, tmp_path / "a.csv", query=Query("paper", years=(2025,), order="id"))
    marked = [row["纳入统计"] for row in rows_of(tmp_path / "a.csv")]
    with world.begin() as uow:
        counted = libraries.in_statistics(uow, world.o1, libraries.Selection(("paper",), years=(2025,)))
    assert sorted(marked) == ["", "否", "否", "是"] and marked.count("是") == counted


def audit_rows(uow: Any, action: str) -> list[Any]:
    a = p.audit_row
    return list(uow.conn.execute(select(a).where(a.c.action == action, a.c.university_code == T1).order_by(a.c.id)))


FORMULAS = ("=1+1", "+86", "-2+3", "@SUM(A1)", "＝1", "－5", "＋1", "＠a", "'=1", "''x", "=HYPERLINK(\"http://x\")", "<r>x</r>", "_x0041_", "<&>", "1e5", "00123", " =1")


@pytest.mark.ac("AC-246", "AC-242")
def test_texts_stay_texts_and_come_back(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    ids = filed(world, "paper", *(short(world, n, title=text, venue=f"{text}\x12刊", abstract=f"{text}\n𠮷🎓\n{text}") for n, text in enumerate(FORMULAS)))
    for name in ("a.xlsx", "a.csv"):
        made(world, world.o1, tmp_path / name)
        book = tabular.read(tmp_path / name)
        keys = {c.zh: c.key for c in layout.columns("paper")}
        with world.begin() as uow:
            look = layout.load(uow, world.o1, "paper")
            stored = serializer.read(uow, "paper", ids)
        for record_id, row in zip(ids, book.sheets[0].rows(), strict=True):
            read = layout.read("paper", {keys[h]: v for h, v in zip(book.sheets[0].headings, row.values, strict=True)}, look)
            assert read.issues == [] and read.record_no == record_id
            expected = clean("paper", {**stored[record_id], "venue": stored[record_id]["venue"].replace("\x12", "")})
            expected["title"] = expected["title"].strip()
            expected["venue"] = expected["venue"].strip()
            expected["abstract"] = "\n".join(line.rstrip() for line in expected["abstract"].split("\n")).strip()
            assert clean("paper", read.document) == expected
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    for line in sheet.iter_rows(min_row=2):
        assert all(cell.data_type in ("s", "n", "d", "inlineStr") for cell in line)
    assert not any(row["论文名称"][:1] in "=+-@＝＋－＠" for row in rows_of(tmp_path / "a.csv"))


@pytest.mark.ac("AC-248")
def test_a_text_no_cell_can_hold_is_named_and_no_file_made(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    crowd = [{"role": "author", "rank": n, "kind": "external", "name": f"合作者{n:05d}"} for n in range(1, 4001)]
    [number] = filed(world, "paper", short(world, 1, contributors=crowd))
    with pytest.raises(export.TooLong) as refused:
        made(world, world.o1, tmp_path / "a.xlsx")
    assert f"LW{number:06d} 的“作者：姓名”" in refused.value.zh and "CSV" in refused.value.zh and "32,767" in refused.value.en
    assert not (tmp_path / "a.xlsx").exists()
    made(world, world.o1, tmp_path / "a.csv")
    [row] = rows_of(tmp_path / "a.csv")
    assert row["作者：姓名"].count("\n") == 3999
    with pytest.raises(package.TooMany):
        package.write(tmp_path / "b.xlsx", 1, package.MOST_ROWS + 1, iter(()), lambda done: lambda target: None)


@pytest.mark.ac("AC-039", "AC-128")
def test_secrets_are_masked_unless_the_right_reveals_them_and_that_is_logged(world: World, tmp_path: Path) -> None:
    clear = {}
    for who, reveal in (("o1", False), ("o1", True), ("s11", True), ("r1", True)):
        path = tmp_path / f"{who}{reveal}.csv"
        made(world, getattr(world, who), path, "person", reveal=reveal)
        clear[who, reveal] = [row["证件号码"] for row in rows_of(path) if row["证件号码"]]
    assert clear["o1", False] and all("********" in number for number in clear["o1", False])
    assert clear["o1", True] and not any("*" in number for number in clear["o1", True])
    assert all("********" in number for number in clear["s11", True])
    assert [number for number in clear["r1", True] if "*" not in number] == clear["r1", True][:1]
    assert export.may_reveal(world.o1, "person") and not export.may_reveal(world.s11, "person") and not export.may_reveal(world.o1, "paper")
    with world.begin() as uow:
        revealed = audit_rows(uow, "reveal")
        assert [(row.account_id, "id_number" in row.detail) for row in revealed] == [(world.o1.account_id, True), (world.r1.account_id, True)]
        assert not any("420101" in row.detail for row in revealed)


@pytest.mark.ac("AC-066")
def test_restricted_files_are_told_to_those_alone_who_may_know(world: World, tmp_path: Path) -> None:
    r1, r2 = world.person("r1"), world.person("r2")
    people = [{"role": "author", "rank": n, "kind": "staff", "person_id": who, "name": "某"} for n, who in enumerate((r1, r2), 1)]
    [record_id] = filed(world, "paper", short(world, 1, contributors=people), state="00", channel="own", entered_by=_who(world.r1))
    attachments.add(world.store, world.r1, record_id, "paper_files", "公开.pdf", PDF)
    attachments.add(world.store, world.r1, record_id, "paper_files", "合同.pdf", PDF + b" ", restricted=True)
    with world.begin() as uow:
        uow.conn.execute(p.record.update().where(p.record.c.id == record_id).values(state="20", submitted_at=uow.now))
    told = {}
    for who in ("r1", "r2", "s11", "o1"):
        made(world, getattr(world, who), tmp_path / f"{who}.csv")
        [row] = rows_of(tmp_path / f"{who}.csv")
        told[who] = row["附件数"]
    assert told == {"r1": "2（含受限附件 1 个）", "r2": "1", "s11": "2（含受限附件 1 个）", "o1": "2（含受限附件 1 个）"}


def _who(principal: Principal) -> Any:
    from ingestion import bulk

    return bulk.Who(principal.account_id, principal.name, principal.role)


@pytest.mark.ac("AC-088")
def test_every_export_names_the_university_and_says_what_it_is(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    filed(world, "paper", short(world, 1), short(world, 2, published_on="2024-01"))
    query = Query("paper", keyword="论文", years=(2025,), states=("30",), college_ids=(world.college["C1"],), codes={"paper_type": ("1",)})
    told = made(world, world.o1, tmp_path / "a.xlsx", query=query)
    about = dict(openpyxl.load_workbook(tmp_path / "a.xlsx")["导出说明"].iter_rows(values_only=True, max_col=2))
    assert about["单位名称"] == "江城大学" and about["条数"] == "1" and about["导出人"] == "陈刚（o1，科研处管理员）"
    assert about["导出条件"] == "关键词 “论文”；年度 2025；学院 计算机学院；状态 已通过；论文类型 期刊论文"
    assert about["数据截至"] == told.as_of and about["数据 SHA-256"] == told.sha256
    made(world, world.o1, tmp_path / "b.csv", query=query)
    assert [row["单位名称"] for row in rows_of(tmp_path / "b.csv")] == ["江城大学"]
    for name in ("c.bib", "c.docx"):
        made(world, world.o1, tmp_path / name, query=query)
    assert "% 单位名称: 江城大学" in (tmp_path / "c.bib").read_text(encoding="utf-8")
    made(world, world.o1, tmp_path / "d.xlsx", query=query, language="en", columns=("title", "record_no"))
    english = openpyxl.load_workbook(tmp_path / "d.xlsx")
    assert [c.value for c in english.worksheets[0][1]] == ["Title", "Record number"]
    assert dict(english.worksheets[1].iter_rows(values_only=True, max_col=2))["Conditions"].endswith("State approved; Type Journal article")
    with world.begin() as uow:
        assert [row.object_type for row in audit_rows(uow, "export")] == ["paper"] * 5
        assert told.sha256 in audit_rows(uow, "export")[0].detail


@pytest.mark.ac("AC-247")
def test_an_export_reads_back_as_the_records_themselves(sqlite_world: World, tmp_path: Path) -> None:
    """All 28 types in one world: making a world for each would take the most time."""
    world = sqlite_world
    for at, type_id in enumerate(TYPE_IDS):
        numbers = (10 * at, 10 * at + 1)[: 1 if type_id == "expert" else 2]  # a person is one expert
        documents = [world.valid(type_id, n=n) for n in numbers]
        if type_id in ("fund_outward", "fund_expense"):
            filed(world, "fund_arrival", {**world.valid("fund_arrival", n=800 + at), "project_id": documents[0]["project_id"], "amount": 10**9})
        ids = filed(world, type_id, *documents)
        made(world, world.o1, tmp_path / "a.csv", type_id, ids=tuple(ids))
        keys = {c.zh: c.key for c in layout.columns(type_id)}
        with world.begin() as uow:
            look = layout.load(uow, world.o1, type_id)
            stored = serializer.read(uow, type_id, ids)
        for record_id, row in zip(ids, rows_of(tmp_path / "a.csv"), strict=True):
            cells = {keys[heading]: value for heading, value in row.items() if value}
            read = layout.read(type_id, cells, look)
            assert (read.issues, read.people, read.record_no) == ([], [], record_id), type_id
            assert clean(type_id, read.document) == clean(type_id, stored[record_id]), type_id


@pytest.mark.ac("AC-247")
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_export_imported_unchanged_changes_nothing(sqlite_world: World, tmp_path: Path, form: str) -> None:
    """``tests/ingestion/exchange/importing`` does so for the sheets of all types; the full pass over a demo is by hand."""
    world = sqlite_world
    for at, type_id in enumerate(("person", "institution", "vertical_project", "paper", "award", "fund_arrival")):
        ids = filed(world, type_id, *(world.valid(type_id, n=10 * at + n) for n in (1, 2)))
        told = made(world, world.o1, tmp_path / f"a.{form}", type_id, reveal=False)
        assert told.rows >= len(ids)
        outcome = importing.import_file(world.store, world.o1, type_id, tmp_path / f"a.{form}", importing.Options(non_secret=True), dry_run=True)
        assert {name: n for name, n in outcome.counts.items() if n} == {"read": told.rows, "unchanged": told.rows}, type_id


def test_a_large_export_is_a_job_its_maker_alone_fetches(world: World) -> None:
    filed(world, "paper", *(short(world, n) for n in range(3)))
    request = export.Request("paper", "xlsx", Query("paper", years=(2025,)), expected=3, columns=("record_no", "title"))
    assert from_parameters(request.parameters()) == request
    with world.begin() as uow:
        granted = uow.conn.execute(select(p.account_grant.c.id).where(p.account_grant.c.account_id == world.o1.account_id)).scalar_one()
        actor = Principal(**{**vars(world.o1), "grant_id": granted})
        number = export.enqueue(uow, actor, request)
        assert jobs.get(uow, actor, number).total == 3
    worker.turn(world.store, 0.0)
    with world.begin() as uow:
        work = jobs.get(uow, actor, number)
        assert (work.state, work.progress, work.total) == ("done", 3, 3), work.message
        assert work.result is not None and work.result["rows"] == 3
        assert any("论文导出完成，共 3 条" in m.zh for m in messages.list_for(uow, actor))
    path, name = outbox.fetch(actor, work.result["export_id"])
    assert name.startswith("论文_江城大学_") and len(rows_of(path)) == 3
    for stranger in (world.s11, world.o2):
        with pytest.raises(NotFound):
            outbox.fetch(stranger, work.result["export_id"])
    with world.begin() as uow:
        number = export.enqueue(uow, actor, export.Request("paper", "csv", Query("paper"), expected=9))
    worker.turn(world.store, 0.0)
    with world.begin() as uow:
        work = jobs.get(uow, actor, number)
        assert work.state == "failed" and "9 条" in str(work.message)
    assert len(list(outbox.folder().glob("*.csv"))) == 0


def test_an_export_is_gone_after_a_day(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    export_id, told = export.hand_out(sqlite_world.store, sqlite_world.o1, export.Request("paper", "csv", Query("paper")))
    assert told.rows == 0 and outbox.fetch(sqlite_world.o1, export_id)[1].endswith(".csv")
    later = outbox.utc_now() + timedelta(hours=25)
    monkeypatch.setattr(outbox, "utc_now", lambda: later)
    with pytest.raises(NotFound):
        outbox.fetch(sqlite_world.o1, export_id)
    outbox.sweep()
    assert list(outbox.folder().iterdir()) == []


def test_the_columns_chosen_are_remembered_for_each_type(world: World) -> None:
    every = tuple(c.key for c in layout.columns("paper"))
    with world.begin() as uow:
        assert export.chosen(uow, world.o1, "paper") == every
        export.choose(uow, world.o1, "paper", ("title", "doi"))
        assert export.chosen(uow, world.o1, "paper") == ("title", "doi")
        assert export.chosen(uow, world.o1, "book") != ("title", "doi")
        assert export.chosen(uow, world.s11, "paper") == every
        export.choose(uow, world.o1, "paper", every)
        assert export.chosen(uow, world.o1, "paper") == every
        assert uow.conn.execute(select(p.preference.c.id)).all() == []


@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        (["year"], "应写为 字段=值"), (["year=25"], "四位数字"), (["state=通过了"], "30 已通过"), (["from=2025/1/1"], "2025-03-01"),
        (["college=计算学院"], "计算机学院"), (["paper_type=会议报告"], "2 会议论文"), (["title=x"], "没有条件“title”"), (["is_translation=也许"], "是或否"),
    ],
)  # fmt: skip
def test_a_wrong_condition_is_told_with_what_is_allowed(sqlite_world: World, conditions: list[str], sentence: str) -> None:
    with sqlite_world.begin() as uow:
        look = layout.load(uow, sqlite_world.o1, "paper", reading=False)
    with pytest.raises(OperationError) as refused:
        export.query_of("paper", conditions, look)
    assert sentence in refused.value.zh and refused.value.en.isascii() is False or refused.value.en


def test_conditions_of_a_command_make_the_query_of_a_page(sqlite_world: World) -> None:
    with sqlite_world.begin() as uow:
        look = layout.load(uow, sqlite_world.o1, "paper", reading=False)
    given = ["year=2024", "year=2025", "state=已通过", "college=计算机学院", "paper_type=期刊论文", "indexings.index_code=SCIE", "from=2024-01-01", "keyword=稻"]
    found = export.query_of("paper", [g for g in given if "SCIE" not in g], look)
    assert found.years == (2024, 2025) and found.states == ("30",) and found.codes == {"paper_type": ("1",)} and found.keyword == "稻"
    with pytest.raises(OperationError, match="可用"):
        export.Request("award", "bib")
    with pytest.raises(OperationError, match="没有字段"):
        export.Request("paper", columns=("nothing",))
    assert literal("<r>a&b</r>") == '<r><t xml:space="preserve">&lt;r&gt;a&amp;b&lt;/r&gt;</t></r>'
