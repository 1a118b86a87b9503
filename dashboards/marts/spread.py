"""Indicators that read a distribution and no sum: the h-index, the share of the first tenth, a window of years.

Each has a numerator that lists records (``scope.CORES``), so a number opens like any other; the groups of a table
are made in one statement, because a statement a college would take a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.marts.definitions import Definition
from dashboards.marts.reader import Mart
from dashboards.marts.scope import Spec, clauses

H = frozenset({"h_index", "h5_index"})
"""The h-index, of all years or of five."""
BY_ROWS = H | {"top_share"}
OPERATIONS = BY_ROWS | {"window_ratio"}
"""Of these a year is no part of a sum: each is asked for by itself."""

_STATEMENTS = {
    "h_index": """
        SELECT {keys}, coalesce(max(place) FILTER (WHERE total >= place), 0),
               count(*) FILTER (WHERE total >= place)
        FROM (
            SELECT {picked}, record_id, sum(contribution) AS total,
                   row_number() OVER (PARTITION BY {columns} ORDER BY sum(contribution) DESC, record_id) AS place
            FROM v_contribution WHERE {where} GROUP BY {columns}, record_id
        ) GROUP BY {keys} ORDER BY {keys}""",
    "top_share": """
        SELECT {keys}, sum(total) FILTER (WHERE place <= ceil(leaders / 10.0)) / nullif(sum(total), 0),
               sum(records) FILTER (WHERE place <= ceil(leaders / 10.0))
        FROM (
            SELECT {picked}, sum(contribution) AS total, count(DISTINCT record_id) AS records,
                   count(*) FILTER (WHERE person_id IS NOT NULL AND sum(contribution) > 0) OVER (PARTITION BY {columns}) AS leaders,
                   row_number() OVER (PARTITION BY {columns} ORDER BY person_id IS NULL, sum(contribution) DESC, person_id) AS place
            FROM v_contribution WHERE {where} GROUP BY {columns}, person_id
        ) GROUP BY {keys} ORDER BY {keys}""",
}


def groups(
    mart: Mart, operation: str, base: Definition, spec: Spec, columns: Sequence[str], by_college: bool, by_person: bool
) -> list[tuple[tuple[Any, ...], float | None, int]]:
    """Keys, value and records of a distribution by columns of v_contribution; ``base`` is the additive indicator it
    reads and ``spec`` what is asked of it."""
    level = "person" if by_person or operation == "top_share" else ("college" if by_college else None)
    where, parameters = clauses(mart, base, spec, level)
    names = [f"key_{n}" for n in range(len(columns))]
    text = _STATEMENTS["h_index" if operation in H else operation].format(
        keys=", ".join(names), picked=", ".join(f"{c} AS {n}" for c, n in zip(columns, names, strict=True)),
        columns=", ".join(columns), where=" AND ".join(where),
    )  # fmt: skip
    width = len(names)
    return [
        (tuple(row[:width]), None if row[width] is None else float(row[width]), int(row[width + 1] or 0))
        for row in mart.rows(text, parameters)
    ]
