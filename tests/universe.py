"""The test universe of the acceptance statements, built through operations.

T1 = 99001 江城大学 with C1 计算机学院 and C2 文学院, T2 = 99002 楚天学院 with D1 机电学院, T3 = 99003
汉水职业技术学院 with nobody but its office; p1 of the province; the offices o1, o2 (and o3), the secretaries
s11, s12, d11, the researchers r1 = 张伟 00123 and r2 = 李娜 00124 (C1), r3 = 张伟 00456 (C2), q1 = 王强 00123
(D1), the expert e1, the analysts a1, a2, the finance clerk f1.

``universe.r1`` is the Principal of r1, ``universe.C1`` the id of a college, ``universe.store`` the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ingestion import accounts, codes, records, units
from ingestion.accounts import Grant
from ingestion.catalog.codelists import BUILT_IN
from ingestion.principal import Principal
from ingestion.store.engine import ALL, Store, UnitOfWork

PROVINCE = "42"
T1, T2, T3 = "99001", "99002", "99003"
PASSWORD = "Lantern-River-42"

UNIVERSITIES = (
    (T1, "江城大学", "Jiangcheng University", "double_first_class", "420100"),
    (T2, "楚天学院", "Chutian College", "provincial", "420500"),
    (T3, "汉水职业技术学院", "Hanshui Vocational College", "vocational", "420600"),
)
COLLEGES = (("C1", T1, "计算机学院"), ("C2", T1, "文学院"), ("D1", T2, "机电学院"))
PEOPLE = (  # researchers: person record and account
    ("r1", T1, "C1", "00123", "张伟"),
    ("r2", T1, "C1", "00124", "李娜"),
    ("r3", T1, "C2", "00456", "张伟"),
    ("q1", T2, "D1", "00123", "王强"),
)
OTHERS = (
    ("p1", PROVINCE, "p1", "周敏", "province_staff", None),
    ("o1", T1, "o1", "陈刚", "office_admin", None),
    ("o2", T2, "o2", "吴霞", "office_admin", None),
    ("o3", T3, "o3", "胡静", "office_admin", None),
    ("s11", T1, "s11", "刘芳", "college_admin", "C1"),
    ("s12", T1, "s12", "孙丽", "college_admin", "C2"),
    ("d11", T2, "d11", "马超", "college_admin", "D1"),
    ("e1", T1, "e1", "何平", "expert", None),
    ("a1", T1, "a1", "郑洁", "analyst", None),
    ("a2", T2, "a2", "韩雪", "analyst", None),
    ("f1", T1, "f1", "冯涛", "finance", None),
)


@dataclass(frozen=True)
class Universe:
    """Principals, colleges and person records by the names above; ``usernames[name]`` = (university, username)."""

    store: Store
    principals: Mapping[str, Principal]
    colleges: Mapping[str, int]
    usernames: Mapping[str, tuple[str, str]]
    password: str = PASSWORD

    def __getattr__(self, name: str) -> Any:
        for known in (self.__dict__["principals"], self.__dict__["colleges"]):
            if name in known:
                return known[name]
        raise AttributeError(name)

    def person(self, name: str) -> int:
        """The person record of a researcher."""
        found = self.principals[name].person_id
        assert found is not None, f"{name} is no researcher"
        return found

    def on(self, store: Store) -> Universe:
        """The same universe in a copy of its store."""
        return replace(self, store=store)


def build(store: Store) -> Universe:
    """Fill an empty store."""
    with store.begin(ALL) as uow:
        codes.load_built_in(uow)
        accounts.create_university(uow, None, PROVINCE, "江汉省教育厅", kind="province")
        for code, name, name_en, group, city in UNIVERSITIES:
            accounts.create_university(
                uow, None, code, name, name_en=name_en, peer_group=group, city_code=city
            )
    colleges: dict[str, int] = {}
    for key, university, name in COLLEGES:
        with store.begin(university) as uow:
            colleges[key] = units.create(uow, accounts.system_principal(uow, university), key, name)
    usernames: dict[str, tuple[str, str]] = {}
    for key, university, username, name, role, college in OTHERS:
        with store.begin(university) as uow:
            kind = "expert" if role == "expert" else "person"
            grant = Grant(role, colleges[college] if college else None)
            _account(uow, university, username, name, grant, kind=kind)
        usernames[key] = (university, username)
    offices = {university: _principal(store, university, f"o{n}") for n, university in ((1, T1), (2, T2))}
    for key, university, college, staff_no, name in PEOPLE:
        document = person(staff_no, name, colleges[college])
        with store.begin(university) as uow:
            person_id = file(uow, offices[university], "person", document)
            _account(uow, university, staff_no, name, Grant("researcher"), person_id=person_id)
        usernames[key] = (university, staff_no)
    principals = {key: _principal(store, *name) for key, name in usernames.items()}
    return Universe(store, principals, colleges, usernames)


def code(list_name: str, label: str) -> str:
    """The built-in code with this Chinese label."""
    return next(item.code for item in BUILT_IN[list_name].items if item.label_zh == label)


def person(staff_no: str, name: str, college_id: int, **more: Any) -> dict[str, Any]:
    """The document of a person as the office files it."""
    return {
        "staff_no": staff_no,
        "name": name,
        "sex": code("gbt2261_1_sex", "男性"),
        "college_id": college_id,
        "person_status": code("person_status", "在职"),
        "joined_on": "2015-09-01",
        **more,
    }


def file(uow: UnitOfWork, office: Principal, type_id: str, document: dict[str, Any]) -> int:
    """A record the office puts in force; returns its id."""
    draft = records.create_draft(uow, office, type_id, document)
    token = f"file-{draft.id}"
    return records.submit(uow, office, draft.id, draft.version, non_secret=True, token=token).id


def _account(uow: UnitOfWork, university: str, username: str, name: str, grant: Grant, **more: Any) -> None:
    accounts.create_account(
        uow, None, university, username, name, grants=(grant,), password=PASSWORD, must_change=False, **more
    )


def _principal(store: Store, university: str, username: str) -> Principal:
    with store.read(university) as uow:
        return accounts.principal_for(uow, university, username)
