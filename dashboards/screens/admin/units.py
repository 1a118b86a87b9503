"""院系: the university's units as a list with parents; new, renamed, closed with a successor."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.i18n import t
from ingestion import units
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import today

KINDS = {"college": "学院", "office": "职能部门", "other": "其他"}


def show() -> None:
    actor = frame.current()
    with frame.page(t("院系")):
        if st.button(t("新增院系"), icon=":material/add:", type="primary", key="new_unit"):
            _new(actor)
    with frame.store().read(actor.university_code) as uow:
        found = units.list_for(uow, actor)
    if not found:
        frame.empty(t("还没有院系"), t("先新增学院，再导入人员。"), icon=":material/account_balance:")
        return
    names = {u.id: u.name for u in found}
    table = pd.DataFrame(
        [
            {"code": u.code, "name": u.name, "kind": t(KINDS[u.kind]), "parent": names.get(u.parent_id, "—"), "from": str(u.valid_from or "—"), "to": str(u.valid_to or "—"), "successor": names.get(u.successor_id, "—")}
            for u in found
        ]
    )
    words = {"code": t("代码"), "name": t("名称"), "kind": t("类别"), "parent": t("上级"), "from": t("起始日期"), "to": t("终止日期"), "successor": t("并入")}
    event = st.dataframe(table, hide_index=True, key="units", on_select="rerun", selection_mode="single-row", row_height=33, column_config={k: st.column_config.TextColumn(w) for k, w in words.items()})
    picked = [found[r] for r in event.selection.rows if r < len(found)]
    with st.container(horizontal=True):
        if st.button(t("改名"), key="rename", disabled=not picked, icon=":material/edit:"):
            _rename(actor, picked[0])
        if st.button(t("关闭"), key="close", disabled=not picked or picked[0].valid_to is not None, icon=":material/block:"):
            _close(actor, picked[0], {u.id: u.name for u in found if u.id != picked[0].id})
        if st.button(t("删除"), key="remove", disabled=not picked, icon=":material/delete:", type="tertiary"):
            try:
                with frame.store().begin(actor.university_code) as uow:
                    units.remove(uow, actor, picked[0].id)
            except OperationError as refused:
                st.warning(frame.said(refused))
            else:
                st.rerun()


def _new(actor: Principal) -> None:
    @st.dialog(t("新增院系"))
    def dialog() -> None:
        code = st.text_input(t("代码") + " *", key="unit_code")
        name = st.text_input(t("名称") + " *", key="unit_name")
        kind = st.segmented_control(t("类别"), list(KINDS), default="college", required=True, format_func=lambda k: t(KINDS[k]), key="unit_kind")
        if st.button(t("确定"), type="primary", key="unit_ok"):
            try:
                with frame.store().begin(actor.university_code) as uow:
                    units.create(uow, actor, code, name, kind=str(kind))
            except OperationError as refused:
                st.error(frame.said(refused))
                return
            st.rerun()

    dialog()


def _rename(actor: Principal, one: units.Unit) -> None:
    @st.dialog(t("改名"))
    def dialog() -> None:
        name = st.text_input(t("名称") + " *", value=one.name, key="rename_to")
        name_en = st.text_input(t("英文名称"), value=one.name_en or "", key="rename_en")
        if st.button(t("确定"), type="primary", key="rename_ok"):
            try:
                with frame.store().begin(actor.university_code) as uow:
                    units.rename(uow, actor, one.id, name, name_en or None)
            except OperationError as refused:
                st.error(frame.said(refused))
                return
            st.rerun()

    dialog()


def _close(actor: Principal, one: units.Unit, others: dict[int, str]) -> None:
    @st.dialog(t("关闭院系"))
    def dialog() -> None:
        st.caption(t("有人员或记录的院系不能删除，只能关闭并指明并入哪里。"))
        on = st.date_input(t("终止日期"), value=today(), format="YYYY-MM-DD", key="close_on")
        successor = st.selectbox(t("并入"), list(others), index=None, placeholder=t("请选择"), format_func=lambda i: others[i], key="close_into")
        if st.button(t("确定"), type="primary", key="close_ok"):
            try:
                with frame.store().begin(actor.university_code) as uow:
                    units.close(uow, actor, one.id, on, successor)  # type: ignore[arg-type]
            except OperationError as refused:
                st.error(frame.said(refused))
                return
            st.rerun()

    dialog()
