"""What stands under and between the records of a table without being one: totals, signatures, notes, the example."""

from __future__ import annotations

import re
from typing import Any

from ingestion.catalog import normalise

_TOTAL = re.compile(r"((?:本页|本月|本年|本季度?|年度|全年|全校|以上)?(?:合计|总计|小计|共计|累计|总数)|total|subtotal|sum)([（(:：].*)?|共\d+(条|项|篇|件|人|行|个).*", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"(填表|制表|填报|经办|审核|复核|负责|联系|报送|统计|分管)(人|单位|部门|领导|校长|日期|时间|电话)|(盖|签)(章|字|名)|公章|签字|填表日期|联系电话"
    r"|^(注|备注|说明|填表说明)\d*[:：.、]|^\s*\d{4}年\d{1,2}月\d{1,2}日$|^年月日$",
)
_EXAMPLE = re.compile(r"[（(【\[]?(填写)?(示例|样例|范例|举例|例如|例|example|sample)([）)】\]:：,，.\s]|$|行|数据)", re.IGNORECASE)


def _texts(row: tuple[Any, ...]) -> list[str]:
    return [str(value).strip() for value in row if value is not None and str(value).strip()]


def is_total(row: tuple[Any, ...]) -> bool:
    """A sum: says so in its first cell, and holds numbers besides."""
    texts = _texts(row)
    if not texts or not _TOTAL.fullmatch(re.sub(r"\s", "", normalise.half_width(texts[0]))):
        return False
    others = sum(not re.fullmatch(r"[-+\d,.%\s—/]*(元|万元|项|篇|条)?", normalise.half_width(text)) for text in texts[1:])
    return others <= 1


def is_signature(row: tuple[Any, ...], width: int) -> bool:
    """Who filled the table in, when, and notes to it: few cells that speak of the table."""
    texts = _texts(row)
    if not texts or len(texts) > max(1, width // 2):
        return False
    return any(_SIGNATURE.search(re.sub(r"\s", "", text)) for text in texts[:2])


def is_example(row: tuple[Any, ...]) -> bool:
    """A row that shows how to fill in: marked in its first cell."""
    texts = _texts(row)
    return bool(texts) and len(texts[0]) <= 30 and bool(_EXAMPLE.match(texts[0]))
