"""Why a number changed between two days: the records that came in, left or count otherwise, each with what it
contributed before and after.

The two files are asked apart, under the same reach and filters as 明细, and the differences found are added up and held
against the difference of the two numbers: an explanation that does not explain all of it is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from dashboards.marts import definitions
from dashboards.marts.drill import TOLERANCE, DoesNotAddUp
from dashboards.marts.numbers import Number, number
from dashboards.marts.reader import Mart
from dashboards.marts.scope import Spec, clauses, relation

Kind = Literal["in", "out", "more", "less"]
Aspect = Literal[
    "approved", "voided", "left_statistics", "joined_statistics", "excluded", "included", "year", "college", "owner", "people", "category_1", "category_2", "value", "lapsed", "reached", "elsewhere",
]  # fmt: skip


@dataclass(frozen=True)
class Cause:
    """One thing that is different: ``before`` and ``after`` are keys (a unit, a code, a year, a reason) or amounts as
    text, empty where there is none."""

    aspect: Aspect
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Change:
    """One record whose contribution differs. ``before`` and ``after`` are in the facts' unit."""

    record_id: int
    kind: Kind
    before: float
    after: float
    number: str = ""
    type: str = ""
    title: str = ""
    college: str = ""
    person: str = ""
    causes: tuple[Cause, ...] = ()

    @property
    def difference(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Why:
    """``changes``: all of them, the greatest difference first, without words; ``told`` gives a page of them with words."""

    before: Number
    after: Number
    changes: list[Change] = field(default_factory=list)

    @property
    def difference(self) -> float:
        return (self.after.value or 0.0) - (self.before.value or 0.0)

    def of(self, *kinds: Kind) -> list[Change]:
        return [one for one in self.changes if one.kind in kinds]


def compare(before: Mart, after: Mart, spec: Spec) -> Why:
    """The changes of an additive number between two files of the same reach. Raises ``DoesNotAddUp`` where they do not
    give its difference, ``ValueError`` for a derived one (ask its numerator and denominator), ``KeyError`` where one of
    the files does not know the indicator."""
    found = definitions.definition(after, spec.indicator)
    if not found.is_additive:
        raise ValueError(f"{spec.indicator} is explained through its parts")
    here = Why(number(before, spec), number(after, spec))
    if not found.is_configured:
        return here
    was, now = _contributions(before, spec), _contributions(after, spec)
    total = Decimal(0)
    for record_id in {**was, **now}:
        old, new = was.get(record_id), now.get(record_id)
        if old == new:
            continue
        total += (new or 0) - (old or 0)
        kind: Kind = "in" if old is None else "out" if new is None else "more" if new > old else "less"
        here.changes.append(Change(record_id, kind, float(old or 0), float(new or 0)))
    if abs(total - Decimal(str(here.difference))) > TOLERANCE * max(1, len(here.changes)):
        raise DoesNotAddUp(found.shown(here.difference), found.shown(float(total)))
    here.changes.sort(key=lambda one: (-abs(one.difference), -one.record_id))
    return here


def _contributions(mart: Mart, spec: Spec) -> dict[int, Decimal]:
    found = definitions.definition(mart, spec.indicator)
    where, parameters = clauses(mart, found, spec, None)
    rows = mart.rows(f"SELECT record_id, sum(contribution) FROM {relation(mart, found, spec)} WHERE {' AND '.join(where)} GROUP BY record_id", parameters)  # noqa: S608
    return {int(record_id): Decimal(value) for record_id, value in rows}


# --- the words of a page ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Header:
    number: str
    type: str
    title: str
    college: str
    person: str
    college_id: str
    owner: str
    in_statistics: bool


@dataclass(frozen=True)
class _Event:
    """One event of the measure, keys as text."""

    year: str
    reason: str
    category_1: str
    category_2: str
    college_id: str
    value: Decimal


@dataclass
class _Side:
    """What one file says of a record; no header: it was not in force."""

    header: _Header | None = None
    events: list[_Event] = field(default_factory=list)
    people: list[str] = field(default_factory=list)


def told(before: Mart, after: Mart, spec: Spec, changes: Iterable[Change]) -> list[Change]:
    """The changes with number, type, title, college, owner and causes."""
    wanted = list(changes)
    ids = [one.record_id for one in wanted]
    was, now = _sides(before, spec, ids), _sides(after, spec, ids)
    is_stock = definitions.definition(after, spec.indicator).is_stock
    out = []
    for one in wanted:
        old, new = was[one.record_id], now[one.record_id]
        shown = (old.header if one.kind == "out" else None) or new.header or old.header
        assert shown is not None, "what contributes to a file is in force in it"
        person = shown.person if after.persons else ""
        out.append(replace(one, number=shown.number, type=shown.type, title=shown.title, college=shown.college, person=person, causes=tuple(_causes(one, old, new, is_stock))))
    return out


def _sides(mart: Mart, spec: Spec, ids: list[int]) -> dict[int, _Side]:
    found = definitions.definition(mart, spec.indicator)
    out = {record_id: _Side() for record_id in ids}
    headers = mart.rows(
        "SELECT r.record_id, r.number, r.type, r.title, coalesce(u.name, ''), coalesce(p.name, ''), coalesce(cast(r.college_id AS VARCHAR), ''),"
        " coalesce(cast(r.owner_person_id AS VARCHAR), ''), r.in_statistics"
        " FROM fct_record AS r LEFT JOIN dim_unit AS u ON u.unit_id = r.college_id LEFT JOIN dim_person AS p ON p.person_id = r.owner_person_id"
        " WHERE r.record_id IN (SELECT unnest(?))",
        [ids],
    )
    for row in headers:
        out[row[0]].header = _Header(*row[1:])
    # a stock has a row a year: only the years asked for say anything; a flow that moved did so to another year
    years, bounds = (" AND year BETWEEN ? AND ?", [spec.first_year or spec.year, spec.year]) if found.is_stock else ("", [])
    events = mart.rows(
        "SELECT record_id, coalesce(cast(year AS VARCHAR), ''), CASE WHEN included THEN '' ELSE coalesce(reason, '') END, category_1, category_2,"  # noqa: S608
        f" coalesce(cast(college_id AS VARCHAR), ''), value FROM fct_measure WHERE measure = ? AND record_id IN (SELECT unnest(?)){years} ORDER BY record_id, seq",
        [found.measure, ids, *bounds],
    )
    for row in events:
        out[row[0]].events.append(_Event(*row[1:]))
    credits = mart.rows(
        "SELECT record_id, concat_ws('/', rank, person_id) FROM fct_credit WHERE record_id IN (SELECT unnest(?)) ORDER BY record_id, rank", [ids]
    )
    for record_id, who in credits:
        out[record_id].people.append(who)
    return out


def _causes(change: Change, old: _Side, new: _Side, is_stock: bool) -> Iterator[Cause]:
    if old.header is None:
        yield Cause("approved")
    elif new.header is None:
        yield Cause("voided")
    elif old.header.in_statistics != new.header.in_statistics:
        yield Cause("joined_statistics" if new.header.in_statistics else "left_statistics")
    else:
        found = list(_different(old, old.header, new, new.header))
        if found:
            yield from found
        elif is_stock:
            yield Cause("reached" if change.difference > 0 else "lapsed")
        else:
            yield Cause("elsewhere")


def _different(old: _Side, old_header: _Header, new: _Side, new_header: _Header) -> Iterator[Cause]:
    """What differs, in the order people ask: does it count, when, as what, where, whose, how much."""

    def keys(side: _Side, name: str) -> str:
        return "、".join(dict.fromkeys(str(getattr(event, name)) for event in side.events))

    was, now = keys(old, "reason"), keys(new, "reason")
    if old.events and new.events:
        if was != now:
            yield Cause("excluded" if now else "included", was, now)
        for aspect in ASPECTS_OF_EVENTS:
            if keys(old, aspect) != keys(new, aspect):
                yield Cause(aspect, keys(old, aspect), keys(new, aspect))
    was, now = keys(old, "college_id") or old_header.college_id, keys(new, "college_id") or new_header.college_id
    if was != now and (old.events and new.events or old_header.college_id != new_header.college_id):
        yield Cause("college", was, now)
    if old_header.owner != new_header.owner:
        yield Cause("owner", old_header.owner, new_header.owner)
    elif old.people != new.people:
        yield Cause("people", str(len(old.people)), str(len(new.people)))
    if old.events and new.events and (was_value := sum(e.value for e in old.events)) != (now_value := sum(e.value for e in new.events)):
        yield Cause("value", str(was_value), str(now_value))


ASPECTS_OF_EVENTS: tuple[Literal["year", "category_1", "category_2"], ...] = ("year", "category_1", "category_2")
