"""迁出包: everything of the university in one file to leave with. Asked twice, made as a job, fetched by its maker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.i18n import t
from dashboards.marts import exports
from ingestion import accounts
from ingestion.exchange import exit_bundle
from ingestion.jobs import Job
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import local_time, utc_now

SHOWN = timedelta(hours=24)


def show() -> None:
    actor = frame.current()
    busy = any(job.state in ("queued", "running") for job in _mine(actor))
    with frame.page(t("迁出包")):
        if st.button(t("生成迁出包"), icon=":material/move_to_inbox:", type="primary", key="exit_new", disabled=busy):
            st.session_state["exit_step"] = 1
            _ask(actor)
    st.caption(t("本校的全部数据、附件和操作日志装在一个文件里，可用于存档，或带到另一套空的研数系统中继续使用。"))
    frame.rows(
        [
            (t("数据"), t("每张表有 CSV、XLSX、Parquet 三种格式，包括未提交的草稿和历史版本")),
            (t("说明"), t("代码表、数据字典、指标与统计口径、已发布的指标值")),
            (t("附件"), t("按记录分文件夹，保留原文件名，包括受限附件")),
            (t("清单"), t("每个文件的校验值；操作日志连同封存链，可在系统外核对")),
            (t("不包含"), t("密码、密钥，以及其他高校的任何数据")),
        ]
    )
    st.fragment(_cards, run_every="1s" if busy else None)()
    _history(actor)


def _mine(actor: Principal) -> list[Job]:
    with frame.store().read(actor.university_code) as uow:
        return exit_bundle.mine(uow, actor, utc_now() - SHOWN)[:5]


# --- asking twice ---------------------------------------------------------------------------------------


def _ask(actor: Principal) -> None:
    @st.dialog(t("生成迁出包"))
    def dialog() -> None:
        name = frame.university_name(actor)
        if st.session_state.get("exit_step", 1) == 1:
            _first(name)
        else:
            _second(actor, name)

    dialog()


def _first(name: str) -> None:
    st.text(t("将导出{name}的全部数据和附件。文件只能由本人下载，保留 24 小时；这次操作记入日志。", name=name))
    st.checkbox(t("包含证件号、电话、银行账号、出生日期的明文"), key="exit_personal_box", value=st.session_state.get("exit_personal", False))
    st.caption(t("不勾选时证件号、电话、银行账号遮盖，出生日期只保留年份；还原到别处后这些内容需重新补全。"))
    if st.button(t("继续"), type="primary", key="exit_go_on"):
        st.session_state["exit_personal"] = bool(st.session_state["exit_personal_box"])
        st.session_state["exit_step"] = 2
        st.rerun(scope="fragment")


def _second(actor: Principal, name: str) -> None:
    personal = bool(st.session_state.get("exit_personal"))
    if personal:
        st.warning(t("文件将含个人敏感信息明文，请加密保管，不要转发。"), icon=":material/warning:")
    typed = st.text_input(t("再次确认：输入{name}的单位代码", name=name) + " *", key="exit_code", autocomplete="off")
    password = st.text_input(t("登录密码") + " *", type="password", autocomplete="current-password", key="exit_password", live="300ms") if personal else ""
    with st.container(horizontal=True, gap="small"):
        sure = st.button(t("确认导出"), type="primary", key="exit_ok")
        if st.button(t("上一步"), key="exit_back"):
            st.session_state["exit_step"] = 1
            st.rerun(scope="fragment")
    if not sure:
        return
    if typed.strip() != actor.university_code:
        st.error(t("单位代码“{code}”不对，没有导出。", code=frame.md(typed.strip()[:20])))
        return
    try:
        if personal:
            accounts.reauthenticate(frame.store(), frame.token(), password or "")
        with frame.store().begin(actor.university_code) as uow:
            exit_bundle.ask(uow, frame.current(), personal)
    except OperationError as refused:
        st.error(frame.said(refused))
        return
    for key in ("exit_step", "exit_personal"):
        st.session_state.pop(key, None)
    st.session_state["said"] = t("已开始生成，可以离开本页，完成后有消息")
    st.rerun()


# --- what is under way and what was made ------------------------------------------------------------------


def _cards() -> None:
    actor = frame.current()
    found = _mine(actor)
    running = any(job.state in ("queued", "running") for job in found)
    for job in found:
        with st.container(border=True, gap="xsmall", key=f"exit_job_{job.id}"):
            _card(job)
    if st.session_state.get("exit_running") and not running:
        st.session_state["exit_running"] = False
        st.rerun()
    st.session_state["exit_running"] = running


def _card(job: Job) -> None:
    at = local_time(job.created_at).strftime("%Y-%m-%d %H:%M")
    kind = t("含个人信息明文") if job.parameters.get("personal_data") else t("个人信息已遮盖")
    match job.state:
        case "queued":
            st.markdown(f":blue[:material/hourglass_top:] {at} · {kind} · {t('等待生成')}")
        case "running":
            st.progress(min(1.0, job.progress / (job.total or 1)), text=f"{at} · {kind} · {t('正在生成')} {min(99, round(100 * job.progress / (job.total or 1)))}%")
        case "done":
            _made(job, at, kind)
        case _:
            st.markdown(f":orange[:material/error:] {at} · {kind} · {frame.md(job.message or t('没有成功'))}")


def _made(job: Job, at: str, kind: str) -> None:
    result: dict[str, Any] = job.result or {}
    size = " ".join(frame.size_words(int(result.get("size", 0))))
    counted = t("{records} 条记录、{files} 个附件", records=f"{int(result.get('records', 0)):,}", files=f"{int(result.get('attachments', 0)):,}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":green[:material/check_circle:] {at} · {kind} · {counted} · {size}", width="content")
        st.html(f'<span class="yanshu-file"><a href="/exports/{result.get("export", "")}">{t("下载")}</a></span>', width="content")
    if missing := int(result.get("missing", 0)):
        st.markdown(f":orange[:material/warning:] {t('缺失或损坏的附件 {n} 个，已列入清单', n=f'{missing:,}')}")
    until = local_time(exports.expires(job.ended_at or job.created_at)).strftime("%Y-%m-%d %H:%M")
    st.caption(t("可下载至 {until}", until=until))
    st.caption(t("清单校验码（SHA-256）：{sha}", sha=str(result.get("sha256", ""))))


def _history(actor: Principal) -> None:
    with frame.store().read(actor.university_code) as uow:
        found = exit_bundle.history(uow, actor)
    st.markdown(f"**{t('导出记录')}**")
    if not found:
        st.caption(t("还没有导出过。"))
        return
    table = pd.DataFrame(
        [
            {
                "at": local_time(one.at).strftime("%Y-%m-%d %H:%M"), "who": one.actor, "personal": t("明文") if one.personal_data else t("已遮盖"),
                "rows": one.rows, "files": one.attachments, "missing": one.missing, "sha": one.sha256,
            }
            for one in found
        ]
    )  # fmt: skip
    words = {"at": t("时间"), "who": t("操作人"), "personal": t("个人信息"), "sha": t("清单校验码")}
    numbers = {"rows": t("数据行数"), "files": t("附件"), "missing": t("缺失附件")}
    st.dataframe(
        table, hide_index=True, key="exit_history", row_height=33, placeholder="—", height=min(38 + 33 * len(table), 420),
        column_config={**{k: st.column_config.TextColumn(w, width={"who": 230, "sha": 300}.get(k)) for k, w in words.items()}, **{k: st.column_config.NumberColumn(w, format="%,d") for k, w in numbers.items()}},
    )  # fmt: skip
