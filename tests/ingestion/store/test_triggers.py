"""What triggers note and what they refuse, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ingestion.store import triggers
from ingestion.store.engine import Store
from ingestion.store.platform import METADATA
from ingestion.store.tables import RECORD_TABLES
from tests.ingestion.store import rows


@pytest.fixture
def account(store: Store) -> int:
    with store.begin("*") as uow:
        return rows.university(uow, "99001")


def noted(store: Store) -> list[tuple[str, int, str]]:
    with store.begin("*") as uow:
        found = uow.conn.execute(text("SELECT table_name, row_id, op FROM change_log ORDER BY seq"))
        return [tuple(row) for row in found]


def test_every_table_of_records_is_watched() -> None:
    assert set(RECORD_TABLES) <= set(triggers.WATCHED)
    for name, key in triggers.WATCHED.items():
        assert key in METADATA.tables[name].c
        assert triggers.university_column(name) in METADATA.tables[name].c


def test_rows_are_noted_under_their_record(store: Store, account: int) -> None:
    before = len(noted(store))
    with store.begin("99001") as uow:
        record = rows.paper(uow, "99001", account)
        rows.run(uow, "UPDATE contributor SET name = '李娜'")
        rows.run(uow, "DELETE FROM contributor")
    assert noted(store)[before:] == [
        ("record", record, "I"),
        ("paper", record, "I"),
        ("contributor", record, "I"),
        ("contributor", record, "U"),
        ("contributor", record, "D"),
    ]


def test_a_number_is_never_given_twice(store: Store, account: int) -> None:
    with store.begin("99001") as uow:
        first = rows.paper(uow, "99001", account)
        rows.run(uow, "DELETE FROM record")
        assert rows.paper(uow, "99001", account) > first


def audited(store: Store, account: int) -> None:
    with store.begin("99001") as uow:
        rows.add(
            uow,
            "audit_row",
            university_code="99001",
            at=rows.AT,
            account_id=account,
            actor="科研处",
            action="create",
            object_type="record",
        )


def event(store: Store, account: int) -> int:
    with store.begin("99001") as uow:
        record = rows.paper(uow, "99001", account)
        rows.add(
            uow,
            "review_event",
            university_code="99001",
            record_id=record,
            action="submit",
            from_state="00",
            to_state="10",
            account_id=account,
            account_name="科研处",
            role="researcher",
            at=rows.AT,
        )
    return record


@pytest.mark.parametrize("statement", ["UPDATE audit_row SET actor = 'x'", "DELETE FROM audit_row"])
def test_audit_rows_are_only_added(store: Store, account: int, statement: str) -> None:
    audited(store, account)
    with pytest.raises(DBAPIError), store.begin("99001") as uow:
        rows.run(uow, statement)
    with store.begin("99001") as uow:
        assert uow.conn.execute(text("SELECT actor FROM audit_row")).scalars().all() == ["科研处"]


@pytest.mark.parametrize("statement", ["UPDATE review_event SET reason = 'x'", "DELETE FROM review_event"])
def test_the_review_history_is_only_added_to(store: Store, account: int, statement: str) -> None:
    event(store, account)
    with pytest.raises(DBAPIError), store.begin("99001") as uow:
        rows.run(uow, statement)


def test_a_deleted_draft_takes_its_history_along(store: Store, account: int) -> None:
    record = event(store, account)
    with store.begin("99001") as uow:
        rows.run(uow, "DELETE FROM record WHERE id = :id", id=record)
        assert uow.conn.scalar(text("SELECT count(*) FROM review_event")) == 0


@pytest.mark.postgres
def test_not_even_the_owner_changes_an_audit_row(
    postgres_store: Store, request: pytest.FixtureRequest
) -> None:
    with postgres_store.begin("*") as uow:
        account = rows.university(uow, "99001")
    audited(postgres_store, account)
    server = request.getfixturevalue("postgres_server")
    owner = server.open(postgres_store.engine.url.database, "yanshu_owner")
    with pytest.raises(DBAPIError, match="only ever added"), owner.begin("*") as uow:
        rows.run(uow, "UPDATE audit_row SET actor = 'x'")
    owner.dispose()
