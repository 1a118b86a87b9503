"""Bibliographic files → neutral entries, the format told by the content and not by the name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingestion.exchange.bibliographic import (
    bibtex,
    cnki,
    cnki_table,
    cssci,
    endnote,
    gbt7714,
    noteexpress,
    pubmed,
    ris,
    scopus,
    vip,
    workbook,
    wos,
)
from ingestion.exchange.bibliographic.entry import KIND_WORDS, Author, Doubt, Entries, Entry, Kind, Problem
from ingestion.exchange.bibliographic.printed import preprint
from ingestion.exchange.bibliographic.text import check, load, plain
from ingestion.exchange.bibliographic.text import read as text_of
from ingestion.principal import OperationError

__all__ = [
    "FORMATS", "KIND_WORDS", "Author", "Doubt", "Entries", "Entry", "Format", "Kind", "Problem", "is_workbook", "parse", "read", "read_bytes",
    "recognised", "recognised_bytes", "text_of",
]  # fmt: skip

Reader = Callable[[str], tuple[list[Entry], list[Problem]]]


@dataclass(frozen=True)
class Format:
    """A format by its id. ``known`` says whether a text is of it; ``read`` may raise ``OperationError`` for a file
    beyond its limits, and nothing else."""

    id: str
    zh: str
    en: str
    known: Callable[[str], bool]
    read: Reader


FORMATS: tuple[Format, ...] = (  # asked in this order: what cannot be mistaken comes first
    Format("wos_tab", "Web of Science 制表符分隔", "Web of Science, tab-delimited", wos.is_tabbed, wos.read_tabbed),
    Format("wos", "Web of Science 纯文本", "Web of Science plain text", wos.is_tagged, wos.read_tagged),
    Format("cssci", "CSSCI", "CSSCI", cssci.is_cssci, cssci.read),
    Format("vip", "维普自定义", "VIP custom text", vip.is_vip, vip.read),
    Format("scopus", "Scopus CSV", "Scopus CSV", scopus.is_scopus, scopus.read),
    Format("noteexpress", "NoteExpress", "NoteExpress", noteexpress.is_noteexpress, noteexpress.read),
    Format("pubmed", "PubMed (nbib)", "PubMed (nbib)", pubmed.is_nbib, pubmed.read),
    Format("ris", "RIS", "RIS", ris.is_ris, ris.read),
    Format("endnote", "EndNote", "EndNote", endnote.is_endnote, endnote.read),
    Format("refworks", "RefWorks", "RefWorks", cnki.is_refworks, cnki.read_refworks),
    Format("cnki_table", "知网自定义表格", "CNKI custom table", cnki_table.is_table, cnki_table.read),
    Format("cnki", "知网自定义 / 知网研学", "CNKI custom or E-Study", cnki.is_custom, cnki.read_custom),
    Format("bibtex", "BibTeX", "BibTeX", bibtex.is_bibtex, bibtex.read),
    Format("gbt7714", "GB/T 7714 参考文献列表", "GB/T 7714 reference list", gbt7714.is_list, gbt7714.read),
)


def read(path: Path | str, name: str | None = None) -> Entries:
    """All entries of a file and every problem found. ``name``: what the user calls the file.

    Raises:
        OperationError: no file, not text, none of the known formats, or beyond their limits.
    """
    path = Path(path)
    if is_workbook(path):
        return parse(workbook.as_text(path, name or path.name), "Excel", name or path.name)
    text, encoding = load(path, name)
    return parse(text, encoding, name or path.name)


def read_bytes(data: bytes, name: str) -> Entries:
    """As ``read``, from an upload."""
    text, encoding = text_of(data, name)
    return parse(text, encoding, name)


def is_workbook(path: Path) -> bool:
    """Whether a file is references that a database exported as a workbook."""
    return path.is_file() and workbook.is_workbook(path)


def recognised(text: str) -> Format | None:
    return next((one for one in FORMATS if one.known(text)), None)


def recognised_bytes(head: bytes) -> Format | None:
    """As ``recognised``, by the first bytes of a file, which may end inside a character or hold what is no text: a
    reader of the whole file then says what is wrong with it."""
    for cut in range(4):
        try:
            text, _encoding = text_of(head[: len(head) - cut], "")
        except OperationError:
            continue
        return recognised(text)
    if b"\0" in head:
        return None
    found = (recognised(head.decode(codec, "replace")) for codec in ("utf-8", "gb18030"))
    return next((one for one in found if one is not None), None)


def parse(text: str, encoding: str = "UTF-8", name: str = "") -> Entries:
    """As ``read``, from text, such as pasted references."""
    text = text.replace("\0", "")
    shown = f"文件“{name}”" if name else "这段文字"
    shown_en = f"“{name}”" if name else "this text"
    check(text, shown, shown_en)
    format_ = recognised(text)
    if format_ is None:
        raise OperationError(
            f"{shown}的格式不能识别；可导入：{'、'.join(one.zh for one in FORMATS)}。表格清单请用“批量导入”。",
            f"The format of {shown_en} is not known; there can be imported: {', '.join(one.en for one in FORMATS)}. Use Import for a table of your own.",
        )
    entries, problems = format_.read(text)
    if not entries and not problems:
        raise OperationError(
            f"内容是 {format_.zh} 格式，但没有一条题录。", f"This is {format_.en}, but holds no reference."
        )
    return Entries(format_.id, encoding, tuple(map(_read_by_people, entries)), (*problems, *_also(text, format_)))


def _read_by_people(entry: Entry) -> Entry:
    """Titles, names of journals, keywords and abstracts without markup; what all formats may leave in doubt."""
    printed = {name: getattr(entry, name) for name in ("title", "title_en", "venue", "publisher", "abstract")}
    changed: dict[str, Any] = {name: shown for name, text in printed.items() if (shown := plain(text)) != text}
    keywords = tuple(plain(word) for word in entry.keywords)
    if keywords != entry.keywords:
        changed["keywords"] = keywords
    if preprint(entry.venue):
        changed["doubts"] = (*entry.doubts, Doubt(f"“{entry.venue[:40]}”是预印本平台，请核对是否已正式发表", f"“{entry.venue[:40]}” is a preprint server; see whether it has been published since"))
    return replace(entry, **changed) if changed and changed.get("title", "-") else entry


def _also(text: str, chosen: Format) -> list[Problem]:
    """A file put together from several formats is read in one only; what is left is told."""
    return [
        Problem(
            0,
            1,
            f"文件按 {chosen.zh} 读取；其中还有 {other.zh} 格式的内容，没有读取，请分开导入。",
            f"The file was read as {chosen.en}; it also holds {other.en}, which was not read. Import them apart.",
        )
        for other in FORMATS
        if other.id not in (chosen.id, "gbt7714", "scopus", "wos_tab", "cnki_table") and other.known(text)
    ]
