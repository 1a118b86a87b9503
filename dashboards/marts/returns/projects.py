"""表4: the projects of the year, one a line, with their money and people; and those left out with the reason (AC-105).

A project is weighed when it is in force on 31 December (measure P03), was closed in the year or money of it moved in it. Neither money nor
people: left out; in ST also what was closed in the year without money (SK lists it while people worked on it). Person-years are the months a year of each own member, a tenth of each (ST) or
a twelfth (SK), students apart in ST.
"""

# ruff: noqa: S608 - statements are made of declared codes and checked numbers; nothing a reader types stands in them
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dashboards.marts.reader import Mart
from dashboards.marts.returns import money, rounding
from dashboards.marts.returns.tables import THOUSAND, Table, leaves, tables

FUNDS = {"ST": "ST2", "SK": "SK-FUND"}
MONTHS = {"ST": 10, "SK": 12}
"""Months of a person-year; the SK divisor is uncertain in the sources (12 or 10)."""
RANKS = {"1": "L8", "2": "L8", "3": "L9", "4": "L10"}
"""Rank of title → column; any other is L11."""


@dataclass(frozen=True)
class Effort:
    """One own member of staff on one project: person-years of the year."""

    item_id: int
    person_id: int
    name: str
    sex: str
    rank: str
    months: Decimal


@dataclass(frozen=True)
class Project:
    """One line of the table. Money in fen; ``reason`` why it is left out, empty where it is listed."""

    item_id: int
    number: str
    name: str
    type: str
    granted_on: date | None
    received: Decimal
    spent: Decimal
    students: int
    discipline: str
    activity: str
    source: str
    organisation: str
    cooperation: str
    industry: str
    objective: str
    institution: str
    people: tuple[Effort, ...] = ()
    student_months: Decimal = Decimal(0)
    without_months: int = 0
    carried: Decimal = Decimal(0)
    reason: str = ""

    def years(self, system: str, column: str = "L6") -> Decimal:
        """Person-years, whole (L6), of women (L7) or of a rank of title (L8 to L11)."""
        chosen = (one for one in self.people if column == "L6" or (one.sex == "2" if column == "L7" else RANKS.get(one.rank, "L11") == column))
        return sum((one.months for one in chosen), Decimal(0)) / MONTHS[system]


def weighed(system: str, year: int) -> str:
    """SELECT every project the table of ``system`` weighs for ``year``: what the form shows of it, its money (fen) and months, and the
    reason where it is left out."""
    funds = tables()[FUNDS[system]]
    into, out = (", ".join(f"'{row}'" for row in leaves(funds.code, total)) for total in ("02", "22"))
    left = "closed_now AND NOT is_in_force" if system == "ST" else "false"
    closed = "status IN ('30', '31', '40', '41') AND year(coalesce(concluded_on, planned_end_on)) = "
    return f"""WITH moved AS (
    SELECT item_id, coalesce(sum(value) FILTER (WHERE row IN ({into})), 0) AS received, coalesce(sum(value) FILTER (WHERE row IN ({out})), 0) AS spent,
        coalesce(sum(value) FILTER (WHERE row = '{money.CARRIED}'), 0) AS carried,
        count(*) FILTER (WHERE row <> '{money.CARRIED}') AS vouchers
    FROM ({money.facts(funds, year)}) WHERE reason IS NULL GROUP BY item_id
),
projects AS (
    SELECT record_id, project_no, name, 'vertical_project' AS type, subject_class, discipline, activity_type, stat_source AS source, organisation_form, cooperation, industry, socioeconomic_objective, institution_id, {closed}{year} AS closed_now FROM rec_vertical_project
    UNION ALL
    SELECT record_id, project_no, name, 'horizontal_project', subject_class, discipline, activity_type, '{SOURCE_OF[system]["horizontal_project"]}', NULL, cooperation, industry, socioeconomic_objective, NULL, {closed}{year} FROM rec_horizontal_project
    UNION ALL
    SELECT record_id, project_no, name, 'university_project', subject_class, discipline, activity_type, '{SOURCE_OF[system]["university_project"]}', NULL, NULL, NULL, NULL, NULL, {closed}{year} FROM rec_university_project
),
in_force AS (SELECT record_id FROM fct_measure WHERE measure = 'P03' AND year = {year} AND included),
granted AS (SELECT record_id, min(counted_on) AS counted_on FROM fct_measure WHERE measure = 'P01' GROUP BY record_id),
months AS (
    SELECT record_id, coalesce(sum(value) FILTER (WHERE code = 'staff'), 0) AS staff, coalesce(sum(value) FILTER (WHERE code = 'student'), 0) AS student
    FROM fct_detail WHERE kind = 'effort' GROUP BY record_id
),
found AS (
SELECT p.record_id, p.project_no, p.name, p.type, g.counted_on AS granted_on, coalesce(m.received, 0) AS received, coalesce(m.spent, 0) AS spent, p.discipline, p.activity_type, p.source,
    p.organisation_form, p.cooperation, p.industry, p.socioeconomic_objective, i.name AS institution, f.record_id IS NOT NULL OR coalesce(p.closed_now, false) AS is_running,
    coalesce(m.carried, 0) AS carried, CASE WHEN f.record_id IS NOT NULL OR p.closed_now THEN coalesce(w.staff, 0) ELSE 0 END AS staff_months,
    CASE WHEN f.record_id IS NOT NULL OR p.closed_now THEN coalesce(w.student, 0) ELSE 0 END AS student_months,
    f.record_id IS NOT NULL AS is_in_force, coalesce(m.vouchers, 0) AS vouchers, p.closed_now
FROM projects AS p LEFT JOIN moved AS m ON m.item_id = p.record_id LEFT JOIN in_force AS f ON f.record_id = p.record_id
LEFT JOIN granted AS g ON g.record_id = p.record_id LEFT JOIN rec_institution AS i ON i.record_id = p.institution_id LEFT JOIN months AS w ON w.record_id = p.record_id
JOIN fct_record AS r ON r.record_id = p.record_id AND r.in_statistics
WHERE p.subject_class = '{tables()[FUNDS[system]].subject_class}' AND (f.record_id IS NOT NULL OR m.vouchers > 0 OR p.closed_now)
)
SELECT *, CASE WHEN vouchers > 0 THEN NULL WHEN {left} THEN 'closed_without_money' WHEN staff_months > 0 THEN NULL ELSE 'no_money_no_people' END AS reason
FROM found"""


SOURCE_OF = {
    "ST": {"horizontal_project": "10", "university_project": "12"},
    "SK": {"horizontal_project": "14", "university_project": "16"},
}
"""The source of projects whose kind says it: commissioned, and the university's own."""


def _efforts(system: str, year: int) -> str:
    return f"""SELECT d.record_id, d.code, d.person_id, p.name, coalesce(p.sex, ''), coalesce(s.category_1, p.title_rank, ''), d.value
FROM fct_detail AS d LEFT JOIN dim_person AS p ON p.person_id = d.person_id
LEFT JOIN fct_measure AS s ON s.record_id = d.person_id AND s.measure = 'S01' AND s.year = {int(year)}
WHERE d.kind = 'effort' AND d.code IN ('staff', 'student') ORDER BY d.record_id, d.seq"""


def projects(mart: Mart, system: str, year: int) -> list[Project]:
    """Every project the table of ``system`` (ST, SK) weighs for ``year``, listed ones and those left out, by project number."""
    people: dict[int, list[Effort]] = {}
    students: dict[int, list[Decimal]] = {}
    unknown: dict[int, int] = {}
    for item, kind, person, name, sex, rank, months in mart.rows(_efforts(system, year)):
        if kind == "student":
            students.setdefault(item, []).append(Decimal(months or 0))
        elif months is None:
            unknown[item] = unknown.get(item, 0) + 1
        else:
            people.setdefault(item, []).append(Effort(item, person or 0, name or "", sex, rank, Decimal(months)))
    wanted = "record_id, project_no, name, type, granted_on, received, spent, discipline, activity_type, source, organisation_form, cooperation, industry, socioeconomic_objective, institution, is_running, carried, student_months, reason"
    out = []
    for row in mart.rows(f"SELECT {wanted} FROM ({weighed(system, int(year))}) ORDER BY project_no, record_id"):
        item = int(row[0])
        worked = tuple(one for one in people.get(item, ()) if one.months > 0) if row[15] else ()
        out.append(Project(
            item, row[1] or "", row[2] or "", row[3], row[4], Decimal(row[5]), Decimal(row[6]), len(students.get(item, ())) if row[15] else 0, row[7] or "", row[8] or "",
            row[9] or "", row[10] or "", row[11] or "", row[12] or "", row[13] or "", row[14] or "", worked, Decimal(row[17]), unknown.get(item, 0), Decimal(row[16]), row[18] or "",
        ))  # fmt: skip
    return out


def lines(found: list[Project], table: Table) -> list[tuple[Project, dict[str, Any]]]:
    """The listed projects as the form wants them: yyyymm, whole 千元 that add up to the rounded total, person-years with
    one decimal that add up within a line."""
    listed = [one for one in found if not one.reason]
    received = rounding.shared({one.item_id: one.received for one in listed}, rounding.half_up(sum((one.received for one in listed), Decimal(0)), THOUSAND), THOUSAND)
    spent = rounding.shared({one.item_id: one.spent for one in listed}, rounding.half_up(sum((one.spent for one in listed), Decimal(0)), THOUSAND), THOUSAND)
    carried = rounding.shared({one.item_id: one.carried for one in listed}, rounding.half_up(sum((one.carried for one in listed), Decimal(0)), THOUSAND), THOUSAND)
    out = []
    for serial, one in enumerate(listed, 1):
        out.append((one, {
            "L0": serial, "L1": one.name, "L2": one.number, "L3": one.granted_on.strftime("%Y%m") if one.granted_on else "",
            "L4": received[one.item_id], "L5": spent[one.item_id], **_years(one, table.system), "L12": one.students, "L13": one.discipline, "L14": one.activity,
            "L15": one.source, "L16": one.organisation, "L17": one.cooperation, "L18": one.industry, "L19": one.objective, "L20": one.institution,
            "C1": carried[one.item_id], "C2": carried[one.item_id] + received[one.item_id] - spent[one.item_id],
        }))  # fmt: skip
    return out


def _years(one: Project, system: str) -> dict[str, Decimal]:
    """Tenths of a person-year; the ranks share the whole."""
    tenth = Decimal("0.1")
    ranks = {column: one.years(system, column) * 10 for column in ("L8", "L9", "L10", "L11")}
    whole = rounding.half_up(one.years(system) * 10, 1)
    shared = rounding.shared(ranks, whole, 1)
    women = min(rounding.half_up(one.years(system, "L7") * 10, 1), whole)
    return {"L6": whole * tenth, "L7": women * tenth, **{column: number * tenth for column, number in shared.items()}}
