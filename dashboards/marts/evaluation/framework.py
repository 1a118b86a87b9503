"""The evaluation frameworks as declared in ``frameworks.csv``: a tree whose leaves name indicators.

``points`` are what a leaf counts of 100; a node's are those of its leaves. ``categories`` narrows the indicator to codes
of its first breakdown, each with a weight ("TOP:20 PKU:0.5", "2"). A leaf without an indicator is shown, never scored.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("frameworks.csv")
NAMES: dict[str, tuple[str, str]] = {
    "hubei": ("湖北省高校科研绩效评价（建议稿）", "Research performance of Hubei universities (proposal)"),
    "subject5": ("学科评估第五轮（2020）", "Subject evaluation, round 5 (2020)"),
    "subject4": ("学科评估第四轮（2016）", "Subject evaluation, round 4 (2016)"),
    "quality2019": ("高等教育质量监测国家数据平台（2019）", "National quality monitoring (2019)"),
    "local": ("地方高校科技创新能力评价（研究）", "Innovation of local universities (study)"),
    "transfer": ("科技成果转化年度报告", "Yearly report on technology transfer"),
}
SCORED = "hubei"
"""The framework whose leaves name indicators."""


@dataclass(frozen=True)
class Node:
    """One line of a tree. ``depth`` is 0 for what stands under no other; ``categories`` code → weight, empty for the
    whole indicator."""

    framework: str
    code: str
    zh: str
    en: str
    parent: str
    depth: int
    indicator: str
    categories: Mapping[str, float]
    points: float
    needs_zh: str
    needs_en: str
    provenance: str
    is_leaf: bool


@cache
def tree(framework: str = SCORED) -> tuple[Node, ...]:
    """The nodes in order, parents first. Raises KeyError for a framework that is not declared."""
    if framework not in NAMES:
        raise KeyError(framework)
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["framework"] == framework]
    parents = {row["code"]: row["parent"] for row in rows}
    inner = set(parents.values())
    points: dict[str, float] = {}
    for row in rows:
        code = row["code"]
        while code:
            points[code] = points.get(code, 0.0) + float(row["points"] or 0)
            code = parents[code]
    return tuple(
        Node(
            framework, row["code"], row["zh"], row["en"], row["parent"], _depth(row["code"], parents), row["indicator"], _weights(row["categories"]),
            points[row["code"]], row["needs_zh"], row["needs_en"], row["provenance"], row["code"] not in inner,
        )
        for row in rows
    )  # fmt: skip


def leaves(framework: str = SCORED) -> tuple[Node, ...]:
    """Those that name an indicator."""
    return tuple(node for node in tree(framework) if node.indicator)


def _depth(code: str, parents: Mapping[str, str]) -> int:
    return 0 if not parents[code] else 1 + _depth(parents[code], parents)


def _weights(text: str) -> dict[str, float]:
    pairs = (one.partition(":") for one in text.split())
    return {code: float(weight or 1) for code, _, weight in pairs}


def told(node: Node) -> str:
    """The categories as they are declared."""
    return " ".join(code if weight == 1 else f"{code}:{weight:g}" for code, weight in node.categories.items())
