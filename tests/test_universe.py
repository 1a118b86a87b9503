"""The acceptance universe stands as the statements describe it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from ingestion import accounts, people
from tests.universe import PASSWORD, T1, T2, Universe


def test_the_universities_and_their_people(universe: Universe) -> None:
    with universe.store.read("*") as uow:
        codes = uow.conn.scalars(text("SELECT code FROM university WHERE kind = 'university' ORDER BY code"))
        assert list(codes) == ["99001", "99002", "99003"]
        states = set(uow.conn.execute(text("SELECT type, state FROM record")))
        assert states == {("person", "30")}
    assert universe.s11.unit_id == universe.C1
    assert universe.r1.person_id == universe.person("r1")
    assert (universe.r1.username, universe.q1.username) == ("00123", "00123")


@pytest.mark.ac("AC-014")
def test_the_same_staff_number_in_two_universities_is_two_accounts(universe: Universe) -> None:
    for code, name in ((T1, "张伟"), (T2, "王强")):
        live = accounts.login(universe.store, code, "00123", PASSWORD, tab="person")
        assert live.principal.name == name


def test_names_repeat_and_staff_numbers_do_not(universe: Universe) -> None:
    with universe.store.read(T1) as uow:
        found = people.find(uow, universe.o1, "张伟", 10)
    assert {(p.staff_no, p.college) for p in found} == {("00123", "计算机学院"), ("00456", "文学院")}
