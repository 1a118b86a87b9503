"""The demo's accounts: those of the acceptance universe, and enough others for every college to enter and review.
Only accounts with a password stand in the file; the others are there as people who have not been activated."""

from __future__ import annotations

import csv
import os
import random
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingestion import accounts
from ingestion.accounts import Grant
from ingestion.bulk import Who
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork, home
from pipelines.demo import words
from pipelines.demo.cast import College
from pipelines.demo.fill import Person

LETTERS, DIGITS = "abcdefghjkmnpqrstuvwxyz", "23456789"  # none that is taken for another
OPEN_COLLEGES = 3  # with a researcher who can log in: every password costs a tenth of a second to hash
COLUMNS = ("university", "username", "password", "role", "name")


@dataclass(frozen=True)
class Login:
    """One row of demo-accounts.csv."""

    university: str
    username: str
    password: str
    role: str
    name: str


def path() -> Path:
    return home() / "demo-accounts.csv"


def password() -> str:
    """Three words of four letters and a number: random, possible to read aloud, within every password profile."""
    groups = ["".join(secrets.choice(LETTERS) for _ in range(4)).capitalize() for _ in range(3)]
    return "-".join([*groups, "".join(secrets.choice(DIGITS) for _ in range(4))])


def write(logins: Iterable[Login]) -> None:
    """For the owner of the file alone."""
    handle = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows((row.university, row.username, row.password, row.role, row.name) for row in logins)


class Maker:
    """Makes accounts of one organisation and remembers those one can log in with."""

    def __init__(self, uow: UnitOfWork, actor: Principal | None, university: str, logins: list[Login]) -> None:
        self._uow = uow
        self._actor = actor
        self._university = university
        self._logins = logins

    def make(
        self, username: str, name: str, role: str, *, unit_id: int | None = None, person_id: int | None = None, usable: bool = True
    ) -> Who:  # fmt: skip
        word = password() if usable else None
        account_id = accounts.create_account(
            self._uow, self._actor, self._university, username, name, grants=(Grant(role, unit_id),),
            kind="expert" if role == "expert" else "person", person_id=person_id, password=word, must_change=False,
        )  # fmt: skip
        if word is not None:
            self._logins.append(Login(self._university, username, word, role, name))
        return Who(account_id, name, role)


def office_of(number: int) -> str:
    """o1, o2, … by the university's place."""
    return f"o{number}"


def fill_university(
    maker: Maker, rng: random.Random, number: int, colleges: list[College], people: list[Person], busiest: dict[int, list[Person]]
) -> tuple[dict[int, Who], dict[int, Who]]:
    """Secretaries by college, researchers by person. The busiest of each college have accounts; one of each of
    the first colleges, and those the acceptance universe names, a password."""
    secretaries: dict[int, Who] = {}
    for i, college in enumerate(colleges, start=1):
        prefix = "d" if college.code.startswith("D") else "s"
        secretaries[college.unit_id] = maker.make(f"{prefix}{number if prefix == 's' else 1}{i}", words.person_name(rng), "college_admin", unit_id=college.unit_id)
    maker.make(f"a{number}", words.person_name(rng), "analyst")
    if number == 1:
        maker.make("e1", words.person_name(rng), "expert")
    if number == 4:
        maker.make("f4", words.person_name(rng), "finance")
    researchers: dict[int, Who] = {}
    named = {person.person_id for person in people if person.named}
    for nth, college in enumerate(colleges):
        for place, person in enumerate(busiest.get(college.unit_id, ())):
            usable = (place == 0 and nth < OPEN_COLLEGES) or person.person_id in named
            researchers[person.person_id] = maker.make(person.staff_no, person.name, "researcher", person_id=person.person_id, usable=usable)
    for person in people:
        if person.person_id in named and person.person_id not in researchers:
            researchers[person.person_id] = maker.make(person.staff_no, person.name, "researcher", person_id=person.person_id)
    return secretaries, researchers
