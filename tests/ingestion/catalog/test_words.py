"""The words universities use: each names one code of its list, each heading one column of its type."""

from __future__ import annotations

import csv

import pytest

from ingestion.catalog import codelists, headings, normalise
from ingestion.catalog.registry import TYPE_IDS
from ingestion.exchange import layout
from ingestion.exchange.importing import mapping


def test_every_word_for_a_code_means_that_code() -> None:
    """Also against the labels: a word that is some code's label must not mean another."""
    said: dict[tuple[str, str], str] = {}
    wrong = []
    for row in csv.DictReader(codelists.WORDS.read_text(encoding="utf-8").splitlines()):
        for word in row["words"].split("|"):
            held = said.setdefault((row["list"], normalise.key(word)), row["code"])
            if held != row["code"] or codelists.BUILT_IN_CODES.resolve(row["list"], word) != row["code"]:
                wrong.append((row["list"], row["code"], word))
    assert wrong == []


@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_every_heading_names_a_column_of_its_type(type_id: str) -> None:
    """A line that speaks of one type by name must name a column it has; lines of groups may speak of some only."""
    known = layout.by_key(type_id)
    alone = [row for row in headings._rows() if type_id in row["types"].split() and row["key"]]
    assert [row["key"] for row in alone if row["key"] not in known] == []
    for synonym in headings.synonyms(type_id):
        if synonym.key in known and synonym.unit:
            assert synonym.unit in mapping.units.scale_of(known[synonym.key])


def test_no_heading_of_one_type_means_two_columns() -> None:
    twice = []
    for type_id in TYPE_IDS:
        known = layout.by_key(type_id)
        said: dict[str, str] = {}
        for row in headings._rows():
            if type_id in row["types"].split() and not row["layout"] and row["key"] in known:
                for heading in row["headings"].split("|"):
                    if said.setdefault(mapping.fold(heading), row["key"]) != row["key"]:
                        twice.append((type_id, heading, said[mapping.fold(heading)], row["key"]))
    assert twice == []
