"""Files of records: what is taken, what is refused by which rule, and who gets them."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from ingestion import attachments
from ingestion.attachments import AttachmentRefused, blobs
from ingestion.principal import Denied, NotFound, Principal
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from tests.ingestion.access import (
    World,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
    world,
)

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite", "world"]

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 64


def png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1024 + (stream + "\0").encode("utf-16-le") + b"\0" * 512


TYPES = b"<Types/>"
GOOD = {
    "a.pdf": PDF,
    "a.ofd": packed({"OFD.xml": b"<ofd/>"}),
    "a.docx": packed({"[Content_Types].xml": TYPES, "word/document.xml": b"<w/>"}),
    "a.xlsx": packed({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<x/>"}),
    "a.pptx": packed({"[Content_Types].xml": TYPES, "ppt/presentation.xml": b"<p/>"}),
    "a.doc": ole("WordDocument"),
    "a.xls": ole("Workbook"),
    "a.ppt": ole("PowerPoint Document"),
    "a.jpg": JPG,
    "a.JPEG": JPG,
    "a.png": png(),
    "a.zip": packed({"说明.txt": b"text", "folder/图.png": b"x"}),
}


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


HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.pdf", b"", "empty"),
    "program named pdf": ("a.pdf", b"MZ\x90\0" + b"\0" * 500, "content"),
    "page named pdf": ("a.pdf", b"<html><script>alert(1)</script>", "content"),
    "pdf hidden behind a page": ("a.pdf", b"<html>" + PDF, "content"),
    "svg": ("a.svg", b"<svg/>", "type"),
    "html": ("a.html", b"<html/>", "type"),
    "program": ("a.exe", b"MZ", "type"),
    "two extensions": ("a.pdf.exe", PDF, "type"),
    "no extension": ("README", PDF, "name"),
    "only an extension": (".pdf", PDF, "name"),
    "jpg named png": ("a.png", JPG, "content"),
    "zip named docx": ("a.docx", GOOD["a.zip"], "content"),
    "docx named zip": ("a.zip", GOOD["a.docx"], "content"),
    "doc named xls": ("a.xls", GOOD["a.doc"], "content"),
    "broken zip": ("a.zip", GOOD["a.zip"][:40], "archive"),
    "macro": ("a.docx", packed({"[Content_Types].xml": TYPES, "word/document.xml": b"", "word/vbaProject.bin": b"x"}), "archive"),
    "traversal": ("a.zip", packed({"../../evil.txt": b"x"}), "archive"),
    "absolute": ("a.zip", packed({"/etc/passwd": b"x"}), "archive"),
    "drive": ("a.zip", packed({"C:/windows/x.txt": b"x"}), "archive"),
    "backslashes": ("a.zip", packed({"..\\..\\evil.txt": b"x"}), "archive"),
    "program inside": ("a.zip", packed({"docs/setup.EXE": b"MZ"}), "archive"),
    "page inside": ("a.zip", packed({"index.html": b"<html/>"}), "archive"),
    "bomb": ("a.zip", packed({"zeros.bin": b"\0" * 40_000_000}), "archive"),
    "thousands of entries": ("a.zip", packed({f"{n}.txt": b"" for n in range(5_001)}), "archive"),
    "direction override": ("invoice\u202efdp.exe.pdf", PDF, "name"),
    "line break": ("a\n.pdf", PDF, "name"),
    "nul": ("a\0.pdf", PDF, "name"),
    "too long": ("长" * 90 + ".pdf", PDF, "name"),
    "device": ("NUL.pdf", PDF, "name"),
    "device with two dots": ("com1.tar.pdf", PDF, "name"),
}


@pytest.mark.ac("AC-063")
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_by_name_and_rule_and_leave_nothing(world: World, draft: int, case: str, own_home: Path) -> None:
    name, body, rule = HOSTILE[case]
    answer = refused(world, draft, name, body)
    assert answer.rule == rule
    assert "Traceback" not in answer.zh and "/" not in answer.zh.replace(name, "")
    with world.store.read(ALL) as uow:
        assert not uow.conn.execute(select(p.attachment.c.id)).all() and not uow.conn.execute(select(p.blob.c.sha256)).all()
    assert not [f for f in (own_home / "attachments").rglob("*") if f.is_file()]


def test_a_link_inside_an_archive_is_refused(world: World, draft: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert refused(world, draft, "a.zip", out.getvalue()).rule == "archive"


@pytest.mark.ac("AC-063")
def test_size_and_count_are_limited_and_said(world: World, draft: int) -> None:
    big = PDF + b"\0" * 50_000_001
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
