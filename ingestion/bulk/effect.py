"""Records loaded hidden: put in effect together, or thrown away.

A batch of a hundred thousand records written in one transaction would hold every other writer up for as long. It is
written chunk by chunk in the state ``LOADING``, which nobody sees and no number counts; the marker is one UPDATE of
its headers, with what money and posts follow from it, in one transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from ingestion import funds, permissions, serializer
from ingestion.bulk import loading, money
from ingestion.bulk.items import BulkItem
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store import triggers
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import TYPE_TABLES

DROPPED = 500
"""Records thrown away in one transaction."""


def put_in_effect(uow: UnitOfWork, actor: Principal, type_id: str, batch_id: int, state: str) -> int:
    """Every hidden record of the batch gets its state; returns how many. Raises ``SubmissionRefused`` where a project
    has not enough money any more."""
    r = p.record
    mine = (r.c.university_code == actor.university_code, r.c.batch_id == batch_id, r.c.state == p.LOADING)
    people = _people(uow, mine) if type_id == "person" else []
    payments = _payments(uow, type_id, mine) if type_id in permissions.FUNDS else []
    values: dict[str, Any] = {"state": state, "state_since": uow.now, "updated_at": uow.now, "submitted_at": uow.now}
    values["approved_at"] = uow.now if state == "30" else None
    bodies = (table.name for table in (*serializer.body_tables(type_id), p.record_key))
    triggers.note(uow.conn, bodies, select(r.c.id).where(*mine))
    done = uow.conn.execute(update(r).where(*mine).values(**values)).rowcount
    if state == "30" and people:
        loading.post_people(uow, people)
    for start in range(0, len(payments), loading.CHUNK):
        part = payments[start : start + loading.CHUNK]
        headers = [{**header, "state_since": uow.now} for header, _document in part]
        money.post(uow, type_id, headers, [BulkItem(document, state=state) for _header, document in part])
    return done


def _people(uow: UnitOfWork, mine: tuple[Any, ...]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Headers and documents as ``people.first_post`` asks for them."""
    r = p.record
    rows = uow.conn.execute(select(r.c.id, r.c.university_code, r.c.college_id).where(*mine)).mappings().all()
    documents = serializer.read(uow, "person", [row["id"] for row in rows])
    return [(dict(row), documents[row["id"]]) for row in rows]


def _payments(uow: UnitOfWork, type_id: str, mine: tuple[Any, ...]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    r, body = p.record, TYPE_TABLES[type_id]
    rows = uow.conn.execute(
        select(r.c.id, r.c.university_code, r.c.dated_on, body.c[funds.PROJECT], body.c[funds.AMOUNT])
        .join(body, body.c.record_id == r.c.id)
        .where(*mine)
        .order_by(r.c.dated_on, r.c.id)
    ).mappings()
    return [(dict(row), {funds.PROJECT: row[funds.PROJECT], funds.AMOUNT: row[funds.AMOUNT]}) for row in rows]


def throw_away(uow: UnitOfWork, actor: Principal, batch_id: int, limit: int = DROPPED) -> int:
    """Remove up to ``limit`` hidden records of the batch: they were never in effect. Returns how many went."""
    r = p.record
    ids: list[int] = list(
        uow.conn.execute(
            select(r.c.id)
            .where(r.c.university_code == actor.university_code, r.c.batch_id == batch_id, r.c.state == p.LOADING)
            .limit(limit)
        ).scalars()
    )
    if not ids:
        return 0
    uow.conn.execute(update(r).where(r.c.id.in_(ids)).values(owner_person_id=None))  # a person owns itself
    uow.conn.execute(delete(p.finding).where(p.finding.c.record_id.in_(ids)))
    uow.conn.execute(delete(r).where(r.c.id.in_(ids)))
    return len(ids)
