"""Adding, listing, downloading and removing the files of a record: always through the permission gate, each
step in the audit trail. Removing hides a file and keeps its content: what was reviewed stays provable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ingestion import audit, permissions, settings
from ingestion.attachments import blobs, changes, kinds
from ingestion.attachments.kinds import AttachmentRefused
from ingestion.catalog import secrecy
from ingestion.catalog.kinds import FileSlot
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Denied, NotFound, Principal
from ingestion.store.engine import Store, UnitOfWork
from ingestion.store.platform import account, attachment, blob

OTHER = "other"  # the slot every record has, for what the declaration does not name


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


@dataclass(frozen=True)
class Download:
    """``chunks`` reads lazily: consume it outside the transaction."""

    name: str
    media_type: str
    size: int
    sha256: str
    chunks: Iterator[bytes]


def limits(uow: UnitOfWork, university_code: str) -> tuple[int, int]:
    """Largest file in MB, and files a record: shown before an upload."""
    return (
        settings.get(uow, "attachment_megabytes", university_code),
        settings.get(uow, "attachments_per_record", university_code),
    )


def slots_of(type_id: str) -> dict[str, FileSlot | None]:
    """The places a type has for files, by name, and ``other``."""
    named = {f.name: f for f in ALL_RECORDS[type_id].fields() if isinstance(f, FileSlot)}
    return {**named, OTHER: None}


def add(
    store: Store,
    actor: Principal,
    record_id: int,
    slot: str,
    name: str,
    data: bytes | BinaryIO,
    *,
    restricted: bool = False,
) -> int:
    """Returns the attachment's id. Raises ``AttachmentRefused`` naming file and rule, ``NotFound``, ``Denied``.

    On a record in force the file belongs to the actor's open change application and comes into force with it.
    Takes the store, not a transaction: checking and copying up to 50 MB must not hold one open, and a secrecy
    mark is logged although nothing is stored."""
    with store.read(actor.university_code) as uow:
        header = permissions.facts(uow, actor, record_id)
        _may_change(actor, header)
        megabytes, most = limits(uow, actor.university_code)
        held = _count(uow, record_id)
    name = kinds.clean_name(name)
    rule = secrecy.scan(name)
    if rule is not None:
        audit.refused(store, actor, "attach", "record", record_id, {"secrecy_rule": rule})
        raise AttachmentRefused("secrecy", "文件名含涉密标志，涉密数据不得上网，文件未保存。", "The file name carries a secrecy mark; classified data must not go online. Nothing was stored.")
    content = kinds.as_stream(data)
    sha256, size = blobs.digest(content)
    if size == 0:
        raise AttachmentRefused("empty", f"“{name}”是空文件。", f"“{name}” is empty.")
    if size > megabytes * 1_000_000:
        raise AttachmentRefused("size", f"“{name}”为 {size / 1e6:.1f} MB，超过每个文件 {megabytes} MB 的限制。", f"“{name}” has {size / 1e6:.1f} MB; a file may have {megabytes} MB.")
    if held >= most:
        raise AttachmentRefused("count", f"“{name}”：每条记录最多 {most} 个附件。", f"“{name}”: a record holds at most {most} attachments.")
    _check_slot(header["type"], slot, name)
    media_type = kinds.media_type_of(name, content)
    blobs.put(content, sha256)
    with store.begin(actor.university_code) as uow:
        header = permissions.facts(uow, actor, record_id)  # again: the record may have moved on meanwhile
        amendment = _may_change(actor, header)
        if _count(uow, record_id) >= most:
            raise AttachmentRefused("count", f"“{name}”：每条记录最多 {most} 个附件。", f"“{name}”: a record holds at most {most} attachments.")
        try:
            with uow.conn.begin_nested():
                uow.conn.execute(
                    insert(blob).values(sha256=sha256, size=size, media_type=media_type, created_at=uow.now)
                )
        except IntegrityError:
            pass  # the same content is known already
        created: int = uow.conn.execute(
            insert(attachment)
            .values(
                university_code=header["university_code"], record_id=record_id, slot=slot, sha256=sha256, name=name,
                restricted=restricted, added_by=actor.account_id, added_at=uow.now, added_in=amendment,
            )
            .returning(attachment.c.id)
        ).scalar_one()  # fmt: skip
        detail = {"attachment": created, "name": name, "sha256": sha256}
        audit.write(uow, actor, "attach", "record", record_id, detail | _within(amendment))
    return created


def _may_change(actor: Principal, header: dict[str, Any]) -> int | None:
    """The change application a step on this record's files belongs to, or None for the record itself."""
    if permissions.can(actor, "attach", None, header):
        return None
    if not permissions.can(actor, "amendment.edit", None, header):
        raise Denied
    return int(header["amendment_id"])


def _within(amendment: int | None) -> dict[str, int]:
    return {} if amendment is None else {"amendment": amendment}


def _count(uow: UnitOfWork, record_id: int) -> int:
    return uow.conn.execute(
        select(func.count()).select_from(attachment).where(attachment.c.record_id == record_id, changes.as_amended())
    ).scalar_one()


def _check_slot(type_id: str, slot: str, name: str) -> None:
    slots = slots_of(type_id)
    if slot not in slots:
        raise AttachmentRefused("slot", f"“{name}”：没有这个附件位置。", f"“{name}”: there is no such place for files.")
    declared = slots[slot]
    if declared is not None and declared.formats and kinds.extension_of(name) not in declared.formats:
        accepted = "、".join(declared.formats)
        raise AttachmentRefused(
            "type", f"“{name}”：{declared.zh}只接受 {accepted}。", f"“{name}”: {declared.en} accepts {', '.join(declared.formats)} only."
        )


def list_for(uow: UnitOfWork, actor: Principal, record_id: int, *, amended: bool = False) -> list[Attachment]:
    """The files in force of a record this principal may know about, oldest first; none for an invisible record.
    ``amended``: those of its open change application too, each with what the application does."""
    rows = (
        select(attachment, blob.c.size, blob.c.media_type, account.c.name.label("adder"))
        .join(blob, blob.c.sha256 == attachment.c.sha256)
        .join(account, account.c.id == attachment.c.added_by)
        .where(attachment.c.record_id == record_id, permissions.visible(actor, attachment))
        .order_by(attachment.c.id)
    )
    if not amended:
        rows = rows.where(changes.in_force())
    return [
        Attachment(
            row.id, row.record_id, row.slot, row.name, row.size, row.media_type, row.sha256, row.restricted, row.added_at,
            row.adder, "" if not amended else "added" if row.added_in else "removed" if row.removed_in else "",
        )
        for row in uow.conn.execute(rows)
    ]  # fmt: skip


def open_download(uow: UnitOfWork, actor: Principal, attachment_id: int) -> Download:
    """Checks the permission anew, logs the download, gives the content. Raises ``NotFound`` for a file that
    does not exist, was removed, or may not be known."""
    row = uow.conn.execute(
        select(attachment, blob.c.size, blob.c.media_type)
        .join(blob, blob.c.sha256 == attachment.c.sha256)
        .where(attachment.c.id == attachment_id, permissions.visible(actor, attachment))
    ).one_or_none()
    if row is None:
        raise NotFound
    header = permissions.facts(uow, actor, row.record_id)
    if not permissions.can(actor, "download_restricted" if row.restricted else "download", None, header):
        raise NotFound
    if not blobs.exists(row.sha256):
        raise AttachmentRefused("content", f"“{row.name}”的内容已丢失，请联系管理员。", f"The content of “{row.name}” is missing; tell the administrator.")
    audit.write(uow, actor, "download", "record", row.record_id, {"attachment": attachment_id, "name": row.name})
    return Download(row.name, row.media_type, row.size, row.sha256, blobs.chunks(row.sha256))


def open_bytes(uow: UnitOfWork, actor: Principal, attachment_id: int) -> tuple[str, bytes]:
    """Name and whole content, for small files and tests."""
    download = open_download(uow, actor, attachment_id)
    return download.name, b"".join(download.chunks)


def remove(uow: UnitOfWork, actor: Principal, attachment_id: int) -> None:
    """Takes a file off its record while the record may still be changed. Within a change application a file in
    force stays until the application is approved; one the application itself added goes at once."""
    row, amendment = _to_change(uow, actor, attachment_id)
    values: dict[str, Any] = {"removed_at": uow.now} if amendment is None or row.added_in == amendment else {"removed_in": amendment}
    uow.conn.execute(update(attachment).where(attachment.c.id == attachment_id).values(**values))
    detail = {"attachment": attachment_id, "name": row.name}
    audit.write(uow, actor, "detach", "record", row.record_id, detail | _within(amendment))


def keep(uow: UnitOfWork, actor: Principal, attachment_id: int) -> None:
    """A file the actor's change application was to take off stays after all."""
    row, amendment = _to_change(uow, actor, attachment_id)
    if amendment is None or row.removed_in != amendment:
        raise NotFound
    uow.conn.execute(update(attachment).where(attachment.c.id == attachment_id).values(removed_in=None))
    detail = {"attachment": attachment_id, "name": row.name}
    audit.write(uow, actor, "attach", "record", row.record_id, detail | _within(amendment))


def _to_change(uow: UnitOfWork, actor: Principal, attachment_id: int) -> tuple[Row[Any], int | None]:
    row = uow.conn.execute(
        select(attachment).where(attachment.c.id == attachment_id, permissions.visible(actor, attachment))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row, _may_change(actor, permissions.facts(uow, actor, row.record_id))
