"""Checks as data, run by Great Expectations, answered with record ids."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pyarrow as pa

from expectations import catalogue, engine, marts
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
