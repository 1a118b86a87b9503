"""A finding is a named person's task until the check passes; the office and the college hand it on, within their reach."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from ingestion import findings, quality_tasks
from ingestion.findings import Found
from ingestion.principal import Denied, NotFound, OperationError
from ingestion.store import platform as p
from tests import documents
from tests.universe import T1, Universe, file

RULES = frozenset({"paper.doi.missing", "marts.balance"})


def found(record_id: int | None, rule: str = "paper.doi.missing", severity: findings.Severity = "warning") -> Found:
    return Found(record_id, rule, "doi", severity, "DOI：未填写。", "DOI: missing.")


def paper(universe: Universe, who: str, n: int) -> int:
    college = {"r1": "C1", "r2": "C1", "r3": "C2"}[who]
    place = documents.Place(universe.person(who), {"r1": "张伟", "r2": "李娜", "r3": "张伟"}[who], universe.colleges[college], T1)
    with universe.store.begin(T1) as uow:
        return file(uow, universe.o1, "paper", documents.valid("paper", place, n))


def opened(universe: Universe, *items: Found) -> None:
    with universe.store.begin(T1) as uow:
        findings.sync(uow, T1, "raw", RULES, list(items))


def waiting(universe: Universe, who: str) -> list[int | None]:
    with universe.store.read(T1) as uow:
        tasks = quality_tasks.mine(uow, getattr(universe, who))
        assert quality_tasks.count(uow, getattr(universe, who)) == len(tasks)
    return [task.record_id for task in tasks]


def told(universe: Universe, who: str) -> int:
    m = p.message
    with universe.store.read(T1) as uow:
        query = select(func.count()).select_from(m).where(m.c.account_id == getattr(universe, who).account_id, m.c.kind == "quality")
        return int(uow.conn.execute(query).scalar_one())


def test_it_goes_to_who_can_mend_it_and_is_gone_when_the_check_passes(universe: Universe) -> None:
    first, second, third = paper(universe, "r1", 1), paper(universe, "r1", 2), paper(universe, "r3", 3)
    opened(universe, found(first), found(third), found(None, "marts.balance", "error"))
    assert waiting(universe, "r1") == [first] and waiting(universe, "r3") == [third] and waiting(universe, "o1") == [None]
    assert waiting(universe, "r2") == [] and waiting(universe, "s11") == [] and waiting(universe, "o2") == []
    opened(universe, found(first), found(second), found(third))
    assert waiting(universe, "r1") == [first, second] and waiting(universe, "o1") == []
    assert told(universe, "r1") == 1, "one message until it is read, however many tasks come"
    opened(universe, found(second))
    assert waiting(universe, "r1") == [second] and waiting(universe, "r3") == []


def test_without_an_account_of_the_owner_the_college_and_then_the_office_mends(universe: Universe) -> None:
    record = paper(universe, "r1", 1)
    with universe.store.begin(T1) as uow:  # the owner's account is closed, and a command entered the record
        system = uow.conn.execute(select(p.account.c.id).where(p.account.c.kind == "system", p.account.c.university_code == T1)).scalar()
        uow.conn.execute(update(p.account).where(p.account.c.id == universe.r1.account_id).values(enabled=False))
        uow.conn.execute(update(p.record).where(p.record.c.id == record).values(entered_by=system or universe.r1.account_id))
    opened(universe, found(record))
    assert waiting(universe, "s11") == [record] and waiting(universe, "o1") == []
    with universe.store.begin(T1) as uow:
        uow.conn.execute(update(p.account).where(p.account.c.id == universe.s11.account_id).values(enabled=False))
    opened(universe)
    opened(universe, found(record))
    assert waiting(universe, "o1") == [record]


def test_what_an_import_left_open_is_handed_out_too(universe: Universe) -> None:
    record = paper(universe, "r2", 1)
    with universe.store.begin(T1) as uow:
        uow.conn.execute(
            p.finding.insert().values(
                university_code=T1, record_id=record, rule="gap", field="issn", severity="warning", text_zh="ISSN：未填写。", text_en="ISSN: missing.",
                source="import", opened_at=uow.now,
            )
        )  # fmt: skip
    opened(universe)
    assert waiting(universe, "r2") == [record]


def test_the_office_hands_on_what_lies_in_its_reach_and_only_to_who_can_mend_it(universe: Universe) -> None:
    here, there = paper(universe, "r1", 1), paper(universe, "r3", 2)
    opened(universe, found(here), found(there))

    def ids(who: str) -> list[int]:
        with universe.store.read(T1) as uow:
            return [task.id for task in quality_tasks.of_rule(uow, getattr(universe, who), "paper.doi.missing", "doi")]

    assert len(ids("o1")) == 2 and len(ids("s11")) == 1
    with universe.store.read(T1) as uow:
        rule = quality_tasks.rules(uow, universe.o1)[0]
        assert (rule.rule, rule.findings, rule.records, rule.unassigned) == ("paper.doi.missing", 2, 2, 0)
        assert quality_tasks.rules(uow, universe.s11)[0].findings == 1
        both = {one.account_id for one in quality_tasks.assignees(uow, universe.o1, ids("o1"))}
        own = {one.account_id for one in quality_tasks.assignees(uow, universe.s11, ids("s11"))}
    assert both == {universe.o1.account_id} and {universe.r1.account_id, universe.s11.account_id} <= own and universe.r3.account_id not in own

    with universe.store.begin(T1) as uow:
        assert quality_tasks.assign(uow, universe.s11, ids("s11"), universe.s11.account_id) == 1
    assert waiting(universe, "s11") == [here] and waiting(universe, "r1") == []
    elsewhere = [one for one in ids("o1") if one not in ids("s11")]
    for actor, tasks, to, refusal in (
        ("s11", elsewhere, "s11", NotFound), ("o2", ids("o1"), "o2", NotFound), ("r1", ids("s11"), "r1", Denied), ("a1", ids("s11"), "a1", Denied),
        ("o1", ids("s11"), "r3", OperationError), ("o1", [], "o1", OperationError),
    ):  # fmt: skip
        with pytest.raises(refusal), universe.store.begin(getattr(universe, actor).university_code) as uow:
            quality_tasks.assign(uow, getattr(universe, actor), tasks, getattr(universe, to).account_id)
    assert waiting(universe, "s11") == [here] and waiting(universe, "r3") == [there]
    with universe.store.read(T1) as uow:  # a later refresh leaves the choice alone
        assert quality_tasks.of_record(uow, universe.r1, here)[0].who == "刘芳"
    opened(universe, found(here), found(there))
    assert waiting(universe, "s11") == [here]
