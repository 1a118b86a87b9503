"""计入统计: on a record's page, the numbers it counts in, for whom, and why it does not count elsewhere (AC-188)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from dashboards.marts import definitions
from dashboards.marts.definitions import Definition
from dashboards.marts.evaluation import content, framework
from dashboards.marts.reader import Mart, NoNumbersYet, OlderFile, open_for
from dashboards.marts.returns import places as stood
from dashboards.marts.returns.places import Stand
from dashboards.marts.scope import clauses, relation
from dashboards.screens.analysis import words
from ingestion.principal import Denied, Principal
from ingestion.records.view import RecordView


@dataclass(frozen=True)
class Place:
    """One measure of one record: ``value`` in the measure's unit (fen, items, persons), its years, and the reason where it does not count."""

    found: Definition
    first_year: int | None
    last_year: int | None
    value: Decimal
    reason: str | None


def places(mart: Mart, record_id: int) -> tuple[list[Place], list[Place]]:
    """Where a record counts and where it does not, by the newest published numbers.

    A state (active at the end of a year) stands in many years with one value; what happened in years is added up.
    An indicator is the one that names the measure; a measure two indicators share is told once.
    """
    named: dict[str, Definition] = {}
    for one in definitions.catalogue(mart).values():
        if one.is_additive:
            named.setdefault(one.measure, one)
    rows = mart.rows(
        "SELECT measure, included, reason, min(year), max(year), sum(value), max(value) FROM fct_measure"
        " WHERE record_id = ? AND valid_to IS NULL GROUP BY measure, included, reason ORDER BY measure, reason",
        (record_id,),
    )
    told = [(bool(row[1]), Place(named[row[0]], row[3], row[4], row[6] if named[row[0]].is_stock else row[5], row[2])) for row in rows if row[0] in named]
    counted = {place.found.measure for included, place in told if included}
    return [place for included, place in told if included], [place for included, place in told if not included and place.found.measure not in counted]


def card(actor: Principal, view: RecordView) -> None:
    """The card of an approved record; nothing where the reader has no numbers."""
    if view.state != "30":
        return
    try:
        mart = open_for(actor)
    except (NoNumbersYet, Denied):
        return
    if actor.is_province:  # its file holds no records
        return
    counted, left_out = places(mart, view.id)
    with st.container(border=True, gap="xsmall", key="counted"):
        st.markdown(f"**{t('计入统计')}** · {t('{n} 项指标', n=len(counted))}")
        if not counted and not left_out:
            st.caption(t("最近一次刷新后才通过或不纳入统计，没有计入任何指标。"))
            return
        if counted:
            frame.rows([(words.name(one.found), said(one)) for one in counted], narrow=True)
            st.page_link(navigation.page("lineage"), label=t("数据血缘"), icon=":material/account_tree:", query_params={"record": str(view.id)})
        _people(mart, view.id)
        try:
            _reported(mart, view)
        except OlderFile as old:  # until the first full build after an upgrade; the record itself does not wait
            st.caption(frame.said(old))
        if left_out:
            reasons = definitions.labels(mart, "exclusion_reason")
            with st.expander(t("没有计入的 {n} 项", n=len(left_out))):
                frame.rows([(words.name(one.found), _reason(reasons, one.reason or "")) for one in left_out], narrow=True)


def _reported(mart: Mart, view: RecordView) -> None:
    """Which cells of the ministry's draft and which leaves of the evaluation it stands in, and why not."""
    reasons = definitions.labels(mart, "exclusion_reason")
    stands = stood.of_record(mart, view.id, view.type_id)
    lines = []
    for one in stands:
        name, table = f"{one.table.code} · {one.year}", pick(one.table.zh, one.table.en)
        said_there = t("未计入：{reason}", reason=words.label(reasons, one.reason)) if one.reason else "、".join(_cells(one)) or t("列入")
        lines.append((name, f"{table}：{said_there}"))
    st.caption(t("教育部年底统计草稿"))
    if lines:
        frame.rows(lines, narrow=True)
    else:
        st.caption(t("没有计入年底统计的报表。"))
    leaves = evaluated(mart, view.id)
    st.caption(t("省内评价"))
    if leaves:
        frame.rows(leaves, narrow=True)
    else:
        st.caption(t("没有计入省内评价的指标。"))


def _cells(one: Stand) -> list[str]:
    """The cells in words: of a vector its rows, of a matrix its columns (a record stands in several blocks of rows)."""
    out = []
    for place in one.cells:
        row, _, column = place.partition(".")
        head = one.table.column(column) if column else one.table.row(row)
        out.append(f"{head.code} {pick(head.zh, head.en)}")
    return list(dict.fromkeys(out))


def evaluated(mart: Mart, record_id: int) -> list[tuple[str, str]]:
    """The leaves of the provincial evaluation a record adds to, each in the latest year it does: (leaf, year · contribution)."""
    out = []
    measures = {row[0]: int(row[1]) for row in mart.rows("SELECT measure, max(year) FROM fct_measure WHERE record_id = ? AND included AND year <= ? GROUP BY measure", (record_id, mart.today.year))}
    known = definitions.every(mart)
    for leaf in framework.leaves():
        found = known.get(leaf.indicator)
        if found is None:
            continue
        base = known.get(found.numerator, found) if found.numerator else found
        year = measures.get(base.measure)
        if year is None:
            continue
        total = 0.0
        for side in content.sides(mart, leaf, year):
            if side.name != content.BELOW:
                where, parameters = clauses(mart, definitions.definition(mart, side.spec.indicator), side.spec, None, "c.")
                relation_ = relation(mart, definitions.definition(mart, side.spec.indicator), side.spec, alias="c")
                rows = mart.rows(f"SELECT coalesce(sum(c.contribution), 0) FROM {relation_} WHERE {' AND '.join(where)} AND c.record_id = ?", [*parameters, record_id])  # noqa: S608 - declared
                total += side.weight * float(rows[0][0])
        if total:
            shown = f"{base.shown(total)} {words.unit(base)}"
            out.append((f"{leaf.code} {pick(leaf.zh, leaf.en)}", f"{t('{years} 年', years=year)} · {shown}"))
    return out


def said(place: Place) -> str:
    """2022 年 · 1 篇"""
    shown = f"{place.found.shown(float(place.value))} {words.unit(place.found)}"
    if place.first_year is None:
        return shown
    years = str(place.first_year) if place.first_year == place.last_year else f"{place.first_year}–{place.last_year}"
    return f"{t('{years} 年', years=years)} · {shown}"


def _reason(reasons: dict[str, tuple[str, str]], code: str) -> str:
    said, advice = words.label(reasons, code), words.ADVICE.get(code, "")
    return f"{said} · {t(advice)}" if advice else said


def _people(mart: Mart, record_id: int) -> None:
    """计给谁: whose personal numbers hold it, with the equal share; the owner first."""
    credited = mart.rows(
        "SELECT p.name, u.name, u.name_en, c.is_owner, c.share_frac_eq FROM fct_credit AS c"
        " JOIN dim_person AS p ON p.person_id = c.person_id LEFT JOIN dim_unit AS u ON u.unit_id = c.college_id"
        " WHERE c.record_id = ? AND c.valid_to IS NULL ORDER BY c.is_owner DESC, c.rank",
        (record_id,),
    )
    if credited:
        st.caption(t("计给谁（均分份额）"))
        frame.rows(
            [(str(who), " · ".join(x for x in (pick(zh, en) if zh else "", f"{float(share):.2f}", t("归属") if owner else "") if x)) for who, zh, en, owner, share in credited],
            narrow=True,
        )
