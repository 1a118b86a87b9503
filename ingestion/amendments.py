"""变更申请: changing a record in force. The record counts unchanged until the change passes the same levels;
then its document is loaded into the tables in the same transaction and the old version stays archived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from ingestion import audit, derive, funds, permissions, serializer
from ingestion.attachments import changes
from ingestion.catalog import validate
from ingestion.catalog.kinds import Issue
from ingestion.principal import Conflict, Denied, NotFound, Principal
from ingestion.records import checks, effects, entry, storable, unread
from ingestion.records.reasons import reason as checked_reason
from ingestion.records.submission import NOT_DECLARED, warning_key
from ingestion.records.view import (
    COLLEGE_STATE,
    OFFICE_STATE,
    OPEN_AMENDMENT_STATES,
    RecordView,
    SubmissionRefused,
    change_header,
    handled_by,
    header_of,
    last_step,
    load,
    open_amendment,
    view,
    write_step,
)
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

Amendment = dict[str, Any]


def open(
    uow: UnitOfWork, actor: Principal, record_id: int, reason: str = ""
) -> RecordView:
    """Open a change application on a record in force; its document starts as the one in force. One at a time."""
    header = header_of(uow, actor, record_id, lock=True)
    permissions.require(actor, "amend", header["type"], header)
    if header["amendment_id"] is not None:
        raise Conflict("该记录已有变更申请在办理。", "A change of this record is already under way.")
    document = entry.stored(uow, header)
    closed = list(checks.locked_year(uow, actor, header["university_code"], header["type"], document))
    if closed:
        raise SubmissionRefused(closed)
    try:
        with uow.conn.begin_nested():
            uow.conn.execute(
                insert(p.amendment).values(
                    university_code=header["university_code"],
                    record_id=record_id,
                    state="00",
                    version=1,
                    document=serializer.archive(header["type"], document),
                    reason=reason.strip(),
                    is_open=True,
                    opened_by=actor.account_id,
                    opened_at=uow.now,
                    state_since=uow.now,
                )
            )
    except IntegrityError as error:
        raise Conflict("该记录已有变更申请在办理。", "A change of this record is already under way.") from error
    audit.write(uow, actor, "amendment.open", header["type"], record_id)
    return load(uow, actor, record_id)


def _both(
    uow: UnitOfWork, actor: Principal, record_id: int, version: int, action: str
) -> tuple[dict[str, Any], Amendment]:
    """The locked record and its open amendment, the action allowed and the amendment's version the one seen."""
    header = header_of(uow, actor, record_id, lock=True)
    found = open_amendment(uow, record_id)
    if found is None:
        last = last_step(uow, record_id)
        if last is not None and last["amendment_id"] is not None:
            raise Conflict(*handled_by(last["account_name"], last["at"]))
        raise NotFound
    if found["version"] != version:
        last = last_step(uow, record_id)
        if last is not None and last["amendment_id"] == found["id"]:
            raise Conflict(*handled_by(last["account_name"], last["at"]))
        raise Conflict("变更内容已被更新，请对照后再操作。", "The change was edited meanwhile; compare first.")
    if not permissions.can(actor, action, header["type"], header):
        raise Denied
    return header, found


def _set(uow: UnitOfWork, amendment: Amendment, **values: Any) -> None:
    new = dict(values, version=amendment["version"] + 1)
    if "state" in values:
        new["state_since"] = uow.now
        new["is_open"] = values["state"] in OPEN_AMENDMENT_STATES
        if not new["is_open"]:
            changes.settle(uow, amendment["id"], applied=values["state"] == "applied")
            unread.forget(uow, amendment["record_id"])
    done = uow.conn.execute(
        update(p.amendment)
        .where(p.amendment.c.id == amendment["id"], p.amendment.c.version == amendment["version"])
        .values(**new)
    )
    if done.rowcount != 1:
        raise Conflict("变更内容已被更新，请对照后再操作。", "The change was edited meanwhile; compare first.")


def _step(
    uow: UnitOfWork,
    actor: Principal,
    header: Mapping[str, Any],
    amendment: Amendment,
    action: str,
    to_state: str,
    **more: Any,
) -> None:
    write_step(
        uow,
        actor,
        header["id"],
        action,
        amendment["state"],
        to_state,
        university_code=header["university_code"],
        amendment_id=amendment["id"],
        **more,
    )
    detail = {"from": amendment["state"], "to": to_state, "amendment": amendment["id"]}
    audit.write(uow, actor, f"amendment.{action}", header["type"], header["id"], detail | _reason(more))


def _reason(more: Mapping[str, Any]) -> dict[str, Any]:
    return {"reason": more["reason"]} if more.get("reason") else {}


def save(
    uow: UnitOfWork,
    actor: Principal,
    record_id: int,
    version: int,
    document: Mapping[str, Any],
    reason: str | None = None,
    unread_texts: Mapping[str, str] | None = None,
) -> RecordView:
    """Keep the changed document; nothing is required. ``version`` is the amendment's; ``unread_texts`` as in
    ``records.save_draft``."""
    header, amendment = _both(uow, actor, record_id, version, "amendment.edit")
    type_id = header["type"]
    before = serializer.restore(type_id, amendment["document"], "clear")
    clean = serializer.clean(type_id, entry.unmasked(type_id, document, before))
    issues = storable.problems(type_id, clean) or storable.dangling(uow, actor, type_id, clean, before)
    if issues:
        raise SubmissionRefused(issues)
    checks.refuse_secrets(uow, type_id, clean)
    values: dict[str, Any] = {"document": serializer.archive(type_id, clean)}
    if reason is not None:
        values["reason"] = reason.strip()
    if unread_texts is not None:
        unread.keep(uow, header, unread_texts)
    _set(uow, amendment, **values)
    return load(uow, actor, record_id)


def problems(uow: UnitOfWork, actor: Principal, record_id: int) -> list[Issue]:
    """What a submission of the open change would be told."""
    header = header_of(uow, actor, record_id)
    amendment = open_amendment(uow, record_id)
    if amendment is None:
        raise NotFound
    clean = serializer.restore(header["type"], amendment["document"], "clear")
    return _without_gaps(uow, header, checks.problems(uow, actor, header, clean, clean))


def _without_gaps(uow: UnitOfWork, header: Mapping[str, Any], issues: list[Issue]) -> list[Issue]:
    """History came without what its source did not know; mending one thing in it does not ask for all the rest."""
    missing = effects.gaps(uow, header["id"])
    return [i for i in issues if not (i.rule == validate.REQUIRED and i.field in missing)]


def submit(
    uow: UnitOfWork,
    actor: Principal,
    record_id: int,
    version: int,
    *,
    non_secret: bool,
    confirmed: frozenset[str] = frozenset(),
) -> RecordView:
    """Send the change on, by the same levels as a new record. A returned one goes back to who returned it."""
    header, amendment = _both(uow, actor, record_id, version, "amendment.submit")
    type_id = header["type"]
    document = serializer.restore(type_id, amendment["document"], "clear")
    before = entry.stored(uow, header)
    checks.refuse_secrets(uow, type_id, document, record_id)
    issues = _without_gaps(uow, header, checks.problems(uow, actor, header, document, before))
    issues = [i for i in issues if i.severity == "error" or not {warning_key(i), i.rule} & confirmed]
    if document == before and not changes.any_of(uow, amendment["id"]):
        issues.append(Issue("", "没有任何变更。", "Nothing was changed."))
    if not amendment["reason"]:
        issues.append(Issue("reason", "请填写变更原因。", "Give the reason for the change."))
    if not non_secret:
        issues.append(NOT_DECLARED)
    if issues:
        raise SubmissionRefused(issues)
    to_state = _target(uow, actor, header, amendment)
    _set(uow, amendment, state=to_state)
    number = effects.archive(uow, actor, header, document, "amendment")
    _step(uow, actor, header, amendment, "submit", to_state, reason=amendment["reason"], version_number=number)
    waiting = effects.reviewers(uow, header, to_state)
    effects.tell(
        uow, actor, waiting, "review", header, "{it}的变更申请待您审核。", "The change of {it} waits for your review."
    )
    return load(uow, actor, record_id)


def _target(uow: UnitOfWork, actor: Principal, header: Mapping[str, Any], amendment: Amendment) -> str:
    if amendment["state"] == "21" or actor.role in ("college_admin", "office_admin", "finance"):
        return OFFICE_STATE
    if not checks.college_level(uow, header["university_code"], header["type"]):
        return OFFICE_STATE
    return COLLEGE_STATE


def approve(uow: UnitOfWork, actor: Principal, record_id: int, version: int) -> RecordView:
    """One level up; the last level loads the change into the record, which never stopped counting."""
    header, amendment = _both(uow, actor, record_id, version, "amendment.approve")
    if amendment["state"] == COLLEGE_STATE:
        _set(uow, amendment, state=OFFICE_STATE)
        _step(uow, actor, header, amendment, "approve", OFFICE_STATE)
        waiting = effects.reviewers(uow, header, OFFICE_STATE)
        effects.tell(
            uow, actor, waiting, "review", header, "{it}的变更申请待您审核。", "The change of {it} waits for your review."
        )
        return load(uow, actor, record_id)
    number = _apply(uow, actor, header, amendment)
    _set(uow, amendment, state="applied")
    _step(uow, actor, header, amendment, "approve", "applied", version_number=number)
    told = {amendment["opened_by"], *effects.owners(uow, header)}
    effects.tell(uow, actor, told, "approved", header, "{it}的变更已通过。", "The change of {it} was approved.")
    return load(uow, actor, record_id)


def _apply(uow: UnitOfWork, actor: Principal, header: dict[str, Any], amendment: Amendment) -> int:
    """Load the change into the tables: body, header, natural keys, money, posts, archived version."""
    type_id, record_id = header["type"], header["id"]
    document = serializer.restore(type_id, amendment["document"], "clear")
    issues = storable.dangling(uow, actor, type_id, document, document)
    issues += [
        i
        for i in checks.problems(uow, actor, header, document, document)
        if i.severity == "error" and i.rule in ("V004", "V022", "D001")
    ]
    if issues:
        raise SubmissionRefused(issues)
    try:
        funds.reverse(uow, header)
    except funds.Overdrawn as error:
        raise SubmissionRefused([error.issue]) from error
    values = derive.header_values(uow, type_id, record_id, document, None)
    new_header = change_header(uow, header, **values)
    serializer.write(uow, type_id, record_id, header["university_code"], document, fresh=False)
    effects.take_keys(uow, actor, new_header, document)
    return effects.into_force(uow, actor, new_header, document)


def return_(
    uow: UnitOfWork, actor: Principal, record_id: int, version: int, reason: str, marked_fields: tuple[str, ...] = ()
) -> RecordView:
    """退回 the change for correction."""
    header, amendment = _both(uow, actor, record_id, version, "amendment.return")
    text = checked_reason(reason)
    to_state = "11" if amendment["state"] == COLLEGE_STATE else "21"
    _set(uow, amendment, state=to_state)
    _step(uow, actor, header, amendment, "return", to_state, reason=text, marked_fields=tuple(marked_fields))
    effects.tell(
        uow,
        actor,
        [amendment["opened_by"]],
        "returned",
        header,
        f"{{it}}的变更申请被退回，原因：{text}",
        f"The change of {{it}} was returned: {text}",
    )
    return load(uow, actor, record_id)


def refuse(uow: UnitOfWork, actor: Principal, record_id: int, version: int, reason: str) -> RecordView:
    """驳回: the change ends; the record stays as it is."""
    header, amendment = _both(uow, actor, record_id, version, "amendment.refuse")
    text = checked_reason(reason)
    _set(uow, amendment, state="refused")
    _step(uow, actor, header, amendment, "refuse", "refused", reason=text)
    effects.tell(
        uow,
        actor,
        [amendment["opened_by"]],
        "returned",
        header,
        f"{{it}}的变更申请被驳回，原因：{text}",
        f"The change of {{it}} was refused: {text}",
    )
    return load(uow, actor, record_id)


def withdraw(uow: UnitOfWork, actor: Principal, record_id: int, version: int) -> RecordView:
    """The applicant gives the change up, at any step before it is applied."""
    header, amendment = _both(uow, actor, record_id, version, "amendment.withdraw")
    _set(uow, amendment, state="discarded")
    _step(uow, actor, header, amendment, "withdraw", "discarded")
    return view(uow, actor, header_of(uow, actor, record_id))
