"""All indicators in one list, and the newest records in force."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import navigation
from dashboards.frame import empty
from dashboards.i18n import pick, t
from dashboards.marts import definitions, reach
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart
from dashboards.marts.words import types
from dashboards.screens.analysis import opened, words
from ingestion.store.engine import local_time, local_zone


def every_indicator(mart: Mart, year: int, rule: str) -> None:
    """指标一览: ticking a row offers its records and its definition."""
    found = list(definitions.catalogue(mart).values())
    values = _values(mart, year)
    rows: list[dict[str, Any]] = []
    for one in found:
        now, before = values.get(one.indicator, {}).get(year), values.get(one.indicator, {}).get(year - 1)
        if one.is_configured and (one.is_additive or one.operation == "difference"):
            now, before = now or 0.0, before or 0.0
        rows.append({
            t("分组"): pick(one.group_zh, one.group_en), t("指标"): words.name(one), str(year): one.shown(now) if one.is_configured else t("未配置"), str(year - 1): one.shown(before),
            t("计量单位"): words.unit(one), t("近六年"): _heights([values.get(one.indicator, {}).get(y) for y in range(year - 5, year + 1)]),
        })  # fmt: skip
    with st.container(border=True, gap="xsmall", key="panel_all", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{t('指标一览')}** · {t('{n} 项', n=len(rows))}", width="content")
            st.caption(t("勾选一行看明细和口径；数字为全年累计或年末值"), width="content")
        event = st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, height=370, placeholder="—", key="all_indicators",
            on_select="rerun", selection_mode="single-row", alt=t("指标一览"),
            column_config={
                t("近六年"): st.column_config.BarChartColumn(width=110, y_min=0, y_max=100),
                str(year): st.column_config.TextColumn(width=92), str(year - 1): st.column_config.TextColumn(width=92),
                t("分组"): st.column_config.TextColumn(width=76), t("计量单位"): st.column_config.TextColumn(width=72),
            },
        )  # fmt: skip
        picked = event["selection"]["rows"]
        chosen = found[picked[0]] if picked and picked[0] < len(found) else None
        with st.container(horizontal=True, gap="xsmall"):
            spec = None
            if chosen is not None:
                spec = Spec(chosen.indicator, year, rule if rule in chosen.rules and chosen.is_additive else "")
            label = t("明细：{name}", name=words.name(chosen)) if chosen else t("明细")
            if st.button(label, key="all_open", icon=":material/list:", type="tertiary", disabled=spec is None) and spec:
                opened.records_dialog(mart, spec)
            if st.button(t("口径"), key="all_define", icon=":material/info:", type="tertiary", disabled=spec is None) and spec:
                opened.definition_dialog(mart, spec)
            if st.button(t("为何变化"), key="all_why", icon=":material/difference:", type="tertiary", disabled=spec is None) and spec:
                navigation.go("why", **reach.address(mart, spec))


def _heights(values: list[float | None]) -> list[float]:
    """Bars from 0, the highest 100: the engine would cut the axis at the lowest value."""
    most = max((value or 0.0 for value in values), default=0.0)
    return [max(value or 0.0, 0.0) / most * 100 if most > 0 else 0.0 for value in values]


def _values(mart: Mart, year: int) -> dict[str, dict[int, float | None]]:
    """Precomputed values by indicator and year, under each indicator's own rule."""
    level, clause, parameters = "university", "", []
    if mart.level == "college":
        level, clause, parameters = "college", " AND college_id = ?", [mart.college_id]
    rows = mart.rows(
        "SELECT indicator, year, value FROM rpt_indicator WHERE level = ? AND category_1 = '*'"  # noqa: S608
        f" AND year BETWEEN ? AND ?{clause}",
        [level, year - 5, year, *parameters],
    )
    out: dict[str, dict[int, float | None]] = {}
    for indicator, when, value in rows:
        out.setdefault(indicator, {})[int(when)] = value
    return out


def newest(mart: Mart) -> None:
    """最近通过: the last ten records that came into force."""
    clause, parameters = "", []
    if mart.level == "college":
        clause, parameters = " AND college_id = ?", [mart.college_id]
    rows = mart.rows(
        "SELECT type, title, approved_at FROM fct_record WHERE type <> 'person' AND valid_to IS NULL"  # noqa: S608
        f"{clause} ORDER BY approved_at DESC, record_id DESC LIMIT 10",
        parameters,
    )
    midnight = _midnight(mart.today)
    since_today, since_week = mart.rows(
        "SELECT count(*) FILTER (WHERE approved_at >= ?), count(*) FILTER (WHERE approved_at >= ?) FROM fct_record"  # noqa: S608
        f" WHERE type <> 'person' AND valid_to IS NULL{clause}",
        [midnight, midnight - timedelta(days=6), *parameters],
    )[0]
    named = types(mart)
    with st.container(border=True, gap="xsmall", key="panel_newest", height="stretch"):
        st.markdown(f"**{t('最近通过')}** · {t('10 条')}")
        st.caption(t("今天通过 {a} 条，近七天 {b} 条", a=f"{since_today:,}", b=f"{since_week:,}"))
        if not rows:
            empty(t("暂无数据"), t("有记录通过审核后，这里会显示。"))
        for kind, title, at in rows:
            with st.container(gap="xxsmall"):
                st.text(title or "—", width="stretch")
                when = local_time(at).strftime("%Y-%m-%d %H:%M") if at else "—"
                st.caption(f"{pick(*named[kind]) if kind in named else kind} · {when}")


def _midnight(day: date) -> datetime:
    """When a day began here, in naive UTC."""
    return datetime.combine(day, time(), tzinfo=local_zone()).astimezone(UTC).replace(tzinfo=None)
