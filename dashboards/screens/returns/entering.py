"""填报: what no record holds, entered by the office, with who and when."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import streamlit as st

from dashboards import acting, frame
from dashboards.i18n import pick, t
from dashboards.marts.returns.book import Book
from dashboards.marts.returns.tables import VALUE, Place, Table, entered, steps
from dashboards.screens.returns import paper
from ingestion import permissions, returns
from ingestion.principal import Principal
from ingestion.store.engine import local_time

Values = dict[Place, int | None]


def form(actor: Principal, book: Book, table: Table) -> None:
    asked = entered(table.code)
    if not asked:
        return
    standing = book.entered.get(table.code, {})
    missing = sum(place not in standing for place in asked)
    with st.expander(t("填报 {n} 格（尚缺 {m} 格）", n=len(asked), m=missing)):
        if permissions.can(actor, "enter_returns"):
            _inputs(book, table, standing)
        else:
            st.caption(t("由科研处填报。"))
        _history(actor, book, table)


def _inputs(book: Book, table: Table, standing: dict[Place, int]) -> None:
    st.caption(t("金额以千元填，可到两位小数；留空为未填报。每次保存记下填报人和时间。"))
    values = _fields(book, table, standing) if table.kind == "vector" else _grid(book, table, standing)
    note = st.text_input(t("依据或说明"), "", max_chars=returns.LONGEST_NOTE, key=f"enter_note_{table.code}_{book.year}")
    if st.button(t("保存填报"), type="primary", key=f"enter_ok_{table.code}", icon=":material/check:"):
        words = {place: (" ".join((table.code, place[0], table.row(place[0]).zh)), " ".join((table.code, place[0], table.row(place[0]).en))) for place in entered(table.code)}
        if acting.attempt(lambda uow, actor: returns.enter(uow, actor, book.year, table.code, values, words, note), t("填报已保存")):
            st.rerun()


def _fields(book: Book, table: Table, standing: dict[Place, int]) -> Values:
    values: Values = {}
    with st.grid(2, min_column_width=260, gap="small"):
        for place, why in entered(table.code).items():
            head, before = table.row(place[0]), standing.get(place)
            given = st.number_input(
                f"{head.code} {frame.md(pick(head.zh, head.en))}", value=None if before is None else before / steps(table.unit_of(place)), step=1.0, format="%.2f", help=pick(*why),
                key=f"enter_{table.code}_{place[0]}_{book.year}_{before}",
            )  # fmt: skip
            values[place] = _kept(given, table, place)
    return values


def _grid(book: Book, table: Table, standing: dict[Place, int]) -> Values:
    """The cells of a matrix as a grid to type in."""
    asked = entered(table.code)
    rows = list(dict.fromkeys(row for row, _ in asked))
    columns = list(dict.fromkeys(column for _, column in asked))
    names = {column: f"{column} {pick(table.column(column).zh, table.column(column).en)}" for column in columns}
    data = pd.DataFrame([
        {t("行次"): row, t("报表项目"): pick(table.row(row).zh, table.row(row).en), **{
            names[column]: None if standing.get((row, column)) is None else standing[row, column] / steps(table.unit_of((row, column))) for column in columns
        }} for row in rows
    ])  # fmt: skip
    for column in columns:
        data[names[column]] = data[names[column]].astype("float64")
    edited = st.data_editor(
        data, hide_index=True, disabled=[t("行次"), t("报表项目")], key=f"enter_grid_{table.code}_{book.year}_{hash(tuple(sorted(standing.items())))}",
        column_config={names[column]: st.column_config.NumberColumn(min_value=0, format="%.1f" if table.column(column).unit == "人年" else "%.2f" if table.column(column).is_money else "%d") for column in columns},
        row_height=33, height=min(37 + 33 * len(rows), 420), alt=t("填报"), placeholder="—",
    )  # fmt: skip
    typed = edited.to_dict("records")
    return {(row, column): _kept(typed[at][names[column]], table, (row, column)) for at, row in enumerate(rows) for column in columns if (row, column) in asked}


def _kept(given: float | None, table: Table, place: Place) -> int | None:
    if given is None or pd.isna(given):
        return None
    return int((Decimal(str(given)) * steps(table.unit_of(place))).quantize(Decimal(1), ROUND_HALF_UP))


def _history(actor: Principal, book: Book, table: Table) -> None:
    with frame.store().read(actor.university_code) as uow:
        found = returns.history(uow, actor, book.year, table.code)
    known = [one for one in found if (one.row, one.column) in entered(table.code)]
    if known:
        st.caption(t("填报记录"))
        rows = [
            {t("单元格"): one.row if one.column == VALUE else paper.said(table, (one.row, one.column)), t("值"): None if one.value is None else one.value / steps(table.unit_of((one.row, one.column))),
             t("填报人"): one.made_by, t("时间"): local_time(one.made_at).strftime("%Y-%m-%d %H:%M"), t("依据或说明"): one.note}
            for one in known
        ]  # fmt: skip
        st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, key=f"entered_{table.code}", placeholder=t("已撤回"), height=min(37 + 33 * len(rows), 260))
