"""定稿: what was signed, and what has changed since: 快照值, 现值, 差异, and the records that make it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.i18n import t
from dashboards.marts.reader import Mart
from dashboards.marts.returns import since
from dashboards.marts.returns.book import Book
from dashboards.marts.returns.content import ENTRY
from dashboards.marts.returns.since import Change
from dashboards.marts.returns.tables import THOUSAND
from dashboards.screens.evaluation import signing
from dashboards.screens.returns import paper
from ingestion import snapshots
from ingestion.principal import Principal
from ingestion.snapshots import Snapshot

PURPOSE = "moe"


def card(actor: Principal, mart: Mart, book: Book) -> None:
    """The state of the tables of the year, with the list of changes since."""
    with frame.store().read(actor.university_code) as uow:
        latest = snapshots.latest(uow, actor, PURPOSE, book.year).get(actor.university_code)
    changes: list[Change] = []
    if latest is not None:
        try:
            changes = since.cells(book, snapshots.read(latest, "data/cells").tables["data/cells"])
        except snapshots.Broken as problem:
            st.error(frame.said(problem), icon=":material/error:")
    with st.container(border=True, gap="xsmall", key="returns_signed"):
        signing.card(actor, mart, book.year, latest, len(changes), PURPOSE)
        if latest is not None and changes and st.button(t("定稿后的变化（{n}）", n=len(changes)), key="returns_since", icon=":material/difference:"):
            st.dialog(t("定稿后的变化"), width="large")(_changes)(mart, book, latest, changes)


def _changes(mart: Mart, book: Book, latest: Snapshot, changes: list[Change]) -> None:
    st.caption(t("快照 {number} 不变；下列单元格现值不同。选中一行，看是哪些记录造成的。", number=latest.number))
    rows = [
        {t("报表"): one.table.code, t("单元格"): paper.said(one.table, (one.row, one.column)), t("快照值"): _said(one, one.signed), t("现值"): _said(one, one.now), t("差异"): _said(one, one.difference)}
        for one in changes
    ]
    event = st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=33, key="returns_changes", on_select="rerun", selection_mode="single-row", placeholder="—", height=min(37 + 33 * len(rows), 320),
        column_config={t("单元格"): st.column_config.TextColumn(width="large"), **{name: st.column_config.TextColumn(alignment="right") for name in (t("快照值"), t("现值"), t("差异"))}},
    )  # fmt: skip
    picked = [changes[r] for r in event.selection.rows if r < len(changes)]
    if not picked:
        return
    found = since.records(book, picked[0], snapshots.read(latest, "data/evidence").tables["data/evidence"])
    marks = ", ".join("?" * len(found)) or "NULL"
    known = {int(row[0]): row for row in mart.rows(f"SELECT record_id, number, title FROM fct_record WHERE record_id IN ({marks})", list(found))}  # noqa: S608 - only marks
    data: list[dict[str, Any]] = []
    for record_id, (before, now) in found.items():
        number, title = ("", t("填报")) if record_id == ENTRY else (known[record_id][1], known[record_id][2]) if record_id in known else (str(record_id), t("记录已作废或不再计入"))
        data.append({
            "link": f"record?id={record_id}#{number}" if record_id != ENTRY else None, t("名称"): title, t("快照值"): _said(picked[0], before), t("现值"): _said(picked[0], now),
            t("差异"): _said(picked[0], now - before),
        })  # fmt: skip
    st.dataframe(
        pd.DataFrame(data), hide_index=True, row_height=33, key="returns_changed_records", placeholder="—", height=min(37 + 33 * max(len(data), 1), 320),
        column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96), t("名称"): st.column_config.TextColumn(width=300)},
    )  # fmt: skip


def _said(one: Change, value: Decimal | None) -> str:
    """Money in 千元 with two decimals, so that small changes show."""
    if value is None:
        return t("需填报")
    money = one.table.unit_of((one.row, one.column)).is_money
    return f"{value / THOUSAND:,.2f}" if money else f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
