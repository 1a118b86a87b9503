"""What universities may see of each other: ranks, medians and unsuppressed values of the peers file.

Cells with fewer than 3 records carry no value, ranks among fewer than 5 are not there at all: the publisher
left them out, and nothing here could bring them back. Unless the province names them (setting ``peers_shown``),
the others are 高校 A, 高校 B … in order of their value, so that a letter says nothing across two indicators.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.marts.reader import Mart

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


def places(mart: Mart, university_code: str, group: str, year: int, indicators: Sequence[str]) -> list[Place]:
    """The university's standing in each indicator it has a line for, in the order asked."""
    rows = mart.rows(
        "SELECT indicator, value, is_suppressed, rank, ranked_among, median FROM rpt_peer"
        " WHERE university = ? AND peer_group = ? AND year = ?",
        (university_code, group, year),
    )
    found = {row[0]: Place(row[0], row[1], bool(row[2]), row[3], int(row[4] or 0), row[5]) for row in rows}
    return [found[one] for one in indicators if one in found]


def members(mart: Mart, own: str, group: str, year: int, indicator: str, *, masked: bool = True) -> list[Member]:
    """All members of a group in one indicator, best first, suppressed ones last. ``own`` keeps its name. Those
    without a value are left out where names are masked: their letters would count them."""
    rows = mart.rows(
        "SELECT university, name, value, is_suppressed, rank FROM rpt_peer"
        " WHERE peer_group = ? AND year = ? AND indicator = ? ORDER BY value DESC NULLS LAST, name",
        (group, year, indicator),
    )
    if masked:
        rows = [row for row in rows if row[2] is not None or row[0] == own]
    names = [row[1] if not masked or row[0] == own else letters(place) for place, row in enumerate(rows)]
    return [Member(row[0] == own, name, row[2], bool(row[3]), row[4]) for row, name in zip(rows, names, strict=True)]


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
