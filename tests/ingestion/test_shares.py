"""The table by which credit is shared: the built-in one, and a university's own in versions."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ingestion import shares
from ingestion.catalog.share_table import built_in, credited, of_people
from ingestion.principal import Denied
from ingestion.shares import BadTable
from ingestion.store import platform as p
from tests.universe import T1, T2, Universe

ROOT = Path(__file__).parents[2]
D = Decimal
FIRST = {1: [D(100)], 2: [D(70), D(30)], 3: [D(50), D(30), D(20)]}
THEN = {1: [D(100)], 2: [D("66.6667"), D("33.3333")]}


def test_the_built_in_table_halves_from_place_to_place_and_sums_to_one() -> None:
    table = built_in()
    assert sorted(table.rows) == list(range(1, 21))
    for people, row in table.rows.items():
        whole = sum(Fraction(1, 2**place) for place in range(people))
        assert sum(row) == 1
        for place, share in enumerate(row):
            assert abs(Fraction(share) - Fraction(1, 2**place) / whole) < Fraction(1, 10**11)


def test_the_marts_read_the_same_built_in_table() -> None:
    def table(path: str) -> list[list[str]]:
        with (ROOT / path).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    assert table("dbt/seeds/share_table.csv") == table("ingestion/catalog/share_table.csv")


people = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["staff", "student", "external"]), "role": st.sampled_from(["author", "handler"]), "person_id": st.integers(1, 9)}
    ),
    max_size=30,
)


@given(people, st.frozensets(st.integers(1, 9), max_size=3))
def test_who_is_credited_shares_exactly_one(rows: list[dict[str, object]], declined: frozenset[int]) -> None:
    ranked = [{**row, "rank": rank} for rank, row in enumerate(rows, 1)]
    given_shares = of_people(built_in(), ranked, declined)
    assert set(given_shares) == {row["rank"] for row in ranked if credited(row, declined)}
    assert sum(given_shares.values()) == (1 if given_shares else 0)
    assert list(given_shares.values()) == sorted(given_shares.values(), reverse=True)


@pytest.mark.ac("AC-181")
def test_the_table_of_the_records_day_holds(universe: Universe) -> None:
    award = {"awarded_on": "2025-03", "contributors": [{"rank": r, "kind": k, "role": "finisher", "person_id": r} for r, k in ((1, "staff"), (2, "external"), (3, "staff"))]}
    with universe.store.begin(T1) as uow:
        assert shares.table_on(uow, T1, date(2025, 3, 1)) == (built_in(), None)
        before = shares.of_document(uow, T1, "award", award)
        assert before == {1: D("0.666666666667"), 3: D("0.333333333333")}
        assert shares.keep(uow, universe.o1, date(2025, 1, 1), FIRST) == 1
        assert shares.of_document(uow, T1, "award", award) == {1: D("0.7"), 3: D("0.3")}
        assert shares.keep(uow, universe.o1, date(2025, 3, 2), THEN) == 2
        assert shares.of_document(uow, T1, "award", award) == {1: D("0.7"), 3: D("0.3")}
        assert shares.of_document(uow, T1, "award", {**award, "awarded_on": "2025-03-02"}) == {1: D("0.666667"), 3: D("0.333333")}
        assert shares.of_document(uow, T1, "award", {**award, "awarded_on": "2024-12-31"}) == before
        assert shares.of_document(uow, T1, "award", {**award, "awarded_on": None}) == before
        assert shares.keep(uow, universe.o1, date(2025, 3, 2), FIRST) == 3  # the newest of one day holds
        assert shares.of_document(uow, T1, "award", {**award, "awarded_on": "2026-01-01"}) == {1: D("0.7"), 3: D("0.3")}
        kept = shares.versions(uow, universe.o1)
        assert [(v.number, v.valid_from, v.made_by, v.in_force) for v in kept] == [
            (3, date(2025, 3, 2), "陈刚", True), (2, date(2025, 3, 2), "陈刚", False), (1, date(2025, 1, 1), "陈刚", True),
        ]  # fmt: skip
        assert kept[0].table.rows[2] == (D("0.7"), D("0.3"))
        logged = uow.conn.execute(select(p.audit_row.c.detail).where(p.audit_row.c.object_type == "share_table")).scalars().all()
        assert len(logged) == 3 and "66.6667" in logged[1]
    with universe.store.begin(T2) as uow:
        assert shares.versions(uow, universe.o2) == []
        assert shares.table_on(uow, T2, date(2026, 1, 1)) == (built_in(), None)


@pytest.mark.parametrize(
    ("day", "rows", "said"),
    [
        (date(2025, 1, 1), {}, "人数应从 1 起连续"),
        (date(2025, 1, 1), {1: [D(100)], 3: [D(50), D(30), D(20)]}, "人数应从 1 起连续"),
        (date(2025, 1, 1), {1: [D(100)], 2: [D(100)]}, "2 人：应填 2 个名次，现有 1 个"),
        (date(2025, 1, 1), {1: [D(100)], 2: [D(60), D(30)]}, "2 人：合计 90，应为 100"),
        (date(2025, 1, 1), {1: [D(100)], 2: [D(40), D(60)]}, "2 人第 2 名“60”大于前一名“40”"),
        (date(2025, 1, 1), {1: [D("100.00001")]}, "1 人第 1 名“100.00001”应为 0 到 100，最多 4 位小数"),
        (date(1900, 1, 1), {1: [D(100)]}, "启用日期“1900-01-01”应在"),
    ],
)
def test_a_table_that_cannot_hold_is_refused(sqlite_universe: Universe, day: date, rows: dict[int, list[Decimal]], said: str) -> None:
    with sqlite_universe.store.begin(T1) as uow:
        with pytest.raises(BadTable) as refused:
            shares.keep(uow, sqlite_universe.o1, day, rows)
        assert said in refused.value.zh and refused.value.en
        assert shares.versions(uow, sqlite_universe.o1) == []


def test_every_problem_of_a_table_is_told_at_once(sqlite_universe: Universe) -> None:
    with sqlite_universe.store.begin(T1) as uow, pytest.raises(BadTable) as refused:
        shares.keep(uow, sqlite_universe.o1, date(1900, 1, 1), {1: [D(90)], 2: [D(40), D(70)]})
    assert refused.value.zh.count("；") == 4 - 1


def test_only_the_office_keeps_the_table(sqlite_universe: Universe) -> None:
    for who in ("s11", "r1", "a1", "f1"):
        with sqlite_universe.store.begin(T1) as uow, pytest.raises(Denied):
            shares.keep(uow, sqlite_universe.principals[who], date(2025, 1, 1), FIRST)
