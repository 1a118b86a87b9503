"""A program of its own: reads an untrusted workbook and writes its rows to a spool file.

Started by ``ingestion.exchange.tabular.spool`` under limits of memory and processor time; imports nothing of the
product. The reader of workbooks ends its whole process on some hostile sheets (a value in A1 and one in
XFD1048576 is asked as one range of 17 thousand million cells), so it never runs in a process that serves anybody.

One JSON object comes in on standard input. Rows go to the spool in batches, each marshalled as a list of columns:
that is quicker than rows, and half of all columns need no look at their single values. One marshalled object goes
out on standard output: the sheets with the place of their batches, or ``{"failed": reason}``.
"""

from __future__ import annotations

import gc
import json
import marshal
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

BATCH = 500
HEAD = 80  # rows told whole, for finding the header
TAIL = 12  # and at the end, for finding totals and signatures
BLOCKS = 50
SAMPLE = 3  # rows told of each block after a blank row
EXACT = 1e15
MERGES = 200_000
TOTALS = frozenset(("合计", "总计", "小计", "共计", "累计", "总数", "合 计", "总 计", "小 计", "合计：", "总计：", "合计:", "Total", "TOTAL", "total"))
PLAIN = (str, int, float, bool, type(None))


class Failed(Exception):
    """``reason``: damaged, password, rows, columns, sheets, empty."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.values = {"failed": reason, **values}


def main() -> None:
    gc.disable()  # millions of lists and no circles: looking for them is a tenth of the time
    request = json.loads(sys.stdin.buffer.read())
    sys.path += request["packages"]
    _limit(request["memory"], request["seconds"], request["disk"])
    answer: dict[str, Any]
    try:
        answer = {"sheets": _counted(READERS[request["kind"]](request, os.fdopen(request["fd"], "wb")), request["limits"]["sheets"])}
    except Failed as failed:
        answer = failed.values
    except MemoryError:
        answer = {"failed": "memory"}
    except Exception:
        answer = {"failed": "damaged"}
    sys.stdout.buffer.write(marshal.dumps(answer))


def _counted(sheets: Iterator[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    out = list(islice(sheets, most + 1))
    if len(out) > most:
        raise Failed("sheets")
    return out


def _limit(memory: int, seconds: int, disk: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, disk), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))


# --- rows to the spool ----------------------------------------------------------------------------------

Rows = Iterable[tuple[int, list[Any]]]


class Writer:
    """Takes the rows of one sheet. Blank ones leave no trace but their number."""

    def __init__(self, out: Any, limits: dict[str, int]) -> None:
        self.out = out
        self.limits = limits
        self.batches: list[tuple[int, int]] = []
        self.head: list[tuple[int, tuple[Any, ...]]] = []
        self.tail: list[tuple[int, tuple[Any, ...]]] = []
        self.blocks: list[tuple[int, list[tuple[int, tuple[Any, ...]]]]] = []
        self.rows = 0
        self.filled: list[int] = []
        self.totals: list[tuple[int, tuple[Any, ...]]] = []
        self.last = 0
        self._follow = 0

    def take(self, numbers: list[int], rows: list[list[Any]]) -> None:
        """Rows of one width, none of them blank; numbers count from 1."""
        self.rows += len(rows)
        if self.rows > self.limits["rows"] + HEAD:
            raise Failed("rows")
        dates: list[int] = []
        columns: list[tuple[Any, ...]] = []
        for at, column in enumerate(zip(*rows, strict=True)):
            if at == len(self.filled):
                self.filled.append(0)
            blank = column.count("")
            self.filled[at] += len(column) - blank
            columns.append(_column(column, blank, at, dates))
        if len(columns) > self.limits["columns"]:
            for at, column in enumerate(columns[self.limits["columns"] :], start=self.limits["columns"]):
                for number, value in zip(numbers, column, strict=True):
                    if value is not None:
                        raise Failed("columns", row=number, column=at)
            del columns[self.limits["columns"] :], self.filled[self.limits["columns"] :]
        self._remember(numbers, columns)
        payload = marshal.dumps((numbers, columns, dates))
        self.batches.append((self.out.tell(), len(payload)))
        self.out.write(payload)

    def _remember(self, numbers: list[int], columns: list[tuple[Any, ...]]) -> None:
        """What the reader wants of single rows. Rows are put together for it only where needed."""

        def rows(first: int = 0, last: int | None = None) -> list[tuple[int, tuple[Any, ...]]]:
            cut = (column[first:last] for column in columns)
            return list(zip(numbers[first:last], zip(*cut, strict=True), strict=True))

        if len(self.head) < HEAD:
            self.head += rows(0, HEAD - len(self.head))
        kept = self.tail if len(numbers) < TAIL else []
        self.tail = (kept + rows(-TAIL))[-TAIL:]
        if len(self.totals) < MERGES and any(not TOTALS.isdisjoint(column) for column in columns[:3]):
            self.totals += [one for one in rows() if not TOTALS.isdisjoint(one[1][:3])]
        if self.last + len(numbers) == numbers[-1] and not self._follow:
            self.last = numbers[-1]  # no blank row among them
            return
        for number, row in rows():
            if number > self.last + 1 and len(self.blocks) < BLOCKS:
                self.blocks.append((number, []))
                self._follow = SAMPLE
            if self._follow and self.blocks:
                self.blocks[-1][1].append((number, row))
                self._follow -= 1
            self.last = number

    def told(self, name: str, hidden: bool, merges: list[tuple[int, int, int, int]]) -> dict[str, Any]:
        return {
            "name": name, "hidden": hidden, "batches": self.batches, "head": self.head, "tail": self.tail, "rows": self.rows,
            "blocks": self.blocks, "filled": self.filled, "totals": self.totals,
            "merges": merges, "last": self.last,
        }  # fmt: skip


def _column(column: tuple[Any, ...], blank: int, at: int, dates: list[int]) -> tuple[Any, ...]:
    if blank == len(column):
        return (None,) * blank
    kinds = set(map(type, column))
    if float in kinds:
        column = tuple(int(v) if type(v) is float and v.is_integer() and -EXACT < v < EXACT else v for v in column)
    if not kinds.issubset(PLAIN):
        dates.append(at)
        column = tuple(v if type(v) in PLAIN else _date(v) for v in column)
    return tuple(None if v == "" else v for v in column) if blank else column


def _date(value: Any) -> Any:
    """Dates as numbers of their parts: the spool holds plain values only."""
    if isinstance(value, datetime):
        parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
        return parts if any(parts[3:]) else parts[:3]
    if isinstance(value, date):
        return value.year, value.month, value.day
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)


def write(rows: Rows, writer: Writer) -> None:
    """Rows of any width, possibly blank."""
    kept: list[list[Any]] = []
    numbers: list[int] = []
    for number, row in rows:
        if row.count("") == len(row):
            continue
        numbers.append(number)
        kept.append(row)
        if len(kept) == BATCH:
            writer.take(numbers, _padded(kept))
            numbers, kept = [], []
    if kept:
        writer.take(numbers, _padded(kept))


def _padded(rows: list[list[Any]]) -> list[list[Any]]:
    width = max(map(len, rows))
    return [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]


# --- workbooks ------------------------------------------------------------------------------------------


def workbook(request: dict[str, Any], out: Any) -> Iterator[dict[str, Any]]:
    import python_calamine as calamine

    try:
        # an open file is known by its content, a path by its ending, which lies
        book = calamine.load_workbook(open(request["path"], "rb"))
    except calamine.PasswordError:
        raise Failed("password") from None
    if len(book.sheets_metadata) > request["limits"]["sheets"]:
        raise Failed("sheets")  # many may name one part, and each costs its reading
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        writer = Writer(out, request["limits"])
        try:
            merges = _sheet(book.get_sheet_by_name(meta.name), writer, frozenset(request["keep"].get(meta.name, ())))
        except Failed as failed:
            if hidden:
                continue  # nobody sees it, nobody misses it
            raise Failed(**{"reason" if k == "failed" else k: v for k, v in failed.values.items()}, sheet=meta.name) from None
        yield writer.told(meta.name, hidden, merges)
    out.flush()


def _sheet(sheet: Any, writer: Writer, keep: frozenset[int]) -> list[tuple[int, int, int, int]]:
    """Writes the rows; ``keep``: those that only seem blank, because the reader tells no error values."""
    if sheet.start is None:
        return []
    rows = sheet.iter_rows()
    width = sheet.end[1] + 1
    number = 1
    before = [""] * sheet.start[1]  # rows come from the first on, columns from the first that holds something
    while batch := list(islice(rows, BATCH)):
        if before:
            batch = [before + row for row in batch]
        numbers = list(range(number, number + len(batch)))
        number += len(batch)
        blank = [row[0] == "" and row.count("") == len(row) for row in batch]
        if keep:
            blank = [empty and n not in keep for n, empty in zip(numbers, blank, strict=True)]
        if any(blank):
            numbers = [n for n, empty in zip(numbers, blank, strict=True) if not empty]
            batch = [row for row, empty in zip(batch, blank, strict=True) if not empty]
        if batch:
            writer.take(numbers, batch)
    for after in sorted(n for n in keep if n >= number):
        writer.take([after], [[""] * width])
    merges = sheet.merged_cell_ranges or []
    last = max(number - 1, *keep) if keep else number - 1
    return [
        (r1 + 1, c1, min(r2 + 1, last), min(c2, width - 1))
        for (r1, c1), (r2, c2) in merges[:MERGES]
        if r1 < last and c1 < width
    ]


# --- tables written as markup ---------------------------------------------------------------------------


class Grid:
    """Cells that span columns and rows, given one row after the other: each stands in its first place."""

    def __init__(self) -> None:
        self.merges: list[tuple[int, int, int, int]] = []
        self._taken: dict[int, int] = {}  # column → rows still covered from above

    def place(self, number: int, cells: list[tuple[int | None, Any, int, int]]) -> list[Any]:
        """Cells as (column or None for the next one, value, columns, rows)."""
        row: list[Any] = []
        at = 0
        covered = {column for column, left in self._taken.items() if left > 0}
        for column, value, wide, high in cells:
            at = at if column is None else column
            while at in covered and column is None:
                at += 1
            if at > 20_000:
                raise Failed("columns")
            row += [""] * (at + 1 - len(row))
            row[at] = value
            wide, high = max(1, min(wide, 1_000)), max(1, min(high, 1_000_000))
            if (wide > 1 or high > 1) and len(self.merges) < MERGES:
                self.merges.append((number, at, number + high - 1, at + wide - 1))
            if high > 1:
                for one in range(at, at + wide):
                    self._taken[one] = high
            at += wide
        self._taken = {column: left - 1 for column, left in self._taken.items() if left > 1}
        return row


def html(request: dict[str, Any], out: Any) -> Iterator[dict[str, Any]]:
    """Every table that holds no table of its own."""
    from lxml import etree

    path, encoding = request["path"], request["encoding"]
    found = 0
    table: Writer | None = None
    events = etree.iterparse(
        path, events=("start", "end"), tag=("table", "tr"), html=True, encoding=encoding, no_network=True, huge_tree=False, recover=True
    )
    state: list[dict[str, Any]] = []
    for event, element in events:
        if event == "start":
            if element.tag == "table":
                for outer in state:
                    outer["inner"] = True
                state.append({"writer": Writer(out, request["limits"]), "grid": Grid(), "row": 0, "rows": [], "inner": False})
            continue
        if not state:
            continue
        own = state[-1]
        if element.tag == "tr":
            own["row"] += 1
            cells = [
                (None, _html_value(cell), _number(cell.get("colspan")), _number(cell.get("rowspan")))
                for cell in element
                if cell.tag in ("td", "th")
            ]
            row = own["grid"].place(own["row"], cells)
            if row.count("") < len(row):
                own["rows"].append((own["row"], row))
            if len(own["rows"]) >= BATCH:
                write(own["rows"], own["writer"])
                own["rows"] = []
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        else:
            state.pop()
            write(own["rows"], own["writer"])
            table = own["writer"]
            if table.rows and not own["inner"]:
                found += 1
                yield table.told(f"表{found}", False, own["grid"].merges)
    out.flush()


def _html_value(cell: Any) -> str:
    parts: list[str] = []
    for piece in cell.iter():
        if piece.tag in ("br", "p", "div") and parts:
            parts.append("\n")
        if isinstance(piece.tag, str) and piece.tag not in ("script", "style") and piece.text:
            parts.append(" ".join(piece.text.split()) if piece.text.strip() else " ")
        if piece is not cell and piece.tail:
            parts.append(" ".join(piece.tail.split()) if piece.tail.strip() else " ")
    return "".join(parts).replace("\xa0", " ").strip()


def _number(text: str | None) -> int:
    return int(text) if text and text.strip().isdigit() and len(text) < 8 else 1


_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"


def spreadsheetml(request: dict[str, Any], out: Any) -> Iterator[dict[str, Any]]:
    """Excel's XML of 2003."""
    from lxml import etree

    events = etree.iterparse(
        request["path"], events=("start", "end"), tag=(f"{_SS}Worksheet", f"{_SS}Row"), resolve_entities=False,
        no_network=True, load_dtd=False, huge_tree=False,
    )  # fmt: skip
    writer, grid, number = Writer(out, request["limits"]), Grid(), 0
    rows: list[tuple[int, list[Any]]] = []
    facts: dict[str, Any] = {}
    for event, element in events:
        if event == "start":
            if element.tag == f"{_SS}Worksheet":
                writer, grid, number, rows = Writer(out, request["limits"]), Grid(), 0, []
                facts = {"hidden_rows": [], "errors": [], "without_result": []}
            continue
        if element.tag == f"{_SS}Row":
            index = element.get(f"{_SS}Index")
            number = _number(index) if index else number + 1
            row = _ml_row(element, number, grid, facts)
            if element.get(f"{_SS}Hidden") == "1":
                facts["hidden_rows"].append(number)
            number += _number(element.get(f"{_SS}Span")) if element.get(f"{_SS}Span") else 0
            if row.count("") < len(row):
                rows.append((number, row))
            if len(rows) >= BATCH:
                write(rows, writer)
                rows = []
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            continue
        write(rows, writer)
        hidden = any("Hidden" in (one.text or "") for one in element.iter("{*}Visible"))
        yield {**writer.told(element.get(f"{_SS}Name") or "Sheet", hidden, grid.merges), "facts": facts}
    out.flush()


def _ml_row(element: Any, number: int, grid: Grid, facts: dict[str, Any]) -> list[Any]:
    cells: list[tuple[int | None, Any, int, int]] = []
    at = 0
    for cell in element.iter(f"{_SS}Cell"):
        index = cell.get(f"{_SS}Index")
        column = _number(index) - 1 if index else None
        wide, high = (int(_number(cell.get(f"{_SS}{side}"))) + 1 if cell.get(f"{_SS}{side}") else 1 for side in ("MergeAcross", "MergeDown"))
        at = at if column is None else column
        data = cell.find(f"{_SS}Data")
        value = _ml_value(data)
        if data is not None and data.get(f"{_SS}Type") == "Error" and len(facts["errors"]) < 100_000:
            facts["errors"].append((number, at, "".join(data.itertext())[:20]))
            value = ""
        elif cell.get(f"{_SS}Formula") and data is None and len(facts["without_result"]) < 100_000:
            facts["without_result"].append((number, at))
        cells.append((column, value, wide, high))
        at += wide
    return grid.place(number, cells)


def _ml_value(data: Any) -> Any:
    if data is None:
        return ""
    text = "".join(data.itertext())
    kind = data.get(f"{_SS}Type")
    try:
        if kind == "Number":
            return float(text) if len(text.strip("-")) < 16 or "." in text or "E" in text.upper() else int(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text)
    except ValueError:
        return text
    return text.strip() == "1" if kind == "Boolean" else text


READERS = {"workbook": workbook, "html": html, "spreadsheetml": spreadsheetml}

if __name__ == "__main__":
    main()
