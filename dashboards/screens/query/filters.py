"""The filters of a list: controls bound to the address, and the query they make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from dashboards import paging
from dashboards.forms import choices, progress
from dashboards.i18n import t
from ingestion.catalog import kinds as k
from ingestion.catalog.kinds import RecordType
from ingestion.principal import Principal
from ingestion.search import Query
from ingestion.store.engine import today

SIZES = (20, 50, 100)
STATES = ("00", "10", "20", "11", "21", "30", "40", "90")


def text(label: str, name: str, placeholder: str, **more: Any) -> str:
    return str(st.text_input(label, key=name, type="search", placeholder=placeholder, bind="query-params", live="500ms", on_change=first_page, **more) or "").strip()


def many(label: str, name: str, options: list[str], words: Callable[[str], str], everything: str) -> tuple[str, ...]:
    """A multiselect whose *codes* stand in the address (``bind=`` would write the words)."""
    ss, q = st.session_state, st.query_params
    if name not in ss:
        ss[name] = [v for v in q.get(name, "").split(",") if v in options]
    chosen = st.multiselect(label, options, key=name, format_func=words, select_all=False, placeholder=everything, on_change=first_page)
    _address(name, ",".join(chosen))
    return tuple(chosen)


def pills(label: str, name: str, options: list[str], words: Callable[[str], str]) -> tuple[str, ...]:
    ss, q = st.session_state, st.query_params
    if name not in ss:
        ss[name] = [v for v in q.get(name, "").split(",") if v in STATES]
    ss[name] = [v for v in ss[name] if v in options]
    chosen = st.pills(label, options, key=name, selection_mode="multi", format_func=words, label_visibility="collapsed", on_change=first_page)
    _address(name, ",".join(chosen or []))
    return tuple(chosen or ())


def _address(name: str, value: str) -> None:
    q = st.query_params
    if value:
        if q.get(name) != value:
            q[name] = value
    elif name in q:
        del q[name]


first_page = paging.first


def day(label: str, name: str) -> date | None:
    """A day as text, yyyy-mm-dd or any of the usual spellings; a wrong one is said and not used."""
    from ingestion.catalog import values

    typed = st.text_input(label, key=name, bind="query-params", placeholder="yyyy-mm-dd", on_change=first_page)
    if not typed:
        return None
    field = k.Date("day", zh=label, en=label, future=True)
    value, issues = values.parse(field, typed, codes=None)
    if issues or not value:
        st.caption(f":red[{t('日期应为 yyyy-mm-dd')}]")
        return None
    return date.fromisoformat(str(value))


def years() -> list[str]:
    now = today().year
    return [str(y) for y in range(now + 1, now - 30, -1)]


def coded(declared: RecordType) -> list[k.Code | k.MultiCode]:
    """The coded fields of a type in form order, the listed ones first."""
    found = [f for f in declared.fields() if isinstance(f, k.Code | k.MultiCode)]
    return sorted(found, key=lambda f: not f.listed)


def more(actor: Principal, declared: RecordType) -> tuple[dict[str, tuple[str, ...]], date | None, date | None, str]:
    """高级查询: every coded field, the date range, 且/或."""
    picked: dict[str, tuple[str, ...]] = {}
    grid = st.grid(4, min_column_width=200, gap="small")
    with grid.container():
        start = day(t("日期从"), "from")
    with grid.container():
        end = day(t("日期到"), "to")
    with grid.container():
        combine = st.segmented_control(t("条件之间"), ["and", "or"], default="and", required=True, key="join", bind="query-params", format_func=lambda c: t("且（同时满足）") if c == "and" else t("或（满足其一）"))
    for field in coded(declared)[1:] + [f for f in declared.fields() if isinstance(f, k.YesNo)]:  # type: ignore[operator]
        with grid.container():
            picked.update(one(actor, declared, field))
    return picked, start, end, str(combine or "and")


def one(actor: Principal, declared: RecordType, field: Any) -> dict[str, tuple[str, ...]]:
    """The filter of one coded field."""
    if isinstance(field, k.YesNo):
        chosen = many(progress.label(field), f"f_{field.name}", ["true", "false"], lambda v: t("是") if v == "true" else t("否"), t("全部"))
    else:
        held = choices.codes(actor)
        offered = list(held.table(field.code_list)) if field.code_list else []
        chosen = many(progress.label(field), f"f_{field.name}", offered, choices.words(actor, field.code_list), t("全部"))
    return {field.name: chosen} if chosen else {}


def reset(declared: RecordType) -> None:
    """重置: nothing filters any more."""
    for name in ["q", "college", "year", "state", "from", "to", "join", "page", *(f"f_{f.name}" for f in declared.fields())]:
        st.session_state.pop(name, None)
    st.query_params.clear()


def without(query: Query, name: str) -> Query:
    """The query with one filter left out."""
    from dataclasses import replace

    empty: dict[str, Any] = {"keyword": "", "codes": {}, "college_ids": (), "years": (), "states": (), "date_from": None, "date_to": None}
    return replace(query, **{name: empty[name]})
