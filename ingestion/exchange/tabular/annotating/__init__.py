"""The user's own file with the errors in it: same rows in the same order, same styles, widths and sheets, a last column
错误信息, coloured cells with comments, a sheet 汇总. Corrected and uploaded again it is read as before: the reader passes
over the column and the sheet.

A workbook of the present format is changed part by part: what no error touches is copied as it is, so that nothing of
it is lost however large it is. Other files get a workbook with the same cells (their styles are lost, which the sheet
says), a text table on request a text table.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingestion.exchange.tabular.annotating import patching, rewriting
from ingestion.exchange.tabular.annotating.marks import Counts, Mark, Report
from ingestion.exchange.tabular.book import Book, Sheet

__all__ = ["Counts", "Mark", "annotate", "file_name"]


def annotate(
    book: Book,
    out: Path,
    marks: Iterable[Mark],
    summary: list[tuple[str, object]],
    *,
    sheet: Sheet | str | None = None,
    only_errors: bool = False,
    language: str = "zh",
) -> Counts:
    """Writes ``out``: a workbook, or a text table where it ends in .csv and the source is one.

    ``summary``: lines for the sheet 汇总 in the reader's language, above the counts by column and kind of error.
    ``only_errors``: of the data, exactly the rows with an error (formulas become their values there).

    Raises:
        UnreadableFile: no such sheet.
        ValueError: a mark names a row that the file does not have: counts would not agree.
    """
    table = sheet if isinstance(sheet, Sheet) else book.sheet(sheet)
    report = Report(book, table, list(marks), summary, only_errors, language)
    if out.suffix == ".csv" and book.kind == "csv":
        written = rewriting.as_text(report, out)
    else:
        written = _workbook(report, out)
    missing = report.rows.keys() - written
    if missing:
        out.unlink(missing_ok=True)
        raise ValueError(f"rows not in the file: {sorted(missing)[:5]}")
    return report.counts


def _workbook(report: Report, out: Path) -> set[int]:
    if report.book.kind in ("xlsx", "xlsm"):
        try:
            return patching.workbook(report, out)
        except patching.Unchangeable:
            pass  # some part beside the cells is broken; the cells were read, so they can be given back
    report.styles_lost = True
    return rewriting.as_workbook(report, out)


def file_name(name: str, *, only_errors: bool = False, language: str = "zh", text: bool = False) -> str:
    """What the annotated file of ``name`` is called."""
    stem = name.rsplit(".", 1)[0] or name
    word = {("zh", False): "已标注", ("zh", True): "错误行", ("en", False): "checked", ("en", True): "errors"}[
        "en" if language == "en" else "zh", only_errors
    ]
    return f"{stem}_{word}{'.csv' if text else '.xlsx'}"
