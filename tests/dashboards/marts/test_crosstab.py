from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboards.marts import definitions, numbers, reader
from dashboards.marts.crosstab import Crosstab, crosstab, in_unit
from dashboards.marts.drill import drill
from dashboards.marts.numbers import Spec
from ingestion.principal import Principal
from ingestion.store.engine import today

Who = Callable[..., Principal]
pytestmark = pytest.mark.usefixtures("published_here")
YEAR = today().year


def _opens(mart: reader.Mart, table: Crosstab) -> None:
    """Every cell and every total that is shown is the sum of the list it opens."""
    keys: list[tuple[str | None, str | None]] = [(row, column if table.columns_by else None) for row, column in table.cells]
    for row, column in keys:
        assert drill(mart, table.narrowed(row, column)).total == pytest.approx(table.cells[str(row), column or ""])
    if table.has_row_totals:
        for row in table.rows:
            assert drill(mart, table.narrowed(row)).total == pytest.approx(table.row_total(row))
    if table.has_column_totals and table.columns_by:
        for column in table.columns:
            assert drill(mart, table.narrowed(None, column)).total == pytest.approx(table.column_total(column))


@pytest.mark.ac("AC-139")
@pytest.mark.parametrize(("rows", "columns"), [("year", None), ("project", "year"), ("category_1", "project")])
def test_a_persons_money_by_year_project_and_category_is_the_sum_of_its_entries(who: Who, rows: numbers.By, columns: numbers.By | None) -> None:
    mart = reader.open_for(who("researcher"))
    table = crosstab(mart, Spec("F01", YEAR, first_year=YEAR - 9), rows, columns)
    assert len(table.rows) > 1 and table.whole is not None and table.whole.value
    assert table.total == pytest.approx(table.whole.value)
    _opens(mart, table)
    entries = mart.rows(
        "SELECT sum(value) FROM fct_measure WHERE measure = 'F01' AND included AND valid_to IS NULL AND owner_person_id = ?", (mart.person_id,)
    )
    assert table.total == pytest.approx(entries[0][0])


@pytest.mark.ac("AC-121")
@pytest.mark.parametrize("indicator", ["P01", "P03", "O01", "O10", "A01", "F01", "S01", "R01"])
def test_a_colleges_own_figures_are_its_row_in_the_offices_table(who: Who, indicator: str) -> None:
    """项目, 成果, 经费, 人员: for every counting rule the page offers."""
    office, college = reader.open_for(who("office_admin")), reader.open_for(who("college_admin", college=2))
    for rule in definitions.definition(office, indicator).rules:
        spec = Spec(indicator, YEAR, rule, first_year=YEAR - 4)
        whole = crosstab(office, spec, "college", "year")
        own = crosstab(college, spec, "year", None)
        key = str(college.college_id)
        assert {year: value for (row, year), value in whole.cells.items() if row == key} == {year: pytest.approx(value) for (year, _), value in own.cells.items()}
        assert own.cells or rule != definitions.definition(office, indicator).counting_rule


@pytest.mark.ac("AC-031", "AC-096")
@pytest.mark.parametrize(("rows", "columns"), [("college", "category_1"), ("type", "college"), ("person", None)])
def test_every_number_of_a_table_opens_its_records(who: Who, rows: numbers.By, columns: numbers.By | None) -> None:
    mart = reader.open_for(who("office_admin", "99002"))
    table = crosstab(mart, Spec("O01", YEAR, first_year=YEAR - 2), rows, columns)
    assert table.total == pytest.approx(table.whole.value)
    _opens(mart, table)


def test_a_stock_is_never_added_over_years(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    spec = Spec("S01", YEAR, first_year=YEAR - 4)
    by_college = crosstab(mart, spec, "college", None)
    people = mart.rows("SELECT count(*) FROM dim_person")[0][0]
    assert by_college.spec.first_year is None and by_college.total == people == by_college.whole.value
    by_year = crosstab(mart, spec, "college", "year")
    assert by_year.columns[0] == str(YEAR) and not by_year.has_row_totals and by_year.whole is None
    assert by_year.has_column_totals and by_year.column_total(str(YEAR)) == people
    assert not crosstab(mart, spec, "year", None).has_column_totals


def test_a_ratio_has_no_totals(who: Who) -> None:
    table = crosstab(reader.open_for(who("office_admin")), Spec("O04", YEAR), "college", "category_1")
    assert not table.has_row_totals and not table.has_column_totals and table.whole is None
    assert table.cell("nobody", "J") is None


@pytest.mark.parametrize(("unit", "factor"), [("元", 1), ("千元", 1_000), ("万元", 10_000), ("亿元", 100_000_000)])
def test_money_is_shown_in_the_unit_chosen(who: Who, unit: str, factor: int) -> None:
    mart = reader.open_for(who("office_admin"))
    found = definitions.definition(mart, "F01")
    assert in_unit(found, unit).scaled(12_345_678_900) == pytest.approx(123_456_789 / factor)
    assert in_unit(definitions.definition(mart, "F04"), unit).unit_zh == f"{unit}/人"
    assert in_unit(definitions.definition(mart, "O01"), unit).unit_zh == "篇"
    with pytest.raises(ValueError, match="斤"):
        in_unit(found, "斤")
