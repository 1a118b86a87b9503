"""People of a university: finding one for a picker, and which college and title somebody had at a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, insert, or_, select, update

from ingestion import permissions, serializer
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.tables import TYPE_TABLES

PERSON = TYPE_TABLES["person"]
TITLE, JOINED, LEFT = "title", "joined_on", "left_on"  # fields of the person record
BEFORE_ALL = date(1949, 10, 1)  # a post whose beginning nobody typed holds for all earlier records too


@dataclass(frozen=True)
class Person:
    """Somebody as a picker shows them: never a bare name, because names repeat (AC-040)."""

    person_id: int
    staff_no: str
    name: str
    college_id: int | None
    college: str

    @property
    def label(self) -> str:
        return f"{self.name} {self.staff_no} {self.college}".strip()


def like(text: str) -> str:
    """``text`` as a LIKE pattern for "contains", its own wildcards taken literally (escape character: backslash)."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def find(uow: UnitOfWork, actor: Principal, text: str, limit: int = 20) -> list[Person]:
    """People of the actor's university by staff number, name, or pinyin (whole or initials); exact ones first."""
    wanted = text.strip()
    if not wanted:
        return []
    statement = _people(actor)
    if wanted.isascii() and any(c.isalpha() for c in wanted):
        # Pinyin is derived, not stored: the people of one university fit in memory and each name is spelt once.
        folded = wanted.lower().replace(" ", "")
        found = [
            row
            for row in uow.conn.execute(statement).mappings()
            if folded in row["staff_no"].lower() or any(folded in s for s in spellings(row["name"]))
        ]
    else:
        matches = or_(PERSON.c.staff_no.like(like(wanted), escape="\\"), PERSON.c.name.like(like(wanted), escape="\\"))
        found = list(uow.conn.execute(statement.where(matches)).mappings())
    found.sort(key=lambda r: (r["staff_no"] != wanted and r["name"] != wanted, r["name"], r["staff_no"]))
    return [_person(row) for row in found[:limit]]


@dataclass(frozen=True)
class Card:
    """What a project's leader step fills in of the person chosen: the title's code and the phone, masked."""

    title: str | None
    phone: str | None


def card(uow: UnitOfWork, actor: Principal, person_id: int) -> Card:
    """Of somebody the actor could choose; empty for anybody else (AC-160)."""
    statement = select(PERSON.c.title, PERSON.c.mobile_mask).join(p.record, p.record.c.id == PERSON.c.record_id)
    row = uow.conn.execute(statement.where(p.record.c.id == person_id, permissions.pickable_people(actor))).one_or_none()
    return Card(None, None) if row is None else Card(row.title, row.mobile_mask)


def by_ids(uow: UnitOfWork, actor: Principal, person_ids: Iterable[int]) -> dict[int, Person]:
    """The people with these record ids in the actor's university."""
    ids = sorted(set(person_ids))
    out: dict[int, Person] = {}
    for start in range(0, len(ids), 500):
        chunk = _people(actor).where(p.record.c.id.in_(ids[start : start + 500]))
        out.update({row["id"]: _person(row) for row in uow.conn.execute(chunk).mappings()})
    return out


def by_staff_no(uow: UnitOfWork, actor: Principal, staff_nos: Iterable[str]) -> dict[str, Person]:
    """The people with exactly these staff numbers: 123 is not 00123."""
    wanted = sorted(set(staff_nos))
    out: dict[str, Person] = {}
    for start in range(0, len(wanted), 500):
        chunk = _people(actor).where(PERSON.c.staff_no.in_(wanted[start : start + 500]))
        out.update({row["staff_no"]: _person(row) for row in uow.conn.execute(chunk).mappings()})
    return out


def _people(actor: Principal) -> Select[Any]:
    return (
        select(
            p.record.c.id, p.record.c.college_id, PERSON.c.staff_no, PERSON.c.name, p.unit.c.name.label("college")
        )
        .join(PERSON, PERSON.c.record_id == p.record.c.id)
        .outerjoin(p.unit, p.unit.c.id == p.record.c.college_id)
        .where(permissions.pickable_people(actor))
    )


def _person(row: RowMapping) -> Person:
    return Person(row["id"], row["staff_no"] or "", row["name"] or "", row["college_id"], row["college"] or "")


@lru_cache(maxsize=50_000)
def spellings(name: str) -> tuple[str, str]:
    """A name in whole pinyin and in initials: 张伟 → ("zhangwei", "zw")."""
    return "".join(lazy_pinyin(name)).lower(), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


# --- posts ------------------------------------------------------------------------------------------------


def _holds(day: date) -> ColumnElement[bool]:
    post = p.person_post
    return and_(post.c.valid_from <= day, or_(post.c.valid_to.is_(None), post.c.valid_to >= day))


def post_at(uow: UnitOfWork, person_id: int, day: date | None = None) -> dict[str, Any] | None:
    """The main post a person held on a day (today), else the nearest one they held at all, else None."""
    post, day = p.person_post, day or today()
    mine = select(post).where(post.c.person_id == person_id)
    held = mine.where(_holds(day)).order_by(post.c.is_main.desc(), post.c.valid_from.desc()).limit(1)
    row = uow.conn.execute(held).mappings().first()
    if row is None:
        posts = list(uow.conn.execute(mine.order_by(post.c.valid_from)).mappings())
        later = [r for r in posts if r["valid_from"] > day]
        row = later[0] if later else (posts[-1] if posts else None)
    return None if row is None else dict(row)


def first_post(header: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The post a person record describes, from the day the person came; None without a college."""
    if header["college_id"] is None:
        return None
    return {
        "university_code": header["university_code"],
        "person_id": header["id"],
        "unit_id": header["college_id"],
        "title_code": document.get(TITLE),
        "valid_from": day_of(document, JOINED) or BEFORE_ALL,
        "valid_to": day_of(document, LEFT),
        "is_main": True,
    }


def keep_post(uow: UnitOfWork, header: Mapping[str, Any], document: Mapping[str, Any], on: date) -> None:
    """Bring person_post in line with a person record in force: the first post begins when the person came, a
    changed college or title ends the old post the day before ``on`` and begins a new one."""
    values = first_post(header, document)
    if values is None:
        return
    post, person_id, begins, title = p.person_post, header["id"], values["valid_from"], values["title_code"]
    main = select(post).where(post.c.person_id == person_id, post.c.is_main)
    current = uow.conn.execute(main.order_by(post.c.valid_from.desc()).limit(1)).mappings().first()
    if current is None:
        uow.conn.execute(insert(post).values(values))
        return
    if (current["unit_id"], current["title_code"]) != (header["college_id"], title) and current["valid_from"] < on:
        ended = update(post).where(post.c.id == current["id"]).values(valid_to=on - timedelta(days=1))
        uow.conn.execute(ended)
        uow.conn.execute(insert(post).values({**values, "valid_from": on}))
        return
    first = ~exists().where(post.c.person_id == person_id, post.c.is_main, post.c.valid_from < current["valid_from"])
    only = uow.conn.execute(select(first)).scalar_one()
    uow.conn.execute(
        update(post)
        .where(post.c.id == current["id"])
        .values(
            unit_id=values["unit_id"],
            title_code=title,
            valid_to=values["valid_to"],
            valid_from=begins if only else current["valid_from"],
        )
    )


def day_of(document: Mapping[str, Any], name: str) -> date | None:
    """A date of a document, as its first day."""
    text = document.get(name)
    return serializer.first_day(text) if text else None
