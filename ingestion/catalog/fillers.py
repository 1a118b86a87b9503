"""Words typed to get past a required field (AC-243), and texts that say nothing (AC-159)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingestion.catalog import kinds as k
from ingestion.catalog import normalise

NOT_APPLICABLE = "不适用"
TEXTS = (k.Text, k.LongText, k.Identifier)
_WORDS = frozenset(
    {
        "无", "暂无", "没有", "未知", "不详", "待定", "待补", "空", "略", "同上", "测试", "未填", "不知道", "暂缺", "无此项",
        "none", "null", "nil", "na", "nan", "tbd", "test", "testing", "xxx", "xx", "aaa", "abc", "asdf", "qwerty", "unknown",
    }
)  # fmt: skip
_DIGITS = re.compile(r"(?:0+|1+|123(4(5(6(7(89?)?)?)?)?)?)")


def problems(field: k.Field, value: Any) -> Iterator[k.Issue]:
    """What is wrong with a required text that only fills the field. Other kinds have no fillers."""
    if not isinstance(field, TEXTS) or not isinstance(value, str):
        return
    if value.strip() == NOT_APPLICABLE:
        if isinstance(field, k.Text) and not field.na or isinstance(field, k.Identifier):
            yield k.Issue(
                field.name,
                f"{field.zh}不可填“{NOT_APPLICABLE}”，请填写实际内容",
                f"{field.en} does not allow “{NOT_APPLICABLE}”; give the actual value",
                rule="AC-243",
            )
        return
    word = normalise.key(value)
    filler = word in _WORDS or not word or (isinstance(field, k.Text) and bool(_DIGITS.fullmatch(word)))
    if not filler:
        return
    if isinstance(field, k.Identifier) and word and word not in _WORDS:
        return
    hint_zh = f"；确实没有时填“{NOT_APPLICABLE}”" if isinstance(field, k.Text) and field.na else ""
    hint_en = f"; where there is none, write “{NOT_APPLICABLE}”" if hint_zh else ""
    yield k.Issue(
        field.name,
        f"{field.zh} “{value}” 不是有效内容，请填写实际内容{hint_zh}",
        f"{field.en} “{value}” says nothing; give the actual value{hint_en}",
        rule="AC-243",
    )
