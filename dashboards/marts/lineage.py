"""From a figure to the tables it comes from: which models write its measure down, what they read, what is made of them.

The graph is that of the last full build (``pipelines/lineage.py``); an installation that has made none yet has no graph.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingestion.catalog.registry import ALL_RECORDS
from ingestion.store.engine import home

LAYERS = ("store", "rules", "intermediate", "core", "reports")
SHARED_BY_NOBODY = ("SUM", "HEAD", "PROJECT", "EACH_INDEX", "HIGHEST_INDEX")
"""Counting rules that share a record among nobody: ``fct_credit`` has no part in the university's figure."""
COUNTED, CREDITED, ADDED = "fct_measure", "fct_credit", "v_contribution"
FLAGS = "int_record_flags"
SUMMED = ("v_batch_sum", "fct_sum", "rpt_indicator")
SCORED = ("int_score_rules",)
"""A score is made of all other measures; what it reads of its own are the points."""


@dataclass(frozen=True)
class Model:
    """One model or seed. ``zh``/``en``: what one row of it is; ``sql`` is empty for the store's own tables."""

    name: str
    layer: str
    zh: str
    en: str
    reads: tuple[str, ...]
    measures: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class Chain:
    """The models behind a figure, and who reads whom among them (reader, read)."""

    models: tuple[Model, ...]
    links: tuple[tuple[str, str], ...]

    def of(self, layer: str) -> list[Model]:
        return [one for one in self.models if one.layer == layer]


def written(place: Path | None = None) -> Path:
    return (place or home()) / "documents" / "lineage.json"


_known: tuple[tuple[str, int], dict[str, Model]] | None = None


def graph() -> dict[str, Model]:
    """Every model by name; empty before the first full build."""
    global _known
    path = written()
    try:
        key = (str(path), path.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}
    if _known is None or _known[0] != key:
        nodes = json.loads(path.read_text(encoding="utf-8"))["nodes"]
        made = {one["name"]: Model(one["name"], one["layer"], one["zh"], one["en"], tuple(one["reads"]), tuple(one["measures"]), one["sql"]) for one in nodes}
        _known = (key, made)
    return _known[1]


def behind(models: Mapping[str, Model], asked: Iterable[tuple[str, str]], types: Iterable[str] = ()) -> Chain:
    """The chain of a figure made of these measures, each under its rule: every model and table on the way from the store
    to the number. ``fct_measure`` is the sum of all measures' models; only those of the ones asked for are part of it.
    ``types``: the record types that are counted; of who signed first, only theirs is read (none given: all)."""
    wanted: dict[str, None] = {}
    counted = set(types)

    def with_all_it_reads(name: str) -> None:
        if name in models and name not in wanted:
            wanted[name] = None
            for one in models[name].reads:
                if name != FLAGS or not counted or one.removeprefix("stg_") in counted or one.removeprefix("stg_") not in ALL_RECORDS:
                    with_all_it_reads(one)

    for measure, rule in asked:
        for one in models.values():
            if measure in one.measures:
                for name in [one.name] if one.name != COUNTED else SCORED:
                    with_all_it_reads(name)
        if rule not in SHARED_BY_NOBODY:
            with_all_it_reads(CREDITED)
    with_all_it_reads("fct_record")
    wanted |= dict.fromkeys(name for name in (COUNTED, ADDED, *SUMMED) if name in models)
    links = [(name, read) for name in wanted for read in models[name].reads if read in wanted]
    return Chain(tuple(one for one in models.values() if one.name in wanted), tuple(links))
