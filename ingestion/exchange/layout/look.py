"""What one university knows, as a sheet needs it: loaded in a few statements, used for every row."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import or_, select

from ingestion import codes, derive, permissions
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN_CODES, Codes
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.people import PERSON
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

CHUNK = 500


@dataclass(frozen=True)
class Known:
    """A person, a unit or a record. ``number``: staff number, unit code or display number; ``name``: name or title."""

    id: int
    number: str
    name: str
    note: str = ""  # of a person the college, of a record its type

    @property
    def label(self) -> str:
        return " ".join(part for part in (self.number, self.name, self.note) if part)


@dataclass
class Look:
    """``people`` by id (all of the university, for writing); ``pickable`` by staff number (those a record may name).
    ``units`` by id. ``records`` by id: what may be referred to. ``keys``: natural key, folded → ids. ``language`` is
    that of headings and labels. Tests and templates make one of their own without a store."""

    codes: Codes = BUILT_IN_CODES
    own_names: tuple[str, ...] = ()
    people: dict[int, Known] = field(default_factory=dict)
    pickable: dict[str, Known] = field(default_factory=dict)
    units: dict[int, Known] = field(default_factory=dict)
    closed_units: frozenset[int] = frozenset()
    records: dict[int, Known] = field(default_factory=dict)
    keys: dict[str, tuple[int, ...]] = field(default_factory=dict)
    language: str = "zh"
    compiled: dict[Any, Any] = field(default_factory=dict)  # what reading and writing keep per type

    # --- people ---------------------------------------------------------------------------------------------

    @cached_property
    def person_tokens(self) -> dict[int, str]:
        """How each person is written so that ``person`` finds exactly them: the staff number, else RY000123."""
        out = {}
        for one in self.people.values():
            held = self.pickable.get(one.number) if one.number else None
            out[one.id] = one.number if held is not None and held.id == one.id else derive.number_of("person", one.id)
        return out

    def person(self, token: str) -> Known | None:
        """The person with this staff number (123 is not 00123) or display number."""
        found = self.pickable.get(token)
        if found is None and token.startswith("RY") and token[2:].isdecimal():
            found = self.people.get(int(token[2:]))
        return found

    @cached_property
    def names(self) -> dict[str, list[Known]]:
        """People by name: candidates to be offered, never a link."""
        out: dict[str, list[Known]] = {}
        for one in self.pickable.values():
            out.setdefault(one.name, []).append(one)
        return out

    @cached_property
    def unpadded(self) -> dict[str, list[Known]]:
        """People whose staff number begins with zeros, by what a spreadsheet leaves of it."""
        out: dict[str, list[Known]] = {}
        for number, one in self.pickable.items():
            if number.startswith("0") and number.isdecimal():
                out.setdefault(number.lstrip("0"), []).append(one)
        return out

    # --- units ----------------------------------------------------------------------------------------------

    @cached_property
    def unit_words(self) -> dict[str, int]:
        """Units by code, by name and by "code name"; a name held twice means the one still open, if it is one."""
        out: dict[str, int] = {}
        named: dict[str, list[Known]] = {}
        for unit in self.units.values():
            named.setdefault(unit.name, []).append(unit)
        for name, held in named.items():
            open_ones = [unit for unit in held if unit.id not in self.closed_units]
            one = held if len(held) == 1 else open_ones
            if len(one) == 1:
                out[name] = one[0].id
        for unit in self.units.values():
            out[unit.number] = unit.id
            out[f"{unit.number} {unit.name}"] = unit.id
        return out

    def nearest_units(self, text: str) -> list[str]:
        found = process.extract(text, {u.id: u.name for u in self.units.values()}, scorer=fuzz.WRatio, limit=3)
        return [f"{self.units[unit_id].number} {name}" for name, _score, unit_id in found]

    # --- records --------------------------------------------------------------------------------------------

    def record(self, token: str, targets: tuple[str, ...]) -> int | None:
        """The record meant by "display number title", a natural key, or "key title"; None when none or several."""
        parts = token.split(" ")
        number = _number(parts[0])
        if number is not None and number[0] in targets and (one := self.records.get(number[1])) and one.note == number[0]:
            return number[1]
        for end in range(len(parts), 0, -1):
            value = unicodedata.normalize("NFKC", " ".join(parts[:end])).casefold()  # as duplicates.keys folds it
            found = [i for i in self.keys.get(value, ()) if self.records[i].note in targets]
            if found:
                return found[0] if len(found) == 1 else None
        return None


_PREFIXES = {record_type.prefix: record_type.id for record_type in ALL_RECORDS.values()}


def _number(word: str) -> tuple[str, int] | None:
    """Type and id of a display number."""
    letters = word.rstrip("0123456789")
    digits = word[len(letters) :]
    type_id = _PREFIXES.get(letters.upper())
    return (type_id, int(digits)) if type_id and 0 < len(digits) <= 18 else None


def record_number(text: str) -> tuple[str, int] | None:
    """Type and id of "LW000123", as typed or with the title behind it; None for anything else."""
    word = text.strip().split(" ")[0] if text.strip() else ""
    return _number(word)


def targets(type_id: str) -> tuple[str, ...]:
    """The record types a type's references may name."""
    record_type = ALL_RECORDS[type_id]
    fields = [*record_type.fields(), *(one for step in record_type.children() for one in step.fields)]
    return tuple(dict.fromkeys(t for one in fields if isinstance(one, (k.RecordRef, k.RecordRefs)) for t in one.targets))


def load(uow: UnitOfWork, actor: Principal, type_id: str, *, language: str = "zh", reading: bool = True) -> Look:
    """What the actor's university knows. ``reading`` loads every record the type may refer to (an import);
    without it ``know`` fetches those a document names (an export)."""
    code = actor.university_code
    look = Look(codes=codes.for_university(uow, code), language=language)
    names = uow.conn.execute(select(p.university.c.name, p.university.c.name_en).where(p.university.c.code == code)).one()
    look.own_names = tuple(name for name in names if name)
    day = today()
    closed = set()
    for unit in uow.conn.execute(select(p.unit).where(p.unit.c.university_code == code)):
        look.units[unit.id] = Known(unit.id, unit.code, unit.name)
        if unit.valid_to is not None and unit.valid_to < day:
            closed.add(unit.id)
    look.closed_units = frozenset(closed)
    _people(uow, code, look)
    if reading:
        _referable(uow, actor, targets(type_id), look)
    return look


def _people(uow: UnitOfWork, code: str, look: Look) -> None:
    r = p.record
    rows = uow.conn.execute(
        select(r.c.id, r.c.state, r.c.college_id, PERSON.c.staff_no, PERSON.c.name)
        .join(PERSON, PERSON.c.record_id == r.c.id)
        .where(r.c.university_code == code, r.c.type == "person")
    )
    for row in rows:
        college = look.units.get(row.college_id)
        one = Known(row.id, row.staff_no or "", row.name or "", college.name if college else "")
        look.people[row.id] = one
        if row.state == "30" and one.number:
            look.pickable[one.number] = one


def _referable(uow: UnitOfWork, actor: Principal, types: tuple[str, ...], look: Look) -> None:
    """Records of the university that are in force or the actor's to see, with their natural keys."""
    if not types:
        return
    r, key = p.record, p.record_key
    allowed = (r.c.university_code == actor.university_code, r.c.type.in_(types), or_(r.c.state == "30", permissions.visible(actor, r)))
    for row in uow.conn.execute(select(r.c.id, r.c.type, r.c.title).where(*allowed)):
        look.records[row.id] = Known(row.id, derive.number_of(row.type, row.id), row.title, row.type)
    kinds = {one.kind for t in types for one in ALL_RECORDS[t].match}
    found: dict[str, list[int]] = {}
    if kinds:
        held = uow.conn.execute(
            select(key.c.value, key.c.record_id).where(key.c.university_code == actor.university_code, key.c.kind.in_(kinds))
        )
        for row in held:
            if row.record_id in look.records:
                found.setdefault(row.value, []).append(row.record_id)
    look.keys = {value: tuple(ids) for value, ids in found.items()}


def know(uow: UnitOfWork, actor: Principal, type_id: str, documents: Iterable[Mapping[str, Any]], look: Look) -> None:
    """Fetch the records these documents refer to. One the actor may not see keeps its number and loses its title."""
    wanted: set[int] = set()
    single, several, in_rows = _references(type_id)
    for document in documents:
        wanted.update(value for name in single if (value := document.get(name)) is not None)
        for name in several:
            wanted.update(document.get(name, ()))
        for child, name in in_rows:
            wanted.update(value for row in document.get(child, ()) if (value := row.get(name)) is not None)
    ids = sorted(wanted - look.records.keys())
    r = p.record
    for start in range(0, len(ids), CHUNK):
        seen = or_(r.c.state == "30", permissions.visible(actor, r)).label("seen")
        rows = uow.conn.execute(
            select(r.c.id, r.c.type, r.c.title, seen).where(
                r.c.id.in_(ids[start : start + CHUNK]), r.c.university_code == actor.university_code
            )
        )
        for row in rows:
            title = row.title if row.seen else ""
            look.records[row.id] = Known(row.id, derive.number_of(row.type, row.id), title, row.type)


@cache
def _references(type_id: str) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """The fields of a type that name records: one, several, and one in a child's row."""
    fields = list(ALL_RECORDS[type_id].fields())
    return (
        [f.name for f in fields if isinstance(f, k.RecordRef)],
        [f.name for f in fields if isinstance(f, k.RecordRefs)],
        [(step.name, f.name) for step in ALL_RECORDS[type_id].children() for f in step.fields if isinstance(f, k.RecordRef)],
    )
