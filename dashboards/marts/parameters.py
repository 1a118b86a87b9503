"""Parameters of a saved query: ``{{年度}}`` in the text, filled in as a literal when it runs.

The engine's own placeholders stay refused in the sandbox: binding one loads pandas into the child process (1.3 s),
and a literal is what ``yanshu sql`` and a copied text need anyway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingestion.catalog import normalise
from ingestion.principal import OperationError

_PLACE = re.compile(r"\{\{\s*([^\W\d]\w{0,29})\s*\}\}")
MOST = 20
LONGEST = 1000


def names(sql: str) -> list[str]:
    """The parameters of a text, in the order they first stand in it."""
    return list(dict.fromkeys(_PLACE.findall(sql)))


def fill(sql: str, values: Mapping[str, str]) -> str:
    """The text with every parameter written out: numbers as numbers, all else as quoted text.

    Raises:
        OperationError: a value is missing or too long, or there are too many parameters; all are named at once.
    """
    wanted = names(sql)
    if len(wanted) > MOST:
        raise OperationError(f"参数共 {len(wanted)} 个，最多 {MOST} 个。", f"There are {len(wanted)} parameters; at most {MOST} are allowed.")
    missing = [name for name in wanted if not values.get(name, "").strip()]
    if missing:
        raise OperationError(f"请填写参数：{'、'.join(missing)}。", f"Fill in the parameters: {', '.join(missing)}.")
    long = [name for name in wanted if len(values[name]) > LONGEST]
    if long:
        raise OperationError(f"参数值过长，最多 {LONGEST} 字：{'、'.join(long)}。", f"Values may have {LONGEST} characters: {', '.join(long)}.")
    return _PLACE.sub(lambda place: literal(values[place[1]]), sql)


def literal(value: str) -> str:
    """A value as SQL: ``2025`` and ``-1.5`` as numbers, ``007`` and everything else as text."""
    text = value.strip()
    number = normalise.half_width(text)
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?", number):
        return number
    return "'" + text.replace("'", "''") + "'"
