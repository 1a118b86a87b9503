"""Files of records: what is taken, what is refused by which rule, and who gets them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, update

from ingestion import attachments, settings
from ingestion.attachments import AttachmentRefused, blobs
from ingestion.principal import Denied, NotFound, Principal
from ingestion.store import platform as p
from ingestion.store.engine import ALL, utc_now
from tests.ingestion.access import (
    World,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
    world,
)
from tests.ingestion.attachments.samples import GOOD, HOSTILE, PDF

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite", "world"]

@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"


@pytest.fixture
def draft(world: World) -> int:
    with world.store.begin(ALL) as uow:
        return world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1")


def by(world: World, username: str, code: str = "99001") -> Principal:
    return next(w for w in world.principals() if w.username == username and w.university_code == code)


def refused(world: World, record_id: int, name: str, data: bytes) -> AttachmentRefused:
    with pytest.raises(AttachmentRefused) as caught:
        attachments.add(world.store, by(world, "00123"), record_id, "other", name, data)
    return caught.value


@pytest.mark.ac("AC-062", "AC-064")
def test_every_allowed_type_goes_in_and_comes_out_unchanged(world: World, draft: int) -> None:
    r1 = by(world, "00123")
    with world.store.read(ALL) as uow:
        assert attachments.limits(uow, "99001") == (50, 20)
    for name, body in {**GOOD, "论文首页（最终）①.pdf": PDF}.items():
        attachments.add(world.store, r1, draft, "paper_files" if name.endswith("pdf") else "other", name, body)
    with world.store.begin("99001") as uow:
        listed = attachments.list_for(uow, r1, draft)
        assert [a.name for a in listed] == [*GOOD, "论文首页（最终）①.pdf"]
        assert attachments.open_bytes(uow, r1, listed[-1].id) == ("论文首页（最终）①.pdf", PDF)
        actions = uow.conn.execute(select(p.audit_row.c.action).where(p.audit_row.c.object_type == "record")).scalars().all()
        assert actions.count("attach") == len(GOOD) + 1 and actions.count("download") == 1
        contents = uow.conn.execute(select(p.blob.c.sha256)).scalars().all()
    assert len(contents) == len({*GOOD.values()})  # equal contents are stored once


@pytest.mark.ac("AC-063")
def test_refused_files_leave_nothing_and_the_others_of_the_same_upload_stay(world: World, draft: int, own_home: Path) -> None:
    r1, good = by(world, "00123"), 0
    for number, (name, body, rule) in enumerate(HOSTILE.values()):
        assert refused(world, draft, name, body).rule == rule
        if number % 20 == 0:
            attachments.add(world.store, r1, draft, "other", f"好{number}.pdf", PDF + b"%d" % number)
            good += 1
    with world.store.read(ALL) as uow:
        assert len(attachments.list_for(uow, r1, draft)) == good == len(uow.conn.execute(select(p.blob.c.sha256)).all())
    assert len([f for f in (own_home / "attachments").rglob("*") if f.is_file()]) == good


@pytest.mark.ac("AC-063")
def test_size_and_count_are_limited_and_said(world: World, draft: int) -> None:
    big = PDF + b"\0" * (50 << 20)
    answer = refused(world, draft, "大文件.pdf", big)
    assert answer.rule == "size" and "大文件.pdf" in answer.zh and "50 MB" in answer.zh
    r1 = by(world, "00123")
    for number in range(20):
        attachments.add(world.store, r1, draft, "other", f"{number}.pdf", PDF)
    answer = refused(world, draft, "第21个.pdf", PDF)
    assert answer.rule == "count" and "20" in answer.zh


def test_folders_before_a_name_are_dropped_and_the_content_stays_inside(world: World, draft: int, own_home: Path) -> None:
    attachments.add(world.store, by(world, "00123"), draft, "other", "C:\\Users\\x\\..\\..\\论文.pdf", PDF)
    with world.store.read(ALL) as uow:
        [row] = attachments.list_for(uow, by(world, "00123"), draft)
    assert row.name == "论文.pdf"
    stored = [f for f in own_home.rglob("*") if f.is_file()]
    assert [f.name for f in stored] == [row.sha256] and own_home / "attachments" in stored[0].parents


@pytest.mark.ac("AC-232")
def test_a_secrecy_mark_in_a_name_stores_nothing_and_logs_only_the_rule(world: World, draft: int) -> None:
    assert refused(world, draft, "项目（绝密）.pdf", PDF).rule == "secrecy"
    with world.store.read(ALL) as uow:
        details = uow.conn.execute(select(p.audit_row.c.detail).where(p.audit_row.c.action == "refused")).scalars().all()
    assert len(details) == 1 and "secrecy_rule" in details[0] and "绝密" not in details[0]


@pytest.mark.ac("AC-032", "AC-065")
def test_a_file_is_known_to_whom_its_record_is(world: World, draft: int) -> None:
    number = attachments.add(world.store, by(world, "00123"), draft, "other", "稿.pdf", PDF)
    others = [w for w in world.principals() if w.username != "00123" or w.university_code != "99001"]
    for who in others:
        with world.store.read(ALL) as uow:
            assert attachments.list_for(uow, who, draft) == []
            with pytest.raises(NotFound):
                attachments.open_download(uow, who, number)
            with pytest.raises(NotFound):
                attachments.remove(uow, who, number)
    with world.store.begin(ALL) as uow:
        uow.conn.execute(update(p.record).where(p.record.c.id == draft).values(state="10", submitted_at=uow.now))
    for username, may in (("s11", True), ("o1", True), ("s12", False), ("00124", False), ("f1", False)):
        with world.store.begin("99001") as uow:
            assert bool(attachments.list_for(uow, by(world, username), draft)) is may
            if may:
                assert attachments.open_bytes(uow, by(world, username), number)[1] == PDF


@pytest.mark.ac("AC-066")
def test_a_restricted_file_is_unknown_to_those_a_record_only_names(world: World) -> None:
    r1, r2 = by(world, "00123"), by(world, "00124")
    with world.store.begin(ALL) as uow:
        record_id = world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1", named="r2")
    attachments.add(world.store, r1, record_id, "other", "公开.pdf", PDF)
    hidden = attachments.add(world.store, r1, record_id, "other", "合同.pdf", PDF + b" ", restricted=True)
    with world.store.begin(ALL) as uow:
        uow.conn.execute(update(p.record).where(p.record.c.id == record_id).values(state="20", submitted_at=uow.now))
    with world.store.begin("99001") as uow:
        assert [a.name for a in attachments.list_for(uow, r2, record_id)] == ["公开.pdf"]
        with pytest.raises(NotFound):
            attachments.open_download(uow, r2, hidden)
        for who in (r1, by(world, "s11"), by(world, "o1")):
            assert len(attachments.list_for(uow, who, record_id)) == 2


def test_files_change_only_while_their_record_may(world: World, draft: int) -> None:
    r1 = by(world, "00123")
    number = attachments.add(world.store, r1, draft, "other", "稿.pdf", PDF)
    with world.store.begin(ALL) as uow:
        uow.conn.execute(update(p.record).where(p.record.c.id == draft).values(state="10", submitted_at=uow.now))
    with pytest.raises(Denied):
        attachments.add(world.store, r1, draft, "other", "新.pdf", PDF)
    with pytest.raises(Denied), world.store.begin("99001") as uow:
        attachments.remove(uow, r1, number)
    with world.store.begin(ALL) as uow:
        uow.conn.execute(update(p.record).where(p.record.c.id == draft).values(state="11"))
    with world.store.begin("99001") as uow:
        attachments.remove(uow, r1, number)
        assert attachments.list_for(uow, r1, draft) == []
        with pytest.raises(NotFound):
            attachments.open_download(uow, r1, number)
        sha = uow.conn.execute(select(p.attachment.c.sha256)).scalar_one()
    assert blobs.read(sha) == PDF  # what was once attached stays provable


def test_unknown_places_for_files_are_refused(world: World, draft: int) -> None:
    with pytest.raises(AttachmentRefused) as caught:
        attachments.add(world.store, by(world, "00123"), draft, "no_such_slot", "a.pdf", PDF)
    assert caught.value.rule == "slot"


# --- replacing, renaming, restricting -----------------------------------------------------------------


def steps(world: World, record_id: int) -> list[str]:
    with world.store.read(ALL) as uow:
        rows = select(p.audit_row.c.action).where(p.audit_row.c.object_type == "record", p.audit_row.c.object_id == str(record_id))
        return list(uow.conn.execute(rows.order_by(p.audit_row.c.id)).scalars())


@pytest.mark.ac("AC-025")
def test_each_step_on_a_file_is_done_and_logged(world: World, draft: int) -> None:
    r1 = by(world, "00123")
    first = attachments.add(world.store, r1, draft, "paper_files", "初稿.pdf", PDF)
    second = attachments.replace(world.store, r1, first, "终稿.pdf", PDF + b"2")
    with world.store.begin("99001") as uow:
        assert attachments.rename(uow, r1, second, "终稿（最终）①.pdf") == second
        attachments.open_preview(uow, r1, second)
        attachments.open_download(uow, r1, second)
        [file] = attachments.list_for(uow, r1, draft)
        assert (file.id, file.name, file.slot, file.sha256) == (second, "终稿（最终）①.pdf", "paper_files", file.sha256)
        assert attachments.open_bytes(uow, r1, second) == ("终稿（最终）①.pdf", PDF + b"2")
        with pytest.raises(NotFound):
            attachments.open_download(uow, r1, first)
        attachments.restrict(uow, r1, second, True)
        attachments.restrict(uow, r1, second, True)
        attachments.restrict(uow, r1, second, False)
        attachments.remove(uow, r1, second)
    assert steps(world, draft) == ["attach", "replace", "rename", "preview", "download", "download", "restrict", "unrestrict", "detach"]
    with world.store.read(ALL) as uow:
        detail = uow.conn.execute(select(p.audit_row.c.detail).where(p.audit_row.c.action == "replace")).scalar_one()
        renamed = uow.conn.execute(select(p.audit_row.c.detail).where(p.audit_row.c.action == "rename")).scalar_one()
    assert "初稿.pdf" in detail and "终稿.pdf" in detail and "终稿.pdf" in renamed and "①" in renamed


def test_a_refused_replacement_leaves_the_file(world: World, draft: int) -> None:
    r1 = by(world, "00123")
    number = attachments.add(world.store, r1, draft, "other", "a.pdf", PDF)
    for name, body, rule in (("b.pdf", b"MZ" + b"\0" * 99, "content"), ("秘密★.pdf", PDF, "secrecy"), ("b.exe", PDF, "type"), ("b.pdf", b"", "empty")):
        with pytest.raises(AttachmentRefused) as caught:
            attachments.replace(world.store, r1, number, name, body)
        assert caught.value.rule == rule
    for name, rule in (("b.docx", "name"), ("机密★.pdf", "secrecy"), ("\u202eb.pdf", "name"), ("b", "name")):
        with pytest.raises(AttachmentRefused) as caught, world.store.begin("99001") as uow:
            attachments.rename(uow, r1, number, name)
        assert caught.value.rule == rule
    with world.store.read("99001") as uow:
        assert [(f.id, f.name) for f in attachments.list_for(uow, r1, draft)] == [(number, "a.pdf")]
    for who in (by(world, "00124"), by(world, "o1"), by(world, "00123", "99002")):
        with pytest.raises(NotFound):
            attachments.replace(world.store, who, number, "b.pdf", PDF)


def test_a_full_record_still_takes_a_replacement(world: World, draft: int) -> None:
    r1 = by(world, "00123")
    with world.store.begin("99001") as uow:
        settings.put(uow, by(world, "o1"), "attachments_per_record", 1, "99001")
        settings.put(uow, by(world, "o1"), "attachment_megabytes", 1, "99001")
    number = attachments.add(world.store, r1, draft, "other", "a.pdf", PDF)
    assert refused(world, draft, "b.pdf", PDF).rule == "count"
    assert refused(world, draft, "b.pdf", PDF + b"\0" * (1 << 20)).rule == "size"
    attachments.replace(world.store, r1, number, "b.pdf", PDF)
    with world.store.read("99001") as uow:
        assert [f.name for f in attachments.list_for(uow, r1, draft)] == ["b.pdf"]


@pytest.mark.ac("AC-067")
def test_a_double_is_told_by_record_to_whom_may_see_it(world: World) -> None:
    r1, r2, o1, q1 = by(world, "00123"), by(world, "00124"), by(world, "o1"), by(world, "00123", "99002")
    with world.store.begin(ALL) as uow:
        shared = world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1", named="r2", title="甲文")
        other = world.record(uow, "99001", "paper", "00", "r2", owner="r2", college="C1", title="乙文")
        foreign = world.record(uow, "99002", "paper", "00", "q1", owner="q1", college="D1", title="外校")
    attachments.add(world.store, r1, shared, "other", "a.pdf", PDF)
    attachments.add(world.store, q1, foreign, "other", "a.pdf", PDF)
    attachments.add(world.store, r2, other, "other", "b.pdf", PDF)
    hidden = attachments.add(world.store, r1, shared, "other", "c.pdf", PDF + b"c", restricted=True)
    attachments.add(world.store, r2, other, "other", "c.pdf", PDF + b"c")
    with world.store.begin(ALL) as uow:
        doubles = attachments.same_content(uow, r2, other)
        assert [(s.records, s.hidden) for s in doubles.values()] == [((), True)] * 2  # r1's draft: only that there is one
        assert not attachments.same_content(uow, q1, foreign)  # another university is not even asked
        uow.conn.execute(update(p.record).where(p.record.c.id.in_([shared, other])).values(state="20", submitted_at=uow.now))
        sha = next(f.sha256 for f in attachments.list_for(uow, r2, other) if f.name == "b.pdf")
        named = attachments.same_content(uow, r2, other)
        assert named[sha].records == ((shared, f"LW{shared:06d}", "甲文"),)
        assert [s.records for key, s in named.items() if key != sha] == [()]  # the other double is restricted
        office = attachments.same_content(uow, o1, other)
        assert all(s.records and not s.hidden for s in office.values()) and len(office) == 2
        uow.conn.execute(update(p.attachment).where(p.attachment.c.id == hidden).values(removed_at=uow.now))
        assert len(attachments.same_content(uow, o1, other)) == 1


@pytest.mark.ac("AC-066", "AC-235")
def test_restricted_files_are_counted_for_those_alone_who_may_know(world: World) -> None:
    r1, r2 = by(world, "00123"), by(world, "00124")
    with world.store.begin(ALL) as uow:
        record_id = world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1", named="r2")
        other = world.record(uow, "99001", "paper", "30", "r2", owner="r2", college="C2")
    for n in range(2):
        attachments.add(world.store, r1, record_id, "other", f"{n}.pdf", PDF + b"%d" % n, restricted=True)
    attachments.add(world.store, r1, record_id, "other", "open.pdf", PDF)
    with world.store.begin(ALL) as uow:
        uow.conn.execute(update(p.record).where(p.record.c.id == record_id).values(state="30", submitted_at=uow.now, approved_at=uow.now))
    for who in world.principals():
        with world.store.begin(ALL) as uow:
            knows = who.username in ("s11", "o1") or who == r1
            assert attachments.restricted_counts(uow, who, [record_id, other]) == ({record_id: 2} if knows else {}), who
            if who == r2:
                assert len(attachments.list_for(uow, who, record_id)) == 1 and not attachments.knows_restricted(uow, who, record_id)
            if who.role == "finance":
                assert not attachments.list_for(uow, who, record_id)


@pytest.mark.ac("AC-066")
def test_a_file_in_force_is_restricted_by_its_people_and_reviewers_at_once(world: World) -> None:
    r1, r2 = by(world, "00123"), by(world, "00124")
    with world.store.begin(ALL) as uow:
        record_id = world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1", named="r2")
    number = attachments.add(world.store, r1, record_id, "other", "合同.pdf", PDF)
    with world.store.begin(ALL) as uow:
        uow.conn.execute(update(p.record).where(p.record.c.id == record_id).values(state="30", submitted_at=uow.now, approved_at=uow.now))
    with pytest.raises(Denied), world.store.begin("99001") as uow:
        attachments.restrict(uow, r2, number, True)
    with world.store.begin("99001") as uow:
        attachments.restrict(uow, by(world, "s11"), number, True)
        assert attachments.list_for(uow, r2, record_id) == []
        attachments.restrict(uow, by(world, "o1"), number, False)
        assert len(attachments.list_for(uow, r2, record_id)) == 1


@pytest.mark.ac("AC-080")
def test_a_reviewer_sees_which_files_changed_since_the_record_was_returned(world: World, draft: int) -> None:
    r1, s11 = by(world, "00123"), by(world, "s11")
    ids = {name: attachments.add(world.store, r1, draft, "other", name, PDF + name.encode()) for name in ("旧封面.pdf", "首页.pdf", "稿.pdf")}
    returned = utc_now()
    with world.store.begin("99001") as uow:
        attachments.remove(uow, r1, ids["旧封面.pdf"])
    attachments.add(world.store, r1, draft, "other", "检索证明.pdf", PDF)
    attachments.replace(world.store, r1, ids["稿.pdf"], "稿2.pdf", PDF + b"2")
    secret = attachments.add(world.store, r1, draft, "other", "合同.pdf", PDF + b"c", restricted=True)
    with world.store.begin("99001") as uow:
        attachments.remove(uow, r1, secret)  # came and went in between: nothing to tell
        assert {(f.name, f.change) for f in attachments.changed_since(uow, r1, draft, returned)} == {
            ("旧封面.pdf", "removed"), ("检索证明.pdf", "added"), ("稿.pdf", "removed"), ("稿2.pdf", "added"),
        }  # fmt: skip
        assert not attachments.changed_since(uow, s11, draft, returned)  # a draft
        uow.conn.execute(update(p.record).where(p.record.c.id == draft).values(state="10", submitted_at=uow.now))
        assert len(attachments.changed_since(uow, s11, draft, returned)) == 4
        assert not attachments.changed_since(uow, s11, draft, utc_now())


@pytest.mark.ac("AC-062")
def test_uploads_at_the_same_moment_do_not_pass_the_limit_together(world: World, draft: int) -> None:
    with world.store.begin("99001") as uow:
        settings.put(uow, by(world, "o1"), "attachments_per_record", 2, "99001")

    def one(number: int) -> str:
        try:
            attachments.add(world.store, by(world, "00123"), draft, "other", f"{number}.pdf", PDF + b"%d" % number)
        except AttachmentRefused as refusal:
            return refusal.rule
        return "added"

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(one, range(6)))
    assert answers == ["added"] * 2 + ["count"] * 4
    with world.store.read("99001") as uow:
        assert len(attachments.list_for(uow, by(world, "00123"), draft)) == 2
