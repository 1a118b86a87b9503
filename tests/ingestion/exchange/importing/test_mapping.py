"""Columns of a university's own files: found by name, never by likeness alone, remembered; units to the fen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from ingestion.exchange import importing, layout
from ingestion.exchange.importing import units
from ingestion.exchange.importing.sheet_cells import SheetCells
from ingestion.exchange.tabular import Row
from ingestion.principal import OperationError
from ingestion.store import platform as p
from ingestion.store.tables import TYPE_TABLES
from tests.ingestion.exchange.importing.conftest import T1, World, taken, write

FUND = layout.by_key("vertical_project")["approved_fund"]


def suggested(world: World, type_id: str, *headings: str) -> dict[str, tuple[str, str, int, str]]:
    with world.store.read(T1) as uow:
        found = importing.suggest(uow, world.o1, type_id, headings)
    return {t.heading: (t.key, t.unit, t.place, t.how) for t in found.targets}


@pytest.mark.ac("AC-219")
def test_names_that_universities_use_are_understood(sqlite_world: World) -> None:
    found = suggested(
        sqlite_world, "vertical_project", "序号", "课题名称", "主持人", "主持人职工号", "批准金额(万元)", "立项日期", "所在学院", "项目级别 *", "备注说明"
    )
    assert {heading: (key, unit) for heading, (key, unit, _place, _how) in found.items()} == {
        "序号": ("", ""), "课题名称": ("name", ""), "主持人": ("leader.name", ""), "主持人职工号": ("leader.person", ""),
        "批准金额(万元)": ("approved_fund", "万元"), "立项日期": ("approved_on", ""), "所在学院": ("college_id", ""), "项目级别 *": ("level", ""),
        "备注说明": ("", ""),
    }  # fmt: skip


def test_what_only_sounds_alike_is_offered_and_not_taken(sqlite_world: World) -> None:
    with sqlite_world.store.read(T1) as uow:
        [target] = importing.suggest(uow, sqlite_world.o1, "paper", ["论文题目（中文全称）"]).targets
    assert target.key == "" and "title" in target.offered


def test_two_columns_of_one_name_do_not_both_win(sqlite_world: World) -> None:
    found = suggested(sqlite_world, "paper", "论文名称", "题目")
    assert [key for key, *_rest in found.values()] == ["title", ""]


def test_a_choice_is_remembered_for_the_university_alone(world: World) -> None:
    with world.begin() as uow:
        chosen = importing.suggest(uow, world.o1, "paper", ["俺们的题目", "刊登处"]).chosen({"俺们的题目": "论文名称", "刊登处": "venue"})
        assert importing.remember(uow, world.o1, chosen) == 2
        assert importing.remember(uow, world.o1, chosen) == 0
    assert [found[0] for found in suggested(world, "paper", "俺们的 题目", "刊登处").values()] == ["title", "venue"]
    with world.store.read("99002") as uow:
        assert importing.suggest(uow, world.o2, "paper", ["刊登处"]).targets[0].key == ""
    with pytest.raises(OperationError, match="没有列“甲”.*“乌有”不是可对应的列"), world.begin() as uow:
        importing.suggest(uow, world.o1, "paper", ["题目"]).chosen({"甲": "title", "题目": "乌有"})


@given(st.integers(0, 10**12), st.sampled_from(sorted(units.MONEY)))
def test_money_in_any_unit_comes_out_to_the_fen(fen: int, unit: str) -> None:
    from decimal import Decimal

    typed = Decimal(fen) / 100 / units.MONEY[unit]
    value = units.convert(format(typed, "f"), FUND, unit)
    assert Decimal(str(value)) * 100 == fen


@pytest.mark.parametrize(
    ("value", "unit", "yuan"),
    [(34.1, "万元", "341000"), (2.52, "万元", "25200"), ("12.5万元", "元", "125000"), ("1,234.5", "千元", "1234500"), ("¥300元", "万元", "300"), ("三万", "万元", "三万")],
)
def test_a_unit_in_the_cell_goes_before_that_of_the_heading(value: Any, unit: str, yuan: str) -> None:
    assert str(units.convert(value, FUND, unit)) == yuan


def test_columns_of_their_own_become_the_lines_of_a_list(sqlite_world: World) -> None:
    with sqlite_world.store.read(T1) as uow:
        columns = importing.suggest(
            uow, sqlite_world.o1, "paper", ["题目", "第一作者", "第一作者工号", "第二作者", "其他作者", "通讯作者"]
        ).chosen({"其他作者": "authors.name", "通讯作者": "authors.corresponding"})
    cells = SheetCells(columns).of(Row(2, ("甲", "张伟", "00123", "李娜", "王强；赵敏", "李娜")))
    assert cells["authors.name"] == "张伟\n李娜\n王强\n赵敏" and cells["authors.person"] == "00123"
    assert cells["authors.corresponding"] == "-\n是\n-\n-"


@pytest.mark.ac("AC-222")
def test_what_is_wrong_with_a_file_is_said_before_any_row(sqlite_world: World, tmp_path: Path) -> None:
    from ingestion.exchange import template
    from ingestion.exchange.layout import Look

    world = sqlite_world
    with pytest.raises(OperationError, match="缺少必需的列：“论文名称”"):
        taken(world, world.o1, "paper", write(tmp_path / "a.csv", [{"刊物名称": "某刊", "年份": 2020}]))
    template.write(tmp_path / "b.xlsx", "patent", Look())
    with pytest.raises(OperationError, match="“专利”的模板，不能导入为“论文”"):
        taken(world, world.o1, "paper", tmp_path / "b.xlsx")
    template.write(tmp_path / "c.xlsx", "paper", Look())
    empty = taken(world, world.o1, "paper", tmp_path / "c.xlsx")
    assert set(empty.counts.values()) == {0}
    with pytest.raises(OperationError, match="颜色=红"):
        taken(world, world.o1, "paper", write(tmp_path / "d.csv", [{"题目": "甲"}]), sets=("颜色=红",))


@pytest.mark.ac("AC-219")
def test_the_real_projects_are_filed_as_history(sqlite_world: World) -> None:
    folder = os.environ.get("REAL_FILES")
    path = Path(folder or "") / "nsfc_projects_85.xlsx"
    if not folder or not path.is_file():
        pytest.skip("the real file nsfc_projects_85.xlsx is not here (REAL_FILES names its folder)")
    world = sqlite_world
    outcome = taken(world, world.o1, "vertical_project", path, as_history=True)
    assert (outcome.counts["read"], outcome.counts["new"], outcome.counts["error"]) == (85, 85, 0)
    body, r = TYPE_TABLES["vertical_project"], p.record
    with world.store.read(T1) as uow:
        fen, n = uow.conn.execute(select(func.sum(body.c.approved_fund), func.count()).join(r, r.c.id == body.c.record_id).where(r.c.state == "30")).one()
        assert (int(fen), n) == (5_470_520_000, 85)
        precise = uow.conn.execute(select(body.c.started_on_precision, body.c.approved_on_precision).distinct()).all()
        assert [tuple(row) for row in precise] == [("m", "y")]
        gaps = set(uow.conn.execute(select(p.finding.c.field).where(p.finding.c.closed_at.is_(None))).scalars())
    assert {"status", "college_id", "notice_file"} <= gaps
    again = taken(world, world.o1, "vertical_project", path, as_history=True)
    assert (again.counts["new"], again.counts["unchanged"], again.repeated) == (0, 85, outcome.batch_id)
