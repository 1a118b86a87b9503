"""Notices (公告): published by the province for everybody, or by a university for its own people.

A notice dated in the future or withdrawn exists for nobody but those who manage notices: neither in a list
nor by its address. Province notices stand on the login page, before anybody has logged in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, insert, select, update

from ingestion import audit, permissions
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.platform import notice, university

TITLE_LENGTH = 100
BODY_LENGTH = 20_000


@dataclass(frozen=True)
class Notice:
    id: int
    title: str
    body: str
    publish_on: date
    audience: str
    publisher: str
    withdrawn: bool = False
    university_code: str = ""


class BadNotice(OperationError):
    """A notice without title, text or with one too long."""


def _current() -> ColumnElement[bool]:
    return and_(notice.c.publish_on <= today(), notice.c.withdrawn_at.is_(None))


def _fetch(uow: UnitOfWork, condition: ColumnElement[bool], limit: int) -> list[Notice]:
    rows = uow.conn.execute(
        select(notice, university.c.name.label("publisher"))
        .join(university, university.c.code == notice.c.university_code)
        .where(condition)
        .order_by(notice.c.publish_on.desc(), notice.c.id.desc())
        .limit(limit)
    )
    return [
        Notice(r.id, r.title, r.body, r.publish_on, r.audience, r.publisher, r.withdrawn_at is not None, r.university_code)
        for r in rows
    ]


def public(uow: UnitOfWork, limit: int = 100) -> list[Notice]:
    """What the login page shows: the province's notices in force, newest first. Needs the scope ``"*"``."""
    return _fetch(uow, and_(notice.c.audience == "province", _current()), limit)


def public_one(uow: UnitOfWork, notice_id: int) -> Notice:
    """Raises ``NotFound`` for anything not on the login page."""
    found = _fetch(uow, and_(notice.c.id == notice_id, notice.c.audience == "province", _current()), 1)
    if not found:
        raise NotFound
    return found[0]


def list_for(uow: UnitOfWork, principal: Principal, limit: int = 100) -> list[Notice]:
    """Notices this principal reads: the province's and the own university's; managers also see what they have
    prepared or withdrawn."""
    return _fetch(uow, permissions.visible(principal, notice), limit)


def one(uow: UnitOfWork, principal: Principal, notice_id: int) -> Notice:
    found = _fetch(uow, and_(notice.c.id == notice_id, permissions.visible(principal, notice)), 1)
    if not found:
        raise NotFound
    return found[0]


def publish(uow: UnitOfWork, actor: Principal, title: str, body: str, publish_on: date | None = None) -> int:
    """The province's notice is for everybody (全省), a university's for its own people (本校)."""
    permissions.require(actor, "manage_notices")
    title, body = title.strip(), body.strip()
    if not 1 <= len(title) <= TITLE_LENGTH:
        raise BadNotice(f"公告标题应为 1 到 {TITLE_LENGTH} 个字。", f"A notice's title has 1 to {TITLE_LENGTH} characters.")
    if not 1 <= len(body) <= BODY_LENGTH:
        raise BadNotice(f"公告正文应为 1 到 {BODY_LENGTH} 个字。", f"A notice's text has 1 to {BODY_LENGTH} characters.")
    audience = "province" if actor.role == "province_staff" else "university"
    day = publish_on or today()
    created: int = uow.conn.execute(
        insert(notice)
        .values(
            university_code=actor.university_code, audience=audience, title=title, body=body, publish_on=day,
            created_by=actor.account_id, created_at=uow.now,
        )
        .returning(notice.c.id)
    ).scalar_one()  # fmt: skip
    audit.write(uow, actor, "publish", "notice", created, {"title": title, "publish_on": day.isoformat()})
    return created


def withdraw(uow: UnitOfWork, actor: Principal, notice_id: int) -> None:
    permissions.require(actor, "manage_notices")
    changed = uow.conn.execute(
        update(notice)
        .where(
            notice.c.id == notice_id,
            notice.c.university_code == actor.university_code,
            notice.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=uow.now)
    ).rowcount
    if not changed:
        raise NotFound
    audit.write(uow, actor, "withdraw", "notice", notice_id)
