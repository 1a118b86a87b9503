"""The same thing entered twice: exact by natural key, probable by title.

A record holds its natural keys (``record_key``) from submission until it is taken back or voided, so the
unique index decides between two people submitting the same paper at the same moment. Keys of secrets are
keyed hashes. Nothing is said about a record the asker may not see, except that there is one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from ingestion import derive, near_titles, permissions, vault
from ingestion.catalog import kinds as k
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.derive import number_of
from ingestion.principal import Principal
from ingestion.serializer import sha256
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

EXACT, NEAR = "D001", "D002"
NEAR_TYPES = frozenset(ALL_RECORDS) - permissions.FUNDS - {"person", "expert"}
VALUE_LENGTH = 300


@dataclass(frozen=True)
class Key:
    kind: str
    value: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """A record that may be the same. Without permission to see it everything but ``reason`` and ``exact`` is empty."""

    record_id: int | None
    number: str
    title: str
    owner: str
    state: str
    field: str
    exact: bool
    reason_zh: str
    reason_en: str
    year: int | None = None


def keys(type_id: str, document: Mapping[str, Any]) -> list[Key]:
    """The natural keys of a clean document with secrets in clear; a key with an empty part is none."""
    record_type = ALL_RECORDS[type_id]
    out = []
    for match_key in record_type.match:
        parts = [_part(record_type.field(name), document.get(name)) for name in match_key.fields]
        if all(parts):
            out.append(Key(match_key.kind, _fit("|".join(parts)), match_key.fields))
    if type_id == "paper" and (key := _paper_without_doi(document)) is not None:
        out.append(key)
    return out


def _paper_without_doi(paper: Mapping[str, Any]) -> Key | None:
    """V031: without a DOI a paper is known by its title, year and journal number."""
    serial, day = paper.get("issn") or paper.get("cn_serial"), paper.get("published_on")
    if paper.get("doi") or not (serial and day and (title := folded(paper.get("title", "")))):
        return None
    return Key("paper_title", _fit(f"{title}|{day[:4]}|{serial}"), ("title", "published_on"))


def _part(field: k.Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(field, k.Secret):
        return vault.fingerprint(str(value))
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def _fit(value: str) -> str:
    return value if len(value) <= VALUE_LENGTH else sha256(value)


@lru_cache(maxsize=200_000)
def folded(title: str) -> str:
    """A title for comparison: compatible forms joined, case and everything but letters and digits dropped."""
    return _NEITHER_LETTER_NOR_DIGIT.sub("", unicodedata.normalize("NFKC", title).casefold())


_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")


# --- looking ---------------------------------------------------------------------------------------------


def candidates(
    uow: UnitOfWork, actor: Principal, type_id: str, document: Mapping[str, Any], except_id: int | None = None
) -> list[Candidate]:
    """Records that may be the same, exact ones first. ``document`` as typed so far."""
    found = exact(uow, actor, type_id, document, except_id)
    seen = {c.record_id for c in found}
    near_ones = near(uow, actor, type_id, document, except_id)
    return [*found, *(c for c in near_ones if c.record_id is None or c.record_id not in seen)]


def exact(
    uow: UnitOfWork, actor: Principal, type_id: str, document: Mapping[str, Any], except_id: int | None = None
) -> list[Candidate]:
    """Holders of the document's natural keys in the actor's university, whatever their type."""
    out: list[Candidate] = []
    for key in keys(type_id, document):
        holder = uow.conn.execute(
            select(p.record_key.c.record_id).where(
                p.record_key.c.university_code == actor.university_code,
                p.record_key.c.kind == key.kind,
                p.record_key.c.value == key.value,
            )
        ).scalar_one_or_none()
        if holder is None or holder == except_id:
            continue
        field = key.fields[0]
        label = ALL_RECORDS[type_id].field(field)
        shown = "" if isinstance(label, k.Secret) else f"「{document.get(field)}」"
        out.append(
            _candidate(
                uow,
                actor,
                holder,
                field,
                exact=True,
                zh=f"{label.zh}{shown}已登记",
                en=f"{label.en} {'' if isinstance(label, k.Secret) else document.get(field)} is already filed",
            )
        )
    return out


def holders(uow: UnitOfWork, university_code: str, type_id: str, document: Mapping[str, Any], except_id: int | None = None) -> list[int]:
    """The records of a university that hold one of the document's natural keys, seen or not; each once."""
    k_ = p.record_key.c
    out: list[int] = []
    for key in keys(type_id, document):
        found = select(k_.record_id).where(k_.university_code == university_code, k_.kind == key.kind, k_.value == key.value)
        holder = uow.conn.execute(found).scalar_one_or_none()
        if holder is not None and holder != except_id and holder not in out:
            out.append(holder)
    return out


def near(
    uow: UnitOfWork, actor: Principal, type_id: str, document: Mapping[str, Any], except_id: int | None = None
) -> list[Candidate]:
    """Submitted records of the type, filed within a year of this one, whose title is nearly the same."""
    wanted = folded(derive.title(type_id, document))
    if type_id not in NEAR_TYPES or len(wanted) < near_titles.MINIMUM:
        return []
    r = p.record
    statement = select(r.c.id, r.c.title).where(
        r.c.university_code == actor.university_code, r.c.type == type_id, r.c.state.not_in(("00", p.LOADING, "90"))
    )
    day = derive.dated_on(type_id, document)
    if day is not None:
        statement = statement.where(r.c.filed_year.between(day.year - 1, day.year + 1))
    titles = {row.id: folded(row.title) for row in uow.conn.execute(statement) if row.id != except_id}
    found = process.extract(wanted, titles, scorer=fuzz.ratio, score_cutoff=near_titles.SCORE, limit=None)
    best = [one for one in found if near_titles.likeness(wanted, one[0])][:3]
    field = ALL_RECORDS[type_id].title
    return [
        _candidate(
            uow,
            actor,
            record_id,
            field,
            exact=False,
            zh=f"名称相似度 {score:.0f}%",
            en=f"title {score:.0f} % alike",
        )
        for _title, score, record_id in best
        if not _told_apart(type_id, document, uow, record_id)
    ]


def _told_apart(type_id: str, document: Mapping[str, Any], uow: UnitOfWork, other_id: int) -> bool:
    """Two records that both hold a key of the same kind, with different values, are different things."""
    mine = {key.kind: key.value for key in keys(type_id, document)}
    rows = uow.conn.execute(
        select(p.record_key.c.kind, p.record_key.c.value).where(p.record_key.c.record_id == other_id)
    )
    return any(row.kind in mine and mine[row.kind] != row.value for row in rows)


def _candidate(
    uow: UnitOfWork, actor: Principal, record_id: int, field: str, *, exact: bool, zh: str, en: str
) -> Candidate:
    owner = p.record.alias("owner")
    statement = (
        select(p.record, func.coalesce(owner.c.title, "").label("owner"))
        .outerjoin(owner, owner.c.id == p.record.c.owner_person_id)
        .where(p.record.c.id == record_id, permissions.visible(actor, p.record))
    )
    row = uow.conn.execute(statement).one_or_none()
    if row is None:
        return Candidate(None, "", "", "", "", field, exact, zh, en)
    return Candidate(row.id, number_of(row.type, row.id), row.title, row.owner, row.state, field, exact, zh, en, row.filed_year)


STATE_WORDS: dict[str, tuple[str, str]] = {
    "00": ("草稿", "draft"),
    "10": ("待学院审核", "waiting for the college"),
    "11": ("学院退回", "returned by the college"),
    "20": ("待学校审核", "waiting for the office"),
    "21": ("学校退回", "returned by the office"),
    "30": ("已通过", "approved"),
    "40": ("变更审核中", "change under review"),
    "90": ("已作废", "void"),
}


def issues(found: Iterable[Candidate]) -> list[Issue]:
    """An error for each exact one, a warning (to be confirmed with a reason) for each probable one."""
    out = []
    for c in found:
        if c.record_id is None:
            zh, en = "与本校已有记录重复" if c.exact else "与本校已有记录相似", "in a record of this university"
        else:
            words = STATE_WORDS[c.state]
            zh = f"《{c.title}》{c.number} {c.owner} {words[0]}".replace("  ", " ")
            en = f"“{c.title}” {c.number} {c.owner} {words[1]}".replace("  ", " ")
        lead = ("重复", "Duplicate") if c.exact else ("疑似重复", "Possible duplicate")
        out.append(
            Issue(
                c.field,
                f"{lead[0]}：{c.reason_zh}，{zh}",
                f"{lead[1]}: {c.reason_en}, {en}",
                "error" if c.exact else "warning",
                EXACT if c.exact else NEAR,
            )
        )
    return out


# --- holding keys ----------------------------------------------------------------------------------------


class KeyTaken(Exception):
    """Another record took one of the keys first."""


def hold(uow: UnitOfWork, header: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """Write the record's keys in place of those it held. Raises ``KeyTaken``; the transaction stays usable."""
    let_go(uow, header["id"])
    values = [
        {
            "university_code": header["university_code"],
            "kind": key.kind,
            "value": key.value,
            "record_id": header["id"],
        }
        for key in keys(header["type"], document)
    ]
    if not values:
        return
    try:
        with uow.conn.begin_nested():
            uow.conn.execute(insert(p.record_key), values)
    except IntegrityError as error:
        raise KeyTaken from error


def let_go(uow: UnitOfWork, record_id: int) -> None:
    """Give the record's keys back: it was voided or taken back."""
    uow.conn.execute(delete(p.record_key).where(p.record_key.c.record_id == record_id))
