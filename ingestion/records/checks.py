"""Everything that is asked of a record before it may be submitted, in one list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from ingestion import codes, derive, duplicates, funds, people, serializer, settings
from ingestion.attachments import changes
from ingestion.catalog import kinds as k
from ingestion.catalog import secrecy, validate
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal
from ingestion.records import storable, unread
from ingestion.records.view import SecrecyRefused
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

ENTERED_BY_OTHER = "V002"
LOCKED_YEAR = "D003"


def problems(
    uow: UnitOfWork,
    actor: Principal,
    header: Mapping[str, Any],
    document: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> list[Issue]:
    """All problems of a clean document with secrets in clear: errors and warnings, each once.
    ``before``: what the record held when the actor opened it."""
    type_id = header["type"]
    judged = context(uow, header)
    waiting = unread.issues(type_id, unread.held(uow, header["id"]), judged.codes, document)
    typed = {issue.field for issue in waiting}
    found = [i for i in validate.problems(type_id, dict(document), judged) if i.field not in typed] + waiting
    if any(i.severity == "error" for i in storable.problems(type_id, document)):
        return found  # the questions below would stumble over values no table can hold
    found.extend(storable.dangling(uow, actor, type_id, document, before))
    found.extend(duplicates.issues(duplicates.candidates(uow, actor, type_id, document, header["id"])))
    found.extend(funds.problems(uow, type_id, document, funds.held(uow, header, derive.project_of(document))))
    found.extend(_should_enter(uow, actor, type_id, document))
    found.extend(locked_year(uow, actor, header["university_code"], type_id, document))
    return _once(found)


def _once(found: list[Issue]) -> list[Issue]:
    seen: set[tuple[str, str]] = set()
    out = []
    for issue in found:
        if (issue.field, issue.zh) not in seen:
            seen.add((issue.field, issue.zh))
            out.append(issue)
    return out


def attached_slots(uow: UnitOfWork, record_id: int) -> frozenset[str]:
    """The slots in which a record has at least one file, an open change application taken as approved."""
    a = p.attachment
    rows = uow.conn.execute(select(a.c.slot).distinct().where(a.c.record_id == record_id, changes.as_amended()))
    return frozenset(rows.scalars())


def _should_enter(
    uow: UnitOfWork, actor: Principal, type_id: str, document: Mapping[str, Any]
) -> Iterator[Issue]:
    """V002, AC-229: the own staff contributor of the best rank enters the record; another one is told who, and
    goes on with a reason where the university allows it."""
    best = derive.best_staff(document)
    if actor.role != "researcher" or actor.person_id is None or best is None or best == actor.person_id:
        return
    person = people.by_ids(uow, actor, [best]).get(best)
    name = person.label if person else ""
    zh, en = f"应由校内排名最靠前的教师录入：{name}", f"The own teacher of the best rank should enter this: {name}"
    if settings.get(uow, "others_may_enter", actor.university_code):
        yield Issue("contributors", f"{zh}。可转交，或说明理由后继续", f"{en}. Hand it over, or go on with a reason", "warning", ENTERED_BY_OTHER)
    else:
        yield Issue("contributors", f"{zh}。本校规定须转交给其录入", f"{en}. The university requires it to be handed over", rule=ENTERED_BY_OTHER)


def locked_year(
    uow: UnitOfWork, actor: Principal, university_code: str, type_id: str, document: Mapping[str, Any]
) -> Iterator[Issue]:
    """A year the office has closed for this type takes no entry and no change, but from who is excepted (AC-226)."""
    day = derive.dated_on(type_id, document)
    if day is None:
        return
    if _closed(uow, university_code, type_id, day.year, (actor.person_id, derive.best_staff(document))):
        yield closed_year(type_id, day.year)


def closed_year(type_id: str, year: int) -> Issue:
    """What is said of a record dated in a closed year."""
    field = ALL_RECORDS[type_id].field(ALL_RECORDS[type_id].dated_by)
    return Issue(
        field.name,
        f"{field.zh}：{year} 年度已锁定，不能录入或变更。如需补录，请联系科研处。",
        f"{field.en}: the year {year} is closed for entry and change; ask the research office.",
        rule=LOCKED_YEAR,
    )


def _closed(uow: UnitOfWork, university_code: str, type_id: str, year: int, persons: tuple[int | None, ...]) -> bool:
    """Is a year closed to all of these people (who enters, whose record it is)?"""
    y, x = p.year_lock.c, p.year_exception.c
    found = select(y.id).where(y.university_code == university_code, y.type == type_id, y.year == year)
    if uow.conn.execute(found).first() is None:
        return False
    named = [person for person in persons if person is not None]
    excepted = select(x.id).where(
        x.university_code == university_code, x.year == year, x.person_id.in_(named), x.ended_at.is_(None), x.until >= today()
    )
    return uow.conn.execute(excepted.limit(1)).first() is None


def college_level(uow: UnitOfWork, university_code: str, type_id: str) -> bool:
    """Whether submissions of the type pass the college (AC-073): the declaration says so and no setting turns it off."""
    off = settings.get(uow, "types_without_college_level", university_code)
    return ALL_RECORDS[type_id].college_level and type_id not in off


# --- secrecy ---------------------------------------------------------------------------------------------


def refuse_secrets(uow: UnitOfWork, type_id: str, document: Mapping[str, Any], record_id: int | None = None) -> None:
    """Raises ``SecrecyRefused`` when a text or an attachment's name carries a secrecy mark (AC-232). The
    message names the field and the rule, never the text."""
    issues, rules = secret_marks(type_id, document)
    if record_id is not None:
        names = select(p.attachment.c.name).where(p.attachment.c.record_id == record_id, changes.as_amended())
        attached: list[str] = list(uow.conn.execute(names).scalars())
        for name in attached:
            rule = secrecy.scan(name)
            if rule is not None:
                rules.append(rule)
                issues.append(unread.secrecy_issue("attachments", ("附件名称", "Attachment name")))
    if issues:
        raise SecrecyRefused(issues, rules[0])


def secret_marks(type_id: str, document: Mapping[str, Any]) -> tuple[list[Issue], list[str]]:
    """The fields of a clean document that carry a secrecy mark, and the numbers of the rules they break."""
    issues: list[Issue] = []
    rules: list[str] = []
    coded = secrecy.scan_codes(ALL_RECORDS[type_id], dict(document))
    if coded is not None:
        declared = ALL_RECORDS[type_id].field(coded[0])
        rules.append(coded[1])
        issues.append(unread.secrecy_issue(coded[0], (declared.zh, declared.en)))
    if secrecy.unsuspicious("\n".join(_every_text(document))):
        return issues, rules
    for field, label, text in _texts(type_id, document):
        rule = secrecy.scan(text)
        if rule is not None:
            rules.append(rule)
            issues.append(unread.secrecy_issue(field, label))
    return issues, rules


def _every_text(document: Mapping[str, Any]) -> list[str]:
    """All texts of a document, codes and dates among them: more than ``_texts``, never less."""
    out: list[str] = []
    for value in document.values():
        kind = type(value)
        if kind is str:
            out.append(value)
        elif kind is list:
            for one in value:
                if type(one) is str:
                    out.append(one)
                elif type(one) is dict:
                    out += _every_text(one)
    return out


def _texts(type_id: str, document: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str], str]]:
    fields = serializer.plain_fields(type_id)
    for name, field in fields.items():
        yield from ((name, (field.zh, field.en), text) for text in _strings(field, document.get(name)))
    for child, step in serializer.child_steps(type_id).items():
        for i, row in enumerate(document.get(child, ())):
            for field in step.fields:
                for text in _strings(field, row.get(field.name)):
                    yield f"{child}[{i}].{field.name}", (field.zh, field.en), text
    for i, person in enumerate(document.get("contributors", ())):
        yield f"contributors[{i}].name", ("姓名", "Name"), person["name"]
        for affiliation in person["affiliations"]:
            yield f"contributors[{i}].affiliations", ("署名单位", "Affiliation"), affiliation["name"]


def _strings(field: k.Field, value: Any) -> list[str]:
    match field:
        case k.Text() | k.LongText() | k.Identifier():
            return [value] if isinstance(value, str) else []
        case k.TextList():
            return [v for v in value or () if isinstance(v, str)]
        case _:
            return []


def context(uow: UnitOfWork, header: Mapping[str, Any]) -> validate.Context:
    """What a record is judged against: today, the university's codes, the file slots that hold a file."""
    return validate.Context(
        today=today(),
        codes=codes.for_university(uow, header["university_code"]),
        attached=attached_slots(uow, header["id"]),
    )
