"""What is certain at once is what the full judgement says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.catalog import certain, fillers, validate
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from tests.documents import Place, valid
from tests.ingestion.exchange.layout.generated import document as made

PLACE = Place(11, "张伟", 3, "江城大学", refer=lambda _type: 1000)
ODD: tuple[Any, ...] = (
    "", " ", "无", "测试", "unknown", "123456789", "000000000000", "不适用", "abcdefgh", "甲乙丙丁戊己庚辛", "2025", "2025-02", "2025-02-30", "1900-01-01",
    "2199-12-31", "10.1000/ABC", "1", "NONE", "ZZ", 0, 1, -1, 10**13, 2025, 1949, 2300, True, None, 1.5, [], ["1"], ["甲"], [{}], {}, "x" * 600, "\u3000" * 30,
)  # fmt: skip
TODAY = date(2026, 11, 24)


def slowly(type_id: str, document: dict[str, Any], context: validate.Context) -> list[Any]:
    with pytest.MonkeyPatch.context() as patch:
        plain = {id(fields): (fields, tuple((one, name, asked, None) for one, name, asked, _sure in made)) for fields, made in certain._PLANS.values()}
        patch.setattr(certain, "_PLANS", plain)
        return validate.problems(type_id, document, context)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_same_is_said_with_and_without(data: st.DataObject) -> None:
    type_id = data.draw(st.sampled_from(TYPE_IDS))
    document = data.draw(st.one_of(made(type_id), st.just(valid(type_id, PLACE))))
    document = {**document}
    names = [field.name for field in ALL_RECORDS[type_id].fields()]
    spoilt = data.draw(st.lists(st.sampled_from(names), max_size=4))
    for name in spoilt:
        document[name] = data.draw(st.sampled_from(ODD))
    context = validate.Context(TODAY, attached=data.draw(st.sampled_from([None, frozenset[str]()])), parsed=not spoilt and data.draw(st.booleans()))
    assert validate.problems(type_id, dict(document), context) == slowly(type_id, dict(document), context)


@given(st.text(max_size=40))
def test_a_text_that_certainly_says_something_is_no_filler(text: str) -> None:
    if certain.telling(text):
        assert list(fillers.problems(certain._SAID, text)) == []
