"""How far a check, an import or an undo is. It goes on when the page is left; coming back shows it again."""

from __future__ import annotations

import streamlit as st

from dashboards import frame
from dashboards.i18n import t
from dashboards.screens.exchange import under_way
from dashboards.screens.exchange.draft import Draft
from dashboards.screens.exchange.under_way import OPEN, Told
from ingestion import jobs
from ingestion.exchange import import_jobs, importing
from ingestion.exchange.importing import Batch
from ingestion.jobs import Job
from ingestion.principal import NotFound

__all__ = ["OPEN", "before", "marked", "show"]


def _words(kind: str | None, state: str) -> str:
    if kind == import_jobs.UNDO:
        return t("正在撤销")
    return t("正在导入") if state == "loading" or kind == import_jobs.APPLY else t("正在校验")


def show(batch: Batch, work: Job | None) -> None:
    """Looked at each second until the batch or its job moves on."""
    st.fragment(_card, run_every="1s")(batch.id, batch.state, work.id if work is not None else None)


def _card(batch_id: int, state: str, job_id: int | None) -> None:
    actor = frame.current()
    with frame.store().read(actor.university_code) as uow:
        batch = importing.batch(uow, actor, batch_id)
        work = jobs.get(uow, actor, job_id) if job_id is not None else None
    if (work is not None and work.state not in OPEN) or (work is None and batch.state != state):
        st.rerun()
    _progress(_words(work.kind if work else None, batch.state), work, batch.done, batch.total)


def _progress(words: str, work: Job | None, done: int, total: int | None) -> None:
    if work is not None and work.state == "running":
        done, total = max(done, work.progress), work.total or total
    with st.container(border=True, gap="xsmall", key="waiting"):
        if work is not None and work.state == "queued":
            st.progress(0.0, text=t("排队等待中…"))
        else:
            st.progress(min(1.0, done / (total or 1)), text=t("{what}：{done} / {total} 行", what=words, done=f"{done:,}", total=f"{total or 0:,}"))
        st.caption(t("可以离开本页，完成后有消息。"))


def before(begun: Draft) -> None:
    """The check that has no batch yet: only its job says how far it is."""
    st.fragment(_before, run_every="1s")(begun)


def _before(begun: Draft) -> None:
    actor = frame.current()
    try:
        with frame.store().read(actor.university_code) as uow:
            work = jobs.get(uow, actor, int(begun.job or 0))
    except NotFound:
        work = None
    if work is None or work.state not in OPEN:
        st.rerun()
    else:
        _progress(t("正在校验"), work, work.progress, work.total)


def marked(batch: Batch) -> None:
    """Marked files that are being made, or were within the last day."""

    def told(job: Job) -> Told:
        result = job.result or {}
        only = bool(job.parameters.get("only_errors"))
        return Told(t("错误行") if only else t("标注后的原文件"), t("正在生成标注文件…"), t("{n} 行有错误", n=f"{int(result.get('rows', 0)):,}"), str(result.get("export", "")))

    under_way.cards(import_jobs.MARK, lambda job: job.parameters.get("batch") == batch.id, told)
