"""EndNote's import format (ENW, Refer): lines that begin with ``%A``. As EndNote, CNKI, Wanfang and others write it."""

from __future__ import annotations

import re

from ingestion.exchange.bibliographic import printed, tagged
from ingestion.exchange.bibliographic.entry import Entry, Kind, Problem, no_title
from ingestion.exchange.bibliographic.text import has_hanzi, lines

_LINE = re.compile(r"^\s{0,12}%([0-9A-Za-z?@!#$&()*+\[\]~<>=^|.])(?:(?:\s[:：]?|[:：])(.*)|$)")
_GLUED = re.compile(r"^\s{0,12}%([KATYJ])([\u3400-\u9fff].*)$")  # CNKI now and then forgets the space
_SEVERAL = re.compile(r"\s*%[AEYKI]\s")  # CNKI: ``%A 蔺卿 %A 罗格平`` on one line


def is_endnote(text: str) -> bool:
    return bool(re.search(r"^\s{0,12}%0\s", text, re.M)) or bool(
        re.search(r"^%T\s", text, re.M) and re.search(r"^%[AJDB]\s", text, re.M)
    )


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    rows = lines(text)
    if re.search(r"^\s{0,12}%0\s", text, re.M):
        found = tagged.blocks(rows, _parse, "0")
    else:  # Refer files without types: an empty line parts entries
        found = tagged.blocks(rows, lambda row: _parse(row) if row.strip() else ("--", ""), "", ends="--")
    return tagged.sorted_out(_entry(block) for block in found)


def _parse(line: str) -> tuple[str, str] | None:
    match = _LINE.match(line) or _GLUED.match(line)
    return (match[1], match[2] or "") if match else None


def kind_of(word: str, database: str) -> Kind:
    """CNKI files standards and yearbooks under EndNote's legal rules, and says so in the database's name."""
    if database and ("标准" in database or "年鉴" in database or "年鑒" in database):
        return "standard"
    kind = printed.kind(word)
    return printed.kind(database) if kind == "other" and database else kind


def _entry(block: tagged.Block) -> Entry | Problem:
    title = block.one("T")
    if not title:
        return no_title(block.number, block.line, "%T")
    word, database = block.one("0"), block.one("~")
    kind = kind_of(word, database) if word else ("journal" if block.one("J") else "collection" if block.one("B") else "book")
    listed = [name for value in block.all("A") for name in _SEVERAL.split(value)]
    people, more = printed.of_tags(listed)
    authors, unassigned = printed.authors(people, ";".join(block.all("+")), ";".join(listed))
    pages = [printed.pages(value) for value in block.all("P")]
    venue = block.one("J", "B", "S") if kind not in ("book", "standard", "patent") else block.one("S")
    serials = block.all("@")
    return Entry(
        block.number,
        block.line,
        title=title,
        published=printed.published(*(t for t in (block.one("D"), printed.within(block.one("D"), block.one("8"))) if t)),
        venue=venue or (block.one("I") if kind == "newspaper" else ""),
        kind=kind,
        kind_printed=word or database,
        title_en=block.one("Q") if has_hanzi(title) else "",
        authors=authors,
        unassigned_affiliations=unassigned,
        volume=printed.number(block.one("V")) if kind != "standard" else "",
        issue=printed.number(block.one("N")),
        pages=next((p for p in pages if "-" in p), pages[0] if pages else ""),
        doi=printed.doi(*block.all("R", "O", "U")),
        issn=printed.issn(*serials) if kind in ("journal", "conference", "collection", "newspaper") else "",
        isbn=printed.isbn(*serials, block.one("V")) if kind in ("book", "collection", "conference") else "",
        cn_serial=printed.cn_serial(block.one("L")),
        accession=block.one("M"),
        keywords=tuple(dict.fromkeys(w for value in block.all("K") for w in printed.keywords(_SEVERAL.sub(";", value)))),
        abstract=block.one("X"),
        language=printed.language(block.one("G")) or ("zh" if has_hanzi(title) else ""),
        conference_name=block.one("B") if kind == "conference" else "",
        conference_place=block.one("C") if kind == "conference" else "",
        publisher=block.one("I"),
        place=block.one("C"),
        edition=block.one("7"),
        identifier=block.one("V", "@", "N") if kind == "standard" else block.one("@") if kind in ("patent", "report") else "",
        database=database,
        doubts=printed.incomplete(more),
    )
