"""打包下载: a small library at once, a large one as a job that goes on when the page is left."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import streamlit as st

from dashboards import frame
from dashboards.i18n import language, t
from dashboards.marts import exports
from ingestion import jobs, libraries
from ingestion.jobs import Job
from ingestion.libraries import Selection, Totals
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import local_time, today, utc_now

JOB = "library_zip"
AT_ONCE_FILES, AT_ONCE_BYTES = 100, 20 << 20
SHOWN = timedelta(hours=24)


def button(actor: Principal, selection: Selection, found: Totals, title: str, conditions: list[tuple[str, str]]) -> None:
    """The button says what it will fetch."""
    size = " ".join(frame.size_words(found.size))
    label = t("打包下载（{n} 个附件，{size}）", n=f"{found.files:,}", size=size) if found.files else t("打包下载")
    about = t("按编号和名称分文件夹，附目录表；只含有权下载的附件。")
    if st.button(label, icon=":material/folder_zip:", key="pack_go", disabled=not found.files, help=about):
        _start(actor, selection, found, title, conditions)


def _start(actor: Principal, selection: Selection, found: Totals, title: str, conditions: list[tuple[str, str]]) -> None:
    name = f"{title}-{frame.university_name(actor)}-{today():%Y%m%d}"
    if found.files > AT_ONCE_FILES or found.size > AT_ONCE_BYTES:
        parameters = {"selection": asdict(selection), "name": name, "language": language(), "conditions": conditions}
        with frame.store().begin(actor.university_code) as uow:
            jobs.enqueue(uow, actor, JOB, parameters, total=found.files)
        st.toast(t("已开始打包，可以离开本页，完成后有消息"), icon=":material/hourglass_top:")
        return
    export_id, path = exports.new(actor, name, "zip")
    try:
        made = libraries.pack(frame.store(), actor, selection, path, language=language(), conditions=conditions)
    except OperationError as refused:
        exports.discard(export_id)
        st.warning(frame.said(refused), icon=":material/error:")
        return
    frame.command("go", to=f"/exports/{export_id}")
    st.toast(_said(made.files, len(made.lost)), icon=":material/download_done:")


def _said(files: int, lost: int) -> str:
    words = t("已打包 {n} 个附件", n=f"{files:,}")
    return words + (t("；{n} 个内容缺失，见目录表", n=lost) if lost else "")


# --- what is under way ----------------------------------------------------------------------------------


def _mine() -> list[Job]:
    actor = frame.current()
    with frame.store().read(actor.university_code) as uow:
        found = jobs.list_for(uow, actor, 30)
    return [job for job in found if job.kind == JOB and job.created_at > utc_now() - SHOWN][:3]


def under_way() -> None:
    """What is being packed, or was within the last day. Looked at each second while something is being packed, and not at all otherwise."""
    found = _mine()
    if found:
        running = any(job.state in ("queued", "running") for job in found)
        st.fragment(_cards, run_every="1s" if running else None)()


def _cards() -> None:
    found = _mine()
    with st.container(border=True, gap="xsmall", key="packing"):
        for job in found:
            _card(job)
    if st.session_state.get("packing_open") and not any(job.state in ("queued", "running") for job in found):
        st.session_state["packing_open"] = False
        st.rerun()
    st.session_state["packing_open"] = any(job.state in ("queued", "running") for job in found)


def _card(job: Job) -> None:
    name = frame.md(str(job.parameters.get("name", "")))
    at = local_time(job.created_at).strftime("%m-%d %H:%M")
    match job.state:
        case "queued":
            st.markdown(f":blue[:material/hourglass_top:] {name} · {at} · {t('等待打包')}")
        case "running":
            total = job.total or 1
            st.progress(min(1.0, job.progress / total), text=t("正在打包 {name}：{done} / {total} 个", name=name, done=f"{job.progress:,}", total=f"{total:,}"))
        case "done":
            result = job.result or {}
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f":green[:material/check_circle:] {name} · {at} · {_said(int(result.get('files', 0)), int(result.get('lost', 0)))} · {' '.join(frame.size_words(int(result.get('size', 0))))}", width="content")
                st.html(f'<span class="yanshu-file"><a href="/exports/{result.get("export", "")}">{t("下载")}</a></span>', width="content")
        case _:
            st.markdown(f":orange[:material/error:] {name} · {at} · {frame.md(job.message or t('没有成功'))}")
