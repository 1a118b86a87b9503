"""The editor of contributors. Order, flags and names are edited in the browser; people come from the store."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards.i18n import t

HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def _component() -> Any:
    return st.components.v2.component(
        "yanshu_contributors",
        html='<div id="contributors"></div>',
        css=(HERE / "contributors.css").read_text(encoding="utf-8"),
        js=(HERE / "contributors.js").read_text(encoding="utf-8"),
    )


def words() -> dict[str, str]:
    return {
        "search": t("输入工号、姓名或拼音，选校内人员"), "found": t("找到的人员"), "none": t("没有找到"), "already": t("已在名单中"),
        "n_found": t("找到 {n} 人", n="{n}"), "add_external": t("添加校外人员"), "add_student": t("添加学生"), "rank": t("排序"), "name": t("姓名"),
        "unit": t("工号 / 单位"), "kind": t("来源"), "actions": t("操作"), "staff": t("校内"), "student": t("学生"), "external": t("校外"),
        "printed": t("署名姓名"), "affiliation": t("署名单位"), "affiliation_hint": t("署名单位，多个用；分开"), "remove": t("移除"),
        "move": t("{name} 第 {n} 位，按上下方向键移动", name="{name}", n="{n}"), "up": t("{name} 上移", name="{name}"), "down": t("{name} 下移", name="{name}"),
        "added": t("已添加 {name}", name="{name}"), "moved": t("{name} 移到第 {n} 位", name="{name}", n="{n}"), "removed": t("已移除 {name}", name="{name}"),
        "best": t("校内排名最靠前：{name}（第 {n} / {all}），由其录入", name="{name}", n="{n}", all="{all}"), "no_staff": t("还没有校内人员"), "empty": t("还没有人员"),
    }  # fmt: skip


def edit(
    *, key: str, label: str, rows: list[dict[str, Any]], version: str, columns: list[dict[str, Any]], found: list[dict[str, Any]],
    query: str, university: str, first_rank: int, single: bool, affiliations: bool, problems: dict[str, list[str]], shares: dict[str, str],
    on_rows: Callable[[], None], on_query: Callable[[], None],
) -> None:  # fmt: skip
    """Draws the editor. ``version`` decides when ``rows`` replace what stands in the browser; ``shares``: printed rank
    → what a column of kind "shown" says in that row, for every row or for none."""
    _component()(
        key=key,
        data={
            "label": label, "rows": rows, "version": version, "columns": columns, "found": found, "query": query, "university": university,
            "first_rank": first_rank, "single": single, "affiliations": affiliations, "problems": problems, "shares": shares, "words": words(),
        },  # fmt: skip
        on_rows_change=on_rows,
        on_query_change=on_query,
    )
