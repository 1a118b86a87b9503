"""截至日期: any page of figures at the end of a past day. The day stands in the address (``asof=2026-06-30``), so a link
to a colleague shows the same numbers.

The figures of a day are made when first asked for (job ``past``); meanwhile the page shows that and goes on by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import streamlit as st

from dashboards import frame
from dashboards.i18n import t
from dashboards.marts import reader
from dashboards.marts.days import FIRST, BadDay, read
from dashboards.marts.reach import PAST as ADDRESS
from dashboards.marts.reader import NotMadeYet
from ingestion import jobs
from ingestion.principal import Principal
from ingestion.store.engine import today

PAGES = ("leader", "college", "mine", "province", "statistics", "peers", "drill", "lineage", "sql")
"""Pages that offer the day; every page that opens its figures through ``charts.cached`` follows the address."""
_KEY = "asof_day"

M = TypeVar("M")


def asked() -> date | None:
    """The past day this page is asked for; None for now. What is no day means now, and ``banner`` says so."""
    try:
        return read(str(st.query_params[ADDRESS])) if st.query_params.get(ADDRESS) else None
    except BadDay:
        return None


def opened(principal: Principal, find: Callable[[date | None], M], day: date | None) -> M:
    """The figures of ``day``. Where they have to be made first, asks for them and ends this run of the page."""
    try:
        return find(day)
    except NotMadeYet as missing:
        waiting(principal, missing)
        st.stop()


# --- the control ---------------------------------------------------------------------------------------------


def control(path: str) -> None:
    """The choice of the day, at the end of the line that says what the figures show."""
    if path not in PAGES:
        return
    day = asked()
    with st.popover(t("截至日期：{day}", day=day.isoformat() if day else t("今天")), icon=":material/history:", type="tertiary"):
        st.session_state[_KEY] = day or today()
        st.date_input(t("截至日期"), key=_KEY, min_value=FIRST, max_value=today(), format="YYYY-MM-DD", on_change=_chosen, help=t("显示这一天结束时的数字；以后的通过、变更和作废都不计"))


def banner(path: str) -> None:
    """What stands above every page of figures of a past day, and above one whose address names none."""
    if path not in PAGES:
        return
    wanted = str(st.query_params.get(ADDRESS, ""))
    try:
        day = read(wanted) if wanted else None
    except BadDay as problem:
        st.warning(frame.said(problem), icon=":material/event_busy:")
        return
    if day is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="asof_past"):
            st.info(t("数据截至 {day}（历史）：按当天结束时已通过且未作废的记录统计，单位和代码的名称为现在的名称。", day=day.isoformat()), icon=":material/history:")
            st.button(t("返回今天"), key="asof_now", icon=":material/undo:", type="tertiary", on_click=_back)


def _chosen() -> None:
    day = st.session_state.get(_KEY)
    if isinstance(day, date) and day < today():
        st.query_params[ADDRESS] = day.isoformat()
        st.session_state.pop("year", None)
        if st.query_params.get("year", "").isdigit() and int(st.query_params["year"]) > day.year:
            st.query_params["year"] = str(day.year)
    else:
        _back()


def _back() -> None:
    if ADDRESS in st.query_params:
        del st.query_params[ADDRESS]


# --- figures that have to be made -----------------------------------------------------------------------------


def waiting(principal: Principal, missing: NotMadeYet) -> None:
    """Asks for the day, once, and shows how it goes until it is there."""
    wanted = {"day": missing.day.isoformat(), "key": missing.key}
    with frame.store().begin(principal.university_code) as uow:
        mine = [one for one in jobs.list_for(uow, principal) if one.kind == "past" and one.parameters == wanted]
        if not any(one.state in ("queued", "running") for one in mine) and wanted["day"] not in st.session_state.get("_past_asked", ()):
            jobs.enqueue(uow, principal, "past", wanted)
            st.session_state["_past_asked"] = (*st.session_state.get("_past_asked", ()), wanted["day"])
    st.fragment(_progress, run_every="1s")(principal, missing.key, missing.day)


def _progress(principal: Principal, key: str, day: date) -> None:
    if reader.past_path(key, day) is not None:
        st.session_state["_past_asked"] = tuple(one for one in st.session_state.get("_past_asked", ()) if one != day.isoformat())
        st.rerun()
    with frame.store().read(principal.university_code) as uow:
        mine = [one for one in jobs.list_for(uow, principal) if one.kind == "past" and one.parameters.get("day") == day.isoformat()]
    latest = mine[0] if mine else None
    if latest is not None and latest.state == "failed":
        frame.empty(t("没有生成 {day} 的历史数据", day=day.isoformat()), latest.message or "", icon=":material/error:")
        if st.button(t("重试"), key="past_again", icon=":material/refresh:"):
            st.session_state["_past_asked"] = ()
            st.rerun()
        return
    with frame.empty(t("正在生成 {day} 的历史数据", day=day.isoformat()), t("按当天的记录和现在的统计口径重算一遍，一般几秒，生成后本页自动显示。可以先离开。"), icon=":material/hourglass_top:"):
        st.progress(0.5 if latest is not None and latest.state == "running" else 0.1)
