"""The file of a snapshot: a plain zip of CSV tables with hashes, a manifest and its Ed25519 signature.

Every table stands in ``<group>/<name>.csv`` (groups data, definitions, checks) with the SHA-256 of each of its rows in
``rows/<group>.<name>.sha256``; ``manifest.json`` names every file with its hash, ``manifest.sig`` signs the manifest. The
*content hash* covers the tables alone, not when, by whom or from which generation they were taken: equal data give an
equal hash. Nothing in the archive depends on time or machine and nothing is compressed, so the whole of it can be written
again from its contents and compared: there is no byte that could be changed unnoticed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal

from ingestion import vault

FORMAT, VERSION = "yanshu-snapshot", 1
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
Group = Literal["data", "definitions", "checks"]


@dataclass(frozen=True)
class Table:
    """One table of a snapshot. Rows must come in an order of their own, so that equal data give equal files."""

    group: Group
    name: str
    zh: str
    en: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]

    @property
    def path(self) -> str:
        return f"{self.group}/{self.name}.csv"


@dataclass(frozen=True)
class Packed:
    """Tables as files: path → bytes, the manifest's lines about them, and the hash over all."""

    files: dict[str, bytes]
    lines: list[dict[str, Any]]
    content_hash: str


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a snapshot: the file inside it (or its own name) and what, in both languages."""

    file: str
    zh: str
    en: str


@dataclass(frozen=True)
class Opened:
    """A snapshot as it can be read. ``tables``: "data/values" → rows as dictionaries of text."""

    manifest: dict[str, Any]
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """What came of checking a file: no faults, and it is whole and signed by the key asked for."""

    opened: Opened | None
    faults: list[Fault]


def cell(value: Any) -> str:
    """A value as text, the same on every machine; 15 digits of a ratio, all of a whole number."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 2**53 else format(value, ".15g")
        case Decimal():
            return format(value.normalize(), "f")
        case datetime():
            return value.isoformat(sep=" ")
        case date():
            return value.isoformat()
    return str(value)


def pack(tables: Iterable[Table]) -> Packed:
    """The tables as files. ValueError where two have one name."""
    files: dict[str, bytes] = {}
    lines: list[dict[str, Any]] = []
    for table in sorted(tables, key=lambda one: one.path):
        if table.path in files:
            raise ValueError(table.path)
        body, hashes = _written(table)
        rows = f"rows/{table.group}.{table.name}.sha256"
        files[table.path], files[rows] = body, hashes
        lines.append({"path": table.path, "zh": table.zh, "en": table.en, "rows": hashes.count(b"\n"), **_about(body)})
        lines.append({"path": rows, "zh": "每行的校验值", "en": "Hash of each row", "rows": hashes.count(b"\n"), **_about(hashes)})
    return Packed(files, lines, content_hash(lines))


def _about(body: bytes) -> dict[str, Any]:
    return {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def content_hash(lines: Iterable[Mapping[str, Any]]) -> str:
    """The hash over all files but the manifest, in the order of their names."""
    told = sorted(f"{line['sha256']}  {line['path']}\n" for line in lines)
    return hashlib.sha256("".join(told).encode()).hexdigest()


def _written(table: Table) -> tuple[bytes, bytes]:
    """The CSV file, and the hashes of its rows (without the heading), one a line."""
    out, hashes = io.BytesIO(), io.BytesIO()
    out.write(_line(table.header))
    for row in table.rows:
        line = _line([cell(value) for value in row])
        out.write(line)
        hashes.write(hashlib.sha256(line).hexdigest().encode() + b"\n")
    return out.getvalue(), hashes.getvalue()


def _line(values: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def write(out: BinaryIO, manifest: Mapping[str, Any], packed: Packed) -> None:
    """The whole archive: the manifest with the files' hashes added, its signature, the files."""
    told = {"format": FORMAT, "format_version": VERSION, **manifest, "content_hash": packed.content_hash, "key": vault.public_key(), "files": packed.lines}
    text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()
    _archive(out, {MANIFEST: text, SIGNATURE: vault.sign_openly(text).encode(), **packed.files})


def _archive(out: BinaryIO, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in [MANIFEST, SIGNATURE, *sorted(set(files) - {MANIFEST, SIGNATURE})]:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100440 << 16
            archive.writestr(info, files[name])


# --- reading and checking -------------------------------------------------------------------------------


def opened(path: Path, *names: str) -> Opened:
    """The manifest and the tables named ("data/values"), each held against the signed hash. Raises ValueError for a file
    that does not hold: a page shows no figure of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(MANIFEST)
            manifest = _manifest(text)
            if not vault.openly_signed(text, archive.read(SIGNATURE).decode(), vault.public_key()):
                raise ValueError(SIGNATURE)
            known = {line["path"]: line["sha256"] for line in manifest["files"]}
            tables = {}
            for name in names:
                body = archive.read(f"{name}.csv")
                if hashlib.sha256(body).hexdigest() != known[f"{name}.csv"]:
                    raise ValueError(name)
                tables[name] = rows(body)
    except (OSError, KeyError, TypeError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ValueError(path.name) from error
    return Opened(manifest, tables)


def rows(body: bytes) -> list[dict[str, str]]:
    csv.field_size_limit(1 << 30)
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def verify(path: Path, key: str) -> Checked:
    """Every byte of the file: archive, signature by ``key`` (hex), hash of each file and row. The faults name the file."""
    try:
        size = path.stat().st_size
        files, faults = _members(path, size)
    except (OSError, zipfile.BadZipFile) as error:
        what = ("找不到这个文件", "there is no such file") if isinstance(error, FileNotFoundError) else ("不是完整的快照文件", "it is no whole snapshot file")
        return Checked(None, [Fault(path.name, *what)])
    for name in (MANIFEST, SIGNATURE):
        if name not in files and not any(fault.file == name for fault in faults):
            faults.append(Fault(name, "缺少这个文件", "the file is missing"))
    text = files.get(MANIFEST, b"")
    if MANIFEST in files and SIGNATURE in files:
        faults += _signature(text, files[SIGNATURE].decode("ascii", "replace"), key)
    try:
        manifest = _manifest(text)
        listed = {str(line["path"]): line for line in manifest["files"]}
        if manifest["content_hash"] != content_hash(manifest["files"]):
            faults.append(Fault(MANIFEST, "内容校验值与文件清单不一致", "the content hash does not follow from its list of files"))
    except (ValueError, KeyError, TypeError):
        return Checked(None, faults or [Fault(MANIFEST, "清单无法读取", "the manifest cannot be read")])
    told = {fault.file for fault in faults}
    for name in sorted((set(listed) | set(files)) - {MANIFEST, SIGNATURE} - told):
        faults += _file(name, files.get(name), listed.get(name))
    if not faults and not _is_as_written(path, files):
        faults.append(Fault(path.name, "文件的封装被改动", "the archive itself was changed"))
    tables = {} if faults else {name.removesuffix(".csv"): rows(body) for name, body in files.items() if name.endswith(".csv")}
    return Checked(Opened(manifest, tables), faults)


def _members(path: Path, size: int) -> tuple[dict[str, bytes], list[Fault]]:
    """The files of an archive as far as they can be read. Only what this product writes: stored, never larger than the
    archive, each name once."""
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name = info.filename
            if info.compress_type != zipfile.ZIP_STORED or info.file_size > size or name in files:
                faults.append(Fault(name, "文件的封装被改动", "its place in the archive was changed"))
                continue
            try:
                files[name] = archive.read(info)
            except (OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile):
                faults.append(Fault(name, "内容被改动", "its content was changed"))
    return files, faults


def _signature(text: bytes, signature: str, key: str) -> Iterator[Fault]:
    if vault.openly_signed(text, signature, key):
        return
    try:
        own = str(_manifest(text).get("key", ""))
    except ValueError:
        own = ""
    if own != key and vault.openly_signed(text, signature, own):
        yield Fault(SIGNATURE, f"不是用指定的密钥签名的（签名密钥 {own[:16]}…）", f"it is not signed with the key asked for (signed with {own[:16]}…)")
    else:
        yield Fault(MANIFEST, "内容被改动，签名不成立", "it was changed: the signature does not hold")


def _file(name: str, body: bytes | None, line: Mapping[str, Any] | None) -> Iterator[Fault]:
    if body is None:
        yield Fault(name, "缺少这个文件", "the file is missing")
    elif line is None:
        yield Fault(name, "清单中没有这个文件", "the manifest does not name it")
    elif hashlib.sha256(body).hexdigest() != line["sha256"]:
        yield Fault(name, "内容被改动", "its content was changed")


def _is_as_written(path: Path, files: Mapping[str, bytes]) -> bool:
    again = io.BytesIO()
    _archive(again, files)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest() == hashlib.sha256(again.getvalue()).digest()


def _manifest(text: bytes) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(MANIFEST)
    return found
