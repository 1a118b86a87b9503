"""消息: everything sent to this account; each opens its record."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from ingestion import messages
from ingestion.store.engine import local_time


def show() -> None:
    actor = frame.current()
    with frame.store().read(actor.university_code) as uow:
        found = messages.list_for(uow, actor, limit=100)
    with frame.page(t("消息")):
        st.button(t("全部标为已读"), icon=":material/done_all:", key="read_all", on_click=_read, args=(None,), disabled=all(m.read for m in found))
    if not found:
        frame.empty(t("没有消息"), t("审核结果、询问和提醒会出现在这里。"), icon=":material/notifications_off:")
        return
    with st.container(border=True, gap="xxsmall"):
        for message in found:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.badge(pick(*messages.KINDS[message.kind]), color="gray" if message.read else "blue")
                st.text(pick(message.zh, message.en))
                st.space("stretch")
                st.caption(local_time(message.at).strftime("%Y-%m-%d %H:%M"), width="content")
                if message.record_id and st.button(t("打开"), key=f"open-{message.id}", type="tertiary"):
                    _read([message.id])
                    navigation.go("record", id=str(message.record_id))


def _read(ids: list[int] | None) -> None:
    actor = frame.current()
    with frame.store().begin(actor.university_code) as uow:
        messages.mark_read(uow, actor, ids)
