"""数据质量: the score by college, type and person with the records that cost it, and the checks that do not hold, handed out as tasks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions, quality, reader
from dashboards.marts.quality import Score
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.screens import shown
from dashboards.screens.analysis.filters import choice
from dashboards.screens.quality import rules
from dashboards.screens.quality.shared import college_word, definition, export, records, type_word
from dashboards.screens.quality.tasks import severity
from ingestion import permissions
from ingestion.principal import Principal
from ingestion.store.engine import local_time

BY = {"college": N_("按学院"), "type": N_("按类型"), "person": N_("按人员")}

SHOWS = (shown.Place("quality", N_("数字卡"), shown.NUMBER, ("Q01", "Q02", "Q03")),)


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "view_quality")
    try:
        mart = reader.open_for(actor)
    except NoNumbersYet:
        mart = None
    at = quality.scored_at(mart) if mart is not None and not actor.is_province else None
    with frame.page(t("数据质量"), t("得分截至 {at}，每夜更新；问题清单为实时", at=local_time(at).strftime("%Y-%m-%d %H:%M")) if at else ""):
        if permissions.can(actor, "view_pipeline") and st.button(t("数据管道"), icon=":material/account_tree:", type="tertiary", key="to_pipeline"):
            navigation.go("pipeline")
    if actor.is_province:
        _province(actor, mart)
        return
    if mart is None or at is None:
        frame.empty(t("还没有得分"), t("有记录通过审核并完成一次全部重算后，这里会显示得分。"), icon=":material/verified:")
    else:
        _cards(actor, mart)
        _table(actor, mart)
    rules.draw(actor)


def _percent(value: float | None) -> str:
    return f"{value * 100:.1f}%" if value is not None else "—"


def _cards(actor: Principal, mart: Mart) -> None:
    total = quality.total(mart)
    time = quality.review_time(mart, quality.Asked())
    agree, of = quality.agreeing(mart)
    with st.grid(4, min_column_width=210):
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.metric(t("数据质量分（满分100）"), f"{total.score:.1f}" if total.score is not None else "—")
            st.caption(t("{n} 条记录，按对指标的影响加权", n=f"{total.records:,}"))
            with st.container(horizontal=True, gap="xsmall"):
                if st.button(t("明细"), icon=":material/list:", type="tertiary", key="open_score", help=t("失分的记录")):
                    _dialog(actor, mart, t("失分的记录"), None, None)
                with st.popover(t("口径"), icon=":material/info:", type="tertiary", key="define_score"):
                    st.markdown(t("每条计入统计的记录，质量 = 统计所需字段的已填比例；有提醒减半，有错误为 0。权重 = 1 + 该记录计入的度量数。得分 = 100 × Σ(权重 × 质量) ÷ Σ权重。"))
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.metric(_name(mart, "Q01"), _percent(total.completeness))
            st.caption(t("{a} ÷ {b} 个字段", a=f"{total.filled:,}", b=f"{total.needed:,}"))
            with st.container(horizontal=True, gap="xsmall"):
                if st.button(t("明细"), icon=":material/list:", type="tertiary", key="open_lacking", help=t("缺填字段的记录")):
                    _dialog(actor, mart, t("缺填字段的记录"), None, None, lacking=True)
                definition(mart, "Q01")
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.metric(_name(mart, "Q02"), t("{n} 天", n=f"{time.median:.1f}") if time.median is not None else "—")
            st.caption(t("超过15天 {a} ÷ {b} 条", a=f"{time.late:,}", b=f"{time.stays:,}"))
            with st.container(horizontal=True, gap="xsmall"):
                if st.button(t("明细"), icon=":material/list:", type="tertiary", key="open_reviews", help=t("打开审核分析")):
                    navigation.go("reviews")
                definition(mart, "Q02")
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.metric(_name(mart, "Q03"), _percent(total.flagged_share))
            st.caption(t("{a} ÷ {b} 条；勾稽通过 {c} ÷ {d}", a=f"{total.flagged:,}", b=f"{total.records:,}", c=f"{agree:,}", d=f"{of:,}"))
            with st.container(horizontal=True, gap="xsmall"):
                if st.button(t("明细"), icon=":material/list:", type="tertiary", key="open_flagged", help=t("有问题的记录")):
                    _dialog(actor, mart, t("有问题的记录"), None, None, flagged=True)
                definition(mart, "Q03")


def _name(mart: Mart, indicator: str) -> str:
    found = definitions.every(mart).get(indicator)
    return pick(found.zh, found.en) if found else indicator


def _table(actor: Principal, mart: Mart) -> None:
    offered = ["college", "type", "person"] if mart.level == "university" else ["type", "person"]
    with st.container(border=True, gap="xsmall", key="scores"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{t('得分')}** · {t('低分在前')}", width="content")
            by: Any = choice(st.segmented_control, t("分组"), offered, "by", offered[0], lambda one: t(BY[one]), label_visibility="collapsed")
        found = quality.scores(mart, by)
        names = _names(mart, by, found)
        if not found:
            frame.empty(t("还没有得分"), "")
            return
        table = pd.DataFrame([{**{t("名称"): names[one.key]}, **_columns(one)} for one in found])
        event = st.dataframe(
            table, hide_index=True, row_height=33, key=f"scores_{by}", on_select="rerun", selection_mode="single-row", placeholder="—", height=min(37 + 33 * len(found), 430),
            column_config={t("质量分"): st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.1f", color="blue"), t("完整率（%）"): st.column_config.NumberColumn(format="%.1f")},
        )  # fmt: skip
        picked = [found[r] for r in event.selection.rows if r < len(found)]
        with st.container(horizontal=True, gap="small"):
            if st.button(t("失分明细"), key="open_scores", icon=":material/list:", disabled=not picked):
                _dialog(actor, mart, names[picked[0].key], by, picked[0].key)
            export(actor, mart, t("数据质量得分"), table, "export_scores", t(BY[by]))


def _columns(one: Score) -> dict[str, Any]:
    complete = one.completeness
    return {
        t("质量分"): round(one.score, 1) if one.score is not None else None, t("记录数"): one.records,
        t("完整率（%）"): round(complete * 100, 1) if complete is not None else None, t("有问题的记录"): one.flagged, t("权重合计"): one.weight,
    }  # fmt: skip


def _names(mart: Mart, by: str, found: list[Score]) -> dict[Any, str]:
    if by == "college":
        return {one.key: college_word(mart, one.key) for one in found}
    if by == "type":
        return {one.key: type_word(one.key) for one in found}
    people = dict(mart.rows("SELECT person_id, name || ' ' || staff_no FROM dim_person"))
    return {one.key: people.get(one.key) or t("未归属") for one in found}


def _dialog(actor: Principal, mart: Mart, name: str, by: Any, key: Any, *, lacking: bool = False, flagged: bool = False) -> None:
    @st.dialog(f"{t('失分明细')} · {frame.md(name)}", width="large")
    def dialog() -> None:
        found = [one for one in quality.behind(mart, by, key) if (one.needed > one.filled or not lacking) and (one.severity or not flagged)]
        rows = [
            {
                t("编号"): one.number, t("名称"): one.title, t("类型"): type_word(one.type), t("学院"): college_word(mart, one.college_id), t("归属人"): one.owner,
                t("缺填字段"): one.needed - one.filled, t("问题"): severity(one.severity) if one.severity else "", t("权重"): one.weight, t("失分"): round(one.weight * (1 - one.quality), 2),
            }
            for one in found
        ]  # fmt: skip
        records(actor, mart, t("失分明细"), rows, [one.record_id for one in found], "score", name)

    dialog()


def _province(actor: Principal, mart: Mart | None) -> None:
    """Each university's score: no record, no person."""
    found = quality.of_universities(mart) if mart is not None else []
    if mart is None or not found:
        frame.empty(t("还没有得分"), t("有记录通过审核并完成一次全部重算后，这里会显示得分。"), icon=":material/verified:")
        return
    table = pd.DataFrame([{t("学校代码"): code, t("高校"): pick(zh, en), **_columns(one)} for code, zh, en, one in found])
    with st.container(border=True, gap="xsmall", key="scores"):
        st.markdown(f"**{t('各校得分')}** · {t('低分在前')}")
        st.dataframe(
            table, hide_index=True, row_height=33, key="scores_province", placeholder="—", height=min(37 + 33 * len(found), 560),
            column_config={t("质量分"): st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.1f", color="blue"), t("完整率（%）"): st.column_config.NumberColumn(format="%.1f")},
        )  # fmt: skip
        export(actor, mart, t("各校数据质量得分"), table, "export_scores", "")
