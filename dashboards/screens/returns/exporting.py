"""导出报表: the form of a system filled in."""

from __future__ import annotations

import streamlit as st

from dashboards import frame
from dashboards.i18n import t
from dashboards.marts import exports
from dashboards.marts.returns import export
from dashboards.marts.returns.book import Book
from dashboards.screens.analysis.exporting import give
from ingestion import audit
from ingestion.principal import OperationError, Principal

NAMES = {"ST": "科技统计年报", "SK": "社科统计年报"}


def button(actor: Principal, book: Book, system: str) -> None:
    """Refused while the figures are not reconciled, or where a university's own form cannot be filled."""
    if not st.button(t("导出{name}", name=t(NAMES[system])), key=f"export_{system}", icon=":material/download:"):
        return
    export_id, path = exports.new(actor, f"{NAMES[system]}{book.year}", "xlsx")
    try:
        count = export.write(book, system, path)
    except OperationError as refused:
        exports.discard(export_id)
        st.warning(frame.said(refused), icon=":material/block:")
        return
    with frame.store().begin(actor.university_code) as uow:
        audit.write(uow, actor, "export", "returns", system, {"year": book.year, "generation": book.mart.meta.generation})
    give(export_id, t("已导出 {n} 格", n=f"{count:,}"))
