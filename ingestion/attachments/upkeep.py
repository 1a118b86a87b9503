"""Whether every attachment has its content, and contents nobody names any more.

A content stays as long as any attachment names it, removed ones too: what was reviewed stays provable. What is left
over comes from drafts thrown away and from processes that were killed between storing a file and writing its row.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, exists, select, text

from ingestion.attachments import blobs
from ingestion.attachments.operations import UPKEEP_LOCK
from ingestion.store.engine import ALL, Store, UnitOfWork, utc_now
from ingestion.store.platform import attachment, blob

LOG = logging.getLogger(__name__)
AGE = timedelta(days=1)  # an upload takes minutes; nothing younger is taken for forgotten
AT_ONCE = 200


@dataclass(frozen=True)
class Lost:
    """An attachment whose content is gone, or is not what was stored."""

    university_code: str
    record_id: int
    name: str


@dataclass
class Report:
    """``contents``/``size`` (bytes): what attachments name. ``lost``: without content, ``damaged``: with another
    one. ``orphans``/``orphan_size``: contents nobody names. ``drafts``: uploads that never came to their end."""

    contents: int = 0
    size: int = 0
    lost: list[Lost] = field(default_factory=list)
    damaged: list[Lost] = field(default_factory=list)
    orphans: int = 0
    orphan_size: int = 0
    drafts: int = 0


@dataclass(frozen=True)
class Cleaned:
    contents: int
    size: int
    drafts: int


def examine(store: Store, *, full: bool = False) -> Report:
    """Compares rows and contents by presence and size; ``full`` reads every content and takes its hash anew."""
    there = {content.sha256: content.size for content in blobs.stored()}
    report = Report(drafts=len(blobs.forgotten_drafts(utc_now() - AGE)))
    with store.read(ALL) as uow:
        named = {row.sha256: row.size for row in uow.conn.execute(select(blob.c.sha256, blob.c.size).where(_is_named()))}
        gone = [sha for sha in named if sha not in there]
        wrong = [sha for sha, size in named.items() if sha in there and there[sha] != size]
        if full:
            wrong += [sha for sha in named if sha in there and there[sha] == named[sha] and not _whole(sha)]
        report.lost, report.damaged = list(_attached(uow, gone)), list(_attached(uow, wrong))
    report.contents, report.size = len(named), sum(named.values())
    unnamed = [size for sha, size in there.items() if sha not in named]
    report.orphans, report.orphan_size = len(unnamed), sum(unnamed)
    return report


def clean(store: Store, older_than: timedelta = AGE) -> Cleaned:
    """Takes away contents nobody names and forgotten drafts, both older than a day. Safe beside uploads: each
    batch is judged again under a lock that an upload takes too."""
    before = utc_now() - older_than
    with store.read(ALL) as uow:
        named: set[str] = set(uow.conn.execute(select(blob.c.sha256).where(_is_named())).scalars())
    candidates = {c.sha256: c.size for c in blobs.stored() if c.sha256 not in named and c.written < before}
    count = size = 0
    shas = sorted(candidates)
    for at in range(0, len(shas), AT_ONCE):
        with store.begin(ALL) as uow:
            for sha in _unnamed(uow, shas[at : at + AT_ONCE]):
                uow.conn.execute(delete(blob).where(blob.c.sha256 == sha))
                blobs.drop(sha)
                count, size = count + 1, size + candidates[sha]
    drafts = blobs.forgotten_drafts(before)
    for path in drafts:
        blobs.drop_draft(path)
    if count or drafts:
        LOG.warning("cleared away %s contents nobody names (%s bytes) and %s drafts", count, size, len(drafts))
    return Cleaned(count, size, len(drafts))


def _is_named() -> ColumnElement[bool]:
    return exists().where(attachment.c.sha256 == blob.c.sha256)


def _unnamed(uow: UnitOfWork, shas: list[str]) -> list[str]:
    if uow.dialect == "postgresql":
        uow.conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": UPKEEP_LOCK})
    held: set[str] = set(uow.conn.execute(select(attachment.c.sha256).where(attachment.c.sha256.in_(shas))).scalars())
    return [sha for sha in shas if sha not in held]


def _attached(uow: UnitOfWork, shas: Iterable[str]) -> Iterator[Lost]:
    wanted = sorted(shas)
    for at in range(0, len(wanted), AT_ONCE):
        rows = uow.conn.execute(
            select(attachment.c.university_code, attachment.c.record_id, attachment.c.name)
            .where(attachment.c.sha256.in_(wanted[at : at + AT_ONCE]))
            .order_by(attachment.c.id)
        )
        yield from (Lost(row.university_code, row.record_id, row.name) for row in rows)


def _whole(sha256: str) -> bool:
    try:
        for _chunk in blobs.chunks(sha256):
            pass
    except (blobs.Damaged, FileNotFoundError):
        return False
    return True
