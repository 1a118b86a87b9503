"""Files that cannot be changed in place: the same cells in a new workbook, or a text table again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from ingestion.exchange.tabular.annotating.marks import AUTHOR, Report
from ingestion.exchange.tabular.annotating.styles import FILLS
from ingestion.exchange.tabular.book import Sheet

SMALL = 20_000  # rows; a larger workbook is written row by row, without keeping what was written
_FORMULA = tuple("=+-@\t\r＝＋－＠")
Line = tuple[int, tuple[Any, ...]]


def as_text(report: Report, out: Path) -> set[int]:
    """A text table with our column, UTF-8 with its mark so that spreadsheet programs know the characters. Words that a
    program would take for a formula are led by an apostrophe, which the reader takes away again."""
    written: set[int] = set()
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=report.book.delimiter or ",")
        for number, row in _lines(report, report.sheet):
            cells = ["" if value is None else _safe(str(value)) for value in row]
            if number == report.sheet.header_rows.start:
                cells = [*_padded(cells, report.sheet.free_column), report.heading]
            elif number in report.rows:
                cells = [*_padded(cells, report.sheet.free_column), _safe(report.text(number))]
                written.add(number)
            writer.writerow(cells)
    return written


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) and not _is_number(value) else value


def _is_number(value: str) -> bool:
    try:
        float(value.replace(",", ""))
    except ValueError:
        return False
    return True


def _padded(cells: list[Any], width: int) -> list[Any]:
    return cells[:width] + [""] * (width - len(cells))


def _lines(report: Report, sheet: Sheet) -> Iterator[Line]:
    """Every row of the sheet's own table and around it, in order; of the data only the wrong ones where asked."""
    keep = report.rows if report.only_errors and sheet is report.sheet else None
    joined = sheet.joined(keep.keys()) if keep is not None else {}
    for number, row in sheet.raw_rows():
        if keep is not None and number >= sheet.header_rows.stop and number not in keep:
            continue
        if number in joined:
            row = tuple(joined[number].get(column, value) for column, value in enumerate(row))
        yield number, row


def as_workbook(report: Report, out: Path) -> set[int]:
    """A new workbook: all visible sheets with their cells, ours last."""
    sheets = {id(one.told): one for one in report.book.sheets if not one.hidden or one is report.sheet}
    sheets[id(report.sheet.told)] = report.sheet
    large = any(one.last_row > SMALL for one in sheets.values())
    options = {"constant_memory": large, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    written: set[int] = set()
    with xlsxwriter.Workbook(str(out), options) as book:
        writer = _Writer(book, report, large)
        for one in sheets.values():
            written |= writer.sheet(one)
        writer.summary({one.name.casefold() for one in sheets.values()})
    return written


class _Writer:
    def __init__(self, book: Any, report: Report, large: bool) -> None:
        self.book = book
        self.report = report
        self.large = large
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.message = book.add_format({"font_color": "#A3222F", "text_wrap": True, "valign": "top"})
        self.marked = {
            (error, kind): book.add_format({"bg_color": "#" + rgb[2:], **({"num_format": kind} if kind else {})})
            for error, rgb in FILLS.items()
            for kind in ("", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
        }

    def sheet(self, one: Sheet) -> set[int]:
        report = self.report
        own = one is report.sheet
        sheet = self.book.add_worksheet(_title(one.name))
        sheet.set_comments_author(AUTHOR)
        for at, heading in enumerate(one.headings):
            sheet.set_column(one.first_column + at, one.first_column + at, min(max(10, 2 * len(heading)), 40))
        if own:
            sheet.set_column(one.free_column, one.free_column, 60)
        if not self.large:
            for r1, c1, r2, c2 in one.told["merges"]:
                if r2 < one.header_rows.stop and (r2 > r1 or c2 > c1):
                    sheet.merge.append([r1 - 1, c1, r2 - 1, c2])
        written: set[int] = set()
        shift = 0
        last = one.header_rows.stop - 1
        for number, row in _lines(report, one):
            if own and report.only_errors and number > last:
                shift = number - last - 1
                last += 1
            at = number - shift - 1
            bold = number in one.header_rows
            marks = report.cells(number) if own and number in report.rows else {}
            for column in range(max(len(row), max(marks, default=-1) + 1)):
                if own and column == one.error_column:
                    continue  # what an earlier annotation said
                value = row[column] if column < len(row) else None
                self._cell(sheet, at, column, value, marks[column][1] if column in marks else None, bold)
            if own and number == one.header_rows.start:
                sheet.write_string(at, one.free_column, report.heading, self.bold)
            elif own and number in report.rows:
                sheet.write_string(at, one.free_column, report.text(number), self.message)
                written.add(number)
                for column in marks:
                    if (number, column) in report.comments:
                        sheet.write_comment(at, column, report.comments[number, column])
        return written

    def _cell(self, sheet: Any, row: int, column: int, value: Any, error: bool | None, bold: bool) -> None:
        kind = ("yyyy-mm-dd hh:mm:ss" if isinstance(value, datetime) else "yyyy-mm-dd") if isinstance(value, date) else ""
        style = self.bold if bold else self.marked[error, kind] if error is not None else {"": None, "yyyy-mm-dd": self.day}.get(kind, self.time)
        if value is None:
            if style is not None:
                sheet.write_blank(row, column, None, style)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, style)
        elif isinstance(value, (int, float)) and abs(value) < 1e15:
            sheet.write_number(row, column, value, style)
        elif isinstance(value, date):
            if value.year < 1900:
                sheet.write_string(row, column, value.isoformat(), style)
            else:
                sheet.write_datetime(row, column, value, style)
        else:
            sheet.write_string(row, column, str(value)[:32_767], style)

    def summary(self, taken: set[str]) -> None:
        wanted = (self.report.word("汇总", "Summary"), self.report.word("校验汇总", "Check summary"))
        sheet = self.book.add_worksheet(next((one for one in wanted if one.casefold() not in taken), wanted[1] + "1"))
        for at, width in enumerate((30, 36, 70, 10)):
            sheet.set_column(at, at, width)
        for row, line in enumerate(self.report.lines()):
            for column, value in enumerate(line):
                if isinstance(value, (int, float)):
                    sheet.write_number(row, column, value)
                else:
                    sheet.write_string(row, column, str(value)[:32_767])


def _title(name: str) -> str:
    """A sheet name that a workbook allows."""
    clean = "".join("_" if c in "[]:*?/\\" or not c.isprintable() else c for c in name).strip("'") or "Sheet"
    return clean[:31]
