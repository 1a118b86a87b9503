"""Values in a CSV file: one text a value, safe to open in a spreadsheet, and readable back without loss.

A text that is empty or begins with a character a spreadsheet could take for a formula (or with an apostrophe)
is written with one apostrophe before it; whoever reads takes one leading apostrophe away. So an empty cell is a
missing value and ``'`` an empty text. Numbers, dates and flags are never marked.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ingestion.exchange.exit_bundle.contents import Kind

MARKED = frozenset("'=+-@\t\r\n\x00＝＋－＠")

RULE_ZH = (
    "CSV 为 UTF-8（带 BOM）。空单元格表示没有值。文本若为空，或以 ' = + - @ ＝ ＋ － ＠、制表符、换行、空字符开头，前面加一个 '；"
    "读取时去掉文本开头的一个 ' 即得原值。数字、日期、是否（true/false）不加。时间为 UTC，金额为整数“分”。"
)
RULE_EN = (
    "CSV is UTF-8 with a byte order mark. An empty cell is a missing value. A text that is empty or begins with one of "
    "' = + - @ their full-width forms, a tab, a line break or NUL is written with one ' before it; take one leading ' "
    "of a text away to read it. Numbers, dates and flags (true/false) are never marked. Times are UTC, money is whole fen."
)


def to_csv(value: Any) -> str:
    """One cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if not value or value[0] in MARKED else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return repr(value)


def from_csv(cell: str, kind: Kind) -> Any:
    """The reverse, for a column of ``kind``. Raises ValueError for what ``to_csv`` never writes."""
    if cell == "":
        return None
    match kind:
        case "text":
            return cell[1:] if cell[0] == "'" else cell
        case "flag":
            return {"true": True, "false": False}[cell]
        case "whole":
            return int(cell)
        case "real":
            return float(cell)
        case "day":
            return date.fromisoformat(cell)
        case "moment":
            return datetime.fromisoformat(cell.removesuffix("Z"))
