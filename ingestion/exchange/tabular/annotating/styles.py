"""The styles of a workbook, with those of marked cells: each is the cell's own style under another fill, so that
number format, font, border and alignment stay."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from lxml import etree

from ingestion.exchange.tabular.package import XML

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# unlike any colour a palette offers, so that our own marks are known when the file comes again
FILLS = {True: "FFFDC9C8", False: "FFFDECB3"}
_EMPTY = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill'
    ' patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/>'
    '<bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
).encode()


class Styles:
    """Raises ``ValueError`` where the part is no style sheet."""

    def __init__(self, part: bytes | None) -> None:
        self.root = etree.fromstring(part or _EMPTY, XML)
        self._ns = etree.QName(self.root).namespace
        self._fonts, self._fills, self._formats = (self._one(name) for name in ("fonts", "fills", "cellXfs"))
        self._own = self._own_fills()
        self._marked: dict[tuple[int, bool], int] = {}
        self._restored: dict[int, int] = {}
        self._message: int | None = None

    def _one(self, name: str) -> Any:
        found = self.root.find(f"{{{self._ns}}}{name}")
        if found is None:
            raise ValueError(f"no {name}")
        return found

    def _tag(self, name: str) -> str:
        return f"{{{self._ns}}}{name}"

    def _own_fills(self) -> dict[str, int]:
        """Our fills that stand already, from an earlier annotation."""
        found: dict[str, int] = {}
        for number, fill in enumerate(self._fills):
            color = fill.find(f"{self._tag('patternFill')}/{self._tag('fgColor')}")
            if color is not None and color.get("rgb") in FILLS.values():
                found[color.get("rgb")] = number
        return found

    def _fill(self, error: bool) -> int:
        rgb = FILLS[error]
        if rgb not in self._own:
            fill = etree.SubElement(self._fills, self._tag("fill"))
            pattern = etree.SubElement(fill, self._tag("patternFill"), patternType="solid")
            etree.SubElement(pattern, self._tag("fgColor"), rgb=rgb)
            etree.SubElement(pattern, self._tag("bgColor"), indexed="64")
            self._own[rgb] = len(self._fills) - 1
        return self._own[rgb]

    def _add(self, format_: Any) -> int:
        self._formats.append(format_)
        return len(self._formats) - 1

    def _format(self, style: int) -> Any:
        return self._formats[style if style < len(self._formats) else 0]

    def marked(self, style: int, error: bool) -> int:
        """The style under the colour of an error or of a note."""
        style = self.restored(style)
        if (style, error) not in self._marked:
            format_ = deepcopy(self._format(style))
            format_.set("fillId", str(self._fill(error)))
            format_.set("applyFill", "1")
            self._marked[style, error] = self._add(format_)
        return self._marked[style, error]

    def is_marked(self, style: int) -> bool:
        return int(self._format(style).get("fillId", 0)) in self._own.values()

    def restored(self, style: int) -> int:
        """The style without an earlier annotation's colour: the one it was made from, where that still stands."""
        if not self.is_marked(style):
            return style
        if style not in self._restored:
            wanted = _signature(self._format(style))
            for number, format_ in enumerate(self._formats):
                if not self.is_marked(number) and _signature(format_) == wanted:
                    self._restored[style] = number
                    break
            else:
                plain = deepcopy(self._format(style))
                plain.set("fillId", "0")
                self._restored[style] = self._add(plain)
        return self._restored[style]

    def message(self) -> int:
        """Red, wrapped, from the top: the cells of the column 错误信息."""
        if self._message is None:
            font = deepcopy(self._fonts[0])
            for color in font.findall(self._tag("color")):
                font.remove(color)
            color = etree.Element(self._tag("color"), rgb="FFA3222F")
            after = [at for at, child in enumerate(font) if etree.QName(child).localname in ("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz")]
            font.insert(after[-1] + 1 if after else 0, color)
            self._fonts.append(font)
            format_ = etree.Element(
                self._tag("xf"), numFmtId="0", fontId=str(len(self._fonts) - 1), fillId="0", borderId="0", xfId="0", applyFont="1", applyAlignment="1"
            )
            etree.SubElement(format_, self._tag("alignment"), vertical="top", wrapText="1")
            self._message = self._add(format_)
        return self._message

    def part(self) -> bytes:
        for some in (self._fonts, self._fills, self._formats):
            some.set("count", str(len(some)))
        return bytes(etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _signature(format_: Any) -> tuple[Any, ...]:
    attributes = {key: value for key, value in format_.attrib.items() if key not in ("fillId", "applyFill")}
    return tuple(sorted(attributes.items())), tuple(etree.tostring(child) for child in format_)
