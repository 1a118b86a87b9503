"""Three-level review: what waits for whom, and the steps a reviewer takes (domain/workflow_transitions.csv)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select, union

from ingestion import amendments, audit, permissions
from ingestion.principal import Conflict, Denied, Principal
from ingestion.records import checks, effects, entry
from ingestion.records.reasons import reason as checked_reason
from ingestion.records.view import (
    COLLEGE_STATE,
    OFFICE_STATE,
    RecordView,
    SubmissionRefused,
    change_header,
    check_version,
    college_approved,
    handled_by,
    header_of,
    last_step,
    load,
    write_step,
)
from ingestion.review_queue import Waiting, counts, done, queue, set_aside
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

__all__ = [
    "Waiting",
    "answer",
    "approve",
    "ask",
    "counts",
    "done",
    "hand_back",
    "history",
    "open_question",
    "queue",
    "return_",
    "set_aside",
    "track",
    "unanswered",
    "withdraw",
]

SETTLED_BEFORE_APPROVAL = frozenset({"V004", "D001"})  # codes valid; duplicates settled


def approve(uow: UnitOfWork, actor: Principal, record_id: int, version: int) -> RecordView:
    """通过: one level up; the last level brings the record into force. For a record in force with a change
    application the application is approved, and ``version`` is the application's.

    Raises ``StaleVersion`` (已由 X 于 hh:mm 处理) when another reviewer was first, ``Denied`` for an own item
    or another college's, ``SubmissionRefused`` when a code was retired or a duplicate appeared meanwhile."""
    header = header_of(uow, actor, record_id, lock=True)
    if header["state"] == "30" and header["amendment_id"] is not None:
        return amendments.approve(uow, actor, record_id, version)
    _turn_of(uow, actor, header, version, "approve")
    document = entry.stored(uow, header)
    from_state = header["state"]
    if from_state == OFFICE_STATE:
        found = checks.problems(uow, actor, header, document, document)
        unsettled = [i for i in found if i.severity == "error" and i.rule in SETTLED_BEFORE_APPROVAL]
        if unsettled:
            raise SubmissionRefused(unsettled)
        header = change_header(uow, header, state="30", approved_at=uow.now)
        number: int | None = effects.into_force(uow, actor, header, document)
    else:
        header, number = change_header(uow, header, state=OFFICE_STATE), None
    _step(uow, actor, header, "approve", from_state, version_number=number)
    if header["state"] == "30":
        told = {*effects.owners(uow, header), *_earlier_reviewers(uow, record_id)}
        effects.tell(uow, actor, told, "approved", header, "{it}已通过。", "{it} was approved.")
    else:
        waiting = effects.reviewers(uow, header, OFFICE_STATE)
        effects.tell(uow, actor, waiting, "review", header, "{it}待您审核。", "{it} waits for your review.")
    return load(uow, actor, record_id)


def return_(
    uow: UnitOfWork, actor: Principal, record_id: int, version: int, reason: str, marked_fields: tuple[str, ...] = ()
) -> RecordView:
    """退回 for correction, with a reason and the fields it is about."""
    header = header_of(uow, actor, record_id, lock=True)
    if header["state"] == "30" and header["amendment_id"] is not None:
        return amendments.return_(uow, actor, record_id, version, reason, marked_fields)
    _turn_of(uow, actor, header, version, "return")
    text, from_state = checked_reason(reason), header["state"]
    header = change_header(uow, header, state="11" if from_state == COLLEGE_STATE else "21")
    effects.taken_back(uow, header, keep_keys=True)
    _step(uow, actor, header, "return", from_state, reason=text, marked_fields=tuple(marked_fields))
    effects.tell(
        uow,
        actor,
        effects.owners(uow, header),
        "returned",
        header,
        f"{{it}}被退回，原因：{text}",
        f"{{it}} was returned: {text}",
    )
    return load(uow, actor, record_id)


def withdraw(uow: UnitOfWork, actor: Principal, record_id: int, version: int) -> RecordView:
    """撤回: back to a draft, until the college has acted on it (AC-081)."""
    header = header_of(uow, actor, record_id, lock=True)
    if header["state"] == "30" and header["amendment_id"] is not None:
        return amendments.withdraw(uow, actor, record_id, version)
    _turn_of(uow, actor, header, version, "withdraw")
    if college_approved(uow, record_id):
        raise Conflict("学院已处理，不能撤回。", "The college has acted on it; it can no longer be taken back.")
    from_state = header["state"]
    header = change_header(uow, header, state="00")
    effects.taken_back(uow, header, keep_keys=False)
    _step(uow, actor, header, "withdraw", from_state)
    return load(uow, actor, record_id)


def hand_back(uow: UnitOfWork, actor: Principal, record_id: int, version: int, reason: str) -> RecordView:
    """The office gives a record back to the college's step."""
    header = header_of(uow, actor, record_id, lock=True)
    _turn_of(uow, actor, header, version, "hand_back")
    text, from_state = checked_reason(reason), header["state"]
    header = change_header(uow, header, state=COLLEGE_STATE)
    _step(uow, actor, header, "hand_back", from_state, reason=text)
    effects.tell(
        uow,
        actor,
        effects.reviewers(uow, header, COLLEGE_STATE),
        "review",
        header,
        f"{{it}}由学校转回学院审核：{text}",
        f"{{it}} was handed back to the college: {text}",
    )
    return load(uow, actor, record_id)


def ask(uow: UnitOfWork, actor: Principal, record_id: int, question: str) -> None:
    """询问: a question to the record's people, or to who applies for a change of it; it pauses nothing."""
    header = header_of(uow, actor, record_id, lock=True)
    amendment = header["amendment_id"] if header["state"] == "30" else None
    permissions.require(actor, "ask" if amendment is None else "amendment.ask", header["type"], header)
    text = checked_reason(question)
    _step(uow, actor, header, "ask", header["state"], reason=text, amendment_id=amendment)
    asked = effects.owners(uow, header) if amendment is None else [header["amendment_opened_by"]]
    effects.tell(
        uow,
        actor,
        asked,
        "question",
        header,
        f"{actor.name} 询问{{it}}：{text}",
        f"{actor.name} asks about {{it}}: {text}",
    )


def answer(uow: UnitOfWork, actor: Principal, record_id: int, text: str) -> None:
    """The answer of the record's own people to the latest question, as often as they have something to add."""
    header = header_of(uow, actor, record_id, lock=True)
    if permissions.reach_of(actor, header) != "own":
        raise Denied
    event = p.review_event
    asked = select(event.c.account_id, event.c.amendment_id).where(event.c.record_id == record_id, event.c.action == "ask")
    question = uow.conn.execute(asked.order_by(event.c.id.desc()).limit(1)).one_or_none()
    if question is None:
        raise Denied
    words = checked_reason(text)
    _step(uow, actor, header, "answer", header["state"], reason=words, amendment_id=question.amendment_id)
    effects.tell(
        uow,
        actor,
        [question.account_id],
        "question",
        header,
        f"{actor.name} 就{{it}}答复：{words}",
        f"{actor.name} answered about {{it}}: {words}",
    )


def open_question(events: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The last question of a history that nobody has answered, or None."""
    said = [e for e in events if e["action"] in ("ask", "answer")]
    return said[-1] if said and said[-1]["action"] == "ask" else None


def unanswered(uow: UnitOfWork, actor: Principal) -> list[tuple[int, str, str]]:
    """Records (or changes) of the actor's own whose last question waits for an answer: id, type, title."""
    event, r = p.review_event, p.record
    # which records these are is found first, an index each: the events of everybody were 50 ms of a home page
    own = [
        select(r.c.id).where(r.c.entered_by == actor.account_id),
        select(p.amendment.c.record_id).where(p.amendment.c.opened_by == actor.account_id),
    ]
    if actor.person_id is not None:
        own.append(select(r.c.id).where(r.c.owner_person_id == actor.person_id, r.c.university_code == actor.university_code))
    last = (
        select(event.c.record_id, func.max(event.c.id).label("id"))
        .where(event.c.action.in_(["ask", "answer"]), event.c.university_code == actor.university_code, event.c.record_id.in_(union(*own)))
        .group_by(event.c.record_id)
        .subquery()
    )
    mine = [r.c.entered_by == actor.account_id, p.amendment.c.opened_by == actor.account_id]
    if actor.person_id is not None:
        mine.append(r.c.owner_person_id == actor.person_id)
    found = (
        select(r.c.id, r.c.type, r.c.title)
        .join(last, last.c.record_id == r.c.id)
        .join(event, event.c.id == last.c.id)
        .outerjoin(p.amendment, p.amendment.c.id == event.c.amendment_id)
        .where(permissions.visible(actor, r), event.c.action == "ask", r.c.state != "90", or_(*mine))
        .order_by(event.c.id)
    )
    return [(row.id, row.type, row.title) for row in uow.conn.execute(found)]


def _turn_of(uow: UnitOfWork, actor: Principal, header: dict[str, Any], version: int, action: str) -> None:
    """The version first: whoever comes second learns who was first, even where the action is no longer theirs."""
    check_version(uow, actor, header, version)
    if permissions.can(actor, action, header["type"], header):
        return
    if header["state"] not in (COLLEGE_STATE, OFFICE_STATE):
        last = last_step(uow, header["id"])
        if last is not None:
            raise Conflict(*handled_by(last["account_name"], last["at"]))
    raise Denied


def _step(
    uow: UnitOfWork, actor: Principal, header: Mapping[str, Any], action: str, from_state: str, **more: Any
) -> None:
    write_step(
        uow, actor, header["id"], action, from_state, header["state"], university_code=header["university_code"], **more
    )
    detail = {"from": from_state, "to": header["state"]}
    if more.get("reason"):
        detail["reason"] = more["reason"]
    audit.write(uow, actor, action, header["type"], header["id"], detail)


def _earlier_reviewers(uow: UnitOfWork, record_id: int) -> set[int]:
    event = p.review_event
    rows = uow.conn.execute(
        select(event.c.account_id).distinct().where(event.c.record_id == record_id, event.c.action == "approve")
    )
    return set(rows.scalars())


# --- what happened ---------------------------------------------------------------------------------------


def history(uow: UnitOfWork, actor: Principal, record_id: int) -> list[dict[str, Any]]:
    """Every step of the record and its change applications, oldest first: action, states, who, role, when,
    reason, marked fields (a tuple), version archived with it."""
    header_of(uow, actor, record_id)
    event = p.review_event
    rows = uow.conn.execute(
        select(event).where(event.c.record_id == record_id).order_by(event.c.at, event.c.id)
    ).mappings()
    return [
        {**row, "marked_fields": tuple(row["marked_fields"].split(",")) if row["marked_fields"] else ()} for row in rows
    ]


def recent(uow: UnitOfWork, actor: Principal, record_ids: Sequence[int], limit: int = 20) -> list[dict[str, Any]]:
    """The last steps of any of these records the actor may see, newest first: as ``history``, with the record's type, number
    within it and title."""
    event, r = p.review_event, p.record
    rows = uow.conn.execute(
        select(event, r.c.type, r.c.title)
        .join(r, r.c.id == event.c.record_id)
        .where(event.c.record_id.in_(list(record_ids)), permissions.visible(actor, event))
        .order_by(event.c.at.desc(), event.c.id.desc())
        .limit(limit)
    ).mappings()
    return [dict(row) for row in rows]


NODES = (("个人", "Person"), ("学院", "College"), ("学校", "University"))


def track(uow: UnitOfWork, actor: Principal, record_id: int) -> list[dict[str, Any]]:
    """The three nodes 个人, 学院, 学校 (AC-189): zh, en, name, at, done, skipped, and ``state`` out of
    done, current, waiting, returned, skipped. A step back clears what lay behind it."""
    header = header_of(uow, actor, record_id)
    marks: list[tuple[str, Any] | None] = [None, None, None]
    skipped = False
    for step in history(uow, actor, record_id):
        if step["amendment_id"] is not None:
            continue
        mark: tuple[str, Any] | None = (step["account_name"], step["at"])
        match step["action"]:
            case "submit" | "submit_skip" | "submit_on_behalf" | "file":
                marks[0] = mark
                if step["action"] != "submit":
                    skipped = True
                if step["to_state"] == COLLEGE_STATE:
                    marks[1:] = [None, None]
                if step["action"] == "file":
                    marks[2] = mark
            case "approve":
                marks[1 if step["from_state"] == COLLEGE_STATE else 2] = mark
            case "withdraw":
                marks[:] = [None, None, None]
                skipped = False
            case "hand_back":
                marks[1], skipped = None, False
            case _:
                pass
    current = {"00": 0, "11": 0, "21": 0, "10": 1, "20": 2}.get(header["state"])
    out = []
    for i, (zh, en) in enumerate(NODES):
        mark = marks[i]
        is_skipped = i == 1 and skipped and mark is None
        if current == i:
            state = "returned" if header["state"] in ("11", "21") else "current"
        elif mark is not None:
            state = "done"
        else:
            state = "skipped" if is_skipped else "waiting"
        name, at = mark if mark is not None else ("", None)
        out.append(
            {"zh": zh, "en": en, "name": name, "at": at, "done": state == "done", "skipped": is_skipped, "state": state}
        )
    return out
