"""What universities call the columns of their own files: ``headings.csv``, read once.

A row names a column of one or more record types (``types``: ids, ``projects``, ``funds``, ``outcomes`` or ``*``), the
headings it is known by (separated by ``|``), the unit a heading implies, and which line of a many-valued column it
is (第一作者 is line 1 of the authors). ``layout`` rows hold only in files of that known kind (``LAYOUTS``): there a
heading may mean what it would not mean elsewhere, ``value`` says what every row of such a file has in common, and a
row without ``key`` names headings such a file has and no column takes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ingestion.catalog.registry import ALL_RECORDS

GROUPS: dict[str, tuple[str, ...]] = {
    "*": tuple(ALL_RECORDS),
    "projects": tuple(t.id for t in ALL_RECORDS.values() if t.group == "projects"),
    "funds": tuple(t.id for t in ALL_RECORDS.values() if t.group == "funds"),
    "outcomes": ("paper", "book", "research_report", "artwork"),
}
LAYOUTS: dict[str, tuple[frozenset[str], tuple[str, str]]] = {
    "nsfc": (
        frozenset({"project_id", "project_type", "approval_year", "money", "start_time", "end_time"}),
        ("国家自然科学基金项目数据", "NSFC project data"),
    ),
}
"""Known kinds of files: the headings that tell one, and its name."""


@dataclass(frozen=True)
class Synonym:
    """One line of the table, for one type. ``key`` is a column of the sheet or ``""``."""

    key: str
    headings: tuple[str, ...]
    unit: str
    place: int
    layout: str
    value: str


@cache
def synonyms(type_id: str) -> tuple[Synonym, ...]:
    """The lines that speak of a type, those naming it alone before those of groups."""
    found: list[tuple[int, Synonym]] = []
    for row in _rows():
        named = row["types"].split()
        wide = sum(len(GROUPS.get(word, (word,))) for word in named)
        if type_id in {one for word in named for one in GROUPS.get(word, (word,))}:
            headings = tuple(part for part in row["headings"].split("|") if part)
            found.append((wide, Synonym(row["key"], headings, row["unit"], int(row["place"] or 0), row["layout"], row["value"])))
    return tuple(one for _wide, one in sorted(found, key=lambda pair: pair[0]))


def layout_of(headings: Iterable[str]) -> str:
    """The known kind of file these headings tell, ``""`` for any other."""
    given = {heading.strip().casefold() for heading in headings}
    return next((name for name, (signature, _words) in LAYOUTS.items() if signature <= given), "")


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = files("ingestion.catalog").joinpath("headings.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
