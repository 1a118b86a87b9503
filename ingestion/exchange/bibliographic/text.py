"""Bytes of a text file → text, whatever wrote it: UTF-8 with or without BOM, GB18030, UTF-16."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ingestion.principal import OperationError

LARGEST = 100 * 1024 * 1024
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028\u2029\u2060\ufeff]")


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding.

    Raises:
        OperationError: no encoding fits; the message names the line of the first wrong byte.
    """
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data, "utf-8-sig"), "UTF-8 (BOM)"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16"), "UTF-16"
    head = data[:4096]
    if head and head.count(0) * 5 > len(head):  # text with NULs in it is UTF-16 that lost its mark
        little = head[1::2].count(0) >= head[0::2].count(0)
        return _strict(data, "utf-16-le" if little else "utf-16-be"), "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as wrong_utf8:
        try:
            return data.decode("gb18030"), "GB18030"
        except UnicodeDecodeError:
            raise _undecodable(data, wrong_utf8.start) from None


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error.start) from None


def _undecodable(data: bytes, at: int) -> OperationError:
    line = data.count(b"\n", 0, at) + 1
    return OperationError(
        f"第 {line} 行的文字无法识别；允许的编码为 UTF-8、GB18030、UTF-16。",
        f"Line {line} cannot be read as text; allowed encodings are UTF-8, GB18030 and UTF-16.",
    )


def load(path: Path) -> tuple[str, str]:
    """The text of a file and its encoding.

    Raises:
        OperationError: no such file, too large, empty or not text.
    """
    if not path.is_file():
        raise OperationError(f"找不到文件“{path.name}”。", f"There is no file “{path.name}”.")
    if path.stat().st_size > LARGEST:
        raise OperationError(
            f"文件“{path.name}”超过 100 MB 的上限。", f"The file “{path.name}” is larger than 100 MB."
        )
    text, encoding = decode(path.read_bytes())
    if not text.strip():
        raise OperationError(f"文件“{path.name}”是空的。", f"The file “{path.name}” is empty.")
    return text, encoding


def lines(text: str) -> list[str]:
    """Lines by LF, CRLF or CR only: other Unicode line marks are data, and become spaces."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def clean(value: str) -> str:
    """One line without control and invisible characters, runs of space as one."""
    return " ".join(_INVISIBLE.sub(" ", value).split())
