"""What the predicate must know about one record beside its header."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select

from ingestion.permissions.policy import FUNDS
from ingestion.permissions.visibility import visible
from ingestion.principal import NotFound, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today


def facts(uow: UnitOfWork, principal: Principal, record_id: int) -> dict[str, Any]:
    """The header of a record as a dict with what ``can`` needs beside it: ``named``, ``finance_held``, and
    ``amendment_id``, ``amendment_state``, ``amendment_opened_by`` of its open amendment (else None).

    Raises ``NotFound`` for a record that does not exist or may not be seen."""
    row = uow.conn.execute(
        select(p.record).where(p.record.c.id == record_id, visible(principal, p.record))
    ).mappings().one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return with_facts(uow, principal, dict(row))


def with_facts(uow: UnitOfWork, principal: Principal, header: dict[str, Any]) -> dict[str, Any]:
    """Adds to a header what ``facts`` adds."""
    header["named"] = False
    if principal.person_id is not None:
        header["named"] = (
            uow.conn.execute(
                select(p.contributor.c.id).where(
                    p.contributor.c.record_id == header["id"],
                    p.contributor.c.person_id == principal.person_id,
                    p.contributor.c.claim != "declined",
                )
            ).first()
            is not None
        )
    amendment = uow.conn.execute(
        select(p.amendment.c.id, p.amendment.c.state, p.amendment.c.opened_by).where(
            p.amendment.c.record_id == header["id"], p.amendment.c.is_open
        )
    ).one_or_none()
    header["amendment_id"] = amendment.id if amendment else None
    header["amendment_state"] = amendment.state if amendment else None
    header["amendment_opened_by"] = amendment.opened_by if amendment else None
    header["finance_held"] = header["type"] in FUNDS and finance_held(uow, header["university_code"])
    if principal.role == "college_admin":
        header["steps_aside"] = header["college_id"] != principal.unit_id or steps_aside(uow, principal.university_code)
    return header


def steps_aside(uow: UnitOfWork, university_code: str) -> bool:
    """Does the university's 回避 setting keep a secretary from reviewing what names them? (``settings`` declares it;
    it stands above this module, so the row is read here.)"""
    s = p.setting.c
    found = select(s.university_code, s.value).where(s.key == "reviewers_step_aside", s.university_code.in_([university_code, "*"]))
    values = {row.university_code: row.value for row in uow.conn.execute(found)}
    return values.get(university_code, values.get("*")) != "false"


def finance_held(uow: UnitOfWork, university_code: str) -> bool:
    """Does anybody in the university hold the role finance today? Then finance takes a fund's last step."""
    grant, account, day = p.account_grant, p.account, today()
    found = uow.conn.execute(
        select(func.count())
        .select_from(grant.join(account, account.c.id == grant.c.account_id))
        .where(
            grant.c.university_code == university_code,
            grant.c.role == "finance",
            grant.c.valid_from <= day,
            or_(grant.c.valid_to.is_(None), grant.c.valid_to >= day),
            account.c.enabled.is_(True),
        )
    ).scalar_one()
    return bool(found)
