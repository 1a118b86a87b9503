"""数据管道: how fresh the numbers are, what ran, what did not hold, whose file is held back and why, and the documents."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.http import documents
from dashboards.i18n import pick, t
from dashboards.marts import reader
from dashboards.marts.reader import NoNumbersYet
from ingestion import permissions, pipeline, processes
from ingestion.pipeline import Run
from ingestion.principal import Principal
from ingestion.store.engine import local_time

STATES = {
    "ok": ("成功", "Succeeded", "green", "check_circle"),
    "held": ("部分未发布", "Held in part", "orange", "pause_circle"),
    "failed": ("失败", "Failed", "red", "error"),
    "running": ("进行中", "Running", "blue", "hourglass_top"),
}
STAGES = {
    "feed": ("读取变更", "Read changes"), "batch": ("确定范围", "Scope"), "raw_checks": ("到达检查", "Checks on arrival"),
    "transform": ("模型", "Models"), "mart_checks": ("集市检查", "Checks of marts"), "publish": ("发布", "Publish"), "findings": ("登记问题", "Findings"),
}  # fmt: skip
NIGHT = {
    "rebuild": ("全部重算", "Everything anew"), "prune": ("变更日志清理", "Change log shortened"),
    "checks_documents": ("检查文档", "Documents of the checks"), "model_documents": ("模型文档", "Documents of the models"),
}  # fmt: skip
PROCESSES = {"web": ("页面", "Pages"), "worker": ("后台任务", "Jobs"), "refresher": ("数据刷新", "Refresh")}
LAYERS = {"raw": ("到达数据检查", "Checks on arriving data"), "marts": ("集市检查", "Checks of the marts")}


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "view_pipeline")
    with frame.store().read("*" if actor.is_province else actor.university_code) as uow:
        runs = pipeline.runs(uow, actor)
        night = pipeline.last_night(uow, actor)
        asked = pipeline.is_asked(uow)
    with frame.page(t("数据管道"), t("统计数字从库内到页面的每一步")):
        if permissions.can(actor, "view_quality") and not actor.is_province and st.button(t("数据质量"), icon=":material/verified:", type="tertiary", key="to_quality"):
            navigation.go("quality")
        if permissions.can(actor, "refresh") and st.button(t("全部重算"), icon=":material/refresh:", key="rebuild", disabled=asked, help=t("全部重新计算，并重新生成检查文档和模型文档，约需几分钟；期间页面照常使用。")):
            _ask(actor)
    if asked:
        st.info(t("已提出全部重算，等待开始或正在进行。"), icon=":material/hourglass_top:")
    if not runs:
        frame.empty(t("还没有刷新过"), t("系统运行后会自动刷新，这里会列出每一次。"), icon=":material/sync:")
        return
    _numbers(actor, runs, night)
    _held(actor)
    _checks(actor, runs)
    _runs(runs)
    _documents(actor, night)


def _ask(actor: Principal) -> None:
    with frame.store().begin("*" if actor.is_province else actor.university_code) as uow:
        pipeline.ask_for_a_night(uow, actor)
    st.session_state["said"] = t("已提出全部重算")
    st.rerun()


def _at(at: datetime | None) -> str:
    return local_time(at).strftime("%Y-%m-%d %H:%M:%S") if at is not None else "—"


def _seconds(run: Run) -> float | None:
    return round((run.ended_at - run.started_at).total_seconds(), 1) if run.ended_at is not None else None


def _numbers(actor: Principal, runs: list[Run], night: Any) -> None:
    fresh = frame.freshness(actor)
    last = runs[0]
    zh, en, colour, icon = STATES[last.state]
    with st.grid(5, min_column_width=180):
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.caption(t("数据截至"))
            st.markdown(f"**{_at(fresh.as_of if fresh else None)}**")
            st.caption(t("批次 #{n}", n=fresh.generation) if fresh else t("数据尚未生成"))
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.caption(t("等待计入"))
            st.markdown(f"**{t('{n} 条', n=fresh.waiting if fresh else 0)}**")
            if fresh and fresh.paused:
                st.badge(t("刷新暂停"), color="orange", icon=":material/pause_circle:")
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.caption(t("最近一次刷新"))
            st.badge(pick(zh, en), color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]
            st.caption(_at(last.started_at))
        with st.container(border=True, gap="xxsmall", height="stretch"):
            st.caption(t("夜间维护"))
            if night is None or not night.steps:
                st.markdown(f"**{t('尚未进行')}**")
                st.caption(t("每天 02:30"))
            else:
                st.badge(t("成功") if night.ok else t("有步骤失败"), color="green" if night.ok else "orange", icon=":material/check_circle:" if night.ok else ":material/error:")
                st.caption(_at(night.at))
        with st.container(border=True, gap="xxsmall", height="stretch"):
            used = _memory(int(time.monotonic() // 30))
            st.caption(t("系统内存"))
            st.markdown(f"**{f'{sum(used.values()) / 2**20:,.0f} MB' if used else '—'}**")
            st.caption(" · ".join(f"{pick(*PROCESSES[name])} {size / 2**20:,.0f}" for name, size in used.items()) or t("各进程不在本机运行"))


@lru_cache(maxsize=1)
def _memory(_half_minute: int) -> dict[str, int]:
    """Looking through the machine's processes takes 20 ms: once in half a minute."""
    return processes.memory()


def _held(actor: Principal) -> None:
    """Whose new numbers are held back, by which check, since when."""
    try:
        pointer = reader.pointer()
    except NoNumbersYet:
        return
    mine = [(code, zh, en) for code, zh, en in pointer.held if actor.is_province or code == actor.university_code]
    for code, zh, en in mine:
        whose = f"{code} " if actor.is_province else ""
        st.warning(frame.md(t("{whose}新数据未发布，页面显示上一批数字。未通过的检查：{check}", whose=whose, check=pick(zh, en or zh))), icon=":material/pause_circle:")


def _checks(actor: Principal, runs: list[Run]) -> None:
    """Expectations, models' tests and reconciliation, each with its last time and result."""
    rows: list[dict[str, Any]] = []
    for layer, words in LAYERS.items():
        for kind in (True, False):
            run = next((one for one in runs if layer in one.checks and one.full is kind), None)
            if run is not None:
                looked, failed = run.checks[layer]
                rows.append(_line(f"{pick(*words)} · {t('全部') if kind else t('有变动的部分')}", run.started_at, looked, failed))
    for kind in (True, False):
        run = next((one for one in runs if one.tests and one.full is kind), None)
        if run is not None:
            failed = sum(result not in ("pass", "success") for result in run.tests.values())
            rows.append(_line(f"{t('模型检验')} · {t('全部') if kind else t('有变动的部分')}", run.started_at, len(run.tests), failed))
    broken = next((one for one in runs if one.state == "failed"), None)
    if broken is not None and broken is runs[0]:
        st.error(frame.md(t("最近一次刷新没有完成，页面显示上一批数字。停在：{name}", name=_mishap(broken.failed))), icon=":material/error:")
    rows += _reconciled(actor)
    with st.container(border=True, gap="xsmall", key="checks"):
        st.markdown(f"**{t('检查结果')}**")
        if rows:
            st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, key="checks_grid")
        else:
            st.caption(t("还没有检查记录"))
        tests = next((one.tests for one in runs if one.full and one.tests), {})
        if tests:
            with st.expander(t("模型检验逐项 {n}", n=len(tests)), key="tests", on_change="rerun") as fold:
                if fold.open:
                    st.dataframe(pd.DataFrame([{t("检验"): name, t("结果"): t("通过") if result in ("pass", "success") else t("未通过")} for name, result in sorted(tests.items())]), hide_index=True, row_height=33, key="tests_grid")


def _mishap(name: str) -> str:
    known = {"interrupted": t("中断"), "OSError": t("磁盘"), "PublishError": t("发布"), "Busy": t("另一次刷新占用")}
    return known.get(name, name)


def _line(name: str, at: datetime | None, looked: int, failed: int) -> dict[str, Any]:
    return {t("检查"): name, t("结果"): t("全部通过") if not failed else t("{n} 项未通过", n=failed), t("检查数"): looked, t("未通过"): failed, t("时间"): _at(at)}


def _reconciled(actor: Principal) -> list[dict[str, Any]]:
    if actor.is_province:
        return []
    try:
        mart = reader.open_for(actor)
    except NoNumbersYet:
        return []
    out = []
    for table, words in (("rpt_reconciliation", t("数据对账")), ("rpt_balance", t("经费对账"))):
        looked, failed = mart.rows(f"SELECT count(*), count(*) FILTER (WHERE NOT agrees) FROM {table}")[0]  # noqa: S608
        out.append(_line(words, mart.meta.as_of, int(looked), int(failed)))
    return out


def _runs(runs: list[Run]) -> None:
    with st.container(border=True, gap="xsmall", key="runs"):
        st.markdown(f"**{t('最近的刷新')}** · {t('最近 {n} 次', n=len(runs))}")
        rows = [
            {
                t("开始"): _at(run.started_at), t("用时（秒）"): _seconds(run), t("方式"): t("全部") if run.full else t("有变动的部分"),
                t("结果"): pick(*STATES[run.state][:2]), t("变更行"): run.changed_rows, t("批次"): run.generation,
                t("各步用时（秒）"): " · ".join(f"{pick(*STAGES[name])} {seconds:.1f}" for name, seconds in run.seconds.items() if name in STAGES),
            }
            for run in runs
        ]  # fmt: skip
        st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, placeholder="—", key="runs_grid", height=min(33 * (len(rows) + 1) + 4, 420))


def _documents(actor: Principal, night: Any) -> None:
    at, suites = documents.written(actor)
    models = documents.models_written()
    with st.container(border=True, gap="xsmall", key="documents"):
        st.markdown(f"**{t('文档')}**")
        if models is not None:
            when = _at(datetime.fromtimestamp(models, UTC).replace(tzinfo=None))
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.link_button(t("模型文档"), "/documents/models", icon=":material/account_tree:", type="tertiary")
                st.caption(t("数据表、模型、字段、检验及其上下游（英文界面）· 生成于 {at}", at=when))
        if suites:
            st.caption(t("检查文档（英文界面，不含具体值）· 生成于 {at}", at=_at(datetime.fromisoformat(at))))
            rows = [
                {t("检查对象"): pick(str(one["zh"]), str(one["en"])), t("行数"): one["rows"], t("检查数"): one["checks"], t("未通过"): one["failed"], "link": f"/documents/checks/{one['suite']}" if one["rows"] else None}
                for one in suites
            ]
            st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, placeholder="—", key="documents_grid", height=min(33 * (len(rows) + 1) + 4, 420),
                         column_config={"link": st.column_config.LinkColumn(t("文档"), display_text=t("打开"))})  # fmt: skip
        if models is None and not suites:
            frame.empty(t("文档尚未生成"), t("每天夜间自动生成；也可以用上方的全部重算立即生成。"), icon=":material/description:")
        if night is not None and night.steps:
            st.caption(" · ".join(f"{pick(*NIGHT[step.name])} {step.seconds:.0f} {t('秒')}" + (f"（{t('失败')}）" if step.error else "") for step in night.steps if step.name in NIGHT))
