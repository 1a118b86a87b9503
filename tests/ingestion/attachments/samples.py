"""Small files of every kind, well made and ill made."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def png(width: int = 1, height: int = 1) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpg(width: int = 1, height: int = 1) -> bytes:
    exif = b"\xff\xe1\x00\x08Exif\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + exif + b"\xff" + frame + b"\xff\xd9"


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def gbk_named(names: list[str]) -> bytes:
    """A zip as Chinese Windows writes it: names in GBK, without the mark that says so."""
    plain = [b"n%05d" % n + b"x" * (len(name.encode("gbk")) - 6) for n, name in enumerate(names)]
    data = packed({p.decode(): b"text" for p in plain}, zipfile.ZIP_STORED)
    for placeholder, name in zip(plain, names, strict=True):
        data = data.replace(placeholder, name.encode("gbk"))
    return data


def link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def ole(*streams: str) -> bytes:
    """A compound file: header, one sector of the table, then the directory."""
    names = ["Root Entry", *streams]
    entries = b""
    for number, name in enumerate(names):
        raw = name.encode("utf-16-le") + b"\0\0"
        entries += raw.ljust(64, b"\0") + struct.pack("<HB", len(raw), 5 if number == 0 else 2) + b"\0" * 61
    entries = entries.ljust(-(-len(entries) // 512) * 512, b"\0")
    sectors = len(entries) // 512
    table = [0xFFFFFFFD, *(n + 2 for n in range(sectors - 1)), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head = head.ljust(44, b"\0") + struct.pack("<IIIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    return head.ljust(512, b"\xff") + fat + entries


def looping_ole() -> bytes:
    """A directory whose sectors follow each other in a circle."""
    data = bytearray(ole("WordDocument"))
    struct.pack_into("<I", data, 512 + 4, 1)
    return bytes(data)


TYPES = b"<Types/>"
DOCX = packed({"[Content_Types].xml": TYPES, "word/document.xml": b"<w/>"})
ZIP = packed({"说明.txt": b"text", "folder/图.png": png(), "论文.docx": DOCX, "首页.pdf": PDF})
GOOD = {
    "a.pdf": PDF,
    "a.ofd": packed({"OFD.xml": b"<ofd/>"}),
    "a.docx": DOCX,
    "a.xlsx": packed({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<x/>"}),
    "a.pptx": packed({"[Content_Types].xml": TYPES, "ppt/presentation.xml": b"<p/>"}),
    "a.doc": ole("WordDocument", "1Table"),
    "a.xls": ole("Workbook"),
    "a.ppt": ole("Current User", "x", "y", "z", "PowerPoint Document"),
    "a.jpg": jpg(),
    "a.JPEG": jpg(),
    "a.png": png(),
    "a.zip": ZIP,
}


def nested(depth: int) -> bytes:
    data = packed({"a.txt": b"x"})
    for level in range(depth):
        data = packed({f"{level}.zip": data})
    return data


def overlapping() -> bytes:
    """Many entries that claim the same bytes: small packed, huge together."""
    body = zlib.compress(b"\0" * 4_000_000, 9)[2:-4]
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(body), 4_000_000, 1, 0) + b"a" + body
    entries = b"".join(
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(body), 4_000_000, 6, 0, 0, 0, 0, 0, 0) + b"%05d " % n
        for n in range(40)
    )
    return local + entries + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 40, 40, len(entries), len(local), 0)


def many_entries(count: int) -> bytes:
    """A directory of ``count`` entries without the time it takes to write that many files."""
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.txt"
    directory = entry * count
    shown = min(count, 0xFFFF)
    return directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, shown, shown, len(directory), 0, 0)


def polyglot() -> bytes:
    """A PDF at its beginning and an archive at its end."""
    out = io.BytesIO(PDF)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("setup.exe", b"MZ")
    return out.getvalue()


def encrypted() -> bytes:
    data = bytearray(packed({"a.txt": b"secret"}, zipfile.ZIP_STORED))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    return bytes(data)


SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"

HOSTILE: dict[str, tuple[str, bytes, str]] = {  # name, content, the rule that refuses it
    "empty": ("a.pdf", b"", "empty"),
    "program named pdf": ("a.pdf", b"MZ\x90\0" + b"\0" * 500, "content"),
    "page named pdf": ("a.pdf", PAGE, "content"),
    "page in UTF-16 named pdf": ("a.pdf", b"\xff\xfe" + PAGE.decode().encode("utf-16-le"), "content"),
    "pdf hidden behind a page": ("a.pdf", b"<html>" + PDF, "content"),
    "pdf and archive at once": ("a.pdf", polyglot(), "content"),
    "svg": ("a.svg", SVG, "type"),
    "svg named png": ("a.png", SVG, "content"),
    "html": ("a.html", PAGE, "type"),
    "program": ("a.exe", b"MZ", "type"),
    "two extensions": ("a.pdf.exe", PDF, "type"),
    "no extension": ("README", PDF, "name"),
    "only an extension": (".pdf", PDF, "name"),
    "jpg named png": ("a.png", GOOD["a.jpg"], "content"),
    "picture cut off": ("a.jpg", GOOD["a.jpg"][:20], "content"),
    "picture of a billion pixels": ("a.png", png(60_000, 20_000), "size"),
    "photograph of four billion pixels": ("a.jpg", jpg(65_000, 65_000), "size"),
    "zip named docx": ("a.docx", ZIP, "content"),
    "docx named zip": ("a.zip", DOCX, "content"),
    "doc named xls": ("a.xls", GOOD["a.doc"], "content"),
    "installer named doc": ("a.doc", ole("!_Tables") + "WordDocument\0".encode("utf-16-le"), "content"),
    "web page named xls": ("a.xls", b"<html><table><tr><td>1</td></tr></table>", "content"),
    "document with a password": ("a.docx", ole("EncryptionInfo", "EncryptedPackage"), "content"),
    "old document with macros": ("a.doc", ole("WordDocument", "_VBA_PROJECT"), "content"),
    "directory in a circle": ("a.doc", looping_ole(), "content"),
    "document cut off": ("a.doc", GOOD["a.doc"][:600], "content"),
    "broken zip": ("a.zip", ZIP[:40], "archive"),
    "macro": ("a.docx", packed({"[Content_Types].xml": TYPES, "word/document.xml": b"", "word/vbaProject.bin": b"x"}), "archive"),
    "old macro": ("a.xlsx", packed({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"", "xl/macrosheets/sheet1.xml": b"x"}), "archive"),
    "traversal": ("a.zip", packed({"../../evil.txt": b"x"}), "archive"),
    "traversal in a document": ("a.docx", packed({"[Content_Types].xml": TYPES, "word/document.xml": b"", "../evil.txt": b"x"}), "archive"),
    "absolute": ("a.zip", packed({"/etc/passwd": b"x"}), "archive"),
    "drive": ("a.zip", packed({"C:/windows/x.txt": b"x"}), "archive"),
    "backslashes": ("a.zip", packed({"..\\..\\evil.txt": b"x"}), "archive"),
    "device inside": ("a.zip", packed({"docs/aux.txt": b"x"}), "archive"),
    "link": ("a.zip", link(), "archive"),
    "program inside": ("a.zip", packed({"docs/setup.EXE": b"MZ"}), "archive"),
    "program named pdf inside": ("a.zip", packed({"docs/a.pdf": b"MZ" + b"\0" * 600}), "archive"),
    "page inside": ("a.zip", packed({"index.html": PAGE}), "archive"),
    "page named pdf inside": ("a.zip", packed({"首页.pdf": PAGE}), "archive"),
    "other archive inside": ("a.zip", packed({"a.rar": b"Rar!\x1a\x07\0"}), "archive"),
    "packed with bzip2": ("a.zip", packed({"a.txt": b"x"}, zipfile.ZIP_BZIP2), "archive"),
    "packed with lzma": ("a.zip", packed({"a.txt": b"x"}, zipfile.ZIP_LZMA), "archive"),
    "same name twice": ("a.zip", packed({"A.txt": b"1", "a.TXT": b"2"}), "archive"),
    "password": ("a.zip", encrypted(), "archive"),
    "bomb": ("a.zip", packed({"zeros.bin": b"\0" * 40_000_000}), "archive"),
    "bomb inside": ("a.zip", packed({"b.zip": packed({"zeros.bin": b"\0" * 40_000_000})}), "archive"),
    "overlapping bomb": ("a.zip", overlapping(), "archive"),
    "archives in archives": ("a.zip", nested(4), "archive"),
    "traversal inside an archive inside": ("a.zip", packed({"b.zip": packed({"../x.txt": b"x"})}), "archive"),
    "30,000 entries": ("a.zip", b"PK\x03\x04" + many_entries(30_000), "archive"),
    "a directory that says fewer than it holds": ("a.zip", b"PK\x03\x04" + many_entries(65_000).replace(struct.pack("<HH", 65_000, 65_000), b"\1\0\1\0"), "archive"),
    "a secret named inside": ("a.zip", packed({"项目（绝密）.txt": b"x"}), "secrecy"),
    "direction override": ("invoice\u202efdp.exe.pdf", PDF, "name"),
    "zero width": ("论\u200b文.pdf", PDF, "name"),
    "line break": ("a\n.pdf", PDF, "name"),
    "nul": ("a\0.pdf", PDF, "name"),
    "too long": ("长" * 90 + ".pdf", PDF, "name"),
    "device": ("NUL.pdf", PDF, "name"),
    "device with two dots": ("com1.tar.pdf", PDF, "name"),
}
