"""撤销: a whole batch taken back, while nobody has touched what it brought (AC-221).

New records are voided, as everything submitted is (AC-061): they leave lists and numbers, their natural keys are free,
their money is given back. Changed records get the document they had. If anything was touched since, nothing is
undone and what stands in the way is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, literal, select, update

from ingestion import audit, derive, funds, permissions, refreshes
from ingestion.exchange.importing import batches, changing
from ingestion.exchange.importing.options import Change
from ingestion.exchange.importing.running import changes_of
from ingestion.principal import Conflict, Denied, OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import Store, UnitOfWork
from ingestion.store.platform import METADATA

NAMED = 200
"""How many records in the way are named."""
OWN_PARTS = frozenset({"person_post"})
"""Tables whose references to a record are part of it."""


@dataclass(frozen=True)
class Blocker:
    """One record that stands in the way, and why."""

    record_id: int
    number: str
    title: str
    zh: str
    en: str


class Blocked(OperationError):
    """The batch cannot be undone completely, so it is not undone at all."""

    def __init__(self, blockers: list[Blocker], total: int) -> None:
        self.blockers, self.total = blockers, total
        shown = "；".join(f"{b.number}《{b.title}》{b.zh}" for b in blockers[:5])
        shown_en = "; ".join(f"{b.number} “{b.title}” {b.en}" for b in blockers[:5])
        more, more_en = (f" 等 {total} 项", f" and others, {total} in all") if total > 5 else ("", "")
        super().__init__(f"不能撤销，以下记录在导入之后已有变动：{shown}{more}。", f"Cannot be undone; these records were touched since: {shown_en}{more_en}.")


@dataclass(frozen=True)
class Undone:
    """``voided``: new records taken back; ``restored``: changed ones put back."""

    voided: int
    restored: int


def blockers(uow: UnitOfWork, actor: Principal, batch_id: int) -> list[Blocker]:
    """What stands in the way of undoing the batch, before anybody asks for it."""
    row = batches.row_of(uow, actor, batch_id)
    return [_blocker(uow, row.type, *one) for one in sorted(_touched(uow, actor, row).items())[:NAMED]]


def undo(store: Store, actor: Principal, batch_id: int) -> Undone:
    """Take the batch back, in one transaction. Raises ``Blocked`` naming what was touched since, ``Conflict`` for a
    batch that is not in effect, ``Denied`` for somebody else's."""
    with store.begin(actor.university_code) as uow:
        row = batches.row_of(uow, actor, batch_id, lock=True)
        if row.state != "applied":
            raise Conflict(*batches.not_now(row.state))
        permissions.require(actor, "import", row.type)
        if actor.account_id != row.account_id and actor.role not in ("office_admin", "system"):
            raise Denied
        touched = _touched(uow, actor, row)
        if touched:
            named = [_blocker(uow, row.type, *one) for one in sorted(touched.items())[:NAMED]]
            raise Blocked(named, len(touched))
        reason = f"撤销导入批次 {batch_id}：{row.file_name}"[:300]
        back = [_reversed(one) for one in changes_of(uow, row.type, batch_id)]
        _complete(row, back)
        changing.apply(uow, actor, row.type, batch_id, back, reason, "undo")
        voided = _void(uow, actor, row.type, batch_id, reason)
        b = p.import_batch
        uow.conn.execute(update(b).where(b.c.id == batch_id).values(state="undone", undone_at=uow.now))
        audit.write(
            uow, actor, "import.undo", row.type, batch_id, {"file": row.file_name, "voided": voided, "restored": len(back)},
            university_code=actor.university_code,
        )  # fmt: skip
        refreshes.request(uow, "import undone")
        return Undone(voided, len(back))


def _complete(row: Any, back: list[changing.Changed]) -> None:
    """A batch brought from another installation has left its rows there: its changes cannot be taken back."""
    expected = json.loads(row.counts).get("changed", 0)
    if expected != len(back):
        raise OperationError(
            f"该批次更新过 {expected} 条记录，其原值不在本系统中，不能撤销。",
            f"This batch changed {expected} records whose former values are not in this installation; it cannot be undone.",
        )


def _reversed(one: changing.Changed) -> changing.Changed:
    changes = tuple(Change(c.field, c.zh, c.en, c.new, c.old) for c in one.changes)
    return changing.Changed(one.record_id, one.version, one.after, one.before, changes)


# --- what was touched ----------------------------------------------------------------------------------------------


def _mine(actor: Principal, batch_id: int) -> tuple[ColumnElement[bool], ...]:
    r = p.record
    return r.c.university_code == actor.university_code, r.c.batch_id == batch_id, r.c.state != p.LOADING


def _touched(uow: UnitOfWork, actor: Principal, row: Any) -> dict[int, tuple[str, str]]:
    """Record id → why it stands in the way."""
    r, e, a, f = p.record, p.review_event, p.amendment, p.attachment
    mine = _mine(actor, row.id)
    found: dict[int, tuple[str, str]] = {}

    def add(statement: Select[Any], zh: str, en: str) -> None:
        ids: list[int] = list(uow.conn.execute(statement).scalars())
        for record_id in ids:
            found.setdefault(record_id, (zh, en))

    add(select(r.c.id).where(*mine, r.c.state == "90"), "已作废", "was voided")
    later = exists().where(e.c.record_id == r.c.id, e.c.at > row.applied_at)
    add(select(r.c.id).where(*mine, later), "已办理或认领", "was reviewed or claimed")
    add(select(r.c.id).where(*mine, exists().where(a.c.record_id == r.c.id)), "有变更申请", "has a change application")
    add(select(r.c.id).where(*mine, r.c.version != 1), "已被修改", "was changed")
    add(select(r.c.id).where(*mine, exists().where(f.c.record_id == r.c.id)), "已上传附件", "has files")
    for statement in _references(mine):
        add(statement, "已被其他记录引用", "is referred to by other records")
    account = select(r.c.id).where(*mine, exists().where(p.account.c.person_id == r.c.id))
    add(account, "已开通账号", "has an account")
    for record_id in _changed_since(uow, row):
        found.setdefault(record_id, ("更新之后又被修改", "was changed again"))
    return found


def _references(mine: tuple[ColumnElement[bool], ...]) -> Iterator[Select[Any]]:
    """Records of the batch that a record outside it refers to, a statement for each way to refer."""
    r = p.record
    batch = select(r.c.id).where(*mine)
    for table in METADATA.sorted_tables:
        if table.name in OWN_PARTS:
            continue
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table.name != "record":
                continue
            column = next(c for c in constraint.columns if c.name != "university_code")
            if column.name == "record_id":
                continue
            owner = table.c.record_id if "record_id" in table.c else table.c.id if table.name == "record" else None
            outside = literal(True) if owner is None else owner.not_in(batch)
            yield select(column).where(column.in_(batch), outside).limit(NAMED)


def _changed_since(uow: UnitOfWork, row: Any) -> list[int]:
    """Records the batch changed that are no longer as it left them."""
    i, r, a = p.import_row, p.record, p.amendment
    opened = exists().where(a.c.record_id == r.c.id, a.c.is_open)
    return list(
        uow.conn.execute(
            select(r.c.id)
            .join(i, i.c.record_id == r.c.id)
            .where(i.c.batch_id == row.id, i.c.result == "changed", (r.c.version != i.c.version) | opened)
        ).scalars()
    )


def _blocker(uow: UnitOfWork, type_id: str, record_id: int, why: tuple[str, str]) -> Blocker:
    title: str = uow.conn.execute(select(p.record.c.title).where(p.record.c.id == record_id)).scalar_one()
    return Blocker(record_id, derive.number_of(type_id, record_id), title, *why)


# --- taking back ---------------------------------------------------------------------------------------------------


def _void(uow: UnitOfWork, actor: Principal, type_id: str, batch_id: int, reason: str) -> int:
    """Every new record of the batch void, as one voided by hand is."""
    r, e, k, f = p.record, p.review_event, p.record_key, p.finding
    mine = _mine(actor, batch_id)
    ids = select(r.c.id).where(*mine)
    if type_id in permissions.FUNDS:
        _give_back(uow, mine)
    columns = ("university_code", "record_id", "action", "from_state", "to_state", "account_id", "account_name", "role", "at", "reason")
    steps = select(
        r.c.university_code, r.c.id, literal("void"), r.c.state, literal("90"), literal(actor.account_id), literal(actor.name),
        literal(actor.role), literal(uow.now, e.c.at.type), literal(reason),
    ).where(*mine)  # fmt: skip
    uow.conn.execute(insert(e).from_select(list(columns), steps))
    uow.conn.execute(delete(k).where(k.c.record_id.in_(ids)))
    uow.conn.execute(update(f).where(f.c.record_id.in_(ids), f.c.closed_at.is_(None)).values(closed_at=uow.now))
    n: int = uow.conn.execute(select(func.count()).select_from(r).where(*mine)).scalar_one()
    values = {"state": "90", "voided_at": uow.now, "state_since": uow.now, "updated_at": uow.now, "version": r.c.version + 1}
    uow.conn.execute(update(r).where(*mine).values(**values))
    return n


def _give_back(uow: UnitOfWork, mine: tuple[ColumnElement[bool], ...]) -> None:
    r = p.record
    for row in uow.conn.execute(select(r).where(*mine).order_by(r.c.id)).mappings().all():
        header = dict(row)
        try:
            if header["state"] == "30":
                funds.reverse(uow, header)
            else:
                funds.release(uow, header)
        except funds.Overdrawn as error:
            number = derive.number_of(header["type"], header["id"])
            raise Blocked([Blocker(header["id"], number, header["title"], "到账经费已使用", "its money is spent")], 1) from error
