"""记录: one record with everything about it, and the actions its reader may take."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from dashboards.screens.account import claims as own_claims
from dashboards.screens.analysis import counted
from dashboards.screens.quality import tasks
from dashboards.screens.query import actions, details
from ingestion import audit, claims, records, review
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import NotFound, Principal
from ingestion.records.view import RecordView


def show() -> None:
    asked = st.query_params.get("id", "")
    if not asked.isdecimal():
        raise NotFound
    actor = frame.current()
    store = frame.store()
    with audit.refusals(store, actor, "view", "record", asked), store.read(actor.university_code) as uow:
        view = records.load(uow, actor, int(asked))
    _page(actor, view)


def _page(actor: Principal, view: RecordView) -> None:
    declared = ALL_RECORDS[view.type_id]
    with frame.page(pick(declared.zh, declared.en), navigation.group_word(view.type_id)):
        actions.buttons(actor, view)
    with st.container(border=True, gap="xsmall", key="record_head"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            frame.badge(view.display_state)
            st.caption(view.number, width="content")
            if not view.header.get("in_statistics", True):
                st.badge(t("不计入统计"), color="gray", icon=":material/data_off:")
        st.markdown(f"**{frame.md(view.title or '—')}**")
        with frame.store().read(actor.university_code) as uow:
            details.track(actor, uow, view.id)
    with frame.store().read(actor.university_code) as uow:
        events = review.history(uow, actor, view.id)
    actions.question(actor, view, events)
    with frame.store().read(actor.university_code) as uow:
        waits = claims.waits_for(uow, actor, view.id)
    if waits:
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key="claim_card"):
            st.markdown(f":blue[:material/person_check:] {t('这条记录由他人录入，署有您的名字。是您的成果吗？')}", width="content")
            own_claims.buttons(actor, view.id)
    tasks.of_record(actor, view.id)
    actions.last_return(actor, view.type_id, view.id, view.state)
    if view.amendment is not None:
        actions.last_return(actor, view.type_id, view.id, str(view.amendment["state"]), int(view.amendment["id"]))
    left, right = st.columns([2.35, 1], gap="small")
    with left:
        if view.amendment is not None:
            with st.container(border=True, gap="xsmall"):
                st.markdown(f"**{t('变更申请')}** · {frame.state_word(str(view.amendment['state']))}")
                if view.amendment.get("reason"):
                    st.text(view.amendment["reason"])
                st.caption(t("变更通过前，统计和导出使用现行版本。"))
                details.difference(actor, view.type_id, view.document, view.amendment["document"], changes_only=True, words=(t("现行版本"), t("申请变更为")))
                details.changed_files(actor, view)
        with st.container(border=True, gap="xsmall"):
            details.fields(actor, view, view.document)
            actions.reveal(actor, view)
    with right:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{t('附件')}**")
            details.attachments(actor, view)
        counted.card(actor, view)
        with st.container(border=True, gap="xsmall", key="history"):
            st.markdown(f"**{t('审核记录')}**")
            details.history(actor, view.id)
