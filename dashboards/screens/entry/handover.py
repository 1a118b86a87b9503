"""Who should enter: not the best-ranked own teacher? 转交 to them, or go on with a reason (AC-229)."""

from __future__ import annotations

import streamlit as st

from dashboards import acting, frame
from dashboards.forms.state import Form
from dashboards.i18n import pick, t
from ingestion import derive, people, records
from ingestion.catalog.kinds import Issue
from ingestion.principal import Principal
from ingestion.records.submission import warning_key

RULE = "V002"


def draw(actor: Principal, form: Form, issues: list[Issue]) -> None:
    """The card with both ways on; nothing where the right person enters."""
    found = next((i for i in issues if i.rule == RULE), None)
    best = derive.best_staff(form.document) if found is not None else None
    if found is None or best is None:
        return
    with frame.store().read(actor.university_code) as uow:
        person = people.by_ids(uow, actor, [best]).get(best)
    with st.container(border=True, key="should_enter", gap="xsmall"):
        st.markdown(f":orange[:material/switch_account:] **{frame.md(pick(found.zh, found.en))}**")
        if person is not None and form.state == "00" and form.amendment is None:
            st.button(t("转交给 {name}", name=frame.md(person.name)), icon=":material/forward_to_inbox:", key="hand_over", on_click=_hand_over, args=(form, best, person.name))
        if found.severity == "warning" and form.amendment is None:
            form.entering_reason = str(st.text_input(t("由我录入的理由（至少 5 个字，审核人会看到）"), key=form.key("entering_reason"), live="800ms") or "")


def confirmed(form: Form, issues: list[Issue]) -> frozenset[str]:
    """A reason given is the confirmation of the warning; the operation judges the reason itself."""
    return frozenset(warning_key(i) for i in issues if i.rule == RULE) if form.entering_reason.strip() else frozenset()


def left(form: Form, issues: list[Issue]) -> list[Issue]:
    """The problems the card does not deal with: everything but the warning it asks a reason for."""
    return [i for i in issues if i.rule != RULE or i.severity == "error" or form.amendment is not None]


def _hand_over(form: Form, person_id: int, name: str) -> None:
    actor = frame.current()
    try:
        with frame.store().begin(actor.university_code) as uow:
            records.transfer(uow, actor, int(form.record_id or 0), form.version, person_id)
    except acting.OperationError as refused:
        form.trouble = pick(refused.zh, refused.en)
        return
    st.session_state.pop("form", None)
    st.session_state["said"] = t("草稿已转交给 {name}", name=name)
    st.session_state["leave_to"] = ("home", {})
