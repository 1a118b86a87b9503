"""待办: what waits for this reviewer at the left, the record at the right, the next one after each decision."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from dashboards.screens.quality import tasks
from dashboards.screens.query import details
from dashboards.screens.review import lists
from ingestion import amendments, audit, quality_tasks, records, review
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Conflict, NotFound, OperationError, Principal
from ingestion.records.view import RecordView
from ingestion.review import Waiting
from ingestion.store.engine import local_time

SHOWN = 50


def show() -> None:
    actor = frame.current()
    st.session_state.pop("looking", None)  # a rerun closes a preview
    with frame.store().read(actor.university_code) as uow:
        counts = review.counts(uow, actor)
        fixes = quality_tasks.count(uow, actor)
    tabs = ["todo", "done", "mine", "fix"] if actor.role != "researcher" else ["mine", "fix"]
    tab = _choice("tab", tabs, tabs[0])
    total = sum(counts.values())
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head"):
        words = {"todo": t("待办 {n}", n=total), "done": t("已办"), "mine": t("我发起的"), "fix": t("数据问题 {n}", n=fixes)}
        st.subheader(words[tab], anchor=False, width="content")
        if len(tabs) > 1:
            st.segmented_control(t("范围"), tabs, key="tab", required=True, label_visibility="collapsed", format_func=lambda x: words[x])
    match tab:
        case "todo":
            _todo(actor, counts)
        case "done":
            lists.done(actor)
        case "fix":
            tasks.mine(actor)
        case _:
            lists.started(actor)


def _choice(key: str, options: list[str], default: str) -> str:
    ss, q = st.session_state, st.query_params
    if ss.get(key) not in options:
        ss[key] = q[key] if q.get(key) in options else default
    q[key] = ss[key]
    return str(ss[key])


def _aside(actor: Principal) -> None:
    """回避: own items at this step, left to others."""
    with frame.store().read(actor.university_code) as uow:
        own = review.set_aside(uow, actor)
    if own:
        with st.expander(t("回避 {n} 条：您本人参与，由他人审核", n=len(own)), icon=":material/do_not_disturb_on:", key="aside", on_change="rerun") as fold:
            if fold.open:
                for record_id, type_id, title in own[:SHOWN]:
                    st.button(frame.md(f"{pick(ALL_RECORDS[type_id].zh, ALL_RECORDS[type_id].en)} · {title or '—'}"), key=f"aside-{record_id}", type="tertiary", on_click=_leave, args=(record_id,))


def _leave(record_id: int) -> None:
    st.session_state["open_aside"] = record_id


def _todo(actor: Principal, counts: dict[str, int]) -> None:
    wanted = st.session_state.pop("open_aside", None)
    if wanted is not None:
        navigation.go("record", id=str(wanted))
    _aside(actor)
    if not counts:
        frame.empty(t("没有待办"), t("新的提交会出现在这里。"), icon=":material/task_alt:")
        return
    kinds = ["all", *sorted(counts, key=lambda x: -counts[x])]
    total = sum(counts.values())
    kind = _choice("type", kinds, "all")

    def word(type_id: str) -> str:
        if type_id == "all":
            return t("全部 {n}", n=total)
        declared = ALL_RECORDS[type_id]
        return f"{pick(declared.zh, declared.en)} {counts[type_id]}"

    st.segmented_control(t("类型"), kinds, key="type", required=True, format_func=word, label_visibility="collapsed", on_change=_first)
    with frame.store().read(actor.university_code) as uow:
        items = review.queue(uow, actor, None if kind == "all" else kind, size=SHOWN)
    if not items:
        frame.empty(t("没有待办"), "", icon=":material/task_alt:")
        return
    at = _position(items)
    left, right = st.columns([1, 2.1], gap="small")
    with left:
        _list(items, at, counts[kind] if kind != "all" else total)
    with right:
        _detail(actor, items, at)


def _first() -> None:
    st.session_state["at"] = 0
    st.query_params.pop("id", None)


def _position(items: list[Waiting]) -> int:
    """Where the reader stands: the record in the address, else the same place as before. An address that asks for a
    record that is not here says so: one key would decide another one."""
    asked = st.query_params.get("id", "")
    ids = [i.record_id for i in items]
    if asked.isdecimal() and int(asked) in ids:
        at = ids.index(int(asked))
    else:
        at = min(int(st.session_state.get("at", 0)), len(items) - 1)
        if asked:
            st.warning(t("要打开的记录不在待办里（已处理，或不由你审核），下面是另一条。"), icon=":material/info:")
    st.session_state["at"] = at
    st.query_params["id"] = str(ids[at])
    return at


def _stand(at: int, record_id: int) -> None:
    st.session_state["at"] = at
    st.query_params["id"] = str(record_id)


def _list(items: list[Waiting], at: int, total: int) -> None:
    with st.container(height=560, border=True, gap="xxsmall", key="queue"):
        for number, item in enumerate(items):
            declared = ALL_RECORDS[item.type_id]
            kind = pick(declared.zh, declared.en) + (t(" · 变更") if item.amendment_id else "")
            again = t(" · 第 {n} 次", n=item.rounds) if item.rounds > 1 else ""
            about = f"{kind} · {item.owner or item.entered_by} · {t('{n} 天', n=item.days)}{again}"
            with st.container(key=f"queue-{'here' if number == at else 'item'}-{number}"):
                st.button(f"**{frame.md(item.title or '—')}**  \n{frame.md(about)}", key=f"open-{item.record_id}-{item.amendment_id}", type="tertiary", width="stretch", on_click=_stand, args=(number, item.record_id))
        if total > len(items):
            st.caption(t("先显示最早的 {n} 条，处理后补上。", n=len(items)))
    st.caption(t("J 下一条 · K 上一条 · A 通过 · Q 询问 · B 退回"))


def _detail(actor: Principal, items: list[Waiting], at: int) -> None:
    item = items[at]
    try:
        with frame.store().read(actor.university_code) as uow:
            view = records.load(uow, actor, item.record_id)
            events = review.history(uow, actor, item.record_id)
    except NotFound:
        frame.empty(t("这一条已被处理"), "")
        return
    with st.container(border=True, gap="small", height=560, key="review_detail"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            frame.badge("40" if item.amendment_id else item.state)
            declared = ALL_RECORDS[item.type_id]
            st.caption(f"{item.number} · {pick(declared.zh, declared.en)}", width="content")
            st.space("stretch")
            if st.button(t("打开记录"), icon=":material/open_in_new:", type="tertiary", key="open_record"):
                navigation.go("record", id=str(item.record_id))
        st.markdown(f"**{frame.md(item.title or '—')}**")
        st.caption(frame.md(" · ".join(x for x in (item.owner or t("未归属"), frame.unit_name(actor, item.college_id), t("停留 {n} 天", n=item.days)) if x)))
        with frame.store().read(actor.university_code) as uow:
            details.track(actor, uow, view.id)
        _last_return(events, item)
        _last_question(events, item)
        _content(actor, view, item, events)
    _buttons(actor, items, at, item)


def _last_return(events: list[dict[str, Any]], item: Waiting) -> None:
    returned = [e for e in events if e["action"] == "return" and e["amendment_id"] == item.amendment_id]
    if returned:
        last = returned[-1]
        with st.container(border=True, gap="xxsmall"):
            st.markdown(f"**{t('上次退回')}**")
            st.text(f"“{last['reason']}”")
            st.caption(f"{frame.md(last['account_name'])} {local_time(last['at']).strftime('%m-%d %H:%M')}")


def _last_question(events: list[dict[str, Any]], item: Waiting) -> None:
    """The last question about this item and what was answered."""
    asked = [e for e in events if e["action"] == "ask" and e["amendment_id"] == item.amendment_id]
    if not asked:
        return
    answers = [e for e in events if e["action"] == "answer" and e["id"] > asked[-1]["id"]]
    with st.container(border=True, gap="xxsmall", key="asked"):
        st.markdown(f":blue[:material/help: **{t('询问')}**] {frame.md(asked[-1]['account_name'])} {local_time(asked[-1]['at']).strftime('%m-%d %H:%M')}")
        st.text(asked[-1]["reason"] or "")
        for one in answers:
            st.markdown(f"**{t('答复')}** {frame.md(one['account_name'])} {local_time(one['at']).strftime('%m-%d %H:%M')}")
            st.text(one["reason"] or "")
        if not answers:
            st.caption(t("待答复；不影响审核"))


def _content(actor: Principal, view: RecordView, item: Waiting, events: list[dict[str, Any]]) -> None:
    """An amendment or a resubmission shows what changed; a first submission shows its fields."""
    if item.amendment_id is not None and view.amendment is not None:
        if view.amendment.get("reason"):
            st.text(t("变更原因：{reason}", reason=view.amendment["reason"]))
        only = st.toggle(t("仅看变化"), value=True, key="only")
        details.difference(actor, view.type_id, view.document, view.amendment["document"], changes_only=only, words=(t("现行版本"), t("申请变更为")))
        details.changed_files(actor, view)
        return
    before = lists.returned_version(actor, view, events)
    if before is not None:
        number, document = before
        only = st.toggle(t("仅看变化"), value=True, key="only")
        changed = details.difference(actor, view.type_id, document, view.document, changes_only=only, words=(t("退回版 v{n}", n=number), t("本次")))
        if not changed:
            st.caption(t("字段没有变化"))
        returned = [e for e in events if e["action"] == "return" and e["amendment_id"] is None]
        if returned and not details.files_since(actor, view, returned[-1]["at"]):
            st.caption(t("附件没有变化"))
        if not only:
            return
        with st.expander(t("全部字段")):
            details.fields(actor, view, view.document)
    else:
        details.fields(actor, view, view.document)
    st.markdown(f"**{t('附件')}**")
    details.attachments(actor, view)
    with st.expander(t("审核记录")):
        details.history(actor, view.id)


# --- deciding -------------------------------------------------------------------------------------------


def _buttons(actor: Principal, items: list[Waiting], at: int, item: Waiting) -> None:
    asking = st.session_state.get("dlg")
    quiet = asking or st.session_state.get("looking")  # shortcuts would act behind an open dialog
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="decide"):
        st.button(t("通过"), type="primary", icon=":material/check:", key="approve", shortcut=None if quiet else "A", on_click=_approve, args=(item, at, len(items) > 1))
        st.button(t("询问"), icon=":material/help:", key="ask", shortcut=None if quiet else "Q", on_click=_open, args=("ask",))
        st.button(t("退回"), icon=":material/undo:", key="return", shortcut=None if quiet else "B", on_click=_open, args=("return",))
        if item.amendment_id is not None and actor.role == "office_admin":
            st.button(t("驳回"), icon=":material/cancel:", key="refuse", type="tertiary", on_click=_open, args=("refuse",))
        elif actor.role == "office_admin":
            st.button(t("退回学院"), icon=":material/reply:", key="hand_back", type="tertiary", on_click=_open, args=("hand_back",))
        st.space("stretch")
        before, after = items[max(0, at - 1)], items[min(len(items) - 1, at + 1)]
        st.button(t("上一条"), key="up", shortcut=None if quiet else "K", disabled=at == 0, on_click=_stand, args=(max(0, at - 1), before.record_id))
        st.button(t("下一条"), key="down", shortcut=None if quiet else "J", disabled=at == len(items) - 1, on_click=_stand, args=(min(len(items) - 1, at + 1), after.record_id))
    wrong = st.session_state.pop("review_wrong", None)
    if wrong:
        st.warning(frame.md(wrong), icon=":material/error:")
    if asking:
        _dialog(item, at, asking)


def _open(which: str) -> None:
    st.session_state["dlg"] = which


def _close() -> None:
    st.session_state.pop("dlg", None)


def _next(at: int) -> None:
    """The decided item leaves the queue: the next one takes its place."""
    st.query_params.pop("id", None)
    st.session_state["at"] = at


def _approve(item: Waiting, at: int, more: bool) -> None:
    actor = frame.current()
    try:
        store = frame.store()
        with audit.refusals(store, actor, "approve", item.type_id, item.record_id), store.begin(actor.university_code) as uow:
            review.approve(uow, actor, item.record_id, item.version)
    except OperationError as refused:
        st.session_state["review_wrong"] = pick(refused.zh, refused.en)
        if isinstance(refused, Conflict):
            _next(at)
        return
    st.session_state["said"] = t("{number} 已通过，已打开下一条", number=item.number) if more else t("{number} 已通过", number=item.number)
    _next(at)


def _dialog(item: Waiting, at: int, which: str) -> None:
    titles = {"return": t("退回修改"), "ask": t("询问"), "refuse": t("驳回变更"), "hand_back": t("退回学院")}

    @st.dialog(titles[which], on_dismiss=_close)
    def dialog() -> None:
        declared = ALL_RECORDS[item.type_id]
        st.caption(frame.md(f"{item.number} {item.title}"))
        text = st.text_area((t("问题") if which == "ask" else t("原因")) + " *", key="reason_text", height=120, help=t("至少 5 个字，提交人会看到"))
        marked: list[str] = []
        if which == "return":
            words = {f.name: pick(f.zh, f.en) for f in declared.fields() if not isinstance(f, k.Shown)}
            words |= {s.name: pick(s.zh, s.en) for s in declared.steps if not isinstance(s, k.Step)}
            marked = st.multiselect(t("需要修改的字段"), list(words), format_func=lambda n: words[n], select_all=False, placeholder=t("可不选"), key="marked")
        if st.button(titles[which], type="primary", key="reason_ok"):
            wrong = _decide(item, which, text, tuple(marked))
            if wrong:
                st.error(frame.md(wrong))
                return
            _close()
            if which != "ask":
                _next(at)
            st.rerun()

    dialog()


def _decide(item: Waiting, which: str, text: str, marked: tuple[str, ...]) -> str:
    """Takes the step; gives the refusal's words, or nothing."""
    actor = frame.current()
    try:
        store = frame.store()
        with audit.refusals(store, actor, which, item.type_id, item.record_id), store.begin(actor.university_code) as uow:
            match which:
                case "ask":
                    review.ask(uow, actor, item.record_id, text)
                    st.session_state["said"] = t("已向提交人询问 {number}", number=item.number)
                case "return":
                    review.return_(uow, actor, item.record_id, item.version, text, marked)
                    st.session_state["said"] = t("{number} 已退回，已打开下一条", number=item.number)
                case "hand_back":
                    review.hand_back(uow, actor, item.record_id, item.version, text)
                    st.session_state["said"] = t("{number} 已退回学院", number=item.number)
                case _:
                    amendments.refuse(uow, actor, item.record_id, item.version, text)
                    st.session_state["said"] = t("{number} 的变更已驳回", number=item.number)
    except OperationError as refused:
        return pick(refused.zh, refused.en)
    return ""
