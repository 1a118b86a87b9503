"""A workbook of the present format changed part by part: the sheet, the styles, comments, the sheet 汇总; macros are
left behind. Every other part is copied."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from ingestion.exchange.tabular.annotating import around, cells, notes
from ingestion.exchange.tabular.annotating.marks import Report
from ingestion.exchange.tabular.annotating.styles import MAIN, REL, Styles
from ingestion.exchange.tabular.package import XML, letters, position

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
BOOK, LINKS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
SUMMARY_PART = "xl/worksheets/sheetChecked.xml"
LEVEL = 4  # of packing: a third of the time of the usual one for a twentieth more


class Unchangeable(Exception):
    """A part that had to be changed is not what the format says."""


def workbook(report: Report, out: Path) -> set[int]:
    """Writes the annotated workbook; returns the rows of the source that were marked in it.

    Raises:
        Unchangeable: styles, comments or relationships cannot be understood.
    """
    try:
        return _written(report, out)
    except (etree.LxmlError, ValueError, LookupError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise Unchangeable from error


def _written(report: Report, out: Path) -> set[int]:
    with zipfile.ZipFile(report.book.path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as target:
        return _Patch(report, source, target).run()


@dataclass
class _Links:
    """A part of relationships."""

    root: Any

    @classmethod
    def of(cls, part: bytes | None) -> _Links:
        return cls(etree.fromstring(part or f'<Relationships xmlns="{PACKAGE}/relationships"/>'.encode(), XML))

    def find(self, kind: str) -> Any:
        return next((one for one in self.root if one.get("Type", "").endswith("/" + kind)), None)

    def add(self, kind: str, target: str) -> str:
        used = {one.get("Id") for one in self.root}
        number = next(n for n in range(1, len(used) + 2) if f"rIdC{n}" not in used)
        etree.SubElement(self.root, f"{{{PACKAGE}/relationships}}Relationship", Id=f"rIdC{number}", Type=f"{REL}/{kind}", Target=target)
        return f"rIdC{number}"

    def part(self) -> bytes:
        return bytes(etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True))


@dataclass
class _Patch:
    report: Report
    source: zipfile.ZipFile
    target: zipfile.ZipFile
    new: dict[str, bytes] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = {one.filename for one in self.source.infolist()}
        self.types = etree.fromstring(self.source.read(TYPES), XML)
        self.links = _Links.of(self.source.read(LINKS))
        self.sheet = self.report.book.parts[self.report.sheet.part]
        self.styles_part = self._styles_part()
        self.styles = Styles(self._read(self.styles_part))

    def run(self) -> set[int]:
        self._no_macros()
        plan = self._plan()
        if plan.only:
            self._drop("calcChain")
        links_part = _links_of(self.sheet)
        self.sheet_links = _Links.of(self._read(links_part))
        relation = self._drawing_relation()
        comments, picture = self._comments_part(), _resolved(self.sheet, self.sheet_links.find("vmlDrawing").get("Target"))
        self._summary()
        # first of all, where programs that only look at the beginning look for it
        self.target.writestr(TYPES, etree.tostring(self.types, xml_declaration=True, encoding="UTF-8", standalone=True))
        self._sheet(plan, relation)
        self._comments(plan, comments, picture)
        self.new |= {self.styles_part: self.styles.part(), links_part: self.sheet_links.part(), LINKS: self.links.part()}
        done = {TYPES, self.sheet, *self.new, *self.gone}
        for member in self.source.infolist():
            if member.filename not in done:
                self._copy(member)
        for name, content in self.new.items():
            self.target.writestr(name, content)
        return set(plan.written)

    def _read(self, part: str) -> bytes | None:
        return self.new.get(part) or (self.source.read(part) if part in self.names else None)

    def _copy(self, member: zipfile.ZipInfo) -> None:
        info = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        with self.source.open(member) as reading, self.target.open(info, "w", force_zip64=member.file_size > 1 << 31) as writing:
            shutil.copyfileobj(reading, writing, 1 << 20)

    def _styles_part(self) -> str:
        link = self.links.find("styles")
        if link is None:
            self.links.add("styles", "styles.xml")
            self._override("xl/styles.xml", f"{TYPE}.styles+xml")
            return "xl/styles.xml"
        target: str = link.get("Target", "styles.xml")
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def _override(self, part: str, kind: str) -> None:
        for one in self.types.findall(f"{{{PACKAGE}/content-types}}Override"):
            if one.get("PartName") == "/" + part:
                self.types.remove(one)
        etree.SubElement(self.types, f"{{{PACKAGE}/content-types}}Override", PartName="/" + part, ContentType=kind)

    def _drop(self, kind: str) -> None:
        """A part that hangs on the workbook, with its relationship and its type."""
        link = self.links.find(kind)
        if link is None:
            return
        target = link.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        self.links.root.remove(link)
        self.gone |= {part, _links_of(part)}
        for one in list(self.types):
            if one.get("PartName") == "/" + part:
                self.types.remove(one)

    def _no_macros(self) -> None:
        self._drop("vbaProject")
        for one in self.types.findall(f"{{{PACKAGE}/content-types}}Override"):
            if one.get("PartName") == "/" + BOOK:
                one.set("ContentType", f"{TYPE}.sheet.main+xml")
        self.gone |= {name for name in self.names if name.startswith("xl/vbaProject") or name == "xl/vbaData.xml"}
        for one in list(self.types):
            if one.get("PartName", "").lstrip("/") in self.gone:
                self.types.remove(one)

    # --- the sheet ---

    def _plan(self) -> cells.Plan:
        report, sheet = self.report, self.report.sheet
        plan = cells.Plan(
            header_rows=sheet.header_rows, column=sheet.free_column, heading=report.heading,
            texts={row: report.text(row) for row in report.rows},
            cells=lambda row: {at: error for at, (_, error) in report.cells(row).items()},
            styles=self.styles, clear=sheet.error_column, only=report.only_errors,
        )  # fmt: skip
        if plan.only:
            plan.values = sheet.joined(plan.texts.keys())
        return plan

    def _sheet(self, plan: cells.Plan, relation: str) -> None:
        info = zipfile.ZipInfo(self.sheet, (1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED

        def pieces() -> Iterator[bytes]:
            with self.source.open(self.sheet) as reading:
                while piece := reading.read(1 << 20):
                    yield piece

        def before(head: bytes, prefix: bytes) -> bytes:
            head = re.sub(rb"<%bdimension\s[^<>]*/>" % prefix, b"", head)
            return around.widened(head, plan.column, prefix)

        def after(tail: bytes, prefix: bytes) -> bytes:
            return around.below(tail, plan, relation, prefix)

        size = self.source.getinfo(self.sheet).file_size
        with self.target.open(info, "w", force_zip64=size > 1 << 30) as writing:
            for piece in cells.changed(pieces(), plan, before, after):
                writing.write(piece)

    # --- comments ---

    def _drawing_relation(self) -> str:
        """The relationship of the sheet's old drawing part, made where there is none."""
        link = self.sheet_links.find("vmlDrawing")
        if link is not None:
            identifier: str = link.get("Id")
            return identifier
        if not any(one.get("Extension") == "vml" for one in self.types):
            etree.SubElement(
                self.types, f"{{{PACKAGE}/content-types}}Default", Extension="vml", ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"
            )
        return self.sheet_links.add("vmlDrawing", "../drawings/" + self._free("xl/drawings/vmlDrawingChecked{}.vml"))

    def _free(self, form: str) -> str:
        return next(name for n in range(1, 10_000) if (name := form.format(n)) not in self.names).rsplit("/", 1)[1]

    def _comments_part(self) -> str:
        link = self.sheet_links.find("comments")
        if link is not None:
            return _resolved(self.sheet, link.get("Target"))
        name = self._free("xl/commentsChecked{}.xml")
        self.sheet_links.add("comments", f"../{name}")
        self._override(f"xl/{name}", f"{TYPE}.comments+xml")
        return f"xl/{name}"

    def _comments(self, plan: cells.Plan, part: str, picture: str) -> None:
        moved = {**{row: row for row in range(1, plan.header_rows.stop)}, **plan.written} if plan.only else None
        ours = {(plan.written[row], column): words for (row, column), words in self.report.comments.items() if row in plan.written}
        told, new = notes.comments(self._read(part), ours, moved)
        places = {at for one in etree.fromstring(told, XML).iter("{*}comment") if (at := position(one.get("ref", "").encode()))}
        self.new[part] = told
        self.new[picture] = notes.drawing(self._read(picture), new, places - new, moved)

    # --- the sheet 汇总 ---

    def _summary(self) -> None:
        lines = self.report.lines()
        rows = b"".join(
            b'<row r="%d">%b</row>' % (number, b"".join(_summary_cell(number, column, value) for column, value in enumerate(line)))
            for number, line in enumerate(lines, start=1)
        )
        text = (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN}"><cols><col min="1" max="1" width="30" customWidth="1"/>'
            '<col min="2" max="2" width="36" customWidth="1"/><col min="3" max="3" width="70" customWidth="1"/><col min="4" max="4" width="10" customWidth="1"/></cols><sheetData>'
        ).encode()
        content = text + rows + b"</sheetData></worksheet>"
        for name in self.report.book.ours:
            self.new[self.report.book.parts[name]] = content
            return
        part = SUMMARY_PART if SUMMARY_PART not in self.names else "xl/worksheets/" + self._free("xl/worksheets/sheetChecked{}.xml")
        self.new[part] = content
        self._override(part, f"{TYPE}.worksheet+xml")
        relation = self.links.add("worksheet", part.removeprefix("xl/"))
        self.new[BOOK] = self._listed(relation)

    def _listed(self, relation: str) -> bytes:
        book = etree.fromstring(self.source.read(BOOK), XML)
        ns = etree.QName(book).namespace
        sheets = book.find(f"{{{ns}}}sheets")
        taken = {one.get("name", "").casefold() for one in sheets}
        wanted = (self.report.word("汇总", "Summary"), self.report.word("校验汇总", "Check summary"))
        name = next((one for one in wanted if one.casefold() not in taken), f"{wanted[1]} {len(taken) + 1}")
        number = max(int(one.get("sheetId", 0)) for one in sheets) + 1
        strict = "purl.oclc.org" in (ns or "")
        relations = "http://purl.oclc.org/ooxml/officeDocument/relationships" if strict else REL
        etree.SubElement(sheets, f"{{{ns}}}sheet", {"name": name, "sheetId": str(number), f"{{{relations}}}id": relation})
        return bytes(etree.tostring(book, xml_declaration=True, encoding="UTF-8", standalone=True))


def _summary_cell(row: int, column: int, value: object) -> bytes:
    at = f"{letters(column)}{row}".encode()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return b'<c r="%b"><v>%b</v></c>' % (at, repr(value).encode())
    return b'<c r="%b" t="inlineStr">%b</c>' % (at, cells.inline(str(value)))


def _links_of(part: str) -> str:
    folder, name = part.rsplit("/", 1)
    return f"{folder}/_rels/{name}.rels"


def _resolved(part: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    folders = part.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            folders = folders[:-1]
        elif step != ".":
            folders.append(step)
    return "/".join(folders)
