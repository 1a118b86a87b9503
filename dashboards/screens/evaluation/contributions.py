"""A leaf opened: what each college and each record contributed to it, and what changed since it was signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions
from dashboards.marts.evaluation import content, scores, values
from dashboards.marts.evaluation.framework import Node
from dashboards.marts.evaluation.values import NOTHING
from dashboards.marts.reader import Mart
from dashboards.marts.words import types
from dashboards.screens.analysis import words
from dashboards.screens.evaluation import shared
from ingestion import snapshots
from ingestion.principal import OperationError
from ingestion.store.engine import local_time

if TYPE_CHECKING:
    from dashboards.screens.evaluation.university import Evaluated

MOST = 100  # records shown of a leaf, those that contributed most first; the drill-through has all
LINK = r"#(.*)$"


def panel(here: Evaluated, leaf: Node) -> None:
    one, value = here.scored.get(leaf.code), here.found.get(leaf.code, NOTHING)
    with st.container(border=True, gap="xsmall", key="evaluation_leaf"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{frame.md(leaf.code)} {frame.md(shared.name(leaf))}** · {frame.md(shared.shown(here.mart, leaf, value.value))} {frame.md(shared.unit(here.mart, leaf))}", width="content")
            st.space("stretch")
            shared.doors(here.mart, leaf, here.year, "leaf")
            if leaf.code in here.changed and st.button(t("差异记录"), key="leaf_changed", icon=":material/difference:", type="tertiary"):
                _difference_dialog(here, leaf)
        if value.value is None:
            st.caption(shared.state(here.mart, leaf, value, False))
            return
        if one is not None and one.score is not None and one.full is not None:
            st.caption(
                t(
                    "得分 {score} = 值 {value} ÷ 满分值 {full} × 100，最高 100；计分 {points}", score=f"{one.score:.2f}", value=shared.shown(here.mart, leaf, value.value),
                    full=shared.shown(here.mart, leaf, one.full), points=f"{one.points or 0:.2f}",
                )  # fmt: skip
            )
        if value.denominator is not None:
            st.caption(t("比率按分子分摊到学院和记录"))
        left, right = st.columns([1, 1.5], gap="small")
        points = one.points if one is not None else None
        with left:
            _colleges(here, leaf, points)
        with right:
            _records(here, leaf, points)


def _colleges(here: Evaluated, leaf: Node, points: float | None) -> None:
    """Own value of each college, and its share of the points."""
    names = {row[0]: pick(row[1], row[2]) for row in here.mart.rows("SELECT unit_id, name, coalesce(name_en, name) FROM dim_unit")}
    found = {college: mine[leaf.code] for college, mine in values.of_colleges(here.mart, here.year, here.scheme).items() if leaf.code in mine}
    parts: dict[object, float] = {college: one.spread for college, one in found.items()}
    earned = scores.shares(points, parts)
    table = [
        {t("学院"): names.get(college, t("未归属")), t("值"): shared.shown(here.mart, leaf, one.value), t("贡献分"): shared.points(earned.get(college, 0.0))}
        for college, one in sorted(found.items(), key=lambda pair: -pair[1].spread)
        if one.spread
    ]  # fmt: skip
    st.markdown(f"**{t('各学院的贡献')}**")
    if not table:
        st.caption(t("没有学院有贡献。"))
        return
    whole = here.found.get(leaf.code, NOTHING).spread
    together = sum(parts[key] for key in parts)
    if abs(together - whole) > 1e-6 * max(1.0, whole):
        st.caption(t("各学院合计 {a} ≠ 全校 {b}：跨学院合作在各院分别计入，贡献分按比例折算", a=shared.shown(here.mart, leaf, together), b=shared.shown(here.mart, leaf, whole)))
    st.dataframe(
        pd.DataFrame(table), hide_index=True, row_height=33, key="leaf_colleges", height=min(33 * (len(table) + 1) + 4, 370), alt=t("各学院的贡献"),
        column_config={t("值"): st.column_config.TextColumn(alignment="right"), t("贡献分"): st.column_config.NumberColumn(format="%.2f")},
    )  # fmt: skip


def _records(here: Evaluated, leaf: Node, points: float | None) -> None:
    count, whole, best = content.best(here.mart, leaf, here.year, MOST)
    st.markdown(f"**{t('各记录的贡献')}** · {t('{n} 条', n=f'{count:,}')}")
    if not count:
        st.caption(t("没有记录有贡献。"))
        return
    heads = _heads(here.mart, list(best))
    table = [
        {"link": _link(heads, record), t("名称"): heads[record][2] if record in heads else "", t("学院"): heads[record][3] if record in heads else "",
         t("贡献值"): _amount(here.mart, leaf, amount), t("贡献分"): round((points or 0.0) * amount / whole, 3)}
        for record, amount in best.items()
    ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(table), hide_index=True, row_height=33, key="leaf_records", height=min(33 * (len(table) + 1) + 4, 370), alt=t("各记录的贡献"),
        column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=LINK, width=96), t("名称"): st.column_config.TextColumn(width=240), t("贡献值"): st.column_config.TextColumn(alignment="right"), t("贡献分"): st.column_config.NumberColumn(format="%.3f")},
    )  # fmt: skip
    if count > MOST:
        st.caption(t("显示贡献最大的 {n} 条，全部见明细", n=MOST))


def _amount(mart: Mart, leaf: Node, amount: float) -> str:
    """What a record adds: in the value's unit, of a ratio in its numerator's."""
    found = definitions.every(mart).get(leaf.indicator)
    if found is not None and found.numerator and found.numerator in definitions.every(mart):
        return definitions.every(mart)[found.numerator].shown(amount)
    return f"{amount:g}" if found is None or found.is_share else shared.shown(mart, leaf, amount)


def _heads(mart: Mart, ids: list[int]) -> dict[int, tuple[str, str, str, str]]:
    """Record → number, type, title, college."""
    rows = mart.rows(
        "SELECT r.record_id, r.number, r.type, r.title, u.name, coalesce(u.name_en, u.name) FROM fct_record AS r LEFT JOIN dim_unit AS u ON u.unit_id = r.college_id"
        " WHERE r.record_id IN (SELECT unnest(?))",
        [ids],
    )
    return {row[0]: (row[1] or str(row[0]), row[2], row[3], pick(row[4], row[5]) if row[4] else t("未归属")) for row in rows}


def _link(heads: Mapping[int, tuple[str, str, str, str]], record: int) -> str:
    return f"record?id={record}#{heads[record][0] if record in heads else record}"


# --- since it was signed --------------------------------------------------------------------------------------

KINDS = {"in": N_("新计入"), "out": N_("不再计入"), "more": N_("增加"), "less": N_("减少")}


def differences(here: Evaluated, leaf: Node) -> list[dict[str, Any]]:
    """Every record that contributes otherwise than when the snapshot was signed; they add up to the difference of a value
    that is a sum. Raises ``Broken`` where the snapshot cannot be read."""
    assert here.snapshot is not None
    rows = [row for row in snapshots.read(here.snapshot, "data/evidence", keep=False).tables["data/evidence"] if row["leaf"] == leaf.code]
    then: dict[int, float] = {}
    told: dict[int, dict[str, str]] = {}
    for row in rows:
        if row["side"] != content.BELOW:
            record = int(row["record_id"])
            then[record] = then.get(record, 0.0) + float(row["weight"]) * float(row["contribution"] or 0)
            told[record] = row
    now = content.contributions(here.mart, leaf, here.year)
    moved = [record for record in {**then, **now} if abs(then.get(record, 0.0) - now.get(record, 0.0)) > 1e-9 or (record in then) != (record in now)]
    heads = _heads(here.mart, moved)
    why = _reasons(here, leaf, moved)
    known = types(here.mart)
    out = []
    for record in sorted(moved, key=lambda one: (-abs(now.get(one, 0.0) - then.get(one, 0.0)), one)):
        before, after = then.get(record), now.get(record)
        kind = "in" if before is None else "out" if after is None else "more" if after > before else "less"
        number, type_id, title, college = heads.get(record) or (told[record]["number"], told[record]["type"], told[record]["title"], told[record]["college"])
        out.append({
            "link": f"record?id={record}#{number or record}", t("变化"): t(KINDS[kind]), t("类型"): pick(*known[type_id]) if type_id in known else type_id, t("名称"): title, t("学院"): college,
            t("快照值"): before or 0.0, t("现值"): after or 0.0, t("差异"): (after or 0.0) - (before or 0.0), t("原因"): t("签名后通过或改为计入") if kind == "in" else why.get(record, t("数据更正")),
        })  # fmt: skip
    return out


def _reasons(here: Evaluated, leaf: Node, records: list[int]) -> dict[int, str]:
    """Why a record does not count any more, as far as the figures of now say."""
    there = {row[0]: bool(row[1]) for row in here.mart.rows("SELECT record_id, in_statistics FROM fct_record WHERE record_id IN (SELECT unnest(?))", [records])}
    measures = [definitions.every(here.mart)[side.spec.indicator].measure for side in content.sides(here.mart, leaf, here.year)]
    rows = here.mart.rows(
        "SELECT record_id, max(reason) FILTER (WHERE NOT included), max(year) FROM fct_measure"
        " WHERE record_id IN (SELECT unnest(?)) AND measure IN (SELECT unnest(?)) AND valid_to IS NULL GROUP BY record_id",
        [records, measures],
    )
    named = definitions.labels(here.mart, "exclusion_reason")
    out = {record: t("已作废") if record not in there else t("改为不纳入统计") for record in records if not there.get(record)}
    for record, reason, year in rows:
        if record not in out:
            out[record] = words.label(named, reason) if reason else t("计入年度改为 {year}", year=year) if year != here.year else t("数据更正")
    return out


def _difference_dialog(here: Evaluated, leaf: Node) -> None:
    snapshot = here.snapshot
    assert snapshot is not None and here.kept is not None

    @st.dialog(f"{t('差异记录')} · {frame.md(shared.name(leaf))}", width="large")
    def dialog() -> None:
        now, then = here.found.get(leaf.code, NOTHING).value, here.kept.get(leaf.code) if here.kept else None
        said = {t("快照值"): then, t("现值"): now, t("差异"): None if now is None or then is None else now - then}
        st.markdown(" · ".join(f"{label} **{frame.md(shared.shown(here.mart, leaf, value))}**" for label, value in said.items()) + f" {frame.md(shared.unit(here.mart, leaf))}")
        st.caption(f"{snapshot.number} · {t('数据截至 {at}', at=f'{local_time(snapshot.as_of):%Y-%m-%d %H:%M:%S}')}")
        try:
            table = differences(here, leaf)
        except OperationError as broken:
            st.error(frame.said(broken))
            return
        if not table:
            st.caption(t("没有记录变化：差异来自分母。"))
        else:
            plain = {name: st.column_config.NumberColumn(format="%.2f") for name in (t("快照值"), t("现值"), t("差异"))}
            found = definitions.every(here.mart)[leaf.indicator]
            shown = [{**row, **{name: found.scaled(row[name]) if found.is_additive else row[name] for name in plain}} for row in table]
            st.dataframe(pd.DataFrame(shown), hide_index=True, row_height=33, key="difference_grid", height=min(33 * (len(table) + 1) + 4, 420), alt=t("差异记录"), column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=LINK, width=96), **plain})
        since = f"{local_time(snapshot.as_of):%Y-%m-%d}"
        if leaf.indicator != values.COMPLETENESS and st.button(t("按天看为何变化"), key="difference_why", icon=":material/difference:", type="tertiary"):
            navigation.go("why", **shared.spec_of(leaf, here.year).address(), since=since)

    dialog()
