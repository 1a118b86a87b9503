"""认领: a person confirms or denies being the contributor somebody else linked.

An unanswered link counts (``filed``), a confirmed one does, a declined one no longer does for that person; the
record itself stays as it is and keeps counting for college and university.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from ingestion import audit, permissions
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
