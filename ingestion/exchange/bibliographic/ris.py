"""RIS, also as CNKI writes it with one space before the dash. rispy reads the tags, from a file that is repaired first:
it knows two spaces only, finds nothing in CNKI's files, joins an entry without ER to the next one and drops the last."""

from __future__ import annotations

import re

import rispy

from ingestion.exchange.bibliographic import printed, tagged
from ingestion.exchange.bibliographic.entry import Doubt, Entry, Problem, broken, no_title
from ingestion.exchange.bibliographic.text import has_hanzi, lines

_LINE = re.compile(r"^\s{0,3}([A-Z][A-Z0-9])\s{0,4}[-－–—]\s?(.*)$")
_STRICT = re.compile(r"^([A-Z][A-Z0-9])  -\s?(.*)$")
_TAGS = frozenset(rispy.TAG_KEY_MAPPING) | {"DO", "PP", "JO", "JF", "JA", "J2", "N2", "Y2", "BT", "ED", "SN", "PM", "U1", "U2", "U3", "U4", "U5", "VO"}
_TYPE = re.compile(r"^\s{0,3}TY\s{0,4}[-－–—]", re.M)
MISSING_ER = Doubt("缺少结束行 ER，内容可能不完整", "Its closing line ER is missing; it may be incomplete")


def is_ris(text: str) -> bool:
    return bool(_TYPE.search(text))


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    """Entries. One without ER is read and doubted; one without TY is named."""
    return tagged.sorted_out(_entry(block) for block in tagged.blocks(lines(text), _parser(text), "TY", "ER"))


def _parser(text: str) -> tagged.Parse:
    """Where the file keeps to two spaces, nothing else opens a tag: an abstract may hold a line ``AI - based``."""
    pattern = _STRICT if re.search(r"^TY  -", text, re.M) and not re.search(r"^TY ?[-－–—]", text, re.M) else _LINE

    def parse(line: str) -> tuple[str, str] | None:
        match = pattern.match(line)
        if match is None or (pattern is _LINE and match[1] not in _TAGS):
            return None
        return match[1], match[2]

    return parse


def _repaired(block: tagged.Block) -> str:
    """The block as rispy wants it: two spaces, one line a value, TY first and ER last."""
    body = [f"{tag}  - {value}" for tag in block.values if tag in _TAGS and tag != "TY" for value in block.all(tag)]
    return "\n".join([f"TY  - {block.one('TY')}", *body, "ER  - ", ""])


_PARSER = rispy.RisParser(
    mapping={tag: tag for tag in _TAGS} | {"UK": "UK"}, list_tags=sorted(_TAGS - {"TY"}), delimiter_tags_mapping={}
)


def _entry(block: tagged.Block) -> Entry | Problem:
    if block.headless:
        return broken(block.number, block.line, "没有开始行 TY。", "does not begin with its line TY.")
    (found,) = _PARSER.parse(_repaired(block))

    def every(*tags: str) -> list[str]:
        return [value for tag in tags for value in found.get(tag, ())]

    def one(*tags: str) -> str:
        return next(iter(every(*tags)), "")

    title = one("TI", "T1", "CT") or (one("BT") if found["TY"] in ("BOOK", "EBOOK") else "")
    if not title:
        return no_title(block.number, block.line, "TI / T1")
    kind = printed.kind(found["TY"])
    if kind == "other" and one("JO", "JF", "JA", "T2") and found["TY"] in ("GEN", "JOUR", ""):
        kind = "journal"
    people, more = printed.of_tags(every("AU", "A1"))
    addresses = every("AD", *(("C1",) if kind != "conference" else ()))  # EndNote and Zotero note a conference's place there
    authors, unassigned = printed.authors(people, ";".join(addresses), ";".join(every("AU", "A1")))
    serials = every("SN")
    venue = one("JO", "JF", "T2", "BT", "JA", "J2") if kind != "book" else one("T2")
    if kind == "conference" and one("C3"):
        venue = one("C3")
    if kind == "journal" and has_hanzi(venue) is False and one("JF", "T2"):
        venue = one("T2", "JF")  # JO and JA are abbreviations in Western files
    publisher = one("PB")
    return Entry(
        block.number,
        block.line,
        title=title,
        published=printed.published(*(t for t in (*every("PY", "Y1"), *(printed.within(one("PY", "Y1")[:4], day) for day in every("DA"))) if t)),
        venue=venue or (publisher if kind == "newspaper" else ""),
        kind=kind,
        kind_printed=found["TY"],
        title_en=one("TT") if has_hanzi(title) else "",
        authors=authors,
        unassigned_affiliations=unassigned,
        volume=printed.number(one("VL")),
        issue=printed.number(one("IS", "CP")) if kind not in ("standard", "patent", "report") else "",
        pages=_pages(one("SP"), one("EP"), one("M1"), one("C7")),
        doi=printed.doi(*every("DO", "M3", "UR")),
        issn=printed.issn(*serials) if kind not in ("book", "standard", "patent") else "",
        isbn=printed.isbn(*serials),
        cn_serial=printed.cn_serial(*every("CN")),
        accession=one("AN"),
        indexes=_indexes(one("DB", "DP"), every("N1")),
        keywords=_keywords(block.lines("KW")),
        abstract=one("AB", "N2"),
        language=printed.language(one("LA")) or ("zh" if has_hanzi(title) else ""),
        conference_name=(one("T2") if one("C3") else one("T3")) or one("T3", "C3") if kind == "conference" else "",
        conference_place=one("CY", "PP", "C1") if kind == "conference" else "",
        publisher=publisher,
        place=one("CY", "PP"),
        edition=one("ET"),
        identifier=_identifier(every("SN", "M1", "IS")) if kind in ("standard", "patent", "report") else "",
        database=one("DB", "DP"),
        doubts=(*(() if block.ended else (MISSING_ER,)), *printed.incomplete(more)),
    )


def _pages(first: str, last: str, number: str, article: str) -> str:
    """Some write both pages under one tag, and those whose papers have no pages their number under C7."""
    if first:
        return printed.pages(first, last)
    return printed.pages(number) if re.match(r"\d+-", number) else article if re.fullmatch(r"\w{1,20}", article) else ""


def _indexes(database: str, notes: list[str]) -> tuple[str, ...]:
    if database.casefold() == "scopus":
        return ("SCOPUS",)
    engineering = "compendex" in database.casefold() or any(note.startswith("Compilation and indexing terms") for note in notes)
    return ("EI",) if engineering else ()


def _identifier(found: list[str]) -> str:
    """The number that names its country (CN112233445A) before others, which may be an application's or a class."""
    return next((number for number in found if re.match(r"[A-Z]{2}\s?\d{6}", number)), next(iter(found), ""))


def _keywords(values: list[str]) -> tuple[str, ...]:
    """One a tag, or all in one."""
    found = values if len(values) > 1 else printed.keywords(values[0]) if values else ()
    return tuple(dict.fromkeys(word for value in found for word in (printed.keywords(value) if ";" in value else (value,))))
