from __future__ import annotations

import pytest
from sqlalchemy import select

from ingestion import amendments, attachments, bulk, people, records, review, search
from ingestion.catalog.kinds import Issue
from ingestion.principal import Conflict, Denied, NotFound, Principal
from ingestion.records import RecordView, SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from tests.ingestion.records.conftest import World
from tests.ingestion.records.test_submission import draft, send

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def in_force(uow: UnitOfWork, world: World, paper: dict[str, object]) -> RecordView:
    return pass_review(uow, world, draft(uow, world.r1, paper))


def pass_review(uow: UnitOfWork, world: World, view: RecordView) -> RecordView:
    view = send(uow, world.r1, view)
    view = review.approve(uow, world.s11, view.id, view.version)
    return review.approve(uow, world.o1, view.id, view.version)


def number(view: RecordView) -> int:
    assert view.amendment is not None
    version: int = view.amendment["version"]
    return version


def propose(uow: UnitOfWork, world: World, view: RecordView, **changes: object) -> RecordView:
    opened = amendments.open(uow, world.r1, view.id, "填写有误需要更正")
    saved = amendments.save(uow, world.r1, view.id, number(opened), {**opened.document, **changes})
    return amendments.submit(uow, world.r1, view.id, number(saved), non_secret=True)


@pytest.mark.ac("AC-084")
def test_the_old_version_counts_until_the_change_passes(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = in_force(uow, world, paper)
        sent = propose(uow, world, view, venue="更正后的期刊")
        assert (sent.state, sent.display_state) == ("30", "40")
        assert sent.document["venue"] == paper["venue"]
        assert sent.amendment is not None and sent.amendment["document"]["venue"] == "更正后的期刊"
        listed = search.find(uow, world.r1, search.Query("paper", states=("40",)))
        assert listed.total == 1 and listed.rows[0].display_state == "40" and listed.state_counts == {"30": 1, "40": 1}
        [item] = review.queue(uow, world.s11)
        assert item.amendment_id == sent.amendment["id"]
        sent = review.approve(uow, world.s11, view.id, item.version)
        [item] = review.queue(uow, world.o1)
        done = review.approve(uow, world.o1, view.id, item.version)
        assert (done.state, done.display_state, done.document["venue"]) == ("30", "30", "更正后的期刊")
        kinds = uow.conn.execute(
            select(p.record_version.c.kind).where(p.record_version.c.record_id == view.id).order_by(p.record_version.c.number)
        ).scalars()
        assert list(kinds) == ["submitted", "approved", "amendment", "approved"]


def test_an_approved_record_is_not_edited_in_place(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = in_force(uow, world, paper)
        for actor in (world.r1, world.s11, world.o1):
            with pytest.raises(Denied):
                records.save_draft(uow, actor, view.id, view.version, {**paper, "venue": "改"})


def test_a_change_still_being_written_is_read_by_those_who_write_it(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = in_force(uow, world, paper)
        opened = amendments.open(uow, world.r1, view.id, "填写有误需要更正")
        saved = amendments.save(uow, world.r1, view.id, number(opened), {**opened.document, "venue": "尚未想好的期刊"})
        assert saved.amendment is not None and saved.amendment["document"]["venue"] == "尚未想好的期刊"
        for reader in (world.s11, world.o1):
            seen = records.load(uow, reader, view.id)
            assert seen.amendment is None and seen.display_state == "40" and "amend" not in seen.allowed
            with pytest.raises(Denied):
                amendments.save(uow, reader, view.id, number(saved), opened.document)
        amendments.submit(uow, world.r1, view.id, number(saved), non_secret=True)
        for reader in (world.s11, world.o1):
            sent = records.load(uow, reader, view.id)
            assert sent.amendment is not None and sent.amendment["document"]["venue"] == "尚未想好的期刊"


def test_one_open_change_a_record_and_none_without_a_difference(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = in_force(uow, world, paper)
        opened = amendments.open(uow, world.r1, view.id, "填写有误")
        with pytest.raises(Conflict):
            amendments.open(uow, world.s11, view.id, "另一处更正")
        with pytest.raises(SubmissionRefused) as refused:
            amendments.submit(uow, world.r1, view.id, number(opened), non_secret=True)
        assert "没有任何变更" in refused.value.zh


def test_returned_refused_and_withdrawn_changes_leave_the_record_as_it_is(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = in_force(uow, world, paper)
        sent = propose(uow, world, view, venue="甲")
        with pytest.raises(Denied):
            amendments.approve(uow, world.r1, view.id, number(sent))
        back = amendments.return_(uow, world.s11, view.id, number(sent), "请附更正证明", ("venue",))
        assert back.amendment is not None and back.amendment["state"] == "11"
        again = amendments.submit(uow, world.r1, view.id, number(back), non_secret=True)
        gone = amendments.withdraw(uow, world.r1, view.id, number(again))
        assert gone.amendment is None and gone.document["venue"] == paper["venue"]
        sent = propose(uow, world, view, venue="乙")
        sent = amendments.approve(uow, world.s11, view.id, number(sent))
        refused = amendments.refuse(uow, world.o1, view.id, number(sent), "不同意此项变更")
        assert refused.amendment is None and refused.document["venue"] == paper["venue"] and refused.state == "30"
        with pytest.raises((Conflict, NotFound)):
            amendments.approve(uow, world.o1, view.id, number(sent))


def test_natural_keys_follow_the_change(world: World) -> None:
    paper, other = world.valid("paper", n=1), world.valid("paper", n=2)
    with world.begin() as uow:
        view = in_force(uow, world, paper)
        new_doi = other["doi"]
        sent = propose(uow, world, view, doi=new_doi)
        sent = amendments.approve(uow, world.s11, view.id, number(sent))
        amendments.approve(uow, world.o1, view.id, number(sent))
        held = uow.conn.execute(select(p.record_key.c.value).where(p.record_key.c.record_id == view.id)).scalars()
        assert list(held) == [new_doi]
        with pytest.raises(SubmissionRefused):
            send(uow, world.r1, draft(uow, world.r1, other))


@pytest.mark.ac("AC-038", "AC-118")
def test_a_persons_change_passes_review_and_moves_the_post_from_today(world: World) -> None:
    with world.begin() as uow:
        person = world.person("r1")
        opened = amendments.open(uow, world.r1, person, "调到文学院工作")
        saved = amendments.save(
            uow, world.r1, person, number(opened), {**opened.document, "college_id": world.college["C2"]}
        )
        sent = amendments.submit(uow, world.r1, person, number(saved), non_secret=True)
        assert sent.header["college_id"] == world.college["C1"]
        sent = amendments.approve(uow, world.s11, person, number(sent))
        done = amendments.approve(uow, world.o1, person, number(sent))
        assert done.header["college_id"] == world.college["C2"]
        posts = uow.conn.execute(
            select(p.person_post).where(p.person_post.c.person_id == person).order_by(p.person_post.c.valid_from)
        ).all()
        assert [post.unit_id for post in posts] == [world.college["C1"], world.college["C2"]]
        assert posts[0].valid_to is not None and posts[1].valid_to is None
        then, now = people.post_at(uow, person, posts[0].valid_from), people.post_at(uow, person)
        assert then is not None and now is not None
        assert (then["unit_id"], now["unit_id"]) == (world.college["C1"], world.college["C2"])


def test_mending_history_asks_only_for_what_is_mended_and_closes_its_finding(world: World) -> None:
    paper = world.valid("paper")
    gaps = {name: paper.pop(name) for name in ("journal_levels", "publish_range")}
    with world.begin() as uow:
        found = tuple(Issue(name, f"{name} 缺失", f"{name} is missing", rule="required") for name in gaps)
        [record_id] = bulk.load(uow, world.o1, "paper", [bulk.BulkItem(paper, gaps=found)])
        opened = amendments.open(uow, world.r1, record_id, "补充刊物级别")
        saved = amendments.save(
            uow, world.r1, record_id, number(opened), {**opened.document, "journal_levels": gaps["journal_levels"]}
        )
        sent = amendments.submit(uow, world.r1, record_id, number(saved), non_secret=True)
        sent = amendments.approve(uow, world.s11, record_id, number(sent))
        amendments.approve(uow, world.o1, record_id, number(sent))
        standing = uow.conn.execute(
            select(p.finding.c.field).where(p.finding.c.record_id == record_id, p.finding.c.closed_at.is_(None))
        ).scalars()
        assert list(standing) == ["publish_range"]


def files_of(uow: UnitOfWork, actor: Principal, record_id: int, *, amended: bool = False) -> dict[str, str]:
    return {f.name: f.change for f in attachments.list_for(uow, actor, record_id, amended=amended)}


@pytest.mark.ac("AC-025", "AC-084")
def test_files_come_and_go_with_the_change_alone(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)
    old = attachments.add(world.store, world.r1, view.id, "paper_files", "旧首页.pdf", PDF)
    with world.begin() as uow:
        view = pass_review(uow, world, view)
        opened = amendments.open(uow, world.r1, view.id, "更换论文首页")
    new = attachments.add(world.store, world.r1, view.id, "paper_files", "新首页.pdf", PDF + b"2")
    attachments.add(world.store, world.r1, view.id, "other", "误传.pdf", PDF + b"3")
    with world.begin() as uow:
        [slip] = [f.id for f in attachments.list_for(uow, world.r1, view.id, amended=True) if f.name == "误传.pdf"]
        attachments.remove(uow, world.r1, slip)
        attachments.remove(uow, world.r1, old)
        assert files_of(uow, world.r1, view.id) == {"旧首页.pdf": ""}
        assert files_of(uow, world.r1, view.id, amended=True) == {"旧首页.pdf": "removed", "新首页.pdf": "added"}
        assert files_of(uow, world.s11, view.id, amended=True) == {"旧首页.pdf": "removed"}  # not sent yet
        with pytest.raises(NotFound):
            attachments.open_download(uow, world.s11, new)
        sent = amendments.submit(uow, world.r1, view.id, number(opened), non_secret=True)  # files alone are a change
        assert files_of(uow, world.s11, view.id, amended=True) == {"旧首页.pdf": "removed", "新首页.pdf": "added"}
        assert attachments.open_download(uow, world.s11, new).name == "新首页.pdf"
        with pytest.raises(NotFound):
            attachments.open_download(uow, world.s12, new)
        with pytest.raises(Denied):
            attachments.remove(uow, world.r1, new)  # under review nothing moves
        sent = amendments.approve(uow, world.s11, view.id, number(sent))
        assert files_of(uow, world.o1, view.id) == {"旧首页.pdf": ""}
        amendments.approve(uow, world.o1, view.id, number(sent))
        assert files_of(uow, world.o1, view.id) == {"新首页.pdf": ""} == files_of(uow, world.o1, view.id, amended=True)


@pytest.mark.ac("AC-025")
def test_a_file_replaced_or_renamed_within_a_change_is_the_old_one_until_it_is_approved(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)
    first, second = (attachments.add(world.store, world.r1, view.id, "paper_files", name, PDF + name.encode()) for name in ("首页.pdf", "正文.pdf"))
    with world.begin() as uow:
        view = pass_review(uow, world, view)
        with pytest.raises(Denied):
            attachments.rename(uow, world.r1, first, "x.pdf")  # in force, and no change is under way
        opened = amendments.open(uow, world.r1, view.id, "更换并重命名附件")
    attachments.replace(world.store, world.r1, first, "新首页.pdf", PDF + b"2")
    with world.begin() as uow:
        renamed = attachments.rename(uow, world.r1, second, "全文.pdf")
        assert renamed != second and attachments.rename(uow, world.r1, renamed, "全文（定稿）.pdf") == renamed
        assert files_of(uow, world.r1, view.id) == {"首页.pdf": "", "正文.pdf": ""}
        assert attachments.open_bytes(uow, world.r1, second)[0] == "正文.pdf"
        attachments.restrict(uow, world.r1, second, True)  # who may look changes at once
        sent = amendments.submit(uow, world.r1, view.id, number(opened), non_secret=True)
        sent = amendments.approve(uow, world.s11, view.id, number(sent))
        amendments.approve(uow, world.o1, view.id, number(sent))
        assert files_of(uow, world.o1, view.id) == {"新首页.pdf": "", "全文（定稿）.pdf": ""}
        assert [f.restricted for f in attachments.list_for(uow, world.o1, view.id)] == [False, True]  # under its new name too
        assert attachments.open_bytes(uow, world.o1, renamed) == ("全文（定稿）.pdf", PDF + "正文.pdf".encode())


@pytest.mark.parametrize("end", ["refuse", "withdraw", "void"])
def test_a_change_that_ends_otherwise_leaves_the_files(world: World, end: str) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)
    old = attachments.add(world.store, world.r1, view.id, "paper_files", "首页.pdf", PDF)
    with world.begin() as uow:
        view = pass_review(uow, world, view)
        opened = amendments.open(uow, world.r1, view.id, "更换论文首页")
    attachments.add(world.store, world.r1, view.id, "paper_files", "新首页.pdf", PDF + b"2")
    with world.begin() as uow:
        attachments.remove(uow, world.r1, old)
        attachments.keep(uow, world.r1, old)
        with pytest.raises(NotFound):
            attachments.keep(uow, world.r1, old)
        attachments.remove(uow, world.r1, old)
        sent = amendments.submit(uow, world.r1, view.id, number(opened), non_secret=True)
        match end:
            case "refuse":
                amendments.refuse(uow, world.o1, view.id, number(sent), "不同意此项变更")
            case "withdraw":
                amendments.withdraw(uow, world.r1, view.id, number(sent))
            case _:
                records.void(uow, world.o1, view.id, sent.version, "重复的记录作废")
        assert files_of(uow, world.o1, view.id, amended=True) == {"首页.pdf": ""}
