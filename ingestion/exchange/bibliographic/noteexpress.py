"""NoteExpress (.net): ``{Reference Type}: Journal Article`` as CNKI, Wanfang and VIP write it, also with full-width
colons, with Chinese field names or in square brackets."""

from __future__ import annotations

import re

from ingestion.exchange.bibliographic import endnote, printed, tagged
from ingestion.exchange.bibliographic.entry import Author, Entry, Problem, broken, no_title
from ingestion.exchange.bibliographic.text import clean, has_hanzi, lines

_BRACES = re.compile(r"^\s{0,12}[{｛]\s*([^{}｛｝\n]{2,40}?)\s*[}｝]\s*[:：]\s?(.*)$")
_BRACKETS = re.compile(r"^\s{0,12}[\[【]\s*([^\[\]【】\n]{2,40}?)\s*[\]】]\s*[:：]\s?(.*)$")
_TYPE = re.compile(r"[{｛\[【]\s*(?:Reference Type|文献类型|题录类型)\s*[}｝\]】]\s*[:：]\s?", re.I)
_NAMES = {
    "文献类型": "reference type", "题录类型": "reference type", "标题": "title", "题名": "title", "篇名": "title", "作者": "author",
    "作者机构": "author address", "作者单位": "author address", "机构": "author address", "单位": "author address",
    "期刊": "journal", "刊名": "journal", "来源": "journal", "年份": "year", "年": "year", "日期": "date", "发表日期": "date",
    "卷": "volume", "卷号": "volume", "期": "issue", "期号": "issue", "页码": "pages", "页": "pages", "关键词": "keywords",
    "摘要": "abstract", "isbn/issn": "isbn/issn", "issn": "isbn/issn", "isbn": "isbn", "图书印刷版isbn": "isbn",
    "图书电子版isbn": "isbn", "出版社": "publisher", "出版者": "publisher", "出版地": "place published", "语言": "language",
    "翻译标题": "translated title", "学位": "type of work", "导师": "tertiary author", "备注": "notes", "附注": "notes",
    "数据库": "database provider", "链接": "url", "subsidiary author,": "subsidiary author",
}  # fmt: skip


def is_noteexpress(text: str) -> bool:
    return bool(_TYPE.search(text))


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    return tagged.sorted_out(_entry(block) for block in tagged.blocks(lines(text), _parser(text), "reference type"))


def _parser(text: str) -> tagged.Parse:
    """Fields stand in braces or in brackets as the first type does: an abstract may begin ``[目的]：``. The first
    entry may stand behind a scrap of the page it was copied from."""
    first = _TYPE.search(text)
    pattern = _BRACKETS if first is not None and first[0][0] in "[【" else _BRACES

    def parse(line: str) -> tuple[str, str] | None:
        if (match := pattern.match(line)) is not None:
            name = clean(match[1]).casefold()
            return _NAMES.get(name, name), match[2]
        opened = _TYPE.search(line[:3000])
        return ("reference type", line[opened.end() :]) if opened else None

    return parse


def _entry(block: tagged.Block) -> Entry | Problem:
    if block.headless:
        return broken(block.number, block.line, "没有开始行 {Reference Type}。", "does not begin with {Reference Type}.")
    title = block.one("title")
    if not title:
        return no_title(block.number, block.line, "Title")
    database = block.one("srcdatabase", "database name")
    word = block.one("reference type")
    kind = endnote.kind_of(word, "") if printed.kind(word) != "other" else endnote.kind_of(word, database)
    people, more = printed.of_tags(block.all("author"))
    addresses = block.all("author address")
    authors, unassigned = printed.authors(people, ";".join(addresses), ";".join(block.all("author")))
    if len(addresses) == len(people) and len(set(addresses)) < len(addresses):  # Wanfang: one line an author
        authors, unassigned = tuple(Author(name, printed.units_of(own)) for name, own in zip(people, addresses, strict=True)), ()
    notes, serials = block.all("notes"), block.all("isbn/issn", "issn", "isbn")
    secondary, tertiary = block.one("secondary title"), block.one("tertiary title")
    venue = {"conference": tertiary or secondary, "newspaper": block.one("secondary title", "journal", "publisher")}.get(
        kind, block.one("journal", "secondary title", "periodical title")
    )
    return Entry(
        block.number,
        block.line,
        title=title,
        published=printed.published(*(t for t in (block.one("year"), block.one("date"), block.one("publication date")) if t)),
        venue=venue if kind not in ("book", "standard", "patent", "thesis") else "",
        kind=kind,
        kind_printed=word,
        title_en=block.one("translated title") if has_hanzi(title) else "",
        authors=authors,
        unassigned_affiliations=unassigned,
        volume=printed.number(block.one("volume")),
        issue=printed.number(block.one("issue")),
        pages=printed.pages(block.one("pages")),
        doi=printed.doi(*block.all("doi", "url", "link")),
        issn=printed.issn(*serials) if kind not in ("book", "standard", "patent") else "",
        isbn=printed.isbn(*serials) if kind != "standard" else "",
        cn_serial=printed.cn_serial(*notes, *block.all("cn")) if kind in ("journal", "newspaper") else "",
        keywords=tuple(dict.fromkeys(w for value in block.all("keywords") for w in printed.keywords(value))),
        abstract=block.one("abstract"),
        language=printed.language(block.one("language")) or ("zh" if has_hanzi(title) else ""),
        conference_name=(secondary or tertiary) if kind == "conference" else "",
        conference_place=block.one("place published") if kind == "conference" else "",
        publisher=block.one("publisher"),
        place=block.one("place published"),
        edition=block.one("edition"),
        identifier=_identifier(block, kind, serials, notes),
        effective_on=printed.published(block.one("trydate")) if kind == "standard" else "",
        database=database,
        doubts=printed.incomplete(more),
    )


def _identifier(block: tagged.Block, kind: str, serials: list[str], notes: list[str]) -> str:
    """The number of a standard stands under ISBN, that of a patent under the kind of work and the notes."""
    if kind == "standard":
        return block.one("isbn", "isbn/issn", "number", "standard number")
    return next(iter([*block.all("patent number", "type of work"), *notes, *serials]), "") if kind == "patent" else ""
