"""What both pages of 省内评价 share: filters, words of a leaf, its doors to records."""

from __future__ import annotations

import streamlit as st

from dashboards import navigation
from dashboards.i18n import pick, t
from dashboards.marts import definitions
from dashboards.marts.evaluation import framework
from dashboards.marts.evaluation.framework import NAMES, SCORED, Node
from dashboards.marts.evaluation.values import COMPLETENESS, Value
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart
from dashboards.screens.analysis import filters, opened
from ingestion.snapshots import Snapshot
from ingestion.store.engine import local_time

PURPOSE = "evaluation"
INDENT = "\u3000"  # a wide blank: the tree stands in one column


def chosen_framework() -> str:
    return filters.choice(st.selectbox, t("指标体系"), list(NAMES), "framework", SCORED, lambda one: pick(*NAMES[one]), width=330)


def chosen_year(mart: Mart) -> int:
    """The last whole year first."""
    now = mart.today.year
    return int(filters.choice(st.selectbox, t("年度"), [str(year) for year in range(now, now - 6, -1)], "year", str(now - 1), str, width=100))


def name(node: Node) -> str:
    return pick(node.zh, node.en)


def indented(node: Node) -> str:
    return INDENT * node.depth + name(node)


def unit(mart: Mart, leaf: Node) -> str:
    """The indicator's; a sum weighted by category is points."""
    found = definitions.every(mart).get(leaf.indicator)
    if found is None:
        return ""
    return t("加权分") if is_weighted(leaf) else pick(found.unit("zh"), found.unit("en"))


def is_weighted(leaf: Node) -> bool:
    return any(weight != 1 for weight in leaf.categories.values())


def shown(mart: Mart, leaf: Node, value: float | None) -> str:
    """A value of the facts as it stands on the page."""
    found = definitions.every(mart).get(leaf.indicator)
    if found is None or value is None:
        return "—"
    return found.shown(value, 1 if is_weighted(leaf) else None)


def state(mart: Mart, leaf: Node, value: Value, is_scored: bool) -> str:
    """Why a line has no score, or a score of 0."""
    if not leaf.indicator:
        return t("未配置：{why}", why=pick(leaf.needs_zh, leaf.needs_en)) if leaf.needs_zh else t("未配置")
    if value.value is None:
        found = definitions.every(mart).get(leaf.indicator)
        needs = pick(found.needs_zh, found.needs_en) if found else ""
        return t("未配置：{why}", why=needs) if needs else t("没有数据，不得分") if is_scored else t("没有数据")
    return "" if is_scored else t("不足 5 校有数或都为 0，不评分")


def points(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def snapshot_words(one: Snapshot | None) -> str:
    """报送状态: 已签名 2026-01-15 / 未报"""
    return t("已签名 {day}", day=f"{local_time(one.made_at):%Y-%m-%d}") if one else t("未报")


def spec_of(leaf: Node, year: int) -> Spec:
    """The number a leaf is made of; one category where it names one."""
    if len(leaf.categories) == 1:
        return Spec(leaf.indicator, year, category_1=next(iter(leaf.categories)))
    return Spec(leaf.indicator, year)


def doors(mart: Mart, leaf: Node, year: int, key: str, university: str = "") -> None:
    """明细 and 口径 of a leaf's number."""
    spec = spec_of(leaf, year)
    with st.container(horizontal=True, gap="small", width="content", key=f"doors_{key}"):
        if leaf.indicator == COMPLETENESS:
            if not university and st.button(t("明细"), key=f"{key}_open", icon=":material/list:", type="tertiary"):
                navigation.go("quality")
        elif st.button(t("明细"), key=f"{key}_open", icon=":material/list:", type="tertiary", help=t("{name}的明细", name=name(leaf))):
            navigation.go("drill", **spec.address(), **({"university": university} if university else {}))
        if st.button(t("口径"), key=f"{key}_define", icon=":material/info:", type="tertiary", help=t("{name}的口径", name=name(leaf))):
            opened.definition_dialog(mart, spec)


def by_code(scheme: str) -> dict[str, Node]:
    return {node.code: node for node in framework.tree(scheme)}
