"""One filled university a database, and its two bundles (masked, in clear), made once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion import audit_head
from ingestion.exchange import exit_bundle
from ingestion.exchange.exit_bundle import Made
from tests.conftest import BOTH, PostgresServer, copy_postgres, copy_sqlite
from tests.ingestion.exchange.exit_bundle.leaving import Filled, fill, system
from tests.universe import Universe


@dataclass(frozen=True)
class Left:
    """The university, and its bundle without and with personal data in clear."""

    filled: Filled
    masked: Made
    clear: Made


@pytest.fixture(autouse=True)
def own_chain_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of one store under one home have logs of their own."""
    monkeypatch.setattr(audit_head, "path", lambda: tmp_path / "audit-head.json")


@pytest.fixture(scope="package", params=BOTH)
def left(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    folder = tmp_path_factory.mktemp("left")
    if request.param == "sqlite":
        template: Universe = request.getfixturevalue("sqlite_universe_template")
        copies = copy_sqlite(Path(str(template.store.engine.url.database)), folder)
    else:
        template = request.getfixturevalue("postgres_universe_template")
        server: PostgresServer = request.getfixturevalue("postgres_server")
        copies = copy_postgres(server, str(template.store.engine.url.database))
    for store in copies:
        filled = fill(template.on(store))
        actor = system(filled.universe)
        made = [exit_bundle.make(store, actor, folder / f"{clear}.zip", personal_data=clear) for clear in (False, True)]
        yield Left(filled, *made)
