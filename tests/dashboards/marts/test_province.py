from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from dashboards.marts import numbers, peers, province, reader, sandbox
from dashboards.marts.numbers import Spec
from ingestion.principal import Denied, Principal

Who = Callable[..., Principal]
pytestmark = pytest.mark.usefixtures("published_here")
YEAR = date.today().year - 1


def _mart(who: Who) -> reader.Mart:
    return reader.open_for(who("province_staff", "province"))


@pytest.mark.ac("AC-235")
def test_the_provinces_file_holds_no_record_and_no_person(who: Who) -> None:
    tables = {row[0] for row in _mart(who).rows("SELECT table_name FROM duckdb_tables()")}
    assert not tables & {"fct_record", "fct_measure", "fct_credit", "dim_person"}


def test_ranks_are_dense_at_the_top_and_shared_by_equals(who: Who) -> None:
    lines = province.compare(_mart(who), "O01", YEAR, (), per_head=False)
    known = [line for line in lines if line.value is not None]
    assert [line.rank for line in known] == sorted(line.rank for line in known)
    for line in known:
        assert line.rank == 1 + sum(other.value > line.value for other in known)
    assert lines[-1].university_code == "99003" and lines[-1].rank is None


def test_per_head_divides_by_the_staff_of_the_year(who: Who) -> None:
    for line in province.compare(_mart(who), "O01", YEAR, (), per_head=True):
        if line.value is not None:
            assert line.value == pytest.approx(line.total / line.staff)


def test_groups_limit_who_is_compared(who: Who) -> None:
    lines = province.compare(_mart(who), "O01", YEAR, ("provincial",), per_head=False)
    assert {line.peer_group for line in lines} == {"provincial"}
    assert min(line.rank for line in lines) == 1


def test_a_profile_sets_the_median_of_peers_at_100(who: Who) -> None:
    mart = _mart(who)
    lines = province.compare(mart, "O01", YEAR, ("provincial",), per_head=False)
    middle = next(line for line in lines if line.value == province.median([one.value for one in lines]))
    assert province.profile(mart, middle.university_code, "provincial", YEAR, ["O01"], per_head=False) == [100]
    assert province.profile(mart, "99003", "vocational", YEAR, ["O01"], per_head=False) == [None]


def test_cities_add_up_to_the_universities(who: Who) -> None:
    lines = province.compare(_mart(who), "O01", YEAR, (), per_head=False)
    assert sum(province.by_city(lines).values()) == sum(line.value or 0 for line in lines)


@pytest.mark.ac("AC-235")
def test_universities_see_peers_without_small_cells_and_ranks_among_few(who: Who) -> None:
    mart = reader.open_peers(who("researcher", "99002"))
    for group in ("double_first_class", "provincial", "*"):
        for member in peers.members(mart, group, YEAR, "A01"):
            assert member.value is None or not member.is_suppressed
    assert all(member.rank is None for member in peers.members(mart, "double_first_class", YEAR, "O01"))
    assert peers.groups_of(mart, "99002")[-1] == "*"
    assert peers.is_ranked(mart, "99002", "*", YEAR)
    with pytest.raises(Denied):
        reader.open_peers(who("expert"))


@pytest.mark.ac("AC-101")
def test_the_cards_sql_runs_on_the_provinces_own_file(who: Who) -> None:
    sql = numbers.sql_of(_mart(who), Spec("O01", YEAR))
    result = sandbox.run(who("province_analyst", "province"), sql)
    assert result.total == len([line for line in province.compare(_mart(who), "O01", YEAR, (), per_head=False) if line.value is not None])
