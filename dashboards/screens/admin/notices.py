"""通知公告: read by everybody, published and withdrawn by the office (its university) or the province (all)."""

from __future__ import annotations

import streamlit as st

from dashboards import frame
from dashboards.i18n import pick, t
from ingestion import notices, permissions
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import today


def show() -> None:
    actor = frame.current()
    manages = permissions.can(actor, "manage_notices")
    with frame.page(t("通知公告")):
        if manages and st.button(t("发布公告"), icon=":material/campaign:", type="primary", key="publish"):
            _publish(actor)
    asked = st.query_params.get("id", "")
    if asked.isdecimal():
        with frame.store().read(actor.university_code) as uow:
            one = notices.one(uow, actor, int(asked))
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{frame.md(one.title)}**")
            st.caption(f"{frame.md(one.publisher)} · {one.publish_on.isoformat()}")
            st.text(one.body)
        st.button(t("返回列表"), icon=":material/arrow_back:", key="back", on_click=_back)
        return
    with frame.store().read(actor.university_code) as uow:
        found = notices.list_for(uow, actor, 100)
    if not found:
        frame.empty(t("没有公告"), "", icon=":material/campaign:")
        return
    with st.container(border=True, gap="xxsmall"):
        for notice in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(frame.md(notice.title), key=f"notice-{notice.id}", type="tertiary", on_click=_open, args=(notice.id,))
                if notice.withdrawn:
                    st.badge(t("已撤下"), color="gray")
                elif notice.publish_on > today():
                    st.badge(t("待发布"), color="blue")
                st.space("stretch")
                st.caption(f"{frame.md(notice.publisher)} · {notice.publish_on.isoformat()}", width="content")
                if manages and not notice.withdrawn and notice.university_code == actor.university_code:
                    st.button(t("撤下"), key=f"off-{notice.id}", type="tertiary", on_click=_withdraw, args=(notice.id,))


def _open(notice_id: int) -> None:
    st.query_params["id"] = str(notice_id)


def _back() -> None:
    st.query_params.pop("id", None)


def _withdraw(notice_id: int) -> None:
    actor = frame.current()
    try:
        with frame.store().begin(actor.university_code) as uow:
            notices.withdraw(uow, actor, notice_id)
    except OperationError as refused:
        st.session_state["said"] = pick(refused.zh, refused.en)


def _publish(actor: Principal) -> None:
    @st.dialog(t("发布公告"), width="large")
    def dialog() -> None:
        title = st.text_input(t("标题") + " *", key="notice_title")
        body = st.text_area(t("正文") + " *", key="notice_body", height=220)
        on = st.date_input(t("发布日期"), value=today(), format="YYYY-MM-DD", key="notice_on")
        st.caption(t("涉密数据不得上网。"))
        if st.button(t("发布"), type="primary", key="notice_ok"):
            try:
                with frame.store().begin(actor.university_code) as uow:
                    notices.publish(uow, actor, title, body, on)  # type: ignore[arg-type]
            except OperationError as refused:
                st.error(frame.said(refused))
                return
            st.rerun()

    dialog()
