from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.marts import parameters, sandbox
from ingestion.principal import OperationError, Principal


def test_each_parameter_is_asked_once_in_order() -> None:
    assert parameters.names("SELECT {{年度}}, {{ college }}, {{年度}} -- {{1x}} {{}}") == ["年度", "college"]


@pytest.mark.parametrize(("typed", "written"), [
    ("2025", "2025"), ("２０２５", "2025"), ("-1.5", "-1.5"), ("0", "0"), ("007", "'007'"), ("O'Neil", "'O''Neil'"), ("1e9", "'1e9'"), ("'; DROP", "'''; DROP'"),
])  # fmt: skip
def test_numbers_are_numbers_and_all_else_is_text(typed: str, written: str) -> None:
    assert parameters.fill("SELECT {{x}}", {"x": typed}) == f"SELECT {written}"


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(OperationError) as refused:
        parameters.fill("SELECT {{年度}}, {{学院}}, {{类型}}", {"学院": "C1", "类型": " "})
    assert refused.value.zh == "请填写参数：年度、类型。"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_a_value_never_leaves_its_quotes(value: str) -> None:
    written = parameters.literal(value)
    if written.startswith("'"):
        assert written.endswith("'") and "'" not in written[1:-1].replace("''", "")


@pytest.mark.ac("AC-216")
@pytest.mark.usefixtures("published_here")
def test_a_filled_query_runs_in_the_sandbox(who: Callable[..., Principal]) -> None:
    sql = parameters.fill("SELECT {{a}} + 1 AS n, {{b}} AS t", {"a": "41", "b": "江城'大学"})
    assert sandbox.run(who("analyst"), sql).rows == [(42, "江城'大学")]
