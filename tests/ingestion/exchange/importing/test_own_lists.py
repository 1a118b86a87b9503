"""Lists as research offices keep them: titles and totals around them, headings in two levels, two dates in a cell, names with
ranks and marks, several codes in one, dates that lost their format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from ingestion import serializer
from ingestion.exchange.importing import spoken
from ingestion.store import platform as p
from tests.ingestion.exchange.importing.conftest import T1, World, taken

PROJECTS = (
    ("2023年度获批项目一览表（共3项）",),
    ("填报单位：科研处", None, None, None, None, None, None, None, "单位：万元"),
    ("序号", "项目批准号", "项目名称", "项目负责人", None, "经费", None, "起止年月", "依托学院"),
    (None, None, None, "姓名", "工号", "合同经费", "到账经费", None, None),
    (1, "42301234", "流域生态研究", "王强", "", 30, 5, "2024.01-2026.12", None),
    (2, "42371235", "城市热环境演变", "王强", "", "48.5", 1, "2024年1月至2027年12月", None),
    (3, "42371236", "湖泊富营养化机理", "王强", "", "12万", "-", "2024/1/1—2026/12/31", None),
    ("合计", None, None, None, None, 90.5, 6, None, None),
    ("注：以上数据来源于科研处。",),
)
AWARDS = (
    ("2019—2023年科研获奖汇总表",),
    ("序号", "成果名称", "获奖名称", "获奖类别", "等级", "授奖单位", "获奖时间", "完成人（按排序）"),
    (1, "流域治理关键技术", "科学技术进步奖", "科技进步奖", "二等奖", "省政府", "2022.12", "王强（1），孙磊（2），外单位甲（3）"),
    (2, "湖泊修复关键技术", "科学技术进步奖", "科技进步奖", "叁等奖", "省政府", 44900, "孙磊"),
)
PAPERS = (
    ("序号", "论文题目", "第一作者", "通讯作者", "全部作者", "刊物名称", "发表时间", "收录情况"),
    (1, "Remote sensing of lakes", "王强", "王强*", "王强*，孙磊，Smith J", "Remote Sensing", "2023.05", "SCI/EI"),
    (2, "城市热岛研究", "孙磊", "孙磊", "孙磊,王强", "地理学报", "2023年第5期", "CSCD核心、北大核心"),
)
PEOPLE = (
    ("教职工花名册",),
    ("职工号", "姓名", "性别", "出生年月", "身份证号", "来校时间"),
    ("90001", "王小明", "男", "1985.03", "420106198503071231", "2012.07"),
)


def stored(world: World, type_id: str, rows: tuple[tuple[Any, ...], ...], path: Path, merges: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The documents that a workbook of these rows leaves, filed as history."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merges:
        book.active.merge_cells(area)
    book.save(path)
    outcome = taken(world, world.o1, type_id, path, as_history=True)
    assert (outcome.counts["error"], outcome.counts["duplicate"]) == (0, 0)
    with world.store.read(T1) as uow:
        ids = uow.conn.scalars(select(p.record.c.id).where(p.record.c.type == type_id, p.record.c.batch_id == outcome.batch_id).order_by(p.record.c.id)).all()
        return [serializer.read(uow, type_id, [i], "clear")[i] for i in ids]


def people(document: dict[str, Any]) -> list[str]:
    return [row["name"] + ("*" if row.get("corresponding") else "") for row in document["contributors"]]


@pytest.mark.ac("AC-219")
def test_lists_of_offices_are_read_as_they_are_meant(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    merges = ("D3:E3", "F3:G3", *(f"{c}3:{c}4" for c in "ABCHI"))
    projects = stored(world, "vertical_project", PROJECTS, tmp_path / "a.xlsx", merges)
    assert [(d["project_no"], d["approved_fund"], d["started_on"], d["planned_end_on"]) for d in projects] == [
        ("42301234", 30_000_000, "2024-01", "2026-12"),
        ("42371235", 48_500_000, "2024-01", "2027-12"),
        ("42371236", 12_000_000, "2024-01-01", "2026-12-31"),
    ]
    awards = stored(world, "award", AWARDS, tmp_path / "b.xlsx")
    assert [(d["award_name"], d["category"], d["grade"], d["awarded_on"], people(d)) for d in awards] == [
        ("科学技术进步奖", "05", "2", "2022-12", ["王强", "孙磊", "外单位甲"]),
        ("科学技术进步奖", "05", "3", "2022-12-05", ["孙磊"]),
    ]
    papers = stored(world, "paper", PAPERS, tmp_path / "c.xlsx")
    assert [(people(d), d["published_on"], [row["index_code"] for row in d["indexings"]]) for d in papers] == [
        (["王强*", "孙磊", "Smith J"], "2023-05", ["SCI", "EI"]),
        (["孙磊*", "王强"], "2023", ["CSCD-C", "PKU"]),
    ]
    [person] = stored(world, "person", PEOPLE, tmp_path / "d.xlsx")
    assert (person["birth_on"], person["joined_on"]) == ("1985-03-07", "2012-07")


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("张伟（00123）", ("00123", "张伟")), ("李娜/00124", ("00124", "李娜")), ("00123张伟", ("00123", "张伟")),
        ("张伟(00123)、李娜(00124)", ("00123\n00124", "张伟\n李娜")), ("00123", None), ("00123;00124", None), ("张伟", None), ("RY000123", None),
    ],
)  # fmt: skip
def test_names_and_numbers_in_a_cell(cell: str, people: tuple[str, str] | None) -> None:
    assert spoken.numbered(cell) == people


@pytest.mark.parametrize(
    ("cell", "dates"),
    [
        ("2024.01-2026.12", ("2024.01", "2026.12")),
        ("2024-01-2026-12", ("2024-01", "2026-12")),
        ("202401—202712", ("202401", "202712")),
        ("2021-2023", ("2021", "2023")),
        ("2023-05-06", None),
        ("2023年5月", None),
        ("长期", None),
        (45078, None),
    ],
)
def test_two_dates_in_a_cell(cell: Any, dates: tuple[str, str] | None) -> None:
    assert spoken.period(cell) == dates


@pytest.mark.parametrize(
    ("cell", "day"),
    [(45078, "2023-06-01"), (45078.0, "2023-06-01"), ("45078", "2023-06-01"), (202305, "202305"), (2019, "2019"), ("2023(5)", "2023"), ("2023年", "2023年")],
)
def test_days_that_lost_their_format(cell: Any, day: str) -> None:
    assert spoken.day(cell) == day
