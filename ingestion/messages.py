"""Messages to accounts (消息): one sentence in two languages, with the record it opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from ingestion import permissions
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import account, message

KINDS: dict[str, tuple[str, str]] = {
    "review": ("审核", "Review"),
    "returned": ("退回", "Returned"),
    "approved": ("通过", "Approved"),
    "entered": ("代填", "Entered for you"),
    "transfer": ("转交", "Handed over"),
    "claim": ("认领", "Claim"),
    "question": ("询问", "Question"),
    "security": ("账号安全", "Account security"),
    "job": ("任务", "Job"),
    "notice": ("通知", "Notice"),
    "quality": ("数据质量", "Data quality"),
}


@dataclass(frozen=True)
class Message:
    id: int
    kind: str
    zh: str
    en: str
    record_id: int | None
    at: datetime
    read: bool


def send(uow: UnitOfWork, account_id: int, kind: str, zh: str, en: str, record_id: int | None = None) -> None:
    """One message to one account; ``kind`` is one of ``KINDS``. Part of the sender's transaction."""
    send_many(uow, [account_id], kind, zh, en, record_id)


def send_many(
    uow: UnitOfWork, account_ids: Iterable[int], kind: str, zh: str, en: str, record_id: int | None = None
) -> int:
    """The same message to several accounts, each once; returns how many."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of message: {kind}")
    targets = uow.conn.execute(
        select(account.c.id, account.c.university_code).where(account.c.id.in_(sorted(set(account_ids))))
    ).all()
    rows = [
        {
            "university_code": target.university_code, "account_id": target.id, "kind": kind,
            "title_zh": zh, "title_en": en, "record_id": record_id, "at": uow.now,
        }
        for target in targets
    ]  # fmt: skip
    if rows:
        uow.conn.execute(insert(message), rows)
    return len(rows)


def send_to_person(uow: UnitOfWork, person_id: int, kind: str, zh: str, en: str, record_id: int | None = None) -> int:
    """To the enabled accounts of a person; none where the person has no account."""
    rows = uow.conn.execute(
        select(account.c.id).where(account.c.person_id == person_id, account.c.enabled.is_(True))
    )
    return send_many(uow, [row.id for row in rows], kind, zh, en, record_id)


def unread_count(uow: UnitOfWork, principal: Principal) -> int:
    return uow.conn.execute(
        select(func.count())
        .select_from(message)
        .where(permissions.visible(principal, message), message.c.read_at.is_(None))
    ).scalar_one()


def list_for(uow: UnitOfWork, principal: Principal, *, limit: int = 50, unread_only: bool = False) -> list[Message]:
    """Newest first."""
    query = select(message).where(permissions.visible(principal, message)).order_by(message.c.id.desc()).limit(limit)
    if unread_only:
        query = query.where(message.c.read_at.is_(None))
    return [
        Message(r.id, r.kind, r.title_zh, r.title_en, r.record_id, r.at, r.read_at is not None)
        for r in uow.conn.execute(query)
    ]


def mark_read(uow: UnitOfWork, principal: Principal, message_ids: Iterable[int] | None = None) -> int:
    """Marks the given own messages read, or all of them (全部已读); returns how many were unread."""
    query = update(message).where(permissions.visible(principal, message), message.c.read_at.is_(None))
    if message_ids is not None:
        query = query.where(message.c.id.in_(list(message_ids)))
    return uow.conn.execute(query.values(read_at=uow.now)).rowcount
