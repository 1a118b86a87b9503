"""Comments of a sheet: their text part and the old drawing part that every spreadsheet program still wants."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from ingestion.exchange.tabular.annotating.marks import AUTHOR
from ingestion.exchange.tabular.annotating.styles import MAIN
from ingestion.exchange.tabular.package import XML, letters, position

MARK = "〔校验〕"  # before our words where somebody else's comment stands in the cell
BLOCK = 1024  # shapes are numbered in blocks of this many
FIRST_BLOCK = 60  # far from those that spreadsheet programs count up from 1
At = tuple[int, int]


def comments(part: bytes | None, ours: dict[At, str], moved: dict[int, int] | None) -> tuple[bytes, set[At]]:
    """The comments part with ours, those of an earlier annotation gone, and the places of comments that are new.
    ``moved``: row → its new number, for rows that are kept; None where all stay."""
    root = etree.fromstring(part, XML) if part else etree.fromstring(f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode())
    ns = etree.QName(root).namespace
    authors, listed = root.find(f"{{{ns}}}authors"), root.find(f"{{{ns}}}commentList")
    if authors is None or listed is None:
        raise ValueError("no comments")
    names = ["".join(one.itertext()) for one in authors]
    if AUTHOR not in names:
        etree.SubElement(authors, f"{{{ns}}}author").text = AUTHOR
        names.append(AUTHOR)
    own = names.index(AUTHOR)
    there: dict[At, Any] = {}
    for one in list(listed):
        at = position(one.get("ref", "").encode())
        listed.remove(one)
        if at is None or one.get("authorId") == str(own) or not _cleared(one, ns):
            continue
        row = at[0] if moved is None else moved.get(at[0])
        if row is not None:
            one.set("ref", f"{letters(at[1])}{row}")
            there[row, at[1]] = one
    new = set(ours) - there.keys()
    for at, words in ours.items():
        if at in there:
            _run(there[at].find(f"{{{ns}}}text"), ns, f"\n{MARK}\n{words}")
        else:
            there[at] = one = etree.Element(f"{{{ns}}}comment", ref=f"{letters(at[1])}{at[0]}", authorId=str(own))
            _run(etree.SubElement(one, f"{{{ns}}}text"), ns, words)
    for at in sorted(there):
        listed.append(there[at])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True), new


def _run(text: Any, ns: str | None, words: str) -> None:
    run = etree.SubElement(text, f"{{{ns}}}r")
    one = etree.SubElement(run, f"{{{ns}}}t")
    one.text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", words)
    one.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _cleared(comment: Any, ns: str | None) -> bool:
    """Takes our words out of somebody else's comment. False where nothing is left."""
    text = comment.find(f"{{{ns}}}text")
    if text is None:
        return False
    for run in list(text):
        if MARK in "".join(run.itertext()):
            text.remove(run)
    return bool("".join(text.itertext()).strip())


_SHAPE = re.compile(rb"<(?:v:)?shape\b.*?</(?:v:)?shape>", re.DOTALL)
_ROW, _COLUMN = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>"), re.compile(rb"<x:Column>\s*(\d+)\s*</x:Column>")
_BLOCKS = re.compile(rb"(<o:idmap\b[^<>]*\bdata=[\"'])([^\"']*)")


def drawing(part: bytes | None, new: set[At], kept: set[At], moved: dict[int, int] | None) -> bytes:
    """The drawing part: shapes of notes that are still there, and one for each new comment."""
    blocks = ",".join(str(FIRST_BLOCK + n) for n in range(len(new) // BLOCK + 1))
    if part is None or b"</xml>" not in part:
        part = _EMPTY % blocks.encode()
    else:
        part = _SHAPE.sub(lambda match: _shape_kept(match[0], kept, moved), part)
        part = _BLOCKS.sub(lambda match: match[0] if b"%d" % FIRST_BLOCK in match[2].split(b",") else b"%b%b,%b" % (match[1], match[2], blocks.encode()), part, count=1)
    shapes = b"".join(_note(number, row, column) for number, (row, column) in enumerate(sorted(new)))
    at = part.rfind(b"</xml>")
    return part[:at] + shapes + part[at:]


def _shape_kept(shape: bytes, kept: set[At], moved: dict[int, int] | None) -> bytes:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    if b'ObjectType="Note"' not in shape or row is None or column is None:
        return shape
    number = int(row[1]) + 1
    new = number if moved is None else moved.get(number, 0)
    if (new, int(column[1])) not in kept:
        return b""
    return shape if new == number else _ROW.sub(b"<x:Row>%d</x:Row>" % (new - 1), shape)


_EMPTY = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
    b'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%b"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    b' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)


def _note(number: int, row: int, column: int) -> bytes:
    anchor = f"{column + 1},15,{max(row - 2, 0)},10,{column + 5},15,{row + 3},4"
    return (
        f'<v:shape id="_x0000_s{FIRST_BLOCK * BLOCK + 1 + number}" type="#_x0000_t202" style="position:absolute;width:220pt;height:75pt;z-index:{number + 1};visibility:hidden"'
        ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/>'
        f"<x:SizeWithCells/><x:Anchor>{escape(anchor)}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row><x:Column>{column}</x:Column>"
        "</x:ClientData></v:shape>"
    ).encode()
