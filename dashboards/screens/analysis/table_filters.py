"""The filters of 统计表, all of them in the address: what is counted, by what, for which years, how, in which unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions, numbers
from dashboards.marts.crosstab import MONEY_UNITS, in_unit
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import By
from dashboards.marts.reader import Mart
from dashboards.marts.scope import ALL, UNASSIGNED, Spec
from dashboards.marts.words import colleges, words_for
from dashboards.screens.analysis import filters, words

BY: dict[str, str] = {
    "year": N_("年度"), "college": N_("学院"), "category_1": N_("第一分类"), "category_2": N_("第二分类"),
    "type": N_("类型"), "project": N_("项目"), "person": N_("人员"),
}  # fmt: skip
NONE = "none"
FIRST = "O01"


@dataclass(frozen=True)
class Asked:
    """``shown``: the indicator in the unit of money chosen."""

    spec: Spec
    rows_by: By
    columns_by: By | None
    shown: Definition
    group: str
    unit: str


def asked(mart: Mart) -> Asked:
    offered = {one.indicator: one for one in definitions.catalogue(mart).values() if one.is_configured}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="table_filters"):
        group = _group(offered)
        of_group = {key: one for key, one in offered.items() if one.group_en == group}
        first = FIRST if FIRST in of_group else next(iter(of_group))
        indicator = filters.choice(st.selectbox, t("指标"), list(of_group), "indicator", first, lambda one: words.titled(of_group[one]), width=230)
        found = of_group[indicator]
        rows_by, columns_by = _shape(mart, found)
        first_year, last_year = _years(mart)
        rule = _rule(mart, found)
        units = filters.units(mart, found, rule)
        unit = _unit(found)
        college = _college(mart)
        category = _category(mart, found)
    spec = Spec(indicator, last_year, rule, college=college, category_1=category, first_year=first_year, units=units)
    return Asked(spec, rows_by, columns_by, in_unit(found, unit), group, unit)


def address() -> dict[str, str]:
    """The filters as they stand in the address, to be kept under a name."""
    wanted = ("group", "indicator", "rows", "columns", "from", "to", "rule", "units", "unit", "college", "category_1")
    query = st.query_params.to_dict()
    return {key: query[key] for key in wanted if query.get(key)}


def by_word(found: Definition, by: str) -> str:
    if by == "category_1" and found.category_1_zh:
        return pick(found.category_1_zh, found.category_1_en)
    if by == "category_2" and found.category_2_zh:
        return pick(found.category_2_zh, found.category_2_en)
    return t(BY[by])


def _group(offered: dict[str, Definition]) -> str:
    """统计对象: 项目, 成果, 人员, 经费 … An address that names only the indicator shows its group."""
    groups = {one.group_en: one.group_zh for one in offered.values()}
    named = offered.get(st.query_params.get("indicator", "")) or offered.get(FIRST) or next(iter(offered.values()))
    return filters.choice(st.selectbox, t("统计对象"), list(groups), "group", named.group_en, lambda one: pick(groups[one], one), width=120)


def _shape(mart: Mart, found: Definition) -> tuple[By, By | None]:
    options = _options(mart, found)
    rows = filters.choice(st.selectbox, t("行"), options, "rows", "college" if "college" in options else "year", lambda one: by_word(found, one), width=120)
    others = [NONE, *[one for one in options if one != rows]]
    columns = filters.choice(st.selectbox, t("列"), others, "columns", "year" if rows != "year" else NONE, lambda one: t("不分列") if one == NONE else by_word(found, one), width=120)
    rows_by: Any = rows
    columns_by: Any = None if columns == NONE else columns
    return rows_by, columns_by


def _options(mart: Mart, found: Definition) -> list[str]:
    kinds = [one.strip() for one in found.types.split(",") if one.strip()]
    return [
        *(["college"] if mart.level == "university" else []),
        "year",
        *(["category_1"] if found.category_1_list else []),
        *(["category_2"] if found.category_2_list else []),
        *(["project"] if found.is_additive and kinds and all(kind.startswith("fund_") for kind in kinds) else []),
        "type",
        *(["person"] if mart.level != "person" and mart.persons else []),
    ]


def _years(mart: Mart) -> tuple[int, int]:
    now = mart.today.year
    earliest = numbers.first_year(mart) or now
    years = [str(year) for year in range(now, earliest - 1, -1)]
    start = filters.choice(st.selectbox, t("从"), years, "from", str(max(earliest, now - 4)), str, width=88)
    end = filters.choice(st.selectbox, t("到"), [year for year in years if int(year) >= int(start)], "to", str(now), str, width=88)
    return int(start), int(end)


def _rule(mart: Mart, found: Definition) -> str:
    if not found.is_additive or len(found.rules) < 2:
        return ""
    names = definitions.rules(mart)
    return filters.choice(st.selectbox, t("计数方式"), list(found.rules), "rule", found.counting_rule, lambda one: pick(names[one].zh, names[one].en) if one in names else one, width=140)


def _unit(found: Definition) -> str:
    if not found.is_money:
        return ""
    own = found.unit_zh.split("/")[0]
    return filters.choice(st.selectbox, t("计量单位"), list(MONEY_UNITS), "unit", own if own in MONEY_UNITS else "万元", lambda one: pick(one, MONEY_UNITS[one]), width=96)


def _college(mart: Mart) -> str:
    """学院: all of them, one, or what belongs to none. A college and a person see their own anyway."""
    if mart.level != "university":
        return ALL
    named = {key or NONE: word for key, word in colleges(mart).items()}
    chosen = filters.choice(st.selectbox, t("学院"), ["", *named], "college", "", lambda one: pick(*named[one]) if one else t("全部"), width=150)
    return {"": ALL, NONE: UNASSIGNED}.get(chosen, chosen)


def _category(mart: Mart, found: Definition) -> str:
    if not found.category_1_list:
        return ALL
    named = {key or NONE: word for key, word in words_for(mart, found, "category_1").items()}
    if found.category_1_list == "record_type":
        kinds = {row[0] for row in mart.rows("SELECT DISTINCT category_1 FROM fct_measure WHERE measure = ?", (found.measure,))}
        named = {key: word for key, word in named.items() if key in kinds}
    label = by_word(found, "category_1")
    chosen = filters.choice(st.selectbox, label, ["", *named], "category_1", "", lambda one: pick(*named[one]) if one else t("全部"), width=150)
    return {"": ALL, NONE: UNASSIGNED}.get(chosen, chosen)
