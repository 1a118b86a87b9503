"""Numbers of universities that ask for a question: jumps out of their own history, and slips of the unit.

A value is set against the same university's five years before. It is a jump where it lies more than three times the
spread of the middle half (IQR) outside of it, and a slip of the unit where it is about ten, a hundred, a thousand or
ten thousand times the median of those years, or that part of it (元 typed as 万元, a point left out).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.marts.reader import Mart

YEARS = 5
KNOWN = 4
"""Years with a value needed before anything can be said of the next one."""

TIMES = 3.0
FLAT = 0.1
"""A history without any spread is taken to vary by this part of its median: 20, 20, 20, 20 → 21 is no jump."""

NEAR = math.log10(1.25)
"""A slip of the unit leaves the ratio within a quarter of a power of ten."""


@dataclass(frozen=True)
class Anomaly:
    """``times`` is the power of ten of a slip of the unit (10, 1000, 0.1 …), None for a plain jump."""

    university_code: str
    name: str
    name_en: str
    peer_group: str
    indicator: str
    year: int
    value: float
    median: float
    low: float
    high: float
    times: float | None


def anomalies(mart: Mart, year: int, groups: Sequence[str], *, is_running: bool = False) -> list[Anomaly]:
    """All of a year in the additive, configured indicators, slips of the unit first and then by size. A running year
    is not held against its low values."""
    rows = mart.rows(
        "WITH past AS (SELECT university_code, indicator, median(value) AS middle, quantile_cont(value, 0.25) AS low,"
        " quantile_cont(value, 0.75) AS high FROM rpt_province WHERE category_1 = '*' AND university_code <> '*'"
        " AND year BETWEEN ? AND ? GROUP BY university_code, indicator HAVING count(value) >= ?)"
        " SELECT u.university_code, u.name, coalesce(u.name_en, u.name), coalesce(u.peer_group, ''), p.indicator,"
        " coalesce(n.value, 0), p.middle, p.low, p.high, i.value_unit FROM past AS p"
        " JOIN dim_university AS u ON u.university_code = p.university_code"
        " JOIN dim_indicator AS i ON i.indicator = p.indicator AND i.kind = 'additive' AND i.is_configured"
        " LEFT JOIN rpt_province AS n ON n.university_code = p.university_code AND n.indicator = p.indicator"
        " AND n.year = ? AND n.category_1 = '*'"
        " WHERE p.middle > 0 AND (coalesce(n.value, 0) > p.high + ? * greatest(p.high - p.low, ? * p.middle)"
        " OR coalesce(n.value, 0) < p.low - ? * greatest(p.high - p.low, ? * p.middle))",
        (year - YEARS, year - 1, KNOWN, year, TIMES, FLAT, TIMES, FLAT),
    )
    out = []
    for code, name, name_en, group, indicator, value, middle, low, high, unit in rows:
        if (groups and group not in groups) or (is_running and value < low) or _few(value, middle, unit):
            continue
        out.append(Anomaly(code, name, name_en, group, indicator, year, value, middle, low, high, slip(value, middle)))
    return sorted(out, key=lambda one: (one.times is None, -abs(math.log(max(one.value, 1e-9) / one.median)), one.university_code, one.indicator))


def slip(value: float, median: float) -> float | None:
    """10, 100, 1000, 10000, or one over these, where the value is about that many times the median."""
    if value <= 0 or median <= 0:
        return None
    power = math.log10(value / median)
    nearest = round(power)
    if nearest == 0 or abs(nearest) > 4 or abs(power - nearest) > NEAR:
        return None
    return float(10**nearest)


def _few(value: float, median: float, unit: str) -> bool:
    """Two things instead of none are no jump: counts need ten on one side."""
    return not unit.startswith("fen") and max(value, median) < 10
