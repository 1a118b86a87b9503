"""The panels of 省级对比: map of the cities, one university against its peers' median, spread, anomalies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.charts import figures, hubei
from dashboards.i18n import language, pick, t
from dashboards.marts import definitions, province, reach
from dashboards.marts.anomalies import Anomaly
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import Spec
from dashboards.marts.province import GROUPS, Basis, Line
from dashboards.marts.reader import Mart
from dashboards.screens.analysis import pieces, questions, tools, words
from ingestion import permissions

PROFILE = ("O01", "O02", "F01", "P01", "K01b", "A01")


@dataclass(frozen=True)
class Compared:
    """What is compared: an indicator, a year, and what its value is divided by."""

    found: Definition
    year: int
    basis: Basis

    @cached_property  # asked for once a row
    def unit(self) -> str:
        unit = words.unit(self.found)
        return {"total": unit, "head": t("{unit}/人", unit=unit), "money": t("{unit}/百万元", unit=unit)}[self.basis]

    @property
    def basis_word(self) -> str:
        return {"total": t("总量"), "head": t("人均"), "money": t("每百万元经费")}[self.basis]

    @cached_property
    def title(self) -> str:
        name = words.name(self.found)
        name = {"total": name, "head": t("人均{name}", name=name), "money": t("每百万元{name}", name=name)}[self.basis]
        unit = words.unit(self.found) if self.basis == "money" else self.unit  # the name has said per what
        return f"{name}（{unit}）" if language() == "zh" else f"{name} ({unit})"

    @property
    def filters(self) -> str:
        return f"{t('{years} 年', years=self.year)} · {self.title} · {self.basis_word}"

    @property
    def places(self) -> int:
        return self.found.places if self.basis == "total" else 2

    def shown(self, value: float | None) -> str:
        return self.found.shown(value) if self.basis == "total" else self.found.shown(value, 2)


def city_map(mart: Mart, how: Compared, lines: Sequence[Line]) -> None:
    """Each city with the universities compared; a click on a name keeps only that city's."""
    totals = province.by_city(lines, how.found.operation, how.basis)
    scaled = {city: how.found.scaled(value) or 0.0 for city, value in totals.items()}
    title = {"total": t("各市州合计"), "head": t("各市州人均"), "money": t("各市州每百万元经费")}[how.basis] if how.found.is_additive else t("各市州")
    names = {entry["code"]: hubei.short_name(entry["name"], language()) for entry in hubei.units()}
    rows = [{t("市州"): names.get(city, city), how.title: value} for city, value in sorted(scaled.items(), key=lambda one: -one[1])]

    def clicked(point: dict[str, Any]) -> None:
        asked = pieces.key_of(point)
        if asked:
            st.session_state["city_asked"] = str(asked)
            st.rerun()

    def legend() -> None:
        steps = hubei.legend(pieces.colours())
        box = '<span style="display:inline-block;width:22px;height:11px;border-radius:2px;background:{}"></span>'
        boxes = "".join(box.format(colour) for colour in steps[:-1])
        st.html(f'<div style="font-size:.8125rem;display:flex;gap:.35rem;align-items:center;flex-wrap:wrap">{t("少")} {boxes} {t("多")} &ensp; {box.format(steps[-1])} {t("没有本组高校")}</div>')
        st.caption(t("边界仅示意，正式发布须换用有审图号的底图"))

    pieces.panel(
        title, how.unit, "map", note=t("点市州名筛选"), rows=rows, alt=title, below=legend, pick_point=clicked, more=_exports(mart, how, "map", title, rows),
        figure=(lambda p: hubei.choropleth(p, scaled, unit=how.unit, places=how.places, language=language())) if scaled else None,
        empty_text=t("所选年度、指标和同类组没有数据。"),
    )  # fmt: skip


def profile(mart: Mart, how: Compared, chosen: Line | None) -> None:
    if chosen is None:
        pieces.panel(t("与同类中位数比较"), "", "profile")
        return
    indicators = [one for one in PROFILE if one in definitions.catalogue(mart) and not (how.basis == "money" and one == province.MONEY)]
    values = province.profile(mart, chosen.university_code, chosen.peer_group, how.year, indicators, basis=how.basis)
    labels = [words.name(definitions.definition(mart, one)) for one in indicators]
    name = pick(chosen.name, chosen.name_en)
    rows = [{t("指标"): label, t("中位数 = 100"): value} for label, value in zip(labels, values, strict=True)]
    known = any(value is not None for value in values)
    note = t("圆点：不低于中位数；菱形：低于中位数。高于 300 按 300 画")
    if chosen.group_size < province.RANKED:  # the median of one university is itself
        note += t("；同类有数的只有 {n} 所，中位数仅供参考", n=chosen.group_size)
    capped = [None if value is None else min(value, 300.0) for value in values]
    pieces.panel(
        t("{name}与同类中位数", name=name), f"{t('中位数 = 100')} · {how.basis_word}", "profile", note=note,
        rows=rows, alt=t("{name}与同类中位数", name=name), more=_exports(mart, how, "profile", t("{name}与同类中位数", name=name), rows), figure=(lambda p: figures.lollipop(p, labels, capped)) if known else None,
    )  # fmt: skip


def strip(mart: Mart, how: Compared, lines: Sequence[Line], chosen: Line | None) -> None:
    groups = []
    for group, label in GROUPS.items():
        members = [(pick(line.name, line.name_en), how.found.scaled(line.value) or 0.0) for line in lines if line.peer_group == group and line.value is not None]
        if members:
            groups.append((pick(*label), members))
    kind, university = t("类别"), t("高校")
    rows = [{kind: group, university: name, how.title: value} for group, members in groups for name, value in members]
    here = pick(chosen.name, chosen.name_en) if chosen else ""
    pieces.panel(
        t("同类分布"), how.title, "strip", note=t("每点一所高校；竖线为中位数，阴影为中间一半，菱形为所选高校"), rows=rows, alt=t("同类分布"), more=_exports(mart, how, "strip", t("同类分布"), rows),
        figure=(lambda p: figures.strip(p, groups, chosen=here, places=how.places)) if groups else None,
    )  # fmt: skip


def _exports(mart: Mart, how: Compared, key: str, title: str, rows: Sequence[dict[str, Any]]) -> Callable[[], None]:
    return lambda: tools.export_menu(mart, key, title, how.filters, rows, Spec(how.found.indicator, how.year), unit=how.unit)


def odd_ones(mart: Mart, how: Compared, odd: Sequence[Anomaly]) -> None:
    """异常提示: what to ask a university about, over all indicators of the year."""
    with st.container(border=True, gap="xsmall", key="panel_odd"):
        st.markdown(f"**{t('异常提示')}** · {t('{year} 年 {n} 条', year=how.year, n=len(odd))}")
        st.caption(t("与本校前五年比：超出中间一半 3 倍四分位距为跃升或跌落；约为中位数 10、100、1000、10000 倍或其几分之一，疑似单位用错。"))
        if not odd:
            st.caption(t("没有发现异常。"))
            return
        asked = questions.of_year(how.year)
        rows = [row | {t("询问"): questions.state_word(asked.get((one.university_code, one.indicator)))} for row, one in zip(odd_rows(mart, odd), odd, strict=True)]
        event = st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, placeholder="—", key="odd", on_select="rerun", selection_mode="single-row",
            height=min(33 * (len(rows) + 1) + 4, 300), alt=t("异常提示"),
            column_config={name: st.column_config.NumberColumn(format="%,.1f") for name in (t("本年"), t("前五年中位数"))},
        )  # fmt: skip
        tools.paper("odd", rows, 1)
        picked = event["selection"]["rows"]
        one = odd[picked[0]] if picked and picked[0] < len(odd) else None
        known = asked.get((one.university_code, one.indicator)) if one else None
        waits = known is not None and known.is_open
        with st.container(horizontal=True, gap="xsmall"):
            if st.button(t("明细：所选行"), key="odd_open", icon=":material/list:", type="tertiary", disabled=one is None, help=t("先勾选一行")) and one:
                navigation.go("drill", **(reach.address(mart, Spec(one.indicator, one.year)) | {"university": one.university_code}))
            if permissions.can(frame.current(), "ask_figures"):
                why_not = t("正在等待学校答复") if waits else t("先勾选一行")
                if st.button(t("询问学校"), key="odd_ask", icon=":material/forum:", type="tertiary", disabled=one is None or waits, help=why_not) and one:
                    questions.ask_dialog(mart, one)


def odd_rows(mart: Mart, odd: Sequence[Anomaly]) -> list[dict[str, Any]]:
    heads = [t("高校"), t("类别"), t("指标"), t("本年"), t("前五年中位数"), t("常见范围"), t("提示")]
    kinds = {group: pick(*word) for group, word in GROUPS.items()}
    out = []
    for one in odd:
        found = definitions.definition(mart, one.indicator)
        out.append(dict(zip(heads, (
            pick(one.name, one.name_en), kinds.get(one.peer_group, "—"), words.titled(found), found.scaled(one.value),
            found.scaled(one.median), f"{found.shown(one.low)} – {found.shown(one.high)}", reason(one),
        ), strict=True)))  # fmt: skip
    return out


def reason(one: Anomaly) -> str:
    """疑似单位 ×1000 · 跃升 · 跌落"""
    if one.times is not None:
        return t("疑似单位 ×{n}", n=f"{one.times:,.0f}") if one.times > 1 else t("疑似单位 ÷{n}", n=f"{1 / one.times:,.0f}")
    return t("跃升") if one.value > one.high else t("跌落")

