"""A workbook of one long sheet, its rows streamed into the zip: a third of the time xlsxwriter takes for them.

xlsxwriter makes the shell (styles, widths, headings, 导出说明); the rows, which are nearly all of the file, are
written here as the format's plain XML, inline strings like xlsxwriter's own in constant memory. The shell is made
twice, which costs milliseconds: once for the part before the rows and the styles' numbers, once more for the other
sheets, whose lines tell the rows' hash.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from ingestion.exchange.layout import Cell
from ingestion.principal import OperationError

SHEET = "xl/worksheets/sheet1.xml"
FIRST = ("[Content_Types].xml", "_rels/.rels")  # by these many programs know what the zip is
MOST_ROWS = 1_048_575  # below the heading
BATCH = 500
LINE, MOST_LINES = 15, 6  # points; lines a row shows
BIG = 100_000  # rows from which the entry may pass 2 GB and needs the longer zip header
_DAY_ZERO = date(1899, 12, 30)
_ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")
_CELL = re.compile(r'<c r="([A-Z]+)2"(?: s="([0-9]+)")?')


class TooMany(OperationError):
    def __init__(self, rows: int) -> None:
        super().__init__(
            f"共 {rows:,} 条，超过工作表的上限 {MOST_ROWS:,} 行，未生成文件。请改用 CSV。",
            f"{rows:,} records are more than the {MOST_ROWS:,} rows a sheet holds; no file was made. Choose CSV.",
        )


Shell = Callable[[io.BytesIO], None]


def write(path: Path, width: int, count: int, rows: Iterable[Sequence[Cell]], shell: Callable[[bool], Shell]) -> int:
    """Writes the workbook; gives the number of rows written. ``shell(done)`` gives what writes the workbook around
    the rows: first sheet with its heading in row 1 and one cell a column in row 2 that bears the column's style.
    Called with False before the rows and with True after them. ``rows`` have passed ``writing.checked``."""
    if count > MOST_ROWS:
        raise TooMany(count)
    before = _built(shell(False))
    head, tail, styles = _parts(before, width, count)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        with zipfile.ZipFile(before) as around:
            for name in FIRST:
                out.writestr(name, around.read(name), zipfile.ZIP_DEFLATED)
        with out.open(SHEET, "w", force_zip64=count > BIG) as sheet:
            sheet.write(head)
            written = _stream(sheet, rows, styles)
            sheet.write(tail)
        with zipfile.ZipFile(_built(shell(True))) as around:
            for entry in around.infolist():
                if entry.filename not in (SHEET, *FIRST):
                    out.writestr(entry, around.read(entry), zipfile.ZIP_DEFLATED)
    return written


def _built(write_shell: Shell) -> io.BytesIO:
    target = io.BytesIO()
    write_shell(target)
    target.seek(0)
    return target


def _parts(shell: io.BytesIO, width: int, count: int) -> tuple[bytes, bytes, list[str]]:
    """What stands before the rows and after them, and each column's style."""
    with zipfile.ZipFile(shell) as around:
        text = around.read(SHEET).decode()
    sample = text.index('<row r="2"')
    end = text.index("</sheetData>", sample)
    styles = {found[1]: f' s="{found[2]}"' if found[2] else "" for found in _CELL.finditer(text, sample, end)}
    letters = [xl_col_to_name(column) for column in range(width)]
    head = re.sub('<dimension ref="[^"]*"/>', f'<dimension ref="A1:{letters[-1]}{count + 1}"/>', text[:sample], count=1)
    return head.encode(), text[end:].encode(), [styles[letter] for letter in letters]


def _stream(sheet: Any, rows: Iterable[Sequence[Cell]], styles: Sequence[str]) -> int:
    # the opening of each column's cell; between the two parts stands the row's number
    opened = [(f'<c r="{xl_col_to_name(column)}', f'"{style}') for column, style in enumerate(styles)]
    held: list[str] = []
    number = 1
    for number, row in enumerate(rows, 2):
        parts = [""]
        lines = 0
        for (before, after), cell in zip(opened, row, strict=True):
            if cell is None:
                continue
            if type(cell) is str:
                parts.append(f'{before}{number}{after} t="inlineStr"><is><t{_text(cell)}</t></is></c>')
                if "\n" in cell:
                    lines = max(lines, cell.count("\n"))
            elif isinstance(cell, date):
                parts.append(f"{before}{number}{after}><v>{(cell - _DAY_ZERO).days}</v></c>")
            else:
                parts.append(f"{before}{number}{after}><v>{cell}</v></c>")
        # not every program fits a row to its lines; a paper with a hundred authors is not shown whole
        high = f' ht="{LINE * min(lines + 1, MOST_LINES)}" customHeight="1"' if lines else ""
        parts[0] = f'<row r="{number}"{high}>'
        parts.append("</row>")
        held.append("".join(parts))
        if len(held) >= BATCH:
            sheet.write("".join(held).encode())
            held.clear()
    sheet.write("".join(held).encode())
    return number - 1


def _text(words: str) -> str:
    """The end of the opening tag, and the escaped text."""
    if "_x" in words:  # what looks like the format's own escapes
        words = _ESCAPE.sub(lambda found: f"_x005F{found[0]}", words)
    if "&" in words:
        words = words.replace("&", "&amp;")
    if "<" in words:
        words = words.replace("<", "&lt;")
    if ">" in words:
        words = words.replace(">", "&gt;")
    if "\r" in words:
        words = words.replace("\r", "_x000D_")
    if words and (words[0] <= " " or words[-1] <= " " or "\n" in words):
        return f' xml:space="preserve">{words}'
    return f">{words}"
