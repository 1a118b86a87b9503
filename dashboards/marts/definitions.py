"""Indicator cards (口径卡): what a number means, in words, formula, unit, version and SQL.

Everything is read from the published file itself (``dim_indicator``, ``dim_rule``, ``dim_code``), so a card
describes the generation on screen and not the code of today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dashboards.marts.reader import PEERS, PROVINCE, Mart

COLUMNS = (
    "indicator", "zh", "en", "group_zh", "group_en", "kind", "measure", "counting_rule", "offered_rules",
    "date_rule", "date_rule_zh", "date_rule_en", "time_kind", "value_unit", "unit_zh", "unit_en", "operation",
    "numerator", "numerator_rule", "denominator", "denominator_rule", "formula_zh", "formula_en",
    "definition_zh", "definition_en", "note_zh", "note_en", "category_1_list", "category_1_zh", "category_1_en",
    "category_2_list", "category_2_zh", "category_2_en", "types", "audience", "is_configured", "version",
    "valid_from", "policy_clause", "needs", "needs_zh", "needs_en", "changed_on", "change_zh", "change_en",
)  # fmt: skip

FEN_IN = {"元": 100, "千元": 100_000, "万元": 1_000_000, "亿元": 10_000_000_000}


@dataclass(frozen=True)
class Definition:
    """One indicator as its published file declares it."""

    indicator: str
    zh: str
    en: str
    group_zh: str
    group_en: str
    kind: str
    measure: str
    counting_rule: str
    offered_rules: str
    date_rule: str
    date_rule_zh: str
    date_rule_en: str
    time_kind: str
    value_unit: str
    unit_zh: str
    unit_en: str
    operation: str
    numerator: str
    numerator_rule: str
    denominator: str
    denominator_rule: str
    formula_zh: str
    formula_en: str
    definition_zh: str
    definition_en: str
    note_zh: str
    note_en: str
    category_1_list: str
    category_1_zh: str
    category_1_en: str
    category_2_list: str
    category_2_zh: str
    category_2_en: str
    types: str
    audience: str
    is_configured: bool
    version: str
    valid_from: date | None
    policy_clause: str
    needs: str = ""
    needs_zh: str = ""
    needs_en: str = ""
    changed_on: date | None = None
    change_zh: str = ""
    change_en: str = ""

    @property
    def is_additive(self) -> bool:
        return self.kind == "additive"

    @property
    def is_stock(self) -> bool:
        """A state at the end of a year: years are never summed, and there is no "to the same date"."""
        return self.time_kind == "stock"

    @property
    def rules(self) -> tuple[str, ...]:
        """The counting rules a page may offer, the indicator's own first."""
        others = [rule.strip() for rule in self.offered_rules.split(",") if rule.strip()]
        return tuple(dict.fromkeys([self.counting_rule, *others]))

    @property
    def is_money(self) -> bool:
        return self.value_unit.startswith("fen")

    @property
    def is_share(self) -> bool:
        return self.value_unit == "share"

    def unit(self, language: str = "zh") -> str:
        return "%" if self.is_share else (self.unit_en if language == "en" else self.unit_zh)

    def scaled(self, value: float | None) -> float | None:
        """A value of the facts in the unit shown: fen → 万元 or 元, share → percent."""
        if value is None:
            return None
        if self.is_money:
            return value / FEN_IN.get(self.unit_zh.split("/")[0].split("／")[0], 1_000_000)
        return value * 100 if self.is_share else value

    @property
    def places(self) -> int:
        """Decimal places shown: 万元 and percent one, 元 two, counts none, field-normalised impact two, scores and ratios one."""
        if self.is_money:
            return 2 if self.unit_zh.startswith("元") else 1
        if self.value_unit == "impact":
            return 2
        return 0 if self.value_unit in ("count", "person", "trip") else 1

    def shown(self, value: float | None, places: int | None = None) -> str:
        """1,286 · 31,842.6 · 16.7 · —. A fractional count keeps two places."""
        scaled = self.scaled(value)
        if scaled is None:
            return "—"
        wanted = self.places if places is None else places
        if places is None and wanted == 0 and abs(scaled - round(scaled)) > 1e-6:
            wanted = 2
        return f"{scaled:,.{wanted}f}".replace("-", "\u2212")


@dataclass(frozen=True)
class Rule:
    rule: str
    zh: str
    en: str
    definition_zh: str
    definition_en: str
    is_additive: bool


_known: dict[str, dict[str, Definition]] = {}
_rules: dict[str, dict[str, Rule]] = {}


OPERATIONAL = "operational"
"""Indicators of the work and of quality: they have pages of their own and are counted by no rule."""


def catalogue(mart: Mart) -> dict[str, Definition]:
    """The indicators a statistic can be made of, in order of display."""
    return {name: found for name, found in every(mart).items() if found.kind != OPERATIONAL}


def every(mart: Mart) -> dict[str, Definition]:
    """All indicators of the file, the operational ones too. Kept by path: a path never names two files."""
    found = _known.get(mart.path)
    if found is None:
        sql = f"SELECT {', '.join(COLUMNS)} FROM dim_indicator ORDER BY seq, indicator"  # noqa: S608
        found = {row[0]: _definition(row) for row in mart.rows(sql)}
        waiting = _waiting(mart, found)
        found = {key: replace(one, is_configured=False) if key in waiting else one for key, one in found.items()}
        while len(_known) >= 400:
            _known.pop(next(iter(_known)))
        _known[mart.path] = found
    return found


def _waiting(mart: Mart, found: Mapping[str, Definition]) -> frozenset[str]:
    """The indicators whose source nobody has entered yet in this university: shown as 未配置, never as 0."""
    needy = {key: one for key, one in found.items() if one.needs}
    if not needy or mart.meta.university_code in (PROVINCE, PEERS):
        return frozenset()
    rows = mart.rows("SELECT DISTINCT measure FROM fct_measure WHERE valid_to IS NULL")
    standing = {str(row[0]) for row in rows}
    return frozenset(key for key, one in needy.items() if (one.measure or found[one.numerator].measure) not in standing)


def _definition(row: tuple[Any, ...]) -> Definition:
    values = dict(zip(COLUMNS, row, strict=True))
    for name, value in values.items():
        if value is None and name not in ("valid_from", "changed_on"):
            values[name] = True if name == "is_configured" else ""
    values["version"] = str(values["version"])
    return Definition(**values)


def definition(mart: Mart, indicator: str) -> Definition:
    """Raises KeyError for an indicator the file does not know."""
    return every(mart)[indicator]


def rules(mart: Mart) -> dict[str, Rule]:
    """All counting rules by code. Kept by path as the indicators are: the footnotes of a page ask forty times."""
    found = _rules.get(mart.path)
    if found is None:
        rows = mart.rows("SELECT rule, zh, en, definition_zh, definition_en, is_additive FROM dim_rule ORDER BY seq")
        found = {row[0]: Rule(*row) for row in rows}
        while len(_rules) >= 400:
            _rules.pop(next(iter(_rules)), None)
        _rules[mart.path] = found
    return found


def labels(mart: Mart, code_list: str) -> dict[str, tuple[str, str]]:
    """Code → labels (zh, en) in the list's order; a university's own codes beside the built-in ones."""
    if not code_list:
        return {}
    rows = mart.rows(
        "SELECT code, zh, en FROM dim_code WHERE list = ? ORDER BY owner <> '*', seq, code", (code_list,)
    )
    return {row[0]: (row[1] or row[0], row[2] or row[1] or row[0]) for row in rows}


@dataclass(frozen=True)
class Source:
    """The table of the office a number was made with."""

    kind: str
    year: int
    source: str
    taken_on: date
    period: str
    read_rows: int
    used_rows: int


SOURCE_KINDS = frozenset({"citations", "esi", "score_rules"})


def source_of(mart: Mart, found: Definition, year: int) -> Source | None:
    """The table behind an indicator that needs one; of points that of the year."""
    if found.needs not in SOURCE_KINDS or mart.meta.university_code in (PROVINCE, PEERS):
        return None
    rows = mart.rows(
        "SELECT kind, year, source, taken_on, period, read_rows, used_rows FROM dim_source WHERE kind = ? AND year IN (0, ?)", (found.needs, year)
    )
    return Source(*rows[0]) if rows else None


def used_by(mart: Mart, found: Definition) -> tuple[str, str]:
    """The derived indicators this one stands in, in both languages."""
    users = [one for one in catalogue(mart).values() if found.indicator in (one.numerator, one.denominator)]
    return "、".join(one.zh for one in users), ", ".join(one.en for one in users)


def _named(mart: Mart, codes: Sequence[str]) -> tuple[str, str]:
    known = rules(mart)
    there = [known[code] for code in codes if code in known]
    return "、".join(one.zh for one in there), ", ".join(one.en for one in there)


def card(mart: Mart, indicator: str, rule: str = "") -> list[tuple[str, str, str]]:
    """The lines of the card: key, Chinese text, English text. The keys are in screen order."""
    found = definition(mart, indicator)
    counting = rules(mart).get(rule or found.counting_rule)
    lines = [
        ("definition", found.definition_zh, found.definition_en),
        ("formula", found.formula_zh, found.formula_en),
        ("unit", found.unit("zh"), found.unit("en")),
    ]
    if counting is not None:
        lines.append(
            (
                "counting",
                f"{counting.zh}：{counting.definition_zh}",
                f"{counting.en}: {counting.definition_en}",
            )
        )
    elif found.numerator:
        above, below = _named(mart, [found.numerator_rule]), _named(mart, [found.denominator_rule])
        lines.append(("counting", f"分子按{above[0]}，分母按{below[0]}", f"numerator by {above[1]}, denominator by {below[1]}"))
    lines += [
        ("switchable", *_named(mart, [one for one in found.rules[1:] if one != (rule or found.counting_rule)] if found.is_additive else [])),
        ("date", found.date_rule_zh, found.date_rule_en),
        ("note", found.note_zh, found.note_en),
        ("policy", found.policy_clause or "无专门条款，按本口径", found.policy_clause or "No clause of its own: as defined here"),
        ("version", found.version, found.version),
        ("valid_from", str(found.valid_from or ""), str(found.valid_from or "")),
        ("changed", f"{found.changed_on or ''} {found.change_zh}".strip(), f"{found.changed_on or ''} {found.change_en}".strip()),
        ("needs", found.needs_zh, found.needs_en),
        ("used", *used_by(mart, found)),
    ]
    return [line for line in lines if line[1] or line[2]]
