"""File contents by their SHA-256, outside any web root: in ``YANSHU_HOME/attachments``, or wherever
``YANSHU_ATTACHMENTS`` points (any address fsspec knows, such as ``s3://bucket/folder``).

Equal contents are stored once. A content is written under a name of its own and moved into place, so that a
reader never meets half a file.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from typing import Any, BinaryIO

import fsspec

from ingestion.store.engine import home

CHUNK = 1 << 20


def _place() -> tuple[Any, str]:
    url = os.environ.get("YANSHU_ATTACHMENTS") or f"file://{home() / 'attachments'}"
    filesystem, root = fsspec.core.url_to_fs(url)
    return filesystem, root.rstrip("/")


def _path(root: str, sha256: str) -> str:
    return f"{root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def digest(content: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size in bytes."""
    content.seek(0)
    hasher, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        hasher.update(chunk)
        size += len(chunk)
    return hasher.hexdigest(), size


def put(content: BinaryIO, sha256: str) -> None:
    """Stores a content under its hash; nothing to do where it is there already."""
    filesystem, root = _place()
    path = _path(root, sha256)
    if filesystem.exists(path):
        return
    filesystem.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
    draft = f"{path}.{secrets.token_hex(8)}"
    content.seek(0)
    with filesystem.open(draft, "wb") as out:
        while chunk := content.read(CHUNK):
            out.write(chunk)
    filesystem.mv(draft, path)


def exists(sha256: str) -> bool:
    filesystem, root = _place()
    return bool(filesystem.exists(_path(root, sha256)))


def chunks(sha256: str) -> Iterator[bytes]:
    """The content in pieces. Raises ``FileNotFoundError`` where it is gone."""
    filesystem, root = _place()
    with filesystem.open(_path(root, sha256), "rb") as content:
        while chunk := content.read(CHUNK):
            yield chunk


def read(sha256: str) -> bytes:
    return b"".join(chunks(sha256))
