"""A record's card of the numbers it counts in agrees with the lists behind those numbers."""

from __future__ import annotations

import pytest

from dashboards.marts import drill
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart
from dashboards.screens.analysis import counted
from ingestion.store.engine import today

YEAR = today().year


def test_a_record_stands_in_the_lists_of_the_numbers_it_names_and_in_no_other(mart: Mart) -> None:
    papers = [row[0] for row in mart.rows("SELECT DISTINCT record_id FROM fct_measure WHERE measure = 'O01' AND included ORDER BY 1 LIMIT 5")]
    for record_id in papers:
        inside, outside = counted.places(mart, record_id)
        assert "O01" in {place.found.measure for place in inside}
        assert not {p.found.measure for p in inside} & {p.found.measure for p in outside} and all(p.reason for p in outside)
        for place in inside:
            if place.last_year is None:
                continue
            rows = drill.every_row(mart, Spec(place.found.indicator, place.last_year, first_year=None if place.found.is_stock else place.first_year))
            assert record_id in {row.record_id for row in rows}, place.found.indicator
        for place in outside:
            if place.last_year is not None:
                rows = drill.every_row(mart, Spec(place.found.indicator, place.last_year, first_year=None if place.found.is_stock else place.first_year))
                assert record_id not in {row.record_id for row in rows}, place.found.indicator


def test_left_out_for_every_year_is_told_once_with_its_reason(mart: Mart) -> None:
    [(record_id, measure, reason)] = mart.rows(
        "SELECT record_id, measure, min(reason) FROM fct_measure GROUP BY record_id, measure HAVING NOT bool_or(included) AND min(reason) IS NOT NULL ORDER BY 1, 2 LIMIT 1"
    )
    _inside, outside = counted.places(mart, record_id)
    assert [(p.reason) for p in outside if p.found.measure == measure] == [reason]
    assert counted.places(mart, -1) == ([], [])


@pytest.mark.parametrize("years", [("2024", 2024, 2024), ("2022–2024", 2022, 2024)])
def test_years_are_told_once(mart: Mart, years: tuple[str, int, int]) -> None:
    record_id = mart.rows("SELECT min(record_id) FROM fct_measure WHERE measure = 'O01' AND included")[0][0]
    place = next(p for p in counted.places(mart, record_id)[0] if p.found.measure == "O01")
    said = counted.said(counted.Place(place.found, years[1], years[2], place.value, None))
    assert said.startswith(f"{years[0]} 年 · 1 ")
