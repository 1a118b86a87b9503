"""导出: writes the workbook, logs it, hands the browser its address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.i18n import t
from dashboards.marts import definitions, exports, numbers
from dashboards.marts.drill import every_row
from dashboards.marts.exports import Sheet
from dashboards.marts.reader import Mart
from dashboards.marts.scope import Spec
from dashboards.screens.analysis import opened, words
from ingestion import audit
from ingestion.principal import OperationError, Principal


def button(actor: Principal, mart: Mart, spec: Spec) -> None:
    """导出 of the records behind a number."""
    if not st.button(t("导出"), key="export_records", icon=":material/download:"):
        return
    found = definitions.definition(mart, spec.indicator)
    specs = [spec]
    if not found.is_additive:
        specs = [part.spec for part in numbers.parts(mart, found, spec) if part is not None]
    try:
        refuse_unreconciled(mart)
        sheets = [_sheet(mart, one) for one in specs]
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
        return
    hand_over(actor, mart, words.name(found), sheets, words.filters_of(mart, spec), spec)


def refuse_unreconciled(mart: Mart) -> None:
    if not mart.meta.reconciled:
        raise exports.NotReconciled


def hand_over(actor: Principal, mart: Mart, title: str, sheets: Sequence[Sheet], filters: str, spec: Spec | None = None, unit: str = "") -> None:
    """Writes one workbook, writes the audit row and starts the download. ``unit``: of money, where another than the
    indicator's own was chosen."""
    export_id, path = exports.new(actor, title, "xlsx")
    count = exports.workbook(path, sheets, exports.notes_of(actor, mart, title, filters, spec, unit))
    with frame.store().begin(actor.university_code) as uow:
        audit.write(uow, actor, "export", "indicator" if spec else "statistics", spec.indicator if spec else None, {"title": title, "filters": filters, "rows": count, "generation": mart.meta.generation})
    give(export_id, t("已导出 {n} 行", n=f"{count:,}"))


def give(export_id: str, said: str) -> None:
    frame.command("go", to=f"/exports/{export_id}")
    st.toast(said, icon=":material/download_done:")


def frame_sheet(name: str, table: pd.DataFrame) -> Sheet:
    rows: list[list[Any]] = [[None if pd.isna(v) else v for v in row] for row in table.itertuples(index=False, name=None)]
    return name, [str(column) for column in table.columns], rows


def _sheet(mart: Mart, spec: Spec) -> Sheet:
    table = opened.table(mart, spec, every_row(mart, spec))
    table["link"] = [str(value).partition("#")[2] for value in table["link"]]
    found = definitions.definition(mart, spec.indicator)
    return frame_sheet(words.name(found), table.rename(columns={"link": t("编号")}))
