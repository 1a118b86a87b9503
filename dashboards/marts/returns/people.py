"""The rows of ST1 and SK2, person by person: staff in post at the end of the year (measure S01), of the system the person is
marked for."""

# ruff: noqa: S608 - statements are made of declared codes and checked numbers; nothing a reader types stands in them
from __future__ import annotations

from dashboards.marts.returns.outcomes import _subjects
from dashboards.marts.returns.tables import Place, Table

TITLES = {"011": "R2", "012": "R3", "013": "R4", "014": "R5"}


def _staff(system: str, year: int) -> str:
    """One row per person: title code and rank, education, degree, age band, discipline, sex, R&D."""
    part = [f"split_part(d.code, '/', {n})" for n in range(1, 8)]
    return f"""SELECT s.record_id, s.counted_on, s.reason, s.category_1 AS title_rank, coalesce(p.sex, '') AS sex, d.value AS rd_months,
    {part[0]} AS system, {part[1]} AS title, {part[2]} AS education, {part[3]} AS degree, {part[4]} AS age, {part[5]} AS discipline,
    {part[6]} = '1' OR {part[6]} = '' AND coalesce(d.value, 0) > 1 AS is_rd
FROM fct_measure AS s JOIN fct_detail AS d ON d.record_id = s.record_id AND d.kind = 'staff' AND d.year = s.year
LEFT JOIN dim_person AS p ON p.person_id = s.record_id
WHERE s.measure = 'S01' AND s.year = {int(year)} AND {part[0]} IN ('{system}', '')"""


REASON = "coalesce(reason, CASE WHEN system = '' THEN 'no_subject_class' END)"


def st1(table: Table, year: int) -> str:
    """A person once in a row of title, of degree and of age."""
    scientist = "(title_rank IN ('1', '2', '3') OR title = '' AND (education LIKE '1%' OR education LIKE '2%'))"
    columns = {
        "C1": ("1", "true"), "C2": ("1", "sex = '2'"), "C3": ("1", scientist), "C4": ("1", "is_rd"), "C5": ("1", f"is_rd AND {scientist}"),
        "C6": ("least(10, coalesce(rd_months, 0)) / 10", "is_rd"),
    }  # fmt: skip
    titles = " ".join(f"WHEN title = '{code}' THEN '{row}'" for code, row in TITLES.items())
    rows = (
        f"CASE {titles} WHEN title LIKE '01%' THEN 'R6' WHEN title_rank IN ('1', '2') THEN 'R7' WHEN title_rank = '3' THEN 'R8' WHEN title_rank = '4' THEN 'R9' ELSE 'R10' END",
        "CASE WHEN degree LIKE '2%' THEN 'E1' WHEN degree LIKE '3%' THEN 'E2' WHEN degree LIKE '4%' OR education LIKE '2%' THEN 'E3' ELSE 'E4' END",
        "CASE WHEN age <> '' THEN age END",
    )
    parts = [
        f"SELECT record_id, {row} AS row, '{column}' AS col, {value} AS value, {REASON} AS reason, NULL AS item_id, counted_on FROM staff WHERE {where} AND {row} IS NOT NULL"
        + ("" if at == 0 and column == "C1" else f" AND {REASON} IS NULL")
        for at, row in enumerate(rows)
        for column, (value, where) in columns.items()
    ]
    return f"WITH staff AS ({_staff('ST', year)}) {' UNION ALL '.join(parts)}"


def st1_fills(table: Table, place: Place) -> bool:
    return place[1] not in ("C7", "C8")


def sk2(table: Table, year: int) -> str:
    """By the subject of the person's own work; GB/T 13745 disciplines that are no subject stand apart."""
    subjects = ", ".join(f"('{code}', '{row}')" for code, row in _subjects().items())
    columns = {
        "L01": "true", "L02": "sex = '2'", "L03": "title_rank = '1'", "L04": "title_rank = '2'", "L05": "title_rank = '3'", "L06": "title_rank = '4' AND title LIKE '01%'",
        "L07": "(title_rank NOT IN ('1', '2', '3', '4') OR title_rank = '4' AND title NOT LIKE '01%')", "L08": "education LIKE '1%'", "L09": "education LIKE '2%'",
        "L10": "education NOT LIKE '1%' AND education NOT LIKE '2%'", "L11": "degree LIKE '2%'", "L12": "degree LIKE '3%'",
    }  # fmt: skip
    parts = [
        f"SELECT record_id, 'S' || coalesce(subject, 'X') AS row, '{column}' AS col, 1 AS value, {REASON} AS reason, NULL AS item_id, counted_on FROM placed WHERE {where}"
        + ("" if column == "L01" else f" AND {REASON} IS NULL")
        for column, where in columns.items()
    ]
    return (
        f"WITH subjects(code, subject) AS (VALUES {subjects}), staff AS ({_staff('SK', year)}),"
        f" placed AS (SELECT t.*, s.subject FROM staff AS t LEFT JOIN subjects AS s ON s.code = t.discipline) {' UNION ALL '.join(parts)}"
    )
