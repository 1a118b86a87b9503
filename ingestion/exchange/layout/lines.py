"""Several values in one cell: a line each. The rule is that of CSV, and stands in every template's 填写说明.

A value that holds a line break, begins with ``"`` or is just a dash or slash stands in double quotes, its own quotes
doubled. A line of ``/`` is an empty value (blank lines and ``-`` are too; a mark survives programs that trim cells).
``""`` is a text of no characters: it keeps a row that is empty altogether.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

EMPTY = "/"
NO_VALUE = frozenset({"", EMPTY, "-", "—", "——", "／", "－"})
NOTHING = '""'
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_BREAKING = re.compile("[\r\";；、,，]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def written(values: Iterable[str | None], marks: str = "") -> str:
    """The cell of some values; ``marks``: further characters that would end a value where ``read`` reads it back."""
    return stacked(None if not value else _guarded(value, marks) for value in values)


def stacked(values: Iterable[str | None]) -> str:
    """The same of values that are quoted already where they must be; empty ones at the end are left out."""
    out = [value or EMPTY for value in values]
    while out and out[-1] == EMPTY:
        out.pop()
    return "\n".join(out)


def _guarded(value: str, marks: str) -> str:
    plain = value not in NO_VALUE and value[0] not in '" ' and value[-1] != " " and "\n" not in value and "\r" not in value
    return value if plain and not any(c in value for c in marks) else quoted(value)


def read(cell: str, marks: str = "", *, names: bool = False) -> list[str | None]:
    """The values of a cell, None where a line is empty. ``marks`` separate like line breaks. ``names``: a comma
    does too, where every piece of the line is written in Han characters (张伟，李娜 but not Zhang, Wei)."""
    if not _BREAKING.search(cell):  # lines without quotes, as in most cells
        return [_value(piece) for piece in cell.split("\n")]
    text = cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell
    if '"' not in text and not (names and ("," in text or "，" in text)):
        return [_value(piece) for piece in _cut(text, marks)]
    out: list[str | None] = []
    at = 0
    while at <= len(text):
        found = _QUOTED.match(text, at)
        if found and (found.end() == len(text) or text[found.end()] in "\n" + marks):
            out.append(found[1].replace('""', '"'))
            at = found.end() + 1
            continue
        end = min((i for c in "\n" + marks if (i := text.find(c, at)) >= 0), default=len(text))
        piece = text[at:end]
        out.extend(_value(one) for one in (_names(piece) if names else [piece]))
        at = end + 1
    return out


def _cut(text: str, marks: str) -> list[str]:
    for mark in marks:
        text = text.replace(mark, "\n")
    return text.split("\n")


def _value(piece: str) -> str | None:
    piece = piece.strip()
    return None if piece in NO_VALUE else piece


def _names(piece: str) -> list[str]:
    parts = re.split("[,，]", piece)
    return parts if len(parts) > 1 and all(_HAN.search(part) for part in parts) else [piece]


def is_list_of_names(text: str) -> bool:
    """Whether ``read`` with ``names`` would take this one name for several."""
    return len(_names(text)) > 1
