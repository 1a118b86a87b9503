"""Whole 千元 add up, and no row moves by a whole one from its own value."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.marts.returns import rounding, template
from dashboards.marts.returns.tables import formulas, leaves, tables

FEN = st.integers(0, 10**10).map(Decimal)
HAVE_RECORDS = [row.code for row in tables()["ST2"].rows if all(sign > 0 for sign, _ in formulas("ST2").get(row.code, ()))]
"""Rows with records of their own: one made with a minus, as the balance, is computed alone."""


def test_half_up_and_the_largest_remainder_by_hand() -> None:
    assert [rounding.half_up(Decimal(fen), 100_000) for fen in (49_999, 50_000, -50_000, 150_000)] == [0, 1, -1, 2]
    # 0.4 + 0.4 + 0.4 千元 are 1.2: one row gets the unit, the first of equal remainders
    assert rounding.shared({"a": Decimal(40_000), "b": Decimal(40_000), "c": Decimal(40_000)}, 1, 100_000) == {"a": 1, "b": 0, "c": 0}


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(HAVE_RECORDS), FEN))
def test_a_table_of_rounded_rows_adds_up(own: dict[str, Decimal]) -> None:
    made = formulas("ST2")
    values: dict[str, Decimal] = {}
    for row in (head.code for head in tables()["ST2"].rows):
        values[row] = sum((sign * own.get(leaf, Decimal(0)) for leaf, sign in leaves("ST2", row).items()), Decimal(0))
    whole = rounding.tree(values, made, 100_000)
    for row, parts in made.items():
        total = sum(sign * whole[part] for sign, part in parts)
        loose = own.get(row, Decimal(0)) if all(sign > 0 for sign, _ in parts) else Decimal(0)
        assert 0 <= whole[row] - total <= loose / 100_000 + 1
        if not loose or any(sign < 0 for sign, _ in parts):
            assert whole[row] == total
    for row, value in values.items():
        assert abs(whole[row] - value / 100_000) < (2 if any(sign < 0 for sign, _ in made.get(row, ())) else 3)


def test_the_forms_shipped_hold_every_cell_of_their_tables() -> None:
    from openpyxl import load_workbook

    for system in ("ST", "SK"):
        book = load_workbook(template.template(system), read_only=True)
        marks = {str(value) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for value in row if value and "{" in str(value)}
        for table in (one for one in tables().values() if one.system == system):
            wanted = {f"{{{table.code}[].{head.code}}}" for head in table.columns} if table.kind == "line-list" else (
                {f"{{{table.code}.{head.code}}}" for head in table.rows} if table.kind == "vector" else {f"{{{table.code}.{r.code}.{c.code}}}" for r in table.rows for c in table.columns})  # fmt: skip
            assert wanted <= marks, table.code
