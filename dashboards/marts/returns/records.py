"""Tables with one record a line: institutions, appraised results, books, awards. Which columns a record cannot fill is said."""

# ruff: noqa: S608 - statements are made of declared codes and checked numbers; nothing a reader types stands in them
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.marts.reader import Mart
from dashboards.marts.returns.outcomes import NO_BRANCH
from dashboards.marts.returns.tables import THOUSAND, Table

UNKNOWN = "需填报"
NUMBERS = ("人", "项", "千元", "千字")
MONTH = "strftime({0}, '%Y%m')"


@dataclass(frozen=True)
class Line:
    """One record; ``reason`` why it is left out, empty where it is listed. ``wrong``: columns whose value no record holds yet."""

    record_id: int
    values: Mapping[str, Any]
    reason: str = ""
    wrong: tuple[str, ...] = ()


LACKING: dict[str, tuple[str, ...]] = {"ST7": ("L7",), "ST3": ("L11", "L18"), "SK-INST": ("L9", "L14"), "ST8": (), "ST9": ()}
"""Columns the product holds nothing for: to be entered in the file exported."""

NEEDED: dict[str, tuple[str, ...]] = {
    "ST7": ("L3", "L4", "L5", "L6"), "ST8": ("L2", "L4", "L5", "L6"), "ST9": ("L3", "L4", "L5", "L6", "L7"), "ST3": ("L2", "L3", "L4", "L5", "L6", "L7", "L8", "L15"),
    "SK-INST": ("L2", "L3", "L4", "L6", "L7", "L8", "L16"),
}  # fmt: skip
"""Columns that must not be empty."""

_PEOPLE = "(SELECT string_agg(p.name, '、' ORDER BY c.rank) FROM fct_credit AS c JOIN dim_person AS p ON p.person_id = c.person_id WHERE c.record_id = r.record_id)"
_FIRST = "(SELECT min_by(p.name, c.rank) FROM fct_credit AS c JOIN dim_person AS p ON p.person_id = c.person_id WHERE c.record_id = r.record_id)"
_AWARD_LEVEL = "CASE WHEN r.level NOT IN ('10', '21', '23') OR r.is_government = false THEN 'out_of_scope_level' END"
_BOOK = {"1": "1", "3": "2", "2": "3", "6": "4", "7": "5"}
"""Kind of book → book_kind_st; other kinds are no S&T book of the form."""


def _outcome(measure: str, type_id: str, columns: Mapping[str, str], year: int, cls: str, reason: str = "NULL") -> str:
    values = ", ".join(f"{expression} AS {column}" for column, expression in columns.items())
    return (
        f"SELECT m.record_id, coalesce(m.reason, {NO_BRANCH}, {reason}) AS reason, {values} FROM fct_measure AS m JOIN rec_{type_id} AS r ON r.record_id = m.record_id"
        f" WHERE m.measure = '{measure}' AND m.year = {int(year)} AND m.type = '{type_id}' AND coalesce(r.subject_class, '{cls}') = '{cls}' ORDER BY m.counted_on, m.record_id"
    )


def _institution(table: Table, year: int) -> str:
    y, cls = int(year), table.subject_class
    figures = ("staff_total", "staff_senior", "staff_middle", "staff_doctor", "staff_master", "graduate_students", "intramural_expenditure", "rd_expenditure", "project_count", "equipment_value", "equipment_import")
    yearly = ", ".join(f"max(value) FILTER (WHERE code = '{code}') AS {code}" for code in figures)
    common = {"discipline": "r.discipline", "composition": "r.composition", "industry": "left(r.industry, 2)"}
    if table.code == "ST3":
        columns = {
            "L1": "r.name", "L2": "coalesce(r.base_class, r.level)", "L3": "r.approver", "L4": MONTH.format("r.founded_on"), "L5": common["discipline"], "L6": common["composition"],
            "L7": common["industry"], "L8": "y.staff_total", "L9": "y.staff_senior", "L10": "y.staff_middle", "L12": "y.staff_doctor", "L13": "y.staff_master",
            "L14": "y.graduate_students", "L15": "y.intramural_expenditure", "L16": "y.rd_expenditure", "L17": "y.project_count", "L19": "y.equipment_value",
        }  # fmt: skip
    else:
        columns = {
            "L1": "r.name", "L2": "strftime(r.founded_on, '%Y')", "L3": "r.approver", "L4": common["composition"], "L5": "coalesce(r.base_class, r.level)", "L6": common["discipline"],
            "L7": common["industry"], "L8": "y.staff_total", "L10": "y.staff_doctor", "L11": "y.staff_master", "L12": "y.staff_senior", "L13": "y.staff_middle",
            "L15": "y.graduate_students", "L16": "y.rd_expenditure", "L17": "y.equipment_value", "L18": "y.equipment_import",
        }  # fmt: skip
    values = ", ".join(f"{expression} AS {column}" for column, expression in columns.items())
    return f"""WITH yearly AS (SELECT record_id, {yearly} FROM fct_detail WHERE kind = 'institution' AND year = {y} GROUP BY record_id)
SELECT r.record_id, CASE WHEN NOT f.in_statistics THEN 'not_in_statistics' WHEN r.subject_class IS NULL THEN 'no_subject_class' END AS reason, {values}
FROM rec_institution AS r JOIN fct_record AS f ON f.record_id = r.record_id LEFT JOIN yearly AS y ON y.record_id = r.record_id
WHERE coalesce(r.subject_class, '{cls}') = '{cls}' AND r.founded_on <= make_date({y}, 12, 31) AND (r.closed_on IS NULL OR r.closed_on > make_date({y}, 12, 31))
ORDER BY r.record_id"""


def statement(table: Table, year: int) -> str:
    """SELECT record_id, reason, the form's columns. Raises KeyError for a table that is no list of records."""
    match table.code:
        case "ST7":
            columns = {"L1": "r.title", "L2": _PEOPLE, "L3": "r.form", "L4": "r.organiser", "L5": MONTH.format("r.appraised_on"), "L6": "r.conclusion"}
            return _outcome("R01", "appraisal", columns, year, table.subject_class)
        case "ST8":
            kind = "CASE r.book_kind " + " ".join(f"WHEN '{one}' THEN '{other}'" for one, other in _BOOK.items()) + " END"
            columns = {"L1": "r.title", "L2": kind, "L3": _FIRST, "L4": "r.publisher", "L5": MONTH.format("r.published_on"), "L6": "r.words * 10"}
            return _outcome("O10", "book", columns, year, table.subject_class, f"CASE WHEN {kind} IS NULL THEN 'no_row' END")
        case "ST9":
            columns = {"L1": "r.outcome_name", "L2": "r.award_name", "L3": "r.level", "L4": "r.grade", "L5": "r.issuer", "L6": "r.unit_rank", "L7": MONTH.format("r.awarded_on")}
            return _outcome("A01", "award", columns, year, table.subject_class, _AWARD_LEVEL)
        case "ST3" | "SK-INST":
            return _institution(table, year)
        case other:
            raise KeyError(other)


def lines(mart: Mart, table: Table, year: int) -> list[Line]:
    """Every record of the table, listed ones and those left out."""
    text = statement(table, year)
    names = [row[0] for row in mart.rows(f"DESCRIBE {text}")][2:]
    out = []
    for row in mart.rows(text):
        values = {name: _value(table, name, value) for name, value in zip(names, row[2:], strict=True)}
        wrong = tuple(name for name in NEEDED[table.code] if values.get(name) in (None, ""))
        values |= {name: UNKNOWN for name, value in values.items() if value == "" and table.column(name).unit in NUMBERS}
        out.append(Line(int(row[0]), values | dict.fromkeys(LACKING[table.code], UNKNOWN), row[1] or "", wrong))
    return out


def _value(table: Table, name: str, value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value or ""
    if table.column(name).is_money:
        return round(float(value) / THOUSAND)
    return int(value) if float(value).is_integer() else float(value)


LISTS = tuple(LACKING)
