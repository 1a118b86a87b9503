"""Uploaded files are private, kept once, and gone when nobody needs them."""

from __future__ import annotations

import io
import os
import stat
import time
from pathlib import Path

import pytest

from ingestion.exchange import uploads
from ingestion.principal import OperationError, Principal

OFFICE = Principal(1, "99001", "o1", "周敏", "office_admin")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))


def test_an_upload_is_kept_privately_and_once() -> None:
    first = uploads.keep(OFFICE, io.BytesIO(b"abc"), 10)
    assert uploads.keep(OFFICE, io.BytesIO(b"abc"), 10) == first
    path = uploads.folder("99001") / first.sha256
    with uploads.opened("99001", first.sha256) as clear:
        assert clear.read_bytes() == b"abc"
    assert not clear.parent.exists()
    assert b"abc" not in path.read_bytes()
    assert [one.name for one in path.parent.iterdir()] == [first.sha256]
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert not uploads.kept("99002", first.sha256)
    uploads.discard("99001", first.sha256)
    with pytest.raises(OperationError, match="重新上传"), uploads.opened("99001", first.sha256):
        pass


def test_too_much_leaves_nothing() -> None:
    with pytest.raises(OperationError, match="上限"):
        uploads.keep(OFFICE, io.BytesIO(b"x" * 11), 10)
    assert list(uploads.folder("99001").iterdir()) == []


@pytest.mark.parametrize("name", ["..", "../../etc/passwd", "a" * 63, "", "A" * 64])
def test_no_name_leads_elsewhere(name: str) -> None:
    with pytest.raises(OperationError), uploads.opened("99001", name):
        pass
    with pytest.raises(ValueError):
        uploads.folder("../99001")


def test_old_files_and_remains_are_swept() -> None:
    old, new = (uploads.keep(OFFICE, io.BytesIO(one), 10) for one in (b"old", b"new"))
    remains = uploads.folder("99001") / ".half"
    remains.write_bytes(b"x")
    for path, age in ((uploads.folder("99001") / old.sha256, uploads.KEPT.total_seconds() + 60), (remains, 7200)):
        os.utime(path, (time.time() - age,) * 2)
    assert uploads.sweep() == 2
    assert [one.name for one in uploads.folder("99001").iterdir()] == [new.sha256]
