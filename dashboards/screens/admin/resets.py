"""找回密码: who forgot the password waits here. The administrator verifies the person and hands over a link."""

from __future__ import annotations

import streamlit as st

from dashboards import acting, frame, navigation
from dashboards.i18n import t
from ingestion import accounts
from ingestion.accounts import ResetRequest
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork, local_time


def show() -> None:
    actor = frame.current()
    with frame.store().read(acting.scope(actor)) as uow:
        found = accounts.resets_waiting(uow, actor)
    with frame.page(t("找回密码"), t("{n} 条待办理", n=len(found))):
        pass
    link = st.session_state.pop("reset_link", None)
    if link is not None:
        with st.container(border=True, gap="xsmall", key="reset_link_card"):
            st.markdown(f":green[:material/check_circle:] **{t('已为 {name} 生成一次性链接', name=frame.md(link[0]))}**")
            st.caption(t("把下面的地址交给本人，只能用一次，离开本页后不再显示。本人设置新密码后，原有登录全部结束。"))
            st.text(link[1])
    if not found:
        frame.empty(t("没有待办理的申请"), t("在登录页点“忘记密码？”提交的申请会出现在这里。"), icon=":material/lock_reset:")
        return
    for one in found:
        with st.container(border=True, gap="xsmall", key=f"reset-{one.id}"):
            _one(actor, one)


def _one(actor: Principal, one: ResetRequest) -> None:
    where = f"{one.university_code} · " if actor.is_province else ""
    st.markdown(f"**{frame.md(one.name)}** · {frame.md(where + one.username)}")
    last = local_time(one.last_login_at).strftime("%Y-%m-%d %H:%M") if one.last_login_at else t("从未登录")
    frame.rows([
        (t("联系方式"), one.contact or "—"), (t("申请时间"), local_time(one.asked_at).strftime("%Y-%m-%d %H:%M")),
        (t("网络地址"), one.address or "—"), (t("最近登录"), last),
    ], narrow=True)  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        if st.button(t("已核实，生成链接"), key=f"issue-{one.id}", icon=":material/link:", type="primary"):
            made: list[str] = []
            if acting.attempt(lambda uow, who: made.append(accounts.answer_reset(uow, who, one.id))):
                st.session_state["reset_link"] = (one.name, frame.full_address(accounts.path_of("reset", made[0])))
                st.rerun()
        if st.button(t("不予办理"), key=f"refuse-{one.id}", icon=":material/cancel:"):
            _refuse(one)
        if one.person_id is not None and not actor.is_province and st.button(t("查看人员"), key=f"person-{one.id}", type="tertiary", icon=":material/badge:"):
            navigation.go("record", id=str(one.person_id))


def _refuse(one: ResetRequest) -> None:
    @st.dialog(t("不予办理"))
    def dialog() -> None:
        st.caption(f"{frame.md(one.name)} · {frame.md(one.username)}")
        reason = st.text_area(t("原因") + " *", key="reset_reason", height=110, help=t("至少 5 个字，申请人登录后会看到"))

        def act(uow: UnitOfWork, actor: Principal) -> None:
            accounts.refuse_reset(uow, actor, one.id, reason)

        if st.button(t("确定"), type="primary", key="reset_refuse_ok") and acting.attempt(act, t("已关闭申请")):
            st.rerun()

    dialog()
