"""The figures at the top of the home page of who reads numbers and enters nothing: analysts and the province."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, navigation
from dashboards.charts import cached
from dashboards.i18n import N_, t
from dashboards.marts import definitions, numbers, province
from dashboards.marts.reader import Mart, NoNumbersYet, OlderFile
from dashboards.screens import shown
from dashboards.screens.analysis import leader, pieces, words
from dashboards.screens.analysis.province_panels import PROFILE
from ingestion.principal import Principal
from ingestion.store.engine import today

SHOWS = (
    shown.Place("home", N_("数字卡"), shown.NUMBER, leader.CARDS, roles=("analyst",)),
    shown.Place("home", N_("数字卡"), shown.NUMBER, PROFILE, roles=("province_staff", "province_analyst")),
)


def draw(actor: Principal) -> None:
    """Six numbers of the year so far, each a door; nothing before the first ones are published. After an upgrade the
    rest of the page does not wait for them."""
    try:
        _draw(actor, cached.open_for(actor))
    except NoNumbersYet:
        frame.empty(t("暂无数据"), t("有记录通过审核并生成统计后，这里会显示统计。"))
    except OlderFile as old:
        frame.empty(t("正在按新版本重算"), frame.said(old), icon=":material/update:")


def _draw(actor: Principal, mart: Mart) -> None:
    year = today().year
    pieces.state_notice(mart)
    if actor.is_province:
        known = definitions.catalogue(mart)
        with st.grid(6, min_column_width=160, gap="small"):
            for indicator in PROFILE:
                if indicator in known:
                    _of_the_province(known[indicator], *province.whole(mart, indicator, year), province.whole(mart, indicator, year - 1)[0], year)
        return
    if numbers.is_empty(mart):
        frame.empty(t("暂无数据"), t("有记录通过审核并生成统计后，这里会显示统计。"))
        return
    with st.grid(6, min_column_width=160, gap="small"):
        for indicator in leader.CARDS:
            pieces.number_card(mart, leader.spec_of(mart, indicator, year))


def _of_the_province(found: definitions.Definition, value: float | None, _full: float | None, before: float | None, year: int) -> None:
    with st.container(border=True, gap="xxsmall", key=f"province-{found.indicator}"):
        st.metric(words.titled(found), found.shown(value if value is not None or not found.is_additive else 0.0))
        st.caption(t("{year} 年累计 · 上年全年 {before}", year=year, before=frame.md(found.shown(before))))
        if st.button(t("各校对比"), key=f"compare-{found.indicator}", icon=":material/leaderboard:", type="tertiary", help=words.name(found)):
            navigation.go("province", indicator=found.indicator, year=str(year))
