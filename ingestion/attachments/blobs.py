"""File contents by their SHA-256, outside any web root: in ``YANSHU_HOME/attachments``, or wherever
``YANSHU_ATTACHMENTS`` points (any address fsspec knows, such as ``s3://bucket/folder``; see deploy/attachments).

No address leads to a content but the ones that ask for permission first. Equal contents are stored once. A
content is written under a name of its own, its hash taken once more on the way, and moved into place when whole,
so that a reader never meets half a file; what a killed process leaves among the drafts, ``upkeep`` clears away.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

import fsspec

from ingestion.principal import OperationError
from ingestion.store.engine import home

LOG = logging.getLogger(__name__)
CHUNK = 1 << 20
DRAFTS = "drafts"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class StorageFailed(OperationError):
    """The place of the contents does not take or give them; the log says why."""

    def __init__(self) -> None:
        super().__init__(
            "附件存储暂时不可用或空间不足，请稍后再试，或联系管理员。",
            "The place for attachments is unavailable or full. Try again later, or tell the administrator.",
        )


class Damaged(OperationError):
    """A content that is not what its hash says."""

    def __init__(self) -> None:
        super().__init__("附件内容已损坏，请联系管理员。", "The content of the attachment is damaged; tell the administrator.")


@dataclass(frozen=True)
class Stored:
    """One content as the place lists it. ``size`` in bytes, ``written`` naive UTC."""

    sha256: str
    size: int
    written: datetime


@dataclass(frozen=True)
class _Place:
    filesystem: Any
    root: str
    local: bool

    def path(self, sha256: str) -> str:
        return f"{self.root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def address() -> str:
    """Where contents are kept, as configured."""
    return os.environ.get("YANSHU_ATTACHMENTS") or f"file://{home() / 'attachments'}"


def _options(url: str) -> dict[str, Any]:
    """What an S3-compatible server is told. Nothing is looked up from profiles or instances when a key is given."""
    if not url.startswith("s3://"):
        return {}
    given = {name: os.environ.get(f"YANSHU_S3_{name}") for name in ("KEY", "SECRET", "ENDPOINT", "REGION", "ENCRYPTION")}
    options: dict[str, Any] = {
        "use_listings_cache": False,  # other processes write too
        "client_kwargs": {"region_name": given["REGION"] or "us-east-1"},
        "config_kwargs": {"connect_timeout": 5, "read_timeout": 60, "retries": {"max_attempts": 2}},
    }
    if given["KEY"]:
        options |= {"key": given["KEY"], "secret": given["SECRET"]}
    if given["ENDPOINT"]:
        options["endpoint_url"] = given["ENDPOINT"]
    if given["ENCRYPTION"]:
        options["s3_additional_kwargs"] = {"ServerSideEncryption": given["ENCRYPTION"]}
    return options


def _place() -> _Place:
    url = address()
    filesystem, root = fsspec.core.url_to_fs(url, **_options(url))
    return _Place(filesystem, root.rstrip("/"), "file" in _protocols(filesystem))


def _protocols(filesystem: Any) -> tuple[str, ...]:
    named = filesystem.protocol
    return (named,) if isinstance(named, str) else tuple(named)


def digest(content: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size in bytes."""
    content.seek(0)
    hasher, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        hasher.update(chunk)
        size += len(chunk)
    return hasher.hexdigest(), size


def put(content: BinaryIO, sha256: str, *, lasting: bool = True) -> None:
    """Stores a content under its hash; nothing to do where it is there already. Raises ``Damaged`` where the
    content is another one by now, ``StorageFailed`` where the place does not take it: nothing is left behind.
    ``lasting=False``: not safe against a power loss, for thousands of files that can be made again."""
    place = _place()
    draft = f"{place.root}/{DRAFTS}/{secrets.token_hex(16)}"
    try:
        if place.filesystem.exists(place.path(sha256)):
            return
        _folder(place, draft)
        written = _copy(place, content, draft, lasting)
        if written == sha256:
            _move(place, draft, place.path(sha256), lasting)
            return
    except Exception as problem:  # each kind of place has failures of its own
        LOG.exception("an attachment could not be stored")
        _drop(place, draft)
        raise StorageFailed from problem
    _drop(place, draft)
    raise Damaged


def _copy(place: _Place, content: BinaryIO, draft: str, lasting: bool) -> str:
    hasher = hashlib.sha256()
    content.seek(0)
    with place.filesystem.open(draft, "wb") as out:
        while chunk := content.read(CHUNK):
            hasher.update(chunk)
            out.write(chunk)
        if place.local:
            out.flush()
            os.fchmod(out.fileno(), 0o600)
            if lasting:
                os.fsync(out.fileno())
    return hasher.hexdigest()


def _folder(place: _Place, path: str) -> None:
    if place.local:
        os.makedirs(path.rsplit("/", 1)[0], mode=0o700, exist_ok=True)


def _move(place: _Place, draft: str, path: str, lasting: bool) -> None:
    if not place.local:
        place.filesystem.mv(draft, path)
        return
    _folder(place, path)
    os.replace(draft, path)
    if not lasting:
        return
    folder = os.open(path.rsplit("/", 1)[0], os.O_RDONLY)
    try:
        os.fsync(folder)  # the name outlives a power loss as well
    finally:
        os.close(folder)


def _drop(place: _Place, path: str) -> None:
    try:
        place.filesystem.rm_file(path)
    except Exception:  # it may never have come to be; upkeep clears away what stays
        LOG.debug("no draft to take away", exc_info=True)


def exists(sha256: str) -> bool:
    """Raises ``StorageFailed`` where the place cannot be asked."""
    place = _place()
    try:
        return bool(place.filesystem.exists(place.path(sha256)))
    except Exception as problem:
        LOG.exception("the place of the attachments does not answer")
        raise StorageFailed from problem


def chunks(sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The content in pieces, or its bytes from ``start`` up to ``end``. Raises ``FileNotFoundError`` where it is
    gone, ``StorageFailed`` where the place does not give it. A whole content is compared with its hash: a damaged
    one raises ``Damaged`` before its last piece."""
    whole = start == 0 and end is None
    hasher, held = hashlib.sha256(), b""
    try:
        for chunk in _pieces(sha256, start, end):
            if whole:
                hasher.update(chunk)
            if held:
                yield held
            held = chunk
    except FileNotFoundError:
        raise
    except Exception as problem:  # each kind of place has failures of its own
        LOG.exception("an attachment could not be read")
        raise StorageFailed from problem
    if whole and hasher.hexdigest() != sha256:
        LOG.error("the content %s is damaged", sha256)
        raise Damaged
    if held:
        yield held


def _pieces(sha256: str, start: int, end: int | None) -> Iterator[bytes]:
    place = _place()
    left = None if end is None else end - start
    with place.filesystem.open(place.path(sha256), "rb", **({} if place.local else {"cache_type": "readahead"})) as content:
        content.seek(start)
        while chunk := content.read(CHUNK if left is None else min(CHUNK, left)):
            if left is not None:
                left -= len(chunk)
            yield chunk


def read(sha256: str) -> bytes:
    return b"".join(chunks(sha256))


# --- upkeep -------------------------------------------------------------------------------------------


def stored() -> Iterator[Stored]:
    """Every content there is, without drafts."""
    for name, info in _listed():
        if _SHA256.fullmatch(name) and f"/{DRAFTS}/" not in info["name"]:
            yield Stored(name, int(info["size"] or 0), _written(info))


def forgotten_drafts(before: datetime) -> list[str]:
    """Drafts begun before a time (naive UTC), left by processes that did not come to their end."""
    return [info["name"] for _name, info in _listed() if f"/{DRAFTS}/" in info["name"] and _written(info) < before]


def drop_draft(path: str) -> None:
    place = _place()
    if path.startswith(f"{place.root}/{DRAFTS}/"):
        place.filesystem.rm_file(path)


def drop(sha256: str) -> None:
    """Takes a content away; for upkeep alone, which knows that nothing names it."""
    place = _place()
    try:
        place.filesystem.rm_file(place.path(sha256))
    except FileNotFoundError:
        pass


def _listed() -> Iterator[tuple[str, dict[str, Any]]]:
    place = _place()
    try:
        found = place.filesystem.find(place.root, detail=True)
    except FileNotFoundError:
        return
    for path, info in sorted(found.items()):
        yield path.rsplit("/", 1)[-1], info


def _written(info: dict[str, Any]) -> datetime:
    at = info.get("mtime") or info.get("LastModified") or info.get("created")
    if isinstance(at, datetime):
        return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return datetime.fromtimestamp(float(at or 0), UTC).replace(tzinfo=None)
