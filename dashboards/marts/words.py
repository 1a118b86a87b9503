"""The words for keys in a published file: colleges, people, types, codes."""

from __future__ import annotations

from dashboards.marts import definitions
from dashboards.marts.definitions import Definition
from dashboards.marts.numbers import By
from dashboards.marts.reader import Mart
from dashboards.marts.scope import UNASSIGNED


def colleges(mart: Mart) -> dict[str, tuple[str, str]]:
    """Unit id → names, 未归属 last. A college's own reach sees its own name only."""
    rows = mart.rows(
        "SELECT unit_id, name, name_en FROM dim_unit WHERE kind = 'college' ORDER BY code, unit_id"
    )
    found = {str(row[0]): (row[1], row[2] or row[1]) for row in rows}
    if mart.level == "college":
        own = str(mart.college_id)
        return {own: found.get(own, (own, own))}
    return {**found, UNASSIGNED: ("未归属", "Unassigned")}


def people(mart: Mart) -> dict[str, tuple[str, str]]:
    """Person id → staff number and name; empty where persons must not leave the university."""
    if not mart.persons:
        return {}
    clause, parameters = "", []
    if mart.level == "college":
        clause, parameters = " WHERE college_id = ?", [mart.college_id]
    elif mart.level == "person":
        clause, parameters = " WHERE person_id = ?", [mart.person_id]
    sql = f"SELECT person_id, staff_no, name FROM dim_person{clause} ORDER BY staff_no"  # noqa: S608
    rows = mart.rows(sql, parameters)
    return {str(row[0]): (row[1] or "", row[2] or "") for row in rows}


def projects(mart: Mart) -> dict[str, tuple[str, str]]:
    """Project id → number and title of those with money inside the mart's reach, newest number first."""
    clause, parameters = "", []
    if mart.level == "college":
        clause, parameters = " WHERE m.college_id = ?", [mart.college_id]
    elif mart.level == "person":
        clause, parameters = " WHERE m.owner_person_id = ?", [mart.person_id]
    rows = mart.rows(
        "SELECT p.record_id, p.number, p.title FROM fct_record AS p WHERE p.record_id IN (SELECT f.project_id FROM ("  # noqa: S608
        "SELECT record_id, project_id FROM rec_fund_arrival UNION ALL SELECT record_id, project_id FROM rec_fund_outward"
        " UNION ALL SELECT record_id, project_id FROM rec_fund_expense) AS f"
        f" JOIN fct_measure AS m ON m.record_id = f.record_id{clause}) ORDER BY p.number DESC",
        parameters,
    )
    return {str(row[0]): (f"{row[1]} {row[2]}", f"{row[1]} {row[2]}") for row in rows}


def types(mart: Mart) -> dict[str, tuple[str, str]]:
    rows = mart.rows("SELECT type, zh, en FROM dim_type ORDER BY seq")
    return {row[0]: (row[1], row[2]) for row in rows}


def words_for(mart: Mart, found: Definition, by: By) -> dict[str, tuple[str, str]]:
    """The labels of the keys ``groups`` gives for a column."""
    if by == "college":
        return colleges(mart)
    if by == "person":
        return {
            key: (f"{name} {no}".strip(), f"{name} {no}".strip()) for key, (no, name) in people(mart).items()
        }
    if by == "project":
        return {**projects(mart), UNASSIGNED: ("未关联项目", "No project")}
    if by == "type":
        return types(mart)
    if by in ("category_1", "category_2"):
        code_list = found.category_1_list if by == "category_1" else found.category_2_list
        known = types(mart) if code_list == "record_type" else definitions.labels(mart, code_list)
        return {**known, "": ("未分类", "Unclassified")}
    return {}
