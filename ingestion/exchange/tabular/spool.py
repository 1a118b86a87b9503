"""Rows of an untrusted file, made plain once and then read as often as wanted.

``fill`` lets ``converter`` read the file in a process of its own and writes what it gives to a nameless file, which
the operating system removes with the last process that knows it: nothing is left behind, whatever happens. A second
reading costs a fifteenth of the first.
"""

from __future__ import annotations

import json
import marshal
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from ingestion.catalog import normalise
from ingestion.exchange.tabular import kinds
from ingestion.exchange.tabular.limits import Limits
from ingestion.exchange.tabular.package import Facts, farthest, letters

PROGRAM = Path(__file__).with_name("converter.py")
# Without ``site`` a process starts in 6 ms, with it in 19, which is a fiftieth of reading 50,000 rows: it is told where
# the two packages lie that it needs.
PACKAGES = sorted({str(Path(found.origin).parents[1]) for one in ("python_calamine", "lxml") if (found := find_spec(one)) and found.origin})
MEGABYTE = 1 << 20
DISK = 4 << 30
LARGE = 10 * MEGABYTE  # up to here 512 MB and ten seconds are the most anything may cost
MEMORY = 512 * MEGABYTE
# Reading takes 70 MB, and 1.1 (long texts) to 2.5 bytes (single digits) for each unpacked byte. What packs better than
# real sheets (8 to 18 times, which take up to 35 bytes for each packed byte) is held to its packed size.
MEMORY_A_BYTE_UNPACKED = 2
MEMORY_A_BYTE_PACKED = 45
SECONDS_A_MEGABYTE = 0.5
WAIT = 4  # seconds on the clock for one of processor time: machines are busy, and a process that sleeps ends too


# Marks that nobody sees, as they stand in UTF-8: zero-width characters and those that turn the text. Two searches that
# each begin with a fixed byte cost a fifth of one with three beginnings, which was a twentieth of reading a workbook.
_INVISIBLE = re.compile(rb"\xe2(?:\x80[\x8b-\x8f\xa8-\xae]|\x81[\xa0-\xaf])")
_BYTE_ORDER = re.compile(rb"\xef\xbb\xbf")


def _clean(value: Any) -> Any:
    return normalise.long_text(value) or None if isinstance(value, str) else value


class Spool:
    """The nameless file. Safe to read from several threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=folder)
        self._lock = threading.Lock()

    def batch(self, at: int, length: int) -> tuple[list[int], list[tuple[Any, ...]]]:
        """Row numbers and the rows themselves."""
        with self._lock:
            self.file.seek(at)
            payload = self.file.read(length)
        numbers, columns, dates = marshal.loads(payload)
        for one in dates:
            columns[one] = tuple(plain(value) for value in columns[one])
        if _INVISIBLE.search(payload) or _BYTE_ORDER.search(payload):
            columns = [tuple(_clean(value) for value in column) for column in columns]
        return numbers, list(zip(*columns, strict=True))


def plain(value: Any) -> Any:
    """A value as the spool holds it → the value."""
    if type(value) is not tuple:
        return value
    try:
        return date(*value) if len(value) == 3 else datetime(*value)
    except ValueError:
        return "-".join(str(part) for part in value[:3])


def bounds(packed: int, unpacked: int, limits: Limits) -> tuple[int, int]:
    """Memory in bytes and processor time in seconds that reading a file of so many bytes may take."""
    beyond = max(0, packed - LARGE)
    memory = min(limits.memory + MEMORY_A_BYTE_UNPACKED * unpacked, MEMORY + MEMORY_A_BYTE_PACKED * beyond)
    return memory, limits.seconds + int(SECONDS_A_MEGABYTE * beyond / MEGABYTE)


def fill(
    spool: Spool, kind: str, path: Path, name: str, limits: Limits, unpacked: int,
    facts: Mapping[str, Facts] | None = None, encoding: str | None = None, spent: float = 0,
) -> list[dict[str, Any]]:
    """Reads a workbook, an HTML file or SpreadsheetML into the spool; rows with marked cells (``facts``) are kept even
    where they seem blank. ``spent``: seconds the file has cost already. Returns the sheets as ``Writer.told``
    describes them.

    Raises:
        UnreadableFile: damaged, protected, too many rows or columns, or beyond the limits of memory and time.
    """
    memory, seconds = bounds(path.stat().st_size, unpacked, limits)
    seconds = max(1, seconds - int(spent))
    request = {
        "kind": kind, "path": str(path.resolve()), "fd": spool.file.fileno(), "encoding": encoding, "disk": DISK, "packages": PACKAGES,
        "memory": memory, "seconds": seconds,
        "keep": {name: sorted({row for row, _ in one.marked()}) for name, one in (facts or {}).items()},
        "limits": {"rows": limits.rows, "columns": limits.columns, "sheets": limits.sheets},
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        pass_fds=(spool.file.fileno(),),
        env={**os.environ, "RUST_BACKTRACE": "0"},  # tracing back without memory waits for its own lock for ever
    )  # fmt: skip
    try:
        answer, _ = process.communicate(json.dumps(request).encode(), timeout=seconds * WAIT)
    except subprocess.TimeoutExpired:
        answer = b""
    finally:
        process.kill()
        process.wait()
    told = marshal.loads(answer) if process.returncode == 0 and answer else {"failed": "memory"}
    if "failed" in told:
        if told["failed"] == "memory" and kind == "workbook":
            told |= farthest(path)
        raise refusal(told, name, limits)
    sheets: list[dict[str, Any]] = told["sheets"]
    return sheets


def refusal(told: dict[str, Any], name: str, limits: Limits) -> kinds.UnreadableFile:
    """The sentence for the converter's ``{"failed": reason, "sheet": name}``."""
    sheet = f"的工作表“{kinds.shown(told['sheet'])}”" if told.get("sheet") else ""
    sheet_en = f"Sheet “{kinds.shown(told['sheet'])}” of “{name}”" if told.get("sheet") else f"“{name}”"
    place = f"{letters(told['column'])}{told['row']}" if "column" in told else ""
    cell, cell_en = (f"（{place}）", f" ({place})") if place else ("", "")
    match told["failed"]:
        case "password":
            return kinds.locked(name)
        case "rows":
            return kinds.UnreadableFile(
                "rows",
                f"“{name}”{sheet}超过 {limits.rows:,} 行，请分成几个文件上传。",
                f"{sheet_en} has more than {limits.rows:,} rows; divide it into several files.",
            )
        case "columns":
            return kinds.UnreadableFile(
                "columns",
                f"“{name}”{sheet}在第 {limits.columns} 列之后还有内容{cell}，请删除多余的列后再上传。",
                f"{sheet_en} has content beyond column {limits.columns}{cell_en}; delete the surplus columns and upload it again.",
            )
        case "sheets":
            return kinds.UnreadableFile(
                "sheets",
                f"“{name}”有 {limits.sheets} 个以上的工作表，请只保留要导入的工作表后再上传。",
                f"“{name}” has more than {limits.sheets} sheets; keep only those to be imported and upload it again.",
            )
        case "memory":
            return kinds.UnreadableFile(
                "bomb",
                f"“{name}”中有内容写在离表格很远的单元格{cell}，或结构异常，请把数据复制到新建的工作簿后再上传。",
                f"“{name}” has content far away from its table{cell_en}, or an abnormal structure; copy the data into a new workbook and upload that.",
            )
    return kinds.damaged(name)
