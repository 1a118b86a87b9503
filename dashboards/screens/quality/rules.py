"""未通过的检查: each check with open findings opens its records; chosen ones are handed to a named person."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.forms import choices
from dashboards.i18n import pick, t
from dashboards.screens.quality.tasks import kind, leave, severity
from ingestion import audit, permissions, quality_tasks
from ingestion.principal import ROLE_NAMES, OperationError, Principal
from ingestion.quality_tasks import Rule, Task
from ingestion.store.engine import local_time

SIZE = 200


def draw(actor: Principal) -> None:
    if actor.role == "analyst":  # sees numbers, not records
        return
    with frame.store().read(actor.university_code) as uow:
        found = quality_tasks.rules(uow, actor)
    with st.container(border=True, gap="xsmall", key="rules"):
        st.markdown(f"**{t('未通过的检查')}** · {t('实时')}")
        if not found:
            frame.empty(t("没有未解决的数据问题"), t("检查随每次刷新进行；发现的问题会列在这里，并派给能改的人。"), icon=":material/task_alt:")
            return
        rows = [
            {
                t("问题"): pick(one.zh, one.en), t("级别"): severity(one.severity), t("对象"): kind(one.rule.partition(".")[0]) if one.records else t("全校"),
                t("记录数"): one.records, t("待派"): one.unassigned, t("最早发现"): local_time(one.since).strftime("%Y-%m-%d"),
            }
            for one in found
        ]  # fmt: skip
        event = st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, key="rules_grid", on_select="rerun", selection_mode="single-row", height=min(37 + 33 * len(rows), 430),
            column_config={t("问题"): st.column_config.TextColumn(width="large")},
        )  # fmt: skip
        picked = [found[r] for r in event.selection.rows if r < len(found)]
        if not picked:
            st.caption(t("选中一行，查看记录和处理人，并可改派。"))
            return
        _findings(actor, picked[0])


def _findings(actor: Principal, rule: Rule) -> None:
    with frame.store().read(actor.university_code) as uow:
        tasks = quality_tasks.of_rule(uow, actor, rule.rule, rule.field, size=SIZE)
    st.markdown(f"**{frame.md(pick(rule.zh, rule.en))}**")
    rows = [
        {t("编号"): one.number, t("名称"): one.title or t("全校"), t("学院"): choices.unit_word(actor, one.college_id) if one.college_id else "—", t("处理人"): one.who or t("待派"), t("问题"): pick(one.zh, one.en), t("发现于"): local_time(one.since).strftime("%Y-%m-%d")}
        for one in tasks
    ]
    event = st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, key=f"findings_{rule.rule}_{rule.field}", on_select="rerun", selection_mode="multi-row", height=min(37 + 33 * len(rows), 430))
    picked = [tasks[r] for r in event.selection.rows if r < len(tasks)]
    if rule.findings > len(tasks):
        st.caption(t("先列出 {n} 条，处理后补上。", n=len(tasks)))
    with st.container(horizontal=True, gap="small"):
        if st.button(t("打开所选记录"), key="open_finding", icon=":material/open_in_new:", disabled=len(picked) != 1):
            leave(picked[0])
        if permissions.can(actor, "settle_quality") and st.button(t("改派"), key="assign", icon=":material/assignment_ind:", disabled=not picked):
            _assign(actor, picked)


def _assign(actor: Principal, picked: list[Task]) -> None:
    ids = [one.id for one in picked]

    @st.dialog(t("改派"))
    def dialog() -> None:
        try:
            with frame.store().read(actor.university_code) as uow:
                offered = {one.account_id: one for one in quality_tasks.assignees(uow, actor, ids)}
        except OperationError as refused:
            st.warning(frame.said(refused))
            return
        if not offered:
            st.warning(t("没有人能同时处理这些记录，请减少所选。"))
            return

        def word(account_id: int) -> str:
            one = offered[account_id]
            return f"{one.name}（{one.username}）· {pick(*ROLE_NAMES[one.role])}"  # type: ignore[index]

        st.caption(t("共 {n} 条", n=len(ids)))
        chosen: Any = st.selectbox(t("处理人") + " *", list(offered), format_func=word, index=None, placeholder=t("请选择"), key="assignee")
        if st.button(t("改派"), type="primary", key="assign_ok", disabled=chosen is None):
            try:
                store = frame.store()
                with audit.refusals(store, actor, "assign", "finding"), store.begin(actor.university_code) as uow:
                    quality_tasks.assign(uow, actor, ids, chosen)
            except OperationError as refused:
                st.error(frame.said(refused))
                return
            st.session_state["said"] = t("已派给 {who} {n} 条", who=offered[chosen].name, n=len(ids))
            st.rerun()

    dialog()
