"""Where a table's header stands and what its columns are called.

Universities put titles, units and dates above the header, and join cells over two or three rows of it. A row is
taken for the header by what it holds (short, different words, over most columns), by the words it shares with the
catalogue, and by what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from ingestion.catalog import normalise
from ingestion.catalog.registry import ALL_RECORDS

JOINT = "："
LEVELS = 3
LONGEST = 120
CANDIDATES = 40
_NUMERIC = re.compile(r"[-+]?[\d,.]+%?|\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?|[\d.]+[eE][-+]?\d+")
_MARKS = re.compile(r"[*＊※]|[（(](必填|选填|必须|可选|required|optional)[)）]", re.IGNORECASE)
_UNIT = re.compile(r"[（(][^（()）]{1,6}[)）]$")
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column
NumberedRow = tuple[int, tuple[Any, ...]]


@dataclass(frozen=True)
class Header:
    """``rows``: the sheet's row numbers; ``columns``: the sheet's columns it covers, from 0."""

    rows: range
    columns: range
    headings: tuple[str, ...]


@cache
def vocabulary() -> frozenset[str]:
    """The catalogue's words for fields, folded for comparing: signs of a header, never a condition for one."""
    words = {"序号", "编号", "姓名", "工号", "学院", "部门", "单位", "备注", "年度", "年份", "no", "name", "staffno", "college", "remark", "year"}
    for record_type in ALL_RECORDS.values():
        for field in record_type.fields():
            words |= {folded(field.zh), folded(field.en)}
        for children in record_type.children():
            words |= {folded(word) for field in children.fields for word in (field.zh, field.en)}
    return frozenset(words - {""})


def folded(heading: str) -> str:
    """For comparing: without marks of what is required and without a unit in brackets at the end."""
    return normalise.key(_UNIT.sub("", _MARKS.sub("", heading).strip()))


def find(rows: list[NumberedRow], merges: list[Merge], width: int) -> Header | None:
    """The header among a table's first rows; None where none of them can be one."""
    best: tuple[float, int] | None = None
    usual = _usual_width(rows)
    for at, (_, row) in enumerate(rows[:CANDIDATES]):
        score = _score(row, usual)
        if score > 0 and (best is None or score > best[0]):
            best = (score, at)
    return None if best is None else _header(rows, best[1], merges, width)


def _filled(row: tuple[Any, ...]) -> list[int]:
    return [at for at, value in enumerate(row) if value is not None and (not isinstance(value, str) or normalise.text(value))]


def _usual_width(rows: list[NumberedRow]) -> int:
    widths = sorted(len(_filled(row)) for _, row in rows)
    return widths[len(widths) * 3 // 4] if widths else 0


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and not _NUMERIC.fullmatch(normalise.half_width(value))


def words_like(row: tuple[Any, ...]) -> bool:
    """Whether every value of a row could be a heading: a short text that is no number and no date."""
    filled = _filled(row)
    return bool(filled) and all(_is_word(row[at]) for at in filled)


def known(row: tuple[Any, ...]) -> int:
    """How many of a row's values are words of the catalogue, alone or after their group ("作者：工号")."""
    words = vocabulary()
    return sum(
        isinstance(row[at], str) and any(folded(piece) in words for piece in (row[at], re.split("[：:]", row[at])[-1]))
        for at in _filled(row)
    )


def _score(row: tuple[Any, ...], usual: int) -> float:
    filled = _filled(row)
    if not filled or (len(filled) < 2 and usual > 1):
        return 0.0
    hits = known(row)
    words = sum(_is_word(row[at]) for at in filled)
    if words < len(filled) and (hits < 2 or words * 4 < len(filled) * 3):  # a year among our words is a heading too
        return 0.0
    texts = [folded(str(row[at])) for at in filled]
    distinct = len(set(texts)) / len(texts)
    coverage = min(len(filled) / max(usual, 1), 1.0)
    # a row that covers little of the table is a title or a note, unless its words are ours
    if coverage < 0.5 and hits < 2:
        return 0.0
    # of rows that are words only, the first is the header
    return coverage + distinct + (3.0 * hits / len(filled) if hits > 1 else 0.0)


def _header(rows: list[NumberedRow], at: int, merges: list[Merge], width: int) -> Header:
    """The row found, joined with those that share its cells above and below."""
    top = bottom = at
    while bottom - top + 1 < LEVELS and bottom + 1 < len(rows) and _divides(rows, bottom, merges):
        bottom += 1
    while bottom - top + 1 < LEVELS and top > 0 and _divides(rows, top - 1, merges):
        top -= 1
    levels = [
        _spread(*rows[one], merges, rows[one + 1][1] if one < bottom else None, width) for one in range(top, bottom + 1)
    ]
    columns = [column for level in levels for column, text in enumerate(level) if text]
    span = range(min(columns), max(columns) + 1)
    headings = []
    for column in span:
        parts: list[str] = []
        for level in levels:
            text = level[column]
            if text and text not in parts:
                parts.append(text)
        headings.append(JOINT.join(parts))
    return Header(range(rows[top][0], rows[bottom][0] + 1), span, tuple(headings))


def _divides(rows: list[NumberedRow], at: int, merges: list[Merge]) -> bool:
    """Whether the row stands over the next one as its upper level: its wide cells have words under each of their
    columns, its narrow ones have nothing below. A title over everything is no level."""
    number, upper = rows[at]
    below_number, lower = rows[at + 1]
    if below_number != number + 1 or not words_like(upper) or not words_like(lower) or len(_filled(upper)) < 2:
        return False
    own = {merge[1]: merge for merge in merges if merge[0] == number}
    starts = _filled(upper)
    wide = 0
    for index, start in enumerate(starts):
        following = starts[index + 1] if index + 1 < len(starts) else len(lower)
        last = own[start][3] if start in own else (start if own else _run(lower, start, following))
        under = [column for column in range(start, last + 1) if column < len(lower) and lower[column] is not None]
        if last > start:
            if len(under) < 2:
                return False
            wide += 1
        elif under and not (start in own and own[start][2] > number):
            return False
    return wide > 0


def _run(lower: tuple[Any, ...], start: int, following: int) -> int:
    """Without joined cells: a heading reaches over the empty places to its right while the row below has words."""
    last = start
    while last + 1 < following and last + 1 < len(lower) and lower[last + 1] is not None and lower[start] is not None:
        last += 1
    return last


def _spread(number: int, row: tuple[Any, ...], merges: list[Merge], below: tuple[Any, ...] | None, width: int) -> list[str]:
    """A header row's words in each column they stand over."""
    out = [""] * max(width, len(row))
    own = {merge[1]: merge for merge in merges if merge[0] <= number <= merge[2]}
    filled = set(_filled(row))
    reach, text = -1, ""
    for column in range(len(out)):
        if column in filled:
            text = normalise.text(str(row[column]))
            reach = own[column][3] if column in own else (column if own or below is None else len(out))
            out[column] = text
        elif column <= reach and (own or (below is not None and column < len(below) and below[column] is not None)):
            out[column] = text
    return out
