"""Personal numbers and birth dates on their way out and in again.

Out: in clear where that was asked for, else masked (``420101********123X``) and a birth date as its year. In:
clear values are encrypted with the new installation's key; masked ones cannot be numbers any more and are left
empty; a year becomes its first of January, which the import tells and keeps as an open finding.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from ingestion import vault
from ingestion.catalog import kinds as k
from ingestion.documents import canonical, child_steps, plain_fields
from ingestion.exchange.exit_bundle.contents import Kept, Treatment
from ingestion.exchange.exit_bundle.contents import personal as treatment_of

Values = Mapping[str, Any]


# --- out ---------------------------------------------------------------------------------------------


def leaving(kept: Kept, value: Any, clear: bool) -> Any:
    """A column's value as the bundle holds it. Raises ``vault.WrongKey`` where a secret cannot be read."""
    if value is None:
        return None
    match kept.treatment:
        case "secret":
            return _secret(kept.field, vault.decrypt_text(bytes(value)), clear)
        case "phone":
            return value if clear else vault.mask("mobile", value)
        case "birth":
            return value if clear else f"{value.year:04d}"
        case _:
            return value


def _secret(field: k.Field | None, value: str, clear: bool) -> str:
    assert isinstance(field, k.Secret)
    return value if clear else vault.mask(field.scheme, value)


def document_leaving(type_id: str, text: str, clear: bool) -> str:
    """An archived document with its secrets as ``{"clear": …}`` or ``{"mask": …}``; without any, the text itself, so
    that its SHA-256 still holds."""

    def out(field: k.Field, treatment: Treatment, value: Any) -> Any:
        match treatment:
            case "secret":
                assert isinstance(field, k.Secret)
                said = vault.decrypt(base64.b64decode(value["cipher"])).decode() if isinstance(value, dict) else str(value)
                return {"clear": said} if clear else {"mask": vault.mask(field.scheme, said)}
            case "phone":
                return value if clear else {"mask": vault.mask("mobile", value)}
            case _:
                return value if clear else value[:4]

    return _changed(type_id, text, out)


def shown(type_id: str, document: Values, clear: bool) -> dict[str, Any]:
    """A document for a sheet, its secrets already masked or in clear: without personal data phones are masked too,
    and a birth date is its year."""
    out = dict(document)
    fields, children = _treated(type_id)
    if clear or not (fields or children):
        return out

    def hide(field: k.Field, treatment: Treatment, value: Any) -> Any:
        match treatment:
            case "phone":
                return vault.mask("mobile", value)
            case "birth":
                return value[:4]
            case _:
                return value

    _change(out, fields, hide)
    for child, found in children.items():
        if child in out:
            out[child] = [dict(row) for row in out[child]]
            for row in out[child]:
                _change(row, found, hide)
    return out


# --- in ----------------------------------------------------------------------------------------------


def arriving(kept: Kept, value: Any, clear: bool) -> dict[str, Any]:
    """The store's columns for one value of a bundle; ``clear`` says how the bundle was made."""
    name = kept.name
    match kept.treatment:
        case "secret":
            assert isinstance(kept.field, k.Secret)
            known = value is not None and clear
            return {
                f"{name}_cipher": vault.encrypt_text(value) if known else None,
                f"{name}_mask": vault.mask(kept.field.scheme, value) if known else None,
            }
        case "phone":
            return {name: value if clear else None}
        case "birth":
            return {name: date(int(value), 1, 1) if value is not None and not clear else value}
        case _:
            return {name: value}


_GONE = object()


def document_arriving(type_id: str, text: str, clear: bool) -> str:
    """The reverse of ``document_leaving``: secrets encrypted with this installation's key, masked ones gone."""

    def come(_field: k.Field, treatment: Treatment, value: Any) -> Any:
        if isinstance(value, dict):
            if "clear" not in value:
                return _GONE
            return {"cipher": base64.b64encode(vault.encrypt(value["clear"].encode())).decode()}
        return f"{value}-01-01" if treatment == "birth" and not clear else value

    return _changed(type_id, text, come)


def _changed(type_id: str, text: str, change: Callable[[k.Field, Treatment, Any], Any]) -> str:
    fields, children = _treated(type_id)
    if not fields and not children:
        return text
    document: dict[str, Any] = json.loads(text)
    touched = _change(document, fields, change)
    for child, of_rows in children.items():
        for row in document.get(child, ()):
            touched |= _change(row, of_rows, change)
    return canonical(document) if touched else text


def _change(row: dict[str, Any], fields: Mapping[str, tuple[k.Field, Treatment]], change: Callable[[k.Field, Treatment, Any], Any]) -> bool:
    touched = False
    for name, (field, treatment) in fields.items():
        if row.get(name) is not None:
            touched = True
            value = change(field, treatment, row[name])
            if value is _GONE:
                del row[name]
            else:
                row[name] = value
    return touched


Treated = dict[str, tuple[k.Field, Treatment]]


@cache
def _treated(type_id: str) -> tuple[Treated, dict[str, Treated]]:
    """The fields of a type, and of its children, that hold personal numbers or birth dates."""

    def of(fields: Mapping[str, k.Field]) -> Treated:
        return {name: (field, treatment) for name, field in fields.items() if (treatment := treatment_of(field)) != "plain"}

    children = {child: of({f.name: f for f in step.fields}) for child, step in child_steps(type_id).items()}
    return of(plain_fields(type_id)), {child: found for child, found in children.items() if found}


def is_treated(type_id: str) -> bool:
    """Whether documents of the type may be changed on their way."""
    fields, children = _treated(type_id)
    return bool(fields or children)
