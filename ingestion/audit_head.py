"""The newest sealed block, remembered outside the store.

Whoever can write to the database can delete the newest blocks together with their rows, and what is left links up.
So the sealer notes the head of the chain, signed, in ``YANSHU_HOME/keys/audit-head.json``: one entry a store
(``{"store id": {"block", "hash", "signature"}}``), written after the block is committed, never before. A crash between
the two leaves the note one block behind, which is no fault. A note that the store does not bear out stays as it is, so
that the fault is told until somebody has looked into it (SECURITY S11).
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ingestion import vault
from ingestion.store.engine import ALL, UnitOfWork
from ingestion.store.platform import audit_block, setting

STORE_ID = "store_id"  # the row that ``store.setup`` writes


def path() -> Path:
    return vault.key_path().with_name("audit-head.json")


def _read() -> dict[str, Any]:
    """The notes of every store; ValueError where the file cannot be read."""
    try:
        found = json.loads(path().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    if not isinstance(found, dict):
        raise ValueError("the file of chain heads holds no object")
    return found


def _message(store: str, block: int, digest: str) -> bytes:
    return f"audit head\n{store}\n{block}\n{digest}".encode()


def _store(uow: UnitOfWork) -> str:
    wanted = select(setting.c.value).where(setting.c.university_code == ALL, setting.c.key == STORE_ID)
    return str(uow.conn.execute(wanted).scalar_one_or_none() or "")


def _stands(uow: UnitOfWork, note: dict[str, Any]) -> bool:
    found = uow.conn.execute(select(audit_block.c.hash).where(audit_block.c.id == note["block"])).scalar_one_or_none()
    return bool(found == note["hash"])


def move(uow: UnitOfWork) -> None:
    """Note the newest block once this transaction is committed, unless the note before it does not hold."""
    newest = uow.conn.execute(select(audit_block.c.id, audit_block.c.hash).order_by(audit_block.c.id.desc()).limit(1)).one_or_none()
    if newest is None or problem(uow) is not None:
        return
    store = _store(uow)
    if _read().get(store, {}).get("hash") != newest.hash:
        uow.afterwards.append(lambda: _write(store, int(newest.id), str(newest.hash)))


def _write(store: str, block: int, digest: str) -> None:
    note = {"block": block, "hash": digest, "signature": vault.sign(_message(store, block, digest))}
    draft = path().with_name(f"{path().name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, json.dumps(_read() | {store: note}, indent=1).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.replace(path())


def problem(uow: UnitOfWork) -> tuple[str, str] | None:
    """What is wrong between note and store, as a sentence (zh, en); None where there is no note yet."""
    store, note = _store(uow), None
    try:
        if store not in (notes := _read()):
            return None
        note = dict(notes[store])
        signed = vault.signature_holds(_message(store, note["block"], note["hash"]), note["signature"])
    except (ValueError, KeyError, TypeError):
        signed = False
    if not signed or note is None:
        return (
            "密钥目录中记下的审计链尾（audit-head.json）无法读取或签名不成立。",
            "The head of the audit chain noted beside the keys (audit-head.json) cannot be read or its signature is wrong.",
        )
    if not _stands(uow, note):
        return (
            f"审计区块 {note['block']} 曾被记为链尾，现已缺失或被改动：最近的审计记录可能连同区块一起被删除。"
            "如果刚从备份恢复了数据库，请核对后移走密钥目录中的 audit-head.json。",
            f"Audit block {note['block']} was noted as the head of the chain and is missing or changed: the newest audit entries may "
            "have been deleted with their blocks. If the database was just restored from a backup, check it, then move away "
            "audit-head.json beside the keys.",
        )
    return None
