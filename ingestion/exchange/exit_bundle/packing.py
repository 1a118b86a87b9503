"""Writing into the zip: each file once, streamed, with its size and SHA-256 taken on the way.

A file that is still being made stands in a folder of its own beside the bundle (a workbook and a Parquet file
cannot be written front to back into a zip) and is gone as soon as it is packed: disk holds the largest table
twice, memory one batch of rows.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

CHUNK = 1 << 20
PACKED_ALREADY = frozenset("xlsx parquet docx pptx zip pdf jpg jpeg png ofd".split())
PRIVATE = 0o600


@dataclass(frozen=True)
class Entry:
    """One file of the bundle."""

    path: str
    size: int
    sha256: str


@dataclass
class Packing:
    """An open bundle. ``at`` is the one time all entries carry; ``scratch`` a folder for files in the making."""

    zip: zipfile.ZipFile
    at: datetime
    scratch: Path
    entries: list[Entry] = field(default_factory=list)

    def add(self, path: str, content: bytes | Iterable[bytes]) -> Entry:
        """Writes one file. ``content`` may be any number of pieces."""
        info = zipfile.ZipInfo(path, self.at.timetuple()[:6])
        info.external_attr = PRIVATE << 16
        stored = path.rsplit(".", 1)[-1].casefold() in PACKED_ALREADY
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        hasher, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as out:
            for piece in (content,) if isinstance(content, bytes) else content:
                hasher.update(piece)
                size += len(piece)
                out.write(piece)
        entry = Entry(path, size, hasher.hexdigest())
        self.entries.append(entry)
        return entry

    def add_file(self, path: str, made: Path) -> Entry:
        """Packs a finished file and removes it."""
        entry = self.add(path, pieces(made))
        made.unlink()
        return entry


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def private(path: Path) -> Path:
    """An empty file only its owner may read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE))
    return path
