"""The checks of the year-end tables: green, red with the records that cause it, grey while something has to be entered."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from dashboards.marts.reader import Mart
from dashboards.marts.returns.cells import Draft
from dashboards.marts.returns.projects import Effort, Project
from dashboards.marts.returns.tables import FOLDER, VALUE, Table, formulas

State = Literal["green", "red", "grey"]


@dataclass(frozen=True)
class Check:
    """One rule and what came of it. ``rows``: rows of the table it is about; ``records``: those to be mended."""

    code: str
    state: State
    zh: str
    en: str
    found_zh: str = ""
    found_en: str = ""
    rows: tuple[str, ...] = ()
    records: tuple[int, ...] = ()
    lines: tuple[tuple[str, float, int], ...] = ()
    """Of people: name, months, project."""


@cache
def _declared(table: str) -> tuple[dict[str, str], ...]:
    lines = csv.DictReader(FOLDER.joinpath("checks.csv").read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line["table"] == table)


def light(checks: Sequence[Check]) -> State:
    """The traffic light of a table."""
    if any(check.state == "red" for check in checks):
        return "red"
    return "grey" if any(check.state == "grey" for check in checks) else "green"


def of_draft(draft: Draft, column: str = VALUE) -> list[Check]:
    """The stated formulas, on the numbers as the form shows them."""
    out = []
    for line in _declared(draft.table.code):
        left, right = line["left"], line["right"]
        rule = f"{left} {line['compare']} {right}".replace("<=", "≤").replace(">=", "≥")
        rows = (left, *(part for part in _parts(right) if part != "0"))
        lacking = [row for row in rows if draft.cell(row, column).state == "lacking"]
        if lacking:
            told = "、".join(lacking)
            out.append(Check(line["code"], "grey", rule, rule, f"行 {told} 需填报后检查", f"Checked once rows {told} are entered", tuple(rows)))
            continue
        one, other = draft.cell(left, column).shown or Decimal(0), _sum(draft, right, column)
        holds = {"=": one == other, "<=": one <= other, ">=": one >= other}[line["compare"]]
        found = f"{one:,} {'=' if one == other else '<' if one < other else '>'} {other:,}"
        out.append(Check(line["code"], "green" if holds else "red", rule, rule, found, found, tuple(rows)))
    return out


def _parts(expression: str) -> list[str]:
    return expression.replace("-", "+").split("+")


def _sum(draft: Draft, expression: str, column: str) -> Decimal:
    total = Decimal(0)
    for part in expression.replace("-", "+-").split("+"):
        row = part.lstrip("-")
        value = Decimal(0) if row == "0" else draft.cell(row, column).shown or Decimal(0)
        total += -value if part.startswith("-") else value
    return total


def without_place(draft: Draft, records: dict[str, tuple[int, ...]]) -> list[Check]:
    """Records of the year that found no table or no row; ``records``: reason → record ids."""
    words = {
        "no_subject_class": ("项目填有学科门类（科技或社科）", "The project says its branch (ST or SK)"),
        "no_row": ("经费能归入一行", "The money falls into a row"),
        "date_missing": ("有计入日期", "There is a date to count on"),
    }
    out = []
    for reason, (zh, en) in words.items():
        found = records.get(reason, ())
        n = len(found)
        out.append(Check(f"{draft.table.code}-{reason}", "red" if n else "green", zh, en, f"{n} 条记录没有计入" if n else "", f"{n} records do not count" if n else "", (), found))
    return out


def of_projects(found: Sequence[Project], table: Table, fund: Draft, everyone: Sequence[Effort], staff_years: Decimal) -> list[Check]:
    """表4: the money equals that of the fund table, codes are there and inside their list, nobody works more than a year.

    ``everyone``: the efforts of both systems; ``staff_years``: person-years of all staff (H01)."""
    system = table.system
    listed = [one for one in found if not one.reason]
    out = []
    for row, zh, en, total in (
        ("02", "拨入经费合计 = 经费表当年拨入（不含填报行）", "Received = receipts of the fund table (without entered rows)", sum((one.received for one in listed), Decimal(0))),
        ("22", "支出经费合计 = 经费表当年支出（不含填报行）", "Spent = expenditure of the fund table (without entered rows)", sum((one.spent for one in listed), Decimal(0))),
    ):
        there = fund.exact(row) - _entered_in(fund, row)
        out.append(_equal(f"{table.code}-{row}", zh, en, total, there))
    for column, zh, en, ok in (
        ("L3", "批准时间为 6 位数字 yyyymm", "Approved or signed is yyyymm", lambda one: one.granted_on is not None),
        ("L13", "填有学科分类", "A discipline is given", lambda one: bool(one.discipline)),
        ("L14", "活动类型为 1–5" if system == "ST" else "活动类型为 1–3", "The activity type is 1 to 5" if system == "ST" else "The activity type is 1 to 3", lambda one: one.activity in ("12345" if system == "ST" else "123") and bool(one.activity)),
        ("L15", "填有项目来源", "A source is given", lambda one: bool(one.source)),
    ):
        wrong = tuple(one.item_id for one in listed if not ok(one))
        out.append(_records(f"{table.code}-{column}", zh, en, wrong))
    listed_ids = {one.item_id for one in listed}
    per_person: dict[int, Decimal] = {}
    for effort in everyone:
        if effort.person_id:
            per_person[effort.person_id] = per_person.get(effort.person_id, Decimal(0)) + effort.months
    over = {person: months for person, months in per_person.items() if months > 10}
    concerned = [effort for effort in everyone if effort.person_id in over]
    people = sorted({effort.person_id: f"{effort.name}（{float(over[effort.person_id]):g} 个月）" for effort in concerned}.values())
    told = "、".join(people[:5]) + (f" 等 {len(people)} 人" if len(people) > 5 else "")
    told_en = ", ".join(people[:5]).replace(" 个月", " months").replace("（", " (").replace("）", ")") + (f" and {len(people) - 5} more" if len(people) > 5 else "")
    lines = tuple((effort.name, float(effort.months), effort.item_id) for effort in sorted(concerned, key=lambda one: (one.name, one.person_id)))
    here = tuple(dict.fromkeys(effort.item_id for effort in concerned if effort.item_id in listed_ids))
    out.append(Check(f"{table.code}-person", "red" if over else "green", "每人全年投入各项目合计不超过 10 个月（1 人年）", "Nobody works more than 10 months (1 person-year) on all projects together", told, told_en, ("L6",), here, lines))
    years = sum((one.years(system) for one in listed), Decimal(0))
    out.append(
        Check(f"{table.code}-staff", "red" if years > staff_years else "green", "项目投入人年不超过全校 R&D 人员折合人年", "Person-years of projects do not exceed those of the staff",
              f"{years:.1f} / {staff_years:.1f} 人年", f"{years:.1f} / {staff_years:.1f} person-years", ("L6",), here if years > staff_years else ())  # fmt: skip
    )
    unknown = tuple(one.item_id for one in listed if one.without_months)
    out.append(_records(f"{table.code}-months", "每位校内成员填有每年工作月数", "Months a year are given for every own member", unknown))
    return out


def _entered_in(draft: Draft, row: str) -> Decimal:
    """What the office entered in a total."""
    total = Decimal(0)
    for sign, part in formulas(draft.table.code).get(row, ()):
        cell = draft.cell(part)
        total += sign * ((cell.exact or Decimal(0)) if cell.state == "entered" else _entered_in(draft, part))
    return total


def _equal(code: str, zh: str, en: str, one: Decimal, other: Decimal) -> Check:
    found = f"{one / 100:,.2f} / {other / 100:,.2f}"
    return Check(code, "green" if one == other else "red", zh, en, f"{found} 元", f"{found} yuan")


def _records(code: str, zh: str, en: str, wrong: tuple[int, ...]) -> Check:
    n = len(wrong)
    return Check(code, "red" if n else "green", zh, en, f"{n} 项" if n else "", f"{n} records" if n else "", (), wrong)


def staff_years(mart: Mart, year: int) -> Decimal:
    """H01 of the university: person-years of all staff."""
    rows = mart.rows("SELECT coalesce(sum(value), 0) FROM fct_measure WHERE measure = 'H01' AND year = ? AND included", [year])
    return Decimal(rows[0][0])
