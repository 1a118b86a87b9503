"""One function per question about the published figures: number, comparison, groups, series.

A number is the sum of ``v_contribution`` at one level and one counting rule; a derived one is made of two
such sums. ``drill`` opens what stands behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from dashboards.marts import definitions, spread
from dashboards.marts.definitions import Definition
from dashboards.marts.reader import PROVINCE, Mart
from dashboards.marts.scope import (
    ALL,
    EVER,
    PERSON_RULE,
    UNASSIGNED,
    Spec,
    clauses,
    project_of,
    read,
    relation,
    until_clause,
)
from ingestion.store.engine import local_time, today

__all__ = ["ALL", "UNASSIGNED", "Number", "Spec", "read"]

WINDOW = 5
"""Years a citation window looks back on, the year itself among them."""

LAG = {"growth": 1, "growth_3": 3, "ratio_start": 1}
"""Operation → how many years before the denominator is of."""

By = Literal["year", "college", "category_1", "category_2", "type", "person", "project", "month"]

_GROUPS: dict[str, str] = {
    "year": "year",
    "college": "coalesce(cast(college_id AS VARCHAR), '')",
    "category_1": "category_1",
    "category_2": "category_2",
    "type": "type",
    "person": "coalesce(cast(person_id AS VARCHAR), '')",
    "project": f"coalesce(cast({project_of('v_contribution')} AS VARCHAR), '')",
    "month": "month(counted_on)",
}


@dataclass(frozen=True)
class Number:
    """A figure with everything that must stand beside it. ``value`` is in the facts' unit (fen, 1, share)."""

    definition: Definition
    spec: Spec
    value: float | None
    records: int
    generation: int
    reconciled: bool
    numerator: Number | None = None
    denominator: Number | None = None

    @property
    def shown(self) -> str:
        return self.definition.shown(self.value)

    @property
    def scaled(self) -> float | None:
        return self.definition.scaled(self.value)


def number(mart: Mart, spec: Spec) -> Number:
    """One figure. Raises KeyError for an unknown indicator, ValueError for a rule it does not offer."""
    found = definitions.definition(mart, spec.indicator)
    if not found.is_configured:
        return Number(found, spec, None, 0, mart.meta.generation, mart.meta.reconciled)
    if found.is_additive:
        value, records = _sum(mart, found, spec)
        return Number(found, spec, value, records, mart.meta.generation, mart.meta.reconciled)
    above, below = parts(mart, found, spec)
    if above is None or below is None:
        return Number(found, spec, None, 0, mart.meta.generation, mart.meta.reconciled)
    value = float(above.records) if found.operation in spread.H else derive(found.operation, above.value, below.value)
    return Number(found, spec, value, above.records, mart.meta.generation, mart.meta.reconciled, above, below)


def sides(found: Definition, spec: Spec, of_persons: bool = False) -> tuple[Spec, Spec]:
    """What stands above and below the line of a derived indicator, as specs of their own. ``of_persons``: citations
    are those of every paper a person signed, not only of those the person owns."""
    above = replace(spec, indicator=found.numerator, rule=found.numerator_rule)
    below = replace(spec, indicator=found.denominator, rule=found.denominator_rule)
    if of_persons and found.operation in {"window_ratio", *spread.H}:
        above, below = replace(above, rule=PERSON_RULE), replace(below, rule=PERSON_RULE)
    match found.operation:
        case lagging if lagging in LAG:
            years = LAG[lagging]
            earlier = None if spec.first_year is None else spec.first_year - years
            return above, replace(below, year=spec.year - years, first_year=earlier)
        case "h5_index":
            window = spec.year - WINDOW + 1
            return replace(above, first_year=window, until=None, core="h"), replace(below, first_year=window, until=None)
        case "window_ratio":
            window = spec.year - WINDOW + 1
            return replace(above, first_year=window, until=None), replace(below, first_year=window, until=None)
        case "h_index":
            return replace(above, first_year=EVER, until=None, core="h"), replace(below, first_year=EVER, until=None)
        case "top_share":
            return replace(above, core="top10"), below
    return above, below


def _of_persons(mart: Mart, spec: Spec) -> bool:
    return mart.level == "person" or spec.person != ALL


def parts(mart: Mart, found: Definition, spec: Spec) -> tuple[Number | None, Number | None]:
    """Numerator and denominator of a derived indicator, each of its own years."""
    if not (found.operation and found.numerator):
        return None, None
    above, below = sides(found, spec, _of_persons(mart, spec))
    return number(mart, above), number(mart, below)


def derive(operation: str, above: float | None, below: float | None) -> float | None:
    """The formula of a derived indicator; None where there is nothing to divide by."""
    if above is None or below is None:
        return None
    if operation == "difference":
        return above - below
    if below == 0:
        return None
    if operation == "growth_3":
        return (above / below) ** (1 / 3) - 1 if above >= 0 and below > 0 else None
    return (above - below) / below if operation == "growth" else above / below


def same_date(spec: Spec, found: Definition, now: date | None = None) -> tuple[int, int] | None:
    """Where last year is cut so that it can be compared: today's month and day, in the running year only. ``now``: the
    day the figures are of (``Mart.today``)."""
    now = now or today()
    if found.is_stock or found.operation in {"window_ratio", *spread.H} or spec.year != now.year:
        return None
    return (now.month, min(now.day, 28) if now.month == 2 else now.day)


def compared(mart: Mart, spec: Spec) -> tuple[Number, Number]:
    """A number and the same a year before, a running year to the same date."""
    until = same_date(spec, definitions.definition(mart, spec.indicator), mart.today)
    here = replace(spec, until=until)
    return number(mart, here), number(mart, replace(here, year=spec.year - 1))


def trend(mart: Mart, spec: Spec, years: int = 6) -> tuple[Number, Number, dict[int, float | None]]:
    """``compared`` and the last ``years`` years in one query: what a number's card shows."""
    found = definitions.definition(mart, spec.indicator)
    wanted = range(spec.year - years + 1, spec.year + 1)
    if not (found.is_additive and found.is_configured):
        return *compared(mart, spec), series(mart, spec, wanted)
    until = same_date(spec, found, mart.today)
    where, parameters = clauses(mart, found, replace(spec, first_year=wanted[0], until=None), None)
    cut = until_clause("", until) if until else "true"
    rows = mart.rows(
        "SELECT year, sum(contribution), coalesce(sum(contribution) FILTER (WHERE in_time), 0),"  # noqa: S608
        " count(DISTINCT record_id) FILTER (WHERE in_time)"
        f" FROM (SELECT *, {cut} AS in_time FROM {relation(mart, found, spec)} WHERE {' AND '.join(where)}) GROUP BY year",
        parameters,
    )
    by_year = {int(row[0]): row for row in rows}
    meta = mart.meta

    def at(year: int) -> Number:
        row = by_year.get(year, (year, 0, 0, 0))
        here = replace(spec, year=year, until=until)
        return Number(found, here, float(row[2]), int(row[3]), meta.generation, meta.reconciled)

    history: dict[int, float | None] = {year: float(by_year[year][1]) if year in by_year else 0.0 for year in wanted}
    return at(spec.year), at(spec.year - 1), history


def groups(mart: Mart, spec: Spec, by: Sequence[By]) -> list[tuple[tuple[Any, ...], float | None, int]]:
    """The number split by one or more columns: keys, value, records. Sorted by the keys.

    An additive number's groups add up to it (under an additive rule, for colleges and persons).
    """
    found = definitions.definition(mart, spec.indicator)
    if not found.is_configured:
        return []
    if not found.is_additive:
        return _derived_groups(mart, found, spec, by)
    columns = [_GROUPS[name] for name in by]
    level = "college" if "college" in by else ("person" if "person" in by else None)
    where, parameters = clauses(mart, found, spec, level)
    picked = ", ".join(columns)
    places = ", ".join(str(place) for place in range(1, len(columns) + 1))
    rows = mart.rows(
        f"SELECT {picked}, sum(contribution), count(DISTINCT record_id) FROM {relation(mart, found, spec, level)}"  # noqa: S608
        f" WHERE {' AND '.join(where)} GROUP BY {places} ORDER BY {places}",
        parameters,
    )
    width = len(columns)
    return [(tuple(row[:width]), float(row[width]), int(row[width + 1])) for row in rows]


def _derived_groups(
    mart: Mart, found: Definition, spec: Spec, by: Sequence[By]
) -> list[tuple[tuple[Any, ...], float | None, int]]:
    if not (found.operation and found.numerator):
        return []
    if "year" in by and found.operation in spread.OPERATIONS:
        at = list(by).index("year")
        rest = [name for name in by if name != "year"]
        out = []
        for year in range(spec.first_year or spec.year, spec.year + 1):
            one = replace(spec, year=year, first_year=None)
            found_there = _derived_groups(mart, found, one, rest) if rest else [((), *_shown(number(mart, one)))]
            out += [((*keys[:at], year, *keys[at:]), value, count) for keys, value, count in found_there]
        return sorted(out, key=lambda row: str(row[0]))
    higher, lower = sides(found, spec, "person" in by or _of_persons(mart, spec))
    if found.operation in spread.BY_ROWS:
        base = definitions.definition(mart, found.numerator)
        return spread.groups(mart, found.operation, base, replace(higher, core=""), [_GROUPS[name] for name in by], "college" in by, "person" in by)
    above: dict[tuple[Any, ...], tuple[float | None, int]] = {k: (v, n) for k, v, n in groups(mart, higher, by)}
    shift = LAG.get(found.operation, 0)
    below = {}
    for keys, value, _ in groups(mart, lower, by):
        below[tuple(k + shift if name == "year" else k for name, k in zip(by, keys, strict=True))] = value
    keys = sorted(set(above) | set(below), key=str)
    return [
        (k, derive(found.operation, above.get(k, (0.0, 0))[0], below.get(k, 0.0)), above.get(k, (0.0, 0))[1])
        for k in keys
    ]


def _shown(here: Number) -> tuple[float | None, int]:
    return here.value, here.records


def series(mart: Mart, spec: Spec, years: Iterable[int]) -> dict[int, float | None]:
    """The number year by year (a running year as far as it has come)."""
    wanted = sorted(years)
    found = definitions.definition(mart, spec.indicator)
    rows = groups(mart, replace(spec, first_year=wanted[0], year=wanted[-1], until=None), ("year",))
    values = {int(keys[0]): value for keys, value, _ in rows}
    if not found.is_configured:
        return dict.fromkeys(wanted)
    empty = 0.0 if found.is_additive or found.operation == "difference" else None
    return {year: values.get(year, empty) for year in wanted}


def first_year(mart: Mart) -> int | None:
    """The earliest year with an outcome, project or money in it (people and institutions are older)."""
    rows = mart.rows(
        "SELECT min(year) FROM fct_measure WHERE included AND measure = 'R01'"
        " AND type NOT IN ('person', 'expert', 'institution')"
    )
    return rows[0][0]


def is_empty(mart: Mart) -> bool:
    """True where nothing was ever counted for this reach (a new university, college or person)."""
    if mart.level == "person":
        sql = "SELECT count(*) FROM fct_credit WHERE person_id = ?"
        return mart.rows(sql, (mart.person_id,))[0][0] == 0
    if mart.level == "college":
        sql = "SELECT count(*) FROM fct_record WHERE college_id = ? AND type <> 'person'"
        return mart.rows(sql, (mart.college_id,))[0][0] == 0
    return mart.rows("SELECT count(*) FROM fct_record WHERE type <> 'person'")[0][0] == 0


def _sum(mart: Mart, found: Definition, spec: Spec) -> tuple[float, int]:
    where, parameters = clauses(mart, found, spec, None)
    rows = mart.rows(
        f"SELECT coalesce(sum(contribution), 0), count(DISTINCT record_id) FROM {relation(mart, found, spec)}"  # noqa: S608
        f" WHERE {' AND '.join(where)}",
        parameters,
    )
    return float(rows[0][0]), int(rows[0][1])


def as_of(mart: Mart) -> str:
    """The time the figures show, local, to the second; of a past day its end."""
    at = mart.meta.as_of
    return local_time(at).strftime("%Y-%m-%d %H:%M:%S") if at else "—"


def sql_of(mart: Mart, spec: Spec) -> str:
    """The SELECT an analyst can run to get the same number."""
    found = definitions.definition(mart, spec.indicator)
    if not found.is_configured:
        return ""
    if mart.meta.university_code == PROVINCE:
        return (
            "SELECT university, value, value_per_head\nFROM rpt_province\nWHERE "
            f"indicator = {_literal(found.indicator)}\n  AND year = {spec.year}\n  AND category_1 = '*'"
        )
    if not found.is_additive:
        if found.operation == "rank":
            return (
                "SELECT indicator, peer_group, rank, ranked_among, percentile, z_score\nFROM rpt_peer\nWHERE "
                f"university = {_literal(mart.meta.university_code)}\n  AND year = {spec.year}"
            )
        if not (found.operation and found.numerator):
            return ""
        above, below = (sql_of(mart, side) for side in sides(found, spec, _of_persons(mart, spec)))
        if found.operation in spread.H:
            return above.replace("coalesce(sum(contribution), 0)", "count(DISTINCT record_id)", 1)
        top, bottom = f"({_indent(above)})", f"({_indent(below)})"
        match found.operation:
            case "difference":
                return f"SELECT {top}\n     - {bottom}"
            case "growth":
                return f"SELECT {top}\n     / nullif({bottom}, 0) - 1"
            case "growth_3":
                return f"SELECT power(({top}\n     / nullif({bottom}, 0))::DOUBLE, 1.0 / 3) - 1"
            case _:
                return f"SELECT {top}\n     / nullif({bottom}, 0)"
    where, parameters = clauses(mart, found, spec, None)
    text = f"SELECT coalesce(sum(contribution), 0)\nFROM {relation(mart, found, spec)}\nWHERE " + "\n  AND ".join(where)
    for value in parameters:
        text = text.replace("?", _literal(value), 1)
    return text


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _indent(sql: str) -> str:
    return sql.replace("\n", "\n        ")
