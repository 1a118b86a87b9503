"""A row laid over the record it is about, and the two compared field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingestion import serializer
from ingestion.catalog import kinds as k
from ingestion.catalog import values
from ingestion.catalog.codelists import Codes
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.importing.options import Change
from ingestion.exchange.layout import Look, Reading

Document = dict[str, Any]
SHOWN = 300  # characters of a value in a list of changes


def merged(
    type_id: str, before: Mapping[str, Any], reading: Reading, columns: frozenset[str], *, clear: bool
) -> Document:
    """The record with what the row gives. ``before`` has its secrets in clear. ``columns``: those the file has;
    what it has no column for stays, in rows of children too. ``clear``: an empty cell of a column takes the value
    away (the row names the record by its number, so the file came from an export); otherwise it says nothing."""
    out: Document = dict(before)
    given = reading.document
    for name in serializer.plain_fields(type_id):
        if name in given:
            out[name] = given[name]
        elif clear and name in columns and name not in reading.given:
            out.pop(name, None)
    for step in ALL_RECORDS[type_id].children():
        held = {f"{step.name}.{one.name}" for one in step.fields}
        if step.name in given:
            out[step.name] = _completed(step, given[step.name], before.get(step.name) or (), columns)
        elif clear and held <= columns and not held & reading.given:
            out.pop(step.name, None)
    if ALL_RECORDS[type_id].contributor_steps():
        _people(type_id, out, before, reading, columns, clear)
    return out


def _completed(
    step: k.Children, rows: list[Document], before: Any, columns: frozenset[str]
) -> list[Document]:
    """Rows of a child with the values of columns the file does not have, from the row with the same key."""
    hidden = [one.name for one in step.fields if f"{step.name}.{one.name}" not in columns]
    if not hidden or not before:
        return rows
    names = step.key or tuple(one.name for one in step.fields if one.required) or (step.fields[0].name,)
    known = {tuple(row.get(name) for name in names): row for row in before}
    out = []
    for row in rows:
        kept = known.get(tuple(row.get(name) for name in names), {})
        out.append({**{name: kept[name] for name in hidden if name in kept}, **row})
    return out


def _people(
    type_id: str, out: Document, before: Mapping[str, Any], reading: Reading, columns: frozenset[str], clear: bool
) -> None:
    """Steps the row speaks of take the place of the old; the others stay."""
    given = reading.document.get("contributors", [])
    people: list[Document] = []
    for step in ALL_RECORDS[type_id].contributor_steps():
        spoken = any(key.startswith(f"{step.name}.") for key in reading.given)
        emptied = clear and f"{step.name}.name" in columns
        source = given if spoken or emptied else before.get("contributors", [])
        people.extend(row for row in source if row.get("role") == step.role)
    if people:
        out["contributors"] = people
    else:
        out.pop("contributors", None)


def keep_links(reading: Reading, type_id: str, before: Mapping[str, Any]) -> None:
    """Somebody the record links already, under the same name at the same place, stays linked: that was decided
    before, and not by the name."""
    roles = {step.name: step.role for step in ALL_RECORDS[type_id].contributor_steps()}
    held = {(row["role"], row["rank"], row["name"]): row for row in before.get("contributors", ())}
    left = []
    for named in reading.people:
        role = roles.get(named.step)
        old = held.get((role, named.rank, named.name)) if role and not named.staff_no else None
        if old is None:
            left.append(named)
            continue
        for row in reading.document.get("contributors", ()):
            if row.get("role") == role and row.get("rank") == named.rank:
                row["kind"] = old["kind"]
                if old.get("person_id") is not None:
                    row["person_id"] = old["person_id"]
    reading.people[:] = left


def differences(
    type_id: str, before: Mapping[str, Any], after: Mapping[str, Any], codes: Codes, look: Look
) -> tuple[Change, ...]:
    """What differs between two clean documents, in words; of a secret only that it differs."""
    out: list[Change] = []
    for name, field in serializer.plain_fields(type_id).items():
        old, new = before.get(name), after.get(name)
        if old != new:
            out.append(Change(name, field.zh, field.en, _words(field, old, before, codes, look), _words(field, new, after, codes, look)))
    for name, step in serializer.child_steps(type_id).items():
        old, new = before.get(name) or [], after.get(name) or []
        if old != new:
            words = [
                "；".join(" ".join(w for one in step.fields if (w := _words(one, row.get(one.name), row, codes, look))) for row in rows)
                for rows in (old, new)
            ]
            out.append(Change(name, step.zh, step.en, words[0][:SHOWN], words[1][:SHOWN]))
    for step_ in ALL_RECORDS[type_id].contributor_steps():
        old, new = ([row for row in doc.get("contributors", ()) if row["role"] == step_.role] for doc in (before, after))
        if old != new:
            out.append(Change("contributors", step_.zh, step_.en, _names(old, look), _names(new, look)))
    return tuple(out)


def _words(field: k.Field, value: Any, document: Mapping[str, Any], codes: Codes, look: Look) -> str:
    if value is None:
        return ""
    match field:
        case k.PersonRef():
            return _person(look, value)
        case k.PersonRefs():
            return "；".join(_person(look, one) for one in value)
        case k.UnitRef():
            return look.units[value].name if value in look.units else str(value)
        case k.RecordRef():
            return _record(look, value)
        case k.RecordRefs():
            return "；".join(_record(look, one) for one in value)
        case _:
            return values.display(field, value, "zh", codes, dict(document))[:SHOWN]


def _person(look: Look, person_id: int) -> str:
    return look.people[person_id].label if person_id in look.people else str(person_id)


def _record(look: Look, record_id: int) -> str:
    known = look.records.get(record_id)
    return f"{known.number} {known.name}".strip() if known else str(record_id)


def _names(rows: list[Document], look: Look) -> str:
    parts = []
    for row in rows:
        known = look.people.get(row.get("person_id") or 0)
        parts.append(f"{row['name']}（{known.number}）" if known and known.number else row["name"])
    return "、".join(parts)[:SHOWN]
