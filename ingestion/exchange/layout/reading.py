"""The cells of a row into a document, with everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.layout import lines, people, values
from ingestion.exchange.layout.columns import Column, columns
from ingestion.exchange.layout.look import Look, record_number
from ingestion.exchange.layout.people import NamedPerson
from ingestion.exchange.layout.values import Reader, Unread
from ingestion.exchange.layout.writing import SEPARATING, cells, loose, same, unguarded

__all__ = ["NamedPerson", "Reading", "read"]

Document = dict[str, Any]


@dataclass
class Reading:
    """One row read. ``document`` holds what could be read (a value with an issue is left out of it); ``issues`` all
    that is wrong, each with its column's key; ``people`` the named who are linked to nobody; ``given`` the keys of
    the cells that held something; ``wrong`` those with an error."""

    document: Document = field(default_factory=dict)
    issues: list[tuple[str, k.Issue]] = field(default_factory=list)
    people: list[NamedPerson] = field(default_factory=list)
    record_no: int | None = None
    given: frozenset[str] = frozenset()

    @property
    def wrong(self) -> frozenset[str]:
        return frozenset(key for key, issue in self.issues if issue.severity == "error")


def read(type_id: str, cells_: Mapping[str, Any], look: Look, current: Mapping[str, Any] | None = None) -> Reading:
    """The document of one row. Never raises for what a file can hold.

    ``cells_``: values by column key; unknown keys and header columns but ``record_no`` say nothing. ``current``: the
    document of the record that ``record_no`` names, as ``serializer.read`` gives it (secrets masked): a cell that is
    what an export writes for it means just that, whatever the cell would mean elsewhere.
    """
    plan = _plan(type_id, look)
    out = Reading()
    document, issues, given = out.document, out.issues, []
    standing = None if current is None else cells(type_id, current, {}, look)
    for key, name, reader in plan.plain:
        raw = cells_.get(key)
        if raw is None or raw == "":
            continue
        given.append(key)
        if standing is not None and current is not None and key in standing and same(raw, standing[key]):
            document[name] = current[name]
            continue
        if type(raw) is str and raw[0] == "'":
            raw = unguarded(raw)
        try:
            value = reader(raw, document)
        except Unread as problem:
            issues.extend((key, issue) for issue in problem.issues)
        else:
            if value is not None:
                document[name] = value
    for read_children in plan.children:
        read_children(cells_, out, given, standing, current)
    for group in plan.people:
        found = {c.key: v for c in group.columns if (v := cells_.get(c.key)) is not None and v != ""}
        if not found:
            continue
        given.extend(found)
        if standing is not None and all(same(cells_.get(c.key), standing.get(c.key)) for c in group.columns):
            assert current is not None
            rows = [row for row in current.get("contributors", ()) if row["role"] == group.step.role]
        else:
            rows = group.read(found, out, current)
        if rows:
            document.setdefault("contributors", []).extend(rows)
    _settle(type_id, cells_.get("record_no"), out, plan, given)
    out.given = frozenset(given)
    return out


@dataclass(frozen=True)
class _Plan:
    plain: tuple[tuple[str, str, Reader], ...]
    children: tuple[Any, ...]
    people: tuple[people.Group, ...]
    secrets: tuple[tuple[str, k.Field], ...]


def _plan(type_id: str, look: Look) -> _Plan:
    known = look.compiled.get(("read", type_id))
    if known is None:
        by_step: dict[str, list[Column]] = {}
        for column in columns(type_id):
            by_step.setdefault(column.step, []).append(column)
        record_type = ALL_RECORDS[type_id]
        plain = [c for c in by_step[""] if c.kind == "field" and c.field is not None]
        known = _Plan(
            tuple((c.key, c.field.name, values.reader(c.field, look)) for c in plain if c.field is not None),
            tuple(_children(step, by_step[step.name], look) for step in record_type.children()),
            tuple(people.Group(step, tuple(by_step[step.name]), look) for step in record_type.contributor_steps()),
            tuple((c.key, c.field) for c in plain if isinstance(c.field, k.Secret)),
        )
        look.compiled["read", type_id] = known
    plan: _Plan = known
    return plan


def _settle(type_id: str, raw: Any, out: Reading, plan: _Plan, given: list[str]) -> None:
    """The record the row is about; a masked secret leaves unchanged, so there must be something to leave."""
    if raw is not None and raw != "":
        given.append("record_no")
        number = record_number(str(raw))
        if number is not None and number[0] == type_id:
            out.record_no = number[1]
        else:
            prefix = ALL_RECORDS[type_id].prefix
            out.issues.append(
                ("record_no", k.Issue("record_no", f"记录编号 “{raw}” 不是{ALL_RECORDS[type_id].zh}的编号，应如 {prefix}000123",
                                      f"Record number “{raw}” is none of this type; expected e.g. {prefix}000123"))
            )  # fmt: skip
    if out.record_no is not None:
        return
    for key, one in plan.secrets:
        if values.is_mask(one, out.document.get(one.name)):
            del out.document[one.name]
            out.issues.append(
                (key, k.Issue(one.name, f"{one.zh}是掩码，不是完整号码，请填写完整号码", f"{one.en} is masked; give the whole number"))
            )


# --- children ---------------------------------------------------------------------------------------------------


class _ChildColumn:
    """One column of a child: its reader, and what the cells read so far hold."""

    def __init__(self, column: Column, declared: k.Field, look: Look) -> None:
        self.key, self.declared, self.name = column.key, declared, declared.name
        self.read_one = values.reader(declared, look)
        self.marks = SEPARATING if loose(declared) else ""
        alone = not isinstance(declared, k.Code) or (declared.list_by is None and declared.parent_field is None)
        self.known: dict[str, list[Any]] | None = {} if self.marks and alone else None

    def read(self, step: k.Children, raw: Any, rows: list[Document], issues: list[tuple[str, k.Issue]]) -> None:
        found = self.known.get(raw) if self.known is not None and type(raw) is str else None
        if found is not None:
            rows.extend({} for _ in range(len(found) - len(rows)))
            for row, value in zip(rows, found, strict=False):
                if value is not None:
                    row[self.name] = value
            return
        texts = lines.read(unguarded(raw), self.marks) if type(raw) is str else [raw]
        while texts and texts[-1] is None:
            texts.pop()
        rows.extend({} for _ in range(len(texts) - len(rows)))
        got: list[Any] = [None] * len(texts)
        faults = len(issues)
        for i, text in enumerate(texts):
            if text is None or text == "":
                continue
            try:
                got[i] = self.read_one(text, rows[i])
            except Unread as problem:
                issues.extend((self.key, _placed(step, self.declared, i, issue)) for issue in problem.issues)
            else:
                if got[i] is not None:
                    rows[i][self.name] = got[i]
        if self.known is not None and type(raw) is str and len(issues) == faults:
            if len(self.known) > values.CACHED:
                self.known.clear()
            self.known[raw] = got


def _children(step: k.Children, held: list[Column], look: Look) -> Any:
    """Reads the rows of one child. Its issues name the row: 论文收录第 2 行：…"""
    parts = [_ChildColumn(c, c.field, look) for c in held if c.field is not None]

    def read_children(
        cells_: Mapping[str, Any], out: Reading, given: list[str], standing: Mapping[str, Any] | None, current: Mapping[str, Any] | None
    ) -> None:
        found = [(part, v) for part in parts if (v := cells_.get(part.key)) is not None and v != ""]
        if not found:
            return
        given.extend(part.key for part, _v in found)
        if standing is not None and current is not None and all(same(cells_.get(part.key), standing.get(part.key)) for part in parts):
            out.document[step.name] = [dict(row) for row in current.get(step.name, ())]
            return
        rows: list[Document] = []
        for part, raw in found:
            part.read(step, raw, rows, out.issues)
        if rows:
            out.document[step.name] = rows

    return read_children


def _placed(step: k.Children, declared: k.Field, i: int, issue: k.Issue) -> k.Issue:
    return k.Issue(
        f"{step.name}[{i}].{declared.name}",
        f"{step.zh}第 {i + 1} 行：{issue.zh}",
        f"{step.en} row {i + 1}: {issue.en}",
        issue.severity,
        issue.rule,
    )
