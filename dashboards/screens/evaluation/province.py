"""省内评价 for the province: every enabled university by its last signed snapshot, the others by today's figures (未定稿)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy import select

from dashboards import frame
from dashboards.charts import cached
from dashboards.i18n import pick, t
from dashboards.marts import definitions, numbers, province
from dashboards.marts.drill import records_allowed
from dashboards.marts.evaluation import framework, scores, values
from dashboards.marts.evaluation.framework import SCORED, Node
from dashboards.marts.evaluation.scores import Scored
from dashboards.marts.evaluation.values import COMPLETENESS, NOTHING, Value
from dashboards.marts.province import GROUPS, RANKED
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.screens.analysis import exporting, filters, pieces, tools
from dashboards.screens.evaluation import shared, signing
from dashboards.screens.evaluation.university import differs
from ingestion import permissions, snapshots
from ingestion.principal import OperationError, Principal
from ingestion.snapshots import Snapshot
from ingestion.store.engine import ALL
from ingestion.store.platform import university

TOTAL, HEAD = "total", "head"


@dataclass(frozen=True)
class Line:
    """One university. ``snapshot`` None: its values are those of today. ``moved``: leaves that differ from today's."""

    code: str
    zh: str
    en: str
    group: str
    snapshot: Snapshot | None
    found: dict[str, Value]
    scored: dict[str, Scored]
    moved: int

    @property
    def total(self) -> float | None:
        return scores.total(self.scored)

    @property
    def name(self) -> str:
        return pick(self.zh, self.en)


def show(actor: Principal) -> None:
    head = frame.page(t("省内评价"))
    try:
        mart = cached.open_for(actor)
    except NoNumbersYet:
        frame.empty(t("暂无数据"), t("各高校有记录通过审核并生成统计后，这里会显示评价。"))
        return
    with head:
        year = shared.chosen_year(mart)
        said = {TOTAL: t("总量"), HEAD: t("人均")}
        basis = filters.choice(st.segmented_control, t("比较方式"), [TOTAL, HEAD], "basis", TOTAL, lambda one: said[one])
        tools.print_button()
        wanted_export = st.button(t("导出"), icon=":material/download:", key="export_evaluation")
    groups = _groups(mart)
    pieces.state_notice(mart)
    with frame.store().read(ALL) as uow:
        signed = snapshots.latest(uow, actor, shared.PURPOSE, year)
        enabled = {one.code for one in uow.conn.execute(select(university.c.code).where(university.c.enabled, permissions.visible(actor, university)))}
    lines = _lines(mart, year, groups, basis, signed, enabled)
    if not any(line.total is not None for line in lines):
        st.info(t("同类组不足 {n} 所有数，不评分、不排名；请选更多的同类组。", n=RANKED), icon=":material/info:")
    if wanted_export:
        _export(actor, mart, lines, year, said[basis])
    chosen = _table(lines)
    if chosen is not None:
        _leaves(mart, chosen, year, basis)
    tools.footnotes(mart, [leaf.indicator for leaf in framework.leaves()], f"{year} · {said[basis]}")


def _groups(mart: Mart) -> list[str]:
    counts: dict[str, int] = {}
    for one in province.universities(mart):
        counts[one[3]] = counts.get(one[3], 0) + 1
    options = [group for group in GROUPS if counts.get(group)]
    if "groups" not in st.session_state:
        asked = [group for group in st.query_params.get("groups", "").split(",") if group in options]
        st.session_state["groups"] = asked or options
    picked = st.pills(t("同类组"), options, selection_mode="multi", key="groups", label_visibility="collapsed", width="content", format_func=lambda one: f"{pick(*GROUPS[one])} {counts[one]}")
    st.query_params["groups"] = ",".join(picked)
    return list(picked or options)


def _lines(mart: Mart, year: int, groups: Sequence[str], basis: str, signed: dict[str, Snapshot], enabled: set[str]) -> list[Line]:
    """The enabled universities, best first. Full marks are the best value among the universities chosen."""
    members = [one for one in province.universities(mart) if one[3] in groups and one[0] in enabled]
    today, heads = values.of_universities(mart, year), values.staff(mart, year)
    found: dict[str, dict[str, Value]] = {}
    for code, *_ in members:
        found[code] = today.get(code, {})
        if code in signed:
            try:
                found[code], kept_heads = _of_snapshot(signed[code])
            except OperationError as broken:
                st.error(frame.said(broken), icon=":material/error:")
                signed = {other: one for other, one in signed.items() if other != code}
                continue
            if kept_heads is not None:
                heads[code] = kept_heads
    moved = {code: _moved(mine, today.get(code, {})) for code, mine in found.items() if code in signed}
    if basis == HEAD:
        found = scores.per_head(found, heads, _additive(mart))
    leaves = framework.leaves()
    marks = scores.full_marks(leaves, found)
    lines = [Line(code, zh, en, group, signed.get(code), found[code], scores.scored(leaves, found[code], marks), moved.get(code, 0)) for code, zh, en, group, _city in members]
    return sorted(lines, key=lambda line: (line.total is None, -(line.total or 0.0), line.code))


def _moved(kept: dict[str, Value], now: dict[str, Value]) -> int:
    """How many values are others than when they were signed. Completeness is known to the province once a night."""
    nightly = {leaf.code for leaf in framework.leaves() if leaf.indicator == COMPLETENESS}
    return sum(differs(one.value, now.get(leaf, NOTHING).value) for leaf, one in kept.items() if leaf not in nightly or now.get(leaf, NOTHING).value is not None)


def _of_snapshot(one: Snapshot) -> tuple[dict[str, Value], float | None]:
    """The signed values, and the staff they are divided by. Raises ``Broken``."""
    tables = snapshots.read(one, "data/values", "data/staff").tables

    def number(text: str) -> float | None:
        return float(text) if text else None

    found = {row["leaf"]: Value(number(row["value"]), int(row["records"] or 0), number(row["numerator"]), number(row["denominator"])) for row in tables["data/values"]}
    return found, number(tables["data/staff"][0]["value"])


def _additive(mart: Mart) -> frozenset[str]:
    known = definitions.every(mart)
    return frozenset(leaf.code for leaf in framework.leaves() if leaf.indicator in known and known[leaf.indicator].is_additive)


def _rows(lines: Sequence[Line]) -> list[dict[str, Any]]:
    placed = scores.ranks({line.code: line.total for line in lines})
    tree = framework.tree()
    roots = [node for node in tree if not node.parent]
    heads = [t("名次"), t("高校"), t("类别"), t("总分"), *[shared.name(root) for root in roots], t("报送状态"), t("签名后变化")]
    kinds, unsigned = {group: pick(*words) for group, words in GROUPS.items()}, t("未报（未定稿）")  # a word costs 12 µs, and there are 129 rows
    return [
        dict(zip(heads, (
            placed.get(line.code), line.name, kinds.get(line.group, "—"), shared.points(line.total), *[shared.points(scores.of_node(root, tree, line.scored)) for root in roots],
            shared.snapshot_words(line.snapshot) if line.snapshot else unsigned, line.moved if line.snapshot else None,
        ), strict=True))
        for line in lines
    ]  # fmt: skip


def _table(lines: Sequence[Line]) -> Line | None:
    table = _rows(lines)
    unsigned = sum(line.snapshot is None for line in lines)
    with st.container(border=True, gap="xsmall", key="evaluation_universities"):
        st.markdown(f"**{frame.md(pick(*framework.NAMES[SCORED]))}** · {t('满分100')}")
        st.caption(t("{n} 所高校，{a} 所已签名；未签名的按实时数据，标为未定稿。满分值为所选同类组内的最高值。点一行看各项指标。", n=len(lines), a=len(lines) - unsigned))
        if not lines:
            frame.empty(t("暂无数据"), t("所选同类组没有高校。"))
            return None
        roots = {shared.name(node): st.column_config.NumberColumn(format="%.2f", width=84) for node in framework.tree() if not node.parent}
        event = st.dataframe(
            pd.DataFrame(table), hide_index=True, row_height=33, placeholder="—", key="evaluation_lines", on_select="rerun", selection_mode="single-row", height=min(33 * (len(table) + 1) + 4, 445), alt=t("省内评价"),
            column_config={t("名次"): st.column_config.NumberColumn(width=46), t("总分"): st.column_config.NumberColumn(format="%.2f", width=64), t("签名后变化"): st.column_config.NumberColumn(help=t("与现值不同的指标数"), width=84), **roots},
        )  # fmt: skip
        tools.paper("evaluation", table, 2)
    picked = [lines[at] for at in event["selection"]["rows"] if at < len(lines)]
    return picked[0] if picked else lines[0]


def _leaf_rows(mart: Mart, line: Line, basis: str) -> list[dict[str, Any]]:
    return [
        {
            t("编号"): leaf.code, t("指标"): shared.name(leaf), t("指标权重"): leaf.points, t("值"): _value(mart, leaf, line.found.get(leaf.code, NOTHING).value, basis),
            t("计量单位"): _unit(mart, leaf, basis), t("满分值"): _value(mart, leaf, line.scored[leaf.code].full, basis) if line.scored[leaf.code].full is not None else "—",
            t("单项得分"): shared.points(line.scored[leaf.code].score), t("计分"): shared.points(line.scored[leaf.code].points),
            t("说明"): shared.state(mart, leaf, line.found.get(leaf.code, NOTHING), line.scored[leaf.code].score is not None),
        }
        for leaf in framework.leaves()
    ]  # fmt: skip


def _value(mart: Mart, leaf: Node, value: float | None, basis: str) -> str:
    if value is None or basis == TOTAL or leaf.code not in _additive(mart):
        return shared.shown(mart, leaf, value)
    scaled = definitions.every(mart)[leaf.indicator].scaled(value) or 0.0
    return f"{scaled:,.4f}"


def _unit(mart: Mart, leaf: Node, basis: str) -> str:
    unit = shared.unit(mart, leaf)
    return t("{unit}/人", unit=unit) if basis == HEAD and leaf.code in _additive(mart) else unit


def _leaves(mart: Mart, line: Line, year: int, basis: str) -> None:
    """One university down to the indicators, and on to records where the policy allows them."""
    leaves = framework.leaves()
    table = _leaf_rows(mart, line, basis)
    with st.container(border=True, gap="xsmall", key="evaluation_one"):
        st.markdown(f"**{frame.md(line.name)}** · {year}")
        if line.snapshot is not None:
            st.caption(t("快照 {number} · 内容校验值 {hash}", number=line.snapshot.number, hash=line.snapshot.content_hash))
        else:
            st.caption(t("没有签名的快照：以下为实时数据，未定稿。"))
        event = st.dataframe(
            pd.DataFrame(table), hide_index=True, row_height=33, placeholder="—", key=f"evaluation_leaves_{line.code}", on_select="rerun", selection_mode="single-row", height=min(33 * (len(table) + 1) + 4, 445), alt=line.name,
            column_config={name: st.column_config.TextColumn(alignment="right") for name in (t("值"), t("满分值"))} | {name: st.column_config.NumberColumn(format="%.2f") for name in (t("单项得分"), t("计分"))},
        )  # fmt: skip
        picked = [leaves[at] for at in event["selection"]["rows"] if at < len(leaves)]
        if not picked:
            st.caption(t("点一行打开这项指标的记录和口径。"))
            return
        leaf = picked[0]
        if leaf.indicator == COMPLETENESS or not records_allowed(cached.open_records_of(frame.current(), line.code), shared.spec_of(leaf, year)):
            st.caption(t("这项指标涉及个人或全部记录，省级只看数字，不看记录。"))
            return
        if line.snapshot is not None:
            st.caption(t("记录为现在的明细；与快照的差异见签名后变化。"))
        shared.doors(mart, leaf, year, f"one_{line.code}", university=line.code)


def _export(actor: Principal, mart: Mart, lines: Sequence[Line], year: int, basis: str) -> None:
    """Totals, every value, the definitions and the snapshots they are of (AC-233)."""
    try:
        exporting.refuse_unreconciled(mart)
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
        return
    known = definitions.every(mart)
    header = [t("学校代码"), t("高校"), t("编号"), t("指标"), t("值"), t("计量单位"), t("满分值"), t("单项得分"), t("计分"), t("记录数"), t("来源")]
    rows = []
    for line in lines:
        for leaf in framework.leaves():
            one, value, found = line.scored[leaf.code], line.found.get(leaf.code, NOTHING), known.get(leaf.indicator)

            def scaled(number: float | None, leaf: Node = leaf, found: Any = found) -> float | None:
                return number if found is None or shared.is_weighted(leaf) else found.scaled(number)

            source = line.snapshot.number if line.snapshot else t("实时数据，未定稿")
            rows.append((line.code, line.name, leaf.code, shared.name(leaf), scaled(value.value), shared.unit(mart, leaf), scaled(one.full), one.score, one.points, value.records, source))
    sheets = [
        exporting.frame_sheet(t("省内评价"), pd.DataFrame(_rows(lines))), (t("指标值"), header, rows), signing.definitions_sheet(mart, SCORED),
        signing.annex([line.snapshot for line in lines if line.snapshot], [(line.code, line.name) for line in lines if line.snapshot is None]),
    ]  # fmt: skip
    exporting.hand_over(actor, mart, t("省内评价"), sheets, f"{pick(*framework.NAMES[SCORED])} · {year} · {basis} · {t('数据截至 {at}', at=numbers.as_of(mart))}")
