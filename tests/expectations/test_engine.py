"""Checks as data, run by Great Expectations, answered with record ids."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import catalogue, engine, marts, screen
from expectations.checks import Check, Suite, Where
from ingestion.catalog import codelists
from ingestion.catalog.registry import ALL_RECORDS

TODAY = date(2026, 10, 9)


def frame(**columns: list[object]) -> pd.DataFrame:
    return pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)


def suite(*checks: Check) -> Suite:
    return Suite("t", checks)


def found(checked: Suite, rows: pd.DataFrame) -> dict[tuple[str, str], tuple[int, ...]]:
    return {(f.check.rule, f.university_code): f.record_ids for f in engine.run(checked, rows)}


def check(rule: str, expectation: str, where: Where | None = None, **arguments: object) -> Check:
    return Check(rule, "x", "error", "错", "wrong", expectation, arguments, where)


def test_failures_are_named_by_university_and_record() -> None:
    rows = frame(university_code=["99001", "99001", "99002", "99002"], record_id=[1, 2, 3, 2**40], x=[1, -1, None, -7])
    low = check("low", "ExpectColumnValuesToBeBetween", column="x", min_value=0)
    missing = check("missing", "ExpectColumnValuesToNotBeNull", column="x")
    assert found(suite(low, missing), rows) == {("low", "99001"): (2,), ("low", "99002"): (2**40,), ("missing", "99002"): (3,)}


def test_a_condition_limits_the_rows_also_by_a_yes_or_no() -> None:
    rows = frame(university_code=["99001"] * 3, record_id=[1, 2, 3], kind=["J", "C", None], flag=[True, False, None], x=[None, None, None])
    by_code = check("by_code", "ExpectColumnValuesToNotBeNull", Where("kind", ("J",)), column="x")
    not_code = check("not_code", "ExpectColumnValuesToNotBeNull", Where("kind", ("J",), negated=True), column="x")
    by_flag = check("by_flag", "ExpectColumnValuesToNotBeNull", Where("flag", (False,)), column="x")
    result = found(suite(by_code, not_code, by_flag), rows)
    assert result["by_code", "99001"] == (1,) and result["by_flag", "99001"] == (2,)
    assert 2 in result["not_code", "99001"] and 1 not in result["not_code", "99001"]


def test_dates_codes_and_keys() -> None:
    rows = frame(
        university_code=["99001", "99001"], record_id=[1, 2],
        day=[date(2024, 1, 1), date(2204, 1, 1)], code=["1", "9"], key=["a", "a"],
    )  # fmt: skip
    checked = suite(
        check("day", "ExpectColumnValuesToBeBetween", column="day", min_value=catalogue.FIRST_DAY, max_value=TODAY),
        check("code", "ExpectColumnValuesToBeInSet", column="code", value_set=["1", "2"]),
        check("key", "ExpectCompoundColumnsToBeUnique", column_list=["university_code", "key"]),
    )
    assert found(checked, rows) == {("day", "99001"): (2,), ("code", "99001"): (2,), ("key", "99001"): (1, 2)}


def test_a_check_that_cannot_be_evaluated_calls_nobody_good() -> None:
    rows = frame(university_code=["99001"], record_id=[1], x=["text"])
    assert found(suite(check("bad", "ExpectColumnValuesToBeBetween", column="x", min_value=0)), rows) == {("bad", "99001"): ()}


def test_no_rows_hold_everything() -> None:
    assert engine.run(marts.RECONCILIATION, pd.DataFrame()) == []


def test_every_type_has_a_suite_of_its_declaration() -> None:
    codes = {name: frozenset(item.code for item in found.items) for name, found in codelists.BUILT_IN.items()}
    made = catalogue.suites(codes, TODAY)
    assert set(made) == set(ALL_RECORDS)
    rules = [c.rule for s in (*made.values(), catalogue.HEADER, catalogue.KEYS, catalogue.CONTRIBUTORS, *marts.SUITES) for c in s.checks]
    assert len(rules) == len(set(rules)), "a rule's name identifies a finding"
    paper = {c.rule: c for c in made["paper"].checks}
    assert paper["paper.issn.missing"].where == Where("paper_type", ("1",)) and paper["paper.issn.missing"].severity == "warning"
    assert "paper.paper_type.code" in paper and "paper.published_on.range" in paper
    money = {c.rule: c for c in made["fund_arrival"].checks}
    assert money["fund_arrival.amount.range"].severity == money["fund_arrival.amount.missing"].severity == "error"
    for s in made.values():
        for c in s.checks:
            assert c.zh and c.en and c.columns


KINDS = st.sampled_from(["J", "C", "", None])
ROW = st.fixed_dictionaries(
    {
        "kind": KINDS, "flag": st.sampled_from([True, False, None]), "number": st.one_of(st.none(), st.integers(-3, 12)),
        "word": st.sampled_from(["", "甲", "甲乙丙", "it's", None]), "day": st.sampled_from([date(1899, 1, 1), date(2024, 2, 29), date(2204, 1, 1), None]),
    }
)  # fmt: skip
WHERE = st.one_of(
    st.none(),
    st.builds(Where, st.just("kind"), st.sampled_from([("J",), ("J", "C"), ("",)]), st.booleans()),
    st.builds(Where, st.just("flag"), st.sampled_from([(True,), (False,), (True, False)]), st.booleans()),
)


@st.composite
def any_check(draw: st.DrawFn) -> Check:
    limits = st.one_of(st.none(), st.integers(5, 10))  # a limit below the least value is no declaration
    days = st.sampled_from([None, date(1900, 1, 1), date(2024, 2, 29)])
    name, arguments = draw(
        st.one_of(
            st.tuples(st.just("ExpectColumnValuesToNotBeNull"), st.fixed_dictionaries({"column": st.sampled_from(["kind", "number", "word", "day"])})),
            st.tuples(st.just("ExpectColumnValuesToBeInSet"), st.fixed_dictionaries({"column": st.just("word"), "value_set": st.lists(st.sampled_from(["甲", "it's", ""]), min_size=1, unique=True)})),
            st.tuples(st.just("ExpectColumnValuesToBeInSet"), st.fixed_dictionaries({"column": st.just("flag"), "value_set": st.just([True])})),
            st.tuples(st.just("ExpectColumnValuesToBeBetween"), st.fixed_dictionaries({"column": st.just("number"), "min_value": st.integers(-2, 5), "max_value": limits})),
            st.tuples(st.just("ExpectColumnValuesToBeBetween"), st.fixed_dictionaries({"column": st.just("day"), "min_value": st.just(date(1900, 1, 1)), "max_value": days})),
            st.tuples(st.just("ExpectColumnValueLengthsToBeBetween"), st.fixed_dictionaries({"column": st.just("word"), "min_value": st.integers(0, 3)})),
            st.tuples(st.just("ExpectCompoundColumnsToBeUnique"), st.fixed_dictionaries({"column_list": st.sampled_from([["kind", "number"], ["kind", "word"]])})),
        )
    )  # fmt: skip
    return check("drawn", name, None if "Compound" in name else draw(WHERE), **arguments)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=6), drawn=any_check())
def test_one_query_never_rules_out_what_an_expectation_finds(rows: list[dict[str, object]], drawn: Check) -> None:
    schema = pa.schema([("kind", pa.string()), ("flag", pa.bool_()), ("number", pa.int64()), ("word", pa.string()), ("day", pa.date32())])
    table = pa.Table.from_pylist(rows, schema).append_column("record_id", pa.array(range(len(rows)), pa.int64()))
    table = table.append_column("university_code", pa.array(["99001"] * len(rows)))
    checked = suite(drawn)
    broken = engine.run(checked, table.select(checked.columns).to_pandas(types_mapper=pd.ArrowDtype))
    with duckdb.connect() as con:
        con.register("t", table)
        asked = screen.suspicious(checked, "FROM t AS b WHERE true", lambda sql: con.execute(sql).fetchall())
    assert asked == (drawn,) or not broken, broken
    if not broken and drawn.where is None and "Compound" not in drawn.expectation:  # keys of nothing are no keys
        assert asked == (), "rules out what there is to rule out"
