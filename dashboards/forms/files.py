"""Attachments in a form or on a record page: what is there, a link through the permission gate, add, remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards import frame
from dashboards.forms import progress
from dashboards.forms.state import Form
from dashboards.i18n import pick, t
from ingestion import attachments
from ingestion.catalog.kinds import Documents, FileSlot, Issue
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import UnitOfWork

FORMATS = tuple(attachments.ALLOWED.split("、"))


def listed(actor: Principal, record_id: int | None, *, amended: bool = False) -> list[Any]:
    """The attachments of a record this reader may know of; ``amended``: with what its open change does to them."""
    if record_id is None:
        return []
    with frame.store().read(actor.university_code) as uow:
        return list(attachments.list_for(uow, actor, record_id, amended=amended))


def load(actor: Principal, form: Form) -> dict[str, int]:
    """Reads the form's files once for a rerun; gives how many stand in each slot."""
    form.files = listed(actor, form.record_id, amended=form.amendment is not None)
    if not form.largest_file:
        with frame.store().read(actor.university_code) as uow:
            form.largest_file = attachments.limits(uow, actor.university_code)[0]
    return counts(form.files)


def counts(files: list[Any]) -> dict[str, int]:
    out: dict[str, int] = {}
    for file in (f for f in files if f.change != "removed"):
        out[file.slot] = out.get(file.slot, 0) + 1
    return out


def documents(actor: Principal, form: Form, step: Documents, problems: dict[str, list[Issue]]) -> None:
    """A step of file slots: which are required now, which are there."""
    for place in step.slots:
        if progress.shown(place, form.document, form.document):
            with st.container(border=True, gap="xsmall"):
                needed = progress.required(place, form.document, form.document)
                slot(actor, form, place, frame.md(progress.label(place)) + (" *" if needed else ""))
                for number, issue in enumerate(problems.get(place.name) or []):
                    with st.container(key=f"err-{form.key(place.name)}-{number}"):
                        st.markdown(frame.md(pick(issue.zh, issue.en)))


def slot(actor: Principal, form: Form, field: FileSlot, label: str) -> None:
    """One slot: its files, and a box to add more."""
    mine = [f for f in form.files if f.slot == field.name]
    st.caption(label)
    show(actor, mine, form, removable=True)
    _box(form, field.name, list(field.formats or FORMATS), label)


def others(actor: Principal, form: Form) -> None:
    """Files that belong to no named slot (附件)."""
    named = {f.name for f in form.type.fields() if isinstance(f, FileSlot)}
    mine = [f for f in form.files if f.slot not in named]
    show(actor, mine, form, removable=True)
    _box(form, attachments.OTHER, list(FORMATS), t("附件"))


def show(actor: Principal, files: list[Any], form: Form | None, *, removable: bool) -> None:
    for file in files:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.html(frame.file_link(file.id, file.name, file.size), width="content")
            if file.change:
                st.badge(t("随变更新增") if file.change == "added" else t("随变更移除"), color="violet")
            if removable and form is not None and file.change == "removed":
                st.button(t("保留"), key=form.key(f"file-{file.id}"), type="tertiary", icon=":material/undo:", on_click=_keep, args=(form, file.id), help=frame.md(file.name))
            elif removable and form is not None:
                st.button(t("移除"), key=form.key(f"file-{file.id}"), type="tertiary", icon=":material/close:", on_click=_remove, args=(form, file.id), help=frame.md(file.name))


def _box(form: Form, slot_name: str, formats: list[str], label: str) -> None:
    turn = st.session_state.get(form.key(f"turn-{slot_name}"), 0)
    key = form.key(f"upload-{slot_name}-{turn}")
    largest = form.largest_file
    st.file_uploader(
        label, formats, accept_multiple_files=True, key=key, label_visibility="collapsed", max_upload_size=largest,
        on_change=_added, args=(form, slot_name, key),
    )  # fmt: skip
    for message in st.session_state.get(form.key(f"refused-{slot_name}"), []):
        st.markdown(f":red[{frame.md(message)}]")


def _added(form: Form, slot_name: str, key: str) -> None:
    """Each file by itself: one that is refused leaves the others in place (AC-063)."""
    refused: list[str] = []
    if form.record_id is None and not form.save():
        return
    actor = frame.current()
    for upload in st.session_state.get(key) or []:
        if upload.file_id in form.taken:  # the browser may report the same upload twice
            continue
        form.taken.add(upload.file_id)
        try:
            attachments.add(frame.store(), actor, int(form.record_id or 0), slot_name, upload.name, upload.getvalue())
        except OperationError as problem:
            refused.append(pick(problem.zh, problem.en))
    st.session_state[form.key(f"refused-{slot_name}")] = refused
    turn = form.key(f"turn-{slot_name}")
    st.session_state[turn] = st.session_state.get(turn, 0) + 1


def _remove(form: Form, attachment_id: int) -> None:
    _change(form, attachments.remove, attachment_id)


def _keep(form: Form, attachment_id: int) -> None:
    _change(form, attachments.keep, attachment_id)


def _change(form: Form, act: Callable[[UnitOfWork, Principal, int], None], attachment_id: int) -> None:
    actor = frame.current()
    try:
        with frame.store().begin(actor.university_code) as uow:
            act(uow, actor, attachment_id)
    except OperationError as problem:
        form.trouble = pick(problem.zh, problem.en)
