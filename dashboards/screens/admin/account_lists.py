"""批量开通账号: for everybody in post who has none, or from a list; then the sheet of activation links to hand out.

The list is checked as soon as it is uploaded; making the accounts is a job. What was uploaded is kept for its account,
so that F5 and leaving the page lose nothing.
"""

from __future__ import annotations

import html
from typing import Any

import streamlit as st

from dashboards import frame, navigation
from dashboards.forms import choices, file_steps
from dashboards.i18n import language, pick, t
from dashboards.screens.exchange import lists, under_way
from dashboards.screens.exchange.under_way import Told
from dashboards.screens.exchange.wizard import FORMATS
from ingestion import outbox, preferences
from ingestion.exchange import account_lists, tabular, template, uploads
from ingestion.exchange.account_lists import Outcome, work
from ingestion.exchange.account_lists.making import COUNT_WORDS, COUNTS
from ingestion.exchange.tabular import limits as tabular_limits
from ingestion.jobs import Job
from ingestion.principal import OperationError, Principal

LIST = "account_list"  # what an account has uploaded and not made yet
SHOWN = 200


def show() -> None:
    actor = frame.current()
    with frame.page(t("批量开通账号")):
        if st.button(t("账号"), icon=":material/list:", key="to_accounts"):
            navigation.go("accounts")
    st.caption(t("不设初始密码：每个新账号有一个只能用一次的激活地址，随激活单交给本人，由本人设置密码。"))
    busy = under_way.cards(work.LIST, lambda job: True, _told, work.PEOPLE, work.SHEET)
    left, right = st.columns([1, 1.3], gap="small")
    with left.container(border=True, gap="small", key="from_people"):
        st.markdown(f"**{t('从人员开通')}**")
        _people(actor, busy)
        st.markdown(f"**{t('激活单')}**")
        _again(actor, busy)
    with right.container(border=True, gap="small", key="from_list"):
        st.markdown(f"**{t('从名单开通')}**")
        _list(actor, busy)


def _told(job: Job) -> Told:
    result = job.result or {}
    names = {work.LIST: t("从名单开通"), work.PEOPLE: t("从人员开通"), work.SHEET: t("激活单")}
    counts = result.get("counts", {})
    done = t("激活单 {n} 人", n=f"{int(result.get('lines', 0)):,}")
    if counts:
        made = [t("新账号 {n} 个", n=f"{counts['new']:,}")]
        made += [t("增加角色 {n} 个", n=f"{counts['changed']:,}")] if counts["changed"] else []
        made += [t("错误 {n} 行，没有开通", n=f"{counts['error']:,}")] if counts["error"] else []
        done = " · ".join([*made, done])
    return Told(
        names[job.kind], t("正在开通账号：{done} / {total}", done=f"{job.progress:,}", total=f"{job.total or 0:,}"), done, str(result.get("export", ""))
    )


def _begin(job: int) -> None:
    st.session_state["said"] = t("已开始，可以离开本页，完成后有消息")


# --- for the people -------------------------------------------------------------------------------------


def _people(actor: Principal, busy: bool) -> None:
    colleges = choices.colleges(actor)
    college = st.selectbox(
        t("学院"), list(colleges), index=None, placeholder=t("全部学院"), format_func=lambda i: colleges[i], key="college", label_visibility="collapsed"
    )
    with frame.store().read(actor.university_code) as uow:
        found = len(account_lists.people_without(uow, actor, college))
    if not found:
        st.caption(t("在职人员都有账号。"))
        return
    st.caption(t("在职人员中 {n} 人没有账号。账号为工号，角色为科研人员，以后可再增加角色。", n=f"{found:,}"))
    st.button(t("为 {n} 人开通账号", n=f"{found:,}"), type="primary", icon=":material/group_add:", key="people_go", disabled=busy, on_click=_for_people, args=(college, found))


def _for_people(college: int | None, found: int) -> None:
    actor = frame.current()
    with frame.store().begin(actor.university_code) as uow:
        _begin(work.for_people(uow, actor, college, found, frame.full_address(""), language()))


# --- the sheet once more --------------------------------------------------------------------------------


def _again(actor: Principal, busy: bool) -> None:
    with frame.store().read(actor.university_code) as uow:
        waiting, fresh = account_lists.waiting(uow, actor), account_lists.waiting(uow, actor, never_given=True)
    if not waiting:
        st.caption(t("没有待激活的账号。"))
        return
    st.caption(t("待激活账号 {n} 个，其中 {m} 个还没有激活地址。", n=f"{waiting:,}", m=f"{fresh:,}"))
    if st.button(t("生成激活单（{n} 人）", n=f"{waiting:,}"), icon=":material/print:", key="again", disabled=busy):
        _ask_again(waiting)


def _ask_again(waiting: int) -> None:
    @st.dialog(t("生成激活单"))
    def dialog() -> None:
        st.text(t("将为 {n} 个待激活账号生成新的激活地址。先前发出、尚未使用的地址全部失效。", n=f"{waiting:,}"))
        if st.button(t("确认生成"), type="primary", key="again_go"):
            actor = frame.current()
            with frame.store().begin(actor.university_code) as uow:
                _begin(work.sheet_again(uow, actor, waiting, frame.full_address(""), language()))
            st.rerun()

    dialog()


# --- from a list ----------------------------------------------------------------------------------------


def _held(actor: Principal) -> dict[str, str] | None:
    with frame.store().read(actor.university_code) as uow:
        held = preferences.get(uow, actor, LIST)
    return held if held and uploads.kept(actor.university_code, str(held["sha256"])) else None


def _list(actor: Principal, busy: bool) -> None:
    held = _held(actor)
    if held is None:
        _upload(actor, busy)
    elif not busy:
        _checked(actor, held)


def _upload(actor: Principal, busy: bool) -> None:
    with frame.store().read(actor.university_code) as uow:
        most = tabular_limits.of(uow).packed // (1 << 20)
    st.caption(t("每行一个账号的一个角色，列的顺序和名称不限；不写账号即用工号，不写角色即科研人员。不超过 {mb} MB。", mb=most))
    if st.button(t("下载模板"), icon=":material/description:", key="template"):
        lists.download_template(actor, template.ACCOUNTS)
    turn = st.session_state.get("accounts_turn", 0)
    with st.container(key="upbox-accounts", gap="xxsmall"):
        file_steps.refusals(FORMATS, most)
        upload = st.file_uploader(t("选择账号名单"), FORMATS, key=f"accounts_file_{turn}", label_visibility="collapsed", max_upload_size=most, disabled=busy)
    refused = st.session_state.get("accounts_refused")
    if upload is not None:
        st.session_state["accounts_turn"] = turn + 1  # the box gives the bytes up
        _take(actor, upload, most)
        st.rerun()
    if refused:
        with st.container(key="err-accounts"):
            st.markdown(f":material/error: {frame.md(pick(*refused))}")


def _take(actor: Principal, upload: Any, most: int) -> None:
    st.session_state.pop("accounts_refused", None)
    try:
        kept = uploads.keep(actor, upload, most << 20)
        held = {"sha256": kept.sha256, "name": upload.name}
        try:
            with st.spinner(t("正在校验…")):
                _check(actor, held)
        except BaseException:
            uploads.discard(actor.university_code, kept.sha256)
            raise
    except OperationError as problem:
        st.session_state["accounts_refused"] = (problem.zh, problem.en)
        return
    with frame.store().begin(actor.university_code) as uow:
        preferences.put(uow, actor, LIST, held)


def _check(actor: Principal, held: dict[str, str]) -> Outcome:
    with uploads.opened(actor.university_code, held["sha256"]) as path:
        return account_lists.check(frame.store(), actor, path, name=held["name"])


def _checked(actor: Principal, held: dict[str, str]) -> None:
    with st.spinner(t("正在校验…")):
        found = _check(actor, held)
    st.text(held["name"])
    shown = [name for name in COUNTS if found.counts[name] or name in ("read", "new", "error")]
    grid = st.grid(len(shown), min_column_width=90, gap="small")
    for name in shown:
        with grid.container(border=True, gap="xxsmall", key=f"count-{name}"):
            zh, en = COUNT_WORDS[name]
            st.metric(pick(zh, en[0].upper() + en[1:]), t("{n} 行", n=f"{found.counts[name]:,}"))
    good = found.counts["new"] + found.counts["changed"]
    with st.container(horizontal=True, gap="small", key="list_do"):
        if good:
            words = t("开通 {n} 个账号", n=f"{found.counts['new']:,}") if found.counts["new"] else t("增加 {n} 个角色", n=f"{good:,}")
            st.button(words, type="primary", icon=":material/done_all:", key="list_go", on_click=_from_list, args=(held, good))
        st.button(t("换一个文件"), icon=":material/upload_file:", key="list_other", on_click=_forget, args=(held,))
    if not good:
        st.caption(t("没有要开通的账号。"))
    if found.counts["error"]:
        _wrong(actor, held, found)


def _from_list(held: dict[str, str], rows: int) -> None:
    actor = frame.current()
    with frame.store().begin(actor.university_code) as uow:
        _begin(work.from_list(uow, actor, held["sha256"], held["name"], rows, frame.full_address(""), language()))


def _forget(held: dict[str, str]) -> None:
    actor = frame.current()
    uploads.discard(actor.university_code, held["sha256"])
    with frame.store().begin(actor.university_code) as uow:
        preferences.put(uow, actor, LIST, None)


def _wrong(actor: Principal, held: dict[str, str], found: Outcome) -> None:
    with st.container(horizontal=True, gap="small", key="marked"):
        if st.button(t("下载标注后的原文件"), icon=":material/download:", key="marked_all"):
            _mark(actor, held, only_errors=False)
        if st.button(t("只下载错误行（{n}）", n=f"{found.counts['error']:,}"), icon=":material/download:", key="marked_errors"):
            _mark(actor, held, only_errors=True)
    lines = "".join(
        f'<tr><td class="number">{one.row:,}</td><td>{html.escape(found.headings[one.index]) if one.index is not None else "—"}</td>'
        f"<td>{html.escape(pick(one.zh, one.en))}</td></tr>"
        for one in found.refused[:SHOWN]
    )
    heads = f'<th class="number">{html.escape(t("行号"))}</th><th>{html.escape(t("所在列"))}</th><th>{html.escape(t("错误信息"))}</th>'
    st.html(f'<div class="yanshu-scroll"><table class="yanshu-list"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>')
    if len(found.refused) > SHOWN:
        st.caption(t("只列出前 {n} 处，其余见标注后的文件。", n=SHOWN))


def _mark(actor: Principal, held: dict[str, str], *, only_errors: bool) -> None:
    name = tabular.file_name(held["name"], only_errors=only_errors, language=language())
    export_id, out = outbox.new(actor, name.rsplit(".", 1)[0], "xlsx")
    try:
        with st.spinner(t("正在生成标注文件…")), uploads.opened(actor.university_code, held["sha256"]) as path:
            account_lists.mark(frame.store(), actor, path, out, name=held["name"], only_errors=only_errors, language=language())
    except OperationError as refused:
        outbox.discard(export_id)
        st.warning(frame.said(refused), icon=":material/error:")
        return
    frame.command("go", to=f"/exports/{export_id}")
