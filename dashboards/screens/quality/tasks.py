"""数据问题: the tasks that are with the reader, and the open findings of one record."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from ingestion import quality_tasks
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal
from ingestion.quality_tasks import Task
from ingestion.store.engine import local_time

SIZE = quality_tasks.PAGE_SIZE
SEVERITY = {"error": ("错误", "Error", "red", "error"), "warning": ("提醒", "Warning", "orange", "warning")}


def severity(name: str) -> str:
    return pick(*SEVERITY.get(name, SEVERITY["warning"])[:2])


def kind(type_id: str) -> str:
    return pick(ALL_RECORDS[type_id].zh, ALL_RECORDS[type_id].en) if type_id in ALL_RECORDS else t("全校")


def mine(actor: Principal) -> None:
    """待办 → 数据问题: a row opens its record, where it is mended by 修改 or 变更申请."""
    page = max(1, int(st.session_state.get("fix_page", 1)))
    with frame.store().read(actor.university_code) as uow:
        total = quality_tasks.count(uow, actor)
        page = min(page, max(1, -(-total // SIZE)))
        tasks = quality_tasks.mine(uow, actor, page=page)
    if not tasks:
        frame.empty(t("没有要处理的数据问题"), t("检查发现的问题会派给能改的人；改好后自动消失。"), icon=":material/task_alt:")
        return
    st.caption(t("共 {n} 条。打开记录后用“修改”或“变更申请”改正；下次检查通过后自动消失。", n=total))
    rows(tasks, "fix")
    with st.container(horizontal=True):
        st.button(t("上一页"), key="fix_back", disabled=page == 1, on_click=_turn, args=(page - 1,))
        st.button(t("下一页"), key="fix_on", disabled=page * SIZE >= total, on_click=_turn, args=(page + 1,))


def _turn(page: int) -> None:
    st.session_state["fix_page"] = page


def rows(tasks: list[Task], key: str) -> None:
    """A grid whose ticked row opens the record; what concerns the whole university opens the page of the checks."""
    values = [
        {
            "title": task.title or t("全校"), "problem": pick(task.zh, task.en), "severity": severity(task.severity), "type": kind(task.type_id),
            "since": local_time(task.since).strftime("%Y-%m-%d"), "number": task.number or "—",
        }
        for task in tasks
    ]  # fmt: skip
    names = {"title": t("名称"), "problem": t("问题"), "severity": t("级别"), "type": t("类型"), "since": t("发现于"), "number": t("编号")}
    event = st.dataframe(
        pd.DataFrame(values), hide_index=True, key=f"grid-{key}", on_select="rerun", selection_mode="single-row", row_height=33, height=min(37 + 33 * len(values), 37 + 33 * 18),
        column_config={name: st.column_config.TextColumn(word, width="large" if name in ("title", "problem") else None) for name, word in names.items()},
    )  # fmt: skip
    picked = [tasks[r] for r in event.selection.rows if r < len(tasks)]
    if st.button(t("打开所选记录"), key=f"open-{key}", icon=":material/open_in_new:", disabled=not picked):
        leave(picked[0])


def leave(task: Task) -> None:
    if task.record_id is None:
        navigation.go("pipeline")
    navigation.go("record", id=str(task.record_id))


def of_record(actor: Principal, record_id: int) -> None:
    """On a record's own page: what is wrong with it and who mends it; nothing where nothing is."""
    with frame.store().read(actor.university_code) as uow:
        tasks = quality_tasks.of_record(uow, actor, record_id)
    if not tasks:
        return
    with st.container(border=True, gap="xsmall", key="record_findings"):
        st.markdown(f":orange[:material/report: **{t('数据问题 {n}', n=len(tasks))}**]")
        for task in tasks[:10]:
            whose = t("由 {who} 处理", who=task.who) if task.who else t("待派")
            st.caption(frame.md(f"{pick(task.zh, task.en)} · {severity(task.severity)} · {whose}"))
        if len(tasks) > 10:
            st.caption(t("另有 {n} 条", n=len(tasks) - 10))
