"""One value of one field: from what was typed or imported to the document's form, and back to words.

``parse`` takes what a person, a spreadsheet or a file gives; ``problems`` says what is wrong with a value already
in the document's form; ``display`` gives the words for a screen or a file, which ``parse`` reads back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from math import isfinite
from typing import Any

from ingestion.catalog import conditions, identifiers, normalise, reading
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN_CODES, Codes

MAX_FEN = 10**10 * 100  # 10^10 元 (AC-049)
LAST_YEAR = 2200  # of plans; what may not lie in the future is held to this year by ``validate``
_EMPTY: dict[str, Any] = {}


def parse(
    field: k.Field, raw: Any, *, codes: Codes | None = None, document: dict[str, Any] | None = None
) -> tuple[Any, list[k.Issue]]:
    """The value of ``raw`` in the document's form (None when empty or unreadable) and what is wrong with it.

    ``document`` lets a code field choose its list and narrow to its parent. Accepted: full-width characters,
    "1,234.50", dates such as 2025.3.1, 2025/03/01, 20250301 and 2025年3月, a code, its label, or "code label".
    """
    if isinstance(raw, str) and not normalise.text(raw):
        return None, []
    if raw is None or (isinstance(raw, (list, tuple)) and not raw):
        return None, []
    if isinstance(raw, float) and raw != raw:  # an empty cell of a spreadsheet
        return None, []
    try:
        value = reading.convert(field, raw, codes or BUILT_IN_CODES, document or _EMPTY)
    except identifiers.Malformed as error:
        shown = "" if isinstance(field, k.Secret) else f" “{_brief(raw)}” "
        return None, [
            k.Issue(
                field.name, f"{field.zh}{shown}{error.zh}", f"{field.en}{shown}{error.en}", rule=error.rule
            )
        ]
    return value, list(problems(field, value, codes or BUILT_IN_CODES, document or _EMPTY))


def _brief(raw: Any) -> str:
    text = normalise.text(str(raw))
    return text if len(text) <= 60 else text[:60] + "…"


# --- what is wrong with a value -------------------------------------------------------------------------


def problems(field: k.Field, value: Any, codes: Codes, document: dict[str, Any]) -> Iterator[k.Issue]:
    """Kind, limits, normal form and known codes of a value in the document's form; empty values have none.

    What depends on today or on the record's date (future dates, retired codes) is ``validate``'s.
    """
    if value is None or value == "" or value == []:
        return
    for zh, en, rule in _faults(field, value, codes, document):
        shown = "" if isinstance(field, k.Secret) else f" “{_shown(field, value)}” "
        yield k.Issue(field.name, f"{field.zh}{shown}{zh}", f"{field.en}{shown}{en}", rule=rule)


def _shown(field: k.Field, value: Any) -> str:
    if isinstance(field, k.Money) and isinstance(value, int) and not isinstance(value, bool):
        return display(field, value, "zh")
    if isinstance(field, k.Decimal) and isinstance(value, float) and isfinite(value):
        return f"{value:.15g}"
    return _brief("、".join(map(str, value)) if isinstance(value, list) else value)


Fault = tuple[str, str, str]
_NOT_TEXT: Fault = ("应为文字", "must be text", "")


def _faults(field: k.Field, value: Any, codes: Codes, document: dict[str, Any]) -> Iterator[Fault]:
    match field:
        case k.Text(min_length=least, max_length=most):
            yield from _length(value, least, most)
        case k.LongText(max_length=most):
            yield from _length(value, 1, most)
        case k.Identifier(scheme=scheme, max_length=most) | k.Secret(scheme=scheme, max_length=most):
            yield from _length(value, 1, most)
            if isinstance(value, str):
                yield from _form(scheme, value)
        case k.TextList(max_length=most, max_items=items):
            if not isinstance(value, list):
                yield _NOT_TEXT
                return
            if len(value) > items:
                yield (
                    f"共 {len(value)} 项，最多 {items} 项",
                    f"has {len(value)} entries; at most {items} are allowed",
                    "",
                )
            for piece in value:
                yield from _length(piece, 1, most)
        case k.Integer(minimum=minimum, maximum=maximum):
            if not _is_int(value) or not _within(value, minimum, maximum):
                yield *reading.whole_range(minimum, maximum), ""
        case k.Year(since=since, future=future):
            if not _is_int(value) or not since <= value <= LAST_YEAR:
                zh, en = (f" {LAST_YEAR} 年", str(LAST_YEAR)) if future else ("今年", "this year")
                yield f"应为 {since} 年到{zh}之间的四位年份", f"must be a year from {since} to {en}", "V005"
        case k.Decimal(minimum=minimum, maximum=maximum, places=places):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
                yield "不是数字", "is not a number", ""
            elif not _within(value, minimum, maximum):
                yield _range(minimum, maximum)
            elif round(value, places) != value:
                yield *reading.too_fine(places), ""
        case k.Money(positive=positive):
            if not _is_int(value):
                yield "应为金额（元）", "must be an amount in yuan", ""
            elif value < 0 or (positive and value == 0):
                yield (
                    ("应大于 0", "must be more than 0", "")
                    if positive
                    else ("不应小于 0", "must not be less than 0", "")
                )
            elif value > MAX_FEN:
                yield "超过上限 10,000,000,000 元", "is more than the limit of 10,000,000,000 yuan", ""
        case k.Date(partial=partial, since=since):
            yield from _date_faults(value, partial, since)
        case k.YesNo():
            if not isinstance(value, bool):
                yield "应为“是”或“否”", "must be yes or no", ""
        case k.Code():
            yield from _code_faults(codes, conditions.code_list(field, document), value)
            parent = reading.parent_code(field, document)
            if parent and isinstance(value, str):
                name = conditions.code_list(field, document)
                item = codes.table(name).get(value)
                if item and item.parent != parent:
                    above = codes.label(name, parent)
                    yield (
                        f"不属于 “{above}”",
                        f"does not belong to “{codes.label(name, parent, 'en')}”",
                        "V004",
                    )
        case k.MultiCode(code_list=name):
            for one in value if isinstance(value, list) else [value]:
                yield from _code_faults(codes, name, one)
        case k.PersonRef() | k.UnitRef() | k.RecordRef():
            if not _is_int(value) or value < 1:
                yield "应从系统中选择", "must be chosen from the system", ""
        case k.PersonRefs() | k.RecordRefs():
            if not isinstance(value, list) or any(not _is_int(one) or one < 1 for one in value):
                yield "应从系统中选择", "must be chosen from the system", ""
            elif len(set(value)) < len(value):
                yield "有重复项", "repeats an entry", ""
        case _:
            yield "不能填写", "cannot be filled in", ""


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _within(value: float, minimum: float | None, maximum: float | None) -> bool:
    return (minimum is None or value >= minimum) and (maximum is None or value <= maximum)


def _range(minimum: float | None, maximum: float | None) -> Fault:
    low = "" if minimum is None else f"{minimum:g}"
    if maximum is None or maximum >= 1e9:
        return f"应不小于 {low}", f"must be at least {low}", ""
    return f"应在 {low} 到 {maximum:g} 之间", f"must be between {low} and {maximum:g}", ""


def _length(value: Any, least: int, most: int) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield _NOT_TEXT
    elif len(value) > most:
        yield (
            f"共 {len(value)} 字，最多 {most} 字",
            f"has {len(value)} characters; at most {most} are allowed",
            "AC-159",
        )
    elif len(value) < least:
        yield f"应至少 {least} 个字", f"must have at least {least} characters", "AC-159"


def _form(scheme: str, value: str) -> Iterator[Fault]:
    try:
        normal = identifiers.normal(scheme, value)
    except identifiers.Malformed as error:
        yield error.zh, error.en, error.rule
        return
    if normal != value and scheme not in ("plain", "phone"):
        yield f"应写为 {normal}", f"should be written {normal}", ""


def _date_faults(value: Any, partial: bool, since: int) -> Iterator[Fault]:
    fault: Fault = ("不是有效的日期，应如 2025-03-01", "is not a date; expected e.g. 2025-03-01", "V005")
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", value):
        yield fault
        return
    parts = [int(part) for part in value.split("-")]
    try:
        date(parts[0], *[*parts[1:], 1, 1][:2])
    except ValueError:
        yield fault
        return
    if len(parts) < 3 and not partial:
        yield "应精确到日，如 2025-03-01", "must name the day, e.g. 2025-03-01", "V005"
    if parts[0] < since:
        yield f"早于 {since} 年", f"is before {since}", "V005"


def _code_faults(codes: Codes, name: str, value: Any) -> Iterator[Fault]:
    if isinstance(value, str) and codes.known(name, value):
        return
    near = codes.nearest(name, str(value))
    zh = "、".join(f"{item.code} {item.label_zh}" for item in near)
    en = ", ".join(f"{item.code} {item.label('en')}" for item in near)
    yield f"不在可选值中，最接近的有：{zh}", f"is not an allowed value; the nearest are: {en}", "V004"


# --- words ----------------------------------------------------------------------------------------------


def display(
    field: k.Field,
    value: Any,
    language: str = "zh",
    codes: Codes | None = None,
    document: dict[str, Any] | None = None,
) -> str:
    """The words for a value: money in 元 with separators, codes as labels, a secret never. Empty gives ""."""
    if value is None or value == "" or value == []:
        return ""
    known = codes or BUILT_IN_CODES
    match field:
        case k.Money():
            yuan, fen = divmod(abs(int(value)), 100)
            return f"{'-' if value < 0 else ''}{yuan:,}.{fen:02d}"
        case k.Decimal(places=places):
            return f"{float(value):.{places}f}".rstrip("0").rstrip(".") if places else str(int(value))
        case k.YesNo():
            return ("是" if value else "否") if language != "en" else ("Yes" if value else "No")
        case k.Code():
            return known.label(conditions.code_list(field, document or _EMPTY), str(value), language)
        case k.MultiCode(code_list=name):
            return _joined([known.label(name, str(one), language) for one in value], language)
        case k.TextList() | k.PersonRefs() | k.RecordRefs():
            return _joined([str(one) for one in value], language)
        case k.Secret():
            return "******"
        case _:
            return str(value)


def _joined(parts: list[str], language: str) -> str:
    return ("; " if language == "en" else "；").join(parts)


def clean(
    record_type: k.RecordType, document: dict[str, Any], *, drop_hidden: bool = False
) -> dict[str, Any]:
    """The document with every text in its stored form and empty values gone; what cannot be normalised stays as typed.

    ``drop_hidden`` removes values of fields whose condition does not hold (after a switch of type).
    """
    out = dict(document)
    for field in record_type.fields():
        _clean_one(field, out)
    if drop_hidden:
        for field in record_type.fields():
            if field.name in out and not conditions.is_shown(field, out):
                del out[field.name]
    for children in record_type.children():
        rows = [_clean_row(children.fields, row) for row in out.get(children.name) or []]
        out[children.name] = [row for row in rows if row]
        if not out[children.name]:
            del out[children.name]
    return out


def _clean_row(fields: tuple[k.Field, ...], row: dict[str, Any]) -> dict[str, Any]:
    out = dict(row)
    for field in fields:
        _clean_one(field, out)
    return out


def _clean_one(field: k.Field, holder: dict[str, Any]) -> None:
    value = holder.get(field.name)
    match field:
        case k.Text() if isinstance(value, str):
            value = normalise.text(value)
        case k.LongText() if isinstance(value, str):
            value = normalise.long_text(value)
        case k.Identifier(scheme=scheme) | k.Secret(scheme=scheme) if isinstance(value, str):
            typed = normalise.identifier(value)
            try:
                value = identifiers.normal(scheme, typed) if typed else None
            except identifiers.Malformed:
                value = typed
        case k.TextList() if isinstance(value, list):
            value = [text for piece in value if (text := normalise.text(str(piece)))]
        case _:
            pass
    if value is None or value == "" or value == []:
        holder.pop(field.name, None)
    else:
        holder[field.name] = value
