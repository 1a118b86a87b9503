"""The checks of the year-end tables: green, red with the records that cause it, grey while something has to be entered."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from dashboards.marts.reader import Mart
from dashboards.marts.returns import facts
from dashboards.marts.returns.cells import Draft
from dashboards.marts.returns.projects import Effort, Project
from dashboards.marts.returns.records import LACKING, NEEDED, Line
from dashboards.marts.returns.tables import BLOCKED, FOLDER, VALUE, Table, blocks, formulas

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
        "no_subject_class": ("记录填有学科门类（科技或社科）", "The record says its branch (ST or SK)"),
        "no_row": ("记录能归入一行", "The record falls into a row"),
        "date_missing": ("有计入日期", "There is a date to count on"),
    }
    out = []
    for reason, (zh, en) in words.items():
        found = records.get(reason, ())
        n = len(found)
        out.append(Check(f"{draft.table.code}-{reason}", "red" if n else "green", zh, en, f"{n} 条记录没有计入" if n else "", f"{n} records do not count" if n else "", (), found))
    return out


@dataclass(frozen=True)
class Previous:
    """Last year's signed tables: ``number`` of the snapshot, balances at the end of the year, of the tables (fen) and of each project."""

    number: str
    totals: Mapping[str, Decimal]
    projects: Mapping[tuple[str, int], Decimal]


def carried(draft: Draft, previous: Previous | None) -> list[Check]:
    """Row 01 is the balance that was signed a year ago."""
    balance = {"ST2": "37", "SK-FUND": "36"}.get(draft.table.code)
    if balance is None:
        return []
    code, zh, en = f"{draft.table.code}-01", f"01 = 上年定稿的行 {balance}", f"01 = row {balance} as signed last year"
    if previous is None or draft.table.code not in previous.totals:
        return [Check(f"{code}-carried", "grey", zh, en, f"没有 {draft.year - 1} 年的已签名快照", f"No signed snapshot of {draft.year - 1}", ("01",))]
    here, there = draft.exact("01"), previous.totals[draft.table.code]
    found = f"{here / 100:,.2f} / {there / 100:,.2f}"
    return [Check(f"{code}-carried", "green" if here == there else "red", zh, en, f"{found} 元（{previous.number}）", f"{found} yuan ({previous.number})", ("01",))]


def carried_of_projects(found: Sequence[Project], table: Table, year: int, previous: Previous | None) -> Check:
    """Of each project (AC-107)."""
    zh, en = "每项上年结转 = 上年定稿的本年结余", "The carry-over of each project = its balance as signed last year"
    if previous is None:
        return Check(f"{table.code}-carried", "grey", zh, en, f"没有 {year - 1} 年的已签名快照", f"No signed snapshot of {year - 1}")
    wrong = tuple(one.item_id for one in found if not one.reason and one.carried != previous.projects.get((table.code, one.item_id), Decimal(0)))
    return _records(f"{table.code}-carried", zh, en, wrong)


COLUMN_SUMS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "SK2": (("L01", "=", "L03+L04+L05+L06+L07"), ("L01", "=", "L08+L09+L10"), ("L02", "<=", "L01")),
    "SK3": (("L06", "=", "L07+L09+L10+L11+L12"), ("L17", "=", "L18+L19+L20"), ("L21", "=", "L22+L23+L24"), ("L03", "<=", "L02"), ("L08", "<=", "L07")),
    "ST1": (("C2", "<=", "C1"), ("C3", "<=", "C1"), ("C4", "<=", "C1"), ("C5", "<=", "C4")),
}
"""Relations of columns that hold in every row."""
SAME_TOTAL = {"ST1": (("R1", ("R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10")), ("R1", ("E1", "E2", "E3", "E4")), ("R1", ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8")))}


def of_blocks(draft: Draft, mart: Mart) -> list[Check]:
    """Of a matrix: the columns' relations in every row, rows that make up a total, records no row of a list fits."""
    table, out = draft.table, []
    for left, compare, right in COLUMN_SUMS.get(table.code, ()):
        wrong = []
        for row in table.rows:
            cells = [draft.cell(row.code, part) for part in (left, *right.split("+"))]
            if any(cell.exact is None for cell in cells):
                continue
            one, other = cells[0].exact or Decimal(0), sum((cell.exact or Decimal(0) for cell in cells[1:]), Decimal(0))
            if not (one == other if compare == "=" else one <= other):
                wrong.append(row.code)
        told = "、".join(wrong)
        rule = f"{left} {compare} {right}".replace("<=", "≤")
        out.append(Check(f"{table.code}-{left}-{right.split('+')[0]}", "red" if wrong else "green", rule, rule, f"行 {told}" if wrong else "", f"Rows {told}" if wrong else "", tuple(wrong)))
    for total, parts in SAME_TOTAL.get(table.code, ()):
        unequal = [column.code for column in table.columns if draft.cell(total, column.code).exact is not None and draft.exact(total, column.code) != sum((draft.exact(part, column.code) for part in parts), Decimal(0))]
        told, rule = "、".join(unequal), f"{total} = {parts[0]}+…+{parts[-1]}"
        out.append(Check(f"{table.code}-{parts[0]}", "red" if unequal else "green", rule, rule, f"列 {told}" if unequal else "", f"Columns {told}" if unequal else ""))
    if table.code in BLOCKED:
        for block in blocks(table.code):
            rows = mart.rows(f"SELECT DISTINCT record_id FROM ({facts.of(table, draft.year)}) WHERE row = ? AND reason IS NULL ORDER BY record_id", [block.other])  # noqa: S608 - our own statement
            zh, en = {"S": ("记录填有社科统计学科", "The record has a subject of the SSH statistics"), "Q": ("记录填有课题来源（非项目成果为 999）", "The record has a source (999 where there is no project)"),
                      "A": ("记录填有活动类型 1–3", "The record has an activity type 1 to 3")}[block.prefix]  # fmt: skip
            out.append(_records(f"{table.code}-{block.prefix}", zh, en, tuple(int(row[0]) for row in rows)))
    missing = sum(cell.state == "lacking" for cell in draft.cells.values())
    if missing and table.kind == "matrix":
        out.append(Check(f"{table.code}-entered", "grey", "需填报的格已填报", "Every cell to be entered is entered", f"尚缺 {missing} 格", f"{missing} cells are missing"))
    if table.code == "SK3":
        out.append(_without_project(mart, draft.year))
    return out


def _without_project(mart: Mart, year: int) -> Check:
    """A result of no project must say 999, and no result may say 99 for that (V037)."""
    rows = mart.rows(
        "SELECT r.record_id FROM ("
        "SELECT record_id, project_source, subject_class FROM rec_paper UNION ALL SELECT record_id, project_source, subject_class FROM rec_book"
        " UNION ALL SELECT record_id, project_source, subject_class FROM rec_research_report) AS r"
        " JOIN fct_measure AS m ON m.record_id = r.record_id AND m.measure = 'R01' AND m.year = ? AND m.included"
        " LEFT JOIN fct_detail AS d ON d.record_id = r.record_id AND d.kind = 'project'"
        " WHERE r.subject_class = '2' AND d.record_id IS NULL AND r.project_source IS NOT NULL AND r.project_source <> '999' ORDER BY 1",
        [year],
    )
    return _records("SK3-999", "没有依托项目的成果，来源为 999 非项目成果", "A result of no project has the source 999", tuple(int(row[0]) for row in rows))


def of_lines(found: Sequence[Line], table: Table) -> list[Check]:
    """Of a list of records: every column the form needs is there, and there is a branch."""
    out = []
    listed = [one for one in found if not one.reason]
    for column in NEEDED[table.code]:
        head = table.column(column)
        out.append(_records(f"{table.code}-{column}", f"填有{head.zh}", f"{head.en} is given", tuple(one.record_id for one in listed if column in one.wrong)))
    out.append(_records(f"{table.code}-branch", "填有学科门类（科技或社科）", "The branch (ST or SK) is given", tuple(one.record_id for one in found if one.reason == "no_subject_class")))
    if LACKING[table.code]:
        names, names_en = "、".join(table.column(one).zh for one in LACKING[table.code]), ", ".join(table.column(one).en for one in LACKING[table.code])
        out.append(Check(f"{table.code}-file", "grey", f"{names}：系统没有登记，在导出的报表中填写", f"{names_en}: not held; fill it in the exported form"))
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
