"""Data on a page is never read as markup, and states always carry a word."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import frame, i18n
from ingestion.store.platform import record
from ingestion.store.platform.records import LOADING

SPECIAL = set(r"\`*_{}[]()#+.!|<>~:$&-")


@given(st.text(max_size=60))
def test_markup_characters_are_all_escaped(text: str) -> None:
    escaped = frame.md(text)
    assert not [m for m in re.finditer(r"(?<!\\)(?:\\\\)*([`*_{}\[\]()#+.!|<>~:$&-])", escaped)]
    assert re.sub(r"\\(.)", r"\1", escaped).replace("\u2060", "") == text.replace("\u2060", "")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "[点我](javascript:alert(1))", ":material/home:", "$x$", "a -> b", "**粗**"])
def test_nothing_of_a_hostile_title_is_left_to_render(text: str) -> None:
    escaped = frame.md(text)
    for opening in ("<script", "[点我](", ":material/", "$x$", "->", "**粗**"):
        assert opening not in escaped


def test_a_file_link_is_escaped() -> None:
    link = frame.file_link(7, '"><img src=x onerror=alert(1)>.pdf', 2048)
    assert "<img" not in link and 'href="/files/7"' in link and "2 KB" in link


def test_every_state_of_the_store_has_word_colour_and_icon() -> None:
    check = next(str(c.sqltext) for c in record.constraints if str(getattr(c, "name", "")).endswith("state"))
    states = set(re.findall(r"'(\d\d)'", check)) - {LOADING}  # rows of a file still being loaded are nobody's to see
    assert states <= set(frame.STATES)
    assert all(zh and en and colour and icon for zh, en, colour, icon in frame.STATES.values())
    assert len({zh for zh, *_ in frame.STATES.values()}) == len(frame.STATES)


def test_no_click_pays_for_a_collection_of_garbage() -> None:
    """Streamlit's own after each run looked through every object of the process: 120 of 180-240 ms of any click."""
    config = tomllib.loads((Path(frame.__file__).parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["runner"]["postScriptGC"] is False


def test_a_readers_language_stays_with_the_page() -> None:
    i18n.reading("en")
    assert i18n.language() == "zh"
    i18n.use("en")
    try:
        assert i18n.t("首页") == "Home"
    finally:
        i18n.use("zh")
