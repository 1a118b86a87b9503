from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards.marts import definitions, drill, numbers, reader, scope, words
from dashboards.marts.drill import DoesNotAddUp
from dashboards.marts.numbers import ALL, Spec
from ingestion.principal import Principal
from ingestion.store.engine import today
from tests.dashboards.marts import published

Who = Callable[..., Principal]
pytestmark = pytest.mark.usefixtures("published_here")
YEAR = today().year
ROLES = ("office_admin", "college_admin", "researcher")


def _every(mart: reader.Mart) -> list[str]:
    return list(definitions.catalogue(mart))


@pytest.mark.ac("AC-100", "AC-031")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("year", [YEAR, YEAR - 1, YEAR - 4])
def test_every_number_opens_exactly_the_records_behind_it(who: Who, role: str, year: int) -> None:
    mart = reader.open_for(who(role))
    for indicator in _every(mart):
        number = numbers.number(mart, Spec(indicator, year))
        for part in [number] if number.definition.is_additive else [number.numerator, number.denominator]:
            if part is None:
                assert number.value is None
                continue
            rows = drill.every_row(mart, part.spec)
            assert sum(row.value for row in rows) == pytest.approx(part.value or 0, abs=1e-3)
            assert len({row.record_id for row in rows}) == part.records
            if part.definition.value_unit == "count" and part.definition.counting_rule in ("OWNER", "HIGHEST_INDEX"):
                assert len(rows) == (part.value or 0) or mart.level == "person"


@pytest.mark.ac("AC-100")
def test_a_ratio_is_its_parts(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    for indicator, found in definitions.catalogue(mart).items():
        number = numbers.number(mart, Spec(indicator, YEAR - 1))
        if found.is_additive or number.numerator is None or number.denominator is None:
            continue
        if found.operation in ("h_index", "h5_index"):
            assert number.value == number.numerator.records
        else:
            assert number.value == numbers.derive(found.operation, number.numerator.value, number.denominator.value)
        assert number.denominator.spec.year == YEAR - 1 - numbers.LAG.get(found.operation, 0)


@pytest.mark.ac("AC-102")
def test_colleges_add_up_under_owner_and_fractions_and_exceed_under_full_college(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    for rule in ("OWNER", "FRAC_EQ", "FIRST_UNIT"):
        spec = Spec("O01", YEAR - 1, rule)
        whole = numbers.number(mart, spec).value
        parts = numbers.groups(mart, spec, ("college",))
        assert sum(value for _, value, _ in parts) == pytest.approx(whole, abs=1e-3)
    spec = Spec("O01", YEAR - 1, "FULL_COLLEGE")
    assert sum(value for _, value, _ in numbers.groups(mart, spec, ("college",))) > numbers.number(mart, spec).value


def test_the_unassigned_line_makes_the_college_sum_whole(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    parts = dict((keys[0], value) for keys, value, _ in numbers.groups(mart, Spec("O01", YEAR - 1), ("college",)))
    assert parts[""] > 0
    rows = drill.every_row(mart, Spec("O01", YEAR - 1, college=""))
    assert len(rows) == parts[""] and all(row.college == "" for row in rows)
    assert "未归属" in words.colleges(mart)[""]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_cell_of_any_table_opens_its_records(who: Who, data: st.DataObject) -> None:
    mart = reader.open_for(who(data.draw(st.sampled_from(ROLES))))
    indicator = data.draw(st.sampled_from(["R01", "O01", "O02", "F01", "P01", "P03", "K01a", "A01"]))
    found = definitions.definition(mart, indicator)
    by = data.draw(st.lists(st.sampled_from(["year", "college", "category_1", "type"]), min_size=1, max_size=2, unique=True))
    rule = data.draw(st.sampled_from(found.rules))
    until = data.draw(st.sampled_from([None, (6, 30)]))
    spec = Spec(indicator, YEAR, rule, first_year=YEAR - 3, until=until)
    for keys, value, records in numbers.groups(mart, spec, by)[:4]:
        chosen = spec
        for name, key in zip(by, keys, strict=True):
            chosen = replace(chosen, year=int(key), first_year=None) if name == "year" else replace(chosen, **{name: str(key)})
        page = drill.drill(mart, chosen, size=10_000)
        assert page.total == pytest.approx(value, abs=1e-3)
        assert page.records == records


def test_a_list_that_does_not_add_up_is_an_error_and_not_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: Who) -> None:
    published.build(tmp_path, {"99001": 60})
    path = tmp_path / "published" / "99001" / "000001.duckdb"
    con = duckdb.connect(str(path))
    con.execute("DELETE FROM fct_record WHERE record_id = (SELECT max(record_id) FROM fct_measure WHERE measure = 'O01' AND included)")
    con.close()
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    mart = reader.open_for(who("office_admin"))
    with pytest.raises(DoesNotAddUp, match="对账未通过"):
        drill.drill(mart, Spec("O01", YEAR, first_year=YEAR - 10))


def test_what_is_left_out_stands_beside_with_its_reason(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    out = drill.excluded(mart, Spec("O01", YEAR - 1))
    inside = {row.record_id for row in drill.every_row(mart, Spec("O01", YEAR - 1))}
    assert out and all(row.reason == "not_public" for row in out)
    assert not inside & {row.record_id for row in out}
    by_rule = drill.excluded(mart, Spec("O01", YEAR - 1, "FIRST_UNIT"))
    assert {row.reason for row in by_rule} == {"not_public", "rule:FIRST_UNIT"}


@pytest.mark.ac("AC-032")
def test_reach_cannot_be_widened_by_a_spec(who: Who) -> None:
    college = reader.open_for(who("college_admin"))
    other = who("college_admin", college=2).unit_id
    assert numbers.number(college, Spec("O01", YEAR, first_year=YEAR - 9, college=str(other))).value == 0
    person = reader.open_for(who("researcher"))
    stranger = who("researcher", person=1).person_id
    assert numbers.number(person, Spec("O01", YEAR, first_year=YEAR - 9, person=str(stranger))).value == 0
    mine = {row.record_id for row in drill.every_row(person, Spec("R01", YEAR, first_year=YEAR - 10))}
    allowed = {row[0] for row in person.rows("SELECT record_id FROM fct_credit WHERE person_id = ?", (person.person_id,))}
    allowed |= {person.person_id}
    assert mine and mine <= allowed
    for row in drill.excluded(person, Spec("O01", YEAR, first_year=YEAR - 9)):
        assert row.record_id in allowed


def test_the_province_reads_no_person_and_no_person_record(who: Who) -> None:
    mart = reader.open_records_of(who("province_staff", "province"), "99001")
    assert all(row.person == "" for row in drill.every_row(mart, Spec("O01", YEAR - 1)))
    assert words.people(mart) == {}
    assert drill.records_allowed(mart, Spec("O01", YEAR))
    for indicator in ("S01", "R01", "F04"):
        assert not drill.records_allowed(mart, Spec(indicator, YEAR))
    assert drill.records_allowed(mart, Spec("R01", YEAR, type="paper"))
    assert not drill.records_allowed(mart, Spec("R01", YEAR, type="person"))


def test_a_running_year_is_compared_to_the_same_date_and_a_stock_is_not(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    now, before = numbers.compared(mart, Spec("O01", YEAR))
    assert now.spec.until == before.spec.until is not None
    assert before.spec.year == YEAR - 1
    assert numbers.compared(mart, Spec("P03", YEAR))[0].spec.until is None
    assert numbers.compared(mart, Spec("O01", YEAR - 2))[0].spec.until is None


def test_the_card_in_one_query_equals_the_number_and_its_series(who: Who) -> None:
    for role in ROLES:
        mart = reader.open_for(who(role))
        for indicator in _every(mart):
            for year in (YEAR, YEAR - 2):
                now, before, history = numbers.trend(mart, Spec(indicator, year))
                assert (now.value, now.records) == (lambda n: (n.value, n.records))(numbers.number(mart, now.spec))
                assert before.value == numbers.number(mart, before.spec).value
                assert history == numbers.series(mart, Spec(indicator, year), range(year - 5, year + 1))


def test_the_sql_of_the_card_gives_the_number(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    for indicator in ("O01", "F01", "F07", "F04", "F02"):
        spec = Spec(indicator, YEAR - 1, college="" if indicator == "O01" else ALL)
        value = mart.rows(numbers.sql_of(mart, spec))[0][0]
        assert float(value) == pytest.approx(numbers.number(mart, spec).value)


def test_a_spec_survives_the_address(who: Who) -> None:
    for spec in (
        Spec("O01", 2025),
        Spec("O01", 2025, "FRAC_EQ", college="", category_1="J", first_year=2020, until=(10, 9)),
        Spec("R01", 2024, type="paper", person="77"),
    ):
        assert numbers.read(spec.address()) == spec


@pytest.mark.parametrize("asked", [{"year": "x"}, {"year": "2025", "college": "1 OR 1=1"}, {"year": "2025", "until": "13-40"}, {"year": "2025", "person": "'"}])
def test_a_bad_address_is_no_spec(asked: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        numbers.read({"indicator": "O01", **asked})


def test_a_rule_the_indicator_does_not_offer_is_refused(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    for rule in ("NOPE", "SUM", "OWNER' OR 1=1 --"):
        with pytest.raises(ValueError):
            numbers.number(mart, Spec("O01", YEAR, rule))


@pytest.mark.ac("AC-005")
def test_an_empty_university_has_zeros_and_dashes_and_nothing_else(who: Who) -> None:
    mart = reader.open_for(who("office_admin", "99003"))
    assert numbers.is_empty(mart)
    for indicator in _every(mart):
        number = numbers.number(mart, Spec(indicator, YEAR))
        assert number.shown in ("0", "0.0", "—")
        for text in (number.shown, *[found.shown(None) for found in [number.definition]]):
            assert "nan" not in text.lower() and "None" not in text


@pytest.mark.ac("AC-101")
def test_every_indicator_has_a_complete_card(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    for indicator, found in definitions.catalogue(mart).items():
        lines = {key: (zh, en) for key, zh, en in definitions.card(mart, indicator)}
        assert {"definition", "unit", "version", "valid_from", "changed"} <= set(lines)
        assert found.is_configured or {"needs", "formula"} <= set(lines), f"{indicator}: 未配置 says what it needs"
        if found.is_configured:
            assert {"formula", "date"} - ({"date"} if found.operation == "rank" else set()) <= set(lines), indicator
            assert numbers.sql_of(mart, Spec(indicator, YEAR))
        if found.is_additive and found.is_configured:
            assert "counting" in lines
        assert "policy" in lines and (found.operation == "rank" or not found.is_configured or "counting" in lines), indicator


def test_money_percent_and_counts_are_shown_as_written() -> None:
    base = dict.fromkeys(definitions.COLUMNS, "")
    money = definitions.Definition(**{**base, "value_unit": "fen", "unit_zh": "万元", "is_configured": True, "valid_from": None})
    assert money.shown(31_842_600_000) == "31,842.6"
    assert money.shown(-7_000_000) == "\u22127.0"
    share = definitions.Definition(**{**base, "value_unit": "share", "unit_zh": "%", "is_configured": True, "valid_from": None})
    assert share.shown(0.123) == "12.3" and share.unit() == "%"
    count = definitions.Definition(**{**base, "value_unit": "count", "unit_zh": "篇", "is_configured": True, "valid_from": None})
    assert (count.shown(1286), count.shown(0.333333), count.shown(None)) == ("1,286", "0.33", "—")


def test_a_distribution_is_the_same_number_precomputed_grouped_and_asked_for(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    for indicator in ("P09", "O05", "O06"):
        for year in (YEAR - 1, YEAR):
            spec = Spec(indicator, year)
            told = mart.rows("SELECT college_id, value FROM rpt_indicator WHERE indicator = ? AND year = ? AND category_1 = '*'", (indicator, year))
            precomputed = {str(college or ""): value for college, value in told if college is not None}
            (whole,) = mart.rows("SELECT value FROM rpt_indicator WHERE indicator = ? AND year = ? AND category_1 = '*' AND level = 'university'", (indicator, year))
            assert numbers.number(mart, spec).value == pytest.approx(whole[0])
            grouped = {keys[0]: value for keys, value, _ in numbers.groups(mart, spec, ("college",)) if keys[0]}
            assert precomputed and all(grouped[college] == pytest.approx(value) for college, value in precomputed.items())
            college = next(iter(precomputed))
            assert numbers.number(mart, Spec(indicator, year, college=college)).value == pytest.approx(precomputed[college])
    values = [row.value for row in drill.every_row(mart, Spec("O05N", YEAR, first_year=1900))]
    best = sorted(values, reverse=True)
    assert numbers.number(mart, Spec("O06", YEAR)).value == sum(value >= place for place, value in enumerate(best, 1))


def test_a_persons_citations_are_those_of_every_paper_signed(who: Who) -> None:
    mine, office = reader.open_for(who("researcher")), reader.open_for(who("office_admin"))
    person = str(mine.person_id)
    for indicator in ("O05", "O06"):
        seen = numbers.number(mine, Spec(indicator, YEAR))
        assert seen.numerator is not None and seen.numerator.spec.rule == "FULL_PERSON"
        assert numbers.number(office, Spec(indicator, YEAR, person=person)).value == seen.value
        by_person = {keys[0]: value for keys, value, _ in numbers.groups(office, Spec(indicator, YEAR), ("person",))}
        assert by_person[person] == pytest.approx(seen.value)
    cites = sorted((row.value for row in drill.every_row(mine, Spec("O05N", YEAR, "FULL_PERSON", first_year=1900))), reverse=True)
    assert numbers.number(mine, Spec("O06", YEAR)).value == sum(value >= place for place, value in enumerate(cites, 1))


@pytest.mark.ac("AC-100")
@pytest.mark.parametrize("role", ROLES)
def test_what_a_chart_draws_together_opens_as_just_that(who: Who, role: str) -> None:
    """其他 of a chart: several classes or types in one number, through the address too."""
    mart = reader.open_for(who(role))
    for indicator, column in (("O01", "category_2"), ("R01", "type")):
        whole = Spec(indicator, YEAR, first_year=YEAR - 4)
        parts = {keys[0]: value or 0.0 for keys, value, _ in numbers.groups(mart, whole, (column,))}
        rest = sorted(parts)[1:]
        together = replace(whole, **{column: scope.MANY.join(rest)})
        assert numbers.read(together.address()) == together
        assert numbers.number(mart, together).value == pytest.approx(sum(parts[one] for one in rest))
        assert {getattr(row, column) for row in drill.every_row(mart, together)} == set(rest)
        assert all(getattr(row, column) in rest for row in drill.excluded(mart, together))
