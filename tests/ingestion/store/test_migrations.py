"""A store brought up by migrations is the one built from the catalogue."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import String, text

from ingestion.store import setup, triggers
from ingestion.store.engine import Store, open_store
from ingestion.store.migrations.__main__ import draft
from ingestion.store.platform import METADATA
from tests.conftest import PostgresServer
from tests.ingestion.store import rows

POSTGRES_CATALOGUE = {
    "columns": """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "policies": "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies",
    "grants": "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "comments": """SELECT objoid::regclass::text, description FROM pg_description
        WHERE classoid = 'pg_class'::regclass AND objsubid = 0 AND objoid >= 16384""",
}


@pytest.fixture
def upgraded(store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty database of the same kind as ``store``, brought up by the migrations as its owner."""
    if store.dialect == "sqlite":
        fresh = open_store(f"sqlite:///{tmp_path / 'upgraded.sqlite'}")
        setup.upgrade(fresh)
        yield fresh
        fresh.dispose()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    server.create_database("upgraded")
    fresh = server.open("upgraded", "yanshu_owner")
    setup.upgrade(fresh)
    yield fresh
    fresh.dispose()
    server.drop_database("upgraded")


def parts(sql: str) -> list[str]:
    """The columns and constraints of a CREATE TABLE, whatever order the constraints are written in, and whether
    or not a name is quoted (SQLite quotes the name of a table it built anew)."""
    tight = re.sub(r"\s*([(),])\s*", r"\1", " ".join(sql.replace('"', "").split()))
    return sorted(part.rstrip(")") for part in re.split(r",(?![^(]*\))", tight))


def described(store: Store) -> dict[str, Any]:
    """What the database itself says stands in it."""
    with store.begin("*") as uow:
        if store.dialect == "sqlite":
            found = uow.conn.execute(text("SELECT type, name, sql FROM sqlite_master"))
            return {f"{kind} {name}": parts(sql or "") for kind, name, sql in found}
        return {
            part: sorted(tuple(map(str, row)) for row in uow.conn.execute(text(query)))
            for part, query in POSTGRES_CATALOGUE.items()
        }


def test_a_fresh_upgrade_equals_the_catalogue(store: Store, upgraded: Store) -> None:
    built, migrated = described(store), described(upgraded)
    assert set(built) == set(migrated)
    for part, standing in built.items():
        assert migrated[part] == standing, part


@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
def test_alembic_finds_nothing_to_add(upgraded: Store) -> None:
    def ours(_object: Any, name: str | None, _kind: str, reflected: bool, _other: Any) -> bool:
        return not (reflected and name in ("xid", "ix_change_log_xid", "alembic_version"))

    with upgraded.begin("*") as uow:
        options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
        context = MigrationContext.configure(uow.conn, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_all_triggers_stand(upgraded: Store) -> None:
    with upgraded.begin("*") as uow:
        assert triggers.standing(uow.conn) == triggers.names(uow.dialect)


def test_upgrading_twice_changes_nothing(upgraded: Store) -> None:
    before = described(upgraded)
    with upgraded.begin("*") as uow:
        identity = setup.store_id(uow.conn)
    setup.upgrade(upgraded)
    assert described(upgraded) == before
    with upgraded.begin("*") as uow:
        assert setup.store_id(uow.conn) == identity


def test_an_outdated_store_is_told_from_a_current_one(store: Store, upgraded: Store) -> None:
    assert not setup.pending(store)
    assert not setup.pending(upgraded)
    with upgraded.begin("*") as uow:
        uow.conn.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert setup.pending(upgraded)


def test_a_table_built_anew_keeps_every_row(store: Store, upgraded: Store) -> None:
    with upgraded.begin("*") as uow:
        account = rows.university(uow, "99001")
        rows.paper(uow, "99001", account)
        identity = setup.store_id(uow.conn)
    with setup.rebuilding(upgraded) as conn:
        operations = Operations(MigrationContext.configure(conn))
        with operations.batch_alter_table("record", recreate="auto") as record:
            record.alter_column("out_reason", type_=String(400), existing_type=String(200))
    with upgraded.begin("*") as uow:
        for table in ("record", "paper", "contributor"):
            assert uow.conn.scalar(text(f"SELECT count(*) FROM {table}")) == 1
        assert setup.store_id(uow.conn) == identity
    with pytest.raises(Exception, match="(?i)foreign key"), upgraded.begin("*") as uow:
        rows.run(uow, "UPDATE record SET college_id = 999")


def test_a_store_from_an_older_revision_is_read_anew(upgraded: Store) -> None:
    with upgraded.begin("*") as uow:
        identity = setup.store_id(uow.conn)
        newest = str(uow.conn.scalar(text("SELECT version_num FROM alembic_version")))
    with setup.rebuilding(upgraded) as conn:
        command.downgrade(setup.alembic_config(conn), "-1")
    setup.upgrade(upgraded)
    with upgraded.begin("*") as uow:
        assert uow.conn.scalar(text("SELECT version_num FROM alembic_version")) == newest
        assert setup.store_id(uow.conn) != identity


def test_the_next_revision_is_drafted_from_what_differs(tmp_path: Path) -> None:
    shutil.copytree(Path(setup.__file__).parent / "migrations", tmp_path / "migrations")
    newest = max(path.stem[:4] for path in (tmp_path / "migrations" / "versions").glob("0*.py"))
    written = Path(draft("add nothing", tmp_path / "migrations"))
    assert written.name == f"{int(newest) + 1:04d}_add_nothing.py"
    assert f'down_revision = "{newest}"' in written.read_text().replace("'", '"')
    assert "op." not in written.read_text()
