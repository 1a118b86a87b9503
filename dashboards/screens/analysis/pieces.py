"""The pieces of a dashboard: a number in its card, a chart in its panel, the sentence, the health strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import navigation
from dashboards.charts.drawn import Drawn
from dashboards.charts.figures import CONFIG, Figure, Palette, palette
from dashboards.frame import empty, md
from dashboards.i18n import pick, t
from dashboards.marts import definitions, numbers, reach
from dashboards.marts.numbers import Number, Spec
from dashboards.marts.reader import Mart
from dashboards.screens.analysis import opened, words


def colours() -> Palette:
    return palette(st.context.theme.type == "dark")


def number_card(mart: Mart, spec: Spec, *, label: str = "") -> Number:
    """One number with unit, change against the same date last year, six years, 明细 and 口径."""
    found = definitions.definition(mart, spec.indicator)
    now, before, history = numbers.trend(mart, spec)
    difference, shown, percent = words.change(now, before)
    grey = not mart.meta.reconciled or bool(mart.meta.held_reason)
    with st.container(border=True, gap="xsmall", key=f"card_{'grey_' if grey else ''}{spec.indicator}", height="stretch"):
        ever = any(value for value in history.values())
        trend = [found.scaled(value) or 0.0 for value in history.values()] or [0.0] * 6
        compare = t("较上年末") if found.is_stock else t("同比")
        st.metric(
            label or words.titled(found),
            now.shown if found.is_configured else t("未配置"),
            delta=shown if difference else None,
            delta_color="blue" if (difference or 0) >= 0 else "orange",
            delta_arrow="up" if (difference or 0) >= 0 else "down",
            delta_description=f"{percent} {compare}".strip() if difference else (t("与上年持平") if ever else t("暂无数据")),
            chart_data=trend,
            chart_type="bar",
        )
        if grey:
            failed = not mart.meta.reconciled
            st.badge(t("对账未通过") if failed else t("暂未更新"), color="orange", icon=":material/error:" if failed else ":material/pause_circle:")
        with st.container(horizontal=True, gap="xsmall"):
            if st.button(t("明细"), key=f"open_{spec.indicator}", icon=":material/list:", type="tertiary", help=t("{name}的明细", name=words.name(found))):
                opened.records_dialog(mart, now.spec)
            if st.button(t("口径"), key=f"define_{spec.indicator}", icon=":material/info:", type="tertiary", help=t("{name}的口径", name=words.name(found))):
                opened.definition_dialog(mart, now.spec)
            if st.button(t("为何变化"), key=f"why_{spec.indicator}", icon=":material/difference:", type="tertiary", help=t("{name}为何变化", name=words.name(found))):
                navigation.go("why", **reach.address(mart, now.spec))
    return now


def panel(title: str, unit: str, key: str, *, note: str = "", figure: Callable[[Palette], Figure] | None = None,
          rows: Sequence[dict[str, Any]] = (), alt: str = "", pick_point: Callable[[Any], None] | None = None,
          more: Callable[[], None] | None = None, below: Callable[[], None] | None = None, empty_text: str = "",
          wide: bool = False) -> None:  # fmt: skip
    """A chart with its title and unit, a table of the same values, and a click that opens the records.

    ``figure`` is None where there is nothing to draw; ``rows`` are the values behind the chart; ``below`` draws what
    explains the chart (a legend) and leaves with it. ``wide``: on a
    phone the chart is scrolled and not squeezed."""
    with st.container(border=True, gap="xsmall", key=f"panel_{key}", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{md(title)}** · {md(unit)}" if unit else f"**{md(title)}**", width="content")
            st.space("stretch")
            as_table = False
            if figure is not None and rows:
                as_table = st.session_state.get(f"{key}_table", False)
                label = t("图") if as_table else t("表")
                icon = ":material/bar_chart:" if as_table else ":material/table:"
                st.button(label, key=f"{key}_swap", icon=icon, type="tertiary", on_click=_swap, args=(f"{key}_table",), help=t("{name}：图与表切换", name=title))
            if more is not None and figure is not None:
                more()
        if note:
            st.caption(md(note))
        if figure is None:
            empty(t("暂无数据"), empty_text or t("有记录通过审核后，这里会显示统计。"))
        elif as_table:
            st.dataframe(pd.DataFrame(list(rows)), hide_index=True, row_height=33, placeholder="—", key=f"{key}_grid", alt=alt or title, height=min(33 * (len(rows) + 1) + 4, 380))
        else:
            with st.container(key=f"wide_{key}") if wide else nullcontext():
                _chart(figure(colours()), key, alt or title, pick_point)
            if below is not None:
                below()


def _chart(figure: Figure, key: str, alt: str, pick_point: Callable[[Any], None] | None) -> None:
    if pick_point is None:
        st.plotly_chart(Drawn(figure), key=key, theme=None, config=CONFIG, alt=alt)
        return
    event = st.plotly_chart(Drawn(figure), key=key, theme=None, config=CONFIG, alt=alt, on_select="rerun", selection_mode="points")
    points = event["selection"]["points"]
    picked = _identity(points[0]) if points else None
    before = st.session_state.get(f"{key}_picked")
    st.session_state[f"{key}_picked"] = picked
    if picked is not None and picked != before:
        pick_point(points[0])


def _identity(point: dict[str, Any]) -> str:
    return f"{point.get('curve_number')}/{point.get('point_index')}"


def key_of(point: dict[str, Any]) -> Any:
    """The key a bar carries (its customdata), whatever list the browser wrapped it in."""
    value = point.get("customdata")
    while isinstance(value, list | tuple) and value:
        value = value[0]
    if isinstance(value, dict):
        value = next(iter(value.values()), None)
    return value


def _swap(key: str) -> None:
    st.session_state[key] = not st.session_state.get(key, False)


def open_button(mart: Mart, spec: Spec, key: str) -> Callable[[], None]:
    """明细 beside a chart: a click on a bar is not reachable by keyboard."""

    def draw() -> None:
        if st.button(t("明细"), key=f"{key}_open", icon=":material/list:", type="tertiary"):
            opened.records_dialog(mart, spec)

    return draw


def sentence(text: str) -> None:
    """The plain sentence above the numbers, on tint. ``text`` is Markdown with its data escaped."""
    with st.container(key="sentence"):
        st.markdown(text)


def state_notice(mart: Mart) -> None:
    """Above everything where the figures may not be trusted or are held back."""
    meta = mart.meta
    if not meta.reconciled:
        st.warning(t("对账未通过：集市与库内数不一致，数字变灰，暂停导出。"), icon=":material/error:")
    if meta.held_reason:
        st.warning(t("新数据未发布，显示上一批。未通过的检查：{check}", check=md(pick(meta.held_reason, meta.held_reason_en))), icon=":material/pause_circle:")
