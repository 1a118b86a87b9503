"""Stored files on their way into the bundle: listed in the snapshot, copied after it (contents never change under
their hash, so the long copying holds no transaction open). Every table that names a stored content is looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Select, Table, literal, null, select

from ingestion.attachments import blobs
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.derive import number_of
from ingestion.exchange.exit_bundle import words
from ingestion.exchange.exit_bundle.contents import file_tables
from ingestion.exchange.exit_bundle.names import Names
from ingestion.exchange.exit_bundle.packing import Packing, pieces, private
from ingestion.exchange.exit_bundle.tables import Head, Written, write
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

FOLDER = "attachments"
TITLE = 40  # characters of a record's title in its folder's name
BATCH = 2000
HEADS = [
    Head("table", "数据表", "Table"), Head("row_id", "附件编号", "Attachment id", "whole"), Head("record_id", "记录编号", "Record id", "whole"),
    Head("number", "显示编号", "Number of the record"), Head("title", "记录标题", "Title of the record"), Head("slot", "附件类别", "Slot"),
    Head("name", "原文件名", "Original name"), Head("restricted", "受限", "Restricted", "flag"), Head("removed", "已移除", "Removed", "flag"),
    Head("size", "大小（字节）", "Size (bytes)", "whole"), Head("sha256", "SHA-256", "SHA-256"),
    Head("state", "状态", "State"), Head("path", "在迁出包中的路径", "Path in the bundle"),
]  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """One file as a row of the store names it."""

    table: str
    row_id: int
    record_id: int | None
    type: str
    title: str
    slot: str
    name: str
    restricted: bool
    removed: bool
    size: int
    sha256: str

    @property
    def number(self) -> str:
        return number_of(self.type, self.record_id) if self.record_id is not None and self.type else ""

    def folders(self) -> tuple[str, ...]:
        removed = ("已移除",) if self.removed else ()
        if not self.number:
            return (FOLDER, *removed, words.of_table(self.table)[0])
        return (FOLDER, *removed, ALL_RECORDS[self.type].zh, f"{self.number} {self.title[:TITLE]}")


@dataclass(frozen=True)
class Missing:
    """A file the store names and the bundle lacks. ``reason``: missing (not on disk) or damaged (another content)."""

    table: str
    row_id: int
    record_id: int | None
    number: str
    name: str
    sha256: str
    reason: str


def list_into(uow: UnitOfWork, code: str, spool: Path) -> tuple[int, int]:
    """Write one line a file to ``spool``; gives their number and bytes."""
    count = size = 0
    with private(spool).open("w", encoding="utf-8") as out:
        for table in file_tables():
            for row in uow.conn.execute(_select(table, code), execution_options={"yield_per": BATCH}):
                listed = Listed(table.name, row.id, row.record_id, row.type or "", row.title or "", row.slot or "", row.name or row.sha256, bool(row.restricted), row.removed is not None, row.size, row.sha256)
                out.write(json.dumps(asdict(listed), ensure_ascii=False) + "\n")
                count, size = count + 1, size + row.size
    return count, size


def _select(table: Table, code: str) -> Select[Any]:
    c = table.c

    def column(name: str) -> Any:
        return c[name] if name in c else null().label(name)

    removed = c.removed_at.label("removed") if "removed_at" in c else null().label("removed")
    base = select(
        c.id, column("record_id"), column("slot"), column("name"), column("restricted"), removed, c.sha256, p.blob.c.size,
        *((p.record.c.type, p.record.c.title) if "record_id" in c else (literal("").label("type"), literal("").label("title"))),
    ).join(p.blob, p.blob.c.sha256 == c.sha256)  # fmt: skip
    if "record_id" in c:
        base = base.outerjoin(p.record, p.record.c.id == c.record_id).order_by(c.record_id, c.id)
    else:
        base = base.order_by(c.id)
    return base.where(c.university_code == code)


def pack(
    packing: Packing, spool: Path, on_bytes: Callable[[int], None] | None = None
) -> tuple[Written, list[Missing]]:
    """Copy every listed file and write the index of them all."""
    missing: list[Missing] = []

    def rows() -> Iterator[Sequence[Sequence[Any]]]:
        batch: list[Sequence[Any]] = []
        for _, of_record in groupby(_read(spool), key=lambda one: (one.table, one.record_id)):
            names = Names()  # a record has folders of its own, so names can only meet inside it
            for one in of_record:
                state, path = _copy(packing, one, names)
                if state != "ok":
                    missing.append(Missing(one.table, one.row_id, one.record_id, one.number, one.name, one.sha256, state))
                if on_bytes is not None:
                    on_bytes(one.size)
                batch.append((one.table, one.row_id, one.record_id, one.number, one.title, one.slot, one.name, one.restricted, one.removed, one.size, one.sha256, state, path))
                if len(batch) >= BATCH:
                    yield batch
                    batch = []
        yield batch

    index = write(packing, "files", "attachments", ("附件清单", "Index of attachments"), HEADS, rows())
    return index, missing


def _read(spool: Path) -> Iterator[Listed]:
    with spool.open(encoding="utf-8") as lines:
        for line in lines:
            yield Listed(**json.loads(line))


def _copy(packing: Packing, one: Listed, names: Names) -> tuple[str, str | None]:
    """Copied to disk first: a content that breaks off or is not what its hash says must not stand in the bundle."""
    local = private(packing.scratch / "attachment")
    try:
        with local.open("wb") as out:
            for piece in blobs.chunks(one.sha256):
                out.write(piece)
    except FileNotFoundError:
        return "missing", None
    except blobs.Damaged:
        return "damaged", None
    path = names.path(*one.folders(), one.name)
    packing.add(path, pieces(local))
    local.unlink()
    return "ok", path
