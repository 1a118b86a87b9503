"""我的统计: a researcher's own figures, how each outcome counts, why one does not, and the money."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.charts import figures
from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions, numbers
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.marts.scope import MANY
from dashboards.marts.words import types
from dashboards.screens import shown
from dashboards.screens.analysis import filters, funds, opened, pieces, tools, words

CARDS = ("O01", "P01", "K01a", "A01", "O10", "F01")
RULES = ("FULL_PERSON", "OWNER", "FRAC_EQ")
FIRST = 12
"""Reasons shown at once; the rest on request."""
EXPLAINED = ("O01", "O02", "O10", "A01", "K01a", "K01b", "P01", "F01")
SHOWS = (
    shown.Place("mine", N_("数字卡"), shown.NUMBER, CARDS),
    shown.Place("mine", N_("近十年成果"), shown.CHART, ("R01",), exports=True),
    shown.Place("mine", N_("经费曲线"), shown.CHART, funds.MEASURES, exports=True),
    shown.Place("mine", N_("没有计入"), shown.TABLE, EXPLAINED),
)


def show() -> None:
    actor = frame.current()
    head = frame.page(t("我的统计"))
    try:
        mart = filters.opened(actor)
    except NoNumbersYet:
        _nothing()
        return
    with head:
        year = filters.year(mart)
        rule = filters.rule(mart, RULES, "FULL_PERSON")
        if st.button(t("科研详情"), key="to_profile", icon=":material/person:"):
            navigation.go("profile")
        tools.print_button()
    pieces.state_notice(mart)
    if numbers.is_empty(mart):
        _nothing()
        return
    with st.grid(6, min_column_width=160, gap="small"):
        for one in CARDS:
            found = definitions.definition(mart, one)
            pieces.number_card(mart, Spec(one, year, rule if rule in found.rules else ""))
    left, right = st.columns([1.25, 1], gap="small")
    with left:
        _years(mart, year, rule)
    with right:
        funds.curve(mart)
    left, right = st.columns([1.6, 1], gap="small")
    with left:
        _how(mart, year)
    with right:
        _why_not(mart, year)
    tools.footnotes(mart, CARDS, words.filters_of(mart, Spec("R01", year)))


def _nothing() -> None:
    frame.empty(t("暂无数据"), t("你的成果通过学校审核后，这里会显示统计。可在“高校业务”里新增成果。"))


def _years(mart: Mart, year: int, rule: str) -> None:
    """Outcomes of ten years by type."""
    years = list(range(year - 9, year + 1))
    spec = Spec("R01", year, rule if rule in definitions.definition(mart, "R01").rules else "", first_year=years[0])
    cells: dict[str, dict[int, float]] = {}
    for (kind, when), value, _ in numbers.groups(mart, spec, ("type", "year")):
        if kind not in ("person", "expert"):
            cells.setdefault(kind, {})[int(when)] = value or 0.0
    named = types(mart)
    order = sorted(cells, key=lambda k: -sum(cells[k].values()))
    shown, rest = order[:5], order[5:]
    parts = [(pick(*named[k]), [cells[k].get(y, 0.0) for y in years]) for k in shown]
    if rest:
        parts.append((t("其他"), [sum(cells[k].get(y, 0.0) for k in rest) for y in years]))
    rows = [{t("年度"): str(y), **{name: values[i] for name, values in parts}} for i, y in enumerate(years)]

    def draw(p: figures.Palette) -> figures.Figure:
        return figures.columns(p, years, [(name, values, p.category[min(i, 5)]) for i, (name, values) in enumerate(parts)], height=250)

    def opened_bar(point: dict[str, Any]) -> None:
        part = int(point.get("curve_number", len(shown)))  # 其他 holds several types
        kind = shown[part] if part < len(shown) else MANY.join(rest)
        opened.records_dialog(mart, replace(spec, year=int(pieces.key_of(point)), first_year=None, type=kind))

    pieces.panel(
        t("近十年成果"), t("条"), "years", rows=rows, alt=t("近十年成果"), figure=draw if cells else None,
        note=t("点条形看明细"), pick_point=opened_bar, more=tools.beside(mart, spec, "years", t("近十年成果"), rows),
    )  # fmt: skip


def _how(mart: Mart, year: int) -> None:
    """怎么计的: each outcome of the year with my rank and my share under each counting rule."""
    rows = mart.rows(
        "SELECT r.record_id, r.number, r.type, r.title, c.rank, c.is_owner, c.share_full_person, c.share_frac_eq, c.share_frac_w, c.share_owner,"
        " coalesce((SELECT sum(o.share_first_unit) FROM fct_credit AS o WHERE o.record_id = r.record_id), 0)"
        " FROM fct_credit AS c JOIN fct_record AS r ON r.record_id = c.record_id"
        " WHERE c.person_id = ? AND r.filed_year = ? AND r.type <> 'person' AND r.valid_to IS NULL AND r.in_statistics"
        " ORDER BY r.dated_on DESC NULLS LAST, r.record_id DESC",
        (mart.person_id, year),
    )
    named = types(mart)
    with st.container(border=True, gap="xsmall", key="panel_how", height="stretch"):
        st.markdown(f"**{t('怎么计的')}** · {t('{year} 年 {n} 条', year=year, n=len(rows))}")
        st.caption(t("个人计数：参与即计 1；归属：由校内排名最靠前的教师计；均分与加权按本校教师分。"))
        if not rows:
            frame.empty(t("这一年没有计入的成果"), t("换一个年度，或看右侧没有计入的原因。"))
            return
        table = pd.DataFrame([{
            "link": f"record?id={r[0]}#{r[1]}", t("类型"): pick(*named[r[2]]) if r[2] in named else r[2], t("名称"): r[3],
            t("我的排名"): r[4] or None, t("归属我"): t("是") if r[5] else t("否"), t("个人计数"): float(r[6]), t("均分计数"): float(r[7]),
            t("名次加权"): float(r[8]), t("第一单位"): t("是") if r[10] else t("否"),
        } for r in rows])  # fmt: skip
        share = st.column_config.NumberColumn(format="%.2f", width=84)
        st.dataframe(
            table, hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 370), placeholder="—", key="how", alt=t("怎么计的"),
            column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96), t("名称"): st.column_config.TextColumn(width="medium"),
                           t("个人计数"): share, t("均分计数"): share, t("名次加权"): share},
        )  # fmt: skip


def _why_not(mart: Mart, year: int) -> None:
    """为什么没计入: approved outcomes that a figure leaves out, each with the reason."""
    named = definitions.labels(mart, "exclusion_reason")
    by_measure = {one.measure: words.name(one) for one in definitions.catalogue(mart).values() if one.is_additive and one.indicator in EXPLAINED}
    rows = mart.rows(
        "SELECT r.record_id, r.title, m.measure, m.reason FROM fct_measure AS m JOIN fct_record AS r ON r.record_id = m.record_id"
        " WHERE NOT m.included AND m.valid_to IS NULL AND (m.year = ? OR m.year IS NULL) AND (m.owner_person_id = ?"
        " OR m.record_id IN (SELECT record_id FROM fct_credit WHERE person_id = ?)) ORDER BY r.title, r.record_id, m.measure",
        (year, mart.person_id, mart.person_id),
    )
    found = [(row[0], row[1], by_measure[row[2]], words.label(named, row[3] or ""), words.ADVICE.get(row[3] or "", "")) for row in rows if row[2] in by_measure]
    outside = mart.rows(
        "SELECT DISTINCT r.record_id, r.title FROM fct_record AS r LEFT JOIN fct_credit AS c ON c.record_id = r.record_id"
        " WHERE NOT r.in_statistics AND r.valid_to IS NULL AND (c.person_id = ? OR r.owner_person_id = ?) ORDER BY r.record_id",
        (mart.person_id, mart.person_id),
    )
    found += [(row[0], row[1], t("全部指标"), t("不纳入统计"), words.ADVICE["not_in_statistics"]) for row in outside]
    with st.container(border=True, gap="small", key="panel_why", height="stretch"):
        st.markdown(f"**{t('为什么没计入')}** · {t('{n} 条', n=len(found))}")
        if not found:
            st.caption(t("已通过的成果都已计入。还在审核的，通过后计入。"))
        shown = found if st.session_state.get("why_all") else found[:FIRST]
        for i, (record_id, title, indicator, reason, advice) in enumerate(shown):
            with st.container(gap="xxsmall", key=f"row-why{i}"):
                if st.button(frame.md(title or "—"), key=f"why_{i}", type="tertiary"):
                    navigation.go("record", id=str(record_id))
                st.caption(f":material/info: {frame.md(indicator)} · {frame.md(reason)}" + (f" · {frame.md(t(advice))}" if advice else ""))
        if len(found) > FIRST:
            st.checkbox(t("全部显示（{n} 条）", n=len(found)), key="why_all")
