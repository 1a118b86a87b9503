"""One query in place of many expectations, where it can rule them out.

An expectation costs Great Expectations six to nine milliseconds however few rows it looks at, a refresh's two hundred
of them two seconds; the same questions asked of the engine in one query take a few milliseconds. ``suspicious`` asks
them and names the checks that some row may break: only those are then run. It may name one too many, never one too
few, which a test with rows of every kind holds it to. All expectations are run on all rows every night.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from expectations.checks import Check, Suite, Where

Rows = Callable[[str], list[tuple[Any, ...]]]
"""Asks the engine: a SELECT's rows."""


def suspicious(suite: Suite, source: str, rows: Rows) -> tuple[Check, ...]:
    """The checks of ``suite`` that some row of ``source`` (``FROM … AS b WHERE …``) may break, in their order."""
    if not suite.checks:
        return ()
    asked = ", ".join(_question(check) for check in suite.checks)
    found = rows(f"SELECT {asked} {source}")[0]
    return tuple(check for check, broken in zip(suite.checks, found, strict=True) if broken)


def _question(check: Check) -> str:
    """An aggregate that is true when some row may break the check."""
    of = check.arguments
    match check.expectation:
        case "ExpectColumnValuesToNotBeNull":
            broken = f"{_name(of['column'])} IS NULL"
        case "ExpectColumnValuesToBeInSet":
            values = ", ".join(_literal(value) for value in of["value_set"])
            broken = f"{_name(of['column'])} NOT IN ({values})" if values else f"{_name(of['column'])} IS NOT NULL"
        case "ExpectColumnValuesToBeBetween":
            broken = _outside(_name(of["column"]), of.get("min_value"), of.get("max_value"))
        case "ExpectColumnValueLengthsToBeBetween":
            broken = _outside(f"length({_name(of['column'])})", of.get("min_value"), of.get("max_value"))
        case "ExpectCompoundColumnsToBeUnique":
            key = ", ".join(_name(column) for column in of["column_list"])
            return f"count(*) <> count(DISTINCT ({key}))"
        case _:
            return "count(*) > 0"  # a question of a kind not known here
    return f"count(*) FILTER (WHERE {_looked_at(check.where)} AND ({broken})) > 0"


def _looked_at(where: Where | None) -> str:
    if where is None:
        return "true"
    column, values = _name(where.column), ", ".join(_literal(value) for value in where.values)
    return f"({column} IS NULL OR {column} NOT IN ({values}))" if where.negated else f"{column} IN ({values})"


def _outside(value: str, low: Any, high: Any) -> str:
    limits = [f"{value} < {_literal(low)}"] if low is not None else []
    limits += [f"{value} > {_literal(high)}"] if high is not None else []
    return " OR ".join(limits) or "false"


def _name(column: str) -> str:
    return 'b."' + column.replace('"', '""') + '"'


def _literal(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case date():
            return f"DATE '{value.isoformat()}'"
        case _:
            return "'" + str(value).replace("'", "''") + "'"
