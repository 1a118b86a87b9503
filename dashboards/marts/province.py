"""Comparing universities: sums of the province's file, ranks and medians over those compared.

Holds no record and no person. A rank counts only universities with a value; equal values share a rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median as middle

from dashboards.marts.reader import Mart

GROUPS: dict[str, tuple[str, str]] = {
    "double_first_class": ("双一流", "Double first-class"),
    "provincial": ("省属本科", "Provincial"),
    "private": ("民办本科", "Private"),
    "vocational": ("高职", "Vocational"),
}


@dataclass(frozen=True)
class Line:
    """One university in the comparison. ``value`` is the chosen one (total or per head)."""

    university_code: str
    name: str
    name_en: str
    peer_group: str
    city_code: str
    value: float | None
    total: float | None
    records: int
    staff: int | None
    history: tuple[float | None, ...]
    rank: int | None
    rank_before: int | None

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


def compare(mart: Mart, indicator: str, year: int, groups: Sequence[str], *, per_head: bool) -> list[Line]:
    """The universities of the peer groups, best first; those without a value last."""
    values = _values(mart, indicator, range(year - 5, year + 1), per_head)
    members = [one for one in universities(mart) if not groups or one[3] in groups]
    codes = [one[0] for one in members]
    ranks = _ranks({code: values.get((code, year), (None,))[0] for code in codes})
    before = _ranks({code: values.get((code, year - 1), (None,))[0] for code in codes})
    lines = []
    for code, name, name_en, group, city in members:
        value, total, records, staff = values.get((code, year), (None, None, 0, None))
        history = tuple(values.get((code, y), (None,))[0] for y in range(year - 5, year + 1))
        lines.append(Line(code, name, name_en, group, city, value, total, records, staff, history, ranks.get(code), before.get(code)))
    return sorted(lines, key=lambda line: (line.rank is None, line.rank or 0, line.university_code))


def profile(mart: Mart, university_code: str, group: str, year: int, indicators: Sequence[str], *, per_head: bool) -> list[float | None]:
    """Each indicator of one university with its peers' median as 100; None without either."""
    out: list[float | None] = []
    for indicator in indicators:
        lines = compare(mart, indicator, year, (group,), per_head=per_head)
        own = next((line.value for line in lines if line.university_code == university_code), None)
        half = median([line.value for line in lines])
        out.append(own / half * 100 if own is not None and half else None)
    return out


def by_city(lines: Sequence[Line]) -> dict[str, float]:
    """City → sum of the values shown."""
    out: dict[str, float] = {}
    for line in lines:
        if line.value is not None and line.city_code:
            out[line.city_code] = out.get(line.city_code, 0.0) + line.value
    return out


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


def _values(
    mart: Mart, indicator: str, wanted: range, per_head: bool
) -> dict[tuple[str, int], tuple[float | None, float | None, int, int | None]]:
    rows = mart.rows(
        "SELECT university_code, year, value, value_per_head, records, staff FROM rpt_province"
        " WHERE indicator = ? AND category_1 = '*' AND university_code <> '*' AND year BETWEEN ? AND ?",
        (indicator, wanted[0], wanted[-1]),
    )
    return {
        (code, int(year)): (head if per_head else value, value, int(records or 0), staff)
        for code, year, value, head, records, staff in rows
    }


def _ranks(values: dict[str, float | None]) -> dict[str, int]:
    known = sorted((value for value in values.values() if value is not None), reverse=True)
    return {code: known.index(value) + 1 for code, value in values.items() if value is not None}
