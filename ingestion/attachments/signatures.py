"""What a file is by its first bytes; names and what browsers say about it are not asked."""

from __future__ import annotations

import re

OTHER_ARCHIVES = frozenset("rar 7z gz tgz tar bz2 xz iso cab arj lzh zst".split())
PROGRAM_KINDS = frozenset({"exe", "elf", "html", "svg", "class", "lnk"})
PROGRAMS = frozenset(
    "exe com bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh msi msp msix scr pif hta cpl jar lnk reg inf sh dll ocx sys"
    " html htm xhtml shtml mht mhtml svg svgz swf apk app command desktop url docm xlsm pptm dotm xltm xlam".split()
)

EXPECTED: dict[str, str] = {  # inside an archive: extension → what the first bytes must say; a picture may be any
    "pdf": "pdf", "doc": "ole", "xls": "ole", "ppt": "ole", "docx": "zip", "xlsx": "zip", "pptx": "zip", "ofd": "zip", "zip": "zip",
}  # fmt: skip

WORDS: dict[str, tuple[str, str]] = {
    "exe": ("程序", "a program"), "elf": ("程序", "a program"), "class": ("程序", "a program"),
    "lnk": ("快捷方式", "a shortcut"), "html": ("网页", "a web page"), "svg": ("SVG 图", "an SVG drawing"), "xml": ("XML 文件", "an XML file"),
    "rtf": ("RTF 文件", "an RTF file"), "gif": ("GIF 图", "a GIF picture"), "webp": ("WebP 图", "a WebP picture"), "bmp": ("BMP 图", "a BMP picture"),
    "tif": ("TIFF 图", "a TIFF picture"), "heic": ("HEIC 图", "a HEIC picture"), "rar": ("rar 压缩包", "a rar archive"), "7z": ("7z 压缩包", "a 7z archive"),
    "gz": ("gz 压缩包", "a gz archive"), "caj": ("CAJ 文件", "a CAJ file"),
    "pdf": ("pdf", "pdf"), "jpg": ("jpg", "jpg"), "png": ("png", "png"), "doc": ("doc", "doc"), "xls": ("xls", "xls"), "ppt": ("ppt", "ppt"),
    "docx": ("docx", "docx"), "xlsx": ("xlsx", "xlsx"), "pptx": ("pptx", "pptx"), "ofd": ("ofd", "ofd"), "zip": ("zip", "zip"),
}  # fmt: skip

_BYTES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"), (b"\x7fELF", "elf"), (b"\xca\xfe\xba\xbe", "class"), (b"\xcf\xfa\xed\xfe", "elf"),
    (b"L\0\0\0\x01\x14\x02\0", "lnk"), (b"GIF8", "gif"), (b"BM", "bmp"), (b"II*\0", "tif"), (b"MM\0*", "tif"), (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz"), (b"MSCF", "cab"),
    (b"CAJ\0", "caj"), (b"KDH ", "caj"),
)  # fmt: skip
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|head|body|script|iframe|table|div|meta|title|style|img|a\s)", re.I)
_SVG = re.compile(rb"<\s*(?:[\w-]+:)?svg[\s>]", re.I)


def of(head: bytes) -> str | None:
    """The kind of a file that begins with these bytes (512 are enough), or ``None`` for one without a mark.
    ``ole`` and ``zip`` hold several kinds, told apart by what is inside."""
    for mark, kind in _BYTES:
        if head.startswith(mark):
            return kind
    if head.startswith(b"MZ") and b"\0" in head[:64]:  # a text may begin with these two letters
        return "exe"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1"):
        return "heic"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[257:262] == b"ustar":
        return "tar"
    text = _text(head)
    if text.startswith(b"%PDF-"):
        return "pdf"
    if text.startswith(b"<"):
        if _SVG.search(text):
            return "svg"
        if _MARKUP.search(text):
            return "html"
        return "xml" if text.startswith(b"<?xml") else None
    return None


def _text(head: bytes) -> bytes:
    """As a browser would read it: without a byte order mark, blanks, and the second byte of UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\0", b"")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x0c\0")
