"""A bibliographic entry → a paper's document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingestion.exchange.bibliographic import Entry
from ingestion.exchange.references.own import Own
from ingestion.exchange.references.work import Work, signature

PAPER_TYPES = {"journal": "1", "conference": "2", "collection": "3"}


def from_entry(entry: Entry, own: Own, batch: Mapping[str, Any], codes: Any) -> Work:
    """``batch``: values for the whole file, used wherever the entry itself says nothing."""
    paper = Work("paper")
    for name, text in (
        ("title", entry.title),
        ("paper_type", PAPER_TYPES[entry.kind]),
        ("published_on", entry.published),
        ("venue", entry.venue),
        ("volume_issue_pages", entry.volume_issue_pages),
        ("doi", entry.doi),
        ("issn", entry.issn),
        ("cn_serial", entry.cn_serial),
        ("title_en", entry.title_en),
        ("language", entry.language),
        ("abstract", entry.abstract),
        ("publication_stage", entry.stage),
    ):
        paper.put(name, text, codes)
    if entry.kind == "conference":
        paper.put("conference_name", entry.conference_name, codes)
        paper.put("conference_place", entry.conference_place, codes)
        paper.put("conference_on", entry.conference_on if len(entry.conference_on) == 10 else "", codes)
        paper.put("proceedings_publisher", entry.publisher, codes)
    paper.keywords(entry)
    if entry.indexes:
        paper.document["indexings"] = [_indexing(code, entry, i) for i, code in enumerate(entry.indexes)]
    for name in entry.unlisted_indexes:
        paper.gap("indexings", f"收录类别“{name}”不在代码表，未录入", f"Index “{name}” is not in the code list; left out", "I001")
    paper.people(entry, own)
    paper.doubt(entry)
    signed = signature(paper.document, entry, own)
    if signed and "signature" not in batch:
        paper.document["signature"] = signed
    paper.presets(batch)
    return paper


def _indexing(code: str, entry: Entry, position: int) -> dict[str, Any]:
    row: dict[str, Any] = {"index_code": code}
    if position == 0 and entry.accession:
        row["accession_no"] = entry.accession[:60]
    return row
