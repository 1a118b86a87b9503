from __future__ import annotations

import pytest
from sqlalchemy import select

from ingestion import records, review
from ingestion.principal import Conflict, Denied, NotFound, OperationError
from ingestion.records import RecordView, StaleVersion
from ingestion.store import platform as p
from ingestion.store.engine import local_time
from tests.ingestion.records.conftest import World
from tests.ingestion.records.test_submission import draft, send

BLANKS = "　    ​﻿⠀ㅤ"  # full-width, non-breaking, thin, zero-width, and letters that look blank


def sent(world: World, owner: str = "r1", n: int = 1) -> RecordView:
    paper = world.valid("paper", owner=owner, n=n)
    with world.begin() as uow:
        return send(uow, world.who[owner], draft(uow, world.who[owner], paper))


@pytest.mark.ac("AC-071", "AC-072", "AC-189")
def test_a_paper_passes_college_and_office(world: World) -> None:
    view = sent(world)
    with world.begin() as uow:
        assert [n["state"] for n in review.track(uow, world.r1, view.id)] == ["done", "current", "waiting"]
        view = review.approve(uow, world.s11, view.id, view.version)
        assert view.state == "20"
        assert review.counts(uow, world.s11) == {} and review.counts(uow, world.o1) == {"paper": 1}
        assert [d.action for d in review.done(uow, world.s11)] == ["approve"]
        view = review.approve(uow, world.o1, view.id, view.version)
        assert view.state == "30" and view.header["approved_at"] is not None
        track = review.track(uow, world.r1, view.id)
        assert [(n["zh"], n["name"], n["done"]) for n in track] == [
            ("个人", "张伟", True), ("学院", "刘芳", True), ("学校", "陈刚", True),
        ]  # fmt: skip
        assert all(n["at"] is not None for n in track)
        told = set(
            uow.conn.execute(
                select(p.message.c.account_id).where(p.message.c.record_id == view.id, p.message.c.kind == "approved")
            ).scalars()
        )
        assert {world.r1.account_id, world.s11.account_id} <= told
        versions = uow.conn.execute(
            select(p.record_version.c.kind).where(p.record_version.c.record_id == view.id).order_by(p.record_version.c.number)
        ).scalars()
        assert list(versions) == ["submitted", "approved"]


@pytest.mark.ac("AC-075")
def test_another_college_sees_nothing(world: World) -> None:
    view = sent(world)
    with world.begin() as uow:
        assert review.queue(uow, world.s12) == []
        for step in (review.approve, review.withdraw):
            with pytest.raises(NotFound):
                step(uow, world.s12, view.id, view.version)
        with pytest.raises(NotFound):
            review.return_(uow, world.s12, view.id, view.version, "不是本学院的")


@pytest.mark.ac("AC-076")
def test_nobody_approves_an_own_item(world: World) -> None:
    view = sent(world)
    with world.begin() as uow:
        with pytest.raises(Denied):
            review.approve(uow, world.r1, view.id, view.version)
    mine = world.valid("paper", n=7)["contributors"][0]
    paper = world.valid("paper", owner="r2", n=8)
    paper["contributors"] = [*paper["contributors"], {**mine, "rank": 2, "corresponding": False}]
    with world.begin() as uow:
        view = send(uow, world.r2, draft(uow, world.r2, paper))
        secretary_and_author = world.s11.__class__(
            world.s11.account_id, "99001", "s11", "刘芳", "college_admin", None, world.college["C1"], world.person("r1")
        )
        assert all(w.record_id != view.id for w in review.queue(uow, secretary_and_author))
        with pytest.raises(Denied):
            review.approve(uow, secretary_and_author, view.id, view.version)


@pytest.mark.ac("AC-077")
def test_the_second_of_two_reviewers_learns_who_was_first(world: World) -> None:
    view = sent(world)
    with world.begin() as uow:
        assert review.approve(uow, world.s11, view.id, view.version).state == "20"
        at = review.history(uow, world.s11, view.id)[-1]["at"]
    for step in ("approve", "return"):
        with world.begin() as uow, pytest.raises(Conflict) as late:
            if step == "approve":
                review.approve(uow, world.s11b, view.id, view.version)
            else:
                review.return_(uow, world.s11b, view.id, view.version, "缺少收录证明")
        assert late.value.zh == f"已由 刘芳 于 {local_time(at):%H:%M} 处理"
    with world.begin() as uow:
        approvals = [e for e in review.history(uow, world.s11, view.id) if e["action"] == "approve"]
        assert len(approvals) == 1


@pytest.mark.ac("AC-078", "AC-080")
def test_a_returned_paper_comes_back_with_reason_and_marks(world: World) -> None:
    view = sent(world)
    with world.begin() as uow:
        returned = review.return_(uow, world.s11, view.id, view.version, "缺少检索证明", ("indexings", "doi"))
        assert returned.state == "11"
        last = review.history(uow, world.r1, view.id)[-1]
        assert (last["reason"], last["marked_fields"]) == ("缺少检索证明", ("indexings", "doi"))
        mine = records.load(uow, world.r1, view.id)
        assert {"edit", "submit"} <= mine.allowed
        changed = records.save_draft(uow, world.r1, mine.id, mine.version, {**mine.document, "venue": "另一种期刊"})
        assert changed.state == "11"
        again = send(uow, world.r1, changed)
        assert again.state == "10"
        assert review.queue(uow, world.s11)[0].rounds == 2
        office = review.approve(uow, world.s11, again.id, again.version)
        back = review.return_(uow, world.o1, office.id, office.version, "卷期页填写有误")
        assert back.state == "21"
        assert send(uow, world.r1, records.load(uow, world.r1, back.id)).state == "20"


@pytest.mark.ac("AC-079")
@pytest.mark.parametrize("reason", ["", "    ", BLANKS, "缺证明", "缺 证 明　" + BLANKS])
def test_a_blank_or_short_reason_changes_nothing(world: World, reason: str) -> None:
    view = sent(world)
    with world.begin() as uow:
        with pytest.raises(OperationError):
            review.return_(uow, world.s11, view.id, view.version, reason)
        after = records.load(uow, world.s11, view.id)
        assert (after.state, after.version) == ("10", view.version)


@pytest.mark.ac("AC-081")
def test_taking_back_ends_when_the_college_acted(world: World) -> None:
    view = sent(world)
    with world.begin() as uow:
        assert "withdraw" in view.allowed
        back = review.withdraw(uow, world.r1, view.id, view.version)
        assert back.state == "00"
        again = send(uow, world.r1, back)
        passed = review.approve(uow, world.s11, again.id, again.version)
        assert "withdraw" not in records.load(uow, world.r1, view.id).allowed
        with pytest.raises(OperationError):
            review.withdraw(uow, world.r1, view.id, passed.version)


def test_hand_back_ask_and_answer(world: World) -> None:
    view = sent(world)
    with world.begin() as uow:
        view = review.approve(uow, world.s11, view.id, view.version)
        view = review.hand_back(uow, world.o1, view.id, view.version, "学院请核对作者单位")
        assert view.state == "10" and review.counts(uow, world.s11) == {"paper": 1}
        review.ask(uow, world.s11, view.id, "第二作者是否本校教师")
        review.answer(uow, world.r1, view.id, "不是，为外校合作者")
        after = records.load(uow, world.s11, view.id)
        assert after.state == "10"
        with pytest.raises(Denied):
            review.answer(uow, world.o1, view.id, "替他回答这个问题")


@pytest.mark.ac("AC-085", "AC-245")
def test_the_second_save_of_a_draft_is_refused_with_what_is_there(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)
    with world.begin() as uow:
        records.save_draft(uow, world.r1, view.id, view.version, {**paper, "venue": "甲刊"})
    with world.begin() as uow, pytest.raises(StaleVersion) as stale:
        records.save_draft(uow, world.r1, view.id, view.version, {**paper, "venue": "乙刊"})
    assert stale.value.current.document["venue"] == "甲刊"
    with world.begin() as uow:
        assert records.load(uow, world.r1, view.id).document["venue"] == "甲刊"


@pytest.mark.ac("AC-033")
def test_another_university_gets_the_answer_of_a_record_that_does_not_exist(world: World) -> None:
    view = sent(world)
    with world.begin("99002") as uow:
        for record_id in (view.id, 999_999):
            for attempt in (
                lambda i: records.load(uow, world.o2, i),
                lambda i: review.approve(uow, world.o2, i, 2),
                lambda i: review.history(uow, world.o2, i),
                lambda i: review.track(uow, world.o2, i),
                lambda i: records.void(uow, world.o2, i, 2, "不属于本校的记录"),
            ):
                with pytest.raises(NotFound) as answer:
                    attempt(record_id)
                assert answer.value.zh == "没有这条记录，或无权限查看。"
