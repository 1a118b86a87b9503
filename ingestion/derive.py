"""What a record's header takes from its document: title, date, year, owner, college."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import select

from ingestion import people
from ingestion.catalog import conditions, titles
from ingestion.catalog import kinds as k
from ingestion.catalog.records import paper
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.permissions import FUNDS
from ingestion.serializer import first_day
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork


def number_of(type_id: str, record_id: int) -> str:
    """The display number, LW000123."""
    return f"{ALL_RECORDS[type_id].prefix}{record_id:06d}"


def title(type_id: str, document: Mapping[str, Any]) -> str:
    """The value of the type's title field as one line of text."""
    value = document.get(ALL_RECORDS[type_id].title)
    if isinstance(value, list):
        value = "、".join(str(v) for v in value)
    return "" if value is None else " ".join(str(value).split())


def dated_on(type_id: str, document: Mapping[str, Any]) -> date | None:
    """The day that files the record under a year: the first day where only a month or year is known."""
    value = document.get(ALL_RECORDS[type_id].dated_by)
    if value is None:
        return None
    return first_day(f"{value:04d}" if isinstance(value, int) else value)


def best_staff(document: Mapping[str, Any]) -> int | None:
    """The own staff contributor of the best rank: the person who should enter and who owns the record (V002)."""
    for row in sorted(document.get("contributors", ()), key=lambda r: r["rank"]):
        if row["kind"] == "staff" and row.get("person_id") is not None:
            return int(row["person_id"])
    return None


def project_of(document: Mapping[str, Any]) -> int | None:
    """The project a fund record belongs to."""
    value = document.get("project_id")
    return None if value is None else int(value)


def owner(uow: UnitOfWork, type_id: str, record_id: int | None, document: Mapping[str, Any]) -> int | None:
    """The owner person; None = 未归属. A person record is its own; money that names no own handler belongs to its
    project's owner."""
    if type_id == "person":
        return record_id
    best = best_staff(document)
    project = project_of(document) if type_id in FUNDS and best is None else None
    if project is not None:
        return uow.conn.execute(select(p.record.c.owner_person_id).where(p.record.c.id == project)).scalar_one_or_none()
    return best


def college(
    uow: UnitOfWork, type_id: str, document: Mapping[str, Any], owner_id: int | None, fallback: int | None
) -> int | None:
    """The college preset for a document that names none: the project's for money, the owner's at the record's
    date otherwise, else ``fallback``."""
    named = document.get("college_id")
    if named is not None:
        return int(named)
    if type_id in FUNDS and (project := project_of(document)) is not None:
        return uow.conn.execute(select(p.record.c.college_id).where(p.record.c.id == project)).scalar_one_or_none()
    if type_id != "person" and owner_id is not None:
        post = people.post_at(uow, owner_id, dated_on(type_id, document))
        if post is not None:
            return int(post["unit_id"])
    return fallback


def presets(type_id: str, name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """What follows from a field just filled in and need not be typed: a title has its rank (V081 asks for it)."""
    if type_id == "person" and name == "title":
        rank = titles.rank_of(str(document.get("title") or ""))
        return {"title_rank": rank} if rank else {}
    return {}


NOT_YET_PRINTED = "not_yet_printed"


def statistics(type_id: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Whether the record counts once it is in force: a paper accepted or online first does not (AC-170)."""
    waits = type_id == "paper" and conditions.holds(paper.NOT_YET_PRINTED, dict(document))
    return {"in_statistics": not waits, "out_reason": NOT_YET_PRINTED if waits else None}


def header_values(
    uow: UnitOfWork, type_id: str, record_id: int | None, document: Mapping[str, Any], fallback_college: int | None
) -> dict[str, Any]:
    """The header columns that follow from a clean document."""
    owner_id = owner(uow, type_id, record_id, document)
    day = dated_on(type_id, document)
    return {
        "title": title(type_id, document),
        "dated_on": day,
        "filed_year": None if day is None else day.year,
        "owner_person_id": owner_id,
        "college_id": college(uow, type_id, document, owner_id, fallback_college),
        **statistics(type_id, document),
    }


def referred(type_id: str, document: Mapping[str, Any]) -> list[tuple[str, int, frozenset[str]]]:
    """Every reference in a document: the field it stands in, the record id, and the types allowed there."""
    fields, steps = _references(type_id)
    out = list(_referred(fields, document, ""))
    for name, held in steps:
        for i, row in enumerate(document.get(name, ())):
            out.extend(_referred(held, row, f"{name}[{i}]."))
    for i, row in enumerate(document.get("contributors", ())):
        if row.get("person_id") is not None:
            out.append((f"contributors[{i}].person_id", row["person_id"], PERSONS))
    return out


PERSONS = frozenset({"person"})
_REFERENCES = (k.PersonRef, k.PersonRefs, k.RecordRef, k.RecordRefs)


@cache
def _references(type_id: str) -> tuple[tuple[k.Field, ...], tuple[tuple[str, tuple[k.Field, ...]], ...]]:
    """The fields of a type that refer to records, and those of its children."""
    record_type = ALL_RECORDS[type_id]
    steps = ((step.name, tuple(f for f in step.fields if isinstance(f, _REFERENCES))) for step in record_type.children())
    return tuple(f for f in record_type.fields() if isinstance(f, _REFERENCES)), tuple((name, held) for name, held in steps if held)


def _referred(
    fields: Iterable[k.Field], values: Mapping[str, Any], prefix: str
) -> Iterable[tuple[str, int, frozenset[str]]]:
    for field in fields:
        value = values.get(field.name)
        if value is None:
            continue
        match field:
            case k.PersonRef():
                yield prefix + field.name, value, PERSONS
            case k.PersonRefs():
                yield from ((prefix + field.name, v, PERSONS) for v in value)
            case k.RecordRef(targets=targets):
                yield prefix + field.name, value, frozenset(targets)
            case k.RecordRefs(targets=targets):
                yield from ((prefix + field.name, v, frozenset(targets)) for v in value)
            case _:
                pass


def units_named(type_id: str, document: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Every unit a document names, with its field."""
    record_type = ALL_RECORDS[type_id]
    out = [
        (f.name, document[f.name])
        for f in record_type.fields()
        if isinstance(f, k.UnitRef) and document.get(f.name) is not None
    ]
    for step in record_type.children():
        for i, row in enumerate(document.get(step.name, ())):
            out.extend(
                (f"{step.name}[{i}].{f.name}", row[f.name])
                for f in step.fields
                if isinstance(f, k.UnitRef) and row.get(f.name) is not None
            )
    return out
