"""The count of a library beside the published figure for the same filter (AC-093)."""

from __future__ import annotations

import streamlit as st

from dashboards import frame
from dashboards.i18n import t
from dashboards.marts import numbers, reader
from dashboards.marts.scope import Spec
from ingestion import libraries
from ingestion.libraries import Selection
from ingestion.principal import OperationError, Principal

ROLES = ("office_admin", "college_admin")
INDICATOR = "R01"  # 记录数


def line(actor: Principal, selection: Selection) -> None:
    """已通过且计入统计 n 条, beside 统计 n; nothing where a filter holds that the figures do not know."""
    if actor.role not in ROLES or selection.keyword or selection.file_name or selection.mine or selection.states not in ((), ("30",)) or {"person", "expert"} & set(selection.types):
        return
    figure = published(actor, selection)
    if figure is None:
        return
    value, generation = figure
    with frame.store().read(actor.university_code) as uow:
        here = libraries.in_statistics(uow, actor, selection)
    same = here == value
    words = t("其中已通过且计入统计 {n} 条，统计记录数 {m} 条（批次 #{g}）", n=f"{here:,}", m=f"{value:,}", g=generation)
    mark = f":green[:material/check_circle: {t('一致')}]" if same else f":orange[:material/sync: {t('下次刷新后一致')}]"
    st.caption(f"{words} · {mark}")


def published(actor: Principal, selection: Selection) -> tuple[int, int] | None:
    """The published number of records of these types, years and colleges, and its generation."""
    try:
        mart = reader.open_for(actor)
    except OperationError:
        return None
    total = 0.0
    for type_id in selection.types:
        spec = Spec(INDICATOR, 9999, first_year=1, type=type_id)
        for (year, college), value, _records in numbers.groups(mart, spec, ("year", "college")):
            if (not selection.years or int(year) in selection.years) and (not selection.college_ids or college in {str(i) for i in selection.college_ids}):
                total += value or 0.0
    return round(total), mart.meta.generation
