"""账号: personal accounts of the university (office) or of the universities' administrators (province)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation, paging
from dashboards.forms import choices
from dashboards.i18n import listed, t
from ingestion import accounts, people
from ingestion.accounts import AccountRow, Grant
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import local_time, utc_now

SIZE = 50
ROLES = ("researcher", "college_admin", "office_admin", "finance", "analyst", "expert")
PROVINCE_ROLES = ("province_staff", "province_analyst")


def _scope(actor: Principal) -> str:
    return "*" if actor.is_province else actor.university_code


def show() -> None:
    actor = frame.current()
    with frame.page(t("账号")):
        if st.button(t("新增账号"), icon=":material/person_add:", type="primary", key="new_account"):
            _new(actor)
        if not actor.is_province and st.button(t("批量开通账号"), icon=":material/group_add:", key="to_lists"):
            navigation.go("account_lists")
    text = str(st.text_input(t("姓名或账号"), key="q", type="search", bind="query-params", live="500ms", placeholder=t("姓名或账号"), width=320, on_change=paging.first) or "")
    page = paging.number()
    with frame.store().read(_scope(actor)) as uow:
        found, total = accounts.list_accounts(uow, actor, text=text, limit=SIZE, offset=(page - 1) * SIZE)
    if not total:
        frame.empty(t("没有账号"), t("可以新增账号，或换一个词查询。"))
        return
    paging.within(-(-total // SIZE), page)
    table = pd.DataFrame([_line(actor, row) for row in found])
    words = {"university": t("单位"), "username": t("账号"), "name": t("姓名"), "roles": t("角色"), "state": t("状态"), "login": t("最近登录")}
    event = st.dataframe(table, hide_index=True, key="accounts_grid", on_select="rerun", selection_mode="single-row", row_height=33, height=min(36 + 33 * len(found), 700), placeholder="—", column_config={k: st.column_config.TextColumn(w) for k, w in words.items()})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(t("共 **{n}** 条", n=f"{total:,}"), width="content")
        st.space("stretch")
        paging.pager(-(-total // SIZE))
    picked = [found[r] for r in event.selection.rows if r < len(found)]
    if picked:
        with st.container(border=True, key="account_detail", gap="small"):
            _detail(actor, picked[0])


def _state(row: AccountRow) -> str:
    if not row.enabled:
        return t("已停用")
    if row.locked_until and row.locked_until > utc_now():
        return t("已锁定")
    return t("可用") if row.activated else t("未激活")


def _line(actor: Principal, row: AccountRow) -> dict[str, Any]:
    roles = listed(frame.role_word(g.role) + (f"（{frame.unit_name(actor, g.unit_id)}）" if g.unit_id and not actor.is_province else "") for g in row.grants)
    out = {"username": row.username, "name": row.name, "roles": roles, "state": _state(row), "login": local_time(row.last_login_at).strftime("%Y-%m-%d %H:%M") if row.last_login_at else "—"}
    return {"university": row.university_code, **out} if actor.is_province else out


def _act(actor: Principal, what: Any) -> bool:
    try:
        with frame.store().begin(_scope(actor)) as uow:
            st.session_state["account_answer"] = what(uow)
    except OperationError as refused:
        st.error(frame.said(refused))
        return False
    return True


def _detail(actor: Principal, row: AccountRow) -> None:
    st.markdown(f"**{frame.md(row.name)}** · {frame.md(row.username)} · {_state(row)}")
    with st.container(horizontal=True, gap="small"):
        if st.button(t("停用") if row.enabled else t("启用"), key="toggle", icon=":material/power_settings_new:") and _act(actor, lambda uow: accounts.set_enabled(uow, actor, row.id, not row.enabled)):
            st.rerun()
        if st.button(t("生成激活链接") if not row.activated else t("生成重置链接"), key="link", icon=":material/link:"):
            purpose = "reset" if row.activated else "activate"
            if _act(actor, lambda uow: accounts.issue_link(uow, actor, row.id, purpose)):
                _show_link(purpose, str(st.session_state["account_answer"]))
        if row.locked_until and row.locked_until > utc_now() and st.button(t("解锁"), key="unlock") and _act(actor, lambda uow: accounts.unlock(uow, actor, row.id)):
            st.rerun()
    with frame.store().read(_scope(actor)) as uow:
        grants = accounts.grants_of(uow, row.id)
    for grant in grants:
        with st.container(horizontal=True, vertical_alignment="center"):
            until = f" · {t('至')} {grant.valid_to}" if grant.valid_to else ""
            st.text(frame.role_word(grant.role) + (f"（{frame.unit_name(actor, grant.unit_id)}）" if grant.unit_id else "") + f" · {t('自')} {grant.valid_from}{until}")
            if st.button(t("收回"), key=f"revoke-{grant.id}", type="tertiary") and _act(actor, lambda uow, g=grant: accounts.revoke_role(uow, actor, g.id)):
                st.rerun()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        role = st.selectbox(t("新增角色"), PROVINCE_ROLES if actor.is_province and row.university_code == actor.university_code else ROLES, format_func=frame.role_word, key="grant_role", width=200)
        unit = _college(actor, role, "grant_unit")
        if st.button(t("授予"), key="grant_ok") and _act(actor, lambda uow: accounts.grant_role(uow, actor, row.id, Grant(role, unit))):
            st.rerun()


def _college(actor: Principal, role: str, key: str) -> int | None:
    if role != "college_admin":
        return None
    colleges = choices.colleges(actor)
    return st.selectbox(t("学院"), list(colleges), index=None, placeholder=t("请选择"), format_func=lambda i: colleges[i], key=key, width=220)


def _show_link(purpose: str, token: str) -> None:
    """The link is shown once; it is stored nowhere in clear."""
    st.info(t("把下面的地址交给本人，只能用一次，离开本页后不再显示。"))
    st.text(frame.full_address(accounts.path_of(purpose, token)))


def _new(actor: Principal) -> None:
    @st.dialog(t("新增账号"))
    def dialog() -> None:
        person_id, found_name, found_no = None, "", ""
        if not actor.is_province:
            typed = str(st.text_input(t("从人员中选"), key="account_person", placeholder=t("输入工号、姓名或拼音"), live="400ms") or "").strip()
            if typed:
                with frame.store().read(actor.university_code) as uow:
                    found = people.find(uow, actor, typed, 8)
                one = st.selectbox(t("人员"), found, index=0 if len(found) == 1 else None, format_func=lambda p: f"{p.name} · {p.staff_no} · {p.college}", key="account_pick", placeholder=t("请选择"))
                if one is not None:
                    person_id, found_name, found_no = one.person_id, one.name, one.staff_no
        code = st.text_input(t("单位代码") + " *", value=actor.university_code, key="account_university") if actor.is_province else actor.university_code
        username = st.text_input(t("账号") + " *", value=found_no, key=f"account_name-{found_no}")
        name = st.text_input(t("姓名") + " *", value=found_name, key=f"account_who-{found_no}")
        role = st.selectbox(t("角色"), (*PROVINCE_ROLES, "office_admin") if actor.is_province else ROLES, format_func=frame.role_word, key="account_role")
        unit = _college(actor, role, "account_unit")
        st.caption(t("不设初始密码：本人用一次性链接设置。"))
        if st.button(t("确定"), type="primary", key="account_ok"):
            kind = "expert" if role == "expert" else "person"
            try:
                with frame.store().begin(_scope(actor)) as uow:
                    new = accounts.create_account(uow, actor, code, username, name, grants=(Grant(role, unit),), kind=kind, person_id=person_id)
                    link = accounts.issue_link(uow, actor, new, "activate")
            except OperationError as refused:
                st.error(frame.said(refused))
                return
            _show_link("activate", link)

    dialog()
