"""Workbooks made byte by byte, where no library would write what people and attackers do."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_ROOT = f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
_BOOK = f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{REL}">%s<sheets><sheet name="数据" sheetId="1" r:id="rId1"/></sheets></workbook>'
_LINKS = f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'


def made(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    """A workbook as openpyxl writes it."""
    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(*rows: list[Any]) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        for row in rows:
            book.active.append(row)  # type: ignore[union-attr]

    return made(fill)


def raw(sheet: str, properties: str = "", extra: Mapping[str, bytes | str] | None = None, head: str = "", prefix: str = "") -> bytes:
    """A workbook of one sheet whose XML is given; ``head`` goes before the root element of the sheet."""
    out = io.BytesIO()
    mark = f":{prefix[:-1]}" if prefix else ""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _ROOT)
        archive.writestr("xl/workbook.xml", _BOOK % properties)
        archive.writestr("xl/_rels/workbook.xml.rels", _LINKS)
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<?xml version="1.0"?>{head}<{prefix}worksheet xmlns{mark}="{MAIN}">{sheet}</{prefix}worksheet>',
        )
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def with_parts(parts: Mapping[str, str]) -> bytes:
    """The workbook of one sheet with these parts in place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw(""))) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, parts.get(name) or source.read(name))
    return out.getvalue()


def cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADER = f'<row r="1">{cell("A1", "论文名称")}{cell("B1", "年度")}</row>'


def with_directory(data: bytes, change: Callable[[zipfile.ZipInfo], None]) -> bytes:
    """The same container under a directory that says something else."""
    out = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        at = archive.start_dir
        for member in archive.infolist():
            change(member)
            length, more, comment = struct.unpack_from("<HHH", out, at + 28)
            struct.pack_into("<I", out, at + 24, member.file_size)
            struct.pack_into("<I", out, at + 16, member.CRC)
            at += 46 + length + more + comment
    return bytes(out)


# --- .xls -----------------------------------------------------------------------------------------------


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _label(row: int, column: int, text: str) -> bytes:
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def xls(rows: list[list[Any]], *, hidden: tuple[int, ...] = (), merges: tuple[tuple[int, int, int, int], ...] = (), password: bool = False, since_1904: bool = False) -> bytes:
    """A BIFF8 workbook. Values: text, numbers, dates as ``("date", serial)``, errors as ``("error", code)``,
    formulas that ended in an error as ``("formula", code)``. Rows and columns from 0."""
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    if password:
        start += _record(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    start += _record(0x42, struct.pack("<H", 1200)) + _record(0x22, struct.pack("<H", int(since_1904)))
    for code in (0, 14):
        start += _record(0xE0, struct.pack("<HHH", 0, code, 0) + bytes(14))
    name = "数据".encode("utf-16-le")
    length = len(start) + 4 + 8 + len(name) + 4
    start += _record(0x85, struct.pack("<IHBB", length, 0, 2, 1) + name) + _record(0x0A, b"")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    for at, row in enumerate(rows):
        flags = 0x120 if at in hidden else 0x100
        sheet += _record(0x0208, struct.pack("<HHHHHHI", at, 0, len(row), 255, 0, 0, flags))
        for column, value in enumerate(row):
            match value:
                case None:
                    pass
                case str():
                    sheet += _label(at, column, value)
                case ("date", serial):
                    sheet += _record(0x0203, struct.pack("<HHHd", at, column, 1, serial))
                case ("error", code):
                    sheet += _record(0x0205, struct.pack("<HHHBB", at, column, 0, code, 1))
                case ("formula", code):
                    sheet += _record(0x0006, struct.pack("<HHHBBBBBBHHIH", at, column, 0, 2, 0, code, 0, 0, 0, 0xFFFF, 0, 0, 0))
                case _:
                    sheet += _record(0x0203, struct.pack("<HHHd", at, column, 0, value))
    if merges:
        sheet += _record(0xE5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<HHHH", *one) for one in merges))
    return ole({"Workbook": start + sheet + _record(0x0A, b"")})


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file. Streams are padded to 4,096 bytes, so that none needs the small sectors."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    chains: list[int] = []
    body = b""
    entries = []
    for name, data in streams.items():
        data = data.ljust(4096, b"\0")
        count = (len(data) + 511) // 512
        first = len(chains)
        chains += [*range(first + 1, first + count), end]
        body += data.ljust(count * 512, b"\0")
        entries.append((name, 2, first, len(data)))
    directory = len(chains)
    listed = [("Root Entry", 5, end, 0), *entries]
    listed += [("", 0, 0, 0)] * (-len(listed) % 4)
    table = b""
    for at, (name, kind, first, size) in enumerate(listed):
        text = name.encode("utf-16-le") + b"\0\0" if name else b""
        child = 1 if at == 0 and len(listed) > 1 else free
        right = at + 1 if 0 < at < len(streams) else free
        table += text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, free, right, child) + bytes(36) + struct.pack("<IQ", first, size)
    sectors = len(table) // 512
    chains += [*range(directory + 1, directory + sectors), end]
    body += table
    fats = 1
    while (len(chains) + fats) * 4 > fats * 512:
        fats += 1
    first_fat = len(chains)
    chains += [0xFFFFFFFD] * fats
    body += struct.pack(f"<{len(chains)}I", *chains).ljust(fats * 512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fats, directory, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *range(first_fat, first_fat + fats), *[free] * (109 - fats))
    return header + body
