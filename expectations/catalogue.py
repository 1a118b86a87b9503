"""Suites for the raw layer, made from the catalogue: is what arrived what the declarations say?

Required fields are expected from state 10 on. What an import could not know is a finding and no more: a
missing value is a warning, as is a code that stands in no list. Errors are what would make a number wrong:
money below zero, a header that contradicts itself, keys that repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from expectations.checks import Check, Suite, Where
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS

FIRST_DAY = date(1900, 1, 1)

STATES = ["00", "10", "11", "20", "21", "30", "90"]
CHANNELS = ["own", "college", "office", "import", "cli"]


def suite(record_type: k.RecordType, codes: Mapping[str, frozenset[str]], today: date) -> Suite:
    """The suite of one type's rows. ``codes``: list → its codes, retired ones and the university's own too."""
    checks = [check for field in record_type.fields() for check in field_checks(record_type.id, field, codes, today)]
    return Suite(record_type.id, tuple(checks))


def suites(codes: Mapping[str, frozenset[str]], today: date) -> dict[str, Suite]:
    """The suite of every type."""
    return {record_type.id: suite(record_type, codes, today) for record_type in ALL_RECORDS.values()}


def field_checks(type_id: str, field: k.Field, codes: Mapping[str, frozenset[str]], today: date) -> Iterator[Check]:
    """What a field's declaration promises about its column."""
    if not _has_column(field):
        return
    yield from _required(type_id, field)
    match field:
        case k.Integer(minimum=low, maximum=high):
            yield _between(type_id, field, low, high, "warning")
        case k.Decimal(minimum=low, maximum=high):
            yield _between(type_id, field, low, high, "warning")
        case k.Money(positive=positive):
            yield _between(type_id, field, 1 if positive else 0, None, "error")
        case k.Year(future=future):
            yield _between(type_id, field, FIRST_DAY.year, None if future else today.year, "warning")
        case k.Date(future=future):
            yield _between(type_id, field, FIRST_DAY, None if future else today, "warning")
        case k.Code(list_by=None, code_list=name) if codes.get(name):
            yield Check(
                f"{type_id}.{field.name}.code", field.name, "warning",
                f"{field.zh}：代码不在代码表中。", f"{field.en}: the code is in no list.",
                "ExpectColumnValuesToBeInSet", {"column": field.name, "value_set": sorted(codes[name])},
            )  # fmt: skip
        case _:
            pass


def _has_column(field: k.Field) -> bool:
    match field:
        case k.Secret() | k.TextList() | k.MultiCode() | k.PersonRefs() | k.RecordRefs() | k.FileSlot() | k.Shown():
            return False
        case k.UnitRef(header=header):
            return not header
        case _:
            return True


def _required(type_id: str, field: k.Field) -> Iterator[Check]:
    if not field.required and field.required_when is None:
        return
    where = None
    if field.required_when is not None:
        where = _query(field.required_when)
    elif field.shown_when is not None:
        where = _query(field.shown_when)
    money = isinstance(field, k.Money) and field.required and where is None
    yield Check(
        f"{type_id}.{field.name}.missing", field.name, "error" if money else "warning",
        f"{field.zh}：未填写。", f"{field.en}: missing.",
        "ExpectColumnValuesToNotBeNull", {"column": field.name}, where,
    )  # fmt: skip


def _query(when: k.When) -> Where:
    values = tuple(value == "true" if value in ("true", "false") else value for value in when.values)
    return Where(when.field, values, when.negated)


def _between(type_id: str, field: k.Field, low: object, high: object, severity: str) -> Check:
    limits_zh = "，".join(([f"不小于 {low}"] if low is not None else []) + ([f"不大于 {high}"] if high is not None else []))
    limits_en = ", ".join(([f"at least {low}"] if low is not None else []) + ([f"at most {high}"] if high is not None else []))
    return Check(
        f"{type_id}.{field.name}.range", field.name, "error" if severity == "error" else "warning",
        f"{field.zh}：超出范围（应{limits_zh}）。", f"{field.en}: out of range ({limits_en}).",
        "ExpectColumnValuesToBeBetween", {"column": field.name, "min_value": low, "max_value": high},
    )  # fmt: skip


HEADER = Suite(
    "record",
    (
        Check("record.type", "type", "error", "记录类型不存在。", "No such record type.",
              "ExpectColumnValuesToBeInSet", {"column": "type", "value_set": sorted(ALL_RECORDS)}),
        Check("record.state", "state", "error", "状态不存在。", "No such state.",
              "ExpectColumnValuesToBeInSet", {"column": "state", "value_set": STATES}),
        Check("record.channel", "channel", "error", "录入渠道不存在。", "No such channel.",
              "ExpectColumnValuesToBeInSet", {"column": "channel", "value_set": CHANNELS}),
        Check("record.approved_at", "approved_at", "error", "已通过的记录没有通过时间。", "Approved without a time.",
              "ExpectColumnValuesToNotBeNull", {"column": "approved_at"}, Where("state", ("30",))),
        Check("record.title", "title", "warning", "名称为空。", "No title.",
              "ExpectColumnValueLengthsToBeBetween", {"column": "title", "min_value": 1}, Where("state", ("00",), negated=True)),
        Check("record.body", "type", "error", "记录缺少正文。", "The record has no body.",
              "ExpectColumnValuesToBeInSet", {"column": "has_body", "value_set": [True]}),
        Check("record.owner", "owner_person_id", "error", "归属人与署名最前的本校教师不一致。",
              "The owner is not the best-ranked own staff member.",
              "ExpectColumnValuesToBeInSet", {"column": "owner_agrees", "value_set": [True]}),
    ),
)  # fmt: skip
"""The header of every record, whatever its type; ``has_body`` and ``owner_agrees`` are made by the reader."""

KEYS = Suite(
    "record_key",
    (
        Check("record_key.unique", "value", "error", "唯一编号重复。", "A natural key repeats.",
              "ExpectCompoundColumnsToBeUnique", {"column_list": ["university_code", "kind", "value"]}),
    ),
)  # fmt: skip

CONTRIBUTORS = Suite(
    "contributor",
    (
        Check("contributor.rank.unique", "contributors", "error", "署名次序重复。", "A rank repeats.",
              "ExpectCompoundColumnsToBeUnique", {"column_list": ["record_id", "rank"]}),
        Check("contributor.rank", "contributors", "error", "署名次序小于1。", "A rank is below 1.",
              "ExpectColumnValuesToBeBetween", {"column": "rank", "min_value": 1}),
        Check("contributor.kind", "contributors", "error", "作者类型不存在。", "No such kind of contributor.",
              "ExpectColumnValuesToBeInSet", {"column": "kind", "value_set": ["staff", "student", "external"]}),
        Check("contributor.share", "contributors", "warning", "贡献率不在0-100之间。", "A share is not between 0 and 100.",
              "ExpectColumnValuesToBeBetween", {"column": "share", "min_value": 0, "max_value": 100}),
    ),
)  # fmt: skip
