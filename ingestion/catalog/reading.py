"""Reading one typed or imported value into the document's form."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal as Exact
from decimal import InvalidOperation
from typing import Any

from ingestion.catalog import conditions, identifiers, normalise
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import Codes

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
_QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?:[;；、，\n\t|]+|$)')
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]{2,3}")
EXACT_DIGITS = 15  # a spreadsheet's number keeps no more


def convert(field: k.Field, raw: Any, codes: Codes, document: dict[str, Any]) -> Any:
    """The value in the document's form. Raises Malformed for what cannot be read; limits are not looked at."""
    match field:
        case k.Text():
            return normalise.text(_words(raw))
        case k.LongText():
            return normalise.long_text(_words(raw))
        case k.Identifier(scheme=scheme) | k.Secret(scheme=scheme):
            return identifiers.normal(scheme, exact(raw))
        case k.TextList():
            return list(dict.fromkeys(_pieces(raw)))
        case k.Integer(minimum=minimum, maximum=maximum):
            return _integer(raw, minimum, maximum)
        case k.Year():
            return _year(raw)
        case k.Decimal(places=places):
            number = _number(raw, "不是数字", "is not a number")
            scaled = number * 10**places
            if scaled != scaled.to_integral_value():
                raise identifiers.Malformed(*too_fine(places))
            return float(number) + 0.0
        case k.Money():
            return _fen(raw)
        case k.Date(partial=partial):
            return _date(raw, partial)
        case k.YesNo():
            return _yes_no(raw)
        case k.Code():
            return _code(codes, conditions.code_list(field, document), raw, parent_code(field, document))
        case k.MultiCode(code_list=name):
            return list(
                dict.fromkeys(_code(codes, name, piece, None) for piece in _code_pieces(codes, name, raw))
            )
        case k.PersonRef() | k.UnitRef() | k.RecordRef():
            return _reference(raw)
        case k.PersonRefs() | k.RecordRefs():
            pieces = raw if isinstance(raw, (list, tuple)) else _pieces(raw)
            return list(dict.fromkeys(_reference(piece) for piece in pieces))
        case _:
            raise identifiers.Malformed("不能填写", "cannot be filled in")


def _words(raw: Any) -> str:
    """Numbers in text cells lose their ``.0``; a number too long for exactness was damaged by the spreadsheet."""
    if isinstance(raw, (int, float)) and abs(raw) >= 10**EXACT_DIGITS:
        raise _lost()
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() else repr(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == datetime.min.time() else raw.isoformat(" ")
    return str(raw)


def exact(raw: Any) -> str:
    """An identifier's characters; 4.2010119E+17 is what a spreadsheet left of one, also where it is a text by now."""
    if isinstance(raw, str) and _SCIENTIFIC.fullmatch(normalise.half_width(raw)):
        raise _lost()
    return _words(raw)


def _lost() -> identifiers.Malformed:
    return identifiers.Malformed(
        "必须为文本，该单元格已丢失精度", "must be text; the cell has lost its precision", "AC-037"
    )


def _pieces(raw: Any) -> list[str]:
    parts = raw if isinstance(raw, (list, tuple)) else split(str(raw))
    return [text for part in parts if (text := normalise.text(str(part)))]


def split(text: str) -> list[str]:
    """The entries of a list in one text. One that holds a separator itself stands in double quotes, its own
    quotes doubled: ``"C、N 比"；土壤``."""
    if '"' not in text:
        return _LIST.split(text)
    out, at = [], 0
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted:
            out.append(quoted[1].replace('""', '"'))
            at = quoted.end()
            continue
        found = _LIST.search(text, at)
        out.append(text[at : found.start() if found else len(text)])
        at = found.end() if found else len(text)
    return out


def joined(parts: list[str], separator: str = "；") -> str:
    """The text of a list, which ``split`` reads back."""
    return separator.join(
        '"' + part.replace('"', '""') + '"' if _LIST.search(part) or part.startswith('"') else part for part in parts
    )


def _code_pieces(codes: Codes, name: str, raw: Any) -> list[str]:
    if isinstance(raw, str) and codes.resolve(name, raw) is not None:
        return [raw]
    return [
        part
        for piece in _pieces(raw)
        for part in (
            [piece]
            if isinstance(raw, (list, tuple)) or "," not in piece or codes.resolve(name, piece) is not None
            else piece.split(",")
        )
    ]


def _number(raw: Any, zh: str, en: str) -> Exact:
    if isinstance(raw, bool):
        raise identifiers.Malformed(zh, en)
    if isinstance(raw, float):  # fifteen digits are what a spreadsheet shows; behind them stands binary noise
        return Exact(f"{raw:.15g}") if abs(raw) != float("inf") else _malformed(zh, en)
    text = normalise.number(str(raw))
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        raise identifiers.Malformed(zh, en)
    try:
        return Exact(text.replace(",", ""))
    except InvalidOperation:
        raise identifiers.Malformed(zh, en) from None


def _malformed(zh: str, en: str) -> Any:
    raise identifiers.Malformed(zh, en)


def too_fine(places: int) -> tuple[str, str]:
    return f"的小数超过 {places} 位，最多 {places} 位小数", f"has more than {places} decimals"


def _integer(raw: Any, minimum: int | None, maximum: int | None) -> int:
    zh, en = whole_range(minimum, maximum)
    number = _number(raw, zh, en)
    if number != number.to_integral_value():
        raise identifiers.Malformed(zh, en)
    return int(number)


def whole_range(minimum: int | None, maximum: int | None) -> tuple[str, str]:
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
        raise identifiers.Malformed(
            "不是年份，应为四位数字，如 2025", "is not a year; expected four digits, e.g. 2025", "V005"
        )
    return int(text)


def _fen(raw: Any) -> int:
    zh, en = (
        "应为金额（元），只含数字，如 1234.50",
        "must be an amount in yuan with digits only, e.g. 1234.50",
    )
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
            raise identifiers.Malformed(
                "应精确到日，如 2025-03-01", "must name the day, e.g. 2025-03-01", "V005"
            )
        return "-".join((f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:])))
    raise identifiers.Malformed(zh, en, "V005")


def _yes_no(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = normalise.half_width(_words(raw)).casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise identifiers.Malformed("应为“是”或“否”", "must be yes or no")


def parent_code(field: k.Code, document: dict[str, Any]) -> str | None:
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
