"""Every test is run, once, and what shares dear things goes to one worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import scheduling

ROOT = Path(__file__).parents[2]


def test_every_test_keeps_its_place_in_one_unit(request: pytest.FixtureRequest) -> None:
    nodeids = [item.nodeid for item in request.session.items]
    nodeids += ["tests/ingestion/a.py::x", "tests/dbt/b.py::x", "tests/journeys/c.py::x", "tests/ingestion/a.py::y", "tests/pipelines/d.py::x"]
    order = scheduling.order(nodeids)
    assert sorted(order) == list(range(len(nodeids)))
    met: list[str] = []
    for at in order:
        name = scheduling.unit(nodeids[at])
        if not met or met[-1] != name:
            met.append(name)
    assert len(met) == len(set(met)) and met.index("tests/journeys/") == 0
    assert scheduling.unit("tests/dbt/b.py::x") == scheduling.unit("tests/pipelines/d.py::x")


def test_the_folders_named_are_there() -> None:
    for path in (*scheduling.TOGETHER, *scheduling.ALSO, *scheduling.ALSO.values(), *scheduling.ALONE):
        assert (ROOT / path).exists(), path
