"""Rows of quoted cells: commas, semicolons or tabs between them, line breaks inside."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from ingestion.exchange.bibliographic.text import LARGEST, MOST_ENTRIES, clean, too_many

MOST_LINES_A_ROW = 200  # a cell may hold line breaks; one that never closes must not swallow the file


def mark(head: str) -> str:
    """What stands between the cells of a heading."""
    return max(",;\t", key=head.count)


def cells(row: str, delimiter: str) -> list[str]:
    csv.field_size_limit(LARGEST)
    return [clean(cell) for cell in next(csv.reader([row], delimiter=delimiter), [])]


def rows(lines: list[str], delimiter: str, width: int) -> Iterator[tuple[int, list[str] | None]]:
    """(line, cells) of each row; None where its quotation mark is not closed within it. Two open ones would swallow
    all rows between them: a row over several lines that has the wrong width is broken at its first line."""
    csv.field_size_limit(LARGEST)
    at, number = 1, 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        number += 1
        if number > MOST_ENTRIES:
            raise too_many()
        end, quotes = at, lines[at].count('"')
        while quotes % 2 and end + 1 < len(lines) and end - at < MOST_LINES_A_ROW:
            end += 1
            quotes += lines[end].count('"')
        row = None if quotes % 2 else next(csv.reader(["\n".join(lines[at : end + 1])], delimiter=delimiter), [])
        if row is None or (end > at and len(row) != width):
            yield at + 1, None
            at += 1
            continue
        yield at + 1, row
        at = end + 1
