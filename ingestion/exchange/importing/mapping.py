"""Which column of the record type each column of a file means.

A heading is taken by itself when it is certain: remembered from an earlier file of the university, the very heading
of a template or export, a field's own label, or one of the names universities are known to use
(``catalog/headings.csv``). What is only similar is offered and taken by nobody but a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from rapidfuzz import fuzz, process
from sqlalchemy import delete, insert, select

from ingestion import audit, permissions
from ingestion.catalog import headings, normalise
from ingestion.catalog import kinds as k
from ingestion.exchange import layout
from ingestion.exchange.importing import units
from ingestion.exchange.layout import Column
from ingestion.principal import OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

How = Literal["exact", "remembered", "label", "synonym", "chosen", "none"]
SIMILAR = 62.0  # of 100: below it a suggestion is noise
OFFERED = 3
HEADING_LENGTH = 200
SETTABLE_HEADERS = frozenset({"record_no"})


@dataclass(frozen=True)
class Target:
    """What one column of the file means. ``key``: a column of the type, ``""`` for none. ``unit``: that of its
    numbers, where it differs from the field's own. ``place``: which line of a many-valued column it fills (1 for
    第一作者), 0 for the whole cell. ``how``: why; ``offered``: keys that sound alike, the likeliest first."""

    index: int
    heading: str
    key: str = ""
    unit: str = ""
    place: int = 0
    how: How = "none"
    offered: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnMap:
    """The columns of one sheet. ``values``: what every row has in common, by key, as cells. ``layout``: the known
    kind of file, if it is one."""

    type_id: str
    sheet: str
    targets: tuple[Target, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    layout: str = ""

    @property
    def taken(self) -> dict[str, list[Target]]:
        """The columns of the file by what they mean."""
        out: dict[str, list[Target]] = {}
        for target in self.targets:
            if target.key:
                out.setdefault(target.key, []).append(target)
        return out

    def headings_of(self, key: str) -> str:
        """The file's own words for a column, for messages; the type's where the file has none."""
        found = self.taken.get(key)
        return "、".join(t.heading for t in found) if found else layout.by_key(self.type_id)[key].zh

    def missing(self) -> tuple[Column, ...]:
        """Columns without which no row can be imported."""
        if "record_no" in self.taken:
            return ()
        known = {*self.taken, *self.values}
        return tuple(c for c in _needed(self.type_id) if c.key not in known)

    def chosen(self, choices: Mapping[str, str]) -> ColumnMap:
        """With what a person said: heading → ``key``, ``key(unit)``, ``key#place`` or ``""`` to leave it out.

        Raises ``OperationError`` naming every heading the file does not have and every column the type does not."""
        by_heading = {t.heading: t for t in self.targets}
        folded = {fold(t.heading): t for t in self.targets}
        new: dict[int, Target] = {}
        zh: list[str] = []
        en: list[str] = []
        for heading, said in choices.items():
            target = by_heading.get(heading) or folded.get(fold(heading))
            parsed = parse_target(self.type_id, said)
            if target is None:
                zh.append(f"文件中没有列“{heading}”，可用：{'、'.join(by_heading)}")
                en.append(f"the file has no column “{heading}”; there are: {', '.join(by_heading)}")
            elif parsed is None:
                zh.append(f"“{said}”不是可对应的列")
                en.append(f"“{said}” is no column of this type")
            else:
                key, unit, place = parsed
                new[target.index] = replace(target, key=key, unit=unit or target.unit, place=place, how="chosen")
        if zh:
            raise OperationError("；".join(zh) + "。", "; ".join(en) + ".")
        claimed = {(t.key, t.place) for t in new.values() if t.key}
        targets = tuple(
            new[t.index] if t.index in new else replace(t, key="", how="none", offered=(t.key, *t.offered)) if (t.key, t.place) in claimed and t.key else t
            for t in self.targets
        )
        return replace(self, targets=targets)


def parse_target(type_id: str, said: str) -> tuple[str, str, int] | None:
    """``approved_fund(万元)`` or ``作者：姓名#1`` as key, unit and place; None for an unknown column or unit."""
    text, place = said.strip(), 0
    if text in ("", "-"):
        return "", "", 0
    if "#" in text:
        text, _hash, digits = text.rpartition("#")
        if not digits.isdecimal():
            return None
        place = int(digits)
    known = layout.by_key(type_id)
    unit, bare = units.unit_in(text), units.without_unit(text)
    key = next((one for one in (text, bare) if one in known), "")
    key = key or _exact(type_id).get(text) or _exact(type_id).get(bare) or _named(type_id, text)
    if not key or (unit and unit not in units.scale_of(known[key]) and bare == key):
        return None
    if unit not in units.scale_of(known[key]):
        unit = ""
    if known[key].kind == "header" and key not in SETTABLE_HEADERS:
        return None
    return key, unit, place


def _named(type_id: str, text: str) -> str:
    words = fold(text)
    return _labels(type_id).get(words) or _child_labels(type_id).get(words, "")


# --- suggesting ----------------------------------------------------------------------------------------------------


def suggest(
    uow: UnitOfWork, actor: Principal, type_id: str, given: Sequence[str], sheet: str = "", unit: str = ""
) -> ColumnMap:
    """What the columns with these headings mean. ``sheet`` names the sheet, for messages; ``unit`` is that of all money
    in it whose own heading names none."""
    permissions.require(actor, "import", type_id)
    kind = headings.layout_of(given)
    remembered = _remembered(uow, actor, type_id)
    found = [_certain(type_id, i, heading, remembered, kind) for i, heading in enumerate(given)]
    if not kind:
        found = [target if target.key or target.how != "none" else _plainer(type_id, target, given, remembered) for target in found]
    best: dict[tuple[str, int], int] = {}
    for target in found:
        at = (target.key, target.place)
        if target.key and (at not in best or ORDER[target.how] < ORDER[found[best[at]].how]):
            best[at] = target.index
    taken = {key for key, _place in best}
    targets = []
    for target in found:
        if not target.key or best[target.key, target.place] == target.index:
            targets.append(target)
        else:
            targets.append(replace(target, key="", how="none", offered=(target.key,)))
    if unit:
        targets = [replace(t, unit=unit) if t.key and not units.unit_in(t.heading) and not t.unit and unit in units.scale_of(layout.by_key(type_id)[t.key]) else t for t in targets]
    targets = [t if t.key or t.how != "none" else replace(t, offered=_alike(type_id, t, taken)) for t in targets]
    values = {s.key: s.value for s in headings.synonyms(type_id) if s.value and s.layout == kind and kind}
    return ColumnMap(type_id, sheet, tuple(targets), values, kind)


COUNTING = frozenset({"序号", "顺序号", "行号", "no"})
_NOTE = re.compile(r"[(（\[【][^)）\]】]*(?:排序|排名|顺序|依次|分隔|隔开|如有|若有|格式|多个|多人|多项|例如|例[:：]|如[:：]|精确到|年月日|名单)[^)）\]】]*[)）\]】]")
"""A note how to fill the column in; others may change what it means (论文题目（中文全称）)."""
ORDER: dict[How, int] = {"chosen": 0, "remembered": 1, "exact": 2, "label": 3, "synonym": 4, "none": 5}


def fold(heading: str) -> str:
    """A heading for comparing: without its unit, marks of being required, blanks, punctuation and case."""
    text = units.without_unit(heading)
    for mark in ("（必填）", "(必填)", "[必填]", "【必填】", "必填", "（选填）", "(选填)", "（可选）", "*", "＊"):
        text = text.replace(mark, "")
    return normalise.key(text) or normalise.key(heading)


def _certain(
    type_id: str, index: int, heading: str, remembered: Mapping[str, tuple[str, str, int]], kind: str
) -> Target:
    words = fold(heading)
    target = Target(index, heading)
    if not words:
        return target
    if words in COUNTING and words not in remembered:
        return replace(target, how="synonym")  # of no column, and nobody need be asked
    unit = units.unit_in(heading)
    found: tuple[str, str, int] | None
    how: How
    if (found := remembered.get(words)) is not None:
        how = "remembered"
    elif kind and (found := _of_layout(type_id, kind).get(heading.strip().casefold())) is not None:
        how = "synonym"
    elif key := _exact(type_id).get(heading.strip()) or _exact(type_id).get(normalise.text(heading)):
        how, found = "exact", (key, "", 0)
    elif key := _labels(type_id).get(words):
        how, found = "label", (key, "", 0)
    elif (found := _synonyms(type_id).get(words)) is not None:
        how = "synonym"
    elif key := _child_labels(type_id).get(words):
        how, found = "label", (key, "", 0)
    if found is None:
        return target
    key, implied, place = found
    if key and key not in layout.by_key(type_id):
        return target
    scale = units.scale_of(layout.by_key(type_id)[key]) if key else {}
    fitting = next((one for one in (unit, implied) if one in scale), "")
    return Target(index, heading, key, fitting, place, how)


def _plainer(type_id: str, target: Target, given: Sequence[str], remembered: Mapping[str, tuple[str, str, int]]) -> Target:
    """By what is left of a heading without its notes (完成人（排序）), and of one that stands under another
    (经费（万元）：合同经费) by the lower one, where no other column has that too. The unit may stand in either."""
    lower = [heading.rpartition("：")[2] for heading in given]
    whole, _, last = target.heading.rpartition("：")
    tries = [_NOTE.sub("", target.heading)]
    if whole and lower.count(last) == 1:
        tries += [last, _NOTE.sub("", last)]
    for text in dict.fromkeys(tries):
        if text.strip() and text != target.heading and (found := _certain(type_id, target.index, text, remembered, "")).key:
            unit = found.unit or units.unit_in(whole)
            scale = units.scale_of(layout.by_key(type_id)[found.key])
            return replace(found, heading=target.heading, unit=unit if unit in scale else "")
    return target


def _alike(type_id: str, target: Target, taken: Iterable[str]) -> tuple[str, ...]:
    words = fold(target.heading)
    if not words:
        return target.offered
    hits = process.extract(words, _spelled(type_id), scorer=fuzz.WRatio, score_cutoff=SIMILAR, limit=12)
    used = set(taken)
    keys = dict.fromkeys(key.split("\0")[0] for _text, _score, key in hits)
    return tuple(dict.fromkeys((*target.offered, *(key for key in keys if key not in used))))[:OFFERED]


@cache
def _exact(type_id: str) -> Mapping[str, str]:
    """The headings of templates and exports in either language, and the keys themselves. Columns an export tells
    and nobody reads are known too, so that they are left out without a question."""
    out: dict[str, str] = {}
    for column in layout.columns(type_id):
        for word in (column.zh, column.en, column.key):
            out.setdefault(word, column.key)
    return out


@cache
def _labels(type_id: str) -> Mapping[str, str]:
    """Headings and the labels of plain fields, folded; a label that two columns share means neither."""
    full: dict[str, set[str]] = {}
    bare: dict[str, set[str]] = {}
    for column in layout.columns(type_id):
        for word in (column.zh, column.en):
            full.setdefault(fold(word), set()).add(column.key)
        if column.field is not None and column.kind == "field":
            for word in (column.field.zh, column.field.en):
                bare.setdefault(fold(word), set()).add(column.key)
    return {word: next(iter(keys)) for word, keys in {**bare, **full}.items() if len(keys) == 1}


@cache
def _child_labels(type_id: str) -> Mapping[str, str]:
    """Labels of children's fields without their step (收录类别 for 论文收录：收录类别): where nothing else is meant."""
    bare: dict[str, set[str]] = {}
    for column in layout.columns(type_id):
        if column.field is not None and column.kind == "child":
            for word in (column.field.zh, column.field.en):
                bare.setdefault(fold(word), set()).add(column.key)
    return {word: next(iter(keys)) for word, keys in bare.items() if len(keys) == 1}


@cache
def _synonyms(type_id: str) -> Mapping[str, tuple[str, str, int]]:
    out: dict[str, tuple[str, str, int]] = {}
    for one in headings.synonyms(type_id):
        if not one.layout and one.key in layout.by_key(type_id):
            for heading in one.headings:
                out.setdefault(fold(heading), (one.key, one.unit, one.place))
    return out


@cache
def _of_layout(type_id: str, kind: str) -> Mapping[str, tuple[str, str, int]]:
    lines = [one for one in headings.synonyms(type_id) if one.layout == kind]
    return {heading.casefold(): (one.key, one.unit, one.place) for one in lines for heading in one.headings}


@cache
def _spelled(type_id: str) -> Mapping[str, str]:
    """Every name of every column that may be filled, for looking for what sounds alike."""
    out: dict[str, str] = {}
    for column in layout.columns(type_id):
        if column.kind != "header" or column.key in SETTABLE_HEADERS:
            words = [column.zh, column.en, *((column.field.zh, column.field.en) if column.field else ())]
            out.update({f"{column.key}\0{i}": fold(word) for i, word in enumerate(words)})
    for n, one in enumerate(headings.synonyms(type_id)):
        if not one.layout and one.key in layout.by_key(type_id):
            out.update({f"{one.key}\0s{n}.{i}": fold(heading) for i, heading in enumerate(one.headings)})
    return out


@cache
def _needed(type_id: str) -> tuple[Column, ...]:
    """What identifies a record: its title. Without it nothing of a file can be imported."""
    title = layout.by_key(type_id)
    from ingestion.catalog.registry import ALL_RECORDS

    return (title[ALL_RECORDS[type_id].title],)


# --- remembering ---------------------------------------------------------------------------------------------------


def _remembered(uow: UnitOfWork, actor: Principal, type_id: str) -> dict[str, tuple[str, str, int]]:
    m = p.import_mapping
    rows = uow.conn.execute(
        select(m.c.heading, m.c.key, m.c.unit, m.c.place).where(m.c.university_code == actor.university_code, m.c.type == type_id)
    )
    return {row.heading: (row.key, row.unit, row.place) for row in rows}


def remember(uow: UnitOfWork, actor: Principal, columns: ColumnMap) -> int:
    """Keep what a person chose for the university's next file of the type; returns how many headings changed."""
    permissions.require(actor, "import", columns.type_id)
    known = _remembered(uow, actor, columns.type_id)
    said = {
        fold(t.heading)[:HEADING_LENGTH]: (t.key, t.unit, t.place)
        for t in columns.targets
        if t.how == "chosen" and fold(t.heading)
    }
    new = {heading: value for heading, value in said.items() if known.get(heading) != value}
    if not new:
        return 0
    m = p.import_mapping
    uow.conn.execute(
        delete(m).where(m.c.university_code == actor.university_code, m.c.type == columns.type_id, m.c.heading.in_(sorted(new)))
    )
    uow.conn.execute(
        insert(m),
        [
            {
                "university_code": actor.university_code, "type": columns.type_id, "heading": heading, "key": key,
                "unit": unit, "place": place, "account_id": actor.account_id, "at": uow.now,
            }
            for heading, (key, unit, place) in new.items()
        ],
    )  # fmt: skip
    audit.write(uow, actor, "remember", "import_mapping", columns.type_id, {h: v[0] for h, v in new.items()})
    return len(new)


def fields_of(type_id: str) -> tuple[Column, ...]:
    """The columns a person may choose from, in form order."""
    return tuple(c for c in layout.columns(type_id) if c.kind != "header" or c.key in SETTABLE_HEADERS)


def is_money(column: Column) -> bool:
    return isinstance(column.field, k.Money)
