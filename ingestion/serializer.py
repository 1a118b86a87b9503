"""Documents to table rows and back, and documents to the archive and back: one serializer for all types.

Every reader and writer of a record's body goes through here, so a table row, an archived version and an
amendment can never disagree about what a document is. Secrets are encrypted on both ways down.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import RowMapping, Table, delete, insert, select

from ingestion import vault
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES

Document = dict[str, Any]
Rows = dict[str, list[dict[str, Any]]]
Secrets = Literal["clear", "mask"]

CHUNK = 500  # ids per IN list: below SQLite's and PostgreSQL's limits on parameters
FLAGS = ("corresponding", "co_first")
AMOUNTS = ("share", "own_words", "months_per_year", "reward_share")
PLACES = 4
CONTRIBUTOR_KEYS = frozenset(
    ("role", "rank", "kind", "person_id", "name", "affiliations", *FLAGS, *AMOUNTS, "certificate_no", "book_role")
)
BODY_TABLES = {t.name: t for t in (p.record_value, p.record_link, p.contributor, p.contributor_affiliation)}
TABLES: dict[str, Table] = {
    **BODY_TABLES,
    **{t.name: t for t in TYPE_TABLES.values()},
    **{t.name: t for t in CHILD_TABLES.values()},
}


def record_type(type_id: str) -> k.RecordType:
    return ALL_RECORDS[type_id]


@cache
def plain_fields(type_id: str) -> dict[str, k.Field]:
    """The fields a document of the type may hold, by name, in form order."""
    return {f.name: f for f in ALL_RECORDS[type_id].fields() if not isinstance(f, (k.FileSlot, k.Shown))}


@cache
def child_steps(type_id: str) -> dict[str, k.Children]:
    return {c.name: c for c in ALL_RECORDS[type_id].children()}


@cache
def contributor_roles(type_id: str) -> tuple[str, ...]:
    return tuple(c.role for c in ALL_RECORDS[type_id].contributor_steps())


# --- the one normal form of a document ------------------------------------------------------------------


def clean(type_id: str, document: Mapping[str, Any]) -> Document:
    """The document without empty values, lists as lists, decimals rounded: two documents that mean the same
    are equal afterwards. A key the type does not have is a programming error (ValueError)."""
    fields, children = plain_fields(type_id), child_steps(type_id)
    out: Document = {}
    for name, value in document.items():
        if name == "contributors":
            people = [_clean_contributor(type_id, row) for row in value or ()]
            if people:
                out[name] = sorted(people, key=_rank)
        elif name in children:
            rows = [_clean_values(children[name].fields, row, f"{type_id}.{name}") for row in value or ()]
            if rows:
                out[name] = rows
        elif name in fields:
            value = _clean_value(fields[name], value)
            if value is not None:
                out[name] = value
        elif not _is_elsewhere(type_id, name):
            raise ValueError(f"{type_id} has no field {name}")
    return out


def _is_elsewhere(type_id: str, name: str) -> bool:
    return any(f.name == name for f in ALL_RECORDS[type_id].fields())


def _clean_values(fields: Sequence[k.Field], row: Mapping[str, Any], where: str) -> Document:
    by_name = {f.name: f for f in fields}
    out: Document = {}
    for name, value in row.items():
        if name not in by_name:
            raise ValueError(f"{where} has no field {name}")
        value = _clean_value(by_name[name], value)
        if value is not None:
            out[name] = value
    return out


def _clean_value(field: k.Field, value: Any) -> Any:
    if value is None or value == "" or value == [] or value == ():
        return None
    match field:
        case k.Decimal(places=places):
            return round(float(value), places)
        case k.TextList() | k.MultiCode() | k.PersonRefs() | k.RecordRefs():
            return list(value)
        case _:
            return value


def _clean_contributor(type_id: str, row: Mapping[str, Any]) -> Document:
    unknown = set(row) - CONTRIBUTOR_KEYS
    if unknown:
        raise ValueError(f"a contributor has no {sorted(unknown)}")
    person_id = row.get("person_id")
    roles = contributor_roles(type_id)
    out: Document = {
        "role": row.get("role") or (roles[0] if roles else "author"),
        "rank": row.get("rank"),
        "kind": row.get("kind") or ("staff" if person_id is not None else "external"),
        "name": row.get("name") or "",
        "affiliations": [_clean_affiliation(a) for a in row.get("affiliations") or ()],
    }
    if person_id is not None:
        out["person_id"] = person_id
    for flag in FLAGS:
        if row.get(flag):
            out[flag] = True
    for amount in AMOUNTS:
        if row.get(amount) is not None:
            out[amount] = round(float(row[amount]), PLACES)
    for text in ("certificate_no", "book_role"):
        if row.get(text):
            out[text] = row[text]
    return out


def _rank(row: Document) -> tuple[bool, int]:
    rank = row["rank"]
    return (False, rank) if isinstance(rank, int) else (True, 0)


def _clean_affiliation(row: Mapping[str, Any]) -> Document:
    out: Document = {"name": row.get("name") or "", "is_own": bool(row.get("is_own"))}
    if row.get("country"):
        out["country"] = row["country"]
    return out


# --- the archive ------------------------------------------------------------------------------------------


def canonical(document: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: equal documents give equal text."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def archive(type_id: str, document: Mapping[str, Any]) -> str:
    """The canonical text of a clean document with its secrets encrypted: what record_version and amendment keep."""
    hidden = dict(document)
    for name in _secret_names(type_id):
        if name in hidden:
            hidden[name] = {"cipher": base64.b64encode(vault.encrypt(hidden[name].encode())).decode()}
    for child, step in child_steps(type_id).items():
        names = [f.name for f in step.fields if isinstance(f, k.Secret)]
        if names and child in hidden:
            hidden[child] = [
                {
                    n: {"cipher": base64.b64encode(vault.encrypt(v.encode())).decode()} if n in names else v
                    for n, v in row.items()
                }
                for row in hidden[child]
            ]
    return canonical(hidden)


def restore(type_id: str, text: str, secrets: Secrets = "mask") -> Document:
    """An archived document; ``secrets`` says whether its secrets come back in clear or masked."""

    def reveal(field: k.Field, value: Any) -> Any:
        if not isinstance(field, k.Secret) or not isinstance(value, dict):
            return value
        clear = vault.decrypt(base64.b64decode(value["cipher"])).decode()
        return clear if secrets == "clear" else vault.mask(field.scheme, clear)

    fields = plain_fields(type_id)
    document: Document = json.loads(text)
    for name in _secret_names(type_id):
        if name in document:
            document[name] = reveal(fields[name], document[name])
    for child, step in child_steps(type_id).items():
        for row in document.get(child, ()):
            for field in step.fields:
                if isinstance(field, k.Secret) and field.name in row:
                    row[field.name] = reveal(field, row[field.name])
    return document


@cache
def _secret_names(type_id: str) -> tuple[str, ...]:
    return tuple(name for name, field in plain_fields(type_id).items() if isinstance(field, k.Secret))


# --- document → rows ----------------------------------------------------------------------------------------


def rows(type_id: str, record_id: int, university_code: str, document: Mapping[str, Any]) -> Rows:
    """The table rows of a clean document, by table name; the header, natural keys and versions are not among them."""
    ids = {"record_id": record_id, "university_code": university_code}
    main: dict[str, Any] = dict(ids)
    out: Rows = {TYPE_TABLES[type_id].name: [main]}
    for name, field in plain_fields(type_id).items():
        value = document.get(name)
        match field:
            case k.TextList() | k.MultiCode():
                out.setdefault("record_value", []).extend(
                    {**ids, "field": name, "seq": i, "value": v} for i, v in enumerate(value or (), 1)
                )
            case k.PersonRefs() | k.RecordRefs():
                out.setdefault("record_link", []).extend(
                    {**ids, "field": name, "seq": i, "target_id": v} for i, v in enumerate(value or (), 1)
                )
            case k.UnitRef(header=True):
                pass
            case _:
                _put(main, field, value)
    for child, step in child_steps(type_id).items():
        table_rows = out.setdefault(CHILD_TABLES[type_id, child].name, [])
        for i, child_row in enumerate(document.get(child, ()), 1):
            row: dict[str, Any] = {**ids, "seq": i}
            for field in step.fields:
                _put(row, field, child_row.get(field.name))
            table_rows.append(row)
    for person in document.get("contributors", ()):
        row = {**ids, **{key: person.get(key) for key in _CONTRIBUTOR_COLUMNS}}
        row.update({flag: bool(person.get(flag)) for flag in FLAGS})
        out.setdefault("contributor", []).append(row)
        out.setdefault("contributor_affiliation", []).extend(
            {
                **ids,
                "rank": person["rank"],
                "seq": i,
                "name": a["name"],
                "is_own": bool(a.get("is_own")),
                "country": a.get("country"),
            }
            for i, a in enumerate(person["affiliations"], 1)
        )
    return out


_CONTRIBUTOR_COLUMNS = ("role", "rank", "kind", "person_id", "name", *AMOUNTS, "certificate_no", "book_role")


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
    if not fresh:
        for table in reversed(body_tables(type_id)):
            uow.conn.execute(delete(table).where(table.c.record_id == record_id))
    for name, table_rows in rows(type_id, record_id, university_code, document).items():
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
    fields, main = plain_fields(type_id), TYPE_TABLES[type_id]
    out: dict[int, Document] = {}
    statement = (
        select(main, p.record.c.college_id.label("header_college_id"))
        .join(p.record, p.record.c.id == main.c.record_id)
        .where(main.c.record_id.in_(ids))
    )
    for row in uow.conn.execute(statement).mappings():
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
    statement = (
        select(table).where(table.c.record_id.in_(ids)).order_by(table.c.record_id, *(table.c[o] for o in order))
    )
    yield from uow.conn.execute(statement).mappings()


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
