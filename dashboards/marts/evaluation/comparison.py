"""Who is compared with whom, and where one university stands: only its own place and the full marks leave this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.marts.evaluation import scores, values
from dashboards.marts.evaluation.framework import SCORED, leaves
from dashboards.marts.evaluation.values import Value
from dashboards.marts.province import RANKED, universities
from dashboards.marts.reader import Mart

EVERYBODY = "*"


@dataclass(frozen=True)
class Standing:
    """``group``: the peers a university is scored against, ``*`` all of the province where its own group has fewer than
    five; ``members`` of it; ``rank`` and ``ranked_among`` None where nobody is ranked."""

    group: str
    members: int
    marks: dict[str, float]
    rank: int | None
    ranked_among: int


_kept: dict[tuple[str, str, int, str], Standing] = {}


def standing(sums: Mart, code: str, year: int, framework: str = SCORED) -> Standing:
    """By the figures published now. ``sums`` is the province's file. Kept by path, which never names two files: of 129
    universities it is 45 ms, and the page asks at every click."""
    asked = (sums.path, code, year, framework)
    found = _kept.get(asked)
    if found is None:
        found = _standing(sums, code, year, framework)
        while len(_kept) >= 1_000:
            _kept.pop(next(iter(_kept)), None)
        _kept[asked] = found
    return found


def _standing(sums: Mart, code: str, year: int, framework: str) -> Standing:
    groups = {one[0]: one[3] for one in universities(sums)}
    own = groups.get(code, "")
    members = frozenset(one for one, group in groups.items() if own and group == own)
    group = own
    if len(members) < RANKED:
        group, members = EVERYBODY, frozenset(groups)
    every = values.of_universities(sums, year, framework)
    mine = {one: every[one] for one in members}
    marks = scores.full_marks(leaves(framework), mine)
    totals = totals_of(mine, marks, framework)
    placed = scores.ranks(totals)
    return Standing(group, len(members), marks, placed.get(code), len(placed))


def totals_of(found: Mapping[str, Mapping[str, Value]], marks: Mapping[str, float], framework: str = SCORED) -> dict[str, float | None]:
    """University → total of 100."""
    return {code: scores.total(scores.scored(leaves(framework), mine, marks)) for code, mine in found.items()}
