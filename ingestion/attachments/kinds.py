"""Which files are accepted, told by their content: the extension must say the same.

The product never unpacks an attachment; archives are looked at through their directory only, so that nobody
who downloads one is met by a path that leaves the folder, a link, a program or a bomb.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from typing import BinaryIO

from ingestion.principal import OperationError

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

NAME_BYTES = 250
ZIP_ENTRIES = 5_000
ZIP_UNPACKED = 1_000_000_000
ZIP_RATIO = 200  # looked at from ten megabytes on: small office files of repeated XML pack very well
PROGRAMS = frozenset(
    "exe com bat cmd ps1 vbs vbe js jse wsf wsh msi msp scr pif hta cpl jar lnk reg sh dll html htm svg".split()
)
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))})
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


class AttachmentRefused(OperationError):
    """A file that is not taken; the sentence names the file and the rule. ``rule``: name, empty, size, count,
    type, content, archive, slot, secrecy."""

    def __init__(self, rule: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.rule = rule


def clean_name(name: str) -> str:
    """The name as it will be stored and downloaded: unchanged, without the folders some browsers put before
    it. Raises ``AttachmentRefused`` for names that lie (hidden direction marks) or cannot be saved."""
    short = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c if c.isprintable() and c not in BIDI else "?" for c in short)[:80]
    if not short.strip(" .") or "." not in short.strip("."):
        raise AttachmentRefused("name", f"文件名“{shown}”没有扩展名。", f"The file name “{shown}” has no extension.")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") or c in BIDI for c in short):
        raise AttachmentRefused("name", f"文件名“{shown}”含不可见字符，请改名后上传。", f"The file name “{shown}” contains invisible characters; rename it.")
    if len(short.encode()) > NAME_BYTES:
        raise AttachmentRefused("name", f"文件名“{shown}…”过长（最多约 80 个汉字）。", f"The file name “{shown}…” is too long (at most {NAME_BYTES} bytes).")
    if short.split(".", 1)[0].strip().casefold() in RESERVED:
        raise AttachmentRefused("name", f"文件名“{shown}”在部分系统上无法保存，请改名后上传。", f"The file name “{shown}” cannot be saved on some systems; rename it.")
    return short


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
    wanted = {"jpeg": "jpg"}.get(extension, extension)
    if found != wanted:
        raise AttachmentRefused(
            "content",
            f"“{name}”：文件内容与扩展名 {extension} 不符。",
            f"“{name}”: the content does not match the extension {extension}.",
        )
    return MEDIA_TYPES[extension]


def _content_kind(name: str, content: BinaryIO) -> str | None:
    content.seek(0)
    head = content.read(4096)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_kind(content)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(name, content)
    return None


def _ole_kind(content: BinaryIO) -> str | None:
    """Old office files: told apart by the names of their streams, written in UTF-16 in the directory."""
    content.seek(0)
    data = content.read()
    for kind, streams in (("doc", ("WordDocument",)), ("xls", ("Workbook", "Book")), ("ppt", ("PowerPoint Document",))):
        if any((stream + "\0").encode("utf-16-le") in data for stream in streams):
            return kind
    return None


def _zip_kind(name: str, content: BinaryIO) -> str | None:
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, ValueError):
        raise AttachmentRefused("archive", f"“{name}”：文件已损坏，无法读取。", f"“{name}”: the file is damaged and cannot be read.") from None
    if len(members) > ZIP_ENTRIES:
        raise AttachmentRefused("archive", f"“{name}”：压缩包内文件超过 {ZIP_ENTRIES} 个。", f"“{name}”: the archive holds more than {ZIP_ENTRIES} files.")
    unpacked, packed = sum(m.file_size for m in members), max(sum(m.compress_size for m in members), 1)
    if unpacked > ZIP_UNPACKED or (unpacked > 10_000_000 and unpacked / packed > ZIP_RATIO):
        raise AttachmentRefused("archive", f"“{name}”：解压后体积过大。", f"“{name}”: it becomes too large when unpacked.")
    names = {member.filename for member in members}
    if "OFD.xml" in names:
        return "ofd"
    if "[Content_Types].xml" in names:
        if any(n.casefold().endswith("vbaproject.bin") for n in names):
            raise AttachmentRefused("archive", f"“{name}”：文件含宏，请去除宏后上传。", f"“{name}”: the file contains macros; remove them first.")
        for kind, folder in (("docx", "word/"), ("xlsx", "xl/"), ("pptx", "ppt/")):
            if any(n.startswith(folder) for n in names):
                return kind
    for member in members:
        _check_member(name, member)
    return "zip"


def _check_member(name: str, member: zipfile.ZipInfo) -> None:
    path = member.filename.replace("\\", "/")
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    leaves = path.startswith("/") or ".." in path.split("/") or (len(path) > 1 and path[1] == ":")
    if leaves or is_link or "\0" in member.orig_filename:
        raise AttachmentRefused("archive", f"“{name}”：压缩包内含不安全的路径或链接。", f"“{name}”: the archive contains unsafe paths or links.")
    if extension_of(path) in PROGRAMS:
        inside = path.rsplit("/", 1)[-1][:60]
        raise AttachmentRefused("archive", f"“{name}”：压缩包内的“{inside}”是程序或网页文件，不能上传。", f"“{name}”: “{inside}” inside is a program or web page, which is not accepted.")


def as_stream(data: bytes | BinaryIO) -> BinaryIO:
    return io.BytesIO(data) if isinstance(data, bytes) else data
