"""Everything wrong with a document, in one list: what stops its submission and what must be confirmed.

Missing required values have the rule ``REQUIRED``: history filed by the office keeps them as findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from ingestion.catalog import certain, conditions, contributors, fillers, places, secrecy, values
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN_CODES, Codes
from ingestion.catalog.registry import ALL_RECORDS, CHECKS

REQUIRED = "required"
Document = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """What a document is judged against. ``attached``: the file slots that hold a file; None leaves slots alone.
    ``parsed``: every value comes from ``values.parse`` a moment ago (a sheet's row), so kinds, limits and normal forms
    are not looked at again: half the work of a hundred thousand rows."""

    today: date
    codes: Codes = field(default=BUILT_IN_CODES)
    attached: frozenset[str] | None = None
    parsed: bool = False

    @cached_property
    def day(self) -> str:
        """Today as a document writes it."""
        return self.today.isoformat()


def problems(type_id: str, document: Document, context: Context) -> list[k.Issue]:
    """All issues of a document, errors and warnings, in form order. Never raises for what a person can type."""
    record_type = ALL_RECORDS[type_id]
    on = _dated_on(record_type, document)
    found: list[k.Issue] = []
    for step in record_type.steps:
        match step:
            case k.Step(fields=fields):
                found += _fields(fields, document, document, context, on)
            case k.Children():
                found += (places.placed(record_type, issue) for issue in _children(step, document, context, on))
            case k.Contributors():
                found += contributors.problems(step, document)
            case k.Documents(slots=slots):
                found += _fields(slots, document, document, context, on)
    found += contributors.problems_together(record_type, document)
    found += _secret(record_type, document)
    wrong = {issue.field for issue in found}
    found += [issue for issue in _checked(type_id, document, errors(found)) if issue.field not in wrong]
    return found


def errors(issues: Iterable[k.Issue]) -> list[k.Issue]:
    return [issue for issue in issues if issue.severity == "error"]


def missing_for_statistics(type_id: str, document: Document) -> list[k.Field]:
    """The empty fields that statistics need: they count as incompleteness and never stop a submission."""
    return [
        one
        for one in ALL_RECORDS[type_id].fields()
        if one.needed_for and conditions.is_shown(one, document) and _empty(document.get(one.name))
    ]


def _checked(type_id: str, document: Document, known: list[k.Issue]) -> list[k.Issue]:
    """The type's own rules. Over a value of the wrong kind, already reported, they may stumble: then they say nothing."""
    try:
        return [places.placed(ALL_RECORDS[type_id], issue) for issue in CHECKS[type_id](document)]
    except (TypeError, ValueError, AttributeError, KeyError):
        if not known:
            raise
        return []


def _secret(record_type: k.RecordType, document: Document) -> Iterator[k.Issue]:
    """V001: secret or military matter must not stand on this platform."""
    name = secrecy.scan_codes(record_type, document)
    if name is not None:
        one = record_type.field(name)
        words = [
            values.display(one, document[name], language, document=document) for language in ("zh", "en")
        ]
        yield k.Issue(
            name,
            f"{one.zh} “{words[0]}” 属于涉密或国防内容，涉密数据不得录入本平台",
            f"{one.en} “{words[1]}” marks secret or defence matter, which must not be entered here",
            rule="V001",
        )


def _dated_on(record_type: k.RecordType, document: Document) -> str | None:
    value = document.get(record_type.dated_by)
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _fields(
    fields: tuple[k.Field, ...] | tuple[k.FileSlot, ...],
    holder: Document,
    document: Document,
    context: Context,
    on: str | None,
) -> Iterator[k.Issue]:
    for one, name, asked, sure in certain.plan(fields):
        value = holder.get(name)
        if value is None:
            if not asked:
                continue
        elif sure is not None and sure(value, holder, context.codes, context.day):
            continue
        if not conditions.is_shown(one, holder):
            continue
        if isinstance(one, k.FileSlot):
            yield from _slot(one, holder, context)
        elif _empty(value):
            if conditions.is_required(one, holder):
                yield k.Issue(one.name, f"{one.zh}不能为空", f"{one.en} must not be empty", rule=REQUIRED)
        else:
            yield from _value(one, value, holder, context, on)


def _slot(slot: k.FileSlot, document: Document, context: Context) -> Iterator[k.Issue]:
    if (
        context.attached is not None
        and slot.name not in context.attached
        and conditions.is_required(slot, document)
    ):
        yield k.Issue(
            slot.name,
            f"缺少附件“{slot.zh}”，请上传",
            f"The file “{slot.en}” is missing; add it",
            rule=REQUIRED,
        )


def _value(one: k.Field, value: Any, holder: Document, context: Context, on: str | None) -> Iterator[k.Issue]:
    if not context.parsed:
        found = list(values.problems(one, value, context.codes, holder))
        yield from found
        if found:
            return
    if isinstance(one, fillers.TEXTS) and conditions.is_required(one, holder):
        yield from fillers.problems(one, value)
    match one:
        case k.Date():
            yield from _future(one, str(value), holder, context)
        case k.Year(future=False) if value > context.today.year:
            yield k.Issue(
                one.name,
                f"{one.zh} “{value}” 晚于今年 {context.today.year}",
                f"{one.en} “{value}” is after this year, {context.today.year}",
                rule="V005",
            )
        case k.Code():
            yield from _retired(one, conditions.code_list(one, holder), [value], context, on)
        case k.MultiCode(code_list=name):
            yield from _retired(one, name, value, context, on)
        case _:
            pass


def _future(one: k.Date, value: str, holder: Document, context: Context) -> Iterator[k.Issue]:
    allowed = one.future or (one.future_when is not None and conditions.holds(one.future_when, holder))
    today = context.day
    if not allowed and value > today[: len(value)]:
        yield k.Issue(
            one.name,
            f"{one.zh} “{value}” 晚于今天 {today}",
            f"{one.en} “{value}” is after today, {today}",
            rule="V005",
        )


def _retired(
    one: k.Field, name: str, codes: list[str], context: Context, on: str | None
) -> Iterator[k.Issue]:
    """V004: a code must be valid at the record's date."""
    if on is None:
        return
    for code in codes:
        if not context.codes.valid(name, code, on):
            zh, en = (context.codes.label(name, code, language) for language in ("zh", "en"))
            yield k.Issue(
                one.name,
                f"{one.zh} “{zh}” 在 {on} 已停用或尚未启用",
                f"{one.en} “{en}” is not in force on {on}",
                rule="V004",
            )


def _children(step: k.Children, document: Document, context: Context, on: str | None) -> Iterator[k.Issue]:
    rows = document.get(step.name) or []
    if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
        yield k.Issue(step.name, f"{step.zh}应为多行内容", f"{step.en} must be rows")
        return
    if len(rows) < step.min_rows:
        yield k.Issue(
            step.name,
            f"{step.zh}应至少有 {step.min_rows} 行",
            f"{step.en} needs at least {step.min_rows} rows",
            rule=REQUIRED,
        )
    seen: dict[tuple[Any, ...], int] = {}
    for i, row in enumerate(rows):
        for issue in _fields(step.fields, row, document, context, on):
            yield replace(issue, field=f"{step.name}[{i}].{issue.field}")
        yield from _repeated(step, i, row, seen, context)


def _repeated(
    step: k.Children, i: int, row: Document, seen: dict[tuple[Any, ...], int], context: Context
) -> Iterator[k.Issue]:
    key = tuple(row.get(name) for name in step.key)
    if not key or any(_empty(part) for part in key):
        return
    if key not in seen:
        seen[key] = i
        return
    keyed = [one for one in step.fields if one.name in step.key]
    words = {
        language: " ".join(values.display(one, row[one.name], language, context.codes, row) for one in keyed)
        for language in ("zh", "en")
    }
    first = seen[key] + 1
    yield k.Issue(
        f"{step.name}[{i}].{step.key[0]}",
        f"{step.zh}第 {i + 1} 行“{words['zh']}”与第 {first} 行重复",
        f"{step.en} row {i + 1}: “{words['en']}” repeats row {first}",
        rule="repeated",
    )
