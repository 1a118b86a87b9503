"""What stands inside a zip (and in the office files that are one): looked at, never unpacked to disk by its names.

The directory is judged before anything is read: how many entries, how large when unpacked, where they would go.
Then the first bytes of each entry, so that nobody who downloads an archive is met by a program called .pdf; and an
archive inside it the same way, as deep as ``DEPTH``. Names without the UTF-8 mark are read as GBK, which is what
Chinese Windows writes.
"""

from __future__ import annotations

import struct
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO

from ingestion.attachments import signatures
from ingestion.attachments.refusals import AttachmentRefused
from ingestion.catalog import secrecy

ENTRIES = 10_000  # with those of the archives inside
DIRECTORY_BYTES = 4_000_000
UNPACKED = 1_000_000_000
RATIO = 200  # looked at from ten megabytes on: small office files of repeated XML pack very well
RATIO_FROM = 10_000_000
INNER_BYTES = 200_000_000  # of archives inside archives, unpacked to be looked at
DEPTH = 3
IN_MEMORY = 8_000_000
HEAD = 512
# What systems pack with. The others cost what their writer likes: the first byte of a bzip2 entry takes a whole
# block (20 ms), an LZMA entry names the gigabytes its reader must allocate.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))})


@dataclass
class _Budget:
    """What is left of the limits, shared by an archive and all inside it."""

    entries: int = field(default_factory=lambda: ENTRIES)
    unpacked: int = field(default_factory=lambda: UNPACKED)
    inner: int = field(default_factory=lambda: INNER_BYTES)


@dataclass
class _Look:
    """``name``: of the file as uploaded, for the messages."""

    name: str
    budget: _Budget = field(default_factory=_Budget)

    def refuse(self, zh: str, en: str, rule: str = "archive") -> AttachmentRefused:
        return AttachmentRefused(rule, f"“{self.name}”：{zh}", f"“{self.name}”: {en}")


def kind(name: str, content: IO[bytes]) -> str:
    """zip, docx, xlsx, pptx or ofd. Raises ``AttachmentRefused`` naming the file, the rule and the entry."""
    return _kind(_Look(name), content, 0)


def is_archive(content: IO[bytes]) -> bool:
    """Whether the file ends as a zip does, whatever it begins with: the mark of a file that is two things at once."""
    end = _end(content)
    return end is not None and end.exact


def member_name(member: zipfile.ZipInfo) -> str:
    """The name as its writer meant it."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


# --- the end of the directory -------------------------------------------------------------------------


@dataclass(frozen=True)
class _End:
    entries: int
    directory: int
    exact: bool


def _end(content: IO[bytes]) -> _End | None:
    """The record that closes a zip. ``exact``: its comment reaches the end of the file, byte for byte."""
    content.seek(0, 2)
    size = content.tell()
    content.seek(max(0, size - 65_557))
    tail = content.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return None
    entries, directory, _offset, comment = struct.unpack_from("<HIIH", tail, at + 10)
    before = tail.rfind(b"PK\x06\x06", 0, at)
    if before >= 0 and at - before >= 56 and 0xFFFF in (entries, directory & 0xFFFF):
        entries, directory = struct.unpack_from("<QQ", tail, before + 32)
    return _End(entries, directory, at + 22 + comment == len(tail))


# --- one archive --------------------------------------------------------------------------------------


def _kind(look: _Look, content: IO[bytes], depth: int) -> str:
    end = _end(content)
    if end is None:
        raise look.refuse("文件已损坏，无法读取。", "the file is damaged and cannot be read.")
    if end.entries > look.budget.entries or end.directory > DIRECTORY_BYTES:
        raise look.refuse(f"压缩包内文件超过 {ENTRIES:,} 个。", f"the archive holds more than {ENTRIES:,} files.")
    try:
        with zipfile.ZipFile(content) as archive:
            return _judge(look, archive, _size(content), depth)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, OSError, ValueError, EOFError, RuntimeError, struct.error):
        raise look.refuse("文件已损坏，无法读取。", "the file is damaged and cannot be read.") from None


def _size(content: IO[bytes]) -> int:
    content.seek(0, 2)
    return content.tell()


def _judge(look: _Look, archive: zipfile.ZipFile, size: int, depth: int) -> str:
    members = archive.infolist()
    _sizes(look, members, size)
    named = [(member_name(m), m) for m in members]
    for inside, member in named:
        _place(look, inside, member)
    found = _of(frozenset(inside for inside, _member in named))
    if found in ("docx", "xlsx", "pptx", "ofd"):
        if any(n.casefold().endswith("vbaproject.bin") or "/macrosheets/" in n.casefold() for n, _member in named):
            raise look.refuse("文件含宏，请去除宏后上传。", "the file contains macros; remove them first.")
        return found
    if len({inside.casefold() for inside, _member in named}) < len(members):
        raise look.refuse("压缩包内有重名的文件（或仅大小写不同），解压时会互相覆盖。", "two files inside have the same name (or differ in case only) and would overwrite each other.")
    for inside, member in named:
        if not member.is_dir():
            _content(look, archive, inside, member, depth)
    return found


def _sizes(look: _Look, members: list[zipfile.ZipInfo], size: int) -> None:
    look.budget.entries -= len(members)
    if look.budget.entries < 0:
        raise look.refuse(f"压缩包内文件超过 {ENTRIES:,} 个。", f"the archive holds more than {ENTRIES:,} files.")
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    look.budget.unpacked -= unpacked
    if packed > size or look.budget.unpacked < 0 or (unpacked > RATIO_FROM and unpacked > RATIO * max(packed, 1)):
        raise look.refuse("解压后体积过大。", "it becomes too large when unpacked.")


def _of(names: frozenset[str]) -> str:
    if "OFD.xml" in names:
        return "ofd"
    if "[Content_Types].xml" in names:
        for found, folder in (("docx", "word/"), ("xlsx", "xl/"), ("pptx", "ppt/")):
            if any(n.startswith(folder) for n in names):
                return found
    return "zip"


def _place(look: _Look, inside: str, member: zipfile.ZipInfo) -> None:
    """Where the entry would go when unpacked, on any system."""
    path = inside.replace("\\", "/")
    parts = [part for part in path.rstrip("/").split("/") if part != "."]
    linked = (member.external_attr >> 16) & 0o170000 in (0o120000, 0o020000, 0o060000, 0o010000)
    leaves = path.startswith("/") or ".." in parts or ":" in path or "\0" in member.orig_filename
    device = any(part.split(".", 1)[0].strip().casefold() in RESERVED for part in parts)
    if leaves or linked or device:
        raise look.refuse(f"压缩包内的“{_short(inside)}”路径不安全（绝对路径、上级目录、链接或设备名）。", f"“{_short(inside)}” inside has an unsafe path (absolute, parent folder, link or device name).")
    rule = secrecy.scan(path)
    if rule is not None:
        raise AttachmentRefused(
            "secrecy", f"“{look.name}”：压缩包内的文件名含涉密标志，涉密数据不得上网，文件未保存。",
            f"“{look.name}”: a file name inside carries a secrecy mark; classified data must not go online. Nothing was stored.",
            secrecy_rule=rule,
        )  # fmt: skip


def _content(look: _Look, archive: zipfile.ZipFile, inside: str, member: zipfile.ZipInfo, depth: int) -> None:
    """What an entry is, by its first bytes; an archive in turn."""
    shown = _short(inside.rsplit("/", 1)[-1])
    if member.flag_bits & 0x1:
        raise look.refuse("压缩包有密码，无法检查，请去除密码后上传。", "the archive has a password and cannot be checked; remove it first.")
    if member.compress_type not in METHODS:
        raise look.refuse("压缩方式不常见，无法检查，请用系统自带的压缩重新打包。", "it is packed in an unusual way and cannot be checked; pack it again with your system's own tool.")
    extension = inside.rsplit(".", 1)[-1].strip().casefold() if "." in inside else ""
    with archive.open(member) as entry:
        head = entry.read(HEAD)
    found = signatures.of(head)
    if extension in signatures.PROGRAMS or found in signatures.PROGRAM_KINDS:
        raise look.refuse(f"压缩包内的“{shown}”是程序或网页文件，不能上传。", f"“{shown}” inside is a program or web page, which is not accepted.")
    if extension in signatures.OTHER_ARCHIVES or found in signatures.OTHER_ARCHIVES:
        raise look.refuse(f"压缩包内的“{shown}”是另一种压缩文件，无法检查，请改用 zip。", f"“{shown}” inside is another kind of archive and cannot be checked; use zip.")
    expected = signatures.EXPECTED.get(extension)
    if expected is not None and member.file_size and found != expected:
        raise look.refuse(f"压缩包内的“{shown}”内容与扩展名 {extension} 不符。", f"the content of “{shown}” inside does not match the extension {extension}.")
    if found == "zip":
        _inner(look, archive, shown, member, depth)


def _inner(look: _Look, archive: zipfile.ZipFile, shown: str, member: zipfile.ZipInfo, depth: int) -> None:
    if depth + 1 >= DEPTH:
        raise look.refuse(f"压缩包嵌套超过 {DEPTH} 层。", f"archives stand inside each other more than {DEPTH} deep.")
    look.budget.inner -= member.file_size
    if look.budget.inner < 0:
        raise look.refuse("解压后体积过大。", "it becomes too large when unpacked.")
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        with archive.open(member) as entry:
            while chunk := entry.read(1 << 20):  # never more than the directory said: zipfile stops there
                copy.write(chunk)
        _kind(look, copy, depth + 1)


def _short(inside: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in inside)[:60]
