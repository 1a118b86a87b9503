"""CSV and its relatives: any delimiter, any line end, read as a stream."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ingestion.exchange.tabular import converter, encodings, kinds
from ingestion.exchange.tabular.limits import Limits
from ingestion.exchange.tabular.spool import refusal

LONGEST_VALUE = 131_072  # characters of one value, four times what a cell of a workbook holds
DELIMITERS = ",\t;|"
LINE = 8 << 20
MOST_VALUES = 20_000  # of a row, as cells that span columns (``Grid``): no list of millions is made of one line
MOST_LINES = 2_000_000  # blank ones too; a sheet has half as many
_SENTINEL = "\x1d\x1d"
_LED = re.compile("'[=+\\-@\t\r＝＋－＠]")
_SEP = re.compile(r"\s*\"?sep=(.)\"?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Delimited:
    """A text file with its way of being read. ``encoding`` is the name told to people; ``directive``: the first line
    only names the delimiter (``sep=;``)."""

    path: Path
    codec: str
    skip: int
    encoding: str
    delimiter: str
    directive: bool

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Rows numbered as a spreadsheet program numbers them (a value of two lines is one row), then our own mark."""
        with self.path.open("rb") as raw:
            raw.seek(self.skip)
            text = io.TextIOWrapper(raw, encoding=self.codec, newline="")
            if self.directive:
                text.readline(LINE)
            lines = _Lines(text, self.delimiter)
            csv.field_size_limit(LONGEST_VALUE)  # of the whole process: another reader may have raised it
            for number, row in enumerate(csv.reader(lines, delimiter=self.delimiter), start=2 if self.directive else 1):
                if lines.led:
                    lines.led = False
                    row = [value[1:] if _LED.match(value) else value for value in row]
                yield number, row


class _Lines:
    """Lines without NULs, then our own mark. Raises csv.Error where one is too long to be a row, ``Failed`` where it
    has too many values. ``led`` tells of a value that our own exports led with an apostrophe, so that no program takes
    it for a formula."""

    def __init__(self, text: io.TextIOWrapper, delimiter: str) -> None:
        self._text: io.TextIOWrapper | None = text
        self._delimiter = delimiter
        self.led = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._text is None:
            raise StopIteration
        line = self._text.readline(LINE)
        if len(line) == LINE:
            raise csv.Error
        if len(line) > MOST_VALUES and line.count(self._delimiter) > MOST_VALUES:
            raise converter.Failed("columns")
        if not line:
            self._text = None
            return _SENTINEL
        self.led = self.led or "'" in line
        return line.replace("\x00", "") if "\x00" in line else line


def spool(path: Path, name: str, limits: Limits, out: IO[bytes]) -> tuple[Delimited, dict[str, Any]]:
    """Writes a text table's rows to ``out`` as the converter does; returns how it was read and the sheet.

    Raises:
        UnreadableFile: no text, an unclosed quotation mark, too many rows or columns.
    """
    codec, skip, encoding = encodings.detect(path, name)
    with path.open("rb") as raw:
        raw.seek(skip)
        head = raw.read(encodings.SAMPLE).decode(codec, "ignore")
    named = _SEP.match(head.split("\n", 1)[0])
    table = Delimited(path, codec, skip, encoding, named[1] if named else _delimiter(head), named is not None)
    writer = converter.Writer(out, {"rows": limits.rows, "columns": limits.columns})
    lengths: dict[int, int] = {}
    try:
        converter.write(_watched(table, name, lengths), writer)
    except converter.Failed as failed:
        raise refusal(failed.values, name, limits) from None
    return table, {**writer.told(Path(name).stem, False, []), "lengths": lengths}


def _watched(table: Delimited, name: str, lengths: dict[int, int]) -> Iterator[tuple[int, list[str]]]:
    """The rows, with the lengths of those that differ from the first; the last one must be our own mark."""
    usual, number, row = 0, 0, [""]
    rows = table.numbered()
    while True:
        before = number, row
        try:
            number, row = next(rows)
        except StopIteration:
            break
        except csv.Error:  # one value beyond LONGEST_VALUE: as good as always a quotation mark left open
            raise _unclosed(name, number + 1) from None
        if number > MOST_LINES:
            raise converter.Failed("rows")
        if before[0]:
            usual = usual or len(before[1])
            if len(before[1]) != usual and any(before[1]) and len(lengths) < converter.MERGES:
                filled = next(at for at in range(len(before[1]), 0, -1) if before[1][at - 1])
                lengths[before[0]] = min(len(before[1]), max(usual, filled))  # empty values at the end say nothing
            yield before
    if row != [_SENTINEL]:
        raise _unclosed(name, number)


def _unclosed(name: str, row: int) -> kinds.UnreadableFile:
    return kinds.UnreadableFile(
        "table",
        f"“{name}”第 {row} 行有一个引号没有成对，或一个单元格的文字过长，后面的内容无法分列，请改正或另存为 .xlsx 后再上传。",
        f"In row {row} of “{name}” a quotation mark is not closed, or a value is too long, so the rest cannot be divided; mend it or save as .xlsx.",
    )


def _delimiter(head: str) -> str:
    """The mark that divides the most rows into the same number of values, of more than one."""
    best, score = ",", 0.0
    csv.field_size_limit(LONGEST_VALUE)
    for mark in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(head[:65_536], newline=""), delimiter=mark) if any(row)][:40]
        except csv.Error:
            continue
        many = [width for width in widths if width > 1]
        if not many:
            continue
        usual = max(set(many), key=lambda width: (many.count(width), width))
        fit = many.count(usual) / len(widths) + min(usual, 50) / 1000
        if fit > score:
            best, score = mark, fit
    return best
