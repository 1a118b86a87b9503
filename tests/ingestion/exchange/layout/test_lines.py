"""Several values in one cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.exchange.layout import lines
from tests.ingestion.exchange.layout.generated import AWKWARD

VALUES = st.lists(st.none() | st.text(st.sampled_from(AWKWARD.replace("\r", "")), min_size=1, max_size=6).map(str.strip).filter(bool), max_size=5)


@given(VALUES, st.sampled_from(("", ";；", ";；、")))
def test_lines_are_read_back_even_from_a_trimmed_cell(values: list[str | None], marks: str) -> None:
    while values and values[-1] is None:
        values.pop()
    cell = lines.written(values, marks)
    assert (lines.read(cell.strip(), marks) if cell else []) == values


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("张伟；李娜;王强、赵敏", ["张伟", "李娜", "王强", "赵敏"]), ("张伟，李娜", ["张伟", "李娜"]), ("Zhang, Wei\nLi, Na", ["Zhang, Wei", "Li, Na"]),
        ('"张伟，李娜"\r\n王强', ["张伟，李娜", "王强"]), ("张伟\n\n王强", ["张伟", None, "王强"]), ("/\n-\n—\n张伟", [None, None, None, "张伟"]), ('""\n张', ["", "张"]),
        ('"未闭合', ['"未闭合']), ('"a""b"', ['a"b']), ("张伟", ["张伟"]),
    ],
)  # fmt: skip
def test_names_are_told_apart_as_people_type_them(cell: str, values: list[str | None]) -> None:
    assert lines.read(cell, ";；、", names=True) == values
