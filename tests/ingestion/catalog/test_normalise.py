"""Stored text: nothing invisible, nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog import normalise

ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.ac("AC-242")
@given(ANY)
def test_normalising_twice_changes_nothing(raw: str) -> None:
    for form in (
        normalise.text,
        normalise.long_text,
        normalise.half_width,
        normalise.identifier,
        normalise.key,
    ):
        assert form(form(raw)) == form(raw)


@pytest.mark.ac("AC-242")
@given(ANY)
def test_a_stored_text_has_no_invisible_or_control_character(raw: str) -> None:
    text = normalise.text(raw)
    assert not set(text) & set("\u200b\ufeff\u00a0\u2060\u00ad\r\n\t\x00\x1b\u202e")
    assert text == text.strip()
    text.encode("utf-8")


@pytest.mark.ac("AC-242")
def test_rare_characters_and_whole_emoji_stay() -> None:
    assert normalise.text("𠮷野家") == "𠮷野家"
    assert normalise.text("塚\ufa11") == "塚\ufa11"
    family = "👨\u200d👩\u200d👧"
    assert normalise.text(family) == family
    assert normalise.text("张\u200d伟") == "张伟"


@pytest.mark.ac("AC-242", "AC-159")
def test_invisible_characters_go_and_spaces_become_plain() -> None:
    assert normalise.text("\ufeff 高\u200b校\u00a0科研\u3000") == "高校 科研"
    assert normalise.text("一\r\n二\n三") == "一 二 三"
    assert normalise.long_text("一 \r\n二\r\n\r\n") == "一\n二"
    assert normalise.text("<script>alert(1)</script>") == "<script>alert(1)</script>"


@pytest.mark.ac("AC-242")
def test_full_width_changes_only_in_numbers_and_identifiers() -> None:
    assert normalise.text("ＡＢＣ１２３") == "ＡＢＣ１２３"
    assert normalise.identifier("ＨＢ２０２５－００１") == "HB2025-001"
    assert normalise.number("￥１，２３４．５０ 元") == "1,234.50"
    assert normalise.key("《高校 科研》：Ａ－b") == "高校科研ab"
