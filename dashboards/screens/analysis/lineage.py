"""数据血缘: from a figure to its indicator, its rules, the models it is computed by, its records and what happened to them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboards import frame, navigation
from dashboards.charts import cached
from dashboards.charts.chain import Node, chain
from dashboards.http import documents
from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions, drill, lineage, numbers, province, reach
from dashboards.marts.definitions import Definition
from dashboards.marts.lineage import Model
from dashboards.marts.numbers import Number, Spec
from dashboards.marts.reader import Mart
from dashboards.marts.scope import rule_of
from dashboards.marts.words import types
from dashboards.screens import shown
from dashboards.screens.analysis import counted, opened, pieces, words
from dashboards.screens.query import details
from ingestion import derive, permissions, records, review
from ingestion.principal import NotFound, Principal
from ingestion.store.engine import local_time

HEADS = (N_("库内数据与规则表"), N_("整理"), N_("度量"), N_("事实"), N_("汇总与数字"))
FORMS = {shown.NUMBER: N_("数字"), shown.CHART: N_("图"), shown.TABLE: N_("表"), shown.LIST: N_("明细"), shown.SCORE: N_("评价得分")}
FACTS = ("fct_record", "fct_credit", "fct_measure")
STEPS = 20
"""Changes shown."""


def show() -> None:
    actor = frame.current()
    asked = st.query_params.to_dict()
    if asked.get("record"):
        _of_record(actor, asked)
        return
    try:
        spec = numbers.read(asked)
    except ValueError:
        raise NotFound from None
    mart = _mart(actor, asked.get("university", ""))
    reach.within(mart, asked)
    _page(actor, mart, spec)


def _mart(actor: Principal, university: str) -> Mart:
    if actor.is_province and university:
        return cached.open_records_of(actor, university)
    return cached.open_for(actor)


def _of_record(actor: Principal, asked: dict[str, str]) -> None:
    """The figures one record counts in; the first of them, or the one chosen, is drawn."""
    if not asked["record"].isdecimal() or actor.is_province:
        raise NotFound
    with frame.store().read(actor.university_code) as uow:
        view = records.load(uow, actor, int(asked["record"]))
    mart = cached.open_for(actor)
    held, _ = counted.places(mart, view.id)
    if not held:
        frame.page(t("数据血缘"), view.number)
        frame.empty(t("这条记录没有计入指标"), t("原因见记录页的“计入统计”。"))
        return
    known = {one.found.indicator: one for one in held}
    with st.container(border=True, gap="xsmall", key="lineage_record"):
        st.markdown(f"**{frame.md(view.number)}** {frame.md(view.title or '—')}")
        chosen = st.selectbox(t("这条记录计入的指标"), list(known), index=list(known).index(asked["indicator"]) if asked.get("indicator") in known else 0,
                              format_func=lambda one: f"{words.name(known[one].found)} · {counted.said(known[one])}", key="lineage_of_record")  # fmt: skip
        st.page_link(navigation.page("record"), label=t("回到记录"), icon=":material/description:", query_params={"id": str(view.id)})
    place = known[chosen]
    _page(actor, mart, Spec(chosen, place.last_year or mart.today.year, type="*"))


def _page(actor: Principal, mart: Mart, spec: Spec) -> None:
    if spec.indicator not in definitions.catalogue(mart):
        raise NotFound
    found = definitions.definition(mart, spec.indicator)
    if found.is_additive and spec.rule and spec.rule not in found.rules:
        raise NotFound
    with frame.page(t("数据血缘"), words.name(found)):
        if permissions.can(actor, "view_pipeline") and documents.models_written() is not None:
            st.link_button(t("模型文档"), "/documents/models", icon=":material/account_tree:", type="tertiary")
    pieces.state_notice(mart)
    here = _number(mart, found, replace(spec, until=None, year=spec.year or mart.today.year))
    left, right = st.columns([1, 1.15], gap="small")
    with left:
        _figure(mart, here)
    with right:
        _rules(mart, here)
    if not found.is_configured:
        return
    _chain(actor, mart, here)
    left, right = st.columns([1, 1.15], gap="small")
    with left:
        _records(mart, here)
    with right:
        _changes(actor, mart, here)
    _used(actor, mart, found)


def _number(mart: Mart, found: Definition, spec: Spec) -> Number:
    """The figure; the province's file has its sums only, as the province reads them."""
    if mart.meta.university_code != definitions.PROVINCE:
        return numbers.number(mart, spec)
    value = province.whole(mart, found.indicator, spec.year)[0] if found.is_configured else None
    return Number(found, spec, value, 0, mart.meta.generation, mart.meta.reconciled)


def _figure(mart: Mart, here: Number) -> None:
    """① 数字, and where it opens to."""
    with st.container(border=True, gap="xsmall", height="stretch", key="lineage_figure"):
        st.markdown(f"**1 · {t('数字')}**")
        st.metric(words.titled(here.definition), here.shown if here.definition.is_configured else t("未配置"))
        st.caption(frame.md(words.filters_of(mart, here.spec)))
        if not here.definition.is_configured:
            opened.unconfigured(here.definition)
            return
        query = _address(mart, here.spec)
        if mart.meta.university_code == definitions.PROVINCE:
            st.page_link(navigation.page("province"), label=t("各校对比"), icon=":material/leaderboard:", query_params={"indicator": here.definition.indicator, "year": str(here.spec.year)})
            return
        with st.container(horizontal=True, gap="small"):
            st.page_link(navigation.page("drill"), label=t("明细"), icon=":material/list:", query_params=query)
            st.page_link(navigation.page("why"), label=t("为何变化"), icon=":material/difference:", query_params=query)


def _address(mart: Mart, spec: Spec) -> dict[str, str]:
    university = str(st.query_params.get("university", ""))
    return reach.address(mart, spec) | ({"university": university} if university else {})


def _rules(mart: Mart, here: Number) -> None:
    """② 指标: how it is counted; of a derived one the figures above and below the line, each with a lineage of its own."""
    found = here.definition
    wanted = ("definition", "formula", "counting", "date", "note", "policy", "version", "valid_from", "changed")
    lines = {key: pick(zh, en) for key, zh, en in definitions.card(mart, found.indicator, here.spec.rule)}
    with st.container(border=True, gap="xsmall", height="stretch", key="lineage_rules"):
        st.markdown(f"**2 · {t('指标')}** {frame.md(found.indicator)}")
        frame.rows([(t(opened.CARD_WORDS[key]), lines[key]) for key in wanted if lines.get(key)], narrow=True)
        for said, side in ((t("分子"), here.numerator), (t("分母"), here.denominator)):
            if side is not None:
                label = f"{said}：{words.name(side.definition)} {words.said(side)}"
                st.page_link(navigation.page("lineage"), label=frame.md(label), icon=":material/account_tree:", query_params=_address(mart, side.spec))


def _sides(here: Number) -> list[Number]:
    sides = [one for one in (here.numerator, here.denominator) if one is not None]
    return sides or [here]


def _parts(mart: Mart, found: Definition, spec: Spec) -> list[tuple[Definition, Spec]]:
    """The additive indicators a figure is made of, each as it is asked for."""
    if found.is_additive or not found.numerator:
        return [(found, spec)]
    return [(definitions.definition(mart, one.indicator), one) for one in numbers.sides(found, spec)]


def _chain(actor: Principal, mart: Mart, here: Number) -> None:
    """③ 计算过程: from the store's tables to the figure, drawn and as a table; each model with its words and its SQL."""
    models = lineage.graph()
    title = f"3 · {t('计算过程')}"
    if not models:
        with st.container(border=True, key="panel_chain"):
            st.markdown(f"**{title}**")
            frame.empty(t("还没有模型关系"), t("下一次全部重算后显示，每天夜间自动进行。"), icon=":material/account_tree:")
        return
    parts = _parts(mart, here.definition, here.spec)
    kinds = {kind.strip() for found, _spec in parts for kind in found.types.split(",")}
    whole = lineage.behind(models, [(found.measure, rule_of(mart, found, spec)) for found, spec in parts], () if "*" in kinds else kinds)
    nodes = [Node(one.name, _label(one), f"{one.name}<br>{pick(one.zh, one.en)}", *_column(one)) for one in whole.models]
    nodes.append(Node("", words.said(here), words.name(here.definition), 4, 4, strong=True))
    links = [*whole.links, ("", lineage.ADDED)]
    rows = [{t("步骤"): t(HEADS[_column(one)[0]]), t("表或模型"): one.name, t("每行是什么"): pick(one.zh, one.en), t("读取"): "、".join(one.reads)} for one in whole.models]
    pieces.panel(title, t("{n} 张表和模型", n=len(whole.models)), "chain", note=t("从左到右：右边由左边算出。指向方块看每行是什么。"), rows=rows, alt=t("计算过程"),
                 figure=lambda p: chain(p, [t(head) for head in HEADS], nodes, links), wide=True)  # fmt: skip
    _model(actor, {one.name: one for one in whole.models})


def _column(one: Model) -> tuple[int, int]:
    """Where a model stands and in which colour."""
    match one.layer:
        case "store":
            return 0, 0
        case "rules":
            return 0, 1
        case "intermediate":
            return (2, 2) if one.name.startswith("int_measure_") else (1, 2)
        case _:
            return (3, 3) if one.name in FACTS else (4, 3)


def _label(one: Model) -> str:
    return pick(one.zh, one.name.removeprefix("stg_")) if one.layer == "store" else one.name


def _model(actor: Principal, known: dict[str, Model]) -> None:
    """One model of the chain; its statement for those who may see the pipeline."""
    with st.expander(t("看一个模型"), icon=":material/schema:"):
        name = st.selectbox(t("表或模型"), [one for one in known if known[one].sql or known[one].layer != "store"], key="lineage_model")
        one = known[name]
        st.text(pick(one.zh, one.en))
        st.caption(frame.md(t("读取：{names}", names="、".join(one.reads) or "—")))
        if one.sql and permissions.can(actor, "view_pipeline"):
            st.code(one.sql, language="sql", height=320)


def _records(mart: Mart, here: Number) -> None:
    """④ 记录: how many of which type, and how many are left out."""
    named = types(mart)
    with st.container(border=True, gap="xsmall", height="stretch", key="lineage_records"):
        st.markdown(f"**4 · {t('记录')}**")
        if mart.meta.university_code == definitions.PROVINCE:
            st.caption(t("省级文件只有各校合计；选一所高校可到记录。"))
            st.page_link(navigation.page("province"), label=t("省级对比"), icon=":material/leaderboard:", query_params={"indicator": here.definition.indicator, "year": str(here.spec.year)})
            return
        for one in _sides(here):
            by_type = numbers.groups(mart, one.spec, ("type",))
            lines = [(pick(*named[str(keys[0])]) if str(keys[0]) in named else str(keys[0]), t("{n} 条", n=f"{count:,}")) for keys, _value, count in by_type]
            if drill.records_allowed(mart, one.spec):
                left = len(drill.excluded(mart, one.spec))
                lines.append((t("未计入（附原因）"), t("{n} 条", n=f"{left:,}") if left < 500 else t("{n} 条以上", n=500)))
            st.caption(frame.md(f"{words.name(one.definition)} {words.said(one)}"))
            frame.rows(lines, narrow=True, numbers=True)
            st.page_link(navigation.page("drill"), label=t("打开记录"), icon=":material/list:", query_params=_address(mart, one.spec))


def _changes(actor: Principal, mart: Mart, here: Number) -> None:
    """⑤ 变更记录: the last steps of the records behind the figure, each a door to the record."""
    with st.container(border=True, gap="xsmall", height="stretch", key="lineage_changes"):
        st.markdown(f"**5 · {t('变更记录')}**")
        if actor.is_province:
            st.caption(t("审核和变更由高校办理，省级不显示经办人。"))
            return
        ids = list(dict.fromkeys(record for one in _sides(here) for record in drill.latest(mart, one.spec, STEPS)))
        with frame.store().read(actor.university_code) as uow:
            steps = review.recent(uow, actor, ids, STEPS) if ids else []
        if not steps:
            st.caption(t("还没有审核记录"))
            return
        st.caption(t("最近计入的记录的 {n} 步，新的在前", n=len(steps)))
        for step in steps:
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.caption(local_time(step["at"]).strftime("%Y-%m-%d %H:%M"), width=118)
                st.page_link(navigation.page("record"), label=derive.number_of(step["type"], step["record_id"]), query_params={"id": str(step["record_id"])}, width=100)
                st.text(details.history_words(step), width="stretch")


def _used(actor: Principal, mart: Mart, found: Definition) -> None:
    """⑥ 用于: where else this indicator is shown, and the indicators made of it."""
    with st.container(border=True, gap="xsmall", key="lineage_used"):
        st.markdown(f"**6 · {t('用于')}**")
        frame.rows([(navigation.entry(one.path).title(), _place(one)) for one in shown.of(actor, mart, found)], narrow=True)
        users = pick(*definitions.used_by(mart, found))
        if users:
            st.caption(frame.md(t("用于指标：{names}", names=users)))


def _place(one: shown.Place) -> str:
    bits = [one.title, t(FORMS[one.form]), *([t("可导出")] if one.exports else [])]
    return " · ".join(dict.fromkeys(bits))
