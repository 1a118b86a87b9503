"""Single-use links: setting up the installation, activating an account, resetting a password.

A link is 256 random bits of which the SHA-256 is stored; it works once and for a limited time. Whoever opens
it chooses the password: no administrator ever knows one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select, update

from ingestion import audit, permissions, settings
from ingestion.accounts import entrance, sessions
from ingestion.accounts.choosing import set_password
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.store.engine import ALL, Store, UnitOfWork, local_time
from ingestion.store.platform import account, one_time_token, university

PURPOSES = ("setup", "activate", "reset")


class LinkRefused(OperationError):
    """``reason``: unknown, used, expired."""

    def __init__(self, reason: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.reason = reason


@dataclass(frozen=True)
class Link:
    """What the page behind a link shows before a password is typed."""

    purpose: str
    account_id: int
    university_code: str
    university: str
    username: str
    name: str


def path_of(purpose: str, token: str) -> str:
    """The address under which a link is opened."""
    return f"/{'setup' if purpose == 'setup' else 'activate'}/{token}"


def issue(uow: UnitOfWork, actor: Principal, account_id: int, purpose: str) -> str:
    """A new link for an account; older unused ones stop working. Returns the token, which is stored nowhere."""
    if purpose not in PURPOSES:
        raise ValueError(f"unknown purpose of a link: {purpose}")
    permissions.require(actor, "manage_accounts")
    row = uow.conn.execute(
        select(account).where(account.c.id == account_id, permissions.visible(actor, account))
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.kind == "system":
        raise Denied
    return issue_unchecked(uow, actor, account_id, row.university_code, purpose)


def issue_unchecked(uow: UnitOfWork, actor: Principal | None, account_id: int, university_code: str, purpose: str) -> str:
    """For accounts just created in the same transaction."""
    token = secrets.token_urlsafe(32)
    hours = 24 * 7 if purpose == "setup" else settings.get(uow, "link_hours")
    uow.conn.execute(
        update(one_time_token)
        .where(one_time_token.c.account_id == account_id, one_time_token.c.used_at.is_(None))
        .values(used_at=uow.now)
    )
    uow.conn.execute(
        insert(one_time_token).values(
            token_hash=sessions.token_hash(token), university_code=university_code, purpose=purpose,
            account_id=account_id, created_at=uow.now, expires_at=uow.now + timedelta(hours=hours),
        )
    )  # fmt: skip
    audit.write(uow, actor, f"link_{purpose}", "account", account_id, university_code=university_code)
    return token


def look_at(uow: UnitOfWork, token: str) -> Link:
    """Who a link is for. Raises ``LinkRefused`` where it was used, has expired or never existed."""
    row = uow.conn.execute(
        select(
            one_time_token.c.purpose, one_time_token.c.used_at, one_time_token.c.expires_at,
            account.c.id, account.c.university_code, account.c.username, account.c.name, account.c.enabled,
            university.c.name.label("university"),
        )
        .join(account, account.c.id == one_time_token.c.account_id)
        .join(university, university.c.code == account.c.university_code)
        .where(one_time_token.c.token_hash == sessions.token_hash(token))
    ).one_or_none()  # fmt: skip
    if row is None or not row.enabled:
        raise LinkRefused("unknown", "链接不存在，请向管理员重新索取。", "There is no such link; ask the administrator for a new one.")
    if row.used_at is not None:
        raise LinkRefused("used", "链接已使用过，不能再次使用。如需要，请向管理员重新索取。", "The link was used already; ask the administrator for a new one.")
    if row.expires_at <= uow.now:
        raise LinkRefused(
            "expired",
            f"链接已于 {local_time(row.expires_at):%Y-%m-%d %H:%M} 过期，请向管理员重新索取。",
            f"The link expired at {local_time(row.expires_at):%Y-%m-%d %H:%M}; ask the administrator for a new one.",
        )
    return Link(row.purpose, row.id, row.university_code, row.university, row.username, row.name)


def redeem(store: Store, token: str, password: str, *, address: str | None = None) -> Link:
    """Sets the account's password and uses the link up; old sessions end, a lock is lifted. Raises
    ``LinkRefused`` or ``PasswordRefused``."""
    with store.begin(ALL) as uow:
        link = look_at(uow, token)
        set_password(uow, link.account_id, password)
        used = uow.conn.execute(
            update(one_time_token)
            .where(one_time_token.c.token_hash == sessions.token_hash(token), one_time_token.c.used_at.is_(None))
            .values(used_at=uow.now)
        ).rowcount
        if used != 1:
            raise LinkRefused("used", "链接已使用过，不能再次使用。如需要，请向管理员重新索取。", "The link was used already; ask the administrator for a new one.")
        sessions.end_all(uow, link.account_id)
        entrance.clear_lock(uow, link.account_id)
        audit.write(
            uow, None, f"{link.purpose}_done", "account", link.account_id, {"address": address},
            university_code=link.university_code,
        )  # fmt: skip
    return link
