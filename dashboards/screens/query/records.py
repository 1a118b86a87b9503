"""列表: the one list for all record types. Header, filters, one call, render."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboards import frame, navigation, paging
from dashboards.forms import choices, progress
from dashboards.i18n import language, pick, t
from dashboards.screens.exchange import lists
from dashboards.screens.query import actions, details, filters
from ingestion import permissions, search
from ingestion.catalog import kinds as k
from ingestion.catalog import values
from ingestion.catalog.kinds import RecordType
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.references import kinds
from ingestion.principal import NotFound, Principal
from ingestion.search import Page, Query

TINTS = {"00": "#E3E7EC", "10": "#CFE0F8", "20": "#CFE0F8", "11": "#FBDDBE", "21": "#FBDDBE", "30": "#C4E7D2", "40": "#E0D3F5", "90": "#E3E7EC"}
MOST_COLUMNS = 6
TITLE = "#title"  # a person's field "title" is their academic title


def show() -> None:
    type_id = _type_of_page()
    declared = ALL_RECORDS[type_id]
    actor = frame.current()
    name = pick(declared.zh, declared.en)
    head = frame.page(name, navigation.group_word(type_id))
    with head:
        if permissions.can(actor, "create", type_id) and st.button(t("新增{type}", type=name), icon=":material/add:", type="primary", key="new"):
            navigation.go("form", type=type_id)
        if actor.role == "researcher" and type_id in kinds.IMPORTABLE and st.button(t("导入题录"), icon=":material/library_add:", key="to_references"):
            navigation.go("references")
        library = "documents" if declared.group == "projects" else "library"
        if actor.role in navigation.entry(library).roles and st.button(t("文档库"), icon=":material/folder_open:", key="to_library"):
            kept = {name: st.query_params[name] for name in ("q", "year", "college", "state") if name in st.query_params}
            navigation.go(library, type=type_id, **kept)
    query = _query(actor, declared)
    with frame.store().read(actor.university_code) as uow:
        found = search.find(uow, actor, query)
    chosen = _states(found, query)
    if chosen != query.states:
        query = replace(query, states=chosen)
        with frame.store().read(actor.university_code) as uow:
            found = search.find(uow, actor, query)
    with head:
        lists.buttons(actor, declared, query, found)
    lists.exports_under_way(type_id)
    if not found.total:
        _empty(actor, declared, query)
        return
    _grid(actor, declared, found, query)


def _type_of_page() -> str:
    path = str(st.session_state.get("_path", ""))
    if path not in ALL_RECORDS:
        raise NotFound
    return path


def _query(actor: Principal, declared: RecordType) -> Query:
    coded = filters.coded(declared)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
        keyword = filters.text(t("关键词"), "q", t("名称、人员、工号、编号"), width=230)
        years = filters.many(t("年度"), "year", filters.years(), str, t("全部年度"))
        colleges = choices.colleges(actor)
        college = filters.many(t("学院"), "college", [str(i) for i in colleges], lambda i: colleges.get(int(i), i), t("全部学院"))
        codes = filters.one(actor, declared, coded[0]) if coded else {}
        advanced = st.toggle(t("高级查询"), key="advanced", bind="query-params")
        st.button(t("重置"), type="tertiary", key="reset", on_click=filters.reset, args=(declared,))
    start = end = None
    combine = "and"
    if advanced:
        with st.container(border=True, key="advanced_box"):
            more, start, end, combine = filters.more(actor, declared)
            codes.update(more)
    state = tuple(s for s in st.query_params.get("state", "").split(",") if s in filters.STATES)
    return Query(
        declared.id, keyword, codes, start, end, tuple(int(c) for c in college), state, tuple(int(y) for y in years),
        combine="or" if combine == "or" else "and", page=paging.number(), size=_size(), order="-updated_at",
    )  # fmt: skip


def _size() -> int:
    return int(st.session_state.get("size", filters.SIZES[0]))


def _states(found: Page, query: Query) -> tuple[str, ...]:
    """State pills with their counts; the counts leave the state filter out."""
    there = [s for s in filters.STATES if found.state_counts.get(s) or s in query.states]
    if not there:
        return query.states
    return filters.pills(t("状态"), "state", there, lambda s: f"{frame.state_word(s)} {found.state_counts.get(s, 0):,}")


# --- the grid -------------------------------------------------------------------------------------------


def _grid(actor: Principal, declared: RecordType, found: Page, query: Query) -> None:
    pages = max(1, -(-found.total // found.size))
    paging.within(pages, query.page)
    frame_key = f"grid-{declared.id}-{query.page}-{found.size}"
    picked_before = st.session_state.get(frame_key)
    opened = bool(picked_before and len(picked_before["selection"]["rows"]) == 1)
    left, right = st.columns([2.35, 1], gap="small") if opened else (st.container(), None)
    with left:
        event = st.dataframe(
            _table(actor, declared, found), key=frame_key, hide_index=True, width="stretch", row_height=33,
            height=min(35 + 33 * len(found.rows) + 3, 35 + 33 * 20 + 3), on_select="rerun", selection_mode="multi-row",
            placeholder="—", column_config=_columns(declared, opened), alt=t("{type}列表", type=pick(declared.zh, declared.en)),
        )  # fmt: skip
        picked = [r for r in event.selection.rows if r < len(found.rows)]
        with st.container(horizontal=True, vertical_alignment="center", key="pager"):
            st.markdown(t("共 **{n}** 条 · 已选 **{m}**", n=f"{found.total:,}", m=len(picked)), width="content")
            if len(picked) == 1 and st.button(t("打开"), icon=":material/open_in_new:", key="open", type="tertiary"):
                navigation.go("record", id=str(found.rows[picked[0]].id))
            st.space("stretch")
            paging.pager(pages)
            st.selectbox(t("每页"), filters.SIZES, key="size", format_func=lambda n: t("{n} 条/页", n=n), label_visibility="collapsed", width=120, on_change=filters.first_page)
    if right is not None and len(picked) == 1:
        with right, st.container(border=True, gap="xsmall", key="side"):
            _side(actor, found.rows[picked[0]].id)


def _listed(declared: RecordType) -> list[k.Field]:
    return [f for f in declared.fields() if f.listed and not isinstance(f, k.UnitRef | k.Secret) and f.name != declared.title][: MOST_COLUMNS - 2]


def _table(actor: Principal, declared: RecordType, found: Page) -> pd.DataFrame:
    held, lang = choices.codes(actor), language()
    named = [f.name for f in _listed(declared) if isinstance(f, k.RecordRef | k.PersonRef)]
    titles = choices.record_words(actor, [i for row in found.rows for name in named if (i := row.values.get(name)) is not None])
    rows = []
    for row in found.rows:
        line: dict[str, object] = {TITLE: row.title or "—"}
        if declared.id != "person":
            line["owner"] = row.owner or t("未归属")
        line["college"] = frame.unit_name(actor, row.college_id) or "—"
        for field in _listed(declared):
            value = row.values.get(field.name)
            line[field.name] = titles.get(value, "—") if field.name in named else _cell(field, value, lang, held)
        line["state"] = [frame.state_word(row.display_state)]
        line["number"] = row.number
        rows.append(line)
    return pd.DataFrame(rows)


def _cell(field: k.Field, value: object, lang: str, held: object) -> object:
    match field:
        case k.Money():
            return None if value is None else float(value) / 100  # type: ignore[arg-type]
        case k.Integer() | k.Year() | k.Decimal():
            return value
        case _:
            return "—" if value in (None, "", []) else values.display(field, value, lang, held)


def _columns(declared: RecordType, narrow: bool) -> dict[str, object]:
    c = st.column_config
    lang_zh = language() == "zh"
    title = declared.field(declared.title)
    states = list(filters.STATES)
    out: dict[str, object] = {
        TITLE: c.TextColumn(progress.label(title), width=200 if narrow else 340),
        "owner": c.TextColumn(t("负责人") if declared.group in ("projects", "funds") else t("第一完成人"), width=90),
        "college": c.TextColumn(t("所属学院"), width=130),
        "state": c.MultiselectColumn(t("状态"), options=[frame.state_word(s) for s in states], color=[TINTS[s] for s in states], width=105 if lang_zh else 175),
        "number": c.TextColumn(t("编号"), width=100),
    }
    for field in _listed(declared):
        word = progress.label(field)
        match field:
            case k.Money():
                out[field.name] = c.NumberColumn(word + t("（元）"), format="%,.2f")
            case k.Year():
                out[field.name] = c.NumberColumn(word, format="%d", width=80)
            case k.Integer() | k.Decimal():
                out[field.name] = c.NumberColumn(word)
            case _:
                out[field.name] = c.TextColumn(word, width=105)
    return out


def _side(actor: Principal, record_id: int) -> None:
    """The record behind the ticked row: track, fields, files, and what may be done."""
    view = details.opened(actor, record_id)
    if view is None:
        return
    with frame.store().read(actor.university_code) as uow:
        details.track(actor, uow, view.id)
    fields, files, history = st.tabs([t("字段"), t("附件"), t("审核记录")])
    with fields:
        details.fields(actor, view, view.document)
    with files:
        details.attachments(actor, view)
    with history:
        details.history(actor, view.id)
    with st.container(horizontal=True, gap="small", key="side_actions"):
        if st.button(t("打开"), icon=":material/open_in_new:", key="side_open"):
            navigation.go("record", id=str(view.id))
        actions.buttons(actor, view)


# --- nothing found --------------------------------------------------------------------------------------


def _empty(actor: Principal, declared: RecordType, query: Query) -> None:
    """Says what is missing, or which filter excludes most."""
    name = pick(declared.zh, declared.en)
    used = {
        "keyword": (t("关键词“{text}”", text=frame.md(query.keyword)), bool(query.keyword)),
        "years": (t("年度"), bool(query.years)), "college_ids": (t("学院"), bool(query.college_ids)), "states": (t("状态"), bool(query.states)),
        "codes": (t("分类条件"), bool(query.codes)), "date_from": (t("起始日期"), query.date_from is not None), "date_to": (t("截止日期"), query.date_to is not None),
    }  # fmt: skip
    active = [n for n, (_w, on) in used.items() if on]
    if not active:
        card = frame.empty(t("还没有{type}", type=name), t("录入第一条，或在首页查看启用步骤。"))
        if permissions.can(actor, "create", declared.id) and card.button(t("新增{type}", type=name), key="new_first", icon=":material/add:"):
            navigation.go("form", type=declared.id)
        return
    with frame.store().read(actor.university_code) as uow:
        gains = {n: search.count(uow, actor, filters.without(query, n)) for n in active}
    worst = max(gains, key=lambda n: gains[n])
    about = t("去掉{filter}后有 {n} 条，它排除得最多。", filter=used[worst][0], n=f"{gains[worst]:,}") if gains[worst] else t("换一组条件再试。")
    card = frame.empty(t("没有符合条件的{type}", type=name), about, icon=":material/filter_alt_off:")
    card.button(t("重置条件"), key="reset_empty", on_click=filters.reset, args=(declared,))
