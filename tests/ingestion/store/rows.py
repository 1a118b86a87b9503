"""Rows for tests of the store and the feed, put in below the operations: university, account, unit, records."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import text

from ingestion.store import tables  # noqa: F401  (the catalogue's tables join the metadata on import)
from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import METADATA

AT = datetime(2025, 3, 1, 8, 30, 15, 123456)


def add(uow: UnitOfWork, table: str, **values: object) -> int:
    """Insert one row; returns its id (0 for a table with another key)."""
    result = uow.conn.execute(METADATA.tables[table].insert().values(**values))
    key = result.inserted_primary_key
    return key[0] if key and isinstance(key[0], int) else 0


def university(uow: UnitOfWork, code: str, name: str = "江城大学") -> int:
    """A university with one account and one college; returns the account's id."""
    add(uow, "university", code=code, name=name, created_at=AT)
    add(uow, "unit", university_code=code, code="C1", name="计算机学院", valid_from=date(2000, 1, 1))
    return add(uow, "account", university_code=code, username="office", name="科研处", created_at=AT)


def paper(uow: UnitOfWork, code: str, account: int, title: str = "论文", state: str = "00") -> int:
    """A paper with one contributor; returns its record id."""
    record = add(
        uow,
        "record",
        university_code=code,
        type="paper",
        state=state,
        title=title,
        entered_by=account,
        channel="own",
        filed_year=2025,
        created_at=AT,
        updated_at=AT,
        state_since=AT,
        submitted_at=None if state == "00" else AT,
        approved_at=AT if state == "30" else None,
    )
    add(uow, "paper", record_id=record, university_code=code, title=title, published_on=date(2025, 2, 1))
    add(
        uow,
        "contributor",
        record_id=record,
        university_code=code,
        role="author",
        rank=1,
        kind="external",
        name="张伟",
    )
    return record


def run(uow: UnitOfWork, statement: str, **parameters: object) -> None:
    uow.conn.execute(text(statement), parameters)
