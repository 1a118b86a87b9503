"""询问 of the province about a university's number, and the university's answer, both kept with the number.

A question stands for a number of one indicator and year; the number is written down as it was. While one is open no
second one can be asked of the same number; answered ones stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from ingestion import audit, messages, permissions
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.platform import account, account_grant, figure_question, university

SHORTEST, LONGEST = 5, 500


@dataclass(frozen=True)
class FigureQuestion:
    """``about_zh`` and ``about_en``: the number as it was when it was asked about. ``answer`` None: still open."""

    id: int
    university_code: str
    university_zh: str
    university_en: str
    indicator: str
    year: int
    about_zh: str
    about_en: str
    question: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.answer is None


def list_for(uow: UnitOfWork, actor: Principal, *, year: int | None = None) -> list[FigureQuestion]:
    """Those of the actor's university, for the province those of all; open ones first, then the newest."""
    q = figure_question.c
    query = (
        select(figure_question, university.c.name, university.c.name_en)
        .join(university, university.c.code == q.university_code)
        .where(permissions.visible(actor, figure_question))
        .order_by(q.id.desc())
    )
    if year is not None:
        query = query.where(q.year == year)
    found = [
        FigureQuestion(
            r.id, r.university_code, r.name, r.name_en or r.name, r.indicator, r.year, r.about_zh, r.about_en, r.question,
            r.asked_at, r.answer, r.answered_at,
        )
        for r in uow.conn.execute(query)
    ]  # fmt: skip
    return sorted(found, key=lambda one: not one.is_open)


def ask(
    uow: UnitOfWork, actor: Principal, university_code: str, indicator: str, year: int, about: tuple[str, str], question: str
) -> int:
    """Asks a university's research office about a number; ``about``: indicator, year and value in words (zh, en).
    Needs the scope of all universities. Raises OperationError where one about it is open or the text does not fit,
    NotFound for an unknown university."""
    permissions.require(actor, "ask_figures")
    text = _fitting(question, "询问", "The question")
    known = uow.conn.execute(select(university.c.code).where(university.c.code == university_code, university.c.kind == "university")).scalar()
    if known is None:
        raise NotFound
    q = figure_question.c
    waiting = uow.conn.execute(
        select(q.asked_at).where(q.university_code == university_code, q.indicator == indicator, q.year == year, q.answered_at.is_(None))
    ).scalar()
    if waiting is not None:
        raise OperationError(f"“{about[0]}”已询问，正在等待学校答复。", f"A question about “{about[1]}” is open and waits for the university's answer.")
    made = uow.conn.execute(
        insert(figure_question).values(
            university_code=university_code, indicator=indicator, year=year, about_zh=about[0][:300], about_en=about[1][:300],
            question=text, asked_by=actor.account_id, asked_at=uow.now,
        ).returning(q.id)
    )  # fmt: skip
    question_id = int(made.scalar_one())
    messages.send_many(uow, _office(uow, university_code), "question", f"省厅询问：{about[0]}", f"The province asks about {about[1]}")
    audit.write(uow, actor, "ask_figure", "figure_question", question_id, {"indicator": indicator, "year": year}, university_code=university_code)
    return question_id


def answer(uow: UnitOfWork, actor: Principal, question_id: int, text: str) -> None:
    """The research office's answer, given once. Raises NotFound for another university's or an answered question."""
    permissions.require(actor, "answer_figures")
    said = _fitting(text, "答复", "The answer")
    q = figure_question.c
    done = uow.conn.execute(
        update(figure_question)
        .where(q.id == question_id, q.university_code == actor.university_code, q.answered_at.is_(None))
        .values(answer=said, answered_by=actor.account_id, answered_at=uow.now)
    )
    if done.rowcount != 1:
        raise NotFound
    audit.write(uow, actor, "answer_figure", "figure_question", question_id, {})


def _fitting(text: str, zh: str, en: str) -> str:
    text = text.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise OperationError(f"{zh}“{text[:20]}”应为 {SHORTEST} 到 {LONGEST} 字。", f"{en} “{text[:20]}” must have {SHORTEST} to {LONGEST} characters.")
    return text


def _office(uow: UnitOfWork, university_code: str) -> list[int]:
    """The enabled accounts that hold the office's role today."""
    grant = account_grant.c
    rows = uow.conn.execute(
        select(account.c.id)
        .join(account_grant, grant.account_id == account.c.id)
        .where(
            account.c.university_code == university_code, account.c.enabled.is_(True), grant.role == "office_admin",
            grant.valid_from <= today(), (grant.valid_to.is_(None)) | (grant.valid_to >= today()),
        )
    )  # fmt: skip
    return [row.id for row in rows]
