"""Runs the checks on what a refresh brought, and decides which universities may be published.

Rows are checked when they change, so what failed is remembered in ``pipeline.failed`` until the rows named
are checked again and pass: an error found yesterday still holds its university today. Every failure is a
finding in the store, written through an operation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from expectations import catalogue, engine, marts, screen
from expectations.checks import Failure, Suite
from ingestion import findings
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.store.engine import Store, utc_now
from pipelines.batch import Batch
from pipelines.publish import Held

if TYPE_CHECKING:
    import pandas as pd

RAW, MARTS = "raw", "marts"
NOT_DRAFT = "b.state >= '10' AND b.state <> '90'"


@dataclass(frozen=True)
class Outcome:
    """What the checks of one refresh found."""

    checks: int
    failures: list[Failure]


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE SCHEMA IF NOT EXISTS pipeline")
    con.execute(
        "CREATE TABLE IF NOT EXISTS pipeline.failed (university_code VARCHAR, source VARCHAR, suite VARCHAR, "
        "rule VARCHAR, field VARCHAR, severity VARCHAR, zh VARCHAR, en VARCHAR, record_id BIGINT, "
        "example VARCHAR, since TIMESTAMP)"
    )


def check_raw(con: duckdb.DuckDBPyConnection, batch: Batch) -> Outcome:
    """The raw layer: the rows of the batch, of every type among them (all rows in a full build)."""
    prepare(con)
    outcomes = [(suite, _run(con, suite, source, batch)) for suite, source in of_raw(con, batch)]
    _remember(con, RAW, batch, outcomes)
    return _outcome(outcomes)


def of_raw(con: duckdb.DuckDBPyConnection, batch: Batch) -> list[tuple[Suite, str]]:
    """The suites of the raw layer with the rows (``FROM … AS b WHERE …``) each looks at."""
    codes = _codes(con)
    today = con.execute("SELECT local_day FROM pipeline.clock").fetchall()[0][0]
    found: list[tuple[Suite, str]] = []
    present = _types(con, batch)
    for record_type in ALL_RECORDS.values():
        if record_type.id in present:
            body = f"(SELECT h.state, d.* FROM raw.{record_type.id} AS d JOIN raw.record AS h ON h.id = d.record_id WHERE true {_of('d.record_id', batch)})"  # noqa: S608
            found.append((catalogue.suite(record_type, codes, today), f"FROM {body} AS b WHERE {NOT_DRAFT}"))
    found.append((catalogue.HEADER, _header(batch, present)))
    found.append((catalogue.CONTRIBUTORS, f"FROM raw.contributor AS b WHERE true {_of('b.record_id', batch)}"))
    found.append((catalogue.KEYS, _keys(batch)))
    return found


def check_marts(con: duckdb.DuckDBPyConnection, batch: Batch) -> Outcome:
    """The marts of the touched universities; reconciliation among them."""
    prepare(con)
    outcomes = [(suite, _run(con, suite, source, batch)) for suite, source in of_marts(batch)]
    _remember(con, MARTS, batch, outcomes)
    return _outcome(outcomes)


def of_marts(batch: Batch) -> list[tuple[Suite, str]]:
    """The suites of the marts with the rows each looks at: of a refresh those of the touched universities."""
    touched = "true" if batch.full else "b.university_code IN (SELECT university_code FROM pipeline.touched)"
    sources = {
        "rpt_reconciliation": f"FROM reports.rpt_reconciliation AS b WHERE {touched}",
        "rpt_balance": f"FROM reports.rpt_balance AS b WHERE {touched}",
        "fct_measure": f"FROM core.fct_measure AS b WHERE {touched} {_of('b.record_id', batch)}",
        "rpt_indicator": f"FROM ({_INDICATORS}) AS b WHERE {touched}",
    }
    return [(suite, sources[suite.name]) for suite in marts.SUITES]


# A ratio of a part to its whole lies within 0 and 1; money rates and growth may not.
_INDICATORS = """
SELECT i.university_code,
       CASE WHEN d.value_unit = 'share' AND d.operation = 'ratio' AND d.indicator NOT IN ('F05', 'K03')
            THEN i.value END AS bounded_share,
       true AS conserves
FROM reports.rpt_indicator AS i JOIN core.dim_indicator AS d ON d.indicator = i.indicator
UNION ALL
SELECT s.university_code, NULL, abs(s.whole - s.parts) <= 0.000001 * greatest(1, abs(s.whole))
FROM (
    SELECT i.university_code, i.indicator, i.year,
           sum(CASE WHEN i.level = 'university' THEN i.value ELSE 0 END) AS whole,
           sum(CASE WHEN i.level = 'college' THEN i.value ELSE 0 END) AS parts
    FROM reports.rpt_indicator AS i
    JOIN core.dim_indicator AS d ON d.indicator = i.indicator
    JOIN core.dim_rule AS r ON r.rule = d.counting_rule
    WHERE d.kind = 'additive' AND r.is_additive AND i.category_1 = '*'
    GROUP BY ALL
) AS s
"""


def held(con: duckdb.DuckDBPyConnection) -> dict[str, Held]:
    """The universities with an error that stands, and the words for their page."""
    prepare(con)
    rows = con.execute(
        "SELECT university_code, string_agg(DISTINCT zh, ' '), string_agg(DISTINCT en, ' '), min(since) "
        "FROM pipeline.failed WHERE severity = 'error' GROUP BY university_code ORDER BY university_code"
    ).fetchall()
    return {code: Held(zh, en, since.isoformat(sep=" ")) for code, zh, en, since in rows}


def write_findings(store: Store, con: duckdb.DuckDBPyConnection, batch: Batch) -> int:
    """Bring the store's open findings in line with ``pipeline.failed``; returns how many were opened."""
    opened = 0
    rows = con.execute(
        "SELECT university_code, source, record_id, rule, field, severity, zh, en, example FROM pipeline.failed"
    ).fetchall()
    checked = frozenset(r for (r,) in con.execute("SELECT record_id FROM pipeline.batch").fetchall())
    rules = frozenset(_all_rules(con))
    for code in sorted(batch.universities):
        for source in (RAW, MARTS):
            found = [
                findings.Found(record_id, rule, field, severity, zh + (f"（{example}）" if example else ""), en)
                for university, of, record_id, rule, field, severity, zh, en, example in rows
                if university == code and of == source
            ]
            with store.begin(code) as uow:
                limit = checked if source == RAW and not batch.full else None
                opened += findings.sync(uow, code, source, rules, found, limit)[0]
    return opened


def _all_rules(con: duckdb.DuckDBPyConnection) -> Iterable[str]:
    today = con.execute("SELECT local_day FROM pipeline.clock").fetchall()[0][0]
    every = [*catalogue.suites(_codes(con), today).values(), catalogue.HEADER, catalogue.KEYS, catalogue.CONTRIBUTORS]
    for suite in (*every, *marts.SUITES):
        for check in suite.checks:
            yield check.rule


def _codes(con: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    for name, code in con.execute("SELECT list, code FROM raw.code_item").fetchall():
        lists.setdefault(name, set()).add(code)
    return {name: frozenset(codes) for name, codes in lists.items()}


def _types(con: duckdb.DuckDBPyConnection, batch: Batch) -> set[str]:
    where = "" if batch.full else "WHERE id IN (SELECT record_id FROM pipeline.batch)"
    return {t for (t,) in con.execute(f"SELECT DISTINCT type FROM raw.record {where}").fetchall()}  # noqa: S608


def frame_of(con: duckdb.DuckDBPyConnection, suite: Suite, source: str) -> pd.DataFrame:
    """Only the columns the suite names, Arrow-typed."""
    import pandas as pd

    names = ", ".join(f'b."{column}"' for column in suite.columns)
    table: pa.Table = con.execute(f"SELECT {names} {source}").to_arrow_table()
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def _run(con: duckdb.DuckDBPyConnection, suite: Suite, source: str, batch: Batch) -> list[Failure]:
    """Every expectation in a full build; in a refresh those one query cannot rule out."""
    checks = suite.checks
    if not batch.full:
        try:
            checks = screen.suspicious(suite, source, lambda sql: con.execute(sql).fetchall())
        except duckdb.Error:  # a question the engine cannot answer is no answer
            checks = suite.checks
        if not checks:
            return []
    asked = replace(suite, checks=checks)
    return engine.run(asked, frame_of(con, asked, source))


def _of(column: str, batch: Batch) -> str:
    return "" if batch.full else f"AND {column} IN (SELECT record_id FROM pipeline.batch)"  # noqa: S608


def _header(batch: Batch, present: set[str]) -> str:
    bodies = " UNION ALL ".join(
        f"SELECT record_id FROM raw.{name} WHERE true {_of('record_id', batch)}"  # noqa: S608
        for name in ALL_RECORDS
        if name in present
    )
    return f"""
        FROM (
            SELECT r.id AS record_id, r.university_code, r.type, r.state, r.channel, r.title, r.approved_at,
                   d.record_id IS NOT NULL AS has_body,
                   best.person_id IS NULL OR best.person_id IS NOT DISTINCT FROM r.owner_person_id AS owner_agrees
            FROM raw.record AS r
            LEFT JOIN ({bodies or "SELECT CAST(NULL AS BIGINT) AS record_id"}) AS d ON d.record_id = r.id
            LEFT JOIN (
                SELECT c.record_id, max_by(c.person_id, -c.rank) AS person_id
                FROM raw.contributor AS c
                WHERE c.kind = 'staff' AND c.role <> 'handler' AND c.person_id IS NOT NULL
                  AND coalesce(c.claim, 'filed') <> 'declined' {_of('c.record_id', batch)}
                GROUP BY c.record_id
            ) AS best ON best.record_id = r.id
            WHERE r.state >= '10' AND r.state <> '90' {_of('r.id', batch)}
        ) AS b
    """  # noqa: S608


def _keys(batch: Batch) -> str:
    """The rows of record_key to compare: all, or in a refresh those that share a key with the batch or with a key
    found to repeat before."""
    if batch.full:
        return "FROM raw.record_key AS b"
    return """
        FROM raw.record_key AS b WHERE (b.university_code, b.kind, b.value) IN (
            SELECT (k.university_code, k.kind, k.value) FROM raw.record_key AS k
            WHERE k.record_id IN (
                SELECT record_id FROM pipeline.batch
                UNION ALL SELECT record_id FROM pipeline.failed WHERE suite = 'record_key'
            )
        )
    """


def _outcome(outcomes: list[tuple[Suite, list[Failure]]]) -> Outcome:
    return Outcome(
        sum(len(suite.checks) for suite, _ in outcomes), [failure for _, failures in outcomes for failure in failures]
    )


def _remember(
    con: duckdb.DuckDBPyConnection, source: str, batch: Batch, outcomes: list[tuple[Suite, list[Failure]]]
) -> None:
    """Replace what is known of the rows just checked. A failure keeps the time it was first seen."""
    first_seen = {
        (code, rule, record_id): since
        for code, rule, record_id, since in con.execute(
            "SELECT university_code, rule, record_id, since FROM pipeline.failed WHERE source = ?", [source]
        ).fetchall()
    }
    now = utc_now()
    rows: list[list[Any]] = []
    for suite, failures in outcomes:
        for failure in failures:
            for record_id in failure.record_ids or (None,):
                since = first_seen.get((failure.university_code, failure.check.rule, record_id), now)
                example = ", ".join(failure.values[:2]) if record_id is None or len(failure.record_ids) == 1 else ""
                rows.append(
                    [failure.university_code, source, suite.name, failure.check.rule, failure.check.field,
                     failure.check.severity, failure.check.zh, failure.check.en, record_id, example, since]
                )  # fmt: skip
    con.begin()
    try:
        touched = "university_code IN (SELECT university_code FROM pipeline.touched)"
        by_record = "(record_id IS NULL OR record_id IN (SELECT record_id FROM pipeline.batch))"
        if batch.full:
            con.execute("DELETE FROM pipeline.failed WHERE source = ?", [source])
        elif source == RAW:
            con.execute(
                f"DELETE FROM pipeline.failed WHERE source = ? AND (suite = 'record_key' OR ({touched} AND {by_record}))",  # noqa: S608
                [source],
            )
        else:
            con.execute(
                f"DELETE FROM pipeline.failed WHERE source = ? AND {touched} AND (suite <> 'fct_measure' OR {by_record})",  # noqa: S608
                [source],
            )
        if rows:
            con.executemany("INSERT INTO pipeline.failed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        con.commit()
    except BaseException:
        con.rollback()
        raise
