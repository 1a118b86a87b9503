"""Words and pieces the pages of quality share: names of colleges and types, a definition, a list with its export."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import N_, language, pick, t
from dashboards.marts import definitions
from dashboards.marts.reader import Mart
from dashboards.marts.words import colleges
from dashboards.screens.analysis import exporting
from dashboards.screens.quality.tasks import kind
from ingestion.principal import OperationError, Principal

LISTED = 500
CARD = {"definition": N_("统计口径"), "formula": N_("公式"), "unit": N_("单位"), "note": N_("说明"), "version": N_("版本"), "valid_from": N_("生效日期")}


def college_word(mart: Mart, unit_id: Any) -> str:
    found = colleges(mart).get(str(unit_id))
    return pick(*found) if found else t("未归属")


def type_word(type_id: str) -> str:
    return kind(type_id)


def definition(mart: Mart, indicator: str) -> None:
    """口径 of an indicator of the work, in a popover."""
    found = definitions.every(mart).get(indicator)
    if found is None:
        return
    with st.popover(t("口径"), icon=":material/info:", type="tertiary", key=f"define_{indicator}"):
        st.markdown(f"**{indicator} {frame.md(pick(found.zh, found.en))}**")
        for key, zh, en in definitions.card(mart, indicator):
            if key in CARD:
                st.caption(f"{t(CARD[key])}：{frame.md(pick(zh, en))}" if language() == "zh" else f"{t(CARD[key])}: {frame.md(pick(zh, en))}")


def records(actor: Principal, mart: Mart, title: str, rows: list[dict[str, Any]], ids: list[int], key: str, filters: str) -> None:
    """A list whose ticked row opens its record, with 导出 of the whole."""
    if not rows:
        st.caption(t("没有记录"))
        return
    st.caption(t("共 {n} 条", n=len(rows)) + (t("，先列出前 {m} 条；导出为全部", m=LISTED) if len(rows) > LISTED else ""))
    event = st.dataframe(pd.DataFrame(rows[:LISTED]), hide_index=True, key=f"list_{key}", row_height=33, on_select="rerun", selection_mode="single-row", placeholder="—", height=min(37 + 33 * len(rows), 420))
    picked = [r for r in event.selection.rows if r < len(ids)]
    with st.container(horizontal=True, gap="small"):
        if st.button(t("打开所选记录"), key=f"open_list_{key}", icon=":material/open_in_new:", disabled=not picked or actor.role == "analyst", help=t("分析员不能打开记录") if actor.role == "analyst" else None):
            navigation.go("record", id=str(ids[picked[0]]))
        export(actor, mart, title, pd.DataFrame(rows), f"export_{key}", filters)


def export(actor: Principal, mart: Mart, title: str, table: pd.DataFrame, key: str, filters: str) -> None:
    """导出 of a table with 导出说明; refused where reconciliation failed."""
    if not st.button(t("导出"), key=key, icon=":material/download:", disabled=table.empty):
        return
    try:
        exporting.refuse_unreconciled(mart)
        exporting.hand_over(actor, mart, title, [exporting.frame_sheet(title, table)], filters)
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
