"""省级对比: universities side by side by peer group: in total, per head, per million of funding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.charts import cached, figures, hubei
from dashboards.i18n import N_, language, pick, t
from dashboards.marts import anomalies, definitions, province, reach
from dashboards.marts.anomalies import Anomaly
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import Spec
from dashboards.marts.province import GROUPS, Line
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.screens import shown
from dashboards.screens.analysis import (
    exporting,
    filters,
    opened,
    pieces,
    province_panels,
    saved,
    tools,
    words,
)
from dashboards.screens.analysis.province_panels import Compared
from dashboards.screens.evaluation import shared as evaluation
from ingestion import snapshots
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import ALL

FIRST = "O01"
SHOWS = (
    shown.Place("province", N_("高校对比表"), shown.TABLE, shown.EVERY, exports=True),
    shown.Place("province", N_("各市州"), shown.CHART, shown.EVERY, exports=True),
    shown.Place("province", N_("同类分布"), shown.CHART, shown.EVERY, exports=True),
    shown.Place("province", N_("与同类中位数比较"), shown.CHART, province_panels.PROFILE, exports=True),
    shown.Place("province", N_("异常提示"), shown.TABLE, shown.EVERY),
)
EVERYWHERE = "all"


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
        how = _filters(mart, offered)
        saved.controls(actor, "province", _address())
        tools.print_button()
        wanted_export = st.button(t("导出"), icon=":material/download:", key="export_province")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="province_scope"):
        groups = _groups(mart)
        city = _city(mart)
    pieces.state_notice(mart)
    everybody = province.compare(mart, how.found.indicator, how.year, groups, basis=how.basis)
    lines = [line for line in everybody if city in (EVERYWHERE, line.city_code)]
    odd = anomalies.anomalies(mart, how.year, groups, is_running=how.year == mart.today.year)
    signed = _signed(actor, how.year)
    if wanted_export:
        _export(actor, mart, how, lines, odd, signed)
    left, right = st.columns([2.1, 1], gap="small")
    with left:
        chosen = _table(mart, how, lines, odd, signed)
    with right:
        province_panels.city_map(mart, how, everybody)
    left, right = st.columns(2, gap="small")
    with left:
        province_panels.profile(mart, how, chosen)
    with right:
        province_panels.strip(mart, how, lines, chosen)
    province_panels.odd_ones(mart, how, odd)
    tools.footnotes(mart, (how.found.indicator, *province_panels.PROFILE), how.filters)


def _address() -> dict[str, str]:
    """The filters as they stand in the address, to be kept under a name."""
    query = st.query_params.to_dict()
    return {key: query[key] for key in ("year", "indicator", "basis", "groups", "city") if query.get(key)}


def _filters(mart: Mart, offered: list[Definition]) -> Compared:
    now = mart.today.year
    options = sorted({y for y in province.years(mart) if y <= now} | {now}, reverse=True)
    by_id = {one.indicator: one for one in offered}
    year = int(filters.choice(st.selectbox, t("年度"), [str(y) for y in options], "year", str(now - 1 if now - 1 in options else options[0]), str, width=100))
    indicator = filters.choice(st.selectbox, t("指标"), list(by_id), "indicator", FIRST if FIRST in by_id else next(iter(by_id)), lambda one: words.titled(by_id[one]), width=230)
    found = by_id[indicator]
    offered_bases = ["total"]
    if found.is_additive:
        offered_bases += ["head"] if found.is_money else ["head", "money"]
        names = {"total": t("总量"), "head": t("人均"), "money": t("每百万元经费")}
        basis: Any = filters.choice(st.segmented_control, t("比较方式"), offered_bases, "basis", "total", lambda one: names[one])
    else:
        basis = "total"
    return Compared(found, year, basis)


def _groups(mart: Mart) -> list[str]:
    counts: dict[str, int] = {}
    for one in province.universities(mart):
        counts[one[3]] = counts.get(one[3], 0) + 1
    options = [group for group in GROUPS if counts.get(group)]
    state, query = st.session_state, st.query_params
    if "groups" not in state:
        asked = [group for group in query.get("groups", "").split(",") if group in options]
        state["groups"] = asked or options
    picked = st.pills(t("同类组"), options, selection_mode="multi", key="groups", label_visibility="collapsed", width="content", format_func=lambda one: f"{pick(*GROUPS[one])} {counts[one]}")
    query["groups"] = ",".join(picked)
    return list(picked or options)


def _city(mart: Mart) -> str:
    """市州: of those with a university. A click on the map chooses one too."""
    here = {one[4] for one in province.universities(mart)}
    names = {entry["code"]: hubei.short_name(entry["name"], language()) for entry in hubei.units() if entry["code"] in here}
    if "city_asked" in st.session_state:
        asked = st.session_state.pop("city_asked")
        st.session_state["city"] = asked if asked in names and asked != st.session_state.get("city") else EVERYWHERE
    return filters.choice(st.selectbox, t("市州"), [EVERYWHERE, *names], "city", EVERYWHERE, lambda one: t("全部市州") if one == EVERYWHERE else names[one], width=130, label_visibility="collapsed")


def _signed(actor: Principal, year: int) -> dict[str, str]:
    """报送状态 by university: the day its evaluation of ``year`` was signed. Who is missing has not signed: the numbers
    of this page are today's in either case."""
    with frame.store().read(ALL) as uow:
        return {code: evaluation.snapshot_words(one) for code, one in snapshots.latest(uow, actor, evaluation.PURPOSE, year).items()}


def _table(mart: Mart, how: Compared, lines: list[Line], odd: Sequence[Anomaly], signed: dict[str, str]) -> Line | None:
    """Sortable; ticking a row compares that university with its peers."""
    if not any(line.value is not None for line in lines):
        frame.empty(t("暂无数据"), t("所选年度、指标和同类组没有数据。"))
        return None
    rows = _rows(mart, how, lines, odd, signed)
    value = how.title
    most = max((row[value] or 0 for row in rows), default=1) or 1
    event = st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=33, placeholder="—", key="universities", on_select="rerun",
        selection_mode="single-row", height=min(33 * (len(rows) + 1) + 4, 445), alt=t("省级对比"),
        column_config={
            t("名次"): st.column_config.NumberColumn(width=46), t("变化"): st.column_config.TextColumn(width=48),
            t("类别"): st.column_config.TextColumn(width=72 if language() == "zh" else None), t("组内"): st.column_config.TextColumn(width=58),
            t("教师数"): st.column_config.NumberColumn(format="%,d", width=58),
            t("记录数"): st.column_config.NumberColumn(format="%,d", width=58),
            t("完整率"): st.column_config.NumberColumn(format="%.1f%%", width=60, help=t("这项指标的记录类型里，统计所需字段已填的比例；每夜重算")), t("提示"): st.column_config.TextColumn(width=96),
            value: st.column_config.ProgressColumn(format=f"%,.{how.places}f", min_value=0, max_value=float(most), width=132),
            t("近六年"): st.column_config.BarChartColumn(width=70, y_min=0, y_max=100),
            t("报送状态"): st.column_config.TextColumn(width=96, help=t("这一年度省内评价的签名；本页数值一律取实时数据")),
        },
    )  # fmt: skip
    heights = t("近六年")
    tools.paper("universities", [{name: value for name, value in row.items() if name != heights} for row in rows], how.places, {t("完整率"): 1})
    picked = event["selection"]["rows"]
    chosen = lines[picked[0]] if picked and picked[0] < len(lines) else None
    st.caption(" · ".join(frame.md(one) for one in _notes(mart, how, lines)))
    with st.container(horizontal=True, gap="xsmall"):
        name = pick(chosen.name, chosen.name_en) if chosen else ""
        if st.button(t("明细：{name}", name=frame.md(name)) if chosen else t("明细"), key="province_open", icon=":material/list:", type="tertiary", disabled=chosen is None, help=t("先勾选一所高校")) and chosen:
            navigation.go("drill", **(reach.address(mart, Spec(how.found.indicator, how.year)) | {"university": chosen.university_code}))
        if st.button(t("口径"), key="province_define", icon=":material/info:", type="tertiary"):
            opened.definition_dialog(mart, Spec(how.found.indicator, how.year))
    return chosen or next((line for line in lines if line.value is not None), None)


def _rows(mart: Mart, how: Compared, lines: Sequence[Line], odd: Sequence[Anomaly], signed: dict[str, str]) -> list[dict[str, Any]]:
    full = province.completeness(mart, how.found.types)
    asked = {one.university_code: province_panels.reason(one) for one in odd if one.indicator == how.found.indicator}
    heads = [t("名次"), t("变化"), t("高校"), t("类别"), t("组内"), how.title, t("近六年"), t("教师数"), t("记录数"), t("完整率"), t("报送状态"), t("提示")]
    kinds = {group: pick(*word) for group, word in GROUPS.items()}
    small, unsigned, chinese = t("样本小"), t("未报"), language() == "zh"  # a word costs 12 µs, and there are 129 rows of eleven
    rows = []
    for line in lines:
        code = line.university_code
        rows.append(dict(zip(heads, (
            line.rank, _moved(line.moved), line.name if chinese else line.name_en, kinds.get(line.peer_group, "—"),
            f"{line.group_rank} / {line.group_size}" if line.group_rank else "—", how.found.scaled(line.value), _heights(line.history),
            line.staff, line.records, full[code] * 100 if code in full else None, signed.get(code, unsigned), asked.get(code) or (small if line.is_small else ""),
        ), strict=True)))  # fmt: skip
    return rows


def _notes(mart: Mart, how: Compared, lines: Sequence[Line]) -> list[str]:
    half = province.median([line.value for line in lines])
    whole, full = province.whole(mart, how.found.indicator, how.year)
    out = [t("{n} 所", n=len(lines)), t("中位数 {v}", v=figures.number(how.found.scaled(half), max(how.places, 1))), t("名次变化对比上年"), t("不足 {n} 所有数的不排名", n=province.RANKED)]
    if whole is not None and how.basis == "total":
        shared = t("（各校合计 {v}）", v=how.found.shown(full)) if full is not None and full != whole else ""
        out.append(t("全省去重后 {v}", v=how.found.shown(whole)) + shared)
    out.append(t("实时数据，未定稿"))
    return out


def _export(actor: Principal, mart: Mart, how: Compared, lines: Sequence[Line], odd: Sequence[Anomaly], signed: dict[str, str]) -> None:
    """The comparison as filtered, with the six years, and the anomalies on a sheet of their own."""
    try:
        exporting.refuse_unreconciled(mart)
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
        return
    years = range(how.year - 5, how.year + 1)
    header = [t("名次"), t("变化"), t("高校"), t("类别"), t("组内"), how.title, t("教师数"), t("记录数"), t("完整率"), t("报送状态"), t("提示"), *[str(y) for y in years]]
    rows = []
    for row, line in zip(_rows(mart, how, lines, odd, signed), lines, strict=True):
        row.pop(t("近六年"))
        rows.append([*row.values(), *[how.found.scaled(v) for v in line.history]])
    asked = exporting.frame_sheet(t("异常提示"), pd.DataFrame(province_panels.odd_rows(mart, odd)))
    shown = " · ".join([str(how.year), how.basis_word, *_notes(mart, how, lines)[:1]])
    exporting.hand_over(actor, mart, t("省级对比"), [(words.name(how.found), header, rows), asked], shown, Spec(how.found.indicator, how.year))


def _heights(values: tuple[float | None, ...]) -> list[float]:
    most = max((value or 0.0 for value in values), default=0.0)
    return [max(value or 0.0, 0.0) / most * 100 if most > 0 else 0.0 for value in values]


def _moved(places: int | None) -> str:
    if not places:
        return "—"
    return f"{'▲' if places > 0 else '▼'} {abs(places)}"
