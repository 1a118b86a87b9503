"""查询: over all types, by word (the box in the header) or by state, year and type (the doors of the home page)."""

from __future__ import annotations

from typing import Any

import streamlit as st
from sqlalchemy import func, select

from dashboards import frame, paging
from dashboards.i18n import pick, t
from dashboards.screens.home import counts
from dashboards.screens.query import filters
from dashboards.screens.review.lists import grid
from ingestion import permissions, search
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.derive import number_of
from ingestion.principal import Principal
from ingestion.store.engine import local_time
from ingestion.store.platform import record

FOUND = 100
SIZE = 50


def show() -> None:
    actor = frame.current()
    word = st.query_params.get("q", "").strip()
    if word or not any(st.query_params.get(n) for n in ("state", "own", "type", "year")):
        _by_word(actor)
    else:
        _by_header(actor)


def _by_word(actor: Principal) -> None:
    with frame.page(t("查询"), t("全部类型")):
        pass
    word = filters.text(t("关键词"), "q", t("名称、人员、工号、编号"), label_visibility="collapsed", width=420)
    if not word:
        frame.empty(t("输入要查的内容"), t("名称、人员姓名、工号、编号、DOI、项目编号都可以。"), icon=":material/search:")
        return
    with frame.store().read(actor.university_code) as uow:
        found = search.anywhere(uow, actor, word, FOUND)
    if not found:
        frame.empty(t("没有找到“{text}”", text=frame.md(word)), t("检查是否有错字，或用更短的词。"), icon=":material/search_off:")
        return
    st.caption(t("找到 {n} 条", n=len(found)) if len(found) < FOUND else t("先显示最近更新的 {n} 条，请用更具体的词", n=FOUND))
    rows = [
        {"title": r.title, "type": _type(r.type_id), "owner": r.owner or t("未归属"), "college": frame.unit_name(actor, r.college_id), "state": frame.state_word(r.display_state), "year": str(r.filed_year or "—"), "number": r.number}
        for r in found
    ]
    grid(rows, _names(), [r.id for r in found], "search")


def _type(type_id: str) -> str:
    return pick(ALL_RECORDS[type_id].zh, ALL_RECORDS[type_id].en)


def _names() -> dict[str, str]:
    return {"title": t("名称"), "type": t("类型"), "owner": t("第一完成人"), "college": t("所属学院"), "state": t("状态"), "year": t("年度"), "number": t("编号")}


def _by_header(actor: Principal) -> None:
    """Records of several types by state and year: the list behind a count of the home page."""
    q = st.query_params
    states = [s for s in q.get("state", "").split(",") if s in frame.STATES]
    types = [x for x in q.get("type", "").split(",") if x in ALL_RECORDS]
    years = [int(y) for y in q.get("year", "").split(",") if y.isdecimal()]
    own = q.get("own") == "1"
    said = [t("我的") if own else "", *(frame.state_word(s) for s in states), *(_type(x) for x in types), *map(str, years)]
    with frame.page(t("查询"), " · ".join(s for s in said if s)):
        pass
    where: list[Any] = [permissions.visible(actor, record)]
    if own:
        where += [counts.mine(actor), record.c.type != "person"]
    if states:
        where.append(record.c.state.in_(states))
    if types:
        where.append(record.c.type.in_(types))
    if years:
        where.append(record.c.filed_year.in_(years))
    page = paging.number()
    owner = record.alias("owner")
    query = (
        select(record.c.id, record.c.type, record.c.title, record.c.state, record.c.filed_year, record.c.college_id, record.c.updated_at, owner.c.title.label("owner"))
        .outerjoin(owner, owner.c.id == record.c.owner_person_id)
        .where(*where)
        .order_by(record.c.updated_at.desc(), record.c.id.desc())
        .limit(SIZE)
        .offset((page - 1) * SIZE)
    )
    with frame.store().read(actor.university_code) as uow:
        total = int(uow.conn.execute(select(func.count()).select_from(record).where(*where)).scalar_one())
        found = list(uow.conn.execute(query))
    if not total:
        frame.empty(t("没有符合条件的记录"), "")
        return
    paging.within(-(-total // SIZE), page)
    rows = [
        {
            "title": r.title or t("未填名称"), "type": _type(r.type), "owner": r.owner or t("未归属"), "college": frame.unit_name(actor, r.college_id),
            "state": frame.state_word(r.state), "year": str(r.filed_year or "—"), "updated": local_time(r.updated_at).strftime("%Y-%m-%d %H:%M"), "number": number_of(r.type, r.id),
        }
        for r in found
    ]  # fmt: skip
    grid(rows, {**_names(), "updated": t("最近更新")}, [r.id for r in found], "header")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(t("共 **{n}** 条", n=f"{total:,}"), width="content")
        st.space("stretch")
        paging.pager(-(-total // SIZE))


