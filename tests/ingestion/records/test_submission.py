from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from ingestion import messages, records, review, settings
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.records import RecordView, SecrecyRefused, SubmissionRefused
from ingestion.records.view import last_step
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from tests.ingestion.records.conftest import T1, World


def draft(uow: UnitOfWork, actor: Principal, document: dict[str, object], type_id: str = "paper") -> RecordView:
    return records.create_draft(uow, actor, type_id, document)


def send(uow: UnitOfWork, actor: Principal, view: RecordView, token: str = "", **more: object) -> RecordView:
    options: dict[str, object] = {"non_secret": True, "token": token or f"t{view.id}.{view.version}", **more}
    return records.submit(uow, actor, view.id, view.version, **options)  # type: ignore[arg-type]


@pytest.mark.ac("AC-070", "AC-131")
def test_a_researchers_paper_goes_to_the_college(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = send(uow, world.r1, draft(uow, world.r1, paper))
        assert (view.state, view.header["channel"], view.header["owner_person_id"]) == ("10", "own", world.person("r1"))
        assert view.header["non_secret"] is True
        assert review.counts(uow, world.s11) == {"paper": 1}
        assert review.counts(uow, world.s12) == review.counts(uow, world.o1) == {}


@pytest.mark.ac("AC-074", "AC-116")
def test_what_a_secretary_enters_starts_at_the_office(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = send(uow, world.s11, draft(uow, world.s11, paper))
        assert (view.state, view.header["channel"]) == ("20", "college")
        with pytest.raises(Denied):
            review.approve(uow, world.s11, view.id, view.version)
        step = last_step(uow, view.id)
        assert step is not None and step["action"] == "submit_on_behalf"
        told = uow.conn.execute(
            select(p.message.c.kind).where(p.message.c.account_id == world.r1.account_id, p.message.c.record_id == view.id)
        ).scalars()
        assert "entered" in list(told)


def test_the_office_files_directly_but_never_money(world: World) -> None:
    paper, arrival = world.valid("paper"), world.valid("fund_arrival")
    with world.begin() as uow:
        filed = send(uow, world.o1, draft(uow, world.o1, paper))
        assert (filed.state, filed.header["channel"]) == ("30", "office")
        step = last_step(uow, filed.id)
        assert step is not None and step["action"] == "file"
        money = send(uow, world.o1, draft(uow, world.o1, arrival, "fund_arrival"))
        assert money.state == "20"
        with pytest.raises(Denied):
            review.approve(uow, world.o1, money.id, money.version)


@pytest.mark.ac("AC-073", "AC-120")
def test_a_type_without_the_college_level_skips_it_and_says_so(world: World) -> None:
    first, second = world.valid("paper", n=1), world.valid("paper", n=2)
    with world.begin() as uow:
        running = send(uow, world.r1, draft(uow, world.r1, first))
        settings.put(uow, world.o1, "types_without_college_level", ["paper"], T1)
        skipped = send(uow, world.r1, draft(uow, world.r1, second))
        assert skipped.state == "20"
        step = last_step(uow, skipped.id)
        assert step is not None and step["action"] == "submit_skip"
        assert "withdraw" in skipped.allowed
        assert review.approve(uow, world.s11, running.id, running.version).state == "20"


@pytest.mark.ac("AC-231")
def test_without_the_declaration_nothing_is_submitted(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.r1, view, non_secret=False)
        assert [i.field for i in refused.value.issues] == ["non_secret"]
        assert records.load(uow, world.r1, view.id).state == "00"


@pytest.mark.ac("AC-244")
def test_the_same_token_submits_once(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)
    with world.begin() as uow:
        first = send(uow, world.r1, view, "press")
    with world.begin() as uow:
        second = send(uow, world.r1, view, "press")
        assert (first.id, first.version) == (second.id, second.version)
        steps = uow.conn.execute(select(func.count()).where(p.review_event.c.record_id == view.id)).scalar_one()
        assert steps == 1


@pytest.mark.ac("AC-232")
@pytest.mark.parametrize("where", ["title", "keywords", "contributors", "indexings"])
def test_marked_text_is_neither_kept_nor_named(world: World, where: str) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)
    marked: dict[str, object] = {
        "title": "绝密★某型装备研究",
        "keywords": ["机密★材料"],
        "contributors": [{**paper["contributors"][0], "name": "绝密★"}],
        "indexings": [{**paper["indexings"][0], "accession_no": "秘密★001"}],
    }
    with pytest.raises(SecrecyRefused) as refused, world.begin() as uow:
        records.save_draft(uow, world.r1, view.id, view.version, {**paper, where: marked[where]})
    assert refused.value.secrecy_rule and "★" not in refused.value.zh and "装备" not in refused.value.zh
    with world.begin() as uow:
        kept = records.load(uow, world.r1, view.id)
        assert (kept.version, kept.title) == (view.version, view.title)
    with pytest.raises(SecrecyRefused), world.begin() as uow:
        draft(uow, world.r1, {**paper, where: marked[where]})


@pytest.mark.ac("AC-232")
def test_a_marked_file_name_stops_the_submission(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)
        uow.conn.execute(insert(p.blob).values(sha256="0" * 64, size=1, media_type="application/pdf", created_at=uow.now))
        uow.conn.execute(
            insert(p.attachment).values(
                university_code=T1, record_id=view.id, slot="paper_files", sha256="0" * 64, name="绝密★首页.pdf",
                added_by=world.r1.account_id, added_at=uow.now,
            )
        )  # fmt: skip
        with pytest.raises(SecrecyRefused):
            send(uow, world.r1, view)


@pytest.mark.ac("AC-175", "AC-180")
def test_an_exact_duplicate_names_the_record_only_to_those_who_may_see_it(world: World) -> None:
    paper = world.valid("paper", n=1)
    again = {**world.valid("paper", owner="r2", n=2), "doi": paper["doi"]}
    foreign = {**world.valid("paper", owner="q1", n=3), "doi": paper["doi"]}
    with world.begin() as uow:
        first = send(uow, world.r1, draft(uow, world.r1, paper))
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.r2, draft(uow, world.r2, again))
        [issue] = [i for i in refused.value.issues if i.rule == "D001"]
        assert issue.field == "doi" and first.title not in issue.zh and first.number not in issue.zh
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.s11, draft(uow, world.s11, {**again, "college_id": world.college["C1"]}))
        [issue] = [i for i in refused.value.issues if i.rule == "D001"]
        assert first.number in issue.zh and first.title in issue.zh
    with world.begin("99002") as uow:  # the same DOI in another university is another matter
        assert send(uow, world.q1, draft(uow, world.q1, foreign)).state == "10"


@pytest.mark.ac("AC-175")
def test_a_near_duplicate_needs_a_reason_that_the_reviewer_sees(world: World) -> None:
    title = "基于深度学习的遥感影像地物分类方法研究"
    paper = {**world.valid("paper", n=1), "title": title}
    other = {**world.valid("paper", n=2), "title": title + "。"}
    other.pop("doi", None)
    with world.begin() as uow:
        send(uow, world.r1, draft(uow, world.r1, paper))
        view = draft(uow, world.r1, other)
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.r1, view)
        [near] = [i for i in refused.value.issues if i.rule == "D002" and i.severity == "warning"]
        seen = frozenset({records.warning_key(near)})
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.r1, view, confirmed=seen, note="　 　　　")
        assert [i.field for i in refused.value.issues] == ["note"]
        sent = send(uow, world.r1, view, confirmed=seen, note="会议版与期刊版不同")
        assert review.history(uow, world.s11, sent.id)[-1]["reason"] == "会议版与期刊版不同"


@pytest.mark.ac("AC-229")
def test_another_person_should_enter_it(world: World) -> None:
    mine, other = world.valid("paper", owner="r1"), world.valid("paper", owner="r2")["contributors"][0]
    both = {**mine, "contributors": [other, {**mine["contributors"][0], "rank": 2, "corresponding": False}]}
    with world.begin() as uow:
        view = draft(uow, world.r1, both)
        assert view.header["owner_person_id"] == world.person("r2")
        [issue] = [i for i in records.problems(uow, world.r1, view.id) if i.rule == "V002"]
        assert "李娜" in issue.zh and "00124" in issue.zh and issue.severity == "warning"
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.r1, view)
        assert {i.field for i in refused.value.issues} == {"contributors", "entering_reason"}
        with pytest.raises(SubmissionRefused):
            send(uow, world.r1, view, confirmed=frozenset({"V002"}), entering_reason="　 代 填 　")
        records.transfer(uow, world.r1, view.id, view.version, world.person("r2"))
        with pytest.raises(NotFound):
            records.load(uow, world.r1, view.id)
        taken = records.load(uow, world.r2, view.id)
        assert taken.state == "00"
        [told] = messages.list_for(uow, world.r2)
        assert told.kind == "transfer" and told.record_id == view.id and "张伟" in told.zh
        assert send(uow, world.r2, taken).state == "10"


@pytest.mark.ac("AC-229")
def test_going_on_needs_a_reason_and_the_universitys_leave(world: World) -> None:
    mine, other = world.valid("paper", owner="r1"), world.valid("paper", owner="r2")["contributors"][0]
    both = {**mine, "contributors": [other, {**mine["contributors"][0], "rank": 2, "corresponding": False}]}
    with world.begin() as uow:
        view = draft(uow, world.r1, both)
        settings.put(uow, world.o1, "others_may_enter", False, T1)
        [issue] = [i for i in records.problems(uow, world.r1, view.id) if i.rule == "V002"]
        assert issue.severity == "error" and "须转交" in issue.zh
        with pytest.raises(SubmissionRefused):
            send(uow, world.r1, view, confirmed=frozenset({"V002"}), entering_reason="第一作者委托录入")
        settings.reset(uow, world.o1, "others_may_enter", T1)
        sent = send(uow, world.r1, view, confirmed=frozenset({"V002"}), entering_reason="第一作者委托录入")
        assert sent.state == "10" and sent.header["owner_person_id"] == world.person("r2")
        assert review.history(uow, world.s11, sent.id)[-1]["reason"] == "第一作者委托录入"


@pytest.mark.ac("AC-061")
def test_only_an_own_draft_can_be_deleted(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        gone = draft(uow, world.r1, paper)
        with pytest.raises(NotFound):
            records.delete_draft(uow, world.r2, gone.id)
        records.delete_draft(uow, world.r1, gone.id, gone.version)
        with pytest.raises(NotFound):
            records.load(uow, world.r1, gone.id)
        view = send(uow, world.r1, draft(uow, world.r1, paper))
        assert view.id > gone.id
        with pytest.raises(Denied):
            records.delete_draft(uow, world.r1, view.id)
        with pytest.raises(Denied):
            records.void(uow, world.r1, view.id, view.version, "不再需要这条记录")
        with pytest.raises(OperationError):
            records.void(uow, world.o1, view.id, view.version, "错")
        voided = records.void(uow, world.o1, view.id, view.version, "重复录入的论文")
        assert voided.state == "90"
        assert review.history(uow, world.r1, view.id)[-1]["action"] == "void"
        again = send(uow, world.r1, draft(uow, world.r1, paper))  # its keys are free again
        assert again.state == "10"


@pytest.mark.ac("AC-035")
def test_a_staff_number_is_given_once_in_a_university(world: World) -> None:
    card = world.valid("person", n=50)
    taken = {**card, "staff_no": "00123"}
    with world.begin() as uow:
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.o1, draft(uow, world.o1, taken, "person"))
        assert any(i.field == "staff_no" and "00123" in i.zh for i in refused.value.issues)
        free = send(uow, world.o1, draft(uow, world.o1, {**card, "staff_no": "00999"}, "person"))
        assert (free.state, free.header["owner_person_id"]) == ("30", free.id)


@pytest.mark.ac("AC-170")
def test_a_paper_not_yet_printed_may_lie_ahead_and_does_not_count(world: World) -> None:
    paper = {**world.valid("paper"), "published_on": "2099-01-01"}
    with world.begin() as uow:
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.o1, draft(uow, world.o1, paper))
        assert "published_on" in {i.field for i in refused.value.issues}
        view = send(uow, world.o1, draft(uow, world.o1, {**paper, "publication_stage": "2"}))
        assert (view.state, view.header["in_statistics"]) == ("30", False)


def test_a_draft_that_is_referred_to_is_not_deleted(world: World) -> None:
    with world.begin() as uow:
        project = draft(uow, world.r1, {"name": "一个项目"}, "vertical_project")
        paper = draft(uow, world.r1, {"title": "一篇论文", "project_ids": [project.id]})
        with pytest.raises(OperationError):
            records.delete_draft(uow, world.r1, project.id)
        assert records.load(uow, world.r1, project.id).title == "一个项目"
        records.delete_draft(uow, world.r1, paper.id)
        records.delete_draft(uow, world.r1, project.id)


def test_what_was_taken_back_can_be_deleted_with_its_history(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = send(uow, world.r1, draft(uow, world.r1, paper))
        back = review.withdraw(uow, world.r1, view.id, view.version)
        records.delete_draft(uow, world.r1, view.id, back.version)
        with pytest.raises(NotFound):
            records.load(uow, world.r1, view.id)
