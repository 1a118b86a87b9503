"""Writing a batch.

``load`` writes what submission and review would have written, at the times the items name: header, body,
natural keys, contributors, history steps, archived version, ledger, posts, findings, and one audit row for
the batch. Nothing is checked against the catalogue here beyond what tables can hold: the caller has run
``catalog.validate`` and says what is missing (``gaps``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from typing import Any

from sqlalchemy import text

from ingestion import audit, derive, duplicates, people, permissions, serializer
from ingestion.bulk import money, rows, statements, taken
from ingestion.bulk.items import STATES_OF_ROLE, BulkItem, Who
from ingestion.bulk.known import Known
from ingestion.principal import Denied, Principal
from ingestion.records import storable
from ingestion.records.view import SubmissionRefused
from ingestion.store import platform as p
from ingestion.store import triggers
from ingestion.store.engine import UnitOfWork

CHUNK = 2000


def load(
    uow: UnitOfWork,
    actor: Principal,
    type_id: str,
    items: Iterable[BulkItem],
    batch_id: int | None = None,
    *,
    checked: bool = False,
    hidden: bool = False,
) -> list[int]:
    """Write the items and return their record ids in order. ``checked``: the caller has made sure that tables
    can hold every document, in its normal form (generated data, rows judged). ``hidden``: the records of this batch have no effect yet, whatever
    their items' state; ``bulk.put_in_effect`` gives it to all of them at once. Raises ``SubmissionRefused`` naming the first item that cannot be
    held, ``Conflict`` for a natural key already taken; then the transaction must be rolled back."""
    permissions.require(actor, "import", type_id)
    ids: list[int] = []
    known = Known(uow, actor.university_code)
    grown = 0
    for chunk in _chunks(items):
        again = len(ids) >= grown  # twice as many as at the last time, or none yet
        if again:
            grown = 2 * (len(ids) + len(chunk))
        ids.extend(_load_chunk(uow, actor, type_id, chunk, batch_id, checked, known, again, hidden))
    if ids and not hidden:
        audit.write(
            uow,
            actor,
            "load",
            type_id,
            batch_id,
            {"records": len(ids), "first": ids[0], "last": ids[-1]},
            university_code=actor.university_code,
        )
    return ids


def _chunks(items: Iterable[BulkItem]) -> Iterator[list[BulkItem]]:
    walk = iter(items)
    while chunk := list(islice(walk, CHUNK)):
        yield chunk


def reserve(uow: UnitOfWork, count: int) -> list[int]:
    """Record ids nobody else will get: on SQLite this transaction is the only writer, on PostgreSQL the sequence."""
    if uow.dialect == "sqlite":
        last = text("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'record'), 0)")
        top = int(uow.conn.execute(last).scalar_one())
        return list(range(top + 1, top + count + 1))
    drawn = text("SELECT nextval(pg_get_serial_sequence('record', 'id')) AS id FROM generate_series(1, :n)")
    return list(uow.conn.execute(drawn, {"n": count}).scalars())


def _load_chunk(
    uow: UnitOfWork,
    actor: Principal,
    type_id: str,
    chunk: list[BulkItem],
    batch_id: int | None,
    checked: bool,
    known: Known,
    plan_anew: bool,
    hidden: bool,
) -> list[int]:
    """``plan_anew``: the table of records has grown enough for another plan since it was last asked."""
    allowed = STATES_OF_ROLE.get(actor.role, frozenset())
    ids = reserve(uow, len(chunk))
    code = actor.university_code
    me = Who(actor.account_id, actor.name, actor.role)
    out: rows.Rows = {}
    in_force: list[tuple[dict[str, Any], dict[str, Any]]] = []
    if type_id in permissions.FUNDS:
        known.read_projects(project for item in chunk if (project := derive.project_of(item.document)) is not None)
    for record_id, item in zip(ids, chunk, strict=True):
        if not hidden and item.state not in allowed:
            raise Denied
        document = dict(item.document) if checked and hidden else serializer.clean(type_id, item.document)
        if not checked and (issues := storable.problems(type_id, document)):
            raise SubmissionRefused(issues)
        header = rows.header(known, actor, me, type_id, record_id, item, document, batch_id)
        out.setdefault("record", []).append(header)
        serializer.add_rows(out, type_id, record_id, code, document)
        rows.history(out, code, record_id, item, header, item.entered_by or me, type_id, document)
        if hidden:
            header["state"] = p.LOADING
        if item.state not in ("00", "90"):
            out.setdefault("record_key", []).extend(
                {"university_code": code, "kind": key.kind, "value": key.value, "record_id": record_id}
                for key in (duplicates.keys(type_id, document) if item.keys is None else item.keys)
            )
        if item.state == "30":
            in_force.append((header, document))
        if item.gaps:
            out.setdefault("finding", []).extend(rows.finding(known.now, code, record_id, gap) for gap in item.gaps)
    taken.refuse(uow, out.get("record_key", []))
    headers = out.pop("record")
    with triggers.unnoted(uow.conn, ("record", *out)) if hidden else nullcontext():
        statements.execute(uow, p.record, headers)
        if plan_anew:
            statements.plan_anew(uow)
        for name, of_table in out.items():
            if of_table:
                statements.execute(uow, statements.TABLES[name], of_table)
    if type_id == "person" and not hidden:
        post_people(uow, in_force)
    if type_id in permissions.FUNDS and not hidden:
        money.post(uow, type_id, headers, chunk)
    return ids


def post_people(uow: UnitOfWork, in_force: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """The posts that people in force begin with: (header, document) each."""
    posts = [row for header, document in in_force if (row := people.first_post(header, document)) is not None]
    if posts:
        statements.execute(uow, p.person_post, posts)
