"""Which statement reads the records of a table, and which cells it can fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboards.marts.returns import exchange, money, outcomes, people
from dashboards.marts.returns.tables import Place, Table


@dataclass(frozen=True)
class Source:
    """``statement`` (table, year) → SELECT record_id, row, col, value, reason, item_id, counted_on. ``fills``: whether a cell can
    hold records; other cells of the form are crossed out unless a formula or the office fills them."""

    statement: Callable[[Table, int], str]
    fills: Callable[[Table, Place], bool]


def _every(table: Table, place: Place) -> bool:
    return True


SOURCES: dict[str, Source] = {
    "ST2": Source(money.facts, _every),
    "SK-FUND": Source(money.facts, _every),
    "ST-P": Source(outcomes.papers, _every),
    "ST1": Source(people.st1, people.st1_fills),
    "ST5": Source(exchange.facts, _every),
    "ST6": Source(outcomes.st6, outcomes.st6_fills),
    "SK2": Source(people.sk2, _every),
    "SK3": Source(outcomes.sk3, outcomes.sk3_fills),
    "SK5": Source(exchange.facts, _every),
}


def of(table: Table, year: int) -> str:
    """Raises KeyError for a table whose records no statement reads."""
    return SOURCES[table.code].statement(table, year)


def has(table: Table, place: Place) -> bool:
    return SOURCES[table.code].fills(table, place)
