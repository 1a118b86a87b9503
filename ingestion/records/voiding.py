"""Voiding: the only way out for what was submitted. The record stays, with its history, and stops counting."""

from __future__ import annotations

from sqlalchemy import update

from ingestion import audit, permissions
from ingestion.attachments import changes
from ingestion.principal import Principal
from ingestion.records import effects, unread
from ingestion.records.reasons import reason as checked_reason
from ingestion.records.view import RecordView, change_header, check_version, header_of, load, write_step
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork


def void(uow: UnitOfWork, actor: Principal, record_id: int, version: int, reason: str) -> RecordView:
    """作废 with a reason. Its natural keys are free again, its money is given back by a contra entry, an open
    change application on it is discarded."""
    header = header_of(uow, actor, record_id, lock=True)
    permissions.require(actor, "void", header["type"], header)
    check_version(uow, actor, header, version)
    text = checked_reason(reason)
    from_state = header["state"]
    if from_state == "30":
        effects.out_of_force(uow, header)
    else:
        effects.taken_back(uow, header, keep_keys=False)
    header = change_header(uow, header, state="90", voided_at=uow.now)
    if header["amendment_id"] is not None:
        changes.settle(uow, header["amendment_id"], applied=False)
        unread.forget(uow, record_id)
        a = p.amendment
        uow.conn.execute(
            update(a)
            .where(a.c.id == header["amendment_id"])
            .values(state="discarded", is_open=False, state_since=uow.now, version=a.c.version + 1)
        )
    write_step(
        uow, actor, record_id, "void", from_state, "90", university_code=header["university_code"], reason=text
    )
    effects.tell(
        uow,
        actor,
        effects.owners(uow, header),
        "returned",
        header,
        f"{{it}}已作废，原因：{text}",
        f"{{it}} was voided: {text}",
    )
    audit.write(uow, actor, "void", header["type"], record_id, {"from": from_state, "reason": text})
    return load(uow, actor, record_id)
