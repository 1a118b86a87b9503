"""统计表: rows and columns of one's choice, as table and chart with equal totals (AC-096)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.charts import cached, figures
from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions, numbers
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import By, Spec
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.marts.scope import UNASSIGNED
from dashboards.marts.words import words_for
from dashboards.screens.analysis import exporting, filters, onboarding, opened, pieces, words
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import today

BY: dict[str, str] = {"year": N_("年度"), "college": N_("学院"), "category_1": N_("第一分类"), "category_2": N_("第二分类"), "type": N_("类型"), "person": N_("人员")}
NONE = "none"


def show() -> None:
    actor = frame.current()
    head = frame.page(t("统计表"))
    try:
        mart = cached.open_for(actor)
    except NoNumbersYet:
        onboarding.card(actor)
        return
    pieces.state_notice(mart)
    if numbers.is_empty(mart):
        onboarding.card(actor)
        return
    spec, rows_by, columns_by, found = _filters(mart)
    with head:
        wanted_export = st.button(t("导出"), icon=":material/download:", key="export_table")
    _draw(actor, mart, spec, rows_by, columns_by, found, wanted_export)


def _filters(mart: Mart) -> tuple[Spec, By, By | None, Definition]:
    offered = {one.indicator: one for one in definitions.catalogue(mart).values() if one.is_configured}
    now = today().year
    first = numbers.first_year(mart) or now
    years = [str(y) for y in range(now, first - 1, -1)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="table_filters"):
        indicator = filters.choice(st.selectbox, t("指标"), list(offered), "indicator", "O01", lambda one: words.titled(offered[one]), width=240)
        found = offered[indicator]
        options = _options(mart, found)
        rows_by = filters.choice(st.selectbox, t("行"), options, "rows", "college" if "college" in options else "year", lambda one: _by_word(found, one), width=130)
        others = [NONE, *[one for one in options if one != rows_by]]
        columns_by = filters.choice(st.selectbox, t("列"), others, "columns", "year" if rows_by != "year" else NONE, lambda one: t("不分列") if one == NONE else _by_word(found, one), width=130)
        start = filters.choice(st.selectbox, t("从"), years, "from", str(max(first, now - 4)), str, width=92)
        end = filters.choice(st.selectbox, t("到"), [y for y in years if int(y) >= int(start)], "to", str(now), str, width=92)
        rule = ""
        if found.is_additive and len(found.rules) > 1:
            names = definitions.rules(mart)
            rule = filters.choice(st.selectbox, t("计数方式"), list(found.rules), "rule", found.counting_rule, lambda one: pick(names[one].zh, names[one].en) if one in names else one, width=150)
    by_columns: Any = None if columns_by == NONE else columns_by
    by_rows: Any = rows_by
    return Spec(indicator, int(end), rule, first_year=int(start)), by_rows, by_columns, found


def _options(mart: Mart, found: Definition) -> list[str]:
    out = ["year", "type"]
    if mart.level == "university":
        out.insert(0, "college")
    if mart.level != "person" and mart.persons:
        out.append("person")
    if found.category_1_list:
        out.insert(1, "category_1")
    if found.category_2_list:
        out.insert(2, "category_2")
    return out


def _by_word(found: Definition, by: str) -> str:
    if by == "category_1" and found.category_1_zh:
        return pick(found.category_1_zh, found.category_1_en)
    if by == "category_2" and found.category_2_zh:
        return pick(found.category_2_zh, found.category_2_en)
    return t(BY[by])


def _draw(actor: Principal, mart: Mart, spec: Spec, rows_by: By, columns_by: By | None, found: Definition, wanted_export: bool) -> None:
    by: tuple[By, ...] = (rows_by, columns_by) if columns_by else (rows_by,)
    cells: dict[str, dict[str, float | None]] = {}
    for keys, value, _ in numbers.groups(mart, spec, by):
        cells.setdefault(str(keys[0]), {})[str(keys[1]) if columns_by else ""] = value
    if not cells:
        frame.empty(t("没有记录"), t("按当前条件没有计入的记录。换一个指标或年份。"))
        return
    names = words_for(mart, found, rows_by)
    tops = words_for(mart, found, columns_by) if columns_by else {}
    row_keys = sorted(cells, key=lambda k: (k == UNASSIGNED, _order(names, rows_by, k)))
    column_keys = sorted({c for row in cells.values() for c in row}, key=lambda k: (k == UNASSIGNED, _order(tops, columns_by, k)))
    totals = found.is_additive and not found.is_stock
    rows = [_row(found, names, tops, rows_by, key, cells[key], column_keys, totals and bool(columns_by)) for key in row_keys]
    grand = numbers.number(mart, spec)
    column_sum = sum(value or 0.0 for row in cells.values() for value in row.values())
    if wanted_export:
        _export(actor, mart, found, spec, rows)
    _note(found, spec, grand.value if totals else None, column_sum if totals else None, rows_by)
    with st.container(border=True, gap="xsmall", key="panel_table"):
        st.markdown(f"**{frame.md(words.titled(found))}** · {frame.md(words.filters_of(mart, spec))}")
        event = st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 470), placeholder="—", key="table",
            on_select="rerun", selection_mode="single-row", alt=words.titled(found),
            column_config={name: st.column_config.NumberColumn(format=f"%,.{found.places or (0 if _whole(cells) else 2)}f") for name in list(rows[0])[1:]},
        )  # fmt: skip
        picked = event["selection"]["rows"]
        chosen = row_keys[picked[0]] if picked and picked[0] < len(row_keys) else None
        with st.container(horizontal=True, gap="xsmall"):
            if st.button(t("明细：合计"), key="table_all", icon=":material/list:", type="tertiary"):
                opened.records_dialog(mart, spec)
            label = t("明细：{name}", name=frame.md(_key_word(names, rows_by, chosen))) if chosen is not None else t("明细：所选行")
            if st.button(label, key="table_row", icon=":material/list:", type="tertiary", disabled=chosen is None) and chosen is not None:
                opened.records_dialog(mart, _narrowed(spec, rows_by, chosen))
            if st.button(t("口径"), key="table_define", icon=":material/info:", type="tertiary"):
                opened.definition_dialog(mart, spec)
    _chart(mart, found, spec, rows_by, row_keys, column_keys, cells, names, tops, columns_by)


def _row(found: Definition, names: Any, tops: Any, rows_by: By, key: str, cells: dict[str, float | None], columns: list[str], with_total: bool) -> dict[str, Any]:
    row: dict[str, Any] = {_by_word(found, rows_by): _key_word(names, rows_by, key)}
    for column in columns:
        row[(words.label(tops, column) if tops else column) or words.titled(found)] = found.scaled(cells.get(column, 0.0 if found.is_additive else None))
    if with_total:
        row[t("合计")] = found.scaled(sum(value or 0.0 for value in cells.values()))
    return row


def _key_word(names: Any, by: By, key: str) -> str:
    if by == "person" and not key:
        return t("未归属")
    return words.label(names, key) if names else key


def _order(names: Any, by: By | None, key: str) -> Any:
    if by == "year":
        return -int(key)
    known = list(names) if names else []
    return known.index(key) if key in known else len(known)


def _narrowed(spec: Spec, by: By, key: str) -> Spec:
    if by == "year":
        return replace(spec, year=int(key), first_year=None)
    return replace(spec, **{by: key})


def _whole(cells: dict[str, dict[str, float | None]]) -> bool:
    return all(value is None or abs(value - round(value)) < 1e-9 for row in cells.values() for value in row.values())


def _note(found: Definition, spec: Spec, total: float | None, column_sum: float | None, rows_by: By) -> None:
    """Why the rows may add up to more than the university (AC-102)."""
    if total is None or column_sum is None:
        if found.is_stock:
            st.caption(t("年末存量，各年不相加。"))
        return
    if abs(total - column_sum) < 1e-6:
        st.caption(t("各行合计 {a} {unit}，等于总数。", a=found.shown(total), unit=words.unit(found)))
        return
    reason = t("跨学院合作的记录在每个学院各计一次") if rows_by == "college" else t("多人合作的记录每人各计一次")
    st.caption(t("各行合计 {a} ≠ 总数 {b}：{reason}，多计 {c}。", a=found.shown(column_sum), b=found.shown(total), c=found.shown(column_sum - total), reason=reason))


def _chart(mart: Mart, found: Definition, spec: Spec, rows_by: By, row_keys: list[str], column_keys: list[str], cells: Any, names: Any, tops: Any, columns_by: By | None) -> None:
    shown = row_keys[:20]
    labels = [_key_word(names, rows_by, key) for key in shown]

    def draw(p: figures.Palette) -> figures.Figure:
        if columns_by and found.is_additive and not found.is_stock and len(column_keys) <= 6:
            parts = [(words.label(tops, c) if tops else c, [found.scaled(cells[k].get(c, 0.0)) for k in shown], p.category[min(i, 5)]) for i, c in enumerate(column_keys)]
            return figures.stacked(p, labels, parts, places=found.places, keys=shown)
        last = column_keys[0] if columns_by == "year" and (found.is_stock or not found.is_additive) else None
        values = [found.scaled(cells[k].get(last) if last is not None else sum(v or 0.0 for v in cells[k].values())) for k in shown]
        return figures.bars(p, labels, values, places=found.places, keys=shown)

    def opened_bar(point: dict[str, Any]) -> None:
        key = pieces.key_of(point)
        opened.records_dialog(mart, _narrowed(spec, rows_by, "" if key is None else str(key)))

    note = t("点条形看明细") + (t("；只画前 20 行") if len(row_keys) > 20 else "")
    pieces.panel(words.name(found), words.unit(found), "table_chart", note=note, alt=words.titled(found), figure=draw, pick_point=opened_bar)


def _export(actor: Principal, mart: Mart, found: Definition, spec: Spec, rows: list[dict[str, Any]]) -> None:
    try:
        exporting.refuse_unreconciled(mart)
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
        return
    sheet = exporting.frame_sheet(words.name(found), pd.DataFrame(rows))
    exporting.hand_over(actor, mart, t("统计表"), [sheet], words.filters_of(mart, spec), spec)
