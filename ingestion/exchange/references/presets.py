"""What somebody says for a whole bibliographic file: ``field=value``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingestion.catalog import kinds as k
from ingestion.catalog import values
from ingestion.catalog.codelists import Codes
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import OperationError


def batch_values(type_id: str, sets: Sequence[str], codes: Codes) -> dict[str, Any]:
    """``field=value`` words as document values; the field by its name or its Chinese label.

    Raises:
        OperationError: every wrong word at once, with the labels there are.
    """
    fields = {f.name: f for f in ALL_RECORDS[type_id].fields() if not isinstance(f, k.FileSlot | k.Shown | k.UnitRef)}
    by_label = {f.zh: f for f in fields.values()}
    chosen: dict[str, Any] = {}
    zh: list[str] = []
    en: list[str] = []
    for word in sets:
        name, equals, raw = word.partition("=")
        declared = fields.get(name.strip()) or by_label.get(name.strip())
        if not equals or declared is None:
            zh.append(f"“{word}”：没有这个字段；可用：{'、'.join(by_label)}")
            en.append(f"“{word}”: there is no such field; there are: {', '.join(fields)}")
            continue
        value, issues = values.parse(declared, raw.strip(), codes=codes)
        wrong = [issue for issue in issues if issue.severity == "error"]
        zh += [issue.zh for issue in wrong]
        en += [issue.en for issue in wrong]
        if not wrong:
            chosen[declared.name] = value
    if zh:
        raise OperationError("；".join(zh) + "。", "; ".join(en) + ".")
    return chosen
