"""The world of the records' tests, and papers in it."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion import bulk, outbox
from ingestion.accounts import system_principal
from tests.ingestion.records.conftest import (
    T1,
    World,
    postgres_people,
    postgres_people_world,
    sqlite_people,
    sqlite_world,
    world,
)

__all__ = ["filed", "own_outbox", "postgres_people", "postgres_people_world", "sqlite_people", "sqlite_world", "world"]


@pytest.fixture(autouse=True)
def own_outbox(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    monkeypatch.setattr(outbox, "folder", lambda: folder)


def filed(world: World, type_id: str, *papers: dict[str, Any], state: str = "30", code: str = T1, **more: Any) -> list[int]:
    """Records put in force as history, without any check."""
    with world.begin(code) as uow:
        items = [bulk.BulkItem(paper, state=state, **more) for paper in papers]
        return bulk.load(uow, system_principal(uow, code), type_id, items, checked=True)
