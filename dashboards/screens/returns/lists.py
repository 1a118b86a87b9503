"""表4 and its like: one project a line, with those left out and why."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards.i18n import pick, t
from dashboards.marts import definitions
from dashboards.marts.reader import Mart
from dashboards.marts.returns import projects
from dashboards.marts.returns.book import Book
from dashboards.marts.returns.records import UNKNOWN
from dashboards.marts.returns.tables import Table
from dashboards.screens.analysis import words

LISTED = 1000


def draw(mart: Mart, book: Book, table: Table) -> None:
    found = book.projects(table.system)
    lines = projects.lines(found, table)
    st.caption(t("共 {n} 项，每项一行；点编号打开项目。金额单位：千元", n=f"{len(lines):,}"))
    numbers = dict(mart.rows("SELECT record_id, number FROM fct_record WHERE type IN ('vertical_project', 'horizontal_project', 'university_project')"))
    rows: list[dict[str, Any]] = []
    for one, line in lines[:LISTED]:
        cells = {pick(head.zh, head.en): _shown(line.get(head.code)) for head in table.columns if head.code != "L0"}
        rows.append({"link": f"record?id={one.item_id}#{numbers.get(one.item_id, '')}", **cells})
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=33, key=f"lines_{table.code}_{book.year}", placeholder="—", height=min(37 + 33 * max(len(rows), 1), 560), alt=pick(table.zh, table.en),
        column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96, pinned=True)},
    )  # fmt: skip
    if len(lines) > LISTED:
        st.caption(t("先列出前 {n} 条，共 {m} 条。", n=LISTED, m=f"{len(lines):,}"))
    left = [one for one in found if one.reason]
    if left:
        known = definitions.labels(mart, "exclusion_reason")
        with st.expander(t("未计入 {n} 条（附原因）", n=len(left))):
            data = [{"link": f"record?id={one.item_id}#{numbers.get(one.item_id, '')}", t("名称"): one.name, t("原因"): words.label(known, one.reason)} for one in left[:LISTED]]
            st.dataframe(pd.DataFrame(data), hide_index=True, row_height=33, key=f"left_{table.code}", height=min(37 + 33 * len(data), 400),
                         column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96), t("名称"): st.column_config.TextColumn(width=360)})  # fmt: skip


def of_records(mart: Mart, book: Book, table: Table) -> None:
    """A table with one record a line."""
    found = book.lines(table.code)
    numbers = dict(mart.rows("SELECT record_id, number FROM fct_record WHERE type IN ('institution', 'appraisal', 'book', 'award')"))
    listed = [one for one in found if not one.reason]
    st.caption(t("共 {n} 项，每项一行；点编号打开记录。", n=f"{len(listed):,}"))
    rows = [
        {"link": f"record?id={one.record_id}#{numbers.get(one.record_id, '')}", **{pick(head.zh, head.en): _told(one.values.get(head.code)) for head in table.columns}}
        for one in listed[:LISTED]
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=33, key=f"lines_{table.code}_{book.year}", placeholder="—", height=min(37 + 33 * max(len(rows), 1), 560), alt=pick(table.zh, table.en),
        column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96, pinned=True)},
    )  # fmt: skip
    left = [one for one in found if one.reason]
    if left:
        known = definitions.labels(mart, "exclusion_reason")
        with st.expander(t("未计入 {n} 条（附原因）", n=len(left))):
            data = [{"link": f"record?id={one.record_id}#{numbers.get(one.record_id, '')}", t("名称"): str(one.values.get("L1") or ""), t("原因"): words.label(known, one.reason)} for one in left[:LISTED]]
            st.dataframe(pd.DataFrame(data), hide_index=True, row_height=33, key=f"left_{table.code}", height=min(37 + 33 * len(data), 400),
                         column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96), t("名称"): st.column_config.TextColumn(width=360)})  # fmt: skip


def _told(value: Any) -> Any:
    return t("需填报") if value == UNKNOWN else value if isinstance(value, str) or value is None else f"{value:,}"


def _shown(value: Any) -> Any:
    return float(value) if value is not None and not isinstance(value, str | int) else value
