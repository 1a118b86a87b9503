"""回避: who is named in a record leaves its review to others, as long as the university's setting says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion import amendments, messages, permissions, records, review, settings
from ingestion.principal import Denied
from tests.ingestion.records.conftest import T1, World
from tests.ingestion.records.test_amendments import in_force, number
from tests.ingestion.records.test_submission import draft, send


def secretary_who_is(world: World, who: str, college: str = "C1"):  # type: ignore[no-untyped-def]
    """The account of a researcher acting as the secretary of a college."""
    return replace(world.who[who], role="college_admin", unit_id=world.college[college])


@pytest.mark.ac("AC-076")
def test_a_secretary_named_in_a_record_leaves_it_to_another_while_the_setting_is_on(world: World) -> None:
    paper = world.valid("paper")
    second = world.valid("paper", owner="r2")["contributors"][0]
    paper["contributors"].append({**second, "rank": 2, "corresponding": False, "share": 10.0})
    with world.begin() as uow:
        sent = send(uow, world.r1, draft(uow, world.r1, paper))
        author, co_author, stranger = (secretary_who_is(world, who) for who in ("r1", "r2", "r3"))
        for who in (author, co_author):
            assert review.counts(uow, who) == {}
            assert [(i, t) for i, t, _title in review.set_aside(uow, who)] == [(sent.id, "paper")]
            with pytest.raises(Denied):
                review.approve(uow, who, sent.id, sent.version)
            with pytest.raises(Denied):
                review.return_(uow, who, sent.id, sent.version, "自己的论文退回")
        assert review.counts(uow, stranger) == {"paper": 1} and review.set_aside(uow, stranger) == []

        settings.put(uow, world.o1, "reviewers_step_aside", False, T1)
        for who in (author, co_author):
            assert review.counts(uow, who) == {"paper": 1} and review.set_aside(uow, who) == []
        elsewhere = secretary_who_is(world, "r1", "C2")
        assert review.counts(uow, elsewhere) == {}
        with pytest.raises(Denied):
            review.approve(uow, elsewhere, sent.id, sent.version)
        passed = review.approve(uow, author, sent.id, sent.version)
        assert passed.state == "20"
        office = replace(world.r2, role="office_admin")
        with pytest.raises(Denied):  # the university's step is never the author's own
            review.approve(uow, office, sent.id, passed.version)
        assert review.approve(uow, world.o1, sent.id, passed.version).state == "30"


@pytest.mark.ac("AC-076")
def test_the_setting_holds_for_changes_too(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = in_force(uow, world, paper)
        opened = amendments.open(uow, world.r1, view.id, "填写有误需要更正")
        saved = amendments.save(uow, world.r1, view.id, number(opened), {**opened.document, "venue": "更正后的期刊"})
        sent = amendments.submit(uow, world.r1, view.id, number(saved), non_secret=True)
        author = secretary_who_is(world, "r1")
        assert [i for i, _t, _title in review.set_aside(uow, author)] == [view.id]
        with pytest.raises(Denied):
            amendments.approve(uow, author, view.id, number(sent))
        settings.put(uow, world.o1, "reviewers_step_aside", False, T1)
        [item] = review.queue(uow, author)
        assert amendments.approve(uow, author, view.id, item.version).amendment["state"] == "20"  # type: ignore[index]


def test_who_is_told_follows_the_setting(world: World) -> None:
    first, second = world.valid("paper", n=1), world.valid("paper", n=2, owner="r2")
    with world.begin() as uow:
        assert permissions.steps_aside(uow, T1)
        send(uow, world.r1, draft(uow, world.r1, first))
        assert [m.kind for m in messages.list_for(uow, world.s11)] == ["review"]
        settings.put(uow, world.o1, "reviewers_step_aside", False, T1)
        assert not permissions.steps_aside(uow, T1) and permissions.steps_aside(uow, "99002")
        send(uow, world.r2, draft(uow, world.r2, second))
        assert [m.kind for m in messages.list_for(uow, world.s11)] == ["review", "review"]


def test_a_question_pauses_nothing_and_its_answer_comes_back(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        sent = send(uow, world.r1, draft(uow, world.r1, paper))
        review.ask(uow, world.s11, sent.id, "请说明署名单位为何不是第一单位")
        assert records.load(uow, world.r1, sent.id).version == sent.version
        assert review.unanswered(uow, world.r1) == [(sent.id, "paper", paper["title"])]
        assert review.unanswered(uow, world.r2) == [] == review.unanswered(uow, world.s11)
        question = review.open_question(review.history(uow, world.r1, sent.id))
        assert question is not None and question["reason"] == "请说明署名单位为何不是第一单位"
        with pytest.raises(Denied):
            review.answer(uow, world.s11, sent.id, "由别人来答复")
        review.answer(uow, world.r1, sent.id, "第一作者为合作培养的学生")
        review.answer(uow, world.r1, sent.id, "补充：证明已附在附件")
        assert review.unanswered(uow, world.r1) == [] and review.open_question(review.history(uow, world.r1, sent.id)) is None
        assert [m.kind for m in messages.list_for(uow, world.s11)][:2] == ["question", "question"]
        assert review.approve(uow, world.s11, sent.id, sent.version).state == "20"


def test_a_question_about_a_change_goes_to_its_applicant(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = in_force(uow, world, paper)
        opened = amendments.open(uow, world.s11, view.id, "学院核对后更正")
        saved = amendments.save(uow, world.s11, view.id, number(opened), {**opened.document, "venue": "更正后的期刊"})
        sent = amendments.submit(uow, world.s11, view.id, number(saved), non_secret=True)
        with pytest.raises(Denied):
            review.ask(uow, world.r1, view.id, "为什么要改这一项呢")
        review.ask(uow, world.o1, view.id, "更正的依据是什么材料")
        assert review.unanswered(uow, world.s11) == [(view.id, "paper", paper["title"])]
        review.answer(uow, world.s11, view.id, "依据期刊官网的目录页")
        assert [m.kind for m in messages.list_for(uow, world.o1)][0] == "question"
        assert all(e["amendment_id"] for e in review.history(uow, world.o1, view.id) if e["action"] in ("ask", "answer"))
        assert amendments.approve(uow, world.o1, view.id, number(sent)).document["venue"] == "更正后的期刊"
