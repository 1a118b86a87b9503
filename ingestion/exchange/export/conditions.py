"""Conditions of an export: from "field=value" as a command is given them, and into the words 导出说明 prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.duplicates import STATE_WORDS
from ingestion.exchange.export.request import Request
from ingestion.exchange.layout import Look
from ingestion.principal import OperationError
from ingestion.search import Query


def in_words(request: Request, look: Look) -> str:
    """The conditions of a request."""
    at = 1 if request.language == "en" else 0
    if request.ids:
        return (f"所选 {len(request.ids)} 条", f"The {len(request.ids)} records chosen")[at]
    query = request.query or Query(request.type_id)
    parts: list[str] = []
    if query.keyword.strip():
        parts.append(f"{('关键词', 'Keyword')[at]} “{query.keyword.strip()}”")
    if query.years:
        parts.append(f"{('年度', 'Year')[at]} {_or(map(str, query.years), at)}")
    if query.college_ids:
        parts.append(f"{('学院', 'College')[at]} {_or((look.units[i].name if i in look.units else str(i) for i in query.college_ids), at)}")
    if query.states:
        parts.append(f"{('状态', 'State')[at]} {_or((STATE_WORDS[s][at] for s in query.states), at)}")
    if query.date_from or query.date_to:
        dated = ALL_RECORDS[request.type_id].field(ALL_RECORDS[request.type_id].dated_by)
        parts.append(f"{(dated.zh, dated.en)[at]} {query.date_from or '…'} {('至', 'to')[at]} {query.date_to or '…'}")
    for name, codes in query.codes.items():
        if codes:
            declared = _declared(request.type_id, name)
            parts.append(f"{(declared.zh, declared.en)[at]} {_or((_word(declared, code, look, at) for code in codes), at)}")
    if query.mine:
        parts.append(("本人的", "Own records")[at])
    if not parts:
        return ("全部（在权限范围内）", "All within the exporter's permissions")[at]
    joint = (("；", "; ") if query.combine == "and" else ("，或 ", ", or "))[at]
    return joint.join(parts)


def _or(words: Iterable[str], at: int) -> str:
    return ("、", ", ")[at].join(words)


def _declared(type_id: str, name: str) -> k.Field:
    if "." not in name:
        return ALL_RECORDS[type_id].field(name)
    child, column = name.split(".", 1)
    step = next(one for one in ALL_RECORDS[type_id].children() if one.name == child)
    return next(one for one in step.fields if one.name == column)


def _word(declared: k.Field, code: str, look: Look, at: int) -> str:
    match declared:
        case k.Code(code_list=name) | k.MultiCode(code_list=name):
            return look.codes.label(name, code, look.language)
        case k.YesNo():
            return (("是", "Yes") if code == "true" else ("否", "No"))[at]
        case _:
            return code


# --- from a command's line ----------------------------------------------------------------------------------------

HEADER = ("keyword", "year", "college", "state", "from", "to")


def query_of(type_id: str, given: Sequence[str], look: Look) -> Query:
    """The query of ``year=2025``, ``state=已通过``, ``college=C1``, ``from=2025-01-01``, ``paper_type=期刊论文``; the same
    field given twice means either. Raises OperationError naming what is allowed."""
    query = Query(type_id)
    codes: dict[str, tuple[str, ...]] = {}
    for one in given:
        name, sign, value = (part.strip() for part in one.partition("="))
        if not sign or not value:
            raise OperationError(f"条件“{one}”应写为 字段=值。", f"The condition “{one}” is written field=value.")
        match name:
            case "keyword":
                query = replace(query, keyword=value)
            case "year":
                query = replace(query, years=(*query.years, _year(value)))
            case "college":
                query = replace(query, college_ids=(*query.college_ids, _college(value, look)))
            case "state":
                query = replace(query, states=(*query.states, _state(value)))
            case "from":
                query = replace(query, date_from=_day(value))
            case "to":
                query = replace(query, date_to=_day(value))
            case _:
                codes[name] = (*codes.get(name, ()), _code(type_id, name, value, look))
    return replace(query, codes=codes)


def _year(value: str) -> int:
    if not (value.isdecimal() and len(value) == 4):
        raise OperationError(f"年度“{value}”应为四位数字，如 2025。", f"The year “{value}” has four digits, as 2025.")
    return int(value)


def _college(value: str, look: Look) -> int:
    found = look.unit_words.get(value)
    if found is None:
        near = look.nearest_units(value)
        raise OperationError(f"没有学院“{value}”，最接近的有：{'、'.join(near)}。", f"There is no college “{value}”; the nearest are: {', '.join(near)}.")
    return found


def _state(value: str) -> str:
    for state, words in STATE_WORDS.items():
        if value == state or value in words:
            return state
    allowed = "、".join(f"{state} {words[0]}" for state, words in STATE_WORDS.items())
    english = ", ".join(f"{state} {words[1]}" for state, words in STATE_WORDS.items())
    raise OperationError(f"没有状态“{value}”，可用：{allowed}。", f"There is no state “{value}”; there are: {english}.")


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise OperationError(f"日期“{value}”应如 2025-03-01。", f"The date “{value}” is written as 2025-03-01.") from None


def _code(type_id: str, name: str, value: str, look: Look) -> str:
    coded = [
        *(f.name for f in ALL_RECORDS[type_id].fields() if isinstance(f, (k.Code, k.MultiCode, k.YesNo))),
        *(f"{step.name}.{f.name}" for step in ALL_RECORDS[type_id].children() for f in step.fields if isinstance(f, k.Code)),
    ]
    if name not in coded:
        allowed = (*HEADER, *coded)
        raise OperationError(f"没有条件“{name}”，可用：{'、'.join(allowed)}。", f"There is no condition “{name}”; there are: {', '.join(allowed)}.")
    declared = _declared(type_id, name)
    if isinstance(declared, k.YesNo):
        if value.casefold() in ("是", "yes", "true"):
            return "true"
        if value.casefold() in ("否", "no", "false"):
            return "false"
        raise OperationError(f"“{declared.zh}”的值“{value}”应为是或否。", f"“{declared.en}” is yes or no, not “{value}”.")
    assert isinstance(declared, (k.Code, k.MultiCode))
    lists = [declared.code_list, *((one for _v, one in declared.list_by.lists) if isinstance(declared, k.Code) and declared.list_by else ())]
    found = next((code for one in lists if (code := look.codes.resolve(one, value)) is not None), None)
    if found is None:
        near = look.codes.nearest(lists[0], value)
        zh, en = "、".join(f"{item.code} {item.label_zh}" for item in near), ", ".join(f"{item.code} {item.label('en')}" for item in near)
        raise OperationError(
            f"“{declared.zh}”没有“{value}”，最接近的有：{zh}。", f"“{declared.en}” has no “{value}”; the nearest are: {en}."
        )
    return found
