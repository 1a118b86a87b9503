"""Cross-field rules that several record types share. Each yields issues about one document.

Functions that need labels take the record type; they read nothing but the document, so they can run in a
form, in an import and over history alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog.kinds import Issue, RecordType

Document = dict[str, Any]


def contributors(document: Document, role: str | None = None) -> list[dict[str, Any]]:
    """The contributor rows in rank order, of one role or of all."""
    rows = [row for row in document.get("contributors") or [] if role is None or row.get("role") == role]
    return sorted(rows, key=lambda row: row.get("rank") or 0)


def before(earlier: str, later: str) -> bool:
    """Whether ``earlier`` lies before ``later``, compared at the coarser precision of the two."""
    n = min(len(earlier), len(later))
    return earlier[:n] < later[:n]


def in_order(record_type: RecordType, document: Document, first: str, second: str, rule: str = "V005") -> Iterator[Issue]:
    """``second`` must not lie before ``first`` (AC-058, AC-158); an empty one says nothing."""
    a, b = document.get(first), document.get(second)
    if not isinstance(a, str) or not isinstance(b, str) or not before(b, a):
        return
    x, y = record_type.field(first), record_type.field(second)
    yield Issue(
        second,
        f"{y.zh} “{b}” 早于{x.zh} “{a}”，应不早于 {a}",
        f"{y.en} “{b}” is before {x.en} “{a}”; it must not be before {a}",
        rule=rule,
    )


def at_most(record_type: RecordType, document: Document, small: str, large: str, rule: str) -> Iterator[Issue]:
    """A number must not exceed another one of the same document (rank and number of units)."""
    a, b = document.get(small), document.get(large)
    if not isinstance(a, int) or not isinstance(b, int) or a <= b:
        return
    x, y = record_type.field(small), record_type.field(large)
    yield Issue(
        small,
        f"{x.zh} “{a}” 大于{y.zh} “{b}”，应不大于 {b}",
        f"{x.en} “{a}” is more than {y.en} “{b}”; it must be at most {b}",
        rule=rule,
    )


def signature_agrees(document: Document, field: str) -> Iterator[Issue]:
    """V034, AC-172: 第一单位 if and only if the first contributor's first printed unit is the university."""
    signature = document.get(field)
    people = contributors(document)
    if signature not in ("1", "2") or not people:
        return
    affiliations = people[0].get("affiliations") or []
    if not affiliations or "is_own" not in affiliations[0]:
        return
    own_first = bool(affiliations[0]["is_own"])
    if own_first == (signature == "1"):
        return
    unit = affiliations[0].get("name") or ""
    chosen = "第一单位" if signature == "1" else "非第一单位"
    chosen_en = "first affiliation" if signature == "1" else "not first affiliation"
    yield Issue(
        field,
        f"学校署名 “{chosen}” 与第一作者的第一署名单位 “{unit}” 不一致，请改正或确认",
        f"University signature “{chosen_en}” contradicts the first author's first unit “{unit}”; correct or confirm it",
        severity="warning",
        rule="V034",
    )


def issn_or_cn_for_range(document: Document) -> Iterator[Issue]:
    """V033: 国外 needs an ISSN, 国内公开 needs a CN number (a warning: not every serial has one)."""
    published = document.get("publish_range")
    if published == "1" and not document.get("issn"):
        yield Issue(
            "issn",
            "ISSN号为空，发表范围 “国外学术期刊” 的刊物一般有ISSN号，请核对",
            "ISSN is empty; a foreign journal usually has one",
            severity="warning",
            rule="V033",
        )
    if published in ("2", "3") and document.get("paper_type") == "1" and not document.get("cn_serial"):
        yield Issue(
            "cn_serial",
            "CN号为空，国内公开发行的刊物一般有CN号，请核对",
            "CN serial number is empty; a journal published in China usually has one",
            severity="warning",
            rule="V033",
        )
