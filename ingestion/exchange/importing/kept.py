"""The files of batches, encrypted below ``YANSHU_HOME/imports`` as long as somebody may still want them: to confirm a
check, to go on after a kill, to have the errors marked in them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from ingestion import vault
from ingestion.principal import OperationError
from ingestion.store.engine import home, utc_now

PIECE = 1 << 20
KEPT = timedelta(days=30)


def _path(batch_id: int) -> Path:
    return home() / "imports" / f"{batch_id:09d}"


def keep(batch_id: int, source: Path) -> None:
    """Write the file away, piece by piece encrypted: it may hold identity numbers."""
    target = _path(batch_id)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_suffix(".part")
    with source.open("rb") as reading, draft.open("wb") as writing:
        while piece := reading.read(PIECE):
            sealed = vault.encrypt(piece)
            writing.write(len(sealed).to_bytes(4, "big") + sealed)
    draft.chmod(0o600)
    draft.replace(target)


def there(batch_id: int) -> bool:
    return _path(batch_id).is_file()


@contextmanager
def opened(batch_id: int, name: str) -> Iterator[Path]:
    """The file in clear below a folder that goes afterwards.

    Raises ``OperationError`` where it is kept no longer."""
    source = _path(batch_id)
    if not source.is_file():
        raise OperationError(
            f"文件“{name}”已不再保存（保存 {KEPT.days} 天），请重新上传。", f"The file “{name}” is kept no longer ({KEPT.days} days); upload it again."
        )
    folder = Path(tempfile.mkdtemp(prefix="yanshu-import-"))
    try:
        clear = folder / f"file{Path(name).suffix[:10]}"
        with source.open("rb") as reading, clear.open("wb") as writing:
            while head := reading.read(4):
                writing.write(vault.decrypt(reading.read(int.from_bytes(head, "big"))))
        yield clear
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def forget(batch_id: int) -> None:
    _path(batch_id).unlink(missing_ok=True)


def sweep() -> int:
    """Removes files older than ``KEPT``; returns how many went."""
    gone = 0
    before = (utc_now() - KEPT).timestamp()
    for path in (home() / "imports").glob("*"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
