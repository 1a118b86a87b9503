"""S18: what PostgreSQL itself refuses to the product's role, below every operation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from ingestion.store import rls
from ingestion.store.engine import Store
from ingestion.store.platform import METADATA
from tests.conftest import PostgresServer
from tests.ingestion.store import rows

pytestmark = pytest.mark.postgres

TENANT = sorted(name for name, table in METADATA.tables.items() if "university_code" in table.c)


@pytest.fixture
def two(postgres_store: Store) -> Store:
    """Two universities, each with a paper and an audit row."""
    with postgres_store.begin("*") as uow:
        for code in ("99001", "99002"):
            account = rows.university(uow, code)
            rows.paper(uow, code, account, f"论文 {code}")
            rows.add(
                uow,
                "audit_row",
                university_code=code,
                at=rows.AT,
                account_id=account,
                actor="科研处",
                action="create",
                object_type="record",
            )
            rows.add(uow, "setting", university_code=code, key="idle_minutes", value="30")
    return postgres_store


@pytest.fixture
def owner(two: Store, postgres_server: PostgresServer) -> Iterator[Store]:
    opened = postgres_server.open(str(two.engine.url.database), "yanshu_owner")
    yield opened
    opened.dispose()


@pytest.fixture
def feed_role(two: Store, postgres_server: PostgresServer) -> Iterator[Store]:
    opened = postgres_server.open(str(two.engine.url.database), "yanshu_feed")
    yield opened
    opened.dispose()


def test_the_product_owns_nothing_and_is_held_by_policies(two: Store) -> None:
    with two.begin("*") as uow:
        role = uow.conn.execute(
            text(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            )
        ).one()
        owned = uow.conn.scalar(
            text(
                "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
            )
        )
    assert tuple(role) == (False, False, False, False)
    assert owned == 0


def test_the_doctor_is_told_which_role_connects(
    two: Store, owner: Store, postgres_server: PostgresServer
) -> None:
    with two.begin("*") as uow:
        assert rls.standing(uow.conn) == rls.Standing("yanshu_app", held=True, owner=False)
    with owner.begin("*") as uow:
        assert rls.standing(uow.conn) == rls.Standing("yanshu_owner", held=True, owner=True)
    admin = postgres_server.open(str(two.engine.url.database), "postgres")
    with admin.begin("*") as uow:
        assert not rls.standing(uow.conn).held
    admin.dispose()


def test_every_table_has_forced_row_security(two: Store) -> None:
    with two.begin("*") as uow:
        forced = set(
            uow.conn.scalars(
                text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            )
        )
    assert forced == set(METADATA.tables)


@pytest.mark.parametrize("used_before", [False, True])
def test_without_a_scope_every_table_is_an_error(two: Store, used_before: bool) -> None:
    with two.begin("*") as uow:
        rows.add(uow, "code_item", list="paper_type", owner="*", code="1", label_zh="期刊论文")
        count = {n: uow.conn.scalar(select(func.count()).select_from(t)) for n, t in METADATA.tables.items()}
    filled = [name for name, rows_in in count.items() if rows_in]  # a condition is not evaluated over no rows
    assert {"university", "unit", "record", "paper", "account", "setting", "code_item"} <= set(filled)
    two.dispose()
    with two.engine.connect() as conn:
        if used_before:  # a local setting comes back empty, not absent
            with conn.begin():
                conn.execute(text("SELECT set_config('app.university', '99001', true)"))
        for name in filled:
            with pytest.raises(DBAPIError, match=r"app\.university"), conn.begin():
                conn.execute(METADATA.tables[name].select())


def test_a_university_reads_its_own_rows_only(two: Store) -> None:
    with two.begin("99001") as uow:
        found = {}
        for name in TENANT:
            column = METADATA.tables[name].c.university_code
            found[name] = set(uow.conn.scalars(METADATA.tables[name].select().with_only_columns(column)))
    foreign = {name: codes - {"99001", "*"} for name, codes in found.items()}
    assert not any(foreign.values()), foreign
    for name in ("record", "paper", "contributor", "audit_row", "account", "unit", "change_log", "setting"):
        assert "99001" in found[name], name


def test_the_installation_reads_all(two: Store) -> None:
    with two.begin("*") as uow:
        assert set(uow.conn.scalars(text("SELECT university_code FROM record"))) == {"99001", "99002"}


def test_names_of_universities_are_public(two: Store) -> None:
    with two.begin("99001") as uow:
        assert set(uow.conn.scalars(text("SELECT code FROM university"))) == {"99001", "99002"}
        assert uow.conn.execute(text("UPDATE university SET name = 'x' WHERE code = '99002'")).rowcount == 0


def test_a_row_cannot_be_written_for_another_university(two: Store) -> None:
    with pytest.raises(DBAPIError, match="row-level security"), two.begin("99001") as uow:
        rows.add(uow, "unit", university_code="99002", code="X", name="别校")
    with pytest.raises(DBAPIError, match="row-level security"), two.begin("99001") as uow:
        uow.conn.execute(text("UPDATE setting SET university_code = '99002' WHERE university_code = '99001'"))
    with two.begin("99001") as uow:
        assert (
            uow.conn.execute(text("UPDATE record SET title = 'x' WHERE university_code = '99002'")).rowcount
            == 0
        )
        assert uow.conn.execute(text("DELETE FROM record WHERE university_code = '99002'")).rowcount == 0


def test_a_university_cannot_write_what_belongs_to_all(two: Store) -> None:
    with pytest.raises(DBAPIError, match="row-level security"), two.begin("99001") as uow:
        rows.add(uow, "code_item", list="paper_type", owner="*", code="x", label_zh="伪")
    with two.begin("99001") as uow:
        changed = uow.conn.execute(text("UPDATE setting SET value = 'x' WHERE university_code = '*'"))
        assert changed.rowcount == 0


@pytest.mark.parametrize("table", rls.INSERT_ONLY)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET university_code = '99001'", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_the_product_cannot_change_what_is_only_added(two: Store, table: str, statement: str) -> None:
    if table == "audit_block":
        statement = statement.replace("university_code = '99001'", "hash = ''")
    with pytest.raises(DBAPIError, match="permission denied"), two.begin("*") as uow:
        uow.conn.execute(text(statement.format(table)))


def test_the_owner_is_held_by_the_same_policies(owner: Store) -> None:
    with owner.begin("99001") as uow:
        assert set(uow.conn.scalars(text("SELECT university_code FROM record"))) == {"99001"}


def test_the_feed_reads_all_and_writes_nothing(feed_role: Store) -> None:
    with feed_role.begin("99001") as uow:  # no policy holds it
        assert set(uow.conn.scalars(text("SELECT university_code FROM record"))) == {"99001", "99002"}
    for statement in ("DELETE FROM record", "UPDATE record SET title = ''", "SELECT * FROM account"):
        with pytest.raises(DBAPIError, match="permission denied"), feed_role.begin("*") as uow:
            uow.conn.execute(text(statement))


def test_a_deleted_draft_takes_its_rows_along(two: Store) -> None:
    with two.begin("99001") as uow:
        uow.conn.execute(text("DELETE FROM record"))
        assert uow.conn.scalar(text("SELECT count(*) FROM contributor")) == 0
