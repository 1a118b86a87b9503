"""The checks of a table: red ones open the records to mend."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.i18n import N_, pick, t
from dashboards.marts.reader import Mart
from dashboards.marts.returns.book import Book
from dashboards.marts.returns.checks import Check
from dashboards.marts.returns.tables import Table

WORDS = {"green": N_("通过"), "red": N_("未通过"), "grey": N_("待填报")}
ORDER = {"red": 0, "grey": 1, "green": 2}
LISTED = 500


def draw(mart: Mart, book: Book, table: Table) -> None:
    checks = sorted(book.checks(table.code), key=lambda one: ORDER[one.state])
    n = sum(one.state == "red" for one in checks)
    st.markdown(f"**{t('检查')}** · " + (t("{n} 项未通过", n=n) if n else t("没有未通过的检查")))
    rows = [{t("结果"): t(WORDS[one.state]), t("检查"): pick(one.zh, one.en), t("情况"): pick(one.found_zh, one.found_en), t("编号"): one.code} for one in checks]
    event = st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=33, key=f"checks_{table.code}_{book.year}", on_select="rerun", selection_mode="single-row", placeholder="—",
        height=min(37 + 33 * len(rows), 400), alt=t("检查"), column_config={t("检查"): st.column_config.TextColumn(width="large"), t("情况"): st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    picked = [checks[r] for r in event.selection.rows if r < len(checks)]
    if not picked:
        if n:
            st.caption(t("选中一项，查看需要改正的记录。"))
        return
    _records(mart, picked[0])


def _records(mart: Mart, check: Check) -> None:
    st.markdown(f"**{frame.md(pick(check.zh, check.en))}**")
    if not check.records and not check.lines:
        st.caption(frame.md(pick(check.found_zh, check.found_en)) or t("没有需要改正的记录。"))
        return
    ids = tuple(dict.fromkeys(item for _, _, item in check.lines)) or check.records
    marks = ", ".join("?" * len(ids))
    known = {
        int(row[0]): row
        for row in mart.rows(
            "SELECT r.record_id, r.number, r.title, coalesce(u.name, ''), coalesce(p.name, '') FROM fct_record AS r LEFT JOIN dim_unit AS u ON u.unit_id = r.college_id"  # noqa: S608 - only marks
            f" LEFT JOIN dim_person AS p ON p.person_id = r.owner_person_id WHERE r.record_id IN ({marks}) ORDER BY r.record_id",
            ids,
        )
    }
    data: list[dict[str, Any]] = []
    if check.lines:
        for name, months, item in check.lines[:LISTED]:
            if item in known:
                data.append({"link": f"record?id={item}#{known[item][1]}", t("人员"): name, t("每年工作月数"): months, t("名称"): known[item][2], t("所属学院"): known[item][3]})
    else:
        data = [{"link": f"record?id={row[0]}#{row[1]}", t("名称"): row[2], t("所属学院"): row[3] or t("未归属"), t("归属人"): row[4] or t("未归属")} for row in list(known.values())[:LISTED]]
    st.caption(t("共 {n} 条记录", n=f"{len(known):,}"))
    st.dataframe(
        pd.DataFrame(data), hide_index=True, row_height=33, key=f"wrong_{check.code}", placeholder="—", height=min(37 + 33 * len(data), 400),
        column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96), t("名称"): st.column_config.TextColumn(width=300)},
    )  # fmt: skip
