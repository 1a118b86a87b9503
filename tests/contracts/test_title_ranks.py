"""The rank of a title is judged at entry and counted in the marts: both read the same table of ranks."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def ranks(path: str) -> dict[str, str]:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {title: rank for title, rank in rows}


def test_the_seed_and_the_catalogue_rank_titles_alike() -> None:
    assert ranks("dbt/seeds/title_ranks.csv") == ranks("ingestion/catalog/title_ranks.csv")
