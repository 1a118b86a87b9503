"""What stands beside a chart: its records (明细), its definition (口径), and 导出 as a workbook or a picture."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.charts import figures
from dashboards.i18n import t
from dashboards.marts import definitions, numbers
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart
from dashboards.screens.analysis import exporting, opened, words
from ingestion.principal import OperationError
from ingestion.store.engine import today

WORKBOOK, PICTURE = "xlsx", "png"


def beside(mart: Mart, spec: Spec, key: str, title: str, rows: Sequence[dict[str, Any]] = (), picture: bool = True,
           definition: bool = True) -> Callable[[], None]:  # fmt: skip
    """Buttons for the head of a panel; a click on a bar is not reachable by keyboard. ``rows`` are the values behind
    the chart, as its table shows them; ``picture`` is false where there is no chart to take one of."""

    def draw() -> None:
        if st.button(t("明细"), key=f"{key}_open", icon=":material/list:", type="tertiary", help=t("{name}的明细", name=title)):
            opened.records_dialog(mart, spec)
        if definition and st.button(t("口径"), key=f"{key}_define", icon=":material/info:", type="tertiary", help=t("{name}的口径", name=title)):
            opened.definition_dialog(mart, spec)
        export_menu(mart, key, title, words.filters_of(mart, spec), rows, spec, picture)

    return draw


def export_menu(mart: Mart, key: str, title: str, filters: str, rows: Sequence[dict[str, Any]], spec: Spec | None = None, picture: bool = True, unit: str = "") -> None:
    """导出: the table as a workbook with 导出说明, the chart as a picture with title, filters and as-of line."""
    shown_as_table = bool(st.session_state.get(f"{key}_table"))
    options = [WORKBOOK, *([PICTURE] if picture and not shown_as_table else [])]
    said = {WORKBOOK: t("表格（xlsx）"), PICTURE: t("图片（png）")}
    chosen = st.menu_button(t("导出"), options, key=f"{key}_export", icon=":material/download:", type="tertiary", format_func=lambda one: said[one], help=t("导出：{name}", name=title))
    if chosen == WORKBOOK:
        workbook(mart, title, filters, rows, spec, unit)
    elif chosen == PICTURE:
        take_picture(mart, key, title, filters)


def workbook(mart: Mart, title: str, filters: str, rows: Sequence[dict[str, Any]], spec: Spec | None = None, unit: str = "") -> None:
    """Refused, with the reason on the page, while the figures are not reconciled."""
    try:
        exporting.refuse_unreconciled(mart)
        exporting.hand_over(frame.current(), mart, title, [exporting.frame_sheet(title, pd.DataFrame(list(rows)))], filters, spec, unit)
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")


def take_picture(mart: Mart, key: str, title: str, filters: str) -> None:
    if not mart.meta.reconciled:
        st.warning(frame.said(exporting.exports.NotReconciled()), icon=":material/block:")
        return
    about = f"{filters} · {t('数据截至 {at}', at=numbers.as_of(mart))} · {t('批次 #{n}', n=mart.meta.generation)}"
    frame.command("picture", to=f".st-key-{key}", title=title, about=about, file=f"{title} {today():%Y-%m-%d}.png")


def print_button() -> None:
    """打印: the page on A4 as it stands; the footnotes come with it."""
    if st.button(t("打印"), key="print_page", icon=":material/print:"):
        frame.command("print")


def footnotes(mart: Mart, indicators: Sequence[str], filters: str) -> None:
    """The definitions of the numbers on the page, on paper only."""
    lines = []
    for n, one in enumerate(dict.fromkeys(indicators), 1):
        found = definitions.catalogue(mart).get(one)
        if found is not None:
            words_of = {key: frame.pick(zh, en) for key, zh, en in definitions.card(mart, one)}
            about = "；".join(words_of[key] for key in ("definition", "counting", "date") if words_of.get(key))
            lines.append(f"{n}\\. **{frame.md(words.titled(found))}** {frame.md(about)}")
    with st.container(key="footnotes"):
        who = frame.current()
        st.markdown(f"**{t('统计口径')}** · {frame.md(filters)}")
        st.markdown("  \n".join(lines))
        st.markdown(t("打印人 {name}，{day}", name=frame.md(who.name), day=today().isoformat()))


def paper(key: str, rows: Sequence[dict[str, Any]], places: int, others: Mapping[str, int] | None = None) -> None:
    """A grid as a table on paper: on the screen a grid draws only the rows in sight. ``places`` of its numbers,
    ``others`` of columns that have their own."""
    if not rows:
        return

    def cell(name: str, value: Any) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return f"<td class='number'>{figures.number(value, 0 if isinstance(value, int) else (others or {}).get(name, places))}</td>"
        return f"<td>{html.escape('—' if value is None else str(value))}</td>"

    head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in rows[0])
    body = "".join(f"<tr>{''.join(cell(name, value) for name, value in row.items())}</tr>" for row in rows)
    with st.container(key=f"paper_{key}"):
        st.html(f"<table class='yanshu-paper yanshu-data'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
