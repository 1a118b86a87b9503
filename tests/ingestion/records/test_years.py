"""Years closed for entry: who closes and opens them, and who may still enter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from ingestion import accounts, amendments, messages, review, years
from ingestion.catalog.registry import TYPE_IDS
from ingestion.principal import Denied, NotFound
from ingestion.records import SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import today
from ingestion.years import BadYear
from tests.ingestion.records.conftest import T1, World
from tests.ingestion.records.test_submission import draft, send


@pytest.mark.ac("AC-226")
def test_a_locked_year_takes_no_entry_but_from_who_is_excepted(world: World) -> None:
    paper, last = world.valid("paper"), today().year - 1
    dated = {**paper, "published_on": f"{last}-03-01"}
    with world.begin() as uow:
        before = send(uow, world.r1, draft(uow, world.r1, {**dated, "doi": "10.1000/before", "title": "锁定之前提交的论文"}))
        assert years.lock(uow, world.o1, T1, last) == len(TYPE_IDS)
        assert years.lock(uow, world.o1, T1, last, ["paper"]) == 0
        view = draft(uow, world.r1, dated)  # a draft may be written
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.r1, view)
        assert str(last) in refused.value.zh and "科研处" in refused.value.zh
        passed = review.approve(uow, world.s11, before.id, before.version)
        passed = review.approve(uow, world.o1, before.id, passed.version)  # what was sent before goes on
        with pytest.raises(SubmissionRefused):
            amendments.open(uow, world.r1, passed.id, "补充卷期页码")
        for bad in (lambda: years.lock(uow, world.o1, T1, today().year), lambda: years.lock(uow, world.o1, T1, last, ["nothing"])):
            with pytest.raises(BadYear):
                bad()
        with pytest.raises(BadYear):
            years.allow(uow, world.o1, last, world.person("r1"), today() - timedelta(days=1), "出国期间未录入")
        with pytest.raises(BadYear):
            years.allow(uow, world.o1, last - 1, world.person("r1"), today(), "出国期间未录入")
        allowed = years.allow(uow, world.o1, last, world.person("r1"), today(), "出国期间未录入")
        assert [(x.person, x.until) for x in years.exceptions(uow, world.o1)] == [("张伟", today())]
        assert str(last) in messages.list_for(uow, world.r1)[0].zh
        years.end(uow, world.o1, allowed)
        with pytest.raises(SubmissionRefused):
            send(uow, world.r1, view)
        years.allow(uow, world.o1, last, world.person("r1"), today() + timedelta(days=30), "出国期间未录入")
        assert send(uow, world.r1, view).state == "10"
        uow.conn.execute(update(p.year_exception).values(until=today() - timedelta(days=1)))
        with pytest.raises(SubmissionRefused):
            amendments.open(uow, world.r1, passed.id, "补充卷期页码")
        assert years.reopen(uow, world.o1, T1, last, "年报已补充完毕", ["paper"]) == 1
        assert amendments.open(uow, world.r1, passed.id, "补充卷期页码").amendment is not None
        [row] = years.locked(uow, world.o1)
        assert (row.year, row.locked_by, "paper" in row.types, len(row.types)) == (last, "陈刚", False, len(TYPE_IDS) - 1)


@pytest.mark.ac("AC-226")
def test_years_are_locked_by_the_office_and_the_province_alone(world: World) -> None:
    last = today().year - 1
    with world.store.begin("*") as uow:
        accounts.create_university(uow, None, "420000", "省教育厅", kind="province", admin_username="p1")
        p1 = accounts.principal_for(uow, "420000", "p1")
        assert years.lock(uow, p1, "99002", last, ["paper"]) == 1
        assert [(row.university_code, row.year) for row in years.locked(uow, p1)] == [("99002", last)]
    with world.begin() as uow:
        assert years.locked(uow, world.o1) == []
        with pytest.raises(NotFound):
            years.lock(uow, world.o1, "99002", last)
        for who in (world.s11, world.r1, world.a1):
            with pytest.raises(Denied):
                years.lock(uow, who, T1, last)
