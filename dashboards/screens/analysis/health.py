"""运行状况: review backlog, reconciliation and balances, as the last published file counted them."""

from __future__ import annotations

import streamlit as st

from dashboards.i18n import t
from dashboards.marts.reader import Mart
from ingestion.store.engine import utc_now

WAITING = ("10", "20")


def strip(mart: Mart) -> None:
    """One line of badges: each with icon, word and colour."""
    clause, parameters = "", []
    if mart.level == "college":
        clause, parameters = " AND college_id = ?", [mart.college_id]
    waiting, oldest = mart.rows(
        f"SELECT coalesce(sum(records), 0), min(oldest_since) FROM rpt_work WHERE state IN ('10', '20'){clause}",  # noqa: S608
        parameters,
    )[0]
    returned = mart.rows(
        f"SELECT coalesce(sum(records), 0) FROM rpt_work WHERE state IN ('11', '21'){clause}",  # noqa: S608
        parameters,
    )[0][0]
    differing = mart.rows("SELECT count(*) FROM rpt_reconciliation WHERE NOT agrees")[0][0]
    unbalanced = mart.rows("SELECT count(*) FROM rpt_balance WHERE NOT agrees")[0][0]
    days = (utc_now() - oldest).days if oldest else 0
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium", key="health"):
        st.markdown(f"**{t('运行状况')}**", width="content")
        text = t("{n} 条 · 最久 {days} 天", n=waiting, days=days) if waiting else t("无积压")
        _badge(t("审核积压"), text, "orange" if days > 5 else "blue", "schedule")
        _badge(t("退回待改"), t("{n} 条", n=returned), "orange" if returned else "gray", "undo")
        good = mart.meta.reconciled and not differing
        _badge(t("数据对账"), t("一致") if good else t("{n} 处不一致", n=max(differing, 1)), "green" if good else "orange", "check_circle" if good else "error")
        _badge(t("经费对账"), t("一致") if not unbalanced else t("{n} 个项目不一致", n=unbalanced), "green" if not unbalanced else "orange", "check_circle" if not unbalanced else "error")


def _badge(label: str, text: str, colour: str, icon: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        st.caption(label, width="content")
        st.badge(text, color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]
