"""A bibliographic entry → the document of a book, a standard or a patent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingestion.exchange.bibliographic import Entry
from ingestion.exchange.bibliographic.text import has_hanzi
from ingestion.exchange.references.own import Own
from ingestion.exchange.references.work import Work, signature

_LEVELS = (  # of a standard, by the letters its number begins with
    (re.compile(r"^(?:ISO|IEC|ITU)\b"), "1"),
    (re.compile(r"^(?:GB|GJB)(?:/[TZ])?\b"), "2"),
    (re.compile(r"^DB\s?\d"), "4"),
    (re.compile(r"^T/"), "5"),
    (re.compile(r"^Q/"), "6"),
    (re.compile(r"^[A-Z]{2}(?:/[TZ])?\s?\d"), "3"),
)
_PATENT = re.compile(r"^([A-Z]{2})\s?(\d[\d.]*)\s?([A-Z])?\d?$")


def book(entry: Entry, own: Own, batch: Mapping[str, Any], codes: Any) -> Work:
    work = Work("book")
    edition = re.search(r"\d{1,2}", entry.edition)
    for name, text in (
        ("title", entry.title),
        ("publisher", entry.publisher),
        ("published_on", entry.published),
        ("isbn", entry.isbn),
        ("edition", edition[0] if edition else ""),
        ("place", entry.place),
        ("title_en", entry.title_en),
        ("language", entry.language),
    ):
        work.put(name, text, codes)
    work.people(entry, own)
    work.doubt(entry)
    signed = signature(work.document, entry, own)
    if signed and "signature" not in batch:
        work.document["signature"] = signed
    work.presets(batch)
    return work


def standard(entry: Entry, own: Own, batch: Mapping[str, Any], codes: Any) -> Work:
    """Databases name the drafting units as authors; units are no people, so they are left for a finding."""
    work = Work("standard")
    number = entry.identifier.strip()
    level = next((code for pattern, code in _LEVELS if pattern.match(number.upper())), "")
    nature = "" if level not in ("2", "3") else "2" if "/T" in number.upper() else "3" if "/Z" in number.upper() else "1"
    for name, text in (
        ("title", entry.title),
        ("standard_no", number),
        ("level", level),
        ("nature", nature),
        ("issuer", entry.publisher),
        ("issued_on", entry.published),
        ("effective_on", entry.effective_on),
    ):
        work.put(name, text, codes)
    people = tuple(author for author in entry.authors if not _is_unit(author.name))
    units = [author.name for author in entry.authors if _is_unit(author.name)]
    work.people(replace(entry, authors=people), own)
    if units:
        shown = "；".join(units)
        work.gap("contributors", f"起草单位未对应到完成人：{shown}", f"Drafting units not assigned to a person: {shown}", "I002")
    work.doubt(entry)
    work.presets(batch)
    return work


def _is_unit(name: str) -> bool:
    return len(name) > 4 if has_hanzi(name) else bool(re.search(r"\b(?:University|Institute|Co\.|Ltd|Inc|Corporation)\b", name))


def patent(entry: Entry, own: Own, batch: Mapping[str, Any], codes: Any) -> Work:
    """A publication number says whether it was laid open (A) or granted (B, C, U, Y, S); the application number and
    its day are in no such file."""
    work = Work("patent")
    number = _PATENT.match(entry.identifier.strip().upper())
    country, letter = (number[1], number[3] or "") if number else ("", "")
    chinese = country == "CN"
    granted = letter in ("B", "C", "U", "Y", "S", "D")
    kind = {"A": "1", "B": "1", "C": "1", "U": "2", "Y": "2", "S": "3", "D": "3"}.get(letter, "")
    for name, text in (
        ("title", entry.title),
        ("patent_type", kind if chinese else "4" if country else ""),
        ("patent_scope", "1" if chinese else "4" if country == "WO" else "2" if country else ""),
        ("patent_status", ("4" if granted else "2" if letter == "A" else "") if chinese else ""),
        ("publication_no", entry.identifier if number else ""),
        ("grant_no", entry.identifier if chinese and granted else ""),
        ("patentee", entry.publisher),
        ("abstract", entry.abstract),
    ):
        work.put(name, text, codes)
    day = entry.published if len(entry.published) == 10 else ""
    work.put("granted_on" if chinese and granted else "publicised_on", day, codes)
    work.people(entry, own)
    work.doubt(entry)
    if own.name and entry.publisher and own.prints(entry.publisher.split(";")[0]):
        work.document.setdefault("signature", "1")
    work.presets(batch)
    return work
