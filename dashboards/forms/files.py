"""Attachments in a form or on a record page: place by place what is there and what is missing, each file behind the
permission gate; several added at once, each taken or refused by itself."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from datetime import datetime

import streamlit as st

from dashboards import frame
from dashboards.forms import file_steps, progress
from dashboards.forms.state import Form
from dashboards.i18n import listed as in_a_row
from dashboards.i18n import pick, t
from ingestion import attachments
from ingestion.attachments import Attachment, slots
from ingestion.catalog.kinds import Documents, FileSlot, Issue
from ingestion.principal import OperationError, Principal
from ingestion.records.view import RecordView

FORMATS = tuple(attachments.ALLOWED.split("、"))


def listed(actor: Principal, record_id: int | None, *, amended: bool = False) -> list[Attachment]:
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
            form.largest_file, form.most_files = attachments.limits(uow, actor.university_code)
    return counts(form.files)


def counts(files: Iterable[Attachment]) -> dict[str, int]:
    out: dict[str, int] = {}
    for file in (f for f in files if f.change != "removed"):
        out[file.slot] = out.get(file.slot, 0) + 1
    return out


# --- in a form ------------------------------------------------------------------------------------------


def documents(actor: Principal, form: Form, step: Documents, problems: dict[str, list[Issue]]) -> None:
    """A step of file slots: which are required now, which are there."""
    _limits(form)
    for place in step.slots:
        if progress.shown(place, form.document, form.document):
            with st.container(border=True, gap="xsmall"):
                needed = progress.required(place, form.document, form.document)
                slot(actor, form, place, frame.md(progress.label(place)) + (" *" if needed else ""), missing=needed)
                for number, issue in enumerate(problems.get(place.name) or []):
                    with st.container(key=f"err-{form.key(place.name)}-{number}"):
                        st.markdown(frame.md(pick(issue.zh, issue.en)))


def slot(actor: Principal, form: Form, field: FileSlot, label: str, *, missing: bool = False) -> None:
    """One slot: its files, and a box to add more. ``missing``: it must hold one."""
    mine = [f for f in form.files if f.slot == field.name]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(label, width="content")
        if missing and not counts(mine):
            st.badge(t("缺少"), color="orange", icon=":material/upload_file:")
    show(actor, mine, form)
    _box(form, field.name, list(field.formats or FORMATS), label)


def others(actor: Principal, form: Form) -> None:
    """Files that belong to no named slot (附件)."""
    named = {f.name for f in form.type.fields() if isinstance(f, FileSlot)}
    _limits(form)
    show(actor, [f for f in form.files if f.slot not in named], form)
    _box(form, attachments.OTHER, list(FORMATS), t("附件"))


def _limits(form: Form) -> None:
    """Said before anything is uploaded (AC-062)."""
    held = sum(counts(form.files).values())
    types = in_a_row(("pdf", "ofd", "doc(x)", "xls(x)", "ppt(x)", "jpg", "png", "zip"))
    st.caption(t("每个不超过 {mb} MB，每条记录最多 {most} 个，已有 {held} 个。可上传 {types}。", mb=form.largest_file, most=form.most_files, held=held, types=frame.md(types)))


# --- one file -------------------------------------------------------------------------------------------


def show(actor: Principal, files: Iterable[Attachment], form: Form | None, *, may_restrict: bool = False, same: Mapping[str, attachments.Same] | None = None) -> None:
    """Name, size and marks of each file, a preview, and the steps open to the reader: in a form all of them, on a
    record page 受限 for those who may."""
    for file in files:
        key = form.key(f"file-{file.id}") if form is not None else f"file-{file.id}"
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"row-{key}"):
            st.html(frame.file_link(file.id, file.name, file.size), width="content")
            if file.restricted:
                st.badge(t("受限"), color="gray", icon=":material/lock:")
            if file.change:
                st.badge(t("随变更新增") if file.change == "added" else t("随变更移除"), color="violet")
            if file.previewed and st.button(t("预览"), key=f"{key}-look", type="tertiary", icon=":material/visibility:", help=frame.md(file.name)):
                file_steps.preview(file)
            if form is not None and file.change == "removed":
                st.button(t("保留"), key=f"{key}-keep", type="tertiary", icon=":material/undo:", on_click=file_steps.keep, args=(form, file.id), help=frame.md(file.name))
            else:
                _menu(file, key, form, may_restrict)
        _doubles((same or {}).get(file.sha256))


def _menu(file: Attachment, key: str, form: Form | None, may_restrict: bool) -> None:
    steps = {}
    if form is not None:
        steps = {"replace": t("替换"), "rename": t("重命名"), "remove": t("移除")}
    if form is not None or may_restrict:
        steps["restrict"] = t("取消受限") if file.restricted else t("设为受限")
    if not steps:
        return
    match st.menu_button(t("操作"), list(steps), key=f"{key}-menu", type="tertiary", icon=":material/more_horiz:", format_func=lambda s: steps[s], help=frame.md(file.name)):
        case "replace" if form is not None:
            file_steps.replace(form, file)
        case "rename" if form is not None:
            file_steps.rename(form, file)
        case "remove" if form is not None:
            file_steps.remove(form, file.id)
            st.rerun()
        case "restrict":
            file_steps.restrict(file, form)
            st.rerun()


def _doubles(same: attachments.Same | None) -> None:
    if same is None:
        return
    words = file_steps.double_words(same)
    st.markdown(f":orange[:material/content_copy: {frame.md(words)}]")


# --- on a record page -----------------------------------------------------------------------------------


def of_record(actor: Principal, view: RecordView) -> int:
    """All places of a record with what stands in them; gives the number of files."""
    with frame.store().read(actor.university_code) as uow:
        found = attachments.list_for(uow, actor, view.id)
        knows = attachments.knows_restricted(uow, actor, view.id)
        same = attachments.same_content(uow, actor, view.id) if found else {}
    shown = [p for p in slots.places(view.type_id, view.document, found, knows_restricted=knows) if p.files or (p.required and knows)]
    if not shown:
        st.caption(t("没有附件"))
    for place in shown:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(pick(place.zh, place.en) + (" *" if place.required else ""), width="content")
            if place.missing:
                st.badge(t("缺少"), color="orange", icon=":material/upload_file:")
        show(actor, place.files, None, may_restrict="restrict" in view.allowed, same=same)
    return len(found)


def since(actor: Principal, record_id: int, moment: datetime) -> int:
    """What changed among the files since a reviewer saw them; names of files taken off are struck through."""
    with frame.store().read(actor.university_code) as uow:
        changed = attachments.changed_since(uow, actor, record_id, moment)
    if changed:
        st.markdown(f"**{t('附件变化')}**")
        for file in (f for f in changed if f.change == "removed"):
            st.html(f'<span class="yanshu-file">− <del>{html.escape(file.name)}</del></span>')
        for file in (f for f in changed if f.change == "added"):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"row-new-{file.id}"):
                st.html(f'<span class="yanshu-file">+ </span>{frame.file_link(file.id, file.name, file.size)}', width="content")
                if file.previewed and st.button(t("预览"), key=f"new-{file.id}-look", type="tertiary", icon=":material/visibility:", help=frame.md(file.name)):
                    file_steps.preview(file)
    return len(changed)


# --- adding ---------------------------------------------------------------------------------------------


def _box(form: Form, slot_name: str, formats: list[str], label: str) -> None:
    turn = st.session_state.get(form.key(f"turn-{slot_name}"), 0)
    key = form.key(f"upload-{slot_name}-{turn}")
    with st.container(key=f"upbox-{form.key(slot_name)}", gap="xxsmall"):
        file_steps.refusals(formats, form.largest_file)
        st.file_uploader(
            label, formats, accept_multiple_files=True, key=key, label_visibility="collapsed", max_upload_size=form.largest_file,
            on_change=_added, args=(form, slot_name, key),
        )  # fmt: skip
    refused, told = st.session_state.get(form.key(f"refused-{slot_name}"), ([], []))
    if refused or told:
        with st.container(key=f"told-{form.key(slot_name)}", gap="xxsmall"):
            for message in refused:
                st.markdown(f":red[{frame.md(message)}]")
            for message in told:
                st.markdown(f":orange[:material/content_copy: {frame.md(message)}]")


def _added(form: Form, slot_name: str, key: str) -> None:
    """Each file by itself: one that is refused leaves the others in place (AC-063)."""
    refused: list[str] = []
    new: list[int] = []
    if form.record_id is None and not form.save():
        return
    actor = frame.current()
    record_id = int(form.record_id or 0)
    for upload in st.session_state.get(key) or []:
        if upload.file_id in form.taken:  # the browser may report the same upload twice
            continue
        form.taken.add(upload.file_id)
        try:
            new.append(attachments.add(frame.store(), actor, record_id, slot_name, upload.name, upload))
        except OperationError as problem:
            refused.append(pick(problem.zh, problem.en))
    st.session_state[form.key(f"refused-{slot_name}")] = (refused, _told(actor, record_id, new))
    turn = form.key(f"turn-{slot_name}")
    st.session_state[turn] = st.session_state.get(turn, 0) + 1


def _told(actor: Principal, record_id: int, new: list[int]) -> list[str]:
    """A double is a sign that the record may be one too (AC-067)."""
    if not new:
        return []
    with frame.store().read(actor.university_code) as uow:
        same = attachments.same_content(uow, actor, record_id)
        files = attachments.list_for(uow, actor, record_id, amended=True)
    told = []
    for file in (f for f in files if f.id in new):
        here = next((f for f in files if f.sha256 == file.sha256 and f.id < file.id), None)
        if here is not None:
            told.append(t("“{name}”与本记录的“{other}”内容相同", name=file.name, other=here.name))
        if file.sha256 in same:
            told.append(t("“{name}”：{about}", name=file.name, about=file_steps.double_words(same[file.sha256])))
    return told
