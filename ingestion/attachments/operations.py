"""Adding, replacing, renaming, restricting and removing the files of a record: always through the permission gate,
each step in the audit trail. Removing hides a file and keeps its content: what was reviewed stays provable.

On a record in force every step but restricting belongs to the actor's open change application and comes into
force with it (``changes``)."""

from __future__ import annotations

from typing import Any, BinaryIO

from sqlalchemy import Row, and_, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from ingestion import audit, permissions, settings
from ingestion.attachments import blobs, changes, kinds
from ingestion.attachments.refusals import AttachmentRefused
from ingestion.catalog import secrecy
from ingestion.catalog.kinds import FileSlot
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Denied, NotFound, Principal
from ingestion.store import platform as p
from ingestion.store.engine import Store, UnitOfWork
from ingestion.store.platform import attachment, blob

OTHER = "other"  # the slot every record has, for what the declaration does not name
UPKEEP_LOCK = 0x59414E54  # advisory lock number on PostgreSQL: contents are not cleared away while one is added


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


# --- adding -------------------------------------------------------------------------------------------


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

    Takes the store, not a transaction: checking and copying up to 50 MB must not hold one open, and a secrecy
    mark is logged although nothing is stored."""
    return _take(store, actor, record_id, slot, name, data, restricted, None)


def replace(store: Store, actor: Principal, attachment_id: int, name: str, data: bytes | BinaryIO) -> int:
    """Another file takes the place of one: same slot, restricted as that was. Returns the new attachment's id.
    Raises as ``add``; the old file stays where the new one is refused."""
    with store.read(actor.university_code) as uow:
        old, _amendment = _to_change(uow, actor, attachment_id)
    return _take(store, actor, old.record_id, old.slot, name, data, old.restricted, attachment_id)


def _take(
    store: Store, actor: Principal, record_id: int, slot: str, name: str, data: bytes | BinaryIO, restricted: bool,
    replaced: int | None,
) -> int:  # fmt: skip
    with store.read(actor.university_code) as uow:
        header = permissions.facts(uow, actor, record_id)
        _may_change(actor, header)
        if restricted and replaced is None:
            permissions.require(actor, "restrict", None, header)
        megabytes, most = limits(uow, actor.university_code)
        held = _count(uow, record_id)
    content = kinds.as_stream(data)
    try:
        name = _checked_name(name)
        sha256, size = blobs.digest(content)
        if size == 0:
            raise AttachmentRefused("empty", f"“{name}”是空文件。", f"“{name}” is empty.")
        if size > megabytes << 20:  # as file managers count
            shown = size / (1 << 20)
            raise AttachmentRefused("size", f"“{name}”为 {shown:.1f} MB，超过每个文件 {megabytes} MB 的限制。", f"“{name}” has {shown:.1f} MB; a file may have {megabytes} MB.")
        if held >= most and replaced is None:
            raise _too_many(name, most)
        _check_slot(header["type"], slot, name)
        media_type = kinds.media_type_of(name, content)
    except AttachmentRefused as refusal:
        if refusal.secrecy_rule is not None:
            audit.refused(store, actor, "attach", "record", record_id, {"secrecy_rule": refusal.secrecy_rule})
        raise
    blobs.put(content, sha256)
    with store.begin(actor.university_code) as uow:
        header, amendment = _locked(uow, actor, record_id)  # again: the record may have moved on meanwhile
        old = None if replaced is None else _to_change(uow, actor, replaced)[0]
        if old is None and _count(uow, record_id) >= most:
            raise _too_many(name, most)
        _hold(uow, content, sha256, size, media_type)
        created = _insert(uow, actor, header, amendment, slot=slot, sha256=sha256, name=name, restricted=restricted)
        detail = {"attachment": created, "name": name, "sha256": sha256} | _within(amendment)
        if old is None:
            audit.write(uow, actor, "attach", "record", record_id, detail)
        else:
            _take_off(uow, old, amendment)
            before = {"attachment": old.id, "name": old.name, "sha256": old.sha256}
            audit.write(uow, actor, "replace", "record", record_id, detail | {"before": before})
    return created


def _too_many(name: str, most: int) -> AttachmentRefused:
    return AttachmentRefused("count", f"“{name}”：每条记录最多 {most} 个附件。", f"“{name}”: a record holds at most {most} attachments.")


def _checked_name(name: str) -> str:
    name = kinds.clean_name(name)
    rule = secrecy.scan(name)
    if rule is not None:
        raise AttachmentRefused(
            "secrecy", "文件名含涉密标志，涉密数据不得上网，文件未保存。",
            "The file name carries a secrecy mark; classified data must not go online. Nothing was stored.",
            secrecy_rule=rule,
        )  # fmt: skip
    return name


def _hold(uow: UnitOfWork, content: BinaryIO, sha256: str, size: int, media_type: str) -> None:
    """The row of a content, and the content itself once more where upkeep cleared it away in between: it takes
    the same lock (on SQLite the one writer there is)."""
    if uow.dialect == "postgresql":
        uow.conn.execute(text("SELECT pg_advisory_xact_lock_shared(:number)"), {"number": UPKEEP_LOCK})
    try:
        with uow.conn.begin_nested():
            uow.conn.execute(insert(blob).values(sha256=sha256, size=size, media_type=media_type, created_at=uow.now))
    except IntegrityError:
        pass  # the same content is known already
    if not blobs.exists(sha256):
        blobs.put(content, sha256)


def _insert(uow: UnitOfWork, actor: Principal, header: dict[str, Any], amendment: int | None, **values: Any) -> int:
    created: int = uow.conn.execute(
        insert(attachment)
        .values(
            university_code=header["university_code"], record_id=header["id"], added_by=actor.account_id,
            added_at=uow.now, added_in=amendment, **values,
        )
        .returning(attachment.c.id)
    ).scalar_one()  # fmt: skip
    return created


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


# --- what may be changed ------------------------------------------------------------------------------


def _may_change(actor: Principal, header: dict[str, Any]) -> int | None:
    """The change application a step on this record's files belongs to, or None for the record itself."""
    if permissions.can(actor, "attach", None, header):
        return None
    if not permissions.can(actor, "amendment.edit", None, header):
        raise Denied
    return int(header["amendment_id"])


def _locked(uow: UnitOfWork, actor: Principal, record_id: int) -> tuple[dict[str, Any], int | None]:
    """The record's row is locked: two uploads at once do not pass the limit together, and none slips into a
    record while it is submitted."""
    uow.conn.execute(select(p.record.c.id).where(p.record.c.id == record_id).with_for_update())
    header = permissions.facts(uow, actor, record_id)
    return header, _may_change(actor, header)


def _to_change(uow: UnitOfWork, actor: Principal, attachment_id: int) -> tuple[Row[Any], int | None]:
    row = uow.conn.execute(
        select(attachment).where(attachment.c.id == attachment_id, permissions.visible(actor, attachment))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row, _may_change(actor, permissions.facts(uow, actor, row.record_id))


def _within(amendment: int | None) -> dict[str, int]:
    return {} if amendment is None else {"amendment": amendment}


def _count(uow: UnitOfWork, record_id: int) -> int:
    return uow.conn.execute(
        select(func.count()).select_from(attachment).where(attachment.c.record_id == record_id, changes.as_amended())
    ).scalar_one()


def _take_off(uow: UnitOfWork, row: Row[Any], amendment: int | None) -> None:
    """Within a change application a file in force stays until the application is approved; one the application
    itself added goes at once."""
    at_once = amendment is None or row.added_in == amendment
    values: dict[str, Any] = {"removed_at": uow.now} if at_once else {"removed_in": amendment}
    uow.conn.execute(update(attachment).where(attachment.c.id == row.id).values(**values))


# --- the other steps ----------------------------------------------------------------------------------


def remove(uow: UnitOfWork, actor: Principal, attachment_id: int) -> None:
    """Takes a file off its record while the record may still be changed."""
    row, amendment = _to_change(uow, actor, attachment_id)
    _take_off(uow, row, amendment)
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


def rename(uow: UnitOfWork, actor: Principal, attachment_id: int, name: str) -> int:
    """Another name for the same content; the extension stays. Returns the id of the attachment that carries it:
    within a change application a file in force keeps its name, and one with the new name comes with the change.

    Raises ``AttachmentRefused``; with ``secrecy_rule`` where the caller must write down the refusal
    (``audit.refusals`` does)."""
    row, amendment = _to_change(uow, actor, attachment_id)
    name = _checked_name(name)
    if kinds.extension_of(name) != kinds.extension_of(row.name):
        kept = row.name.rsplit(".", 1)[-1]
        raise AttachmentRefused("name", f"“{name}”：扩展名须保持 {kept}。", f"“{name}”: the extension stays {kept}.")
    if name == row.name:
        return attachment_id
    if amendment is None or row.added_in == amendment:
        uow.conn.execute(update(attachment).where(attachment.c.id == attachment_id).values(name=name))
        renamed = attachment_id
    else:
        _take_off(uow, row, amendment)
        header = permissions.facts(uow, actor, row.record_id)
        renamed = _insert(uow, actor, header, amendment, slot=row.slot, sha256=row.sha256, name=name, restricted=row.restricted)
    detail = {"attachment": renamed, "before": row.name, "after": name}
    audit.write(uow, actor, "rename", "record", row.record_id, detail | _within(amendment))
    return renamed


def restrict(uow: UnitOfWork, actor: Principal, attachment_id: int, restricted: bool) -> None:
    """受限: from now on nobody without the right knows of the file; or open again. At once, on a record in force
    too: it changes who may look and nothing that was reviewed. The same content under another name of the record, as
    a change application may bring it, goes along."""
    row = uow.conn.execute(
        select(attachment).where(attachment.c.id == attachment_id, permissions.visible(actor, attachment))
    ).one_or_none()
    if row is None:
        raise NotFound
    permissions.require(actor, "restrict", None, permissions.facts(uow, actor, row.record_id))
    if row.restricted == restricted:
        return
    same = and_(attachment.c.record_id == row.record_id, attachment.c.sha256 == row.sha256, attachment.c.removed_at.is_(None))
    uow.conn.execute(update(attachment).where(same).values(restricted=restricted))
    detail = {"attachment": attachment_id, "name": row.name}
    audit.write(uow, actor, "restrict" if restricted else "unrestrict", "record", row.record_id, detail)
