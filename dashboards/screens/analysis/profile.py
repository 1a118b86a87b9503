"""科研详情: all of one person's projects, money, outcomes, IP, exchange and contribution, each count a door (AC-126)."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import N_, pick, t
from dashboards.marts import numbers, reach
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.marts.words import colleges, people, types
from dashboards.screens import shown
from dashboards.screens.analysis import (
    colleagues,
    filters,
    funds,
    opened,
    pieces,
    representative,
    tools,
    words,
)
from dashboards.screens.home import counts
from ingestion.catalog.registry import ALL_RECORDS, GROUPS
from ingestion.principal import Principal
from ingestion.store.engine import today

SHOWN = ("projects", "funds", "outcomes", "ip", "exchange", "contribution")
EVER = 1900  # the first year of "all years"

SHOWS = (
    shown.Place("profile", N_("记录数"), shown.NUMBER, ("R01",)),
    shown.Place("profile", N_("经费统计"), shown.TABLE, funds.MEASURES, exports=True),
    shown.Place("profile", N_("经费曲线"), shown.CHART, funds.MEASURES, exports=True),
)


def show() -> None:
    actor = frame.current()
    try:
        mart = filters.opened(actor)
    except NoNumbersYet:
        frame.page(t("科研详情"))
        frame.empty(t("暂无数据"), t("你的成果通过学校审核后，这里会显示统计。可在“高校业务”里新增成果。"))
        return
    if mart.level != "person":
        chosen = _chosen(mart)
        if chosen is None:
            return
        mart = reach.of_person(mart, chosen)
    else:
        with frame.page(t("科研详情"), _who(mart)):
            tools.print_button()
    pieces.state_notice(mart)
    _groups(mart)
    if actor.role == "researcher":
        _under_way(actor)
    left, right = st.columns([1.25, 1], gap="small")
    with left:
        funds.panel(mart)
    with right:
        funds.curve(mart)
    left, right = st.columns([1.25, 1], gap="small")
    with left:
        colleagues.panel(mart, _name(mart))
    with right:
        representative.panel(mart, actor)
    tools.footnotes(mart, ("R01", *funds.MEASURES), words.filters_of(mart, _ever("R01")))


def _chosen(mart: Mart) -> int | None:
    """Whose page: named in the address, else chosen here."""
    known = people(mart)
    asked = st.query_params.get("person", "")
    with frame.page(t("科研详情"), _who(reach.of_person(mart, int(asked))) if asked in known else ""):
        picked = filters.choice(st.selectbox, t("人员"), ["", *known], "person", "", lambda key: f"{known[key][1]} {known[key][0]}" if key else t("选择人员"), width=220)
        tools.print_button()
    if not picked:
        frame.empty(t("选择人员"), t("按姓名或工号查找，看这个人的项目、经费和成果。"), icon=":material/person_search:")
        return None
    return int(picked)


def _who(mart: Mart) -> str:
    """张伟 · 工号 00123 · 计算机学院, as the figures hold them."""
    rows = mart.rows("SELECT p.name, p.staff_no, p.college_id FROM dim_person AS p WHERE p.person_id = ?", [mart.person_id])
    if not rows:
        return ""
    college = colleges(replace(mart, level="university")).get(str(rows[0][2] or ""), ("", ""))
    return " · ".join(word for word in (rows[0][0], f"{t('工号')} {rows[0][1]}", pick(*college)) if word)


def _name(mart: Mart) -> str:
    return next((name for _, name in people(mart).values()), "")


def _ever(indicator: str) -> Spec:
    return Spec(indicator, today().year, first_year=EVER)


def _groups(mart: Mart) -> None:
    """Six cards of counts: what the person takes part in, over all years."""
    spec = _ever("R01")
    held = {keys[0]: int(records) for keys, _, records in numbers.groups(mart, spec, ("type",))}
    named = types(mart)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(t("已通过并纳入统计的记录，全部年度，参与即计 1"), width="content")
        if st.button(t("口径"), key="profile_define", icon=":material/info:", type="tertiary"):
            opened.definition_dialog(mart, spec)
    with st.grid(6, min_column_width=170, gap="small"):
        for group in SHOWN:
            mine = [one for one in ALL_RECORDS if ALL_RECORDS[one].group == group and held.get(one)]
            with st.container(border=True, gap="xsmall", key=f"card_{group}", height="stretch"):
                st.metric(pick(*GROUPS[group]), f"{sum(held[one] for one in mine):,}", width="content")
                if not mine:
                    st.caption(t("暂无记录"))
                for one in mine:
                    word = pick(*named[one]) if one in named else one
                    if st.button(f"{frame.md(word)} {held[one]:,}", key=f"mine_{one}", type="tertiary", icon=":material/list:", help=t("{name}的明细", name=word)):
                        opened.records_dialog(mart, replace(spec, type=one))


def _under_way(actor: Principal) -> None:
    """What does not count yet: from the store, where only the person's own records are seen."""
    cells = counts.by_type(actor, own=True)
    states = ((t("审核中"), "10,20", "hourglass_top", "blue"), (t("退回待改"), "11,21", "undo", "orange"), (t("草稿"), "00", "edit_note", "gray"))
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium", key="under_way"):
        st.markdown(f"**{t('尚未计入')}**", width="content")
        for word, codes, icon, colour in states:
            n = sum(cell.n for cell in cells if cell.state in codes.split(","))
            badge = f":{colour if n else 'gray'}-badge[:material/{icon}: {t('{n} 条', n=n)}]"
            if st.button(f"{word} {badge}", key=f"under_way_{codes}", type="tertiary", disabled=not n):
                navigation.go("search", own="1", state=codes)


