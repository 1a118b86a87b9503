"""Data-quality findings as rows of the store: opened when a check fails, closed when it passes again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert, select, update

from ingestion import quality_tasks
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

Severity = Literal["error", "warning"]
_CHUNK = 400


@dataclass(frozen=True)
class Found:
    """One thing a check found. ``record_id`` None: it concerns the university as a whole. ``rule`` is the
    check's stable name; rule, record and field together identify a finding."""

    record_id: int | None
    rule: str
    field: str
    severity: Severity
    text_zh: str
    text_en: str

    @property
    def identity(self) -> tuple[int | None, str, str]:
        return self.record_id, self.rule, self.field


def sync(
    uow: UnitOfWork,
    university_code: str,
    source: str,
    rules: frozenset[str],
    found: Iterable[Found],
    record_ids: frozenset[int] | None = None,
) -> tuple[int, int]:
    """Make the open findings of ``source`` equal to ``found``, as far as ``rules`` were checked (on
    ``record_ids`` only, where given). Returns how many were opened and closed.

    What another source (an import) has open for the same record and field is not opened a second time. What is with
    nobody yet, of any source, becomes the task of whoever can mend it.
    """
    f = p.finding
    standing = uow.conn.execute(
        select(f.c.id, f.c.record_id, f.c.rule, f.c.field, f.c.source, f.c.account_id).where(
            f.c.university_code == university_code, f.c.closed_at.is_(None)
        )
    ).all()
    own = {(row.record_id, row.rule, row.field): row for row in standing if row.source == source}
    others = {(row.record_id, row.field) for row in standing if row.source != source and row.record_id is not None}
    wanted = {item.identity: item for item in found if (item.record_id, item.field) not in others}

    closed = [
        row.id
        for identity, row in own.items()
        if identity not in wanted
        and row.rule in rules
        and (record_ids is None or row.record_id is None or row.record_id in record_ids)
    ]
    for start in range(0, len(closed), _CHUNK):
        uow.conn.execute(update(f).where(f.c.id.in_(closed[start : start + _CHUNK])).values(closed_at=uow.now))
    opened = [item for identity, item in wanted.items() if identity not in own]
    gone = frozenset(closed)
    unassigned = [row.id for row in standing if row.account_id is None and row.id not in gone]
    if opened:
        unassigned += uow.conn.execute(
            insert(f).returning(f.c.id),
            [
                {
                    "university_code": university_code,
                    "record_id": item.record_id,
                    "rule": item.rule,
                    "field": item.field,
                    "severity": item.severity,
                    "text_zh": item.text_zh,
                    "text_en": item.text_en,
                    "source": source,
                    "opened_at": uow.now,
                }
                for item in opened
            ],
        ).scalars()
    if unassigned:
        quality_tasks.hand_out(uow, university_code, unassigned)
    return len(opened), len(closed)
