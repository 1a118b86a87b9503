"""Which rank an academic or professional title has (GB/T 8561; V081): title_ranks.csv, title code × rank code."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from ingestion.catalog.codelists import BUILT_IN


@cache
def _ranks() -> dict[str, str]:
    lines = files("ingestion.catalog").joinpath("title_ranks.csv").read_text(encoding="utf-8").splitlines()
    return {row["title"]: row["rank"] for row in csv.DictReader(lines)}


def rank_of(title: str) -> str | None:
    """The code of list ``title_rank``; None for a series without a rank or a university's own title."""
    return _ranks().get(title)


def rank_name(rank: str) -> tuple[str, str]:
    item = BUILT_IN["title_rank"].by_code[rank]
    return item.label_zh, item.label_en
