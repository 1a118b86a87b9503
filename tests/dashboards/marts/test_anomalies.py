from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.marts import anomalies
from dashboards.marts.reader import Mart, Meta


class _Figures(Mart):
    """The province's two tables in memory."""

    con: duckdb.DuckDBPyConnection

    def rows(self, sql, parameters=()):
        return self.con.execute(sql, list(parameters)).fetchall()


def _mart(cells: dict[str, list[float]], unit: str = "count") -> Mart:
    """University → values of 2019 to 2024 and on."""
    con = duckdb.connect()
    con.execute("CREATE TABLE dim_university (university_code TEXT, name TEXT, name_en TEXT, peer_group TEXT)")
    con.execute("CREATE TABLE dim_indicator (indicator TEXT, kind TEXT, is_configured BOOLEAN, value_unit TEXT)")
    con.execute("CREATE TABLE rpt_province (university_code TEXT, indicator TEXT, year INT, category_1 TEXT, value DOUBLE)")
    con.execute("INSERT INTO dim_indicator VALUES ('X', 'additive', true, ?)", [unit])
    for code, values in cells.items():
        con.execute("INSERT INTO dim_university VALUES (?, ?, ?, 'provincial')", [code, code, code])
        for year, value in enumerate(values, 2019):
            con.execute("INSERT INTO rpt_province VALUES (?, 'X', ?, '*', ?), (?, 'X', ?, 'a', ?)", [code, year, value, code, year, value * 100])
    mart = _Figures("", Meta(1, None, None, "province", True, ""), "university")
    object.__setattr__(mart, "con", con)
    return mart


def _found(values: list[float], unit: str = "count", **more: bool) -> list[anomalies.Anomaly]:
    return anomalies.anomalies(_mart({"A": values}, unit), 2018 + len(values), (), **more)


def test_a_value_more_than_three_spreads_outside_is_a_jump() -> None:
    # middle half of 20 24 22 26 28 is 22 to 26: the border lies at 26 + 3 × 4 = 38
    assert not _found([20, 24, 22, 26, 28, 38])
    (one,) = _found([20, 24, 22, 26, 28, 39])
    assert (one.median, one.low, one.high, one.times) == (24, 22, 26, None)
    assert not _found([20, 24, 22, 26, 28, 10])
    assert _found([20, 24, 22, 26, 28, 9])[0].value == 9


def test_a_flat_history_allows_three_tenths() -> None:
    assert not _found([20, 20, 20, 20, 20, 26])
    assert _found([20, 20, 20, 20, 20, 27])


@pytest.mark.parametrize(("value", "times"), [(10, 10), (1000, 1000), (10_000, 10_000), (0.1, 0.1), (0.001, 0.001), (30, None), (1.2, None), (900, 1000)])
def test_slips_of_the_unit_are_told(value: float, times: float | None) -> None:
    assert anomalies.slip(500 * value, 500) == times


def test_slips_come_first_and_say_their_factor() -> None:
    mart = _mart({"A": [20, 24, 22, 26, 28, 90], "B": [5, 6, 5, 6, 5, 5_400]}, "fen")
    assert [(one.university_code, one.times) for one in anomalies.anomalies(mart, 2024, ())] == [("B", 1000.0), ("A", None)]
    assert not anomalies.anomalies(mart, 2024, ("vocational",))


def test_what_is_gone_is_a_jump_and_a_running_year_is_not_held_to_it() -> None:
    mart = _mart({"A": [20, 24, 22, 26, 28]})
    assert [one.value for one in anomalies.anomalies(mart, 2024, ())] == [0]
    assert not anomalies.anomalies(mart, 2024, (), is_running=True)


def test_small_counts_and_short_histories_say_nothing() -> None:
    assert not _found([1, 0, 1, 1, 1, 9])
    assert not _found([20, 20, 20, 900])
    assert _found([100, 100, 100, 100, 100, 900], "fen")


@given(st.floats(0.001, 1e12), st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4]))
def test_a_slip_of_any_size_is_found(median: float, power: int) -> None:
    assert anomalies.slip(median * 10**power, median) == pytest.approx(10**power)
