"""What stands already: records by number, by natural key, by title, and the rows of the file taken so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, select

from ingestion import duplicates, permissions, serializer
from ingestion.catalog import normalise
from ingestion.near_titles import Titles
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

OCCASIONS = frozenset({"hosted_conference", "attended_conference", "lecture", "cooperative_research"})
"""Types whose titles come back every year and for everybody who was there: alike needs the same day and person."""
Key = tuple[str, str]


@dataclass
class Found:
    """For one chunk: headers and documents of the records its rows may be about."""

    headers: dict[int, dict[str, Any]]
    clear: dict[int, dict[str, Any]]
    masked: dict[int, dict[str, Any]]
    by_key: dict[Key, int]
    gaps: dict[int, frozenset[str]]


class Standing:
    """Lives as long as a run. ``taken`` remembers the rows of the file by what identifies them."""

    def __init__(self, actor: Principal, type_id: str, batch_id: int | None) -> None:
        self.actor, self.type_id, self.batch_id = actor, type_id, batch_id
        self._rows: dict[int, int] = {}
        self._titles: dict[str, list[tuple[int, int | None]]] | None = None
        self._near: Titles | None = None

    # --- the store ------------------------------------------------------------------------------------------

    def headers(self, uow: UnitOfWork, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
        """Headers with ``seen`` (the actor may see it), ``changing`` (a change is under review) and ``loading``."""
        wanted = sorted(set(ids))
        r, a = p.record, p.amendment
        out: dict[int, dict[str, Any]] = {}
        for start in range(0, len(wanted), serializer.CHUNK):
            seen = and_(permissions.visible(self.actor, r)).label("seen")
            changing = exists().where(a.c.record_id == r.c.id, a.c.is_open).label("changing")
            rows = uow.conn.execute(
                select(r, seen, changing).where(
                    r.c.id.in_(wanted[start : start + serializer.CHUNK]), r.c.university_code == self.actor.university_code
                )
            )
            out.update({row["id"]: dict(row) for row in rows.mappings()})
        return out

    def holders(self, uow: UnitOfWork, keys: Iterable[Key]) -> dict[Key, int]:
        """Records that hold these natural keys."""
        by_kind: dict[str, set[str]] = {}
        for kind, value in keys:
            by_kind.setdefault(kind, set()).add(value)
        k = p.record_key
        out: dict[Key, int] = {}
        for kind, values in by_kind.items():
            ordered = sorted(values)
            for start in range(0, len(ordered), serializer.CHUNK):
                rows = uow.conn.execute(
                    select(k.c.value, k.c.record_id).where(
                        k.c.university_code == self.actor.university_code, k.c.kind == kind,
                        k.c.value.in_(ordered[start : start + serializer.CHUNK]),
                    )
                )  # fmt: skip
                out.update({(kind, row.value): row.record_id for row in rows})
        return out

    def documents(self, uow: UnitOfWork, ids: Iterable[int]) -> tuple[dict[int, Any], dict[int, Any]]:
        """In clear for comparing, masked for reading cells against."""
        wanted = sorted(set(ids))
        clear = serializer.read(uow, self.type_id, wanted, "clear") if wanted else {}
        masked = serializer.read(uow, self.type_id, wanted) if wanted else {}
        return clear, masked

    def gaps(self, uow: UnitOfWork, ids: Iterable[int]) -> dict[int, frozenset[str]]:
        """The fields that records came without and still lack."""
        f = p.finding
        wanted = sorted(set(ids))
        out: dict[int, set[str]] = {}
        for start in range(0, len(wanted), serializer.CHUNK):
            rows = uow.conn.execute(
                select(f.c.record_id, f.c.field).where(
                    f.c.record_id.in_(wanted[start : start + serializer.CHUNK]), f.c.source == "import", f.c.closed_at.is_(None)
                )
            )
            for row in rows:
                out.setdefault(row.record_id, set()).add(row.field)
        return {record_id: frozenset(fields) for record_id, fields in out.items()}

    def titled(self, uow: UnitOfWork, title: str) -> list[tuple[int, int | None]]:
        """Records of the type with this title (folded), and the years they are filed under."""
        if self._titles is None:
            r = p.record
            rows = uow.conn.execute(
                select(r.c.id, r.c.title, r.c.filed_year).where(
                    r.c.university_code == self.actor.university_code, r.c.type == self.type_id,
                    r.c.state.not_in(("00", p.LOADING, "90")),
                )
            )  # fmt: skip
            self._titles = {}
            for row in rows:
                self._titles.setdefault(duplicates.folded(row.title), []).append((row.id, row.filed_year))
        return self._titles.get(title, [])

    def nearly_titled(self, uow: UnitOfWork, titles: Sequence[str]) -> dict[str, list[tuple[int, int | None, float]]]:
        """For each folded title the records of the type whose title is alike and not the same, with year and likeness,
        the likest first; titles that a record has, and those without anything alike, are not among the keys."""
        self.titled(uow, "")
        known = self._titles or {}
        asked = [title for title in dict.fromkeys(titles) if title and title not in known]
        if self._near is None:
            self._folded = list(known)
            self._near = Titles(self._folded)
        found = zip(asked, self._near.alike(asked), strict=True)
        return {
            title: [(i, year, score) for place, score in places for i, year in known[self._folded[place]]] for title, places in found if places
        }

    # --- the file -------------------------------------------------------------------------------------------

    def row_of(self, marks: Iterable[Any], before: int) -> int | None:
        """The row with one of these marks that stands before this one (a chunk may be judged twice)."""
        for mark in marks:
            row = self._rows.get(hash(mark))
            if row is not None and row < before:
                return row
        return None

    def take(self, marks: Iterable[Any], row: int) -> None:
        for mark in marks:
            self._rows.setdefault(hash(mark), row)


def occasion(type_id: str, document: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells two of the same title apart where titles come back: the day and the first person; of awards, which
    are titled by the prize, the outcome that won it or the first person."""
    if type_id == "award" and (outcome := normalise.key(str(document.get("outcome_name") or ""))):
        return (outcome,)
    if type_id not in OCCASIONS and type_id != "award":
        return ()
    people = document.get("contributors") or ()
    first = min(people, key=lambda row: row["rank"], default=None)
    who = "" if first is None else str(first.get("person_id") or normalise.key(first["name"]))
    if type_id == "award":
        return (who,)
    return str(document.get("started_on") or document.get("held_on") or ""), who
