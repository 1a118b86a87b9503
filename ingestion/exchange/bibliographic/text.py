"""Bytes of a text file → text, whatever wrote it: UTF-8 with any number of marks, GBK and GB18030, UTF-16, Big5.

A file holds one encoding. Where a line is in another, or a character is cut off, the line is named: GB18030
accepts nearly every byte, and reading on would turn whole entries into other characters without a word.
"""

from __future__ import annotations

import codecs
import html
import re
from pathlib import Path

from ingestion.principal import OperationError

LARGEST = 20 * 1024 * 1024  # bytes: 3,000 full Web of Science records; the parsers need about 12 times as much memory
MOST_ENTRIES = 20_000  # what Scopus exports at most; filing them takes a minute
MOST_LINES = 1_000_000  # each line costs some 100 bytes however short it is
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_HANZI = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")  # a character from U+3000 to U+9FFF in UTF-8
_BIG5_COMMON = re.compile(rb"[\xa4-\xc6](?:([\x40-\x7e])|[\xa1-\xfe])|[\x81-\xfe][\x40-\xfe]|[\x00-\xff]")


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding.

    Raises:
        OperationError: no encoding fits, or two are mixed; the message names the line.
    """
    marks = 0
    while data.startswith(codecs.BOM_UTF8):
        data, marks = data[3:], marks + 1
    if marks:
        return _utf8(data), "UTF-8 (BOM)"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16").lstrip("\ufeff"), "UTF-16"
    if (unmarked := _unmarked_utf16(data)) is not None:
        return _strict(data, unmarked), "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _chinese(data)


def _unmarked_utf16(data: bytes) -> str | None:
    """Text with NULs in it is UTF-16 that lost its mark, if its characters then are letters, digits and Chinese."""
    head = data[: min(4096, len(data) // 2 * 2)]
    if 0 not in head:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        shown = head.decode(encoding, "replace")
        plain = sum(c in "\r\n\t" or " " <= c <= "~" or "\u3000" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef" for c in shown)
        if plain * 10 > len(shown) * 9:
            return encoding
    return None


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise _mixed([data.count(b"\n", 0, wrong.start) + 1], "UTF-8") from None


def _chinese(data: bytes) -> tuple[str, str]:
    """Text that is no UTF-8 as a whole. Lines that nevertheless are, and hold Chinese, cannot be chance: then the
    file is mixed, or its end was cut off inside a character."""
    utf8, other = _lines_by_encoding(data)
    if utf8:
        first, name = (other, "UTF-8") if len(utf8) >= len(other) else (utf8, "GB18030")
        raise _mixed(first, name)
    if _looks_big5(data):
        try:
            return data.decode("big5hkscs"), "Big5"
        except UnicodeDecodeError:
            pass
    if _looks_western(data):
        return data.decode("cp1252", "replace"), "Windows-1252"
    try:
        return data.decode("gb18030"), "GB18030"
    except UnicodeDecodeError as wrong:
        raise _undecodable(data, wrong.start, "gb18030") from None


def _looks_western(data: bytes) -> bool:
    """Accents stand alone between plain letters; GB18030 would join each with the letter behind it."""
    pairs = len(re.findall(rb"[\x80-\xff]{2}", data[:200_000]))
    alone = len(re.findall(rb"(?<![\x80-\xff])[\xc0-\xff](?![\x80-\xff])", data[:200_000]))
    return alone > 0 and pairs * 10 < alone


def _lines_by_encoding(data: bytes) -> tuple[list[int], list[int]]:
    """Numbers of the lines that are UTF-8 with at least two Chinese characters, and of those that are not UTF-8."""
    utf8: list[int] = []
    other: list[int] = []
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", data), start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            other.append(number)
        else:
            if len(_HANZI.findall(line)) >= 2:
                utf8.append(number)
    return utf8, other


def _looks_big5(data: bytes) -> bool:
    """In Big5 some 40 % of the common characters have a second byte below 0x7F; in GBK hardly any has."""
    common = low = 0
    for match in _BIG5_COMMON.finditer(data[:200_000]):
        first = match[0][0]
        if len(match[0]) == 2 and 0xA4 <= first <= 0xC6:
            common += 1
            low += match[1] is not None
    return common >= 5 and low * 5 > common


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error.start, encoding) from None


def _undecodable(data: bytes, at: int, encoding: str) -> OperationError:
    line = data[:at].decode(encoding, "replace").count("\n") + 1
    return OperationError(
        f"第 {line} 行的文字无法识别；允许的编码为 UTF-8、GB18030、UTF-16。请检查文件是否完整，或另存为 UTF-8 后再导入。",
        f"Line {line} cannot be read as text; allowed encodings are UTF-8, GB18030 and UTF-16. Look whether the "
        "file is complete, or save it as UTF-8 and import it again.",
    )


def _mixed(lines_: list[int], name: str) -> OperationError:
    shown = "、".join(map(str, lines_[:5])) + (f" 等 {len(lines_)}" if len(lines_) > 5 else "")
    shown_en = ", ".join(map(str, lines_[:5])) + (f" and {len(lines_) - 5} more" if len(lines_) > 5 else "")
    return OperationError(
        f"第 {shown} 行不是 {name} 文字：文件混用了两种编码，或者被截断在一个字的中间。请把文件另存为 UTF-8 后再导入。",
        f"Line {shown_en} is not {name} text: the file mixes two encodings or was cut off inside a character. "
        "Save it as UTF-8 and import it again.",
    )


def load(path: Path, name: str | None = None) -> tuple[str, str]:
    """The text of a file and its encoding. ``name``: what the user calls the file.

    Raises:
        OperationError: no such file, too large, empty or not text.
    """
    name = name or path.name
    if not path.is_file():
        raise OperationError(f"找不到文件“{name}”。", f"There is no file “{name}”.")
    if path.stat().st_size > LARGEST:
        raise too_large(f"文件“{name}”", f"“{name}”")
    return read(path.read_bytes(), name)


def read(data: bytes, name: str) -> tuple[str, str]:
    """As ``load``, from bytes."""
    if len(data) > LARGEST:
        raise too_large(f"文件“{name}”", f"“{name}”")
    _refuse_binary(data, name)
    text, encoding = decode(data)
    check(text, f"文件“{name}”", f"“{name}”")
    return text, encoding


def check(text: str, zh: str, en: str) -> None:
    """Refuses text that is empty or has more lines or characters than the parsers take; ``zh`` and ``en`` call it."""
    if not _INVISIBLE.sub("", text).strip():
        raise OperationError(f"{zh}是空的。", f"There is nothing in {en}.")
    if len(text) > LARGEST or text.count("\n") + text.count("\r") > MOST_LINES:
        raise too_large(zh, en)


_BINARY = (
    (b"PK\x03\x04", "Excel 工作簿或压缩文件", "an Excel workbook or an archive"),
    (b"PK\x05\x06", "压缩文件", "an archive"),
    (b"\xd0\xcf\x11\xe0", "旧版 Excel、Word 或加密文件", "an old Excel, Word or encrypted file"),
    (b"%PDF", "PDF", "a PDF"),
    (b"MZ", "程序", "a program"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"Rar!", "压缩文件", "an archive"),
    (b"7z\xbc\xaf", "压缩文件", "an archive"),
    (b"\x1f\x8b", "压缩文件", "an archive"),
)  # fmt: skip


def _refuse_binary(data: bytes, name: str) -> None:
    for start, zh, en in _BINARY:
        if data.startswith(start):
            raise OperationError(
                f"“{name}”是{zh}，不是题录文本；请从数据库重新导出文本格式的题录。自己整理的 Excel 清单请用“批量导入”。",
                f"“{name}” is {en}, not bibliographic text; export the references again as text. Use Import for an Excel list of your own.",
            )


def too_large(zh: str, en: str) -> OperationError:
    return OperationError(
        f"{zh}超过 {LARGEST // 1024 // 1024} MB 或 {MOST_LINES:,} 行的上限；请分成几个文件导入。",
        f"{en} is larger than {LARGEST // 1024 // 1024} MB or {MOST_LINES:,} lines; import it in parts.",
    )


def too_many() -> OperationError:
    return OperationError(
        f"文件超过 {MOST_ENTRIES:,} 条题录的上限；请分成几个文件导入。",
        f"The file has more than {MOST_ENTRIES:,} references; import it in parts.",
    )


def lines(text: str) -> list[str]:
    """Lines by LF, CRLF or CR only: other Unicode line marks are data, and become spaces."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def clean(value: str) -> str:
    """One line without control, invisible and direction characters, runs of space as one."""
    return " ".join(_INVISIBLE.sub(" ", value).split())


_TAG = re.compile(r"</?(?:jats:)?(?:i|b|u|em|strong|sub|sup|sc|scp|p|br|div|span|italic|bold|inf|title|sec|font|tt)(?:\s[^<>]{0,200})?/?>", re.I)


def plain(value: str) -> str:
    """As ``clean``, without the HTML that publishers leave in titles and abstracts: ``H<sub>2</sub>O &amp; CO``.
    ``P<0.05`` stays."""
    if "&" in value:
        value = html.unescape(html.unescape(value))  # ``&amp;lt;`` is common
    return clean(_TAG.sub("", value)) if "<" in value else clean(value)


def has_hanzi(text: str) -> bool:
    return any("\u3400" <= c <= "\u9fff" or "\U00020000" <= c <= "\U000323af" for c in text)
