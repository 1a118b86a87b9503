"""运行状况: review backlog, who filed nothing, reconciliation and balances. Each opens what it counts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from dashboards.marts import numbers, quality
from dashboards.marts.reader import Mart
from dashboards.marts.words import types
from dashboards.screens.analysis import backlog, tools, words
from ingestion import permissions
from ingestion.principal import Principal

WAN = 1_000_000  # fen in 万元
GOOD = 90
"""From this score on data quality is no worry."""


def strip(mart: Mart, actor: Principal, year: int) -> None:
    """One line of doors: icon, word and colour each."""
    clause, parameters = "", []
    if mart.level == "college":
        clause, parameters = " AND college_id = ?", [mart.college_id]
    queued = backlog.waiting(mart)
    records, days = sum(one.records for one in queued), max((one.days for one in queued), default=0)
    returned = mart.rows(
        f"SELECT coalesce(sum(records), 0) FROM rpt_work WHERE state IN ('11', '21'){clause}",  # noqa: S608
        parameters,
    )[0][0]
    differing = mart.rows("SELECT count(*) FROM rpt_reconciliation WHERE NOT agrees")[0][0]
    unbalanced = mart.rows("SELECT count(*) FROM rpt_balance WHERE NOT agrees")[0][0]
    sees_records = actor.role in backlog.OPENERS and mart.past is None  # lists of records are those of now
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium", key="health"):
        st.markdown(f"**{t('运行状况')}**", width="content")
        text = t("{n} 条 · 最久 {days} 天", n=records, days=days) if records else t("无积压")
        if _door("backlog", t("审核积压"), text, "orange" if days > 5 else "blue", "schedule", sees_records):
            navigation.go("search", state="10,20")
        score = quality.total(mart).score if mart.past is None else None  # scores are those of the last night
        if score is not None and _door("quality", t("数据质量分"), t("{n} 分（满分 100）", n=f"{score:.1f}"), "green" if score >= GOOD else "orange", "verified", permissions.can(actor, "view_quality")):
            navigation.go("quality")
        if _door("returned", t("退回待改"), t("{n} 条", n=returned), "orange" if returned else "gray", "undo", sees_records):
            navigation.go("search", state="11,21")
        missing = backlog.count_silent(mart, actor, year) if mart.past is None else None
        if missing is not None and _door("silent", t("未填报"), t("{n} 人", n=missing), "orange" if missing else "green", "person_alert", True):
            backlog.silent_dialog(mart, actor, year)
        good = mart.meta.reconciled and not differing
        if _door("reconciled", t("数据对账"), t("一致") if good else t("{n} 处不一致", n=max(differing, 1)), "green" if good else "orange", "check_circle" if good else "error", True):
            _reconciliation(mart)
        if _door("balances", t("经费对账"), t("一致") if not unbalanced else t("{n} 个项目不一致", n=unbalanced), "green" if not unbalanced else "orange", "check_circle" if not unbalanced else "error", True):
            _balances(mart)


def _door(key: str, label: str, text: str, colour: str, icon: str, opens: bool) -> bool:
    """True when it was clicked; a badge alone where there is nothing this reader may open."""
    if opens:
        return st.button(f"{label} :{colour}-badge[:material/{icon}: {frame.md(text)}]", key=f"health_{key}", type="tertiary")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        st.caption(label, width="content")
        st.badge(text, color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]
    return False


def _reconciliation(mart: Mart) -> None:
    """数据对账: what the store holds beside what the marts hold, by type."""
    found = mart.rows(
        "SELECT type, sum(store_value), sum(mart_value), bool_and(agrees) FROM rpt_reconciliation WHERE subject = 'records'"
        " GROUP BY type ORDER BY bool_and(agrees), sum(store_value) DESC"
    )
    named = types(mart)
    rows = [{t("类型"): pick(*named.get(kind, (kind, kind))), t("库内（条）"): int(store), t("集市（条）"): int(marts), t("对账"): t("一致") if agrees else t("不一致")} for kind, store, marts, agrees in found]

    def body() -> None:
        st.caption(t("每类记录按年度、学院和状态逐格比较，任何一格不同即为不一致。数据截至 {at}。", at=numbers.as_of(mart)))
        st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 470), key="reconciliation_grid", alt=t("数据对账"))
        if st.button(t("导出"), key="reconciliation_export", icon=":material/download:"):
            tools.workbook(mart, t("数据对账"), "", rows)

    st.dialog(t("数据对账"), width="large")(body)()


def balances(mart: Mart) -> list[tuple[Any, ...]]:
    """Project by project in fen: record id, number, title, arrived, outward, spent, frozen, balance, the store's
    balance, agrees. What differs first, then by balance."""
    clause, parameters = "", []
    if mart.level == "college":
        clause, parameters = " WHERE r.college_id = ?", [mart.college_id]
    return mart.rows(
        "SELECT r.record_id, r.number, r.title, b.arrived, b.outward, b.spent, b.frozen, b.balance, b.store_balance, b.agrees"  # noqa: S608
        f" FROM rpt_balance AS b JOIN fct_record AS r ON r.record_id = b.project_id AND r.valid_to IS NULL{clause}"
        " ORDER BY b.agrees, b.balance DESC, r.record_id",
        parameters,
    )


def _balances(mart: Mart) -> None:
    """经费对账: 余额 = 到账 − 外拨 − 支出, to the fen, in the store and in the marts."""
    found = balances(mart)
    columns = (t("到账"), t("外拨"), t("支出"), t("余额"))
    totals = [sum(row[i] or 0 for row in found) for i in (3, 4, 5, 7)]
    rows = [
        {"link": f"record?id={row[0]}#{row[1]}" if mart.persons else f"#{row[1]}", t("项目"): row[2], **dict(zip(columns, [(row[i] or 0) / WAN for i in (3, 4, 5, 7)], strict=True)),
         t("库内余额"): (row[8] or 0) / WAN, t("对账"): t("一致") if row[9] else t("不一致")} for row in found
    ]  # fmt: skip

    def body() -> None:
        if not rows:
            frame.empty(t("暂无数据"), t("项目有到账后，这里会显示到账、外拨、支出和余额。"))
            return
        shown = [f"{value / WAN:,.2f}".replace("-", words.MINUS) for value in totals]
        st.markdown(t("余额 {d} = 到账 {a} − 外拨 {b} − 支出 {c}（万元），共 {n} 个项目", a=shown[0], b=shown[1], c=shown[2], d=shown[3], n=len(rows)))
        money = st.column_config.NumberColumn(format="%,.2f", width=96)
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 470), key="balance_grid", alt=t("经费对账"), placeholder="—",
            column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96), t("项目"): st.column_config.TextColumn(width=220), **dict.fromkeys((*columns, t("库内余额")), money)},
        )  # fmt: skip
        if st.button(t("导出"), key="balance_export", icon=":material/download:"):
            tools.workbook(mart, t("经费对账"), t("单位：万元"), [{t("编号"): row[1], **{name: value for name, value in line.items() if name != "link"}} for row, line in zip(found, rows, strict=True)])

    st.dialog(t("经费对账"), width="large")(body)()
