"""Which snapshots there are: signed once, added to the register, never changed.

Each signing of a university's figures for one purpose and year is a new revision (r1, r2 …); the latest is what the
province reads. Its file stands in ``YANSHU_HOME/snapshots/<code>`` under a name never used before.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from ingestion import audit, permissions, vault
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.snapshots import files
from ingestion.snapshots.files import Opened, Packed
from ingestion.store.engine import UnitOfWork, home
from ingestion.store.platform import account, signed_snapshot, university

PURPOSES: dict[str, tuple[str, str]] = {"evaluation": ("省内评价", "Provincial evaluation"), "moe": ("年底统计", "Year-end statistics")}


class Broken(OperationError):
    """The file of a registered snapshot is gone or no longer what was signed."""

    def __init__(self, number: str) -> None:
        super().__init__(f"快照 {number} 的文件缺失或被改动，不能使用。", f"The file of snapshot {number} is missing or was changed; it cannot be used.")


@dataclass(frozen=True)
class About:
    """What the figures were when they were taken. ``changes_since``: how many changes of the store are not in them yet,
    None where that is not known; ``as_of`` is naive UTC."""

    year: int
    purpose: str
    generation: int
    as_of: datetime
    code_version: str
    changes_since: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """One line of the register. Times are naive UTC."""

    id: int
    university_code: str
    university_zh: str
    university_en: str
    purpose: str
    year: int
    revision: int
    generation: int
    as_of: datetime
    content_hash: str
    code_version: str
    signing_key: str
    file_name: str
    file_sha256: str
    size: int
    made_by: str
    made_at: datetime

    @property
    def number(self) -> str:
        """99001-evaluation-2025-r1"""
        return number_of(self.university_code, self.purpose, self.year, self.revision)

    @property
    def path(self) -> Path:
        return folder(self.university_code) / self.file_name


def number_of(code: str, purpose: str, year: int, revision: int) -> str:
    return f"{code}-{purpose}-{year}-r{revision}"


def folder(code: str) -> Path:
    return home() / "snapshots" / code


def sign(uow: UnitOfWork, actor: Principal, about: About, packed: Packed) -> Snapshot:
    """Sign what was packed as the university's next revision, keep the file and register it. ``Denied`` without the right
    to sign, ``NotFound`` for a university that does not exist."""
    permissions.require(actor, "sign_figures")
    code = actor.university_code
    known = uow.conn.execute(select(university.c.name, university.c.name_en).where(university.c.code == code, university.c.kind == "university")).one_or_none()
    if known is None:
        raise NotFound
    c = signed_snapshot.c
    last = select(func.max(c.revision)).where(c.university_code == code, c.purpose == about.purpose, c.year == about.year)
    revision = (uow.conn.execute(last).scalar() or 0) + 1
    number = number_of(code, about.purpose, about.year, revision)
    manifest: dict[str, Any] = {
        "id": number, "purpose": about.purpose, "year": about.year, "revision": revision, "generation": about.generation,
        "as_of": _utc(about.as_of), "changes_since": about.changes_since, "made_at": _utc(uow.now), "made_by": f"{actor.name} ({actor.username})",
        "university": {"code": code, "name": known.name, "name_en": known.name_en}, "code": {"product": product_version(), "models": about.code_version},
    }  # fmt: skip
    name, digest, size = _keep(folder(code), number, manifest, packed)
    row = {
        "university_code": code, "purpose": about.purpose, "year": about.year, "revision": revision, "generation": about.generation, "as_of": about.as_of,
        "content_hash": packed.content_hash, "code_version": about.code_version[:64], "signing_key": vault.public_key(), "file_name": name,
        "file_sha256": digest, "size": size, "made_by": actor.account_id, "made_at": uow.now,
    }  # fmt: skip
    try:
        made = int(uow.conn.execute(insert(signed_snapshot).values(row).returning(c.id)).scalar_one())
    except IntegrityError:  # on PostgreSQL two at once come to the same revision
        (folder(code) / name).unlink(missing_ok=True)
        raise OperationError("同一份快照正在由另一人签名，请稍后重试。", "Somebody else is signing the same snapshot; try again in a moment.") from None
    audit.write(uow, actor, "sign_snapshot", "signed_snapshot", made, {"number": number, "content_hash": packed.content_hash, "sha256": digest})
    return get(uow, actor, made)


def _keep(place: Path, number: str, manifest: dict[str, Any], packed: Packed) -> tuple[str, str, int]:
    """Write, flush, protect: the file's name, hash and size in bytes."""
    place.mkdir(parents=True, exist_ok=True)
    draft = place / f".{secrets.token_hex(8)}.tmp"
    try:
        with draft.open("wb") as out:
            files.write(out, manifest, packed)
            out.flush()
            os.fsync(out.fileno())
        with draft.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = draft.stat().st_size
        draft.chmod(0o440)
        name = f"{number}-{digest[:8]}.zip"
        draft.rename(place / name)
    finally:
        draft.unlink(missing_ok=True)
    return name, digest, size


def list_for(uow: UnitOfWork, actor: Principal, purpose: str | None = None, year: int | None = None) -> list[Snapshot]:
    """Those of the actor's university, for the province those of all; the newest first."""
    return _found(uow, actor, [signed_snapshot.c.purpose == purpose] * (purpose is not None) + [signed_snapshot.c.year == year] * (year is not None))


def latest(uow: UnitOfWork, actor: Principal, purpose: str, year: int) -> dict[str, Snapshot]:
    """University → its last revision."""
    found = list_for(uow, actor, purpose, year)
    return {one.university_code: one for one in sorted(found, key=lambda one: one.revision)}


def get(uow: UnitOfWork, actor: Principal, snapshot_id: int) -> Snapshot:
    """Raises ``NotFound`` for another university's."""
    found = _found(uow, actor, [signed_snapshot.c.id == snapshot_id])
    if not found:
        raise NotFound
    return found[0]


def standing(uow: UnitOfWork, number: str, code: str) -> str | None:
    """The registered SHA-256 of a snapshot's file; None for a number this installation did not sign."""
    c = signed_snapshot.c
    rows = uow.conn.execute(select(c.purpose, c.year, c.revision, c.file_sha256).where(c.university_code == code))
    return next((row.file_sha256 for row in rows if number_of(code, row.purpose, row.year, row.revision) == number), None)


def _found(uow: UnitOfWork, actor: Principal, conditions: list[Any]) -> list[Snapshot]:
    c = signed_snapshot.c
    wanted = (
        select(signed_snapshot, university.c.name, university.c.name_en, account.c.name.label("who"))
        .join(university, university.c.code == c.university_code)
        .outerjoin(account, account.c.id == c.made_by)
        .where(permissions.visible(actor, signed_snapshot), *conditions)
        .order_by(c.made_at.desc(), c.id.desc())
    )
    return [
        Snapshot(
            row.id, row.university_code, row.name, row.name_en or row.name, row.purpose, row.year, row.revision, row.generation, row.as_of, row.content_hash,
            row.code_version, row.signing_key, row.file_name, row.file_sha256, row.size, row.who or "", row.made_at,
        )
        for row in uow.conn.execute(wanted)
    ]  # fmt: skip


def read(snapshot: Snapshot, *names: str, keep: bool = True) -> Opened:
    """The manifest and the tables named, held against signature and register once a process (``keep``: not for evidence,
    which may be large). Raises ``Broken``."""
    try:
        found = (_read if keep else _read.__wrapped__)(str(snapshot.path), snapshot.path.stat().st_mtime_ns, names)
    except (OSError, ValueError):
        raise Broken(snapshot.number) from None
    if found.manifest.get("content_hash") != snapshot.content_hash or found.manifest.get("id") != snapshot.number:
        raise Broken(snapshot.number)
    return found


@lru_cache(maxsize=512)
def _read(path: str, _changed: int, names: tuple[str, ...]) -> Opened:
    return files.opened(Path(path), *names)


def _utc(at: datetime) -> str:
    return at.replace(tzinfo=UTC).isoformat()


def product_version() -> str:
    try:
        return version("yanshu")
    except PackageNotFoundError:
        return "unknown"
