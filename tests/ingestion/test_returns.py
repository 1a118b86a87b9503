"""What the office enters in the year-end tables: kept with who and when, refused whole, hidden from others."""

from __future__ import annotations

import pytest

from ingestion import returns
from ingestion.principal import Denied, OperationError
from tests.universe import T1, T2, Universe

WORDS = {("04", "V"): ("04 科研事业费", "04 Research operating grant"), ("34", "V"): ("34 上缴税金", "34 Taxes")}


def test_entered_taken_back_and_told_with_who(universe: Universe) -> None:
    with universe.store.begin(T1) as uow:
        assert returns.enter(uow, universe.o1, 2025, "ST2", {("04", "V"): 12_300_000, ("34", "V"): None}, WORDS, " 财务处表 ") == 1
        assert returns.enter(uow, universe.o1, 2025, "ST2", {("04", "V"): 12_300_000}, WORDS) == 0
    with universe.store.begin(T1) as uow:
        assert returns.enter(uow, universe.o1, 2025, "ST2", {("04", "V"): 500}, WORDS) == 1
        standing = returns.entries(uow, universe.o1, 2025)
        assert [(key, one.value) for key, one in standing.items()] == [(("ST2", "04", "V"), 500)]
        assert returns.entries(uow, universe.o1, 2024) == {}
        assert returns.enter(uow, universe.o1, 2025, "ST2", {("04", "V"): None}, WORDS) == 1
        assert returns.entries(uow, universe.o1, 2025) == {}
        told = returns.history(uow, universe.o1, 2025, "ST2")
        assert [one.value for one in told] == [None, 500, 12_300_000] and told[2].note == "财务处表" and told[0].made_by == universe.o1.name
    with universe.store.read(T2) as uow:
        assert returns.history(uow, universe.o2, 2025, "ST2") == []


def test_all_that_is_wrong_at_once_and_nothing_stored(universe: Universe) -> None:
    with universe.store.begin(T1) as uow:
        with pytest.raises(OperationError) as refused:
            returns.enter(uow, universe.o1, 2199, "ST2", {("04", "V"): -1, ("34", "V"): 10**16}, WORDS, "长" * 301)
        for word in ("04 科研事业费", "-1", "34 上缴税金", "2199", "301"):
            assert word in refused.value.zh
        assert "Nothing was saved" in refused.value.en and returns.entries(uow, universe.o1, 2199) == {}


def test_only_the_office_enters_and_others_see_nothing(universe: Universe) -> None:
    for who in ("s11", "r1", "p1"):
        with universe.store.begin(T1) as uow, pytest.raises(Denied):
            returns.enter(uow, getattr(universe, who), 2025, "ST2", {("04", "V"): 1}, WORDS)
        with universe.store.read(T1) as uow, pytest.raises(Denied):
            returns.entries(uow, getattr(universe, who), 2025)
    with universe.store.read(T1) as uow:
        assert returns.entries(uow, universe.a1, 2025) == {}
