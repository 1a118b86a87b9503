"""The records behind a number, one by one, and those left out with the reason.

The rows are read apart from the number and compared with it: a list that does not add up to its number is
an error, never shown as if it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from dashboards.marts import definitions
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import Number, number
from dashboards.marts.reader import Mart
from dashboards.marts.scope import (
    ALL,
    MANY,
    UNASSIGNED,
    Spec,
    clauses,
    of_kinds,
    on_present_units,
    relation,
    rule_of,
    until_clause,
)
from ingestion.principal import OperationError

TOLERANCE = Decimal("0.0001")


class DoesNotAddUp(OperationError):
    """The records behind a number do not give the number: shown as 对账未通过, never as a list."""

    def __init__(self, number: Any, records: Any) -> None:
        super().__init__(
            f"对账未通过：数字为 {number}，明细合计为 {records}。请联系科研处。",
            f"Reconciliation failed: the number is {number}, its records add up to {records}.",
        )


@dataclass(frozen=True)
class Row:
    """One contribution of one record to a number."""

    record_id: int
    number: str
    type: str
    title: str
    college: str
    person: str
    counted_on: date | None
    category_1: str
    category_2: str
    value: float
    reason: str = ""


@dataclass(frozen=True)
class Drill:
    """One page of the rows behind an additive number. ``total`` and ``records`` are those of all pages and
    have been compared with the number."""

    number: Number
    rows: list[Row]
    pages: int
    lines: int
    records: int
    total: float


def _from(mart: Mart, found: Definition, spec: Spec) -> str:
    """Contributions with their records; on the present units the college shown is the present one too."""
    college = "coalesce(c.college_id, r.college_id)" if on_present_units(mart, found, spec) else "r.college_id"
    return (
        f" FROM {relation(mart, found, spec, alias='c')} JOIN fct_record AS r ON r.record_id = c.record_id"
        f" LEFT JOIN dim_unit AS u ON u.unit_id = {college}"
        " LEFT JOIN dim_person AS p ON p.person_id = coalesce(c.person_id, r.owner_person_id)"
    )


def drill(mart: Mart, spec: Spec, page: int = 1, size: int = 100) -> Drill:
    """The rows behind an additive number, newest first. Raises DoesNotAddUp where they do not give it,
    ValueError for a derived indicator (open its numerator and denominator)."""
    found = definitions.definition(mart, spec.indicator)
    if not found.is_additive:
        raise ValueError(f"{spec.indicator} is opened through its parts")
    here = number(mart, spec)
    if not found.is_configured:
        return Drill(here, [], 0, 0, 0, 0.0)
    where, parameters = clauses(mart, found, spec, None, "c.")
    source, condition = _from(mart, found, spec), " AND ".join(where)
    counted = f"SELECT count(*), count(DISTINCT c.record_id), coalesce(sum(c.contribution), 0){source} WHERE {condition}"
    lines, records, total = mart.rows(counted, parameters)[0]
    if (
        abs(Decimal(str(total)) - Decimal(str(here.value or 0))) > TOLERANCE * max(1, lines)
        or records != here.records
    ):
        raise DoesNotAddUp(here.shown, found.shown(float(total)))
    raw = mart.rows(
        "SELECT c.record_id, r.number, c.type, r.title, coalesce(u.name, ''), coalesce(p.name, ''), c.counted_on,"
        f" c.category_1, c.category_2, c.contribution{source} WHERE {condition}"
        " ORDER BY c.counted_on DESC NULLS LAST, c.record_id DESC, c.seq LIMIT ? OFFSET ?",
        [*parameters, size, (max(page, 1) - 1) * size],
    )
    return Drill(here, [_row(mart, row) for row in raw], -(-lines // size), lines, records, float(total))


def every_row(mart: Mart, spec: Spec) -> list[Row]:
    """All rows behind a number, for export. Raises as ``drill``."""
    return drill(mart, spec, 1, 10_000_000).rows


def latest(mart: Mart, spec: Spec, limit: int) -> list[int]:
    """Of the records behind an additive number those approved last, newest first."""
    found = definitions.definition(mart, spec.indicator)
    if not (found.is_additive and found.is_configured):
        return []
    where, parameters = clauses(mart, found, spec, None, "c.")
    rows = mart.rows(
        f"SELECT c.record_id, max(r.valid_from) AS approved{_from(mart, found, spec)} WHERE {' AND '.join(where)}"
        " GROUP BY c.record_id ORDER BY approved DESC NULLS LAST, c.record_id DESC LIMIT ?",
        [*parameters, limit],
    )
    return [int(row[0]) for row in rows]


def excluded(mart: Mart, spec: Spec, limit: int = 500) -> list[Row]:
    """Records of the measure that do not count in this year, each with its reason (a code of
    exclusion_reason, or ``rule:CODE`` where the counting rule leaves them out)."""
    found = definitions.definition(mart, spec.indicator)
    if not (found.is_additive and found.is_configured) or spec.core:
        return []
    if on_present_units(mart, found, spec) and spec.college != ALL:  # what a record lacks to count, it lacks in its own college
        spec = replace(spec, units="")
    first = spec.first_year or spec.year
    conditions = ["m.measure = ?", "(m.year BETWEEN ? AND ? OR m.year IS NULL)"]
    parameters: list[Any] = [found.measure, first, spec.year]
    _reach_of_records(mart, spec, conditions, parameters)
    of_kinds(spec, "m.", conditions, parameters)
    where, counted = clauses(mart, found, spec, None, "c.")
    left_by_rule = (
        f"(m.included AND {until_clause('m.', spec.until) if spec.until else 'true'} AND m.record_id NOT IN"  # noqa: S608
        f" (SELECT c.record_id FROM {relation(mart, found, spec, alias='c')} WHERE {' AND '.join(where)}))"
    )
    raw = mart.rows(
        "SELECT m.record_id, r.number, m.type, r.title, coalesce(u.name, ''), coalesce(p.name, ''), m.counted_on,"  # noqa: S608
        " m.category_1, m.category_2, m.value, CASE WHEN m.included THEN ? ELSE coalesce(m.reason, '') END"
        " FROM fct_measure AS m JOIN fct_record AS r ON r.record_id = m.record_id"
        " LEFT JOIN dim_unit AS u ON u.unit_id = r.college_id"
        " LEFT JOIN dim_person AS p ON p.person_id = r.owner_person_id"
        f" WHERE {' AND '.join(conditions)} AND m.valid_to IS NULL AND (NOT m.included OR {left_by_rule})"
        " ORDER BY m.counted_on DESC NULLS LAST, m.record_id DESC LIMIT ?",
        [f"rule:{rule_of(mart, found, spec)}", *parameters, *counted, limit],
    )
    return [replace(_row(mart, row[:10]), reason=row[10]) for row in raw]


def _row(mart: Mart, row: Sequence[Any]) -> Row:
    person = row[5] if mart.persons else ""
    return Row(
        row[0], row[1], row[2], row[3], row[4], person, row[6], row[7] or "", row[8] or "", float(row[9])
    )


def _reach_of_records(mart: Mart, spec: Spec, conditions: list[str], parameters: list[Any]) -> None:
    college = str(mart.college_id) if mart.level == "college" else spec.college
    if college != ALL:
        conditions.append("m.college_id IS NOT DISTINCT FROM CAST(? AS BIGINT)")
        parameters.append(int(college) if college else None)
    person = str(mart.person_id) if mart.level == "person" else spec.person
    if person not in (ALL, UNASSIGNED):
        conditions.append(
            "(m.owner_person_id = ? OR m.record_id IN (SELECT record_id FROM fct_credit WHERE person_id = ?))"
        )
        parameters += [int(person), int(person)]


def records_allowed(mart: Mart, spec: Spec) -> bool:
    """Whether the rows may be listed: inside the university always; for the province not where an
    indicator reads persons or experts, whose records are their names."""
    if mart.persons:
        return True
    found = definitions.definition(mart, spec.indicator)
    measures = [found] if found.is_additive else [
        definitions.definition(mart, one) for one in (found.numerator, found.denominator) if one
    ]
    return not any(_names_persons(one.types, spec.type) for one in measures)


def _names_persons(types: str, chosen: str) -> bool:
    named = {"person", "expert"}
    if types.strip() in ("", "*"):
        return chosen == ALL or bool(named & set(chosen.split(MANY)))
    return bool(named & {one.strip() for one in types.split(",")})
