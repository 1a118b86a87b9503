"""Own money by year, project and nature, each figure the sum of the entries it opens (AC-139); and its curve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.charts import figures
from dashboards.i18n import N_, t
from dashboards.marts import definitions, numbers
from dashboards.marts.numbers import By, Spec
from dashboards.marts.reader import Mart
from dashboards.marts.scope import UNASSIGNED
from dashboards.marts.words import words_for
from dashboards.screens.analysis import filters, opened, pieces, tools, words
from ingestion.store.engine import today

MEASURES = ("F01", "F09", "F10")
HEADS = (N_("到账"), N_("外拨"), N_("支出"))
WAYS: dict[str, str] = {"year": N_("按年度"), "project": N_("按项目"), "category_1": N_("按经费性质")}
EVER = 1900


def by(mart: Mart, way: By) -> dict[str, list[float]]:
    """Key → arrived, passed on and spent, in fen, over all years."""
    out: dict[str, list[float]] = {}
    for i, one in enumerate(MEASURES):
        for keys, value, _ in numbers.groups(mart, _spec(one), (way,)):
            out.setdefault(str(keys[0]), [0.0, 0.0, 0.0])[i] += value or 0.0
    return out


def _spec(indicator: str) -> Spec:
    return Spec(indicator, today().year, first_year=EVER)


def panel(mart: Mart) -> None:
    """One table in three orders; a ticked row opens its entries, kind by kind."""
    with st.container(border=True, gap="xsmall", key="panel_funds", height="stretch"):
        title = t("经费统计")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{title}** · {t('万元')}", width="content")
            st.space("stretch")
            way: Any = filters.choice(st.segmented_control, t("经费统计"), list(WAYS), "funds", "year", lambda one: t(WAYS[one]), label_visibility="collapsed")
        found = by(mart, way)
        if not found:
            frame.empty(t("暂无数据"), t("负责的项目有到账后，这里会显示到账、外拨、支出和余额。"))
            return
        keys, labels = _ordered(mart, way, found)
        rows = [_row(label, found[key], way) for key, label in zip(keys, labels, strict=True)]
        total = [sum(found[key][i] for key in keys) for i in range(3)]
        rows.append(_row(t("合计"), total, way))
        st.caption(t("余额 {d} = 到账 {a} − 外拨 {b} − 支出 {c}", **dict(zip("abcd", [_wan(v) for v in (*total, total[0] - total[1] - total[2])], strict=True))))
        money = st.column_config.NumberColumn(format="%,.2f", width=92)
        event = st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 305), alt=title, key=f"funds_{way}",
            on_select="rerun", selection_mode="single-row", column_config=dict.fromkeys([t(head) for head in (*HEADS, N_("余额"))], money),
        )  # fmt: skip
        picked = event["selection"]["rows"]
        key = keys[picked[0]] if picked and picked[0] < len(keys) else None
        of = labels[picked[0]] if key is not None else t("合计")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            for one, head in zip(MEASURES, HEADS, strict=True):
                if st.button(t("明细：{name}", name=f"{frame.md(figures.short(of, 10))} {t(head)}"), key=f"funds_open_{one}", icon=":material/list:", type="tertiary"):
                    opened.records_dialog(mart, narrowed(_spec(one), way, key))
            tools.export_menu(mart, "funds", title, t(WAYS[way]), rows, picture=False)


def narrowed(spec: Spec, way: By, key: str | None) -> Spec:
    """The entries of one row; of all of them for None."""
    if key is None:
        return spec
    if way == "year":
        return replace(spec, year=int(key), first_year=None)
    return replace(spec, **{way: key})


def _ordered(mart: Mart, way: By, found: dict[str, list[float]]) -> tuple[list[str], list[str]]:
    if way == "year":
        keys = sorted(found, reverse=True)
        return keys, keys
    keys = sorted(found, key=lambda key: (key == UNASSIGNED, -found[key][0], key))
    named = words_for(mart, definitions.definition(mart, "F01"), way)
    return keys, [words.label(named, key) for key in keys]


def _row(label: str, values: list[float], way: By) -> dict[str, Any]:
    first = {"year": t("年度"), "project": t("项目"), "category_1": t("经费性质")}[way]
    wan = [value / 1_000_000 for value in (*values, values[0] - values[1] - values[2])]
    return {first: label, **dict(zip([t(head) for head in (*HEADS, N_("余额"))], wan, strict=True))}


def _wan(fen: float) -> str:
    return f"{fen / 1_000_000:,.2f}".replace("-", words.MINUS)


def curve(mart: Mart) -> None:
    """经费曲线: all that arrived and all that left until the end of each year; the distance is the balance."""
    found = by(mart, "year")
    title = t("经费曲线")
    years = list(range(min(map(int, found), default=today().year), today().year + 1))
    arrived = left = 0.0
    rows = []
    for year in years:
        values = found.get(str(year), [0.0, 0.0, 0.0])
        arrived, left = arrived + values[0], left + values[1] + values[2]
        rows.append({t("年度"): str(year), t("累计到账"): arrived / 1e6, t("累计支出与外拨"): left / 1e6, t("余额"): (arrived - left) / 1e6})
    names = [name for name in (rows[0] if rows else {}) if name != t("年度")]
    series = [(name, years, [row[name] for row in rows]) for name in names]
    pieces.panel(
        title, t("万元"), "curve", rows=rows, alt=title, note=t("各年末累计，空心点为本年截至今天"),
        figure=(lambda p: figures.lines(p, series, unfinished=today().year, places=1, height=290)) if found else None,
        more=tools.beside(mart, _spec("F01"), "curve", title, rows), empty_text=t("负责的项目有到账后，这里会显示到账、外拨、支出和余额。"),
    )  # fmt: skip
