"""Comparing universities: sums of the province's file, ranks and medians over those compared.

Holds no record and no person. A rank counts only universities with a value, and none is given among fewer than
``RANKED`` of them; equal values share a rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median as middle
from typing import Literal

from dashboards.marts.numbers import derive
from dashboards.marts.reader import Mart

Basis = Literal["total", "head", "money"]
"""Total, per member of staff in post, per million yuan of funds received in the year."""

RANKED = 5
"""Fewer universities with a value than this have no order among them."""

SMALL = 3
"""Fewer records than this and a university's value says little: 样本小."""

MONEY = "F01"
FEN_PER_MILLION = 100_000_000

GROUPS: dict[str, tuple[str, str]] = {
    "double_first_class": ("双一流", "Double first-class"),
    "provincial": ("省属本科", "Provincial"),
    "private": ("民办本科", "Private"),
    "vocational": ("高职", "Vocational"),
}


@dataclass(frozen=True)
class _Cell:
    value: float | None = None
    total: float | None = None
    records: int = 0
    staff: int | None = None
    millions: float | None = None
    numerator: float | None = None
    denominator: float | None = None


@dataclass(frozen=True)
class Line:
    """One university in the comparison. ``value`` is the chosen one (by ``Basis``); ``rank`` its place among those
    compared, ``group_rank`` among the ``group_size`` of its peer group that have a value."""

    university_code: str
    name: str
    name_en: str
    peer_group: str
    city_code: str
    value: float | None
    total: float | None
    records: int
    staff: int | None
    millions: float | None
    numerator: float | None
    denominator: float | None
    history: tuple[float | None, ...]
    rank: int | None
    rank_before: int | None
    group_rank: int | None
    group_size: int

    def divisor(self, basis: Basis) -> float | None:
        """What the total is divided by; None for the total itself."""
        return {"total": None, "head": self.staff, "money": self.millions}[basis]

    @property
    def is_small(self) -> bool:
        """A value out of so few records that one more would change the picture."""
        return self.value is not None and 0 < self.records < SMALL

    @property
    def moved(self) -> int | None:
        """Places gained since last year (negative: lost)."""
        if self.rank is None or self.rank_before is None:
            return None
        return self.rank_before - self.rank


def universities(mart: Mart) -> list[tuple[str, str, str, str, str]]:
    """Code, name, English name, peer group, city of every university in the file."""
    rows = mart.rows(
        "SELECT university_code, name, coalesce(name_en, name), coalesce(peer_group, ''), coalesce(city_code, '')"
        " FROM dim_university WHERE university_code <> '*' ORDER BY university_code"
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def years(mart: Mart) -> list[int]:
    return [row[0] for row in mart.rows("SELECT DISTINCT year FROM rpt_province ORDER BY year DESC")]


def compare(mart: Mart, indicator: str, year: int, groups: Sequence[str], *, basis: Basis = "total") -> list[Line]:
    """The universities of the peer groups, best first; those without a value last."""
    values = _values(mart, indicator, range(year - 5, year + 1), basis)
    members = [one for one in universities(mart) if not groups or one[3] in groups]
    codes = [one[0] for one in members]
    nothing = _Cell()
    ranks = _ranks({code: values.get((code, year), nothing).value for code in codes})
    before = _ranks({code: values.get((code, year - 1), nothing).value for code in codes})
    within: dict[str, dict[str, float | None]] = {}
    for code, _name, _name_en, group, _city in members:
        within.setdefault(group, {})[code] = values.get((code, year), nothing).value
    placed = {group: _ranks(known) for group, known in within.items()}
    lines = []
    for code, name, name_en, group, city in members:
        here = values.get((code, year), nothing)
        history = tuple(values.get((code, y), nothing).value for y in range(year - 5, year + 1))
        lines.append(Line(
            code, name, name_en, group, city, here.value, here.total, here.records, here.staff, here.millions, here.numerator,
            here.denominator, history, ranks.get(code), before.get(code), placed[group].get(code),
            sum(value is not None for value in within[group].values()),
        ))  # fmt: skip
    return sorted(lines, key=lambda line: (line.value is None, -(line.value or 0.0), line.university_code))


def profile(mart: Mart, university_code: str, group: str, year: int, indicators: Sequence[str], *, basis: Basis = "total") -> list[float | None]:
    """Each indicator of one university with its peers' median as 100; None without either."""
    below: dict[Basis, str] = {"total": "1", "head": "p.staff", "money": "m.value / ?"}
    units: list[object] = [FEN_PER_MILLION] if basis == "money" else []
    money = " LEFT JOIN (SELECT university_code, value FROM rpt_province WHERE indicator = ? AND category_1 = '*' AND year = ?) AS m ON m.university_code = p.university_code"
    rows = mart.rows(
        f"SELECT p.indicator, max(p.value / nullif({below[basis]}, 0)) FILTER (WHERE p.university_code = ?),"  # noqa: S608
        f" median(p.value / nullif({below[basis]}, 0)) FROM rpt_province AS p{money if basis == 'money' else ''}"
        f" WHERE p.year = ? AND p.category_1 = '*' AND p.peer_group = ? AND p.indicator IN ({', '.join('?' * len(indicators))}) GROUP BY p.indicator",
        [*units, university_code, *units, *([MONEY, year] if basis == "money" else []), year, group, *indicators],
    )
    found = {indicator: own / half * 100 for indicator, own, half in rows if own is not None and half}
    return [found.get(indicator) for indicator in indicators]


def by_city(lines: Sequence[Line], operation: str = "", basis: Basis = "total") -> dict[str, float]:
    """City → the value of its universities together. ``operation``: the formula of a derived indicator, applied to
    the city's numerator and denominator: never a sum or a mean of ratios."""
    above: dict[str, float] = {}
    below: dict[str, float] = {}
    for line in lines:
        if line.value is None or not line.city_code:
            continue
        top, bottom = (line.numerator, line.denominator) if operation else (line.total, line.divisor(basis))
        above[line.city_code] = above.get(line.city_code, 0.0) + (top or 0.0)
        below[line.city_code] = below.get(line.city_code, 0.0) + (bottom or 0.0)
    if not operation and basis == "total":
        return above
    values = {city: derive(operation or "ratio", value, below[city]) for city, value in above.items()}
    return {city: value for city, value in values.items() if value is not None}


def median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return middle(known) if known else None


def whole(mart: Mart, indicator: str, year: int) -> tuple[float | None, float | None]:
    """The province's own value, de-duplicated, and without that."""
    rows = mart.rows(
        "SELECT value, full_value FROM rpt_province WHERE university_code = '*' AND indicator = ? AND year = ? AND category_1 = '*'",
        (indicator, year),
    )
    return (rows[0][0], rows[0][1]) if rows else (None, None)


def completeness(mart: Mart, types: str) -> dict[str, float]:
    """University → the share (0 to 1) of the fields statistics need that its counted records of these types hold.
    ``types``: as ``Definition.types``. Empty where the file does not hold it yet (it comes with the nightly build)."""
    if not mart.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'rpt_quality'"):
        return {}
    chosen = [one.strip() for one in types.split(",") if one.strip()] or ["*"]
    rows = mart.rows(
        "SELECT university_code, sum(filled) / sum(needed) FROM rpt_quality"  # noqa: S608
        f" WHERE type IN ({', '.join('?' * len(chosen))}) GROUP BY university_code HAVING sum(needed) > 0",
        chosen,
    )
    return {code: float(share) for code, share in rows}


def _values(mart: Mart, indicator: str, wanted: range, basis: Basis) -> dict[tuple[str, int], _Cell]:
    """What ``rpt_province`` holds of the years, divided as asked. Without anything to divide by there is no value."""
    rows = mart.rows(
        "SELECT p.university_code, p.year, p.value, p.value_per_head, p.records, p.staff, m.value / ?,"
        " p.numerator, p.denominator"
        " FROM rpt_province AS p LEFT JOIN rpt_province AS m ON m.university_code = p.university_code AND m.year = p.year"
        " AND m.indicator = ? AND m.category_1 = '*'"
        " WHERE p.indicator = ? AND p.category_1 = '*' AND p.university_code <> '*' AND p.year BETWEEN ? AND ?",
        (FEN_PER_MILLION, MONEY, indicator, wanted[0], wanted[-1]),
    )
    out: dict[tuple[str, int], _Cell] = {}
    for code, year, total, head, records, staff, millions, above, below in rows:
        value = {"total": total, "head": head, "money": total / millions if total is not None and millions else None}[basis]
        out[(code, int(year))] = _Cell(value, total, int(records or 0), staff, millions, above, below)
    return out


def _ranks(values: dict[str, float | None]) -> dict[str, int]:
    known = sorted((value for value in values.values() if value is not None), reverse=True)
    if len(known) < RANKED:
        return {}
    return {code: known.index(value) + 1 for code, value in values.items() if value is not None}
