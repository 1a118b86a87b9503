"""What may be done with one attachment: look at it, replace, rename, remove, restrict."""

from __future__ import annotations

import html
from collections.abc import Callable

import streamlit as st

from dashboards import frame
from dashboards.forms.state import Form
from dashboards.i18n import listed, pick, t
from ingestion import attachments, audit
from ingestion.attachments import Attachment
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import UnitOfWork


def double_words(same: attachments.Same) -> str:
    """该文件已用于… for records the reader may see, else 重复文件 alone."""
    if not same.records:
        return t("重复文件")
    named = listed(f"{number}《{title}》" if title else number for _id, number, title in same.records[:3])
    more = t("等 {n} 条", n=len(same.records)) if len(same.records) > 3 else ""
    return t("该文件已用于 {records}", records=named + more)


def preview(file: Attachment) -> None:
    """A PDF or picture inside the page, from behind the same gate as a download. While it is open, pages keep their
    shortcuts quiet (``looking``)."""
    st.session_state["looking"] = file.id

    @st.dialog(frame.md(file.name), width="large", on_dismiss="rerun")
    def dialog() -> None:
        address = f"/files/{file.id}/preview"
        name = html.escape(file.name, quote=True)
        if file.media_type == "application/pdf":
            st.html(f'<div class="yanshu-preview" data-preview="{address}" data-name="{name}"></div>')
        else:
            st.html(f'<div class="yanshu-preview"><img src="{address}" alt="{name}"></div>')
        st.html(
            f'<span class="yanshu-file"><a href="/files/{file.id}" target="_blank" rel="noopener">{html.escape(t("下载"))}</a> · '
            f'<a href="{address}" target="_blank" rel="noopener">{html.escape(t("在新标签页打开"))}</a></span>'
        )

    dialog()


def refusals(formats: list[str], megabytes: int) -> None:
    """Where the browser writes which files the upload box did not take (see static/shell.js). Drawn before the box, so
    that it is there when the box is, and shown below it."""
    rules = {
        "type": t("“{name}”：不支持这种文件，可上传 {types}。", name="{name}", types=listed(formats)),
        "size": t("“{name}”：超过每个文件 {mb} MB 的限制。", name="{name}", mb=megabytes),
        "failed": t("“{name}”：没有上传成功，请检查网络后重试。", name="{name}"),
    }
    st.html('<div class="yanshu-refusals" role="alert"' + "".join(f' data-{rule}="{html.escape(text, quote=True)}"' for rule, text in rules.items()) + "></div>")


def replace(form: Form, file: Attachment) -> None:
    @st.dialog(t("替换附件"))
    def dialog() -> None:
        st.text(file.name)
        st.caption(t("原文件留在记录的历史中，不再显示。每个不超过 {mb} MB。", mb=form.largest_file))
        formats = attachments.ALLOWED.split("、")
        with st.container(key=f"upbox-instead-{file.id}", gap="xxsmall"):
            refusals(formats, form.largest_file)
            upload = st.file_uploader(t("替换附件"), formats, key=form.key(f"instead-{file.id}"), label_visibility="collapsed", max_upload_size=form.largest_file)
        if upload is None or upload.file_id in form.taken:
            return
        form.taken.add(upload.file_id)
        try:
            attachments.replace(frame.store(), frame.current(), file.id, upload.name, upload)
        except OperationError as problem:
            st.error(frame.said(problem))
            return
        st.rerun()

    dialog()


def rename(form: Form, file: Attachment) -> None:
    @st.dialog(t("重命名附件"))
    def dialog() -> None:
        stem, _dot, extension = file.name.rpartition(".")
        typed = st.text_input(t("文件名"), stem, key=form.key(f"name-{file.id}"), help=t("扩展名 {extension} 不变", extension=frame.md(extension)))
        if not st.button(t("确定"), type="primary", key=form.key(f"name-{file.id}-ok")):
            return
        actor = frame.current()
        try:
            with audit.refusals(frame.store(), actor, "rename", "attachment", file.id), frame.store().begin(actor.university_code) as uow:
                attachments.rename(uow, actor, file.id, f"{typed.strip()}.{extension}")
        except OperationError as problem:
            st.error(frame.said(problem))
            return
        st.rerun()

    dialog()


def remove(form: Form, attachment_id: int) -> None:
    _change(form, lambda uow, actor: attachments.remove(uow, actor, attachment_id))


def keep(form: Form, attachment_id: int) -> None:
    """Within a change application: the file stays after all."""
    _change(form, lambda uow, actor: attachments.keep(uow, actor, attachment_id))


def restrict(file: Attachment, form: Form | None) -> None:
    _change(form, lambda uow, actor: attachments.restrict(uow, actor, file.id, not file.restricted))


def _change(form: Form | None, act: Callable[[UnitOfWork, Principal], None]) -> None:
    actor = frame.current()
    try:
        with frame.store().begin(actor.university_code) as uow:
            act(uow, actor)
    except OperationError as problem:
        if form is not None:
            form.trouble = pick(problem.zh, problem.en)
        else:
            st.session_state["said"] = pick(problem.zh, problem.en)
