"""审核分析: how long work stays at each node, why it is returned, who handles how much, by college."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.charts.figures import bars
from dashboards.i18n import N_, pick, t
from dashboards.marts import quality, reader
from dashboards.marts.quality import Asked, Stay
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.marts.words import colleges
from dashboards.screens import shown
from dashboards.screens.analysis.filters import choice
from dashboards.screens.analysis.pieces import key_of, panel
from dashboards.screens.quality.shared import college_word, definition, export, records, type_word
from ingestion import permissions
from ingestion.principal import Principal
from ingestion.store.engine import local_time

NODES = {"10": N_("学院审核"), "11": N_("学院退回后修改"), "20": N_("学校审核"), "21": N_("学校退回后修改")}
ENDED = {"approve": N_("通过"), "return": N_("退回"), "refuse": N_("驳回"), "hand_back": N_("退回学院"), "withdraw": N_("撤回"), "void": N_("作废"), "submit": N_("重新提交")}
ALL = "*"

SHOWS = (shown.Place("reviews", N_("数字卡"), shown.NUMBER, ("Q02",)),)


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "view_quality")
    try:
        mart = reader.open_for(actor)
        years = quality.years(mart)
    except NoNumbersYet:
        mart, years = None, []
    at = quality.scored_at(mart) if mart is not None else None
    frame.page(t("审核分析"), t("截至 {at}，每夜更新", at=local_time(at).strftime("%Y-%m-%d %H:%M")) if at else "")
    if mart is None or not years:
        frame.empty(t("还没有审核记录"), t("有记录提交审核并完成一次全部重算后，这里会显示用时和退回原因。"), icon=":material/timer:")
        return
    asked, words = _filters(mart, years)
    _cards(actor, mart, asked, words)
    left, right = st.columns(2, gap="small")
    with left:
        _nodes(actor, mart, asked, words)
    with right:
        _colleges(actor, mart, asked, words)
    left, right = st.columns(2, gap="small")
    with left:
        _reasons(actor, mart, asked, words)
    with right:
        _people(actor, mart, asked, words)


def _filters(mart: Mart, years: list[int]) -> tuple[Asked, str]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        year = choice(st.selectbox, t("到达年度"), [*(str(y) for y in years), ALL], "year", str(years[0]), lambda y: t("全部") if y == ALL else y, width=120)
        college = ALL
        if mart.level == "university":
            named = colleges(mart)
            options = [ALL, *(unit for unit in named if unit)]
            college = choice(st.selectbox, t("学院"), options, "college", ALL, lambda u: t("全部") if u == ALL else pick(*named[u]), width=260)
    words = " · ".join([t("全部年度") if year == ALL else t("{years} 年", years=year), *([college_word(mart, college)] if college != ALL else [])])
    return Asked(year=None if year == ALL else int(year), college=None if college == ALL else int(college)), words


def _days(value: float | None) -> str:
    return t("{n} 天", n=f"{value:.1f}") if value is not None else "—"


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _cards(actor: Principal, mart: Mart, asked: Asked, words: str) -> None:
    found = quality.review_time(mart, asked)
    with st.grid(4, min_column_width=200):
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.metric(t("审核时效（中位数）"), _days(found.median))
            st.caption(t("已通过 {n} 件；不含退回修改的时间", n=f"{found.stays:,}"))
            with st.container(horizontal=True, gap="xsmall"):
                if st.button(t("明细"), icon=":material/list:", type="tertiary", key="open_all", help=t("已通过的各件用时")):
                    _items(actor, mart, t("已通过的各件用时"), quality.approved(mart, asked), words)
                definition(mart, "Q02")
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.metric(t("九成在此时间内"), _days(found.slowest))
        with st.container(border=True, gap="xxsmall", height="stretch"):
            share = _share(found.late, found.stays)
            st.metric(t("超过15天"), f"{share:.1f}%" if share is not None else "—")
            st.caption(t("{a} ÷ {b} 件", a=f"{found.late:,}", b=f"{found.stays:,}"))
            if st.button(t("明细"), icon=":material/list:", type="tertiary", key="open_late", help=t("审核超过15天的")):
                _items(actor, mart, t("审核超过15天的"), quality.approved(mart, asked, late=True), words)
        with st.container(border=True, gap="xxsmall", height="stretch"):
            share = _share(found.returned, found.stays)
            st.metric(t("曾被退回"), f"{share:.1f}%" if share is not None else "—")
            st.caption(t("{a} ÷ {b} 件", a=f"{found.returned:,}", b=f"{found.stays:,}"))
            if st.button(t("明细"), icon=":material/list:", type="tertiary", key="open_returned", help=t("曾被退回的")):
                _items(actor, mart, t("曾被退回的"), quality.approved(mart, asked, returned=True), words)


def _columns(one: Stay) -> dict[str, Any]:
    return {
        t("件数"): one.stays, t("中位数（天）"): round(one.median, 1) if one.median is not None else None, t("九成（天）"): round(one.slowest, 1) if one.slowest is not None else None,
        t("超过15天（%）"): _share(one.late, one.stays), t("退回（%）"): _share(one.returned, one.stays), t("在办"): one.waiting,
    }  # fmt: skip


def _grid(actor: Principal, mart: Mart, title: str, first: str, lines: list[tuple[str, Asked, dict[str, Any]]], key: str, words: str) -> None:
    """A table whose ticked row opens its steps, with its export."""
    table = pd.DataFrame([{first: name, **columns} for name, _, columns in lines])
    event = st.dataframe(table, hide_index=True, row_height=33, key=f"{key}_grid", on_select="rerun", selection_mode="single-row", placeholder="—", height=min(37 + 33 * len(lines), 340))
    picked = [lines[r] for r in event.selection.rows if r < len(lines)]
    with st.container(horizontal=True, gap="small"):
        if st.button(t("明细"), key=f"{key}_open", icon=":material/list:", disabled=not picked):
            _dialog(actor, mart, picked[0][0], picked[0][1], words)
        export(actor, mart, title, table, f"{key}_export", words)


def _nodes(actor: Principal, mart: Mart, asked: Asked, words: str) -> None:
    with st.container(border=True, gap="xsmall", key="nodes"):
        st.markdown(f"**{t('各节点用时')}**")
        found = quality.stays(mart, asked, "node")
        if not found:
            st.caption(t("没有记录"))
            return
        _grid(actor, mart, t("各节点用时"), t("节点"), [(t(NODES[one.key]), replace(asked, node=one.key), _columns(one)) for one in found], "nodes", words)


def _colleges(actor: Principal, mart: Mart, asked: Asked, words: str) -> None:
    by: Any = "college_id" if mart.level == "university" and asked.college is None else "type"
    found = quality.stays(mart, asked, by)
    shown = [one for one in found if one.median is not None][:12]
    names = [college_word(mart, one.key) if by == "college_id" else type_word(one.key) for one in shown]

    def narrowed(key: Any) -> Asked:
        return replace(asked, college=key if key is not None else "") if by == "college_id" else replace(asked, type=key)

    def pick_point(point: Any) -> None:
        at = key_of(point)
        one = shown[int(at)] if at is not None and int(at) < len(shown) else None
        if one is not None:
            _dialog(actor, mart, names[shown.index(one)], narrowed(one.key), words)

    title = t("各学院审核用时") if by == "college_id" else t("各类型审核用时")
    rows = [{t("名称"): name, **_columns(one)} for name, one in zip(names, shown, strict=True)]

    def more() -> None:
        export(actor, mart, title, pd.DataFrame(rows), "colleges_export", words)

    panel(
        title, t("中位数，天"), "review_colleges", rows=rows, alt=title, pick_point=pick_point, more=more,
        figure=(lambda p: bars(p, names, [one.median for one in shown], places=1, keys=list(range(len(shown))))) if shown else None,
        empty_text=t("有记录审核后显示"),
    )  # fmt: skip


def _reasons(actor: Principal, mart: Mart, asked: Asked, words: str) -> None:
    with st.container(border=True, gap="xsmall", key="reasons"):
        st.markdown(f"**{t('退回原因')}**")
        found = quality.stays(mart, asked, "reason")
        if not found:
            st.caption(t("没有退回"))
            return
        lines = [(one.key or t("未写原因"), replace(asked, reason=one.key, returned=True), {t("次数"): one.stays}) for one in found]
        _grid(actor, mart, t("退回原因"), t("原因"), lines, "reasons", words)


def _people(actor: Principal, mart: Mart, asked: Asked, words: str) -> None:
    with st.container(border=True, gap="xsmall", key="people"):
        st.markdown(f"**{t('工作量')}**")
        found = quality.stays(mart, asked, "handler")
        if not found:
            st.caption(t("没有记录"))
            return
        _grid(actor, mart, t("工作量"), t("处理人"), [(one.key, replace(asked, handler=one.key), {k: v for k, v in _columns(one).items() if k != t("在办")}) for one in found], "people", words)


def _items(actor: Principal, mart: Mart, name: str, found: list[quality.Item], words: str) -> None:
    @st.dialog(f"{t('审核明细')} · {frame.md(name)}", width="large")
    def dialog() -> None:
        st.caption(frame.md(words))
        rows = [
            {t("名称"): one.title, t("类型"): type_word(one.type), t("学院"): college_word(mart, one.college_id), t("审核用时（天）"): round(one.days, 1), t("曾被退回"): t("是") if one.returned else t("否")}
            for one in found
        ]
        records(actor, mart, t("审核明细"), rows, [one.record_id for one in found], "items", f"{words} · {name}")

    dialog()


def _dialog(actor: Principal, mart: Mart, name: str, asked: Asked, words: str) -> None:
    @st.dialog(f"{t('审核明细')} · {frame.md(name)}", width="large")
    def dialog() -> None:
        st.caption(frame.md(words))
        found = quality.steps(mart, asked)
        rows = [
            {
                t("名称"): one.title, t("类型"): type_word(one.type), t("学院"): college_word(mart, one.college_id), t("节点"): t(NODES[one.node]),
                t("到达"): local_time(one.entered_at).strftime("%Y-%m-%d %H:%M"), t("停留（天）"): round(one.days, 1) if one.days is not None else None,
                t("结果"): t(ENDED[one.ended_by]) if one.ended_by in ENDED else (one.ended_by or t("在办")), t("处理人"): one.handler, t("原因"): one.reason,
            }
            for one in found
        ]  # fmt: skip
        records(actor, mart, t("审核明细"), rows, [one.record_id for one in found], "steps", f"{words} · {name}")

    dialog()
