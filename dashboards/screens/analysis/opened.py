"""What a number opens: its definition card (口径) and the list of the records behind it (明细)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.frame import empty, md
from dashboards.i18n import N_, pick, t
from dashboards.marts import definitions, numbers, reach, spread
from dashboards.marts.drill import DoesNotAddUp, Drill, Row, drill, excluded
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart
from dashboards.marts.words import types, words_for
from dashboards.screens import shown
from dashboards.screens.analysis import words

CARD_WORDS = {
    "definition": N_("统计规则"), "formula": N_("公式"), "unit": N_("计量单位"), "counting": N_("计数方式"),
    "date": N_("时间口径"), "note": N_("注意"), "policy": N_("政策依据"), "version": N_("版本"),
    "valid_from": N_("生效日期"), "changed": N_("最近变更"), "needs": N_("录入要求"), "used": N_("用于指标"), "switchable": N_("可切换为"),
    "source": N_("数据来源"), "owner": N_("归口"),
}  # fmt: skip
PAGE = 50


def definition_dialog(mart: Mart, spec: Spec) -> None:
    found = definitions.definition(mart, spec.indicator)
    st.dialog(f"{t('统计口径')} · {md(words.name(found))}", width="large")(definition_card)(mart, spec)


def definition_card(mart: Mart, spec: Spec, university: str = "") -> None:
    """统计口径: the rule in words, formula, unit, counting, date rule, source, version, clause, SQL."""
    found = definitions.definition(mart, spec.indicator)
    lines = [(CARD_WORDS[key], pick(zh, en)) for key, zh, en in definitions.card(mart, spec.indicator, spec.rule)]
    named = types(mart)
    source = "、".join(pick(*named[one]) for one in found.types.split(",") if one in named) or t("全部记录类型")
    made_with = definitions.source_of(mart, found, spec.year)
    if made_with is not None:
        source = t("{table}：{source}，采用 {used} / {rows} 行", table=source, source=words.source_words(made_with), used=f"{made_with.used_rows:,}", rows=f"{made_with.read_rows:,}")
    lines.insert(3, (CARD_WORDS["source"], t("{types}（已通过且纳入统计的记录）", types=source)))
    lines.append((N_("用于页面"), used_on(mart, found)))
    lines.append((CARD_WORDS["owner"], t("省教育厅统一指标，科研处解释")))
    lines.append((N_("数据截至"), f"{numbers.as_of(mart)} · {t('批次 #{n}', n=mart.meta.generation)}"))
    if found.kind != definitions.OPERATIONAL:
        query = reach.address(mart, spec) | ({"university": university} if university else {})
        st.page_link(navigation.page("lineage"), label=t("数据血缘：从数字到记录"), icon=":material/account_tree:", query_params=query)
    with st.container(gap="xsmall"):
        for label, text in lines:
            with st.container(horizontal=True, gap="small"):
                st.caption(t(label), width=96)
                st.text(text, width="stretch")
        sql = numbers.sql_of(mart, spec)
        if sql:
            st.caption(t("SQL（分析员可在查询页运行）"))
            st.text_area("SQL", sql, height=190, disabled=False, label_visibility="collapsed", key=f"card_sql_{spec.indicator}")


def used_on(mart: Mart, found: definitions.Definition) -> str:
    """领导驾驶舱（近十年论文趋势、指标一览）…: the pages of this reader that show the indicator, by what they declare."""
    by_page: dict[str, list[str]] = {}
    for one in shown.of(frame.current(), mart, found):
        by_page.setdefault(navigation.entry(one.path).title(), []).append(one.title)
    join = pick("、", ", ")
    pages = [page if parts == [page] else t("{page}（{parts}）", page=page, parts=join.join(dict.fromkeys(parts))) for page, parts in by_page.items()]
    return join.join(pages)


def records_dialog(mart: Mart, spec: Spec, university: str = "") -> None:
    found = definitions.definition(mart, spec.indicator)
    st.dialog(f"{t('明细')} · {md(words.name(found))}", width="large")(_dialog_body)(mart, spec, university)


def _dialog_body(mart: Mart, spec: Spec, university: str) -> None:
    behind(mart, spec, "dialog")
    query = reach.address(mart, spec) | ({"university": university} if university else {})
    with st.container(horizontal=True, gap="small"):
        st.page_link(navigation.page("drill"), label=t("在单独页面打开"), icon=":material/open_in_new:", query_params=query)
        st.page_link(navigation.page("why"), label=t("为何变化"), icon=":material/difference:", query_params=query)
        st.page_link(navigation.page("lineage"), label=t("数据血缘"), icon=":material/account_tree:", query_params=query)


def behind(mart: Mart, spec: Spec, place: str) -> None:
    """The list behind a number; of a derived one, numerator and denominator."""
    found = definitions.definition(mart, spec.indicator)
    st.caption(md(words.filters_of(mart, spec)))
    if not found.is_configured:
        unconfigured(found)
        return
    if not found.is_additive:
        above, below = numbers.parts(mart, found, spec)
        here = numbers.number(mart, spec)
        if above is None or below is None:
            unconfigured(found)
            return
        st.markdown(f"**{md(words.said(here))}** = {md(pick(found.formula_zh, found.formula_en))}")
        sides = {"above": above, "below": below}

        def word(side: str) -> str:
            if found.operation in spread.H:
                said = t("核心论文") if side == "above" else t("全部有被引数据的论文")
            elif found.operation == "difference":
                said = t("被减数") if side == "above" else t("减数")
            else:
                said = t("分子") if side == "above" else t("分母")
            return f"{said}：{md(words.name(sides[side].definition))} {md(words.said(sides[side]))}"

        side = st.segmented_control(t("分子或分母"), list(sides), default="above", format_func=word, required=True, label_visibility="collapsed", key=f"{place}_side_{spec.indicator}")  # fmt: skip
        spec = sides[side or "above"].spec
    _list(mart, spec, place)


def unconfigured(found: definitions.Definition) -> None:
    """未配置, with what it needs and who can enter it; never a 0."""
    empty(t("见同类对标") if found.operation == "rank" else t("未配置"), pick(found.needs_zh, found.needs_en) or t("这项指标的数据来源尚未录入。"))


def _list(mart: Mart, spec: Spec, place: str) -> None:
    key = f"{place}_{abs(hash(tuple(sorted(spec.address().items()))))}"
    try:
        page = drill(mart, spec, int(st.session_state.get(f"{key}_page", 1)), PAGE)
    except DoesNotAddUp as problem:
        st.error(pick(problem.zh, problem.en), icon=":material/error:")
        return
    if not page.lines:
        empty(t("没有记录"), t("按当前条件没有计入的记录。"))
    else:
        st.markdown(f"**{md(_sum_line(page))}** :green[:material/check_circle: {t('与数字一致')}]")
        _grid(mart, spec, page.rows, key)
        if page.pages > 1:
            st.pagination(page.pages, key=f"{key}_page")
    left_out = excluded(mart, spec)
    if left_out:
        with st.expander(t("未计入 {n} 条（附原因）", n=len(left_out))):
            _grid(mart, spec, left_out, f"{key}_out", reasons=True)


def _sum_line(page: Drill) -> str:
    found = page.number.definition
    total = found.shown(page.total)
    return t("共 {records} 条记录，合计 {total} {unit}", records=f"{page.records:,}", total=total, unit=words.unit(found))


def _grid(mart: Mart, spec: Spec, rows: Sequence[Row], key: str, reasons: bool = False) -> None:
    found = definitions.definition(mart, spec.indicator)
    st.dataframe(
        table(mart, spec, rows, reasons),
        hide_index=True, row_height=33, placeholder="—", key=f"{key}_grid",
        height=min(33 * (len(rows) + 1) + 4, 470), alt=t("{name}的明细", name=words.name(found)),
        column_config={
            "link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96),
            t("名称"): st.column_config.TextColumn(width=260),
            **{name: st.column_config.TextColumn(width=104) for name in (pick(found.category_1_zh, found.category_1_en), pick(found.category_2_zh, found.category_2_en)) if name},
            t("计入日期"): st.column_config.DateColumn(format="YYYY-MM-DD", width=104),
            words.titled(found): st.column_config.NumberColumn(format="%,.2f" if _fractional(rows, found) else "%,d"),
        },
    )  # fmt: skip


def _fractional(rows: Sequence[Row], found: definitions.Definition) -> bool:
    return found.is_money or any(abs(row.value - round(row.value)) > 1e-9 for row in rows)


def table(mart: Mart, spec: Spec, rows: Sequence[Row], reasons: bool = False) -> pd.DataFrame:
    """The rows as a table with our words, for screen and export."""
    found = definitions.definition(mart, spec.indicator)
    named = types(mart)
    ones, twos = words_for(mart, found, "category_1"), words_for(mart, found, "category_2")
    data: dict[str, list[Any]] = {
        "link": [f"record?id={row.record_id}#{row.number}" if mart.persons else f"#{row.number}" for row in rows],
        t("类型"): [pick(*named[row.type]) if row.type in named else row.type for row in rows],
        t("名称"): [row.title for row in rows],
        t("所属学院"): [row.college or t("未归属") for row in rows],
    }
    if mart.persons:
        data[t("归属人")] = [row.person or t("未归属") for row in rows]
    data[t("计入日期")] = [row.counted_on for row in rows]
    if found.category_1_list and found.category_1_list != "record_type":
        data[pick(found.category_1_zh, found.category_1_en)] = [words.label(ones, row.category_1) for row in rows]
    if found.category_2_list and found.category_2_list != "record_type":
        data[pick(found.category_2_zh, found.category_2_en)] = [words.label(twos, row.category_2) for row in rows]
    data[words.titled(found)] = [found.scaled(row.value) for row in rows]
    if reasons:
        known = definitions.labels(mart, "exclusion_reason")
        data[t("原因")] = [_reason(mart, known, row.reason) for row in rows]
    return pd.DataFrame(data)


def _reason(mart: Mart, known: dict[str, tuple[str, str]], code: str) -> str:
    if code.startswith("rule:"):
        rule = definitions.rules(mart).get(code[5:])
        name = pick(rule.zh, rule.en) if rule else code[5:]
        return t("按“{rule}”不计入", rule=name)
    return words.label(known, code)
