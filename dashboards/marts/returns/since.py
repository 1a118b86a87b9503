"""What has changed in the year-end tables since they were signed: cells, and the records that make the difference (AC-112)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboards.marts.returns import facts
from dashboards.marts.returns.book import Book
from dashboards.marts.returns.content import ENTRY
from dashboards.marts.returns.tables import Table, leaves, tables

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Change:
    """A cell that is another than when it was signed: exact values (fen, heads, person-years), None for none."""

    table: Table
    row: str
    column: str
    signed: Decimal | None
    now: Decimal | None

    @property
    def difference(self) -> Decimal:
        return (self.now or Decimal(0)) - (self.signed or Decimal(0))


def cells(book: Book, signed: Rows) -> list[Change]:
    """Cells that differ from the snapshot's ``data/cells``."""
    kept = {(row["table"], row["row"], row["column"]): Decimal(row["exact"]) if row["exact"] else None for row in signed}
    out = []
    for (code, row, column), before in kept.items():
        if code not in facts.SOURCES:
            continue
        now = book.draft(code).cell(row, column).exact
        if (now is None) != (before is None) or (now is not None and before is not None and abs(now - before) > Decimal("0.001")):
            out.append(Change(tables()[code], row, column, before, now))
    return out


def records(book: Book, change: Change, evidence: Rows) -> dict[int, tuple[Decimal, Decimal]]:
    """Record → what it gave to the cell when signed and what it gives now, where they differ; ENTRY is what the office entered.
    ``evidence``: the snapshot's table of that name. Their differences add up to that of the cell."""
    signs = leaves(change.table.code, change.row)
    before: dict[int, Decimal] = {}
    for line in evidence:
        if line["table"] == change.table.code and line["column"] == change.column and line["row"] in signs:
            before[int(line["record_id"])] = before.get(int(line["record_id"]), Decimal(0)) + signs[line["row"]] * Decimal(line["value"])
    now: dict[int, Decimal] = {}
    marks = ", ".join("?" * len(signs))
    for record_id, row, value in book.mart.rows(
        f"SELECT record_id, row, cast(sum(value) AS DECIMAL(28, 6)) FROM ({facts.of(change.table, book.year)}) WHERE reason IS NULL AND col = ? AND row IN ({marks}) GROUP BY record_id, row",  # noqa: S608 - our own statement
        [change.column, *signs],
    ):
        now[int(record_id)] = now.get(int(record_id), Decimal(0)) + signs[row] * Decimal(value)
    draft = book.draft(change.table.code)
    entered = sum((sign * (draft.exact(row, change.column)) for row, sign in signs.items() if draft.cell(row, change.column).state == "entered"), Decimal(0))
    if entered:
        now[ENTRY] = entered
    keys = sorted({*before, *now})
    found = {key: (before.get(key, Decimal(0)), now.get(key, Decimal(0))) for key in keys}
    return {key: pair for key, pair in found.items() if abs(pair[0] - pair[1]) > Decimal("0.001")}
