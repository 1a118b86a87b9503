"""A bibliographic entry → a paper's document, with every gap named: what the source cannot know or got wrong
is no hindrance, it becomes a finding to be filled in later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.catalog import kinds as k
from ingestion.catalog import values
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.bibliographic import Entry

PAPER = ALL_RECORDS["paper"]
KINDS = {"journal": "1", "conference": "2", "collection": "3", "newspaper": "4"}
INDEXING = next(step for step in PAPER.children() if step.name == "indexings")
NAME_LENGTH, UNIT_LENGTH = 200, 500


@dataclass
class Paper:
    """``gaps`` leave the paper standing without a value; ``errors`` keep it out."""

    document: dict[str, Any]
    gaps: list[Issue] = field(default_factory=list)
    errors: list[Issue] = field(default_factory=list)


def from_entry(entry: Entry, own_names: tuple[str, ...], batch: Mapping[str, Any], codes: Any) -> Paper:
    """``own_names``: the university's names, by which its affiliations are known. ``batch``: values for the
    whole file, used wherever the entry itself says nothing."""
    paper = Paper({})
    for name, text in (
        ("title", entry.title),
        ("paper_type", KINDS[entry.kind]),
        ("published_on", entry.published),
        ("venue", entry.venue),
        ("volume_issue_pages", entry.volume_issue_pages),
        ("doi", entry.doi),
        ("issn", entry.issn),
        ("title_en", entry.title_en),
        ("language", entry.language),
        ("abstract", entry.abstract),
    ):
        _put(paper, name, text, codes)
    if entry.kind == "conference":
        _put(paper, "conference_name", entry.conference_name, codes)
        _put(paper, "conference_place", entry.conference_place, codes)
    if entry.keywords:
        _put_keywords(paper, entry.keywords)
    if entry.indexes:
        paper.document["indexings"] = [_indexing(code, entry, i) for i, code in enumerate(entry.indexes)]
    for name in entry.unlisted_indexes:
        paper.gaps.append(
            Issue("indexings", f"收录类别“{name}”不在代码表，未录入", f"Index “{name}” is not in the code list; left out", rule="I001")
        )
    paper.document["contributors"] = _contributors(paper, entry, own_names)
    if entry.unassigned_affiliations:
        printed = "；".join(entry.unassigned_affiliations)
        paper.gaps.append(
            Issue("contributors", f"署名单位未对应到作者：{printed}"[:1000], f"Affiliations not assigned to an author: {printed}"[:1000], rule="I002")
        )
    signature = _signature(paper.document["contributors"])
    if signature and "signature" not in batch:
        paper.document["signature"] = signature
    for name, value in batch.items():
        paper.document.setdefault(name, value)
    return paper


def _put(paper: Paper, name: str, text: str, codes: Any) -> None:
    """A value in its normal form. A required text too long for its field is an error, anything else wrong a gap."""
    if not text:
        return
    declared = PAPER.field(name)
    value, issues = values.parse(declared, text, codes=codes)
    serious = [issue for issue in issues if issue.severity == "error"]
    if not serious:
        paper.document[name] = value
    elif declared.required and isinstance(declared, k.Text):
        paper.errors.extend(serious)
    else:
        paper.gaps.extend(serious)


def _put_keywords(paper: Paper, keywords: tuple[str, ...]) -> None:
    declared = PAPER.field("keywords")
    assert isinstance(declared, k.TextList)
    fitting = [word for word in dict.fromkeys(keywords) if len(word) <= declared.max_length]
    paper.document["keywords"] = fitting[: declared.max_items]
    left_out = [word for word in keywords if word not in paper.document["keywords"]]
    if left_out:
        shown = "；".join(left_out)[:500]
        paper.gaps.append(Issue("keywords", f"关键词“{shown}”过长或过多，未录入", f"Keywords “{shown}” are too long or too many; left out", rule="I003"))


def _indexing(code: str, entry: Entry, position: int) -> dict[str, Any]:
    row: dict[str, Any] = {"index_code": code}
    if position == 0 and entry.accession:
        row["accession_no"] = entry.accession
    return row


def _contributors(paper: Paper, entry: Entry, own_names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Authors as printed. A bibliographic file knows no staff number, so nobody is linked here."""
    rows: list[dict[str, Any]] = []
    for rank, author in enumerate(entry.authors, start=1):
        if len(author.name) > NAME_LENGTH:
            paper.errors.append(
                Issue(
                    f"contributors[{rank - 1}].name",
                    f"第 {rank} 作者姓名超过 {NAME_LENGTH} 个字符",
                    f"The name of author {rank} is longer than {NAME_LENGTH} characters",
                )
            )
        row: dict[str, Any] = {"role": "author", "rank": rank, "kind": "external", "name": author.name}
        units = [unit for unit in author.affiliations if len(unit) <= UNIT_LENGTH]
        row["affiliations"] = [{"name": unit, "is_own": _is_own(unit, own_names)} for unit in units]
        if len(units) < len(author.affiliations):
            paper.gaps.append(
                Issue(
                    f"contributors[{rank - 1}].affiliations",
                    f"第 {rank} 作者的署名单位超过 {UNIT_LENGTH} 个字符，未录入",
                    f"An affiliation of author {rank} is longer than {UNIT_LENGTH} characters; left out",
                    rule="I003",
                )
            )
        if author.corresponding:
            row["corresponding"] = True
        rows.append(row)
    return rows


def _is_own(unit: str, own_names: tuple[str, ...]) -> bool:
    folded = unit.casefold()
    return any(folded.startswith(name.casefold()) for name in own_names if name)


def _signature(contributors: list[dict[str, Any]]) -> str | None:
    """第一单位 or not, where the university stands among the printed units; else unknown."""
    if not any(unit["is_own"] for row in contributors for unit in row["affiliations"]):
        return None
    first = contributors[0]["affiliations"]
    return "1" if first and first[0]["is_own"] else "2"
