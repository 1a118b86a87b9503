"""What waits, how it moved in four weeks, and who filed nothing: by the operations people take."""

from __future__ import annotations

from datetime import timedelta

from ingestion import review, workload
from ingestion.store.engine import today, utc_now
from ingestion.workload import Backlog
from tests.ingestion.records.conftest import World
from tests.ingestion.records.test_submission import draft, send


def test_a_submission_waits_until_it_is_decided_and_whoever_takes_part_has_filed(world: World) -> None:
    day = today()
    left = (day.replace(month=12, day=31) - day).days
    written = {**world.valid("paper"), "published_on": day.isoformat()}
    with world.begin() as uow:
        assert workload.backlog(uow, world.o1) == Backlog(0, 0, 0, left)
        everybody = {one.person_id for one in workload.silent(uow, world.o1, day.year)}
        assert {world.person("r1"), world.person("r2"), world.person("r3")} <= everybody
        paper = draft(uow, world.r1, written)
        assert workload.backlog(uow, world.o1).waiting == 0  # a draft waits for nobody but its writer
        assert everybody == {one.person_id for one in workload.silent(uow, world.o1, day.year)}
        assert len(everybody) == workload.count_silent(uow, world.o1, day.year)
        sent = send(uow, world.r1, paper)
        assert workload.backlog(uow, world.s11) == Backlog(1, 1, 0, left)
        assert workload.backlog(uow, world.s12) == Backlog(0, 0, 0, left)  # whatever a secretary asks for
        assert workload.backlog(uow, world.s12, world.college["C1"]) == Backlog(0, 0, 0, left)
        assert workload.backlog(uow, world.a1, world.college["C1"]).waiting == 1
        silent = {one.person_id for one in workload.silent(uow, world.o1, day.year)}
        assert world.person("r1") in everybody - silent and world.person("r2") in silent
        passed = review.approve(uow, world.s11, sent.id, sent.version)
        assert workload.backlog(uow, world.o1) == Backlog(1, 1, 0, left)  # from college to university: still in review
        review.approve(uow, world.o1, passed.id, passed.version)
        assert workload.backlog(uow, world.o1) == Backlog(0, 1, 1, left)
        own = workload.silent(uow, world.s12, day.year)
        assert len(own) == workload.count_silent(uow, world.s12, day.year)
        assert {one.person_id for one in own} == {world.person("r3")} and own[0].staff_no == "00456" and own[0].last_year is None
        later = {one.person_id: one for one in workload.silent(uow, world.o1, day.year + 1)}
        assert later[world.person("r1")].last_year == day.year
        uow.now = utc_now() + timedelta(days=workload.DAYS + 1)
        assert workload.backlog(uow, world.o1) == Backlog(0, 0, 0, left)  # what moved five weeks ago is past
