"""An installation whose numbers have been built once: its store, warehouse and published files are copied per test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import records, review
from ingestion.principal import Principal
from ingestion.store.engine import Store, open_store
from pipelines import publish, recipe, refresh
from pipelines.transform import Transformer
from tests import documents
from tests.universe import T1, T2, Universe


@dataclass
class Installation:
    """The acceptance universe with a home of its own."""

    universe: Universe
    home: Path
    transformer: Transformer

    @property
    def store(self) -> Store:
        return self.universe.store

    def refresh(self, full: bool = False) -> refresh.RefreshResult:
        return refresh.run(self.store, self.home, full=full, transformer=self.transformer)

    def file(self, code: str = T1) -> Path:
        manifest = publish.current(self.home)
        assert manifest is not None
        return self.home / "published" / manifest.files[code]

    def query(self, sql: str, *parameters: Any, code: str = T1) -> list[tuple[Any, ...]]:
        """Rows of a published file, opened as a reader opens it."""
        with duckdb.connect(str(self.file(code)), read_only=True) as con:
            return con.execute(sql, list(parameters)).fetchall()

    def warehouse(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.home / "warehouse.duckdb"))

    def place(self, who: str, college: str) -> documents.Place:
        name = {"r1": "张伟", "r2": "李娜", "r3": "张伟", "q1": "王强"}[who]
        code = T2 if who == "q1" else T1
        return documents.Place(self.universe.person(who), name, self.universe.colleges[college], code)

    def submit(self, actor: Principal, type_id: str, document: dict[str, Any]) -> Any:
        with self.store.begin(actor.university_code) as uow:
            draft = records.create_draft(uow, actor, type_id, document)
            return records.submit(uow, actor, draft.id, draft.version, non_secret=True, token=f"t{draft.id}")

    def approve(self, record_id: int, *reviewers: Principal) -> None:
        for reviewer in reviewers:
            with self.store.begin(reviewer.university_code) as uow:
                version = records.load(uow, reviewer, record_id).version
                review.approve(uow, reviewer, record_id, version)

    def contribution(self, measure: str, rule: str, level: str, **where: Any) -> float:
        """One number as a page asks for it."""
        conditions = "".join(f" AND {name} IS NOT DISTINCT FROM ?" for name in where)
        rows = self.query(
            "SELECT coalesce(sum(contribution), 0) FROM v_contribution "
            f"WHERE measure = ? AND rule = ? AND level = ?{conditions}",
            measure, rule, level, *where.values(),
        )  # fmt: skip
        return float(rows[0][0])


# Other folders import these fixtures and then have fixtures of their own; what stands behind them is built once.
_parsed: list[Transformer] = []
_built: list[Installation] = []


@pytest.fixture(scope="session")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Transformer:
    """The dbt project, parsed once."""
    if not _parsed:
        _parsed.append(Transformer(tmp_path_factory.mktemp("parsed")))
        assert _parsed[0].manifest is not None
    return _parsed[0]


def transformer_at(home: Path, parsed: Transformer) -> Transformer:
    made = Transformer(home)
    made._manifest = parsed.manifest
    return made


@pytest.fixture(scope="session")
def built(
    sqlite_universe_template: Universe, transformer: Transformer, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """The universe after its first, full refresh."""
    if _built:
        return _built[0]
    folder = tmp_path_factory.mktemp("built")
    shutil.copyfile(str(sqlite_universe_template.store.engine.url.database), folder / "store.sqlite")
    store = open_store(f"sqlite:///{folder / 'store.sqlite'}")
    made = Installation(sqlite_universe_template.on(store), folder, transformer_at(folder, transformer))
    result = made.refresh(full=True)
    assert result.held == {} and result.generation == 1
    store.dispose()
    _built.append(made)
    return made


def copied(built: Installation, transformer: Transformer, place: Path) -> Iterator[Installation]:
    """The built universe in a home of its own."""
    for name in ("store.sqlite", "warehouse.duckdb"):
        shutil.copyfile(built.home / name, place / name)
    shutil.copytree(built.home / "published", place / "published")
    (place / "dbt").mkdir()
    shutil.copyfile(recipe.path(built.home / "dbt"), recipe.path(place / "dbt"))
    store = open_store(f"sqlite:///{place / 'store.sqlite'}")
    yield Installation(built.universe.on(store), place, transformer_at(place, transformer))
    store.dispose()


@pytest.fixture
def installation(built: Installation, transformer: Transformer, tmp_path: Path) -> Iterator[Installation]:
    yield from copied(built, transformer, tmp_path)
