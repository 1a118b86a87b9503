"""Who hears of a batch: one message a person, however many records name them (AC-132), and one a reviewer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, insert, select

from ingestion import messages
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal
from ingestion.records import effects
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

KIND = "claim"


def tell(uow: UnitOfWork, actor: Principal, type_id: str, batch_id: int, state: str) -> int:
    """Tell the people named in the batch's new records, the owners of changed ones and, where the records wait for
    review, the reviewers. Returns how many messages were sent."""
    name = ALL_RECORDS[type_id]
    sent = 0
    if type_id not in ("person", "expert"):
        zh = f"{actor.name} 导入了与您有关的{name.zh} {{n}} 项，请认领：确认是您的，或说明不是您的。"
        en = f"{actor.name} imported {{n}} records ({name.en}) that name you; please claim them, or say they are not yours."
        sent += _each(uow, actor, _named(uow, actor, batch_id), KIND, zh, en)
    zh = f"{actor.name} 通过导入更新了您的{name.zh} {{n}} 项。"
    en = f"{actor.name} changed {{n}} of your records ({name.en}) by an import."
    sent += _each(uow, actor, _owners(uow, batch_id), "entered", zh, en)
    if state in ("10", "20"):
        sent += _reviewers(uow, actor, type_id, batch_id, state)
    return sent


def _each(uow: UnitOfWork, actor: Principal, counts: Iterable[tuple[int, int]], kind: str, zh: str, en: str) -> int:
    """(account, number) → one message each, in one statement; never to the one who imported."""
    rows = [
        {
            "university_code": actor.university_code, "account_id": account_id, "kind": kind, "title_zh": zh.format(n=n),
            "title_en": en.format(n=n), "record_id": None, "at": uow.now,
        }
        for account_id, n in counts
        if account_id != actor.account_id
    ]  # fmt: skip
    assert kind in messages.KINDS
    if rows:
        uow.conn.execute(insert(p.message), rows)
    return len(rows)


def _named(uow: UnitOfWork, actor: Principal, batch_id: int) -> list[tuple[int, int]]:
    c, r, a = p.contributor, p.record, p.account
    rows = uow.conn.execute(
        select(a.c.id, func.count(r.c.id.distinct()))
        .select_from(r)
        .join(c, c.c.record_id == r.c.id)
        .join(a, a.c.person_id == c.c.person_id)
        .where(
            r.c.university_code == actor.university_code, r.c.batch_id == batch_id, a.c.university_code == actor.university_code,
            a.c.enabled.is_(True),
        )
        .group_by(a.c.id)
    )  # fmt: skip
    return [(row[0], row[1]) for row in rows]


def _owners(uow: UnitOfWork, batch_id: int) -> list[tuple[int, int]]:
    row, r, a = p.import_row, p.record, p.account
    rows = uow.conn.execute(
        select(a.c.id, func.count(r.c.id.distinct()))
        .select_from(row)
        .join(r, r.c.id == row.c.record_id)
        .join(a, a.c.person_id == r.c.owner_person_id)
        .where(row.c.batch_id == batch_id, row.c.result == "changed", a.c.university_code == r.c.university_code, a.c.enabled.is_(True))
        .group_by(a.c.id)
    )
    return [(one[0], one[1]) for one in rows]


def _reviewers(uow: UnitOfWork, actor: Principal, type_id: str, batch_id: int, state: str) -> int:
    r = p.record
    waiting: Any = uow.conn.execute(
        select(r.c.college_id, func.count())
        .where(r.c.university_code == actor.university_code, r.c.batch_id == batch_id, r.c.state == state)
        .group_by(r.c.college_id)
    ).all()
    counts: dict[int, int] = {}
    for college_id, n in waiting:
        header: dict[str, Any] = {
            "university_code": actor.university_code, "college_id": college_id, "type": type_id, "entered_by": actor.account_id,
            "owner_person_id": None,
        }  # fmt: skip
        for account_id in effects.reviewers(uow, header, state):
            counts[account_id] = counts.get(account_id, 0) + n
    name = ALL_RECORDS[type_id]
    zh = f"{actor.name} 导入了{name.zh} {{n}} 项，待您审核。"
    en = f"{actor.name} imported {{n}} records ({name.en}) that wait for your review."
    return _each(uow, actor, counts.items(), "review", zh, en)
