"""为何变化: a number on two days, and every record that makes the difference, at an address of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, past
from dashboards.charts import cached
from dashboards.i18n import N_, pick, t
from dashboards.marts import days, definitions, numbers, reach
from dashboards.marts.definitions import Definition
from dashboards.marts.drill import DoesNotAddUp, records_allowed
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart
from dashboards.marts.why import Cause, Change, Kind, Why, compare, told
from dashboards.marts.words import types, words_for
from dashboards.screens import shown
from dashboards.screens.analysis import exporting, opened, pieces, words
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store.engine import today

PAGE = 50
KINDS: dict[Kind, str] = {"in": N_("新计入"), "out": N_("不再计入"), "more": N_("增加"), "less": N_("减少")}
CAUSES: dict[str, str] = {
    "approved": N_("新通过"), "voided": N_("已作废"), "joined_statistics": N_("改为纳入统计"), "left_statistics": N_("改为不纳入统计"),
    "excluded": N_("按口径不计：{after}"), "included": N_("按口径改为计入（原不计：{before}）"), "year": N_("计入年度 {before} → {after}"),
    "category_1": N_("{name} {before} → {after}"), "category_2": N_("{name} {before} → {after}"), "college": N_("学院 {before} → {after}"),
    "owner": N_("归属人变更"), "people": N_("完成人变更"), "value": N_("数值 {before} → {after}"), "reached": N_("到这一天起计入"),
    "lapsed": N_("到这一天已不在状态内"), "elsewhere": N_("关联记录或时间引起"),
}  # fmt: skip
UNSAID = ("owner", "people")
"""Who exactly came and went is on the record's own page, behind its own permissions."""

SHOWS = (shown.Place("why", N_("为何变化"), shown.LIST, shown.EVERY, exports=True),)


def show() -> None:
    actor = frame.current()
    asked = st.query_params.to_dict()
    try:
        spec = numbers.read(asked)
    except ValueError:
        raise NotFound from None
    university = asked.get("university", "")
    if actor.is_province and not university:
        raise NotFound  # the province's own numbers are made of universities, not of records
    _from_past()
    now = _mart(actor, university, None)
    reach.within(now, asked)
    if spec.indicator not in definitions.catalogue(now):
        raise NotFound
    found = definitions.definition(now, spec.indicator)
    if found.is_additive and spec.rule and spec.rule not in found.rules:
        raise NotFound
    head = frame.page(t("为何变化"), words.name(found))
    since, until = _days()
    if since is None:
        return
    before, after = _mart(actor, university, since), _mart(actor, university, until) if until else now
    pieces.state_notice(now)
    if not records_allowed(now, spec):
        frame.empty(t("只显示数字"), t("这项指标涉及个人，省级只看数字，不看记录。"), icon=":material/lock:")
        return
    spec = replace(spec, until=None)
    if found.is_additive:
        _explained(actor, before, after, spec, head)
        return
    spec = _part(before, after, found, spec)
    if spec is None:
        opened.unconfigured(found)
        return
    _explained(actor, before, after, spec, head)


def _from_past() -> None:
    """Coming from figures of a past day, that day is compared with now: this page has two days of its own."""
    query = st.query_params
    if past.ADDRESS in query:
        query.setdefault("since", str(query[past.ADDRESS]))
        del query[past.ADDRESS]


def _mart(actor: Principal, university: str, day: date | None) -> Mart:
    """Under the same reach as 明细."""
    if actor.is_province and university:
        return cached.open_records_of(actor, university, day)
    return cached.open_for(actor, day)


def _days() -> tuple[date | None, date | None]:
    """从 and 到: both end of day; 到 today is None, the figures in force. (None, …) where they cannot be used."""
    state, query = st.session_state, st.query_params
    ends = {"since": today().replace(day=1) - timedelta(days=1), "to": today()}
    for name, default in ends.items():
        if f"f_why_{name}" not in state:
            given = str(query.get(name, ""))
            try:
                state[f"f_why_{name}"] = (days.read(given) or today()) if given else default
            except OperationError as problem:
                st.warning(frame.said(problem), icon=":material/event_busy:")
                state[f"f_why_{name}"] = default
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="why_days"):
        since = st.date_input(t("从"), key="f_why_since", max_value=today(), format="YYYY-MM-DD", width=150)
        until = st.date_input(t("到"), key="f_why_to", max_value=today(), format="YYYY-MM-DD", width=150)
        st.caption(t("都按当天结束时的数字"), width="content")
    query["since"], query["to"] = since.isoformat(), until.isoformat()
    if since >= until:
        st.warning(t("“从”须早于“到”：{since} 不早于 {until}。", since=since, until=until), icon=":material/event_busy:")
        return None, None
    return since, None if until == today() else until


def _part(before: Mart, after: Mart, found: Definition, spec: Spec) -> Spec | None:
    """Of a derived number: its two values, and the part to be explained."""
    old, new = numbers.number(before, spec), numbers.number(after, spec)
    above, below = numbers.parts(after, found, spec)
    if above is None or below is None:
        return None
    st.markdown(f"**{frame.md(words.said(old))} → {frame.md(words.said(new))}** = {frame.md(pick(found.formula_zh, found.formula_en))}")
    sides = {"above": above, "below": below}

    def word(side: str) -> str:
        return f"{t('分子') if side == 'above' else t('分母')}：{frame.md(words.name(sides[side].definition))}"

    side = st.segmented_control(t("分子或分母"), list(sides), default="above", format_func=word, required=True, label_visibility="collapsed", key="f_why_side")
    return sides[side or "above"].spec


def _explained(actor: Principal, before: Mart, after: Mart, spec: Spec, head: Any) -> None:
    found = definitions.definition(after, spec.indicator)
    st.caption(frame.md(words.filters_of(after, spec)))
    if not found.is_configured:
        opened.unconfigured(found)
        return
    try:
        why = compare(before, after, spec)
    except DoesNotAddUp as problem:
        st.error(frame.said(problem), icon=":material/error:")
        return
    _summary(before, after, found, why)
    if not why.changes:
        frame.empty(t("没有变化"), t("这两天之间没有记录影响这个数字。"))
        return
    with head:
        if st.button(t("导出"), key="export_why", icon=":material/download:"):
            _export(actor, before, after, spec, why)
    kinds = [kind for kind in KINDS if why.of(kind)]
    kind = st.segmented_control(
        t("变化"), ["all", *kinds], default="all", key="f_why_kind", required=True, label_visibility="collapsed",
        format_func=lambda one: t("全部 {n}", n=len(why.changes)) if one == "all" else f"{t(KINDS[one])} {len(why.of(one))}",
    )  # fmt: skip
    chosen = why.changes if kind in (None, "all") else why.of(kind)
    pages = -(-len(chosen) // PAGE)
    page = min(int(st.session_state.get("f_why_page", 1)), pages)
    rows = told(before, after, spec, chosen[(page - 1) * PAGE : page * PAGE])
    table = _table(after, found, rows)
    st.dataframe(
        table, hide_index=True, row_height=33, placeholder="—", key="why_grid", height=min(33 * (len(rows) + 1) + 4, 560), alt=t("{name}为何变化", name=words.name(found)),
        column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96), t("名称"): st.column_config.TextColumn(width=240), t("原因"): st.column_config.TextColumn(width=220)},
    )  # fmt: skip
    if pages > 1:
        st.pagination(pages, key="f_why_page")


def _summary(before: Mart, after: Mart, found: Definition, why: Why) -> None:
    said = words.signed(found.shown(why.difference), why.difference)
    with st.container(border=True, gap="xsmall", key="why_summary"):
        st.markdown(
            f"**{frame.md(words.titled(found))}** {numbers.as_of(before)[:10]} **{frame.md(why.before.shown)}** → "
            f"{numbers.as_of(after)[:10]} **{frame.md(why.after.shown)}**，{t('相差')} **{frame.md(said)}**"
        )
        parts = []
        for kind, word in KINDS.items():
            of_kind = why.of(kind)
            if of_kind:
                amount = sum(one.difference for one in of_kind)
                parts.append(t("{kind} {n} 条（{amount}）", kind=t(word), n=len(of_kind), amount=words.signed(found.shown(amount), amount)))
        st.caption(frame.md("；".join(parts)) if parts else "")
        st.markdown(f":green[:material/check_circle: {t('各记录差额合计等于两天之差')}]")


def _table(mart: Mart, found: Definition, rows: Sequence[Change]) -> pd.DataFrame:
    named = types(mart)
    data: dict[str, list[Any]] = {
        "link": [f"record?id={row.record_id}#{row.number}" if mart.persons else f"#{row.number}" for row in rows],
        t("变化"): [t(KINDS[row.kind]) for row in rows],
        t("原因"): ["；".join(_said(mart, found, cause) for cause in row.causes) for row in rows],
        t("类型"): [pick(*named[row.type]) if row.type in named else row.type for row in rows],
        t("名称"): [row.title for row in rows],
        t("所属学院"): [row.college or t("未归属") for row in rows],
        t("此前"): [found.shown(row.before) for row in rows],
        t("此后"): [found.shown(row.after) for row in rows],
        f"{t('差额')}（{words.unit(found)}）": [words.signed(found.shown(row.difference), row.difference) for row in rows],
    }
    return pd.DataFrame(data)


def _said(mart: Mart, found: Definition, cause: Cause) -> str:
    pattern = CAUSES[cause.aspect]
    if cause.aspect in UNSAID:
        return t(pattern)
    names: dict[str, tuple[str, str]] = {}
    name = ""
    match cause.aspect:
        case "category_1" | "category_2":
            names = words_for(mart, found, cause.aspect)
            name = pick(found.category_1_zh, found.category_1_en) if cause.aspect == "category_1" else pick(found.category_2_zh, found.category_2_en)
        case "college":
            rows = mart.rows("SELECT cast(unit_id AS VARCHAR), name, name_en FROM dim_unit")
            names = {**{row[0]: (row[1], row[2] or row[1]) for row in rows}, "": ("未归属", "Unassigned")}
        case "excluded" | "included":
            names = definitions.labels(mart, "exclusion_reason")
        case "value":
            before, after = (found.shown(float(value)) for value in (cause.before, cause.after))
            return t(pattern, before=before, after=after)

    def shown(keys: str) -> str:
        return "、".join(words.label(names, key) if names else key for key in keys.split("、"))

    return t(pattern, name=name, before=shown(cause.before), after=shown(cause.after))


def _export(actor: Principal, before: Mart, after: Mart, spec: Spec, why: Why) -> None:
    found = definitions.definition(after, spec.indicator)
    try:
        exporting.refuse_unreconciled(after)
        table = _table(after, found, told(before, after, spec, why.changes))
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
        return
    table["link"] = [str(value).partition("#")[2] for value in table["link"]]
    title = f"{words.name(found)} {t('为何变化')}"
    filters = f"{words.filters_of(after, spec)} · {numbers.as_of(before)[:10]} → {numbers.as_of(after)[:10]}"
    exporting.hand_over(actor, after, title, [exporting.frame_sheet(title, table.rename(columns={"link": t("编号")}))], filters, spec)
