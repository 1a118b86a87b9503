"""Words on screen: Chinese in the source, English from the .po files in ``en/``.

``t("暂存")`` gives the word in the reader's language. Values are filled in after translation:
``t("共 {n} 条", n=12)``. A sentence without an English entry stays Chinese; a test finds each one.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
SESSION_KEY = "language"
_outside: ContextVar[str] = ContextVar("language", default="zh")
_reader: ContextVar[str] = ContextVar("reader", default="")


@lru_cache(maxsize=1)
def english() -> dict[str, str]:
    """All entries of en/*.po in one dictionary: Chinese → English."""
    out: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id and message.string:
                    out[str(message.id)] = str(message.string)
    return out


def language() -> str:
    """The reader's language: of the page being drawn, else of ``use()``."""
    said = _reader.get()
    if said:
        return said
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    if get_script_run_ctx(suppress_warning=True) is None:
        return _outside.get()
    import streamlit as st

    return str(st.session_state.get(SESSION_KEY, "zh"))


def reading(name: str) -> None:
    """The language of who is looking at the page being drawn. Kept with the page's thread too: a page asks for two
    thousand words, and asking the session each time cost 12 µs, a quarter of the page."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    name = name if name in LANGUAGES else "zh"
    st.session_state[SESSION_KEY] = name
    if get_script_run_ctx(suppress_warning=True) is not None:
        _reader.set(name)


def use(name: str) -> None:
    """Sets the language outside of a page (login page, exports, tests)."""
    _outside.set(name if name in LANGUAGES else "zh")


def translate(text: str, to: str) -> str:
    return english().get(text, text) if to == "en" else text


def t(text: str, /, **values: Any) -> str:
    """``text`` in the reader's language with ``values`` filled in."""
    said = translate(text, language())
    return said.format(**values) if values else said


def pick(zh: str, en: str) -> str:
    """One of two words a declaration carries (labels of types, fields, codes, issues)."""
    return (en or zh) if language() == "en" else zh


def N_(text: str) -> str:
    """Marks a word that is translated where it is drawn, not where it is declared."""
    return text


def listed(words: Iterable[str]) -> str:
    """Several words in a row: 甲、乙 or a, b."""
    return (", " if language() == "en" else "、").join(words)
