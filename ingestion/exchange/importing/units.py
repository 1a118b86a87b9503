"""Units in headings and cells: 经费(万元), 12.5万元, 35%. Factors are exact, so money comes out to the fen."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.catalog import kinds as k
from ingestion.catalog import normalise
from ingestion.exchange.layout import Column

MONEY: dict[str, Decimal] = {
    "元": Decimal(1),
    "百元": Decimal(100),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}
LENGTH: dict[str, Decimal] = {"字": Decimal(1), "千字": Decimal(1_000), "万字": Decimal(10_000)}
SHARE: dict[str, Decimal] = {"%": Decimal(1), "小数": Decimal(100)}
MONTHS: dict[str, Decimal] = {"人月": Decimal(1), "月": Decimal(1), "人年": Decimal(12), "年": Decimal(12)}
SCALES = (MONEY, LENGTH, SHARE, MONTHS)
OTHER_WORDS = {
    "人民币元": "元", "圆": "元", "rmb": "元", "cny": "元", "yuan": "元", "￥": "元", "¥": "元",
    "万": "万元", "万圆": "万元", "人民币万元": "万元", "万人民币": "万元", "10,000 yuan": "万元", "千": "千元", "亿": "亿元",
    "百分比": "%", "％": "%", "percent": "%",
}  # fmt: skip
_BRACKETS = re.compile(r"[(（\[【〔]([^)）\]】〕]*)[)）\]】〕]")
_TAIL = re.compile(r"(?:[/:：_-]|单位[:：]?)\s*([^/:：_()（）-]{1,6})$")
_AMOUNT = re.compile(r"(?:人民币|rmb|cny|[¥￥])?\s*([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*(百万元?|亿元?|万元?|千元|元|%|％|[千万]?字)", re.IGNORECASE)


PEOPLE = {"share": "%", "reward_share": "%", "own_words": "万字", "months_per_year": "月"}


def own_unit(column: Column) -> str:
    """The unit in which a column's numbers are typed; "" for a column without one."""
    match column.field:
        case k.Money():
            return "元"
        case k.Decimal(name=name, unit_zh=unit):
            return unit or (PEOPLE.get(name, "") if column.kind == "person" else "")
        case _:
            return ""


def scale_of(column: Column) -> dict[str, Decimal]:
    """The units in which a column may be given, with what each is worth; empty for a column without a unit."""
    unit = own_unit(column)
    return next((scale for scale in SCALES if unit in scale), {}) if unit else {}


def unit_in(heading: str) -> str:
    """The unit a heading names, "" where it names none: 经费（万元）, 经费/万元, 金额 单位：元, 占比%."""
    text = normalise.half_width(heading)
    for piece in (*_BRACKETS.findall(heading), *_TAIL.findall(text)):
        if (unit := _known(piece)) is not None:
            return unit
    return "%" if text.endswith("%") else ""


def _known(piece: str) -> str | None:
    word = normalise.half_width(piece).removeprefix("单位").strip(" :")
    word = OTHER_WORDS.get(word.casefold(), word)
    return word if any(word in scale for scale in SCALES) else None


def without_unit(heading: str) -> str:
    """The heading without its unit, for finding what it means."""

    def kept(match: re.Match[str]) -> str:
        return "" if _known(match[1]) is not None else match[0]

    text = _BRACKETS.sub(kept, heading)
    tail = _TAIL.search(normalise.half_width(text))
    if tail is not None and _known(tail[1]) is not None:
        text = normalise.half_width(text)[: tail.start()]
    return text.rstrip("%％ ")


def convert(value: Any, column: Column, unit: str) -> Any:
    """A cell's value in the column's own unit; what is no number stays as it is, to be refused by its reader.
    A unit written in the cell itself goes before the heading's."""
    scale = scale_of(column)
    if not scale or value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        found = _AMOUNT.fullmatch(normalise.half_width(value))
        if found is not None and (said := OTHER_WORDS.get(found[2], found[2])) in scale:
            unit, value = said, found[1]
    factor = scale.get(unit, scale[own_unit(column)]) / scale[own_unit(column)]
    if factor == 1:
        return value
    number = _exact(value)
    if number is None:
        return value
    exact = (number * factor).normalize()
    return format(exact, "f")


def _exact(value: Any) -> Decimal | None:
    """The number as it was typed: 34.1 is 34.1, not the nearest binary fraction."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    text = repr(value) if isinstance(value, float) else normalise.number(str(value)).replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
