"""CNKI's 自定义 export as a table: CSV, or the HTML it names .xls. Its headings are those of the tagged form."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ingestion.exchange.bibliographic import cnki, delimited, tagged
from ingestion.exchange.bibliographic.entry import Entry, Problem, broken
from ingestion.exchange.bibliographic.text import MOST_ENTRIES, clean, lines, too_many

_CELL = re.compile(r"<t[dh]\b[^<>]*>", re.I)
_MARKUP = re.compile(r"<[^<>]*>")


def is_table(text: str) -> bool:
    return _delimited(text) or bool(re.search(r"<t[dh]\b[^<>]*>\s*(?:<[^<>]*>\s*)*Title-题名", text[:200_000], re.I))


def _delimited(text: str) -> bool:
    head = next((line for line in lines(text[:20_000]) if line.strip()), "")
    return {"Title-题名", "Author-作者"} <= set(delimited.cells(head, delimited.mark(head)))


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    """A row is an entry; one with another number of cells than the heading is named."""
    if _delimited(text):
        rows = lines(text)
        while not rows[0].strip():
            rows.pop(0)
        delimiter = delimited.mark(rows[0])
        heading = delimited.cells(rows[0], delimiter)
        table: Iterator[tuple[int, list[str] | None]] = delimited.rows(rows, delimiter, len(heading))
    else:
        table = _html_rows(text)
        heading = next((row for _line, row in table if row and "Title-题名" in row), [])
    return tagged.sorted_out(_entry(number, line, row, heading) for number, (line, row) in enumerate(table, start=1))


def _html_rows(text: str) -> Iterator[tuple[int, list[str] | None]]:
    line = 1
    for number, part in enumerate(re.split(r"<tr\b[^<>]*>", text, flags=re.I)):
        found = _CELL.split(part)[1:]
        if found:
            if number > MOST_ENTRIES + 1:
                raise too_many()
            yield line, [clean(html.unescape(_MARKUP.sub(" ", re.split(r"</t[dhr]", cell, maxsplit=1, flags=re.I)[0]))) for cell in found]
        line += part.count("\n")


def _entry(number: int, line: int, row: list[str] | None, heading: list[str]) -> Entry | Problem:
    if row is None:
        return broken(number, line, "引号没有成对，无法读取。", "a quotation mark is not closed.")
    if len(row) != len(heading):
        return broken(number, line, f"有 {len(row)} 列，表头有 {len(heading)} 列。", f"has {len(row)} columns, the heading has {len(heading)}.")
    block = tagged.Block(number, line)
    for name, cell in zip(heading, row, strict=True):
        found = cnki.custom_line(f"{name}: {cell}".replace("\n", " "))
        if found is not None and found[1].strip():
            block.values.setdefault(found[0], []).append([found[1]])
    return cnki.custom(block)
