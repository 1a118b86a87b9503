"""What universities may see of each other: ranks, medians and unsuppressed values of the peers file.

Cells with fewer than 3 records carry no value, ranks among fewer than 5 are not there at all: the publisher
left them out, and nothing here could bring them back. Unless the province names them (setting ``peers_shown``),
the others are 高校 A, 高校 B … in order of their value, so that a letter says nothing across two indicators.
Per head and per million of funds are made of two values of this file that are both shown: what is suppressed cannot
be worked out of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.marts.province import FEN_PER_MILLION, MONEY, RANKED, Basis
from dashboards.marts.reader import Mart

DIVIDED_BY: dict[Basis, tuple[str, int]] = {"head": ("S01", 1), "money": (MONEY, FEN_PER_MILLION)}
"""Basis → the indicator a value is divided by, and how many of its units make one."""

MASKED = "masked"
"""The value of the setting ``peers_shown`` under which nobody sees another university's name."""


@dataclass(frozen=True)
class Place:
    """Where one university stands among its peers in one indicator and year."""

    indicator: str
    value: float | None
    is_suppressed: bool
    rank: int | None
    ranked_among: int
    median: float | None
    percentile: float | None = None
    z_score: float | None = None


@dataclass(frozen=True)
class Member:
    """One member of a group as others may see it; a masked one has its letter for a name."""

    is_own: bool
    name: str
    value: float | None
    is_suppressed: bool
    rank: int | None


def groups_of(mart: Mart, university_code: str) -> list[str]:
    """The comparison groups a university stands in, its own first, ``*`` (all) last."""
    rows = mart.rows("SELECT DISTINCT peer_group FROM rpt_peer WHERE university = ?", (university_code,))
    return sorted((row[0] for row in rows), key=lambda group: (group == "*", group))


def places(mart: Mart, university_code: str, group: str, year: int, indicators: Sequence[str], basis: Basis = "total") -> list[Place]:
    """The university's standing in each indicator it has a line for, in the order asked."""
    sql, parameters = _placed(group, year, basis)
    wanted = (  # B01: the share of the others that stand behind, and the distance from the mean in standard deviations
        " SELECT indicator, value, is_suppressed, rank, ranked_among, median,"
        " CASE WHEN rank IS NOT NULL THEN (ranked_among - rank) / CAST(ranked_among - 1 AS DOUBLE) END,"
        " CASE WHEN rank IS NOT NULL THEN (value - mean) / nullif(spread, 0) END"
        " FROM (SELECT *, avg(value) OVER (PARTITION BY indicator) AS mean, stddev_pop(value) OVER (PARTITION BY indicator) AS spread FROM placed)"
        " WHERE university = ?"
    )
    rows = mart.rows(sql + wanted, (*parameters, university_code))
    found = {row[0]: Place(row[0], row[1], bool(row[2]), row[3], int(row[4] or 0), *row[5:]) for row in rows}
    return [found[one] for one in indicators if one in found]


def members(mart: Mart, own: str, group: str, year: int, indicator: str, *, masked: bool = True, basis: Basis = "total") -> list[Member]:
    """All members of a group in one indicator, best first, suppressed ones last. ``own`` keeps its name. Those
    without a value are left out where names are masked: their letters would count them."""
    sql, parameters = _placed(group, year, basis)
    wanted = " SELECT university, name, value, is_suppressed, rank FROM placed WHERE indicator = ? ORDER BY value DESC NULLS LAST, name"
    rows = mart.rows(sql + wanted, (*parameters, indicator))
    if masked:
        rows = [row for row in rows if row[2] is not None or row[0] == own]
    names = [row[1] if not masked or row[0] == own else letters(place) for place, row in enumerate(rows)]
    return [Member(row[0] == own, name, row[2], bool(row[3]), row[4]) for row, name in zip(rows, names, strict=True)]


def _placed(group: str, year: int, basis: Basis) -> tuple[str, tuple[object, ...]]:
    """``placed``: the lines of a group and year. Totals have their ranks from the publisher; what is divided is ranked
    here by the same rule, over the values both of whose parts are shown."""
    if basis == "total":
        return "WITH placed AS (SELECT * FROM rpt_peer WHERE peer_group = ? AND year = ?)", (group, year)
    divisor, units = DIVIDED_BY[basis]
    return (
        "WITH divided AS (SELECT p.university, p.name, p.indicator, p.value / nullif(d.value / ?, 0) AS value"
        " FROM rpt_peer AS p LEFT JOIN rpt_peer AS d ON d.university = p.university AND d.peer_group = p.peer_group"
        " AND d.year = p.year AND d.indicator = ? WHERE p.peer_group = ? AND p.year = ?),"
        " counted AS (SELECT *, count(value) OVER (PARTITION BY indicator) AS ranked_among,"
        " rank() OVER (PARTITION BY indicator ORDER BY value DESC NULLS LAST) AS place,"
        " median(value) OVER (PARTITION BY indicator) AS middle FROM divided),"
        " placed AS (SELECT university, name, indicator, value, value IS NULL AS is_suppressed, ranked_among,"
        " CASE WHEN ranked_among >= ? AND value IS NOT NULL THEN place END AS rank,"
        " CASE WHEN ranked_among >= ? THEN middle END AS median FROM counted)"
    ), (units, divisor, group, year, RANKED, RANKED)


def letters(place: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    return (letters(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def is_ranked(mart: Mart, university_code: str, group: str, year: int) -> bool:
    """Whether the group is large enough for the university to have a rank in anything."""
    rows = mart.rows(
        "SELECT count(rank) FROM rpt_peer WHERE university = ? AND peer_group = ? AND year = ?",
        (university_code, group, year),
    )
    return bool(rows[0][0])


def years(mart: Mart) -> list[int]:
    return [row[0] for row in mart.rows("SELECT DISTINCT year FROM rpt_peer ORDER BY year DESC")]
