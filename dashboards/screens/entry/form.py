"""填写: the one form for all record types, made from the catalogue."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, navigation
from dashboards.forms import checks, children, fields, files, people, progress, similar
from dashboards.forms.state import Form, kept_texts, opened
from dashboards.i18n import listed, pick, t
from dashboards.screens.entry import handover
from dashboards.screens.query import actions
from ingestion import amendments, audit, records
from ingestion.catalog.kinds import AnyStep, Children, Contributors, Documents, FileSlot, Issue, Step
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.records.view import StaleVersion, SubmissionRefused

ICONS = {"done": "check_circle", "wrong": "error", "todo": "radio_button_unchecked", "none": "do_not_disturb_on"}
COLORS = {"done": "green", "wrong": "red", "todo": "gray", "none": "gray"}


def show() -> None:
    query = st.query_params
    record_id = int(query["id"]) if query.get("id", "").isdecimal() else None
    type_id = query.get("type")
    if record_id is None and type_id not in ALL_RECORDS:
        raise NotFound
    form = opened(type_id, record_id, query.get("step"), query.get("amend") == "1")
    if form.record_id is not None and form.amendment is None and "edit" not in form.allowed:
        navigation.go("record", id=str(form.record_id))
    asked = query.get("step")
    if form.followed and asked != form.followed and asked in [s.name for s in form.steps]:
        form.step = asked  # the browser's back and forward buttons
    _page(form)
    _follow(form)


def _follow(form: Form) -> None:
    """The address always names the draft and its step: F5 comes back here."""
    wanted = {"type": form.type_id, "step": form.step}
    if form.record_id is not None:
        wanted["id"] = str(form.record_id)
    for name, value in wanted.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    form.followed = form.step


@st.fragment
def _page(form: Form) -> None:
    try:
        _draw(form)
    except Exception as problem:
        frame.script_error(problem)


def _draw(form: Form) -> None:
    leave = st.session_state.pop("leave_to", None)
    if leave is not None:
        navigation.go(leave[0], **leave[1])
    actor = form.reader = frame.current()
    if form.dirty and form.stale is None and not form.trouble:
        form.save()
    attached = files.load(actor, form)
    issues = checks.issues(actor, form)
    far = progress.measure(form.type, form.document, issues, attached, form.asked)
    shown = checks.by_path(form, issues, far)
    _head(form)
    _steps(form, far)
    left, right = st.columns([2.55, 1], gap="small")
    with left:
        _trouble(form)
        if form.record_id is not None:
            amended = form.amendment
            state = str(amended["state"]) if amended is not None else form.state
            actions.last_return(actor, form.type_id, form.record_id, state, int(amended["id"]) if amended is not None else None)
        handover.draw(actor, form, issues)
        left_over = handover.left(form, issues)
        if form.asked or not any(i.severity == "error" for i in left_over):  # of a whole form what is to be looked at is said before 提交
            _problems(form, left_over)
        _step(actor, form, form.step_now(), shown)
        wanted = st.session_state.pop("focus_field", None)
        if wanted is not None:
            frame.command("focus", to=fields.selector(form, wanted), inner="1")
        _foot(form)
    with right:
        _side(actor, form, far)


# --- head and steps -------------------------------------------------------------------------------------


def _head(form: Form) -> None:
    name = pick(form.type.zh, form.type.en)
    doing = t("变更") if form.amendment is not None else t("新增") if form.record_id is None or form.state == "00" else t("修改")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head"):
        st.subheader(f"{name} · {doing}", anchor=False, width="content")
        frame.badge("40" if form.amendment is not None else form.state)
        st.caption(form.saved_words(), width="content")
        st.space("stretch")
        st.button(t("暂存"), icon=":material/save:", shortcut="Ctrl+S", on_click=_keep, args=(form,), key="keep")
        st.button(t("提交"), icon=":material/send:", type="primary", on_click=_submit, args=(form,), key="submit")


def _steps(form: Form, far: progress.Progress) -> None:
    words = {"done": t("完成"), "wrong": t("有误"), "todo": t("未填"), "none": t("不适用")}
    numbered = {s.name: (n, s) for n, s in enumerate(form.steps, 1)}

    def label(name: str) -> str:
        number, step = numbered[name]
        state = far.states[name]
        return f":{COLORS[state]}[:material/{ICONS[state]}:] {number} {frame.md(pick(step.zh, step.en))} · {words[state]}"

    key = form.key("steps")
    if st.session_state.get(key) != form.step:
        st.session_state[key] = form.step
    st.segmented_control(t("步骤"), list(numbered), key=key, format_func=label, required=True, label_visibility="collapsed", width="stretch", on_change=_chosen, args=(form, key))


def _chosen(form: Form, key: str) -> None:
    _go(form, st.session_state[key])


def _go(form: Form, step: str) -> None:
    form.step = form.followed = step
    st.query_params["step"] = step
    if form.record_id is not None:
        form.save()


def _step(actor: Principal, form: Form, step: AnyStep, problems: dict[str, list[Issue]]) -> None:
    with st.container(border=True, key="step"):
        match step:
            case Step():
                _fields(actor, form, step, problems)
                for note in form.notes:
                    st.info(frame.md(note), icon=":material/info:")
                fields.confirm_drop(form)
            case Contributors():
                people.draw(actor, form, step, problems)
            case Children():
                children.draw(actor, form, step, problems)
            case Documents():
                files.documents(actor, form, step, problems)
    if step is form.steps[0]:
        for folded in form.folded:
            wrong = any(f.name in problems for f in folded.fields)
            with st.expander(f"{pick(folded.zh, folded.en)} · {t('用于年度统计，不影响提交')}", expanded=wrong, key=form.key(folded.name), on_change="rerun") as fold:
                if wrong or fold.open:
                    _fields(actor, form, folded, problems)


def _fields(actor: Principal, form: Form, step: Step, problems: dict[str, list[Issue]]) -> None:
    """The fields of a step that apply now: controls first, places for files below them."""
    shown = [f for f in step.fields if progress.shown(f, form.document, form.document)]
    grid = st.grid(3, min_column_width=210, gap="small")
    for field in shown:
        if not isinstance(field, FileSlot):
            with grid.container():
                fields.draw(actor, form, field, form.document, field.name, field.name, problems)
                similar.draw(actor, form, field)
    slots = [f for f in shown if isinstance(f, FileSlot)]
    if slots:
        grid = st.grid(2, min_column_width=300, gap="small")
        for field in slots:
            with grid.container():
                fields.draw(actor, form, field, form.document, field.name, field.name, problems)


def _foot(form: Form) -> None:
    names = [s.name for s in form.steps]
    at = names.index(form.step_now().name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(t("上一步"), icon=":material/chevron_left:", disabled=at == 0, on_click=_go, args=(form, names[max(0, at - 1)]), key="previous")
        st.button(t("下一步"), icon=":material/chevron_right:", icon_position="right", disabled=at == len(names) - 1, on_click=_go, args=(form, names[min(at + 1, len(names) - 1)]), key="next")
        st.space("stretch")
        st.checkbox(t("本信息不涉密"), key=form.key("non_secret"))


# --- the right side -------------------------------------------------------------------------------------


def _side(actor: Principal, form: Form, far: progress.Progress) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{t('完成度')} {far.percent}%**")
        st.progress(far.percent)
        if far.missing:
            st.caption(t("还差：{list}", list=frame.md(listed(far.missing))))
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{t('附件')}**")
        files.others(actor, form)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{t('涉密提示')}**")
        st.caption(t("涉密数据不得上网。提交前请勾选“本信息不涉密”。"))
    if form.state == "00" and form.record_id is not None and form.amendment is None:
        st.button(t("删除草稿"), type="tertiary", icon=":material/delete:", key="delete", on_click=_delete, args=(form,))


def _delete(form: Form) -> None:
    actor = frame.current()
    try:
        with frame.store().begin(actor.university_code) as uow:
            records.delete_draft(uow, actor, form.record_id, form.version)
    except OperationError as refused:
        form.trouble = pick(refused.zh, refused.en)
        return
    st.session_state.pop("form", None)
    st.session_state["leave_to"] = (form.type_id, {})


# --- problems -------------------------------------------------------------------------------------------


def _trouble(form: Form) -> None:
    if form.trouble:
        st.warning(frame.md(form.trouble), icon=":material/error:")
    if form.stale is None:
        return
    with st.container(border=True, key="stale", gap="xsmall"):
        st.markdown(f":orange[:material/sync_problem:] **{t('这份内容已在别处保存过，请选择保留哪一份')}**")
        checks.side_by_side(form)
        with st.container(horizontal=True):
            st.button(t("用已保存的"), key="theirs", on_click=_theirs, args=(form,))
            st.button(t("用我填的"), key="mine", on_click=_mine, args=(form,))


def _theirs(form: Form) -> None:
    if form.stale is not None:
        form.replace(dict(form.stale.document), form.stale.version, kept_texts(form.stale.id))


def _mine(form: Form) -> None:
    if form.stale is not None:
        form.version, form.stale = form.stale.version, None
        form.save()


def _problems(form: Form, issues: list[Issue]) -> None:
    """Every problem at once, each a jump to its step; it takes the focus (AC-252)."""
    errors = [i for i in issues if i.severity == "error"]
    warnings = [i for i in issues if i.severity == "warning"]
    if not errors and not warnings:
        return
    with st.container(border=True, key="problems", gap="xxsmall"):
        if errors:
            st.markdown(f":red[:material/error: **{t('还有 {n} 处需要改正，改完可再次提交', n=len(errors))}**]{t('（点一条跳到该处）')}")
        for number, issue in enumerate(sorted(errors, key=lambda i: _place(form, i)[0])):
            _at, step, place = _place(form, issue)
            word, said = pick(step.zh, step.en), pick(issue.zh, issue.en)
            st.button(
                frame.md(said if said.startswith(word) or issue.field in fields.BESIDE else f"{word} · {said}"), key=f"jump{number}",
                type="tertiary", icon=":material/arrow_forward:", on_click=_jump, args=(form, place, issue.field),
            )  # fmt: skip
        if warnings:
            st.markdown(f":orange[:material/warning:] **{t('请核对以下 {n} 处，确认无误后勾选', n=len(warnings))}**")
        if any(i.rule == "D002" for i in warnings):
            form.note = st.text_area(t("不是同一项的理由（至少 5 个字）"), key=form.key("note"), height=70)
        for issue in warnings:
            name = checks.warning_id(issue)
            key = form.key(f"ok-{name}")
            st.checkbox(frame.md(pick(issue.zh, issue.en)), key=key, on_change=_confirm, args=(form, name, key))
    if st.session_state.pop("focus_problems", False):
        frame.command("focus", to=".st-key-problems")


def _place(form: Form, issue: Issue) -> tuple[int, AnyStep, str]:
    """Where a problem is mended: the number of its step, the step, and the step to open for it."""
    step = progress.step_of(form.type, issue, form.document)
    names = [s.name for s in form.steps]
    name = step.name if step.name in names else names[0]
    return names.index(name), step, name


def _jump(form: Form, step: str, path: str) -> None:
    _go(form, step)
    st.session_state["focus_field"] = path


def _confirm(form: Form, name: str, key: str) -> None:
    if st.session_state[key]:
        form.confirmed.add(name)
    else:
        form.confirmed.discard(name)


# --- keeping and submitting -----------------------------------------------------------------------------


def _keep(form: Form) -> None:
    if form.save():
        st.toast(t("已暂存"), icon=":material/check_circle:")


def _submit(form: Form) -> None:
    form.asked, form.refused = True, []
    st.session_state["focus_problems"] = True
    _send(form)
    errors = [i for i in checks.issues(frame.current(), form) if i.severity == "error"] if "leave_to" not in st.session_state else []
    if errors:  # the first one is on screen below the list of all
        _go(form, min(_place(form, i)[::2] for i in errors)[1])


def _send(form: Form) -> None:
    if form.stale is not None or not form.save():
        return
    if any(i.severity == "error" for found in form.wrong.values() for i in found):
        return
    actor = frame.current()
    ticked = bool(st.session_state.get(form.key("non_secret")))
    seen = frozenset(form.confirmed) | handover.confirmed(form, checks.issues(actor, form))
    try:
        store = frame.store()
        with audit.refusals(store, actor, "submit", form.type_id, form.record_id), store.begin(actor.university_code) as uow:
            if form.amendment is not None:
                view = amendments.submit(uow, actor, form.record_id, form.amendment["version"], non_secret=ticked, confirmed=seen)
            else:
                view = records.submit(uow, actor, form.record_id, form.version, non_secret=ticked, token=form.token, confirmed=seen, note=form.note, entering_reason=form.entering_reason)
    except SubmissionRefused as refused:
        form.refused = list(refused.issues)
        return
    except StaleVersion as stale:
        form.stale = stale.current
        return
    except OperationError as refused:
        form.trouble = pick(refused.zh, refused.en)
        return
    st.session_state.pop("form", None)
    st.session_state["said"] = t("{number} 已提交，{state}", number=view.number, state=frame.state_word(view.display_state))
    st.session_state["leave_to"] = ("record", {"id": str(view.id)})
