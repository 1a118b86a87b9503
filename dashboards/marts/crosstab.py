"""A statistic of one's choice: one indicator in rows and columns, with the totals that mean something.

Table, chart and export read the same cells, so their totals are equal. A stock is a state at the end of a year:
years are never added, and without a year among rows and columns it is that of the last year asked for. A ratio has
no totals at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboards.marts import definitions, numbers
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import By, Number
from dashboards.marts.reader import Mart
from dashboards.marts.scope import UNASSIGNED, Spec
from dashboards.marts.words import words_for

MONEY_UNITS = {"元": "yuan", "千元": "1,000 yuan", "万元": "10,000 yuan", "亿元": "100 million yuan"}


@dataclass(frozen=True)
class Crosstab:
    """``cells``: (row key, column key) → value in the facts' unit; the column key is "" without columns. ``rows`` and
    ``columns`` hold the keys in order of display, ``row_words`` and ``column_words`` their labels (zh, en)."""

    found: Definition
    spec: Spec
    rows_by: By
    columns_by: By | None
    rows: list[str]
    columns: list[str]
    cells: dict[tuple[str, str], float | None]
    row_words: dict[str, tuple[str, str]]
    column_words: dict[str, tuple[str, str]]
    whole: Number | None

    @property
    def has_row_totals(self) -> bool:
        """Whether the columns of a row may be added."""
        return self._adds(self.columns_by) and self.columns_by is not None

    @property
    def has_column_totals(self) -> bool:
        """Whether the rows of a column may be added."""
        return self._adds(self.rows_by)

    def _adds(self, by: By | None) -> bool:
        return self.found.is_additive and not (self.found.is_stock and by == "year")

    def row_total(self, row: str) -> float:
        return sum(self.cells.get((row, column)) or 0.0 for column in self.columns)

    def column_total(self, column: str) -> float:
        return sum(self.cells.get((row, column)) or 0.0 for row in self.rows)

    @property
    def total(self) -> float:
        """The sum of all cells; more than ``whole`` where a record counts in several rows or columns."""
        return sum(value or 0.0 for value in self.cells.values())

    def cell(self, row: str, column: str) -> float | None:
        """An additive number that nothing counts into is 0, a ratio of nothing is no number."""
        return self.cells.get((row, column), 0.0 if self.found.is_additive else None)

    def narrowed(self, row: str | None, column: str | None = None) -> Spec:
        """The spec of one row, one column, one cell, or (None, None) of all of it."""
        spec = self.spec
        for by, key in ((self.rows_by, row), (self.columns_by, column)):
            if key is None or by is None:
                continue
            spec = replace(spec, year=int(key), first_year=None) if by == "year" else replace(spec, **{by: key})
        return spec


def crosstab(mart: Mart, spec: Spec, rows_by: By, columns_by: By | None) -> Crosstab:
    """Raises as ``numbers.groups``."""
    found = definitions.definition(mart, spec.indicator)
    if found.is_stock and "year" not in (rows_by, columns_by):
        spec = replace(spec, first_year=None)
    by: tuple[By, ...] = (rows_by, columns_by) if columns_by else (rows_by,)
    cells = {(str(keys[0]), str(keys[1]) if columns_by else ""): value for keys, value, _ in numbers.groups(mart, spec, by)}
    row_words = words_for(mart, found, rows_by)
    column_words = words_for(mart, found, columns_by) if columns_by else {}
    years_add = found.is_additive and not (found.is_stock and spec.first_year not in (None, spec.year))
    return Crosstab(
        found, spec, rows_by, columns_by,
        sorted({row for row, _ in cells}, key=lambda key: _place(row_words, rows_by, key)),
        sorted({column for _, column in cells}, key=lambda key: _place(column_words, columns_by, key)),
        cells, row_words, column_words, numbers.number(mart, spec) if years_add and cells else None,
    )  # fmt: skip


def in_unit(found: Definition, unit: str) -> Definition:
    """The same indicator shown in another unit of money. Raises ValueError for what is no such unit."""
    if not unit or not found.is_money:
        return found
    if unit not in MONEY_UNITS:
        raise ValueError(unit)
    _, bar, per_zh = found.unit_zh.partition("/")
    _, slash, per_en = found.unit_en.partition("/")
    return replace(found, unit_zh=f"{unit}{bar}{per_zh}", unit_en=f"{MONEY_UNITS[unit]}{slash}{per_en}")


def _place(words: dict[str, tuple[str, str]], by: By | None, key: str) -> tuple[bool, int, str]:
    """Newest year first, else the order of the list, what is unassigned last."""
    if by == "year":
        return (False, -int(key), key)
    known = list(words)
    return (key == UNASSIGNED, known.index(key) if key in words else len(known), key)
