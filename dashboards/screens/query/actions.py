"""What may be done with one record: buttons only for what the policy allows now, reasons asked in a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards import acting, frame, navigation
from dashboards.i18n import listed, pick, t
from ingestion import amendments, permissions, records, review
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import OperationError, Principal
from ingestion.records.view import RecordView
from ingestion.store.engine import UnitOfWork, local_time

DIALOG = "dialog"


def buttons(actor: Principal, view: RecordView) -> None:
    """Buttons for the actions the reader may take on this record."""
    allowed = view.allowed
    if "edit" in allowed and st.button(t("继续填写") if view.state == "00" else t("修改"), icon=":material/edit:", key="do_edit", type="primary"):
        navigation.go("form", id=str(view.id))
    if {"approve", "amendment.approve"} & allowed and st.button(t("去审核"), icon=":material/fact_check:", key="do_review", type="primary"):
        navigation.go("review", id=str(view.id))
    if "amendment.edit" in allowed and st.button(t("填写变更"), icon=":material/edit:", key="do_amend_edit"):
        navigation.go("form", id=str(view.id), amend="1")
    if "amend" in allowed and st.button(t("变更申请"), icon=":material/published_with_changes:", key="do_amend"):
        _ask(t("变更申请"), t("变更原因"), lambda uow, reason: amendments.open(uow, actor, view.id, reason), then="form", record_id=view.id)
    if {"withdraw", "amendment.withdraw"} & allowed and st.button(t("撤回"), icon=":material/undo:", key="do_withdraw"):
        _at_once(actor, view, lambda uow: review.withdraw(uow, actor, view.id, _version(view)))
    if "void" in allowed and st.button(t("作废"), icon=":material/block:", key="do_void", type="tertiary"):
        _ask(t("作废"), t("作废原因"), lambda uow, reason: records.void(uow, actor, view.id, view.version, reason), then="record", record_id=view.id)


def _version(view: RecordView) -> int:
    return int(view.amendment["version"]) if view.amendment is not None and view.state == "30" else view.version


def _at_once(actor: Principal, view: RecordView, act: Callable[[UnitOfWork], object]) -> None:
    try:
        with frame.store().begin(actor.university_code) as uow:
            act(uow)
    except OperationError as refused:
        st.session_state["said"] = pick(refused.zh, refused.en)
    else:
        st.session_state["said"] = t("{number} 已撤回", number=view.number)
    st.rerun()


def _ask(title: str, label: str, act: Callable[[UnitOfWork, str], object], *, then: str, record_id: int) -> None:
    @st.dialog(title)
    def dialog() -> None:
        reason = st.text_area(label + " *", key="dialog_reason", height=110, help=t("至少 5 个字"))
        if st.button(t("确定"), type="primary", key="dialog_ok"):
            actor = frame.current()
            try:
                with frame.store().begin(actor.university_code) as uow:
                    act(uow, reason)
            except OperationError as refused:
                st.error(frame.said(refused))
                return
            if then == "form":
                navigation.go("form", id=str(record_id), amend="1")
            st.rerun()

    dialog()


def last_return(actor: Principal, type_id: str, record_id: int, state: str, amendment_id: int | None = None) -> None:
    """Why a record (or its change application) came back: reason, who, when, the fields marked (AC-078)."""
    if state not in ("11", "21"):
        return
    with frame.store().read(actor.university_code) as uow:
        returned = [e for e in review.history(uow, actor, record_id) if e["action"] == "return" and e["amendment_id"] == amendment_id]
    if not returned:
        return
    event = returned[-1]
    with st.container(border=True, key="returned", gap="xxsmall"):
        st.markdown(f":orange[:material/undo: **{frame.state_word(state)}**]")
        st.text(event["reason"] or "")
        st.caption(f"{frame.md(event['account_name'])} · {local_time(event['at']).strftime('%Y-%m-%d %H:%M')}")
        if event["marked_fields"]:
            st.caption(t("请修改：{fields}", fields=frame.md(listed(field_word(type_id, f) for f in event["marked_fields"]))))


def question(actor: Principal, view: RecordView, events: list[dict[str, Any]]) -> None:
    """询问 that waits for an answer: what was asked, and the box to answer in for the record's own people."""
    asked = review.open_question(events)
    if asked is None:
        return
    with st.container(border=True, key="question", gap="xsmall"):
        st.markdown(f":blue[:material/help: **{t('询问')}**] {frame.md(asked['account_name'])} · {local_time(asked['at']).strftime('%Y-%m-%d %H:%M')}")
        st.text(asked["reason"] or "")
        if permissions.reach_of(actor, view.header) != "own":
            st.caption(t("待答复；不影响审核"))
            return
        words = st.text_area(t("答复") + " *", key=f"answer-{asked['id']}", height=90, help=t("至少 5 个字"))
        if st.button(t("答复"), key="answer_ok", icon=":material/reply:") and acting.attempt(lambda uow, who: review.answer(uow, who, view.id, words), t("已答复")):
            st.rerun()


def field_word(type_id: str, name: str) -> str:
    """The label of a field or step by its name."""
    declared = ALL_RECORDS[type_id]
    for field in declared.fields():
        if field.name == name:
            return pick(field.zh, field.en)
    for step in declared.steps:
        if step.name == name:
            return pick(step.zh, step.en)
    return name


def reveal(actor: Principal, view: RecordView) -> None:
    """显示: a masked value in clear, for those with the right; every look is logged."""
    if "reveal" not in view.allowed:
        return
    for field in ALL_RECORDS[view.type_id].fields():
        if isinstance(field, k.Secret) and view.document.get(field.name):
            if st.button(t("显示{field}", field=frame.md(pick(field.zh, field.en))), key=f"reveal-{field.name}", icon=":material/visibility:", type="tertiary"):
                with frame.store().begin(actor.university_code) as uow:
                    st.text(records.reveal(uow, actor, view.id, field.name))
