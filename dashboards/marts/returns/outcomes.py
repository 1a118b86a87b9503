"""The rows of ST6 (transfers and intellectual property) and SK3 (projects and outcomes by subject, source and activity), record
by record, out of the published measures: the same dates, amounts and exclusions as every other page."""

# ruff: noqa: S608 - statements are made of declared codes and checked numbers; nothing a reader types stands in them
from __future__ import annotations

from dashboards.marts.returns import projects
from dashboards.marts.returns.tables import Place, Table, blocks

NO_BRANCH = "CASE WHEN r.subject_class IS NULL THEN 'no_subject_class' END"
TRANSFERS = ("1", "2", "3")
"""Modes that are a transfer: assignment, licence, valuation as shares; development, consulting and services are commissioned projects."""

# --- ST6 ---------------------------------------------------------------------------------------------------------


def st6(table: Table, year: int) -> str:
    """C1 to C3 by kind of transferee (R), C4 to C6 by kind of patent (P), the rest in the total."""
    y = int(year)
    owner = "CASE WHEN r.transferee_type IN ('1', '2') THEN 'R2' WHEN r.transferee_type IN ('6', '7') THEN 'R3' WHEN r.transferee_type IN ('3', '4', '5') THEN 'R4' ELSE 'R5' END"
    kind = "CASE r.patent_type WHEN '1' THEN 'P1' WHEN '2' THEN 'P2' WHEN '3' THEN 'P3' ELSE 'P4' END"
    abroad = "r.patent_scope IN ('2', '3', '4')"
    parts = []
    for column, measure, value in (("C1", "R01", "m.value"), ("C2", "T01A", "m.value"), ("C3", "T01B", "m.value")):
        parts.append(f"SELECT m.record_id, {owner} AS row, '{column}' AS col, {value} AS value, {_reason()} AS reason, m.counted_on FROM fct_measure AS m JOIN rec_technology_transfer AS r ON r.record_id = m.record_id"
                     f" WHERE m.measure = '{measure}' AND m.year = {y} AND r.mode IN {TRANSFERS} AND coalesce(r.subject_class, '1') = '1'")  # fmt: skip
    for column, measure in (("C4", "K01A"), ("C5", "K01B"), ("C6", "K01C")):
        of = f"FROM fct_measure AS m JOIN rec_patent AS r ON r.record_id = m.record_id WHERE m.measure = '{measure}' AND m.year = {y} AND coalesce(r.subject_class, '1') = '1'"
        parts.append(f"SELECT m.record_id, {kind}, '{column}', m.value, {_reason()}, m.counted_on {of}")
        parts.append(f"SELECT m.record_id, 'P4', '{column}', m.value, {_reason()}, m.counted_on {of} AND r.patent_type <> '4' AND {abroad}")
    for column, measure, value in (("C7", "R01", "m.value"), ("C8", "T01A", "m.value"), ("C9", "T01B", "m.value")):
        parts.append(f"SELECT m.record_id, 'R1', '{column}', {value}, {_reason()}, m.counted_on FROM fct_measure AS m JOIN rec_technology_transfer AS r ON r.record_id = m.record_id"
                     f" WHERE m.measure = '{measure}' AND m.year = {y} AND r.mode = '1' AND r.patent_count > 0 AND coalesce(r.subject_class, '1') = '1'")  # fmt: skip
    for column, type_id, more in (
        ("C10", "copyright", "r.copyright_type = '1'"), ("C11", "new_variety", "true"), ("C12", "ic_layout", "true"),
        ("C13", "standard", "r.level IN ('2', '3') AND coalesce(r.subject_class, '1') = '1'"),
    ):  # fmt: skip
        parts.append(f"SELECT m.record_id, 'R1', '{column}', m.value, m.reason, m.counted_on FROM fct_measure AS m JOIN rec_{type_id} AS r ON r.record_id = m.record_id WHERE m.measure = 'R01' AND m.year = {y} AND {more}")
    return f"SELECT record_id, row, col, value, reason, NULL AS item_id, counted_on FROM ({' UNION ALL '.join(parts)})"


def _reason() -> str:
    return f"coalesce(m.reason, {NO_BRANCH})"


def st6_fills(table: Table, place: Place) -> bool:
    row, column = place
    if column in ("C1", "C2", "C3"):
        return row.startswith("R")
    if column in ("C4", "C5", "C6"):
        return row.startswith("P")
    return row == "R1"


# --- ST-P ----------------------------------------------------------------------------------------------------------


def papers(table: Table, year: int) -> str:
    """Public papers whose first author is own staff, by where they appeared."""
    where = "CASE r.publish_range WHEN '1' THEN 'P2' WHEN '2' THEN 'P3' WHEN '3' THEN 'P3' END"
    found = (
        f"SELECT m.record_id, coalesce(m.reason, {NO_BRANCH}, CASE WHEN a.record_id IS NULL THEN 'not_first_author' END) AS reason, m.counted_on, {where} AS inner_row"
        " FROM fct_measure AS m JOIN rec_paper AS r ON r.record_id = m.record_id"
        " LEFT JOIN (SELECT DISTINCT record_id FROM fct_credit WHERE rank = 1 AND person_id IS NOT NULL) AS a ON a.record_id = m.record_id"
        f" WHERE m.measure = 'O01' AND m.year = {int(year)} AND coalesce(r.subject_class, '1') = '1'"
    )
    return (
        f"WITH found AS ({found}) SELECT record_id, 'P1' AS row, 'V' AS col, 1 AS value, reason, NULL AS item_id, counted_on FROM found"
        " UNION ALL SELECT record_id, inner_row, 'V', 1, reason, NULL, counted_on FROM found WHERE inner_row IS NOT NULL AND reason IS NULL"
    )


# --- SK3 ---------------------------------------------------------------------------------------------------------

BOOKS = {"1": "L07", "2": "L09", "3": "L09", "4": "L10", "8": "L11", "7": "L12", "5": "L13", "6": "L14", "9": "L16"}
IN_TOTAL = ("L07", "L09", "L10", "L11", "L12")
AWARDS = {"10": "L22", "21": "L23", "23": "L24"}
PAPERS = {"1": "L19", "2": "L18", "3": "L18", "4": "L20"}
SUBJECTS = {"190": "XLX"}
"""GB/T 13745 disciplines whose subject has another code; 750 (literature) needs the second level and stays without a subject."""


def sk3(table: Table, year: int, projects_too: bool = True) -> str:
    """Every record three times: by its own subject, source and activity type. ``projects_too``: false where only outcomes are asked for."""
    y = int(year)
    dims = "r.discipline, r.project_source AS source, r.activity_type AS activity"
    parts = []

    def add(measure: str, type_id: str, column: str, value: str = "m.value", more: str = "true", reason: str = "", dims: str = dims) -> None:
        parts.append(
            f"SELECT m.record_id, {column} AS col, {value} AS value, coalesce(m.reason, {reason or NO_BRANCH}) AS reason, m.counted_on, {dims} FROM fct_measure AS m"
            f" JOIN rec_{type_id} AS r ON r.record_id = m.record_id WHERE m.measure = '{measure}' AND m.year = {y} AND coalesce(r.subject_class, '2') = '2' AND {more}"
        )

    kinds, ranges, levels = (_case(f"r.{field}", codes) for field, codes in (("book_kind", BOOKS), ("publish_range", PAPERS), ("level", AWARDS)))
    add("O10", "book", kinds, more=f"{kinds} IS NOT NULL")
    add("O10", "book", "'L06'", more=f"{kinds} IN {IN_TOTAL}")
    add("O10", "book", "'L08'", more="r.book_kind = '1' AND r.translated_out")
    add("O01", "paper", "'L15'", more="coalesce(r.is_translation, false)")
    add("O01", "paper", "'L17'", more="NOT coalesce(r.is_translation, false)")
    add("O01", "paper", ranges, more=f"NOT coalesce(r.is_translation, false) AND {ranges} IS NOT NULL")
    none = "r.discipline, NULL AS source, NULL AS activity"
    below = f"CASE WHEN r.subject_class IS NULL THEN 'no_subject_class' WHEN {levels} IS NULL OR r.is_government = false THEN 'out_of_scope_level' END"
    add("A01", "award", "'L21'", reason=below, dims=none)
    add("A01", "award", levels, more=f"{levels} IS NOT NULL", reason=below, dims=none)
    add("R01", "research_report", "'L25'")
    add("O11", "research_report", "'L26'")
    people = "(p.staff_months + p.student_months) / 12.0"
    for column, value in (("L01", "1"), ("L02", people), ("L03", "p.student_months / 12.0"), ("L04", "p.received"), ("L05", "p.spent")) if projects_too else ():
        parts.append(
            f"SELECT p.record_id, '{column}', {value}, p.reason, p.granted_on, p.discipline, p.source, p.activity_type FROM weighed AS p"
            + ("" if column == "L01" else " WHERE p.reason IS NULL")
        )
    subjects = ", ".join(f"('{code}', '{row}')" for code, row in _subjects().items())
    codes = {block.prefix: ", ".join(f"'{head.code[1:]}'" for head in block.rows[1:-1]) for block in blocks()}
    weighed = f"weighed AS MATERIALIZED ({projects.weighed('SK', y)}), " if projects_too else ""
    return f"""WITH {weighed}counted AS ({' UNION ALL '.join(parts)}),
subjects(discipline, subject) AS (VALUES {subjects})
SELECT record_id, row, col, value, reason, NULL AS item_id, counted_on FROM (
    SELECT c.record_id, 'S' || coalesce(s.subject, 'X') AS row, c.col, c.value, c.reason, c.counted_on FROM counted AS c LEFT JOIN subjects AS s ON s.discipline = c.discipline WHERE c.reason IS NULL
    UNION ALL
    SELECT record_id, 'Q' || CASE WHEN source IN ({codes['Q']}) THEN source ELSE 'X' END, col, value, reason, counted_on FROM counted WHERE reason IS NULL
    UNION ALL
    SELECT record_id, 'A' || CASE WHEN activity IN ({codes['A']}) THEN activity ELSE 'X' END, col, value, reason, counted_on FROM counted WHERE reason IS NULL
    UNION ALL
    SELECT record_id, 'ST', col, value, reason, counted_on FROM counted WHERE reason IS NOT NULL AND col IN ('L01', 'L15', 'L17', 'L21', 'L25')
    UNION ALL
    SELECT record_id, 'ST', 'L06', value, reason, counted_on FROM counted WHERE reason IS NOT NULL AND col IN {tuple(sorted(set(BOOKS.values())))}
)"""


def _subjects() -> dict[str, str]:
    known = {head.code[1:] for block in blocks() if block.prefix == "S" for head in block.rows[1:-1]}
    return {code: code for code in known if code.isdigit() and len(code) == 3} | SUBJECTS


def _case(field: str, codes: dict[str, str]) -> str:
    return f"CASE {field} {' '.join(_when(code, column) for code, column in codes.items())} END"


def sk3_fills(table: Table, place: Place) -> bool:
    """Awards say neither source nor activity: their block is crossed out."""
    row, column = place
    return not (column in ("L21", "L22", "L23", "L24") and row[0] in "QA")


def _when(code: str, column: str) -> str:
    return f"WHEN '{code}' THEN '{column}'"
