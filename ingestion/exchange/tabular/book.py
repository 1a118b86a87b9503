"""A file of tables as the importer sees it: sheets, headings and rows, with what had to be understood told.

Rows and columns are named as the user sees them: rows from 1, columns by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from itertools import repeat
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ingestion.exchange.tabular import headings, kinds
from ingestion.exchange.tabular.package import Facts, letters
from ingestion.exchange.tabular.spool import Spool

ERROR_HEADING, ERROR_HEADING_EN = "错误信息", "Error messages"
Value = str | int | float | bool | datetime | date | None


class Note(NamedTuple):
    """Something about one cell or row of the file. An ``error`` must stop the row. ``column``: index into the
    headings, None for the whole row."""

    column: int | None
    severity: Literal["error", "warning"]
    zh: str
    en: str


class Row(NamedTuple):
    """``number`` as the user sees it; ``values`` aligned with the sheet's headings."""

    number: int
    values: tuple[Value, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Something about the sheet's form. ``kind``: duplicate_heading, empty_heading, hidden_rows, hidden_columns,
    merged, dropped, encoding, several_tables. ``columns`` are indexes into the headings."""

    kind: str
    columns: tuple[int, ...]
    zh: str
    en: str


_UNIT = re.compile(r"单位\s*[:：]\s*(?:人民币)?\s*(百万元|千元|万元|亿元|元)")
# a Row from (number, values, notes), a third of the cost of calling Row: a hundred thousand of them count
_PLAIN_ROW = partial(tuple.__new__, Row)


@dataclass
class Sheet:
    """One table. ``rows_of_file``: numbers of its first row below the header and its last one. ``left_out``: rows
    between that are no data (example, totals, signatures), with the reason."""

    name: str
    hidden: bool
    header: headings.Header
    rows_of_file: range
    left_out: dict[int, str]
    problems: tuple[Problem, ...]
    facts: Facts
    spool: Spool
    told: dict[str, Any]  # what the converter says of the sheet
    error_column: int | None = None  # of the file, from 0: the column 错误信息 of an earlier annotation

    @property
    def header_rows(self) -> range:
        return self.header.rows

    @property
    def headings(self) -> tuple[str, ...]:
        return self.header.headings

    @property
    def first_column(self) -> int:
        """Counted from 0: 2 where the table begins in column C."""
        return self.header.columns.start

    @cached_property
    def unit_above(self) -> str:
        """The unit of money that the lines above the table name once for all of it (单位：万元), else ``""``."""
        above = (str(value) for number, row in self.told["head"] if number < self.header_rows.start for value in row if isinstance(value, str))
        return next((found[1] for text in above if (found := _UNIT.search(text))), "")

    def filled(self, column: int) -> int:
        """How many cells of the file hold something in this column, its heading among them."""
        filled: list[int] = self.told["filled"]
        at = self.first_column + column
        return filled[at] if at < len(filled) else 0

    @property
    def part(self) -> str:
        """The name of the file's sheet this table stands in."""
        name: str = self.told["name"]
        return name

    @property
    def last_row(self) -> int:
        """The last row of the file's sheet that holds anything."""
        last: int = self.told["last"]
        return last

    @property
    def free_column(self) -> int:
        """Where messages go: the column they had before, else the first one that nothing stands in."""
        return max(len(self.told["filled"]), self.header.columns.stop) if self.error_column is None else self.error_column

    def letter(self, column: int) -> str:
        """The letter of a heading's column in the file."""
        return letters(self.first_column + column)

    @cached_property
    def row_count(self) -> int:
        """Rows of data: without titles, header, example, totals, signatures and blank rows."""
        if self._alone and not self._wider:
            before: int = sum(number < self.rows_of_file.start for number, _ in self.told["head"])
            total: int = self.told["rows"]
            return total - before - len(self.left_out)
        return sum(self._is_data(number, row) for numbers, rows in self._batches() for number, row in zip(numbers, rows, strict=True))

    @cached_property
    def _alone(self) -> bool:
        """Whether all rows from the header to the last row of the sheet are this table's."""
        return self.rows_of_file.stop > self.last_row and self.header_rows.stop == self.rows_of_file.start

    @cached_property
    def _wider(self) -> bool:
        """Whether rows may hold something beside the table's own columns."""
        columns = self.header.columns
        filled: list[int] = self.told["filled"]
        return bool(sum(filled[: columns.start]) + sum(filled[columns.stop :]))

    def rows(self) -> Iterator[Row]:
        """The rows of data, from the beginning each time."""
        fill = _Filler(self.told["merges"])
        marks = self._marks()
        start, width = self.first_column, len(self.headings)
        special = marks.keys() | self.left_out.keys()
        for numbers, rows in self._batches():
            if not fill and start == 0 and len(rows[0]) == width and self._all(numbers) and special.isdisjoint(numbers):
                yield from map(_PLAIN_ROW, zip(numbers, rows, repeat(()), strict=False))
                continue
            for number, row in zip(numbers, rows, strict=True):
                if not self._is_data(number, row):
                    continue
                values = fill.filled(number, row) if fill else row
                own = values[start : start + width]
                yield Row(number, own + (None,) * (width - len(own)), marks.get(number, ()))

    def raw_rows(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Every row of the file's sheet that is not blank, with all its cells and joined ones as they stand."""
        for at, length in self.told["batches"]:
            yield from zip(*self.spool.batch(at, length), strict=True)

    def joined(self, rows: Set[int]) -> dict[int, dict[int, Any]]:
        """Of these rows, the cells whose value stands in a joined cell above or beside: row → column of the file →
        value."""
        fill = _Filler(self.told["merges"])
        found: dict[int, dict[int, Any]] = {}
        for number, row in self.raw_rows() if fill else ():
            if number in self.rows_of_file:
                filled = fill.filled(number, row)
                if number in rows and filled is not row:
                    was = row + (None,) * (len(filled) - len(row))
                    found[number] = {at: new for at, (old, new) in enumerate(zip(was, filled, strict=True)) if old is not new}
        return found

    def _batches(self) -> Iterator[tuple[list[int], list[tuple[Any, ...]]]]:
        for at, length in self.told["batches"]:
            numbers, rows = self.spool.batch(at, length)
            if numbers[0] >= self.rows_of_file.stop:
                return
            yield numbers, rows

    def _all(self, numbers: list[int]) -> bool:
        return numbers[0] in self.rows_of_file and numbers[-1] in self.rows_of_file and not self._wider

    def _is_data(self, number: int, row: tuple[Any, ...]) -> bool:
        if number not in self.rows_of_file or number in self.left_out:
            return False
        return not self._wider or any(value is not None for value in row[self.first_column : self.header.columns.stop])

    def _marks(self) -> dict[int, tuple[Note, ...]]:
        """Notes by row: error values, formulas without a result, rows of a text file that are too long or short."""
        found: dict[int, tuple[Note, ...]] = {}
        columns = self.header.columns

        def mark(row: int, column: int | None, severity: Literal["error", "warning"], zh: str, en: str) -> None:
            if column is None or column in columns:
                at = None if column is None else column - columns.start
                found[row] = (*found.get(row, ()), Note(at, severity, zh, en))

        for (row, column), word in sorted(self.facts.errors.items()):
            mark(row, column, "error", f"单元格的值是错误值 {word}，请改正", f"holds the error value {word}; mend it")
        for row, column in sorted(self.facts.without_result):
            mark(
                row, column, "error", "公式没有计算结果，请用 Excel 或 WPS 打开并保存一次，或改为数值",
                "holds a formula without a result; open and save the file once, or put the value",
            )  # fmt: skip
        for row, length in (self.told.get("lengths") or {}).items():
            width = columns.stop
            if length > (width if self.error_column is None else self.error_column + 1) and any(self.told["filled"][width:]):
                mark(row, None, "error", f"有 {length} 个值，表头只有 {width} 列", f"has {length} values; the header has {width}")
            elif length < width:
                mark(row, None, "warning", f"只有 {length} 个值，表头有 {width} 列", f"has only {length} values; the header has {width}")
        return found


class _Filler:
    """Gives each row the values of cells joined from above or from the left."""

    def __init__(self, merges: list[headings.Merge]) -> None:
        self._starts: dict[int, list[headings.Merge]] = {}
        for merge in merges:
            self._starts.setdefault(merge[0], []).append(merge)
        self._open: list[tuple[headings.Merge, Any]] = []

    def __bool__(self) -> bool:
        return bool(self._starts)

    def filled(self, number: int, row: tuple[Any, ...]) -> tuple[Any, ...]:
        self._open = [one for one in self._open if one[0][2] >= number]
        for merge in self._starts.get(number, ()):
            value = row[merge[1]] if merge[1] < len(row) else None
            if value is not None:
                self._open.append((merge, value))
        if not self._open:
            return row
        out = list(row)
        for (_, first, _, last), value in self._open:
            out += [None] * (last + 1 - len(out))
            for column in range(first, last + 1):
                if out[column] is None:
                    out[column] = value
        return tuple(out)


@dataclass
class Book:
    """``kind``: xlsx, xlsm, xls, xlsb, ods, csv, html, spreadsheetml. ``template``: type and version of the template
    the file was made from. ``sheets`` in the order of the file, the annotated file's own 汇总 left out."""

    path: Path
    name: str
    kind: str
    encoding: str | None
    delimiter: str | None
    sheets: tuple[Sheet, ...]
    template: tuple[str, str] | None = None
    ours: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)

    def sheet(self, name: str | None = None) -> Sheet:
        """The table to import: the one named, else of the visible ones whose headings speak our words the first with
        rows, else one without (a template as it was given out), else the first visible one with rows.

        Raises:
            UnreadableFile: no table of that name, or none at all.
        """
        if name is not None:
            for one in self.sheets:
                if one.name == name:
                    return one
            there = "、".join(f"“{kinds.shown(one.name)}”" for one in self.sheets)
            raise kinds.UnreadableFile(
                "table",
                f"“{self.name}”中没有工作表“{kinds.shown(name)}”，已有：{there or '无'}。",
                f"“{self.name}” has no sheet “{kinds.shown(name)}”; it has: {there or 'none'}.",
            )
        visible = [one for one in self.sheets if not one.hidden]
        words = [headings.known(one.headings) for one in visible]
        most = max(words, default=0)
        ours = [one for one, known in zip(visible, words, strict=True) if known > 1 and known * 2 >= most]
        for some in ([one for one in ours if one.row_count], ours, [one for one in visible if one.row_count], visible):
            if some:
                return some[0]
        raise no_table(self.name)


def no_table(name: str) -> kinds.UnreadableFile:
    return kinds.UnreadableFile(
        "table",
        f"“{name}”中没有找到带表头的数据，请让数据上方的一行为列名。",
        f"“{name}” holds no data with a header; the row above the data must name the columns.",
    )
