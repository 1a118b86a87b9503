"""One table as CSV, workbook and Parquet at once, in batches.

CSV and Parquet hold the values as the store has them (codes, whole fen, UTC); the workbook is for reading: Chinese
headings, yuan, local times, and beside codes and numbers of people, units and accounts the words for them. A
workbook's limits (rows of a sheet, characters of a cell, control characters) are never met by cutting in silence:
what does not fit is told in the manifest, and stands whole in the two other files.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from ingestion.exchange.exit_bundle import cells
from ingestion.exchange.exit_bundle.contents import ARROW, Kind
from ingestion.exchange.exit_bundle.packing import Packing, private
from ingestion.store.engine import local_time

FORMATS = ("csv", "xlsx", "parquet")
SHEET_ROWS = 1_048_575  # below the heading
CELL_CHARACTERS = 32_767
TOO_LONG = "（内容超过 32,767 字，见同名 CSV 或 Parquet 文件 / too long for a cell, see the CSV or Parquet file）"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True)
class Head:
    """A column. ``money``: whole fen, shown in yuan in the workbook."""

    name: str
    zh: str
    en: str
    kind: Kind = "text"
    money: bool = False


@dataclass
class Written:
    """What the manifest tells of a table: ``long_cells`` and ``control_characters`` of its workbook alone."""

    group: str
    name: str
    zh: str
    en: str
    heads: Sequence[Head]
    rows: int = 0
    long_cells: int = 0
    control_characters: int = 0
    files: dict[str, str] = field(default_factory=dict)


Beside = Callable[[Sequence[Any]], Sequence[str]]


def write(
    pack: Packing,
    group: str,
    name: str,
    words: tuple[str, str],
    heads: Sequence[Head],
    batches: Iterable[Sequence[Sequence[Any]]],
    beside: tuple[Sequence[tuple[int, str]], Beside] | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> Written:
    """Write and pack a table. ``beside``: (position of a column, heading of the words after it) and a function from
    a row to those words."""
    out = Written(group, name, *words, heads)
    made = {form: private(pack.scratch / f"{group}-{name}.{form}") for form in FORMATS}
    schema = pa.schema([(head.name, ARROW[head.kind]) for head in heads])
    with ExitStack() as stack:
        text = stack.enter_context(made["csv"].open("w", encoding="utf-8-sig", newline=""))
        lines = csv.writer(text)
        lines.writerow([head.name for head in heads])
        parquet = stack.enter_context(pq.ParquetWriter(made["parquet"], schema, compression="zstd"))
        book = stack.enter_context(Book(made["xlsx"], out, beside))
        for rows in batches:
            if not rows:
                continue
            out.rows += len(rows)
            lines.writerows([cells.to_csv(value) for value in row] for row in rows)
            columns = zip(*rows, strict=True)
            arrays = [pa.array(column, one.type) for column, one in zip(columns, schema, strict=True)]
            parquet.write_table(pa.Table.from_arrays(arrays, schema=schema))
            for row in rows:
                book.write(row)
            if on_rows is not None:
                on_rows(len(rows))
    for form in FORMATS:
        out.files[form] = pack.add_file(f"{group}/{form}/{name}.{form}", made[form]).path
    return out


class Book:
    """A workbook written row by row; a sheet that is full is followed by another."""

    def __init__(self, path: Path, out: Written, beside: tuple[Sequence[tuple[int, str]], Beside] | None) -> None:
        self.book = xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": str(path.parent)})
        self.out = out
        self.words: Beside | None = beside[1] if beside else None
        self.after = dict(beside[0]) if beside else {}
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.yuan = self.book.add_format({"num_format": "#,##0.00"})
        self.bold = self.book.add_format({"bold": True})
        self.sheets = 0
        self._new_sheet()

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()

    def _new_sheet(self) -> None:
        self.sheets += 1
        title = re.sub(r"[\[\]:*?/\\]", " ", self.out.zh)[:25]
        self.sheet = self.book.add_worksheet(title if self.sheets == 1 else f"{title} ({self.sheets})")
        self.sheet.freeze_panes(1, 0)
        self.line = 0
        position = 0
        for index, head in enumerate(self.out.heads):
            self.sheet.write_string(0, position, f"{head.zh}（元）" if head.money else head.zh, self.bold)
            position += 1
            if index in self.after:
                self.sheet.write_string(0, position, self.after[index], self.bold)
                position += 1

    def write(self, row: Sequence[Any]) -> None:
        if self.line >= SHEET_ROWS:
            self._new_sheet()
        self.line += 1
        said = iter(self.words(row)) if self.words is not None else iter(())
        position = 0
        for index, (head, value) in enumerate(zip(self.out.heads, row, strict=True)):
            self._cell(position, head, value)
            position += 1
            if index in self.after:
                self._cell(position, head, next(said) or None)
                position += 1

    def _cell(self, column: int, head: Head, value: Any) -> None:
        sheet, line = self.sheet, self.line
        match value:
            case None:
                return
            case str():
                sheet.write_string(line, column, self._text(value))
            case bool():
                sheet.write_string(line, column, "是" if value else "否")
            case int() if head.money:
                sheet.write_number(line, column, value / 100, self.yuan)
            case int() | float() | Decimal():
                sheet.write_number(line, column, value)
            case datetime():
                shown = local_time(value).replace(tzinfo=None)
                sheet.write_datetime(line, column, shown, self.moment)
            case date() if value.year >= 1900:
                sheet.write_datetime(line, column, value, self.day)
            case _:
                sheet.write_string(line, column, str(value))

    def _text(self, value: str) -> str:
        if len(value) > CELL_CHARACTERS:
            self.out.long_cells += 1
            return TOO_LONG
        plain, removed = _CONTROL.subn("", value)
        self.out.control_characters += removed
        return plain
