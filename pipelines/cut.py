"""Writing one file: cut anew from the marts, or the last one copied and what a refresh rewrote replaced in the copy.

A copy costs a few milliseconds a megabyte and keeps tables, comments and views; making them anew is five hundred
statements a university. Facts are replaced by the batch's records, reports and changed dimensions whole. The last
file itself is never touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines import analyst_views

BLOCK_SIZE = 16384  # many small tables: 256 kB blocks would be mostly air

OF_UNIVERSITY: dict[str, str] = {
    "core.dim_university": "university_code = $code",
    "core.dim_unit": "university_code = $code",
    "core.dim_person": "university_code = $code",
    "core.dim_source": "university_code = $code",
    "core.dim_code": "owner IN ('*', $code)",
    "core.dim_indicator": "true",
    "core.dim_rule": "true",
    "core.dim_type": "true",
    "core.fct_record": "university_code = $code AND valid_to IS NULL",
    "core.fct_measure": "university_code = $code AND valid_to IS NULL",
    "core.fct_credit": "university_code = $code AND valid_to IS NULL",
    "core.fct_detail": "university_code = $code AND valid_to IS NULL",
    "core.fct_review": "university_code = $code",
    "core.fct_quality": "university_code = $code",
    "reports.rpt_indicator": "university_code = $code",
    "reports.rpt_work": "university_code = $code",
    "reports.rpt_reconciliation": "university_code = $code",
    "reports.rpt_balance": "university_code = $code",
}
"""Table → the condition by which a university's file is cut from it."""

OF_PROVINCE: dict[str, str] = {
    "core.dim_university": "true",
    "core.dim_code": "owner = '*'",
    "core.dim_indicator": "true",
    "core.dim_rule": "true",
    "core.dim_type": "true",
    "reports.rpt_province": "true",
    "reports.rpt_quality": "true",
}
OF_PEERS: dict[str, str] = {
    "core.dim_code": "owner = '*'",
    "core.dim_indicator": "true",
    "reports.rpt_peer": "true",
}

SORTED = {"core.fct_measure": "measure, year, record_id, seq"}
"""Tables a file holds in another order than the warehouse: a page asks for one measure, and the engine skips the groups of
rows that hold others."""

BY_RECORD = frozenset({"core.fct_record", "core.fct_measure", "core.fct_credit", "core.fct_detail"})
"""Tables of which a refresh rewrites the batch's records."""


class PublishError(Exception):
    """A file would have been wrong and was not published."""


@dataclass(frozen=True)
class Part:
    """What a refresh rewrote beside the batch's records: the models replaced by university or whole (``dim_person``,
    ``rpt_indicator`` …)."""

    models: frozenset[str]

    def holds(self, table: str) -> bool:
        return table.split(".")[1] in self.models


def anew(
    con: duckdb.DuckDBPyConnection, temporary: Path, tables: Mapping[str, str], code: str | None = None
) -> None:
    """A new file with the rows of ``tables``; of a university (``code``) the records' own fields too."""
    temporary.unlink(missing_ok=True)
    con.execute(f"ATTACH '{temporary}' AS cut (BLOCK_SIZE {BLOCK_SIZE})")
    con.begin()  # one transaction: a commit a statement would wait for the disk 500 times
    try:
        for table, condition in tables.items():
            order = f" ORDER BY {SORTED[table]}" if table in SORTED else ""
            con.execute(
                f"CREATE TABLE cut.main.{table.split('.')[1]} AS SELECT * FROM {table} WHERE {condition}{order}",  # noqa: S608
                used(condition, code),
            )
        if code is not None:
            analyst_views.copy_records(con, "cut.main", code)
        analyst_views.comments(con, "cut.main", tables)
        con.commit()
    except BaseException:
        con.rollback()
        raise
    finally:
        con.execute("DETACH cut")


def revised(
    con: duckdb.DuckDBPyConnection, last: Path, temporary: Path, tables: Mapping[str, str], part: Part,
    meta: tuple[object, ...], code: str | None = None,
) -> None:
    """A copy of the ``last`` file with what the refresh rewrote, checked for rows of others and for lost ones.
    ``meta``: the values of its row of meta_generation."""
    shutil.copyfile(last, temporary)
    con.execute(f"ATTACH '{temporary}' AS cut")
    con.begin()
    try:
        for table, condition in tables.items():
            _revise(con, table, condition, part, code)
        if code is not None:
            types = [t for (t,) in con.execute(_TYPES_OF_BATCH, {"code": code}).fetchall()]
            analyst_views.revise_records(con, "cut.main", code, types)
        con.execute("DELETE FROM cut.main.meta_generation")
        con.execute(f"INSERT INTO cut.main.meta_generation VALUES ({', '.join('?' * len(meta))})", list(meta))  # noqa: S608
        con.commit()
        con.execute("CHECKPOINT cut")
    except BaseException:
        con.rollback()
        raise
    finally:
        con.execute("DETACH cut")


_TYPES_OF_BATCH = """
SELECT DISTINCT type FROM raw.record
WHERE university_code = $code AND id IN (SELECT record_id FROM pipeline.batch) ORDER BY type
"""


def _revise(con: duckdb.DuckDBPyConnection, table: str, condition: str, part: Part, code: str | None) -> None:
    name = table.split(".")[1]
    if table in BY_RECORD:
        rows = "record_id IN (SELECT record_id FROM pipeline.batch)"
    elif part.holds(table):
        rows = "true"
    else:
        return
    parameters = used(condition, code)
    con.execute(f"DELETE FROM cut.main.{name} WHERE {rows}")  # noqa: S608
    con.execute(f"INSERT INTO cut.main.{name} SELECT * FROM {table} WHERE ({condition}) AND {rows}", parameters)  # noqa: S608
    there = con.execute(f"SELECT count(*) FROM cut.main.{name}").fetchall()[0][0]  # noqa: S608
    wanted = con.execute(f"SELECT count(*) FROM {table} WHERE {condition}", parameters).fetchall()[0][0]  # noqa: S608
    if there != wanted:
        raise PublishError(f"{code}: {name} holds {there} rows of {wanted}")
    if code is not None and "university_code = $code" in condition:
        foreign = con.execute(f"SELECT count(*) FROM cut.main.{name} WHERE university_code <> $code", {"code": code})  # noqa: S608
        if (others := foreign.fetchall()[0][0]) != 0:
            raise PublishError(f"{code}: {name} holds {others} rows of another university")


def used(condition: str, code: str | None) -> dict[str, str]:
    """The parameters a condition names."""
    return {"code": code} if code is not None and "$code" in condition else {}
