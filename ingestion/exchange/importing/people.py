"""Names without a person: who may be meant, and whom somebody chose. A name alone never links anybody."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select

from ingestion import permissions
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.importing.options import Candidate, Named
from ingestion.exchange.layout import Known, Look, NamedPerson
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import TYPE_TABLES

PERSON = TYPE_TABLES["person"]
OFFERED = 20
HINT_LENGTH = 300
NOBODY = 0
"""The choice "none of these"."""


def hint_of(named: NamedPerson) -> str:
    return " ".join(part for part in (named.staff_no, named.college_text) if part)[:HINT_LENGTH]


def candidates(named: NamedPerson, look: Look) -> tuple[Known, ...]:
    """Who may be meant: people whose number lost its zeros, then people of the name, those of the college first."""
    found: dict[int, Known] = {}
    for one in (*look.unpadded.get(named.staff_no, ()), *named.candidates, *look.names.get(named.name, ())):
        found.setdefault(one.id, one)
    college = named.college_text
    return tuple(sorted(found.values(), key=lambda one: not (college and one.note and one.note in college))[:OFFERED])


def offered(named: NamedPerson, found: tuple[Known, ...], none_allowed: bool) -> Named:
    return Named(
        named.name, hint_of(named), named.column_key, named.rank,
        tuple(Candidate(one.id, one.number, one.name, one.note) for one in found), none_allowed,
    )  # fmt: skip


class Choices:
    """What was chosen for the names of one file."""

    def __init__(self, chosen: dict[tuple[str, str, int], int]) -> None:
        self._chosen = chosen

    def __bool__(self) -> bool:
        return bool(self._chosen)

    def of(self, named: NamedPerson, row: int) -> int | None:
        """The person, ``NOBODY``, or None where nothing was chosen. A choice for one row goes before one for all."""
        hint = hint_of(named)
        found = self._chosen.get((named.name, hint, row))
        return self._chosen.get((named.name, hint, 0)) if found is None else found


def load(uow: UnitOfWork, actor: Principal, type_id: str, sha256: str) -> Choices:
    c = p.import_choice
    rows = uow.conn.execute(
        select(c.c.name, c.c.hint, c.c.row, c.c.person_id).where(
            c.c.university_code == actor.university_code, c.c.type == type_id, c.c.sha256 == sha256
        )
    )
    return Choices({(row.name, row.hint, row.row): row.person_id or NOBODY for row in rows})


def choose(
    uow: UnitOfWork, actor: Principal, type_id: str, sha256: str, name: str, hint: str, person_id: int | None, row: int = 0
) -> None:
    """Keep a choice for a name of a file: a person in force of the university, or None for nobody of it.

    Raises ``NotFound`` for a person who is not there."""
    permissions.require(actor, "import", type_id)
    if person_id is not None:
        r = p.record
        there = select(r.c.id).where(r.c.id == person_id, permissions.pickable_people(actor, r))
        if uow.conn.execute(there).first() is None:
            raise NotFound
    if not name.strip():
        raise OperationError("请指明是为哪个姓名选择人员。", "Say for which name a person is chosen.")
    c = p.import_choice
    same = {
        "university_code": actor.university_code, "type": type_id, "sha256": sha256, "name": name[:200],
        "hint": hint[:HINT_LENGTH], "row": row,
    }  # fmt: skip
    uow.conn.execute(delete(c).where(*(c.c[column] == value for column, value in same.items())))
    uow.conn.execute(insert(c).values(**same, person_id=person_id, account_id=actor.account_id, at=uow.now))


def link(type_id: str, document: dict[str, Any], named: NamedPerson, person_id: int, look: Look) -> None:
    """Put the chosen person (or nobody) into the contributor row that named somebody."""
    row = contributor(type_id, document, named)
    if row is None:
        return
    if person_id == NOBODY:
        row["kind"] = "external" if row.get("kind") in ("", "staff", None) else row["kind"]
        row.pop("person_id", None)
        return
    row["person_id"] = person_id
    if row.get("kind") != "student":
        row["kind"] = "staff"
    known = look.people.get(person_id)
    if known is not None and (not row.get("name") or row["name"] == named.staff_no):
        row["name"] = known.name


def contributor(type_id: str, document: dict[str, Any], named: NamedPerson) -> dict[str, Any] | None:
    role = next((step.role for step in ALL_RECORDS[type_id].contributor_steps() if step.name == named.step), None)
    rows: list[dict[str, Any]] = document.get("contributors", [])
    return next((row for row in rows if row.get("role") == role and row.get("rank") == named.rank), None)
