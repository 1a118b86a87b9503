"""The data dictionary inside the bundle, in both languages: record types, fields, the tables and columns of the data,
code lists. Written from the catalogue and from what is carried, never by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.exit_bundle.contents import Carried, carried
from ingestion.exchange.exit_bundle.tables import Head
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES


@dataclass(frozen=True)
class Extra:
    """A table of the bundle that is none of the store's: definitions, published figures."""

    group: str
    name: str
    zh: str
    en: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Any]]


def text_heads(*columns: tuple[str, str, str]) -> list[Head]:
    return [Head(name, zh, en) for name, zh, en in columns]


def definitions(personal: bool) -> Iterator[Extra]:
    """Types, fields, tables and columns."""
    yield _types()
    yield _fields()
    yield Extra(
        "definitions", "tables", "数据表", "Tables",
        [*text_heads(("table", "表", "Table"), ("zh", "中文名", "Chinese"), ("en", "英文名", "English"), ("grain", "一行是", "One row is"), ("key", "主键", "Primary key")), Head("restored", "可还原", "Restored", "flag")],
        [(t.name, t.zh, t.en, t.table.comment or "", ", ".join(t.keys), t.restored) for t in carried()],
    )  # fmt: skip
    yield Extra(
        "definitions", "columns", "数据列", "Columns",
        [*text_heads(("table", "表", "Table"), ("column", "列", "Column")), Head("position", "位置", "Position", "whole"), *text_heads(("type", "类型", "Type"), ("zh", "中文名", "Chinese"), ("en", "英文名", "English"), ("code_list", "代码表", "Code list"), ("refers_to", "引用", "Refers to"), ("unit", "单位", "Unit"), ("treatment", "个人信息处理", "Personal data"))],
        [row for t in carried() for row in _columns(t, personal)],
    )  # fmt: skip


def _types() -> Extra:
    rows = [(t.id, t.zh, t.en, t.prefix, t.group, TYPE_TABLES[t.id].name, t.title, t.dated_by) for t in ALL_RECORDS.values()]
    heads = text_heads(
        ("type", "记录类型", "Record type"), ("zh", "中文名", "Chinese"), ("en", "英文名", "English"), ("prefix", "编号前缀", "Prefix of numbers"),
        ("group", "分组", "Group"), ("table", "数据表", "Table"), ("title", "标题字段", "Title field"), ("dated_by", "归档日期字段", "Filed under"),
    )  # fmt: skip
    return Extra("definitions", "record_types", "记录类型", "Record types", heads, rows)


def _fields() -> Extra:
    rows: list[tuple[Any, ...]] = []
    for t in ALL_RECORDS.values():
        for step in t.steps:
            match step:
                case k.Step(fields=fields):
                    rows += [_field(t.id, step, f, TYPE_TABLES[t.id].name) for f in fields]
                case k.Documents(slots=slots):
                    rows += [_field(t.id, step, f, "attachment") for f in slots]
                case k.Children(fields=fields):
                    rows += [_field(t.id, step, f, CHILD_TABLES[t.id, step.name].name) for f in fields]
                case k.Contributors():
                    rows.append((t.id, step.name, step.zh, step.en, "", step.zh, step.en, "Contributors", "contributor", "", "", False, "", "", ""))
    heads = [
        *text_heads(
            ("type", "记录类型", "Record type"), ("step", "步骤", "Step"), ("step_zh", "步骤中文名", "Step in Chinese"), ("step_en", "步骤英文名", "Step in English"),
            ("field", "字段", "Field"), ("zh", "中文名", "Chinese"), ("en", "英文名", "English"), ("kind", "种类", "Kind"), ("table", "数据表", "Table"),
            ("code_list", "代码表", "Code list"), ("refers_to", "引用", "Refers to"),
        ),
        Head("required", "提交必填", "Required to submit", "flag"),
        *text_heads(("needed_for", "统计需要", "Needed for statistics"), ("hint_zh", "填写说明", "Hint in Chinese"), ("hint_en", "英文说明", "Hint in English")),
    ]  # fmt: skip
    return Extra("definitions", "fields", "字段", "Fields", heads, rows)


def _field(type_id: str, step: k.AnyStep, field: k.Field, table: str) -> tuple[Any, ...]:
    place = {"TextList": "record_value", "MultiCode": "record_value", "PersonRefs": "record_link", "RecordRefs": "record_link", "Shown": ""}
    kind = type(field).__name__
    in_table = "record" if isinstance(field, k.UnitRef) and field.header else place.get(kind, table)
    return (
        type_id, step.name, step.zh, step.en, field.name, field.zh, field.en, kind, in_table, _list_of(field), _target_of(field),
        field.required, ", ".join(field.needed_for), field.hint_zh, field.hint_en,
    )  # fmt: skip


def _list_of(field: k.Field | None) -> str:
    match field:
        case k.Code(code_list=name, list_by=None) | k.MultiCode(code_list=name):
            return name
        case k.Code(code_list=name, list_by=k.ListBy(lists=lists)):
            return ", ".join(dict.fromkeys([*(one for _, one in lists), name]))
        case _:
            return ""


def _target_of(field: k.Field | None) -> str:
    match field:
        case k.PersonRef() | k.PersonRefs():
            return "person"
        case k.RecordRef(targets=targets) | k.RecordRefs(targets=targets):
            return ", ".join(targets) or "record"
        case k.UnitRef():
            return "unit"
        case _:
            return ""


def _columns(table: Carried, personal: bool) -> Iterator[tuple[Any, ...]]:
    for position, kept in enumerate(table.kept, 1):
        unit = "fen 分" if kept.is_money else "UTC" if kept.kind == "moment" else ""
        treatment = "" if kept.treatment == "plain" else f"{kept.treatment}: {'clear' if personal else 'masked'}"
        target = _target_of(kept.field) or ", ".join(
            sorted({f"{key.column.table.name}.{key.column.name}" for key in kept.source.foreign_keys if key.column.name != "university_code"})
        )
        yield table.name, kept.name, position, kept.written(personal), kept.zh, kept.en, _list_of(kept.field), target, unit, treatment


def code_lists(uow: UnitOfWork, code: str) -> Iterator[Extra]:
    """The built-in lists and every code a record of this university may hold, its own ones marked."""
    heads = [
        *text_heads(("list", "代码表", "Code list"), ("zh", "中文名", "Chinese"), ("en", "英文名", "English"), ("source", "来源", "Source"), ("version", "版本", "Version")),
        Head("complete", "完整", "Complete", "flag"), Head("extendable", "可自行扩充", "May be extended", "flag"),
    ]  # fmt: skip
    rows = [(one.name, one.zh, one.en, one.source, one.version, one.complete, one.extendable) for one in BUILT_IN.values()]
    yield Extra("codes", "code_lists", "代码表", "Code lists", heads, rows)
    c = p.code_item.c
    kept = (c.list, c.code, c.label_zh, c.label_en, c.parent, c.seq, c.valid_from, c.valid_to, c.source, c.version)
    found = uow.conn.execute(
        select(*kept, (c.owner == code).label("own")).where(c.owner.in_(["*", code])).order_by(c.list, c.owner, c.seq, c.code)
    )
    heads = [
        *text_heads(("list", "代码表", "Code list"), ("code", "代码", "Code"), ("label_zh", "名称", "Label"), ("label_en", "英文名称", "Label in English"), ("parent", "上级代码", "Parent code")),
        Head("seq", "序号", "Position", "whole"), Head("valid_from", "启用日期", "Valid from", "day"), Head("valid_to", "停用日期", "Valid to", "day"),
        *text_heads(("source", "来源", "Source"), ("version", "版本", "Version")), Head("own", "本校代码", "University's own", "flag"),
    ]  # fmt: skip
    yield Extra("codes", "code_items", "代码", "Codes", heads, [tuple(row) for row in found])
