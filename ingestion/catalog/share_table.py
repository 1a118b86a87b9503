"""How the credit of one record is shared among its own staff: by their number and each one's place.

The built-in table (share_table.csv) halves from place to place and sums to 1 in every row; a university may keep
its own (``ingestion.shares``). The marts read the same two tables (``dbt/models/core/fct_credit.sql``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

NONE, WHOLE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class ShareTable:
    """``rows``: number of own staff → the share of each place, the best first. With more people than the longest
    row has places, that row holds and whoever stands behind it has no share."""

    rows: Mapping[int, tuple[Decimal, ...]]

    def share(self, place: int, people: int) -> Decimal:
        """The share of the one at ``place`` (from 1) among ``people`` own staff."""
        row = self.rows[min(people, max(self.rows))]
        return row[place - 1] if place <= len(row) else NONE


@cache
def built_in() -> ShareTable:
    lines = files("ingestion.catalog").joinpath("share_table.csv").read_text(encoding="utf-8").splitlines()
    rows: dict[int, list[Decimal]] = {}
    for row in csv.DictReader(lines):
        rows.setdefault(int(row["finishers"]), []).append(Decimal(row["share"]))
    return ShareTable({n: tuple(shares) for n, shares in rows.items()})


def credited(row: Mapping[str, Any], declined: frozenset[int] = frozenset()) -> bool:
    """Who has a share at all: own staff; not who handles the paper of a fund record, nor who said 不是我的."""
    return row.get("kind") == "staff" and row.get("role") != "handler" and row.get("person_id") not in declined


def of_people(
    table: ShareTable, people: Iterable[Mapping[str, Any]], declined: frozenset[int] = frozenset()
) -> dict[int, Decimal]:
    """Printed rank → share, for the contributors who have one."""
    own = sorted(int(row["rank"]) for row in people if credited(row, declined))
    return {rank: table.share(place, len(own)) for place, rank in enumerate(own, 1)}
