"""What is counted and for whom: the one place where reach and filters become SQL.

The reach of a mart (university, college, person) is bound here; a page's address cannot widen it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dashboards.marts.definitions import Definition
from dashboards.marts.reader import Mart

ALL = "*"
UNASSIGNED = ""  # 未归属: no college, or no own staff
CORES = {
    # persons in the order of what they have: the first tenth, rounded up
    "top10": "person_id IN (SELECT person_id FROM (SELECT person_id, count(*) OVER () AS leaders,"
    " row_number() OVER (ORDER BY sum(contribution) DESC, person_id) AS place FROM v_contribution"
    " WHERE {where} AND person_id IS NOT NULL GROUP BY person_id HAVING sum(contribution) > 0) WHERE place <= ceil(leaders / 10.0))",
    # records in the order of what they have: as many as have at least as much as their place
    "h": "record_id IN (SELECT record_id FROM (SELECT record_id, sum(contribution) AS total,"
    " row_number() OVER (ORDER BY sum(contribution) DESC, record_id) AS place FROM v_contribution"
    " WHERE {where} GROUP BY record_id) WHERE total >= place)",
}
"""What the numerator of a distribution takes of its measure → the condition."""
THEN, NOW = "then", "now"
"""单位口径: the college of the outcome's own time, or the person's present one, merged units as their successors."""
EVER = 1900
"""The first year of a number that looks at everything up to a year."""
MANY = ","
"""Between several values of one class or type: what a chart draws together as 其他. No code has a comma in it."""
KINDS = ("category_1", "category_2", "type")
PERSON_RULE = "FULL_PERSON"  # a person's own page counts what the person took part in


@dataclass(frozen=True)
class Spec:
    """What is counted. ``college``: "*" all, "" 未归属, else a unit id. ``until``: month and day a flow is
    cut at in every year, for "to the same date". ``person`` narrows further, within the mart's reach; ``project``
    keeps the money of one project. ``category_1``, ``category_2``, ``type``: one value, or several with MANY between. ``core``: only what the numerator of a distribution takes (``CORES``).
    ``units``: THEN or NOW, "" where nobody asked (then)."""

    indicator: str
    year: int
    rule: str = ""
    college: str = ALL
    category_1: str = ALL
    category_2: str = ALL
    type: str = ALL
    person: str = ALL
    project: str = ALL
    first_year: int | None = None
    until: tuple[int, int] | None = None
    core: str = ""
    units: str = ""

    def address(self) -> dict[str, str]:
        """The spec as filters of a page's address; ``read`` is its reverse."""
        out = {"indicator": self.indicator, "year": str(self.year)}
        for name in ("rule", "units", "college", "category_1", "category_2", "type", "person", "project"):
            value = getattr(self, name)
            if value != (ALL if name not in ("rule", "units") else ""):
                out[name] = value or "none"
        if self.first_year is not None:
            out["from"] = str(self.first_year)
        if self.core:
            out["core"] = self.core
        if self.until is not None:
            out["until"] = f"{self.until[0]:02d}-{self.until[1]:02d}"
        return out


def read(parameters: dict[str, str]) -> Spec:
    """A spec from a page's address. Raises ValueError for what is not one; nothing in it can name a file."""
    until = None
    if parameters.get("until"):
        month, _, day = parameters["until"].partition("-")
        until = (int(month), int(day))
        date(2024, *until)
    values = {
        name: {"none": UNASSIGNED}.get(parameters.get(name, ALL), parameters.get(name, ALL))
        for name in ("college", "category_1", "category_2", "type", "person", "project")
    }
    for name in ("college", "person", "project"):
        if values[name] not in (ALL, UNASSIGNED):
            int(values[name])
    core = parameters.get("core", "")
    if core and core not in CORES:
        raise ValueError(core)
    units = parameters.get("units", "")
    if units not in ("", THEN, NOW):
        raise ValueError(units)
    first = int(parameters["from"]) if parameters.get("from") else None
    return Spec(
        indicator=parameters.get("indicator", ""),
        year=int(parameters.get("year", "0")),
        rule=parameters.get("rule", ""),
        first_year=first,
        until=until,
        core=core,
        units=units,
        **values,
    )


def rule_of(mart: Mart, found: Definition, spec: Spec) -> str:
    if spec.rule:
        if spec.rule not in found.rules:
            raise ValueError(f"{found.indicator} is not counted by {spec.rule}")
        return spec.rule
    if mart.level == "person" and PERSON_RULE in found.rules:
        return PERSON_RULE
    return found.counting_rule


def clauses(
    mart: Mart, found: Definition, spec: Spec, level: str | None, prefix: str = ""
) -> tuple[list[str], list[Any]]:
    """Level, rule, year, reach and filters. Rule and level are written as words, after a check against the
    closed lists, so that the engine drops the branches of the view it does not need."""
    rule = rule_of(mart, found, spec)
    chosen = _level(mart, spec, level)
    if not rule.replace("_", "").isalnum():
        raise ValueError(rule)
    out = [
        f"{prefix}measure = ?",
        f"{prefix}rule = '{rule}'",
        f"{prefix}level = '{chosen}'",
        f"{prefix}year BETWEEN ? AND ?",
    ]
    parameters: list[Any] = [found.measure, spec.first_year or spec.year, spec.year]
    college = str(mart.college_id) if mart.level == "college" else spec.college
    if mart.level == "college" and spec.college not in (ALL, college):
        out.append("false")
    if college != ALL:
        out.append(f"{prefix}college_id IS NOT DISTINCT FROM CAST(? AS BIGINT)")
        parameters.append(int(college) if college else None)
    person = str(mart.person_id) if mart.level == "person" else spec.person
    if mart.level == "person" and spec.person not in (ALL, person):
        out.append("false")
    if person != ALL:
        out.append(f"{prefix}person_id IS NOT DISTINCT FROM CAST(? AS BIGINT)")
        parameters.append(int(person) if person else None)
    of_kinds(spec, prefix, out, parameters)
    if spec.project != ALL:
        out.append(f"{project_of(prefix.rstrip('.') or 'v_contribution')} IS NOT DISTINCT FROM CAST(? AS BIGINT)")
        parameters.append(int(spec.project) if spec.project else None)
    if spec.until is not None and not found.is_stock:
        out.append(until_clause(prefix, spec.until))
    if spec.core:
        inner, bound = clauses(mart, found, replace(spec, core=""), chosen)
        out.append(prefix + CORES[spec.core].format(where=" AND ".join(inner)))
        parameters += bound
    return out, parameters


def of_kinds(spec: Spec, prefix: str, out: list[str], parameters: list[Any]) -> None:
    """The classes and types asked for, as conditions; of facts as of contributions."""
    for column in KINDS:
        value = getattr(spec, column)
        if value != ALL:
            several = value.split(MANY)
            out.append(f"{prefix}{column} = ?" if len(several) == 1 else f"{prefix}{column} IN ({', '.join('?' * len(several))})")
            parameters += several


def _level(mart: Mart, spec: Spec, level: str | None) -> str:
    if spec.person != ALL or mart.level == "person" or spec.core == "top10":
        return "person"
    if level is None and (spec.college != ALL or mart.level == "college"):
        return "college"
    return level or "university"


def on_present_units(mart: Mart, found: Definition, spec: Spec) -> bool:
    """Whether colleges are the present ones. Not within one college's reach, whose bounds the records' own colleges are;
    not under FULL_COLLEGE, which counts a record once for each college it had."""
    return spec.units == NOW and mart.level == "university" and not spec.core and rule_of(mart, found, spec) != "FULL_COLLEGE"


def relation(mart: Mart, found: Definition, spec: Spec, level: str | None = None, alias: str = "v_contribution") -> str:
    """What a number is summed over: v_contribution, or on the present units the same contributions, each in the college
    its person is in now. They are read by person, so that none is lost: the colleges add up to the same total."""
    chosen = _level(mart, spec, level)
    if chosen == "university" or not on_present_units(mart, found, spec):
        return "v_contribution" if alias == "v_contribution" else f"v_contribution AS {alias}"
    return (
        f"(SELECT a.* REPLACE ('{chosen}' AS level, coalesce(u.now_id, p.college_id, a.college_id) AS college_id) FROM v_contribution AS a"  # noqa: S608
        " LEFT JOIN dim_person AS p ON p.person_id = a.person_id LEFT JOIN dim_unit AS u ON u.unit_id = coalesce(p.college_id, a.college_id)"
        f" WHERE a.level = 'person') AS {alias}"
    )


def project_of(table: str) -> str:
    """The project a row of money belongs to; NULL for what is no money."""
    return (
        "(SELECT any_value(f.project_id) FROM (SELECT record_id, project_id FROM rec_fund_arrival"  # noqa: S608
        " UNION ALL SELECT record_id, project_id FROM rec_fund_outward"
        f" UNION ALL SELECT record_id, project_id FROM rec_fund_expense) AS f WHERE f.record_id = {table}.record_id)"
    )


def until_clause(prefix: str, until: tuple[int, int]) -> str:
    return f"(month({prefix}counted_on) * 100 + day({prefix}counted_on)) <= {until[0] * 100 + until[1]}"
