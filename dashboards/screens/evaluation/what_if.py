"""假设分析: other weights, and pending records as if they were approved. Nothing of it is kept: leaving the page discards it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboards import acting, frame
from dashboards.i18n import pick, t
from dashboards.marts.evaluation import framework, scores
from dashboards.marts.evaluation.values import NOTHING, Value
from dashboards.screens.evaluation import shared
from ingestion import assumptions, jobs
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork

if TYPE_CHECKING:
    from dashboards.screens.evaluation.university import Evaluated

WEIGHTS, ASKED = "f_whatif_weights", "f_whatif_job"  # "f_": forgotten when another page is opened
MOST = 200


def panel(actor: Principal, here: Evaluated) -> None:
    with st.expander(t("假设分析：改权重，或假设待审记录通过"), icon=":material/science:", key="what_if"):
        st.caption(t("只是预览，不改变任何数据，离开本页即丢弃。满分值不变。"))
        left, right = st.columns([1, 1.3], gap="small")
        with left:
            weights = _weights(here)
        with right:
            assumed = _pending(actor, here)
        _result(here, weights, assumed)


def _weights(here: Evaluated) -> dict[str, float]:
    leaves = [leaf for leaf in framework.leaves(here.scheme) if here.scored[leaf.code].score is not None]
    if not leaves:
        st.caption(t("没有可评分的指标。"))
        return {}
    st.markdown(f"**{t('权重')}**")
    table = pd.DataFrame([{"code": leaf.code, "name": shared.name(leaf), "points": float(leaf.points)} for leaf in leaves])
    edited = st.data_editor(
        table, hide_index=True, row_height=33, key=WEIGHTS, disabled=["code", "name"], height=min(33 * (len(table) + 1) + 4, 330), alt=t("指标权重"),
        column_config={"code": st.column_config.TextColumn(t("编号"), width=62), "name": st.column_config.TextColumn(t("指标")), "points": st.column_config.NumberColumn(t("指标权重"), min_value=0, max_value=100, step=0.5, required=True, width=70)},
    )  # fmt: skip
    return {code: float(points) for code, points in zip(edited["code"], edited["points"], strict=True) if points == points}


def _pending(actor: Principal, here: Evaluated) -> dict[str, Value] | None:
    """The values with the ticked records approved, once they were worked out; None where nothing was asked."""
    with frame.store().read(actor.university_code) as uow:
        waiting = assumptions.pending(uow, actor, MOST)
    st.markdown(f"**{t('待审记录')}** · {t('{n} 条', n=len(waiting))}")
    if not waiting:
        st.caption(t("没有待审的记录。"))
        return None
    names = {one.id: (one.zh, one.en) for one in ALL_RECORDS.values()}
    table = pd.DataFrame([{t("编号"): one.number, t("类型"): pick(*names[one.type]), t("名称"): one.title, t("状态"): frame.state_word(one.state)} for one in waiting])
    event = st.dataframe(table, hide_index=True, row_height=33, key="f_whatif_pending", on_select="rerun", selection_mode="multi-row", height=min(33 * (len(table) + 1) + 4, 296), alt=t("待审记录"))
    ticked = sorted(waiting[at].record_id for at in event["selection"]["rows"] if at < len(waiting))
    if st.button(t("假设所选 {n} 条通过", n=len(ticked)), key="whatif_ask", icon=":material/science:", disabled=not ticked):

        def act(uow: UnitOfWork, who: Principal) -> None:
            st.session_state[ASKED] = assumptions.ask(uow, who, ticked, here.year)

        acting.attempt(act)
    return _worked_out(actor, here)


def _worked_out(actor: Principal, here: Evaluated) -> dict[str, Value] | None:
    job = _job(actor)
    if job is None or job.parameters.get("year") != here.year:
        return None
    if job.state in ("queued", "running"):
        st.fragment(_progress, run_every="1s")(actor)
    elif job.state == "failed":
        st.markdown(f":orange[:material/error:] {frame.md(job.message or t('没有成功'))}")
    else:
        result: dict[str, Any] = job.result or {}
        return {code: Value(*numbers) for code, numbers in result["values"].items()}
    return None


def _job(actor: Principal) -> jobs.Job | None:
    asked = st.session_state.get(ASKED)
    if asked is None:
        return None
    with frame.store().read(actor.university_code) as uow:
        return jobs.get(uow, actor, int(asked))


def _progress(actor: Principal) -> None:
    job = _job(actor)
    if job is not None and job.state in ("queued", "running"):
        st.progress(0.5 if job.state == "running" else 0.1, text=t("正在按假设重算，一般几秒"))
    else:
        st.rerun()


def _result(here: Evaluated, weights: dict[str, float], assumed: dict[str, Value] | None) -> None:
    leaves = framework.leaves(here.scheme)
    changed = {leaf.code for leaf in leaves if leaf.code in weights and weights[leaf.code] != leaf.points}
    if not changed and assumed is None:
        return
    found = assumed if assumed is not None else here.found
    then = scores.scored(leaves, found, here.standing.marks, weights)
    total, before = scores.total(then), here.total
    if total is None or before is None:
        st.caption(t("这些权重下没有可评分的指标。"))
        return
    with st.container(horizontal=True, gap="large", key="what_if_result"):
        st.metric(t("现得分"), f"{before:.2f}")
        st.metric(t("假设得分"), f"{total:.2f}", delta=f"{total - before:+.2f}" if abs(total - before) >= 0.005 else None, delta_color="blue")
    table = []
    for leaf in leaves:
        one, was, value = then[leaf.code], here.scored[leaf.code], found.get(leaf.code, NOTHING)
        if leaf.code in changed or value.value != here.found.get(leaf.code, NOTHING).value:
            table.append({
                t("编号"): leaf.code, t("指标"): shared.name(leaf), t("现值"): shared.shown(here.mart, leaf, was.value.value), t("假设值"): shared.shown(here.mart, leaf, value.value),
                t("现计分"): shared.points(was.points), t("假设计分"): shared.points(one.points),
            })  # fmt: skip
    if table:
        st.dataframe(pd.DataFrame(table), hide_index=True, row_height=33, key="what_if_grid", alt=t("假设分析"))
    else:
        st.caption(t("所选记录通过后，{year} 年的评价指标不变。", year=here.year))
