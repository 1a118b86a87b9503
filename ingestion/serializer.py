"""Documents to table rows and back: one serializer for all types.

Every reader and writer of a record's body goes through here. Secrets are encrypted on the way down; on the
way up they are masked unless asked for in clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, Select, Table, bindparam, delete, insert, select

from ingestion import vault
from ingestion.catalog import kinds as k
from ingestion.documents import (
    AMOUNTS,
    FLAGS,
    Document,
    Secrets,
    archive,
    canonical,
    child_steps,
    clean,
    contributor_roles,
    plain_fields,
    restore,
    sha256,
)
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES

__all__ = [
    "Document",
    "archive",
    "body_tables",
    "canonical",
    "child_steps",
    "clean",
    "first_day",
    "plain_fields",
    "read",
    "restore",
    "rows",
    "sha256",
    "write",
]

Rows = dict[str, list[dict[str, Any]]]

CHUNK = 500  # ids per IN list: below SQLite's and PostgreSQL's limits on parameters
BODY_TABLES = {t.name: t for t in (p.record_value, p.record_link, p.contributor, p.contributor_affiliation)}
TABLES: dict[str, Table] = {
    **BODY_TABLES,
    **{t.name: t for t in TYPE_TABLES.values()},
    **{t.name: t for t in CHILD_TABLES.values()},
}


# --- document → rows ----------------------------------------------------------------------------------------


def rows(type_id: str, record_id: int, university_code: str, document: Mapping[str, Any]) -> Rows:
    """The table rows of a clean document, by table name; the header, natural keys and versions are not among them."""
    out: Rows = {}
    add_rows(out, type_id, record_id, university_code, document)
    return out


def add_rows(out: Rows, type_id: str, record_id: int, university_code: str, document: Mapping[str, Any]) -> None:
    """``rows``, put beside those of other records."""
    ids = {"record_id": record_id, "university_code": university_code}
    copied, worked, values, links = _plan(type_id)
    get = document.get
    main = _row(ids, copied, document)
    for field in worked:
        _put(main, field, get(field.name))
    out.setdefault(type_id, []).append(main)
    for name in values:
        if name in document:
            out.setdefault("record_value", []).extend(
                [{**ids, "field": name, "seq": i, "value": v} for i, v in enumerate(document[name], 1)]
            )
    for name in links:
        if name in document:
            out.setdefault("record_link", []).extend(
                [{**ids, "field": name, "seq": i, "target_id": v} for i, v in enumerate(document[name], 1)]
            )
    for child, (table, child_copied, child_worked) in _child_plans(type_id).items():
        if child not in document:
            continue
        table_rows = out.setdefault(table, [])
        for i, child_row in enumerate(document[child], 1):
            row = _row({**ids, "seq": i}, child_copied, child_row)
            for field in child_worked:
                _put(row, field, child_row.get(field.name))
            table_rows.append(row)
    if "contributors" in document:
        _add_contributors(out, ids, document["contributors"])


def _row(ids: Mapping[str, Any], blank: Mapping[str, None], content: Mapping[str, Any]) -> dict[str, Any]:
    """All columns in their order, with what the content says of them: most say nothing."""
    row = {**ids, **blank}
    for name, value in content.items():
        if name in blank:
            row[name] = value
    return row


def _add_contributors(out: Rows, ids: dict[str, Any], people: Iterable[Mapping[str, Any]]) -> None:
    contributors, affiliations = out.setdefault("contributor", []), out.setdefault("contributor_affiliation", [])
    for person in people:
        get = person.get
        row = _row(ids, _CONTRIBUTOR_COLUMNS, person)
        for flag in FLAGS:
            row[flag] = bool(get(flag))
        row["claim"] = "filed"
        contributors.append(row)
        for i, a in enumerate(person["affiliations"], 1):
            affiliations.append(
                {
                    **ids,
                    "rank": person["rank"],
                    "seq": i,
                    "name": a["name"],
                    "is_own": bool(a.get("is_own")),
                    "country": a.get("country"),
                }
            )


@cache
def _plan(type_id: str) -> tuple[dict[str, None], tuple[k.Field, ...], tuple[str, ...], tuple[str, ...]]:
    """The type's fields by how they reach the tables: copied, worked on, many values, many references. Bulk
    loading asks once per type and not once per record and field."""
    copied: list[str] = []
    worked: list[k.Field] = []
    values: list[str] = []
    links: list[str] = []
    for name, field in plain_fields(type_id).items():
        match field:
            case k.TextList() | k.MultiCode():
                values.append(name)
            case k.PersonRefs() | k.RecordRefs():
                links.append(name)
            case k.Secret() | k.Date():
                worked.append(field)
            case k.UnitRef(header=True):
                pass
            case _:
                copied.append(name)
    return dict.fromkeys(copied), tuple(worked), tuple(values), tuple(links)


@cache
def _child_plans(type_id: str) -> dict[str, tuple[str, dict[str, None], tuple[k.Field, ...]]]:
    """By children's step: its table, the fields copied and the fields worked on."""
    out: dict[str, tuple[str, dict[str, None], tuple[k.Field, ...]]] = {}
    for child, step in child_steps(type_id).items():
        worked = tuple(f for f in step.fields if isinstance(f, (k.Secret, k.Date)))
        copied = dict.fromkeys(f.name for f in step.fields if f not in worked)
        out[child] = CHILD_TABLES[type_id, child].name, copied, worked
    return out


_CONTRIBUTOR_COLUMNS = dict.fromkeys(("role", "rank", "kind", "person_id", "name", *AMOUNTS, "certificate_no", "book_role"))


def _put(row: dict[str, Any], field: k.Field, value: Any) -> None:
    match field:
        case k.Secret(scheme=scheme):
            row[f"{field.name}_cipher"] = None if value is None else vault.encrypt(value.encode())
            row[f"{field.name}_mask"] = None if value is None else vault.mask(scheme, value)
        case k.Date(partial=partial):
            row[field.name] = None if value is None else first_day(value)
            if partial:
                row[f"{field.name}_precision"] = None if value is None else _PRECISION[len(value)]
        case _:
            row[field.name] = value


_PRECISION = {10: "d", 7: "m", 4: "y"}


def first_day(text: str) -> date:
    """The first day of a day, month or year in a document's form. ValueError when it is none of them."""
    match len(text):
        case 10:
            return date.fromisoformat(text)
        case 7:
            return date.fromisoformat(f"{text}-01")
        case 4:
            return date.fromisoformat(f"{text}-01-01")
        case _:
            raise ValueError(f"not a date: {text!r}")


def body_tables(type_id: str) -> list[Table]:
    """Every table that holds part of a record's body, the type's own first."""
    own = [TYPE_TABLES[type_id], *(CHILD_TABLES[type_id, c] for c in child_steps(type_id))]
    return [*own, *BODY_TABLES.values()]


def write(
    uow: UnitOfWork, type_id: str, record_id: int, university_code: str, document: Mapping[str, Any], *, fresh: bool
) -> None:
    """Put a clean document into the tables, in place of what they held (``fresh``: they held nothing)."""
    by_table = rows(type_id, record_id, university_code, document)
    if not fresh:
        c = p.contributor.c
        claimed = uow.conn.execute(
            select(c.person_id, c.claim).where(c.record_id == record_id, c.claim != "filed", c.person_id.is_not(None))
        )
        answers = {row.person_id: row.claim for row in claimed}  # what people said of themselves outlives an edit
        for person in by_table.get("contributor", ()):
            person["claim"] = answers.get(person["person_id"], "filed")
        for table in reversed(body_tables(type_id)):
            uow.conn.execute(delete(table).where(table.c.record_id == record_id))
    for name, table_rows in by_table.items():
        if table_rows:
            uow.conn.execute(insert(TABLES[name]), table_rows)


# --- rows → document ----------------------------------------------------------------------------------------


def read(
    uow: UnitOfWork, type_id: str, record_ids: Iterable[int], secrets: Secrets = "mask"
) -> dict[int, Document]:
    """The clean documents of records of one type, by id; college_id comes from the header.
    An id without a body is left out. Whoever calls has asked ``permissions.visible`` before."""
    out: dict[int, Document] = {}
    ids = list(record_ids)
    for start in range(0, len(ids), CHUNK):
        out.update(_read_chunk(uow, type_id, ids[start : start + CHUNK], secrets))
    return out


def _read_chunk(uow: UnitOfWork, type_id: str, ids: list[int], secrets: Secrets) -> dict[int, Document]:
    fields = plain_fields(type_id)
    out: dict[int, Document] = {}
    for row in uow.conn.execute(_main(type_id), {"ids": ids}).mappings():
        document: Document = {}
        for name, field in fields.items():
            if isinstance(field, k.UnitRef) and field.header:
                value = row["header_college_id"]
            elif isinstance(field, (k.TextList, k.MultiCode, k.PersonRefs, k.RecordRefs)):
                continue
            else:
                value = _get(row, field, secrets)
            if value is not None:
                document[name] = value
        out[row["record_id"]] = document
    for child, step in child_steps(type_id).items():
        for row in _ordered(uow, CHILD_TABLES[type_id, child], ids, "seq"):
            values = {f.name: _get(row, f, secrets) for f in step.fields}
            out[row["record_id"]].setdefault(child, []).append({n: v for n, v in values.items() if v is not None})
    if any(isinstance(f, (k.TextList, k.MultiCode)) for f in fields.values()):
        for row in _ordered(uow, p.record_value, ids, "field", "seq"):
            out[row["record_id"]].setdefault(row["field"], []).append(row["value"])
    if any(isinstance(f, (k.PersonRefs, k.RecordRefs)) for f in fields.values()):
        for row in _ordered(uow, p.record_link, ids, "field", "seq"):
            out[row["record_id"]].setdefault(row["field"], []).append(row["target_id"])
    if contributor_roles(type_id):
        _read_contributors(uow, ids, out)
    return out


def _read_contributors(uow: UnitOfWork, ids: list[int], out: dict[int, Document]) -> None:
    people: dict[tuple[int, int], Document] = {}
    for row in _ordered(uow, p.contributor, ids, "rank"):
        person: Document = {
            "role": row["role"],
            "rank": row["rank"],
            "kind": row["kind"],
            "name": row["name"],
            "affiliations": [],
        }
        for key in ("person_id", *AMOUNTS, "certificate_no", "book_role"):
            if row[key] is not None:
                person[key] = row[key]
        for flag in FLAGS:
            if row[flag]:
                person[flag] = True
        people[row["record_id"], row["rank"]] = person
        out[row["record_id"]].setdefault("contributors", []).append(person)
    for row in _ordered(uow, p.contributor_affiliation, ids, "rank", "seq"):
        affiliation: Document = {"name": row["name"], "is_own": bool(row["is_own"])}
        if row["country"]:
            affiliation["country"] = row["country"]
        people[row["record_id"], row["rank"]]["affiliations"].append(affiliation)


def _ordered(uow: UnitOfWork, table: Table, ids: list[int], *order: str) -> Iterator[RowMapping]:
    yield from uow.conn.execute(_rows_of(table, order), {"ids": ids}).mappings()


# Statements are built once: reading one record takes a dozen, and building them took longer than running them.


@cache
def _rows_of(table: Table, order: tuple[str, ...]) -> Select[Any]:
    wanted = table.c.record_id.in_(bindparam("ids", expanding=True))
    return select(table).where(wanted).order_by(table.c.record_id, *(table.c[o] for o in order))


@cache
def _main(type_id: str) -> Select[Any]:
    main = TYPE_TABLES[type_id]
    return (
        select(main, p.record.c.college_id.label("header_college_id"))
        .join(p.record, p.record.c.id == main.c.record_id)
        .where(main.c.record_id.in_(bindparam("ids", expanding=True)))
    )


def _get(row: RowMapping, field: k.Field, secrets: Secrets) -> Any:
    match field:
        case k.Secret():
            cipher = row[f"{field.name}_cipher"]
            if cipher is None:
                return None
            return vault.decrypt(cipher).decode() if secrets == "clear" else row[f"{field.name}_mask"]
        case k.Date(partial=partial):
            value: date | None = row[field.name]
            if value is None:
                return None
            length = {"d": 10, "m": 7, "y": 4}[row[f"{field.name}_precision"]] if partial else 10
            return value.isoformat()[:length]
        case _:
            return row[field.name]
