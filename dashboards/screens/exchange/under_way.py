"""Cards of long work: what is waiting, running, done within the last day, or came to nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboards import frame
from dashboards.i18n import t
from ingestion import jobs
from ingestion.jobs import Job
from ingestion.store.engine import local_time, utc_now

SHOWN = timedelta(hours=24)
MOST = 3
OPEN = ("queued", "running")


@dataclass(frozen=True)
class Told:
    """A job in words: what it is, how far, what came of it, and the export to fetch."""

    name: str
    running: str
    done: str
    export_id: str = ""


def cards(kind: str, wanted: Callable[[Job], bool], told: Callable[[Job], Told], *also: str) -> bool:
    """The account's jobs of a kind, or of several kinds. Looked at each second while one is open, and not at all
    otherwise; whether one is."""
    kinds = (kind, *also)
    found = _mine(kinds, wanted)
    running = any(job.state in OPEN for job in found)
    if found:
        st.fragment(_drawn, run_every="1s" if running else None)(kinds, wanted, told)
    return running


def _mine(kinds: tuple[str, ...], wanted: Callable[[Job], bool]) -> list[Job]:
    actor = frame.current()
    with frame.store().read(actor.university_code) as uow:
        found = jobs.list_for(uow, actor, 30)
    return [job for job in found if job.kind in kinds and job.created_at > utc_now() - SHOWN and wanted(job)][:MOST]


def _drawn(kinds: tuple[str, ...], wanted: Callable[[Job], bool], told: Callable[[Job], Told]) -> None:
    found = _mine(kinds, wanted)
    with st.container(border=True, gap="xsmall", key=f"under_way_{kinds[0]}"):
        for job in found:
            _card(job, told(job))
    still_open, was_open = any(job.state in OPEN for job in found), f"under_way_open_{kinds[0]}"
    if st.session_state.get(was_open) and not still_open:
        st.session_state[was_open] = False
        st.rerun()  # the last look each second: the page is drawn once more and then left alone
    st.session_state[was_open] = still_open


def _card(job: Job, told: Told) -> None:
    at = local_time(job.created_at).strftime("%m-%d %H:%M")
    name = frame.md(told.name)
    match job.state:
        case "queued":
            st.markdown(f":blue[:material/hourglass_top:] {name} · {at} · {t('等待执行')}")
        case "running":
            st.progress(min(1.0, job.progress / (job.total or 1)), text=frame.md(told.running))
        case "done":
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f":green[:material/check_circle:] {name} · {at} · {frame.md(told.done)}", width="content")
                if told.export_id:
                    st.html(f'<span class="yanshu-file"><a href="/exports/{told.export_id}">{t("下载")}</a></span>', width="content")
        case _:
            st.markdown(f":orange[:material/error:] {name} · {at} · {frame.md(job.message or t('没有成功'))}")
