"""How far a form is: where each problem belongs, the state of each step, what is still missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.i18n import pick
from ingestion.catalog import conditions
from ingestion.catalog.kinds import (
    AnyStep,
    Children,
    Contributors,
    Documents,
    Field,
    FileSlot,
    Issue,
    RecordType,
    Shown,
    Step,
)

PATH = re.compile(r"^(\w+)(?:\[(\d+)\])?(?:\.(\w+))?$")


@dataclass(frozen=True)
class Progress:
    """``states``: step name → todo | wrong | done | none (不适用: an optional step left empty)."""

    states: dict[str, str]
    percent: int
    missing: list[str]


def _seen_from(row: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """What a condition reads: a row's own fields go before the record's."""
    return {**document, **row} if row is not document else dict(document)


def shown(field: Field, row: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    return field.shown_when is None or conditions.is_shown(field, _seen_from(row, document))


def required(field: Field, row: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    if field.shown_when is None and field.required_when is None:
        return field.required
    return conditions.is_required(field, _seen_from(row, document))


def label(field: Field) -> str:
    return pick(field.zh, field.en)


def step_of(record_type: RecordType, issue: Issue, document: Mapping[str, Any]) -> AnyStep:
    """The step where a problem is mended."""
    found = PATH.match(issue.field)
    name, index = (found.group(1), found.group(2)) if found else (issue.field, None)
    if name == "contributors":
        people = [s for s in record_type.steps if isinstance(s, Contributors)]
        rows = document.get("contributors") or []
        if index is not None and int(index) < len(rows):
            role = rows[int(index)].get("role")
            return next((s for s in people if s.role == role), people[0])
        empty = [s for s in people if not any(r.get("role") == s.role for r in rows)]
        return (empty or people or list(record_type.steps))[0]
    for step in record_type.steps:
        if step.name == name:
            return step
        match step:
            case Step(fields=fields) | Documents(slots=fields):
                if any(f.name == name for f in fields):
                    return step
            case _:
                pass
    return record_type.steps[0]


def filled(step: AnyStep, document: Mapping[str, Any], files: Mapping[str, int]) -> bool:
    """Whether anything at all stands in a step."""
    match step:
        case Step(fields=fields):
            return any(document.get(f.name) not in (None, "", []) for f in fields if f.name != "college_id")
        case Children(name=name):
            return bool(document.get(name))
        case Contributors(role=role):
            return any(r.get("role") == role for r in document.get("contributors") or [])
        case Documents(slots=slots):
            return any(files.get(s.name) for s in slots)


def demands(step: AnyStep, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What must stand in a step before submission: (where, label)."""
    match step:
        case Step(fields=fields) | Documents(slots=fields):
            return [
                (f.name, label(f)) for f in fields if not isinstance(f, Shown) and required(f, document, document)
            ]
        case Children(name=name, min_rows=n) | Contributors(name=name, min_rows=n):
            return [(name, pick(step.zh, step.en))] if n else []


def given(step: AnyStep, name: str, document: Mapping[str, Any], files: Mapping[str, int]) -> bool:
    match step:
        case Contributors(role=role):
            return any(r.get("role") == role for r in document.get("contributors") or [])
        case Documents():
            return bool(files.get(name))
        case Step(fields=fields) if any(isinstance(f, FileSlot) and f.name == name for f in fields):
            return bool(files.get(name))
        case _:
            return document.get(name) not in (None, "", [])


def measure(
    record_type: RecordType, document: Mapping[str, Any], issues: list[Issue], files: Mapping[str, int], asked: bool
) -> Progress:
    """``asked``: a submission was tried, so what is missing counts as wrong and not as not yet filled in."""
    wrong: dict[str, bool] = {}
    for issue in issues:
        if issue.severity == "error":
            wrong[step_of(record_type, issue, document).name] = True
    states, missing, wanted, there = {}, [], 0, 0
    for step in record_type.steps:
        lacking = []
        for name, word in demands(step, document):
            wanted += 1
            if given(step, name, document, files):
                there += 1
            else:
                lacking.append(word)
        missing += lacking
        has = filled(step, document, files)
        if wrong.get(step.name) and (asked or not lacking) and (has or asked):
            states[step.name] = "wrong"
        elif lacking or (not has and demands(step, document)):
            states[step.name] = "todo"
        elif not has:
            states[step.name] = "none"
        else:
            states[step.name] = "done"
    return Progress(states, round(100 * there / wanted) if wanted else 100, missing)
