"""What a signed snapshot of the evaluation holds, and how its numbers follow from it.

``data/values`` and ``data/colleges``: the leaves of the tree. ``data/evidence`` and ``data/college_evidence``: every
contribution of every record, from which both are added up again. Persons are numbers of records here, without a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboards.marts import definitions, numbers
from dashboards.marts.definitions import Definition
from dashboards.marts.drill import DoesNotAddUp
from dashboards.marts.evaluation import framework, values
from dashboards.marts.evaluation.framework import SCORED, Node
from dashboards.marts.evaluation.values import COMPLETENESS, NOTHING, Value
from dashboards.marts.reader import Mart
from dashboards.marts.scope import ALL, Spec, clauses, relation
from dashboards.marts.snapshots import Difference, Provider, Rows, Source
from ingestion.snapshots import Table

VALUE, ABOVE, BELOW = "value", "numerator", "denominator"
EXACT = 1e-9
"""Relative: two sums of the same figures in another order."""
NAMELESS = frozenset({"person", "expert"})

EVIDENCE = ("leaf", "side", "record_id", "seq", "number", "type", "title", "college_id", "college", "counted_on", "category", "weight", "contribution")


@dataclass(frozen=True)
class Side:
    """One sum of a leaf: what it is of the leaf, and what is added up."""

    name: str
    spec: Spec
    weight: float


def tables(source: Source) -> Iterator[Table]:
    """Of the scored framework. Raises ``DoesNotAddUp`` where contributions do not give a value."""
    mart, year = source.mart, source.year
    known = definitions.every(mart)
    leaves = [leaf for leaf in framework.leaves() if leaf.indicator in known]
    found = values.of_university(mart, year)
    evidence = [row for leaf in leaves for row in _evidence(mart, leaf, year)]
    colleges = [row for leaf in leaves for row in _of_colleges(mart, leaf, year)]
    value_rows = [_value_row(leaf, known[leaf.indicator], found.get(leaf.code, NOTHING)) for leaf in leaves]
    _, wrong = recompute({"data/values": _text(VALUES, value_rows), "data/evidence": _text(EVIDENCE, evidence)})
    if wrong:
        raise DoesNotAddUp(wrong[0].zh, wrong[0].file)
    yield Table("data", "values", "指标值", "Values of the indicators", VALUES, value_rows)
    yield Table("data", "colleges", "各学院的值", "Values of the colleges", COLLEGES, _college_rows(mart, year, leaves, known))
    yield Table("data", "evidence", "每条记录的贡献", "Contribution of each record", EVIDENCE, evidence)
    yield Table("data", "college_evidence", "每条记录对学院的贡献", "Contribution of each record to each college", COLLEGE_EVIDENCE, colleges)
    heads = numbers.number(mart, Spec("S01", year)) if "S01" in known else None
    yield Table("data", "staff", "年末在岗人数", "Staff in post", ("indicator", "year", "value"), [("S01", year, heads.value if heads else None)])
    yield Table(
        "definitions", "framework", "评价指标体系与权重", "Framework and weights", ("framework", "code", "zh", "en", "parent", "indicator", "categories", "points", "provenance"),
        [(SCORED, n.code, n.zh, n.en, n.parent, n.indicator, framework.told(n), n.points, n.provenance) for n in framework.tree()],
    )  # fmt: skip


VALUES = ("leaf", "indicator", "categories", "operation", "unit", "state", "value", "numerator", "denominator", "records")
COLLEGES = ("leaf", "college_id", "college", "operation", "value", "numerator", "denominator", "records")
COLLEGE_EVIDENCE = ("leaf", "side", "college_id", "record_id", "weight", "contribution")


def _value_row(leaf: Node, found: Definition, one: Value) -> tuple[Any, ...]:
    state = "not_configured" if one.value is None and (not found.is_configured or found.is_additive) else "counted"
    return (
        leaf.code, leaf.indicator, framework.told(leaf), _operation(found), found.value_unit, state, one.value, one.numerator, one.denominator, one.records,
    )  # fmt: skip


def _operation(found: Definition) -> str:
    return "" if found.is_additive else "ratio" if found.indicator == COMPLETENESS else found.operation


def _college_rows(mart: Mart, year: int, leaves: Sequence[Node], known: dict[str, Definition]) -> list[tuple[Any, ...]]:
    names = {row[0]: row[1] for row in mart.rows("SELECT unit_id, name FROM dim_unit")}
    rows = []
    for college, mine in values.of_colleges(mart, year).items():
        for leaf in leaves:
            if (one := mine.get(leaf.code)) is not None:
                rows.append((leaf.code, college, names.get(college, ""), _operation(known[leaf.indicator]), one.value, one.numerator, one.denominator, one.records))
    return sorted(rows, key=lambda row: (row[0], row[1] or 0))


# --- the contributions --------------------------------------------------------------------------------------


def sides(mart: Mart, leaf: Node, year: int) -> list[Side]:
    """What is added up for a leaf: its value by category, or both sides of its ratio."""
    found = values.definition(mart, leaf)
    if not found.is_configured or found.indicator == COMPLETENESS:
        return []
    spec = Spec(leaf.indicator, year)
    if found.is_additive:
        if not leaf.categories:
            return [Side(VALUE, spec, 1.0)]
        return [Side(VALUE, Spec(leaf.indicator, year, category_1=code), weight) for code, weight in leaf.categories.items()]
    above, below = numbers.sides(found, spec)
    return [Side(ABOVE, above, 1.0), Side(BELOW, below, 1.0)]


def contributions(mart: Mart, leaf: Node, year: int) -> dict[int, float]:
    """Record → what it adds to the leaf (of a ratio: to its numerator), weighted, as published now."""
    sql, parameters = _amounts(mart, leaf, year)
    return {int(record_id): float(amount) for record_id, amount in mart.rows(sql, parameters)} if sql else {}


def best(mart: Mart, leaf: Node, year: int, most: int) -> tuple[int, float, dict[int, float]]:
    """How many records add something, how much together, and the ``most`` that add most."""
    sql, parameters = _amounts(mart, leaf, year)
    if not sql:
        return 0, 0.0, {}
    rows = mart.rows(
        f"SELECT record_id, amount, count(*) OVER (), sum(amount) OVER () FROM ({sql}) WHERE amount > 0 ORDER BY amount DESC, record_id LIMIT {int(most)}", parameters  # noqa: S608
    )
    return (int(rows[0][2]), float(rows[0][3]), {int(row[0]): float(row[1]) for row in rows}) if rows else (0, 0.0, {})


def _amounts(mart: Mart, leaf: Node, year: int) -> tuple[str, list[Any]]:
    """One statement for all categories: record_id, amount. Empty where nothing is counted."""
    if leaf.indicator == COMPLETENESS:
        return "SELECT record_id, cast(filled AS DOUBLE) AS amount FROM fct_quality", []
    counted = [side for side in sides(mart, leaf, year) if side.name != BELOW]
    if not counted:
        return "", []
    spec = replace(counted[0].spec, category_1=ALL)
    found = definitions.definition(mart, spec.indicator)
    where, parameters = clauses(mart, found, spec, None)
    amount, weights = "contribution", []
    if leaf.categories:
        amount = f"contribution * CASE category_1 {' '.join(['WHEN ? THEN ?'] * len(leaf.categories))} END"
        weights = [part for pair in leaf.categories.items() for part in pair]
        where.append(f"category_1 IN ({', '.join('?' * len(leaf.categories))})")
        parameters += leaf.categories
    return f"SELECT record_id, cast(sum({amount}) AS DOUBLE) AS amount FROM {relation(mart, found, spec)} WHERE {' AND '.join(where)} GROUP BY record_id", [*weights, *parameters]  # noqa: S608


def _evidence(mart: Mart, leaf: Node, year: int) -> Iterator[tuple[Any, ...]]:
    if leaf.indicator == COMPLETENESS:
        yield from _complete(mart, leaf)
        return
    for side in sides(mart, leaf, year):
        found = definitions.definition(mart, side.spec.indicator)
        where, parameters = clauses(mart, found, side.spec, None, "c.")
        rows = mart.rows(
            "SELECT c.record_id, c.seq, r.number, c.type, r.title, r.college_id, coalesce(u.name, ''), c.counted_on, c.category_1, c.contribution"  # noqa: S608
            f" FROM {relation(mart, found, side.spec, alias='c')} JOIN fct_record AS r ON r.record_id = c.record_id LEFT JOIN dim_unit AS u ON u.unit_id = r.college_id"
            f" WHERE {' AND '.join(where)} ORDER BY c.record_id, c.seq, c.category_1, c.contribution",
            parameters,
        )
        for record_id, seq, number, kind, title, college_id, college, day, category, amount in rows:
            said = ("", kind, "") if kind in NAMELESS else (number, kind, title)
            yield (leaf.code, side.name, record_id, seq, *said, college_id, college, day, category, side.weight, amount)


def _of_colleges(mart: Mart, leaf: Node, year: int) -> Iterator[tuple[Any, ...]]:
    if leaf.indicator == COMPLETENESS:
        for row in _complete(mart, leaf):
            yield (leaf.code, row[1], row[7], row[2], 1.0, row[12])
        return
    for side in sides(mart, leaf, year):
        found = definitions.definition(mart, side.spec.indicator)
        where, parameters = clauses(mart, found, side.spec, "college")
        rows = mart.rows(
            f"SELECT college_id, record_id, sum(contribution) FROM {relation(mart, found, side.spec, 'college')}"  # noqa: S608
            f" WHERE {' AND '.join(where)} GROUP BY college_id, record_id ORDER BY college_id NULLS FIRST, record_id",
            parameters,
        )
        for college_id, record_id, amount in rows:
            yield (leaf.code, side.name, college_id, record_id, side.weight, amount)


def _complete(mart: Mart, leaf: Node) -> Iterator[tuple[Any, ...]]:
    """Fields filled and needed of each record."""
    rows = mart.rows(
        "SELECT q.record_id, coalesce(f.number, ''), q.type, coalesce(f.title, ''), q.college_id, coalesce(u.name, ''), q.filled, q.needed FROM fct_quality AS q"
        " LEFT JOIN fct_record AS f ON f.record_id = q.record_id LEFT JOIN dim_unit AS u ON u.unit_id = q.college_id ORDER BY q.record_id"
    )
    for record_id, number, kind, title, college_id, college, filled, needed in rows:
        said = ("", kind, "") if kind in NAMELESS else (number, kind, title)
        for side, amount in ((ABOVE, filled), (BELOW, needed)):
            yield (leaf.code, side, record_id, 1, *said, college_id, college, None, "", 1.0, amount)


# --- the proof ----------------------------------------------------------------------------------------------


def recompute(rows: Rows) -> tuple[int, list[Difference]]:
    """Every value again from its evidence: how many numbers were tried, and those that do not come out."""
    tried, wrong = 0, []
    for numbers_of, evidence_of, keys in (("data/values", "data/evidence", ("leaf",)), ("data/colleges", "data/college_evidence", ("leaf", "college_id"))):
        if numbers_of not in rows:
            continue
        sums: dict[tuple[str, ...], float] = {}
        for row in rows.get(evidence_of, ()):
            key = (*(row[name] for name in keys), row["side"])
            sums[key] = sums.get(key, 0.0) + float(row["weight"]) * float(row["contribution"] or 0)
        for row in rows[numbers_of]:
            key = tuple(row[name] for name in keys)
            for side, expected in _expected(row, sums, key).items():
                tried += 1
                said = float(row[side]) if row[side] else None
                if not _equal(said, expected):
                    where = " ".join(one for one in key if one)
                    wrong.append(Difference(f"{numbers_of}.csv", f"{where} 写着 {row[side] or '空'}，由明细算得 {expected}", f"{where} says {row[side] or 'nothing'}; its records give {expected}"))
    return tried, wrong


def _expected(row: Any, sums: dict[tuple[str, ...], float], key: tuple[str, ...]) -> dict[str, float | None]:
    if row.get("state") == "not_configured":
        return {VALUE: None}
    if not row["operation"]:
        return {VALUE: sums.get((*key, VALUE), 0.0)}
    above, below = sums.get((*key, ABOVE)), sums.get((*key, BELOW))
    if below is None and not row["denominator"]:
        return {VALUE: None}
    return {ABOVE: above or 0.0, BELOW: below, VALUE: numbers.derive(row["operation"], above or 0.0, below)}


def _equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= EXACT * max(1.0, abs(one), abs(other))


def _text(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, str]]:
    from ingestion.snapshots.files import cell

    return [dict(zip(header, map(cell, row), strict=True)) for row in rows]


PROVIDER = Provider(tables, recompute)
