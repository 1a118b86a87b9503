"""The names in a compound file (.doc, .xls, .ppt of before 2007; also what a password makes of a newer one).

Only the directory is read, by the file's own table of sectors. Finding a stream's name anywhere in the bytes would
take an installer that mentions it for a document.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END = 0xFFFFFFFA  # this and above are no sector numbers
MOST_SECTORS = 4_096  # of the directory: 16,384 names in a file of 512-byte sectors
ENTRY = 128


class Broken(ValueError):
    """The tables of the file lead nowhere."""


def names(content: BinaryIO) -> frozenset[str]:
    """The names of all streams and storages. Raises ``Broken``."""
    content.seek(0)
    head = content.read(512)
    if len(head) < 512 or not head.startswith(SIGNATURE):
        raise Broken
    shift = struct.unpack_from("<H", head, 30)[0]
    if shift not in (9, 12):
        raise Broken
    table = _Table(content, head, 1 << shift)
    found: set[str] = set()
    sector, seen = struct.unpack_from("<I", head, 48)[0], 0
    while sector < END:
        seen += 1
        if seen > MOST_SECTORS:
            raise Broken
        block = table.read(sector)
        for at in range(0, len(block) - ENTRY + 1, ENTRY):
            length, kind = struct.unpack_from("<HB", block, at + 64)
            if kind in (1, 2) and 2 <= length <= 64:
                found.add(block[at : at + length - 2].decode("utf-16-le", "replace"))
        sector = table.after(sector)
    return frozenset(found)


class _Table:
    """Which sector follows which."""

    def __init__(self, content: BinaryIO, head: bytes, size: int) -> None:
        self.content, self.size = content, size
        self.tables = [n for n in struct.unpack_from("<109I", head, 76) if n < END]
        self.more: int = struct.unpack_from("<I", head, 68)[0]
        self.seen = 0

    def read(self, sector: int) -> bytes:
        self.content.seek((sector + 1) * self.size)
        block = self.content.read(self.size)
        if len(block) < ENTRY:
            raise Broken
        return block

    def after(self, sector: int) -> int:
        each = self.size // 4
        table, at = divmod(sector, each)
        while table >= len(self.tables):
            self._extend()
        block = self.read(self.tables[table])
        if len(block) < (at + 1) * 4:
            raise Broken
        following: int = struct.unpack_from("<I", block, at * 4)[0]
        return following

    def _extend(self) -> None:
        """The next block of table numbers, for files above 6.8 MB."""
        self.seen += 1
        if self.more >= END or self.seen > MOST_SECTORS:
            raise Broken
        block = self.read(self.more)
        numbers = struct.unpack_from(f"<{len(block) // 4}I", block)
        self.tables += [n for n in numbers[:-1] if n < END]
        self.more = numbers[-1]
