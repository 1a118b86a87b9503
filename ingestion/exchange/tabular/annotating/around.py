"""What stands around the rows of a sheet: widths above, joined cells and the link to comments below, each in the place
that the format prescribes."""

from __future__ import annotations

import re

from ingestion.exchange.tabular.annotating.cells import Plan
from ingestion.exchange.tabular.annotating.styles import REL
from ingestion.exchange.tabular.package import letters

WIDTH = 60
ORDER = (
    "sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews",
    "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing",
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
_REF = re.compile(rb"\bref=[\"']([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?[\"']")
_TAG = re.compile(rb"<(/?)([\w:.-]+)([^<>]*?)(/?)>")


def widened(head: bytes, column: int, prefix: bytes) -> bytes:
    """The head with a width for the column 错误信息; a width given to many columns at once is divided."""
    number = column + 1
    own = b'<%bcol min="%d" max="%d" width="%d" customWidth="1"/>' % (prefix, number, number, WIDTH)
    listed = re.search(rb"<%bcols>(.*?)</%bcols>" % (prefix, prefix), head, re.DOTALL)
    if listed is None:
        start = head.rfind(b"<")
        return head[:start] + b"<%bcols>%b</%bcols>" % (prefix, own, prefix) + head[start:]
    found: list[tuple[int, bytes]] = [(number, own)]
    for match in re.finditer(rb"<%bcol\s([^<>]*?)/?>" % prefix, listed[1]):
        limits = [re.search(rb"\b%b=[\"'](\d+)[\"']" % name, match[1]) for name in (b"min", b"max")]
        if limits[0] is None or limits[1] is None:
            continue
        low, high = int(limits[0][1]), int(limits[1][1])
        rest = re.sub(rb"\b(min|max)=[\"']\d+[\"']", b"", match[1]).strip()
        for first, last in ((low, min(high, number - 1)), (max(low, number + 1), high)):
            if first <= last:
                found.append((first, b'<%bcol min="%d" max="%d" %b/>' % (prefix, first, last, rest)))
    return head[: listed.start(1)] + b"".join(text for _, text in sorted(found)) + head[listed.end(1) :]


def below(tail: bytes, plan: Plan, relation: str, prefix: bytes) -> bytes:
    """The tail, from the end of the rows on, with joined cells and the link to the comments' drawing."""
    close, parts, end = _divided(tail, prefix)
    merged = [text for name, text in parts if name == "mergeCells"]
    parts = [(name, text) for name, text in parts if name != "mergeCells" and not (plan.only and name == "hyperlinks")]
    joined = _joined(b"".join(merged), plan, prefix)
    if joined:
        _insert(parts, "mergeCells", joined)
    if not any(name == "legacyDrawing" for name, _ in parts):
        own = b'<%blegacyDrawing xmlns:rc="%b" rc:id="%b"/>' % (prefix, REL.encode(), relation.encode())
        _insert(parts, "legacyDrawing", own)
    return close + b"".join(text for _, text in parts) + end


def _divided(tail: bytes, prefix: bytes) -> tuple[bytes, list[tuple[str, bytes]], bytes]:
    """The closing tag of the rows, each element after it with its name, and the end."""
    start = tail.index(b">") + 1
    parts: list[tuple[str, bytes]] = []
    depth, begun, name = 0, start, b""
    for match in _TAG.finditer(tail, start):
        closing, tag, _, empty = match.groups()
        if closing:
            depth -= 1
        elif depth == 0:
            begun, name = match.start(), tag
        if depth < 0:
            return tail[:start], parts, tail[match.start() :]
        if not closing and not empty:
            depth += 1
        if depth == 0:
            parts.append((name.removeprefix(prefix).decode(), tail[begun : match.end()]))
    raise ValueError("a sheet without an end")


def _insert(parts: list[tuple[str, bytes]], name: str, text: bytes) -> None:
    """Before the first element that the format wants after it."""
    later = ORDER[ORDER.index(name) + 1 :]
    at = next((number for number, (other, _) in enumerate(parts) if other in later), len(parts))
    parts.insert(at, (name, text))


def _joined(listed: bytes, plan: Plan, prefix: bytes) -> bytes:
    """Joined cells: those of the data go where only errors are kept; a header of several rows gets one for ours."""
    column = letters(plan.column).encode()
    kept: list[bytes] = []
    for match in _REF.finditer(listed):
        ours = match[1] == column and match[3] in (column, None) and int(match[2]) == plan.header_rows.start
        if (not plan.only or int(match[4] or match[2]) < plan.header_rows.stop) and not ours:
            kept.append(match[0])
    if len(plan.header_rows) > 1:
        kept.append(b'ref="%b%d:%b%d"' % (column, plan.header_rows.start, column, plan.header_rows.stop - 1))
    body = b"".join(b"<%bmergeCell %b/>" % (prefix, one) for one in kept)
    return b'<%bmergeCells count="%d">%b</%bmergeCells>' % (prefix, len(kept), body, prefix) if kept else b""
