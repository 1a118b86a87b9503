"""Readers of single values, one made for each field of a sheet once and used for every row.

``catalog.values.parse`` says what a value means; a reader answers at once where the answer is certain and asks it
otherwise, so both always agree (``tests/ingestion/exchange/layout``). What is wrong is raised as ``Unread``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from ingestion import vault
from ingestion.catalog import conditions, identifiers, normalise, reading, values
from ingestion.catalog import kinds as k
from ingestion.exchange.layout import lines
from ingestion.exchange.layout.look import Known, Look, record_number

Reader = Callable[[Any, dict[str, Any]], Any]
CACHED = 50_000  # different spellings of one field: beyond that they are no longer repeated
_AMOUNT = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,2}))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Unread(Exception):
    """A value that cannot be taken, with all that is wrong with it."""

    def __init__(self, issues: Sequence[k.Issue]) -> None:
        super().__init__()
        self.issues = tuple(issues)


def refuse(field: k.Field, raw: Any, zh: str, en: str, rule: str = "") -> Unread:
    shown = _shown(raw)
    return Unread([k.Issue(field.name, f"{field.zh} “{shown}” {zh}", f"{field.en} “{shown}” {en}", rule=rule)])


def _shown(raw: Any) -> str:
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
    return text if len(text) <= 60 else text[:60] + "…"


def reader(field: k.Field, look: Look) -> Reader:
    """The reader of one field: a cell's value to the document's, None where it is empty."""
    parsed = _parser(field, look)
    match field:
        case k.Text(min_length=least, max_length=most):
            return _text(parsed, least, most)
        case k.Identifier(scheme=scheme, max_length=most):
            return _identifier(parsed, scheme, most)
        case k.Secret():
            return _secret(field, parsed)
        case k.Money(positive=positive):
            return _money(parsed, positive)
        case k.Date(since=since):
            return _date(parsed, since)
        case k.Code():
            return _code(field, parsed)
        case k.Integer() | k.Year() | k.Decimal() | k.YesNo() | k.MultiCode():
            return _remembered(parsed)
        case k.PersonRef():
            return lambda raw, _d: person(field, raw, look)
        case k.PersonRefs():
            return lambda raw, _d: _several(raw, lambda one: person(field, one, look), ";；")
        case k.UnitRef():
            return lambda raw, _d: _unit(field, raw, look)
        case k.RecordRef(targets=targets):
            return lambda raw, _d: record(field, raw, look, targets)
        case k.RecordRefs(targets=targets):
            return lambda raw, _d: _several(raw, lambda one: record(field, one, look, targets), ";；")
        case _:
            return parsed


def _parser(field: k.Field, look: Look) -> Reader:
    def parsed(raw: Any, document: dict[str, Any]) -> Any:
        value, issues = values.parse(field, raw, codes=look.codes, document=document)
        if issues:
            raise Unread(issues)
        return value

    return parsed


def _text(parsed: Reader, least: int, most: int) -> Reader:
    def text(raw: Any, document: dict[str, Any]) -> Any:
        if type(raw) is str:
            value = normalise.text(raw)
            if least <= len(value) <= most or not value:
                return value or None
        return parsed(raw, document)

    return text


def _identifier(parsed: Reader, scheme: str, most: int) -> Reader:
    known: dict[str, str] = {}
    normal = identifiers.SCHEMES[scheme]

    def identifier(raw: Any, document: dict[str, Any]) -> Any:
        if type(raw) is not str:
            return parsed(raw, document)
        found = known.get(raw)
        if found is None:
            try:
                found = normal(raw)
            except identifiers.Malformed:
                return parsed(raw, document)
            if not 0 < len(found) <= most or found == "" or "E+" in raw or "e+" in raw:
                return parsed(raw, document)
            if len(known) > CACHED:
                known.clear()
            known[raw] = found
        return found

    def unchecked(raw: Any, document: dict[str, Any]) -> Any:
        if type(raw) is str and raw.isascii() and raw.isprintable() and "  " not in raw and "+" not in raw:
            value = raw.strip()
            if 0 < len(value) <= most:
                return value
        return parsed(raw, document)

    return unchecked if scheme == "plain" else identifier


def _secret(field: k.Secret, parsed: Reader) -> Reader:
    def secret(raw: Any, document: dict[str, Any]) -> Any:
        if isinstance(raw, str) and "*" in raw and normalise.half_width(raw) == raw:
            return raw  # masked: "unchanged"; ``reading`` decides whether there is anything to leave unchanged
        return parsed(raw, document)

    return secret


def is_mask(field: k.Field, value: Any) -> bool:
    """A secret as exports show it."""
    return isinstance(field, k.Secret) and isinstance(value, str) and "*" in value


def masked(field: k.Secret, clear: str) -> str:
    return vault.mask(field.scheme, clear)


def _money(parsed: Reader, positive: bool) -> Reader:
    def money(raw: Any, document: dict[str, Any]) -> Any:
        fen = -1
        kind = type(raw)
        if kind is int:
            fen = raw * 100
        elif kind is float and 0 <= raw < 1e10:
            near = round(raw * 100)
            if near / 100 == raw:  # at most two decimals; fewer than 15 digits, so the nearest double says so
                fen = near
        elif kind is str and (found := _AMOUNT.fullmatch(raw)):
            fen = int(found[1]) * 100 + (int(found[2].ljust(2, "0")) if found[2] else 0)
        if (0 < fen if positive else 0 <= fen) and fen <= values.MAX_FEN:
            return fen
        return parsed(raw, document)

    return money


def _date(parsed: Reader, since: int) -> Reader:
    known: dict[str, str] = {}

    def day(raw: Any, document: dict[str, Any]) -> Any:
        if isinstance(raw, date):
            if raw.year >= since:
                return (raw.date() if isinstance(raw, datetime) else raw).isoformat()
        elif type(raw) is str:
            found = known.get(raw)
            if found is not None:
                return found
            found = parsed(raw, document)
            if found is not None:
                if len(known) > CACHED:
                    known.clear()
                known[raw] = found
            return found
        return parsed(raw, document)

    return day


def _remembered(parsed: Reader) -> Reader:
    """For fields whose value depends on nothing but the cell; what is wrong with one is remembered too."""
    known: dict[tuple[type, Any], Any] = {}

    def remembered(raw: Any, document: dict[str, Any]) -> Any:
        key = (type(raw), raw)
        try:
            found = known[key]
        except KeyError:
            found = _tried(parsed, raw, document)
            if len(known) > CACHED:
                known.clear()
            known[key] = found
        except TypeError:  # a list has no hash
            return parsed(raw, document)
        if type(found) is Unread:
            raise Unread(found.issues)
        return list(found) if type(found) is list else found

    return remembered


def _tried(parsed: Reader, raw: Any, document: dict[str, Any]) -> Any:
    try:
        return parsed(raw, document)
    except Unread as problem:
        return problem


def _code(field: k.Code, parsed: Reader) -> Reader:
    """As ``_remembered``, per list and parent."""
    known: dict[tuple[str, str | None, type, Any], Any] = {}
    fixed = field.list_by is None

    def code(raw: Any, document: dict[str, Any]) -> Any:
        name = field.code_list if fixed else conditions.code_list(field, document)
        parent = reading.parent_code(field, document) if field.parent_field else None
        key = (name, parent, type(raw), raw)
        found = known.get(key)
        if found is None:
            found = _tried(parsed, raw, document)
            if len(known) > CACHED:
                known.clear()
            known[key] = found
        if type(found) is Unread:
            raise Unread(found.issues)
        return found

    return code


# --- what is looked up ------------------------------------------------------------------------------------------


def _several(raw: Any, one: Callable[[Any], Any], marks: str) -> list[Any] | None:
    parts = lines.read(raw, marks) if isinstance(raw, str) else [raw]
    found: list[Any] = []
    issues: list[k.Issue] = []
    for part in parts:
        if part is None:
            continue
        try:
            value = one(part)
        except Unread as problem:
            issues += problem.issues
        else:
            found.append(value)
    if issues:
        raise Unread(issues)
    return list(dict.fromkeys(found)) or None


def token(field: k.Field, raw: Any) -> str:
    """A number or word as it is looked up: exact characters, half-width. Raises Unread for what lost its digits."""
    try:
        return normalise.identifier(reading.exact(raw))
    except identifiers.Malformed as problem:
        raise refuse(field, raw, problem.zh, problem.en, problem.rule) from None


def person(field: k.Field, raw: Any, look: Look) -> int | None:
    """The person meant by a staff number, "00123 张伟" or RY000123; never by a name alone."""
    text = token(field, raw)
    if not text:
        return None
    found = look.person(text) or look.person(text.split(" ")[0])
    if found is None:
        raise unknown_person(field, raw, text, look)
    return found.id


def unknown_person(field: k.Field, raw: Any, text: str, look: Look) -> Unread:
    """Says who may be meant: a number without its leading zeros, or the people of that name."""
    candidates: list[Known] = look.unpadded.get(text, []) or look.names.get(text, [])
    hint_zh, hint_en = "；".join(one.label for one in candidates[:3]), "; ".join(one.label for one in candidates[:3])
    if look.unpadded.get(text):
        return refuse(
            field, raw, f"没有此工号，可能丢失了前导零：{hint_zh}？请将单元格设为文本并填写完整工号",
            f"is no staff number; leading zeros may be lost: {hint_en}? Format the cell as text and give the whole number", "AC-037",
        )  # fmt: skip
    if candidates:
        return refuse(field, raw, f"是姓名，请填写工号：{hint_zh}", f"is a name; give the staff number: {hint_en}", "person")
    return refuse(field, raw, "在人员库中没有找到，请填写已登记人员的工号", "is not among the people; give a staff number on file", "person")


def _unit(field: k.Field, raw: Any, look: Look) -> int | None:
    if isinstance(raw, str):
        found = look.unit_words.get(raw)
        if found is not None:
            return found
    text = normalise.text(str(int(raw) if isinstance(raw, float) and raw.is_integer() else raw))
    if not text:
        return None
    found = look.unit_words.get(text) or look.unit_words.get(normalise.identifier(text))
    if found is None:
        raise _unknown_unit(field, text, look)
    return found


def _unknown_unit(field: k.Field, text: str, look: Look) -> Unread:
    near = look.nearest_units(text)
    zh = f"不是本校的单位，最接近的有：{'、'.join(near)}" if near else "不是本校的单位"
    en = f"is no unit of this university; the nearest are: {', '.join(near)}" if near else "is no unit of this university"
    return refuse(field, text, zh, en, "unit")


def record(field: k.Field, raw: Any, look: Look, targets: tuple[str, ...]) -> int | None:
    """The record meant by its display number or a natural key, with or without its title behind."""
    text = normalise.text(token(field, raw) if not isinstance(raw, str) else raw)
    if not text:
        return None
    found = look.record(text, targets)
    if found is None:
        number = record_number(text)
        zh, en = (
            ("没有可引用的记录，或无权限查看", "is no record that may be referred to")
            if number
            else ("没有找到，请填写记录编号（如 ZX000123）或项目编号等唯一编号", "was not found; give the record number (e.g. ZX000123) or its own number")
        )
        raise refuse(field, raw, zh, en, "reference")
    return found
