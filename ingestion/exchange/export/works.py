"""What a bibliography says of a record: one neutral shape for papers, books, patents, standards and reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pypinyin import lazy_pinyin

Kind = Literal["journal", "conference", "book", "patent", "standard", "report"]
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
CONFERENCE = "2"  # of code list paper_type
TRANSLATOR, EDITORS = "250", frozenset({"210", "220"})


@dataclass(frozen=True)
class Name:
    """A person or body as printed. ``family`` is empty for Chinese names and bodies, which are given whole."""

    whole: str
    family: str = ""
    given: str = ""

    @property
    def is_chinese(self) -> bool:
        return bool(_HAN.search(self.whole))


@dataclass(frozen=True)
class Work:
    """``day`` as precise as known; ``number``: of a patent or standard. Absent parts are empty."""

    key: str
    kind: Kind
    title: str
    authors: tuple[Name, ...] = ()
    translators: tuple[Name, ...] = ()
    edited: bool = False
    container: str = ""
    conference: str = ""
    day: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    printed: str = ""  # volume, issue and pages as typed, where they could not be told apart
    place: str = ""
    publisher: str = ""
    edition: int = 1
    number: str = ""
    doi: str = ""
    isbn: str = ""
    issn: str = ""
    keywords: tuple[str, ...] = ()

    @property
    def year(self) -> str:
        return self.day[:4]

    @property
    def is_chinese(self) -> bool:
        return bool(_HAN.search(self.title))


def work_of(type_id: str, key: str, document: Mapping[str, Any], people: Mapping[int, str]) -> Work:
    """The work a document describes. ``people``: names by person id, which tell "Zhang Wei" from "Wei Zhang"."""
    rows = document.get("contributors") or []
    wrote = [row for row in rows if row.get("book_role") != TRANSLATOR]
    names = tuple(name_of(row["name"], people.get(row.get("person_id") or 0, "")) for row in wrote if row.get("name"))
    translators = tuple(name_of(row["name"], "") for row in rows if row.get("book_role") == TRANSLATOR and row.get("name"))
    get = document.get
    common: dict[str, Any] = {"key": key, "title": get("title") or "", "authors": names, "keywords": tuple(get("keywords") or ())}
    match type_id:
        case "paper":
            volume, issue, pages, rest = printed(get("volume_issue_pages") or "", (get("published_on") or "")[:4])
            return Work(
                kind="conference" if get("paper_type") == CONFERENCE else "journal", container=get("venue") or "", conference=get("conference_name") or "",
                day=get("published_on") or "", volume=volume, issue=issue, pages=pages, printed=rest, place=get("conference_place") or "",
                publisher=get("proceedings_publisher") or "", doi=get("doi") or "", issn=get("issn") or "", **common,
            )  # fmt: skip
        case "book":
            edited = bool(wrote) and wrote[0].get("book_role") in EDITORS
            return Work(
                kind="book", day=get("published_on") or "", place=get("place") or "", publisher=get("publisher") or "", edition=get("edition") or 1,
                isbn=get("isbn") or "", translators=translators, edited=edited, **common,
            )  # fmt: skip
        case "patent":
            holders = tuple(Name(one.strip()) for one in re.split("[;；、]", get("patentee") or "") if one.strip())
            return Work(
                **{**common, "authors": holders or names}, kind="patent", number=get("grant_no") or get("publication_no") or get("application_no") or "",
                day=get("granted_on") or get("publicised_on") or get("filed_on") or "",
            )  # fmt: skip
        case "standard":
            issuer = (Name(str(get("issuer"))),) if get("issuer") else names
            return Work(**{**common, "authors": issuer}, kind="standard", number=get("standard_no") or "", day=get("issued_on") or "")
        case _:
            return Work(kind="report", day=get("finished_on") or "", publisher=get("submitted_to") or "", **common)


# --- names --------------------------------------------------------------------------------------------------------

_PARTICLES = frozenset({"van", "von", "der", "den", "de", "del", "della", "di", "da", "la", "le", "el", "al", "bin", "ibn", "ter", "ten", "zu", "dos"})
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})


def name_of(printed_name: str, person: str) -> Name:
    """A printed name in its parts. ``person``: the Chinese name of who it is, where known."""
    whole = " ".join(printed_name.split())
    if _HAN.search(whole) or not whole:
        return Name(whole)
    if "," in whole:
        family, _, given = (part.strip() for part in whole.partition(","))
        return Name(whole, family, given) if family else Name(whole)
    words = whole.split(" ")
    if len(words) == 1:
        return Name(whole, whole, "")
    if person and lazy_pinyin(person)[0].casefold() == words[0].casefold().strip(".") != words[-1].casefold():
        return Name(whole, words[0], " ".join(words[1:]))
    if words[-1].isupper() and len(words[-1].replace(".", "")) <= 2 and len(words[0]) > 2:  # Smith J, Zhang WQ
        return Name(whole, " ".join(words[:-1]), words[-1])
    last = len(words) - 1
    if words[last].casefold() in _SUFFIXES and last > 1:
        last -= 1
    while last > 1 and words[last - 1].casefold() in _PARTICLES:
        last -= 1
    return Name(whole, " ".join(words[last:]), " ".join(words[:last]))


def initials(given: str) -> str:
    """J P for Jean-Paul, J. P. and JP; wide words keep their first letter alone."""
    letters: list[str] = []
    for word in re.split(r"[\s.\-‐'’]+", given):
        if not word:
            continue
        letters += list(word) if word.isupper() and len(word) <= 3 else [word[0].upper()]
    return " ".join(letters)


# --- where it stands ----------------------------------------------------------------------------------------------

_PAGES = r"(?:pp?\.?\s*)?(?P<pages>[A-Za-z]?\d+(?:\s*[-–—~～]+\s*[A-Za-z]?\d+)?(?:\s*[,，+]\s*\d+(?:\s*[-–—]\s*\d+)?)*)\s*页?"
_SPELLED = re.compile(r"第?\s*(?P<volume>\d+)\s*卷\s*[,，]?\s*(?:第?\s*(?P<issue>[\w./-]+?)\s*期)?\s*[,，:：.]?\s*(?:第?\s*" + _PAGES + ")?$")
_ISSUE_ONLY = re.compile(r"(?:第\s*)?(?P<issue>\d+(?:[-/]\d+)?)\s*期\s*[,，:：.]?\s*(?:第?\s*" + _PAGES + ")?$")
_SHORT = re.compile(r"(?P<volume>[A-Za-z]?\d+)?\s*[(（]\s*(?P<issue>[^()（）]{1,20}?)\s*[)）]\s*[,，:：.]?\s*(?:" + _PAGES + ")?$")
_VOLUME = re.compile(r"(?P<volume>\d+)\s*[:：,，]\s*" + _PAGES + "$")
_ENGLISH = re.compile(
    r"vol(?:ume)?\.?\s*(?P<volume>\w+)\s*[,;]?\s*(?:(?:no|iss|issue)\.?\s*(?P<issue>[\w-]+))?\s*[,;:]?\s*(?:" + _PAGES + ")?$", re.IGNORECASE
)
_ONLY_PAGES = re.compile(r"(?:pp?\.\s*(?P<a>\d+(?:\s*[-–—]\s*\d+)?)|(?P<b>\d+\s*[-–—]\s*\d+)\s*页?)$")


def printed(typed: str, year: str) -> tuple[str, str, str, str]:
    """Volume, issue and pages of what people type in 卷期页, and what could not be told apart: never both."""
    text = re.sub(r"\s+", " ", typed).strip().rstrip(".。;；")
    if year:
        text = re.sub(rf"^{year}\s*年?\s*[,，;；.:：]\s*|^{year}年\s*", "", text)
    for pattern in (_SPELLED, _ISSUE_ONLY, _ENGLISH, _SHORT, _VOLUME):
        found = pattern.match(text)
        if found:
            parts = found.groupdict()
            return parts.get("volume") or "", parts.get("issue") or "", _dashed(parts.get("pages") or ""), ""
    only = _ONLY_PAGES.match(text)
    if only:
        return "", "", _dashed(only["a"] or only["b"]), ""
    return "", "", "", text


def _dashed(pages: str) -> str:
    return re.sub(r"\s*[-–—~～]+\s*", "-", pages).replace(" ", "")

