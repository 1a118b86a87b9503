"""What a signed snapshot is made of: for each purpose somebody who knows its figures.

A provider gives the tables of its purpose from a published file, and can work all its numbers out again from those
tables alone: that is what ``yanshu snapshot verify`` asks, years later and without the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboards.marts.reader import Mart
from ingestion.snapshots import Table
from ingestion.store.engine import Store

Rows = Mapping[str, Sequence[Mapping[str, str]]]
"""The tables of a snapshot as read back: "data/values" → rows as text."""


@dataclass(frozen=True)
class Source:
    """Where a provider takes its figures: the university's whole file, and the store for what no mart holds."""

    mart: Mart
    university_code: str
    year: int
    store: Store


@dataclass(frozen=True)
class Difference:
    """A number that its own evidence does not give: where, and what was expected, in both languages."""

    file: str
    zh: str
    en: str


@dataclass(frozen=True)
class Provider:
    """``tables`` may name groups data, definitions and checks; what every purpose needs is added by whoever signs.
    ``recompute`` gives the numbers that do not follow from the tables; none where all do, and how many were tried."""

    tables: Callable[[Source], Iterable[Table]]
    recompute: Callable[[Rows], tuple[int, Sequence[Difference]]]
