"""The rows of the fund tables (ST2, SK-FUND), record by record, out of the published measures.

Receipts are F01, transfers F09, expenses F10 (split by the lines of the expense): the numbers every other page shows.
Which table a voucher is for follows the project's 学科门类, which row ``declared/routes.csv``. The carry-over is what
arrived less what was spent and passed on before the year.
"""

# ruff: noqa: S608 - statements are made of declared codes and checked numbers; nothing a reader types stands in them
from __future__ import annotations

from dashboards.marts.returns.tables import Table, routes, within

ITEMS = """items AS (
    SELECT record_id AS item_id, 'vertical_project' AS type, subject_class, activity_type, stat_source, discipline FROM rec_vertical_project
    UNION ALL
    SELECT record_id, 'horizontal_project', subject_class, activity_type, NULL, discipline FROM rec_horizontal_project
    UNION ALL
    SELECT record_id, 'university_project', subject_class, activity_type, NULL, discipline FROM rec_university_project
)"""
"""The projects in force, with what decides where their money and people are counted."""

LISTED = ("vertical_project", "horizontal_project", "university_project")
RD = ("1", "2", "3")
"""Activity types that are research and experimental development."""
RECEIPTS_RD = {"ST2": "03"}
SPENT_RD = {"ST2": "23"}
CARRIED = "01"
PASSED_ON = {"ST2": "24", "SK-FUND": "31"}


def _routes(table: Table) -> str:
    values = ", ".join(f"({precedence}, '{code}', '{row}')" for precedence, code, row in routes(table.code))
    return f"routes(precedence, code, row) AS (VALUES {values})"


def facts(table: Table, year: int) -> str:
    """SELECT record_id, row, col, value (fen), reason, item_id, counted_on: every record with money of ``year`` or carried into it. Only
    rows without a reason count; the words that vary are checked numbers and the declared codes."""
    code, cls, y = table.code, table.subject_class, int(year)
    passed = PASSED_ON[code]
    also = [f"SELECT record_id, '{outer}' AS row, value, item_id, counted_on, reason FROM named WHERE row = '{inner}'" for inner, outer in within(code).items()]
    rd = f"activity_type IN {RD}"
    if code in RECEIPTS_RD:
        also.append(f"SELECT record_id, '{RECEIPTS_RD[code]}', value, item_id, counted_on, reason FROM named WHERE side = 'in' AND {rd}")
        also.append(f"SELECT record_id, '{SPENT_RD[code]}', value, item_id, counted_on, reason FROM named WHERE side IN ('out', 'spent') AND {rd}")
    return f"""WITH {ITEMS},
{_routes(table)},
money AS (
    SELECT m.record_id, m.year, m.counted_on, m.value, m.reason, 'in' AS side, a.project_id, a.fund_source AS code
    FROM fct_measure AS m JOIN rec_fund_arrival AS a ON a.record_id = m.record_id
    WHERE m.measure = 'F01' AND m.year <= {y}
    UNION ALL
    SELECT m.record_id, m.year, m.counted_on, m.value, m.reason, 'out', o.project_id, o.payee_type
    FROM fct_measure AS m JOIN rec_fund_outward AS o ON o.record_id = m.record_id
    WHERE m.measure = 'F09' AND m.year <= {y}
    UNION ALL
    SELECT m.record_id, m.year, m.counted_on, d.value, m.reason, 'spent', e.project_id, d.code
    FROM fct_measure AS m JOIN rec_fund_expense AS e ON e.record_id = m.record_id
    JOIN fct_detail AS d ON d.record_id = m.record_id AND d.kind = 'expense'
    WHERE m.measure = 'F10' AND m.year <= {y}
),
placed AS (
    SELECT m.*, i.item_id, i.activity_type,
        CASE WHEN m.reason IS NOT NULL THEN m.reason WHEN i.subject_class IS NULL THEN 'no_subject_class' END AS left_out,
        CASE
            WHEN m.year < {y} THEN '{CARRIED}'
            WHEN m.side = 'out' THEN coalesce(out_row.row, '{passed}')
            WHEN m.side = 'spent' THEN spent_row.row
            ELSE coalesce(kind_row.row, source_row.row, type_row.row, said_row.row)
        END AS row
    FROM money AS m LEFT JOIN items AS i ON i.item_id = m.project_id
    LEFT JOIN routes AS kind_row ON kind_row.precedence = 1 AND kind_row.code = m.code
    LEFT JOIN routes AS source_row ON source_row.precedence = 2 AND source_row.code = i.stat_source
    LEFT JOIN routes AS type_row ON type_row.precedence = 3 AND type_row.code = i.type
    LEFT JOIN routes AS said_row ON said_row.precedence = 4 AND said_row.code = m.code
    LEFT JOIN routes AS out_row ON out_row.precedence = 8 AND out_row.code = m.code
    LEFT JOIN routes AS spent_row ON spent_row.precedence = 9 AND spent_row.code = m.code
    WHERE i.subject_class = '{cls}' OR i.subject_class IS NULL AND m.year = {y}
),
named AS (
    SELECT record_id, coalesce(row, '') AS row, CASE WHEN row = '{CARRIED}' THEN '' ELSE side END AS side,
        CASE WHEN row = '{CARRIED}' AND side <> 'in' THEN -value ELSE value END AS value,
        item_id, activity_type, counted_on, coalesce(left_out, CASE WHEN row IS NULL THEN 'no_row' END) AS reason
    FROM placed
),
carried_rows AS (SELECT record_id, row, value, item_id, counted_on, reason FROM named{''.join(f" UNION ALL {one}" for one in also)})
SELECT record_id, row, 'V' AS col, value, reason, item_id, counted_on FROM carried_rows"""

