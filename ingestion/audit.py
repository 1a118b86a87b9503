"""The audit trail: who did what to which object, when; rows are only ever added.

``write`` runs inside the transaction of the change it describes, so neither exists without the other. A
refusal has no change to live in: ``refused`` writes it in a transaction of its own, after the refused one has
rolled back. A sealer (``seal``, run each minute) closes rows into hash-linked, signed blocks; chaining every
row inside its own transaction would put all writers in one queue.

A block names its rows one by one (``rows``, as ranges) because on PostgreSQL a row may be committed after
rows with higher ids; a late row is sealed by the next block. ``leaves`` holds a hash of each row, so that a
changed row can be named and not only its block. The newest block is noted outside the store as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, insert, select, text

from ingestion import audit_head, vault
from ingestion.principal import ROLE_NAMES, Denied, NotFound, OperationError, Principal
from ingestion.store.engine import ALL, Store, UnitOfWork
from ingestion.store.platform import audit_block, audit_row

LEAF = 32  # hex characters of a row's hash kept in its block (128 bits)
FIRST_HASH = "0" * 64
LOOK_BACK = 60  # blocks whose id ranges are searched for rows committed late
SEALER_LOCK = 0x59414E53  # advisory lock number on PostgreSQL: one sealer at a time
FORBIDDEN = frozenset({"password", "token", "cookie", "secret", "key"})  # never in a detail, not even masked


def write(
    uow: UnitOfWork,
    actor: Principal | None,
    action: str,
    object_type: str,
    object_id: object = None,
    detail: Mapping[str, Any] | None = None,
    *,
    university_code: str | None = None,
) -> None:
    """One row. ``detail`` holds before, after, reason as JSON values, never a secret. The row belongs to
    ``university_code``, else to the transaction's university, else to the actor's."""
    uow.conn.execute(insert(audit_row).values(row_values(uow, actor, action, object_type, object_id, detail, university_code)))


def row_values(
    uow: UnitOfWork,
    actor: Principal | None,
    action: str,
    object_type: str,
    object_id: object = None,
    detail: Mapping[str, Any] | None = None,
    university_code: str | None = None,
) -> dict[str, Any]:
    """The values of one audit row, for writers that insert many at once."""
    content = dict(detail or {})
    if FORBIDDEN & content.keys():
        raise ValueError("an audit detail never holds a secret")
    code = university_code or (uow.scope if uow.scope != ALL else actor.university_code if actor else None)
    if code is None:
        raise ValueError("an audit row belongs to an organisation")
    return {
        "university_code": code,
        "at": uow.now,
        "account_id": actor.account_id if actor else None,
        "actor": actor_name(actor),
        "action": action,
        "object_type": object_type,
        "object_id": None if object_id is None else str(object_id)[:60],
        "detail": json.dumps(content, ensure_ascii=False, sort_keys=True, default=str),
    }


def actor_name(actor: Principal | None) -> str:
    """``张伟（00123）· 科研人员``, or 系统."""
    if actor is None or actor.role == "system":
        return ROLE_NAMES["system"][0]
    return f"{actor.name}（{actor.username}）· {ROLE_NAMES[actor.role][0]}"[:120]


def refused(
    store: Store,
    actor: Principal,
    action: str,
    object_type: str,
    object_id: object = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """One refusal, in a transaction of its own. Call it after the refused transaction has ended: on SQLite a
    second writer waits for the first."""
    with store.begin(actor.university_code) as uow:
        write(uow, actor, "refused", object_type, object_id, {"action": action, **(detail or {})})


@contextmanager
def refusals(store: Store, actor: Principal, action: str, object_type: str, object_id: object = None) -> Iterator[None]:
    """Put around ``with store.begin(...)``: a ``Denied`` or ``NotFound`` from inside is logged and passed on, and
    so is a text refused for a secrecy mark, of which only the rule's number is written down (AC-232)."""
    try:
        yield
    except OperationError as error:
        rule = getattr(error, "secrecy_rule", None)
        if rule is not None:
            refused(store, actor, action, object_type, object_id, {"secrecy_rule": rule})
        elif isinstance(error, (Denied, NotFound)):
            refused(store, actor, action, object_type, object_id, {"answer": type(error).__name__})
        raise


# --- sealing ------------------------------------------------------------------------------------------


def _leaf(row: Row[Any]) -> str:
    values = [
        row.id, row.university_code, row.at.isoformat(timespec="microseconds"), row.account_id, row.actor,
        row.action, row.object_type, row.object_id, row.detail,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(values, ensure_ascii=True).encode()).hexdigest()[:LEAF]


def _ranges(ids: Sequence[int]) -> str:
    out: list[list[int]] = []
    for number in ids:
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in out)


def _ids(ranges: str) -> list[int]:
    ids: list[int] = []
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        ids.extend(range(int(first), int(last or first) + 1))
    return ids


def _block_hash(previous: str, rows: str, leaves: str) -> str:
    return hashlib.sha256(f"{previous}\n{rows}\n{leaves}".encode()).hexdigest()


def seal(uow: UnitOfWork, limit: int = 10_000) -> int:
    """Closes the rows no block holds yet into one block, and notes it as the head of the chain (``audit_head``);
    returns how many. Needs the scope ``"*"``."""
    if uow.dialect == "postgresql":
        uow.conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": SEALER_LOCK})
    recent = uow.conn.execute(
        select(audit_block.c.first_row, audit_block.c.rows, audit_block.c.hash)
        .order_by(audit_block.c.id.desc())
        .limit(LOOK_BACK)
    ).all()
    sealed = {number for block in recent for number in _ids(block.rows)}
    start = min((block.first_row for block in recent), default=0)
    wanted = uow.conn.execute(
        select(audit_row).where(audit_row.c.id >= start).order_by(audit_row.c.id).limit(limit + len(sealed))
    )
    rows = [row for row in wanted if row.id not in sealed][:limit]
    if not rows:
        audit_head.move(uow)
        return 0
    previous = recent[0].hash if recent else FIRST_HASH
    ranges, leaves = _ranges([row.id for row in rows]), "".join(_leaf(row) for row in rows)
    digest = _block_hash(previous, ranges, leaves)
    uow.conn.execute(
        insert(audit_block).values(
            first_row=rows[0].id, last_row=rows[-1].id, rows=ranges, leaves=leaves, previous_hash=previous,
            hash=digest, signature=vault.sign(digest.encode()), sealed_at=uow.now,
        )
    )  # fmt: skip
    audit_head.move(uow)
    return len(rows)


@dataclass
class Verification:
    """``problems`` are complete sentences (zh, en); ``unsealed`` rows are those of the last minute or so."""

    blocks: int = 0
    rows: int = 0
    unsealed: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(uow: UnitOfWork) -> Verification:
    """Recomputes every block: links, hashes, signatures, each row against its leaf, and the newest block against what
    was noted outside the store. Scope ``"*"``."""
    out = Verification()
    previous = FIRST_HASH
    for block in uow.conn.execute(select(audit_block).order_by(audit_block.c.id)).all():
        out.blocks += 1
        if block.previous_hash != previous or _block_hash(previous, block.rows, block.leaves) != block.hash:
            out.problems.append((f"审计区块 {block.id} 的链接不成立。", f"Audit block {block.id} does not link up."))
        if not vault.signature_holds(block.hash.encode(), block.signature):
            out.problems.append((f"审计区块 {block.id} 的签名不成立。", f"The signature of audit block {block.id} is wrong."))
        previous = block.hash
        _verify_rows(uow, block, out)
    head = audit_head.problem(uow)
    if head is not None:
        out.problems.append(head)
    total = uow.conn.execute(select(audit_row.c.id)).all()
    out.unsealed = max(len(total) - out.rows, 0)
    return out


def _verify_rows(uow: UnitOfWork, block: Row[Any], out: Verification) -> None:
    found = {
        row.id: _leaf(row)
        for row in uow.conn.execute(
            select(audit_row).where(audit_row.c.id >= block.first_row, audit_row.c.id <= block.last_row)
        )
    }
    for position, number in enumerate(_ids(block.rows)):
        expected = block.leaves[position * LEAF : (position + 1) * LEAF]
        if number not in found:
            out.problems.append((f"审计记录 {number} 已缺失。", f"Audit entry {number} is missing."))
        elif found[number] != expected:
            out.problems.append((f"审计记录 {number} 已被改动。", f"Audit entry {number} was changed."))
        out.rows += number in found
