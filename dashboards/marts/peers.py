"""What universities may see of each other: ranks, medians and unsuppressed values of the peers file.

Cells with fewer than 3 records carry no value, ranks among fewer than 5 are not there at all: the publisher
left them out, and nothing here could bring them back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.marts.reader import Mart


@dataclass(frozen=True)
class Place:
    """Where one university stands among its peers in one indicator and year."""

    indicator: str
    value: float | None
    is_suppressed: bool
    rank: int | None
    ranked_among: int
    median: float | None


@dataclass(frozen=True)
class Member:
    """One member of a group as others may see it."""

    university: str
    name: str
    value: float | None
    is_suppressed: bool
    rank: int | None


def groups_of(mart: Mart, university_code: str) -> list[str]:
    """The comparison groups a university stands in, its own first, ``*`` (all) last."""
    rows = mart.rows("SELECT DISTINCT peer_group FROM rpt_peer WHERE university = ?", (university_code,))
    return sorted((row[0] for row in rows), key=lambda group: (group == "*", group))


def places(mart: Mart, university_code: str, group: str, year: int, indicators: Sequence[str]) -> list[Place]:
    """The university's standing in each indicator it has a line for, in the order asked."""
    rows = mart.rows(
        "SELECT indicator, value, is_suppressed, rank, ranked_among, median FROM rpt_peer"
        " WHERE university = ? AND peer_group = ? AND year = ?",
        (university_code, group, year),
    )
    found = {row[0]: Place(row[0], row[1], bool(row[2]), row[3], int(row[4] or 0), row[5]) for row in rows}
    return [found[one] for one in indicators if one in found]


def members(mart: Mart, group: str, year: int, indicator: str) -> list[Member]:
    """All members of a group in one indicator, best first, suppressed ones last."""
    rows = mart.rows(
        "SELECT university, name, value, is_suppressed, rank FROM rpt_peer"
        " WHERE peer_group = ? AND year = ? AND indicator = ? ORDER BY value DESC NULLS LAST, name",
        (group, year, indicator),
    )
    return [Member(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows]


def is_ranked(mart: Mart, university_code: str, group: str, year: int) -> bool:
    """Whether the group is large enough for the university to have a rank in anything."""
    rows = mart.rows(
        "SELECT count(rank) FROM rpt_peer WHERE university = ? AND peer_group = ? AND year = ?",
        (university_code, group, year),
    )
    return bool(rows[0][0])


def years(mart: Mart) -> list[int]:
    return [row[0] for row in mart.rows("SELECT DISTINCT year FROM rpt_peer ORDER BY year DESC")]
