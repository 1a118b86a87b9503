"""Triggers: what the change feed sees, and rows that may only be added.

``WATCHED`` is the one list of tables the pipeline reads, with the column that identifies a change:
the record id for everything that belongs to records, else the row's own key. A trigger notes that a
row changed and decides nothing; key columns never change, so an update is noted under its new key.

Every name put into a statement here comes from the product's own declarations.

On SQLite triggers fire once a row. On PostgreSQL they fire once a statement over its transition
table, so a bulk insert of a thousand child rows notes each record once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select, insert, literal, select

from ingestion.store.platform import METADATA
from ingestion.store.tables import RECORD_TABLES

WATCHED: dict[str, str] = {
    **{name: "id" if name == "record" else "record_id" for name in RECORD_TABLES},
    "university": "code",  # a text key: change_log.row_id is 0 and university_code names the row
    "unit": "id",
    "person_post": "id",
    "code_item": "id",
    "share_rule": "id",
    "source_table": "id",
    "source_paper": "id",
    "score_rule": "id",
    "fund_entry": "id",
    "project_balance": "project_id",
    "amendment": "id",
}

ADD_ONLY = ("audit_row", "audit_block", "archived_audit_row", "archived_audit_block", "fund_entry", "share_rule", "source_table", "score_rule", "signed_snapshot")
"""No row is ever changed or removed."""

ADD_ONLY_OF_RECORD = ("record_version", "review_event")
"""No row is ever changed, and rows leave only together with their record (an own draft deleted)."""

_EVENTS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))


def university_column(table: str) -> str:
    """The column that says whose row it is."""
    return {"university": "code", "code_item": "owner"}.get(table, "university_code")


_STANDING = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                     WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace""",
}


def rebuild(conn: Connection) -> None:
    """Replace all triggers by those declared here; run after every upgrade, so a new table has its own."""
    drop(conn)
    for statement in _sqlite() if conn.dialect.name == "sqlite" else _postgresql():
        conn.exec_driver_sql(statement)


def drop(conn: Connection) -> None:
    """Leave no trigger: before a migration rebuilds tables, and to measure what triggers cost."""
    dialect = conn.dialect.name
    for name, table in conn.exec_driver_sql(_STANDING[dialect]).all():
        of_table = "" if dialect == "sqlite" else f' ON "{table}"'
        conn.exec_driver_sql(f'DROP TRIGGER "{name}"{of_table}')


@contextmanager
def unnoted(conn: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Inserts into these tables are not noted one by one: the caller notes them in one statement when they take
    effect (``note``). SQLite alone: there a trigger a row costs more than the row (102 of 165 µs of a paper's thirty),
    on PostgreSQL one a statement costs nothing to speak of. The triggers go and come back in the caller's own
    transaction, in which nobody else writes; a rollback or a kill leaves them where they were."""
    if conn.dialect.name != "sqlite":
        yield
        return
    names = [table for table in tables if table in WATCHED]
    for table in names:
        conn.exec_driver_sql(f"DROP TRIGGER feed_{table}_insert")
    yield
    for table in names:
        conn.exec_driver_sql(_feed_trigger(table, *_EVENTS[0]))


def note(conn: Connection, tables: Iterable[str], record_ids: Select[Any]) -> None:
    """What ``unnoted`` left out: the rows of these tables that belong to records, each record once."""
    if conn.dialect.name != "sqlite":
        return
    log = METADATA.tables["change_log"]
    for name in tables:
        table = METADATA.tables[name]
        rows = select(table.c.university_code, literal(name), table.c.record_id, literal("I")).distinct()
        conn.execute(
            insert(log).from_select(["university_code", "table_name", "row_id", "op"], rows.where(table.c.record_id.in_(record_ids)))
        )


def standing(conn: Connection) -> frozenset[str]:
    """The names of the triggers in the database."""
    return frozenset(row[0] for row in conn.exec_driver_sql(_STANDING[conn.dialect.name]))


def names(dialect: str) -> frozenset[str]:
    """The names of all triggers that must stand, for the doctor and the migration test."""
    statements = _sqlite() if dialect == "sqlite" else _postgresql()
    return frozenset(s.split()[2] for s in statements if s.startswith("CREATE TRIGGER"))


def _feed_trigger(table: str, event: str, row: str) -> str:
    owner = f"{row}.{university_column(table)}"
    row_id = "0" if table == "university" else f"{row}.{WATCHED[table]}"
    return (
        f'CREATE TRIGGER feed_{table}_{event.lower()} AFTER {event} ON "{table}" BEGIN '  # noqa: S608
        "INSERT INTO change_log (university_code, table_name, row_id, op) "
        f"VALUES ({owner}, '{table}', {row_id}, '{event[0]}'); END"
    )


def _sqlite() -> Iterator[str]:
    for table in WATCHED:
        for event, row in _EVENTS:
            yield _feed_trigger(table, event, row)
    refuse = "BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END"
    for table in (*ADD_ONLY, *ADD_ONLY_OF_RECORD):
        yield f"CREATE TRIGGER keep_{table}_update BEFORE UPDATE ON {table} " + refuse.format(table=table)
    for table in ADD_ONLY:
        yield f"CREATE TRIGGER keep_{table}_delete BEFORE DELETE ON {table} " + refuse.format(table=table)
    for table in ADD_ONLY_OF_RECORD:  # a cascade removes the record first, so it no longer exists here
        yield (
            f"CREATE TRIGGER keep_{table}_delete BEFORE DELETE ON {table} "  # noqa: S608
            f"WHEN EXISTS (SELECT 1 FROM record WHERE id = OLD.record_id) " + refuse.format(table=table)
        )


def _postgresql() -> Iterator[str]:
    shapes = {(key, university_column(table)): table for table, key in WATCHED.items()}
    for key, owner in shapes:
        row_id = "0" if key == "code" else key
        yield (
            f"CREATE OR REPLACE FUNCTION feed_by_{key}_{owner}() RETURNS trigger "  # noqa: S608
            f"LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO change_log (university_code, table_name, row_id, op) "
            f"SELECT DISTINCT {owner}, TG_TABLE_NAME, {row_id}, left(TG_OP, 1) FROM changed; "
            f"RETURN NULL; END $$"
        )
    for table, key in WATCHED.items():
        for event, row in _EVENTS:
            yield (
                f'CREATE TRIGGER feed_{table}_{event.lower()} AFTER {event} ON "{table}" '
                f"REFERENCING {row} TABLE AS changed FOR EACH STATEMENT "
                f"EXECUTE FUNCTION feed_by_{key}_{university_column(table)}()"
            )
    yield (
        "CREATE OR REPLACE FUNCTION keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '%%: rows are only ever added', TG_TABLE_NAME; END $$"
    )
    for table in (*ADD_ONLY, *ADD_ONLY_OF_RECORD):
        yield (
            f"CREATE TRIGGER keep_{table}_update BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION keep_rows()"
        )
    for table in ADD_ONLY:
        yield (
            f"CREATE TRIGGER keep_{table}_delete BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION keep_rows()"
        )
    yield (
        "CREATE OR REPLACE FUNCTION keep_rows_of_record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF EXISTS (SELECT 1 FROM record WHERE id = OLD.record_id) THEN "
        "RAISE EXCEPTION '%%: rows are only ever added', TG_TABLE_NAME; END IF; RETURN OLD; END $$"
    )
    for table in ADD_ONLY_OF_RECORD:
        yield (
            f"CREATE TRIGGER keep_{table}_delete BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION keep_rows_of_record()"
        )
