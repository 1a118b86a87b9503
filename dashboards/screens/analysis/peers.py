"""同类对标: where the own university stands among those it may be compared with."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.charts import cached, figures
from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions, peers
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import Spec
from dashboards.marts.province import GROUPS
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.screens import shown
from dashboards.screens.analysis import filters, opened, pieces, tools
from dashboards.screens.analysis.province_panels import Compared
from dashboards.screens.analysis.words import MINUS
from ingestion import settings
from ingestion.principal import Principal

SHOWS = (
    shown.Place("peers", N_("名次表"), shown.TABLE, shown.EVERY, exports=True),
    shown.Place("peers", N_("组内分布"), shown.CHART, shown.EVERY, exports=True),
)


def show() -> None:
    actor = frame.current()
    head = frame.page(t("同类对标"))
    try:
        mart = cached.open_peers(actor)
    except NoNumbersYet:
        frame.empty(t("暂无数据"), t("有高校的统计发布后，这里会显示同类对标。"))
        return
    groups = peers.groups_of(mart, actor.university_code)
    years = [y for y in peers.years(mart) if y <= mart.today.year]
    if not groups or not years:
        frame.empty(t("暂无数据"), t("本校有记录通过审核后，这里会显示与同类高校的对标。"))
        return
    with head:
        last = str(mart.today.year - 1) if mart.today.year - 1 in years else str(years[0])
        year = int(filters.choice(st.selectbox, t("年度"), [str(y) for y in years], "year", last, str, width=100))
        ranked = [one for one in groups if peers.is_ranked(mart, actor.university_code, one, year)]
        group = filters.choice(st.segmented_control, t("比较组"), groups, "group", (ranked or groups)[0], _group_word)
        basis = _basis()
        tools.print_button()
    offered = [one for one in definitions.catalogue(mart).values() if one.is_configured and _divides(one, basis)]
    places = peers.places(mart, actor.university_code, group, year, [one.indicator for one in offered], basis)
    by_id = {one.indicator: Compared(one, year, basis) for one in offered}
    left, right = st.columns([1.5, 1], gap="small")
    with left:
        chosen = _standing(cached.open_for(actor), mart, group, places, by_id, year)
    with right:
        masked = _is_masked(actor)
        _spread(actor, mart, group, year, chosen, masked)
    st.caption(t("记录少于 3 条的单元隐去；不足 5 校不排名。名次 1 为最高。") + (t("按省厅规定，其他高校匿名显示。") if masked else ""))


def _is_masked(actor: Principal) -> bool:
    with frame.store().read(actor.university_code) as uow:
        return bool(settings.get(uow, "peers_shown") == peers.MASKED)


def _basis() -> Any:
    names = {"total": t("总量"), "head": t("人均"), "money": t("每百万元经费")}
    return filters.choice(st.segmented_control, t("比较方式"), list(names), "basis", "total", lambda one: names[one])


def _divides(one: Definition, basis: str) -> bool:
    """Ratios and people are not divided once more, money is not divided by money."""
    if basis == "total":
        return True
    return one.is_additive and one.value_unit != "person" and not (basis == "money" and one.is_money)


def _group_word(group: str) -> str:
    return t("全部高校") if group == "*" else pick(*GROUPS.get(group, (group, group)))


def _standing(own: Mart, mart: Mart, group: str, places: list[peers.Place], by_id: dict[str, Compared], year: int) -> Compared | None:
    with st.container(border=True, gap="xsmall", key="panel_standing", height="stretch"):
        st.markdown(f"**{t('本校位置')}** · {year}")
        if not places:
            frame.empty(t("暂无数据"), t("所选年度没有可比较的指标。"))
            return None
        rows: list[dict[str, Any]] = []
        for place in places:
            how = by_id[place.indicator]
            rows.append({
                t("指标"): how.title, t("本校"): t("隐去") if place.is_suppressed else how.shown(place.value),
                t("中位数"): how.shown(place.median), t("名次"): f"{place.rank} / {place.ranked_among}" if place.rank else "—",
                t("百分位"): "—" if place.percentile is None else f"{place.percentile * 100:.0f}",
                t("标准分"): "—" if place.z_score is None else f"{place.z_score:+.2f}".replace("-", MINUS),
            })  # fmt: skip
        event = st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 520), placeholder="—",
            key="standing", on_select="rerun", selection_mode="single-row", alt=t("本校位置"),
        )  # fmt: skip
        tools.paper("standing", rows, 1)
        picked = event["selection"]["rows"]
        ranked = [place for place in places if place.rank] or places
        at = places[picked[0]] if picked and picked[0] < len(places) else ranked[0]
        chosen = by_id[at.indicator]
        tools.footnotes(own, [chosen.found.indicator], chosen.filters)
        with st.container(horizontal=True, gap="xsmall"):
            defined = st.button(t("口径"), key="peers_define", icon=":material/info:", type="tertiary")
            tools.export_menu(mart, "standing", t("本校位置"), f"{t('{years} 年', years=year)} · {_group_word(group)} · {chosen.basis_word}", rows, picture=False)
        if defined:
            opened.definition_dialog(own, Spec(chosen.found.indicator, year))
        return chosen


def _spread(actor: Principal, mart: Mart, group: str, year: int, how: Compared | None, masked: bool) -> None:
    if how is None:
        pieces.panel(t("组内分布"), "", "spread")
        return
    all_of_them = peers.members(mart, actor.university_code, group, year, how.found.indicator, masked=masked, basis=how.basis)
    members = [one for one in all_of_them if one.value is not None]
    labels = [one.name if one.is_own or not masked else t("高校 {letter}", letter=one.name) for one in members]
    values = [how.found.scaled(one.value) for one in members]
    rows = [{t("高校"): label, how.title: value, t("名次"): one.rank} for one, label, value in zip(members, labels, values, strict=True)]
    strong = [one.is_own for one in members]
    pieces.panel(
        t("组内分布"), how.title, "spread", note=t("绿色为本校；勾选左侧一行换指标"), rows=rows, alt=t("组内分布"),
        more=lambda: tools.export_menu(mart, "spread", t("组内分布"), f"{how.filters} · {_group_word(group)}", rows, Spec(how.found.indicator, year), unit=how.unit),
        figure=(lambda p: figures.bars(p, labels, values, places=how.places, strong=strong)) if members else None,
        empty_text=t("这项指标的记录太少，各校数都已隐去。"),
    )  # fmt: skip
