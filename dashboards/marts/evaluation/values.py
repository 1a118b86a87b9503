"""The values of a framework's leaves, as the published reports hold them: of a university, its colleges, all universities.

They are sums of the same contributions every page shows (``rpt_indicator``); with weights by category the weighted sum of
an indicator's breakdown. Units are those of the facts (fen, 1, share).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.marts import definitions, quality
from dashboards.marts.definitions import Definition
from dashboards.marts.evaluation.framework import SCORED, Node, leaves
from dashboards.marts.reader import Mart

COMPLETENESS = "Q01"
"""The one operational indicator a leaf may name: it stands in the scores of data quality."""


@dataclass(frozen=True)
class Value:
    """One leaf's value. ``value`` None: its source is not there (未配置). A ratio has both its sides."""

    value: float | None
    records: int = 0
    numerator: float | None = None
    denominator: float | None = None

    @property
    def spread(self) -> float:
        """What can be divided among colleges and records: the value, of a ratio its numerator."""
        return (self.value if self.denominator is None else self.numerator) or 0.0


NOTHING = Value(None)


def definition(mart: Mart, leaf: Node) -> Definition:
    """Of the leaf's indicator. Raises KeyError where the file does not know it."""
    return definitions.every(mart)[leaf.indicator]


def of_university(mart: Mart, year: int, framework: str = SCORED) -> dict[str, Value]:
    """Leaf → value of the whole university."""
    wanted = [leaf for leaf in leaves(framework) if leaf.indicator in definitions.every(mart)]
    found = _made(mart, wanted, _rows(mart, "rpt_indicator", "0", "level = 'university'", year, wanted))
    mine = found.get(0, {})
    out = {leaf.code: mine.get(leaf.code) or _absent(definition(mart, leaf)) for leaf in wanted}
    for leaf in wanted:
        if leaf.indicator == COMPLETENESS:
            out[leaf.code] = _complete(quality.total(mart))
    return out


def of_colleges(mart: Mart, year: int, framework: str = SCORED) -> dict[int | None, dict[str, Value]]:
    """College (None: 未归属) → leaf → value."""
    wanted = [leaf for leaf in leaves(framework) if leaf.indicator in definitions.every(mart)]
    found = _made(mart, wanted, _rows(mart, "rpt_indicator", "college_id", "level = 'college'", year, wanted))
    for leaf in wanted:
        if leaf.indicator == COMPLETENESS:
            for score in quality.scores(mart, "college"):
                found.setdefault(score.key, {})[leaf.code] = _complete(score)
    return found


def of_universities(mart: Mart, year: int, framework: str = SCORED) -> dict[str, dict[str, Value]]:
    """University → leaf → value, from the province's file: sums alone."""
    known = definitions.every(mart)
    wanted = [leaf for leaf in leaves(framework) if leaf.indicator in known]
    found = _made(mart, wanted, _rows(mart, "rpt_province", "university_code", "university_code <> '*'", year, wanted))
    full = _completeness(mart)
    for (code,) in mart.rows("SELECT university_code FROM dim_university WHERE university_code <> '*'"):
        mine = found.setdefault(code, {})
        for leaf in wanted:
            if leaf.indicator == COMPLETENESS:
                mine[leaf.code] = full.get(code, NOTHING)
            elif leaf.code not in mine:
                mine[leaf.code] = _absent(known[leaf.indicator])
    return found


def staff(mart: Mart, year: int) -> dict[str, float]:
    """University → staff in post at the end of the year (S01), from the province's file."""
    rows = mart.rows("SELECT DISTINCT university_code, staff FROM rpt_province WHERE year = ? AND staff IS NOT NULL AND university_code <> '*'", (year,))
    return {code: float(count) for code, count in rows}


def _absent(found: Definition) -> Value:
    """No line in the report: nothing was counted, or there is nothing to count with."""
    return Value(0.0) if found.is_additive and found.is_configured and not found.needs else NOTHING


def _rows(mart: Mart, table: str, key: str, where: str, year: int, wanted: Sequence[Node]) -> list[tuple[Any, ...]]:
    names = sorted({leaf.indicator for leaf in wanted})
    return mart.rows(
        f"SELECT {key}, indicator, category_1, value, records, numerator, denominator FROM {table}"  # noqa: S608
        f" WHERE {where} AND year = ? AND indicator IN ({', '.join('?' * len(names))})",
        [year, *names],
    )


def _made(mart: Mart, wanted: Iterable[Node], rows: Sequence[tuple[Any, ...]]) -> dict[Any, dict[str, Value]]:
    by_key: dict[Any, dict[tuple[str, str], tuple[Any, ...]]] = {}
    for key, indicator, category, *rest in rows:
        by_key.setdefault(key, {})[(indicator, category)] = tuple(rest)
    out: dict[Any, dict[str, Value]] = {}
    for key, lines in by_key.items():
        mine = out[key] = {}
        for leaf in wanted:
            value = _of_leaf(leaf, definition(mart, leaf), lines)
            if value is not None:
                mine[leaf.code] = value
    return out


def _of_leaf(leaf: Node, found: Definition, lines: Mapping[tuple[str, str], tuple[Any, ...]]) -> Value | None:
    if not found.is_configured:
        return None
    if not leaf.categories:
        line = lines.get((leaf.indicator, "*"))
        return None if line is None else Value(line[0], int(line[1] or 0), line[2], line[3])
    parts = [(weight, lines[(leaf.indicator, code)]) for code, weight in leaf.categories.items() if (leaf.indicator, code) in lines]
    return Value(sum(weight * (line[0] or 0.0) for weight, line in parts), sum(int(line[1] or 0) for _, line in parts)) if parts else None


def _complete(score: quality.Score) -> Value:
    return Value(score.completeness, score.records, float(score.filled), float(score.needed)) if score.needed else NOTHING


def _completeness(mart: Mart) -> dict[str, Value]:
    """From the nightly table; empty where the file does not hold it yet."""
    if not mart.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'rpt_quality'"):
        return {}
    return {code: _complete(score) for code, _zh, _en, score in quality.of_universities(mart)}
