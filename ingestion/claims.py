"""认领: a person confirms or denies being the contributor somebody else linked.

An unanswered link counts (``filed``), a confirmed one does, a declined one no longer does for that person; the
record itself stays as it is and keeps counting for college and university.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from ingestion import audit, duplicates, permissions, serializer
from ingestion.derive import number_of
from ingestion.principal import Denied, NotFound, Principal
from ingestion.records import effects
from ingestion.records.view import change_header, header_of, write_step
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork


@dataclass(frozen=True)
class Claim:
    """A record somebody else entered that names the actor."""

    record_id: int
    number: str
    type_id: str
    title: str
    rank: int
    name: str
    entered_by: str


def pending(uow: UnitOfWork, actor: Principal, limit: int = 100) -> list[Claim]:
    """What names the actor, was entered by somebody else and is not answered yet; the newest first."""
    if actor.person_id is None:
        return []
    c, r = p.contributor, p.record
    statement = (
        select(r.c.id, r.c.type, r.c.title, c.c.rank, c.c.name, p.account.c.name.label("entered_by"))
        .join(r, r.c.id == c.c.record_id)
        .join(p.account, p.account.c.id == r.c.entered_by)
        .where(
            permissions.visible(actor, r),
            c.c.person_id == actor.person_id,
            c.c.claim == "filed",
            r.c.entered_by != actor.account_id,
            r.c.state.not_in(("00", p.LOADING, "90")),
        )
        .order_by(r.c.id.desc())
        .limit(limit)
    )
    return [
        Claim(row.id, number_of(row.type, row.id), row.type, row.title, row.rank, row.name, row.entered_by)
        for row in uow.conn.execute(statement)
    ]


def confirm(uow: UnitOfWork, actor: Principal, record_id: int) -> None:
    """认领: yes, this is mine."""
    _answer(uow, actor, record_id, "confirmed")


def decline(uow: UnitOfWork, actor: Principal, record_id: int) -> None:
    """不是我的: the personal credit goes, the owner is the next own staff contributor, the college is told."""
    header = _answer(uow, actor, record_id, "declined")
    if header["owner_person_id"] == actor.person_id:
        c = p.contributor
        following = select(c.c.person_id).where(
            c.c.record_id == record_id, c.c.kind == "staff", c.c.person_id.is_not(None), c.c.claim != "declined"
        )
        owner = uow.conn.execute(following.order_by(c.c.rank).limit(1)).scalar_one_or_none()
        header = change_header(uow, header, owner_person_id=owner)
    effects.tell(
        uow,
        actor,
        effects.reviewers(uow, {**header, "entered_by": None}, "10"),
        "claim",
        header,
        f"{actor.name} 表示{{it}}不是本人成果，请核对。",
        f"{actor.name} says {{it}} is not theirs; please look into it.",
    )


def waits_for(uow: UnitOfWork, actor: Principal, record_id: int) -> bool:
    """Does a record name the actor, entered by somebody else and not answered yet?"""
    return any(one.record_id == record_id for one in pending(uow, actor))


def ask_in(
    uow: UnitOfWork, actor: Principal, type_id: str, document: Mapping[str, Any], draft_id: int | None = None
) -> str:
    """认领 from a form whose natural key another record holds (AC-175, AC-230): one record and one claim, not two
    records. Where that record names the actor the link is confirmed; else its people and college are asked to add
    them. Nothing is told about a record the actor may not see. Returns "confirmed" or "asked"."""
    if actor.person_id is None:
        raise Denied
    found = duplicates.holders(uow, actor.university_code, type_id, serializer.clean(type_id, document), draft_id)
    if not found:
        raise NotFound
    c, r = p.contributor, p.record
    named = select(c.c.id).where(c.c.record_id == found[0], c.c.person_id == actor.person_id, c.c.claim != "declined")
    header = dict(uow.conn.execute(select(r).where(r.c.id == found[0])).mappings().one())
    if uow.conn.execute(named).first() is not None and header["state"] != "00":
        confirm(uow, actor, found[0])
        return "confirmed"
    asked = {*effects.owners(uow, header), *effects.reviewers(uow, {**header, "entered_by": None, "owner_person_id": None}, "10")}
    words = (f"{actor.name} 称也是{{it}}的完成人，请核对，需要时以变更申请补充。", f"{actor.name} says they contributed to {{it}} too; check it and add them by a change if so.")
    effects.tell(uow, actor, asked, "claim", header, *words)
    audit.write(uow, actor, "claim.asked", header["type"], header["id"])
    return "asked"


def _answer(uow: UnitOfWork, actor: Principal, record_id: int, answer: str) -> dict[str, object]:
    if actor.person_id is None:
        raise Denied
    header = header_of(uow, actor, record_id, lock=True)
    c = p.contributor
    mine = (c.c.record_id == record_id, c.c.person_id == actor.person_id)
    if uow.conn.execute(select(c.c.id).where(*mine)).first() is None:
        raise NotFound
    uow.conn.execute(update(c).where(*mine).values(claim=answer))
    write_step(
        uow, actor, record_id, answer, header["state"], header["state"], university_code=header["university_code"]
    )
    audit.write(uow, actor, f"claim.{answer}", header["type"], record_id)
    return header
