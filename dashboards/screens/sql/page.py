"""SQL 查询: an analyst's statements over the published views, in the sandbox."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, past
from dashboards.i18n import N_, pick, t
from dashboards.marts import dictionary, exports, parameters, reader, sandbox
from dashboards.marts.reader import NoNumbersYet
from dashboards.screens import shown
from dashboards.screens.analysis import exporting
from ingestion import audit, queries
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import local_time

SHOWS = (shown.Place("sql", N_("SQL 查询"), shown.TABLE, shown.EVERY, exports=True),)
EXAMPLES: tuple[tuple[str, str, str], ...] = (
    ("各学院本年论文数", "Papers by college this year",
     "SELECT coalesce(u.name, '未归属') AS 学院, sum(c.contribution) AS 论文数\nFROM v_contribution AS c\nLEFT JOIN dim_unit AS u ON u.unit_id = c.college_id\n"
     "WHERE c.measure = 'O01' AND c.rule = 'OWNER' AND c.level = 'college'\n  AND c.year = year(current_date)\nGROUP BY 1\nORDER BY 2 DESC"),
    ("近五年到账经费（万元）", "Funds received, five years",
     "SELECT year AS 年度, sum(contribution) / 1000000 AS 到账经费万元\nFROM v_contribution\nWHERE measure = 'F01' AND rule = 'SUM' AND level = 'university'\n"
     "  AND year >= year(current_date) - 4\nGROUP BY 1\nORDER BY 1"),
    ("没有计入的记录和原因", "Records left out, with the reason",
     "SELECT r.number AS 编号, r.title AS 名称, m.measure AS 指标, m.reason AS 原因\nFROM fct_measure AS m\nJOIN fct_record AS r ON r.record_id = m.record_id\nWHERE NOT m.included\nORDER BY 1\nLIMIT 200"),
)  # fmt: skip
PROVINCE_EXAMPLES: tuple[tuple[str, str, str], ...] = (
    ("各校上年论文数和人均", "Papers by university last year",
     "SELECT university AS 高校, value AS 论文数, value_per_head AS 人均\nFROM rpt_province\nWHERE indicator = 'O01' AND category_1 = '*' AND university_code <> '*'\n"
     "  AND year = year(current_date) - 1\nORDER BY 2 DESC"),
)  # fmt: skip
TEXT = "sql_text"
RAN = "sql_ran"


def show() -> None:
    actor = frame.current()
    head = frame.page(t("SQL 查询"))
    try:
        day = past.asked()
        relations = past.opened(actor, lambda at: sandbox.relations(actor, at), day)
    except NoNumbersYet:
        frame.empty(t("暂无数据"), t("统计数据生成后可以查询。"))
        return
    if TEXT not in st.session_state:
        st.session_state[TEXT] = _at(_examples(actor)[0][2], day)
    left, right = st.columns([1, 2.6], gap="small")
    with left:
        _sources(actor, relations, day)
    with right:
        _editor(actor, day)
        _result(day)
    with head:
        _history(actor)
        _downloads(actor, day)
        _save(actor)


def _examples(actor: Principal) -> tuple[tuple[str, str, str], ...]:
    return PROVINCE_EXAMPLES if actor.is_province else EXAMPLES


def _at(sql: str, day: date | None) -> str:
    """An example as it is meant on a past day: "this year" is that day's."""
    return sql if day is None else sql.replace("current_date", f"DATE '{day.isoformat()}'")


def _sources(actor: Principal, relations: list[dictionary.RelationWords], day: date | None) -> None:
    with st.container(border=True, gap="xsmall", key="sql_sources"):
        st.markdown(f"**{t('示例')}**")
        for zh, en, sql in _examples(actor):
            st.button(pick(zh, en), key=f"example_{en}", type="tertiary", icon=":material/lightbulb:", on_click=_use, args=(_at(sql, day),))
        with frame.store().read(actor.university_code) as uow:
            saved = queries.list_for(uow, actor)
        if saved:
            st.markdown(f"**{t('已保存')}**")
        for one in saved:
            with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                owner = "" if one.mine else f"（{one.owner}）"
                st.button(frame.md(one.name + owner), key=f"saved_{one.id}", type="tertiary", icon=":material/share:" if one.shared else ":material/bookmark:", on_click=_use, args=(one.sql,))
                if one.mine:
                    st.button(t("删除"), key=f"remove_{one.id}", type="tertiary", on_click=_remove, args=(actor, one.id))
        st.markdown(f"**{t('表和视图')}** · {len(relations)}")
        known = {one.name: one for one in relations}
        chosen = known[st.selectbox(t("表和视图"), list(known), key="sql_relation", label_visibility="collapsed")]
        if chosen.words:
            st.caption(frame.md(chosen.words))
        table = pd.DataFrame([{t("字段"): column.name, t("类型"): column.kind, t("说明"): column.words} for column in chosen.columns])
        st.dataframe(table, hide_index=True, row_height=30, height=min(30 * (len(table) + 1) + 4, 330), key="sql_columns", alt=t("字段"))


def _editor(actor: Principal, day: date | None) -> None:
    with st.container(border=True, gap="xsmall", key="sql_editor"):
        st.text_area(t("查询语句"), key=TEXT, height=210, max_chars=sandbox.TEXT_LIMIT)
        values = _parameters(st.session_state[TEXT])
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            run = st.button(t("运行"), type="primary", icon=":material/play_arrow:", shortcut="Ctrl+Enter", key="sql_run")
            csv = st.button(t("导出 CSV"), icon=":material/download:", key="sql_csv")
            xlsx = st.button(t("导出 xlsx"), icon=":material/download:", key="sql_xlsx")
            st.caption(t("只读，一条 SELECT，最多 {s} 秒；页面最多显示 {n} 行，导出不限。", s=sandbox.SECONDS, n=f"{sandbox.ROWS_SHOWN:,}"), width="stretch")
    if run:
        st.session_state[RAN] = (day, _run(actor, st.session_state[TEXT], values, day))
    if csv or xlsx:
        _export(actor, st.session_state[TEXT], values, "csv" if csv else "xlsx", day)


def _parameters(sql: str) -> dict[str, str]:
    """A box for each ``{{参数}}`` of the text; values stay while the text is edited."""
    wanted = parameters.names(sql)[: parameters.MOST]
    if not wanted:
        st.caption(frame.md(t("语句中可写参数，如 PARAMETER，运行前填写；文本不必加引号。").replace("PARAMETER", pick("{{年度}}", "{{year}}"))))
        return {}
    with st.grid(4, min_column_width=150, gap="small"):
        return {name: st.text_input(frame.md(name), key=f"sql_value_{name}", max_chars=parameters.LONGEST) for name in wanted}


def _run(actor: Principal, sql: str, values: dict[str, str], day: date | None) -> Any:
    try:
        answer = sandbox.run(actor, parameters.fill(sql, values), day=day)
    except OperationError as refused:
        return refused
    with frame.store().begin(actor.university_code) as uow:
        queries.ran(uow, actor, sql, answer.total, answer.seconds)
    return answer


def _result(day: date | None) -> None:
    """The answer of the last run, as long as the page shows the day it was asked of."""
    asked_of, result = st.session_state.get(RAN, (None, None))
    if result is None or asked_of != day:
        return
    if isinstance(result, OperationError):
        st.error(frame.said(result), icon=":material/block:")
        return
    with st.container(border=True, gap="xsmall", key="sql_result"):
        said = t("共 {n} 行 · {s} 秒 · 批次 #{g}", n=f"{result.total:,}", s=f"{result.seconds:.2f}", g=result.generation)
        if day is not None:
            said += " · " + t("数据截至 {at}", at=day.isoformat())
        if result.truncated:
            said += " · " + t("只显示前 {n} 行", n=f"{len(result.rows):,}")
        st.markdown(f"**{t('结果')}** · {said}")
        if not result.rows:
            frame.empty(t("没有符合条件的行"), t("放宽条件再试。"))
            return
        st.dataframe(_table(result), hide_index=True, row_height=33, height=min(33 * (len(result.rows) + 1) + 4, 520), placeholder="—", key="sql_grid", alt=t("结果"))


def _table(result: sandbox.Result) -> pd.DataFrame:
    seen: dict[str, int] = {}
    names = []
    for column in result.columns:
        seen[column] = seen.get(column, 0) + 1
        names.append(column if seen[column] == 1 else f"{column} ({seen[column]})")
    rows = [[float(v) if type(v).__name__ == "Decimal" else v for v in row] for row in result.rows]
    return pd.DataFrame(rows, columns=names)


def _export(actor: Principal, sql: str, values: dict[str, str], kind: str, day: date | None) -> None:
    mart = reader.open_for(actor, day)
    try:
        exporting.refuse_unreconciled(mart)
        sql = parameters.fill(sql, values)
        export_id, path = exports.new(actor, t("自定义查询结果"), kind)
        count = sandbox.export(actor, sql, "csv" if kind == "csv" else "xlsx", path, day=day)
    except OperationError as refused:
        st.error(frame.said(refused), icon=":material/block:")
        return
    with frame.store().begin(actor.university_code) as uow:
        audit.write(uow, actor, "export", "sql", None, {"sql": sql[:2000], "rows": count, "format": kind, "generation": mart.meta.generation, "day": _of(day)})
    exporting.give(export_id, t("已导出 {n} 行", n=f"{count:,}"))


def _history(actor: Principal) -> None:
    with st.popover(t("最近运行"), icon=":material/history:"):
        with frame.store().read(actor.university_code) as uow:
            runs = queries.history(uow, actor)
        if not runs:
            frame.empty(t("还没有运行过查询"), t("运行过的语句保留最近 {n} 条，只有自己看得到。", n=queries.REMEMBERED))
        for at, one in enumerate(runs):
            first = next((line for line in one.sql.splitlines() if line.strip()), "")
            said = t("{at} · {n} 行 · {s} 秒", at=local_time(one.at).strftime("%m-%d %H:%M"), n=f"{one.rows:,}", s=f"{one.seconds:.2f}")
            st.button(frame.md(first[:60]), key=f"ran_{at}", type="tertiary", on_click=_use, args=(one.sql,))
            st.caption(said)


def _of(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _downloads(actor: Principal, day: date | None) -> None:
    """The university's (or the province's) own published file, and its dictionary."""
    with st.popover(t("下载数据"), icon=":material/database:"):
        st.caption(t("数据文件为 DuckDB 格式，只含已发布的表和视图，不含个人敏感信息；下载后请妥善保管。"))
        file = st.button(t("数据文件（.duckdb）"), key="sql_file", icon=":material/download:")
        words = st.button(t("数据字典（.xlsx）"), key="sql_words", icon=":material/menu_book:")
    if not (file or words):
        return
    mart = reader.open_for(actor, day)
    kind = "duckdb" if file else "xlsx"
    name = t("研数数据") if file else t("数据字典")
    try:
        exporting.refuse_unreconciled(mart)
        export_id, path = exports.new(actor, f"{name}-{mart.meta.university_code}-{_of(day) or mart.meta.generation}", kind)
        count = sandbox.data_file(actor, path, day) if file else dictionary.workbook(actor, mart, path)
    except OperationError as refused:
        st.error(frame.said(refused), icon=":material/block:")
        return
    with frame.store().begin(actor.university_code) as uow:
        audit.write(uow, actor, "export", "data_file" if file else "dictionary", None, {"size" if file else "rows": count, "generation": mart.meta.generation, "day": _of(day)})
    exporting.give(export_id, t("已准备好下载"))


def _save(actor: Principal) -> None:
    with st.popover(t("保存查询"), icon=":material/bookmark_add:"):
        name = st.text_input(t("名称"), max_chars=queries.NAME_LIMIT, key="sql_name")
        shared = st.checkbox(t("共享给本单位分析员"), key="sql_shared")
        if st.button(t("保存"), key="sql_save", type="primary"):
            try:
                with frame.store().begin(actor.university_code) as uow:
                    queries.save(uow, actor, name, st.session_state.get(TEXT, ""), shared=shared)
            except OperationError as refused:
                st.error(frame.said(refused))
            else:
                st.toast(t("已保存"), icon=":material/check:")
                st.rerun()


def _use(sql: str) -> None:
    st.session_state[TEXT] = sql
    st.session_state.pop(RAN, None)


def _remove(actor: Principal, query_id: int) -> None:
    with frame.store().begin(actor.university_code) as uow:
        queries.remove(uow, actor, query_id)


