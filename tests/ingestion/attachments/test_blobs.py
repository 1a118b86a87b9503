"""Where contents lie: a folder, or an S3-compatible server on this machine; whole or not at all."""

from __future__ import annotations

import hashlib
import io
import logging
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ingestion import attachments, records
from ingestion.attachments import blobs, upkeep
from ingestion.principal import Principal
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
from tests.ingestion.attachments.samples import PDF

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite", "world"]
BIG = PDF + bytes(range(256)) * 12_000  # three pieces


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a server with one bucket; nothing leaves the machine."""
    import boto3
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=address, aws_access_key_id="key", aws_secret_access_key="secret", region_name="us-east-1").create_bucket(Bucket="docs")
    yield address
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "home"))
    if request.param == "s3":
        monkeypatch.setenv("YANSHU_ATTACHMENTS", f"s3://docs/{tmp_path.name}")
        monkeypatch.setenv("YANSHU_S3_ENDPOINT", request.getfixturevalue("s3"))
        monkeypatch.setenv("YANSHU_S3_KEY", "key")
        monkeypatch.setenv("YANSHU_S3_SECRET", "secret")
        monkeypatch.setenv("YANSHU_S3_ENCRYPTION", "AES256")
    return str(request.param)


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def put(body: bytes) -> str:
    blobs.put(io.BytesIO(body), sha(body))
    return sha(body)


def test_a_content_goes_in_once_and_comes_out_whole_or_in_part(place: str) -> None:
    name = put(BIG)
    assert put(BIG) == name and blobs.exists(name) and not blobs.exists(sha(b"other"))
    assert blobs.read(name) == BIG and len(list(blobs.chunks(name))) > 1
    for start, end in ((0, 10), (5, 2_000_000), (len(BIG) - 3, None), (0, None), (7, 7)):
        assert b"".join(blobs.chunks(name, start, end)) == BIG[start:end]
    assert [(c.sha256, c.size) for c in blobs.stored()] == [(name, len(BIG))]
    with pytest.raises(FileNotFoundError):
        blobs.read(sha(b"other"))


def test_a_content_that_changed_on_the_way_is_not_stored(place: str) -> None:
    with pytest.raises(blobs.Damaged):
        blobs.put(io.BytesIO(BIG), sha(b"what it should have been"))
    assert not list(blobs.stored()) and not blobs.forgotten_drafts(utc_now() + timedelta(hours=1))


def test_a_place_that_does_not_answer_is_told_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("YANSHU_ATTACHMENTS", f"file://{tmp_path}/file/attachments")
    with pytest.raises(blobs.StorageFailed) as caught:
        put(BIG)
    assert "附件存储" in caught.value.zh and str(tmp_path) not in caught.value.zh
    monkeypatch.setenv("YANSHU_ATTACHMENTS", f"file://{tmp_path}/attachments")
    folder = tmp_path / "attachments" / sha(BIG)[:2] / sha(BIG)[2:4] / sha(BIG)
    folder.mkdir(parents=True)  # what should be a file cannot be read as one
    with pytest.raises(blobs.StorageFailed):
        blobs.read(sha(BIG))


def test_a_write_that_breaks_off_leaves_no_half_file(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 1_500_000:
                raise OSError("disk full")
            return super().read(size)

    with pytest.raises(blobs.StorageFailed):
        blobs.put(Breaking(BIG), sha(BIG))
    assert not blobs.exists(sha(BIG)) and not list(blobs.stored())
    assert put(BIG) == sha(BIG)


def test_on_disk_a_content_is_its_owners_alone_and_outside_of_any_served_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    name = put(BIG)
    [path] = [f for f in (tmp_path / "attachments").rglob("*") if f.is_file()]
    assert path.name == name and stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    path.write_bytes(BIG[:-1] + b"!")
    with pytest.raises(blobs.Damaged):
        list(blobs.chunks(name))
    sent = []
    with pytest.raises(blobs.Damaged):
        sent.extend(blobs.chunks(name))
    assert len(b"".join(sent)) < len(BIG)  # the last piece is held back: nobody takes a damaged file for whole


# --- upkeep -------------------------------------------------------------------------------------------


def _aged(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in the place was written two days ago."""
    written = blobs._written
    monkeypatch.setattr(blobs, "_written", lambda info: written(info) - timedelta(days=2))


@pytest.mark.ac("AC-239")
def test_lost_damaged_and_forgotten_contents_are_found_and_the_forgotten_cleared(world: World, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    r1 = next(w for w in world.principals() if w.username == "00123")
    with world.store.begin(ALL) as uow:
        kept, thrown = (world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1") for _ in range(2))
    bodies = {name: PDF + name.encode() for name in ("好.pdf", "丢.pdf", "坏.pdf", "弃.pdf", "移.pdf")}
    ids = {name: attachments.add(world.store, r1, thrown if name == "弃.pdf" else kept, "other", name, body) for name, body in bodies.items()}
    put(b"left by a killed process")
    with world.store.begin("99001") as uow:
        attachments.remove(uow, r1, ids["移.pdf"])  # stays provable
        records.delete_draft(uow, r1, thrown)
    blobs.drop(sha(bodies["丢.pdf"]))
    filesystem, root = blobs._place().filesystem, blobs._place()
    filesystem.pipe_file(root.path(sha(bodies["坏.pdf"])), bodies["坏.pdf"][:-1] + b"?")
    filesystem.pipe_file(f"{root.root}/drafts/half", b"half a file")
    young = upkeep.clean(world.store)
    assert (young.contents, young.drafts) == (0, 0)  # it may be an upload under way
    _aged(place, monkeypatch)
    report = upkeep.examine(world.store, full=True)
    assert ([x.name for x in report.lost], [x.name for x in report.damaged]) == (["丢.pdf"], ["坏.pdf"])
    assert (report.contents, report.orphans, report.drafts) == (4, 2, 1)
    cleaned = upkeep.clean(world.store)
    assert (cleaned.contents, cleaned.drafts) == (2, 1) and cleaned.size == len(bodies["弃.pdf"]) + len(b"left by a killed process")
    after = upkeep.examine(world.store)
    assert (after.contents, after.orphans, after.drafts, len(after.lost)) == (4, 0, 0, 1)
    assert blobs.read(sha(bodies["移.pdf"])) == bodies["移.pdf"] and blobs.read(sha(bodies["好.pdf"])) == bodies["好.pdf"]
    with world.store.read(ALL) as uow:
        assert len(uow.conn.execute(select(p.blob.c.sha256)).all()) == 4


def test_a_content_cleared_away_during_an_upload_is_stored_once_more(world: World, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    r1: Principal = next(w for w in world.principals() if w.username == "00123")
    with world.store.begin(ALL) as uow:
        record_id = world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1")
    real = blobs.put

    def put_and_lose(content: io.BytesIO, sha256: str) -> None:
        real(content, sha256)
        monkeypatch.setattr(blobs, "put", real)
        blobs.drop(sha256)

    monkeypatch.setattr(blobs, "put", put_and_lose)
    attachments.add(world.store, r1, record_id, "other", "a.pdf", PDF)
    assert blobs.read(sha(PDF)) == PDF


def test_a_lost_content_is_told_and_not_an_error(world: World, place: str) -> None:
    r1 = next(w for w in world.principals() if w.username == "00123")
    with world.store.begin(ALL) as uow:
        record_id = world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1")
    number = attachments.add(world.store, r1, record_id, "other", "a.pdf", PDF)
    blobs.drop(sha(PDF))
    with world.store.begin("99001") as uow, pytest.raises(attachments.ContentLost) as caught:
        attachments.open_download(uow, r1, number)
    assert "a.pdf" in caught.value.zh and "丢失" in caught.value.zh
