"""What stands behind a cell: its records one by one, those left out with the reason, and the sum held against the cell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from dashboards.marts.drill import DoesNotAddUp, Row
from dashboards.marts.reader import Mart
from dashboards.marts.returns import facts
from dashboards.marts.returns.cells import Draft
from dashboards.marts.returns.tables import VALUE, Table, formulas, leaves

_ROWS = """SELECT f.record_id, r.number, r.type, r.title, coalesce(u.name, ''), coalesce(p.name, ''), f.counted_on, f.row, f.value, f.reason
FROM ({facts}) AS f JOIN fct_record AS r ON r.record_id = f.record_id
LEFT JOIN dim_unit AS u ON u.unit_id = r.college_id LEFT JOIN dim_person AS p ON p.person_id = r.owner_person_id
WHERE {where} ORDER BY f.counted_on DESC NULLS LAST, f.record_id DESC"""


def _rows(mart: Mart, table: Table, year: int, where: str, parameters: list[Any]) -> list[Row]:
    statement = _ROWS.format(facts=facts.of(table, year), where=where)
    return [
        Row(int(one[0]), one[1], one[2], one[3] or "", one[4], one[5], one[6], one[7], "", float(one[8]), one[9] or "")
        for one in mart.rows(statement, parameters)
    ]


def behind(mart: Mart, draft: Draft, row: str, column: str = VALUE) -> list[Row]:
    """The records of a cell, what is subtracted with a minus; ``category_1`` is the row each stands in. Raises DoesNotAddUp where
    they and the entries in it do not give the cell's value."""
    signs = leaves(draft.table.code, row)
    marks = ", ".join("?" * len(signs))
    found = _rows(mart, draft.table, draft.year, f"f.reason IS NULL AND f.col = ? AND f.row IN ({marks})", [column, *signs])
    rows = [one if signs[one.category_1] > 0 else _negative(one) for one in found]
    cell = draft.cell(row, column)
    total = sum((Decimal(str(one.value)) for one in rows), Decimal(0)) + entries_in(draft, row, column)
    if cell.exact is not None and abs(total - cell.exact) > Decimal("0.01"):
        raise DoesNotAddUp(cell.exact, total)
    return rows


def entries_in(draft: Draft, row: str, column: str = VALUE) -> Decimal:
    """What the office entered of a cell: itself, or of the rows it is made of."""
    cell = draft.cell(row, column)
    if cell.state == "entered":
        return cell.exact or Decimal(0)
    return sum((sign * entries_in(draft, part, column) for sign, part in formulas(draft.table.code).get(row, ())), Decimal(0))


def _negative(row: Row) -> Row:
    return replace(row, value=-row.value)


def left_out(mart: Mart, table: Table, year: int) -> list[Row]:
    """The records that would stand in the table but for a reason."""
    return _rows(mart, table, year, "f.reason IS NOT NULL", [])


def ids_left_out(mart: Mart, table: Table, year: int) -> dict[str, tuple[int, ...]]:
    """Reason → records."""
    out: dict[str, list[int]] = {}
    for one in left_out(mart, table, year):
        out.setdefault(one.reason, []).append(one.record_id)
    return {reason: tuple(dict.fromkeys(ids)) for reason, ids in out.items()}
