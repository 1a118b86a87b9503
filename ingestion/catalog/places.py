"""Where a problem stands, in words: an issue in a row of a table says which row (论文收录第 2 行)."""

from __future__ import annotations

import re
from dataclasses import replace

from ingestion.catalog import kinds as k

_ROW = re.compile(r"(\w+)\[(\d+)\](?:\.(\w+))?")


def parts(path: str) -> tuple[str, int | None, str]:
    """``table[1].column`` as (table, 1, column); a plain field as (field, None, "")."""
    match = _ROW.fullmatch(path)
    return (match[1], int(match[2]), match[3] or "") if match else (path, None, "")


def row(record_type: k.RecordType, path: str) -> tuple[str, str]:
    """The table and row a path names, in both languages; two empty words where it names none."""
    match = _ROW.fullmatch(path)
    if match is None:
        return "", ""
    step = next((s for s in record_type.children() if s.name == match[1]), None)
    if step is None:
        return "", ""
    number = int(match[2]) + 1
    return f"{step.zh}第 {number} 行", f"{step.en} row {number}"


def label(record_type: k.RecordType, path: str) -> tuple[str, str]:
    """The words for the field a path names: its label, of a person's row the step and place."""
    match = _ROW.fullmatch(path)
    if match is None:
        return next(((f.zh, f.en) for f in record_type.fields() if f.name == path), (path, path))
    if match[1] == "contributors":
        people = next(iter(record_type.contributor_steps()))
        return f"{people.zh}第 {int(match[2]) + 1} 位", f"{people.en} no. {int(match[2]) + 1}"
    for step in record_type.children():
        for field in step.fields:
            if step.name == match[1] and field.name == match[3]:
                return field.zh, field.en
    return row(record_type, path)


def placed(record_type: k.RecordType, issue: k.Issue) -> k.Issue:
    """The issue with its row before its sentence; as it is where it stands in no row or says so already."""
    zh, en = row(record_type, issue.field)
    if not zh or issue.zh.startswith(zh):
        return issue
    return replace(issue, zh=f"{zh}：{issue.zh}", en=f"{en}: {issue.en}")
