"""Drafts: made, saved field by field, handed over, thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ingestion import audit, derive, messages, people, permissions, serializer, vault
from ingestion.catalog import kinds as k
from ingestion.catalog import validate
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.records import checks, effects, storable, unread
from ingestion.records.view import (
    RecordView,
    SubmissionRefused,
    change_header,
    check_version,
    header_of,
    load,
    write_step,
)
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

CHANNELS = {"researcher": "own", "finance": "own", "college_admin": "college", "office_admin": "office", "system": "cli"}


def create_draft(
    uow: UnitOfWork,
    actor: Principal,
    type_id: str,
    document: Mapping[str, Any] | None = None,
    unread_texts: Mapping[str, str] | None = None,
) -> RecordView:
    """A new draft. The college is preset from the owner's post at the record's date, else from the actor's own.
    ``unread_texts``: what was typed and could not be read, by path (``records.unread``).

    Raises ``SubmissionRefused`` for values no table can hold and ``SecrecyRefused`` for marked text."""
    permissions.require(actor, "create", type_id)
    clean = serializer.clean(type_id, document or {})
    _refuse_unstorable(uow, actor, type_id, clean, None)
    checks.refuse_secrets(uow, type_id, clean)
    record_id = _insert_header(uow, actor, type_id, clean)
    serializer.write(uow, type_id, record_id, actor.university_code, clean, fresh=True)
    if unread_texts:
        unread.keep(uow, {"id": record_id, "type": type_id, "university_code": actor.university_code}, unread_texts)
    audit.write(uow, actor, "create", type_id, record_id)
    return load(uow, actor, record_id)


def _insert_header(uow: UnitOfWork, actor: Principal, type_id: str, clean: Mapping[str, Any]) -> int:
    values = derive.header_values(uow, type_id, None, clean, _own_college(uow, actor))
    record_id: int = uow.conn.execute(
        insert(p.record)
        .values(
            university_code=actor.university_code,
            type=type_id,
            state="00",
            version=1,
            entered_by=actor.account_id,
            channel=CHANNELS[actor.role],
            created_at=uow.now,
            updated_at=uow.now,
            state_since=uow.now,
            **values,
        )
        .returning(p.record.c.id)
    ).scalar_one()
    if type_id == "person":
        uow.conn.execute(update(p.record).where(p.record.c.id == record_id).values(owner_person_id=record_id))
    return record_id


def _own_college(uow: UnitOfWork, actor: Principal) -> int | None:
    if actor.unit_id is not None:
        return actor.unit_id
    if actor.person_id is None:
        return None
    post = people.post_at(uow, actor.person_id)
    return None if post is None else int(post["unit_id"])


def _refuse_unstorable(
    uow: UnitOfWork,
    actor: Principal,
    type_id: str,
    clean: Mapping[str, Any],
    before: Mapping[str, Any] | None,
) -> None:
    issues = storable.problems(type_id, clean) or storable.dangling(uow, actor, type_id, clean, before)
    if issues:
        raise SubmissionRefused(issues)


def save_draft(
    uow: UnitOfWork,
    actor: Principal,
    record_id: int,
    version: int,
    document: Mapping[str, Any],
    step: str | None = None,
    unread_texts: Mapping[str, str] | None = None,
) -> RecordView:
    """Keep what was typed; nothing is required. ``step``: where the form reopens. ``unread_texts``: what could
    not be read, by path, in place of what was kept before (None leaves it).

    Raises ``StaleVersion`` when somebody saved since ``version`` was read, ``SubmissionRefused`` for values no
    table can hold, ``SecrecyRefused`` for marked text. A masked secret stays what it was."""
    header = header_of(uow, actor, record_id, lock=True)
    check_version(uow, actor, header, version)
    permissions.require(actor, "edit", header["type"], header)
    type_id = header["type"]
    before = stored(uow, header)
    clean = serializer.clean(type_id, unmasked(type_id, document, before))
    _refuse_unstorable(uow, actor, type_id, clean, before)
    checks.refuse_secrets(uow, type_id, clean)
    values = derive.header_values(uow, type_id, record_id, clean, None)
    if clean != before:
        serializer.write(uow, type_id, record_id, header["university_code"], clean, fresh=False)
    if unread_texts is not None:
        unread.keep(uow, header, unread_texts)
    change_header(uow, header, **values, step=step or header["step"])
    return load(uow, actor, record_id)


def stored(uow: UnitOfWork, header: Mapping[str, Any]) -> dict[str, Any]:
    """The record's document with secrets in clear: for checks and comparison, never for a page."""
    return serializer.read(uow, header["type"], [header["id"]], "clear").get(header["id"], {})


def unread_texts_of(uow: UnitOfWork, actor: Principal, record_id: int) -> dict[str, str]:
    """What was typed into a draft or an open change and could not be read, by path: for who may edit it."""
    header = header_of(uow, actor, record_id)
    if not {"edit", "amendment.edit"} & permissions.actions(actor, header):
        raise Denied
    return unread.held(uow, record_id)


def unmasked(type_id: str, document: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The document with every masked secret replaced by the stored value it stands for."""
    out = dict(document)
    for name, field in serializer.plain_fields(type_id).items():
        if isinstance(field, k.Secret) and out.get(name) and before.get(name):
            if out[name] == vault.mask(field.scheme, before[name]):
                out[name] = before[name]
    for child, step in serializer.child_steps(type_id).items():
        hidden = [f for f in step.fields if isinstance(f, k.Secret)]
        if hidden and out.get(child):
            known = {
                (f.name, vault.mask(f.scheme, row[f.name])): row[f.name]
                for row in before.get(child, ())
                for f in hidden
                if row.get(f.name)
            }
            out[child] = [{n: known.get((n, v), v) for n, v in row.items()} for row in out[child]]
    return out


def reveal(uow: UnitOfWork, actor: Principal, record_id: int, field: str) -> str:
    """A secret in clear for those with the right; the look is logged (AC-039, AC-128)."""
    header = header_of(uow, actor, record_id)
    permissions.require(actor, "reveal", header["type"], header)
    declared = serializer.plain_fields(header["type"]).get(field)
    if not isinstance(declared, k.Secret):
        raise NotFound
    audit.write(uow, actor, "reveal", header["type"], record_id, {"field": field})
    return str(stored(uow, header).get(field) or "")


def problems(
    uow: UnitOfWork, actor: Principal, record_id: int, document: Mapping[str, Any] | None = None
) -> list[Issue]:
    """What a submission would be told, for the stored document or for one that is not saved yet."""
    header = header_of(uow, actor, record_id)
    before = stored(uow, header)
    type_id = header["type"]
    clean = before if document is None else serializer.clean(type_id, unmasked(type_id, document, before))
    unfit = storable.problems(type_id, clean)
    found = checks.problems(uow, actor, header, clean, before)
    if header["state"] == "30":
        missing = effects.gaps(uow, record_id)
        found = [i for i in found if not (i.rule == validate.REQUIRED and i.field in missing)]
    known = {(i.field, i.severity) for i in found}
    return found + [i for i in unfit if (i.field, i.severity) not in known]


def delete_draft(uow: UnitOfWork, actor: Principal, record_id: int, version: int | None = None) -> None:
    """Throw an own draft away for good. What is under review or in force can only be voided (AC-061)."""
    header = header_of(uow, actor, record_id, lock=True)
    permissions.require(actor, "delete", header["type"], header)
    if version is not None:
        check_version(uow, actor, header, version)
    moved = select(p.fund_entry.c.id).where(p.fund_entry.c.record_id == record_id).limit(1)
    if uow.conn.execute(moved).first() is not None:
        raise OperationError(
            "已有经费冻结记录，不能删除；可修改后再提交，或由管理员作废。",
            "The ledger holds entries of this record; it can be corrected and submitted again, or voided.",
        )
    if header["type"] == "person":
        uow.conn.execute(update(p.record).where(p.record.c.id == record_id).values(owner_person_id=None))
    try:
        with uow.conn.begin_nested():
            uow.conn.execute(delete(p.attachment).where(p.attachment.c.record_id == record_id))
            uow.conn.execute(delete(p.finding).where(p.finding.c.record_id == record_id))
            uow.conn.execute(delete(p.record).where(p.record.c.id == record_id))
    except IntegrityError as error:
        raise OperationError(
            "其他记录引用了这份草稿，请先去掉引用再删除。", "Another record refers to this draft; remove the reference first."
        ) from error
    audit.write(uow, actor, "delete", header["type"], record_id, {"title": header["title"]})


def transfer(uow: UnitOfWork, actor: Principal, record_id: int, version: int, person_id: int) -> None:
    """转交: an own draft moves to the person who should enter it, with a message (AC-229)."""
    header = header_of(uow, actor, record_id, lock=True)
    check_version(uow, actor, header, version)
    permissions.require(actor, "edit", header["type"], header)
    if header["state"] != "00":
        raise Denied
    account = uow.conn.execute(
        select(p.account.c.id)
        .where(
            p.account.c.university_code == header["university_code"],
            p.account.c.person_id == person_id,
            p.account.c.enabled.is_(True),
        )
        .order_by(p.account.c.id)
        .limit(1)
    ).scalar_one_or_none()
    if account is None:
        raise OperationError("此人还没有可用的账号，不能转交。", "This person has no account yet; it cannot be handed over.")
    change_header(uow, header, entered_by=account, channel="own")
    write_step(
        uow, actor, record_id, "transfer", "00", "00", university_code=header["university_code"]
    )
    name = ALL_RECORDS[header["type"]]
    messages.send(
        uow,
        account,
        "transfer",
        f"{actor.name} 将{name.zh}《{header['title']}》的草稿转交给您填写。",
        f"{actor.name} handed you the draft of “{header['title']}” to complete.",
        record_id,
    )
    audit.write(uow, actor, "transfer", header["type"], record_id, {"person_id": person_id})
