"""What is certainly right with a value, answered at once.

``validate`` asks here first and judges in full only what is not certain, so its answers are the same as without
(a test compares the two). A hundred thousand imported rows are right in almost every field: asking each of them all
questions took six times as long as reading and writing them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from ingestion.catalog import conditions, fillers, identifiers
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import Codes
from ingestion.catalog.values import LAST_YEAR, MAX_FEN

Sure = Callable[[Any, dict[str, Any], Codes, str], bool]
"""(value, what holds it, codes, today) → True where nothing can be wrong with the value, required or not."""
LETTERS = 8
"""A text with so many letters is no filler: the longest of those has seven."""


SHORT = 24
_SAID = k.Text("said", zh="", en="")


def telling(value: str) -> bool:
    """Whether a text certainly says something."""
    if len(value) <= SHORT:
        return _says(value)
    return sum(map(str.isalpha, value[:64])) >= LETTERS


@lru_cache(maxsize=65_536)
def _says(value: str) -> bool:
    return not any(fillers.problems(_SAID, value))


@lru_cache(maxsize=65_536)
def is_normal(scheme: str, value: str) -> bool:
    """Whether an identifier is in its normal form."""
    try:
        return identifiers.normal(scheme, value) == value
    except identifiers.Malformed:
        return False


@lru_cache(maxsize=65_536)
def is_day(value: str) -> bool:
    """Whether a text is a date in a document's form: a day, month or year."""
    parts = value.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]) or not all(p.isascii() and p.isdigit() for p in parts):
        return False
    try:
        date(int(parts[0]), *[*map(int, parts[1:]), 1, 1][:2])
    except ValueError:
        return False
    return True


def of(field: k.Field) -> Sure | None:
    """The question for one field; None where only the full judgement knows."""
    match field:
        case k.Text(min_length=least, max_length=most):
            return lambda value, _h, _c, _t: type(value) is str and least <= len(value) <= most and telling(value)
        case k.LongText(max_length=most):
            return lambda value, _h, _c, _t: type(value) is str and len(value) <= most and telling(value)
        case k.Identifier(scheme=scheme, max_length=most):
            return lambda value, _h, _c, _t: type(value) is str and LETTERS < len(value) <= most and value.isascii() and is_normal(scheme, value)
        case k.Code(parent_field=None, list_by=None, code_list=name):
            return lambda value, _h, codes, _t: type(value) is str and value in codes.always(name)
        case k.Code(parent_field=None):
            declared = field
            return lambda value, holder, codes, _t: type(value) is str and value in codes.always(conditions.code_list(declared, holder))
        case k.MultiCode(code_list=name):
            return lambda value, _h, codes, _t: type(value) is list and all(type(one) is str and one in codes.always(name) for one in value)
        case k.Date(partial=partial, since=since, future=future):
            return _day(partial, since, future)
        case k.Year(since=since, future=future):
            return lambda value, _h, _c, today: type(value) is int and since <= value <= (LAST_YEAR if future else int(today[:4]))
        case k.Money(positive=positive):
            return lambda value, _h, _c, _t: type(value) is int and (0 < value if positive else 0 <= value) and value <= MAX_FEN
        case k.Integer(minimum=low, maximum=high):
            return lambda value, _h, _c, _t: type(value) is int and (low is None or value >= low) and (high is None or value <= high)
        case k.YesNo():
            return lambda value, _h, _c, _t: type(value) is bool
        case k.UnitRef() | k.PersonRef() | k.RecordRef():
            return lambda value, _h, _c, _t: type(value) is int and value >= 1
        case _:
            return None


def _day(partial: bool, since: int, future: bool) -> Sure:
    first = f"{since:04d}"

    def sure(value: Any, _holder: dict[str, Any], _codes: Codes, today: str) -> bool:
        return (
            type(value) is str
            and (len(value) == 10 or partial)
            and value >= first
            and (future or value <= today[: len(value)])
            and is_day(value)
        )

    return sure


Plan = tuple[tuple[k.Field, str, bool, Sure | None], ...]
_PLANS: dict[int, tuple[tuple[k.Field, ...], Plan]] = {}


def plan(fields: tuple[k.Field, ...]) -> Plan:
    """For each field: itself, its name, whether an empty value needs a look, and the question of a filled one."""
    known = _PLANS.get(id(fields))  # by identity: hashing declarations takes longer than asking them
    if known is None or known[0] is not fields:
        made = tuple(
            (one, one.name, one.required or one.required_when is not None or isinstance(one, k.FileSlot), of(one))
            for one in fields
            if not isinstance(one, k.Shown)
        )
        known = _PLANS[id(fields)] = fields, made
    return known[1]
