"""The forms as workbooks: a template file says the layout, this module only fills it (AC-104).

A cell ``{ST2.02}`` takes the number of a row of a vector, ``{ST6.R1.C1}`` that of a matrix, ``{ST4[].L1}`` stands in the one line that
is repeated for every item of a list; ``{university}``, ``{year}``, ``{as_of}`` and ``{generation}`` may stand in any text. Everything else of the
file stays: move, add, rename or format in the file and the export follows. A university's own form in
``$YANSHU_HOME/templates/returns_st.xlsx`` (or ``_sk``) comes before the one shipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from dashboards.marts.returns.tables import FOLDER, VALUE, Table
from ingestion.exchange.plain import clean
from ingestion.principal import OperationError
from ingestion.store.engine import home

ONE = re.compile(r"\{([A-Za-z0-9-]+)\.([^.{}\[\]]+)(?:\.([^.{}\[\]]+))?\}")
ITEM = re.compile(r"\{([A-Za-z0-9-]+)\[\]\.([^.{}\[\]]+)\}")
WORD = re.compile(r"\{(university|year|as_of|generation)\}")

Value = int | Decimal | str | None
Numbers = Callable[[str, str, str], Value]
"""(table, row, column) → what stands there; a KeyError where the form has no such cell."""


class BadTemplate(OperationError):
    """A template that cannot be filled: every wrong mark at once, with its sheet and cell."""


def own(system: str) -> Path:
    """Where a university's own form stands, if it has one."""
    return home() / "templates" / f"returns_{system.lower()}.xlsx"


def template(system: str) -> Path:
    """The form in force for a system."""
    mine = own(system)
    return mine if mine.is_file() else Path(str(FOLDER.joinpath(f"template_{system.lower()}.xlsx")))


def fill(source: Path, out: Path, numbers: Numbers, items: Mapping[str, Sequence[Mapping[str, Value]]], words: Mapping[str, str], notes: Sequence[Sequence[Value]]) -> int:
    """Writes the form filled in to ``out`` and gives the number of cells filled. ``notes`` go on a sheet of their own at the end.
    Raises BadTemplate where a mark names nothing."""
    try:
        book = load_workbook(source)
    except Exception as broken:  # whatever a damaged file makes openpyxl raise
        raise BadTemplate(f"报表模板“{source.name}”不是可读的 xlsx 文件。", f"The template “{source.name}” is no readable xlsx file.") from broken
    problems: list[str] = []
    count = 0
    for sheet in book.worksheets:
        _repeat(sheet, items, problems)
        for line in sheet.iter_rows():
            for cell in line:
                if not isinstance(cell.value, str) or "{" not in cell.value:
                    continue
                whole = ONE.fullmatch(cell.value.strip())
                if whole:
                    try:
                        value = numbers(whole[1], whole[2], whole[3] or VALUE)
                    except KeyError:
                        problems.append(f"{sheet.title}!{cell.coordinate} {cell.value}")
                        continue
                    _put(cell, value)
                    count += 1
                else:
                    _put(cell, WORD.sub(lambda found: words[found[1]], cell.value))
    if problems:
        told = "、".join(problems[:20])
        raise BadTemplate(f"报表模板中有 {len(problems)} 处标记没有对应的单元格：{told}。没有生成文件。", f"{len(problems)} marks of the template name nothing: {told}. No file was made.")
    about = book.create_sheet("编制说明")
    about.column_dimensions["A"].width, about.column_dimensions["B"].width, about.column_dimensions["C"].width = 16, 60, 60
    for row, note in enumerate(notes, 1):
        for column, value in enumerate(note, 1):
            _put(about.cell(row, column), value)
    book.save(out)
    return count


def _put(cell: Any, value: Value) -> None:
    """Numbers as numbers, text as text: never a formula."""
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)  # type: ignore[assignment]
    cell.value = clean(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"


def _repeat(sheet: Any, items: Mapping[str, Sequence[Mapping[str, Value]]], problems: list[str]) -> None:
    """Copies the line with list marks for every item, with its formats; what stands below moves down."""
    marked = [(row, [(cell.column, ITEM.fullmatch(str(cell.value).strip())) for cell in line]) for row, line in enumerate(sheet.iter_rows(), 1)]
    for row, found in reversed([(row, [(column, match) for column, match in cells if match]) for row, cells in marked]):
        if not found:
            continue
        names = {match[1] for _, match in found}
        table = names.pop() if len(names) == 1 else ""
        if table not in items:
            problems.append(f"{sheet.title}!{get_column_letter(found[0][0])}{row} {found[0][1][0]}")
            continue
        lines = items[table]
        below = [one for one in sheet.merged_cells.ranges if one.min_row > row]
        if len(lines) > 1:
            sheet.insert_rows(row + 1, len(lines) - 1)
            for one in below:
                one.shift(0, len(lines) - 1)
        style = {column: copy(sheet.cell(row, column)._style) for column in range(1, sheet.max_column + 1)}
        if not lines:
            for column, _ in found:
                sheet.cell(row, column).value = None
        for at, item in enumerate(lines):
            for column, copied in style.items():
                sheet.cell(row + at, column)._style = copy(copied)
            for column, match in found:
                if match[2] not in item:
                    problems.append(f"{sheet.title}!{get_column_letter(column)}{row} {match[0]}")
                    return
                _put(sheet.cell(row + at, column), item[match[2]])


# --- the forms shipped: drawn once from the declarations, then files like any other -----------------------------

_LINE = Side(style="thin", color="999999")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="F3F5F8")


def draw(tables: Sequence[Table], out: Path) -> None:
    """A plain form of these tables, a sheet each, every cell marked."""
    book = Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(f"{table.code} {table.zh}".partition("（")[0][:31])
        width = 4 if table.kind == "vector" else len(table.columns) + (0 if table.kind == "line-list" else 2)
        _title(sheet, table, width)
        if table.kind == "vector":
            lines: list[list[str]] = [["行次", "项目", "单位", "数值"], *[[head.code, head.zh, head.unit, f"{{{table.code}.{head.code}}}"] for head in table.rows]]
        elif table.kind == "line-list":
            lines = [[head.zh for head in table.columns], [head.code for head in table.columns], [f"{{{table.code}[].{head.code}}}" for head in table.columns]]
        else:
            lines = [["行次", "项目", *[head.zh for head in table.columns]], ["", "", *[head.unit for head in table.columns]]]
            lines += [[row.code, row.zh, *[f"{{{table.code}.{row.code}.{column.code}}}" for column in table.columns]] for row in table.rows]
        heads = 1 if table.kind == "vector" else 2
        for r, line in enumerate(lines, 4):
            for c, value in enumerate(line, 1):
                cell = sheet.cell(r, c, value)
                cell.border = _BOX
                is_head = r < 4 + heads
                cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center" if is_head or value.startswith("{") and table.kind != "line-list" else None)
                if is_head:
                    cell.fill, cell.font = _HEAD, Font(bold=True)
        for column in range(1, width + 1):
            sheet.column_dimensions[get_column_letter(column)].width = {1: 8, 2: 34}.get(column, 14)
        sheet.freeze_panes = sheet.cell(4 + heads, 1)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape" if width > 6 else "portrait", 9
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    book.save(out)


def _title(sheet: Any, table: Table, width: int) -> None:
    sheet.cell(1, 1, table.zh).font = Font(bold=True, size=14)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center")
    sheet.cell(2, 1, "填报单位：{university}    {year} 年    金额单位：千元")
    sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=width)
    sheet.cell(3, 1, "数据截至 {as_of}    批次 #{generation}")
    sheet.merge_cells(start_row=3, end_row=3, start_column=1, end_column=width)
