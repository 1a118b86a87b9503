"""填报: what no record holds, entered by the office, with who and when."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import streamlit as st

from dashboards import acting, frame
from dashboards.i18n import pick, t
from dashboards.marts.returns.book import Book
from dashboards.marts.returns.tables import THOUSAND, VALUE, Place, Table, entered
from ingestion import permissions, returns
from ingestion.principal import Principal
from ingestion.store.engine import local_time


def form(actor: Principal, book: Book, table: Table) -> None:
    asked = entered(table.code)
    if not asked:
        return
    standing = book.entered.get(table.code, {})
    missing = sum((row, VALUE) not in standing for row in asked)
    with st.expander(t("填报 {n} 行（尚缺 {m} 行）", n=len(asked), m=missing)):
        if permissions.can(actor, "enter_returns"):
            _inputs(book, table, standing)
        else:
            st.caption(t("由科研处填报。"))
        _history(actor, book, table)


def _inputs(book: Book, table: Table, standing: dict[Place, int]) -> None:
    st.caption(t("单位：千元，可到两位小数；留空为未填报。每次保存记下填报人和时间。"))
    values: dict[Place, int | None] = {}
    with st.grid(2, min_column_width=260, gap="small"):
        for row, why in entered(table.code).items():
            head = table.row(row)
            before = standing.get((row, VALUE))
            given = st.number_input(
                f"{head.code} {frame.md(pick(head.zh, head.en))}", value=None if before is None else before / THOUSAND, step=1.0, format="%.2f", help=pick(*why),
                key=f"enter_{table.code}_{row}_{book.year}_{before}",
            )  # fmt: skip
            values[row, VALUE] = None if given is None else int((Decimal(str(given)) * THOUSAND).quantize(Decimal(1), ROUND_HALF_UP))
    note = st.text_input(t("依据或说明"), "", max_chars=returns.LONGEST_NOTE, key=f"enter_note_{table.code}_{book.year}")
    if st.button(t("保存填报"), type="primary", key=f"enter_ok_{table.code}", icon=":material/check:"):
        words = {(row, VALUE): (f"{row} {table.row(row).zh}", f"{row} {table.row(row).en}") for row in entered(table.code)}
        if acting.attempt(lambda uow, actor: returns.enter(uow, actor, book.year, table.code, values, words, note), t("填报已保存")):
            st.rerun()


def _history(actor: Principal, book: Book, table: Table) -> None:
    with frame.store().read(actor.university_code) as uow:
        found = returns.history(uow, actor, book.year, table.code)
    if found:
        st.caption(t("填报记录"))
        rows = [
            {t("行次"): one.row, t("值（千元）"): None if one.value is None else one.value / THOUSAND, t("填报人"): one.made_by, t("时间"): local_time(one.made_at).strftime("%Y-%m-%d %H:%M"), t("依据或说明"): one.note}
            for one in found
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, key=f"entered_{table.code}", placeholder=t("已撤回"), height=min(37 + 33 * len(rows), 260))
