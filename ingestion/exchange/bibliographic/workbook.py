"""Workbooks that databases export: the Excel form of Web of Science, and what Scopus and CNKI write as tables, saved
as a workbook. Their rows become the text that the readers of those formats take."""

from __future__ import annotations

import csv
import html
import io
import zipfile
from pathlib import Path

from ingestion.exchange import tabular
from ingestion.exchange.bibliographic import scopus
from ingestion.exchange.bibliographic.text import MOST_ENTRIES, clean, too_many
from ingestion.principal import OperationError

# the columns of Web of Science's Excel form by the tags of its text form
SAVED = {
    "Publication Type": "PT", "Authors": "AU", "Author Full Names": "AF", "Group Authors": "CA", "Article Title": "TI",
    "Source Title": "SO", "Language": "LA", "Document Type": "DT", "Conference Title": "CT", "Conference Location": "CL",
    "Author Keywords": "DE", "Abstract": "AB", "Addresses": "C1", "Reprint Addresses": "RP", "Funding Orgs": "FU", "ISSN": "SN",
    "eISSN": "EI", "Publication Date": "PD", "Publication Year": "PY", "Volume": "VL", "Issue": "IS", "Start Page": "BP",
    "End Page": "EP", "Article Number": "AR", "DOI": "DI", "Early Access Date": "EA", "Web of Science Index": "WE",
    "UT (Unique WOS ID)": "UT",
}  # fmt: skip
_SIGNS = (("UT (Unique WOS ID)", "Article Title"), ("Title-题名", "Author-作者"), ("EID", "Authors with affiliations"), ("EID", "带归属机构的作者"))
_HEAD = 1 << 18  # bytes of a part looked at: headings come first


def is_workbook(path: Path) -> bool:
    """Whether a workbook bears the headings of such an export; its rows are not read for that."""
    with path.open("rb") as content:
        start = content.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        book = path.read_bytes()
        return any(all(_in_old(sign, book) for sign in signs) for signs in _SIGNS)
    if not start.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(path) as package:
            parts = [name for name in package.namelist() if name in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")]
            texts = []
            for name in parts:
                with package.open(name) as part:
                    texts.append(html.unescape(part.read(_HEAD).decode("utf-8", "replace")))  # some write Chinese as &#24102;
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return False
    return any(all(f">{sign}<" in text for sign in signs) for signs in _SIGNS for text in texts)


def _in_old(sign: str, book: bytes) -> bool:
    return sign.encode("utf-16-le") in book or (sign.isascii() and sign.encode() in book)


def as_text(path: Path, name: str) -> str:
    """The rows of the first sheet that is such an export, as text.

    Raises:
        OperationError: the workbook cannot be read, holds more entries than one import takes, or no such sheet.
    """
    for sheet in tabular.read(path, name).sheets:
        headings = [clean(str(heading)) for heading in sheet.headings]
        names = set(headings)
        if {"Article Title", "Source Title", "UT (Unique WOS ID)"} <= names:
            return _tabbed(sheet, [SAVED.get(heading, heading) for heading in headings])
        if {"Title-题名", "Author-作者"} <= names or scopus.is_heading(headings):
            return _delimited(sheet, headings)
    raise unknown(name)


def _cells(sheet: tabular.Sheet) -> list[list[str]]:
    if sheet.row_count > MOST_ENTRIES:
        raise too_many()
    return [[_shown(value) for value in row.values] for row in sheet.rows()]


def _shown(value: tabular.Value) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else clean(str(value))


def _tabbed(sheet: tabular.Sheet, tags: list[str]) -> str:
    rows = [tags, *_cells(sheet)]
    return "\n".join("\t".join(row) for row in rows)


def _delimited(sheet: tabular.Sheet, headings: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([headings, *_cells(sheet)])
    return out.getvalue()


def unknown(name: str) -> OperationError:
    """The refusal of a workbook that no database exported."""
    return OperationError(
        f"“{name}”是 Excel 工作簿，但不是数据库导出的题录（Web of Science、Scopus、知网自定义）。若是自己整理的清单，请用“批量导入”；否则请从数据库导出文本格式的题录。",
        f"“{name}” is an Excel workbook, but no references exported by a database (Web of Science, Scopus, CNKI custom). Use Import for a list of your own, or export the references as text.",
    )
