"""What makes a university look worked in: changes under review, messages, a notice of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ingestion import accounts, amendments, messages, notices
from ingestion.bulk import Who
from ingestion.principal import OperationError
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.platform import account
from pipelines.demo.fill import Scene

CHANGES = (("paper", 3), ("award", 1), ("book", 1))
TOLD = 40


def add(uow: UnitOfWork, university: str, office: str, scene: Scene, researchers: dict[int, Who]) -> None:
    """Some open changes by those who own the records, and what people would have been told of returns."""
    notices.publish(
        uow, accounts.principal_for(uow, university, office), "请完善个人信息并录入本年度科研成果",
        "请各位老师登录后核对个人信息，并在年底前录入本年度的科研成果。涉密数据不得上网。", scene.as_of,
    )  # fmt: skip
    _changes(uow, university, scene, researchers)
    _returns(uow, university, researchers)


def _changes(uow: UnitOfWork, university: str, scene: Scene, researchers: dict[int, Who]) -> None:
    r = p.record
    for type_id, wanted in CHANGES:
        rows = uow.conn.execute(
            select(r.c.id, r.c.owner_person_id)
            .where(r.c.university_code == university, r.c.type == type_id, r.c.state == "30", r.c.owner_person_id.in_(list(researchers)))
            .order_by(r.c.id.desc())
            .limit(wanted)
        ).all()
        for row in rows:
            actor = _principal(uow, university, researchers[row.owner_person_id])
            try:
                amendments.open(uow, actor, row.id, "信息有误，申请更正")
            except OperationError:
                continue  # a record the rules do not let its owner change


def _principal(uow: UnitOfWork, university: str, who: Who) -> Any:
    name = uow.conn.execute(select(account.c.username).where(account.c.id == who.account_id)).scalar_one()
    return accounts.principal_for(uow, university, name, "researcher")


def _returns(uow: UnitOfWork, university: str, researchers: dict[int, Who]) -> None:
    r, e = p.record, p.review_event
    rows = uow.conn.execute(
        select(r.c.id, r.c.title, r.c.owner_person_id, e.c.reason)
        .join(e, e.c.record_id == r.c.id)
        .where(r.c.university_code == university, r.c.state.in_(("11", "21")), e.c.action == "return", r.c.owner_person_id.in_(list(researchers)))
        .order_by(r.c.id.desc())
        .limit(TOLD)
    ).all()
    for row in rows:
        messages.send(
            uow, researchers[row.owner_person_id].account_id, "returned", f"《{row.title}》已退回：{row.reason}",
            f"“{row.title}” was returned: {row.reason}", row.id,
        )  # fmt: skip
