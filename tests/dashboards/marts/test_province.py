from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboards.marts import definitions, drill, numbers, peers, province, reader, sandbox
from dashboards.marts.numbers import Spec
from ingestion.principal import Denied, Principal
from ingestion.store.engine import today

Who = Callable[..., Principal]
pytestmark = pytest.mark.usefixtures("published_here")
YEAR = today().year - 1


def _mart(who: Who) -> reader.Mart:
    return reader.open_for(who("province_staff", "province"))


@pytest.mark.ac("AC-235")
def test_the_provinces_file_holds_no_record_and_no_person(who: Who) -> None:
    tables = {row[0] for row in _mart(who).rows("SELECT table_name FROM duckdb_tables()")}
    assert not tables & {"fct_record", "fct_measure", "fct_credit", "dim_person"}


def test_ranks_are_dense_at_the_top_and_shared_by_equals(who: Who) -> None:
    lines = province.compare(_mart(who), "O01", YEAR, ())
    known = [line for line in lines if line.value is not None]
    assert [line.rank for line in known] == sorted(line.rank for line in known)
    for line in known:
        assert line.rank == 1 + sum(other.value > line.value for other in known)
    assert lines[-1].university_code == "99003" and lines[-1].rank is None


def test_per_head_divides_by_the_staff_of_the_year(who: Who) -> None:
    for line in province.compare(_mart(who), "O01", YEAR, (), basis="head"):
        if line.value is not None:
            assert line.value == pytest.approx(line.total / line.staff)


def test_per_million_divides_by_the_funds_of_the_year(who: Who) -> None:
    mart = _mart(who)
    money = {line.university_code: line.total for line in province.compare(mart, "F01", YEAR, ())}
    lines = province.compare(mart, "O01", YEAR, (), basis="money")
    assert sum(line.value is not None for line in lines) >= 5
    for line in lines:
        if line.value is None:
            assert line.total is None or not money[line.university_code]
        else:
            assert line.value == pytest.approx(line.total / (money[line.university_code] / 100 / 1_000_000))  # fen → million yuan


@pytest.mark.ac("AC-235")
def test_nobody_is_ranked_among_fewer_than_five(who: Who) -> None:
    lines = province.compare(_mart(who), "O01", YEAR, ("double_first_class",))
    assert [line.value is not None for line in lines] == [True, True]
    assert all(line.rank is None and line.moved is None and line.group_rank is None for line in lines)
    assert lines[0].value > lines[1].value


def test_a_place_in_the_group_stands_beside_the_place_among_all(who: Who) -> None:
    lines = province.compare(_mart(who), "O01", YEAR, ())
    provincial = [line for line in lines if line.peer_group == "provincial"]
    assert {line.group_size for line in provincial} == {len(provincial)} and len(provincial) >= 5
    for line in provincial:
        assert line.group_rank == 1 + sum(other.value > line.value for other in provincial)
        assert line.group_rank <= line.rank


def test_a_citys_ratio_is_the_ratio_of_its_sums(who: Who) -> None:
    lines = province.compare(_mart(who), "F04", YEAR, ())
    wuhan = [line for line in lines if line.city_code == "420100"]
    assert len(wuhan) == 2
    expected = sum(line.numerator for line in wuhan) / sum(line.denominator for line in wuhan)
    assert province.by_city(lines, "ratio")["420100"] == pytest.approx(expected)
    heads = province.compare(_mart(who), "O01", YEAR, (), basis="head")
    two = [line for line in heads if line.city_code == "420100"]
    assert province.by_city(heads, basis="head")["420100"] == pytest.approx(sum(one.total for one in two) / sum(one.staff for one in two))


def test_groups_limit_who_is_compared(who: Who) -> None:
    lines = province.compare(_mart(who), "O01", YEAR, ("provincial",))
    assert {line.peer_group for line in lines} == {"provincial"}
    assert min(line.rank for line in lines) == 1


def test_a_profile_sets_the_median_of_peers_at_100(who: Who) -> None:
    mart = _mart(who)
    lines = province.compare(mart, "O01", YEAR, ("provincial",))
    middle = next(line for line in lines if line.value == province.median([one.value for one in lines]))
    assert province.profile(mart, middle.university_code, "provincial", YEAR, ["O01"]) == [100]
    for basis in ("head", "money"):
        for other in province.compare(mart, "A01", YEAR, ("provincial",), basis=basis):
            half = province.median([one.value for one in province.compare(mart, "A01", YEAR, ("provincial",), basis=basis)])
            expected = pytest.approx(other.value / half * 100) if other.value is not None else None
            assert province.profile(mart, other.university_code, "provincial", YEAR, ["P01", "A01"], basis=basis)[1] == expected
    assert province.profile(mart, "99003", "vocational", YEAR, ["O01"]) == [None]


def test_cities_add_up_to_the_universities(who: Who) -> None:
    lines = province.compare(_mart(who), "O01", YEAR, ())
    assert sum(province.by_city(lines).values()) == sum(line.value or 0 for line in lines)


@pytest.mark.ac("AC-235")
def test_universities_see_peers_without_small_cells_and_ranks_among_few(who: Who) -> None:
    mart = reader.open_peers(who("researcher", "99002"))
    for group in ("double_first_class", "provincial", "*"):
        for member in peers.members(mart, "99002", group, YEAR, "A01", masked=False):
            assert member.value is None or not member.is_suppressed
    assert all(member.rank is None for member in peers.members(mart, "99002", "double_first_class", YEAR, "O01"))
    assert peers.groups_of(mart, "99002")[-1] == "*"
    assert peers.is_ranked(mart, "99002", "*", YEAR)
    with pytest.raises(Denied):
        reader.open_peers(who("expert"))


@pytest.mark.ac("AC-235")
def test_others_have_letters_instead_of_names_unless_the_province_names_them(who: Who) -> None:
    mart = reader.open_peers(who("office_admin", "99002"))
    named = peers.members(mart, "99002", "*", YEAR, "O01", masked=False)
    masked = peers.members(mart, "99002", "*", YEAR, "O01")
    assert {one.name for one in named} >= {"楚天学院", "江城大学"}
    assert [one.name for one in masked if one.is_own] == ["楚天学院"]
    assert all(one.name == peers.letters(place) for place, one in enumerate(masked) if not one.is_own)
    assert [one.value for one in masked] == [one.value for one in named if one.value is not None or one.is_own]
    assert [peers.letters(n) for n in (0, 25, 26, 128)] == ["A", "Z", "AA", "DY"]


@pytest.mark.ac("AC-235")
@pytest.mark.parametrize(("basis", "divisor"), [("head", "S01"), ("money", "F01")])
def test_what_is_divided_needs_both_parts_to_be_shown(who: Who, basis: province.Basis, divisor: str) -> None:
    mart = reader.open_peers(who("office_admin", "99002"))
    below = {one.name: one.value for one in peers.members(mart, "99002", "*", YEAR, divisor, masked=False)}
    total = {one.name: one.value for one in peers.members(mart, "99002", "*", YEAR, "A01", masked=False)}
    units = peers.DIVIDED_BY[basis][1]
    shown = peers.members(mart, "99002", "*", YEAR, "A01", masked=False, basis=basis)
    assert any(value is None for value in total.values())  # a suppressed one is among them
    for one in shown:
        parts = total[one.name], below.get(one.name)
        assert one.value == (pytest.approx(parts[0] * units / parts[1]) if None not in parts else None)
    known = [one.value for one in shown if one.value is not None]
    assert [one.rank for one in shown if one.value is not None] == ([1 + sum(other > value for other in known) for value in known] if len(known) >= 5 else [None] * len(known))
    (place,) = peers.places(mart, "99002", "*", YEAR, ["A01"], basis)
    assert place.ranked_among == len(known) and (place.median is None) == (len(known) < 5)


@pytest.mark.ac("AC-101")
def test_the_cards_sql_runs_on_the_provinces_own_file(who: Who) -> None:
    sql = numbers.sql_of(_mart(who), Spec("O01", YEAR))
    result = sandbox.run(who("province_analyst", "province"), sql)
    assert result.total == len([line for line in province.compare(_mart(who), "O01", YEAR, ()) if line.value is not None])


@pytest.mark.ac("AC-100")
def test_a_number_of_the_comparison_is_the_sum_of_the_records_it_opens(who: Who) -> None:
    mart = _mart(who)
    for found in definitions.catalogue(mart).values():
        if not found.is_additive or not found.is_configured:
            continue
        for line in province.compare(mart, found.indicator, YEAR, ("provincial",)):
            university = reader.open_records_of(who("province_staff", "province"), line.university_code)
            opened = drill.drill(university, Spec(found.indicator, YEAR))
            assert opened.total == pytest.approx(line.value or 0.0) and opened.records == line.records


def test_completeness_is_that_of_the_indicators_record_types(who: Who) -> None:
    mart = _mart(who)
    assert province.completeness(mart, "paper")["99001"] == 16 / 20
    assert province.completeness(mart, "paper, patent")["99001"] == (16 + 17) / 40
    assert province.completeness(mart, "*")["99001"] == 15 / 20
    assert province.completeness(mart, "book") == {}
