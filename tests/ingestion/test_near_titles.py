"""Titles nearly the same: found among many exactly where comparing with each would find them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingestion.near_titles import MINIMUM, Titles, likeness

LETTERS = st.text("面向基于研究方法的遥感甲乙丙abc12", max_size=40)
EDITS = st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["", "甲", "研究", "1"])), max_size=4)


def edited(title: str, edits: list[tuple[int, str]]) -> str:
    for at, put in edits:
        at = at % (len(title) + 1)
        title = title[:at] + put + title[at + (not put) :]
    return title


@given(st.lists(LETTERS, max_size=12), st.lists(EDITS, max_size=6), st.data())
def test_none_is_missed_and_none_is_found_that_is_not_alike(titles: list[str], spoiling: list[list[tuple[int, str]]], data: st.DataObject) -> None:
    titles += [edited(data.draw(st.sampled_from(titles)), edits) for edits in spoiling if titles]
    asked = [*titles[:6], "面向", "aaaaaaa"]
    found = Titles(titles).alike(asked)
    for wanted, places in zip(asked, found, strict=True):
        each = [(at, score) for at, other in enumerate(titles) if (score := likeness(wanted, other))]
        assert places == sorted(each, key=lambda pair: (-pair[1], pair[0]))


def test_another_volume_is_another_thing() -> None:
    assert likeness("湖北省高等学校科技发展年度报告2023", "湖北省高等学校科技发展年度报告2024") == 0
    assert likeness("湖北省高等学校科技发展年度报告2023", "湖北省高等学校科技发展的年度报告2023") >= 92
    assert likeness("研究方法研", "研究方法研") == 0 and MINIMUM == 6  # alike by chance
