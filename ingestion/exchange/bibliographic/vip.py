"""VIP's custom text (维普 自定义导出): lines that begin ``【题　名】``."""

from __future__ import annotations

import re

from ingestion.exchange.bibliographic import printed, tagged
from ingestion.exchange.bibliographic.entry import Entry, Problem, no_title
from ingestion.exchange.bibliographic.text import has_hanzi, lines

_TITLE = re.compile(r"^\s{0,12}【\s*题\s*名\s*】", re.M)
_LINE = re.compile(r"^\s{0,12}【([^】]{1,20})】\s*(.*)$")
_JOURNAL = re.compile(
    r"(?P<venue>.{1,300}?)[\s.．,，]*(?P<year>(?:19|20)\d\d)[\s,，.年]*(?P<volume>\d[\w-]{0,9})?\s*(?:[(（](?P<issue>[^)）]{1,30})[)）])?[\s:：.．—-]*(?P<pages>.*)"
)


def is_vip(text: str) -> bool:
    return bool(_TITLE.search(text))


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    """An entry begins with its 序号 or, where that was not asked for, with its 题名."""
    rows = lines(text)
    first = next((found[0] for row in rows if (found := _parse(row)) and found[0] in ("序号", "题名")), "题名")
    return tagged.sorted_out(_entry(block) for block in tagged.blocks(rows, _parse, first))


def _parse(line: str) -> tuple[str, str] | None:
    match = _LINE.match(line)
    return ("".join(match[1].split()), match[2]) if match else None


def _entry(block: tagged.Block) -> Entry | Problem:
    title = block.one("题名")
    if not title:
        return no_title(block.number, block.line, "题名")
    listed = block.one("作者")
    people, more = printed.of_tags([listed] if listed else [])
    authors, unassigned = printed.authors(people, block.one("机构"), listed)
    source = block.one("刊名", "出处")
    where = _JOURNAL.fullmatch(source)
    return Entry(
        block.number,
        block.line,
        title=title,
        title_en=block.one("英文题名"),
        published=printed.published(*(t for t in (where["year"] if where else "", block.one("年份"), block.one("出版日期")) if t)),
        venue=where["venue"] if where else source,
        authors=authors,
        unassigned_affiliations=unassigned,
        volume=printed.number((where and where["volume"]) or block.one("卷")),
        issue=printed.number((where and where["issue"]) or block.one("期")),
        pages=printed.pages(block.one("页码") or (where["pages"] if where else "")),
        doi=printed.doi(block.one("DOI")),
        issn=printed.issn(block.one("ISSN号", "ISSN")),
        cn_serial=printed.cn_serial(block.one("CN号", "CN")),
        keywords=printed.keywords(block.one("关键词")),
        abstract=block.one("文摘", "摘要"),
        language="zh" if has_hanzi(title) else "",
        funding=block.one("基金", "资助基金"),
        doubts=printed.incomplete(more),
    )
