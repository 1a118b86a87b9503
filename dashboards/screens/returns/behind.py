"""What stands behind a cell of a year-end table: formula, entry, and the records that give the number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.i18n import language, pick, t
from dashboards.marts import definitions
from dashboards.marts.drill import DoesNotAddUp, Row
from dashboards.marts.reader import Mart
from dashboards.marts.returns import opened
from dashboards.marts.returns.book import Book
from dashboards.marts.returns.tables import Place, Table, entered, formulas
from dashboards.marts.words import types
from dashboards.screens.analysis import words
from dashboards.screens.returns import paper

LISTED = 500


def dialog(mart: Mart, book: Book, table: Table, place: Place) -> None:
    st.dialog(f"{table.code} {frame.md(paper.said(table, place))}", width="large")(_body)(mart, book, table, place)


def _body(mart: Mart, book: Book, table: Table, place: Place) -> None:
    draft = book.draft(table.code)
    cell = draft.cell(*place)
    unit = t(table.unit_of(place).unit) if table.unit_of(place).unit else ""
    if cell.state == "blank":
        frame.empty(t("无此项"), t("报表中这一格不填。"))
        return
    if cell.state == "lacking" and not formulas(table.code).get(place[0]):
        frame.empty(t("需填报"), pick(*entered(table.code).get(place, ("", ""))))
        return
    parts = formulas(table.code).get(place[0], ())
    if parts:
        said = "".join(f"{'+' if sign > 0 else '−'}{row}" for sign, row in parts).lstrip("+")
        st.caption(frame.md(f"{place[0]} = {said}"))
    rule = table.row(place[0]).rule or table.unit_of(place).rule
    if rule and not parts and language() == "en":  # the form book notes are English
        st.caption(frame.md(rule))
    if place in draft.differences:
        st.caption(t("为使各行合计等于总计，本格比四舍五入{n}", n=f"{draft.differences[place]:+d}"))
    money = table.unit_of(place).is_money
    enter = opened.entries_in(draft, *place)
    if enter:
        st.caption(t("其中填报 {n} 千元", n=f"{float(enter) / 100_000:,.2f}") if money else t("其中填报 {n}", n=f"{enter:,}"))
    try:
        rows = opened.behind(mart, draft, *place)
    except DoesNotAddUp as problem:
        st.error(frame.said(problem), icon=":material/error:")
        return
    if not rows:
        frame.empty(t("没有记录"), t("按当前条件没有计入的记录。"))
        return
    total = sum(row.value for row in rows)
    records = len({row.record_id for row in rows})
    shown = f"{total / 100:,.2f} {t('元')}" if money else f"{total:,.2f}".rstrip("0").rstrip(".") + f" {unit}"
    st.markdown(f"**{frame.md(t('共 {n} 条记录，合计 {total}', n=f'{records:,}', total=shown))}** :green[:material/check_circle: {t('与数字一致')}]")
    grid(mart, rows, f"behind_{table.code}_{place[0]}_{place[1]}", money=money)


def left_out(mart: Mart, book: Book, table: Table) -> None:
    """The records that would stand in the table but for a reason."""
    found = book.draft(table.code).left_out
    if found:
        rows = opened.left_out(mart, table, book.year)
        with st.expander(t("未计入 {n} 条（附原因）", n=len({row.record_id for row in rows}))):
            grid(mart, rows, f"out_{table.code}", money=any(head.is_money for head in (*table.rows, *table.columns)), reasons=True)


def grid(mart: Mart, rows: Sequence[Row], key: str, *, money: bool, reasons: bool = False) -> None:
    """Records with links to their pages; of many the first, the rest said."""
    named = types(mart)
    known = definitions.labels(mart, "exclusion_reason") if reasons else {}
    data: list[dict[str, Any]] = []
    for row in rows[:LISTED]:
        line: dict[str, Any] = {
            "link": f"record?id={row.record_id}#{row.number}", t("类型"): pick(*named[row.type]) if row.type in named else row.type, t("名称"): row.title,
            t("所属学院"): row.college or t("未归属"), t("归属人"): row.person or t("未归属"), t("计入日期"): row.counted_on, t("行次"): row.category_1,
            t("金额（元）") if money else t("数值"): row.value / 100 if money else row.value,
        }  # fmt: skip
        if reasons:
            line[t("原因")] = words.label(known, row.reason)
        data.append(line)
    st.dataframe(
        pd.DataFrame(data), hide_index=True, row_height=33, placeholder="—", key=key, height=min(33 * (len(data) + 1) + 4, 470),
        column_config={
            "link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96),
            t("名称"): st.column_config.TextColumn(width=240),
            t("计入日期"): st.column_config.DateColumn(format="YYYY-MM-DD", width=104),
            t("金额（元）") if money else t("数值"): st.column_config.NumberColumn(format="%,.2f" if money else "%,.2f"),
        },
    )  # fmt: skip
    if len(rows) > LISTED:
        st.caption(t("先列出前 {n} 条，共 {m} 条。", n=LISTED, m=f"{len(rows):,}"))
