"""CNKI's own formats: 知网研学 (E-Study) and 自定义, whose lines begin ``Title-题名:``, and RefWorks."""

from __future__ import annotations

import re

from ingestion.exchange.bibliographic import endnote, printed, tagged
from ingestion.exchange.bibliographic.entry import Entry, Kind, Problem, broken, no_title
from ingestion.exchange.bibliographic.text import has_hanzi, lines

_CUSTOM = re.compile(r"^\s{0,4}(?:([A-Z][A-Za-z]{1,20})-([^:：\s]{1,12})|(DataType))\s*[:：]\s?(.*)$")
_REFWORKS = re.compile(r"^\s{0,4}([A-Z][A-Z0-9]|vo)\s(.*)$")
_REFWORKS_TAGS = frozenset(
    "RT SR ID A1 A2 A3 A4 A5 T1 T2 T3 JF JO YR FD VO vo IS SP OP K1 AB NO ED PB PP SN AV AD AN LA CL SF OT LK DO CN DB DS IP RD "
    "ST U1 U2 U3 U4 U5 UL SL LL CR WT A6 WV WP OL".split()
)
_DATA_TYPES: dict[str, Kind] = {"1": "journal", "2": "thesis", "3": "conference", "4": "newspaper", "5": "book"}


def is_custom(text: str) -> bool:
    return bool(re.search(r"^\s{0,4}(?:Title-题名|SrcDatabase-来源[^\s,，:：]{0,4})\s*[:：]", text, re.M))


def is_refworks(text: str) -> bool:
    return bool(re.search(r"^\s{0,4}RT\s+\S", text, re.M) and re.search(r"^\s{0,4}T1\s", text, re.M))


def read_custom(text: str) -> tuple[list[Entry], list[Problem]]:
    """An entry begins with whatever line the file begins with: DataType, SrcDatabase or Title."""
    rows = lines(text)
    first = next((found[0] for row in rows if (found := custom_line(row))), "Title")
    return tagged.sorted_out(custom(block) for block in tagged.blocks(rows, custom_line, first))


def custom_line(line: str) -> tuple[str, str] | None:
    """The tag and value of a line ``Title-题名: …``."""
    match = _CUSTOM.match(line)
    if match is None or (match[1] and not has_hanzi(match[2]) and match[1] not in ("DOI", "URL", "ISSN", "CN")):
        return None
    if match[3]:
        return "DataType", match[4]
    return ("Pages" if match[2] == "页码" else match[1]), match[4]


def custom(block: tagged.Block) -> Entry | Problem:
    """The entry of a block with these tags."""
    title = block.one("Title")
    if not title:
        return no_title(block.number, block.line, "Title-题名")
    database = block.one("SrcDatabase")
    kind = endnote.kind_of(database, database) if database else _DATA_TYPES.get(block.one("DataType"), "other")
    if kind == "other":
        kind = _DATA_TYPES.get(block.one("DataType"), "other")
    people, more = printed.of_tags(block.all("Author"))
    authors, unassigned = printed.authors(people, ";".join(block.all("Organ")))
    source = block.one("Source")
    return Entry(
        block.number,
        block.line,
        title=title,
        published=printed.published(*(t for t in (block.one("Year"), block.one("PubTime")) if t)),
        venue=source if kind not in ("book", "standard", "patent", "thesis") else "",
        kind=kind,
        kind_printed=database or block.one("DataType"),
        authors=authors,
        unassigned_affiliations=unassigned,
        volume=printed.number(block.one("Volume", "Roll")),
        issue=printed.number(block.one("Period")),
        pages=printed.pages(block.one("Pages", "Page")),
        doi=printed.doi(*block.all("DOI", "Link", "URL")),
        issn=printed.issn(*block.all("ISSN")),
        cn_serial=printed.cn_serial(*block.all("CN")),
        keywords=tuple(dict.fromkeys(w for value in block.all("Keyword") for w in printed.keywords(value))),
        abstract=block.one("Summary"),
        language="zh" if has_hanzi(title) else "",
        conference_name=source if kind == "conference" else "",
        publisher=source if kind in ("book", "thesis") else "",
        identifier=block.one("Number", "PatentNo", "StandardNo"),
        database=database,
        funding=block.one("Fund"),
        doubts=printed.incomplete(more),
    )


def read_refworks(text: str) -> tuple[list[Entry], list[Problem]]:
    return tagged.sorted_out(_refworks(block) for block in tagged.blocks(lines(text), _refworks_line, "RT"))


def _refworks_line(line: str) -> tuple[str, str] | None:
    match = _REFWORKS.match(line)
    return (match[1].upper(), match[2]) if match and match[1] in _REFWORKS_TAGS else None


def _refworks(block: tagged.Block) -> Entry | Problem:
    if block.headless:
        return broken(block.number, block.line, "没有开始行 RT。", "does not begin with its line RT.")
    title = block.one("T1")
    if not title:
        return no_title(block.number, block.line, "T1")
    word, database = block.one("RT"), block.one("DB")
    kind = endnote.kind_of(word, database)
    people, more = printed.of_tags(block.all("A1"))
    authors, unassigned = printed.authors(people, ";".join(block.all("AD")), ";".join(block.all("A1")))
    start, other = block.one("SP"), block.one("OP")
    return Entry(
        block.number,
        block.line,
        title=title,
        published=printed.published(*(t for t in (block.one("YR"), block.one("FD")) if t)),
        venue=block.one("JF", "T2", "JO") if kind not in ("book", "standard", "patent", "thesis") else "",
        kind=kind,
        kind_printed=word,
        title_en=block.one("OT") if has_hanzi(title) else "",
        authors=authors,
        unassigned_affiliations=unassigned,
        volume=printed.number(block.one("VO")),
        issue=printed.number(block.one("IS")),
        pages=printed.pages(start, other) if start and "-" not in start else printed.pages(start or other),
        doi=printed.doi(*block.all("DO", "LK", "UL")),
        issn=printed.issn(*block.all("SN")) if kind not in ("book", "standard", "patent") else "",
        isbn=printed.isbn(*block.all("SN")),
        cn_serial=printed.cn_serial(*block.all("CN")),
        accession=block.one("AN"),
        keywords=tuple(dict.fromkeys(w for value in block.all("K1") for w in printed.keywords(value))),
        abstract=block.one("AB"),
        language=printed.language(block.one("LA")) or ("zh" if has_hanzi(title) else ""),
        conference_name=block.one("T2", "JF") if kind == "conference" else "",
        conference_place=block.one("PP") if kind == "conference" else "",
        publisher=block.one("PB"),
        place=block.one("PP"),
        edition=block.one("ED"),
        identifier=block.one("ID") if kind in ("standard", "patent", "report") else "",
        database=database,
        doubts=printed.incomplete(more),
    )
