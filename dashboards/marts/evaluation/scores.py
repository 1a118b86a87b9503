"""Scores out of values: a leaf has full marks at the best value of those compared, and the rest in proportion.

Full marks ask for five universities with a value, and are set by one of three records or more, as everywhere where
universities are shown to each other. What a university has not entered earns nothing; what cannot be scored for anybody is left out of the total,
which is then set to 100 again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboards.marts.evaluation.framework import Node
from dashboards.marts.evaluation.values import NOTHING, Value
from dashboards.marts.province import RANKED

SMALL = 3
"""A value of fewer records sets no full marks: it would show itself."""

Marks = Mapping[str, float]
"""Leaf → the value that earns full marks."""


@dataclass(frozen=True)
class Scored:
    """One leaf of one university. ``score`` 0 to 100, ``points`` its part of the total, ``weight`` the most they could be
    once what nobody is scored in is left out; all None where nobody is scored."""

    value: Value
    full: float | None
    score: float | None
    points: float | None
    weight: float | None = None


def full_marks(leaves: Iterable[Node], values: Mapping[str, Mapping[str, Value]]) -> dict[str, float]:
    """The best value of each leaf among the universities given; a leaf without enough of them has none."""
    out: dict[str, float] = {}
    for leaf in leaves:
        known = [one for mine in values.values() if (one := mine.get(leaf.code, NOTHING)).value is not None]
        best = max((one.value or 0.0 for one in known if one.records >= SMALL), default=0.0)
        if len(known) >= RANKED and best > 0:
            out[leaf.code] = best
    return out


def per_head(values: Mapping[str, Mapping[str, Value]], staff: Mapping[str, float], additive: frozenset[str]) -> dict[str, dict[str, Value]]:
    """Values divided by the staff in post, where they can be (``additive`` leaves); ratios stay as they are."""
    out: dict[str, dict[str, Value]] = {}
    for code, mine in values.items():
        heads = staff.get(code)
        out[code] = {leaf: _divided(one, heads) if leaf in additive else one for leaf, one in mine.items()}
    return out


def _divided(one: Value, heads: float | None) -> Value:
    return NOTHING if one.value is None or not heads else Value(one.value / heads, one.records)


def scored(leaves: Sequence[Node], values: Mapping[str, Value], marks: Marks, weights: Mapping[str, float] | None = None) -> dict[str, Scored]:
    """Leaf → score and points, of a total of 100. ``weights``: other points than declared, by leaf."""
    points = {leaf.code: (weights or {}).get(leaf.code, leaf.points) for leaf in leaves}
    whole = sum(points[code] for code in points if code in marks)
    out = {}
    for leaf in leaves:
        value, full = values.get(leaf.code, NOTHING), marks.get(leaf.code)
        if full is None or whole <= 0:
            out[leaf.code] = Scored(value, full, None, None)
            continue
        score = 100 * min(1.0, max(0.0, (value.value or 0.0) / full))
        out[leaf.code] = Scored(value, full, score, score * points[leaf.code] / whole, 100 * points[leaf.code] / whole)
    return out


def total(found: Mapping[str, Scored]) -> float | None:
    """Of 100; None where no leaf could be scored."""
    known = [one.points for one in found.values() if one.points is not None]
    return sum(known) if known else None


def of_node(node: Node, tree: Sequence[Node], found: Mapping[str, Scored], weight: bool = False) -> float | None:
    """The points (or the ``weight``) of a node: those of the leaves below it."""
    if node.code in found:
        return found[node.code].weight if weight else found[node.code].points
    below = [of_node(one, tree, found, weight) for one in tree if one.parent == node.code]
    known = [one for one in below if one is not None]
    return sum(known) if known else None


def shares(points: float | None, parts: Mapping[object, float]) -> dict[object, float]:
    """What each part of a leaf's value contributed to its points. Parts that add up to more than the value (colleges that
    worked together) share what there is."""
    whole = sum(value for value in parts.values() if value > 0)
    return {key: points * value / whole for key, value in parts.items() if value > 0} if points and whole > 0 else {}


def ranks(totals: Mapping[str, float | None]) -> dict[str, int]:
    """Best first; none among fewer than five."""
    known = sorted((value for value in totals.values() if value is not None), reverse=True)
    return {code: known.index(value) + 1 for code, value in totals.items() if value is not None} if len(known) >= RANKED else {}
