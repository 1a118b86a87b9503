"""The container of .xls and of protected workbooks (OLE), and what a .xls says beside its values.

Read by hand because the reader of workbooks tells neither hidden rows nor error values. Every chain is bounded by
the size of the file, so a container that points back at itself ends as damaged.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.exchange.tabular import kinds
from ingestion.exchange.tabular.package import MARKS, Facts

_END = 0xFFFFFFFA
_RECORDS = 3_000_000  # looked at in all sheets together: two seconds
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


class _Broken(Exception):
    pass


@dataclass
class Container:
    """``streams``: name → (first sector, bytes)."""

    data: bytes
    sector: int
    fat: list[int]
    mini_fat: list[int]
    mini_sector: int
    cutoff: int
    streams: dict[str, tuple[int, int]] = field(default_factory=dict)
    root: bytes = b""

    def stream(self, name: str) -> bytes:
        start, size = self.streams[name]
        if size < self.cutoff:
            pieces = (self.root[at * self.mini_sector : (at + 1) * self.mini_sector] for at in _chain(self.mini_fat, start))
        else:
            pieces = (_sector(self.data, at, self.sector) for at in _chain(self.fat, start))
        return b"".join(pieces)[:size]


def _sector(data: bytes, at: int, size: int) -> bytes:
    return data[(at + 1) * size : (at + 2) * size]


def _chain(fat: list[int], at: int) -> Iterator[int]:
    for _ in range(len(fat) + 1):
        if at >= _END:
            return
        if at >= len(fat):
            raise _Broken
        yield at
        at = fat[at]
    raise _Broken


def _open(data: bytes) -> Container:
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    first_directory, cutoff, first_mini, _, first_difat, difats = (
        struct.unpack_from("<I", data, 48)[0], *struct.unpack_from("<IIIII", data, 56)
    )  # fmt: skip
    if shift not in (9, 12) or mini_shift != 6:
        raise _Broken
    size = 1 << shift
    sectors = list(struct.unpack_from("<109I", data, 76))
    per = size // 4
    for _ in range(min(difats, len(data) // size + 1)):
        if first_difat >= _END:
            break
        block = struct.unpack(f"<{per}I", _sector(data, first_difat, size))
        sectors += block[:-1]
        first_difat = block[-1]
    fat: list[int] = []
    for at in sectors[: len(data) // size + 1]:
        if at < _END:
            fat += struct.unpack(f"<{per}I", _sector(data, at, size))
    mini_fat = [
        value for at in _chain(fat, first_mini) for value in struct.unpack(f"<{per}I", _sector(data, at, size))
    ]
    found = Container(data, size, fat, mini_fat, 1 << mini_shift, cutoff)
    directory = b"".join(_sector(data, at, size) for at in _chain(fat, first_directory))
    for at in range(0, len(directory) - 127, 128):
        length, kind = struct.unpack_from("<H", directory, at + 64)[0], directory[at + 66]
        start, stream = struct.unpack_from("<IQ", directory, at + 116)
        title = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if kind == 5:
            found.root = b"".join(_sector(data, one, size) for one in _chain(fat, start))
        elif kind == 2:
            found.streams.setdefault(title, (start, int(stream) & 0xFFFFFFFF))
    return found


def examine(path: Path, name: str) -> tuple[dict[str, Facts], int]:
    """What the sheets of a .xls hold beside their values, by name, and the size of the workbook inside.

    Raises:
        UnreadableFile: protected by a password, damaged, or another kind of file in the same container.
    """
    try:
        container = _open(path.read_bytes())
        if "EncryptedPackage" in container.streams or "EncryptionInfo" in container.streams:
            raise kinds.locked(name)
        for stream in ("Workbook", "Book", "WORKBOOK", "BOOK"):
            if stream in container.streams:
                book = container.stream(stream)
                return _facts(book, name), len(book)
    except (_Broken, struct.error, IndexError, KeyError):
        raise kinds.damaged(name) from None
    if "WordDocument" in container.streams:
        raise kinds.wrong_type(name, " Word 文档", "a Word document")
    if "PowerPoint Document" in container.streams:
        raise kinds.wrong_type(name, "演示文稿", "a presentation")
    raise kinds.wrong_type(name, "其他类型的文件", "a file of another kind")


def _facts(book: bytes, name: str) -> dict[str, Facts]:
    found: dict[str, Facts] = {}
    starts: list[tuple[int, str]] = []
    left = _RECORDS
    for kind, at, _ in _records(book, 0):
        left -= 1
        if left < 0:
            return found
        if kind == 0x2F:
            raise kinds.locked(name)
        if kind == 0x85 and at + 8 <= len(book):
            start, _, length, wide = struct.unpack_from("<IHBB", book, at)
            raw = book[at + 8 : at + 8 + length * (2 if wide & 1 else 1)]
            starts.append((start, raw.decode("utf-16-le" if wide & 1 else "latin-1", "replace")))
        if kind == 0x0A:
            break
    for start, title in starts:
        found[title] = facts = Facts()
        for kind, at, length in _records(book, start):
            left -= 1
            if kind == 0x0A or left < 0:
                break
            if length >= 6:
                _look(book, kind, at, length, facts)
    return found


def _records(book: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, start and length of each record until the end of the stream. Nested parts (charts) are skipped."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        if kind == 0x0809:
            depth += 1
        if depth <= 1:
            yield kind, at + 4, min(length, len(book) - at - 4)
        if kind == 0x0A:
            depth -= 1
        at += 4 + length


def _look(book: bytes, kind: int, at: int, length: int, facts: Facts) -> None:
    if len(facts.errors) + len(facts.hidden_rows) >= MARKS:
        return
    row, column = struct.unpack_from("<HH", book, at)
    if kind == 0x0208 and length >= 16 and book[at + 12] & 0x20:
        facts.hidden_rows.append(row + 1)
    elif kind == 0x007D and length >= 10 and book[at + 8] & 1:
        facts.hidden_columns += range(row, min(column, 255) + 1)
    elif kind == 0x0205 and length >= 8 and book[at + 7]:
        facts.errors[row + 1, column] = _ERRORS.get(book[at + 6], "#VALUE!")
    elif kind == 0x0006 and length >= 14 and book[at + 6] == 2 and book[at + 12 : at + 14] == b"\xff\xff":
        facts.errors[row + 1, column] = _ERRORS.get(book[at + 8], "#VALUE!")
