"""What a refresh must rewrite: the records that changed, and those whose numbers hang on them.

Writes ``pipeline.batch`` (record ids), ``pipeline.near`` (records its numbers read), ``pipeline.touched`` (universities)
and ``pipeline.clock``, which the models read. A number of one record that reads another record's row needs a line here; the test that compares
an incremental with a full build is what notices a missing one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from ingestion.store.engine import local_zone
from pipelines.raw import Touched

WHOLE_UNIVERSITY = frozenset({"code_item", "unit", "share_rule", "source_table"})
"""A change in these may move any record of the university: a code a breakdown, a table of shares the credit of every
contributor, a table of citations or points every paper and score."""

# A post decides the college of whatever its person contributed to, owns or has a share in.
_RECORDS_OF_POSTED = """
INSERT INTO pipeline.batch
SELECT record_id FROM raw.contributor WHERE person_id IN (SELECT person_id FROM posted)
UNION ALL
SELECT id FROM raw.record WHERE owner_person_id IN (SELECT person_id FROM posted)
UNION ALL
SELECT record_id FROM raw.fund_arrival_shares WHERE share_person_id IN (SELECT person_id FROM posted)
UNION ALL
SELECT person_id FROM posted
"""

# Fund records take their nature from the project; a project carries its money along.
_MONEY_OF_PROJECTS = """
INSERT INTO pipeline.batch
SELECT record_id FROM (
    SELECT record_id, project_id FROM raw.fund_arrival
    UNION ALL SELECT record_id, project_id FROM raw.fund_outward
    UNION ALL SELECT record_id, project_id FROM raw.fund_expense
) AS money WHERE money.project_id IN (SELECT record_id FROM pipeline.batch)
"""

# A patent counts as converted by a transfer that names it, before or after the change.
_PATENTS_OF_TRANSFERS = """
INSERT INTO pipeline.batch
SELECT l.target_id FROM raw.record_link AS l
JOIN raw.technology_transfer AS t ON t.record_id = l.record_id
WHERE l.record_id IN (SELECT record_id FROM pipeline.batch)
UNION
SELECT m.record_id FROM core.fct_measure AS m
WHERE m.measure = 'K03N'
  AND EXISTS (SELECT 1 FROM raw._touched AS k WHERE k.kind = 'table' AND k.name = 'technology_transfer')
  AND m.university_code IN (SELECT university_code FROM pipeline.touched)
"""

# One result, one year: only its highest award counts, so awards of one result are judged together; and when one leaves a
# result (void, or renamed: the old name is nowhere any more), any that was outdone may count.
_AWARDS_OF_ONE_RESULT = """
INSERT INTO pipeline.batch
SELECT a.record_id FROM raw.award AS a
WHERE (a.university_code, a.outcome_name) IN (
    SELECT (b.university_code, b.outcome_name) FROM raw.award AS b WHERE b.record_id IN (SELECT record_id FROM pipeline.batch)
)
UNION
SELECT m.record_id FROM core.fct_measure AS m
WHERE m.measure = 'A01' AND m.reason = 'superseded_award' AND m.university_code IN (
    SELECT b.university_code FROM raw.award AS b WHERE b.record_id IN (SELECT record_id FROM pipeline.batch)
)
"""

# A result several universities share counts once in the province: whoever holds its key, or held it, is placed anew.
_HOLDERS_OF_KEYS = """
INSERT INTO pipeline.batch
SELECT k.record_id FROM raw.record_key AS k
WHERE (k.kind, k.value) IN (
    SELECT (b.kind, b.value) FROM raw.record_key AS b
    WHERE b.record_id IN (SELECT record_id FROM pipeline.batch) AND b.kind IN (SELECT kind FROM seeds.shared_keys)
)
UNION
SELECT f.record_id FROM core.fct_shared_key AS f
WHERE f.shared_key IN (SELECT o.shared_key FROM core.fct_shared_key AS o WHERE o.record_id IN (SELECT record_id FROM pipeline.batch))
"""

_UNIVERSITIES_OF_RECORDS = """
INSERT INTO pipeline.touched
SELECT university_code FROM raw.record WHERE id IN (SELECT record_id FROM pipeline.batch)
EXCEPT SELECT university_code FROM pipeline.touched
"""

# Whether a person is active depends on the person's records, those just lost included.
_PEOPLE_OF_RECORDS = """
INSERT INTO pipeline.batch
SELECT c.person_id FROM raw.contributor AS c
WHERE c.person_id IS NOT NULL AND c.record_id IN (SELECT record_id FROM pipeline.batch)
UNION
SELECT c.person_id FROM core.fct_credit AS c
WHERE c.person_id IS NOT NULL AND c.record_id IN (SELECT record_id FROM pipeline.batch)
"""

# What the numbers of the batch read of other records, unchanged: what its people took part in, the projects of its money.
_NEAR = """
INSERT INTO pipeline.near
SELECT record_id FROM pipeline.batch
UNION
SELECT c.record_id FROM raw.contributor AS c WHERE c.person_id IN (SELECT record_id FROM pipeline.batch)
UNION
SELECT money.project_id FROM (
    SELECT record_id, project_id FROM raw.fund_arrival
    UNION ALL SELECT record_id, project_id FROM raw.fund_outward
    UNION ALL SELECT record_id, project_id FROM raw.fund_expense
) AS money WHERE money.record_id IN (SELECT record_id FROM pipeline.batch) AND money.project_id IS NOT NULL
ORDER BY 1
"""

CLOSURE = (_MONEY_OF_PROJECTS, _PATENTS_OF_TRANSFERS, _AWARDS_OF_ONE_RESULT, _HOLDERS_OF_KEYS, _PEOPLE_OF_RECORDS)
"""In this order: a later statement sees what an earlier one added."""


@dataclass(frozen=True)
class Batch:
    """``full``: everything is rebuilt and ``records`` says nothing."""

    full: bool
    records: int
    universities: frozenset[str]
    tables: frozenset[str]


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """The tables the models read must stand before dbt compiles against them."""
    con.execute("CREATE SCHEMA IF NOT EXISTS pipeline")
    con.execute("CREATE TABLE IF NOT EXISTS pipeline.batch (record_id BIGINT)")
    con.execute("CREATE TABLE IF NOT EXISTS pipeline.near (record_id BIGINT)")
    con.execute("CREATE TABLE IF NOT EXISTS pipeline.touched (university_code VARCHAR)")
    con.execute("CREATE TABLE IF NOT EXISTS pipeline.projects (project_id BIGINT)")
    con.execute(
        "CREATE TABLE IF NOT EXISTS pipeline.leaving (university_code VARCHAR, measure VARCHAR, rule VARCHAR, year INTEGER, "
        "level VARCHAR, college_id BIGINT, category_1 VARCHAR, value DECIMAL(38, 16), records BIGINT, "
        "once_value DECIMAL(38, 16), once_records BIGINT)"
    )
    con.execute("CREATE TABLE IF NOT EXISTS pipeline.clock (as_of TIMESTAMP, local_day DATE)")
    con.execute("CREATE TABLE IF NOT EXISTS pipeline.state (key VARCHAR PRIMARY KEY, value VARCHAR)")


def fill(con: duckdb.DuckDBPyConnection, touched: Touched, as_of: datetime, full: bool) -> Batch:
    """Write the batch of one refresh. ``full`` or a first load rebuilds everything."""
    prepare(con)
    full = full or touched.full or "*" in touched.universities
    local_day = as_of.replace(tzinfo=UTC).astimezone(local_zone()).date()
    con.begin()
    try:
        con.execute("DELETE FROM pipeline.batch")
        con.execute("DELETE FROM pipeline.near")
        con.execute("DELETE FROM pipeline.touched")
        con.execute("DELETE FROM pipeline.projects")
        con.execute("DELETE FROM pipeline.clock")
        con.execute("INSERT INTO pipeline.clock VALUES (?, ?)", [as_of, local_day])
        if full:
            con.execute("INSERT INTO pipeline.touched SELECT code FROM raw.university WHERE kind = 'university'")
        else:
            _insert(con, "touched", pa.array(sorted(touched.universities), pa.string()))
            _insert(con, "batch", pa.array(sorted(touched.records), pa.int64()))
            _insert(con, "projects", pa.array(sorted(touched.projects), pa.int64()))
            if touched.tables & WHOLE_UNIVERSITY:
                con.execute(
                    "INSERT INTO pipeline.batch SELECT id FROM raw.record "
                    "WHERE university_code IN (SELECT university_code FROM pipeline.touched)"
                )
            if touched.posted:
                con.register("posted", pa.table({"person_id": pa.array(sorted(touched.posted), pa.int64())}))
                con.execute(_RECORDS_OF_POSTED)
                con.unregister("posted")
            for statement in CLOSURE:
                con.execute(statement)
            con.execute("CREATE OR REPLACE TEMP TABLE _batch AS SELECT DISTINCT record_id FROM pipeline.batch")
            con.execute("DELETE FROM pipeline.batch")
            con.execute("INSERT INTO pipeline.batch SELECT record_id FROM _batch ORDER BY record_id")
            con.execute("DROP TABLE _batch")
            con.execute(_NEAR)
            con.execute(_UNIVERSITIES_OF_RECORDS)
        con.commit()
    except BaseException:
        con.rollback()
        raise
    universities = con.execute("SELECT university_code FROM pipeline.touched").fetchall()
    records = con.execute("SELECT count(*) FROM pipeline.batch").fetchall()[0][0]
    return Batch(full, records, frozenset(code for (code,) in universities), touched.tables)


def _insert(con: duckdb.DuckDBPyConnection, table: str, values: pa.Array) -> None:
    con.register("_values", pa.table({"value": values}))
    con.execute(f"INSERT INTO pipeline.{table} SELECT value FROM _values")  # noqa: S608 the two names stand above
    con.unregister("_values")
