"""Cells as universities write them in lists of their own: two dates in one, a name with its rank behind it, several
codes in one, a date that lost its format. What a template or an export of ours holds is never read this way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN_CODES
from ingestion.exchange.bibliographic import names

ENDS = {"started_on": ("planned_end_on", "ended_on")}
"""Where the second date of a period goes that stands in the cell of its first."""
_DATE = r"(?:19|20)\d{2}(?:[01]\d(?:[0-3]\d)?|\s*年\s*(?:\d{1,2}\s*月\s*(?:\d{1,2}\s*日?)?)?|[./-]\d{1,2}(?:[./-]\d{1,2})?)?"
_PERIOD = re.compile(rf"\s*({_DATE})\s*(?:起|开始)?\s*[-–—―~～〜至到－]+\s*({_DATE})\s*(?:止|结束|为止)?\s*")
_ISSUE = re.compile(r"((?:19|20)\d{2})\s*年?\s*[,，]?\s*(?:第\s*\d{1,3}\s*卷)?\s*(?:第\s*\d{1,3}\s*期|[(（]\s*\d{1,3}\s*[)）])")
_SERIALS = range(7306, 73415)  # 1920-01-01 to 2100-12-31 as spreadsheets count days; no year and no month is among them
_DAY_NOUGHT = date(1899, 12, 30)
_RANK = re.compile(r"\s*[(（]\s*(?:\d{1,2}|第\s*\d{1,2}|排名\s*\d{1,2}|主编|副主编|参编|编著|编者|主持|负责人|独著|第[一二三四五]作者|学生|研究生|本科生)\s*[)）]")
_CORRESPONDING = re.compile(r"([^,，;；、\n*＊#(（]+?)\s*(?:[(（]\s*\d{1,2}\s*[)）])?\s*(?:[*＊]|[(（]\s*(?:通讯|通信)(?:作者)?\s*[)）])")
_BETWEEN = re.compile(r"[、,，/;；+＋&\n]|\s和\s|以及")
_BORN = re.compile(r"\d{6}((?:19|20)\d{2})(\d{2})(\d{2})\d{3}[\dXx]")


def period(value: Any) -> tuple[str, str] | None:
    """``2024.01-2026.12`` and ``2024年1月至2026年12月`` as two dates; None for anything else."""
    found = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    return (found[1].strip(), found[2].strip()) if found else None


def day(value: Any) -> Any:
    """202001 and 2019 arrive as numbers, a day without its format as 45078, a paper's as ``2023年第5期`` (the year)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return (_DAY_NOUGHT + timedelta(days=value)).isoformat() if value in _SERIALS else str(value)
    if isinstance(value, str):
        if re.fullmatch(r"\d{5}", text := value.strip()) and int(text) in _SERIALS:
            return day(int(text))
        if found := _ISSUE.fullmatch(text):
            return found[1]
    return value


def people(value: Any) -> Any:
    """A name a line, without ranks and marks: ``张伟*（1），李娜（2），Smith J``."""
    if not isinstance(value, str) or '"' in value or "\n" in value.strip():
        return value if not isinstance(value, str) else _RANK.sub("", value).replace("*", "").replace("＊", "")
    text = _RANK.sub("", value)
    found, _more = names.split(text)
    return "\n".join(found) or value


def bare(name: str) -> str:
    """One name without its marks."""
    return names.one(_RANK.sub("", name))


def corresponding(value: Any, listed: str) -> str | None:
    """The flags of the names in ``listed`` (a line each) that bear a mark in ``value``; None where none does."""
    if not isinstance(value, str):
        return None
    marked = {names.one(found) for found in _CORRESPONDING.findall(value)}
    flags = ["是" if name in marked else "-" for name in listed.split("\n")]
    return "\n".join(flags) if "是" in flags else None


_NUMBERED = re.compile(r"(?P<name>(?=[^\d]*[\u3400-\u9fff])[^\d\s(（/／-]{2,20}?)\s*[(（/／-]?\s*(?P<number>[A-Za-z]{0,3}\d{4,12})\s*[)）]?|(?P<first>[A-Za-z]{0,3}\d{4,12})\s*[-/／(（]?\s*(?P<behind>[^\d\s()（）/／-]{2,20})[)）]?")


def numbered(value: Any) -> tuple[str, str] | None:
    """``张伟（00123）``, ``李娜/00124`` and ``00123张伟`` as number and name, a line each; None for plain numbers."""
    parts = [part.strip() for part in re.split(r"[;；、,，\n]", value) if part.strip()] if isinstance(value, str) else []
    found = [_NUMBERED.fullmatch(part) for part in parts]
    whole = [one for one in found if one is not None]
    if not whole or len(whole) < len(found):
        return None
    return "\n".join(m["number"] or m["first"] for m in whole), "\n".join(m["name"] or m["behind"] for m in whole)


def codes(field: k.Code) -> Callable[[Any], Any]:
    """Several codes in one cell, a line each, where every one is known: ``SCI/EI``, ``CSCD核心、北大核心``."""

    def several(value: Any) -> Any:
        if not isinstance(value, str) or field.list_by is not None or BUILT_IN_CODES.resolve(field.code_list, value) is not None:
            return value
        parts = [part.strip() for part in _BETWEEN.split(value) if part.strip()]
        known = [BUILT_IN_CODES.resolve(field.code_list, part) for part in parts]
        return "\n".join(dict.fromkeys(parts)) if len(parts) > 1 and None not in known else value

    return several


def born(cells: dict[str, Any]) -> None:
    """A list of staff has the month of birth and the identity number: the day then comes from the number."""
    number = cells.get("id_number")
    found = _BORN.fullmatch(number.strip()) if isinstance(number, str) else None
    if found is None:
        return
    year, month, last = found.groups()
    said = cells.get("birth_on")
    digits = re.findall(r"\d+", said) if isinstance(said, str) else []
    compact = "".join(part.zfill(2) for part in digits)
    if said is None or compact in (year, year + month):
        cells["birth_on"] = f"{year}-{month}-{last}"
