"""Where one record stands in the year-end tables: table, cells and year, or why not."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.marts.reader import Mart
from dashboards.marts.returns import facts, outcomes, projects, records
from dashboards.marts.returns.book import PROJECT_TABLES
from dashboards.marts.returns.tables import Table, tables

PROJECTS = ("vertical_project", "horizontal_project", "university_project")
TABLES: dict[str, tuple[str, ...]] = {
    "person": ("ST1", "SK2"), "institution": ("ST3", "SK-INST"), **dict.fromkeys(PROJECTS, ("ST4", "SK-PROJ")), **dict.fromkeys(("fund_arrival", "fund_outward", "fund_expense"), ("ST2", "SK-FUND")),
    "paper": ("ST-P", "SK3"), "book": ("ST8", "SK3"), "award": ("ST9", "SK3"), "research_report": ("SK3",), "appraisal": ("ST7",), "patent": ("ST6",), "copyright": ("ST6",), "standard": ("ST6",),
    "new_variety": ("ST6",), "ic_layout": ("ST6",), "technology_transfer": ("ST6",), "hosted_conference": ("ST5", "SK5"), "attended_conference": ("ST5", "SK5"),
    "cooperative_research": ("ST5", "SK5"), "lecture": ("SK5",),
}  # fmt: skip
"""Type → the tables its records can stand in."""
STATES = frozenset({"person", "institution", *PROJECTS})
"""Types that stand in the tables of every year they last: told for the running year."""


@dataclass(frozen=True)
class Stand:
    """One record in one table of one year: ``cells`` as "row" or "row.column", empty in a list; ``reason`` where it is left out."""

    table: Table
    year: int
    cells: tuple[str, ...] = ()
    reason: str = ""


def of_record(mart: Mart, record_id: int, type_id: str) -> list[Stand]:
    """Every table a record stands in, or would but for a reason. A carry-over is told by the year the money came in."""
    if type_id not in TABLES:
        return []
    if type_id in STATES:
        years = [mart.today.year]
    else:
        years = [int(row[0]) for row in mart.rows("SELECT DISTINCT year FROM fct_measure WHERE record_id = ? AND measure NOT IN ('F11', 'K01C', 'K04') AND year IS NOT NULL AND year <= ? ORDER BY year DESC LIMIT 3", (record_id, mart.today.year))]
    found = []
    for year in years:
        for code in TABLES[type_id]:
            found += _in_table(mart, tables()[code], year, record_id)
    return found


def _in_table(mart: Mart, table: Table, year: int, record_id: int) -> list[Stand]:
    if table.code in PROJECT_TABLES.values():
        rows = mart.rows(f"SELECT reason FROM ({projects.weighed(table.system, year)}) WHERE record_id = ?", (record_id,))  # noqa: S608 - our own statement
        return [Stand(table, year, (), row[0] or "") for row in rows]
    if table.code in records.LISTS:
        rows = mart.rows(f"SELECT reason FROM ({records.statement(table, year)}) WHERE record_id = ?", (record_id,))  # noqa: S608 - our own statement
        return [Stand(table, year, (), row[0] or "") for row in rows[:1]]
    statement = outcomes.sk3(table, year, projects_too=False) if table.code == "SK3" else facts.of(table, year)
    rows = mart.rows(f"SELECT row, col, reason FROM ({statement}) WHERE record_id = ? ORDER BY row, col", (record_id,))  # noqa: S608 - our own statement
    cells = tuple(dict.fromkeys(row if col == "V" else f"{row}.{col}" for row, col, reason in rows if reason is None))
    if cells:
        return [Stand(table, year, cells)]
    return [Stand(table, year, (), str(rows[0][2]))] if rows else []
