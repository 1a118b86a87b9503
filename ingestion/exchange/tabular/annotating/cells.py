"""A sheet's XML changed on the way through: rows that nothing is said about pass as they are.

Positions: rows from 1, columns from 0, as in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from ingestion.exchange.tabular.annotating.styles import Styles
from ingestion.exchange.tabular.package import letters, position

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STYLE = re.compile(rb"\bs=[\"'](\d+)[\"']")
_ROW_NUMBER = re.compile(rb"(?:^|\s)r=[\"'](\d+)[\"']")
_ROW_NOISE = re.compile(rb"\s(?:r|spans|hidden|collapsed)=[\"'][^\"']*[\"']")
_HIDDEN = re.compile(rb"\s(?:spans|hidden)=[\"'][^\"']*[\"']")
_SPANS = re.compile(rb"\sspans=[\"'][^\"']*[\"']")
_REFERENCE = re.compile(rb"(?:^|\s)r=[\"']([^\"']*)[\"']")


class Cell(NamedTuple):
    column: int
    attributes: bytes  # without the reference
    content: bytes | None


@dataclass
class Plan:
    """What to do with a sheet. ``texts``: row → words of the column 错误信息; ``cells``: row → column → whether an error
    (else a note); ``header_rows``: its first row gets the heading. ``clear``: an earlier annotation's column, emptied.
    ``only``: keep of the rows below the header those with words only, numbered anew, with ``values`` for cells joined
    from above. ``written`` is filled: row of the source → row of the result."""

    header_rows: range
    column: int
    heading: str
    texts: dict[int, str]
    cells: Callable[[int], dict[int, bool]]
    styles: Styles
    clear: int | None = None
    only: bool = False
    values: dict[int, dict[int, Any]] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)


class Rows:
    """The rows between ``<sheetData>`` and ``</sheetData>``; ``prefix`` is the namespace's, mostly none."""

    def __init__(self, plan: Plan, prefix: bytes) -> None:
        self.plan = plan
        self.p = prefix
        p = re.escape(prefix)
        self._start = re.compile(rb"<%brow(?=[\s/>])([^<>]*)>" % p)
        self._cell = re.compile(rb"<%bc(?=[\s/>])([^<>]*?)(?:/>|>(.*?)</%bc>)" % (p, p), re.DOTALL)
        self._formula = re.compile(rb"<%bf(?:\s[^<>]*)?(?:/>|>[^<]*</%bf>)" % (p, p))
        self._end = b"</" + prefix + b"row>"
        self._number = 0
        self._rest = b""
        self._next = plan.header_rows.stop

    def take(self, text: bytes, last: bool = False) -> bytes:
        """The changed form of as much as is complete."""
        text = self._rest + text
        out: list[bytes] = []
        done = at = 0
        while match := self._start.search(text, at):
            empty = match[1].endswith(b"/")
            end = match.end() if empty else text.find(self._end, match.end())
            if end < 0:
                break
            stop = end if empty else end + len(self._end)
            found = _ROW_NUMBER.search(match[1])
            number = int(found[1]) if found else self._number + 1
            if self._touched(number):
                out.append(text[done : match.start()])
                out.append(self._row(number, match[1].rstrip(b"/"), b"" if empty else text[match.end() : end]))
                done = stop
            self._number = number
            at = stop
        if not last and at < len(text):
            # what lies before the next row's beginning is complete
            out.append(text[done:at])
            self._rest = text[at:]
        else:
            out.append(text[done:])
            self._rest = b""
        return b"".join(out)

    def _touched(self, number: int) -> bool:
        plan = self.plan
        if number == plan.header_rows.start or number in plan.texts:
            return True
        return number >= plan.header_rows.stop and (plan.only or plan.clear is not None)

    def _row(self, number: int, attributes: bytes, content: bytes) -> bytes:
        plan = self.plan
        below = number >= plan.header_rows.stop
        if plan.only and below and number not in plan.texts:
            return b""
        cells = self._cells(content)
        marks = plan.cells(number) if below else {}
        style = int(found[1]) if (found := _STYLE.search(attributes)) else 0
        by_column = {cell.column: cell for cell in cells}
        if plan.clear is not None and below:
            by_column = {c: self._restored(cell) for c, cell in by_column.items() if c != plan.clear}
        if plan.only and below:
            by_column = {c: cell._replace(content=self._formula.sub(b"", cell.content) if cell.content else None) for c, cell in by_column.items()}
            for column, value in plan.values.get(number, {}).items():
                by_column[column] = _filled(by_column.get(column, Cell(column, b"", None)), value, self.p)
        for column, error in marks.items():
            cell = by_column.get(column, Cell(column, b's="%d"' % style, None))
            by_column[column] = self._styled(cell, plan.styles.marked(_style(cell), error))
        if number == plan.header_rows.start:
            beside = max((column for column in by_column if column < plan.column), default=None)
            look = 0 if beside is None else _style(by_column[beside])
            by_column[plan.column] = self._text(plan.column, plan.heading, look)
        elif below and number in plan.texts:
            by_column[plan.column] = self._text(plan.column, plan.texts[number], plan.styles.message())
        new = number
        if plan.only and below:
            new = self._next
            self._next += 1
            attributes = _ROW_NOISE.sub(b"", b" " + attributes) + b' r="%d"' % new
        else:
            # a wrong row that was hidden has to be seen
            attributes = (_HIDDEN if below and number in plan.texts else _SPANS).sub(b"", b" " + attributes)
        if below and number in plan.texts:
            plan.written[number] = new
        body = b"".join(self._cell_text(by_column[column], new) for column in sorted(by_column))
        return b"<%brow %b>%b</%brow>" % (self.p, attributes.strip(), body, self.p)

    def _cells(self, content: bytes) -> list[Cell]:
        found: list[Cell] = []
        column = -1
        for match in self._cell.finditer(content):
            reference = _REFERENCE.search(match[1])
            at = position(reference[1]) if reference else None
            column = at[1] if at else column + 1
            found.append(Cell(column, _REFERENCE.sub(b" ", match[1]).strip(), match[2]))
        return found

    def _restored(self, cell: Cell) -> Cell:
        style = _style(cell)
        return self._styled(cell, self.plan.styles.restored(style)) if self.plan.styles.is_marked(style) else cell

    def _styled(self, cell: Cell, style: int) -> Cell:
        return cell._replace(attributes=(_STYLE.sub(b"", cell.attributes) + b' s="%d"' % style).strip())

    def _text(self, column: int, words: str, style: int) -> Cell:
        return Cell(column, b's="%d" t="inlineStr"' % style, inline(words, self.p))

    def _cell_text(self, cell: Cell, row: int) -> bytes:
        start = b'<%bc r="%b%d" %b' % (self.p, letters(cell.column).encode(), row, cell.attributes)
        if cell.content is None:
            return start.rstrip() + b"/>"
        return b"%b>%b</%bc>" % (start.rstrip(), cell.content, self.p)


def _style(cell: Cell) -> int:
    found = _STYLE.search(cell.attributes)
    return int(found[1]) if found else 0


def _filled(cell: Cell, value: Any, prefix: bytes) -> Cell:
    """A joined cell with the value it stands for: a number, or words (dates as words of the usual form)."""
    attributes = re.sub(rb"\bt=[\"'][^\"']*[\"']", b"", cell.attributes).strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Cell(cell.column, attributes, b"<%bv>%b</%bv>" % (prefix, repr(value).encode(), prefix))
    words = value.isoformat() if hasattr(value, "isoformat") else ("是" if value else "否") if isinstance(value, bool) else str(value)
    return Cell(cell.column, attributes + b' t="inlineStr"', inline(words, prefix))


def inline(words: str, prefix: bytes = b"") -> bytes:
    """The content of a text cell. Words that look like a formula stay words."""
    text = escape(_ILLEGAL.sub("", words)).encode()
    return b'<%bis><%bt xml:space="preserve">%b</%bt></%bis>' % (prefix, prefix, text, prefix, prefix)


def changed(pieces: Iterator[bytes], plan: Plan, before: Callable[[bytes, bytes], bytes], after: Callable[[bytes, bytes], bytes]) -> Iterator[bytes]:
    """The sheet's text with its rows changed; ``before`` and ``after`` change what stands around them and get the
    namespace's prefix as their second value."""
    head = b""
    rows: Rows | None = None
    tail: list[bytes] = []
    close = b""
    pending = b""
    for piece in pieces:
        if tail:
            tail.append(piece)
            continue
        if rows is None:
            head += piece
            match = re.search(rb"<(\w+:)?sheetData(\s[^<>]*)?>", head)
            if match is None:
                continue
            prefix = match[1] or b""
            rows, close = Rows(plan, prefix), b"</" + prefix + b"sheetData>"
            yield before(head[: match.end()], prefix)
            piece = head[match.end() :]
        pending += piece
        end = pending.find(close)
        if end >= 0:
            yield rows.take(pending[:end], last=True)
            tail.append(pending[end:])
        else:
            keep = len(close) - 1  # the end may stand across two pieces
            yield rows.take(pending[:-keep])
            pending = pending[-keep:]
    if rows is None or not tail:
        raise ValueError("a sheet without rows")
    yield after(b"".join(tail), rows.p)
