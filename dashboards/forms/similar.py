"""Records that may be the same, named while the title or a number is typed: 查看, 认领, or go on (AC-175, AC-180)."""

from __future__ import annotations

import streamlit as st

from dashboards import acting, frame
from dashboards.forms.state import Form
from dashboards.i18n import pick, t
from ingestion import claims, duplicates
from ingestion.catalog import kinds as k
from ingestion.principal import Principal

SHOWN = 3


def fields(form: Form) -> frozenset[str]:
    """The fields a record is recognised by: its title and the first part of each natural key."""
    return frozenset({form.type.title, *(key.fields[0] for key in form.type.match)})


def draw(actor: Principal, form: Form, field: k.Field) -> None:
    """The candidates found by one field, below it."""
    if field.name not in fields(form) or not form.document.get(field.name):
        return
    stamp = tuple(str(form.document.get(name)) for key in form.type.match for name in key.fields) + (str(form.document.get(form.type.title)),)
    if form.near is None or form.near[0] != stamp:
        with frame.store().read(actor.university_code) as uow:
            form.near = (stamp, list(duplicates.candidates(uow, actor, form.type_id, dict(form.document), form.record_id)))
    for number, one in enumerate([c for c in form.near[1] if c.field == field.name][:SHOWN]):
        with st.container(gap="xxsmall", key=f"near-{field.name}-{number}"):
            _one(actor, form, one, f"{field.name}-{number}")


def _one(actor: Principal, form: Form, one: duplicates.Candidate, key: str) -> None:
    about = ""
    if one.record_id is not None:
        facts = (f"《{one.title}》", str(one.year or ""), one.owner, one.number, frame.state_word(one.state))
        about = frame.md(" ".join(fact for fact in facts if fact))
    if not one.exact or form.record_id is None:  # an exact one stands in red at the field already
        colour, word = ("red", t("重复")) if one.exact else ("orange", t("疑似重复"))
        st.caption(f":{colour}[:material/content_copy: {word}] {about} {frame.md(pick(one.reason_zh, one.reason_en))}")
    with st.container(horizontal=True, gap="xsmall"):
        if one.record_id is not None:
            st.button(t("查看"), key=f"see-{key}", type="tertiary", icon=":material/open_in_new:", on_click=_see, args=(one.record_id,))
        if one.exact and actor.person_id is not None:
            st.button(t("认领"), key=f"claim-{key}", type="tertiary", icon=":material/person_check:", on_click=_claim, args=(form,), help=t("已有的记录里有我：确认后不必再录入"))


def _see(record_id: int) -> None:
    st.session_state["leave_to"] = ("record", {"id": str(record_id)})


def _claim(form: Form) -> None:
    actor = frame.current()
    try:
        with frame.store().begin(actor.university_code) as uow:
            answer = claims.ask_in(uow, actor, form.type_id, dict(form.document), form.record_id)
    except acting.OperationError as refused:
        form.trouble = pick(refused.zh, refused.en)
        return
    st.toast(t("已认领，不必再录入；这份草稿可以删除") if answer == "confirmed" else t("已请对方核对，由其以变更申请补充"), icon=":material/check_circle:")
