"""What tests of access share: a small province, and argon2 cheap enough to log in hundreds of times."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import insert

from ingestion import accounts, units
from ingestion.accounts import Grant, passwords
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import ALL, Store, UnitOfWork, open_store, utc_now
from tests.conftest import PostgresServer, copy_postgres, copy_sqlite

PASSWORD = "Lantern-River-42"
PROVINCE = "42000"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def cheap_argon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real algorithm with the smallest cost. Only a test can ask for this: nothing reads it from outside."""
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    yield


@dataclass(frozen=True)
class Province:
    """The people of the acceptance universe that matter for access. Values are account ids."""

    store: Store
    accounts: dict[str, int]
    units: dict[str, int]

    def login(self, who: str, **more: str) -> accounts.LiveSession:
        code, username, tab = WHO[who]
        return accounts.login(self.store, code, username, PASSWORD, tab=tab, **more)


WHO = {
    "p1": (PROVINCE, "p1", "person"),
    "o1": ("99001", "o1", "person"),
    "o2": ("99002", "o2", "person"),
    "s11": ("99001", "s11", "person"),
    "s12": ("99001", "s12", "person"),
    "d11": ("99002", "d11", "person"),
    "r1": ("99001", "00123", "person"),
    "r2": ("99001", "00124", "person"),
    "r3": ("99001", "00456", "person"),
    "q1": ("99002", "00123", "person"),
    "e1": ("99001", "e1", "expert"),
    "a1": ("99001", "a1", "person"),
    "f1": ("99001", "f1", "person"),
}


# Every module that imports these fixtures has fixtures of its own; the stores behind them are built once.
_templates: dict[str, str] = {}
_ids: tuple[dict[str, int], dict[str, int]] | None = None


def _remember(built: Province) -> None:
    """Account and unit ids are the same in every template: the rows are written in one order."""
    global _ids
    assert _ids in (None, (built.accounts, built.units))
    _ids = built.accounts, built.units


@contextmanager
def _cheaply() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", CHEAP)
        yield


@pytest.fixture(scope="session")
def province_on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if "sqlite" in _templates:
        return Path(_templates["sqlite"])
    path = tmp_path_factory.mktemp("province") / "store.sqlite"
    _templates["sqlite"] = str(path)
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    with _cheaply():
        _remember(build(store))
    store.dispose()
    return path


@pytest.fixture(scope="session")
def province_on_postgres(postgres_server: PostgresServer, postgres_template: str) -> str:
    if "postgresql" in _templates:
        return _templates["postgresql"]
    _templates["postgresql"] = name = "province_store"
    postgres_server.create_database(name, postgres_template)
    store = postgres_server.open(name)
    with _cheaply():
        _remember(build(store))
    store.dispose()
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def province(request: pytest.FixtureRequest, tmp_path: Path, cheap_argon: None) -> Iterator[Province]:
    """The province in a store of its own, on both databases: a copy of one built once a session."""
    if request.param == "sqlite":
        copies = copy_sqlite(request.getfixturevalue("province_on_sqlite"), tmp_path)
    else:
        copies = copy_postgres(request.getfixturevalue("postgres_server"), request.getfixturevalue("province_on_postgres"))
    for store in copies:
        assert _ids is not None
        yield Province(store, *_ids)


def build(store: Store) -> Province:
    ids: dict[str, int] = {}
    unit_ids: dict[str, int] = {}
    with store.begin(ALL) as uow:
        accounts.create_university(uow, None, PROVINCE, "江汉省教育厅", kind="province")
        for code, name in (("99001", "江城大学"), ("99002", "楚天学院"), ("99003", "汉水职业技术学院")):
            accounts.create_university(uow, None, code, name)
        for key, code, name, university in (
            ("C1", "C1", "计算机学院", "99001"), ("C2", "C2", "文学院", "99001"), ("D1", "D1", "机电学院", "99002"),
        ):  # fmt: skip
            actor = accounts.system_principal(uow, university)
            unit_ids[key] = units.create(uow, actor, code, name)
        people = (
            ("p1", "周敏", Grant("province_staff")), ("o1", "陈刚", Grant("office_admin")),
            ("o2", "吴霞", Grant("office_admin")), ("s11", "刘芳", Grant("college_admin", unit_ids["C1"])),
            ("s12", "孙丽", Grant("college_admin", unit_ids["C2"])),
            ("d11", "马超", Grant("college_admin", unit_ids["D1"])), ("r1", "张伟", Grant("researcher")),
            ("r2", "李娜", Grant("researcher")), ("r3", "张伟", Grant("researcher")), ("q1", "王强", Grant("researcher")),
            ("e1", "何平", Grant("expert")), ("a1", "郑洁", Grant("analyst")), ("f1", "冯涛", Grant("finance")),
        )  # fmt: skip
        for who, name, grant in people:
            code, username, kind = WHO[who]
            ids[who] = accounts.create_account(
                uow, None, code, username, name, grants=(grant,), kind=kind, password=PASSWORD, must_change=False
            )
    return Province(store, ids, unit_ids)


PEOPLE = {"r1": "99001", "r2": "99001", "r3": "99001", "s11": "99001", "o1": "99001", "q1": "99002"}


class World:
    """Records of every state and relation, made without the operations under test."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.store: Store = province.store
        self.people: dict[str, int] = {}
        with self.store.begin(ALL) as uow:
            for who, code in PEOPLE.items():
                self.people[who] = self.record(uow, code, "person", "30", "o1" if code == "99001" else "o2", title=who)
                uow.conn.execute(
                    p.account.update().where(p.account.c.id == province.accounts[who]).values(person_id=self.people[who])
                )

    def record(
        self, uow: UnitOfWork, code: str, type_id: str, state: str, entered_by: str, *, owner: str | None = None,
        college: str | None = None, channel: str = "own", named: str | None = None, claim: str = "filed", title: str = "x",
    ) -> int:  # fmt: skip
        now = utc_now()
        created: int = uow.conn.execute(
            insert(p.record)
            .values(
                university_code=code, type=type_id, state=state, title=title, entered_by=self.province.accounts[entered_by],
                owner_person_id=self.people[owner] if owner else None, channel=channel, created_at=now, updated_at=now,
                college_id=self.province.units[college] if college else None, state_since=now,
                submitted_at=None if state == "00" else now, approved_at=now if state == "30" else None,
                voided_at=now if state == "90" else None,
            )
            .returning(p.record.c.id)
        ).scalar_one()  # fmt: skip
        if named:
            uow.conn.execute(
                insert(p.contributor).values(
                    university_code=code, record_id=created, role="author", rank=1, kind="staff",
                    person_id=self.people[named], name=named, claim=claim,
                )
            )  # fmt: skip
        return created

    def principals(self) -> list[Principal]:
        units, ids, people = self.province.units, self.province.accounts, self.people
        return [
            Principal(ids["r1"], "99001", "00123", "张伟", "researcher", person_id=people["r1"]),
            Principal(ids["r2"], "99001", "00124", "李娜", "researcher", person_id=people["r2"]),
            Principal(ids["s11"], "99001", "s11", "刘芳", "college_admin", unit_id=units["C1"], person_id=people["s11"]),
            Principal(ids["s12"], "99001", "s12", "孙丽", "college_admin", unit_id=units["C2"]),
            Principal(ids["o1"], "99001", "o1", "陈刚", "office_admin", person_id=people["o1"]),
            Principal(ids["f1"], "99001", "f1", "冯涛", "finance"),
            Principal(ids["a1"], "99001", "a1", "郑洁", "analyst"),
            Principal(ids["e1"], "99001", "e1", "何平", "expert"),
            Principal(ids["p1"], "42000", "p1", "周敏", "province_staff"),
            Principal(ids["q1"], "99002", "00123", "王强", "researcher", person_id=people["q1"]),
            Principal(ids["d11"], "99002", "d11", "马超", "college_admin", unit_id=units["D1"]),
            Principal(ids["o2"], "99002", "o2", "吴霞", "office_admin"),
        ]


@pytest.fixture
def world(province: Province) -> World:
    return World(province)
