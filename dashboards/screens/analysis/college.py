"""学院驾驶舱: the same figures in the reach of one college, and the college's people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions, numbers
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.marts.words import colleges, people
from dashboards.screens import shown
from dashboards.screens.analysis import filters, health, leader, onboarding, opened, pieces, tools, words

PEOPLE_COLUMNS = ("O01", "F01", "P01", "K01b", "A01")
SHOWS = (*leader.places("college"), shown.Place("college", N_("人员"), shown.TABLE, PEOPLE_COLUMNS, exports=True))


def show() -> None:
    actor = frame.current()
    try:
        mart = filters.opened(actor)
    except NoNumbersYet:
        frame.page(t("学院驾驶舱"))
        onboarding.card(actor)
        return
    own = next(iter(colleges(mart).values()), ("", ""))
    head = frame.page(t("学院驾驶舱"), pick(*own))
    with head:
        year = filters.year(mart)
        rule = filters.rule(mart, leader.RULES, "")
        tools.print_button()
    pieces.state_notice(mart)
    if numbers.is_empty(mart):
        onboarding.card(actor)
        return
    leader.body(mart, year, rule, actor)
    people_panel(mart, year)
    health.strip(mart, actor, year)
    leader.footnotes(mart, year, rule)


def people_panel(mart: Mart, year: int) -> None:
    """One row per person of the college: what each took part in (个人计数)."""
    known = people(mart)
    indicators = [one for one in PEOPLE_COLUMNS if one in definitions.catalogue(mart)]
    values: dict[str, dict[str, float]] = {}
    for one in indicators:
        found = definitions.definition(mart, one)
        spec = Spec(one, year, "FULL_PERSON" if "FULL_PERSON" in found.rules else "")
        for keys, value, _ in numbers.groups(mart, spec, ("person",)):
            values.setdefault(keys[0], {})[one] = value or 0.0
    ids = sorted(known, key=lambda k: (-values.get(k, {}).get("O01", 0.0), -values.get(k, {}).get("F01", 0.0), known[k][0]))
    rows: list[dict[str, Any]] = []
    for key in ids:
        row: dict[str, Any] = {t("工号"): known[key][0], t("姓名"): known[key][1]}
        for one in indicators:
            found = definitions.definition(mart, one)
            row[words.titled(found)] = found.scaled(values.get(key, {}).get(one, 0.0))
        rows.append(row)
    with st.container(border=True, gap="xsmall", key="panel_people"):
        st.markdown(f"**{t('本院人员')}** · {t('{n} 人', n=len(rows))}")
        st.caption(t("个人计数：每人参与的成果各计 1，各人之和大于学院数。勾选一行看这个人的明细。"))
        if not rows:
            frame.empty(t("暂无数据"), t("录入人员后显示。"))
            return
        event = st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 400), placeholder="—",
            key="people", on_select="rerun", selection_mode="single-row", alt=t("本院人员"),
            column_config={words.titled(definitions.definition(mart, one)): st.column_config.NumberColumn(format="%,.1f" if one == "F01" else "%,d") for one in indicators},
        )  # fmt: skip
        picked = event["selection"]["rows"]
        person = ids[picked[0]] if picked and picked[0] < len(ids) else None
        with st.container(horizontal=True, gap="xsmall"):
            for one in indicators:
                found = definitions.definition(mart, one)
                spec = Spec(one, year, "FULL_PERSON" if "FULL_PERSON" in found.rules else "")
                if st.button(t("明细：{name}", name=words.name(found)), key=f"person_{one}", type="tertiary", disabled=person is None) and person:
                    opened.records_dialog(mart, replace(spec, person=person))
