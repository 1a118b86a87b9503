"""我的账号: who I am here, my roles, my language, my password, and where I logged in."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import t
from dashboards.screens.home import counts
from ingestion import accounts
from ingestion.principal import Principal
from ingestion.store.engine import local_time

RESULTS = {
    "ok": "登录成功", "wrong": "密码错误", "locked": "已锁定", "refused_locked": "锁定中被拒", "disabled": "账号停用", "wrong_tab": "用错登录页签", "logout": "退出", "unlocked": "已解锁",
}  # fmt: skip


def show() -> None:
    actor = frame.current()
    with frame.page(t("我的账号")):
        st.link_button(t("修改密码"), "/auth/password", icon=":material/key:")
        if st.button(t("退出登录"), icon=":material/logout:", key="out"):
            frame.command("logout")
    left, right = st.columns([1, 1.4], gap="small")
    with left:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{t('基本信息')}**")
            frame.rows([(t("姓名"), actor.name), (t("账号"), actor.username), (t("单位"), frame.university_name(actor)), (t("当前角色"), frame.role_word(actor.role))])
            if actor.person_id is not None and st.button(t("个人资料"), key="person", icon=":material/badge:"):
                navigation.go("record", id=str(actor.person_id))
        _roles(actor)
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{t('界面语言')}**")
            st.segmented_control(t("界面语言"), ["zh", "en"], default=actor.language, required=True, key="language_choice", format_func=lambda x: "中文" if x == "zh" else "English", label_visibility="collapsed", on_change=_language)
            if st.session_state.pop("language_changed", False):
                frame.command("reload")
    with right.container(border=True, gap="xsmall"):
        st.markdown(f"**{t('登录记录')}**")
        found = counts.last_logins(actor, 30)
        frame.rows([(local_time(e.at).strftime("%Y-%m-%d %H:%M"), " · ".join(x for x in (t(RESULTS.get(e.result, e.result)), e.address or "") if x)) for e in found])


def _roles(actor: Principal) -> None:
    with frame.store().read(actor.university_code) as uow:
        grants = accounts.grants_of(uow, actor.account_id)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{t('角色切换')}**")
        for grant in grants:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(frame.role_word(grant.role) + (f"（{frame.unit_name(actor, grant.unit_id)}）" if grant.unit_id else ""))
                st.space("stretch")
                if grant.id == actor.grant_id:
                    st.caption(t("正在使用"), width="content")
                elif st.button(t("切换"), key=f"grant-{grant.id}", type="tertiary"):
                    with frame.store().begin(actor.university_code) as uow:
                        accounts.switch_role(uow, frame.token(), grant.id)
                    frame.forget()
                    navigation.go("home")


def _language() -> None:
    actor = frame.current()
    with frame.store().begin(actor.university_code) as uow:
        accounts.set_language(uow, actor, st.session_state["language_choice"])
    frame.forget()
    st.session_state["language_changed"] = True
