"""Completes a half-written document from its declaration: what a recipe left open gets a value its kind allows.

Recipes (``recipes_*.py``) say what makes a record look true: title, dates, money, people. Everything else
follows the catalogue, so that a field added there appears in the demo without a line here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ingestion.catalog import kinds as k
from ingestion.catalog import secrecy
from pipelines.demo import identifiers as ids
from pipelines.demo import words

Document = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """One person of a university as the demo needs them."""

    person_id: int
    staff_no: str
    name: str
    unit_id: int
    fields: tuple[str, ...]
    joined: date
    named: bool = False


@dataclass
class Scene:
    """Where documents are written: one university while it is being filled."""

    rng: random.Random
    codes: CodeChooser
    as_of: date
    university: str
    people: list[Person] = field(default_factory=list)
    units: dict[int, str] = field(default_factory=dict)
    targets: dict[str, list[int]] = field(default_factory=dict)
    """Records in force that others may refer to, by type."""
    titles: set[str] = field(default_factory=set)
    """Titles given so far: no two works of a university are called the same."""
    turn: int = 0
    """How many days have been drawn."""
    told: set[int] = field(default_factory=set)
    """People whose story the demo tells: their projects are paid first."""
    wealth: float = 1.0
    """Grants and contracts of this kind of university, against those of the recipes."""
    insiders: set[int] = field(default_factory=set)
    """People who are experts too: each once."""

    on: date | None = None
    """The day the next work is about, where the story says it."""

    def unique(self, make: Callable[[], str], end: Callable[[random.Random], str] = words.end) -> str:
        """A title not given before: made anew a few times, then with an ending that tells it apart."""
        made = make()
        for attempt in range(400):
            if made not in self.titles:
                break
            made = make() + (end(self.rng) if attempt >= 4 else "")
            for _ in range(attempt // 40):  # thousands of works in one field: longer endings
                made += end(self.rng)
        self.titles.add(made)
        return made


class CodeChooser:
    """Codes in force of each list, those without children only, as a form would offer them."""

    def __init__(self, items: Callable[[str], Iterable[tuple[str, str | None]]]) -> None:
        self._items = items
        self._leaves: dict[tuple[str, str | None], list[str]] = {}

    def leaves(self, list_name: str, parent: str | None = None) -> list[str]:
        key = (list_name, parent)
        if key not in self._leaves:
            refused = secrecy.refused_codes(list_name)
            rows = [row for row in self._items(list_name) if row[0] not in refused]
            parents = {p for _, p in rows if p}
            if parent is None:
                self._leaves[key] = [code for code, _ in rows if code not in parents]
            else:
                self._leaves[key] = [code for code, p in rows if p == parent]
        return self._leaves[key]

    def roots(self, list_name: str) -> list[str]:
        """The codes without a parent."""
        return [code for code, parent in self._items(list_name) if not parent]

    def has(self, list_name: str, code: str) -> bool:
        return any(code == item for item, _ in self._items(list_name))


OPTIONAL = 0.3


def complete(record_type: k.RecordType, document: Document, scene: Scene) -> Document:
    """Fills ``document`` in place: all that is required, most of what statistics need, some of the rest.
    A value of ``None`` in it means: leave this empty."""
    for step in record_type.steps:
        match step:
            case k.Step(fields=fields):
                _fields(fields, document, scene, record_type)
            case k.Children(name=name) if name not in document:
                document[name] = _rows(step, scene)
            case _:
                pass
    return {name: value for name, value in document.items() if value is not None and value != []}


def _fields(fields: tuple[k.Field, ...], document: Document, scene: Scene, record_type: k.RecordType | None) -> None:
    for item in fields:
        if item.name in document or isinstance(item, k.FileSlot | k.Shown):
            continue
        if item.shown_when is not None and not _holds(item.shown_when, document):
            continue
        required = item.required or (item.required_when is not None and _holds(item.required_when, document))
        chance = 1.0 if required else 0.92 if item.needed_for else OPTIONAL
        if scene.rng.random() < chance:
            value = _value(item, document, scene, required)
            if value is not None:
                document[item.name] = value


def _rows(children: k.Children, scene: Scene) -> list[Document]:
    rows: list[Document] = []
    seen: set[tuple[Any, ...]] = set()
    wanted = max(children.min_rows, scene.rng.choice((0, 0, 1, 2)))
    for _ in range(wanted * 3):
        if len(rows) >= wanted:
            break
        row: Document = {}
        _fields(children.fields, row, scene, None)
        key = tuple(row.get(name) for name in children.key)
        if row and (not children.key or (None not in key and key not in seen)):
            seen.add(key)
            rows.append(row)
    return rows


def _holds(when: k.When, document: Document) -> bool:
    value = document.get(when.field)
    text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
    return (text in when.values) != when.negated


def _value(item: k.Field, document: Document, scene: Scene, required: bool) -> Any:
    rng = scene.rng
    match item:
        case k.Code():
            return _code(item, document, scene)
        case k.MultiCode(code_list=name):
            leaves = scene.codes.leaves(name)
            return sorted(rng.sample(leaves, min(len(leaves), rng.choice((1, 1, 2))))) if leaves else None
        case k.YesNo():
            return rng.random() < 0.3
        case k.Integer(minimum=low, maximum=high):
            return max(low or 0, min(high or 5, rng.choice((1, 1, 2, 3, 4, 6, 12))))
        case k.Decimal(places=places, maximum=high):
            return round(min(high or 20.0, 0.5 + rng.random() * 20), places)
        case k.Money():
            return rng.choice((5, 8, 10, 12, 20, 30, 50)) * 1_000_000
        case k.Year():
            return scene.as_of.year - rng.randrange(1, 4)
        case k.Identifier(scheme=scheme):
            return _identifier(scheme, scene) if required or scheme in ("orcid", "uscc") else None
        case k.Secret(scheme=scheme):
            return _secret(scheme, scene)
        case k.TextList():
            return ["协同创新", "成果转化"][: rng.choice((1, 2))]
        case k.PersonRef():
            return rng.choice(scene.people).person_id if scene.people else None
        case k.PersonRefs():
            return [p.person_id for p in rng.sample(scene.people, min(len(scene.people), rng.choice((1, 2, 3))))] or None
        case k.UnitRef(header=False):
            return rng.choice(sorted(scene.units)) if scene.units else None
        case k.RecordRef(targets=targets):
            return _target(targets, scene)
        case k.RecordRefs(targets=targets):
            found = _target(targets, scene)
            return None if found is None else [found]
        case k.Date() if required:
            return scene.as_of.isoformat()
        case k.Text(max_length=longest, min_length=shortest) if required:
            return "按合同约定执行"[:longest] if shortest <= 7 else "按合同约定执行，材料齐全，另附说明文件。"[:longest]
        case k.LongText() if required:
            return "本项工作按计划完成，材料齐全，结论可靠。"
        case _:
            return None


def _code(item: k.Code, document: Document, scene: Scene) -> str | None:
    name = item.code_list
    if item.list_by is not None:
        name = dict(item.list_by.lists).get(str(document.get(item.list_by.field)), name)
    parent = document.get(item.parent_field) if item.parent_field else None
    if item.parent_field and parent is None:
        return None
    leaves = scene.codes.leaves(name, parent)
    return scene.rng.choice(leaves) if leaves else None


def _target(targets: tuple[str, ...], scene: Scene) -> int | None:
    pool = [record_id for target in targets for record_id in scene.targets.get(target, ())[-200:]]
    return scene.rng.choice(pool) if pool else None


def _identifier(scheme: str, scene: Scene) -> str | None:
    rng = scene.rng
    match scheme:
        case "issn":
            return ids.issn(str(rng.random()))
        case "isbn":
            return ids.isbn(scene.university, rng.randrange(10_000))
        case "orcid":
            return ids.orcid(rng)
        case "uscc":
            return ids.uscc(rng)
        case "doi":
            return f"10.99999/{scene.university}.{rng.randrange(10**9):09d}"
        case "email":
            return f"s{rng.randrange(10**7):07d}@{scene.university}.example"
        case "phone":
            return f"027-0000{rng.randrange(10_000):04d}"
        case "url":
            return f"https://{scene.university}.example/{rng.randrange(10_000)}"
        case "cn_serial":
            return f"99-{rng.randrange(1000, 9999)}/TP"
        case "patent_application":
            return ids.patent_application(scene.university, rng.randrange(100_000), scene.as_of.year, "1")
        case _:
            return f"{scene.university}{rng.randrange(10**9):09d}"


def _secret(scheme: str, scene: Scene) -> str:
    match scheme:
        case "mobile":
            return ids.mobile(scene.rng)
        case "bank_account":
            return ids.bank_account(scene.rng)
        case _:
            return ids.id_number(scene.rng, date(1980, 1, 1), False)
