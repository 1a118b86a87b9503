"""Building and upgrading a store: tables, triggers, row-level security, its identity.

``upgrade`` runs the migrations and is what installations use; ``create`` builds the same thing straight
from the catalogue, for tests and throw-away stores. Triggers, policies and grants are not part of a
migration: they are rebuilt from their declarations after every one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Select, select

from ingestion.store import rls, tables, triggers
from ingestion.store.engine import ALL, Store, set_scope
from ingestion.store.platform import METADATA, setting

STORE_ID = "store_id"


def create(store: Store) -> None:
    """Build every table of the catalogue in an empty database. The url's user must own the database."""
    with store.begin(ALL) as uow:
        METADATA.create_all(uow.conn)
        command.stamp(alembic_config(uow.conn), "head")
        _finish(uow.conn)


def upgrade(store: Store) -> None:
    """Bring the store's tables to the newest revision, from nothing or from an older one; the url's user
    must own the database. In one transaction: a failed upgrade leaves the store as it was. Where rows were
    there before, the store takes a new identity, so that the pipeline reads everything again."""
    with rebuilding(store) as conn:
        before = MigrationContext.configure(conn).get_current_heads()
        command.upgrade(alembic_config(conn), "head")
        _finish(conn)
        if before and before != MigrationContext.configure(conn).get_current_heads():
            renew_store_id(conn)


@contextmanager
def rebuilding(store: Store) -> Iterator[Connection]:
    """A transaction in which tables may be built anew: no trigger stands, and on SQLite, where altering a table
    means dropping its predecessor, no row goes along with it. References are checked before it ends."""
    with store.engine.connect() as conn:
        sqlite = conn.dialect.name == "sqlite"
        driver = conn.connection.driver_connection
        assert driver is not None
        if sqlite:
            driver.execute("PRAGMA foreign_keys = OFF")  # has no effect inside a transaction
        try:
            with conn.begin():
                set_scope(conn, ALL)
                triggers.drop(conn)
                yield conn
                if sqlite and (torn := conn.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise ValueError(f"rows refer to what is not there: {torn[:5]}")
        finally:
            if sqlite:
                driver.execute("PRAGMA foreign_keys = ON")


def pending(store: Store) -> bool:
    """Whether the store's tables are older than the product."""
    with store.read(ALL) as uow:
        standing = MigrationContext.configure(uow.conn).get_current_heads()
        return set(standing) != set(ScriptDirectory.from_config(alembic_config(uow.conn)).get_heads())


def alembic_config(conn: Connection) -> Config:
    config = _config()
    config.attributes["connection"] = conn
    return config


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def revisions() -> frozenset[str]:
    """Every revision of the tables this version of the product knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _finish(conn: Connection) -> None:
    """What follows the tables, however they came to be."""
    assert set(tables.RECORD_TABLES) <= set(METADATA.tables)
    triggers.rebuild(conn)
    if conn.dialect.name == "postgresql":
        rls.rebuild(conn)
    if conn.scalar(_store_id()) is None:
        conn.execute(setting.insert().values(university_code=ALL, key=STORE_ID, value=new_store_id()))


def new_store_id() -> str:
    """A store's identity. A restored or copied store must take a new one, so that the feed's reader starts
    afresh instead of trusting a position that belongs to another history."""
    return secrets.token_hex(8)


def _store_id() -> Select[tuple[str]]:
    return select(setting.c.value).where(setting.c.university_code == ALL, setting.c.key == STORE_ID)


def store_id(conn: Connection) -> str:
    """Raises LookupError where the store was never set up."""
    value = conn.scalar(_store_id())
    if value is None:
        raise LookupError("the store has no identity: it was never set up")
    return str(value)


def renew_store_id(conn: Connection) -> None:
    """Run by a restore."""
    conn.execute(
        setting.update()
        .where(setting.c.university_code == ALL, setting.c.key == STORE_ID)
        .values(value=new_store_id())
    )
