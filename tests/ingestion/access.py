"""What tests of access share: a small province, and argon2 cheap enough to log in hundreds of times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from argon2 import PasswordHasher

from ingestion import accounts, units
from ingestion.accounts import passwords
from ingestion.accounts.administration import Grant
from ingestion.store.engine import ALL, Store

PASSWORD = "Lantern-River-42"
PROVINCE = "42000"


@pytest.fixture
def cheap_argon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real algorithm with the smallest cost. Only a test can ask for this: nothing reads it from outside."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
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


@pytest.fixture
def province(store: Store, cheap_argon: None) -> Province:
    return build(store)


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
