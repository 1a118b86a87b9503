"""Files made for one account to fetch: written below ``exports/``, opened again only for who asked.

Every workbook repeats title, filters, definition, unit, as-of time, generation, who exported and the row
count (sheet 导出说明); texts stay texts, whatever they begin with.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from dashboards.marts import definitions, numbers
from dashboards.marts.reader import Mart
from dashboards.marts.scope import Spec
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store.engine import home, utc_now

KEPT = timedelta(hours=24)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ID = re.compile(r"[0-9a-f]{32}\.(xlsx|csv|zip)")

Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]


class NotReconciled(OperationError):
    """Figures that failed reconciliation do not leave the house."""

    def __init__(self) -> None:
        super().__init__("对账未通过，暂停导出。", "Reconciliation failed: exports are paused.")


def folder() -> Path:
    path = home() / "exports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def new(principal: Principal, name: str, extension: str) -> tuple[str, Path]:
    """An id and a path to write to; the side file says whose it is."""
    sweep()
    export_id = f"{secrets.token_hex(16)}.{extension}"
    owner = {"account_id": principal.account_id, "university_code": principal.university_code,
             "name": f"{name}.{extension}", "at": utc_now().isoformat()}  # fmt: skip
    (folder() / f"{export_id}.json").write_text(json.dumps(owner, ensure_ascii=False), encoding="utf-8")
    return export_id, folder() / export_id


def fetch(principal: Principal, export_id: str) -> tuple[Path, str]:
    """Path and file name of an export. NotFound for anybody but the account that made it."""
    if not _ID.fullmatch(export_id):
        raise NotFound
    path, side = folder() / export_id, folder() / f"{export_id}.json"
    if not path.is_file() or not side.is_file():
        raise NotFound
    owner = json.loads(side.read_text(encoding="utf-8"))
    mine = (owner["account_id"], owner["university_code"]) == (principal.account_id, principal.university_code)
    if not mine or utc_now() - datetime.fromisoformat(owner["at"]) > KEPT:
        raise NotFound
    return path, str(owner["name"])


def expires(made_at: datetime) -> datetime:
    """Until when a file made at that time may be fetched (naive UTC)."""
    return made_at + KEPT


def discard(export_id: str) -> None:
    """Removes an export that came to nothing."""
    if _ID.fullmatch(export_id):
        for path in (folder() / export_id, folder() / f"{export_id}.json"):
            path.unlink(missing_ok=True)


def sweep() -> None:
    """Removes what may no longer be fetched."""
    for side in folder().glob("*.json"):
        try:
            at = datetime.fromisoformat(json.loads(side.read_text(encoding="utf-8"))["at"])
        except (ValueError, KeyError, OSError):
            continue
        if utc_now() - at > KEPT:
            (folder() / side.name.removesuffix(".json")).unlink(missing_ok=True)
            side.unlink(missing_ok=True)


def workbook(path: Path, sheets: Sequence[Sheet], notes: Sequence[tuple[str, str]]) -> int:
    """Writes the sheets and 导出说明; gives the number of data rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False, "nan_inf_to_errors": True}  # fmt: skip
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, header, rows in sheets:
            sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])
            for column, label in enumerate(header):
                sheet.write_string(0, column, _text(label))
            for line, row in enumerate(rows, 1):
                count += 1
                for column, value in enumerate(row):
                    _cell(sheet, line, column, value, day)
        about = book.add_worksheet("导出说明")
        for line, (label, text) in enumerate([*notes, ("行数", str(count))]):
            about.write_string(line, 0, label)
            about.write_string(line, 1, _text(text))
    return count


def notes_of(principal: Principal, mart: Mart, title: str, filters: str, spec: Spec | None = None) -> list[tuple[str, str]]:
    """The lines of 导出说明."""
    lines = [("标题", title), ("筛选条件", filters)]
    if spec is not None:
        found = definitions.definition(mart, spec.indicator)
        lines += [("统计口径", found.definition_zh), ("公式", found.formula_zh), ("单位", found.unit()), ("版本", found.version)]
    return [
        *lines,
        ("数据截至", numbers.as_of(mart)),
        ("批次", f"#{mart.meta.generation}"),
        ("对账", "一致" if mart.meta.reconciled else "未通过"),
        ("导出人", f"{principal.name}（{principal.username}）"),
    ]


def _cell(sheet: Any, line: int, column: int, value: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(line, column, "是" if value else "否")
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value, day)
    else:
        sheet.write_string(line, column, _text(str(value)))


def _text(value: str) -> str:
    return CONTROL.sub("", value)[:32_767]
