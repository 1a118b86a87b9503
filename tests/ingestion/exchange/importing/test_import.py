"""Files of every type into the store: the right state, once, with everything told that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingestion import accounts, funds, settings, sources
from ingestion.catalog.registry import TYPE_IDS
from ingestion.exchange import account_lists, export, importing
from ingestion.exchange import sources as source_tables
from ingestion.exchange.importing import Options
from ingestion.principal import Conflict, NotFound, OperationError
from ingestion.search import Query
from ingestion.store.engine import UnitOfWork, today
from tests.conftest import copy_sqlite
from tests.ingestion.exchange.importing.conftest import T1, Sheets, World, states, taken, write
from tests.ingestion.records.conftest import build


@pytest.fixture(scope="module")
def shared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all types: none of them is in the way of another."""
    folder = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        for store in copy_sqlite(sqlite_template, folder):
            yield build(store, folder, patch)


@pytest.mark.ac("AC-028", "AC-247")
@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_rows_of_every_type_are_loaded_once_and_come_back_unchanged(shared: World, sheet: Sheets, type_id: str, tmp_path: Path) -> None:
    world = shared
    n = 1 + 10 * TYPE_IDS.index(type_id)
    documents = [world.valid(type_id, n=n), world.valid(type_id, n=n + 1, owner="r2" if type_id == "expert" else "r1")]
    if type_id in funds.PAYMENTS:
        arrival = {**world.valid("fund_arrival", n=n + 5), "project_id": documents[0]["project_id"], "amount": 10 * documents[0]["amount"]}
        assert taken(world, world.o1, "fund_arrival", sheet(world, "fund_arrival", [arrival]), as_history=True).counts["new"] == 1
    before = sum(states(world, type_id).values())
    path = sheet(world, type_id, documents)
    outcome = taken(world, world.o1, type_id, path)
    assert outcome.counts == {"read": 2, "new": 2, "changed": 0, "unchanged": 0, "duplicate": 0, "error": 0, "held": 0}, outcome.rows
    assert sum(states(world, type_id).values()) == before + 2
    again = taken(world, world.o1, type_id, path)
    assert again.counts == {"read": 2, "new": 0, "changed": 0, "unchanged": 2, "duplicate": 0, "error": 0, "held": 0}, again.rows
    for name in ("all.xlsx", "all.csv"):
        request = export.Request(type_id, name.split(".")[1], query=Query(type_id))
        made = export.make(world.store, world.o1, request, tmp_path / name)
        back = taken(world, world.o1, type_id, tmp_path / name)
        assert (back.counts["unchanged"], back.counts["read"]) == (made.rows, made.rows), (name, back.rows)


@pytest.mark.ac("AC-221")
@pytest.mark.parametrize("type_id", ["paper", "person", "fund_arrival", "vertical_project"])
def test_an_untouched_batch_is_undone_completely(world: World, sheet: Sheets, type_id: str) -> None:
    path = sheet(world, type_id, [world.valid(type_id, n=1), world.valid(type_id, n=2)])
    before = states(world, type_id)
    first = taken(world, world.o1, type_id, path)
    assert first.batch_id is not None
    undone = importing.undo(world.store, world.o1, first.batch_id)
    assert (undone.voided, undone.restored) == (2, 0)
    after = states(world, type_id)
    assert {**after, "90": 0} == {**before, "90": 0} and after["90"] == 2
    assert taken(world, world.o1, type_id, path).counts["new"] == 2
    with pytest.raises(Conflict):
        importing.undo(world.store, world.o1, first.batch_id)


def test_a_checked_file_is_loaded_when_confirmed(world: World, sheet: Sheets) -> None:
    path = sheet(world, "paper", [world.valid("paper", n=1), world.valid("paper", n=2)])
    checked = importing.check(world.store, world.o1, "paper", path, importing.Options(), name="论文.csv")
    assert (checked.state, checked.counts["new"], states(world, "paper")) == ("checked", 2, {})
    assert checked.effect.records == 2 and checked.effect.by_year == {"2025": 2}
    with pytest.raises(OperationError, match="不涉密"):
        importing.apply(world.store, world.o1, checked.id)
    outcome = importing.apply(world.store, world.o1, checked.id, non_secret=True)
    assert outcome.in_effect and outcome.counts == checked.counts
    assert states(world, "paper") == {"30": 2}
    with world.store.read(T1) as uow:
        found, total = importing.batches_for(uow, world.o1)
        assert (total, found[0].state, found[0].file_name) == (1, "applied", "论文.csv")
        with pytest.raises(NotFound):
            importing.batch(uow, world.r1, checked.id)


def test_a_batch_given_up_leaves_nothing(world: World, sheet: Sheets) -> None:
    path = sheet(world, "paper", [world.valid("paper", n=1)])
    checked = importing.check(world.store, world.o1, "paper", path)
    importing.discard(world.store, world.o1, checked.id)
    with world.store.read(T1) as uow:
        assert importing.batch(uow, world.o1, checked.id).state == "discarded"
    with pytest.raises(Conflict):
        importing.apply(world.store, world.o1, checked.id, non_secret=True)
    assert states(world, "paper") == {}


def test_the_limits_of_the_installation_bind_every_reader_of_tables(sqlite_world: World, tmp_path: Path) -> None:
    """Imports, lists of accounts and source tables alike: as set, not as delivered."""
    world, head = sqlite_world, sources.Head("Web of Science", today())
    path = write(tmp_path / "多.csv", [{"论文名称": f"题{i}", "账号": f"a{i}", "DOI": f"10.1/{i}", "被引次数": 1} for i in range(1001)])
    with world.store.begin("*") as uow:
        settings.put(uow, accounts.system_principal(uow, T1), "import_rows", 1000)
    readers: list[Callable[[UnitOfWork], object]] = [
        lambda _: importing.check(world.store, world.o1, "paper", path),
        lambda _: importing.import_file(world.store, world.o1, "paper", path, Options(non_secret=True)),
        lambda _: account_lists.check(world.store, world.o1, path),
        lambda uow: source_tables.take(uow, world.o1, "citations", path, head),
    ]
    for read in readers:
        with world.store.read(T1) as uow, pytest.raises(OperationError, match="超过 1,000 行"):
            read(uow)
    assert states(world, "paper") == {}
