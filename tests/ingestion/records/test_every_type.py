"""AC-023 … AC-033 below the browser, for every one of the 28 types."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ingestion import bulk, funds, permissions, records, review, search
from ingestion.accounts import system_principal
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from ingestion.principal import Denied, NotFound
from ingestion.records import RecordView, SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from tests.ingestion.records.conftest import T1, World
from tests.ingestion.records.test_submission import draft, send

RESEARCHERS_OWN = [t for t in TYPE_IDS if t in permissions.WORK]


def confirmed(uow: UnitOfWork, actor: object, view: RecordView) -> frozenset[str]:
    found = records.problems(uow, actor, view.id)  # type: ignore[arg-type]
    assert [i for i in found if i.severity == "error"] == []
    return frozenset(records.warning_key(i) for i in found)


def with_money(world: World, type_id: str, document: dict[str, object]) -> None:
    if type_id in funds.PAYMENTS:
        arrival = {**world.valid("fund_arrival", n=800), "project_id": document["project_id"], "amount": 10**9}
        with world.begin() as uow:
            bulk.load(uow, system_principal(uow, T1), "fund_arrival", [bulk.BulkItem(arrival)])


@pytest.mark.ac("AC-024", "AC-061", "AC-074")
@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_the_office_adds_views_changes_voids_and_finds_it(world: World, type_id: str) -> None:
    document = world.valid(type_id, n=5)
    with_money(world, type_id, document)
    with world.begin() as uow:
        view = records.create_draft(uow, world.o1, type_id, document)
        view = records.save_draft(uow, world.o1, view.id, view.version, view.document)
        sent = send(uow, world.o1, view, confirmed=confirmed(uow, world.o1, view), note="经核对不是同一项")
        if type_id in permissions.FUNDS:
            assert sent.state == "20"
            sent = review.approve(uow, world.o1b, sent.id, sent.version)
        assert sent.state == "30" and sent.number.startswith(ALL_RECORDS[type_id].prefix)
        assert sent.title
        found = search.find(uow, world.o1, search.Query(type_id, keyword=sent.number))
        assert [(r.id, r.state) for r in found.rows] == [(sent.id, "30")]
        assert review.history(uow, world.o1, sent.id)
        voided = records.void(uow, world.o1b, sent.id, sent.version, "登记有误需要重新录入")
        assert voided.state == "90"
        assert search.find(uow, world.o1, search.Query(type_id, keyword=sent.number, states=("30",))).total == 0
        assert [e["action"] for e in review.history(uow, world.o1, sent.id)][-1] == "void"
        again = records.create_draft(uow, world.o1, type_id, document)
        assert send(uow, world.o1, again, confirmed=confirmed(uow, world.o1, again), note="经核对不是同一项").state in ("20", "30")


@pytest.mark.ac("AC-070", "AC-071", "AC-072", "AC-131")
@pytest.mark.parametrize("type_id", RESEARCHERS_OWN)
def test_a_researchers_record_passes_three_levels(world: World, type_id: str) -> None:
    document = world.valid(type_id, n=6)
    with_money(world, type_id, document)
    with world.begin() as uow:
        view = draft(uow, world.r1, document, type_id)
        sent = send(uow, world.r1, view, confirmed=confirmed(uow, world.r1, view))
        assert sent.state == "10"
        mine = search.find(uow, world.r1, search.Query(type_id, mine=True))
        assert sent.id in [r.id for r in mine.rows]
        assert type_id in review.counts(uow, world.s11) and review.counts(uow, world.s12) == {}
        sent = review.approve(uow, world.s11, sent.id, sent.version)
        sent = review.approve(uow, world.o1, sent.id, sent.version)
        assert sent.state == "30"
        assert sent.header["owner_person_id"] == world.person("r1")


@pytest.mark.ac("AC-030")
@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_it_can_be_queried_by_every_coded_field(world: World, type_id: str) -> None:
    documents = [world.valid(type_id, n=n, owner=who) for n, who in ((11, "r1"), (12, "r2"), (13, "r3"))]
    if type_id in funds.PAYMENTS:
        with_money(world, type_id, documents[0])
    with world.begin() as uow:
        ids = set(bulk.load(uow, system_principal(uow, T1), type_id, [bulk.BulkItem(d) for d in documents]))
        record_type = ALL_RECORDS[type_id]
        for field in record_type.fields():
            value = documents[0].get(field.name)
            if isinstance(field, (k.Code, k.MultiCode)) and value is not None:
                codes = (value,) if isinstance(value, str) else tuple(value)
                found = search.find(uow, world.o1, search.Query(type_id, codes={field.name: codes}, size=500))
                assert ids <= {r.id for r in found.rows}, field.name
                assert search.count(uow, world.o1, search.Query(type_id, codes={field.name: ("没有的",)})) == 0
        for step in record_type.children():
            for field in step.fields:
                row = (documents[0].get(step.name) or [{}])[0]
                if isinstance(field, k.Code) and row.get(field.name):
                    query = search.Query(type_id, codes={f"{step.name}.{field.name}": (row[field.name],)}, size=500)
                    assert ids <= {r.id for r in search.find(uow, world.o1, query).rows}
        everything = search.count(uow, world.o1, search.Query(type_id))
        year = search.Query(type_id, years=(search.find(uow, world.o1, search.Query(type_id)).rows[0].filed_year or 0,))
        assert search.count(uow, world.o1, year) >= 1
        assert search.count(uow, world.o1, search.Query(type_id, keyword="", codes={})) == everything
        assert sum(search.find(uow, world.o1, search.Query(type_id)).state_counts.values()) == everything


@pytest.mark.ac("AC-032")
@pytest.mark.parametrize("type_id", RESEARCHERS_OWN)
def test_a_colleagues_draft_is_nowhere(world: World, type_id: str) -> None:
    document = world.valid(type_id, n=21, owner="r2")
    with world.begin() as uow:
        hidden = draft(uow, world.r2, document, type_id)
        for who in ("r1", "r3", "s11", "o1", "a1"):
            with pytest.raises(NotFound):
                records.load(uow, world.who[who], hidden.id)
            assert hidden.id not in search.ids(uow, world.who[who], search.Query(type_id))
            assert hidden.id not in {r.id for r in search.anywhere(uow, world.who[who], hidden.title or hidden.number)}
        assert hidden.id in search.ids(uow, world.r2, search.Query(type_id))


@pytest.mark.ac("AC-033")
@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_another_university_can_neither_see_find_nor_reach_it(world: World, type_id: str) -> None:
    document = world.valid(type_id, n=31)
    with_money(world, type_id, document)
    with world.begin() as uow:
        [record_id] = bulk.load(uow, system_principal(uow, T1), type_id, [bulk.BulkItem(document)])
        title = uow.conn.execute(select(p.record.c.title).where(p.record.c.id == record_id)).scalar_one()
    with world.begin("99002") as uow:
        for who in (world.o2, world.d11, world.q1):
            for attempt in (
                lambda w: records.load(uow, w, record_id),
                lambda w: records.save_draft(uow, w, record_id, 1, document),
                lambda w: records.problems(uow, w, record_id),
                lambda w: review.approve(uow, w, record_id, 1),
                lambda w: records.void(uow, w, record_id, 1, "不属于本校的记录"),
            ):
                with pytest.raises(NotFound):
                    attempt(who)
            assert record_id not in search.ids(uow, who, search.Query(type_id))
            assert search.anywhere(uow, who, title) == []


@pytest.mark.ac("AC-153")
@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_an_empty_draft_is_kept_and_told_everything_at_once(world: World, type_id: str) -> None:
    with world.begin() as uow:
        view = records.create_draft(uow, world.o1, type_id)
        required = {f.name for f in ALL_RECORDS[type_id].fields() if f.required and not isinstance(f, k.FileSlot)}
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.o1, view, non_secret=False)
        named = {i.field for i in refused.value.issues}
        assert required <= named and "non_secret" in named
        assert records.load(uow, world.o1, view.id).state == "00"


@pytest.mark.ac("AC-086")
def test_who_may_not_create_is_refused(world: World) -> None:
    with world.begin() as uow:
        for who, type_id in (("r1", "person"), ("r1", "expert"), ("s11", "expert"), ("a1", "paper"), ("e1", "paper")):
            with pytest.raises(Denied):
                records.create_draft(uow, world.who[who], type_id)
