from __future__ import annotations

import dataclasses

import pytest

from ingestion import bulk, people, review, search
from ingestion.accounts import system_principal
from ingestion.records import RecordView
from tests.ingestion.records.conftest import T1, World
from tests.ingestion.records.test_submission import draft, send


def find(world: World, who: str, **filters: object) -> search.Page:
    query = search.Query("paper", **filters)  # type: ignore[arg-type]
    with world.begin(world.who[who].university_code) as uow:
        page = search.find(uow, world.who[who], query)
        assert page.total == search.count(uow, world.who[who], query)
        assert [r.id for r in page.rows] == search.ids(uow, world.who[who], query)[(page.page - 1) * page.size :][: page.size]
        return page


@pytest.fixture
def papers(world: World) -> list[RecordView]:
    """Five of r1 (C1) and two of r3 (C2) in force, a draft of r2, one waiting at the college."""
    items = []
    for n in range(5):
        items.append({**world.valid("paper", n=n), "published_on": f"202{n}-05-01", "title": f"遥感影像研究之{n}"})
    for n in range(5, 7):
        items.append({**world.valid("paper", owner="r3", n=n), "college_id": world.college["C2"], "published_on": "2023"})
    waiting, hidden = world.valid("paper", owner="r2", n=8), world.valid("paper", owner="r2", n=9)
    with world.begin() as uow:
        system = system_principal(uow, T1)
        bulk.load(uow, system, "paper", [bulk.BulkItem(d) for d in items])
        return [send(uow, world.r2, draft(uow, world.r2, waiting)), draft(uow, world.r2, {**hidden, "title": "李娜的草稿"})]


@pytest.mark.ac("AC-030")
def test_filters_join_and_the_totals_are_true(world: World, papers: list[RecordView]) -> None:
    assert find(world, "o1").total == 8
    assert find(world, "o1").state_counts == {"10": 1, "30": 7}
    assert find(world, "o1", states=("10",)).total == 1
    assert find(world, "o1", states=("10",)).state_counts == {"10": 1, "30": 7}
    assert find(world, "o1", keyword="遥感").total == 5
    assert find(world, "o1", keyword="00456").total == 2
    assert find(world, "o1", keyword="李娜").total == 1
    assert find(world, "o1", keyword=papers[0].number).total == 1
    assert find(world, "o1", keyword=papers[0].document["doi"].upper()).total == 1
    assert find(world, "o1", keyword="100%").total == 0
    assert find(world, "o1", years=(2021, 2022)).total == 2
    assert find(world, "o1", college_ids=(world.college["C2"],)).total == 2
    both = find(world, "o1", keyword="遥感", college_ids=(world.college["C2"],))
    either = find(world, "o1", keyword="遥感", college_ids=(world.college["C2"],), combine="or")
    assert (both.total, either.total) == (0, 7)
    one = find(world, "o1", codes={"paper_type": (papers[0].document["paper_type"],)})
    none = find(world, "o1", codes={"paper_type": ("没有的",)})
    assert (one.total, none.total) == (8, 0)
    index = papers[0].document["indexings"][0]["index_code"]
    assert find(world, "o1", codes={"indexings.index_code": (index,)}).total == 8
    level = papers[0].document["journal_levels"][0]
    assert find(world, "o1", codes={"journal_levels": (level, "x")}).total == 8


def test_dates_paging_and_order(world: World, papers: list[RecordView]) -> None:
    page = find(world, "o1", years=(2020, 2021, 2022, 2023, 2024), keyword="遥感", order="dated_on", size=2, page=2)
    assert page.total == 5
    assert [r.filed_year for r in page.rows] == [2022, 2023]
    down = find(world, "o1", keyword="遥感", order="-published_on")
    assert [r.filed_year for r in down.rows] == [2024, 2023, 2022, 2021, 2020]
    first = down.rows[0]
    assert (first.owner, first.college, first.values["title"]) == ("张伟", "计算机学院", "遥感影像研究之4")


@pytest.mark.ac("AC-032", "AC-033", "AC-122")
def test_nobody_finds_what_is_not_theirs(world: World, papers: list[RecordView]) -> None:
    assert find(world, "r1").total == 5
    assert find(world, "r1", keyword="草稿").total == 0
    assert find(world, "r2", keyword="草稿").total == 1
    assert find(world, "o1", keyword="草稿").total == 0
    assert find(world, "s11").total == 6 and find(world, "s12").total == 2
    assert find(world, "s11", college_ids=(world.college["C2"],)).total == 0
    assert find(world, "s11", keyword="x", college_ids=(world.college["C2"],), combine="or").total == 0
    assert find(world, "o2").total == 0 and find(world, "o2").state_counts == {}
    assert find(world, "a1").total == find(world, "e1").total == 0
    with world.begin("99002") as uow:
        assert search.anywhere(uow, world.o2, "遥感") == []
    with world.begin() as uow:
        assert {r.type_id for r in search.anywhere(uow, world.o1, "张伟")} >= {"paper", "person"}


@pytest.mark.ac("AC-040", "AC-160", "AC-183")
def test_people_are_found_by_number_name_and_pinyin_with_their_college(world: World) -> None:
    with world.begin() as uow:
        names = [(p.name, p.staff_no, p.college) for p in people.find(uow, world.r2, "张伟")]
        assert names == [("张伟", "00123", "计算机学院"), ("张伟", "00456", "文学院")]
        assert [p.staff_no for p in people.find(uow, world.r2, "zhangw")] == ["00123", "00456"]
        assert [p.staff_no for p in people.find(uow, world.r2, "LN")] == ["00124"]
        assert [p.name for p in people.find(uow, world.r2, "00124")] == ["李娜"]
        assert people.find(uow, world.r2, "王强") == people.find(uow, world.r2, " ") == []
        assert people.find(uow, world.e1, "张伟") == []
        assert people.by_staff_no(uow, world.o1, ["123", "00123"]).keys() == {"00123"}
        known = people.card(uow, world.r2, world.person("r1"))
        assert known.title and known.phone and "****" in known.phone  # never in clear
        for stranger in (world.e1, world.q1):
            assert people.card(uow, stranger, world.person("r1")) == people.Card(None, None)


def test_the_query_is_a_value() -> None:
    query = search.Query("paper", keyword="甲")
    assert dataclasses.replace(query, page=2).keyword == "甲"


def test_queues_show_the_longest_waiting_first(world: World) -> None:
    first, second = world.valid("paper", n=1), world.valid("book", n=2)
    with world.begin() as uow:
        a = send(uow, world.r1, draft(uow, world.r1, first))
    with world.begin() as uow:
        b = send(uow, world.r2, draft(uow, world.r2, {**second}, "book"), confirmed=frozenset({"V002"}), entering_reason="第一作者委托录入")
        assert [w.record_id for w in review.queue(uow, world.s11)] == [a.id, b.id]
        assert [w.record_id for w in review.queue(uow, world.s11, "book")] == [b.id]
        assert [w.record_id for w in review.queue(uow, world.s11, page=2, size=1)] == [b.id]
