"""Choosing a password: checked against every rule at once, the former ones kept as hashes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select, update

from ingestion import audit, messages, settings, vault
from ingestion.accounts import entrance, passwords, sessions
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import ALL, Store, UnitOfWork
from ingestion.store.platform import account, password_history
from ingestion.store.tables import TYPE_TABLES


class PasswordRefused(OperationError):
    """``rules``: every rule the password breaks."""

    def __init__(self, rules: list[passwords.Rule]) -> None:
        super().__init__("".join(rule.zh for rule in rules), " ".join(rule.en for rule in rules))
        self.rules = rules


def set_password(uow: UnitOfWork, account_id: int, password: str, *, must_change: bool = False) -> None:
    """Stores a new password. Raises ``PasswordRefused``."""
    row = uow.conn.execute(select(account).where(account.c.id == account_id)).one()
    former = [
        old.password_hash
        for old in uow.conn.execute(
            select(password_history.c.password_hash)
            .where(password_history.c.account_id == account_id)
            .order_by(password_history.c.id.desc())
            .limit(passwords.KEPT)
        )
    ]
    broken = passwords.broken_rules(
        password,
        settings.get(uow, "password_profile", row.university_code),
        username=row.username,
        name=row.name,
        id_number=_id_number(uow, row.person_id),
        former=tuple(former),
    )
    if broken:
        raise PasswordRefused(broken)
    hashed = passwords.hash_password(password)
    uow.conn.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(password_hash=hashed, password_set_at=uow.now, must_change=must_change)
    )
    uow.conn.execute(
        insert(password_history).values(
            university_code=row.university_code, account_id=account_id, password_hash=hashed, set_at=uow.now
        )
    )


def _id_number(uow: UnitOfWork, person_id: int | None) -> str:
    """Read in clear for the one comparison, and nowhere kept."""
    person = TYPE_TABLES["person"]
    if person_id is None or "id_number_cipher" not in person.c:
        return ""
    cipher = uow.conn.execute(
        select(person.c.id_number_cipher).where(person.c.record_id == person_id)
    ).scalar_one_or_none()
    return vault.decrypt_text(bytes(cipher)) if cipher else ""


def change_password(
    store: Store,
    token: str,
    old: str,
    new: str,
    *,
    address: str | None = None,
    device: str | None = None,
) -> sessions.LiveSession:
    """The owner's own change: the old password, then the new one. Every session of the account ends and a new
    one begins, whose token is returned. Raises ``LoginRefused`` for a wrong old password (counted as at
    login), ``PasswordRefused`` for a new one against the rules."""
    live = sessions.session_for_token(store, token)
    if live is None:
        raise entrance.LoginRefused("disabled", "登录已结束，请重新登录", "The login has ended; log in again")
    who = live.principal
    try:
        checked = entrance.login(store, who.university_code, who.username, old, tab=_tab(store, who), address=address)
    except entrance.LoginRefused as refused:
        if refused.reason != "wrong":
            raise
        raise entrance.LoginRefused("wrong", "原密码不正确", "The present password is not correct") from refused
    with store.begin(ALL) as uow:
        sessions.end(uow, checked.token)
    with store.begin(ALL) as uow:
        set_password(uow, who.account_id, new)
        sessions.end_all(uow, who.account_id)
        hours = timedelta(hours=settings.get(uow, "session_hours"))
        row = uow.conn.execute(select(account).where(account.c.id == who.account_id)).one()
        grant = next(g for g in sessions.grants_of(uow, who.account_id) if g.id == who.grant_id)
        opened = sessions.open_session(uow, row, grant, hours, address, device)
        audit.write(uow, who, "change_password", "account", who.account_id, university_code=who.university_code)
        messages.send(
            uow, who.account_id, "security", "密码已修改。如非本人操作，请联系管理员。",
            "Your password was changed. If this was not you, tell your administrator.",
        )  # fmt: skip
    return opened


def _tab(store: Store, who: Principal) -> str:
    with store.read(ALL) as uow:
        return str(uow.conn.execute(select(account.c.kind).where(account.c.id == who.account_id)).scalar_one())
