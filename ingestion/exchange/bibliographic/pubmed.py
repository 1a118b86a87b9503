"""PubMed's own format (.nbib, MEDLINE): four-letter tags, an entry begins with PMID."""

from __future__ import annotations

import re

from ingestion.exchange.bibliographic import names, printed, tagged
from ingestion.exchange.bibliographic.entry import Author, Entry, Kind, Problem, broken, no_title
from ingestion.exchange.bibliographic.text import clean, lines

_MAIL = re.compile(r"\s*(?:Electronic address:\s*|E-?mail:\s*)?[\w.+-]{1,80}@[\w.-]{1,80}", re.I)
_LINE = re.compile(r"^([A-Z]{2,4}) {0,2}- ?(.*)$")


def is_nbib(text: str) -> bool:
    return bool(re.search(r"^PMID- ?\d", text, re.M))


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    return tagged.sorted_out(_entry(block) for block in tagged.blocks(lines(text), _parse, "PMID"))


def _parse(line: str) -> tuple[str, str] | None:
    match = _LINE.match(line)
    return (match[1], match[2]) if match else None


def _entry(block: tagged.Block) -> Entry | Problem:
    if block.headless:
        return broken(block.number, block.line, "没有开始行 PMID。", "does not begin with its line PMID.")
    translated = block.one("TI", "BTI").strip()
    original = block.one("TT")
    title = (original or translated).rstrip(".")
    if not title:
        return no_title(block.number, block.line, "TI")
    kind: Kind = "collection" if block.one("BTI", "CTI") and block.one("TI") else "book" if block.one("BTI") else "journal"
    authors, more = _authors(block)
    return Entry(
        block.number,
        block.line,
        title=title.strip("[]") if not original else title,
        published=printed.published(*(t for t in (block.one("DP"), block.one("DEP")) if t)),
        venue=block.one("JT", "BTI", "CTI", "TA"),
        kind=kind,
        kind_printed=block.one("PT"),
        title_en=translated.rstrip(".").strip("[]") if original else "",
        authors=authors,
        volume=block.one("VI"),
        issue=block.one("IP"),
        pages=_pages(block.one("PG")),
        doi=printed.doi(*(v for v in block.all("LID", "AID") if "[doi]" in v), *block.all("SO")),
        issn=printed.issn(*block.all("IS")),
        isbn=printed.isbn(*block.all("ISBN")),
        accession=f"PMID:{block.one('PMID')}",
        indexes=("MEDLINE",) if block.one("STAT") == "MEDLINE" else (),
        keywords=tuple(dict.fromkeys(word.lstrip("*") for word in block.all("OT"))),
        abstract=block.one("AB"),
        language=printed.language(block.one("LA")),
        publisher=block.one("PB"),
        funding="; ".join(block.all("GR"))[:1000],
        stage="3" if block.one("PST") == "aheadofprint" else "",
        doubts=printed.incomplete(more),
    )


def _authors(block: tagged.Block) -> tuple[tuple[Author, ...], bool]:
    """Each FAU is followed by its AU and its AD lines; a collaboration (CN) is an author too."""
    full = "FAU" if "FAU" in block.values else "AU"
    people: list[tuple[str, list[str]]] = []
    for tag, held in block.order:
        text = clean(" ".join(held))
        if tag in (full, "CN") and text:
            people.append((names.one(text), []))
        elif tag == "AD" and people:
            people[-1][1].extend(unit.rstrip(".") for part in re.split(r"\.;|;\s", _MAIL.sub("", text)) if (unit := part.strip(" .")))
    return tuple(Author(name, tuple(dict.fromkeys(units))) for name, units in people[: names.MOST]), len(people) > names.MOST


def _pages(text: str) -> str:
    """``1204-19`` is 1204-1219: PubMed leaves out the digits that repeat."""
    match = re.fullmatch(r"(\d+)-(\d+)", text)
    if match and len(match[2]) < len(match[1]):
        return f"{match[1]}-{match[1][: len(match[1]) - len(match[2])]}{match[2]}"
    return printed.pages(text)
