"""What somebody may know of a record's files, and giving their content: always through the permission gate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select

from ingestion import audit, permissions
from ingestion.attachments import blobs, changes
from ingestion.attachments.kinds import PREVIEWED
from ingestion.derive import number_of
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import account, attachment, blob


@dataclass(frozen=True)
class Attachment:
    """``change``: "" for a file in force that stays, "added" or "removed" for what an open application does."""

    id: int
    record_id: int
    slot: str
    name: str
    size: int
    media_type: str
    sha256: str
    restricted: bool
    added_at: datetime
    added_by: str
    change: str = ""

    @property
    def previewed(self) -> bool:
        """Whether a browser shows it by itself."""
        return self.media_type in PREVIEWED


@dataclass(frozen=True)
class Download:
    """A file its reader may have. ``chunks`` reads lazily: consume it outside the transaction."""

    name: str
    media_type: str
    size: int
    sha256: str

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        return blobs.chunks(self.sha256, start, end)


@dataclass(frozen=True)
class Same:
    """Where else the university holds a content: records the reader may see it on, and whether there are others."""

    records: tuple[tuple[int, str, str], ...]  # id, number, title
    hidden: bool


class ContentLost(OperationError):
    """The row is there, its content is not."""

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}”的内容已丢失，请联系管理员。", f"The content of “{name}” is missing; tell the administrator.")


def list_for(uow: UnitOfWork, actor: Principal, record_id: int, *, amended: bool = False) -> list[Attachment]:
    """The files in force of a record this principal may know about, oldest first; none for an invisible record.
    ``amended``: those of its open change application too, each with what the application does."""
    rows = _rows(record_id).where(permissions.visible(actor, attachment))
    if not amended:
        rows = rows.where(changes.in_force())
    return [
        _attachment(row, "" if not amended else "added" if row.added_in else "removed" if row.removed_in else "")
        for row in uow.conn.execute(rows)
    ]


def changed_since(uow: UnitOfWork, actor: Principal, record_id: int, moment: datetime) -> list[Attachment]:
    """What was added to a record's files since a moment (naive UTC) and still stands, and what was taken off since:
    for a reviewer who saw it then (AC-080). Each with ``change``; a file replaced is one of each."""
    a = attachment.c
    new = and_(a.added_at > moment, a.removed_at.is_(None))
    gone = and_(a.added_at <= moment, a.removed_at > moment)
    rows = _rows(record_id).where(permissions.known_files(actor), a.added_in.is_(None), or_(new, gone))
    return [_attachment(row, "added" if row.removed_at is None else "removed") for row in uow.conn.execute(rows)]


def _rows(record_id: int) -> Select[Any]:
    return (
        select(attachment, blob.c.size, blob.c.media_type, account.c.name.label("adder"))
        .join(blob, blob.c.sha256 == attachment.c.sha256)
        .join(account, account.c.id == attachment.c.added_by)
        .where(attachment.c.record_id == record_id)
        .order_by(attachment.c.id)
    )


def _attachment(row: Row[Any], change: str) -> Attachment:
    return Attachment(
        row.id, row.record_id, row.slot, row.name, row.size, row.media_type, row.sha256, row.restricted, row.added_at, row.adder, change
    )


def knows_restricted(uow: UnitOfWork, actor: Principal, record_id: int) -> bool:
    """Whether a restricted file of this record would be shown to this reader. For others no page may say that a
    required file is missing: it may stand there, restricted."""
    return permissions.can(actor, "download_restricted", None, permissions.facts(uow, actor, record_id))


def restricted_counts(uow: UnitOfWork, actor: Principal, record_ids: Iterable[int]) -> dict[int, int]:
    """How many restricted files in force each of these records has, for those the reader may know of alone: for
    the words 含受限附件 n 个 of an export. Records without any, or whose files are hidden, are not in it."""
    out: dict[int, int] = {}
    wanted = list(record_ids)
    for at in range(0, len(wanted), 500):  # fewer than the variables a statement may hold
        counted = (
            select(attachment.c.record_id, func.count().label("n"))
            .where(
                attachment.c.record_id.in_(wanted[at : at + 500]), attachment.c.restricted.is_(True), changes.in_force(),
                permissions.visible(actor, attachment),
            )
            .group_by(attachment.c.record_id)
        )  # fmt: skip
        out.update({row.record_id: row.n for row in uow.conn.execute(counted)})
    return out


def same_content(uow: UnitOfWork, actor: Principal, record_id: int) -> dict[str, Same]:
    """For each content of a record's files that another record of the university holds too: which (AC-067).
    Keyed by SHA-256; contents without a double are not in it."""
    here = attachment.alias("here")
    mine = select(here.c.sha256).where(
        here.c.record_id == record_id, here.c.removed_at.is_(None), permissions.visible(actor, here)
    )
    doubles = (
        select(attachment.c.sha256, p.record.c.id, p.record.c.type, p.record.c.title, permissions.visible(actor, attachment).label("known"))
        .join(p.record, p.record.c.id == attachment.c.record_id)
        .where(
            attachment.c.sha256.in_(mine), attachment.c.record_id != record_id, attachment.c.removed_at.is_(None),
            attachment.c.university_code == actor.university_code,
        )
        .order_by(p.record.c.id)
    )  # fmt: skip
    known: dict[str, dict[int, tuple[int, str, str]]] = {}
    hidden: set[str] = set()
    for row in uow.conn.execute(doubles):
        if row.known:
            known.setdefault(row.sha256, {})[row.id] = (row.id, number_of(row.type, row.id), row.title)
        else:
            hidden.add(row.sha256)
    return {sha: Same(tuple(known.get(sha, {}).values()), sha in hidden) for sha in {*known, *hidden}}


# --- content ------------------------------------------------------------------------------------------


def open_download(uow: UnitOfWork, actor: Principal, attachment_id: int) -> Download:
    """Checks the permission anew, logs the download, gives the content. Raises ``NotFound`` for a file that
    does not exist, was removed, or may not be known; ``ContentLost``."""
    return _open(uow, actor, attachment_id, "download")


def open_preview(uow: UnitOfWork, actor: Principal, attachment_id: int) -> Download:
    """As ``open_download``, for what a browser shows by itself; ``NotFound`` for any other type."""
    return _open(uow, actor, attachment_id, "preview")


def _open(uow: UnitOfWork, actor: Principal, attachment_id: int, action: str) -> Download:
    row = uow.conn.execute(
        select(attachment, blob.c.size, blob.c.media_type)
        .join(blob, blob.c.sha256 == attachment.c.sha256)
        .where(attachment.c.id == attachment_id, permissions.visible(actor, attachment))
    ).one_or_none()
    if row is None or (action == "preview" and row.media_type not in PREVIEWED):
        raise NotFound
    header = permissions.facts(uow, actor, row.record_id)
    if not permissions.can(actor, "download_restricted" if row.restricted else "download", None, header):
        raise NotFound
    if not blobs.exists(row.sha256):
        raise ContentLost(row.name)
    audit.write(uow, actor, action, "record", row.record_id, {"attachment": attachment_id, "name": row.name})
    return Download(row.name, row.media_type, row.size, row.sha256)


def open_bytes(uow: UnitOfWork, actor: Principal, attachment_id: int) -> tuple[str, bytes]:
    """Name and whole content, for small files and tests."""
    download = open_download(uow, actor, attachment_id)
    return download.name, b"".join(download.chunks())
