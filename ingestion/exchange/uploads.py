"""Files uploaded and not yet checked: kept until the check has begun (the batch keeps its own) or a week has passed.

They lie below ``uploads/<university>/`` under their hash, encrypted, for they may hold identity numbers. What they are
called and whose they are says what an account wants remembered. Nothing here asks for rights: who may import is asked
by the operations that read a file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from ingestion import vault
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import home

KEPT = timedelta(days=7)
CHUNK = 1 << 20
_HASH = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[0-9A-Za-z]{1,8}")


@dataclass(frozen=True)
class Upload:
    sha256: str
    size: int


def folder(university_code: str) -> Path:
    """The university's own folder, made where there is none."""
    if not _CODE.fullmatch(university_code):
        raise ValueError(university_code)
    path = home() / "uploads" / university_code
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def keep(actor: Principal, content: BinaryIO, most: int) -> Upload:
    """Takes a file in; the same content again is kept once, and for another week.

    Raises:
        OperationError: more than ``most`` bytes; nothing is kept then.
    """
    target = folder(actor.university_code)
    draft = target / f".{secrets.token_hex(16)}"
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            while piece := content.read(CHUNK):
                size += len(piece)
                if size > most:
                    limit = most // CHUNK
                    raise OperationError(
                        f"文件超过 {limit} MB 的上限，请分成几个文件上传。", f"The file is larger than {limit} MB; divide it into several files."
                    )
                digest.update(piece)
                sealed = vault.encrypt(piece)
                out.write(len(sealed).to_bytes(4, "big") + sealed)
        os.replace(draft, target / digest.hexdigest())
    finally:
        draft.unlink(missing_ok=True)
    return Upload(digest.hexdigest(), size)


@contextmanager
def opened(university_code: str, sha256: str) -> Iterator[Path]:
    """The file in clear, in a folder of its own that goes afterwards.

    Raises:
        OperationError: it is no longer kept.
    """
    if not kept(university_code, sha256):
        raise OperationError("上传的文件已过期，请重新上传。", "The uploaded file is no longer kept; upload it again.")
    with tempfile.TemporaryDirectory(prefix="yanshu-upload-") as scratch:
        clear = Path(scratch) / "file"
        with (folder(university_code) / sha256).open("rb") as reading, clear.open("wb") as writing:
            while head := reading.read(4):
                writing.write(vault.decrypt(reading.read(int.from_bytes(head, "big"))))
        yield clear


def kept(university_code: str, sha256: str) -> bool:
    return bool(_HASH.fullmatch(sha256)) and (folder(university_code) / sha256).is_file()


def discard(university_code: str, sha256: str) -> None:
    """Removes a file that is not needed any more."""
    if _HASH.fullmatch(sha256):
        (folder(university_code) / sha256).unlink(missing_ok=True)


def sweep() -> int:
    """Removes files older than a week, and what an upload that was cut off left; returns how many."""
    removed = 0
    oldest = time.time() - KEPT.total_seconds()
    for found in (home() / "uploads").glob("*/*"):
        stale = oldest if _HASH.fullmatch(found.name) else time.time() - 3600
        try:
            if found.is_file() and found.stat().st_mtime < stale:
                found.unlink()
                removed += 1
        except OSError:
            continue  # somebody else removed it
    return removed
