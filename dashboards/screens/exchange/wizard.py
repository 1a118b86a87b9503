"""导入: ① 选类型 · 下载模板 → ② 上传 → ③ 列对应 → ④ 校验 → ⑤ 确认 → ⑥ 结果.

The address says where one is: ``?type=`` for the first three steps (what was uploaded and decided is kept in the store,
see ``draft``), ``?batch=`` from the check on. So F5 and leaving the page lose nothing.
"""

from __future__ import annotations

import html

import streamlit as st

from dashboards import frame, navigation
from dashboards.forms import file_steps
from dashboards.i18n import N_, pick, t
from dashboards.screens.exchange import columns, draft, lists, references_state, waiting
from ingestion import jobs, permissions
from ingestion.catalog.registry import ALL_RECORDS, GROUPS
from ingestion.exchange import uploads
from ingestion.exchange.references import kinds
from ingestion.exchange.tabular import limits as tabular_limits
from ingestion.principal import NotFound, OperationError, Principal

STEPS = (N_("选类型 · 下载模板"), N_("上传"), N_("列对应"), N_("校验"), N_("确认"), N_("结果"))
FORMATS = ["xlsx", "xls", "xlsm", "et", "csv", "tsv", "txt", "xml", "html", "htm", "ods", "xlsb"]
REFERENCES = ["bib", "ris", "enw", "net", "nbib", "ciw", "end"]  # of types that references can become


def show() -> None:
    actor = frame.current()
    batch = st.query_params.get("batch", "")
    if batch:
        _batch(actor, batch)
        return
    type_id = st.query_params.get("type", "")
    if type_id and not (type_id in ALL_RECORDS and permissions.can(actor, "import", type_id)):
        raise NotFound
    with frame.page(t("批量导入"), navigation.group_word(type_id) if type_id else ""):
        if type_id and st.button(t("返回列表"), icon=":material/list:", key="to_list"):
            navigation.go(type_id)
        if st.button(t("导入批次"), icon=":material/history:", key="to_batches"):
            navigation.go("batches")
    begun = draft.load(actor, type_id) if type_id else None
    if begun is not None and begun.job is not None and not _moved_on(actor, begun):
        steps(4)
        waiting.before(begun)
    elif begun is None or begun.replaced:
        steps(1 if not type_id else 2)
        _first(actor, type_id)
    else:
        steps(3)
        columns.show(actor, begun)


def _batch(actor: Principal, text: str) -> None:
    from dashboards.screens.exchange import checked

    if not text.isdecimal() or len(text) > 18:
        raise NotFound
    with frame.page(t("批量导入")):
        if st.button(t("导入批次"), icon=":material/history:", key="to_batches"):
            navigation.go("batches")
    checked.show(actor, int(text))


def _moved_on(actor: Principal, begun: draft.Draft) -> bool:
    """Whether the check is over: its batch opens, or what was wrong with the file as a whole is said in step ③."""
    try:
        with frame.store().read(actor.university_code) as uow:
            work = jobs.get(uow, actor, int(begun.job or 0))
    except NotFound:
        work = None
    if work is not None and work.state in waiting.OPEN:
        return False
    begun.job = None
    result = (work.result if work is not None else None) or {}
    if result.get("batch") and not result.get("refused"):
        draft.save(actor, begun)
        navigation.go("imports", batch=str(result["batch"]))
    words = [work.message, work.message] if work is not None and work.message else None
    begun.options = draft.merged(begun.options, refused=result.get("refused") or words)
    draft.save(actor, begun)
    return True


def steps(here: int) -> None:
    """Where one is, for eyes and for screen readers."""
    items = "".join(
        f'<li class="{"done" if n < here else "here" if n == here else "later"}"{" aria-current=step" if n == here else ""}>{html.escape(t(word))}</li>'
        for n, word in enumerate(STEPS, start=1)
    )
    st.html(f'<ol class="yanshu-steps" aria-label="{html.escape(t("导入步骤"))}">{items}</ol>')


def types_of(actor: Principal) -> list[str]:
    """What this role may import, in the order of the menu."""
    return [type_id for type_id in ALL_RECORDS if permissions.can(actor, "import", type_id)]


def type_word(type_id: str) -> str:
    declared = ALL_RECORDS[type_id]
    return f"{pick(*GROUPS[declared.group])} / {pick(declared.zh, declared.en)}"


# --- ① and ② -------------------------------------------------------------------------------------------


def _first(actor: Principal, type_id: str) -> None:
    left, right = st.columns([1, 1.3], gap="small")
    with left.container(border=True, gap="small", height="stretch"):
        st.markdown(f"**① {t('选类型 · 下载模板')}**")
        offered = types_of(actor)
        st.session_state["import_type"] = type_id or None
        st.selectbox(t("导入什么"), offered, key="import_type", format_func=type_word, placeholder=t("请选择类型"), on_change=_to_type)
        if type_id:
            st.caption(t("模板含下拉选项、填写说明和一行示例；也可以直接上传本单位已有的表格，下一步再对应列。"))
            if st.button(t("下载模板"), icon=":material/download:", key="template"):
                lists.download_template(actor, type_id)
    with right.container(border=True, gap="small", height="stretch"):
        st.markdown(f"**② {t('上传')}**")
        if not type_id:
            st.caption(t("先选择类型。"))
            return
        _upload(actor, type_id)


def _to_type() -> None:
    chosen = st.session_state.get("import_type")
    if chosen:
        st.query_params["type"] = chosen
    elif "type" in st.query_params:
        del st.query_params["type"]


def _upload(actor: Principal, type_id: str) -> None:
    with frame.store().read(actor.university_code) as uow:
        limits = tabular_limits.of(uow)
    most = limits.packed // (1 << 20)
    st.caption(
        t(
            "可上传 .xlsx、.xls、.csv（UTF-8、GBK 等编码均可），不超过 {mb} MB、{rows} 行、{columns} 列。表头可在任意一行，列的顺序和名称不限。",
            mb=most, rows=f"{limits.rows:,}", columns=limits.columns,
        )
    )  # fmt: skip
    formats = FORMATS
    if type_id in kinds.IMPORTABLE:
        formats = [*FORMATS, *REFERENCES]
        st.caption(t("也可上传题录：BibTeX、RIS、EndNote、NoteExpress、知网、CSSCI、Web of Science、Scopus、PubMed。"))
    turn = st.session_state.get("import_turn", 0)
    with st.container(key="upbox-import", gap="xxsmall"):
        file_steps.refusals(formats, most)
        upload = st.file_uploader(t("选择要导入的文件"), formats, key=f"import_file_{turn}", label_visibility="collapsed", max_upload_size=most)
    refused = st.session_state.get("import_refused")
    if upload is not None:
        st.session_state["import_turn"] = turn + 1  # the box gives the bytes up
        try:
            with st.spinner(t("正在读取文件…")):
                begun = draft.take(actor, type_id, upload.name, upload, as_history=st.query_params.get("history") == "1" and actor.role == "office_admin")
        except OperationError as problem:
            st.session_state["import_refused"] = (problem.zh, problem.en)
        else:
            st.session_state.pop("import_refused", None)
            if begun.kind == "listing" and actor.role == "researcher":
                _own_references(actor, begun)
        st.rerun()
    if refused:
        with st.container(key="err-import"):
            st.markdown(f":material/error: {frame.md(pick(*refused))}")


def _own_references(actor: Principal, begun: draft.Draft) -> None:
    """A researcher's references become drafts, each seen beside its entry: on their own page, with this file."""
    try:
        with uploads.opened(actor.university_code, begun.sha256) as path, path.open("rb") as content:
            references_state.take(actor, begun.name, content)
    except OperationError:  # more than that page takes: an import like any other
        return
    draft.forget(actor, begun, file=False)
    navigation.go("references")
