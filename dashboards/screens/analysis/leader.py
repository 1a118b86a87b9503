"""领导驾驶舱: the university in one screen. The college's page is the same in its own reach."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboards import frame
from dashboards.charts import figures
from dashboards.i18n import N_, language, t
from dashboards.marts import definitions, numbers
from dashboards.marts.numbers import Number, Spec
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.marts.scope import MANY
from dashboards.marts.words import colleges, words_for
from dashboards.screens import shown
from dashboards.screens.analysis import (
    backlog,
    filters,
    health,
    onboarding,
    opened,
    overview,
    pieces,
    tools,
    words,
)
from ingestion.principal import Principal

CARDS = ("O01", "F01", "P03", "P07N", "K02N", "A01")
PIPELINE = ("P01", "P03", "P04D", "P04N", "P06N")
RULES = ("FRAC_EQ", "FIRST_UNIT")
TIERS = 5
LEAD = ("O01", "F01", "P07N")
"""What the sentence above the numbers speaks of."""


def places(path: str) -> tuple[shown.Place, ...]:
    """What this page shows, and the college's, which is the same in its own reach."""
    return (
        shown.Place(path, N_("数字卡"), shown.NUMBER, CARDS),
        shown.Place(path, N_("概况"), shown.NUMBER, LEAD),
        shown.Place(path, N_("近十年论文趋势"), shown.CHART, ("O01",), exports=True),
        shown.Place(path, N_("各学院论文构成") if path == "leader" else "历年论文构成", shown.CHART, ("O01",), exports=True),
        shown.Place(path, N_("论文收录层级"), shown.CHART, ("O01",), exports=True),
        shown.Place(path, N_("到账经费来源"), shown.CHART, ("F01",), exports=True),
        shown.Place(path, N_("项目全程"), shown.CHART, PIPELINE, exports=True),
        shown.Place(path, N_("指标一览"), shown.TABLE, shown.EVERY),
    )


SHOWS = places("leader")


def show() -> None:
    actor = frame.current()
    try:
        mart = filters.opened(actor)
    except NoNumbersYet:
        frame.page(t("领导驾驶舱"))
        onboarding.card(actor)
        return
    head = frame.page(t("领导驾驶舱"))
    with head:
        whole = mart
        mart = filters.college(mart)
        year = filters.year(mart)
        rule = filters.rule(mart, RULES, "")
        units = filters.units(mart, definitions.definition(mart, "O01"), spec_of(mart, "O01", year, rule).rule)
        tools.print_button()
    pieces.state_notice(mart)
    if numbers.is_empty(whole):
        onboarding.card(actor)
        return
    body(mart, year, rule, actor, units)
    health.strip(mart, actor, year)
    footnotes(mart, year, rule, units)


def footnotes(mart: Mart, year: int, rule: str, units: str = "") -> None:
    """What a printed page says about its numbers."""
    tools.footnotes(mart, (*CARDS, *PIPELINE), words.filters_of(mart, replace(spec_of(mart, "O01", year, rule), units=units)))


def body(mart: Mart, year: int, rule: str, actor: Principal, units: str = "") -> None:
    """Sentence, six numbers, six charts, every indicator, the newest records. ``units``: whose colleges what is told by
    college stands in (``Spec.units``)."""
    specs = {one: spec_of(mart, one, year, rule) for one in CARDS}
    lead = {one: numbers.trend(mart, specs[one])[:2] for one in LEAD}
    pieces.sentence(_sentence(mart, lead, units))
    with st.grid(6, min_column_width=160, gap="small"):
        for one in CARDS:
            pieces.number_card(mart, specs[one])
    left, right = st.columns(2, gap="small")
    with left:
        _trend(mart, year, rule)
    with right:
        _composition(mart, year, rule, units)
    left, right = st.columns(2, gap="small")
    with left:
        _bars(mart, spec_of(mart, "O01", year, rule), t("论文收录层级"), t("层级"), "tiers")
    with right:
        _bars(mart, spec_of(mart, "F01", year), t("到账经费来源"), t("来源"), "sources")
    left, right = st.columns(2, gap="small")
    with left:
        _projects(mart, year)
    with right:
        backlog.panel(mart, actor)
    left, right = st.columns([2.1, 1], gap="small")
    with left:
        overview.every_indicator(mart, year, rule)
    with right:
        overview.newest(mart)


def spec_of(mart: Mart, indicator: str, year: int, rule: str = "") -> Spec:
    """The chosen rule where the indicator offers it, else its own."""
    found = definitions.definition(mart, indicator)
    return Spec(indicator, year, rule if rule in found.rules else "")


def _sentence(mart: Mart, lead: dict[str, tuple[Number, Number]], units: str) -> str:
    parts = [_clause(*pair) for pair in lead.values()]
    papers = lead["O01"]
    if mart.level == "university":
        parts[0] += _movers(mart, replace(papers[0].spec, units=units))
    now = papers[0].spec
    upto = t("截至 {day}，", day=f"{now.until[0]:02d}-{now.until[1]:02d}") if now.until else t("{year} 年全年，", year=now.year)
    return upto + ("；" if language() == "zh" else "; ").join(parts) + ("。" if language() == "zh" else ".")


def _clause(now: Number, before: Number) -> str:
    difference, shown, percent = words.change(now, before)
    said = f"{frame.md(words.name(now.definition))} {frame.md(words.said(now))}"
    if difference is None or not before.value:
        return f"**{said}**"
    amount = frame.md(words.amount(now.definition.shown(abs(difference)), now.definition))
    if not difference:
        return f"**{said}**" + t("，与去年同日持平")
    more, fewer = (t("，比去年同日多 {n}（{percent}）"), t("，比去年同日少 {n}（{percent}）")) if now.spec.until else (t("，比上年多 {n}（{percent}）"), t("，比上年少 {n}（{percent}）"))
    word = more if difference > 0 else fewer
    return f"**{said}" + word.format(n=amount, percent=frame.md(percent)) + "**"


def _movers(mart: Mart, spec: Spec) -> str:
    """Which colleges moved the number most."""
    here = {keys[0]: value or 0 for keys, value, _ in numbers.groups(mart, spec, ("college",))}
    there = {keys[0]: value or 0 for keys, value, _ in numbers.groups(mart, replace(spec, year=spec.year - 1), ("college",))}
    moves = {key: here.get(key, 0) - there.get(key, 0) for key in {*here, *there}}
    total = sum(moves.values())
    same_way = sorted((k for k, v in moves.items() if v * total > 0), key=lambda k: (-abs(moves[k]), k))[:2]
    if not same_way:
        return ""
    names = colleges(mart)
    found = definitions.definition(mart, spec.indicator)
    said = [
        t("{name}（{change}）", name=frame.md(words.label(names, key)), change=frame.md(words.signed(found.shown(moves[key]), moves[key]))) for key in same_way
    ]
    return t("，主要来自{names}", names=t("和").join(said))


# --- charts ---------------------------------------------------------------------------------------------


def _trend(mart: Mart, year: int, rule: str) -> None:
    """Papers of the last ten years, all of them and the three tiers with most."""
    years = list(range(year - 9, year + 1))
    spec = replace(spec_of(mart, "O01", year, rule), first_year=years[0])
    found = definitions.definition(mart, "O01")
    whole = numbers.series(mart, spec, years)
    tiers = words_for(mart, found, "category_2")
    per_tier: dict[str, dict[int, float]] = {}
    for (tier, when), value, _ in numbers.groups(mart, spec, ("category_2", "year")):
        per_tier.setdefault(tier, {})[int(when)] = value or 0.0
    most = sorted((k for k in per_tier if k not in ("", "NONE")), key=lambda k: -sum(per_tier[k].values()))[:3]
    lines = [(words.name(found), years, [whole[y] for y in years])]
    lines += [(figures.short(words.label(tiers, k), 10), years, [per_tier[k].get(y, 0.0) for y in years]) for k in most]
    running = year if year == mart.today.year else None
    rows = [{t("年度"): str(y), **{name: values[i] for name, _, values in lines}} for i, y in enumerate(years)]
    note = t("{year} 年截至今天，空心点、虚线表示未满一年", year=year) if running else ""
    ever = any(v for _, _, values in lines for v in values)
    pieces.panel(
        t("近十年论文趋势"), words.unit(found), "trend", note=note, rows=rows, alt=t("近十年论文趋势"),
        figure=(lambda p: figures.lines(p, lines, unfinished=running)) if ever else None,
        more=tools.beside(mart, spec, "trend", t("近十年论文趋势"), rows),
    )  # fmt: skip


def _composition(mart: Mart, year: int, rule: str, units: str) -> None:
    """Papers by college (or by person's own types in a college) and index tier."""
    spec = replace(spec_of(mart, "O01", year, rule), units=units)
    found = definitions.definition(mart, "O01")
    first = "college" if mart.level == "university" else "year"
    if first == "year":
        spec = replace(spec, first_year=year - 7)
    cells: dict[str, dict[str, float]] = {}
    for (key, tier), value, _ in numbers.groups(mart, spec, (first, "category_2")):
        cells.setdefault(str(key), {})[tier] = value or 0.0
    names = colleges(mart)
    keys = sorted(cells, key=lambda k: -sum(cells[k].values())) if first == "college" else sorted(cells, reverse=True)
    every, keys = keys, keys[:12]
    tiers = words_for(mart, found, "category_2")
    weight: dict[str, float] = {}
    for row in cells.values():
        for tier, value in row.items():
            weight[tier] = weight.get(tier, 0) + value
    shown = sorted(sorted(weight, key=lambda k: -weight[k])[:TIERS], key=list(tiers).index if all(k in tiers for k in weight) else str)
    rest = [k for k in weight if k not in shown]

    def draw(p: figures.Palette) -> figures.Figure:
        blues, others = p.levels(4), list(p.category[1:5])
        parts = []
        for tier in shown:
            colour = blues.pop(0) if tier.startswith(("SCI", "TOP", "ESI")) and blues else (others.pop(0) if others else p.category[5])
            parts.append((figures.short(words.label(tiers, tier), 10), [cells[k].get(tier, 0.0) for k in keys], colour))
        if rest:
            parts.append((t("其他"), [sum(cells[k].get(tier, 0.0) for tier in rest) for k in keys], p.category[5]))
        labels = [words.label(names, k) if first == "college" else k for k in keys]
        return figures.stacked(p, labels, parts, keys=keys)

    rows = [
        {(t("学院") if first == "college" else t("年度")): (words.label(names, k) if first == "college" else k),
         **{words.label(tiers, tier): cells[k].get(tier, 0.0) for tier in [*shown, *rest]}} for k in every
    ]  # fmt: skip
    total = numbers.number(mart, replace(spec, first_year=None))
    column = sum(weight.values())
    note = t("点条形看明细")
    if first == "college" and total.value is not None and abs(column - total.value) > 1e-6:
        note = t("各院合计 {a} ≠ 全校 {b}：跨学院合作 {c} · 点条形看明细", a=found.shown(column), b=total.shown, c=found.shown(column - total.value))

    if units:
        note = f"{words.units_of(mart, spec)} · {note}"

    def opened_bar(point: dict[str, object]) -> None:
        key = str(pieces.key_of(point) if pieces.key_of(point) is not None else "")
        narrowed = replace(spec, college=key) if first == "college" else replace(spec, year=int(key), first_year=None)
        part = int(str(point.get("curve_number", len(shown))))  # 其他 holds several tiers
        opened.records_dialog(mart, replace(narrowed, category_2=shown[part] if part < len(shown) else MANY.join(rest)))

    title = t("各学院论文构成") if first == "college" else t("历年论文构成")
    pieces.panel(
        title, words.unit(found), "composition", note=note, rows=rows, alt=title, figure=draw if keys else None,
        pick_point=opened_bar, more=tools.beside(mart, spec, "composition", title, rows),
    )  # fmt: skip


def _projects(mart: Mart, year: int) -> None:
    """From grant to conclusion: what the store knows of the life of projects."""
    made = [(one, *numbers.trend(mart, Spec(one, year))[:2]) for one in PIPELINE if definitions.definition(mart, one).is_configured]
    shown = [(one, now, before) for one, now, before in made]
    ever = any(now.value for _, now, _ in shown)
    labels = [words.name(now.definition) for _, now, _ in shown]
    values = [now.value for _, now, _ in shown]
    rows = [{t("环节"): words.name(n.definition), t("本年"): n.value, t("上年"): b.value} for _, n, b in shown]

    def opened_bar(point: dict[str, object]) -> None:
        opened.records_dialog(mart, next(now.spec for one, now, _ in shown if one == pieces.key_of(point)))

    pieces.panel(
        t("项目全程"), t("项"), "projects", note=t("从立项到结项；绿色为年末在研"), rows=rows, alt=t("项目全程"),
        figure=(lambda p: figures.bars(p, labels, values, strong=[one == "P03" for one, _, _ in shown], keys=[one for one, _, _ in shown], row=40)) if ever else None,
        pick_point=opened_bar, more=tools.beside(mart, Spec("P01", year), "projects", t("项目全程"), rows),
    )  # fmt: skip


def _bars(mart: Mart, spec: Spec, title: str, first: str, key: str) -> None:
    """The number by its finer classes, with last year to the same date as a tick; largest first, nine at most."""
    found = definitions.definition(mart, spec.indicator)
    by = "category_2" if found.category_2_list else "category_1"
    spec = replace(spec, until=numbers.same_date(spec, found, mart.today))
    here = {keys[0]: value or 0.0 for keys, value, _ in numbers.groups(mart, spec, (by,))}
    there = {keys[0]: value or 0.0 for keys, value, _ in numbers.groups(mart, replace(spec, year=spec.year - 1), (by,))}
    names = words_for(mart, found, by)
    every = sorted({*here, *there}, key=lambda k: (-here.get(k, 0.0), -there.get(k, 0.0), k))
    keys = every[:9]
    before = t("去年同日") if spec.until else t("上年")
    shares = [_against(here.get(k, 0.0), there.get(k)) for k in keys]

    def draw(p: figures.Palette) -> figures.Figure:
        most = max((found.scaled(value) or 0.0 for value in here.values()), default=0.0)
        texts = [f"{found.shown(here.get(k, 0.0), 0 if most >= 100 and found.is_money else None)}{share}" for k, share in zip(keys, shares, strict=True)]
        inks = [p.down if "▼" in share else (p.up if "▲" in share else p.ink) for share in shares]
        return figures.bars(p, [words.label(names, k) for k in keys], [found.scaled(here.get(k, 0.0)) for k in keys], last=[found.scaled(there.get(k)) for k in keys],
                            words=texts, word_colours=inks, keys=keys, before=before)  # fmt: skip

    rows = [{first: words.label(names, k), t("本年"): found.scaled(here.get(k, 0.0)), before: found.scaled(there.get(k, 0.0))} for k in every]

    def opened_bar(point: dict[str, object]) -> None:
        year = spec.year - (point.get("curve_number") == figures.LAST)
        opened.records_dialog(mart, replace(spec, year=year, **{by: str(pieces.key_of(point) or "")}))

    note = t("条形为本年截至今天，竖线为去年同日，点开各看明细") if spec.until else t("条形为所选年度，竖线为上一年，点开各看明细")
    if len(every) > len(keys):
        note += t("；只画前 {n} 项，其余见表", n=len(keys))
    pieces.panel(
        title, words.unit(found), key, note=note, rows=rows, alt=title, figure=draw if keys else None,
        pick_point=opened_bar, more=tools.beside(mart, spec, key, title, rows),
    )  # fmt: skip


def _against(now: float, before: float | None) -> str:
    if not before:
        return ""
    percent = (now - before) / before * 100
    if abs(percent) < 0.5:
        return " ＝"
    return f" {'▲' if percent > 0 else '▼'}{abs(percent):,.0f}%"
