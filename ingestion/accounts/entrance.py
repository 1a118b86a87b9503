"""Logging in.

The answer to a wrong login never tells what was wrong: an unknown university, an unknown username and a wrong
password cost the same work and give the same words, and repeated tries lock the *name that was typed* whether
or not it exists.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, text, update

from ingestion import audit, messages, settings
from ingestion.accounts import passwords, sessions
from ingestion.accounts.sessions import LiveSession
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import ALL, Store, UnitOfWork, local_time, utc_now
from ingestion.store.platform import account, login_event, session, university


class LoginRefused(OperationError):
    """``reason``: wrong, locked, throttled, wrong_tab, disabled, no_role."""

    def __init__(self, reason: str, zh: str, en: str, until: datetime | None = None) -> None:
        super().__init__(zh, en)
        self.reason = reason
        self.until = until


def _wrong() -> LoginRefused:
    return LoginRefused("wrong", "单位、账号或密码不正确", "The university, username or password is not correct")


@dataclass(frozen=True)
class _Limits:
    after: int
    window: timedelta
    lock: timedelta
    tries_per_minute: int
    hours: timedelta


def _limits(uow: UnitOfWork) -> _Limits:
    return _Limits(
        after=settings.get(uow, "lock_after"),
        window=timedelta(minutes=settings.get(uow, "lock_window_minutes")),
        lock=timedelta(minutes=settings.get(uow, "lock_minutes")),
        tries_per_minute=settings.get(uow, "address_tries_per_minute"),
        hours=timedelta(hours=settings.get(uow, "session_hours")),
    )


def login(
    store: Store,
    university_code: str,
    username: str,
    password: str,
    *,
    tab: str = "person",
    address: str | None = None,
    device: str | None = None,
    previous_token: str | None = None,
) -> LiveSession:
    """Opens a session and ends the one of ``previous_token``. Raises ``LoginRefused``.

    ``tab`` is the login page's tab; the other kind of account gets its hint only if the password was right.
    """
    username = username.strip()
    now = utc_now()
    with store.read(ALL) as uow:
        limits = _limits(uow)
        known = uow.conn.execute(select(university).where(university.c.code == university_code)).one_or_none()
        found = uow.conn.execute(
            select(account).where(account.c.university_code == university_code, account.c.username == username)
        ).one_or_none()
        until = _locked_until(uow, university_code, username, now, limits)
        throttled = address is not None and _tries(uow, address, now) >= limits.tries_per_minute
    if throttled:
        raise LoginRefused("throttled", "尝试过于频繁，请一分钟后再试", "Too many attempts; try again in a minute")
    # Checked outside any transaction: hashing takes 23 ms, and on SQLite a write transaction is the only one.
    right = passwords.matches(found.password_hash if found and until is None else None, password)
    with store.begin(ALL) as uow:
        uow.now = now
        _one_at_a_time(uow, university_code, username)
        until = _locked_until(uow, university_code, username, now, limits)
        attempt = _Attempt(uow, known is not None, university_code, username, found.id if found else None, address, device)
        outcome = _decide(attempt, known, found, right, until, tab, limits)
        if isinstance(outcome, Row):
            grant = sessions.first_grant(uow, outcome)
            if grant is None:
                attempt.log("disabled")
                outcome = LoginRefused("no_role", "该账号还没有可用的角色，请联系本单位管理员", "This account holds no role yet; ask your administrator")
            else:
                return _open(attempt, outcome, grant, password, limits, previous_token)
    raise outcome


@dataclass(frozen=True)
class _Attempt:
    uow: UnitOfWork
    known: bool  # a university that does not exist cannot own a row
    university_code: str
    username: str
    account_id: int | None
    address: str | None
    device: str | None

    def log(self, result: str) -> None:
        if not self.known:
            return
        self.uow.conn.execute(
            insert(login_event).values(
                university_code=self.university_code, account_id=self.account_id, username=self.username[:60],
                result=result, at=self.uow.now, address=(self.address or "")[:60] or None,
                device=(self.device or "")[:200] or None,
            )
        )  # fmt: skip
        if result != "ok":
            audit.write(
                self.uow, None, f"login_{result}", "account", self.account_id,
                {"username": self.username[:60], "address": self.address}, university_code=self.university_code,
            )  # fmt: skip


def _decide(
    attempt: _Attempt,
    known: Row[Any] | None,
    found: Row[Any] | None,
    right: bool,
    until: datetime | None,
    tab: str,
    limits: _Limits,
) -> Row[Any] | LoginRefused:
    if until is not None:
        attempt.log("refused_locked")
        return _locked(until)
    if not right or found is None or known is None or found.kind == "system":
        attempt.log("wrong")
        return _after_wrong(attempt, limits)
    if found.kind != tab:
        attempt.log("wrong_tab")
        if found.kind == "expert":
            return LoginRefused("wrong_tab", "这是专家账号，请使用“专家密码登录”", "This is an expert's account; use the tab for experts")
        return LoginRefused("wrong_tab", "这是人员账号，请使用“人员密码登录”", "This is a staff account; use the tab for staff")
    if not found.enabled or not known.enabled:
        attempt.log("disabled")
        return LoginRefused("disabled", "该账号已停用，请联系本单位管理员", "This account is disabled; ask your administrator")
    return found


def _locked(until: datetime) -> LoginRefused:
    clock = f"{local_time(until):%H:%M}"
    return LoginRefused(
        "locked",
        f"密码错误次数过多，账号已锁定，{clock} 后可再次登录",
        f"Too many wrong passwords: the account is locked until {clock}",
        until,
    )


def _one_at_a_time(uow: UnitOfWork, code: str, username: str) -> None:
    """A hundred tries at once must not all be judged before the first is counted. SQLite has one writer anyway."""
    if uow.dialect == "postgresql":
        uow.conn.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"login {code} {username}"}
        )


def _tries(uow: UnitOfWork, address: str, now: datetime) -> int:
    return uow.conn.execute(
        select(func.count())
        .select_from(login_event)
        .where(
            login_event.c.address == address[:60],
            login_event.c.at > now - timedelta(minutes=1),
            login_event.c.result.in_(["wrong", "locked", "refused_locked", "wrong_tab"]),
        )
    ).scalar_one()


def _events_of(university_code: str, username: str) -> Any:
    return and_(login_event.c.university_code == university_code, login_event.c.username == username[:60])


def _locked_until(uow: UnitOfWork, code: str, username: str, now: datetime, limits: _Limits) -> datetime | None:
    last = uow.conn.execute(
        select(login_event.c.result, login_event.c.at)
        .where(_events_of(code, username), login_event.c.result.in_(["locked", "unlocked"]))
        .order_by(login_event.c.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.result == "unlocked" or last.at + limits.lock <= now:
        return None
    until: datetime = last.at + limits.lock
    return until


def _after_wrong(attempt: _Attempt, limits: _Limits) -> LoginRefused:
    """Locks the typed name at the last wrong try allowed; tells the owner, if there is one."""
    uow = attempt.uow
    since: datetime | None = uow.conn.execute(
        select(func.max(login_event.c.at)).where(
            _events_of(attempt.university_code, attempt.username),
            login_event.c.result.in_(["ok", "locked", "unlocked"]),
        )
    ).scalar_one()
    start = max(uow.now - limits.window, since or datetime.min)
    wrong = uow.conn.execute(
        select(func.count())
        .select_from(login_event)
        .where(
            _events_of(attempt.university_code, attempt.username),
            login_event.c.result == "wrong",
            login_event.c.at >= start,
        )
    ).scalar_one()
    if wrong < limits.after:
        return _wrong()
    attempt.log("locked")
    until = uow.now + limits.lock
    if attempt.account_id is not None:
        uow.conn.execute(update(account).where(account.c.id == attempt.account_id).values(locked_until=until))
        clock, where = f"{local_time(until):%Y-%m-%d %H:%M}", attempt.address or "—"
        messages.send(
            uow, attempt.account_id, "security",
            f"账号因连续输错密码被锁定，{clock} 自动解锁。登录地址：{where}。如非本人操作，请尽快修改密码。",
            f"The account was locked after wrong passwords and opens again at {clock}. Address: {where}. "
            "If this was not you, change your password soon.",
        )  # fmt: skip
    return _locked(until)


def _open(
    attempt: _Attempt, row: Row[Any], grant: Row[Any], password: str, limits: _Limits, previous_token: str | None
) -> LiveSession:
    uow = attempt.uow
    profile = passwords.PROFILES[settings.get(uow, "password_profile", row.university_code)]
    set_at = row.password_set_at or row.created_at
    must_change = row.must_change or bool(profile.days and set_at < uow.now - timedelta(days=profile.days))
    values: dict[str, Any] = {"last_login_at": uow.now, "locked_until": None, "must_change": must_change}
    if passwords.outdated(row.password_hash):
        values["password_hash"] = passwords.hash_password(password)
    uow.conn.execute(update(account).where(account.c.id == row.id).values(values))
    attempt.log("ok")
    if previous_token:
        sessions.end(uow, previous_token)
    live = sessions.open_session(uow, row, grant, limits.hours, attempt.address, attempt.device)
    audit.write(uow, live.principal, "login", "account", row.id, {"address": attempt.address}, university_code=row.university_code)
    return replace(live, must_change=must_change)


def reauthenticate(store: Store, token: str, password: str, *, address: str | None = None) -> Principal:
    """Wakes an idle session with its own password, so that work goes on where it stopped. Wrong passwords
    count as at login. Raises ``LoginRefused``."""
    with store.read(ALL) as uow:
        row = sessions.load(uow, token)
    if row is None or not sessions.alive(row, utc_now(), idle_too=True):
        raise LoginRefused("disabled", "登录已结束，请重新登录", "The login has ended; log in again")
    login_again = login(
        store, row.university_code, row.username, password, tab=row.kind, address=address, device=None
    )
    with store.begin(ALL) as uow:
        sessions.end(uow, login_again.token)
        uow.conn.execute(
            update(session).where(session.c.token_hash == sessions.token_hash(token)).values(seen_at=uow.now)
        )
    principal = sessions.principal_for_token(store, token, touch=False)
    if principal is None:
        raise LoginRefused("disabled", "登录已结束，请重新登录", "The login has ended; log in again")
    return principal


def clear_lock(uow: UnitOfWork, account_id: int) -> None:
    """Lifts a lock: after a reset by link, or by an administrator."""
    row = uow.conn.execute(select(account).where(account.c.id == account_id)).one()
    uow.conn.execute(update(account).where(account.c.id == account_id).values(locked_until=None))
    uow.conn.execute(
        insert(login_event).values(
            university_code=row.university_code, account_id=row.id, username=row.username, result="unlocked", at=uow.now
        )
    )
