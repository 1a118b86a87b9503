"""指标数据来源: tables the office brings for indicators that no record can answer, with source, date and history."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboards import acting, frame
from dashboards.forms import file_steps
from dashboards.i18n import N_, pick, t
from ingestion import permissions, sources
from ingestion.exchange import sources as reading
from ingestion.exchange.sources import Taken
from ingestion.principal import Principal
from ingestion.sources import Head, Table
from ingestion.store.engine import local_time, today

FORMATS = ["xlsx", "xls", "csv"]
MOST = 20  # MB
NEEDED_BY = {"citations": N_("篇均被引、学科规范化篇均影响力、h指数"), "esi": N_("高被引/热点论文数"), "score_rules": N_("年度考核得分")}
COLUMNS = {
    "citations": N_("列：DOI 或 编号（如 LW000123），被引次数；可另有一列学科规范化影响力（CNCI 或 FWCI）。Web of Science、InCites、Scopus、SciVal 导出的表可直接上传。"),
    "esi": N_("列：DOI 或 编号，ESI类别（高被引、热点、高被引且热点）；或 高被引、热点 两列填是或否。"),
    "score_rules": N_("列：指标，分类（空为全部），分值，单条上限（可空）。金额类指标的分值按每万元。"),
}


def show() -> None:
    actor = frame.current()
    if actor.is_province:
        _of_universities(actor)
        return
    permissions.require(actor, "manage_settings")
    with frame.store().read(actor.university_code) as uow:
        kept = sources.tables(uow, actor)
    frame.page(t("指标数据来源"), t("没有记录可取的数据由科研处按来源和日期录入；录入前相应指标显示未配置"))
    told = st.session_state.pop("sources_told", None)
    if told:
        st.success(told, icon=":material/check_circle:")
    _state(kept)
    kind = st.segmented_control(
        t("数据表"), list(sources.KINDS), default="citations", format_func=lambda one: pick(*sources.KINDS[one]), required=True, key="sources_kind"
    )
    _upload(kind or "citations")
    _strangers()
    _history([one for one in kept if one.kind == kind])


def _of_universities(actor: Principal) -> None:
    """What every university has brought in: why its figures are there or 未配置."""
    frame.page(t("指标数据来源"), t("各高校科研处录入的来源表；没有录入的，相应指标显示未配置"))
    with frame.store().read("*") as uow:
        found = sources.entered(uow, actor)
    kind = st.segmented_control(t("数据表"), list(sources.KINDS), default="citations", format_func=lambda one: pick(*sources.KINDS[one]), required=True, key="sources_kind") or "citations"
    mine = [one for one in found if one.kind == kind]
    if not mine:
        frame.empty(t("还没有高校"), t("开通高校后，这里列出各校录入的来源。"))
        return
    st.caption(frame.md(t("用于指标：{names}", names=t(NEEDED_BY[kind])) + " · " + t("已录入 {n} 所，共 {m} 所", n=sum(one.source is not None for one in mine), m=len(mine))))
    rows = [
        {
            t("高校"): pick(one.university, one.university_en), t("状态"): t("已录入") if one.source else t("尚未录入"), t("来源"): one.source or "",
            t("数据日期"): one.taken_on.isoformat() if one.taken_on else "", t("期次"): one.period or (str(one.year) if one.year else ""),
            t("采用行数"): f"{one.used:,} / {one.rows:,}" if one.source else "",
        }
        for one in sorted(mine, key=lambda one: (one.source is not None, one.university_code))
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, height=min(37 + 33 * len(rows), 620), placeholder="—", alt=t("指标数据来源"), key="sources_of_universities")


def _state(kept: list[Table]) -> None:
    """What is in force, and which indicators wait for what is not there."""
    rows = []
    for kind, names in sources.KINDS.items():
        standing = [one for one in kept if one.kind == kind and one.in_force]
        for one in standing or [None]:
            rows.append({
                t("数据表"): pick(*names) + (t("（{year} 年）", year=one.year) if one and one.year else ""),
                t("用于指标"): t(NEEDED_BY[kind]),
                t("状态"): t("已录入") if one else t("尚未录入"),
                t("来源"): one.source if one else "",
                t("数据日期"): one.taken_on.isoformat() if one else "",
                t("期次"): one.period if one else "",
                t("采用行数"): f"{one.used:,} / {one.rows:,}" if one else "",
            })  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, height=37 + 33 * len(rows), placeholder="—", alt=t("指标数据来源"), key="sources_state")


def _upload(kind: str) -> None:
    with st.container(border=True, gap="small", key="sources_form"):
        st.markdown(f"**{t('录入新表')}** · {pick(*sources.KINDS[kind])}")
        st.caption(frame.md(t(COLUMNS[kind])))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            default = {"citations": "Web of Science", "esi": "ESI", "score_rules": t("校发文件")}[kind]
            source = st.text_input(t("来源"), default, max_chars=sources.LONGEST_SOURCE, key=f"sources_source_{kind}", width=220)
            day = st.date_input(t("数据日期"), value=today(), min_value=sources.FIRST_DAY, max_value=today(), format="YYYY-MM-DD", key=f"sources_day_{kind}", width=170)
            period = st.text_input(t("ESI期次"), "", placeholder="2026-09", max_chars=7, key="sources_period", width=130) if kind == "esi" else ""
            year = int(st.number_input(t("考核年度"), sources.FIRST_DAY.year, today().year + 1, today().year, key="sources_year", width=130)) if kind == "score_rules" else None
        turn = st.session_state.get("sources_turn", 0)
        with st.container(key="upbox-sources", gap="xxsmall"):
            file_steps.refusals(FORMATS, MOST)
            upload = st.file_uploader(t("选择要导入的文件"), FORMATS, key=f"sources_file_{turn}", label_visibility="collapsed", max_upload_size=MOST)
        if st.button(t("校验并启用"), type="primary", key="sources_ok", icon=":material/check:", disabled=upload is None) and upload is not None:
            if not isinstance(day, date):
                st.error(t("请填写数据日期"))
                return
            _take(kind, upload.name, upload.getvalue(), Head(source, day, period.strip(), year, upload.name))


def _take(kind: str, name: str, content: bytes, head: Head) -> None:
    made: list[Taken] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_bytes(content)
        done = acting.attempt(lambda uow, actor: made.append(reading.take(uow, actor, kind, path, head)))
    if not done:
        return
    one = made[0]
    st.session_state["sources_turn"] = st.session_state.get("sources_turn", 0) + 1
    st.session_state["sources_told"] = t("“{name}”已启用：读取 {rows} 行，采用 {used} 行；统计在下次刷新时重新计算。", name=frame.md(name), rows=f"{one.rows:,}", used=f"{one.used:,}")
    st.session_state["sources_unknown"] = (one.unknown, list(one.strangers))
    st.rerun()


def _strangers() -> None:
    count, rows = st.session_state.get("sources_unknown", (0, []))
    if count:
        with st.expander(t("{n} 行不是本校已通过的论文，未采用", n=f"{count:,}")):
            table = pd.DataFrame([{t("行"): row, t("文件中的标识"): said} for row, said in rows])
            st.dataframe(table, hide_index=True, row_height=33, height=min(37 + 33 * len(rows), 300), alt=t("未采用的行"), key="sources_strangers")


def _history(kept: list[Table]) -> None:
    st.markdown(f"**{t('录入历史')}**")
    if not kept:
        frame.empty(t("尚未录入"), t("上传一张表后，这里列出每次录入的来源、日期和人员。"))
        return
    rows = [
        {
            t("状态"): t("使用中") if one.in_force else t("已被替代"), t("来源"): one.source, t("数据日期"): one.taken_on, t("期次"): one.period or (str(one.year) if one.year else ""),
            t("文件"): one.file_name, t("采用行数"): f"{one.used:,} / {one.rows:,}", t("录入人"): one.made_by, t("录入时间"): local_time(one.made_at).strftime("%Y-%m-%d %H:%M"),
        }
        for one in kept
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, height=min(37 + 33 * len(rows), 330), placeholder="—", alt=t("录入历史"), key="sources_history")
