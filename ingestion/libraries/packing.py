"""A library as one zip: folders by project number and name, a workbook that lists every file in it.

Written front to back; of each file at most eight megabytes stand in memory. A content that is lost or damaged is
not packed and is told: the files in the zip are the rows of the index, whatever happens.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import xlsxwriter

from ingestion import audit
from ingestion.attachments import blobs
from ingestion.attachments.slots import declared
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.exit_bundle.names import Names, fit, segment
from ingestion.exchange.exit_bundle.packing import Packing
from ingestion.libraries.overview import Filed, Selection, filed, totals
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import Store, local_time, utc_now

LARGEST = 20 << 30  # bytes of one zip; a whole university's decades belong into the exit bundle
SPARE = 500 << 20  # bytes left free on the disk
IN_MEMORY = 8 << 20
TITLE = 60  # characters of a title in its folder's name
INDEX = "目录.xlsx"
SCRATCH = "packing-"
FORGOTTEN = 24 * 3600.0
HEADINGS = (
    ("序号", "No."), ("类型", "Type"), ("编号", "Number"), ("项目编号", "Project number"), ("名称", "Title"), ("负责人", "Leader"), ("所属学院", "College"),
    ("文档类别", "Kind of document"), ("文件名", "File name"), ("压缩包内路径", "Path in the archive"), ("大小（字节）", "Size (bytes)"), ("受限", "Restricted"),
    ("上传人", "Added by"), ("上传时间", "Added at"), ("SHA-256", "SHA-256"),
)  # fmt: skip

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Progress = Callable[[int, int], None]


class TooLarge(OperationError):
    """More than one zip may hold, or than the disk has room for."""


@dataclass
class Packed:
    """``files`` and ``size`` (bytes) of what was packed; ``lost``: files whose content is gone or damaged."""

    records: int = 0
    files: int = 0
    size: int = 0
    lost: list[Filed] = field(default_factory=list)


def pack(
    store: Store, actor: Principal, selection: Selection, out: Path, *, language: str = "zh", conditions: Sequence[tuple[str, str]] = (),
    progress: Progress | None = None,
) -> Packed:  # fmt: skip
    """Writes the zip to ``out``. ``conditions``: label and value of each filter, for the index. ``progress``: files
    done and in all. Raises ``TooLarge``; whatever goes wrong, nothing is left at ``out``."""
    with store.read(actor.university_code) as uow:
        expected = totals(uow, actor, selection)
        _room(expected.size, out)
        listed = list(filed(uow, actor, selection))
    listed.sort(key=lambda one: (ALL_RECORDS[one.type_id].prefix, one.project_no or one.number, one.record_id, one.id))
    try:
        _sweep(out.parent)
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=out.parent) as scratch, zipfile.ZipFile(out, "w") as archive:
            packing = Packing(archive, local_time(utc_now()), Path(scratch))
            made = _pack(packing, listed, actor, language, conditions, progress)
        with store.begin(actor.university_code) as uow:
            detail = {"chosen": dict(conditions), "types": list(selection.types), "files": made.files, "size": made.size, "lost": len(made.lost)}
            audit.write(uow, actor, "export", "library", None, detail)
        return made
    except BaseException as problem:
        out.unlink(missing_ok=True)
        if isinstance(problem, OSError):
            raise blobs.StorageFailed from problem
        raise


def _room(size: int, out: Path) -> None:
    if size > LARGEST:
        raise TooLarge(
            f"所选附件共 {size / 2**30:.1f} GB，超过一次打包 {LARGEST >> 30} GB 的上限，请按年度或学院分批下载。",
            f"The chosen files have {size / 2**30:.1f} GB; one archive holds {LARGEST >> 30} GB. Choose fewer years or colleges.",
        )
    free = shutil.disk_usage(out.parent).free
    if size + SPARE > free:
        raise TooLarge(
            f"所选附件共 {size / 2**30:.1f} GB，服务器剩余空间不足，请缩小范围或联系管理员。",
            f"The chosen files have {size / 2**30:.1f} GB, more than the server has room for. Choose fewer, or tell the administrator.",
        )


def _sweep(folder: Path) -> None:
    """What a killed process left of its work, a day later."""
    for left in folder.glob(f"{SCRATCH}*"):
        if time.time() - left.stat().st_mtime > FORGOTTEN:
            shutil.rmtree(left, ignore_errors=True)


def _pack(
    packing: Packing, listed: list[Filed], actor: Principal, language: str, conditions: Sequence[tuple[str, str]], progress: Progress | None
) -> Packed:
    made, paths = Packed(records=len({one.record_id for one in listed})), _Paths(listed)
    index = packing.scratch / "index.xlsx"
    with _Index(index, language) as rows:
        for number, one in enumerate(listed, 1):
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(packing.scratch)) as whole:
                if _fetched(one, whole):
                    path = paths.of(one)
                    packing.add(path, _pieces(whole))
                    made.files, made.size = made.files + 1, made.size + one.size
                    rows.add(one, path)
                else:
                    made.lost.append(one)
            if progress is not None:
                progress(number, len(listed))
        rows.close(made, actor, conditions)
    packing.add_file(INDEX, index)
    return made


def _fetched(one: Filed, whole: IO[bytes]) -> bool:
    """The content, complete and with the right hash, before a byte of it goes into the zip."""
    try:
        for piece in blobs.chunks(one.sha256):
            whole.write(piece)
    except (FileNotFoundError, blobs.Damaged):
        return False
    whole.seek(0)
    return True


def _pieces(whole: IO[bytes]) -> Iterator[bytes]:
    while piece := whole.read(blobs.CHUNK):
        yield piece


class _Paths:
    """Folder and name of each file: different also where case does not count, and one folder a record."""

    def __init__(self, listed: list[Filed]) -> None:
        self._typed = len({one.type_id for one in listed}) > 1
        self._names = Names()
        self._folders: dict[str, int] = {}

    def of(self, one: Filed) -> str:
        first = one.project_no or one.number
        folder = fit(segment(f"{first} {one.title[:TITLE]}", one.number))
        if self._folders.setdefault(f"{one.type_id}/{folder}".casefold(), one.record_id) != one.record_id:
            folder = fit(segment(f"{first} {one.number} {one.title[:TITLE]}", one.number))
        kind = (ALL_RECORDS[one.type_id].zh,) if self._typed else ()
        return self._names.path(*kind, folder, one.name)


class _Index:
    """目录.xlsx, row by row in constant memory; texts stay texts, whatever they begin with."""

    def __init__(self, path: Path, language: str) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._en = 1 if language == "en" else 0
        bold = self._book.add_format({"bold": True, "bg_color": "#F0F3F8"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._sheet = self._book.add_worksheet(("目录", "Index")[self._en])
        for column, words in enumerate(HEADINGS):
            self._sheet.write_string(0, column, words[self._en], bold)
        for column, width in enumerate((6, 12, 12, 18, 40, 12, 18, 16, 36, 60, 14, 6, 12, 17, 20)):
            self._sheet.set_column(column, column, width)
        self._sheet.freeze_panes(1, 0)
        self._row = 0

    def __enter__(self) -> _Index:
        return self

    def __exit__(self, *_problem: object) -> None:
        self._book.close()

    def add(self, one: Filed, path: str) -> None:
        self._row += 1
        texts = self._texts(one, path)
        self._sheet.write_number(self._row, 0, self._row)
        for column, text in enumerate(texts, 1):
            self._sheet.write_string(self._row, column, _clean(text))
        self._sheet.write_number(self._row, 10, one.size)
        self._sheet.write_string(self._row, 11, (("是", "yes")[self._en]) if one.restricted else "")
        self._sheet.write_string(self._row, 12, _clean(one.added_by))
        self._sheet.write_datetime(self._row, 13, local_time(one.added_at).replace(tzinfo=None, microsecond=0), self._moment)
        self._sheet.write_string(self._row, 14, one.sha256)

    def _texts(self, one: Filed, path: str) -> tuple[str, ...]:
        type_ = ALL_RECORDS[one.type_id]
        slot = next((s for s in declared(one.type_id) if s.name == one.slot), None)
        words = (slot.zh, slot.en) if slot is not None else ("其他附件", "Other files")
        return ((type_.zh, type_.en)[self._en], one.number, one.project_no, one.title, one.owner, one.college, words[self._en], one.name, path)

    def close(self, made: Packed, actor: Principal, conditions: Sequence[tuple[str, str]]) -> None:
        """The sheets beside the index: what was chosen, and what could not be packed."""
        about = self._book.add_worksheet(("说明", "About")[self._en])
        now = local_time(utc_now()).strftime("%Y-%m-%d %H:%M")
        zh = [("导出时间", now), ("导出人", f"{actor.name}（{actor.username}）"), ("记录数", made.records), ("文件数", made.files), ("总大小（字节）", made.size), ("内容缺失的文件数", len(made.lost))]
        en = ["Made at", "Made by", "Records", "Files", "Size (bytes)", "Files without content"]
        lines: list[tuple[str, Any]] = [*conditions, *(((label, value) for label, value in zh) if not self._en else zip(en, (value for _l, value in zh), strict=True))]
        for row, (label, value) in enumerate(lines):
            about.write_string(row, 0, _clean(label))
            (about.write_number if isinstance(value, int) else about.write_string)(row, 1, value if isinstance(value, int) else _clean(value))
        about.set_column(0, 1, 30)
        if made.lost:
            lost = self._book.add_worksheet(("内容缺失", "Lost")[self._en])
            for row, one in enumerate(made.lost):
                for column, text in enumerate(self._texts(one, "")):
                    lost.write_string(row, column, _clean(text))


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)[:32_000]
