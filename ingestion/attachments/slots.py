"""The places a record has for files: which are asked for, what stands in them, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.attachments.operations import OTHER
from ingestion.attachments.reading import Attachment
from ingestion.catalog import conditions
from ingestion.catalog.kinds import FileSlot
from ingestion.catalog.registry import ALL_RECORDS


@dataclass(frozen=True)
class Place:
    """One place. ``files``: those the reader may know of. ``missing``: required, and nothing stands there."""

    slot: str
    zh: str
    en: str
    required: bool
    missing: bool
    files: tuple[Attachment, ...]


def declared(type_id: str) -> tuple[FileSlot, ...]:
    """The places a type names, in form order."""
    return tuple(f for f in ALL_RECORDS[type_id].fields() if isinstance(f, FileSlot))


def required(type_id: str, document: Mapping[str, Any]) -> tuple[FileSlot, ...]:
    """The places that must hold a file, as the document stands."""
    return tuple(slot for slot in declared(type_id) if conditions.is_required(slot, dict(document)))


def places(type_id: str, document: Mapping[str, Any], files: Iterable[Attachment], *, knows_restricted: bool) -> list[Place]:
    """Every place of a record, ``other`` last. To a reader who may not know of restricted files nothing is called
    missing: it may stand there."""
    held: dict[str, list[Attachment]] = {}
    for file in files:
        held.setdefault(file.slot, []).append(file)
    wanted = {slot.name for slot in required(type_id, document)}
    out = []
    for slot in declared(type_id):
        mine = tuple(held.pop(slot.name, ()))
        lacks = slot.name in wanted and not any(f.change != "removed" for f in mine)
        if mine or conditions.is_shown(slot, dict(document)):
            out.append(Place(slot.name, slot.zh, slot.en, slot.name in wanted, lacks and knows_restricted, mine))
    rest = tuple(file for files_of in held.values() for file in files_of)
    return [*out, Place(OTHER, "其他附件", "Other files", False, False, rest)]
