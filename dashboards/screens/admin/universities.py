"""高校管理: all universities of the province with what they hold; a new one with its first administrator."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from sqlalchemy import case, func, select

from dashboards import frame
from dashboards.i18n import t
from ingestion import accounts, permissions
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import local_time
from ingestion.store.platform import LOADING, account, record, university


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "manage_universities")
    with frame.page(t("高校管理")):
        if st.button(t("新增高校"), icon=":material/add:", type="primary", key="new_university"):
            _new(actor)
    found = _listed()
    if found.empty:
        frame.empty(t("还没有高校"), t("新增第一所高校和它的管理员。"))
        return
    words = {"code": t("代码"), "name": t("名称"), "enabled": t("状态")}
    numbers = {"people": t("人员"), "records": t("记录"), "approved": t("已通过")}
    event = st.dataframe(
        found, hide_index=True, key="universities_grid", on_select="rerun", selection_mode="single-row", row_height=33, placeholder="—", height=min(38 + 33 * len(found), 640),
        column_config={
            **{k: st.column_config.TextColumn(w) for k, w in words.items()},
            **{k: st.column_config.NumberColumn(w, format="%,d") for k, w in numbers.items()},
            "login": st.column_config.TextColumn(t("最近登录")),
        },
    )  # fmt: skip
    picked = [r for r in event.selection.rows if r < len(found)]
    st.markdown(t("共 **{n}** 所", n=len(found)))
    if picked:
        code, on = str(found.iloc[picked[0]]["code"]), found.iloc[picked[0]]["enabled"] == t("已启用")
        if st.button(t("停用 {code}", code=code) if on else t("启用 {code}", code=code), key="switch"):
            with frame.store().begin("*") as uow:
                accounts.set_university_enabled(uow, actor, code, not on)
            st.rerun()


def _listed() -> pd.DataFrame:
    counted = (
        select(
            record.c.university_code.label("code"),
            func.sum(case((record.c.type == "person", 1), else_=0)).label("people"),
            func.count().label("records"),
            func.sum(case((record.c.state == "30", 1), else_=0)).label("approved"),
        )
        .where(record.c.state.not_in([LOADING, "90"]))
        .group_by(record.c.university_code)
        .subquery()
    )
    logins = select(account.c.university_code.label("code"), func.max(account.c.last_login_at).label("login")).group_by(account.c.university_code).subquery()
    query = (
        select(university.c.code, university.c.name, university.c.enabled, counted.c.people, counted.c.records, counted.c.approved, logins.c.login)
        .outerjoin(counted, counted.c.code == university.c.code)
        .outerjoin(logins, logins.c.code == university.c.code)
        .where(university.c.kind == "university")
        .order_by(university.c.code)
    )
    with frame.store().read("*") as uow:
        rows = list(uow.conn.execute(query))
    return pd.DataFrame(
        [
            {"code": r.code, "name": r.name, "enabled": t("已启用") if r.enabled else t("已停用"), "people": int(r.people or 0), "records": int(r.records or 0), "approved": int(r.approved or 0), "login": local_time(r.login).strftime("%Y-%m-%d %H:%M") if r.login else "—"}
            for r in rows
        ]
    )


def _new(actor: Principal) -> None:
    @st.dialog(t("新增高校"))
    def dialog() -> None:
        code = st.text_input(t("单位代码") + " *", key="u_code")
        name = st.text_input(t("单位名称") + " *", key="u_name")
        username = st.text_input(t("管理员账号") + " *", key="u_admin")
        person = st.text_input(t("管理员姓名") + " *", key="u_person")
        if st.button(t("确定"), type="primary", key="u_ok"):
            if not username.strip() or not person.strip():
                st.error(t("请填写管理员账号和姓名。"))
                return
            try:
                with frame.store().begin("*") as uow:
                    made = accounts.create_university(uow, actor, code, name, admin_username=username, admin_name=person)
            except OperationError as refused:
                st.error(frame.said(refused))
                return
            st.success(t("已新增 {name}", name=frame.md(name)) if made.created else t("{name} 已存在，已启用", name=frame.md(name)))
            if made.link:
                st.info(t("把下面的地址交给管理员，只能用一次。"))
                st.text(frame.full_address(accounts.path_of("activate", made.link)))

    dialog()
