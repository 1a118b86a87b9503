"""A vector or matrix as on paper; a click on a cell says which."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from dashboards.i18n import N_, pick, t
from dashboards.marts.returns.book import Book
from dashboards.marts.returns.cells import Cell
from dashboards.marts.returns.tables import VALUE, Head, Place, Table
from dashboards.screens.analysis import tools

STATES = {"counted": N_("按记录统计"), "entered": N_("填报"), "lacking": N_("需填报"), "blank": N_("无此项")}
HEIGHT = 640


def draw(book: Book, table: Table) -> Place | None:
    """The table; the cell picked since the last drawing, None where none was."""
    if table.kind == "vector":
        rows, places = _vector(book, table)
    else:
        rows, places = _matrix(book, table)
    st.caption(t("点单元格打开构成它的记录。金额单位：千元"))
    event = st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=33, height=min(37 + 33 * len(rows), HEIGHT), key=f"form_{table.code}_{book.year}",
        on_select="rerun", selection_mode="single-cell", placeholder="—", alt=pick(table.zh, table.en),
        column_config={t("行次"): st.column_config.TextColumn(width=60, pinned=True), t("报表项目"): st.column_config.TextColumn(width=240, pinned=True),
                       **{name: st.column_config.TextColumn(alignment="right") for name in rows[0] if name not in (t("行次"), t("报表项目"), t("取数"))}},
    )  # fmt: skip
    tools.paper(f"returns_{table.code}", rows, 0)
    cells = list(event["selection"]["cells"])
    at = (int(cells[0][0]), str(cells[0][1])) if cells else None
    key = f"form_picked_{table.code}"
    before = st.session_state.get(key)
    st.session_state[key] = at
    if at is None or at == before:
        return None
    return places[at[0]].get(at[1]) or places[at[0]].get("")


def _vector(book: Book, table: Table) -> tuple[list[dict[str, Any]], list[dict[str, Place]]]:
    here, before = book.draft(table.code), Book(book.mart, book.year - 1, {}).draft(table.code)
    rows, places = [], []
    for head in table.rows:
        cell, last = here.cell(head.code), before.cell(head.code)
        rows.append({
            t("行次"): head.code, t("报表项目"): pick(head.zh, head.en), t("数值"): shown(cell), t("上年（按记录）"): _number(last) if last.state == "counted" else "",
            t("变化"): _change(cell, last), t("取数"): t(STATES[cell.state]),
        })  # fmt: skip
        places.append({"": (head.code, VALUE)})
    return rows, places


def _matrix(book: Book, table: Table) -> tuple[list[dict[str, Any]], list[dict[str, Place]]]:
    here = book.draft(table.code)
    rows, places = [], []
    for head in table.rows:
        names = {f"{column.code} {pick(column.zh, column.en)}（{t(column.unit)}）" if column.unit else f"{column.code} {pick(column.zh, column.en)}": column for column in table.columns}
        rows.append({t("行次"): head.code, t("报表项目"): pick(head.zh, head.en), **{name: shown(here.cell(head.code, column.code)) for name, column in names.items()}})
        places.append({name: (head.code, column.code) for name, column in names.items()})
    return rows, places


def shown(cell: Cell) -> str:
    """The number as the form has it, 需填报 where the office has to enter it; never a 0 for what is not known."""
    if cell.state == "lacking":
        return t("需填报")
    return "" if cell.state == "blank" else _number(cell)


def _number(cell: Cell) -> str:
    value = cell.shown
    if value is None:
        return ""
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.1f}"


def _change(here: Cell, before: Cell) -> str:
    if here.exact is None or before.exact is None or before.state != "counted" or not before.exact:
        return ""
    return f"{(here.exact - before.exact) / before.exact * Decimal(100):+.0f}%"


def said(table: Table, place: Place) -> str:
    """行 02 当年拨入经费合计: a cell in words."""
    row: Head = table.row(place[0])
    column = "" if table.kind == "vector" else f" · {pick(table.column(place[1]).zh, table.column(place[1]).en)}"
    return f"{row.code} {pick(row.zh, row.en)}{column}"
