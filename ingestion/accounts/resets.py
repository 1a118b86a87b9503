"""找回密码: who forgot the password asks on the login page; the administrator verifies and hands over a link.

The answer on the page never tells whether there is such an account. A university's office answers for its people;
requests for the office's own accounts are seen by the province too. Old sessions end when the link is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, insert, or_, select, update

from ingestion import audit, messages, permissions
from ingestion.accounts import links
from ingestion.principal import Conflict, NotFound, OperationError, Principal
from ingestion.records.reasons import reason as checked_reason
from ingestion.store.engine import ALL, Store, UnitOfWork, today
from ingestion.store.platform import account, account_grant, login_event, reset_request, university

PER_ADDRESS = 10  # requests an hour
ASKED = "reset_asked"  # the login event of a request
LONGEST_CONTACT = 200


class TooManyRequests(OperationError):
    """From one address in an hour."""

    def __init__(self) -> None:
        super().__init__("申请过于频繁，请一小时后再试，或直接联系管理员", "Too many requests; try again in an hour, or ask the administrator")


@dataclass(frozen=True)
class ResetRequest:
    """One open request. ``person_id`` and ``last_login_at`` help to verify who asks."""

    id: int
    university_code: str
    username: str
    name: str
    person_id: int | None
    contact: str
    address: str
    asked_at: datetime
    last_login_at: datetime | None


def ask(store: Store, university_code: str, username: str, contact: str, *, address: str | None = None) -> None:
    """Files a request; returns alike whether or not there is such an account. Raises ``TooManyRequests``."""
    name = username.strip()[:60]
    with store.begin(ALL) as uow:
        if uow.conn.execute(select(university.c.code).where(university.c.code == university_code)).first() is None:
            return  # nobody's: no row could belong to it
        if address is not None and _lately(uow, address) >= PER_ADDRESS:
            raise TooManyRequests
        found = uow.conn.execute(
            select(account).where(
                account.c.university_code == university_code, account.c.username == name, account.c.enabled.is_(True),
                account.c.kind != "system",
            )
        ).one_or_none()  # fmt: skip
        account_id = found.id if found else None
        uow.conn.execute(
            insert(login_event).values(
                university_code=university_code, account_id=account_id, username=name, result=ASKED, at=uow.now,
                address=(address or "")[:60] or None,
            )
        )  # fmt: skip
        audit.write(uow, None, ASKED, "account", account_id, {"username": name, "address": address}, university_code=university_code)
        if found is not None:
            _file(uow, found, contact.strip()[:LONGEST_CONTACT], address)


def _lately(uow: UnitOfWork, address: str) -> int:
    e = login_event.c
    since = uow.now - timedelta(hours=1)
    asked = select(func.count()).where(e.address == address[:60], e.at > since, e.result == ASKED)
    return uow.conn.execute(asked).scalar_one()


def _file(uow: UnitOfWork, asking: Row[Any], contact: str, address: str | None) -> None:
    """One open request an account: asking again brings it up to date and tells nobody a second time."""
    r = reset_request.c
    values = {"contact": contact, "address": (address or "")[:60] or None, "asked_at": uow.now}
    again = update(reset_request).where(r.account_id == asking.id, r.state == "open").values(**values)
    if uow.conn.execute(again).rowcount:
        return
    uow.conn.execute(
        insert(reset_request).values(university_code=asking.university_code, account_id=asking.id, state="open", **values)
    )
    messages.send_many(
        uow, _administrators(uow, asking), "security",
        f"{asking.name}（{asking.username}）申请找回密码，请核实本人后办理。",
        f"{asking.name} ({asking.username}) asks for a new password; verify who it is.",
    )  # fmt: skip


def _administrators(uow: UnitOfWork, asking: Row[Any]) -> list[int]:
    """The other administrators of the account's organisation; the province too for an administrator's account."""
    g, day = account_grant.c, today()
    current = and_(g.valid_from <= day, or_(g.valid_to.is_(None), g.valid_to >= day))
    held: set[str] = set(uow.conn.execute(select(g.role).where(g.account_id == asking.id, current)).scalars())
    asked = and_(g.university_code == asking.university_code, g.role.in_(["office_admin", "province_staff"]))
    if "office_admin" in held:
        asked = or_(asked, g.role == "province_staff")
    found = (
        select(account.c.id)
        .join(account_grant, g.account_id == account.c.id)
        .where(asked, current, account.c.enabled.is_(True), account.c.id != asking.id)
    )
    return sorted(set(uow.conn.execute(found).scalars()))


def waiting(uow: UnitOfWork, actor: Principal) -> list[ResetRequest]:
    """The open requests this administrator may answer, the oldest first; never the own account's."""
    permissions.require(actor, "manage_accounts")
    r, a = reset_request.c, account.c
    found = (
        select(reset_request, a.username, a.name, a.person_id, a.last_login_at)
        .join(account, a.id == r.account_id)
        .where(r.state == "open", permissions.visible(actor, account), a.id != actor.account_id)
        .order_by(r.asked_at, r.id)
    )
    return [
        ResetRequest(
            row.id, row.university_code, row.username, row.name, row.person_id, row.contact, row.address or "", row.asked_at,
            row.last_login_at,
        )
        for row in uow.conn.execute(found)
    ]  # fmt: skip


def issue(uow: UnitOfWork, actor: Principal, request_id: int) -> str:
    """The token of a one-time link, after the administrator has verified who asks."""
    row = _open(uow, actor, request_id)
    _close(uow, actor, row, "issued")
    return links.issue(uow, actor, row.account_id, "reset")


def refuse(uow: UnitOfWork, actor: Principal, request_id: int, reason: str) -> None:
    """Closes a request that is not the owner's, or needs nothing; the owner is told why."""
    row = _open(uow, actor, request_id)
    words = checked_reason(reason)[:500]
    _close(uow, actor, row, "refused", words)
    messages.send(
        uow, row.account_id, "security",
        f"找回密码的申请未办理，原因：{words}。如非本人申请，请留意账号安全。",
        f"The request for a new password was refused: {words}. If it was not yours, mind your account's security.",
    )  # fmt: skip


def _open(uow: UnitOfWork, actor: Principal, request_id: int) -> Row[Any]:
    permissions.require(actor, "manage_accounts")
    row = uow.conn.execute(
        select(reset_request)
        .join(account, account.c.id == reset_request.c.account_id)
        .where(reset_request.c.id == request_id, permissions.visible(actor, account), account.c.id != actor.account_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _close(uow: UnitOfWork, actor: Principal, row: Row[Any], state: str, reason: str | None = None) -> None:
    closing = update(reset_request).where(reset_request.c.id == row.id, reset_request.c.state == "open")
    if uow.conn.execute(closing.values(state=state, handled_at=uow.now, handled_by=actor.account_id, reason=reason)).rowcount != 1:
        raise Conflict("这条申请已由他人办理。", "Somebody handled this request already.")
    detail = {"request": row.id, "reason": reason}
    audit.write(uow, actor, f"reset_{state}", "account", row.account_id, detail, university_code=row.university_code)
