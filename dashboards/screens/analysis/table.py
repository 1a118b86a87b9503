"""统计表: rows and columns of one's choice, as table and chart with equal totals (AC-096)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.charts import figures
from dashboards.i18n import N_, t
from dashboards.marts import numbers
from dashboards.marts.crosstab import Crosstab, crosstab
from dashboards.marts.definitions import Definition
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.marts.scope import Spec
from dashboards.screens import shown
from dashboards.screens.analysis import (
    exporting,
    filters,
    onboarding,
    opened,
    pieces,
    saved,
    table_filters,
    tools,
    words,
)
from dashboards.screens.analysis.table_filters import Asked, by_word
from ingestion.principal import OperationError, Principal

DRAWN = 20
"""Bars of a chart; the rest stands together in one more, so that the chart adds up to the table."""

SHOWS = (shown.Place("statistics", N_("统计表"), shown.TABLE, shown.EVERY, exports=True),)


def show() -> None:
    actor = frame.current()
    head = frame.page(t("统计表"))
    try:
        mart = filters.opened(actor)
    except NoNumbersYet:
        onboarding.card(actor)
        return
    pieces.state_notice(mart)
    if numbers.is_empty(mart):
        onboarding.card(actor)
        return
    asked = table_filters.asked(mart)
    with head:
        saved.controls(actor, "statistics", table_filters.address())
        tools.print_button()
        wanted_export = st.button(t("导出"), icon=":material/download:", key="export_table")
    table = crosstab(mart, asked.spec, asked.rows_by, asked.columns_by)
    if not table.cells:
        frame.empty(t("没有记录"), t("按当前条件没有计入的记录。换一个指标或年份。"))
        return
    rows = _rows(table, asked.shown)
    if wanted_export:
        _export(actor, mart, asked, rows)
    _note(table, asked.shown)
    _grid(mart, asked, table, rows)
    _chart(mart, asked, table, rows)
    tools.footnotes(mart, [asked.spec.indicator], words.filters_of(mart, table.spec))


def _rows(table: Crosstab, shown: Definition) -> list[dict[str, Any]]:
    """One dictionary a row, a total below and beside where there is one; no two columns have the same word."""
    heads = dict(zip(table.columns, _apart([_column_word(table, shown, c) for c in table.columns], table.columns), strict=True))
    label = by_word(shown, table.rows_by)
    rows = []
    for key in table.rows:
        row: dict[str, Any] = {label: _row_word(table, key)}
        row.update({heads[c]: shown.scaled(table.cell(key, c)) for c in table.columns})
        if table.has_row_totals:
            row[t("合计")] = shown.scaled(table.row_total(key))
        rows.append(row)
    if table.has_column_totals:
        row = {label: t("合计"), **{heads[c]: shown.scaled(table.column_total(c)) for c in table.columns}}
        if table.has_row_totals:
            row[t("合计")] = shown.scaled(table.total)
        rows.append(row)
    return rows


def _apart(words_of: list[str], keys: list[str]) -> list[str]:
    """Words that two keys share get their key behind them."""
    return [f"{word}（{key}）" if words_of.count(word) > 1 else word for word, key in zip(words_of, keys, strict=True)]


def _row_word(table: Crosstab, key: str) -> str:
    if table.rows_by == "person" and not key:
        return t("未归属")
    return words.label(table.row_words, key) if table.row_words else key


def _column_word(table: Crosstab, shown: Definition, key: str) -> str:
    if table.columns_by is None:
        return words.titled(shown)
    return words.label(table.column_words, key) if table.column_words else key


def _grid(mart: Mart, asked: Asked, table: Crosstab, rows: list[dict[str, Any]]) -> None:
    """A number picked opens its records: a cell, a row by its name, a column's total."""
    shown = asked.shown
    with st.container(border=True, gap="xsmall", key="panel_table"):
        st.markdown(f"**{frame.md(words.titled(shown))}** · {frame.md(words.filters_of(mart, table.spec))}")
        event = st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 470), placeholder="—", key="table",
            on_select="rerun", selection_mode="single-cell", alt=words.titled(shown),
            column_config={name: st.column_config.NumberColumn(format=f"%,.{_places(table, shown)}f") for name in list(rows[0])[1:]},
        )  # fmt: skip
        tools.paper("table", rows, _places(table, shown))
        cells = event["selection"]["cells"]
        row, column = _picked(table, list(rows[0]), cells[0] if cells else None)
        with st.container(horizontal=True, gap="xsmall"):
            if st.button(t("明细：合计"), key="table_all", icon=":material/list:", type="tertiary"):
                opened.records_dialog(mart, table.spec)
            names = [_row_word(table, row) if row is not None else "", _column_word(table, shown, column) if column is not None and table.columns_by else ""]
            label = " · ".join(one for one in names if one)
            if st.button(t("明细：{name}", name=frame.md(label)) if label else t("明细：所选数字"), key="table_cell", icon=":material/list:", type="tertiary", disabled=not label, help=t("先点表中的一个数字")):
                opened.records_dialog(mart, table.narrowed(row, column))
            if st.button(t("口径"), key="table_define", icon=":material/info:", type="tertiary"):
                opened.definition_dialog(mart, table.spec)


def _picked(table: Crosstab, names: list[str], cell: tuple[int, str] | None) -> tuple[str | None, str | None]:
    """Row and column of the cell picked; None for the totals."""
    if cell is None or cell[1] not in names:
        return None, None
    line, place = int(cell[0]), names.index(cell[1]) - 1
    row = table.rows[line] if line < len(table.rows) else None
    column = table.columns[place] if table.columns_by and 0 <= place < len(table.columns) else None
    return row, column


def _places(table: Crosstab, shown: Definition) -> int:
    whole = all(value is None or abs(value - round(value)) < 1e-9 for value in table.cells.values())
    return shown.places or (0 if whole else 2)


def _note(table: Crosstab, shown: Definition) -> None:
    """Whether the cells add up to the number, and why they may be more (AC-102)."""
    if shown.is_stock and "year" in (table.rows_by, table.columns_by):
        st.caption(t("年末存量，各年不相加。"))
        return
    if not table.found.is_additive or table.whole is None:
        return
    unit, total = words.unit(shown), table.whole.value or 0.0
    if abs(total - table.total) < 1e-6 * max(1.0, abs(total)):
        st.caption(t("各行合计 {a} {unit}，等于总数。", a=shown.shown(total), unit=unit))
        return
    by = (table.rows_by, table.columns_by)
    reason = t("跨学院合作的记录在每个学院各计一次") if "college" in by else t("多人合作的记录每人各计一次")
    st.caption(t("各行合计 {a} ≠ 总数 {b}：{reason}，多计 {c}。", a=shown.shown(table.total), b=shown.shown(total), reason=reason, c=shown.shown(table.total - total)))


def _chart(mart: Mart, asked: Asked, table: Crosstab, rows: list[dict[str, Any]]) -> None:
    """The same cells as bars: stacked where the columns may be added, else the first column alone."""
    shown = asked.shown
    keys, rest = (table.rows, []) if len(table.rows) <= DRAWN + 1 or not table.has_column_totals else (table.rows[:DRAWN], table.rows[DRAWN:])
    if not table.has_column_totals:
        keys = keys[: DRAWN + 1]
    only = table.columns[0] if table.columns_by and not table.has_row_totals else None
    labels = [_row_word(table, key) for key in keys] + ([t("其余 {n} 项", n=len(rest))] if rest else [])

    def values(column: str | None) -> list[float | None]:
        """One column's values (None: the rows' totals), what is not drawn together at the end."""
        one = [table.row_total(key) if column is None else table.cell(key, column) for key in keys]
        more = [sum((table.row_total(key) if column is None else table.cell(key, column)) or 0.0 for key in rest)] if rest else []
        return [shown.scaled(value) for value in [*one, *more]]

    stacked = table.has_row_totals and 1 < len(table.columns) <= 6
    bar_keys = [*keys, *([REST] if rest else [])]

    def draw(p: figures.Palette) -> figures.Figure:
        if stacked:
            parts = [(_column_word(table, shown, c), values(c), p.category[min(i, 5)]) for i, c in enumerate(table.columns)]
            return figures.stacked(p, labels, parts, places=shown.places, keys=bar_keys)
        return figures.bars(p, labels, values(only if only is not None else (None if table.columns_by else "")), places=shown.places, keys=bar_keys)

    def opened_bar(point: dict[str, Any]) -> None:
        key = pieces.key_of(point)
        if key != REST:
            opened.records_dialog(mart, table.narrowed("" if key is None else str(key), only))

    notes = [t("点条形看明细")]
    if table.spec.units and "college" in (table.rows_by, table.columns_by):
        notes.insert(0, words.units_of(mart, table.spec))
    if only is not None:
        notes.append(t("只画“{name}”一列", name=_column_word(table, shown, only)))
    if not table.has_column_totals and len(table.rows) > len(keys):
        notes.append(t("只画前 {n} 行", n=len(keys)))
    pieces.panel(words.name(shown), words.unit(shown), "table_chart", note="；".join(notes), alt=words.titled(shown), figure=draw, pick_point=opened_bar,
                 more=lambda: tools.export_menu(mart, "table_chart", words.name(shown), words.filters_of(mart, table.spec), rows, table.spec, unit=words.unit(shown)))  # fmt: skip


REST = "*rest"


def _export(actor: Principal, mart: Mart, asked: Asked, rows: list[dict[str, Any]]) -> None:
    try:
        exporting.refuse_unreconciled(mart)
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
        return
    sheet = exporting.frame_sheet(words.name(asked.shown), pd.DataFrame(rows))
    spec: Spec = asked.spec
    exporting.hand_over(actor, mart, t("统计表"), [sheet], words.filters_of(mart, spec), spec, unit=words.unit(asked.shown))
