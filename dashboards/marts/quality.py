"""Scores of data quality and times of review, as the last whole build left them in the university's file.

The reach of the mart (university, college) is bound here; a page's filter only narrows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from dashboards.marts.reader import Mart

By = Literal["college", "type", "person"]
KEYS: dict[By, str] = {"college": "college_id", "type": "type", "person": "owner_person_id"}
LONG_DAYS = 15
"""A review is slow beyond this many days."""
_DAYS = "q.hours / 24.0"


@dataclass(frozen=True)
class Score:
    """Quality of a set of records. ``key``: unit id, type id, person id, or None for all (or 未归属). ``points`` and
    ``weight`` make the score; ``needed`` and ``filled`` the completeness; ``flagged`` have an open finding."""

    key: Any
    records: int
    weight: int
    points: float
    needed: int
    filled: int
    flagged: int

    @property
    def score(self) -> float | None:
        return 100 * self.points / self.weight if self.weight else None

    @property
    def completeness(self) -> float | None:
        return self.filled / self.needed if self.needed else None

    @property
    def flagged_share(self) -> float | None:
        return self.flagged / self.records if self.records else None


@dataclass(frozen=True)
class Scored:
    """One record of a score: what it weighs, what it lacks."""

    record_id: int
    number: str
    title: str
    type: str
    college_id: int | None
    owner: str
    weight: int
    needed: int
    filled: int
    severity: str
    quality: float


_SUMS = (
    "count(*), coalesce(sum(q.weight), 0), coalesce(sum(q.weight * q.quality), 0), coalesce(sum(q.needed), 0), "
    "coalesce(sum(q.filled), 0), count(*) FILTER (WHERE q.severity <> '')"
)


def scored_at(mart: Mart) -> datetime | None:
    """Naive UTC time the scores show; None in a file without records."""
    found: datetime | None = mart.rows("SELECT max(as_of) FROM fct_quality")[0][0]
    return found


def total(mart: Mart, by: By | None = None, key: Any = None) -> Score:
    """The score of all records in reach, or of one college, type or person."""
    where, parameters = _reach(mart)
    if by is not None:
        where, parameters = _narrowed(where, parameters, by, key)
    row = mart.rows(f"SELECT {_SUMS} FROM fct_quality AS q WHERE {where}", parameters)[0]  # noqa: S608
    return _score(key, row)


def scores(mart: Mart, by: By) -> list[Score]:
    """One score a college, type or person in reach, the lowest first."""
    where, parameters = _reach(mart)
    column = KEYS[by]
    rows = mart.rows(f"SELECT q.{column}, {_SUMS} FROM fct_quality AS q WHERE {where} GROUP BY q.{column}", parameters)  # noqa: S608
    found = [_score(row[0], row[1:]) for row in rows]
    return sorted(found, key=lambda one: (one.score if one.score is not None else 101.0, str(one.key)))


def behind(mart: Mart, by: By | None = None, key: Any = None, *, imperfect: bool = True, limit: int | None = None) -> list[Scored]:
    """The records of a score, those that cost it most first; ``imperfect``: only those that cost anything."""
    where, parameters = _reach(mart)
    if by is not None:
        where, parameters = _narrowed(where, parameters, by, key)
    if imperfect:
        where += " AND q.quality < 1"
    rows = mart.rows(
        "SELECT q.record_id, coalesce(f.number, ''), coalesce(f.title, ''), q.type, q.college_id, coalesce(p.name, ''), q.weight, q.needed, "  # noqa: S608
        "q.filled, q.severity, q.quality FROM fct_quality AS q LEFT JOIN fct_record AS f ON f.record_id = q.record_id AND f.valid_to IS NULL "
        f"LEFT JOIN dim_person AS p ON p.person_id = q.owner_person_id WHERE {where} "
        f"ORDER BY q.weight * (1 - q.quality) DESC, q.record_id{f' LIMIT {int(limit)}' if limit else ''}",
        parameters,
    )
    return [Scored(*row) for row in rows]


def of_universities(mart: Mart) -> list[tuple[str, str, str, Score]]:
    """In the province's file: code, name, English name and score of each university, the lowest first."""
    rows = mart.rows(
        "SELECT q.university_code, u.name, coalesce(u.name_en, u.name), q.records, q.weight, q.points, q.needed, q.filled, q.flagged "
        "FROM rpt_quality AS q JOIN dim_university AS u ON u.university_code = q.university_code WHERE q.type = '*' ORDER BY q.score NULLS LAST, 1"
    )
    return [(row[0], row[1], row[2], _score(row[0], row[3:])) for row in rows]


def agreeing(mart: Mart) -> tuple[int, int]:
    """Reconciliations of records and money: how many agree, of how many. Of the whole university."""
    row = mart.rows(
        "SELECT count(*) FILTER (WHERE agrees), count(*) FROM (SELECT agrees FROM rpt_reconciliation UNION ALL SELECT agrees FROM rpt_balance) AS both_kinds"
    )[0]
    return int(row[0]), int(row[1])


def _score(key: Any, row: tuple[Any, ...]) -> Score:
    return Score(key, int(row[0]), int(row[1]), float(row[2]), int(row[3]), int(row[4]), int(row[5]))


def _reach(mart: Mart) -> tuple[str, list[Any]]:
    if mart.level == "college":
        return "q.college_id = ?", [mart.college_id]
    if mart.level == "person":
        return "q.owner_person_id = ?", [mart.person_id]
    return "true", []


def _narrowed(where: str, parameters: list[Any], by: By, key: Any) -> tuple[str, list[Any]]:
    cast = "VARCHAR" if by == "type" else "BIGINT"
    return f"{where} AND q.{KEYS[by]} IS NOT DISTINCT FROM CAST(? AS {cast})", [*parameters, key]


# --- review ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stay:
    """Times of a set of finished stays: how many, the median and the ninth decile in days, how many took longer than
    ``LONG_DAYS``, how many ended in a return or refusal. ``waiting``: stays not over yet."""

    key: Any
    stays: int
    median: float | None
    slowest: float | None
    late: int
    returned: int
    waiting: int


@dataclass(frozen=True)
class Step:
    """One stay, as a drill-through lists it. ``days`` None: not over yet."""

    record_id: int
    title: str
    type: str
    college_id: int | None
    node: str
    entered_at: datetime
    days: float | None
    ended_by: str
    handler: str
    reason: str


StayBy = Literal["node", "college_id", "handler", "reason", "type"]
REVIEWING = "q.node IN ('10', '20')"
RETURNED = "q.ended_by IN ('return', 'refuse', 'hand_back')"


@dataclass(frozen=True)
class Asked:
    """Which stays: of one year of arrival, college and node (None: all; ``college`` "" is 未归属)."""

    year: int | None = None
    college: int | str | None = None
    node: str | None = None
    handler: str | None = None
    reason: str | None = None
    type: str | None = None
    returned: bool = False


def years(mart: Mart) -> list[int]:
    where, parameters = _reach_of_stays(mart)
    return [int(year) for (year,) in mart.rows(f"SELECT DISTINCT q.year FROM fct_review AS q WHERE {where} ORDER BY 1 DESC", parameters)]  # noqa: S608


def stays(mart: Mart, asked: Asked, by: StayBy) -> list[Stay]:
    """Times by node, college, handler, reason or type; most stays first (nodes in their order). Time that lay with the
    submitter counts at the nodes 11 and 21 alone."""
    where, parameters = _stays(mart, asked)
    if by == "handler":
        where += f" AND {REVIEWING} AND q.handler <> ''"
    elif by == "reason":
        where += f" AND {RETURNED}"
    elif by != "node":
        where += f" AND {REVIEWING}"
    order = "1" if by == "node" else "2 DESC, 1"
    rows = mart.rows(
        f"SELECT q.{by}, count(*) FILTER (WHERE q.hours IS NOT NULL), median({_DAYS}), quantile_cont({_DAYS}, 0.9), "  # noqa: S608
        f"count(*) FILTER (WHERE {_DAYS} > {LONG_DAYS}), count(*) FILTER (WHERE {RETURNED}), count(*) FILTER (WHERE q.hours IS NULL) "
        f"FROM fct_review AS q WHERE {where} GROUP BY q.{by} ORDER BY {order}",
        parameters,
    )
    return [Stay(row[0], int(row[1]), row[2], row[3], int(row[4]), int(row[5]), int(row[6])) for row in rows]


@dataclass(frozen=True)
class Item:
    """A record, or a change of one, that the office approved: ``days`` it stood with reviewers."""

    record_id: int
    title: str
    type: str
    college_id: int | None
    days: float
    returned: bool


def review_time(mart: Mart, asked: Asked) -> Stay:
    """审核时效: of records and changes the office approved, the days they stood with reviewers; what lay with the
    submitter after a return is left out. ``returned`` counts those sent back at least once."""
    source, parameters = _approved(mart, asked)
    row = mart.rows(
        f"SELECT count(*), median(days), quantile_cont(days, 0.9), count(*) FILTER (WHERE days > {LONG_DAYS}), count(*) FILTER (WHERE returned) "  # noqa: S608
        f"FROM ({source}) AS approved",
        parameters,
    )[0]
    return Stay(None, int(row[0]), row[1], row[2], int(row[3]), int(row[4]), 0)


def approved(mart: Mart, asked: Asked, *, late: bool = False, returned: bool = False) -> list[Item]:
    """What stands behind ``review_time``, the longest first; ``late``: over ``LONG_DAYS``; ``returned``: sent back once or more."""
    source, parameters = _approved(mart, asked)
    wanted = (f" AND days > {LONG_DAYS}" if late else "") + (" AND returned" if returned else "")
    rows = mart.rows(
        f"SELECT record_id, title, type, college_id, days, returned FROM ({source}) AS approved WHERE true{wanted} ORDER BY days DESC, record_id",  # noqa: S608
        parameters,
    )
    return [Item(*row) for row in rows]


def _approved(mart: Mart, asked: Asked) -> tuple[str, list[Any]]:
    where, parameters = _stays(mart, asked)
    return (
        "SELECT q.record_id, max(q.title) AS title, max(q.type) AS type, max(q.college_id) AS college_id, "  # noqa: S608
        f"sum(CASE WHEN {REVIEWING} THEN {_DAYS} ELSE 0 END) AS days, bool_or({RETURNED}) AS returned FROM fct_review AS q WHERE {where} "
        "GROUP BY q.record_id, q.amendment_id HAVING bool_or(q.ended_by = 'approve' AND q.node = '20')",
        parameters,
    )


def steps(mart: Mart, asked: Asked, limit: int | None = None) -> list[Step]:
    """The stays behind a number, the longest first, then those not over yet; without a node those with reviewers."""
    where, parameters = _stays(mart, asked)
    if asked.node is None:
        where += f" AND {REVIEWING}"
    rows = mart.rows(
        f"SELECT q.record_id, q.title, q.type, q.college_id, q.node, q.entered_at, {_DAYS}, q.ended_by, q.handler, q.reason "  # noqa: S608
        f"FROM fct_review AS q WHERE {where} ORDER BY q.hours DESC NULLS LAST, q.entered_at, q.record_id, q.seq{f' LIMIT {int(limit)}' if limit else ''}",
        parameters,
    )
    return [Step(*row) for row in rows]


def _reach_of_stays(mart: Mart) -> tuple[str, list[Any]]:
    if mart.level == "person":  # whom a researcher's work waited for is not theirs to read
        return "false", []
    return _reach(mart)


def _stays(mart: Mart, asked: Asked) -> tuple[str, list[Any]]:
    where, parameters = _reach_of_stays(mart)
    if asked.college is not None:
        where += " AND q.college_id IS NOT DISTINCT FROM CAST(? AS BIGINT)"
        parameters = [*parameters, asked.college if asked.college != "" else None]
    for column in ("year", "node", "handler", "reason", "type"):
        value = getattr(asked, column)
        if value is not None:
            where += f" AND q.{column} = ?"
            parameters = [*parameters, value]
    if asked.returned:
        where += f" AND {RETURNED}"
    return where, parameters
