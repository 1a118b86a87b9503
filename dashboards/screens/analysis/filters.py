"""Filters whose value stands in the address: year, counting rule, indicator, table shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboards.charts import cached
from dashboards.i18n import language, pick, t
from dashboards.marts import definitions, reach
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import first_year
from dashboards.marts.reader import Mart
from dashboards.marts.scope import NOW, THEN, Spec, on_present_units
from dashboards.marts.words import colleges
from ingestion.principal import Principal


def opened(actor: Principal) -> Mart:
    """The reader's file, once no filter in the address asks for more than the reader's own (AC-122)."""
    mart = cached.open_for(actor)
    reach.within(mart, st.query_params.to_dict())
    return mart


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
    now = mart.today.year
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


def units(mart: Mart, found: Definition, counted_by: str) -> str:
    """单位口径: the colleges of the outcome's own time, or those of now (people who moved, colleges that merged). Offered
    where it makes a difference; "" elsewhere."""
    if not on_present_units(mart, found, Spec(found.indicator, mart.today.year, counted_by, units=NOW)) or not found.is_additive:
        st.query_params.pop("units", None)
        return ""
    said = {THEN: t("按成果当时单位"), NOW: t("按现单位")}
    return choice(st.selectbox, t("单位口径"), [THEN, NOW], "units", THEN, lambda one: said[one], width=150 if language() == "zh" else 200)


def college(mart: Mart) -> Mart:
    """学院: the whole university, or the mart of one college as its own secretary reads it."""
    named = colleges(mart)
    options = ["", *[key for key in named if key]]
    chosen = choice(st.selectbox, t("学院"), options, "college", "", lambda key: pick(*named[key]) if key else t("全校"), width=170)
    return reach.of_college(mart, int(chosen)) if chosen else mart
