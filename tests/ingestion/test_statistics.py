"""Saved statistics: kept under a name, shared in the scope they were made in, never more than filters."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ingestion import statistics
from ingestion.principal import Denied, NotFound, OperationError
from ingestion.store.platform import audit_row
from tests.universe import PROVINCE, T1, T2, Universe

FILTERS = {"indicator": "O01", "rows": "college", "from": "2022", "college": "none", "category_1": "甲&乙=丙 #"}


def _names(universe: Universe, who: str, code: str = T1, page: str = "statistics") -> list[str]:
    with universe.store.read(code) as uow:
        return [one.name for one in statistics.list_for(uow, getattr(universe, who), page)]


@pytest.mark.ac("AC-096")
def test_filters_come_back_and_a_name_holds_one_statistic(universe: Universe) -> None:
    with universe.store.begin(T1) as uow:
        first = statistics.save(uow, universe.o1, "statistics", " 论文 ", FILTERS)
        assert statistics.save(uow, universe.o1, "statistics", "论文", {"indicator": "P01"}) == first
        statistics.save(uow, universe.o1, "statistics", "论文 2", FILTERS)
    with universe.store.read(T1) as uow:
        found = {one.name: one for one in statistics.list_for(uow, universe.o1, "statistics")}
        assert found["论文"].filters == {"indicator": "P01"} and found["论文 2"].filters == FILTERS
        actions = [row.action for row in uow.conn.execute(select(audit_row.c.action).where(audit_row.c.object_type == "saved_statistic"))]
    assert actions.count("save_statistic") == 3
    with universe.store.begin(T1) as uow:
        statistics.remove(uow, universe.o1, first)
    assert _names(universe, "o1") == ["论文 2"]


def test_a_statistic_is_shared_in_the_scope_it_was_made_in(universe: Universe) -> None:
    with universe.store.begin(T1) as uow:
        statistics.save(uow, universe.o1, "statistics", "本校", FILTERS, shared=True)
        statistics.save(uow, universe.o1, "statistics", "自用", FILTERS)
        statistics.save(uow, universe.s11, "statistics", "C1 的", FILTERS, shared=True)
        statistics.save(uow, universe.r1, "statistics", "我的", FILTERS)
    with universe.store.begin(PROVINCE) as uow:
        statistics.save(uow, universe.p1, "province", "全省", FILTERS, shared=True)
    assert _names(universe, "s11") == ["C1 的", "本校"]
    assert _names(universe, "s12") == ["本校"]  # another college
    assert _names(universe, "r1") == ["我的", "本校"]
    assert _names(universe, "r2") == ["本校"]
    assert _names(universe, "a1") == ["本校"]
    assert _names(universe, "o2", T2) == []
    assert _names(universe, "p1", PROVINCE, "province") == ["全省"]


def test_nobody_changes_or_deletes_anothers(universe: Universe) -> None:
    with universe.store.begin(T1) as uow:
        mine = statistics.save(uow, universe.o1, "statistics", "论文", FILTERS, shared=True)
        statistics.save(uow, universe.a1, "statistics", "论文", {"indicator": "P01"})
    for who, code in (("a1", T1), ("s11", T1), ("o2", T2)):
        with pytest.raises(NotFound), universe.store.begin(code) as uow:
            statistics.remove(uow, getattr(universe, who), mine)
    with universe.store.read(T1) as uow:
        assert {one.name: one.filters for one in statistics.list_for(uow, universe.o1, "statistics")} == {"论文": FILTERS}


def test_what_cannot_be_kept_is_refused_with_the_reason(universe: Universe) -> None:
    def refused(name: str, filters: dict[str, str]) -> str:
        with pytest.raises(OperationError) as problem, universe.store.begin(T1) as uow:
            statistics.save(uow, universe.o1, "statistics", name, filters)
        return problem.value.zh

    assert "1 到 100 字" in refused(" ", FILTERS)
    assert "1 到 100 字" in refused("长" * 101, FILTERS)
    assert "“x'”" in refused("论文", {"x'": "1"})
    assert "200 字" in refused("论文", {"rows": "x" * 201})
    assert "最多 20 个" in refused("论文", {f"f{i}": "1" for i in range(21)})
    with pytest.raises(Denied), universe.store.begin(T1) as uow:
        statistics.save(uow, universe.r1, "statistics", "论文", FILTERS, shared=True)
    with pytest.raises(Denied), universe.store.begin(T1) as uow:
        statistics.save(uow, universe.e1, "statistics", "论文", FILTERS)
    with pytest.raises(Denied), universe.store.begin(T1) as uow:
        statistics.save(uow, universe.o1, "province", "全省", FILTERS)
    with pytest.raises(NotFound), universe.store.begin(T1) as uow:
        statistics.save(uow, universe.o1, "leader", "论文", FILTERS)


def test_an_account_keeps_a_hundred(universe: Universe) -> None:
    with universe.store.begin(T1) as uow:
        for number in range(statistics.KEPT):
            statistics.save(uow, universe.o1, "statistics", f"{number}", {})
        statistics.save(uow, universe.o1, "statistics", "7", FILTERS)  # a known name is no new one
        with pytest.raises(OperationError, match="已保存 100 个"):
            statistics.save(uow, universe.o1, "statistics", "再一个", {})
        statistics.save(uow, universe.a1, "statistics", "别人的", {})
