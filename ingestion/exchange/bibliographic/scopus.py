"""Scopus CSV: quoted cells with commas and line breaks in them, authors with their numbers behind the names."""

from __future__ import annotations

import re

from ingestion.exchange.bibliographic import delimited, names, printed, tagged
from ingestion.exchange.bibliographic.entry import Author, Entry, Problem, broken, no_title
from ingestion.exchange.bibliographic.text import clean, lines

_ID = re.compile(r"\s*\(\d{5,}\)\s*$")
_NEEDED = {"Title", "Year"}
_CHINESE = {  # the columns as the Chinese pages name them
    "作者": "Authors", "作者全名": "Author full names", "作者 ID": "Author(s) ID", "文献标题": "Title", "标题": "Title", "年份": "Year",
    "来源出版物名称": "Source title", "卷": "Volume", "期": "Issue", "论文编号": "Art. No.", "起始页码": "Page start",
    "结束页码": "Page end", "归属机构": "Affiliations", "带归属机构的作者": "Authors with affiliations", "摘要": "Abstract",
    "作者关键字": "Author Keywords", "通讯地址": "Correspondence Address", "出版商": "Publisher", "原始文献语言": "Language of Original Document",
    "文献类型": "Document Type", "出版阶段": "Publication Stage", "来源出版物": "Source", "会议名称": "Conference name",
    "会议日期": "Conference date", "会议地点": "Conference location", "出资详情": "Funding Details",
}  # fmt: skip

Row = dict[str, str]


def is_scopus(text: str) -> bool:
    row = lines(text[:20_000])[0]
    return is_heading(delimited.cells(row, delimited.mark(row)))


def is_heading(cells: list[str]) -> bool:
    head = {_CHINESE.get(name, name) for name in cells}
    return _NEEDED <= head and bool(head & {"Source title", "EID"}) and any(name.startswith("Author") for name in head)


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    """A row with another number of cells than the heading, or with a quotation mark left open, is named."""
    rows = lines(text)
    delimiter = delimited.mark(rows[0])
    heading = _heading(rows[0])
    return tagged.sorted_out(
        _checked(number, line, cells, heading) for number, (line, cells) in enumerate(delimited.rows(rows, delimiter, len(heading)), start=1)
    )


def _heading(row: str) -> list[str]:
    return [_CHINESE.get(name, name) for name in delimited.cells(row, delimited.mark(row))]


def _checked(number: int, line: int, cells: list[str] | None, heading: list[str]) -> Entry | Problem:
    if cells is None:
        return broken(number, line, "引号没有成对，无法读取。", "a quotation mark is not closed.")
    if len(cells) != len(heading):
        return broken(number, line, f"有 {len(cells)} 列，表头有 {len(heading)} 列。", f"has {len(cells)} columns, the heading has {len(heading)}.")
    return _entry(number, line, {name: clean(cell) for name, cell in zip(heading, cells, strict=True)})


def _entry(number: int, line: int, row: Row) -> Entry | Problem:
    title = row.get("Title", "")
    if not title or title == "[No title available]":
        return no_title(number, line, "Title")
    word = row.get("Document Type", "")
    kind = printed.kind(word) if word else "journal"
    kind = "journal" if kind == "other" and row.get("Source title") else kind
    authors, more = _authors(row)
    pages = printed.pages(row.get("Page start", ""), row.get("Page end", "")) or row.get("Art. No.", "")
    return Entry(
        number,
        line,
        title=title,
        published=printed.published(row.get("Year", "")),
        venue=row.get("Source title", "") if kind != "book" else "",
        kind=kind,
        kind_printed=word,
        authors=authors,
        volume=row.get("Volume", ""),
        issue=row.get("Issue", ""),
        pages=pages,
        doi=printed.doi(row.get("DOI", "")),
        issn=printed.issn(row.get("ISSN", "").zfill(8) if row.get("ISSN", "").isdecimal() else row.get("ISSN", "")),
        isbn=printed.isbn(row.get("ISBN", "")),
        accession=row.get("EID", ""),
        indexes=("SCOPUS",),
        keywords=printed.keywords(row.get("Author Keywords", "")),
        abstract="" if row.get("Abstract", "").startswith("[No abstract") else row.get("Abstract", ""),
        language=printed.language(row.get("Language of Original Document", "")),
        conference_name=row.get("Conference name", ""),
        conference_place=row.get("Conference location", ""),
        conference_on=printed.published(row.get("Conference date", "").split(" through ")[0]),
        publisher=row.get("Publisher", ""),
        funding=row.get("Funding Details", "")[:1000],
        stage="3" if row.get("Publication Stage", "").casefold() in ("aip", "article in press") else "",
        doubts=printed.incomplete(more),
    )


def _authors(row: Row) -> tuple[tuple[Author, ...], bool]:
    """Full names where the export has them, each with the units its own cell names."""
    full = [_ID.sub("", name) for name in row.get("Author full names", "").split(";")]
    found = [name for part in full if (name := names.one(part))]
    more = False
    if not found and row.get("Authors", "") != "[No author name available]":
        found_, more = names.split(row.get("Authors", ""))
        found = list(found_)
    units = [unit for part in row.get("Affiliations", "").split(";") if (unit := clean(part))]
    parts = [clean(part) for part in row.get("Authors with affiliations", "").split(";")]
    corresponding = _corresponding(row.get("Correspondence Address", ""), found)
    authors = []
    for i, name in enumerate(found[: names.MOST]):
        own = parts[i] if len(parts) == len(found) else ""
        held = sorted((unit for unit in units if unit in own), key=own.find) if own else []
        authors.append(Author(name, tuple(dict.fromkeys(held or (units if len(found) == 1 else ()))), name == corresponding))
    return tuple(authors), more or len(found) > names.MOST


def _corresponding(address: str, found: list[str]) -> str:
    """The one author ``K. Xiao`` can mean."""
    match = re.match(r"((?:[^\W\d_]\.[\s-]?)+)\s*([^;,]+)", address)
    if match is None:
        return ""
    initial, surname = match[1][0].casefold(), clean(match[2]).casefold()
    meant = [
        name
        for name in found
        if name.casefold().startswith(surname + ",") and name.partition(",")[2].strip()[:1].casefold() == initial
    ]
    return meant[0] if len(meant) == 1 else ""
