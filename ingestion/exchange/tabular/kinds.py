"""What a file is, told by its content: names lie, and a workbook called .xls may be any of five things.

Every refusal is one sentence that says what to do next.
"""

from __future__ import annotations

import re
from pathlib import Path

from ingestion.exchange.tabular.limits import Limits
from ingestion.principal import OperationError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
ALLOWED = (".xlsx、.xls、.csv", ".xlsx, .xls or .csv")

_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"MZ", "程序文件", "a program"),
    (b"\x7fELF", "程序文件", "a program"),
    (b"%PDF", " PDF 文件", "a PDF file"),
    (b"Rar!", "压缩包", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "压缩包", "an archive"),
    (b"\x1f\x8b", "压缩包", "an archive"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"GIF8", "图片", "a picture"),
    (b"{\\rtf", " RTF 文档", "an RTF document"),
    (b"SQLite format 3", "数据库文件", "a database"),
)
_SPREADSHEETML = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet|Excel\.Sheet")
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|meta|style|table|div)[\s>]", re.IGNORECASE)


class UnreadableFile(OperationError):
    """A file that cannot be imported as it is. ``reason`` names the case for tests and for the page: empty, size,
    type, password, damaged, bomb, macro, encoding, table, rows, columns, template."""

    def __init__(self, reason: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.reason = reason


def shown(name: str) -> str:
    """A file name as it may stand in a sentence: without marks that turn the text around, not too long."""
    return "".join(c for c in name if c.isprintable())[:80]


def wrong_type(name: str, zh: str, en: str) -> UnreadableFile:
    return UnreadableFile(
        "type",
        f"“{name}”是{zh}，不是表格，请上传 {ALLOWED[0]} 文件。",
        f"“{name}” is {en}, not a table; upload a file of type {ALLOWED[1]}.",
    )


def damaged(name: str) -> UnreadableFile:
    return UnreadableFile(
        "damaged",
        f"“{name}”不完整或已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。",
        f"“{name}” is incomplete or damaged; open it in a spreadsheet program, save it as .xlsx and upload it again.",
    )


def locked(name: str) -> UnreadableFile:
    return UnreadableFile(
        "password",
        f"“{name}”设有密码保护，请在 Excel 或 WPS 中取消密码后再上传。",
        f"“{name}” is protected by a password; remove the password and upload it again.",
    )


def too_large_inside(name: str) -> UnreadableFile:
    return UnreadableFile(
        "bomb",
        f"“{name}”解压后异常庞大，请把数据复制到新建的工作簿后再上传。",
        f"“{name}” becomes abnormally large when unpacked; copy the data into a new workbook and upload that.",
    )


def sniff(path: Path, name: str, limits: Limits) -> str:
    """``"zip"``, ``"ole"``, ``"spreadsheetml"``, ``"html"`` or ``"csv"``.

    Raises:
        UnreadableFile: no file, empty, too large, or certainly no table.
    """
    if not path.is_file():
        raise UnreadableFile("empty", f"找不到文件“{name}”。", f"There is no file “{name}”.")
    size = path.stat().st_size
    if size > limits.packed:
        most = limits.packed // (1024 * 1024)
        raise UnreadableFile(
            "size",
            f"“{name}”有 {size / 1024 / 1024:.0f} MB，超过 {most} MB 的上限，请分成几个文件上传。",
            f"“{name}” has {size / 1024 / 1024:.0f} MB, more than the {most} MB allowed; divide it into several files.",
        )
    with path.open("rb") as file:
        head = file.read(65_536)
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(
            "empty", f"“{name}”是空文件，请填写内容后再上传。", f"“{name}” is empty; fill it in and upload it again."
        )
    if head.startswith(ZIP):
        return "zip"
    if head.startswith(OLE):
        return "ole"
    for mark, zh, en in _OTHERS:
        if head.startswith(mark) and (len(mark) > 2 or b"\x00" in head[:256]):
            raise wrong_type(name, zh, en)
    if head[0] == 9 and head[1] in (0, 2, 4, 8) and head[2] in (4, 6, 8, 16) and head[3] == 0:
        raise UnreadableFile(
            "type",
            f"“{name}”是很早的 Excel 格式，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。",
            f"“{name}” has a very old Excel format; save it as .xlsx and upload it again.",
        )
    return _text_kind(head, name)


def _text_kind(head: bytes, name: str) -> str:
    plain = head.replace(b"\x00", b"") if head.startswith((b"\xff\xfe", b"\xfe\xff")) else head
    plain = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    start = plain[:8192]
    if start.startswith(b"<") and _SPREADSHEETML.search(start):
        return "spreadsheetml"
    if start.startswith(b"<") and _HTML.search(start):
        return "html"
    if start.startswith(b"<?xml"):
        raise wrong_type(name, " XML 文件", "an XML file")
    if start[:200].lstrip().startswith((b"MIME-Version:", b"From: <Saved by")):
        raise UnreadableFile(
            "type",
            f"“{name}”是网页归档文件，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。",
            f"“{name}” is a web archive; save it as .xlsx and upload it again.",
        )
    if start.startswith((b'{"', b"[{", b"{\r\n", b"{\n")):
        raise wrong_type(name, " JSON 文件", "a JSON file")
    return "csv"


_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)


def markup_encoding(path: Path, name: str, kind: str) -> str | None:
    """The encoding of HTML or SpreadsheetML: what its bytes are, whatever it says. None where the parser knows best.

    Raises:
        UnreadableFile: SpreadsheetML that declares a document type or entities.
    """
    with path.open("rb") as file:
        head = file.read(1 << 18)
    if kind == "spreadsheetml":
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise damaged(name)
        return None
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    cut = head[: head.rfind(b"<")] if len(head) == 1 << 18 else head
    for codec in ("utf-8", "gb18030", "big5"):
        try:
            cut.decode(codec)
            return codec
        except UnicodeDecodeError:
            continue
    said = _CHARSET.search(head)
    return said[1].decode() if said else None
