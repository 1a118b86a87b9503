"""All 28 types through the operations: the feed delivers the same content from both databases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from ingestion import accounts, bulk, feed
from ingestion.catalog.registry import TYPE_IDS
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import TYPE_TABLES
from tests import documents
from tests.universe import T1, Universe

TIMES = {
    "created_at",
    "updated_at",
    "submitted_at",
    "state_since",
    "approved_at",
    "voided_at",
    "opened_at",
    "at",
}
SECRET = {"420101": "an ID number", "139000": "a mobile phone", "6222000": "a bank account"}


def fill(universe: Universe) -> None:
    """One record of each type in force in T1."""
    made: dict[str, int] = {}

    def one(uow: UnitOfWork, type_id: str) -> int:
        if type_id not in made:
            place = documents.Place(
                universe.person("r1"), "张伟", universe.C1, "江城大学", lambda target: one(uow, target)
            )
            document = documents.valid(type_id, place, 100 + TYPE_IDS.index(type_id))
            if "amount" in document:
                document["amount"] = 5_000_000 if type_id == "fund_arrival" else 100
            system = accounts.system_principal(uow, T1)
            [made[type_id]] = bulk.load(uow, system, type_id, [bulk.BulkItem(document)])
        return made[type_id]

    with universe.store.begin(T1) as uow:
        for type_id in TYPE_IDS:
            one(uow, type_id)


def content(universe: Universe) -> dict[str, list[dict[str, Any]]]:
    fill(universe)
    changes = feed.read(universe.store, None)
    found = {}
    for name, table in changes.tables.items():
        assert table.rows.schema.equals(feed.schema(name)), name
        kept = [column for column in table.rows.column_names if column not in TIMES]
        found[name] = sorted(table.rows.select(kept).to_pylist(), key=repr)
    return found


@pytest.mark.postgres
def test_both_databases_give_the_same(sqlite_universe: Universe, postgres_universe: Universe) -> None:
    sqlite, postgres = content(sqlite_universe), content(postgres_universe)
    for type_id in TYPE_IDS:
        assert sqlite[TYPE_TABLES[type_id].name], f"no {type_id} arrived"
    for name in sqlite:
        assert sqlite[name] == postgres[name], name


def test_nothing_secret_arrives(universe: Universe) -> None:
    found = content(universe)
    for name, rows in found.items():
        for row in rows:
            for column, value in row.items():
                for start, what in SECRET.items():
                    assert not str(value).startswith(start), f"{what} in {name}.{column}"


def test_times_and_days_are_typed(universe: Universe) -> None:
    fill(universe)
    record = feed.read(universe.store, None).tables["record"].rows.to_pylist()[-1]
    assert isinstance(record["created_at"], datetime) and record["created_at"].tzinfo is None
    assert type(record["dated_on"]) is date
    assert isinstance(record["in_statistics"], bool)
