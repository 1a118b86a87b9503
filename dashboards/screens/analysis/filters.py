"""Filters whose value stands in the address: year, counting rule, indicator, table shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboards.i18n import pick, t
from dashboards.marts import definitions
from dashboards.marts.numbers import first_year
from dashboards.marts.reader import Mart
from ingestion.store.engine import today


def choice(kind: Callable[..., Any], label: str, options: Sequence[str], key: str, default: str,
           words: Callable[[str], str], **extra: Any) -> str:  # fmt: skip
    """One choice with a clean address (``bind=`` would store the formatted label)."""
    state, query = st.session_state, st.query_params
    if state.get(key) not in options:
        state[key] = query[key] if query.get(key) in options else default
    if kind is not st.selectbox:  # a select box with a value cannot be emptied; "required" only adds a word
        extra["required"] = True
    value = kind(label, options, key=key, format_func=words, **extra)
    query[key] = value
    return str(value)


def year(mart: Mart) -> int:
    """年度: the running year and those with data before it."""
    now = today().year
    options = [str(y) for y in range(now, min(first_year(mart) or now, now) - 1, -1)]
    return int(choice(st.selectbox, t("年度"), options, "year", str(now), str, width=110))


def rule(mart: Mart, offered: Sequence[str], default: str) -> str:
    """计数方式, out of a few rules; each indicator keeps its own where it does not offer the choice."""
    names = definitions.rules(mart)

    def word(code: str) -> str:
        if not code:
            return t("指标口径")
        return pick(names[code].zh, names[code].en) if code in names else code

    return choice(st.segmented_control, t("计数方式"), ["", *offered] if "" not in offered else offered, "rule", default, word)
