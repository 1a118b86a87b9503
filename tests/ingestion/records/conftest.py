"""The people of the acceptance universe, as principals, with their person records in force."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ingestion import accounts, bulk, units
from ingestion.accounts.administration import Grant
from ingestion.catalog.registry import TYPE_IDS
from ingestion.principal import Principal
from ingestion.store.engine import ALL, Store, UnitOfWork
from tests import documents
from tests.conftest import BOTH, PostgresServer, copy_postgres, copy_sqlite

T1, T2 = "99001", "99002"
PEOPLE = (
    # who, university, username, name, role, college, staff number
    ("o1", T1, "o1", "陈刚", "office_admin", None, None),
    ("o1b", T1, "o1b", "郭敏", "office_admin", None, None),
    ("s11", T1, "s11", "刘芳", "college_admin", "C1", None),
    ("s11b", T1, "s11b", "林涛", "college_admin", "C1", None),
    ("s12", T1, "s12", "孙丽", "college_admin", "C2", None),
    ("r1", T1, "00123", "张伟", "researcher", "C1", "00123"),
    ("r2", T1, "00124", "李娜", "researcher", "C1", "00124"),
    ("r3", T1, "00456", "张伟", "researcher", "C2", "00456"),
    ("a1", T1, "a1", "郑洁", "analyst", None, None),
    ("e1", T1, "e1", "何平", "expert", None, None),
    ("o2", T2, "o2", "吴霞", "office_admin", None, None),
    ("d11", T2, "d11", "马超", "college_admin", "D1", None),
    ("q1", T2, "00123", "王强", "researcher", "D1", "00123"),
)


@dataclass
class World:
    store: Store
    who: dict[str, Principal] = field(default_factory=dict)
    college: dict[str, int] = field(default_factory=dict)
    home: Path | None = None

    def __getattr__(self, name: str) -> Principal:
        try:
            return self.__dict__["who"][name]
        except KeyError:
            raise AttributeError(name) from None

    @contextmanager
    def begin(self, code: str = T1) -> Iterator[UnitOfWork]:
        with self.store.begin(code) as uow:
            yield uow

    def person(self, who: str) -> int:
        person_id = self.who[who].person_id
        assert person_id is not None
        return person_id

    def valid(self, type_id: str, owner: str = "r1", n: int = 1, **changes: object) -> documents.Document:
        """A document of the type that may be submitted, owned by ``owner`` where the type has contributors."""
        principal = self.who[owner]
        with self.store.begin(principal.university_code) as uow:
            place = documents.Place(
                person_id=self.person(owner),
                person_name=principal.name,
                college_id=self.college["C1" if principal.university_code == T1 else "D1"]
                if principal.unit_id is None
                else principal.unit_id,
                university="江城大学" if principal.university_code == T1 else "楚天学院",
                refer=lambda target: self.target(uow, principal.university_code, target),
            )
            made = documents.valid(type_id, place, n)
        return {**made, **changes}

    def target(self, uow: UnitOfWork, code: str, type_id: str) -> int:
        """A record in force to refer to, one of each type and university, made when first asked for."""
        system = accounts.system_principal(uow, code)
        key = f"{code}.{type_id}"
        if key not in self.college:
            owner = "r1" if code == T1 else "q1"
            place = documents.Place(
                person_id=self.person(owner),
                person_name=self.who[owner].name,
                college_id=self.college["C1" if code == T1 else "D1"],
                university="江城大学" if code == T1 else "楚天学院",
                refer=lambda target: self.target(uow, code, target),
            )
            document = documents.valid(type_id, place, 900 + TYPE_IDS.index(type_id))
            entered = self.who["o1" if code == T1 else "o2"]
            by = bulk.Who(entered.account_id, entered.name, entered.role)
            [self.college[key]] = bulk.load(uow, system, type_id, [bulk.BulkItem(document, entered_by=by)])
        return self.college[key]


# The conftests that import these fixtures have fixtures of their own; the stores behind them are built once.
_built: dict[str, World] = {}


def _template(dialect: str, store: Iterator[Store], home: Path) -> World:
    """The people in a store that is copied, made when first asked for; ``home`` holds the key of their secrets."""
    if dialect not in _built:
        with pytest.MonkeyPatch.context() as patch:
            made = _built[dialect] = build(next(store), home, patch)
        made.store.dispose()
    return _built[dialect]


@pytest.fixture(scope="session")
def sqlite_people(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("people")
    return _template("sqlite", copy_sqlite(sqlite_template, folder), folder)


@pytest.fixture(scope="session")
def postgres_people(postgres_server: PostgresServer, postgres_template: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    return _template("postgresql", copy_postgres(postgres_server, postgres_template), tmp_path_factory.mktemp("people"))


@pytest.fixture(params=BOTH)
def world(request: pytest.FixtureRequest) -> World:
    """Both databases."""
    found: World = request.getfixturevalue("sqlite_world" if request.param == "sqlite" else "postgres_people_world")
    return found


@pytest.fixture
def sqlite_world(sqlite_people: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for store in copy_sqlite(Path(str(sqlite_people.store.engine.url.database)), tmp_path):
        yield at_home(sqlite_people, store, tmp_path, monkeypatch)


@pytest.fixture
def postgres_people_world(
    postgres_server: PostgresServer, postgres_people: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    for store in copy_postgres(postgres_server, str(postgres_people.store.engine.url.database)):
        yield at_home(postgres_people, store, tmp_path, monkeypatch)


def at_home(people: World, store: Store, home: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The same people in a copy of their store, with a home of its own."""
    assert people.home is not None
    shutil.copytree(people.home / "keys", home / "keys")
    monkeypatch.setenv("YANSHU_HOME", str(home))
    return replace(people, store=store, who=dict(people.who), college=dict(people.college), home=home)


def build(store: Store, home: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("YANSHU_HOME", str(home))
    made = World(store, home=home)
    with store.begin(ALL) as uow:
        for code, name in ((T1, "江城大学"), (T2, "楚天学院")):
            accounts.create_university(uow, None, code, name)
        for key, code, name in (("C1", T1, "计算机学院"), ("C2", T1, "文学院"), ("D1", T2, "机电学院")):
            made.college[key] = units.create(uow, accounts.system_principal(uow, code), key, name)
    for code in (T1, T2):
        with store.begin(code) as uow:
            _people(uow, made, code)
    return made


def _people(uow: UnitOfWork, made: World, code: str) -> None:
    system = accounts.system_principal(uow, code)
    here = [row for row in PEOPLE if row[1] == code]
    cards = [row for row in here if row[6] is not None]
    items = []
    for n, (_who, _code, _user, name, _role, college, staff_no) in enumerate(cards):
        place = documents.Place(None, name, made.college[college or "C1"], "")
        card = documents.valid("person", place, n)
        items.append(bulk.BulkItem({**card, "staff_no": staff_no, "name": name}))
    ids = dict(zip([row[0] for row in cards], bulk.load(uow, system, "person", items), strict=True))
    for who, _code, username, name, role, college, _staff in here:
        unit = made.college[college] if role == "college_admin" and college else None
        account = accounts.create_account(
            uow,
            None,
            code,
            username,
            name,
            grants=(Grant(role, unit),),
            kind="expert" if role == "expert" else "person",
            person_id=ids.get(who),
        )
        made.who[who] = Principal(account, code, username, name, role, None, unit, ids.get(who))  # type: ignore[arg-type]
