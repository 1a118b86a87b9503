"""The ministry's year-end tables of a built installation: hand-computed cells, who is left out and why, the form as a file, and a
cell that follows its record."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from dashboards.marts import reader
from dashboards.marts.reader import Mart
from dashboards.marts.returns import content, export, opened, places, projects, since, template
from dashboards.marts.returns.book import Book
from dashboards.marts.returns.tables import tables
from dashboards.marts.snapshots import Source
from ingestion import returns
from pipelines.transform import Transformer
from tests import documents
from tests.pipelines.conftest import Installation, copied
from tests.pipelines.test_past import amend
from tests.pipelines.test_refresh import load
from tests.universe import T1

YEAR = 2025


def a_project(installation: Installation, type_id: str, n: int, cls: str | None, **more: Any) -> int:
    """In force from 2023 to 2028; two own members of 6 and 4 months where ``people`` is true."""
    people = more.pop("people", True)
    document = documents.valid(type_id, installation.place("r1", "C1"), n)
    granted = "signed_on" if type_id == "horizontal_project" else "approved_on"
    document |= {"subject_class": cls, "activity_type": "2", "status": "20", granted: "2023-03-15", "started_on": "2023-03-15", "planned_end_on": "2028-12-31", "concluded_on": None, "discipline": "520"}
    document |= more
    leader = next(row for row in document["contributors"] if row["role"] == "leader")
    document["contributors"] = [{**leader, "months_per_year": 1.0} if people else {key: value for key, value in leader.items() if key != "months_per_year"}]
    if people:
        for rank, (who, months) in enumerate((("r1", 6), ("r2", 4)), 2):
            place = installation.place(who, "C1")
            document["contributors"].append({"role": "member", "rank": rank, "kind": "staff", "person_id": place.person_id, "name": place.person_name, "months_per_year": months, "affiliations": []})
    return load(installation, type_id, [{key: value for key, value in document.items() if value is not None}])[0]


def money(installation: Installation, type_id: str, n: int, project: int, day: str, yuan: int, **more: Any) -> int:
    document = documents.valid(type_id, installation.place("r1", "C1"), n)
    on = {"fund_arrival": "arrived_on", "fund_outward": "transferred_on", "fund_expense": "spent_on"}[type_id]
    document |= {"project_id": project, on: day, "amount": yuan * 100, **more}
    for block in ("shares", "subjects", "lines", "payees", "vat", "management_fee", "register_fee", "outward_reserve", "net_amount", "booked_on", "tech_amount"):
        if block not in more:
            document.pop(block, None)
    return load(installation, type_id, [document])[0]


Filled = tuple[Installation, dict[str, int]]


@pytest.fixture(scope="module")
def made(built: Installation, transformer: Transformer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Built once; only the last test changes it."""
    for one in copied(built, transformer, tmp_path_factory.mktemp("returns")):
        yield one, fill(one)


@pytest.fixture
def filled(made: Filled, monkeypatch: pytest.MonkeyPatch) -> Filled:
    monkeypatch.setenv("YANSHU_HOME", str(made[0].home))
    return made


def fill(installation: Installation) -> dict[str, int]:
    ids: dict[str, int] = {}
    ids["nsfc"] = a_project(installation, "vertical_project", 1, "1", stat_source="03")
    ids["client"] = a_project(installation, "horizontal_project", 2, "1", activity_type="5")
    ids["social"] = a_project(installation, "vertical_project", 3, "2", stat_source="04", activity_type="1", discipline="790")
    ids["idle"] = a_project(installation, "vertical_project", 4, "1", stat_source="03", people=False)
    ids["closed"] = a_project(installation, "vertical_project", 5, "1", stat_source="03", status="30", concluded_on="2025-06-01")
    ids["unknown"] = a_project(installation, "vertical_project", 6, None)
    ids["early"] = money(installation, "fund_arrival", 11, ids["nsfc"], "2024-05-01", 100_000, fund_source="05")
    ids["grant"] = money(installation, "fund_arrival", 12, ids["nsfc"], "2025-12-31", 40_400, fund_source="05")
    ids["fee"] = money(installation, "fund_arrival", 13, ids["client"], "2025-02-01", 30_400, fund_source="10")
    ids["foreign"] = money(installation, "fund_arrival", 14, ids["client"], "2025-02-02", 20_400, fund_source="14")
    ids["later"] = money(installation, "fund_arrival", 15, ids["client"], "2026-01-01", 7_000, fund_source="10")
    ids["nssf"] = money(installation, "fund_arrival", 16, ids["social"], "2025-03-01", 60_000, fund_source="04")
    ids["lost"] = money(installation, "fund_arrival", 17, ids["unknown"], "2025-03-01", 5_000, fund_source="07")
    lines = [{"line_subject": "1", "line_item": "仪器", "line_amount": 1_000_000}, {"line_subject": "31", "line_item": "专家费", "line_amount": 500_000}]
    ids["bought"] = money(installation, "fund_expense", 21, ids["nsfc"], "2025-04-01", 15_000, lines=lines)
    ids["passed"] = money(installation, "fund_outward", 22, ids["nsfc"], "2025-05-01", 8_000, payee_type="2")
    place = installation.place("r1", "C1")
    paper = {**documents.valid("paper", place, 31), "subject_class": "1", "publish_range": "1", "published_on": "2025-04-01", "discipline": "520"}
    ids["paper"] = load(installation, "paper", [paper])[0]
    social = {**documents.valid("paper", place, 32), "subject_class": "2", "publish_range": "1", "published_on": "2025-04-01", "discipline": "790", "project_source": "999", "activity_type": "1", "is_translation": False}
    ids["social_paper"] = load(installation, "paper", [{key: value for key, value in social.items() if key != "project_ids"}])[0]
    other = {**social, **{key: value for key, value in documents.valid("paper", place, 33).items() if key in ("title", "doi", "issn")}, "project_source": "16", "published_on": "2024-04-01"}
    ids["other"] = load(installation, "paper", [{key: value for key, value in other.items() if key != "project_ids"} | {"published_on": "2025-05-01", "is_translation": True}])[0]
    for n, name, level in ((34, "province", "23"), (35, "city", "33")):
        award = {**documents.valid("award", place, n), "subject_class": "2", "level": level, "is_government": True, "awarded_on": "2025-06-01", "discipline": "790"}
        ids[name] = load(installation, "award", [award])[0]
    patent = {**documents.valid("patent", place, 36), "subject_class": "1", "patent_type": "1", "patent_scope": "1", "filed_on": "2025-01-05"}
    ids["patent"] = load(installation, "patent", [{key: value for key, value in patent.items() if value is not None}])[0]
    installation.refresh()
    return ids


def opened_book(installation: Installation, entered: dict[str, dict[tuple[str, str], int]] | None = None) -> tuple[Mart, Book]:
    reader.reset()
    mart = reader.open_for(installation.universe.o1)
    return mart, Book(mart, YEAR, entered or {})


@pytest.mark.ac("AC-103", "AC-105", "AC-107")
def test_cells_by_hand_open_to_their_records_and_say_who_is_left_out(filled: Filled) -> None:
    installation, ids = filled
    mart, book = opened_book(installation, {"ST2": {("04", "V"): 1_060_000}})
    st2 = book.draft("ST2")
    yuan = {row: st2.exact(row) / 100 for row in ("01", "02", "03", "12", "15", "20", "22", "23", "24", "26", "29", "30", "32", "33", "37")}
    assert yuan == {
        "01": 100_000, "02": 101_800, "03": 40_400, "12": 40_400, "15": 30_400, "20": 20_400, "22": 23_000, "23": 23_000,
        "24": 8_000, "26": 8_000, "29": 15_000, "30": 5_000, "32": 10_000, "33": 10_000, "37": 100_000 + 101_800 - 23_000,
    }  # fmt: skip
    # 40.4 + 30.4 + 20.4 + 10.6 千元 are 101.8, rounded 102: half up the rows would give 40 + 30 + 20 + 11 = 101
    assert st2.cell("02").shown == 102 == sum(st2.cell(row).shown or 0 for row in ("04", "12", "15", "20"))
    assert sum(st2.differences.values()) == 1
    assert st2.cell("04").state == "entered" and st2.cell("45").state == "lacking" and st2.cell("45").shown is None and st2.cell("07").shown == 0
    behind = {row: {one.record_id for one in opened.behind(mart, st2, row)} for row in ("02", "12", "20", "32", "37")}
    assert behind == {"02": {ids["grant"], ids["fee"], ids["foreign"]}, "12": {ids["grant"]}, "20": {ids["foreign"]}, "32": {ids["bought"]},
                      "37": {ids[name] for name in ("early", "grant", "fee", "foreign", "bought", "passed")}}  # fmt: skip
    assert {(one.record_id, one.reason) for one in opened.left_out(mart, book.table("ST2"), YEAR)} == {(ids["lost"], "no_subject_class")}
    assert [one.state for one in book.checks("ST2") if one.code == "ST2-no_subject_class"] == ["red"]
    fund = book.draft("SK-FUND")
    assert {row: fund.exact(row) / 100 for row in ("02", "03", "04", "08")} == dict.fromkeys(("02", "03", "04", "08"), 60_000)
    everything = mart.rows("SELECT sum(value) FROM fct_measure WHERE measure = 'F01' AND year = ? AND included", [YEAR])[0][0]
    assert st2.exact("02") - 1_060_000 + fund.exact("02") + 500_000 == everything, "one definition: the two tables and what has no branch are F01"

    weighed = {one.item_id: one for one in book.projects("ST")}
    assert {one.item_id: one.reason for one in weighed.values()} == {ids["nsfc"]: "", ids["client"]: "", ids["idle"]: "no_money_no_people", ids["closed"]: "closed_without_money"}
    lines = {one.item_id: line for one, line in projects.lines(book.projects("ST"), book.table("ST4"))}
    assert {key: lines[ids["nsfc"]][key] for key in ("L3", "L4", "L5", "L6", "L14", "L15")} == {
        "L3": "202303", "L4": 40, "L5": 23, "L6": Decimal("1.1"), "L14": "2", "L15": "03"}  # fmt: skip
    assert lines[ids["client"]]["L15"] == "10" and lines[ids["nsfc"]]["L4"] + lines[ids["client"]]["L4"] == 91
    states = {one.code: one.state for one in book.checks("ST4")}
    assert states["ST4-02"] == states["ST4-22"] == "green"


@pytest.mark.ac("AC-106")
def test_too_many_months_are_told_with_people_and_projects(filled: Filled) -> None:
    installation, ids = filled
    _, book = opened_book(installation)
    check = next(one for one in book.checks("ST4") if one.code == "ST4-person")
    assert check.state == "red" and "张伟" in check.found_zh  # 1 month as leader and 6 on each of three listed projects
    assert sorted(one for one in check.lines if one[0] == "张伟") == sorted(("张伟", months, ids[project]) for project in ("nsfc", "client", "social") for months in (1.0, 6.0))
    assert set(check.records) == {ids["nsfc"], ids["client"]}
    school = next(one for one in book.checks("ST4") if one.code == "ST4-staff")
    projects_, staff = (Decimal(part.split(" ")[0]) for part in school.found_zh.split(" / "))
    assert projects_ == Decimal("2.2") and school.state == ("red" if projects_ > staff else "green")


@pytest.mark.ac("AC-104", "AC-233")
def test_the_form_is_a_file_and_another_file_another_layout(filled: Filled, tmp_path: Path) -> None:
    installation, ids = filled
    _, book = opened_book(installation)
    out = tmp_path / "out.xlsx"
    export.write(book, "ST", out)  # 40.4 + 30.4 + 20.4 千元 are 91: the first of the equal remainders is rounded up
    made = load_workbook(out)
    assert [name.split(" ")[0] for name in made.sheetnames] == [*(f"ST{n}" for n in range(1, 12)), "ST-P", "编制说明"]
    vector = {row[0]: row[3] for row in made["ST2 科技经费情况表"].iter_rows(min_row=5, values_only=True)}
    assert vector["12"] == 41 and vector["45"] == "需填报"
    assert made["ST4 科技项目情况表"].max_row == 7, "two heads at rows 4 and 5, two projects"
    said = [row for row in made["编制说明"].iter_rows(values_only=True)]
    assert any(row[0] and str(row[0]).startswith("F01") for row in said) and any("没有学科门类" in str(row[1]) for row in said)

    form = load_workbook(template.template("ST"))
    sheet = form.create_sheet("甲", 0)
    sheet["C3"], sheet["A1"] = "{ST2.12}", "{university} {year}"
    sheet["A9"], sheet["B9"] = "{ST4[].L2}", "{ST4[].L4}"
    sheet["A10"] = "以下空白"
    template.own("ST").parent.mkdir(parents=True)
    form.save(template.own("ST"))
    export.write(book, "ST", out)
    mine = load_workbook(out)["甲"]
    assert mine["C3"].value == 41 and str(mine["A1"].value).endswith(f" {YEAR}") and mine["A11"].value == "以下空白"
    assert {mine["B9"].value, mine["B10"].value} == {40, 51}
    sheet["D1"], sheet["D2"] = "{ST2.99}", "{ST4[].L99}"
    form.save(template.own("ST"))
    with pytest.raises(template.BadTemplate) as refused:
        export.write(book, "ST", out)
    assert "甲!D1" in refused.value.zh and "甲!D2" in refused.value.zh


@pytest.mark.ac("AC-107", "AC-188")
def test_outcomes_of_both_branches_and_where_one_record_stands(filled: Filled) -> None:
    installation, ids = filled
    mart, book = opened_book(installation)
    assert book.draft("ST-P").exact("P1") == 1 and [one.record_id for one in opened.behind(mart, book.draft("ST-P"), "P1")] == [ids["paper"]]
    sk3 = book.draft("SK3")
    assert [sk3.exact("ST", column) for column in ("L01", "L04", "L17", "L19", "L21", "L24")] == [1, 6_000_000, 1, 1, 1, 1]
    assert sk3.exact("S790", "L17") == sk3.exact("Q999", "L17") == sk3.exact("A1", "L01") == 1 and sk3.cell("Q04", "L21").state == "blank"
    assert {(one.record_id, one.reason) for one in opened.left_out(mart, book.table("SK3"), YEAR) if one.type == "award"} == {(ids["city"], "out_of_scope_level")}
    assert [one.state for one in book.checks("SK3") if one.code == "SK3-999"] == ["red"], "a paper of no project that does not say 999"
    st6 = book.draft("ST6")
    assert (st6.exact("P1", "C4"), st6.cell("P1", "C7").state) == (1, "lacking")
    stands = places.of_record(mart, ids["social_paper"], "paper")
    assert [(one.table.code, one.cells) for one in stands] == [("SK3", ("A1.L17", "A1.L19", "Q999.L17", "Q999.L19", "S790.L17", "S790.L19"))]
    assert [(one.table.code, one.cells) for one in places.of_record(mart, ids["grant"], "fund_arrival")] == [("ST2", ("03", "12"))]
    assert [(one.table.code, one.reason) for one in places.of_record(mart, ids["city"], "award")] == [("SK3", "out_of_scope_level")]


@pytest.mark.ac("AC-110", "AC-111")
def test_a_snapshot_of_the_ministry_tables_works_its_cells_out_again(filled: Filled) -> None:
    installation, _ = filled
    universe = installation.universe
    with installation.store.begin(T1) as uow:
        returns.enter(uow, universe.o1, YEAR, "ST2", {("04", "V"): 1_060_000}, {("04", "V"): ("04", "04")})
    reader.reset()
    source = Source(reader.open_for(universe.o1), T1, YEAR, installation.store)
    made = {table.path: table for table in content.content(source)}
    assert [(table.path, list(table.rows)) for table in content.content(source)] == [(path, list(table.rows)) for path, table in made.items()], "equal data, equal content"
    rows = {path.removesuffix(".csv"): content._text(tuple(table.header), list(table.rows)) for path, table in made.items()}
    tried, wrong = content.recompute(rows)
    assert tried > 100 and wrong == []
    cell = next(one for one in rows["data/cells"] if (one["table"], one["row"]) == ("ST2", "02"))
    assert cell["shown"] == "102" and cell["exact"] == "10180000"
    reader.reset()
    later = Book(reader.open_for(universe.o1), YEAR + 1, {}, content.previous_of("x", rows))
    assert [one.state for one in later.checks("ST2") if one.code == "ST2-01-carried"] == ["red"], "what was entered is in the signed balance, and in no record"
    nsfc = content.previous_of("x", rows).projects["ST4", filled[1]["nsfc"]]
    assert nsfc == 100 * (100_000 + 40_400 - 23_000)
    assert [one.state for one in later.checks("ST4") if one.code == "ST4-carried"] == ["green"]
    cell["exact"] = "10180001"
    assert [one.file for one in content.recompute(rows)[1]] == ["data/cells"]


@pytest.mark.ac("AC-112", "AC-256")
def test_a_cell_follows_its_record(filled: Filled) -> None:
    installation, ids = filled
    before = opened_book(installation)[1].draft("ST2").exact("15")
    source = Source(reader.open_for(installation.universe.o1), T1, YEAR, installation.store)
    signed = {table.path: content._text(tuple(table.header), list(table.rows)) for table in content.content(source) if table.name in ("cells", "evidence")}
    amend(installation, ids["fee"], amount=3_240_000)
    installation.refresh()
    mart, book = opened_book(installation)
    assert before == 3_040_000 and book.draft("ST2").exact("15") == 3_240_000
    assert [one.record_id for one in opened.behind(mart, book.draft("ST2"), "15")] == [ids["fee"]]
    changes = {(one.table.code, one.row): one for one in since.cells(Book(mart, YEAR, content.book_of(source).entered), signed["data/cells.csv"])}
    assert set(changes) == {("ST2", row) for row in ("02", "15", "37")} and {one.difference for one in changes.values()} == {200_000}
    assert since.records(book, changes["ST2", "15"], signed["data/evidence.csv"]) == {ids["fee"]: (3_040_000, 3_240_000)}


PAGE = """
import streamlit as st
from dashboards.screens.returns import page
st.session_state["language"] = "en"
page.show()
"""


@pytest.mark.parametrize("table", ["ST2", "ST4"])
def test_the_page_draws_each_kind_of_table(filled: Filled, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.testing.v1 import AppTest

    from dashboards import frame

    installation, ids = filled
    monkeypatch.setattr(frame, "store", lambda: installation.store)
    monkeypatch.setattr(frame, "current", lambda: installation.universe.o1)
    monkeypatch.setattr("dashboards.navigation.page", lambda path: None)
    monkeypatch.setattr("streamlit.page_link", lambda *a, **k: None)
    reader.reset()
    drawn = AppTest.from_string(PAGE, default_timeout=60)
    drawn.query_params["year"], drawn.query_params["table"] = str(YEAR), table
    drawn.run()
    assert not drawn.exception and "".join(drawn.query_params["table"]) == table
    grids = [grid.value for grid in drawn.dataframe]
    assert len(grids[0]) == {"ST2": len(tables()["ST2"].rows), "ST4": 2}[table]
    said = "\n".join(map(str, grids))
    assert ("To be entered" if table == "ST2" else "Neither money nor people") in said
    if table == "ST2":
        assert "No branch (ST or SK)" in said and any("Enter 16 cells" in one.label for one in drawn.expander)
