"""A table as a draft: every cell's value, where it comes from, and the records left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dashboards.marts.reader import Mart
from dashboards.marts.returns import facts, rounding
from dashboards.marts.returns.tables import THOUSAND, VALUE, Place, Table, entered, formulas, steps, within

Entries = Mapping[Place, int]
"""Cells the office entered: fen for money, tenths of person-years, else whole numbers."""


@dataclass(frozen=True)
class Cell:
    """``exact``: the sum of the records (fen, heads, items, person-years) and entries behind it, None where nothing is known; ``shown``: what
    stands in the form, whole 千元 for money. ``state``: counted, entered, lacking (the office has to enter it), blank
    (the form has no such cell)."""

    exact: Decimal | None
    shown: Decimal | None
    state: str
    records: int = 0


BLANK = Cell(None, None, "blank")


@dataclass(frozen=True)
class LeftOut:
    """Records that would stand in a table but for ``reason``, a code of list exclusion_reason."""

    reason: str
    records: int
    value: Decimal


@dataclass(frozen=True)
class Draft:
    """One vector or matrix of one year."""

    table: Table
    year: int
    cells: Mapping[Place, Cell]
    left_out: tuple[LeftOut, ...] = ()
    differences: Mapping[Place, int] = field(default_factory=dict)
    """Cell → units by which its rounded value differs from half up, so that the rows add up to their total."""

    def cell(self, row: str, column: str = VALUE) -> Cell:
        return self.cells.get((row, column), BLANK)

    def exact(self, row: str, column: str = VALUE) -> Decimal:
        return self.cell(row, column).exact or Decimal(0)


def draft(mart: Mart, table: Table, year: int, entries: Entries) -> Draft:
    """The draft of a vector or matrix. Raises KeyError for a table that is neither."""
    statement = facts.of(table, year)
    sums: dict[Place, tuple[Decimal, int]] = {}
    left_out: list[LeftOut] = []
    for row, column, reason, records, total in mart.rows(
        f"SELECT row, col, reason, count(DISTINCT record_id), cast(sum(value) AS DECIMAL(28, 6)) FROM ({statement}) GROUP BY row, col, reason ORDER BY row, col, reason"  # noqa: S608
    ):
        if reason is None:
            sums[row, column] = (Decimal(total), int(records))
        else:
            left_out.append(LeftOut(reason, int(records), Decimal(total)))
    cells: dict[Place, Cell] = {}
    for column in (head.code for head in table.columns):
        cells |= _column(table, column, sums, entries)
    cells, differences = _rounded(table, cells)
    return Draft(table, year, cells, _merged(left_out), differences)


def _column(table: Table, column: str, sums: Mapping[Place, tuple[Decimal, int]], entries: Entries) -> dict[Place, Cell]:
    made, asked = formulas(table.code), entered(table.code)
    cells: dict[Place, Cell] = {}

    def make(row: str) -> Cell:
        place = (row, column)
        if place in cells:
            return cells[place]
        total, records = sums.get(place, (Decimal(0), 0))
        if row in made:
            parts = [(sign, make(part)) for sign, part in made[row]]
            known = [(sign, cell) for sign, cell in parts if cell.exact is not None]
            total += sum((sign * (cell.exact or Decimal(0)) for sign, cell in known), Decimal(0))
            if known or place in sums or facts.has(table, place) and table.kind != "vector":
                cells[place] = Cell(total, None, "counted", records)
            else:
                cells[place] = Cell(None, None, "lacking") if any(cell.state == "lacking" for _, cell in parts) else BLANK
        elif place in entries:
            kept = table.unit_of(place)
            cells[place] = Cell(Decimal(entries[place]) / (1 if kept.is_money else steps(kept)), None, "entered")
        elif place in asked:
            cells[place] = Cell(None, None, "lacking")
        elif facts.has(table, place):
            cells[place] = Cell(total, None, "counted", records)
        else:
            cells[place] = BLANK
        return cells[place]

    for head in table.rows:
        make(head.code)
    return cells


def _rounded(table: Table, cells: Mapping[Place, Cell]) -> tuple[dict[Place, Cell], dict[Place, int]]:
    """Money in whole 千元, person-years in tenths, the rest as it is."""
    out: dict[Place, Cell] = {}
    differences: dict[Place, int] = {}
    for column in (head.code for head in table.columns):
        rows = {row: cell for (row, at), cell in cells.items() if at == column}
        money = {row: cell.exact for row, cell in rows.items() if cell.exact is not None and table.unit_of((row, column)).is_money}
        whole = rounding.tree(money, formulas(table.code), THOUSAND)
        years = {row: cell.exact * 10 for row, cell in rows.items() if cell.exact is not None and table.unit_of((row, column)).unit == "人年"}
        tenths = rounding.tree(years, formulas(table.code), 1)
        for inner, outer in within(table.code).items():
            if inner in whole and outer in whole:
                whole[inner] = whole[outer] if money[inner] == money[outer] else min(whole[inner], whole[outer])
        for row, cell in rows.items():
            if row in tenths:
                shown = Decimal(tenths[row]) / 10
            elif row in whole:
                shown = Decimal(whole[row])
                nearest = rounding.half_up(money[row], THOUSAND)
                if nearest != whole[row]:
                    differences[row, column] = whole[row] - nearest
            else:
                shown = cell.exact if cell.exact is not None else None
            out[row, column] = Cell(cell.exact, shown, cell.state, cell.records)
    return out, differences


def _merged(found: list[LeftOut]) -> tuple[LeftOut, ...]:
    by_reason: dict[str, LeftOut] = {}
    for one in found:
        before = by_reason.get(one.reason, LeftOut(one.reason, 0, Decimal(0)))
        by_reason[one.reason] = LeftOut(one.reason, before.records + one.records, before.value + one.value)
    return tuple(by_reason.values())

