"""What a university has already, and by what an entry is the same thing: certain keys, the whole printing, the title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select

from ingestion import duplicates
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES

INDEXINGS = CHILD_TABLES["paper", "indexings"]
PRINTED: Mapping[str, tuple[str, ...]] = {  # what, beside title and year, makes a printing
    "paper": ("venue", "volume_issue_pages"),
    "book": ("publisher", "edition"),
    "standard": ("standard_no",),
    "patent": ("publication_no",),
}
DATED = {"paper": "published_on", "book": "published_on", "standard": "issued_on", "patent": "publicised_on"}


@dataclass(frozen=True)
class Identity:
    """By what an entry is known: certain keys, the accession number, the whole printing, and the title alone."""

    keys: frozenset[tuple[str, str]]
    accession: str
    printing: str
    title: str

    @property
    def marks(self) -> tuple[Any, ...]:
        """What no two entries share that are two things."""
        return tuple(mark for mark in (self.accession, self.printing, *sorted(self.keys)) if mark)

    @classmethod
    def of(cls, type_id: str, document: Mapping[str, Any], accession: str = "") -> Identity:
        title = duplicates.folded(document.get("title") or "")
        rest = (duplicates.folded(str(document.get(name) or "")) for name in PRINTED[type_id])
        parts = (title, str(document.get(DATED[type_id]) or "")[:4], *rest)
        keys = frozenset((key.kind, key.value) for key in duplicates.keys(type_id, document))
        return cls(keys, accession, "|".join(parts), title)


@dataclass(frozen=True)
class Same:
    """``how``: entry (repeated in this file), record (stands unchanged), key (another record holds its natural key).
    ``number``: of the entry, ``record_id``: of the record."""

    how: str
    number: int = 0
    record_id: int = 0


class Standing:
    """The university's records of a type from submission on, the drafts of ``drafts_of`` (an account), and the
    entries of the file already taken."""

    def __init__(self, uow: UnitOfWork, university_code: str, type_id: str, drafts_of: int | None = None) -> None:
        self.type_id, self.university_code = type_id, university_code
        state = p.record.c.state
        stands = state.not_in(("00", p.LOADING, "90"))
        mine = and_(state == "00", p.record.c.entered_by == drafts_of)
        self._stands = stands if drafts_of is None else or_(stands, mine)
        self._entries: dict[Any, int] = {}
        self.reload(uow)

    def reload(self, uow: UnitOfWork) -> None:
        """The records as they stand now."""
        code, type_id = self.university_code, self.type_id
        self._printings: dict[str, int] = {}
        self._titles: dict[str, int] = {}
        self._load(uow, code)
        self._accessions: dict[str, int] = {}
        self._indexes: dict[int, set[str]] = {}
        if type_id == "paper":
            self._numbers(uow, code)
        key = p.record_key
        self._keys = {
            (row.kind, row.value): row.record_id
            for row in uow.conn.execute(
                select(key.c.kind, key.c.value, key.c.record_id).where(
                    key.c.university_code == code, key.c.kind.in_(_KEYS[type_id])
                )
            )
        }

    def _load(self, uow: UnitOfWork, university_code: str) -> None:
        r, body = p.record, TYPE_TABLES[self.type_id]
        day = body.c[DATED[self.type_id]]
        rows = uow.conn.execute(
            select(body.c.record_id, body.c.title, day.label("day"), *(body.c[name] for name in PRINTED[self.type_id]))
            .join(r, r.c.id == body.c.record_id)
            .where(r.c.university_code == university_code, self._stands)
            .order_by(body.c.record_id.desc())
        )
        for row in rows.mappings():
            document = {
                "title": row["title"],
                DATED[self.type_id]: row["day"].isoformat() if row["day"] else "",
                **{name: row[name] for name in PRINTED[self.type_id]},
            }
            title = duplicates.folded(row["title"] or "")
            rest = (duplicates.folded(str(document.get(name) or "")) for name in PRINTED[self.type_id])
            self._printings["|".join((title, str(document[DATED[self.type_id]])[:4], *rest))] = row["record_id"]
            self._titles[title] = row["record_id"]

    def _numbers(self, uow: UnitOfWork, university_code: str) -> None:
        r = p.record
        rows = uow.conn.execute(
            select(INDEXINGS.c.accession_no, INDEXINGS.c.index_code, INDEXINGS.c.record_id)
            .join(r, r.c.id == INDEXINGS.c.record_id)
            .where(r.c.university_code == university_code, self._stands)
        )
        for row in rows:
            self._indexes.setdefault(row.record_id, set()).add(row.index_code)
            if row.accession_no:
                self._accessions[row.accession_no] = row.record_id

    def lacks(self, record_id: int, codes: Iterable[str]) -> tuple[str, ...]:
        """Of these indexes, those the standing paper does not name."""
        return tuple(code for code in codes if code not in self._indexes.get(record_id, ()))

    def same(self, identity: Identity, number: int) -> Same | None:
        """What is certainly the same as entry ``number``: an earlier entry, a record, or None."""
        for mark in identity.marks:
            if self._entries.get(mark, number) < number:
                return Same("entry", number=self._entries[mark])
        record_id = self._accessions.get(identity.accession) or self._printings.get(identity.printing)
        if record_id:
            return Same("record", record_id=record_id)
        for key in identity.keys:
            if key in self._keys:
                return Same("key", record_id=self._keys[key])
        return None

    def alike(self, identity: Identity, number: int) -> Same | None:
        """Where the same title stands: an earlier entry of the file, or a record."""
        if self._entries.get(("title", identity.title), number) < number:
            return Same("entry", number=self._entries["title", identity.title])
        if identity.title in self._titles:
            return Same("record", record_id=self._titles[identity.title])
        return None

    def add(self, identity: Identity, number: int) -> None:
        for mark in identity.marks:
            self._entries.setdefault(mark, number)
        self._entries.setdefault(("title", identity.title), number)


_KEYS = {
    "paper": ("doi", "paper_title"),
    "book": ("isbn",),
    "standard": ("standard_no",),
    "patent": ("patent_application",),
}
