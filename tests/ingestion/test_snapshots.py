"""The register of signed snapshots, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from ingestion import snapshots, vault
from ingestion.principal import Denied, NotFound
from ingestion.snapshots import About, Table
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from tests.universe import T1, Universe

ABOUT = About(2025, "evaluation", 7, datetime(2026, 1, 15, 1, 2, 3), "c0de")


def packed(value: float = 2.0) -> snapshots.Packed:
    return snapshots.pack([Table("data", "values", "值", "Values", ("leaf", "value"), [("H1", value), ("H2，“引号”\n换行", None)])])


@pytest.mark.ac("AC-110")
def test_revisions_are_counted_a_university_a_purpose_and_a_year(universe: Universe, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    store = universe.store
    with store.begin(T1) as uow:
        one, two = (snapshots.sign(uow, universe.o1, ABOUT, packed()) for _ in range(2))
        other = snapshots.sign(uow, universe.o1, About(2024, "evaluation", 7, ABOUT.as_of, "c0de"), packed(3.0))
        with pytest.raises(Denied):
            snapshots.sign(uow, universe.a1, ABOUT, packed())
        with pytest.raises(NotFound):  # the province is no university
            snapshots.sign(uow, replace(universe.o1, university_code="42"), ABOUT, packed())
    assert (one.revision, two.revision, other.revision) == (1, 2, 1)
    assert one.content_hash == two.content_hash != other.content_hash
    assert snapshots.verify(two.path, vault.public_key()).faults == []
    assert snapshots.read(two, "data/values").tables["data/values"][1] == {"leaf": "H2，“引号”\n换行", "value": ""}
    with store.read(ALL) as uow:
        assert snapshots.latest(uow, universe.p1, "evaluation", 2025)[T1].number == two.number == "99001-evaluation-2025-r2"
        assert snapshots.standing(uow, two.number, T1) == two.file_sha256 and snapshots.standing(uow, "99001-evaluation-2025-r3", T1) is None
        assert snapshots.list_for(uow, universe.o2) == []
    for statement in (update(p.signed_snapshot).values(content_hash="x"), delete(p.signed_snapshot)):
        with pytest.raises(DBAPIError, match="only ever added|permission denied"), store.begin(T1) as uow:
            uow.conn.execute(statement)
