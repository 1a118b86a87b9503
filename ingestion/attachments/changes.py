"""Files of a change application (变更申请): added or taken off with it, and in force only once it is approved.

A file added within an application carries ``added_in``, one to be taken off ``removed_in``. Approval clears the
first and removes the second; an application that ends otherwise leaves the record's files as they were.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import attachment

A = attachment.c


def in_force() -> ColumnElement[bool]:
    """The files a record has now, whatever an open application would change."""
    return and_(A.removed_at.is_(None), A.added_in.is_(None))


def as_amended() -> ColumnElement[bool]:
    """The files a record will have once its open application is approved."""
    return and_(A.removed_at.is_(None), A.removed_in.is_(None))


def any_of(uow: UnitOfWork, amendment_id: int) -> bool:
    """Does the application add or take off a file?"""
    named = and_(A.removed_at.is_(None), or_(A.added_in == amendment_id, A.removed_in == amendment_id))
    return bool(uow.conn.execute(select(exists().where(named))).scalar_one())


def settle(uow: UnitOfWork, amendment_id: int, *, applied: bool) -> None:
    """The application ends: its files come into force, or disappear with it. Part of its last step."""
    gone, kept = (A.removed_in, A.added_in) if applied else (A.added_in, A.removed_in)
    uow.conn.execute(update(attachment).where(gone == amendment_id, A.removed_at.is_(None)).values(removed_at=uow.now))
    uow.conn.execute(update(attachment).where(kept == amendment_id, A.removed_at.is_(None)).values({kept.key: None}))
