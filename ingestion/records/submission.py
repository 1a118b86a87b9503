"""Submitting a record: every check at once, then one step along the transitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from ingestion import audit, permissions
from ingestion.catalog.kinds import Issue
from ingestion.principal import Conflict, OperationError, Principal
from ingestion.records import checks, effects, entry
from ingestion.records.reasons import MINIMUM_REASON, visible_length
from ingestion.records.view import (
    RecordView,
    SubmissionRefused,
    change_header,
    check_version,
    header_of,
    load,
    write_step,
)
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

NOT_DECLARED = Issue(
    "non_secret",
    "提交前请确认“本信息不涉密”。",
    "Confirm that this information is not secret before submitting.",
    rule="V001",
)
NO_ENTERING_REASON = Issue(
    "entering_reason",
    f"您不是校内排名最靠前的教师：请说明由您录入的理由（至少 {MINIMUM_REASON} 个字），或转交。",
    f"You are not the own teacher of the best rank: say why you enter this (at least {MINIMUM_REASON} characters), or hand it over.",
    rule="V002",
)
NO_REASON = Issue(
    "note",
    f"疑似重复：请说明为什么不是同一项（至少 {MINIMUM_REASON} 个字）。",
    f"Possible duplicate: say why this is another one (at least {MINIMUM_REASON} characters).",
    rule="D002",
)


def warning_key(issue: Issue) -> str:
    """What ``confirmed`` must contain for a warning to be passed over."""
    return f"{issue.rule}@{issue.field}"


def submit(
    uow: UnitOfWork,
    actor: Principal,
    record_id: int,
    version: int,
    *,
    non_secret: bool,
    token: str,
    confirmed: frozenset[str] = frozenset(),
    note: str = "",
    entering_reason: str = "",
) -> RecordView:
    """Send a draft or a returned record on: a researcher's to the college (to the office where the type has no
    college level), a college's to the office; the office files directly into force, money excepted.

    ``token``: made once per filled form; the same token again gives the same record and no second step.
    ``confirmed``: ``warning_key`` of the warnings the actor has seen and keeps (a bare rule code confirms all
    of that rule). ``note``: the reason a probable duplicate is none, ``entering_reason``: why somebody other than the
    best-ranked own teacher enters the record; both are shown to the reviewer.
    Raises ``SubmissionRefused`` with every problem at once; then nothing is stored.
    """
    header = header_of(uow, actor, record_id, lock=True)
    earlier = _honoured(uow, actor, token)  # asked under the lock: the other press may have come just before
    if earlier is not None:
        return load(uow, actor, earlier)
    check_version(uow, actor, header, version)
    permissions.require(actor, "submit", header["type"], header)
    document = entry.stored(uow, header)
    checks.refuse_secrets(uow, header["type"], document, record_id)
    issues = checks.problems(uow, actor, header, document, document)
    _refuse(issues, non_secret, confirmed, note, entering_reason)
    if not _honour(uow, actor, token, record_id):
        raise Conflict("已提交，请刷新查看。", "Already submitted; reload to see it.")
    said = [("不是同一项", note.strip())] if note.strip() else []
    if entering_reason.strip() and any(i.rule == checks.ENTERED_BY_OTHER for i in issues):
        said.append(("录入理由", entering_reason.strip()))
    header = _move(uow, actor, header, document, said[0][1] if len(said) == 1 else "；".join(f"{what}：{why}" for what, why in said))
    return load(uow, actor, header["id"])


def _refuse(
    issues: list[Issue], non_secret: bool, confirmed: frozenset[str], note: str, entering_reason: str
) -> None:
    open_issues = [
        i for i in issues if i.severity == "error" or not ({warning_key(i), i.rule} - {""}) & confirmed
    ]
    if not non_secret:
        open_issues.append(NOT_DECLARED)
    near = any(i.rule == NO_REASON.rule and i.severity == "warning" for i in issues)
    if near and visible_length(note) < MINIMUM_REASON:
        open_issues.append(NO_REASON)
    other = any(i.rule == checks.ENTERED_BY_OTHER and i.severity == "warning" for i in issues)
    if other and visible_length(entering_reason) < MINIMUM_REASON:
        open_issues.append(NO_ENTERING_REASON)
    if open_issues:
        raise SubmissionRefused(open_issues)


def target(uow: UnitOfWork, actor: Principal, header: Mapping[str, Any]) -> tuple[str, str]:
    """(state, action) a submission leads to (domain/workflow_transitions.csv)."""
    type_id, state = header["type"], header["state"]
    if state == "11":
        return "10", "submit"
    if state == "21":
        return "20", "submit"
    if actor.role == "office_admin":
        return ("20", "submit") if type_id in permissions.FUNDS else ("30", "file")
    if actor.role == "college_admin":
        return "20", "submit_on_behalf"
    if actor.role == "finance" or not checks.college_level(uow, header["university_code"], type_id):
        return "20", "submit_skip"
    return "10", "submit"


def _move(
    uow: UnitOfWork, actor: Principal, header: dict[str, Any], document: Mapping[str, Any], note: str
) -> dict[str, Any]:
    to_state, action = target(uow, actor, header)
    from_state = header["state"]
    if to_state == "10" and header["college_id"] is None:
        raise OperationError("请填写所属学院。", "Choose the college.")
    values: dict[str, Any] = {"state": to_state, "non_secret": True, "submitted_at": uow.now, "step": None}
    if to_state == "30":
        values["approved_at"] = uow.now
    header = change_header(uow, header, **values)
    effects.submitted(uow, actor, header, document)
    if to_state == "30":
        number = effects.into_force(uow, actor, header, document)
    else:
        number = effects.archive(uow, actor, header, document, "submitted")
    write_step(
        uow,
        actor,
        header["id"],
        action,
        from_state,
        to_state,
        university_code=header["university_code"],
        reason=note.strip() or None,
        version_number=number,
    )
    effects.tell(
        uow, actor, effects.reviewers(uow, header, to_state), "review", header, "{it}待您审核。", "{it} waits for your review."
    )
    if action in ("submit_on_behalf", "file"):
        effects.tell(
            uow,
            actor,
            effects.owners(uow, header),
            "entered",
            header,
            f"{actor.name} 代您录入了{{it}}。",
            f"{actor.name} entered {{it}} on your behalf.",
        )
    audit.write(
        uow, actor, action, header["type"], header["id"], {"from": from_state, "to": to_state, "channel": header["channel"]}
    )
    return header


# --- the same form sent twice ----------------------------------------------------------------------------


def _honoured(uow: UnitOfWork, actor: Principal, token: str) -> int | None:
    t = p.idempotency
    found = select(t.c.record_id).where(
        t.c.token == token, t.c.account_id == actor.account_id, t.c.university_code == actor.university_code
    )
    return uow.conn.execute(found).scalar_one_or_none()


def _honour(uow: UnitOfWork, actor: Principal, token: str, record_id: int) -> bool:
    """False when another transaction honoured the token first."""
    try:
        with uow.conn.begin_nested():
            uow.conn.execute(
                insert(p.idempotency).values(
                    token=token,
                    university_code=actor.university_code,
                    account_id=actor.account_id,
                    record_id=record_id,
                    at=uow.now,
                )
            )
    except IntegrityError:
        return False
    return True
