"""The ledger of loaded fund records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from ingestion import derive, funds
from ingestion.bulk.items import BulkItem
from ingestion.bulk.statements import execute
from ingestion.records.view import SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today


def post(
    uow: UnitOfWork, type_id: str, headers: Sequence[Mapping[str, Any]], chunk: Sequence[BulkItem]
) -> None:
    """The ledger of the loaded fund records, in order of their dates; balances change once a project."""
    kind = funds.POSTS[type_id]
    entries: list[dict[str, Any]] = []
    changes: dict[int, dict[str, int]] = {}
    for header, item in zip(headers, chunk, strict=True):
        project, fen = derive.project_of(item.document), item.document.get(funds.AMOUNT)
        frozen = item.state in ("10", "20") and type_id in funds.PAYMENTS
        if project is None or not isinstance(fen, int) or not (frozen or item.state == "30"):
            continue
        entry: funds.Kind = "frozen" if frozen else kind
        entries.append(
            {
                "university_code": header["university_code"],
                "project_id": project,
                "record_id": header["id"],
                "kind": entry,
                "fen": fen,
                "on_date": header["dated_on"] or today(),
                "at": header["state_since"],
            }
        )
        sums = changes.setdefault(project, {})
        for column, amount in funds.effect(type_id, entry, fen).items():
            sums[column] = sums.get(column, 0) + amount
    if not entries:
        return
    b = p.project_balance
    dialect = sqlite if uow.dialect == "sqlite" else postgresql
    code = headers[0]["university_code"]
    zero = {"university_code": code, "arrived": 0, "frozen": 0, "outward": 0, "spent": 0}
    uow.conn.execute(
        dialect.insert(b).on_conflict_do_nothing(index_elements=["project_id"]),
        [{"project_id": project, **zero} for project in changes],
    )
    columns = sorted({column for sums in changes.values() for column in sums})
    together = (
        update(b)
        .where(b.c.project_id == bindparam("for_project"))
        .values({c: b.c[c] + bindparam(f"more_{c}") for c in columns})
    )
    rows = [
        {"for_project": project, **{f"more_{c}": sums.get(c, 0) for c in columns}}
        for project, sums in sorted(changes.items())
    ]
    try:
        with uow.conn.begin_nested():
            uow.conn.execute(together, rows)
    except IntegrityError:
        _one_by_one(uow, changes)  # names the project that has not enough
    execute(uow, p.fund_entry, entries)


def _one_by_one(uow: UnitOfWork, changes: Mapping[int, Mapping[str, int]]) -> None:
    b = p.project_balance
    for project, sums in sorted(changes.items()):
        change = update(b).where(b.c.project_id == project).values({b.c[c]: b.c[c] + n for c, n in sums.items()})
        before = funds.balance(uow, project)
        try:
            with uow.conn.begin_nested():
                uow.conn.execute(change)
        except IntegrityError as error:
            asked = sums.get("outward", 0) + sums.get("spent", 0) + sums.get("frozen", 0)
            raise SubmissionRefused([funds.Overdrawn(before.available, asked).issue]) from error
