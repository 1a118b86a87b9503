"""The acceptance list: complete, and read from the tests' own markers."""

from __future__ import annotations

import ast

import pytest

from tests import acceptance


def test_all_statements_are_listed_once_an_issue() -> None:
    listed = acceptance.statements()
    assert {s.id for s in listed} == {f"AC-{n:03d}" for n in range(1, 257)}
    assert len({(s.id, s.issue) for s in listed}) == len(listed)
    assert sum(s.issue == 2 for s in listed) == 92


def test_every_marker_names_a_statement() -> None:
    known = {s.id for s in acceptance.statements()}
    assert sorted(set(acceptance.proofs()) - known) == []


def test_markers_are_found_on_functions_classes_and_modules() -> None:
    module = ast.parse(
        "pytestmark = pytest.mark.ac('AC-001')\n"
        "@pytest.mark.ac('AC-002', 'AC-003')\ndef test_a(): ...\n"
        "@pytest.mark.ac('AC-004')\nclass TestB:\n    def test_c(self): ...\n"
        "def helper(): ...\n"
    )
    assert dict(acceptance.marked(module)) == {"test_a": ["AC-001", "AC-002", "AC-003"], "test_c": ["AC-001", "AC-004"]}


@pytest.mark.parametrize("proved", [{}, {"AC-001": ["tests/x.py::test_a"]}])
def test_the_report_counts_what_is_proved(proved: dict[str, list[str]]) -> None:
    text = acceptance.report(acceptance.statements(), proved)
    assert f"Issue 2: {len(proved)} of 92" in text
