"""Who a person works with: own staff on the same records in force, and the records they share."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.marts.reader import Mart
from ingestion.principal import Denied

MOST = 24  # names that can still be read around one circle


@dataclass(frozen=True)
class Colleague:
    """``shared``: records both take part in. Names stand on those records, which the person sees anyway."""

    person_id: int
    staff_no: str
    name: str
    college: str
    college_en: str
    shared: int


@dataclass(frozen=True)
class Network:
    """The ``MOST`` colleagues with most shared records; ``others`` more are not drawn. ``links``: two colleagues and
    the number of the person's records on which both stand."""

    colleagues: list[Colleague]
    links: list[tuple[int, int, int]]
    others: int


@dataclass(frozen=True)
class Shared:
    """One record of the person with a colleague."""

    record_id: int
    number: str
    type: str
    title: str
    year: int | None


_MINE = (
    "WITH mine AS (SELECT DISTINCT c.record_id FROM fct_credit AS c JOIN fct_record AS r ON r.record_id = c.record_id"
    " WHERE c.person_id = ? AND c.valid_to IS NULL AND r.valid_to IS NULL AND r.type <> 'person'),"
    " beside AS (SELECT DISTINCT c.person_id, c.record_id FROM fct_credit AS c JOIN mine AS m ON m.record_id = c.record_id"
    " WHERE c.valid_to IS NULL AND c.person_id IS NOT NULL AND c.person_id <> ?)"
)


def network(mart: Mart) -> Network:
    """Of the person the mart is bound to.

    Raises:
        Denied: the mart is not bound to one person.
    """
    me = _me(mart)
    rows = mart.rows(
        f"{_MINE} SELECT b.person_id, p.staff_no, p.name, coalesce(u.name, ''), coalesce(u.name_en, u.name, ''), count(*) AS shared"  # noqa: S608
        " FROM beside AS b JOIN dim_person AS p ON p.person_id = b.person_id LEFT JOIN dim_unit AS u ON u.unit_id = p.college_id"
        " GROUP BY ALL ORDER BY shared DESC, p.staff_no",
        [me, me],
    )
    found = [Colleague(row[0], row[1] or "", row[2] or "", row[3], row[4], int(row[5])) for row in rows]
    shown = found[:MOST]
    known = {one.person_id for one in shown}
    pairs = mart.rows(
        f"{_MINE} SELECT a.person_id, b.person_id, count(*) FROM beside AS a JOIN beside AS b"  # noqa: S608
        " ON b.record_id = a.record_id AND b.person_id > a.person_id GROUP BY ALL ORDER BY ALL",
        [me, me],
    )
    links = [(int(a), int(b), int(n)) for a, b, n in pairs if a in known and b in known]
    return Network(shown, links, len(found) - len(shown))


def shared(mart: Mart, colleague: int) -> list[Shared]:
    """The records counted by ``Colleague.shared``, newest first."""
    me = _me(mart)
    rows = mart.rows(
        f"{_MINE} SELECT r.record_id, r.number, r.type, r.title, r.filed_year FROM beside AS b JOIN fct_record AS r"  # noqa: S608
        " ON r.record_id = b.record_id WHERE b.person_id = ? ORDER BY r.dated_on DESC NULLS LAST, r.record_id DESC",
        [me, me, colleague],
    )
    return [Shared(row[0], row[1], row[2], row[3] or "", row[4]) for row in rows]


def _me(mart: Mart) -> int:
    if mart.level != "person" or mart.person_id is None:
        raise Denied
    return mart.person_id
