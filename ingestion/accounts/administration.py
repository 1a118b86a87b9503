"""Organisations and accounts: creating, granting roles, disabling; and principals for work without a browser."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import Row, delete, func, insert, or_, select, update

from ingestion import audit, permissions
from ingestion.accounts import entrance, links, sessions
from ingestion.accounts.choosing import set_password
from ingestion.principal import ROLE_NAMES, Denied, NotFound, OperationError, Principal, Role
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.platform import account, account_grant, unit, university

PROVINCE_ROLES = frozenset({"province_staff", "province_analyst"})
PERSON_ROLES = frozenset({"office_admin", "college_admin", "researcher", "analyst", "finance"})
SYSTEM = "system"  # the username under which the installation files things for a university


class BadAccount(OperationError):
    """An account, role or organisation that cannot be."""


@dataclass(frozen=True)
class Grant:
    """A role to give. ``unit_id`` only and always for college_admin."""

    role: str
    unit_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


# --- organisations ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewUniversity:
    """``created`` is False where the code was there already. ``link`` activates its first administrator."""

    code: str
    created: bool
    admin_account_id: int | None = None
    link: str | None = None


def search_words(name: str) -> str:
    """What the login box finds a name by: full pinyin and initials."""
    return f"{''.join(lazy_pinyin(name))} {''.join(lazy_pinyin(name, style=Style.FIRST_LETTER))}".casefold()


def create_university(
    uow: UnitOfWork,
    actor: Principal | None,
    code: str,
    name: str,
    *,
    kind: str = "university",
    name_en: str | None = None,
    peer_group: str | None = None,
    city_code: str | None = None,
    admin_username: str | None = None,
    admin_name: str | None = None,
) -> NewUniversity:
    """A university or the province office, with its system account and, where named, its first administrator,
    who gets a one-time link and no password. A code known already is found again and switched on, never
    doubled. ``actor=None`` is the installation itself. Needs the scope ``"*"``."""
    if actor is not None:
        permissions.require(actor, "manage_universities")
    code, name = code.strip(), name.strip()
    if not code.isalnum() or not code.isascii() or not 2 <= len(code) <= 8:
        raise BadAccount(f"单位代码“{code}”应为 2 到 8 位数字或字母。", f"The code “{code}” has 2 to 8 digits or letters.")
    if not 2 <= len(name) <= 100:
        raise BadAccount(f"单位名称“{name}”应为 2 到 100 个字。", f"The name “{name}” has 2 to 100 characters.")
    known = uow.conn.execute(select(university).where(university.c.code == code)).one_or_none()
    if known is None:
        uow.conn.execute(
            insert(university).values(
                code=code, name=name, name_en=name_en, kind=kind, peer_group=peer_group, city_code=city_code,
                pinyin=search_words(name), enabled=True, created_at=uow.now,
            )
        )  # fmt: skip
        uow.conn.execute(
            insert(account).values(
                university_code=code, username=SYSTEM, name=ROLE_NAMES["system"][0], kind="system",
                must_change=False, enabled=True, created_at=uow.now,
            )
        )  # fmt: skip
        audit.write(uow, actor, "create", "university", code, {"name": name}, university_code=code)
    else:
        uow.conn.execute(update(university).where(university.c.code == code).values(enabled=True))
        audit.write(uow, actor, "enable", "university", code, university_code=code)
    if admin_username is None:
        return NewUniversity(code, known is None)
    role = "province_staff" if (known.kind if known else kind) == "province" else "office_admin"
    found = _find(uow, code, admin_username)
    admin_id = found.id if found else create_account(
        uow, actor, code, admin_username, admin_name or admin_username, grants=(Grant(role),)
    )  # fmt: skip
    link = links.issue_unchecked(uow, actor, admin_id, code, "activate") if not found or not found.password_hash else None
    return NewUniversity(code, known is None, admin_id, link)


def initialise(uow: UnitOfWork, code: str, name: str, username: str, person_name: str) -> str:
    """A new installation's province office and its first account; returns the token of the set-up link.
    Until that link is used no account has a password. Refused where any organisation exists."""
    if uow.conn.execute(select(func.count()).select_from(university)).scalar_one():
        raise BadAccount("系统已初始化。", "The installation is set up already.")
    create_university(uow, None, code, name, kind="province")
    admin = create_account(uow, None, code, username, person_name, grants=(Grant("province_staff"),))
    return links.issue_unchecked(uow, None, admin, code, "setup")


def set_university_enabled(uow: UnitOfWork, actor: Principal, code: str, enabled: bool) -> None:
    """Switches a university on or off; its people stop at their next click. Needs the scope ``"*"``."""
    permissions.require(actor, "manage_universities")
    if uow.conn.execute(update(university).where(university.c.code == code).values(enabled=enabled)).rowcount != 1:
        raise NotFound
    audit.write(uow, actor, "enable" if enabled else "disable", "university", code, university_code=code)


def login_choices(uow: UnitOfWork) -> list[dict[str, str]]:
    """The organisations of the login box: code, name, English name, words to find it by, city code."""
    rows = uow.conn.execute(
        select(university).where(university.c.enabled.is_(True)).order_by(university.c.kind.desc(), university.c.code)
    )
    return [
        {
            "code": row.code, "name": row.name, "name_en": row.name_en or "", "words": row.pinyin or "",
            "city": row.city_code or "", "kind": row.kind,
        }
        for row in rows
    ]  # fmt: skip


# --- accounts -----------------------------------------------------------------------------------------


def clean_username(text: str) -> str:
    """Half-width, without blanks around; refused where blanks or invisible characters are left inside."""
    name = unicodedata.normalize("NFKC", text).strip()
    if not 2 <= len(name) <= 60 or any(unicodedata.category(c)[0] in "CZ" for c in name):
        raise BadAccount(f"账号“{text}”应为 2 到 60 个字符，不含空格。", f"The username “{text}” has 2 to 60 characters without blanks.")
    return name


def create_account(
    uow: UnitOfWork,
    actor: Principal | None,
    university_code: str,
    username: str,
    name: str,
    *,
    grants: Sequence[Grant] = (),
    kind: str = "person",
    person_id: int | None = None,
    password: str | None = None,
    must_change: bool = True,
    language: str = "zh",
) -> int:
    """Returns the account's id. Without a password it cannot be used until its link is redeemed
    (``issue_link``); with one, the owner must change it at first login unless ``must_change=False``."""
    username, name = clean_username(username), name.strip()
    if not 1 <= len(name) <= 100:
        raise BadAccount(f"姓名“{name}”应为 1 到 100 个字。", f"The name “{name}” has 1 to 100 characters.")
    if _find(uow, university_code, username):
        raise BadAccount(f"账号“{username}”已存在。", f"The account “{username}” exists already.")
    _may_manage(actor, university_code, grants)
    created: int = uow.conn.execute(
        insert(account)
        .values(
            university_code=university_code, username=username, name=name, kind=kind, person_id=person_id,
            must_change=must_change, enabled=True, language=language, created_at=uow.now,
        )
        .returning(account.c.id)
    ).scalar_one()  # fmt: skip
    audit.write(
        uow, actor, "create", "account", created, {"username": username, "name": name}, university_code=university_code
    )
    for grant in grants:
        _grant(uow, actor, created, university_code, kind, grant)
    if password is not None:
        set_password(uow, created, password, must_change=must_change)
    return created


def _find(uow: UnitOfWork, university_code: str, username: str) -> Row[Any] | None:
    return uow.conn.execute(
        select(account).where(account.c.university_code == university_code, account.c.username == username)
    ).one_or_none()


def _may_manage(actor: Principal | None, university_code: str, grants: Sequence[Grant] = ()) -> None:
    """The office manages its own people; the province its own office and the universities' administrators."""
    if actor is None:
        return
    permissions.require(actor, "manage_accounts")
    if actor.role == "system" or actor.university_code == university_code:
        return
    if actor.role != "province_staff" or {grant.role for grant in grants} - {"office_admin"}:
        raise Denied


def _managed(uow: UnitOfWork, actor: Principal, account_id: int) -> Row[Any]:
    permissions.require(actor, "manage_accounts")
    row = uow.conn.execute(
        select(account).where(account.c.id == account_id, permissions.visible(actor, account))
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.kind == "system":
        raise Denied
    return row


def grant_role(uow: UnitOfWork, actor: Principal, account_id: int, grant: Grant) -> int:
    """Gives a role, with scope and dates; returns the grant's id."""
    row = _managed(uow, actor, account_id)
    _may_manage(actor, row.university_code, (grant,))
    return _grant(uow, actor, row.id, row.university_code, row.kind, grant)


def _grant(
    uow: UnitOfWork, actor: Principal | None, account_id: int, university_code: str, kind: str, grant: Grant
) -> int:
    organisation: str = uow.conn.execute(
        select(university.c.kind).where(university.c.code == university_code)
    ).scalar_one()
    fitting = {"expert"} if kind == "expert" else PROVINCE_ROLES if organisation == "province" else PERSON_ROLES
    if grant.role not in fitting:
        zh, en = ROLE_NAMES.get(grant.role, (grant.role, grant.role))
        raise BadAccount(f"这个账号不能有“{zh}”角色。", f"This account cannot hold the role “{en}”.")
    if (grant.role == "college_admin") != (grant.unit_id is not None):
        raise BadAccount("院系管理员必须指定学院，其他角色不指定。", "A college secretary's role names a college; no other role does.")
    if grant.unit_id is not None:
        of = uow.conn.execute(
            select(unit.c.id).where(unit.c.id == grant.unit_id, unit.c.university_code == university_code)
        ).first()
        if of is None:
            raise NotFound
    start = grant.valid_from or today()
    if grant.valid_to is not None and grant.valid_to < start:
        raise BadAccount(f"结束日期 {grant.valid_to} 早于开始日期 {start}。", f"The end {grant.valid_to} lies before the start {start}.")
    created: int = uow.conn.execute(
        insert(account_grant)
        .values(
            university_code=university_code, account_id=account_id, role=grant.role, unit_id=grant.unit_id,
            valid_from=start, valid_to=grant.valid_to,
        )
        .returning(account_grant.c.id)
    ).scalar_one()  # fmt: skip
    audit.write(
        uow, actor, "grant", "account", account_id,
        {"role": grant.role, "unit": grant.unit_id, "from": start, "to": grant.valid_to},
        university_code=university_code,
    )  # fmt: skip
    return created


def revoke_role(uow: UnitOfWork, actor: Principal, grant_id: int) -> None:
    """Takes a role away at once: its last day was yesterday, or it never began."""
    row = uow.conn.execute(select(account_grant).where(account_grant.c.id == grant_id)).one_or_none()
    if row is None:
        raise NotFound
    _managed(uow, actor, row.account_id)
    _may_manage(actor, row.university_code, (Grant(row.role, row.unit_id),))
    yesterday = today() - timedelta(days=1)
    if row.valid_from > yesterday:
        uow.conn.execute(delete(account_grant).where(account_grant.c.id == grant_id))
    else:
        uow.conn.execute(update(account_grant).where(account_grant.c.id == grant_id).values(valid_to=yesterday))
    audit.write(
        uow, actor, "revoke", "account", row.account_id, {"role": row.role, "unit": row.unit_id},
        university_code=row.university_code,
    )  # fmt: skip


def set_enabled(uow: UnitOfWork, actor: Principal, account_id: int, enabled: bool) -> None:
    """Disabling ends every session of the account at once. Nobody disables the account in use."""
    row = _managed(uow, actor, account_id)
    if row.id == actor.account_id:
        raise BadAccount("不能停用正在使用的账号。", "The account in use cannot be disabled.")
    uow.conn.execute(update(account).where(account.c.id == account_id).values(enabled=enabled))
    if not enabled:
        sessions.end_all(uow, account_id)
    audit.write(
        uow, actor, "enable" if enabled else "disable", "account", account_id, university_code=row.university_code
    )


def unlock(uow: UnitOfWork, actor: Principal, account_id: int) -> None:
    row = _managed(uow, actor, account_id)
    entrance.clear_lock(uow, account_id)
    audit.write(uow, actor, "unlock", "account", account_id, university_code=row.university_code)


def set_language(uow: UnitOfWork, principal: Principal, language: str) -> None:
    if language not in ("zh", "en"):
        raise ValueError(f"unknown language: {language}")
    uow.conn.execute(update(account).where(account.c.id == principal.account_id).values(language=language))


@dataclass(frozen=True)
class AccountRow:
    """One line of the account list. ``activated``: a password was set."""

    id: int
    university_code: str
    username: str
    name: str
    kind: str
    enabled: bool
    activated: bool
    locked_until: datetime | None
    last_login_at: datetime | None
    grants: tuple[Grant, ...] = field(default=())


def list_accounts(
    uow: UnitOfWork, principal: Principal, *, text: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[AccountRow], int]:
    """The accounts this principal manages, by username, with the true total."""
    permissions.require(principal, "manage_accounts")
    condition = [permissions.visible(principal, account), account.c.kind != "system"]
    if text.strip():
        pattern = f"%{text.strip()}%"
        condition.append(or_(account.c.username.like(pattern), account.c.name.like(pattern)))
    total = uow.conn.execute(select(func.count()).select_from(account).where(*condition)).scalar_one()
    rows = uow.conn.execute(
        select(account).where(*condition).order_by(account.c.university_code, account.c.username).limit(limit).offset(offset)
    ).all()
    held: dict[int, list[Grant]] = {}
    for grant in uow.conn.execute(
        select(account_grant)
        .where(account_grant.c.account_id.in_([row.id for row in rows]))
        .order_by(account_grant.c.id)
    ):
        held.setdefault(grant.account_id, []).append(
            Grant(grant.role, grant.unit_id, grant.valid_from, grant.valid_to)
        )
    return [
        AccountRow(
            row.id, row.university_code, row.username, row.name, row.kind, row.enabled, row.password_hash is not None,
            row.locked_until, row.last_login_at, tuple(held.get(row.id, ())),
        )
        for row in rows
    ], total  # fmt: skip


# --- principals without a browser ---------------------------------------------------------------------


def system_principal(uow: UnitOfWork, university_code: str) -> Principal:
    """系统, acting for one organisation."""
    row = _find(uow, university_code, SYSTEM)
    if row is None:
        raise NotFound
    return Principal(row.id, university_code, row.username, row.name, "system")


def principal_for(uow: UnitOfWork, university_code: str, username: str, role: Role | None = None) -> Principal:
    """The permissions and authorship a command acts with (``--as``). Raises ``NotFound`` for an unknown or
    disabled account, ``Denied`` where it does not hold the role."""
    row = _find(uow, university_code, username)
    if row is None or not row.enabled or row.kind == "system":
        raise NotFound
    held = sessions.grants_of(uow, row.id)
    grant = next((g for g in held if role is None or g.role == role), None)
    if grant is None:
        raise Denied
    return Principal(
        row.id, row.university_code, row.username, row.name, grant.role, grant.id, grant.unit_id, row.person_id, row.language
    )
