"""Which files are accepted, told by their content: the extension must say the same.

The product never unpacks an attachment. Macros are refused in every office format that shows them, passwords
because nobody could review what they close, pictures that would fill the memory of whoever looks at them.
JavaScript in a PDF is left: it is shown in a box without rights (``dashboards.http.files``).
"""

from __future__ import annotations

import io
import struct
import unicodedata
from typing import BinaryIO

from ingestion.attachments import archives, ole, signatures
from ingestion.attachments.refusals import AttachmentRefused

MEDIA_TYPES: dict[str, str] = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "zip": "application/zip",
}
ALLOWED = "pdf、ofd、doc、docx、xls、xlsx、ppt、pptx、jpg、png、zip"
PREVIEWED = frozenset({"application/pdf", "image/jpeg", "image/png"})
"""What a browser shows by itself; everything else is only ever downloaded."""

NAME_BYTES = 250
PIXELS = 200_000_000  # a drawing of A2 at 600 dpi has 139 million; a browser needs four bytes for each
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
INVISIBLE = frozenset("\u200b\u2060\ufeff\u00ad\u180e")
STREAMS = (("doc", "WordDocument"), ("xls", "Workbook"), ("xls", "Book"), ("ppt", "PowerPoint Document"))
FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})  # JPEG's headers with a size


def clean_name(name: str) -> str:
    """The name as it will be stored and downloaded: unchanged, without the folders some browsers put before
    it. Raises ``AttachmentRefused`` for names that lie (hidden direction marks) or cannot be saved."""
    short = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c if c.isprintable() and c not in BIDI else "?" for c in short)[:80]
    if not short.strip(" .") or "." not in short.strip("."):
        raise AttachmentRefused("name", f"文件名“{shown}”没有扩展名。", f"The file name “{shown}” has no extension.")
    if any(_hidden(c) for c in short):
        raise AttachmentRefused("name", f"文件名“{shown}”含不可见字符，请改名后上传。", f"The file name “{shown}” contains invisible characters; rename it.")
    if len(short.encode()) > NAME_BYTES:
        raise AttachmentRefused("name", f"文件名“{shown}…”过长（最多约 80 个汉字）。", f"The file name “{shown}…” is too long (at most {NAME_BYTES} bytes).")
    if short.split(".", 1)[0].strip().casefold() in archives.RESERVED:
        raise AttachmentRefused("name", f"文件名“{shown}”在部分系统上无法保存，请改名后上传。", f"The file name “{shown}” cannot be saved on some systems; rename it.")
    return short


def _hidden(character: str) -> bool:
    if character in BIDI or character in INVISIBLE:
        return True
    kind = unicodedata.category(character)
    # Han characters newer than this Python's tables have no category yet; private ones stand for rare names.
    return kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cn" and not 0x20000 <= ord(character) <= 0x3FFFD)


def extension_of(name: str) -> str:
    return name.rsplit(".", 1)[-1].strip().casefold()


def media_type_of(name: str, content: BinaryIO) -> str:
    """The media type of a file whose extension is allowed and whose content agrees with it."""
    extension = extension_of(name)
    if extension not in MEDIA_TYPES:
        raise AttachmentRefused(
            "type", f"“{name}”：不支持这种文件，可上传 {ALLOWED}。", f"“{name}”: this type is not accepted; allowed: {ALLOWED.replace('、', ', ')}."
        )
    found = _content_kind(name, content)
    if found != {"jpeg": "jpg"}.get(extension, extension):
        zh, en = signatures.WORDS.get(found or "", ("", ""))
        raise AttachmentRefused(
            "content",
            f"“{name}”：文件内容与扩展名 {extension} 不符" + (f"，实际是{' ' if zh[0].isascii() else ''}{zh}。" if zh else "。"),
            f"“{name}”: the content does not match the extension {extension}" + (f"; it is {en}." if en else "."),
        )
    return MEDIA_TYPES[extension]


def _content_kind(name: str, content: BinaryIO) -> str | None:
    content.seek(0)
    found = signatures.of(content.read(archives.HEAD))
    match found:
        case "ole":
            return _ole_kind(name, content)
        case "zip":
            return archives.kind(name, content)
        case "jpg" | "png":
            _size(name, content, found)
    if found in ("pdf", "jpg", "png") and archives.is_archive(content):
        raise AttachmentRefused("content", f"“{name}”：文件同时是一个压缩包，请另存后上传。", f"“{name}”: the file is an archive at the same time; save it anew.")
    return found


def _damaged(name: str) -> AttachmentRefused:
    return AttachmentRefused("content", f"“{name}”：文件已损坏，无法读取。", f"“{name}”: the file is damaged and cannot be read.")


def _ole_kind(name: str, content: BinaryIO) -> str | None:
    """Old office files, told apart by the names of their streams."""
    try:
        streams = ole.names(content)
    except ole.Broken:
        raise _damaged(name) from None
    if "EncryptedPackage" in streams:
        raise AttachmentRefused("content", f"“{name}”：文件有打开密码，请去除密码后上传。", f"“{name}”: the file opens with a password only; remove it first.")
    if streams & {"_VBA_PROJECT", "_VBA_PROJECT_CUR"}:
        raise AttachmentRefused("content", f"“{name}”：文件含宏，请去除宏后上传。", f"“{name}”: the file contains macros; remove them first.")
    return next((kind for kind, stream in STREAMS if stream in streams), None)


# --- pictures -----------------------------------------------------------------------------------------


def _size(name: str, content: BinaryIO, kind: str) -> None:
    """A picture whose size is written in its head, and is one a browser can show."""
    try:
        width, height = _png_size(content) if kind == "png" else _jpg_size(content)
    except (struct.error, ValueError):
        raise _damaged(name) from None
    if width < 1 or height < 1:
        raise _damaged(name)
    if width * height > PIXELS:
        raise AttachmentRefused(
            "size", f"“{name}”：图片为 {width:,} × {height:,} 像素，超过 {PIXELS // 10_000:,} 万像素，请缩小后上传。",
            f"“{name}”: the picture has {width:,} × {height:,} pixels, more than {PIXELS // 1_000_000} million; make it smaller.",
        )  # fmt: skip


def _png_size(content: BinaryIO) -> tuple[int, int]:
    content.seek(8)
    head = content.read(16)
    if head[4:8] != b"IHDR":
        raise ValueError
    width, height = struct.unpack_from(">II", head, 8)
    return int(width), int(height)


def _jpg_size(content: BinaryIO) -> tuple[int, int]:
    at = 2
    for _segment in range(1_000):
        content.seek(at)
        head = content.read(9)
        while head[:2] == b"\xff\xff":  # fill bytes before a marker
            head = head[1:] + content.read(1)
            at += 1
        if len(head) < 9 or head[0] != 0xFF:
            raise ValueError
        if head[1] in FRAMES:
            height, width = struct.unpack_from(">HH", head, 5)
            return int(width), int(height)
        if head[1] in (0x01, *range(0xD0, 0xD9)):
            at += 2
        else:
            at += 2 + struct.unpack_from(">H", head, 2)[0]
    raise ValueError


def as_stream(data: bytes | BinaryIO) -> BinaryIO:
    return io.BytesIO(data) if isinstance(data, bytes) else data
