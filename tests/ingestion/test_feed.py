"""The feed delivers each committed change, in the same shape from both databases."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ingestion import feed
from ingestion.store import setup
from ingestion.store.engine import Store
from ingestion.store.triggers import WATCHED
from tests.ingestion.store import rows


@pytest.fixture
def account(store: Store) -> int:
    with store.begin("*") as uow:
        return rows.university(uow, "99001")


def test_first_read_is_full(store: Store, account: int) -> None:
    with store.begin("99001") as uow:
        rows.paper(uow, "99001", account, "深度学习")
    changes = feed.read(store, None)
    assert changes.full
    assert set(changes.tables) == set(WATCHED)
    assert changes.tables["paper"].rows["title"].to_pylist() == ["深度学习"]
    assert changes.universities == {"99001"}
    assert changes.counts.to_pylist() == [
        {
            "university_code": "99001",
            "type": "paper",
            "filed_year": 2025,
            "college_id": None,
            "state": "00",
            "in_statistics": True,
            "records": 1,
        }
    ]


def test_every_table_has_its_declared_types(store: Store, account: int) -> None:
    with store.begin("99001") as uow:
        rows.paper(uow, "99001", account)
    changes = feed.read(store, None)
    for name, table in changes.tables.items():
        assert table.rows.schema.equals(feed.schema(name)), name
    row = changes.tables["record"].rows.to_pylist()[0]
    assert row["created_at"] == rows.AT
    assert row["in_statistics"] is True
    unit = changes.tables["unit"].rows.to_pylist()[0]
    assert (unit["valid_from"].isoformat(), unit["valid_to"]) == ("2000-01-01", None)


def test_only_changed_keys_come_next(store: Store, account: int) -> None:
    with store.begin("99001") as uow:
        first = rows.paper(uow, "99001", account, "一")
        rows.paper(uow, "99001", account, "二")
    position = feed.read(store, None).position
    with store.begin("99001") as uow:
        rows.run(uow, "UPDATE paper SET title = '三' WHERE record_id = :id", id=first)
    changes = feed.read(store, position)
    assert not changes.full
    assert set(changes.tables) == {"paper"}
    assert changes.tables["paper"].keys.to_pylist() == [first]
    assert changes.tables["paper"].rows["title"].to_pylist() == ["三"]
    assert changes.changed_rows == 1
    assert feed.read(store, changes.position).tables == {}


def test_a_deleted_row_is_a_key_without_a_row(store: Store, account: int) -> None:
    with store.begin("99001") as uow:
        record = rows.paper(uow, "99001", account)
    position = feed.read(store, None).position
    with store.begin("99001") as uow:
        rows.run(uow, "DELETE FROM record WHERE id = :id", id=record)
    changes = feed.read(store, position)
    assert set(changes.tables) == {"record", "paper", "contributor"}
    for table in changes.tables.values():
        assert table.keys.to_pylist() == [record]
        assert len(table.rows) == 0


def test_a_university_row_is_found_by_its_code(store: Store, account: int) -> None:
    position = feed.read(store, None).position
    with store.begin("*") as uow:
        rows.run(uow, "UPDATE university SET name = '楚天学院' WHERE code = '99001'")
    changes = feed.read(store, position)
    assert changes.tables["university"].keys.to_pylist() == ["99001"]
    assert changes.tables["university"].rows["name"].to_pylist() == ["楚天学院"]


def test_a_position_of_another_store_is_answered_in_full(store: Store, account: int) -> None:
    position = feed.read(store, None).position
    with store.begin("*") as uow:
        setup.renew_store_id(uow.conn)
    assert feed.read(store, position).full


def test_a_rolled_back_change_is_never_seen(store: Store, account: int) -> None:
    position = feed.read(store, None).position
    with pytest.raises(RuntimeError), store.begin("99001") as uow:
        rows.paper(uow, "99001", account)
        raise RuntimeError
    assert feed.read(store, position).tables == {}


def test_secrets_have_no_column(store: Store) -> None:
    for name in WATCHED:
        for field in feed.schema(name):
            assert not field.name.endswith(("_cipher", "_mask")), f"{name}.{field.name}"
            assert not pa.types.is_binary(field.type)


def test_work_under_review_stays_in_the_store() -> None:
    assert {"document", "reason"}.isdisjoint(feed.schema("amendment").names)
    assert "record_version" not in WATCHED


@pytest.mark.postgres
def test_a_change_committed_late_is_not_lost(postgres_store: Store) -> None:
    with postgres_store.begin("*") as uow:
        account = rows.university(uow, "99001")
    position = feed.read(postgres_store, None).position
    with postgres_store.begin("99001") as slow:
        late = rows.paper(slow, "99001", account, "晚")  # noted first, committed last
        with postgres_store.begin("99001") as quick:
            early = rows.paper(quick, "99001", account, "早")
        changes = feed.read(postgres_store, position)
        assert changes.tables["paper"].keys.to_pylist() == [early]
        assert changes.counts["records"].to_pylist() == [1]
    changes = feed.read(postgres_store, changes.position)
    assert late in changes.tables["paper"].keys.to_pylist()
    assert changes.counts["records"].to_pylist() == [2]
    assert feed.read(postgres_store, changes.position).tables == {}


def test_a_pruned_log_asks_for_a_full_read(
    store: Store, account: int, request: pytest.FixtureRequest
) -> None:
    old = feed.read(store, None).position
    with store.begin("99001") as uow:
        rows.paper(uow, "99001", account)
    new = feed.read(store, old).position
    if store.dialect == "postgresql":  # only the owner may remove rows of the log
        server = request.getfixturevalue("postgres_server")
        owner = server.open(store.engine.url.database, "yanshu_owner")
    else:
        owner = store
    assert feed.prune(owner, new) > 0
    owner.dispose()
    assert feed.read(store, old).full
    assert feed.read(store, new).tables == {}
