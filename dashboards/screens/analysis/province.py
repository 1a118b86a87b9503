"""省级对比: universities side by side by peer group, in total and per head; profile, spread, map."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.charts import cached, figures, hubei
from dashboards.i18n import language, pick, t
from dashboards.marts import definitions, province
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import Spec
from dashboards.marts.province import GROUPS, Line
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.screens.analysis import exporting, filters, opened, pieces, words
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import today

PROFILE = ("O01", "O02", "F01", "P01", "K01b", "A01")
FIRST = "O01"


def show() -> None:
    actor = frame.current()
    head = frame.page(t("省级对比"))
    try:
        mart = cached.open_for(actor)
    except NoNumbersYet:
        frame.empty(t("暂无数据"), t("各高校有记录通过审核并生成统计后，这里会显示对比。"))
        return
    offered = [one for one in definitions.catalogue(mart).values() if one.is_configured]
    if not province.years(mart):
        frame.empty(t("暂无数据"), t("各高校有记录通过审核并生成统计后，这里会显示对比。"))
        return
    with head:
        year, found, per_head = _filters(mart, offered)
        wanted_export = st.button(t("导出"), icon=":material/download:", key="export_province")
    groups = _groups(mart)
    lines = province.compare(mart, found.indicator, year, groups, per_head=per_head)
    pieces.state_notice(mart)
    if wanted_export:
        _export(actor, mart, found, lines, year, per_head)
    left, right = st.columns([1.85, 1], gap="small")
    with left:
        chosen = _table(mart, found, lines, year, per_head)
    with right:
        _map(found, lines, per_head)
    left, right = st.columns(2, gap="small")
    with left:
        _profile(mart, chosen, year, per_head)
    with right:
        _strip(found, lines, chosen, per_head)


def _filters(mart: Mart, offered: list[Definition]) -> tuple[int, Definition, bool]:
    now = today().year
    options = sorted({y for y in province.years(mart) if y <= now} | {now}, reverse=True)
    by_id = {one.indicator: one for one in offered}
    year = int(filters.choice(st.selectbox, t("年度"), [str(y) for y in options], "year", str(now - 1 if now - 1 in options else options[0]), str, width=100))
    indicator = filters.choice(st.selectbox, t("指标"), list(by_id), "indicator", FIRST if FIRST in by_id else next(iter(by_id)), lambda one: words.titled(by_id[one]), width=230)
    found = by_id[indicator]
    basis = "total"
    if found.is_additive:
        basis = filters.choice(st.segmented_control, t("比较方式"), ("total", "head"), "basis", "total", lambda one: t("总量") if one == "total" else t("人均"))
    return year, found, basis == "head"


def _groups(mart: Mart) -> list[str]:
    counts: dict[str, int] = {}
    for one in province.universities(mart):
        counts[one[3]] = counts.get(one[3], 0) + 1
    options = [group for group in GROUPS if counts.get(group)]
    state, query = st.session_state, st.query_params
    if "groups" not in state:
        asked = [group for group in query.get("groups", "").split(",") if group in options]
        state["groups"] = asked or options
    picked = st.pills(t("同类组"), options, selection_mode="multi", key="groups", label_visibility="collapsed", format_func=lambda one: f"{pick(*GROUPS[one])} {counts[one]}")
    query["groups"] = ",".join(picked)
    return list(picked or options)


def _table(mart: Mart, found: Definition, lines: list[Line], year: int, per_head: bool) -> Line | None:
    """Sortable; ticking a row compares that university with its peers."""
    if not any(line.value is not None for line in lines):
        frame.empty(t("暂无数据"), t("所选年度、指标和同类组没有数据。"))
        return None
    value = _title(found, per_head)
    rows: list[dict[str, Any]] = [{
        t("名次"): line.rank, t("变化"): _moved(line.moved), t("高校"): pick(line.name, line.name_en), t("类别"): pick(*GROUPS.get(line.peer_group, ("—", "—"))),
        value: _scaled(found, line.value), t("近六年"): _heights(line.history), t("教师数"): line.staff, t("记录数"): line.records,
    } for line in lines]  # fmt: skip
    most = max((row[value] or 0 for row in rows), default=1) or 1
    places = _places(found, per_head)
    event = st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=33, placeholder="—", key="universities", on_select="rerun",
        selection_mode="single-row", height=min(33 * (len(rows) + 1) + 4, 445), alt=t("省级对比"),
        column_config={
            t("名次"): st.column_config.NumberColumn(width=56), t("变化"): st.column_config.TextColumn(width=56),
            t("类别"): st.column_config.TextColumn(width=76), t("教师数"): st.column_config.NumberColumn(format="%,d", width=72),
            t("记录数"): st.column_config.NumberColumn(format="%,d", width=72),
            value: st.column_config.ProgressColumn(format=f"%,.{places}f", min_value=0, max_value=float(most), width=160),
            t("近六年"): st.column_config.BarChartColumn(width=84, y_min=0, y_max=100),
        },
    )  # fmt: skip
    picked = event["selection"]["rows"]
    chosen = lines[picked[0]] if picked and picked[0] < len(lines) else None
    half = province.median([line.value for line in lines])
    whole, full = province.whole(mart, found.indicator, year)
    note = [t("{n} 所", n=len(lines)), t("中位数 {v}", v=figures.number(_scaled(found, half), max(places, 1))), t("名次变化对比上年")]
    if whole is not None and not per_head:
        note.append(t("全省去重后 {v}", v=found.shown(whole)) + (t("（各校合计 {v}）", v=found.shown(full)) if full is not None and full != whole else ""))
    note.append(t("实时数据，未定稿"))
    st.caption(" · ".join(frame.md(one) for one in note))
    with st.container(horizontal=True, gap="xsmall"):
        name = pick(chosen.name, chosen.name_en) if chosen else ""
        if st.button(t("明细：{name}", name=frame.md(name)) if chosen else t("明细"), key="province_open", icon=":material/list:", type="tertiary", disabled=chosen is None, help=t("先勾选一所高校")) and chosen:
            navigation.go("drill", **(Spec(found.indicator, year).address() | {"university": chosen.university_code}))
        if st.button(t("口径"), key="province_define", icon=":material/info:", type="tertiary"):
            opened.definition_dialog(mart, Spec(found.indicator, year))
    return chosen or next((line for line in lines if line.value is not None), None)


def _map(found: Definition, lines: list[Line], per_head: bool) -> None:
    totals = province.by_city(lines)
    if per_head:
        heads: dict[str, int] = {}
        for line in lines:
            heads[line.city_code] = heads.get(line.city_code, 0) + (line.staff or 0)
        sums: dict[str, float] = {}
        for line in lines:
            sums[line.city_code] = sums.get(line.city_code, 0.0) + (line.total or 0.0)
        totals = {city: sums[city] / heads[city] for city in totals if heads.get(city)}
    scaled = {city: found.scaled(value) or 0.0 for city, value in totals.items()}
    title = t("各市州人均") if per_head else t("各市州合计")
    with st.container(border=True, gap="xsmall", key="panel_map", height="stretch"):
        st.markdown(f"**{title}** · {frame.md(_unit(found, per_head))}")
        p = pieces.colours()
        st.plotly_chart(hubei.choropleth(p, scaled, unit=_unit(found, per_head), places=_places(found, per_head), language=language()), key="map", theme=None, config=figures.CONFIG, alt=title)
        steps = hubei.legend(p)
        boxes = "".join(f'<span style="display:inline-block;width:22px;height:11px;border-radius:2px;background:{colour}"></span>' for colour in steps[:-1])
        grey = f'<span style="display:inline-block;width:22px;height:11px;border-radius:2px;background:{steps[-1]}"></span>'
        st.html(f'<div style="font-size:.8125rem;display:flex;gap:.35rem;align-items:center;flex-wrap:wrap">{t("少")} {boxes} {t("多")} &ensp; {grey} {t("没有本组高校")}</div>')
        st.caption(t("边界仅示意，正式发布须换用有审图号的底图"))


def _profile(mart: Mart, chosen: Line | None, year: int, per_head: bool) -> None:
    if chosen is None:
        pieces.panel(t("与同类中位数比较"), "", "profile")
        return
    indicators = [one for one in PROFILE if one in definitions.catalogue(mart)]
    values = province.profile(mart, chosen.university_code, chosen.peer_group, year, indicators, per_head=per_head)
    labels = [words.name(definitions.definition(mart, one)) for one in indicators]
    name = pick(chosen.name, chosen.name_en)
    rows = [{t("指标"): label, t("中位数 = 100"): value} for label, value in zip(labels, values, strict=True)]
    known = any(value is not None for value in values)
    capped = [None if value is None else min(value, 300.0) for value in values]
    pieces.panel(
        t("{name}与同类中位数", name=name), t("中位数 = 100"), "profile", note=t("圆点：不低于中位数；菱形：低于中位数。高于 300 按 300 画"),
        rows=rows, alt=t("{name}与同类中位数", name=name), figure=(lambda p: figures.lollipop(p, labels, capped)) if known else None,
    )  # fmt: skip


def _strip(found: Definition, lines: list[Line], chosen: Line | None, per_head: bool) -> None:
    groups = []
    for group, label in GROUPS.items():
        members = [(pick(line.name, line.name_en), _scaled(found, line.value) or 0.0) for line in lines if line.peer_group == group and line.value is not None]
        if members:
            groups.append((pick(*label), members))
    rows = [{t("类别"): group, t("高校"): name, _title(found, per_head): value} for group, members in groups for name, value in members]
    here = pick(chosen.name, chosen.name_en) if chosen else ""
    pieces.panel(
        t("同类分布"), _title(found, per_head), "strip", note=t("每点一所高校；竖线为中位数，阴影为中间一半，菱形为所选高校"), rows=rows, alt=t("同类分布"),
        figure=(lambda p: figures.strip(p, groups, chosen=here, places=_places(found, per_head))) if groups else None,
    )  # fmt: skip


def _export(actor: Principal, mart: Mart, found: Definition, lines: list[Line], year: int, per_head: bool) -> None:
    try:
        exporting.refuse_unreconciled(mart)
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
        return
    header = [t("名次"), t("高校"), t("类别"), _title(found, per_head), t("教师数"), t("记录数"), *[str(y) for y in range(year - 5, year + 1)]]
    rows = [[line.rank, pick(line.name, line.name_en), pick(*GROUPS.get(line.peer_group, ("—", "—"))), _scaled(found, line.value), line.staff, line.records, *[_scaled(found, v) for v in line.history]] for line in lines]
    exporting.hand_over(actor, mart, t("省级对比"), [(words.name(found), header, rows)], f"{year} · {t('人均') if per_head else t('总量')}", Spec(found.indicator, year))


def _title(found: Definition, per_head: bool) -> str:
    name = t("人均{name}", name=words.name(found)) if per_head else words.name(found)
    unit = _unit(found, per_head)
    return f"{name}（{unit}）" if language() == "zh" else f"{name} ({unit})"


def _unit(found: Definition, per_head: bool) -> str:
    return t("{unit}/人", unit=words.unit(found)) if per_head else words.unit(found)


def _places(found: Definition, per_head: bool) -> int:
    return 2 if per_head else found.places


def _scaled(found: Definition, value: float | None) -> float | None:
    return found.scaled(value)


def _heights(values: tuple[float | None, ...]) -> list[float]:
    most = max((value or 0.0 for value in values), default=0.0)
    return [max(value or 0.0, 0.0) / most * 100 if most > 0 else 0.0 for value in values]


def _moved(places: int | None) -> str:
    if not places:
        return "—"
    return f"{'▲' if places > 0 else '▼'} {abs(places)}"
