"""Rows into an xlsx workbook or a CSV file: streamed, formula-safe, numbers as numbers, nothing ever cut.

The hash is that of the rows as CSV, whatever the format: who holds both files can compare them.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from ingestion.catalog import kinds as k
from ingestion.exchange.export import package
from ingestion.exchange.layout import Cell, Column
from ingestion.exchange.plain import CONTROL, LONGEST, clean, literal
from ingestion.exchange.template.workbook import (
    LINE,
    OPTIONS,
    PROPERTY_TYPE,
    PROPERTY_VERSION,
    cell_format,
    lines_of,
    version,
)
from ingestion.principal import OperationError

FORMULA = frozenset("=+-@\t\r＝＋－＠")
TOLD = 20  # of the cells too long, named in the refusal
Tick = Callable[[int], None]


class TooLong(OperationError):
    """Cells that no workbook can hold: named before a file is there, never cut (AC-248)."""

    def __init__(self, found: Sequence[tuple[str, Column, int]]) -> None:
        zh = "；".join(f"{number} 的“{column.zh}” {length:,} 字" for number, column, length in found[:TOLD])
        en = "; ".join(f"“{column.en}” of {number}: {length:,} characters" for number, column, length in found[:TOLD])
        more_zh, more_en = (f"；等 {len(found)} 处", f"; {len(found)} in all") if len(found) > TOLD else ("", "")
        super().__init__(
            f"有 {len(found)} 个单元格超过 {LONGEST:,} 字的上限，未生成文件：{zh}{more_zh}。请去掉该字段或改用 CSV。",
            f"{len(found)} cells are longer than {LONGEST:,} characters; no file was made: {en}{more_en}. Leave the column out or choose CSV.",
        )


def text(cell: Cell) -> str:
    """The characters of a cell in a text file. What a spreadsheet could take for a formula gets an apostrophe."""
    if cell is None:
        return ""
    if type(cell) is str:
        return f"'{cell}" if cell and cell[0] in FORMULA else cell
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:f}" if type(cell) is Decimal else str(cell)


class Hash:
    """A file for ``csv.writer`` that only hashes; buffered, because small updates cost more than their bytes."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._held: list[str] = []

    def write(self, line: str) -> int:
        self._held.append(line)
        if len(self._held) >= 500:
            self._flush()
        return len(line)

    def _flush(self) -> None:
        self._hash.update("".join(self._held).encode())
        self._held.clear()

    def hexdigest(self) -> str:
        self._flush()
        return self._hash.hexdigest()


def csv_file(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], language: str, tick: Tick) -> tuple[int, str]:
    """Writes a CSV file with byte order mark; gives the number of rows and their hash."""
    hashed = Hash()
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writers = [csv.writer(target, lineterminator="\r\n") for target in (out, hashed)]
        for writer in writers:
            writer.writerow([c.heading(language) for c in columns])
        for count, row in enumerate(rows, 1):
            line = [clean(text(cell)) for cell in row]
            for writer in writers:
                writer.writerow(line)
            if count % 500 == 0:
                tick(count)
    return count, hashed.hexdigest()


def workbook(
    path: Path,
    title: str,
    type_id: str,
    columns: Sequence[Column],
    count: int,
    rows: Iterable[Sequence[Cell]],
    about: Callable[[int, str], Iterable[tuple[str, str]]],
    language: str,
    tick: Tick,
) -> tuple[int, str]:
    """Writes a workbook of one data sheet and 导出说明, whose lines ``about`` gives for count and hash. Memory holds a
    few hundred rows. Raises TooLong; then the caller removes what is there."""
    hashed = Hash()
    checked = _Checked(columns, rows, csv.writer(hashed, lineterminator="\r\n"), language, tick)

    def shell(done: bool) -> Callable[[Any], None]:
        lines = list(about(checked.count, hashed.hexdigest())) if done else []
        return lambda target: _shell(target, title, type_id, columns, count, lines, language)

    written = package.write(path, len(columns), count, checked, shell)
    if checked.too_long:
        raise TooLong(checked.too_long)
    return written, hashed.hexdigest()


class _Checked:
    """Rows on their way into a workbook: control characters gone, what no cell can hold noted, hashed, counted."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], hashed: Any, language: str, tick: Tick) -> None:
        self.columns, self._rows, self._hashed, self._tick = columns, rows, hashed, tick
        self.too_long: list[tuple[str, Column, int]] = []
        self.count = 0
        hashed.writerow([c.heading(language) for c in columns])

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        for row in self._rows:
            self.count += 1
            line = []
            for position, cell in enumerate(row):
                if type(cell) is str:
                    if not cell.isprintable():
                        row[position] = cell = CONTROL.sub("", cell)  # type: ignore[index]
                    if len(cell) > LONGEST:
                        where = str(row[0]) if self.columns[0].key == "record_no" else f"#{self.count}"
                        self.too_long.append((where, self.columns[position], len(cell)))
                    line.append(f"'{cell}" if cell and cell[0] in FORMULA else cell)
                else:
                    line.append("" if cell is None else text(cell))
            self._hashed.writerow(line)
            if self.count % 500 == 0:
                self._tick(self.count)
            yield row


def _shell(
    target: Any, title: str, type_id: str, columns: Sequence[Column], count: int, lines: Sequence[tuple[str, str]], language: str
) -> None:
    """The workbook around the rows: see ``package.write``."""
    with xlsxwriter.Workbook(target, {**OPTIONS, "in_memory": True}) as book:
        book.set_custom_property(PROPERTY_TYPE, type_id)
        book.set_custom_property(PROPERTY_VERSION, version(type_id))
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
        styles = _styles(book, columns)
        head = book.add_format({"bold": True, "font_color": "#1F4E9E", "bg_color": "#E8EEF7", "border": 1, "border_color": "#C9D3E3", "valign": "vcenter"})
        for position, column in enumerate(columns):
            sheet.set_column(position, position, _width(column), styles[position])
            sheet.write_string(0, position, column.heading(language), head)
            sheet.write_number(1, position, 0, styles[position])
        sheet.freeze_panes(1, 1)
        if count:
            sheet.autofilter(0, 0, count, len(columns) - 1)
        _about(book, lines, language)


def _styles(book: Any, columns: Sequence[Column]) -> list[Any]:
    made: dict[tuple[str, bool], Any] = {}
    out = []
    for column in columns:
        key = (cell_format(column) if column.kind != "header" or column.identifier else "General", column.many)
        if key not in made:
            made[key] = book.add_format({"num_format": key[0], "valign": "top", **({"text_wrap": True} if key[1] else {})})
        out.append(made[key])
    return out


def _width(column: Column) -> int:
    match column.field:
        case k.LongText():
            return 40
        case k.Text(max_length=most) if most >= 200 and not column.many:
            return 32
        case _:
            return 16


def _about(book: Any, lines: Iterable[tuple[str, str]], language: str) -> None:
    sheet = book.add_worksheet("About this export" if language == "en" else "导出说明")
    label = book.add_format({"bold": True, "font_color": "#1F4E9E", "valign": "top"})
    value = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 90)
    for line, (name, words) in enumerate(lines):
        sheet.set_row(line, LINE * lines_of(words, 90))
        sheet.write_string(line, 0, name, label)
        sheet.write_string(line, 1, literal(clean(words)), value)

