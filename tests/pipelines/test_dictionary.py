"""The words of a published file, as the publisher cuts it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dashboards.marts import dictionary
from dashboards.marts.reader import Mart
from tests.pipelines.conftest import Installation


@pytest.mark.ac("AC-216")
def test_every_table_view_and_column_for_analysts_says_what_it_holds(built: Installation) -> None:
    mart = cast(Mart, SimpleNamespace(rows=lambda sql: built.query(sql)))
    said = {one.name: one for one in dictionary.relations(mart)}
    assert len([name for name in said if name.startswith("v_")]) == 28 + 2
    assert [name for name, one in said.items() if not one.words] == []
    spoken: list[Any] = [(one.name, c.name) for one in said.values() for c in one.columns if not c.words and one.name not in ("meta_generation", "v_指标", "v_人员", "v_contribution")]
    assert spoken == []
