"""What happens around a record when it is submitted, comes into force, or leaves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from ingestion import duplicates, funds, messages, people, permissions, serializer
from ingestion.catalog import validate
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal
from ingestion.records import checks
from ingestion.records.view import COLLEGE_STATE, OFFICE_STATE, SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today


def archive(
    uow: UnitOfWork, actor: Principal, header: Mapping[str, Any], document: Mapping[str, Any], kind: str
) -> int:
    """Keep a version of the document (secrets encrypted); returns its number, counted per record from 1."""
    v = p.record_version
    last = select(func.coalesce(func.max(v.c.number), 0)).where(v.c.record_id == header["id"])
    number = int(uow.conn.execute(last).scalar_one()) + 1
    text = serializer.archive(header["type"], document)
    uow.conn.execute(
        insert(v).values(
            university_code=header["university_code"],
            record_id=header["id"],
            number=number,
            kind=kind,
            document=text,
            sha256=serializer.sha256(text),
            created_at=uow.now,
            created_by=actor.account_id,
        )
    )
    return number


def submitted(uow: UnitOfWork, actor: Principal, header: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """Natural keys are taken and money is frozen; what another took in between is refused like any problem."""
    take_keys(uow, actor, header, document)
    try:
        funds.freeze(uow, header, document)
    except funds.Overdrawn as error:
        raise SubmissionRefused([error.issue]) from error


def take_keys(uow: UnitOfWork, actor: Principal, header: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    try:
        duplicates.hold(uow, header, document)
    except duplicates.KeyTaken as error:
        found = duplicates.exact(uow, actor, header["type"], document, header["id"])
        raise SubmissionRefused(duplicates.issues(found)) from error


def into_force(uow: UnitOfWork, actor: Principal, header: Mapping[str, Any], document: Mapping[str, Any]) -> int:
    """The record counts from now on: money is posted, a person's post is kept, the version in force is
    archived. Returns the version's number."""
    try:
        funds.post(uow, header, document)
    except funds.Overdrawn as error:
        raise SubmissionRefused([error.issue]) from error
    if header["type"] == "person":
        people.keep_post(uow, header, document, today())
    settle_gaps(uow, header, document)
    return archive(uow, actor, header, document, "approved")


def taken_back(uow: UnitOfWork, header: Mapping[str, Any], *, keep_keys: bool) -> None:
    """Returned (keys stay with the record), withdrawn or voided before approval: frozen money is free again."""
    funds.release(uow, header)
    if not keep_keys:
        duplicates.let_go(uow, header["id"])


def out_of_force(uow: UnitOfWork, header: Mapping[str, Any]) -> None:
    """Voided after approval: the ledger gets a contra entry, the natural keys are free."""
    try:
        funds.reverse(uow, header)
    except funds.Overdrawn as error:
        raise SubmissionRefused([error.issue]) from error
    duplicates.let_go(uow, header["id"])
    uow.conn.execute(update(p.finding).where(*_open_gaps(header["id"])).values(closed_at=uow.now))


def _open_gaps(record_id: int) -> tuple[ColumnElement[bool], ...]:
    f = p.finding.c
    return f.record_id == record_id, f.source == "import", f.closed_at.is_(None)


def gaps(uow: UnitOfWork, record_id: int) -> frozenset[str]:
    """The fields an imported record came without and still lacks."""
    return frozenset(uow.conn.execute(select(p.finding.c.field).where(*_open_gaps(record_id))).scalars())


def settle_gaps(uow: UnitOfWork, header: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """Close the findings of an import whose fields have nothing wrong any more."""
    standing = gaps(uow, header["id"])
    if not standing:
        return
    found = validate.problems(header["type"], dict(document), checks.context(uow, header))
    mended = standing - {issue.field for issue in found}
    if mended:
        closing = update(p.finding).where(*_open_gaps(header["id"]), p.finding.c.field.in_(sorted(mended)))
        uow.conn.execute(closing.values(closed_at=uow.now))


# --- who is told -----------------------------------------------------------------------------------------


def reviewers(uow: UnitOfWork, header: Mapping[str, Any], state: str) -> list[int]:
    """The enabled accounts whose turn it is in a state, without those the record belongs to."""
    grant, account, day = p.account_grant, p.account, today()
    code = header["university_code"]
    wanted = (
        select(account.c.id, account.c.person_id)
        .join(grant, grant.c.account_id == account.c.id)
        .where(
            account.c.university_code == code,
            account.c.enabled.is_(True),
            grant.c.valid_from <= day,
            or_(grant.c.valid_to.is_(None), grant.c.valid_to >= day),
        )
    )
    if state == COLLEGE_STATE:
        wanted = wanted.where(grant.c.role == "college_admin", grant.c.unit_id == header["college_id"])
    elif state == OFFICE_STATE:
        last_step = header["type"] in permissions.FUNDS and permissions.finance_held(uow, code)
        wanted = wanted.where(grant.c.role == ("finance" if last_step else "office_admin"))
    else:
        return []
    owner = header["owner_person_id"]
    may_be_own = state == COLLEGE_STATE and not permissions.steps_aside(uow, code)
    return sorted(
        {
            row.id
            for row in uow.conn.execute(wanted)
            if may_be_own or (row.id != header["entered_by"] and (owner is None or row.person_id != owner))
        }
    )


def owners(uow: UnitOfWork, header: Mapping[str, Any]) -> list[int]:
    """The accounts a record belongs to: who entered it, and its owner's."""
    accounts = {int(header["entered_by"])}
    if header["owner_person_id"] is not None:
        mine = select(p.account.c.id).where(
            p.account.c.person_id == header["owner_person_id"], p.account.c.enabled.is_(True)
        )
        accounts.update(uow.conn.execute(mine).scalars())
    return sorted(accounts)


def tell(
    uow: UnitOfWork,
    actor: Principal,
    accounts: Iterable[int],
    kind: str,
    header: Mapping[str, Any],
    zh: str,
    en: str,
) -> None:
    """One message each, never to the actor. ``{it}`` in the sentences stands for the record."""
    record_type = ALL_RECORDS[header["type"]]
    it_zh, it_en = f"{record_type.zh}《{header['title']}》", f"{record_type.en} “{header['title']}”"
    to = [a for a in accounts if a != actor.account_id]
    if to:
        messages.send_many(uow, to, kind, zh.replace("{it}", it_zh), en.replace("{it}", it_en), header["id"])
