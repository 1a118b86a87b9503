"""The top bar: global search, the bell with unread messages, the person with roles, language, theme, logout."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from ingestion import accounts, messages
from ingestion.principal import Principal
from ingestion.store.engine import local_time


def _mark_section(principal: Principal, path: str) -> None:
    number = navigation.section_number(principal, path)
    if number is not None:
        st.html(
            "<style>[data-testid=stTopNavSection]{}"
            f".rc-overflow-item:nth-child({number}) [data-testid=stTopNavDropdownLink],"
            f".rc-overflow-item:nth-child({number}) button"
            "{color:var(--blue)!important;box-shadow:inset 0 -2px 0 var(--blue);border-radius:0;font-weight:600}</style>"
        )


def draw(principal: Principal, path: str) -> None:
    """The bar at the top right, and the mark under the present section of the menu."""
    _mark_section(principal, path)
    with st.container(key="topbar", horizontal=True):
        if principal.role in navigation.IN_UNIVERSITY:
            st.text_input(
                t("查项目、成果、人员"), key="topsearch", type="search", label_visibility="collapsed",
                placeholder=t("查项目、成果、人员"), on_change=_search,
            )  # fmt: skip
        _bell(principal)
        _who(principal)
    wanted = st.session_state.pop("go_search", None)
    if wanted:
        navigation.go("search", q=wanted)


def _search() -> None:
    st.session_state["go_search"] = st.session_state["topsearch"].strip()
    st.session_state["topsearch"] = ""


def _bell(principal: Principal) -> None:
    with frame.store().read(principal.university_code) as uow:
        unread = messages.unread_count(uow, principal)
        newest = messages.list_for(uow, principal, limit=6)
    with st.popover(str(unread), icon=":material/notifications:", type="tertiary", help=t("消息"), key="bell"):
        if not newest:
            st.caption(t("没有消息"))
        for message in newest:
            st.text(pick(message.zh, message.en))
            st.caption(local_time(message.at).strftime("%Y-%m-%d %H:%M"))
        st.page_link(navigation.page("messages"), label=t("全部消息"), icon=":material/arrow_forward:")


def _who(principal: Principal) -> None:
    with frame.store().read(principal.university_code) as uow:
        grants = accounts.grants_of(uow, principal.account_id)
    choices: list[tuple[str, Any]] = [("account", None)]
    choices += [("role", grant.id) for grant in grants if grant.id != principal.grant_id]
    choices += [("language", "en" if principal.language == "zh" else "zh"), ("theme", "Light" if st.context.theme.type == "dark" else "Dark"), ("logout", None)]
    names = {grant.id: frame.unit_name(principal, grant.unit_id) for grant in grants}
    roles = {grant.id: grant.role for grant in grants}

    def word(choice: tuple[str, Any]) -> str:
        kind, value = choice
        match kind:
            case "account":
                return t("我的账号")
            case "role":
                where = names.get(value) or ""
                return t("切换为 {role}", role=frame.md(frame.role_word(roles[value]) + (f"（{where}）" if where else "")))
            case "language":
                return "English" if value == "en" else "中文"
            case "theme":
                return t("深色") if value == "Dark" else t("浅色")
            case _:
                return t("退出登录")

    choice = st.menu_button(
        f"{frame.md(principal.name)} · {frame.role_word(principal.role)}", choices, format_func=word,
        icon=":material/account_circle:", type="tertiary", key="who",
    )  # fmt: skip
    if choice is None:
        return
    kind, value = choice
    if kind == "account":
        navigation.go("account")
    elif kind == "logout":
        frame.command("logout")
    elif kind == "theme":
        frame.command("theme", to=value)
    elif kind == "role":
        with frame.store().begin(principal.university_code) as uow:
            accounts.switch_role(uow, frame.token(), value)
        frame.forget()
        st.switch_page(navigation.page("home"))
    else:
        with frame.store().begin(principal.university_code) as uow:
            accounts.set_language(uow, principal, value)
        frame.forget()
        frame.command("reload")
