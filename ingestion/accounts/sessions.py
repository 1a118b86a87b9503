"""Sessions: what stands behind the cookie, and the role in use.

A session is a row; the cookie carries 256 random bits of which only the SHA-256 is stored. Every request and
every rerun asks the row, so that a disabled account or a changed role takes effect at the next click.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update
from sqlalchemy.exc import OperationalError

from ingestion import audit, settings
from ingestion.principal import Denied, Principal
from ingestion.store.engine import ALL, Store, UnitOfWork, today, utc_now
from ingestion.store.platform import account, account_grant, login_event, session, university
from ingestion.store.platform import setting as setting_table

TOUCH_EVERY = timedelta(seconds=60)  # a session's last-seen time is written at most this often


@dataclass(frozen=True)
class LiveSession:
    """A session that may act. ``token`` is known only right after login."""

    principal: Principal
    must_change: bool
    seen_at: datetime
    expires_at: datetime
    token: str = ""


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    uow: UnitOfWork, row: Row[Any], grant: Row[Any], hours: timedelta, address: str | None, device: str | None
) -> LiveSession:
    """A new session row for an account whose password has just been checked or set."""
    token = secrets.token_urlsafe(32)
    expires = uow.now + hours
    uow.conn.execute(
        insert(session).values(
            token_hash=token_hash(token), university_code=row.university_code, account_id=row.id, grant_id=grant.id,
            created_at=uow.now, seen_at=uow.now, expires_at=expires, address=(address or "")[:60] or None,
            device=(device or "")[:200] or None,
        )
    )  # fmt: skip
    return LiveSession(_principal(row, grant), row.must_change, uow.now, expires, token)


# --- grants -------------------------------------------------------------------------------------------


def _in_force(day: Any) -> Any:
    return and_(
        account_grant.c.valid_from <= day, or_(account_grant.c.valid_to.is_(None), account_grant.c.valid_to >= day)
    )


def grants_of(uow: UnitOfWork, account_id: int) -> list[Row[Any]]:
    """The roles an account holds today: rows of account_grant, oldest first."""
    return list(
        uow.conn.execute(
            select(account_grant)
            .where(account_grant.c.account_id == account_id, _in_force(today()))
            .order_by(account_grant.c.id)
        )
    )


def first_grant(uow: UnitOfWork, row: Row[Any]) -> Row[Any] | None:
    """The role used last time, where it is still held."""
    held = grants_of(uow, row.id)
    last = uow.conn.execute(
        select(session.c.grant_id)
        .where(session.c.account_id == row.id)
        .order_by(session.c.created_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return next((g for g in held if g.id == last), held[0] if held else None)


def _principal(row: Row[Any], grant: Row[Any]) -> Principal:
    return Principal(
        account_id=row.id,
        university_code=row.university_code,
        username=row.username,
        name=row.name,
        role=grant.role,
        grant_id=grant.id,
        unit_id=grant.unit_id,
        person_id=row.person_id,
        language=row.language,
    )


def principal_of_grant(uow: UnitOfWork, account_id: int, grant_id: int | None) -> Principal | None:
    """Who a job works for: the account with the role it was asked in, or ``None`` where the account was disabled
    or the role taken away since."""
    row = uow.conn.execute(
        select(account)
        .join(university, university.c.code == account.c.university_code)
        .where(account.c.id == account_id, account.c.enabled.is_(True), university.c.enabled.is_(True))
    ).one_or_none()
    grant = next((g for g in grants_of(uow, account_id) if g.id == grant_id), None)
    return None if row is None or grant is None else _principal(row, grant)


# --- living sessions ----------------------------------------------------------------------------------


def load(uow: UnitOfWork, token: str) -> Row[Any] | None:
    idle = (
        select(setting_table.c.value)
        .where(setting_table.c.university_code == ALL, setting_table.c.key == "session_idle_minutes")
        .scalar_subquery()
    )
    return uow.conn.execute(
        select(
            account,
            university.c.enabled.label("university_enabled"),
            session.c.grant_id,
            session.c.seen_at,
            session.c.expires_at,
            session.c.ended_at,
            account_grant.c.role,
            account_grant.c.unit_id,
            account_grant.c.valid_from,
            account_grant.c.valid_to,
            idle.label("idle"),
        )
        .select_from(session)
        .join(account, account.c.id == session.c.account_id)
        .join(university, university.c.code == account.c.university_code)
        .outerjoin(account_grant, account_grant.c.id == session.c.grant_id)
        .where(session.c.token_hash == token_hash(token))
    ).one_or_none()


def _idle_limit(row: Row[Any]) -> timedelta:
    minutes = int(row.idle) if row.idle else settings.SETTINGS["session_idle_minutes"].default
    return timedelta(minutes=minutes)


def alive(row: Row[Any] | None, now: datetime, *, idle_too: bool = False) -> bool:
    if row is None or row.ended_at is not None or row.expires_at <= now:
        return False
    if not row.enabled or not row.university_enabled:
        return False
    return idle_too or row.seen_at + _idle_limit(row) > now


def session_for_token(store: Store, token: str | None, *, touch: bool = True) -> LiveSession | None:
    """The living session of a cookie, or ``None``. One query, and a write at most once a minute.

    ``touch=False`` is for what happens by itself (timers): it must not keep a session alive."""
    if not token:
        return None
    now = utc_now()
    with store.read(ALL) as uow:
        row = load(uow, token)
        if row is None or not alive(row, now):
            return None
        day = today()
        if row.role is None or row.valid_from > day or (row.valid_to is not None and row.valid_to < day):
            held = grants_of(uow, row.id)  # the role in use was taken away: another one held, or none
            if not held:
                return None
            principal = _principal(row, held[0])
        else:
            principal = replace(_principal(row, row), grant_id=row.grant_id)
    if touch and row.seen_at + TOUCH_EVERY < now:
        _touch(store, token, now, principal.grant_id)
    return LiveSession(principal, row.must_change, row.seen_at, row.expires_at)


def _touch(store: Store, token: str, now: datetime, grant_id: int | None) -> None:
    try:
        with store.begin(ALL) as uow:
            uow.conn.execute(
                update(session).where(session.c.token_hash == token_hash(token)).values(seen_at=now, grant_id=grant_id)
            )
    except OperationalError:
        return  # a store too busy to note the time must not stop a reader; the next request notes it


def principal_for_token(store: Store, token: str | None, touch: bool = True) -> Principal | None:
    """Who acts, or ``None``: no living session, or a password that must be changed before anything else."""
    live = session_for_token(store, token, touch=touch)
    return None if live is None or live.must_change else live.principal


def idle_account(store: Store, token: str | None) -> str | None:
    """The name behind a session that only fell asleep: its password wakes it (``reauthenticate``)."""
    if not token:
        return None
    now = utc_now()
    with store.read(ALL) as uow:
        row = load(uow, token)
    if row is None or alive(row, now) or not alive(row, now, idle_too=True):
        return None
    return str(row.name)


def switch_role(uow: UnitOfWork, token: str, grant_id: int) -> Principal:
    """Changes the role in use for this session. Raises ``Denied`` for a role not held today."""
    row = load(uow, token)
    if row is None or not alive(row, uow.now):
        raise Denied
    grant = next((g for g in grants_of(uow, row.id) if g.id == grant_id), None)
    if grant is None:
        raise Denied
    uow.conn.execute(update(session).where(session.c.token_hash == token_hash(token)).values(grant_id=grant.id))
    principal = _principal(row, grant)
    audit.write(
        uow, principal, "switch_role", "account", row.id, {"before": row.role, "after": grant.role},
        university_code=row.university_code,
    )  # fmt: skip
    return principal


def end(uow: UnitOfWork, token: str) -> int | None:
    """Ends one session; returns its account."""
    return uow.conn.execute(
        update(session)
        .where(session.c.token_hash == token_hash(token), session.c.ended_at.is_(None))
        .values(ended_at=uow.now)
        .returning(session.c.account_id)
    ).scalar_one_or_none()


def end_all(uow: UnitOfWork, account_id: int, *, but: str | None = None) -> int:
    """Ends an account's sessions, all but the one of the token ``but``; returns how many."""
    query = update(session).where(session.c.account_id == account_id, session.c.ended_at.is_(None))
    if but is not None:
        query = query.where(session.c.token_hash != token_hash(but))
    return uow.conn.execute(query.values(ended_at=uow.now)).rowcount


def logout(store: Store, token: str | None) -> None:
    """Ends the session on the server; without one, nothing."""
    if not token:
        return
    with store.begin(ALL) as uow:
        row = load(uow, token)
        if end(uow, token) is None or row is None:
            return
        uow.conn.execute(
            insert(login_event).values(
                university_code=row.university_code, account_id=row.id, username=row.username, result="logout", at=uow.now
            )
        )
