"""分配表: a university's own table of shares, in versions with a first day; before it the built-in one holds.

A version is never changed: another one with the same first day takes its place. Numbers follow at the next
refresh, for every record dated from that day on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from ingestion import audit, derive, permissions
from ingestion.catalog import normalise
from ingestion.catalog.share_table import ShareTable, built_in, of_people
from ingestion.principal import OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

MOST = 20  # people in the longest row
UNIT = 1_000_000  # shares are kept in millionths
PLACES = 4  # decimals of a percentage
FIRST_DAY = date(1949, 10, 1)
LAST_DAY = date(2100, 12, 31)


class BadTable(OperationError):
    """The table cannot hold: every problem at once."""


@dataclass(frozen=True)
class Version:
    """One version of a university's table. ``in_force``: some day's records are counted by it."""

    number: int
    valid_from: date
    table: ShareTable
    made_by: str
    made_at: datetime
    in_force: bool


def table_on(uow: UnitOfWork, university_code: str, day: date | None) -> tuple[ShareTable, int | None]:
    """The table for a record of this day, with its version; the built-in one without version where the
    university has none yet, and for a record without a day."""
    if day is None:
        return built_in(), None
    r = p.share_rule.c
    newest = (
        select(r.version)
        .where(r.university_code == university_code, r.valid_from <= day)
        .order_by(r.valid_from.desc(), r.version.desc())
        .limit(1)
    )
    version = uow.conn.execute(newest).scalar_one_or_none()
    if version is None:
        return built_in(), None
    return _tables(uow, university_code, version)[version], version


def _tables(uow: UnitOfWork, university_code: str, version: int | None = None) -> dict[int, ShareTable]:
    r = p.share_rule.c
    wanted = select(r.version, r.finishers, r.millionths).where(r.university_code == university_code)
    if version is not None:
        wanted = wanted.where(r.version == version)
    held: dict[int, dict[int, list[Decimal]]] = {}
    for row in uow.conn.execute(wanted.order_by(r.version, r.finishers, r.rank)):
        held.setdefault(row.version, {}).setdefault(row.finishers, []).append(Decimal(row.millionths) / UNIT)
    return {number: ShareTable({n: tuple(s) for n, s in rows.items()}) for number, rows in held.items()}


def of_document(
    uow: UnitOfWork, university_code: str, type_id: str, document: Mapping[str, Any], record_id: int | None = None
) -> dict[int, Decimal]:
    """Printed rank → the share statistics give this contributor (名次加权); ``record_id``: with the claims made on it."""
    table, _version = table_on(uow, university_code, derive.dated_on(type_id, document))
    return of_people(table, document.get("contributors") or (), _declined(uow, record_id))


def _declined(uow: UnitOfWork, record_id: int | None) -> frozenset[int]:
    if record_id is None:
        return frozenset()
    c = p.contributor.c
    found = select(c.person_id).where(c.record_id == record_id, c.claim == "declined", c.person_id.is_not(None))
    return frozenset(uow.conn.execute(found).scalars())


def versions(uow: UnitOfWork, actor: Principal) -> list[Version]:
    """The versions of the actor's university, the newest first."""
    r, a = p.share_rule.c, p.account.c
    heads = (
        select(r.version, r.valid_from, func.max(r.made_at).label("made_at"), func.max(a.name).label("made_by"))
        .join(p.account, a.id == r.made_by)
        .where(permissions.visible(actor, p.share_rule))
        .group_by(r.version, r.valid_from)
        .order_by(r.version.desc())
    )
    tables = _tables(uow, actor.university_code)
    seen: set[date] = set()
    out = []
    for row in uow.conn.execute(heads):
        out.append(Version(row.version, row.valid_from, tables[row.version], row.made_by, row.made_at, row.valid_from not in seen))
        seen.add(row.valid_from)
    return out


def keep(uow: UnitOfWork, actor: Principal, valid_from: date, rows: Mapping[int, Sequence[Decimal]]) -> int:
    """A new version from a day on; returns its number. ``rows``: number of own staff → percentages, the best place
    first. Raises ``BadTable`` with every problem: rows 1, 2, 3 … without a gap, each with as many places as people,
    none negative, none higher than the place before, together 100 %."""
    permissions.require(actor, "manage_settings")
    problems = list(_problems(valid_from, rows))
    if problems:
        raise BadTable("；".join(zh for zh, _en in problems), "; ".join(en for _zh, en in problems))
    r = p.share_rule.c
    last = select(func.coalesce(func.max(r.version), 0)).where(r.university_code == actor.university_code)
    version = int(uow.conn.execute(last).scalar_one()) + 1
    uow.conn.execute(
        insert(p.share_rule),
        [
            {
                "university_code": actor.university_code, "version": version, "valid_from": valid_from, "finishers": people,
                "rank": place, "millionths": int(percent * UNIT / 100), "made_by": actor.account_id, "made_at": uow.now,
            }
            for people, percents in sorted(rows.items())
            for place, percent in enumerate(percents, 1)
        ],
    )  # fmt: skip
    shown = {str(n): [str(x) for x in percents] for n, percents in sorted(rows.items())}
    audit.write(uow, actor, "set", "share_table", version, {"valid_from": valid_from, "percent": shown})
    return version


def read(typed: Mapping[int, str]) -> dict[int, list[Decimal]]:
    """Rows as they are typed: the percentages of a row with blanks, commas or 、 between them. Raises ``BadTable``
    naming every piece that is no number."""
    out: dict[int, list[Decimal]] = {}
    wrong: list[tuple[str, str]] = []
    for people, text in typed.items():
        out[people] = []
        for place, piece in enumerate(re.split(r"[\s,，、;；/]+", normalise.half_width(text).replace("%", "")), 1):
            if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,12})?", piece):
                out[people].append(Decimal(piece))
            else:
                wrong.append((f"{people} 人第 {place} 名“{piece}”不是数字", f"{people} people, place {place}: “{piece}” is not a number"))
    if wrong:
        raise BadTable("；".join(zh for zh, _en in wrong), "; ".join(en for _zh, en in wrong))
    return out


def _problems(valid_from: date, rows: Mapping[int, Sequence[Decimal]]) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    if not FIRST_DAY <= valid_from <= LAST_DAY:
        out.append((f"启用日期“{valid_from}”应在 {FIRST_DAY} 到 {LAST_DAY} 之间", f"First day {valid_from}: must lie between {FIRST_DAY} and {LAST_DAY}"))
    if not rows or len(rows) > MOST or sorted(rows) != list(range(1, len(rows) + 1)):
        out.append((f"人数应从 1 起连续，最多 {MOST} 人", f"Rows must run from 1 without a gap, up to {MOST} people"))
    for people, percents in sorted(rows.items()):
        zh, en = f"{people} 人", f"{people} people"
        if len(percents) != people:
            out.append((f"{zh}：应填 {people} 个名次，现有 {len(percents)} 个", f"{en}: {people} places are needed, not {len(percents)}"))
        for place, percent in enumerate(percents, 1):
            if not 0 <= percent <= 100 or percent != round(percent, PLACES):
                out.append((f"{zh}第 {place} 名“{percent}”应为 0 到 100，最多 {PLACES} 位小数", f"{en}, place {place}: “{percent}” must lie between 0 and 100 with at most {PLACES} decimals"))
            elif place > 1 and percent > percents[place - 2]:
                out.append((f"{zh}第 {place} 名“{percent}”大于前一名“{percents[place - 2]}”", f"{en}, place {place}: “{percent}” is more than the place before has, “{percents[place - 2]}”"))
        if sum(percents) != 100:
            out.append((f"{zh}：合计 {sum(percents)}，应为 100", f"{en}: sums to {sum(percents)}, it must be 100"))
    return out
