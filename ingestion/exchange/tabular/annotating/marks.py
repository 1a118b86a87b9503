"""What is to be said about a file, ordered by where it is said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ingestion.exchange.tabular.book import ERROR_HEADING, ERROR_HEADING_EN, Book, Sheet
from ingestion.exchange.tabular.package import letters
from ingestion.exchange.tabular.tables import SUMMARY_TITLE, SUMMARY_TITLE_EN

AUTHOR = "研数校验"
LONGEST = 32_000
_VALUE = re.compile("[“\"][^”\"]*[”\"]")


@dataclass(frozen=True)
class Mark:
    """One message. ``row`` as ``Row.number``; ``column``: index into the headings, None for the row as a whole;
    ``kind``: words under which equal faults are counted, else the message without its quoted value."""

    row: int
    column: int | None
    zh: str
    en: str
    severity: Literal["error", "warning"] = "error"
    kind_zh: str = ""
    kind_en: str = ""


@dataclass(frozen=True)
class Counts:
    """``rows`` with an error, ``errors`` and ``warnings`` as single messages, ``commented`` cells."""

    rows: int
    errors: int
    warnings: int
    commented: int


class Report:
    """Marks by row and cell, and the lines of the sheet 汇总."""

    COMMENTS = 5_000  # more make a workbook slow to open; colour and text stand everywhere

    def __init__(self, book: Book, sheet: Sheet, marks: list[Mark], summary: list[tuple[str, object]], only_errors: bool, language: str) -> None:
        self.book = book
        self.sheet = sheet
        self.only_errors = only_errors
        self.language = "en" if language == "en" else "zh"
        self._summary = summary
        self.rows: dict[int, list[Mark]] = {}
        wrong = {mark.row for mark in marks if mark.severity == "error"}
        for mark in marks:
            if not only_errors or mark.row in wrong:
                self.rows.setdefault(mark.row, []).append(mark)
        self.marks = [mark for some in self.rows.values() for mark in some]
        self.wrong_rows = len(wrong)
        self.styles_lost = False

    @property
    def heading(self) -> str:
        return self.word(ERROR_HEADING, ERROR_HEADING_EN)

    def word(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh

    def text(self, row: int) -> str:
        """The cell of the column 错误信息: every message of the row, one a line."""
        return "\n".join(self.message(mark) for mark in self.rows.get(row, ()))[:LONGEST]

    def message(self, mark: Mark) -> str:
        """A message with the column it speaks of; warnings say that they are none to stop for."""
        words = self.word(mark.zh, mark.en)
        if mark.column is not None:
            letter = self.sheet.letter(mark.column)
            words = self.word(f"{letter} 列：{words}", f"Column {letter}: {words}")
        return words if mark.severity == "error" else self.word(f"提示：{words}", f"Note: {words}")

    def cells(self, row: int) -> dict[int, tuple[str, bool]]:
        """The marked cells of a row: column of the file from 0 → (comment, whether an error)."""
        found: dict[int, tuple[str, bool]] = {}
        for mark in self.rows.get(row, ()):
            if mark.column is not None:
                at = self.sheet.first_column + mark.column
                before, error = found.get(at, ("", False))
                words = self.word(mark.zh, mark.en)
                found[at] = (f"{before}\n{words}" if before else words, error or mark.severity == "error")
        return found

    @cached_property
    def comments(self) -> dict[tuple[int, int], str]:
        """``(row, column)`` of the file → what to say there, as many as a workbook bears."""
        found: dict[tuple[int, int], str] = {}
        for row in sorted(self.rows):
            for column, (words, _) in self.cells(row).items():
                if len(found) >= self.COMMENTS:
                    return found
                found[row, column] = words
        return found

    @cached_property
    def counts(self) -> Counts:
        errors = sum(mark.severity == "error" for mark in self.marks)
        return Counts(self.wrong_rows, errors, len(self.marks) - errors, len(self.comments))

    def lines(self) -> Iterator[tuple[object, ...]]:
        """The sheet 汇总, row by row. The first cell is how the reader knows it."""
        counts = self.counts
        yield (self.word(SUMMARY_TITLE, SUMMARY_TITLE_EN),)
        yield self.word("文件", "File"), self.book.name
        yield self.word("工作表", "Sheet"), self.sheet.name
        yield from self._summary
        yield self.word("有错误的行", "Rows with errors"), counts.rows
        yield self.word("错误", "Errors"), counts.errors
        if counts.warnings:
            yield self.word("提示", "Notes"), counts.warnings
        cells = sum(len(self.cells(row)) for row in self.rows)
        if cells > counts.commented:
            yield (self.word(f"批注只加在前 {counts.commented:,} 个单元格，其余见“{ERROR_HEADING}”列", f"Comments stand at the first {counts.commented:,} cells only; see the column {ERROR_HEADING_EN}"),)
        if self.styles_lost:
            yield (self.word("内容和顺序与原文件相同，样式没有保留", "Contents and order are those of the file; styles are lost"),)
        yield ()
        yield self.word("列", "Column"), self.word("列名", "Heading"), self.word("错误类型", "Kind of error"), self.word("个数", "Count")
        yield from self._by_kind()
        yield ()
        yield (self.word(
            f"改正后直接上传本文件即可，“{ERROR_HEADING}”列和本表不会导入。",
            f"Correct this file and upload it as it is: the column “{ERROR_HEADING_EN}” and this sheet are not imported.",
        ),)  # fmt: skip

    def _by_kind(self) -> Iterator[tuple[object, ...]]:
        kinds = Counter(
            (-1 if mark.column is None else mark.column, self.word(mark.kind_zh or mark.zh, mark.kind_en or mark.en)) for mark in self.marks
        )
        grouped: Counter[tuple[int, str]] = Counter()
        for (column, words), count in kinds.items():
            grouped[column, _VALUE.sub("“…”", words)] += count
        for (column, words), count in sorted(grouped.items(), key=lambda one: (-one[1], one[0])):
            heading = self.sheet.headings[column] if column >= 0 else self.word("整行", "whole row")
            yield (letters(self.sheet.first_column + column) if column >= 0 else "—"), heading, words[:300], count
