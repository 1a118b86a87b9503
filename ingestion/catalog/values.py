"""One value of one field: from what was typed or imported to the document's form, and back to words.

``parse`` takes what a person, a spreadsheet or a file gives; ``problems`` says what is wrong with a value already
in the document's form; ``display`` gives the words for a screen or a file, which ``parse`` reads back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal as Exact
from decimal import InvalidOperation
from typing import Any

from ingestion.catalog import conditions, identifiers, normalise
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN_CODES, Codes

MAX_FEN = 10**10 * 100  # 10^10 元 (AC-049)
_EMPTY: dict[str, Any] = {}
_YES = frozenset({"是", "有", "对", "true", "yes", "y", "1", "√", "✓", "on"})
_NO = frozenset({"否", "无", "没有", "不", "false", "no", "n", "0", "×", "x", "off"})
_NUMBER = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")
_DATES = (
    re.compile(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]?"),
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"),
    re.compile(r"([0-9]{4})[-./]([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月?"),
    re.compile(r"([0-9]{4})([0-9]{2})"),
    re.compile(r"([0-9]{4})年?"),
)
_LIST = re.compile(r"[;；、，\n\t|]+")


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
        value = _convert(field, raw, codes or BUILT_IN_CODES, document or _EMPTY)
    except identifiers.Malformed as error:
        shown = "" if isinstance(field, k.Secret) else f" “{_brief(raw)}” "
        return None, [
            k.Issue(field.name, f"{field.zh}{shown}{error.zh}", f"{field.en}{shown}{error.en}", rule=error.rule)
        ]
    return value, list(problems(field, value, codes or BUILT_IN_CODES, document or _EMPTY))


def _brief(raw: Any) -> str:
    text = normalise.text(str(raw))
    return text if len(text) <= 60 else text[:60] + "…"


def _convert(field: k.Field, raw: Any, codes: Codes, document: dict[str, Any]) -> Any:
    match field:
        case k.Text():
            return normalise.text(_words(raw))
        case k.LongText():
            return normalise.long_text(_words(raw))
        case k.Identifier(scheme=scheme) | k.Secret(scheme=scheme):
            return identifiers.normal(scheme, _words(raw))
        case k.TextList():
            return list(dict.fromkeys(_pieces(raw)))
        case k.Integer(minimum=minimum, maximum=maximum):
            return _integer(raw, minimum, maximum)
        case k.Year():
            return _year(raw)
        case k.Decimal(places=places):
            number = _number(raw, "不是数字", "is not a number")
            return round(float(number), places) + 0.0
        case k.Money():
            return _fen(raw)
        case k.Date(partial=partial):
            return _date(raw, partial)
        case k.YesNo():
            return _yes_no(raw)
        case k.Code():
            return _code(codes, conditions.code_list(field, document), raw, _parent(field, document))
        case k.MultiCode(code_list=name):
            return list(dict.fromkeys(_code(codes, name, piece, None) for piece in _code_pieces(codes, name, raw)))
        case k.PersonRef() | k.UnitRef() | k.RecordRef():
            return _reference(raw)
        case k.PersonRefs() | k.RecordRefs():
            pieces = raw if isinstance(raw, (list, tuple)) else _pieces(raw)
            return list(dict.fromkeys(_reference(piece) for piece in pieces))
        case _:
            raise identifiers.Malformed("不能填写", "cannot be filled in")


def _words(raw: Any) -> str:
    """Numbers in text cells lose their ``.0``; a number too long for exactness was damaged by the spreadsheet."""
    if isinstance(raw, float):
        if abs(raw) >= 1e15:
            raise identifiers.Malformed(
                "必须为文本，该单元格已丢失精度", "must be text; the cell has lost its precision", "AC-037"
            )
        return str(int(raw)) if raw.is_integer() else repr(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == datetime.min.time() else raw.isoformat(" ")
    return str(raw)


def _pieces(raw: Any) -> list[str]:
    parts = raw if isinstance(raw, (list, tuple)) else _LIST.split(str(raw))
    return [text for part in parts if (text := normalise.text(str(part)))]


def _code_pieces(codes: Codes, name: str, raw: Any) -> list[str]:
    if isinstance(raw, str) and codes.resolve(name, raw) is not None:
        return [raw]
    return [part for piece in _pieces(raw) for part in ([piece] if isinstance(raw, (list, tuple)) else piece.split(","))]


def _number(raw: Any, zh: str, en: str) -> Exact:
    if isinstance(raw, bool):
        raise identifiers.Malformed(zh, en)
    if isinstance(raw, float):
        return Exact(repr(raw)) if abs(raw) != float("inf") else _malformed(zh, en)
    text = normalise.number(str(raw))
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        raise identifiers.Malformed(zh, en)
    try:
        return Exact(text.replace(",", ""))
    except InvalidOperation:
        raise identifiers.Malformed(zh, en) from None


def _malformed(zh: str, en: str) -> Any:
    raise identifiers.Malformed(zh, en)


def _integer(raw: Any, minimum: int | None, maximum: int | None) -> int:
    zh, en = _whole_range(minimum, maximum)
    number = _number(raw, zh, en)
    if number != number.to_integral_value():
        raise identifiers.Malformed(zh, en)
    return int(number)


def _whole_range(minimum: int | None, maximum: int | None) -> tuple[str, str]:
    if minimum is None:
        return "应为整数", "must be a whole number"
    if maximum is None or maximum >= 10**9:
        return f"应为不小于 {minimum} 的整数", f"must be a whole number of at least {minimum}"
    return f"应为 {minimum} 到 {maximum} 的整数", f"must be a whole number from {minimum} to {maximum}"


def _year(raw: Any) -> int:
    if isinstance(raw, date):
        return raw.year
    text = normalise.half_width(_words(raw)).removesuffix("年").removesuffix("度").removesuffix("年").strip()
    if not re.fullmatch(r"[0-9]{4}", text):
        raise identifiers.Malformed("不是年份，应为四位数字，如 2025", "is not a year; expected four digits, e.g. 2025", "V005")
    return int(text)


def _fen(raw: Any) -> int:
    zh, en = "应为金额（元），只含数字，如 1234.50", "must be an amount in yuan with digits only, e.g. 1234.50"
    number = _number(raw, zh, en)
    fen = number * 100
    if fen != fen.to_integral_value():
        raise identifiers.Malformed("的小数超过两位，金额最多两位小数", "has more than two decimals")
    return int(fen)


def _date(raw: Any, partial: bool) -> str:
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return raw.isoformat()
    zh, en = "不是有效的日期，应如 2025-03-01", "is not a date; expected e.g. 2025-03-01"
    text = re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", normalise.half_width(_words(raw)))
    text = re.sub(r"\s", "", text)
    for pattern in _DATES:
        match = pattern.fullmatch(text)
        if not match:
            continue
        parts = [int(part) for part in match.groups()]
        try:
            date(parts[0], *[*parts[1:], 1, 1][:2])
        except ValueError:
            raise identifiers.Malformed(zh, en, "V005") from None
        if len(parts) < 3 and not partial:
            raise identifiers.Malformed("应精确到日，如 2025-03-01", "must name the day, e.g. 2025-03-01", "V005")
        return "-".join((f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:])))
    raise identifiers.Malformed(zh, en, "V005")


def _yes_no(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = normalise.half_width(_words(raw)).casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise identifiers.Malformed("应为“是”或“否”", "must be yes or no")


def _parent(field: k.Code, document: dict[str, Any]) -> str | None:
    value = document.get(field.parent_field) if field.parent_field else None
    return value if isinstance(value, str) else None


def _code(codes: Codes, name: str, raw: Any, parent: str | None) -> str:
    text = _words(raw)
    code = codes.resolve(name, text, parent)
    if code is None:
        near = codes.nearest(name, text)
        zh = "、".join(f"{item.code} {item.label_zh}" for item in near)
        en = ", ".join(f"{item.code} {item.label('en')}" for item in near)
        raise identifiers.Malformed(
            f"不在可选值中，最接近的有：{zh}" if near else "不在可选值中",
            f"is not an allowed value; the nearest are: {en}" if near else "is not an allowed value",
            "V004",
        )
    return code


def _reference(raw: Any) -> int:
    if isinstance(raw, bool) or not re.fullmatch(r"[1-9][0-9]{0,17}", normalise.half_width(_words(raw))):
        raise identifiers.Malformed("应从系统中选择", "must be chosen from the system")
    return int(normalise.half_width(_words(raw)))


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
                yield f"共 {len(value)} 项，最多 {items} 项", f"has {len(value)} entries; at most {items} are allowed", ""
            for piece in value:
                yield from _length(piece, 1, most)
        case k.Integer(minimum=minimum, maximum=maximum):
            if not _is_int(value) or not _within(value, minimum, maximum):
                yield *_whole_range(minimum, maximum), ""
        case k.Year(since=since):
            if not _is_int(value) or not since <= value <= 2200:
                yield f"应为 {since} 年以后的四位年份", f"must be a year from {since} on", "V005"
        case k.Decimal(minimum=minimum, maximum=maximum):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
                yield "不是数字", "is not a number", ""
            elif not _within(value, minimum, maximum):
                yield _range(minimum, maximum)
        case k.Money(positive=positive):
            if not _is_int(value):
                yield "应为金额（元）", "must be an amount in yuan", ""
            elif value < 0 or (positive and value == 0):
                yield ("应大于 0", "must be more than 0", "") if positive else ("不应小于 0", "must not be less than 0", "")
            elif value > MAX_FEN:
                yield "超过上限 10,000,000,000 元", "is more than the limit of 10,000,000,000 yuan", ""
        case k.Date(partial=partial, since=since):
            yield from _date_faults(value, partial, since)
        case k.YesNo():
            if not isinstance(value, bool):
                yield "应为“是”或“否”", "must be yes or no", ""
        case k.Code():
            yield from _code_faults(codes, conditions.code_list(field, document), value)
            parent = _parent(field, document)
            if parent and isinstance(value, str):
                name = conditions.code_list(field, document)
                item = codes.table(name).get(value)
                if item and item.parent != parent:
                    above = codes.label(name, parent)
                    yield f"不属于 “{above}”", f"does not belong to “{codes.label(name, parent, 'en')}”", "V004"
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
        yield f"共 {len(value)} 字，最多 {most} 字", f"has {len(value)} characters; at most {most} are allowed", "AC-159"
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


def display(field: k.Field, value: Any, language: str = "zh", codes: Codes | None = None, document: dict[str, Any] | None = None) -> str:
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


def clean(record_type: k.RecordType, document: dict[str, Any], *, drop_hidden: bool = False) -> dict[str, Any]:
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
