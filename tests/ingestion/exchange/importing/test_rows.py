"""What becomes of rows: by role, by what is wrong with them, by whom they name, by what stands already."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ingestion import records, serializer, years
from ingestion.exchange import importing
from ingestion.exchange.importing import Options
from ingestion.principal import Denied, OperationError
from ingestion.store import platform as p
from ingestion.store.engine import today
from ingestion.store.tables import TYPE_TABLES
from tests.ingestion.exchange.importing.conftest import T1, Sheets, World, count, fields, states, taken, write


def papers(world: World, n: int, **changes: Any) -> list[dict[str, Any]]:
    one = world.valid("paper")
    return [{**one, "title": f"面向{c}的{i:03d}号实验方法", "doi": f"10.1000/rows.{i:04d}", **changes} for i, c in zip(range(n), "东南西北中" * n, strict=False)]


@pytest.mark.ac("AC-028")
@pytest.mark.parametrize(("who", "state"), [("o1", "30"), ("s11", "20"), ("r1", "10")])
def test_a_hundred_rows_arrive_in_the_state_of_the_role(world: World, sheet: Sheets, who: str, state: str) -> None:
    outcome = taken(world, getattr(world, who), "paper", sheet(world, "paper", papers(world, 100)))
    assert (outcome.counts["new"], outcome.counts["error"]) == (100, 0)
    assert states(world, "paper") == {state: 100}
    assert (outcome.effect.records, outcome.effect.waiting) == ((100, 0) if state == "30" else (0, 100))


@pytest.mark.ac("AC-224")
def test_all_errors_of_a_row_at_once_and_the_right_rows_alone(sqlite_world: World, sheet: Sheets, tmp_path: Path) -> None:
    world = sqlite_world

    def spoil(rows: list[dict[str, Any]]) -> None:
        for row in rows[10:39]:
            row["论文类型"], row["发表或出版时间"], row["论文名称"] = "电影", "2025-13-40", ""

    path = sheet(world, "paper", papers(world, 100), edit=spoil)
    out = tmp_path / "marked.csv"
    outcome = importing.import_file(world.store, world.o1, "paper", path, Options(non_secret=True), errors_out=out)
    assert (outcome.counts["read"], outcome.counts["error"], outcome.counts["new"]) == (100, 29, 71)
    assert states(world, "paper") == {"30": 71}
    with world.store.read(T1) as uow:
        rows, total = importing.rows(uow, world.o1, outcome.batch_id or 0, results=("error",))
    assert total == 29 and [row.row for row in rows] == list(range(12, 41))
    assert {f.key for f in rows[0].issues} == {"title", "paper_type", "published_on"}
    kind = next(f for f in rows[0].issues if f.key == "paper_type")
    assert (kind.heading, kind.value) == ("论文类型", "电影") and "期刊论文" in kind.zh and kind.index is not None
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert sum("2025-13-40" in row[-1] and "电影" in row[-1] for row in csv.reader(file)) == 29
    only = tmp_path / "only.csv"
    importing.annotate(world.store, world.o1, outcome.batch_id or 0, only, only_errors=True)
    assert len(only.read_text("utf-8-sig").strip().splitlines()) >= 30
    nothing = taken(world, world.o1, "paper", write(tmp_path / "b.csv", [fields(world, "paper", d) for d in papers(world, 2)] + [{"论文名称": "缺内容的一篇"}]), all_or_nothing=True)
    assert nothing.stopped and not nothing.in_effect and states(world, "paper") == {"30": 71}


@pytest.mark.ac("AC-037")
def test_a_number_that_lost_digits_or_zeros_links_nobody(sqlite_world: World, sheet: Sheets, tmp_path: Path) -> None:
    from openpyxl import Workbook

    world = sqlite_world
    book = Workbook()
    book.active.append(["工号", "姓名", "性别", "学院", "人员状态", "身份证号"])
    book.active.append(["00999", "周凯", "男", "计算机学院", "在职", 420101199001011234])
    book.save(tmp_path / "people.xlsx")
    outcome = taken(world, world.o1, "person", tmp_path / "people.xlsx")
    assert outcome.counts["error"] == 1
    assert any("丢失精度" in f.zh and f.key == "id_number" for f in outcome.rows[0].issues)
    assert all("4201" not in f.value for f in outcome.rows[0].issues)

    def shorten(rows: list[dict[str, Any]]) -> None:
        rows[0]["作者：工号"] = "123"

    held = taken(world, world.o1, "paper", sheet(world, "paper", papers(world, 1), edit=shorten))
    assert held.counts["held"] == 1 and states(world, "paper") == {}
    assert [c.staff_no for c in held.rows[0].people[0].candidates] == ["00123", "00456"]


@pytest.mark.ac("AC-134")
def test_a_name_alone_waits_for_a_choice(world: World, sheet: Sheets) -> None:
    def unlink(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["作者：工号"] = row["作者：类别"] = None

    path = sheet(world, "paper", papers(world, 2), edit=unlink)
    checked = importing.check(world.store, world.o1, "paper", path)
    assert (checked.counts["held"], checked.counts["new"]) == (2, 0)
    with world.store.read(T1) as uow:
        [first, second], _total = importing.rows(uow, world.o1, checked.id)
        named = first.people[0]
        assert {(c.staff_no, c.college) for c in named.candidates} == {("00123", "计算机学院"), ("00456", "文学院")}
    with world.begin() as uow:
        importing.choose(uow, world.o1, "paper", checked.sha256, named.name, named.hint, world.person("r1"))
        importing.choose(uow, world.o1, "paper", checked.sha256, named.name, named.hint, None, row=second.row)
    outcome = importing.apply(world.store, world.o1, checked.id, non_secret=True)
    assert (outcome.counts["new"], outcome.counts["held"]) == (2, 0)
    with world.store.read(T1) as uow:
        linked = uow.conn.execute(select(p.contributor.c.person_id, p.contributor.c.kind).order_by(p.contributor.c.record_id)).all()
        assert [tuple(row) for row in linked if row[0] != world.person("r2")][:2] == [(world.person("r1"), "staff"), (None, "external")]
        told = uow.conn.execute(select(p.message.c.account_id, p.message.c.kind).where(p.message.c.kind == "claim")).all()
    assert [tuple(row) for row in told] == [(world.r1.account_id, "claim")]  # r3, of the same name, hears nothing


@pytest.mark.ac("AC-123")
def test_a_college_loads_its_own_rows_only(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    documents = papers(world, 20)
    for one in documents[4:7]:
        one["college_id"] = world.college["C2"]
    outcome = taken(world, world.s11, "paper", sheet(world, "paper", documents))
    assert (outcome.counts["new"], outcome.counts["error"]) == (17, 3)
    assert [row.row for row in outcome.rows] == [6, 7, 8] and all("非本学院" in row.issues[0].zh for row in outcome.rows)
    assert states(world, "paper") == {"20": 17}


@pytest.mark.ac("AC-143")
def test_a_researcher_imports_what_names_them(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    mine, other = papers(world, 2)
    other["contributors"] = [{**other["contributors"][0], "person_id": world.person("r2"), "name": "李娜"}]
    outcome = taken(world, world.r1, "paper", sheet(world, "paper", [mine, other]))
    assert (outcome.counts["new"], outcome.counts["error"]) == (1, 1)
    assert "不在该成果的人员中" in outcome.rows[0].issues[0].zh
    for who in ("a1", "e1"):
        with pytest.raises((Denied, OperationError)):
            taken(world, getattr(world, who), "paper", sheet(world, "paper", [mine]))


@pytest.mark.ac("AC-185", "AC-186")
@pytest.mark.parametrize("said", ["2", "会议论文", "2 会议论文", "Conference paper", "会议"])
def test_codes_are_taken_as_code_label_or_both(sqlite_world: World, sheet: Sheets, said: str) -> None:
    world = sqlite_world

    def spell(rows: list[dict[str, Any]]) -> None:
        rows[0]["论文类型"] = said
        rows[0]["会议名称"] = "第九届会议"

    outcome = taken(world, world.o1, "paper", sheet(world, "paper", papers(world, 1), edit=spell), dry_run=True)
    assert outcome.counts["new"] == 1, outcome.rows


@pytest.mark.ac("AC-089")
def test_people_are_updated_in_one_go_with_old_and_new_in_the_log(world: World, tmp_path: Path) -> None:
    rows = [{"工号": "00123", "姓名": "张伟", "所在学院": "文学院", "职务": "系主任"}, {"工号": "00124", "姓名": "李娜"}]
    person = world.person("r1")
    with world.store.read(T1) as uow:
        before = serializer.read(uow, "person", [person], "clear")[person]
    outcome = taken(world, world.o1, "person", write(tmp_path / "people.csv", rows))
    assert (outcome.counts["changed"], outcome.counts["unchanged"]) == (1, 1), outcome.rows
    with world.store.read(T1) as uow:
        document = serializer.read(uow, "person", [person])[person]
        assert document["college_id"] == world.college["C2"] and document["admin_post"] == "系主任" and document["sex"]
        row = uow.conn.execute(select(p.audit_row).where(p.audit_row.c.action == "import.change")).one()
        assert row.object_id == str(person) and '"计算机学院", "文学院"' in row.detail
        posts = uow.conn.execute(select(p.person_post.c.unit_id).where(p.person_post.c.person_id == person).order_by(p.person_post.c.valid_from)).scalars().all()
        assert posts == [world.college["C1"], world.college["C2"]]
        versions = uow.conn.execute(select(p.record_version.c.number).where(p.record_version.c.record_id == person)).scalars().all()
        assert sorted(versions) == [1, 2]
    undone = importing.undo(world.store, world.o1, outcome.batch_id or 0)
    assert undone.restored == 1
    with world.store.read(T1) as uow:
        assert serializer.read(uow, "person", [person], "clear")[person] == before


def test_who_may_not_change_a_record_is_told_to_apply_for_it(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    taken(world, world.o1, "paper", sheet(world, "paper", papers(world, 1)))
    with world.store.read(T1) as uow:
        number = f"LW{uow.conn.execute(select(TYPE_TABLES['paper'].c.record_id)).scalar_one():06d}"
    edited = papers(world, 1, venue="另一刊物")
    refused = taken(world, world.s11, "paper", sheet(world, "paper", edited, numbers=[number]))
    assert refused.counts["error"] == 1 and "变更申请" in refused.rows[0].issues[0].zh
    doubled = taken(world, world.s11, "paper", sheet(world, "paper", edited, name="c.csv"))
    assert doubled.counts["duplicate"] == 1 and number in doubled.rows[0].issues[0].zh
    elsewhere = taken(world, world.o1, "paper", sheet(world, "paper", edited, numbers=["LW999999"], name="d.csv"))
    assert elsewhere.counts["error"] == 1
    done = taken(world, world.o1, "paper", sheet(world, "paper", edited, numbers=[number], name="e.csv"))
    assert done.counts["changed"] == 1
    with world.store.read(T1) as uow:
        view = records.load(uow, world.o1, int(number[2:]))
        assert (view.document["venue"], view.state, view.version) == ("另一刊物", "30", 2)
        assert uow.conn.execute(select(p.amendment.c.state)).scalars().all() == ["applied"]


def test_an_own_draft_is_edited_in_place(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    document = papers(world, 1)[0]
    with world.begin() as uow:
        draft = records.create_draft(uow, world.r1, "paper", document)
    outcome = taken(world, world.r1, "paper", sheet(world, "paper", [{**document, "venue": "改后的刊物"}], numbers=[draft.number]))
    assert outcome.counts["changed"] == 1 and states(world, "paper") == {"00": 1}
    with world.store.read(T1) as uow:
        assert records.load(uow, world.r1, draft.id).document["venue"] == "改后的刊物"


def test_rows_that_repeat_each_other_or_what_stands_are_told(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    first, second = papers(world, 2)
    third = {**second, "doi": first["doi"], "title": first["title"]}
    fourth = {**first, "doi": None, "issn": None, "volume_issue_pages": "9(9):1-2", "paper_type": "2", "conference_name": "某会议"}
    outcome = taken(world, world.o1, "paper", sheet(world, "paper", [first, second, third]))
    assert (outcome.counts["new"], outcome.counts["duplicate"]) == (2, 1)
    assert "第 2 行" in outcome.rows[0].issues[0].zh
    again = taken(world, world.o1, "paper", sheet(world, "paper", [fourth], name="b.csv"))
    assert again.counts["duplicate"] == 1 and "疑似重复" in again.rows[0].issues[-1].zh
    let = taken(world, world.o1, "paper", sheet(world, "paper", [fourth], name="b.csv"), alike=True)
    assert let.counts["new"] == 1


def test_a_doi_under_another_title_changes_nothing(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    first, second = papers(world, 2)
    taken(world, world.o1, "paper", sheet(world, "paper", [first]))
    wrong = taken(world, world.o1, "paper", sheet(world, "paper", [{**second, "title": "毫不相干的题名", "doi": first["doi"]}], name="b.csv"))
    assert wrong.counts["duplicate"] == 1 and "名称不同" in wrong.rows[0].issues[0].zh


@pytest.mark.ac("AC-232")
def test_a_marked_row_is_kept_nowhere(sqlite_world: World, sheet: Sheets, tmp_path: Path) -> None:
    world = sqlite_world
    outcome = taken(world, world.o1, "paper", sheet(world, "paper", papers(world, 1, title="绝密★某装备研究")))
    assert outcome.counts["error"] == 1
    with world.store.read("*") as uow:
        said = [str(tuple(row)) for table in (p.import_row, p.import_batch, p.audit_row) for row in uow.conn.execute(select(table))]
    assert not any("某装备" in text for text in said)
    with pytest.raises(OperationError, match="不再保存"):
        importing.annotate(world.store, world.o1, outcome.batch_id or 0, tmp_path / "x.csv")


@pytest.mark.ac("AC-220")
def test_control_totals_list_the_rows_that_are_missing(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world

    def spoil(rows: list[dict[str, Any]]) -> None:
        rows[1]["论文类型"] = "电影"

    planned = taken(world, world.o1, "paper", sheet(world, "paper", papers(world, 4)), totals={2025: 5}, dry_run=True)
    assert [(one.expected, one.actual) for one in planned.differences] == [(5, 4)]
    outcome = taken(world, world.o1, "paper", sheet(world, "paper", papers(world, 4), edit=spoil), totals={2025: 4, 2019: 0})
    [missing] = outcome.differences
    assert (missing.year, missing.expected, missing.actual, missing.rows) == (2025, 4, 3, (3,))
    assert count(world, p.import_total) == 2


def test_universities_do_not_meet(world: World, sheet: Sheets) -> None:
    mine = papers(world, 1)
    path = sheet(world, "paper", mine)
    first = taken(world, world.o1, "paper", path)
    with world.store.read("99002") as uow:
        assert importing.batches_for(uow, world.o2) == ([], 0)
    for work in (importing.undo, importing.discard, importing.resume, importing.apply):
        with pytest.raises(OperationError):
            work(world.store, world.o2, first.batch_id or 0)
    theirs = taken(world, world.o2, "paper", path)  # 00123 is somebody else there; no college, no person of ours
    assert theirs.counts["duplicate"] == 0 and states(world, "paper", "99002") in ({}, {"30": 1})
    assert states(world, "paper") == {"30": 1}


@pytest.mark.ac("AC-226")
def test_a_closed_year_takes_the_rows_of_who_is_excepted_alone(sqlite_world: World, sheet: Sheets) -> None:
    world, last = sqlite_world, today().year - 1
    theirs = [{**world.valid("paper", owner), "title": title, "doi": f"10.1000/{owner}", "published_on": f"{last}-03-01"} for owner, title in (("r1", "锁定年度补录的一篇论文"), ("r2", "无人准许补录的另一项研究"))]
    with world.begin() as uow:
        years.lock(uow, world.o1, T1, last, ["paper"])
    path = sheet(world, "paper", theirs)
    refused = taken(world, world.s11, "paper", path)
    assert (refused.counts["new"], refused.counts["error"]) == (0, 2)
    with world.begin() as uow:
        allowed = years.allow(uow, world.o1, last, world.person("r1"), today(), "出国期间未录入")
    assert taken(world, world.s11, "paper", path, dry_run=True).counts["error"] == 1
    with world.begin() as uow:
        years.end(uow, world.o1, allowed)
    assert taken(world, world.s11, "paper", path, dry_run=True).counts["error"] == 2
    with world.begin() as uow:
        years.allow(uow, world.o1, last, world.person("r1"), today(), "出国期间未录入")
    outcome = taken(world, world.s11, "paper", path)
    assert (outcome.counts["new"], outcome.counts["error"]) == (1, 1)
    with world.store.read(T1) as uow:
        [row], _n = importing.rows(uow, world.s11, outcome.batch_id or 0, results=("error",))
    assert row.row == 3 and f"{last} 年度已锁定，不能录入或变更。如需补录，请联系科研处。" in row.issues[0].zh


def test_a_title_nearly_as_one_that_stands_waits_for_a_choice(sqlite_world: World, sheet: Sheets) -> None:
    """By the rule the form has (AC-175): an inserted word, not another number, another year or another key."""
    world = sqlite_world
    one = world.valid("research_report")
    titled = [{**one, "title": f"长江中游湖泊湿地生态修复的关键技术与示范研究报告{n}"} for n in ("", "第12卷")]
    assert taken(world, world.o1, "research_report", sheet(world, "research_report", titled)).counts["new"] == 2
    again = [{**one, "title": title} for title in ("长江中游湖泊湿地生态修复关键技术与示范研究报告", "长江中游湖泊湿地生态修复的关键技术与示范研究报告第13卷")]
    path = sheet(world, "research_report", again, "b.csv")
    waiting = taken(world, world.o1, "research_report", path)
    assert (waiting.counts["new"], waiting.counts["duplicate"]) == (1, 1)
    with world.store.read(T1) as uow:
        [row], _n = importing.rows(uow, world.o1, waiting.batch_id or 0, results=("duplicate",))
    assert row.record_id and "名称相似度 98%" in row.issues[0].zh and row.issues[0].rule == "D002"
    wanted = taken(world, world.o1, "research_report", path, alike=True)
    assert (wanted.counts["new"], wanted.counts["unchanged"]) == (1, 1)
    with world.store.read(T1) as uow:
        noted = uow.conn.execute(select(p.finding.c.text_zh).where(p.finding.c.rule == "D002")).scalars().all()
    assert len(noted) == 1 and "疑似重复" in noted[0]
    assert taken(world, world.o1, "research_report", path, alike=True).counts["unchanged"] == 2  # a second time nothing
