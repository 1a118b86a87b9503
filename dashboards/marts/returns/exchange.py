"""The rows of ST5 and SK5: conferences, visits and lectures of the year.

Hosted conferences say their branch; an attendance takes that of the project that paid it, else, like visits and lectures, that of the
owner's own statistics (the records hold no discipline).
"""

# ruff: noqa: S608 - statements are made of declared codes and checked numbers; nothing a reader types stands in them
from __future__ import annotations

from dashboards.marts.returns.money import ITEMS
from dashboards.marts.returns.tables import Table

CHINA, ISLANDS = ("156", "CN", "CHN"), ("344", "446", "158", "HK", "HKG", "MO", "MAC", "TW", "TWN")
ABROAD, ISLAND, HOME = "abroad", "island", "home"
ROWS = {"ST5": {ABROAD: "R2", ISLAND: "R2", HOME: "R3"}, "SK5": {ABROAD: "R2", HOME: "R3", ISLAND: "R4"}}


def _place(country: str) -> str:
    return f"CASE WHEN {country} IN {CHINA} THEN '{HOME}' WHEN {country} IN {ISLANDS} THEN '{ISLAND}' WHEN {country} <> '' THEN '{ABROAD}' END"


def _level(level: str, country: str) -> str:
    return f"CASE WHEN {level} IN ('1', '2') THEN '{ABROAD}' WHEN {level} = '5' THEN '{ISLAND}' WHEN {level} IN ('3', '4', '6') THEN '{HOME}' ELSE {_place(country)} END"


_OWNER = "LEFT JOIN owners AS o ON o.record_id = r.record_id"
_GUESTS = "greatest(1, len(string_split_regex(trim(coalesce(r.foreign_persons, '')), '[、,，;；]')))"


def facts(table: Table, year: int) -> str:
    """SELECT record_id, row, col, value, reason, item_id, counted_on: persons and items of the table's branch."""
    y, cls, rows = int(year), table.subject_class, ROWS[table.code]
    shown = "CASE place " + " ".join(f"WHEN '{place}' THEN '{row}'" for place, row in rows.items()) + " END"
    parts = [f"SELECT m.record_id, m.counted_on, m.reason, {col} AS col, {value} AS value, {place} AS place, {branch} AS branch FROM fct_measure AS m {source} WHERE m.measure = '{measure}' AND m.year = {y} AND {where}"
             for measure, source, col, value, place, branch, where in _sources(table.code)]  # fmt: skip
    return f"""WITH {ITEMS},
owners AS (
    SELECT r.record_id, CASE split_part(d.code, '/', 1) WHEN 'ST' THEN '1' WHEN 'SK' THEN '2' END AS branch
    FROM fct_record AS r JOIN fct_detail AS d ON d.record_id = r.owner_person_id AND d.kind = 'staff' AND d.year = {y}
),
persons AS (SELECT record_id, count(DISTINCT person_id) AS n FROM fct_credit WHERE person_id IS NOT NULL GROUP BY record_id),
found AS ({' UNION ALL '.join(parts)})
SELECT record_id, coalesce({shown}, '') AS row, col, value,
    coalesce(reason, CASE WHEN branch IS NULL THEN 'no_subject_class' WHEN {shown} IS NULL THEN 'no_row' END) AS reason, NULL AS item_id, counted_on
FROM found WHERE coalesce(branch, '{cls}') = '{cls}'"""


def _sources(code: str) -> list[tuple[str, str, str, str, str, str, str]]:
    """measure, joins, column, value, place, branch, condition."""
    attended = f"JOIN rec_attended_conference AS r ON r.record_id = m.record_id LEFT JOIN items AS i ON i.item_id = r.project_id {_OWNER} LEFT JOIN persons AS n ON n.record_id = r.record_id"
    visits = f"JOIN rec_cooperative_research AS r ON r.record_id = m.record_id {_OWNER} LEFT JOIN persons AS n ON n.record_id = r.record_id"
    hosted = "JOIN rec_hosted_conference AS r ON r.record_id = m.record_id"
    lectures = f"JOIN rec_lecture AS r ON r.record_id = m.record_id {_OWNER}"
    went, level = "coalesce(i.subject_class, o.branch)", _level("r.level", "r.country")
    out = "coalesce(n.n, 1)"
    if code == "ST5":
        return [
            ("X02", visits, "'C1'", out, _place("r.country"), "o.branch", "r.direction = '1'"),
            ("X02", visits, "'C2'", _GUESTS, _place("r.country"), "o.branch", "r.direction = '2'"),
            ("X02", attended, "'C3'", out, level, went, "true"),
            ("X02", attended, "'C4'", "r.papers", level, went, "r.papers > 0"),
            ("X02", attended, "'C5'", "1", level, went, "r.is_invited"),
            ("X01A", hosted, "'C6'", "1", level, "r.subject_class", "true"),
        ]
    kinds = {"6": ("L07", "L08"), "1": ("L09", "L10"), "2": ("L09", "L10"), "3": ("L09", "L10"), "9": ("L11", "L12")}
    columns = {side: "CASE r.exchange_type " + " ".join(f"WHEN '{kind}' THEN '{pair[side]}'" for kind, pair in kinds.items()) + " END" for side in (0, 1)}
    kept = f"r.exchange_type IN {tuple(kinds)}"
    return [
        ("X01A", hosted, "CASE WHEN r.hosting = '1' THEN 'L01' ELSE 'L02' END", "1", level, "r.subject_class", "true"),
        ("X02", attended, "'L03'", out, level, went, "true"),
        ("X02", attended, "'L04'", "r.papers", level, went, "r.papers > 0"),
        ("X01B", lectures, "CASE WHEN r.direction = '2' THEN 'L05' ELSE 'L06' END", "1", _place("r.speaker_country"), "o.branch", "true"),
        ("X02", visits, columns[0], out, _place("r.country"), "o.branch", f"r.direction = '1' AND {kept}"),
        ("X02", visits, columns[1], _GUESTS, _place("r.country"), "o.branch", f"r.direction = '2' AND {kept}"),
        ("X02", visits, "'L13'", "1", _place("r.country"), "o.branch", "r.exchange_type = '9'"),
    ]
