"""What every bibliographic format is read into: neutral entries, and the problems of what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "journal", "conference", "collection", "newspaper", "book", "standard", "patent", "thesis", "report", "other"
]
KIND_WORDS: dict[str, tuple[str, str]] = {
    "journal": ("期刊论文", "journal article"),
    "conference": ("会议论文", "conference paper"),
    "collection": ("论文集论文", "paper in a collection"),
    "newspaper": ("报纸文章", "newspaper article"),
    "book": ("著作", "book"),
    "standard": ("标准", "standard"),
    "patent": ("专利", "patent"),
    "thesis": ("学位论文", "thesis"),
    "report": ("研究报告", "report"),
    "other": ("其他", "other"),
}


@dataclass(frozen=True)
class Author:
    """One author as printed. ``affiliations`` are the printed units in order."""

    name: str
    affiliations: tuple[str, ...] = ()
    corresponding: bool = False


@dataclass(frozen=True)
class Doubt:
    """Something of an entry that was read but may be wrong or incomplete: told, and left for a person to settle."""

    zh: str
    en: str


@dataclass(frozen=True)
class Entry:
    """One publication. ``published`` is as precise as the source: ``2022``, ``2022-06``, ``2022-06-30`` or ``""``.
    ``number`` counts the file's entries from 1, ``line`` is where the entry begins, from 1. ``kind_printed`` is the
    source's own word for its kind. ``indexes`` are codes of the list paper_index; ``unlisted_indexes`` the source's
    names no code stands for. ``identifier`` is the number of a standard, patent or report. ``database`` is the part
    of the source database it comes from, where the source says so. ``stage`` is a code of publication_stage: ``3`` for what
    has only appeared online so far."""

    number: int
    line: int
    title: str
    published: str = ""
    venue: str = ""
    kind: Kind = "journal"
    kind_printed: str = ""
    title_en: str = ""
    authors: tuple[Author, ...] = ()
    unassigned_affiliations: tuple[str, ...] = ()
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    issn: str = ""
    isbn: str = ""
    cn_serial: str = ""
    accession: str = ""
    indexes: tuple[str, ...] = ()
    unlisted_indexes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    abstract: str = ""
    language: str = ""
    conference_name: str = ""
    conference_place: str = ""
    conference_on: str = ""
    publisher: str = ""
    place: str = ""
    edition: str = ""
    identifier: str = ""
    effective_on: str = ""
    database: str = ""
    funding: str = ""
    stage: str = ""
    doubts: tuple[Doubt, ...] = ()

    @property
    def volume_issue_pages(self) -> str:
        """``42(1):69-79``, with what is known of it."""
        issue = f"({self.issue})" if self.issue else ""
        pages = f":{self.pages}" if self.pages else ""
        return f"{self.volume}{issue}{pages}".lstrip(":")


@dataclass(frozen=True)
class Problem:
    """Something in the file that did not become an entry, or a doubt about the whole file (``number`` 0)."""

    number: int
    line: int
    zh: str
    en: str


@dataclass(frozen=True)
class Entries:
    """A file's content. ``read`` = entries found = ``len(entries)`` + the problems that name an entry."""

    format: str
    encoding: str
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    @property
    def read(self) -> int:
        return len(self.entries) + len({p.number for p in self.problems if p.number})


def broken(number: int, line: int, zh: str, en: str) -> Problem:
    return Problem(number, line, f"第 {number} 条（第 {line} 行起）{zh}", f"Entry {number} (from line {line}): {en}")


def no_title(number: int, line: int, tag: str) -> Problem:
    """The one thing no entry can do without."""
    return broken(number, line, f"没有题名（{tag}）。", f"there is no title ({tag}).")
