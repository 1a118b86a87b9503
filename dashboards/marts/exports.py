"""Workbooks of figures, for one account to fetch (``ingestion.outbox`` keeps them).

Every workbook repeats title, filters, definition, unit, as-of time, generation, who exported and the row
count (sheet 导出说明); texts stay texts, whatever they begin with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from dashboards.marts import definitions, numbers
from dashboards.marts.reader import Mart
from dashboards.marts.scope import Spec
from ingestion.exchange.plain import LONGEST, clean, literal
from ingestion.outbox import KEPT, discard, expires, fetch, folder, new, sweep
from ingestion.principal import OperationError, Principal

__all__ = ["KEPT", "NotReconciled", "Sheet", "discard", "expires", "fetch", "folder", "new", "notes_of", "sweep", "workbook"]


Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]


class NotReconciled(OperationError):
    """Figures that failed reconciliation do not leave the house."""

    def __init__(self) -> None:
        super().__init__("对账未通过，暂停导出。", "Reconciliation failed: exports are paused.")


def workbook(path: Path, sheets: Sequence[Sheet], notes: Sequence[tuple[str, str]]) -> int:
    """Writes the sheets and 导出说明; gives the number of data rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False, "nan_inf_to_errors": True}  # fmt: skip
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, header, rows in sheets:
            sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])
            for column, label in enumerate(header):
                sheet.write_string(0, column, _text(label))
            for line, row in enumerate(rows, 1):
                count += 1
                for column, value in enumerate(row):
                    _cell(sheet, line, column, value, day)
        about = book.add_worksheet("导出说明")
        for line, (label, text) in enumerate([*notes, ("行数", str(count))]):
            about.write_string(line, 0, label)
            about.write_string(line, 1, _text(text))
    return count


def notes_of(principal: Principal, mart: Mart, title: str, filters: str, spec: Spec | None = None, unit: str = "") -> list[tuple[str, str]]:
    """The lines of 导出说明. ``unit``: the unit shown, where it is not the indicator's own."""
    lines = [("单位名称", whose(mart)), ("标题", title), ("筛选条件", filters)]
    if spec is not None:
        found = definitions.definition(mart, spec.indicator)
        lines += [("统计口径", found.definition_zh), ("公式", found.formula_zh), ("单位", unit or found.unit()), ("版本", found.version)]
    return [
        *lines,
        ("数据截至", numbers.as_of(mart) + ("（历史）" if mart.past else "")),
        ("批次", f"#{mart.meta.generation}"),
        ("对账", "一致" if mart.meta.reconciled else "未通过"),
        ("导出人", f"{principal.name}（{principal.username}）"),
    ]


def whose(mart: Mart) -> str:
    """The name of the university a file belongs to (AC-088); of the files over all of them the province's."""
    rows = mart.rows("SELECT name FROM dim_university WHERE university_code = ?", [mart.meta.university_code])
    return str(rows[0][0]) if rows and rows[0][0] else "全省高校"


def _cell(sheet: Any, line: int, column: int, value: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(line, column, "是" if value else "否")
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value, day)
    else:
        sheet.write_string(line, column, _text(str(value)))


def _text(value: str) -> str:
    """Never cut: a text no cell can hold is a refusal (AC-248)."""
    text = clean(value)
    if len(text) > LONGEST:
        raise OperationError(
            f"“{text[:20]}…”共 {len(text):,} 字，超过单元格上限 {LONGEST:,} 字，未生成文件。请改用 CSV。",
            f"“{text[:20]}…” has {len(text):,} characters; a cell holds {LONGEST:,}. No file was made; choose CSV.",
        )
    return literal(text)
