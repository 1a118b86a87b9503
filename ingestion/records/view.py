"""What an operation gives back: a record as its reader may see it, and the ways to find and lock one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from ingestion import permissions, serializer
from ingestion.catalog.kinds import Issue
from ingestion.derive import number_of
from ingestion.principal import Conflict, NotFound, OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, local_time

OPEN_AMENDMENT_STATES = ("00", "10", "11", "20", "21")
OFFICE_STATE, COLLEGE_STATE = "20", "10"


@dataclass(frozen=True)
class RecordView:
    """One record for one reader. ``document`` has secrets masked. ``display_state`` is ``"40"`` (变更审核中)
    while an amendment is under way, else the state; ``amendment`` is None to those who may not read a change
    still being written. ``allowed``: the actions the reader may take now."""

    id: int
    number: str
    type_id: str
    state: str
    version: int
    title: str
    header: dict[str, Any]
    document: dict[str, Any]
    amendment: dict[str, Any] | None
    allowed: frozenset[str] = field(default_factory=frozenset)

    @property
    def display_state(self) -> str:
        return "40" if self.header["amendment_id"] is not None and self.state == "30" else self.state


class SubmissionRefused(OperationError):
    """What was typed cannot be taken: every problem at once. Warnings among the issues may be confirmed."""

    def __init__(self, issues: list[Issue]) -> None:
        self.issues = issues
        super().__init__(
            "；".join(i.zh for i in issues) or "不能提交。", "; ".join(i.en for i in issues) or "Cannot be submitted."
        )


class SecrecyRefused(SubmissionRefused):
    """A secrecy mark was found. The text is neither kept nor logged: ``secrecy_rule``, its number, is all that may
    be written down."""

    def __init__(self, issues: list[Issue], rule: str) -> None:
        super().__init__(issues)
        self.secrecy_rule = rule


class StaleVersion(Conflict):
    """The record moved on since it was read; ``current`` is what it is now, for both to be shown side by side."""

    def __init__(self, zh: str, en: str, current: RecordView) -> None:
        super().__init__(zh, en)
        self.current = current


def header_of(uow: UnitOfWork, actor: Principal, record_id: int, *, lock: bool = False) -> dict[str, Any]:
    """The header of a visible record with the facts permissions ask about, its row locked if asked.

    NotFound for what the actor may not see: another university's record looks like none at all.
    """
    statement = select(p.record).where(p.record.c.id == record_id, permissions.visible(actor, p.record))
    if lock:
        statement = statement.with_for_update(of=p.record)
    row = uow.conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    return permissions.with_facts(uow, actor, dict(row))


def load(uow: UnitOfWork, actor: Principal, record_id: int) -> RecordView:
    """The record as the actor may see it. NotFound when it does not exist or is not theirs to see."""
    return view(uow, actor, header_of(uow, actor, record_id))


def view(uow: UnitOfWork, actor: Principal, header: dict[str, Any]) -> RecordView:
    type_id, record_id = header["type"], header["id"]
    document = serializer.read(uow, type_id, [record_id]).get(record_id, {})
    amendment = open_amendment(uow, record_id)
    if amendment is not None and amendment["state"] == "00" and not permissions.can(actor, "amendment.edit", type_id, header):
        amendment = None
    return RecordView(
        id=record_id,
        number=number_of(type_id, record_id),
        type_id=type_id,
        state=header["state"],
        version=header["version"],
        title=header["title"],
        header=header,
        document=document,
        amendment=_amendment_view(type_id, amendment),
        allowed=allowed_actions(uow, actor, header),
    )


def _amendment_view(type_id: str, amendment: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if amendment is None:
        return None
    return {**amendment, "document": serializer.restore(type_id, amendment["document"])}


def open_amendment(uow: UnitOfWork, record_id: int) -> dict[str, Any] | None:
    """The open change application of a record as stored, or None."""
    statement = select(p.amendment).where(p.amendment.c.record_id == record_id, p.amendment.c.is_open)
    row = uow.conn.execute(statement).mappings().one_or_none()
    return None if row is None else dict(row)


def allowed_actions(uow: UnitOfWork, actor: Principal, header: Mapping[str, Any]) -> frozenset[str]:
    """What the policy grants the actor on this record now, less what the record's history rules out."""
    actions = set(permissions.actions(actor, header))
    if header["amendment_id"] is not None:
        actions.discard("amend")
    if "withdraw" in actions and college_approved(uow, header["id"]):
        actions.discard("withdraw")
    return frozenset(actions)


def college_approved(uow: UnitOfWork, record_id: int) -> bool:
    """A college has approved the record: from then on its owner cannot take it back (AC-081)."""
    event = p.review_event
    found = select(event.c.id).where(
        event.c.record_id == record_id,
        event.c.amendment_id.is_(None),
        event.c.action == "approve",
        event.c.from_state == COLLEGE_STATE,
    )
    return uow.conn.execute(found.limit(1)).first() is not None


def check_version(uow: UnitOfWork, actor: Principal, header: dict[str, Any], version: int) -> None:
    """StaleVersion unless the caller saw the present version."""
    if header["version"] == version:
        return
    last = last_step(uow, header["id"])
    if last is not None and last["at"] >= header["updated_at"]:
        zh, en = handled_by(last["account_name"], last["at"])
    else:
        zh = "内容已被更新，请对照后再保存。"
        en = "Somebody saved a newer version; compare before saving."
    raise StaleVersion(zh, en, view(uow, actor, header))


def handled_by(name: str, at: Any) -> tuple[str, str]:
    """AC-077: 已由 X 于 hh:mm 处理."""
    time = local_time(at).strftime("%H:%M")
    return f"已由 {name} 于 {time} 处理", f"Already handled by {name} at {time}"


def last_step(uow: UnitOfWork, record_id: int) -> RowMapping | None:
    event = p.review_event
    statement = select(event).where(event.c.record_id == record_id).order_by(event.c.at.desc(), event.c.id.desc())
    return uow.conn.execute(statement.limit(1)).mappings().first()


def write_step(
    uow: UnitOfWork,
    actor: Principal,
    record_id: int,
    action: str,
    from_state: str,
    to_state: str,
    *,
    university_code: str,
    reason: str | None = None,
    marked_fields: tuple[str, ...] = (),
    version_number: int | None = None,
    amendment_id: int | None = None,
) -> None:
    """One row of the record's history."""
    uow.conn.execute(
        insert(p.review_event).values(
            university_code=university_code,
            record_id=record_id,
            amendment_id=amendment_id,
            action=action,
            from_state=from_state,
            to_state=to_state,
            account_id=actor.account_id,
            account_name=actor.name,
            role=actor.role,
            at=uow.now,
            reason=reason,
            marked_fields=",".join(marked_fields) or None,
            version_number=version_number,
        )
    )


def change_header(uow: UnitOfWork, header: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Write header columns and count the version up; the row is locked by the caller. Returns the new header."""
    new = {**values, "version": header["version"] + 1, "updated_at": uow.now}
    if "state" in values and values["state"] != header["state"]:
        new["state_since"] = uow.now
    done = uow.conn.execute(
        update(p.record).where(p.record.c.id == header["id"], p.record.c.version == header["version"]).values(**new)
    )
    if done.rowcount != 1:
        raise Conflict("内容已被更新，请刷新后再操作。", "Somebody changed this record; reload it first.")
    return {**header, **new}
