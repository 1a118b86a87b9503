"""已办 and 我发起的, and the version a resubmission is compared with."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy import select

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from dashboards.screens.home import counts
from dashboards.screens.query.details import ACTIONS
from ingestion import permissions, review, serializer
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.derive import number_of
from ingestion.principal import Principal
from ingestion.records.view import RecordView
from ingestion.store.engine import local_time
from ingestion.store.platform import record, record_version

SIZE = 50


def done(actor: Principal) -> None:
    """The reviewer's own decisions, newest first."""
    page = max(1, int(st.session_state.get("done_page", 1)))
    with frame.store().read(actor.university_code) as uow:
        items = review.done(uow, actor, page=page, size=SIZE)
    if not items and page == 1:
        frame.empty(t("还没有已办"), "", icon=":material/task_alt:")
        return
    rows = [
        {"title": i.title, "at": local_time(i.at).strftime("%Y-%m-%d %H:%M"), "action": t(ACTIONS.get(i.action, i.action)), "type": _type(i.type_id), "state": frame.state_word(i.state), "reason": i.reason, "number": i.number}
        for i in items
    ]
    names = {"title": t("名称"), "at": t("时间"), "action": t("处理"), "type": t("类型"), "state": t("现在的状态"), "reason": t("原因"), "number": t("编号")}
    grid(rows, names, [i.record_id for i in items], "done")
    with st.container(horizontal=True):
        st.button(t("上一页"), key="done_back", disabled=page == 1, on_click=_turn, args=("done_page", page - 1))
        st.button(t("下一页"), key="done_on", disabled=len(items) < SIZE, on_click=_turn, args=("done_page", page + 1))


def started(actor: Principal) -> None:
    """What this person has sent on its way, and where it stands now."""
    page = max(1, int(st.session_state.get("mine_page", 1)))
    query = (
        select(record.c.id, record.c.type, record.c.title, record.c.state, record.c.state_since)
        .where(permissions.visible(actor, record), counts.mine(actor), record.c.state != "00", record.c.type != "person")
        .order_by(record.c.state_since.desc(), record.c.id.desc())
        .limit(SIZE)
        .offset((page - 1) * SIZE)
    )
    with frame.store().read(actor.university_code) as uow:
        items = list(uow.conn.execute(query))
    if not items and page == 1:
        frame.empty(t("还没有发起过"), t("提交的记录会出现在这里。"))
        return
    rows = [
        {"title": i.title, "type": _type(i.type), "state": frame.state_word(i.state), "since": local_time(i.state_since).strftime("%Y-%m-%d %H:%M"), "number": number_of(i.type, i.id)}
        for i in items
    ]
    names = {"title": t("名称"), "type": t("类型"), "state": t("状态"), "since": t("到达时间"), "number": t("编号")}
    grid(rows, names, [i.id for i in items], "mine")
    with st.container(horizontal=True):
        st.button(t("上一页"), key="mine_back", disabled=page == 1, on_click=_turn, args=("mine_page", page - 1))
        st.button(t("下一页"), key="mine_on", disabled=len(items) < SIZE, on_click=_turn, args=("mine_page", page + 1))


def _type(type_id: str) -> str:
    return pick(ALL_RECORDS[type_id].zh, ALL_RECORDS[type_id].en)


def _turn(key: str, page: int) -> None:
    st.session_state[key] = page


def grid(rows: list[dict[str, Any]], names: dict[str, str], ids: list[int], key: str) -> None:
    """A list whose ticked row opens its record; a button does the same for the keyboard."""
    event = st.dataframe(
        pd.DataFrame(rows), hide_index=True, key=f"grid-{key}", on_select="rerun", selection_mode="single-row", row_height=33, placeholder="—", height=min(37 + 33 * len(rows), 37 + 33 * 18),
        column_config={name: st.column_config.TextColumn(word, width="large" if name in ("title", "reason") else None) for name, word in names.items()},
    )  # fmt: skip
    picked = [r for r in event.selection.rows if r < len(ids)]
    if st.button(t("打开所选记录"), key=f"open-{key}", icon=":material/open_in_new:", disabled=not picked):
        navigation.go("record", id=str(ids[picked[0]]))


def returned_version(actor: Principal, view: RecordView, events: list[dict[str, Any]]) -> tuple[int, dict[str, Any]] | None:
    """The version that was sent back before this resubmission: its number and document, secrets masked."""
    returned = [e for e in events if e["action"] == "return" and e["amendment_id"] is None]
    if not returned:
        return None
    query = (
        select(record_version.c.number, record_version.c.document)
        .where(record_version.c.record_id == view.id, record_version.c.kind == "submitted", record_version.c.created_at <= returned[-1]["at"])
        .order_by(record_version.c.number.desc())
        .limit(1)
    )
    with frame.store().read(actor.university_code) as uow:
        row = uow.conn.execute(query.where(record_version.c.university_code == actor.university_code)).first()
    return (int(row.number), serializer.restore(view.type_id, row.document)) if row else None
