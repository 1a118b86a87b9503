"""审核积压: what waits where, how fast it moves, and what is left on 31 December if that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboards import frame, navigation
from dashboards.charts import figures
from dashboards.i18n import pick, t
from dashboards.marts.reader import Mart
from dashboards.marts.words import colleges, types
from dashboards.screens.analysis import pieces, tools, words
from ingestion import workload
from ingestion.principal import Denied, Principal
from ingestion.store.engine import utc_now
from ingestion.workload import Backlog, Silent

OPENERS = ("office_admin", "college_admin")
"""Who sees the records in review and the people who filed nothing."""


@dataclass(frozen=True)
class Waiting:
    """One college or type: records in review and the days the oldest of them has waited."""

    key: str
    records: int
    days: int


def waiting(mart: Mart) -> list[Waiting]:
    """By college, or inside a college by type; most first."""
    column, clause, parameters = "coalesce(cast(college_id AS VARCHAR), '')", "", []
    if mart.level == "college":
        column, clause, parameters = "type", " AND college_id = ?", [mart.college_id]
    rows = mart.rows(
        f"SELECT {column}, sum(records), min(oldest_since) FROM rpt_work WHERE state IN ('10', '20'){clause}"  # noqa: S608
        " GROUP BY 1 ORDER BY 2 DESC, 1",
        parameters,
    )
    now = utc_now() if mart.past is None else mart.meta.as_of or utc_now()
    return [Waiting(str(key), int(records), (now - oldest).days if oldest else 0) for key, records, oldest in rows]


def pace(mart: Mart, actor: Principal) -> Backlog | None:
    """None for roles that read no such counts, and of a past day: it is a forecast from now."""
    if mart.past is not None:
        return None
    college = mart.college_id if mart.level == "college" else None
    try:
        return _pace(frame.store().url, actor.university_code, college, mart.path, actor)
    except Denied:
        return None


def silent(mart: Mart, actor: Principal, year: int) -> list[Silent] | None:
    """Who has filed nothing in a year; None for roles that may not see people."""
    if actor.role not in OPENERS:
        return None
    college = mart.college_id if mart.level == "college" else None
    return _silent(frame.store().url, actor.university_code, college, mart.path, year, actor)


def count_silent(mart: Mart, actor: Principal, year: int) -> int | None:
    """How many ``silent`` names; None as there."""
    if actor.role not in OPENERS:
        return None
    college = mart.college_id if mart.level == "college" else None
    return _count_silent(frame.store().url, actor.university_code, college, mart.path, year, actor)


# These read the store, 5 and 40 ms: asked once a minute for each reach and generation, not at each click.
@st.cache_data(max_entries=500, ttl=60, show_spinner=False)
def _pace(_store: str, university: str, college: int | None, generation: str, _actor: Principal) -> Backlog:
    with frame.store().read(university) as uow:
        return workload.backlog(uow, _actor, college)


@st.cache_data(max_entries=500, ttl=60, show_spinner=False)
def _silent(_store: str, university: str, college: int | None, generation: str, year: int, _actor: Principal) -> list[Silent]:
    with frame.store().read(university) as uow:
        return workload.silent(uow, _actor, year, college)


@st.cache_data(max_entries=500, ttl=60, show_spinner=False)
def _count_silent(_store: str, university: str, college: int | None, generation: str, year: int, _actor: Principal) -> int:
    with frame.store().read(university) as uow:
        return workload.count_silent(uow, _actor, year, college)


def panel(mart: Mart, actor: Principal) -> None:
    """Bars of what waits, with the forecast written out as the sum it is."""
    found = waiting(mart)[:12]
    named = types(mart) if mart.level == "college" else colleges(mart)
    labels = [words.label(named, one.key) for one in found]
    first = t("类型") if mart.level == "college" else t("学院")
    rows = [{first: label, t("在审（条）"): one.records, t("最久（天）"): one.days} for label, one in zip(labels, found, strict=True)]
    going = pace(mart, actor)
    title = t("审核积压与年末预测")

    def draw(p: figures.Palette) -> figures.Figure:
        said = [t("{n} · 最久 {days} 天", n=one.records, days=one.days) for one in found]
        inks = [p.down if one.days > 5 else p.ink for one in found]
        return figures.bars(p, labels, [float(one.records) for one in found], words=said, word_colours=inks, keys=[one.key for one in found])

    def more() -> None:
        if actor.role in OPENERS and st.button(t("明细"), key="backlog_open", icon=":material/list:", type="tertiary", help=t("{name}的明细", name=title)):
            navigation.go("search", state="10,20")
        tools.export_menu(mart, "backlog", title, t("在审记录"), rows, picture=bool(found))

    pieces.panel(
        title, t("条"), "backlog", note=forecast(going), rows=rows, alt=title, figure=draw if found else None, more=more,
        empty_text=t("没有在审的记录"),
    )  # fmt: skip


def forecast(going: Backlog | None) -> str:
    """The arithmetic in words, so that the figure can be checked by hand."""
    if going is None:
        return ""
    return t(
        "现有 {now} 条，近 {days} 天新到 {came}、办结 {went}；照此到 12-31（还有 {left} 天）约 {then} 条",
        now=going.waiting, days=workload.DAYS, came=going.arrived, went=going.decided, left=going.days_left, then=going.expected,
    )  # fmt: skip


def silent_dialog(mart: Mart, actor: Principal, year: int) -> None:
    """未填报: who, of which college, and when they last filed."""
    found = silent(mart, actor, year) or []
    named = colleges(mart)
    rows: list[dict[str, Any]] = [
        {t("工号"): one.staff_no, t("姓名"): one.name, t("学院"): pick(*named.get(str(one.college_id or ""), ("—", "—"))), t("最近填报"): str(one.last_year) if one.last_year else t("从未填报")}
        for one in found
    ]

    def body() -> None:
        import pandas as pd

        st.caption(t("在岗人员中，{year} 年没有参与任何在审或已通过的项目与成果；经费和人员资料不算。", year=year))
        if not rows:
            frame.empty(t("没有未填报的人员"), "", icon=":material/check_circle:")
            return
        st.markdown(f"**{t('共 {n} 人', n=len(rows))}**")
        st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 470), key="silent_grid", alt=t("未填报"))
        if st.button(t("导出"), key="silent_export", icon=":material/download:"):
            tools.workbook(mart, t("未填报人员"), t("{years} 年", years=year), rows)

    st.dialog(f"{t('未填报')} · {year}", width="large")(body)()
