"""Conditions of a declaration evaluated on a document (or on a children row)."""

from __future__ import annotations

from typing import Any

from ingestion.catalog.kinds import Code, Field, When


def holds(when: When, document: dict[str, Any]) -> bool:
    """Whether ``when`` is true. An empty field equals no value, so a negated condition holds for it."""
    value = document.get(when.field)
    values: list[Any] = value if isinstance(value, list) else [value]
    words = {("true" if v else "false") if isinstance(v, bool) else str(v) for v in values if v is not None}
    return bool(words.intersection(when.values)) is not when.negated


def is_shown(field: Field, document: dict[str, Any]) -> bool:
    return field.shown_when is None or holds(field.shown_when, document)


def is_required(field: Field, document: dict[str, Any]) -> bool:
    """Required to submit; a field that is not shown is never required."""
    if not is_shown(field, document):
        return False
    return field.required or (field.required_when is not None and holds(field.required_when, document))


def code_list(field: Code, document: dict[str, Any]) -> str:
    """The list a code field uses in this document."""
    if field.list_by is not None:
        for value, name in field.list_by.lists:
            if document.get(field.list_by.field) == value:
                return name
    return field.code_list
