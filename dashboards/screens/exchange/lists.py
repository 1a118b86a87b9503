"""A list's way out and in: 下载模板, 导入, and 导出 with its dialog."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import language, pick, t
from dashboards.screens.exchange import under_way
from ingestion import outbox, permissions
from ingestion.catalog.kinds import RecordType
from ingestion.exchange import export, layout, template
from ingestion.jobs import Job
from ingestion.principal import OperationError, Principal
from ingestion.search import Page, Query

READY = "export_ready"
EVERYTHING, PICKED = "all", "picked"


def buttons(actor: Principal, declared: RecordType, query: Query, found: Page) -> None:
    """The buttons of the head, those the actor may use."""
    _hand_over()
    if permissions.can(actor, "import", declared.id):
        about = t("数据表、填写说明、下拉列表和示例行")
        if st.button(t("下载模板"), icon=":material/description:", key="template", help=about):
            download_template(actor, declared.id)
        if _importable() and st.button(t("批量导入"), icon=":material/upload:", key="import"):
            navigation.go("imports", type=declared.id)
    if permissions.can(actor, "export", declared.id) and st.button(t("导出"), icon=":material/download:", key="export"):
        _dialog(actor, declared, query, found)


def exports_under_way(type_id: str) -> None:
    """Exports of this type that run as jobs, or did within the last day."""
    under_way.cards(export.JOB, lambda job: job.parameters.get("type_id") == type_id, _told)


def download_template(actor: Principal, type_id: str) -> None:
    """Hands the template of a type, or of ``template.ACCOUNTS``, to the browser."""
    try:
        with frame.store().read(actor.university_code) as uow:
            look = template.look_of(uow, actor, type_id, language())
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
        return
    export_id, path = outbox.new(actor, template.file_name(type_id, language()).removesuffix(".xlsx"), "xlsx")
    template.write(path, type_id, look)
    frame.command("go", to=f"/exports/{export_id}")


def _importable() -> bool:
    return any(entry.path == "imports" for entry in navigation.ENTRIES)


# --- the dialog -------------------------------------------------------------------------------------------


def picked(declared: RecordType, found: Page) -> tuple[int, ...]:
    """The records ticked in the grid of this page."""
    held = st.session_state.get(f"grid-{declared.id}-{found.page}-{found.size}")
    ticked = held["selection"]["rows"] if held else []
    return tuple(found.rows[i].id for i in ticked if i < len(found.rows))


def _dialog(actor: Principal, declared: RecordType, query: Query, found: Page) -> None:
    name = pick(declared.zh, declared.en)
    ticked = picked(declared, found)

    @st.dialog(t("导出{type}", type=name))
    def ask() -> None:
        which = st.radio(
            t("导出范围"), [EVERYTHING, PICKED] if ticked else [EVERYTHING], index=1 if ticked else 0, key="export_which",
            format_func=lambda one: t("当前条件全部（{n} 条）", n=f"{found.total:,}") if one == EVERYTHING else t("所选（{n} 条）", n=len(ticked)),
        )  # fmt: skip
        form = st.radio(t("格式"), export.formats(declared.id), key="export_format", horizontal=True, format_func=_format)
        if form == "csv":
            st.caption(t("用 Excel 直接打开 CSV 会去掉工号等编号的前导零；需要在 Excel 中修改时请选 xlsx。"))
        columns = _columns(actor, declared) if form in ("xlsx", "csv") else ()
        reveal = form in ("xlsx", "csv") and export.may_reveal(actor, declared.id)
        reveal = reveal and st.checkbox(t("证件号码等显示完整号码（将记入日志）"), key="export_reveal")
        count = len(ticked) if which == PICKED else found.total
        with frame.store().read(actor.university_code) as uow:
            at_once = export.largest_at_once(uow, actor.university_code)
        later = count > at_once
        if later:
            st.caption(t("超过 {n} 条，在后台生成，可以离开本页，完成后有消息。", n=f"{at_once:,}"))
        if st.button(t("导出 {n} 条", n=f"{count:,}"), type="primary", key="export_go", icon=":material/download:"):
            chosen = ticked if which == PICKED else ()
            request = export.Request(declared.id, form, query, chosen, columns, language(), count, bool(reveal))
            _start(actor, request, later=later)

    ask()


def _format(form: str) -> str:
    return pick(*export.FORMATS[form])


def _columns(actor: Principal, declared: RecordType) -> tuple[str, ...]:
    """The columns, remembered for this account and type. All of them are the empty choice: new fields join by themselves."""
    every = {c.key: c.heading(language()) for c in layout.columns(declared.id)}
    with frame.store().read(actor.university_code) as uow:
        held = export.chosen(uow, actor, declared.id)
    whole = st.toggle(t("全部字段（{n} 个）", n=len(every)), value=len(held) == len(every), key=f"export_whole_{declared.id}")
    if whole:
        return ()
    start = list(held) if len(held) < len(every) else _listed(declared)
    chosen = st.multiselect(t("字段"), list(every), default=start, key=f"export_columns_{declared.id}", format_func=every.__getitem__, placeholder=t("请选择字段"))
    return tuple(chosen)


def _listed(declared: RecordType) -> list[str]:
    """What the list itself shows: where somebody begins who does not want everything."""
    return ["record_no", "state", "owner_name", *(f.name for f in declared.fields() if f.listed)]


def _start(actor: Principal, request: export.Request, *, later: bool) -> None:
    try:
        with frame.store().begin(actor.university_code) as uow:
            if request.format in ("xlsx", "csv"):
                every = [c.key for c in layout.columns(request.type_id)]
                export.choose(uow, actor, request.type_id, request.columns or every)
            if later:
                export.enqueue(uow, actor, request)
        if later:
            st.session_state[READY] = ("", t("已开始导出，可以离开本页，完成后有消息"))
        else:
            with st.spinner(t("正在导出…")):
                export_id, made = export.hand_out(frame.store(), actor, request)
            st.session_state[READY] = (export_id, t("已导出 {n} 条", n=f"{made.rows:,}"))
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/error:")
        return
    st.rerun()


def _hand_over() -> None:
    """What a dialog just closed has made: the browser fetches it."""
    ready = st.session_state.pop(READY, None)
    if ready is None:
        return
    export_id, words = ready
    if export_id:
        frame.command("go", to=f"/exports/{export_id}")
    st.toast(words, icon=":material/download_done:" if export_id else ":material/hourglass_top:")


def _told(job: Job) -> under_way.Told:
    result = job.result or {}
    form = _format(str(job.parameters.get("format", "xlsx")))
    return under_way.Told(
        t("导出 {format}", format=form),
        t("正在导出：{done} / {total} 条", done=f"{job.progress:,}", total=f"{job.total or 0:,}"),
        t("共 {n} 条", n=f"{int(result.get('rows', 0)):,}"),
        str(result.get("export_id", "")),
    )
