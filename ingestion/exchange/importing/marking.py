"""What a batch says of its rows, as marks in the user's own file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from ingestion.exchange import tabular
from ingestion.exchange.importing import batches, kept
from ingestion.exchange.importing.listed import as_table, is_listing
from ingestion.exchange.importing.options import COUNT_WORDS, COUNTS, Finding, RowView
from ingestion.exchange.tabular import Book, Mark, Sheet
from ingestion.exchange.tabular import limits as tabular_limits
from ingestion.principal import OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import Store, UnitOfWork

SEVERITIES = {"error": "error", "warning": "warning", "gap": "warning"}


def of_batch(uow: UnitOfWork, actor: Principal, batch_id: int) -> Iterator[Mark]:
    """The marks of every row of the batch. Only the rows counted as errors have errors: the file that holds only
    wrong rows has exactly as many as the batch counts."""
    batch = batches.row_of(uow, actor, batch_id)
    r = p.import_row
    rows: Any = uow.conn.execute(select(r).where(r.c.batch_id == batch_id).order_by(r.c.row))
    for row in rows:
        yield from of_row(_view(batch.type, row))


def _view(type_id: str, row: Row[Any]) -> RowView:
    return batches.row_view(type_id, row)


def of_row(row: RowView) -> Iterator[Mark]:
    wrong = row.result == "error"
    for finding in row.issues:
        yield _mark(row.row, finding, "error" if wrong and finding.severity == "error" else "warning")
    for named in row.people:
        who = "；".join(" ".join((c.staff_no, c.name, c.college)) for c in named.candidates[:5])
        who_en = "; ".join(" ".join((c.staff_no, c.name, c.college)) for c in named.candidates[:5])
        yield Mark(
            row.row, None, f"请为“{named.name}”选择人员或填写工号：{who}", f"Choose the person for “{named.name}” or give the staff number: {who_en}",
            "warning", "待选人员", "Somebody to be chosen",
        )  # fmt: skip


def _mark(row: int, finding: Finding, severity: Any) -> Mark:
    return Mark(row, finding.index, finding.zh, finding.en, severity)


def annotate(store: Store, actor: Principal, batch_id: int, out: Path, *, only_errors: bool = False, language: str = "zh") -> tabular.Counts:
    """Write the batch's own file with its errors marked. Raises ``OperationError`` where the file is kept no longer,
    or the counts would not agree."""
    with store.read(actor.university_code) as uow:
        row = batches.row_of(uow, actor, batch_id)
        batch = batches.get(uow, actor, batch_id)
        marks = list(of_batch(uow, actor, batch_id))
    with kept.opened(batch_id, row.file_name) as path:
        if is_listing(path, row.file_name):
            path, numbers = as_table(path, row.file_name)
            marks = [replace(mark, row=numbers[mark.row]) for mark in marks]
        book = tabular.read(path, row.file_name, tabular_limits.widest())
        return _written(book, book.sheet(batch.sheet or None), marks, batch.counts, out, only_errors, language)


def write(book: Book, sheet: Sheet, rows: Iterable[RowView], counts: Mapping[str, int], out: Path, *, language: str = "zh") -> tabular.Counts:
    """The same of rows just judged, that no batch keeps."""
    return _written(book, sheet, [mark for row in rows for mark in of_row(row)], counts, out, False, language)


def _written(
    book: Book, sheet: Sheet, marks: list[Mark], counts: Mapping[str, int], out: Path, only_errors: bool, language: str
) -> tabular.Counts:
    at = 1 if language == "en" else 0
    summary: list[tuple[str, object]] = [(COUNT_WORDS[name][at], counts.get(name, 0)) for name in COUNTS]
    marked = tabular.annotate(book, out, marks, summary, sheet=sheet, only_errors=only_errors, language=language)
    if marked.rows != counts.get("error", 0):
        out.unlink(missing_ok=True)
        raise OperationError("标注的错误行数与校验结果不一致，请重新校验。", "The marked rows are not as many as the check counted; check the file again.")
    return marked
