"""省内评价 of one university: the tree with weights, values, scores, what was signed and what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.charts import cached
from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions, numbers
from dashboards.marts.evaluation import comparison, framework, scores, values
from dashboards.marts.evaluation.comparison import EVERYBODY, Standing
from dashboards.marts.evaluation.framework import SCORED, Node
from dashboards.marts.evaluation.scores import Scored
from dashboards.marts.evaluation.values import NOTHING, Value
from dashboards.marts.province import GROUPS
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.screens.analysis import exporting, pieces, tools
from dashboards.screens.evaluation import contributions, shared, signing, what_if
from ingestion import snapshots
from ingestion.principal import OperationError, Principal
from ingestion.snapshots import Snapshot


@dataclass(frozen=True)
class Evaluated:
    """Everything the page shows. ``kept``: leaf → the value in the last signed snapshot; None without one."""

    mart: Mart
    scheme: str
    year: int
    tree: tuple[Node, ...]
    found: dict[str, Value]
    standing: Standing
    scored: dict[str, Scored]
    snapshot: Snapshot | None
    kept: dict[str, float | None] | None

    @property
    def total(self) -> float | None:
        return scores.total(self.scored)

    @property
    def changed(self) -> list[str]:
        """The leaves whose value is another than when it was signed."""
        return [code for code in self.kept or {} if differs(self.kept[code], self.found.get(code, NOTHING).value)] if self.kept else []


def differs(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) > 1e-9 * max(1.0, abs(one), abs(other))


def show(actor: Principal) -> None:
    head = frame.page(t("省内评价"))
    try:
        mart = cached.open_for(actor)
        sums = cached.open_sums(actor)
    except NoNumbersYet:
        frame.empty(t("暂无数据"), t("有记录通过审核并生成统计后，这里会显示评价。"))
        return
    with head:
        scheme = shared.chosen_framework()
        year = shared.chosen_year(mart)
        tools.print_button()
        wanted_export = st.button(t("导出"), icon=":material/download:", key="export_evaluation")
    pieces.state_notice(mart)
    if scheme != SCORED:
        _only_tree(scheme)
        return
    here = _evaluated(actor, mart, sums, scheme, year)
    if wanted_export:
        _export(actor, here)
    _summary(actor, here)
    chosen = _tree(here)
    if chosen is not None:
        contributions.panel(here, chosen)
    what_if.panel(actor, here)
    tools.footnotes(mart, [leaf.indicator for leaf in framework.leaves(scheme)], f"{pick(*framework.NAMES[scheme])} · {year}")


def _evaluated(actor: Principal, mart: Mart, sums: Mart, scheme: str, year: int) -> Evaluated:
    found = values.of_university(mart, year, scheme)
    standing = comparison.standing(sums, actor.university_code, year, scheme)
    with frame.store().read(actor.university_code) as uow:
        signed = snapshots.latest(uow, actor, shared.PURPOSE, year).get(actor.university_code)
    return Evaluated(
        mart, scheme, year, framework.tree(scheme), found, standing, scores.scored(framework.leaves(scheme), found, standing.marks), signed, _kept(signed),
    )  # fmt: skip


def _kept(signed: Snapshot | None) -> dict[str, float | None] | None:
    if signed is None:
        return None
    try:
        rows = snapshots.read(signed, "data/values").tables["data/values"]
    except OperationError as broken:
        st.error(frame.said(broken), icon=":material/error:")
        return None
    return {row["leaf"]: float(row["value"]) if row["value"] else None for row in rows}


def _summary(actor: Principal, here: Evaluated) -> None:
    """Total, place among the peers, what was signed."""
    with st.grid(3, min_column_width=240):
        with st.container(border=True, gap="xsmall", height="stretch", key="evaluation_total"):
            st.metric(t("总分（满分100）"), f"{here.total:.2f}" if here.total is not None else "—")
            if here.total is None:
                st.caption(t("同类不足 5 校有数，不评分"))
            else:
                left_out = sum(node.points for node in here.tree if node.is_leaf and here.scored.get(node.code, _NO).points is None)
                st.caption(t("权重 {n} 的指标未配置或不评分，其余折算为 100", n=f"{left_out:g}") if left_out else t("全部指标已评分"))
        with st.container(border=True, gap="xsmall", height="stretch", key="evaluation_rank"):
            group = here.standing.group
            st.metric(t("名次"), f"{here.standing.rank} / {here.standing.ranked_among}" if here.standing.rank else "—")
            st.caption(t("比较组：{group} {n} 所；满分值为组内最高值，按实时数据", group=t("全省") if group == EVERYBODY else pick(*GROUPS[group]), n=here.standing.members))
        with st.container(border=True, gap="xsmall", height="stretch", key="evaluation_signed"):
            signing.card(actor, here.mart, here.year, here.snapshot, len(here.changed))


_NO = Scored(NOTHING, None, None, None)
STATE = N_("说明")


def rows(here: Evaluated, plain: bool = False) -> list[dict[str, Any]]:
    """The tree as a table, for screen and paper; ``plain``: values as numbers, for export."""
    out = []
    as_text = _number if plain else shared.shown
    for node in here.tree:
        one = here.scored.get(node.code, _NO)
        value = here.found.get(node.code, NOTHING)
        line: dict[str, Any] = {
            t("编号"): node.code, t("指标"): shared.indented(node), t("指标权重"): node.points, t("折算权重"): shared.points(scores.of_node(node, here.tree, here.scored, weight=True)),
            t("值"): as_text(here.mart, node, value.value) if node.indicator else None, t("计量单位"): shared.unit(here.mart, node) if node.indicator else None,
            t("满分值"): as_text(here.mart, node, one.full) if one.full is not None else None, t("单项得分"): shared.points(one.score),
            t("计分"): shared.points(scores.of_node(node, here.tree, here.scored)),
        }  # fmt: skip
        if here.kept is not None:
            kept = here.kept.get(node.code)
            moved = node.code in here.changed
            line[t("快照值")] = as_text(here.mart, node, kept) if node.indicator else None
            line[t("差异")] = _moved(here.mart, node, kept, value.value, plain) if moved else None
        line[t(STATE)] = shared.state(here.mart, node, value, one.score is not None) if node.is_leaf else ""
        out.append(line)
    return out


def _number(mart: Mart, leaf: Node, value: float | None) -> float | None:
    return value if shared.is_weighted(leaf) or leaf.indicator not in definitions.every(mart) else definitions.every(mart)[leaf.indicator].scaled(value)


def _moved(mart: Mart, leaf: Node, kept: float | None, now: float | None, plain: bool) -> str | float | None:
    if kept is None or now is None:
        return t("有无数据变化")
    if plain:
        return _number(mart, leaf, now - kept)
    text = shared.shown(mart, leaf, now - kept)
    return text if now < kept else f"+{text}"


def _tree(here: Evaluated) -> Node | None:
    """The leaf whose row is ticked; the first that changed or scored where none is."""
    table = rows(here)
    with st.container(border=True, gap="xsmall", key="evaluation_tree"):
        st.markdown(f"**{frame.md(pick(*framework.NAMES[here.scheme]))}** · {here.year} · {t('点一行看学院和记录的贡献')}")
        right = st.column_config.TextColumn(alignment="right", width=80)
        event = st.dataframe(
            pd.DataFrame(table), hide_index=True, row_height=33, placeholder="", key="evaluation_grid", on_select="rerun", selection_mode="single-row", height=min(33 * (len(table) + 1) + 4, 560), alt=t("省内评价"),
            column_config={
                t("编号"): st.column_config.TextColumn(width=62), t("指标"): st.column_config.TextColumn(width=190), t("指标权重"): st.column_config.NumberColumn(format="%g", width=64),
                t("值"): right, t("满分值"): right, t("快照值"): right, t("差异"): right, t("计量单位"): st.column_config.TextColumn(width=70),
                t("折算权重"): st.column_config.NumberColumn(format="%.2f", width=76, help=t("未配置或不评分的指标除外，合计 100")), t("单项得分"): st.column_config.NumberColumn(format="%.2f", width=64), t("计分"): st.column_config.NumberColumn(format="%.2f", width=64),
            },
        )  # fmt: skip
        tools.paper("evaluation", table, 2)
    picked = [here.tree[at] for at in event["selection"]["rows"] if at < len(here.tree)]
    if picked:
        return picked[0] if picked[0].indicator else None
    return next((node for node in here.tree if node.code in here.changed), None) or next((node for node in here.tree if (here.scored.get(node.code, _NO).points or 0) > 0), None)


def _only_tree(scheme: str) -> None:
    """A framework without formulas: its lines, and where each was read."""
    table = [{t("编号"): node.code, t("指标"): shared.indented(node), t("出处"): node.provenance} for node in framework.tree(scheme)]
    with st.container(border=True, gap="xsmall", key="evaluation_tree"):
        st.caption(t("这套体系只公布了指标名称，没有公式和权重：未配置，不计算。"))
        st.dataframe(pd.DataFrame(table), hide_index=True, row_height=33, height=min(33 * (len(table) + 1) + 4, 620), key="evaluation_other", alt=pick(*framework.NAMES[scheme]))
        tools.paper("evaluation", table, 0)


def _export(actor: Principal, here: Evaluated) -> None:
    """The tree as shown; the annex names the snapshot and the definition of every number."""
    try:
        exporting.refuse_unreconciled(here.mart)
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/block:")
        return
    table = pd.DataFrame([{**row, t("指标"): str(row[t("指标")]).strip(shared.INDENT)} for row in rows(here, plain=True)])
    about = f"{pick(*framework.NAMES[here.scheme])} · {here.year} · {t('数据截至 {at}', at=numbers.as_of(here.mart))}"
    exporting.hand_over(actor, here.mart, t("省内评价"), [exporting.frame_sheet(t("省内评价"), table), signing.definitions_sheet(here.mart, here.scheme), signing.annex([here.snapshot] if here.snapshot else [])], about)
