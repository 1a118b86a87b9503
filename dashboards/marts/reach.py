"""Whose figures an address asks for: a filter outside of the reader's own reach is refused, not silently emptied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dashboards.marts.reader import PEERS, PROVINCE, Mart
from dashboards.marts.scope import ALL, UNASSIGNED, Spec, rule_of
from dashboards.marts.words import colleges, people
from ingestion.principal import Denied, NotFound

PAST = "asof"  # a past day in an address
NOBODY = ("", ALL)  # no filter at all


def within(mart: Mart, asked: Mapping[str, str]) -> None:
    """Checks ``college`` and ``person`` of a page's address against the reach of the mart.

    Raises:
        Denied: a college secretary asks for another college or its people, a researcher for somebody else.
        NotFound: the university has no such college or person; another university's is no different.
    """
    if mart.meta.university_code in (PROVINCE, PEERS):
        return
    college, person = asked.get("college", ""), asked.get("person", "")
    if college not in NOBODY:
        if mart.level == "person" or (mart.level == "college" and college != str(mart.college_id)):
            raise Denied
        if (UNASSIGNED if college == "none" else college) not in colleges(mart):
            raise NotFound
    if person not in NOBODY:
        if mart.level == "person" and person != str(mart.person_id):
            raise Denied
        if mart.persons and person != "none" and person not in people(mart):
            raise Denied if mart.level == "college" else NotFound


def of_college(mart: Mart, college_id: int) -> Mart:
    """The mart as the college's own secretary reads it. The id is one ``within`` has let pass."""
    return replace(mart, level="college", college_id=college_id)


def of_person(mart: Mart, person_id: int) -> Mart:
    """The mart as the person reads it. The id is one ``within`` has let pass."""
    return replace(mart, level="person", person_id=person_id)


def address(mart: Mart, spec: Spec) -> dict[str, str]:
    """The spec as an address that means the same to a reader of a wider reach than this mart, of the same day."""
    from dashboards.marts import definitions

    out = spec.address() | ({} if mart.past is None else {PAST: mart.past.isoformat()})
    found = definitions.definition(mart, spec.indicator)
    if mart.level == "college":
        out["college"] = str(mart.college_id)
    if mart.level == "person":
        out["person"] = str(mart.person_id)
        if found.is_additive and found.is_configured:
            out["rule"] = rule_of(mart, found, spec)
    return out
