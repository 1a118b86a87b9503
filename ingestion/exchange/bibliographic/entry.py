"""What every bibliographic format is read into: neutral entries, and the problems of what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PaperKind = Literal["journal", "conference", "collection", "newspaper"]


@dataclass(frozen=True)
class Author:
    """One author as printed. ``affiliations`` are the printed units in order."""

    name: str
    affiliations: tuple[str, ...] = ()
    corresponding: bool = False


@dataclass(frozen=True)
class Entry:
    """One paper. ``published`` is as precise as the source: ``2022``, ``2022-06`` or ``2022-06-30``.
    ``number`` counts the file's entries from 1, ``line`` is where the entry begins, from 1.
    ``indexes`` are codes of the list paper_index; ``unlisted_indexes`` the source's names no code stands for."""

    number: int
    line: int
    title: str
    published: str
    venue: str
    kind: PaperKind = "journal"
    title_en: str = ""
    authors: tuple[Author, ...] = ()
    unassigned_affiliations: tuple[str, ...] = ()
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    issn: str = ""
    accession: str = ""
    indexes: tuple[str, ...] = ()
    unlisted_indexes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    abstract: str = ""
    language: str = ""
    conference_name: str = ""
    conference_place: str = ""
    funding: str = ""

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
