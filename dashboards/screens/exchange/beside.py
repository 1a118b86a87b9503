"""One entry of a bibliographic file beside the record it becomes, in the step before its check."""

from __future__ import annotations

import streamlit as st

from dashboards import frame
from dashboards.forms import choices
from dashboards.i18n import language, listed, pick, t
from dashboards.screens.exchange import references_detail
from dashboards.screens.exchange.draft import Draft
from ingestion.exchange import bibliographic, uploads
from ingestion.exchange.bibliographic import Entries, Entry
from ingestion.exchange.references import candidates, comparing
from ingestion.exchange.references.sorting import Sorter
from ingestion.principal import OperationError, Principal

KEY = "beside"


def show(actor: Principal, begun: Draft) -> None:
    if not st.toggle(t("逐条对照文件内容和将录入的内容"), key="beside_open"):
        return
    try:
        found = _found(actor, begun)
    except OperationError as refused:
        st.caption(frame.said(refused))
        return
    entries = {entry.number: entry for entry in found.entries}
    number = int(st.number_input(t("第几条"), min_value=1, max_value=max(1, begun.chosen.rows), step=1, key="beside_number", width=160))
    if number not in entries:
        for problem in (p for p in found.problems if p.number == number):
            st.markdown(f":red[:material/error:] {frame.md(pick(problem.zh, problem.en))}")
        return
    _entry(actor, begun, entries[number])


def _found(actor: Principal, begun: Draft) -> Entries:
    """The file as it was read last in this session."""
    held = st.session_state.get(KEY)
    if isinstance(held, tuple) and held[0] == (actor.account_id, begun.sha256):
        return held[1]  # type: ignore[no-any-return]
    with uploads.opened(actor.university_code, begun.sha256) as path:
        found = bibliographic.read(path, begun.name)
    st.session_state[KEY] = ((actor.account_id, begun.sha256), found)
    return found


def _entry(actor: Principal, begun: Draft, entry: Entry) -> None:
    with frame.store().read(actor.university_code) as uow:
        sorter = Sorter(uow, actor, begun.type_id)
        (item,) = sorter.sort([entry])
        people = candidates.Candidates(candidates.people_of(uow, actor)) if item.work is not None else None
    for issue in item.errors:
        st.markdown(f":red[:material/error:] {frame.md(pick(issue.zh, issue.en))}")
    if item.note is not None:
        st.markdown(f":orange[:material/content_copy:] {frame.md(pick(item.note.zh, item.note.en))}")
    if item.work is None or item.type_id is None or people is None or item.marked:
        return
    for doubt in entry.doubts:
        st.caption(f":orange[:material/help:] {frame.md(pick(doubt.zh, doubt.en))}")
    missing = [gap for gap in item.gaps if gap.severity == "error"]
    st.html(references_detail.table(comparing.pairs(item.type_id, entry, item.work.document, missing, {}, choices.codes(actor), language())))
    for row, found in people.of(entry, item.work.document.get("contributors") or (), sorter.own):
        who = listed(one.label for one in found[:5])
        st.caption(frame.md(t("第 {n} 作者 {name} 可能是：{who}。不按姓名关联。", n=row["rank"], name=row["name"], who=who)))
