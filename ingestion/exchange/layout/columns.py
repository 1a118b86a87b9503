"""The columns of a record type's sheet, made from its declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from ingestion.catalog import contributors
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.documents import PLACES

ColumnKind = Literal["field", "child", "person", "header"]


@dataclass(frozen=True)
class Column:
    """``key`` is unique in the type: a field's name, ``"indexings.index_code"``, ``"authors.name"``. ``zh`` and ``en``
    are the headings, unique in the sheet. ``field`` reads and words one value (None: a header column and the printed
    units of people). A ``header`` column is told by an export and not read, except ``record_no``, which finds the
    record. ``required`` as in the declaration: a child's and a person's column only where the row is there at all.
    ``identifier``: text format. ``many``: one line a row of the child or a person (not of a ``single`` person, a leader)."""

    key: str
    zh: str
    en: str
    kind: ColumnKind
    field: k.Field | None = None
    required: bool = False
    identifier: bool = False
    code_list: str | None = None
    step: str = ""
    single: bool = False
    hint_zh: str = ""
    hint_en: str = ""

    @property
    def many(self) -> bool:
        return self.kind in ("child", "person") and not self.single

    def heading(self, language: str) -> str:
        return self.en if language == "en" else self.zh


HEADER: tuple[Column, ...] = (
    Column("record_no", "记录编号", "Record number", "header", identifier=True,
           hint_zh="新增时留空；填写已有记录的编号则更新该记录", hint_en="Empty for a new record; the number of a record updates it"),
    Column("university", "单位名称", "University", "header"),
    Column("state", "审核状态", "State", "header"),
    Column("owner_name", "归属人", "Attributed to", "header"),
    Column("filed_year", "归档年度", "Filed under", "header"),
    Column("entered_by", "填报人", "Entered by", "header"),
    Column("updated_at", "最近更新", "Updated at", "header"),
    Column("in_statistics", "纳入统计", "In statistics", "header"),
    Column("files", "附件数", "Files", "header"),
)  # fmt: skip

# The columns of a person, by what a contributor row calls them. Amounts are percent, months and 万字.
PERSON_NAME = k.Text("name", zh="姓名", en="Name", required=True, max_length=200)
PERSON_NUMBER = k.Identifier("person", zh="工号", en="Staff number", max_length=60)
PERSON_RANK = k.Integer("rank", zh="排名", en="Rank", minimum=1, maximum=2**31 - 1)
PERSON_KIND = k.Text("kind", zh="类别", en="Kind", max_length=20)
PERSON_UNITS = k.Text("units", zh="署名单位", en="Affiliations", max_length=500)
EXTRAS: dict[str, k.Field] = {
    "corresponding": k.YesNo("corresponding", zh="通讯作者", en="Corresponding"),
    "co_first": k.YesNo("co_first", zh="共同第一作者", en="Co-first"),
    "certificate_no": k.Text("certificate_no", zh="证书编号", en="Certificate number", max_length=100),
    "book_role": k.Code("book_role", zh="著作角色", en="Role in the book", code_list="book_role"),
    **{
        name: k.Decimal(name, zh=zh, en=en, places=PLACES, maximum=most)
        for name, (zh, en, most) in contributors.NUMBERS.items()
    },
}
_PERSON_HINTS = {
    "person": ("本校人员填工号（学生如有也填）；工号是关联人员的唯一依据，不按姓名关联", "The staff number links an own person; a name never does"),
    "rank": ("可不填，按行的次序排名", "May be left empty: the lines give the order"),
    "kind": ("校内、学生或校外；填了工号的可不填", "Staff, student or external; not needed beside a staff number"),
    "units": ("一人多个单位用“；”隔开；本校单位后加“[本校]”，境外单位可加国家代码，如“MIT[840]”",
              "Several units of one person separated by “；”; own ones marked [own], others may carry a country code: MIT[840]"),
}  # fmt: skip


@cache
def columns(type_id: str) -> tuple[Column, ...]:
    """All columns of a type's sheet: those of the header, then the record's own in form order."""
    return (*HEADER, *_body(ALL_RECORDS[type_id]))


@cache
def by_key(type_id: str) -> Mapping[str, Column]:
    return {column.key: column for column in columns(type_id)}


def _body(record_type: k.RecordType) -> Iterator[Column]:
    for step in record_type.steps:
        match step:
            case k.Step(fields=fields):
                yield from (_plain(field) for field in fields if not isinstance(field, (k.Shown, k.FileSlot)))
            case k.Children(name=name, fields=fields):
                yield from (
                    _of_field(field, "child", f"{name}.{field.name}", name, f"{step.zh}：", f"{step.en}: ") for field in fields
                )
            case k.Contributors():
                yield from _people(step)
            case k.Documents():
                pass


def _plain(field: k.Field) -> Column:
    return _of_field(field, "field", field.name, "", "", "")


def _of_field(field: k.Field, kind: ColumnKind, key: str, step: str, zh: str, en: str) -> Column:
    return Column(
        key=key,
        zh=zh + field.zh + _unit(field, "zh"),
        en=en + field.en + _unit(field, "en"),
        kind=kind,
        field=field,
        required=field.required,
        identifier=isinstance(field, (k.Identifier, k.Secret)),
        code_list=field.code_list if isinstance(field, (k.Code, k.MultiCode)) else None,
        step=step,
        hint_zh=field.hint_zh,
        hint_en=field.hint_en,
    )


def _unit(field: k.Field, language: str) -> str:
    """The unit of a number stands in its heading, where nobody overlooks it."""
    match field:
        case k.Money():
            return "（元）" if language == "zh" else " (yuan)"
        case k.Decimal(unit_zh=zh, unit_en=en) if zh:
            return f"（{zh}）" if language == "zh" else f" ({en})"
        case _:
            return ""


def person_fields(step: k.Contributors) -> tuple[k.Field, ...]:
    """The columns one person has in this step."""
    rank = () if step.single else (PERSON_RANK,)
    units = (PERSON_UNITS,) if step.affiliations else ()
    return (*rank, PERSON_NAME, PERSON_NUMBER, PERSON_KIND, *units, *(EXTRAS[name] for name in step.extras))


def _people(step: k.Contributors) -> Iterator[Column]:
    short = step.zh.removesuffix("信息")
    for field in person_fields(step):
        hint_zh, hint_en = _PERSON_HINTS.get(field.name, ("", ""))
        column = _of_field(field, "person", f"{step.name}.{field.name}", step.name, f"{short}：", f"{step.en}: ")
        yield Column(**{**column.__dict__, "single": step.single, "required": field is PERSON_NAME and (step.single or step.min_rows > 0),
                        "field": None if field is PERSON_UNITS else field, "hint_zh": hint_zh, "hint_en": hint_en})  # fmt: skip


_PLACED = re.compile(r"([a-z_0-9]+)\[([0-9]+)\]\.?([a-z_0-9]*)")
_PERSON_KEYS = {"affiliations": "units", "person_id": "person"}


def column_of(type_id: str, issue_field: str, document: Mapping[str, Any]) -> str:
    """The key of the column an issue of ``catalog.validate`` belongs to; ``""`` where no column is to blame.

    ``issue_field`` is ``"title"``, ``"indexings[2].quartile"``, ``"contributors[0].person_id"``, or a step's name."""
    known = by_key(type_id)
    if issue_field in known:
        return issue_field
    record_type = ALL_RECORDS[type_id]
    placed = _PLACED.match(issue_field)
    steps = {step.role: step for step in record_type.contributor_steps()}
    if issue_field == "contributors" or (placed and placed[1] == "contributors"):
        rows = document.get("contributors") or ()
        at = int(placed[2]) if placed else 0
        role = rows[at].get("role") if at < len(rows) else None
        step = steps.get(str(role)) or next(iter(steps.values()), None)
        if step is None:
            return ""
        wanted = placed[3] if placed else "name"
        key = f"{step.name}.{_PERSON_KEYS.get(wanted, wanted)}"
        return key if key in known else f"{step.name}.name"
    child = placed[1] if placed else issue_field
    if placed and f"{child}.{placed[3]}" in known:
        return f"{child}.{placed[3]}"
    return next((column.key for column in known.values() if column.step == child), "")
