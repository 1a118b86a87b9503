"""Whatever tables universities have, read as rows, and their own file given back with the errors marked in it."""

from __future__ import annotations

import time
from pathlib import Path

from ingestion.exchange.tabular import delimited, kinds, ole, package, tables
from ingestion.exchange.tabular.annotating import Counts, Mark, annotate, file_name
from ingestion.exchange.tabular.book import Book, Note, Problem, Row, Sheet, Value, no_table
from ingestion.exchange.tabular.kinds import UnreadableFile
from ingestion.exchange.tabular.limits import LIMITS, Limits
from ingestion.exchange.tabular.package import letters
from ingestion.exchange.tabular.spool import Spool, fill, refusal

__all__ = [
    "LIMITS", "Book", "Counts", "Limits", "Mark", "Note", "Problem", "Row", "Sheet", "UnreadableFile", "Value", "annotate", "file_name",
    "letters", "read",
]  # fmt: skip


def read(path: Path, name: str | None = None, limits: Limits = LIMITS, scratch: Path | None = None) -> Book:
    """The tables of a file, known by its content; ``name`` is what the user calls it.

    The file is read once here, into a nameless file in ``scratch`` that ends with the book; rows come from there.
    Costs at most 1.5 times the bare reading of a workbook, and little memory.

    Raises:
        UnreadableFile: an OperationError of one sentence that says what to do.
    """
    shown, begun = kinds.shown(name or path.name), time.thread_time()
    kind = kinds.sniff(path, shown, limits)
    spool = Spool(scratch)
    encoding: str | None = None
    template: tuple[str, str] | None = None
    facts: dict[str, package.Facts] = {}
    parts: dict[str, str] = {}
    match kind:
        case "csv":
            text, sheet = delimited.spool(path, shown, limits, spool.file)
            sheets, encoding = [sheet], text.encoding
        case "ole":
            facts, size = ole.examine(path, shown)
            sheets, kind = fill(spool, "workbook", path, shown, limits, size, facts), "xls"
        case "zip":
            found = package.examine(path, shown, limits)
            facts, kind, parts = found.facts, found.kind, found.parts
            template = template_of(found.properties)
            sheets = fill(spool, "workbook", path, shown, limits, found.unpacked, facts, spent=time.thread_time() - begun)
        case _:
            encoding = kinds.markup_encoding(path, shown, kind)
            sheets = fill(spool, kind, path, shown, limits, path.stat().st_size, encoding=encoding)
    found_tables = [
        table for sheet in sheets for table in tables.of_sheet(sheet, facts.get(sheet["name"]) or _facts(sheet), spool)
    ]
    if not found_tables:
        raise no_table(shown)
    for table in found_tables:
        if not table.hidden and table.row_count > limits.rows:
            raise refusal({"failed": "rows", "sheet": table.name}, shown, limits)
    delimiter = text.delimiter if kind == "csv" else None
    ours = tuple(sheet["name"] for sheet in sheets if tables.is_ours(sheet))
    return Book(path, shown, kind, encoding, delimiter, tuple(found_tables), template, ours, parts)


def _facts(sheet: dict[str, object]) -> package.Facts:
    """What SpreadsheetML says beside its values."""
    told = sheet.get("facts")
    if not isinstance(told, dict):
        return package.Facts()
    return package.Facts(
        hidden_rows=told["hidden_rows"],
        errors={(row, column): word for row, column, word in told["errors"]},
        without_result=set(map(tuple, told["without_result"])),
    )


def template_of(properties: dict[str, str]) -> tuple[str, str] | None:
    """Type and version, as the template's own properties name them."""
    type_id, version = properties.get("yanshu_type"), properties.get("yanshu_template")
    return (type_id, version or "") if type_id else None
