"""文档库: the files of many records. 项目文档库 with what each project lacks, the online document store of each other
type, and a researcher's own 附件库. Filters stand in the address; a ticked record opens beside the list."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboards import frame, navigation, paging
from dashboards.forms import choices, files
from dashboards.i18n import language, listed, pick, t
from dashboards.screens.files import counted, packing
from dashboards.screens.query import details, filters
from dashboards.screens.query.records import TINTS
from ingestion import libraries
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from ingestion.libraries import Holding, Selection, Totals
from ingestion.principal import NotFound, Principal

SIZE = 50
STATES = ("00", "10", "20", "11", "21", "30", "90")
ONLY = ("", "with", "without", "lacking")


def projects() -> None:
    """项目文档库: all three kinds of projects, or one of them."""
    actor = frame.current()
    with frame.page(t("项目文档库"), navigation.group_words("projects")):
        pass
    kinds = ("all", *libraries.PROJECT_TYPES)
    if st.session_state.get("type") not in kinds:
        st.session_state["type"] = st.query_params.get("type") if st.query_params.get("type") in kinds else "all"
    kind = str(st.segmented_control(t("类型"), kinds, key="type", required=True, label_visibility="collapsed", format_func=_kind_word, on_change=paging.first))
    _address("type", "" if kind == "all" else kind)
    _library(actor, libraries.PROJECT_TYPES if kind == "all" else (kind,), t("项目文档库"))


def of_type() -> None:
    """The online document store of one type, from its list."""
    type_id = st.query_params.get("type", "")
    if type_id not in ALL_RECORDS:
        raise NotFound
    actor = frame.current()
    declared = ALL_RECORDS[type_id]
    title = t("{type}文档库", type=pick(declared.zh, declared.en))
    with frame.page(title, navigation.group_word(type_id)):
        if st.button(t("返回列表"), icon=":material/list:", key="to_list"):
            navigation.go(type_id)
    _library(actor, (type_id,), title)


def mine() -> None:
    """附件库: the files of one's own records, of every type."""
    actor = frame.current()
    with frame.page(t("我的附件库"), t("本人录入或负责的记录")):
        pass
    _library(actor, tuple(i for i in TYPE_IDS if i != "expert"), t("我的附件库"), own=True)


def _kind_word(kind: str) -> str:
    return t("全部项目") if kind == "all" else pick(ALL_RECORDS[kind].zh, ALL_RECORDS[kind].en)


# --- filters --------------------------------------------------------------------------------------------


def _library(actor: Principal, types: tuple[str, ...], title: str, *, own: bool = False) -> None:
    selection = _filters(actor, types, own)
    with frame.store().read(actor.university_code) as uow:
        found = libraries.totals(uow, actor, selection)
        whole = libraries.totals(uow, actor, replace(selection, only="")) if selection.only else found
    _figures(actor, selection, whole)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pack"):
        _only(types)
        st.space("stretch")
        packing.button(actor, selection, found, title, _conditions(actor, selection))
    packing.under_way()
    if not found.records:
        _nothing(selection, own)
        return
    _grid(actor, selection, found)


def _filters(actor: Principal, types: tuple[str, ...], own: bool) -> Selection:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
        keyword = filters.text(t("关键词"), "q", t("名称、人员、工号、编号"), width=230)
        named = filters.text(t("文件名"), "file", t("文件名中的字"), width=170)
        years = filters.many(t("年度"), "year", filters.years(), str, t("全部年度"))
        colleges = {} if own else choices.colleges(actor)
        college = filters.many(t("学院"), "college", [str(i) for i in colleges], lambda i: colleges.get(int(i), i), t("全部学院")) if colleges else ()
        states = filters.many(t("状态"), "state", list(STATES), frame.state_word, t("全部状态"))
        st.button(t("重置"), type="tertiary", key="reset", on_click=_reset)
    if st.session_state.get("only") not in ONLY:
        st.session_state["only"] = st.query_params.get("only") if st.query_params.get("only") in ONLY else ("with" if own else "")
    only = st.session_state["only"]
    if only == "lacking" and not libraries.asked_for(types):
        only = ""
    return Selection(types, keyword, tuple(int(c) for c in college), tuple(int(y) for y in years), tuple(states), named, only, own)


def _only(types: tuple[str, ...]) -> None:
    words = {"": t("全部"), "with": t("有附件"), "without": t("没有附件"), "lacking": t("缺少必需材料")}
    offered = [o for o in ONLY if o != "lacking" or libraries.asked_for(types)]
    if st.session_state.get("only") not in offered:
        st.session_state["only"] = ""
    chosen = st.segmented_control(t("范围"), offered, key="only", required=True, label_visibility="collapsed", format_func=lambda o: words[o], on_change=paging.first)
    _address("only", str(chosen or ""))


def _address(name: str, value: str) -> None:
    if value:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]


def _reset() -> None:
    for name in ("q", "file", "college", "year", "state", "only", "page"):
        st.session_state.pop(name, None)
        if name in st.query_params:
            del st.query_params[name]


def _conditions(actor: Principal, chosen: Selection) -> list[tuple[str, str]]:
    """The filters in words, for the zip's index: everything that decides what is in it."""
    everything = t("全部")
    colleges = choices.colleges(actor)
    only = {"": everything, "with": t("有附件"), "without": t("没有附件"), "lacking": t("缺少必需材料")}[chosen.only]
    return [
        (t("类型"), listed(pick(ALL_RECORDS[i].zh, ALL_RECORDS[i].en) for i in chosen.types) if len(chosen.types) < 6 else everything),
        (t("关键词"), chosen.keyword or everything), (t("文件名"), chosen.file_name or everything), (t("年度"), listed(map(str, chosen.years)) or everything),
        (t("学院"), listed(colleges.get(i, str(i)) for i in chosen.college_ids) or everything), (t("状态"), listed(map(frame.state_word, chosen.states)) or everything),
        (t("范围"), only if not chosen.mine else t("本人录入或负责的记录")),
    ]  # fmt: skip


# --- figures --------------------------------------------------------------------------------------------


def _figures(actor: Principal, selection: Selection, found: Totals) -> None:
    cells = [
        (t("记录（条）"), f"{found.records:,}"), (t("有附件的记录（条）"), f"{found.with_files:,}"),
        (t("附件（个）"), f"{found.files:,}"), (t("总大小"), " ".join(frame.size_words(found.size))),
    ]  # fmt: skip
    if found.lacking is not None:
        cells.append((t("缺少必需材料（条）"), f"{found.lacking:,}"))
    grid = st.grid(len(cells), min_column_width=140, gap="small")
    for label, value in cells:
        with grid.container(border=True, gap="xxsmall"):
            st.metric(label, value)
    counted.line(actor, selection)


# --- the records ----------------------------------------------------------------------------------------


def _grid(actor: Principal, selection: Selection, found: Totals) -> None:
    pages, page = max(1, -(-found.records // SIZE)), paging.number()
    paging.within(pages, page)
    with frame.store().read(actor.university_code) as uow:
        rows = libraries.holdings(uow, actor, selection, page, SIZE)
    key = f"library-{page}"
    before = st.session_state.get(key)
    opened = bool(before and before["selection"]["rows"])
    left, right = st.columns([2.35, 1], gap="small") if opened else (st.container(), None)
    with left:
        event = st.dataframe(
            _table(actor, rows, selection), key=key, hide_index=True, width="stretch", row_height=33, height=min(38 + 33 * len(rows), 38 + 33 * 18),
            on_select="rerun", selection_mode="single-row", placeholder="—", column_config=_columns(selection, opened), alt=t("文档库列表"),
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center", key="pager"):
            st.markdown(t("共 **{n}** 条", n=f"{found.records:,}"), width="content")
            st.space("stretch")
            paging.pager(pages)
    picked = [r for r in event.selection.rows if r < len(rows)]
    if right is not None and picked:
        with right, st.container(border=True, gap="xsmall", key="side"):
            _side(actor, rows[picked[0]].id)


def _table(actor: Principal, rows: list[Holding], selection: Selection) -> pd.DataFrame:
    several = len(selection.types) > 1
    lines = []
    for row in rows:
        line: dict[str, object] = {"type": pick(ALL_RECORDS[row.type_id].zh, ALL_RECORDS[row.type_id].en)} if several else {}
        line |= {"number": row.project_no or row.number, "title": row.title or "—", "owner": row.owner or t("未归属"), "college": frame.unit_name(actor, row.college_id) or "—"}
        line |= {"state": [frame.state_word(row.state)], "files": row.files, "size": " ".join(frame.size_words(row.size)) if row.files else "—"}
        if libraries.asked_for(selection.types):
            line["lacks"] = listed(pick(slot.zh, slot.en) for slot in row.lacks) or "—"
        lines.append(line)
    return pd.DataFrame(lines)


def _columns(selection: Selection, narrow: bool) -> dict[str, object]:
    c = st.column_config
    return {
        "type": c.TextColumn(t("类型"), width=90), "number": c.TextColumn(t("编号"), width=130), "title": c.TextColumn(t("名称"), width=180 if narrow else 320),
        "owner": c.TextColumn(t("负责人"), width=90), "college": c.TextColumn(t("所属学院"), width=120),
        "state": c.MultiselectColumn(t("状态"), options=[frame.state_word(s) for s in STATES], color=[TINTS[s] for s in STATES], width=105 if language() == "zh" else 175),
        "files": c.NumberColumn(t("附件（个）"), width=85), "size": c.TextColumn(t("大小"), width=85), "lacks": c.TextColumn(t("缺少材料"), width=170),
    }  # fmt: skip


def _side(actor: Principal, record_id: int) -> None:
    """The files of the ticked record, and the way to it."""
    view = details.opened(actor, record_id)
    if view is None:
        return
    files.of_record(actor, view)
    if st.button(t("打开"), icon=":material/open_in_new:", key="side_open"):
        navigation.go("record", id=str(view.id))


def _nothing(selection: Selection, own: bool) -> None:
    if replace(selection, only="", mine=own) == Selection(selection.types, mine=own):
        text = t("上传到本人记录的附件会出现在这里。") if own else t("录入记录并上传附件后会出现在这里。")
        frame.empty(t("还没有附件") if own or selection.only == "with" else t("没有符合条件的记录"), text, icon=":material/folder_open:")
        return
    frame.empty(t("没有符合条件的记录"), t("换一组条件再试。"), icon=":material/filter_alt_off:").button(t("重置条件"), key="reset_empty", on_click=_reset)
