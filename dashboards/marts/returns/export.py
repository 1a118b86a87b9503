"""The filled form of a system with 编制说明: as-of, checks, what is left out, what rounding moved, and where the numbers are
those of other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from dashboards.marts import definitions, numbers
from dashboards.marts.exports import NotReconciled, whose
from dashboards.marts.returns import projects, records, template
from dashboards.marts.returns.book import PROJECT_TABLES, Book, offered
from dashboards.marts.returns.tables import VALUE, tables
from ingestion.store.engine import local_time, utc_now

LACKING = "需填报"
CROSSED = "—"
LIGHTS = {"green": "通过", "red": "未通过", "grey": "待填报后检查"}
SAME_NUMBERS = (
    ("F01", "ST2、SK-FUND 的当年拨入（不含填报行）", "两表之和等于到账经费（F01）；没有学科门类的到账不在两表内，见未计入"),
    ("F09", "ST2 行 24、SK-FUND 行 31", "两表之和等于外拨经费（F09），另加支出明细中科目为外拨经费的部分"),
    ("F10", "ST2 行 29、SK-FUND 行 23", "两表之和等于支出（F10），减支出明细中科目为外拨经费的部分，另加填报行"),
    ("P03", "ST4、SK-PROJ 的课题", "在研课题（P03）加当年有经费或当年结题的课题，减无经费且无人员的课题；人年按月数折合，每人每年以 10 个月计 1 人年（社科 12 个月）"),
)
"""Indicators that a table shows too, and how the two differ (AC-233)."""


def write(book: Book, system: str, out: Path) -> int:
    """Fills the form in force of ``system`` (ST, SK) and gives the number of cells filled. Raises NotReconciled while the
    figures are not reconciled, BadTemplate where the form cannot be filled."""
    if not book.mart.meta.reconciled:
        raise NotReconciled
    made = {table.code for table in offered()}

    def numbers_of(code: str, row: str, column: str) -> template.Value:
        table = tables()[code]
        if table.kind == "line-list" or not any(head.code == row for head in table.rows) or not any(head.code == column for head in table.columns):
            raise KeyError(code)
        if code not in made:
            return LACKING
        cell = book.draft(code).cell(row, column)
        return {"lacking": LACKING, "blank": CROSSED}.get(cell.state, cell.shown)

    return template.fill(template.template(system), out, numbers_of, _items(book), _words(book), _notes(book, system))


def _items(book: Book) -> dict[str, Sequence[Mapping[str, Any]]]:
    out: dict[str, Sequence[Mapping[str, Any]]] = {}
    for code, table in tables().items():
        if table.kind == "line-list":
            out[code] = [dict.fromkeys((head.code for head in table.columns), LACKING)]
    for system, code in PROJECT_TABLES.items():
        out[code] = [line for _, line in projects.lines(book.projects(system), book.table(code))]
    for code in records.LISTS:
        out[code] = [one.values for one in book.lines(code) if not one.reason]
    return out


def _words(book: Book) -> dict[str, str]:
    return {
        "university": whose(book.mart), "year": str(book.year), "as_of": numbers.as_of(book.mart), "generation": str(book.mart.meta.generation),
    }  # fmt: skip


def _notes(book: Book, system: str) -> list[list[Any]]:
    words = _words(book)
    reasons = definitions.labels(book.mart, "exclusion_reason")
    lines: list[list[Any]] = [
        ["填报单位", words["university"]], ["统计年度", book.year], ["数据截至", words["as_of"]], ["批次", f"#{words['generation']}"],
        ["生成时间", local_time(utc_now()).strftime("%Y-%m-%d %H:%M")], ["状态", "草稿（未定稿）"], [],
        ["表", "检查", "结果"],
    ]  # fmt: skip
    chosen = [table for table in offered() if table.system == system]
    for table in chosen:
        for check in book.checks(table.code):
            lines.append([table.code, f"{check.code} {check.zh}", f"{LIGHTS[check.state]} {check.found_zh}".strip()])
    lines += [[], ["表", "未计入", "条数"]]
    for table in chosen:
        if table.kind == "line-list":
            found: dict[str, int] = {}
            for reason in (one.reason for one in (book.lines(table.code) if table.code in records.LISTS else book.projects(system)) if one.reason):
                found[reason] = found.get(reason, 0) + 1
            lines += [[table.code, reasons.get(reason, (reason, reason))[0], n] for reason, n in found.items()]
        else:
            lines += [[table.code, reasons.get(one.reason, (one.reason, ""))[0], one.records] for one in book.draft(table.code).left_out]
    lines += [[], ["表", "为使合计相等而调整的行（千元）", "调整"]]
    for table in chosen:
        if table.kind != "line-list":
            lines += [[table.code, f"行 {row}" if column == VALUE else f"行 {row} 列 {column}", _signed(n)] for (row, column), n in book.draft(table.code).differences.items()]
    lines += [[], ["指标", "与本表的关系", "差异"]]
    catalogue = definitions.catalogue(book.mart)
    lines += [[f"{one} {catalogue[one].zh}" if one in catalogue else one, where, how] for one, where, how in SAME_NUMBERS]
    return lines


def _signed(n: int | Decimal) -> str:
    return f"+{n}" if n > 0 else str(n)
