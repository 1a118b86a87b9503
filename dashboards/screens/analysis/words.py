"""Sentences and labels of the analysis pages in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.i18n import N_, language, pick, t
from dashboards.marts import definitions
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import ALL, Number, Spec
from dashboards.marts.reader import Mart
from dashboards.marts.scope import EVER, KINDS, MANY, on_present_units, rule_of
from dashboards.marts.words import words_for

MINUS = "\u2212"
ADVICE = {
    "not_first_unit": N_("署名第一单位是本校时计入"),
    "not_in_index_tier": N_("收录后补填收录层级和检索证明，提交变更申请"),
    "outside_year": N_("日期在其他年度，看那一年"),
    "date_missing": N_("补填日期，提交变更申请"),
    "not_public": N_("公开发表后计入"),
    "reprint": N_("原作已计入，转载不再计"),
    "superseded_award": N_("同一成果已按更高的奖计入"),
    "out_of_scope_level": N_("级别填错时提交变更申请"),
    "not_in_statistics": N_("由科研处设定，有疑问用信息反馈"),
    "claim_open": N_("在待认领里确认后计入"),
    "duplicate_of": N_("已按另一条记录计入"),
    "no_money_no_people": N_("有到账或成员投入后计入"),
    "not_granted": N_("获批立项后计入"),
    "not_in_time": N_("已逾期，按期的指标不计"),
    "not_high_value": N_("符合高价值专利条件时计入"),
    "no_citation_data": N_("科研处更新被引表后计入"),
    "not_listed": N_("进入 ESI 当期名单后计入"),
    "no_subject_class": N_("补填学科门类（科技或社科），提交变更申请"),
    "no_row": N_("补填所缺的分类，提交变更申请"),
    "closed_without_money": N_("已结题，当年有经费才列入"),
    "not_first_author": N_("第一作者是本校教师时计入"),
}
"""What is missing for a record to count, by the reason it does not."""


def name(found: Definition) -> str:
    return pick(found.zh, found.en)


def unit(found: Definition) -> str:
    return found.unit(language())


def titled(found: Definition) -> str:
    """论文数（篇）"""
    return f"{name(found)}（{unit(found)}）" if language() == "zh" else f"{name(found)} ({unit(found)})"


def said(number: Number) -> str:
    """412 篇 · 43.2 % · —"""
    if number.value is None:
        return number.shown
    return amount(number.shown, number.definition)


def amount(shown: str, found: Definition) -> str:
    """A number as shown and its unit: 412 papers, 43.2%, 2,181.0 × 10,000 CNY."""
    gap = "" if found.is_share else (" × " if unit(found)[:1].isdigit() else " ")
    return f"{shown}{gap}{unit(found)}"


def signed(text: str, value: float) -> str:
    return text if value < 0 else f"+{text}"


def change(now: Number, before: Number) -> tuple[float | None, str, str]:
    """Difference, as shown with its sign, and in percent. Shares change in points."""
    if now.value is None or before.value is None:
        return None, "", ""
    difference = now.value - before.value
    shown = signed(now.definition.shown(difference), difference)
    if now.definition.is_share:
        return difference, shown, t("个百分点")
    if not before.value:
        return difference, shown, ""
    return difference, shown, signed(f"{difference / before.value * 100:.1f}%".replace("-", MINUS), difference)


def label(words: Mapping[str, tuple[str, str]], key: str) -> str:
    return pick(*words[key]) if key in words else (key or t("未分类"))


def units_of(mart: Mart, spec: Spec) -> str:
    """单位口径, as it stands on a chart."""
    return t("按现单位") if on_present_units(mart, definitions.definition(mart, spec.indicator), spec) else t("按成果当时单位")


def filters_of(mart: Mart, spec: Spec) -> str:
    """2026 年 · 计算机学院 · SCI 一区 · 归属计数 · 截至 11-23: what a number was asked for."""
    found = definitions.definition(mart, spec.indicator)
    years = f"{spec.first_year}–{spec.year}" if spec.first_year and spec.first_year != spec.year else str(spec.year)
    out = [t("截至 {year} 年", year=spec.year) if spec.first_year == EVER else t("{years} 年", years=years)]
    if mart.level == "college":
        out.append(label(words_for(mart, found, "college"), str(mart.college_id)))
    if mart.level == "person":
        out.append(label(words_for(mart, found, "person"), str(mart.person_id)))
    if spec.core:
        out.append(t("前10%负责人") if spec.core == "top10" else t("h 核心论文"))
    for column in ("college", "person", "type", "category_1", "category_2"):
        value = getattr(spec, column)
        if column in KINDS and MANY in value:
            several = [label(words_for(mart, found, column), one) for one in value.split(MANY)]  # type: ignore[arg-type]
            out.append(t("其他：{names}", names=("、" if language() == "zh" else ", ").join(several)))
        elif value != ALL:
            out.append(label(words_for(mart, found, column), value) if value or column != "person" else t("未归属"))
    if found.is_additive:
        rules = definitions.rules(mart)
        code = rule_of(mart, found, spec)
        out.append(pick(rules[code].zh, rules[code].en) if code in rules else code)
    if spec.units:
        out.append(units_of(mart, spec))
    made_with = definitions.source_of(mart, found, spec.year)
    if made_with is not None:
        out.append(source_words(made_with))
    if spec.until:
        out.append(t("截至 {month:02d}-{day:02d}", month=spec.until[0], day=spec.until[1]))
    return " · ".join(out)


def source_words(made_with: definitions.Source) -> str:
    """Web of Science 2026-11-01 · ESI 2026-09"""
    return f"{made_with.source} {made_with.period or made_with.taken_on.isoformat()}"
