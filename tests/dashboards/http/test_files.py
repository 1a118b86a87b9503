"""Attachments at the web edge: parts of a file, previews in a box without rights, nothing for anybody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dashboards.http.files import span
from ingestion import attachments
from ingestion.attachments import blobs
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from tests.dashboards.http.client import Client
from tests.dashboards.http.gate import behind, logged_in
from tests.ingestion.access import (
    World,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
    world,
)
from tests.ingestion.attachments.samples import GOOD, PDF

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite", "world"]
BODY = PDF + bytes(range(256)) * 9_000


@dataclass
class Filed:
    """A submitted paper of r1 that names r2, with an open and a restricted file."""

    world: World
    open: int
    closed: int
    picture: int
    document: int

    def client(self, **who: str) -> Client:
        return logged_in(Client(behind(self.world.province)), **who)

    def actions(self) -> list[str]:
        with self.world.store.read(ALL) as uow:
            return list(uow.conn.execute(select(p.audit_row.c.action).where(p.audit_row.c.action.in_(["download", "preview"]))).scalars())


@pytest.fixture
def filed(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Filed:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "home"))
    r1 = next(w for w in world.principals() if w.username == "00123")
    with world.store.begin(ALL) as uow:
        record_id = world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1", named="r2")

    def add(name: str, body: bytes, restricted: bool = False) -> int:
        return attachments.add(world.store, r1, record_id, "other", name, body, restricted=restricted)

    ids = add("金丝雀.pdf", BODY), add("合同金丝雀.pdf", BODY + b"r", True), add("图.png", GOOD["a.png"]), add("稿.docx", GOOD["a.docx"])
    with world.store.begin(ALL) as uow:
        uow.conn.execute(p.record.update().where(p.record.c.id == record_id).values(state="20", submitted_at=uow.now))
    return Filed(world, *ids)


@pytest.mark.ac("AC-025", "AC-065")
def test_a_preview_is_shown_in_a_box_without_rights(filed: Filed) -> None:
    client = filed.client()
    for number, media, name in ((filed.open, "application/pdf", "%E9%87%91"), (filed.picture, "image/png", "%E5%9B%BE")):
        answer = client.get(f"/files/{number}/preview")
        policy = answer.header("content-security-policy")
        assert answer.status == 200 and answer.header("content-type") == media and name in answer.header("content-disposition")
        assert answer.header("content-disposition").startswith("inline;") and answer.header("x-content-type-options") == "nosniff"
        assert policy.startswith("sandbox; default-src 'none'") and "allow-" not in policy and "frame-ancestors 'self'" in policy
        assert answer.header("x-frame-options") == "SAMEORIGIN" and answer.header("cache-control") == "no-store"
    assert answer.body == GOOD["a.png"]
    assert client.get(f"/files/{filed.document}/preview").status == 404  # browsers do not show it by themselves
    download = client.get(f"/files/{filed.open}")
    assert download.header("x-frame-options") == "DENY" and download.header("content-disposition").startswith("attachment;")
    assert filed.actions() == ["preview", "preview", "download"]


@pytest.mark.ac("AC-033", "AC-065", "AC-066", "AC-235")
def test_without_the_right_there_is_no_file_no_preview_and_no_difference(filed: Filed) -> None:
    """Another university, another college, a person only named (for the restricted one): as if there were none."""
    everyone = [{"university": "99002"}, {"username": "s12"}, {"username": "a1"}, {"university": "42000", "username": "p1"}, {"username": "f1"}]
    wrong = [(who, number) for who in everyone for number in (filed.open, filed.closed)] + [({"username": "00124"}, filed.closed)]
    for who, number in wrong:
        client = filed.client(**who)
        for tail in ("", "/preview"):
            refused, missing = client.get(f"/files/{number}{tail}"), client.get(f"/files/987654{tail}")
            assert refused.status == missing.status == 404 and "金丝雀" not in refused.text and str(len(BODY)) not in str(refused.headers)
            assert re.sub(r"/files/\d+", "", refused.text) == re.sub(r"/files/\d+", "", missing.text).replace("987654", str(number))
            assert "frame-ancestors 'self'" in refused.header("content-security-policy") if tail else True
    named = filed.client(username="00124")
    assert named.get(f"/files/{filed.open}").body == BODY
    nobody = Client(behind(filed.world.province))
    for path in (f"/files/{filed.open}", f"/files/{filed.open}/preview"):
        assert nobody.get(path).status == 401 and "无权限" in nobody.get(path).text
    assert filed.actions() == ["download"]


def test_a_broken_download_goes_on_where_it_stopped(filed: Filed) -> None:
    client = filed.client()
    whole = client.get(f"/files/{filed.open}")
    tag, size = whole.header("etag"), len(BODY)
    assert whole.header("accept-ranges") == "bytes" and whole.body == BODY
    for asked, start, end in (("bytes=0-9", 0, 10), (f"bytes={size - 5}-", size - 5, size), ("bytes=-7", size - 7, size), (f"bytes=100-{size * 2}", 100, size)):
        part = client.get(f"/files/{filed.open}", {"range": asked, "if-range": tag})
        assert part.status == 206 and part.body == BODY[start:end]
        assert part.header("content-range") == f"bytes {start}-{end - 1}/{size}" and part.header("content-length") == str(end - start)
    assert client.get(f"/files/{filed.open}", {"range": f"bytes={size}-"}).status == 416
    assert client.get(f"/files/{filed.open}", {"range": "bytes=0-9", "if-range": '"other"'}).body == BODY
    assert client.get(f"/files/{filed.open}", {"range": "bytes=0-1,5-6"}).body == BODY


def test_a_lost_content_is_told_in_words(filed: Filed) -> None:
    with filed.world.store.read(ALL) as uow:
        blobs.drop(uow.conn.execute(select(p.attachment.c.sha256).where(p.attachment.c.id == filed.open)).scalar_one())
    answer = filed.client().get(f"/files/{filed.open}")
    assert answer.status == 410 and "内容已丢失" in answer.text and "Traceback" not in answer.text
    with filed.world.store.read(ALL) as uow:
        details = uow.conn.execute(select(p.audit_row.c.detail).where(p.audit_row.c.action == "refused")).scalars().all()
    assert not any("secrecy" in d for d in details)


@given(st.text(alphabet="bytes=-,0123456789 ", max_size=25), st.integers(1, 10**12))
def test_any_range_is_inside_the_file_or_refused(asked: str, size: int) -> None:
    try:
        found = span(asked, size)
    except ValueError:
        return
    assert found is None or 0 <= found[0] < found[1] <= size
