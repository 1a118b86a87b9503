"""The one normal form of a document, and its form in the archive.

Two documents that mean the same are equal once ``clean``; the archive keeps their canonical text with secrets
encrypted, so that a version, an amendment and the tables can never disagree about what a document is.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from ingestion import vault
from ingestion.catalog import contributors
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS

Document = dict[str, Any]
Secrets = Literal["clear", "mask"]

FLAGS = ("corresponding", "co_first")
AMOUNTS = ("share", "own_words", "months_per_year", "reward_share")
PLACES = contributors.PLACES
CONTRIBUTOR_KEYS = frozenset(
    ("role", "rank", "kind", "person_id", "name", "affiliations", *FLAGS, *AMOUNTS, "certificate_no", "book_role")
)


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
            rows = [_clean_values(type_id, name, row) for row in value or ()]
            if rows:
                out[name] = rows
        elif name in fields:
            value = _clean_value(fields[name], value)
            if value is not None:
                out[name] = value
        elif name not in _elsewhere(type_id):
            raise ValueError(f"{type_id} has no field {name}")
    return out


@cache
def _elsewhere(type_id: str) -> frozenset[str]:
    """Fields of the type that no document holds: what is only shown, and files."""
    return frozenset(f.name for f in ALL_RECORDS[type_id].fields()) - plain_fields(type_id).keys()


@cache
def _child_fields(type_id: str, child: str) -> dict[str, k.Field]:
    return {f.name: f for f in child_steps(type_id)[child].fields}


def _clean_values(type_id: str, child: str, row: Mapping[str, Any]) -> Document:
    by_name = _child_fields(type_id, child)
    out: Document = {}
    for name, value in row.items():
        if name not in by_name:
            raise ValueError(f"{type_id}.{child} has no field {name}")
        value = _clean_value(by_name[name], value)
        if value is not None:
            out[name] = value
    return out


_MADE = frozenset({k.Decimal, k.TextList, k.MultiCode, k.PersonRefs, k.RecordRefs})  # whose values are made anew


def _clean_value(field: k.Field, value: Any) -> Any:
    if type(value) is str and type(field) not in _MADE:
        return value or None
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
    if not row.keys() <= CONTRIBUTOR_KEYS:
        raise ValueError(f"a contributor has no {sorted(row.keys() - CONTRIBUTOR_KEYS)}")
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
        if flag in row and row[flag]:
            out[flag] = True
    for amount in AMOUNTS:
        if amount in row and row[amount] is not None:
            out[amount] = round(float(row[amount]), PLACES)
    for text in ("certificate_no", "book_role"):
        if text in row and row[text]:
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
