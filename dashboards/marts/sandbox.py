"""Analysts' SQL: one SELECT over the published views of one's own organisation, in a killable process.

Used by the page and by ``yanshu sql``. Every refusal is a sentence of ours; the engine's own words, paths
and settings never reach a screen.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from dashboards.marts import dictionary, exports, reader
from ingestion.principal import Denied, OperationError, Principal
from ingestion.store.engine import local_time

ROWS_SHOWN = 10_000
SECONDS = 10
LONGEST = 60
TEXT_LIMIT = 50_000
START_SECONDS = 1.0  # a fresh interpreter and the engine's import are not the query's time

MAY_ASK = frozenset({"analyst", "office_admin", "province_analyst", "province_staff", "system"})

_slots = threading.BoundedSemaphore(2)


class Refused(OperationError):
    """The statement was not run, or was stopped. ``code`` names the reason for tests and messages."""

    def __init__(self, code: str, word: str = "", **values: Any) -> None:
        zh, en = REASONS.get(code, REASONS["failed"])
        first, _, second = word.partition("|")
        near_zh = f"，相近的有：{second}" if second else ""
        near_en = f"; similar: {second}" if second else ""
        super().__init__(
            zh.format(word=first, near=near_zh, **values), en.format(word=first, near=near_en, **values)
        )
        self.code = code


@dataclass(frozen=True)
class Result:
    """``rows`` holds at most the limit; ``total`` is the true number of rows of the query."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    total: int
    truncated: bool
    seconds: float
    generation: int


def run(principal: Principal, sql: str, limit: int = ROWS_SHOWN, seconds: int = SECONDS, day: dt.date | None = None) -> Result:
    """Runs one SELECT statement, on the figures of now or of the end of a past ``day``.

    Raises:
        Denied: the role has no SQL.
        NotMadeYet: the figures of that day have to be made first (job ``past``).
        Refused: the statement was not run or was stopped, with the reason.
    """
    mart = _allowed(principal, sql, day)
    answer = _child(mart, {"sql": sql, "limit": max(1, min(limit, ROWS_SHOWN))}, seconds)
    kinds = [_kind(name) for name in answer["types"]]
    rows = [
        tuple(_value(kind, cell) for kind, cell in zip(kinds, row, strict=True)) for row in answer["rows"]
    ]
    return Result(
        tuple(answer["columns"]),
        tuple(answer["types"]),
        rows,
        answer["total"],
        answer["total"] > len(rows),
        answer["seconds"],
        mart.meta.generation,
    )


def export(
    principal: Principal, sql: str, format: Literal["csv", "xlsx"], target: Path, seconds: int = LONGEST, day: dt.date | None = None
) -> int:
    """Writes the whole result to ``target`` and returns its row count; the sheet 导出说明 says what it is."""
    mart = _allowed(principal, sql, day)
    meta = mart.meta
    as_of = local_time(meta.as_of).strftime("%Y-%m-%d %H:%M:%S") if meta.as_of else "—"
    notes = [
        ["单位名称", exports.whose(mart)],
        ["标题", "自定义查询结果"],
        ["查询语句", sql],
        ["数据截至", as_of],
        ["批次", f"#{meta.generation}"],
        ["范围", meta.university_code],
        ["导出人", f"{principal.name}（{principal.username}）"],
    ]
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, target.open("wb") as file:
        request = {
            "sql": sql,
            "export": {"format": format, "fd": file.fileno(), "scratch": scratch, "notes": notes},
        }
        try:
            return int(_child(mart, request, seconds, (file.fileno(),))["rows"])
        except OperationError:
            target.unlink(missing_ok=True)
            raise


def relations(principal: Principal, day: dt.date | None = None) -> list[dictionary.RelationWords]:
    """The tables and views that may be asked, in words."""
    if principal.role not in MAY_ASK:
        raise Denied()
    return dictionary.relations(reader.open_for(principal, day))


def data_file(principal: Principal, target: Path, day: dt.date | None = None) -> int:
    """A copy of the published file of one's own organisation, for work outside; returns its size in bytes."""
    if principal.role not in MAY_ASK:
        raise Denied()
    shutil.copyfile(reader.open_for(principal, day).path, target)
    target.chmod(0o600)
    return target.stat().st_size


def _allowed(principal: Principal, sql: str, day: dt.date | None) -> reader.Mart:
    if principal.role not in MAY_ASK:
        raise Denied()
    if not sql.strip():
        raise Refused("empty")
    if len(sql) > TEXT_LIMIT:
        raise Refused("text_long", limit=TEXT_LIMIT)
    return reader.open_for(principal, day)


def _child(
    mart: reader.Mart, request: dict[str, Any], seconds: int, descriptors: tuple[int, ...] = ()
) -> dict[str, Any]:
    seconds = max(1, min(seconds, LONGEST))
    body = json.dumps({"path": mart.path, "seconds": seconds, **request}).encode("utf-8", "surrogatepass")
    if not _slots.acquire(timeout=seconds):
        raise Refused("busy")
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(Path(__file__).with_name("sandbox_child.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            cwd="/",
            pass_fds=descriptors,
            start_new_session=True,
        )
        started = time.monotonic()
        try:
            out, _ = process.communicate(body, timeout=seconds + START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Refused("time", seconds=seconds) from None
    finally:
        _slots.release()
    return _answer(out, process.returncode, time.monotonic() - started, seconds)


def _answer(out: bytes, code: int, took: float, seconds: int) -> dict[str, Any]:
    if code != 0 or not out:
        # killed by the alarm, by a limit of the operating system, or by the engine's own abort
        raise Refused("time" if took >= seconds else "memory", seconds=seconds)
    answer: dict[str, Any] = json.loads(out)
    if "refused" in answer:
        raise Refused(answer["refused"], answer["word"], seconds=seconds)
    return answer


def _kind(type_name: str) -> str:
    return type_name.split("(")[0].upper()


def _value(kind: str, cell: Any) -> Any:
    if cell is None:
        return None
    try:
        if kind == "DECIMAL":
            return Decimal(cell)
        if kind == "DATE":
            return dt.date.fromisoformat(cell)
        if kind.startswith("TIMESTAMP"):
            return dt.datetime.fromisoformat(cell)
    except ValueError:
        return cell
    return cell


REASONS: dict[str, tuple[str, str]] = {
    "empty": ("请输入查询语句。", "Enter a query."),
    "text_long": ("查询语句过长，最多 {limit} 字。", "The query is too long: at most {limit} characters."),
    "several": ("一次只能运行一条语句，请删去分号之后的内容。", "One statement at a time: remove what follows the semicolon."),
    "not_select": ("只能运行查询语句（SELECT），不能修改数据、设置或读写文件。", "Only SELECT is allowed: no change of data or settings, no files."),
    "describe": ("不能运行 DESCRIBE、SHOW 或 SUMMARIZE，表和字段见左侧列表。", "DESCRIBE, SHOW and SUMMARIZE are not available: see the list of tables."),
    "table_node": ("这种取数方式不可用，请从已发布的表或视图查询。", "This kind of source is not available: use published tables and views."),
    "table": ("没有名为“{word}”的表或视图，或无权查询。", "There is no table or view “{word}”, or it may not be queried."),
    "table_function": ("不能使用“{word}”取数；可用的只有 range、generate_series、unnest。", "“{word}” is not available; only range, generate_series and unnest are."),
    "function": ("不能使用函数“{word}”。", "The function “{word}” is not available."),
    "parameter": ("语句中不能有参数占位符（? 或 $）。", "The statement may not contain parameters (? or $)."),
    "column": ("没有字段“{word}”{near}。", "There is no column “{word}”{near}."),
    "group_by": ("字段“{word}”要写进 GROUP BY，或放进汇总函数。", "Column “{word}” must be in GROUP BY or inside an aggregate."),
    "syntax": ("语句有语法错误，位置在“{word}”附近。", "Syntax error near “{word}”."),
    "syntax_end": ("语句有语法错误，请检查是否写完整。", "Syntax error: check that the statement is complete."),
    "conversion": ("“{word}”不能转换为所需的类型。", "“{word}” cannot be converted to the type needed."),
    "binder": ("语句中的字段、函数或类型不匹配，请检查。", "Columns, functions or types in the statement do not fit together."),
    "range": ("计算结果超出数值范围。", "A value is out of range."),
    "depth": ("语句嵌套过深，请简化。", "The statement is nested too deeply: simplify it."),
    "memory": ("查询占用内存过多，已停止；请缩小范围或先汇总。", "The query needed too much memory and was stopped: narrow it or aggregate first."),
    "time": ("查询超过 {seconds} 秒，已停止；请缩小范围或先汇总。", "The query took more than {seconds} seconds and was stopped: narrow it or aggregate first."),
    "too_wide": ("结果过大，无法显示；请减少字段或缩小范围。", "The result is too large to show: select fewer columns or rows."),
    "xlsx_rows": ("结果超过 1,048,575 行，xlsx 放不下；请导出 CSV。", "More than 1,048,575 rows do not fit an xlsx file: export CSV."),
    "cell_length": ("字段“{word}”中有超过 32,767 字的内容，xlsx 放不下；请导出 CSV。", "“{word}” holds a text of more than 32,767 characters, which no xlsx cell does: export CSV."),
    "busy": ("正在运行的查询较多，请稍后再试。", "Many queries are running: try again shortly."),
    "failed": ("查询没有成功，请检查语句。", "The query did not succeed: check the statement."),
}  # fmt: skip
