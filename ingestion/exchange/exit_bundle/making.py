"""Making an exit bundle: one snapshot of the store while everybody works on, streamed into a zip.

Memory holds a batch of rows at a time. The bundle appears under its name only when it is complete; a failure
leaves nothing behind. Who asked for it, and what came of it, stands in the audit log.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select

from ingestion import audit, permissions
from ingestion.exchange.exit_bundle import dictionary, files, labels, manifest, personal, sheets
from ingestion.exchange.exit_bundle.contents import Carried, carried
from ingestion.exchange.exit_bundle.dictionary import Extra
from ingestion.exchange.exit_bundle.files import Missing
from ingestion.exchange.exit_bundle.packing import Packing, private
from ingestion.exchange.exit_bundle.tables import Head, Written, write
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.store import platform as p
from ingestion.store import setup
from ingestion.store.engine import ALL, Store, UnitOfWork, local_zone, utc_now

BATCH = 2000
SHEET_STEPS = 3  # a record's row of a sheet takes about the work of so many rows of tables
BYTES_A_STEP = 100_000  # of attachments, for the progress: about the work of one row
Progress = Callable[[str, int, int], None]
"""Called with the stage (tables, attachments, finish), and how much of the whole is done."""


@dataclass(frozen=True)
class Figures:
    """What was published of the university: tables for the bundle, and what the manifest says of them."""

    tables: Sequence[Extra] = ()
    about: dict[str, Any] | None = None


@dataclass(frozen=True)
class Made:
    """``sha256`` is the manifest's: the check value by which the bundle is known. ``rows`` and ``records`` of the
    store, ``attachments`` in the bundle, ``missing`` those that should be."""

    path: Path
    size: int
    sha256: str
    as_of: datetime
    rows: int
    records: int
    attachments: int
    missing: tuple[Missing, ...]
    personal: bool
    figures: dict[str, Any] | None
    counts: dict[str, int] = field(default_factory=dict)


def make(
    store: Store,
    actor: Principal,
    out: Path,
    *,
    personal_data: bool = False,
    figures: Callable[[UnitOfWork], Figures] | None = None,
    versions: dict[str, str] | None = None,
    progress: Progress | None = None,
) -> Made:
    """Write the bundle of the actor's university to ``out``, which must not exist. ``figures`` is asked inside the
    snapshot for what is published; ``versions`` go into the manifest.

    Raises ``Denied`` for whoever may not let the university leave, ``OperationError`` where the file cannot be
    written. A missing attachment is no error: it is named in the result."""
    permissions.require(actor, "exit_bundle")
    code = actor.university_code
    if out.exists():
        raise OperationError(f"文件“{out.name}”已存在，请换一个文件名。", f"The file “{out.name}” exists already; choose another name.")
    with store.begin(code) as uow:
        if uow.conn.scalar(select(p.university.c.kind).where(p.university.c.code == code)) != "university":
            raise Denied("只有高校可以导出迁出包。", "Only a university has an exit bundle.")
        audit.write(uow, actor, "exit_bundle", "university", code, {"personal_data": personal_data})
    _seal(store)
    with _writing(out) as (scratch, draft):
        making = _Making(store, actor, scratch, personal_data, progress or (lambda *_: None))
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            result = making.run(archive, out, figures, versions or {})
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        if out.exists():
            raise FileExistsError(out)
        draft.rename(out)
        result = replace(result, size=out.stat().st_size)
    with store.begin(code) as uow:
        audit.write(
            uow, actor, "exit_bundle.done", "university", code,
            {"personal_data": personal_data, "sha256": result.sha256, "rows": result.rows, "attachments": result.attachments, "missing": len(result.missing)},
        )  # fmt: skip
    return result


def _seal(store: Store) -> None:
    """So that every entry up to now, this request included, stands in a block."""
    with store.begin(ALL) as uow:
        while audit.seal(uow):
            pass


@contextmanager
def _writing(out: Path) -> Iterator[tuple[Path, Path]]:
    """A private folder beside the target, gone afterwards; what the disk refuses told in a sentence."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".exit-", dir=out.parent))
    except OSError as error:
        raise _unwritable(error, out) from error
    try:
        yield folder, private(folder / "bundle.zip")
    except OSError as error:
        raise _unwritable(error, out) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unwritable(error: OSError, out: Path) -> OperationError:
    if error.errno == errno.ENOSPC:
        return OperationError("磁盘空间不足，迁出包没有完成，没有留下文件。", "The disk is full; the bundle was not finished and nothing was left behind.")
    if isinstance(error, FileExistsError):
        return OperationError(f"文件“{out.name}”已存在，请换一个文件名。", f"The file “{out.name}” exists already; choose another name.")
    return OperationError(f"无法写入“{out.name}”，请检查文件夹是否存在及其权限。", f"“{out.name}” cannot be written; check that its folder exists and may be written to.")


class _Making:
    def __init__(self, store: Store, actor: Principal, scratch: Path, clear: bool, progress: Progress) -> None:
        self.store = store
        self.actor = actor
        self.code = actor.university_code
        self.scratch = scratch
        self.clear = clear
        self.progress = progress
        self.done = self.total = 0
        self.stage = "tables"
        self.tables: list[Written] = []
        self.sheets: list[Written] = []

    def run(self, archive: zipfile.ZipFile, out: Path, figures: Callable[[UnitOfWork], Figures] | None, versions: dict[str, str]) -> Made:
        at = utc_now()
        packing = Packing(archive, at, self.scratch)
        spool = self.scratch / "attachments.jsonl"
        with self.store.read(self.code, one_moment=True) as uow:
            published = figures(uow) if figures is not None else Figures()
            about = self._about(uow, at, published, versions)
            counts = {table.name: _count(uow, table, self.code) for table in carried()}
            _listed, listed_bytes = files.list_into(uow, self.code, spool)
            self.total = sum(counts.values()) + SHEET_STEPS * counts["record"] + listed_bytes // BYTES_A_STEP + 1
            self._data(uow, packing)
            for extra in (*dictionary.code_lists(uow, self.code), *dictionary.definitions(self.clear), _record_counts(uow, self.code), *published.tables):
                self._extra(packing, extra)
            self.sheets = sheets.write_all(uow, self.actor, packing, self.clear, lambda rows: self._advance(SHEET_STEPS * rows))
        self.stage = "attachments"
        index, missing = files.pack(packing, spool, lambda size: self._advance(size / BYTES_A_STEP))
        self.tables.append(index)
        self.stage = "finish"
        self._advance(0)
        attachments = index.rows - len(missing)
        sha256 = self._finish(packing, about, missing, attachments)
        self.done = self.total
        self._advance(0)
        return Made(
            path=out, size=0, sha256=sha256, as_of=at, rows=sum(counts.values()), records=counts["record"], attachments=attachments,
            missing=tuple(missing), personal=self.clear, figures=about.figures, counts=counts,
        )  # fmt: skip

    def _advance(self, steps: float) -> None:
        self.done += steps  # type: ignore[assignment]
        self.progress(self.stage, min(int(self.done), self.total), self.total)

    def _about(self, uow: UnitOfWork, at: datetime, published: Figures, versions: dict[str, str]) -> manifest.About:
        row = uow.conn.execute(select(p.university.c.name, p.university.c.name_en).where(p.university.c.code == self.code)).one_or_none()
        if row is None:
            raise NotFound
        revision = MigrationContext.configure(uow.conn).get_current_revision()
        return manifest.About(
            code=self.code, name=row.name, name_en=row.name_en or "", as_of=at, personal=self.clear, made_by=audit.actor_name(self.actor),
            store_id=setup.store_id(uow.conn), revision=revision or "", versions=versions, timezone=str(local_zone()), figures=published.about,
        )  # fmt: skip

    def _data(self, uow: UnitOfWork, packing: Packing) -> None:
        words = labels.load(uow, self.code)
        for table in carried():
            heads = [Head(kept.name, kept.zh, kept.en, kept.written(self.clear), kept.is_money) for kept in table.kept]
            self.tables.append(
                write(packing, "data", table.name, (table.zh, table.en), heads, self._rows(uow, table), words.beside(table), self._advance)
            )

    def _rows(self, uow: UnitOfWork, table: Carried) -> Iterator[Sequence[Sequence[Any]]]:
        treated = [(index, kept) for index, kept in enumerate(table.kept) if kept.treatment not in ("plain", "document")]
        document = next((index for index, kept in enumerate(table.kept) if kept.treatment == "document"), None)
        width = len(table.kept)
        result = uow.conn.execute(table.select(self.code), execution_options={"stream_results": True, "yield_per": BATCH})
        for found in result.partitions(BATCH):
            if not treated and document is None:
                yield found
                continue
            rows: list[Sequence[Any]] = []
            for one in found:
                row: list[Any] = list(one)
                for index, kept in treated:
                    row[index] = personal.leaving(kept, row[index], self.clear)
                if document is not None:
                    row[document] = personal.document_leaving(one[width], row[document], self.clear)
                rows.append(row[:width])
            yield rows

    def _extra(self, packing: Packing, extra: Extra) -> None:
        batches = (extra.rows[start : start + BATCH] for start in range(0, len(extra.rows), BATCH))
        self.tables.append(write(packing, extra.group, extra.name, (extra.zh, extra.en), extra.heads, batches))

    def _finish(self, packing: Packing, about: manifest.About, missing: list[Missing], attachments: int) -> str:
        texts = manifest.readme(about, self.tables, missing, attachments)
        packing.add("README.zh-CN.md", texts[0].encode())
        packing.add("README.md", texts[1].encode())
        packing.add("verify.py", Path(__file__).with_name("verify.py").read_bytes())
        book = self.scratch / "about.xlsx"
        manifest.workbook(book, texts, [*self.tables, *self.sheets], missing, packing.entries)
        packing.add_file("说明.xlsx", book)
        content = manifest.content(about, self.tables, self.sheets, missing, packing.entries)
        text = json.dumps(content, ensure_ascii=False, indent=1).encode()
        digest = hashlib.sha256(text).hexdigest()
        packing.add(manifest.NAME, text)
        packing.add(manifest.SEAL, f"{digest}  {manifest.NAME}\n".encode())
        return digest


def _count(uow: UnitOfWork, table: Carried, code: str) -> int:
    return int(uow.conn.execute(select(func.count()).select_from(table.table).where(table.own(code))).scalar_one())


def _record_counts(uow: UnitOfWork, code: str) -> Extra:
    c = p.record.c
    grain = (c.type, c.state, c.filed_year, c.in_statistics)
    rows = uow.conn.execute(
        select(*grain, func.count().label("records")).where(c.university_code == code).group_by(*grain).order_by(c.type, c.state, c.filed_year, c.in_statistics)
    )
    heads = [
        Head("type", "记录类型", "Record type"), Head("state", "状态", "State"), Head("filed_year", "归档年度", "Filed year", "whole"),
        Head("in_statistics", "计入统计", "Counted in statistics", "flag"), Head("records", "记录数", "Records", "whole"),
    ]  # fmt: skip
    return Extra("figures", "record_counts", "记录数", "Records by type, state and year", heads, [tuple(row) for row in rows])
