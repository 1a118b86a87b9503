"""Opening a bundle somebody brings: everything is checked before anything is believed, and nothing is changed.

The zip's directory is read before any content: its size, names, links and declared sizes. Then the manifest with
its seal, its format and its versions, that it names exactly the files there are, and the SHA-256 of each. What is
wrong is said in one sentence with the file it is about.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.exchange.exit_bundle.contents import ARROW
from ingestion.exchange.exit_bundle.manifest import FORMAT, FORMAT_VERSION, NAME, SEAL
from ingestion.principal import OperationError
from ingestion.store import setup

CHUNK = 1 << 20
BATCH = 2000
MOST_ENTRIES = 3_000_000
MOST_DIRECTORY = 600_000_000  # bytes of the zip's own directory
MOST_MANIFEST = 1_000_000_000
MOST_RATIO, FREE_OF_RATIO = 200, 200_000_000  # unpacked : packed, looked at above so many bytes
MOST_ROW_GROUP = 600_000_000  # bytes of one batch of rows before it is decoded
_END, _END_64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, UnicodeDecodeError, ValueError, RuntimeError)

Progress = Callable[[int, int], None]
"""Bytes checked so far, and in all."""


class BadBundle(OperationError):
    """Not a bundle that may be imported: why, with the file it is about."""


@dataclass(frozen=True)
class Bundle:
    """A checked bundle. ``sha256`` is its check value, the manifest's hash."""

    path: Path
    zip: zipfile.ZipFile
    manifest: dict[str, Any]
    sha256: str
    scratch: Path

    @property
    def code(self) -> str:
        return str(self.manifest["university"]["code"])

    @property
    def personal(self) -> bool:
        return bool(self.manifest["personal_data"])

    def table(self, name: str, group: str = "data") -> dict[str, Any] | None:
        """What the manifest says of a table; None where it has none of that name."""
        return next((t for t in self.manifest["tables"] if (t["group"], t["name"]) == (group, name)), None)

    def batches(self, name: str, group: str = "data", columns: Sequence[str] | None = None) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table from its Parquet file, a batch at a time; times are naive UTC."""
        table = self.table(name, group)
        if table is None:
            return
        member = table["files"]["parquet"]
        local = self.scratch / "table.parquet"
        with self.zip.open(member) as packed, local.open("wb") as out:
            while piece := packed.read(CHUNK):
                out.write(piece)
        try:
            yield from self._rows(table, member, local, columns)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(member) from error
        finally:
            local.unlink(missing_ok=True)

    def _rows(self, table: dict[str, Any], member: str, local: Path, columns: Sequence[str] | None) -> Iterator[list[dict[str, Any]]]:
        expected = pa.schema([(column["name"], ARROW[column["kind"]]) for column in table["columns"]])
        with pq.ParquetFile(local) as file:
            meta = file.metadata
            groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
            if not file.schema_arrow.equals(expected) or meta.num_rows != table["rows"] or any(g.total_byte_size > MOST_ROW_GROUP for g in groups):
                raise _damaged(member)
            moments = [field.name for field in expected if pa.types.is_timestamp(field.type) and (columns is None or field.name in columns)]
            for batch in file.iter_batches(BATCH, columns=list(columns) if columns is not None else None):
                rows: list[dict[str, Any]] = batch.to_pylist()
                for row in rows:
                    for moment in moments:
                        if row[moment] is not None:
                            row[moment] = row[moment].replace(tzinfo=None)
                yield rows

    def rows(self, name: str, group: str = "data") -> Iterator[dict[str, Any]]:
        for batch in self.batches(name, group):
            yield from batch

    def content(self, member: str) -> BinaryIO:
        """A member of the zip for reading, in a file of its own on disk so that it can be read twice."""
        local = tempfile.TemporaryFile(dir=self.scratch)
        with self.zip.open(member) as packed:
            while piece := packed.read(CHUNK):
                local.write(piece)
        local.seek(0)
        return local


@contextmanager
def opened(
    path: Path, *, scratch_in: Path | None = None, expect: str | None = None, progress: Progress | None = None
) -> Iterator[Bundle]:
    """A bundle after all checks, closed at the end. ``scratch_in`` holds one table or file at a time; ``expect`` is a check value the bundle must have.

    Raises ``BadBundle``."""
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=scratch_in) as folder:
        try:
            with path.open("rb") as file:
                _directory(file)
            archive = zipfile.ZipFile(path)
        except OSError as error:
            raise BadBundle(f"无法读取文件“{path.name}”。", f"The file “{path.name}” cannot be read.") from error
        except _BROKEN as error:
            raise _no_bundle(path) from error
        with archive:
            members = _members(archive, path)
            manifest, digest = _manifest(archive, members, path)
            if expect is not None and digest != expect.strip().casefold():
                raise BadBundle(f"迁出包的校验码是 {digest}，与给出的 {expect} 不符，没有导入。", f"The bundle's check value is {digest}, not {expect}; nothing was imported.")
            _shape(manifest, path)
            _versions(manifest)
            _complete(manifest, members)
            _hashes(archive, manifest, progress)
            yield Bundle(path, archive, manifest, digest, Path(folder))


def _no_bundle(path: Path) -> BadBundle:
    return BadBundle(
        f"“{path.name}”不是完整的迁出包：文件被截断、损坏，或不是研数导出的。", f"“{path.name}” is no complete exit bundle: it is cut off, damaged, or not made by Yanshu."
    )


def _damaged(member: str) -> BadBundle:
    return BadBundle(f"迁出包中的“{member}”已损坏或被改动，没有导入任何数据。", f"“{member}” in the bundle is damaged or was changed; nothing was imported.")


def _directory(file: BinaryIO) -> None:
    """The end of the zip says how large its directory is: looked at before anything reads it. ValueError otherwise."""
    size = file.seek(0, os.SEEK_END)
    tail_at = max(0, size - (1 << 16) - 22 - 20)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0:
        raise ValueError("no end of directory")
    entries, length = struct.unpack("<HL", tail[at + 10 : at + 16])
    locator = at - 20
    if locator >= 0 and tail[locator : locator + 4] == _LOCATOR:
        (where,) = struct.unpack("<Q", tail[locator + 8 : locator + 16])
        file.seek(min(where, size))
        record = file.read(56)
        if record[:4] != _END_64:
            raise ValueError("no zip64 directory")
        entries, length = struct.unpack("<QQ", record[32:48])
    if entries > MOST_ENTRIES or length > min(MOST_DIRECTORY, size):
        raise ValueError("directory too large")


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The members by name, none of which could lead anywhere or unpack without end."""
    out: dict[str, zipfile.ZipInfo] = {}
    packed = unpacked = 0
    for info in archive.infolist():
        name = info.filename
        parts = name.replace("\\", "/").split("/")
        unsafe = (
            "\\" in name or name.startswith("/") or ".." in parts or "" in parts or ":" in parts[0] or "\0" in info.orig_filename
            or stat.S_ISLNK(info.external_attr >> 16) or info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        )  # fmt: skip
        if unsafe or name in out:
            shown = "".join(c if c.isprintable() else "?" for c in name)[:80]
            raise BadBundle(
                f"“{path.name}”中的“{shown}”是不安全的路径、链接、加密或重复的内容，没有导入。", f"“{shown}” in “{path.name}” is an unsafe path, a link, encrypted or there twice; nothing was imported."
            )
        out[name] = info
        packed, unpacked = packed + info.compress_size, unpacked + info.file_size
    if unpacked > FREE_OF_RATIO and unpacked > MOST_RATIO * max(packed, 1):
        raise BadBundle(f"“{path.name}”解压后体积异常，没有导入。", f"“{path.name}” unpacks to an implausible size; nothing was imported.")
    return out


def _manifest(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], path: Path) -> tuple[dict[str, Any], str]:
    if NAME not in members or SEAL not in members or members[NAME].file_size > MOST_MANIFEST or members[SEAL].file_size > 1000:
        raise _no_bundle(path)
    try:
        text, seal = archive.read(NAME), archive.read(SEAL).decode("ascii").split()
        digest = hashlib.sha256(text).hexdigest()
        if seal[:1] != [digest]:
            raise _damaged(NAME)
        found = json.loads(text)
    except (*_BROKEN, RecursionError, OSError) as error:
        raise _damaged(NAME) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise _no_bundle(path)
    return found, digest


def _shape(manifest: dict[str, Any], path: Path) -> None:
    """Every value that is read later is there and of its kind."""
    version = manifest.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise BadBundle(f"迁出包由更新版本的研数导出（格式 {version}），请先升级研数再导入。", f"The bundle was made by a newer version (format {version}); upgrade first.")
    try:
        university, tables, files = manifest["university"], manifest["tables"], manifest["files"]
        ok = (
            version == FORMAT_VERSION
            and all(isinstance(manifest[name], str) for name in ("schema_revision", "store_id", "as_of", "timezone", "made_by"))
            and isinstance(manifest["personal_data"], bool)
            and all(isinstance(university[name], str) for name in ("code", "name", "name_en"))
            and all(isinstance(f["path"], str) and isinstance(f["size"], int) and isinstance(f["sha256"], str) for f in files)
            and all(isinstance(t["name"], str) and isinstance(t["group"], str) and isinstance(t["rows"], int) for t in tables)
            and all(isinstance(c["name"], str) and c["kind"] in ARROW for t in tables for c in t["columns"])
            and all(set(t["files"]) == {"csv", "xlsx", "parquet"} for t in tables)
            and len({(t["group"], t["name"]) for t in tables}) == len(tables)
            and {t["files"]["parquet"] for t in tables} <= {f["path"] for f in files}
            and (manifest["figures"] is None or isinstance(manifest["figures"], dict))
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError):
        ok = False
    if not ok:
        raise _no_bundle(path)


def _versions(manifest: dict[str, Any]) -> None:
    """A revision this product does not know is a newer one's."""
    if manifest["schema_revision"] not in setup.revisions():
        raise BadBundle(
            f"迁出包的数据库结构版本“{manifest['schema_revision'][:20]}”比本系统新，请先升级研数再导入。",
            f"The bundle's tables have revision “{manifest['schema_revision'][:20]}”, newer than this installation; upgrade first.",
        )


def _complete(manifest: dict[str, Any], members: dict[str, zipfile.ZipInfo]) -> None:
    listed = {entry["path"]: entry for entry in manifest["files"]}
    there = set(members) - {NAME, SEAL}
    if missing := sorted(set(listed) - there):
        raise BadBundle(f"迁出包缺少 {len(missing)} 个文件，如“{missing[0]}”，没有导入任何数据。", f"{len(missing)} files are missing from the bundle, as “{missing[0]}”; nothing was imported.")
    if extra := sorted(there - set(listed)):
        raise BadBundle(f"迁出包中的“{extra[0]}”不在清单里，没有导入任何数据。", f"“{extra[0]}” in the bundle is not in its manifest; nothing was imported.")
    for path, entry in listed.items():
        if members[path].file_size != entry["size"]:
            raise _damaged(path)


def _hashes(archive: zipfile.ZipFile, manifest: dict[str, Any], progress: Progress | None) -> None:
    total, done = sum(entry["size"] for entry in manifest["files"]), 0
    for entry in manifest["files"]:
        hasher = hashlib.sha256()
        try:
            with archive.open(entry["path"]) as content:
                while piece := content.read(CHUNK):
                    hasher.update(piece)
                    done += len(piece)
        except (*_BROKEN, OSError) as error:
            raise _damaged(entry["path"]) from error
        if hasher.hexdigest() != entry["sha256"]:
            raise _damaged(entry["path"])
        if progress is not None:
            progress(done, total)
