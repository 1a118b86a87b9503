"""The changed rows of a batch, applied together: what a change application or a saved draft would have written.

For a record in force: an amendment applied at once, the old and the new version archived, an audit row with old and
new. For an own draft: the draft saved. Written set by set, because they take effect in the transaction that sets
the batch's marker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from ingestion import audit, derive, duplicates, funds, permissions, serializer
from ingestion import people as persons
from ingestion.bulk import statements, taken
from ingestion.exchange.importing.options import Change
from ingestion.principal import Conflict, Principal
from ingestion.records.view import SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

POSTED = ("college_id", persons.TITLE, persons.JOINED, persons.LEFT)
Document = dict[str, Any]


@dataclass(frozen=True)
class Changed:
    """One record to change. ``version``: the one the row was compared with. ``wrong``: the fields of the new
    document that still have something against them."""

    record_id: int
    version: int
    before: Document
    after: Document
    changes: tuple[Change, ...]
    wrong: frozenset[str] = frozenset()


def apply(
    uow: UnitOfWork, actor: Principal, type_id: str, batch_id: int, changed: Sequence[Changed], reason: str, action: str = "import"
) -> dict[int, int]:
    """Write them all; returns each record's version afterwards. ``action`` names the audit rows. Raises ``Conflict``
    naming a record that was changed meanwhile; then the transaction must be rolled back."""
    if not changed:
        return {}
    by_id = {one.record_id: one for one in changed}
    headers = _locked(uow, actor, type_id, by_id)
    after = _headers(uow, type_id, headers, by_id)
    _bodies(uow, actor, type_id, by_id)
    _keys(uow, actor, type_id, headers, by_id)
    in_force = {i: header for i, header in headers.items() if header["state"] == "30"}
    numbers = _versions(uow, actor, type_id, in_force, by_id)
    _amendments(uow, actor, type_id, in_force, by_id, numbers, reason)
    if type_id == "person":
        _posts(uow, after, in_force, by_id)
    if type_id in permissions.FUNDS:
        _money(uow, in_force, after, by_id)
    _settle(uow, in_force, by_id)
    rows = [
        audit.row_values(
            uow, actor, f"{action}.change", type_id, record_id,
            {"batch": batch_id, "changes": {c.field: [c.old, c.new] for c in by_id[record_id].changes}}, actor.university_code,
        )
        for record_id in sorted(by_id)
    ]  # fmt: skip
    statements.execute(uow, p.audit_row, rows)
    return {i: header["version"] for i, header in after.items()}


def _locked(uow: UnitOfWork, actor: Principal, type_id: str, by_id: Mapping[int, Changed]) -> dict[int, dict[str, Any]]:
    """The headers, locked, each at the version it was compared at."""
    r, a = p.record, p.amendment
    ids = sorted(by_id)
    out: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), serializer.CHUNK):
        part = ids[start : start + serializer.CHUNK]
        rows = uow.conn.execute(
            select(r).where(r.c.id.in_(part), r.c.university_code == actor.university_code, r.c.type == type_id).with_for_update(of=r)
        )
        out.update({row["id"]: dict(row) for row in rows.mappings()})
        opened: Any = uow.conn.execute(select(a.c.record_id).where(a.c.record_id.in_(part), a.c.is_open)).scalars().all()
        for record_id in opened:
            out[record_id]["version"] = -1
    for record_id, one in by_id.items():
        header = out.get(record_id)
        if header is None or header["version"] != one.version:
            number = derive.number_of(type_id, record_id)
            raise Conflict(f"{number} 在校验之后被改动，请重新校验本文件。", f"{number} was changed since the file was checked; check it again.")
    return out


def _headers(
    uow: UnitOfWork, type_id: str, headers: Mapping[int, Mapping[str, Any]], by_id: Mapping[int, Changed]
) -> dict[int, dict[str, Any]]:
    """Write the columns that follow from the documents; returns the headers as they are now."""
    r = p.record
    out: dict[int, dict[str, Any]] = {}
    rows = []
    for record_id, header in headers.items():
        values = derive.header_values(uow, type_id, record_id, by_id[record_id].after, None)
        if values["college_id"] is None:
            values["college_id"] = header["college_id"]
        new = {**header, **values, "version": header["version"] + 1, "updated_at": uow.now}
        out[record_id] = new
        rows.append({"for_id": record_id, **{f"new_{name}": new[name] for name in (*values, "version", "updated_at")}})
    names = [name.removeprefix("new_") for name in rows[0] if name != "for_id"]
    statement = update(r).where(r.c.id == bindparam("for_id")).values({name: bindparam(f"new_{name}") for name in names})
    uow.conn.execute(statement, rows)
    return out


def _bodies(uow: UnitOfWork, actor: Principal, type_id: str, by_id: Mapping[int, Changed]) -> None:
    """Bodies in place of the old ones; what people said of their part in them outlives it."""
    c = p.contributor.c
    ids = sorted(by_id)
    claims: dict[tuple[int, int], str] = {}
    for start in range(0, len(ids), serializer.CHUNK):
        part = ids[start : start + serializer.CHUNK]
        said = uow.conn.execute(
            select(c.record_id, c.person_id, c.claim).where(c.record_id.in_(part), c.claim != "filed", c.person_id.is_not(None))
        )
        claims.update({(row.record_id, row.person_id): row.claim for row in said})
        for table in reversed(serializer.body_tables(type_id)):
            uow.conn.execute(delete(table).where(table.c.record_id.in_(part)))
    out: dict[str, list[dict[str, Any]]] = {}
    for record_id in ids:
        serializer.add_rows(out, type_id, record_id, actor.university_code, by_id[record_id].after)
    for row in out.get("contributor", ()):
        row["claim"] = claims.get((row["record_id"], row["person_id"]), "filed")
    for name, rows in out.items():
        if rows:
            statements.execute(uow, statements.TABLES[name], rows)


def _keys(
    uow: UnitOfWork, actor: Principal, type_id: str, headers: Mapping[int, Mapping[str, Any]], by_id: Mapping[int, Changed]
) -> None:
    """Natural keys anew for records that hold any: drafts take theirs at submission."""
    ids = sorted(i for i, header in headers.items() if header["state"] != "00")
    for start in range(0, len(ids), serializer.CHUNK):
        uow.conn.execute(delete(p.record_key).where(p.record_key.c.record_id.in_(ids[start : start + serializer.CHUNK])))
    rows = [
        {"university_code": actor.university_code, "kind": key.kind, "value": key.value, "record_id": record_id}
        for record_id in ids
        for key in duplicates.keys(type_id, by_id[record_id].after)
    ]
    if rows:
        taken.refuse(uow, rows)
        statements.execute(uow, p.record_key, rows)


def _versions(
    uow: UnitOfWork, actor: Principal, type_id: str, in_force: Mapping[int, Mapping[str, Any]], by_id: Mapping[int, Changed]
) -> dict[int, int]:
    """Archive the new documents; returns each one's number."""
    v = p.record_version
    ids = sorted(in_force)
    last: dict[int, int] = {}
    for start in range(0, len(ids), serializer.CHUNK):
        part = ids[start : start + serializer.CHUNK]
        rows = uow.conn.execute(select(v.c.record_id, func.max(v.c.number).label("n")).where(v.c.record_id.in_(part)).group_by(v.c.record_id))
        last.update({row.record_id: row.n for row in rows})
    numbers = {i: last.get(i, 0) + 1 for i in ids}
    rows_ = []
    for i in ids:
        text = serializer.archive(type_id, by_id[i].after)
        rows_.append(
            {
                "university_code": actor.university_code, "record_id": i, "number": numbers[i], "kind": "approved", "document": text,
                "sha256": serializer.sha256(text), "created_at": uow.now, "created_by": actor.account_id,
            }
        )  # fmt: skip
    if rows_:
        statements.execute(uow, v, rows_)
    return numbers


def _amendments(
    uow: UnitOfWork,
    actor: Principal,
    type_id: str,
    in_force: Mapping[int, Mapping[str, Any]],
    by_id: Mapping[int, Changed],
    numbers: Mapping[int, int],
    reason: str,
) -> None:
    """A change application of each record in force, applied by the one who imported, with its step in the history."""
    ids = sorted(in_force)
    if not ids:
        return
    a = p.amendment
    opened = uow.conn.execute(
        insert(a).returning(a.c.id, a.c.record_id),
        [
            {
                "university_code": actor.university_code, "record_id": i, "state": "applied", "version": 1,
                "document": serializer.archive(type_id, by_id[i].after), "reason": reason, "is_open": False,
                "opened_by": actor.account_id, "opened_at": uow.now, "state_since": uow.now,
            }
            for i in ids
        ],
    ).all()  # fmt: skip
    amendment_of = {row.record_id: row.id for row in opened}
    steps = [
        {
            "university_code": actor.university_code, "record_id": i, "amendment_id": amendment_of[i], "action": "file",
            "from_state": "00", "to_state": "applied", "account_id": actor.account_id, "account_name": actor.name,
            "role": actor.role, "at": uow.now, "reason": reason, "marked_fields": None, "version_number": numbers[i],
        }
        for i in ids
    ]  # fmt: skip
    statements.execute(uow, p.review_event, steps)


def _posts(
    uow: UnitOfWork, after: Mapping[int, Mapping[str, Any]], in_force: Mapping[int, Any], by_id: Mapping[int, Changed]
) -> None:
    """College and title from today on, where either changed."""
    for i in sorted(in_force):
        one = by_id[i]
        if any(one.before.get(name) != one.after.get(name) for name in POSTED):
            persons.keep_post(uow, after[i], one.after, today())


def _money(
    uow: UnitOfWork, in_force: Mapping[int, Mapping[str, Any]], after: Mapping[int, Mapping[str, Any]], by_id: Mapping[int, Changed]
) -> None:
    for i in sorted(in_force):
        if all(by_id[i].before.get(name) == by_id[i].after.get(name) for name in (funds.PROJECT, funds.AMOUNT)):
            continue
        try:
            funds.reverse(uow, in_force[i])
            funds.post(uow, after[i], by_id[i].after)
        except funds.Overdrawn as error:
            raise SubmissionRefused([error.issue]) from error


def _settle(uow: UnitOfWork, in_force: Mapping[int, Any], by_id: Mapping[int, Changed]) -> None:
    """Close findings of fields that have nothing against them any more."""
    f = p.finding
    ids = sorted(in_force)
    closed: list[int] = []
    for start in range(0, len(ids), serializer.CHUNK):
        rows = uow.conn.execute(
            select(f.c.id, f.c.record_id, f.c.field).where(
                f.c.record_id.in_(ids[start : start + serializer.CHUNK]), f.c.source == "import", f.c.closed_at.is_(None)
            )
        )
        closed += [row.id for row in rows if row.field not in by_id[row.record_id].wrong]
    for start in range(0, len(closed), serializer.CHUNK):
        uow.conn.execute(update(f).where(f.c.id.in_(closed[start : start + serializer.CHUNK])).values(closed_at=uow.now))
