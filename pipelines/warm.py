"""A refresh's transformation: the models' own statements, compiled once by dbt and run here in one transaction.

dbt takes 60-80 ms for a node however few rows it writes, and half a second a run; a refresh of a hundred edits
writes a few thousand rows. So dbt builds everything once (nightly, and when its code changes) and compiles the
incremental models with the variable ``warm``; a refresh selects each model's new rows, deletes the standing ones
whose key is among the rewritten (``meta.rewritten_by``) and inserts. All or nothing: readers of the warehouse never
see facts of one refresh beside sums of another, and what failed is done again by the next.

The compiled statements are kept beside dbt's target under the hash of the project, so that a process that only
refreshes need not load dbt.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

DIMENSIONS: dict[str, frozenset[str]] = {
    "dim_university": frozenset({"university"}),
    "dim_unit": frozenset({"unit"}),
    "dim_code": frozenset({"code_item"}),
    "dim_person": frozenset({"person", "person_post"}),
    "dim_source": frozenset({"source_table"}),
}
"""Dimension → the raw tables it reads: it is rewritten when one of them changed."""

FACTS = ("fct_record", "fct_credit", "fct_measure", "fct_detail", "fct_shared_key", "fct_sum")
REPORTS = ("rpt_indicator", "rpt_work", "rpt_balance", "rpt_reconciliation", "rpt_province", "rpt_peer")
TESTS = ("facts_conserve", "facts_keys")
"""Two folded tests in place of one per column."""
MODELS = (*DIMENSIONS, *FACTS, *REPORTS)
NIGHTLY = ("fct_review", "fct_quality", "rpt_quality")
"""Built with everything else only, nightly: what they tell of the work may be a day old, and pages print its time. A
published file keeps them as they are until then."""

PARTS = (
    "int_record_dates", "int_record_flags", "int_projects", "int_papers", "int_person_years", "int_measure_records", "int_measure_papers",
    "int_measure_outcomes", "int_measure_patents", "int_measure_transfers", "int_measure_funds", "int_measure_projects",
    "int_measure_exchange", "int_measure_people",
)  # fmt: skip
"""Intermediate views a refresh makes as tables of its own, over its batch alone; each after those it reads. As views within
views they would be planned again wherever they are read: 205 of the 345 ms of ``fct_measure``."""

REWRITTEN = {"record_id": "batch", "university_code": "touched", "project_id": "projects"}
"""Key of a model's rows → the table in schema ``pipeline`` that says which are rewritten."""

INDEXED = {"fct_record": ("record_id",), "fct_credit": ("record_id", "person_id"), "fct_measure": ("record_id",), "fct_detail": ("record_id",), "fct_shared_key": ("record_id",)}
"""Columns by which a refresh finds the rows of its batch; dropped while dbt builds, which renames tables."""

LEAVING = "INSERT INTO pipeline.leaving SELECT * FROM core.v_batch_sum"


@dataclass(frozen=True)
class Step:
    """One model or test: ``sql`` selects its new rows (a test: the rows that must not be). ``key`` is the column
    by which standing rows are replaced, empty where the whole table is. ``is_part``: a table for the time of the
    refresh (PARTS)."""

    name: str
    relation: str
    sql: str
    key: str = ""
    is_test: bool = False
    is_part: bool = False


@dataclass(frozen=True)
class Done:
    """A step that was run: rows written (of a test: rows found) and seconds."""

    name: str
    rows: int
    seconds: float


class Refused(Exception):
    """A step failed; ``name`` says which, ``reason`` in one line why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


def of_nodes(nodes: Iterable[Any]) -> list[Step]:
    """The steps of compiled dbt nodes, in the order of PARTS, MODELS and TESTS."""
    found = {node.name: node for node in nodes}
    steps = [Step(name, f'"temp"."main"."{name}"', found[name].compiled_code, is_part=True) for name in PARTS]
    for name in (*MODELS, *TESTS):
        node = found[name]
        is_test = name in TESTS
        relation = "" if is_test else f'"{node.schema}"."{node.name}"'
        key = "" if is_test else str(node.config.meta.get("rewritten_by", ""))
        steps.append(Step(name, relation, node.compiled_code, key, is_test))
    return steps


def save(path: Path, code: str, steps: Iterable[Step]) -> None:
    """Keep compiled steps under the hash of the project they come from."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps({"code": code, "steps": [asdict(step) for step in steps]}), encoding="utf-8")
    draft.rename(path)


def load(path: Path, code: str) -> list[Step] | None:
    """The steps kept under this hash, or None."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return [Step(**step) for step in kept["steps"]] if kept["code"] == code else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def wanted(tables: frozenset[str], any_records: bool) -> list[str]:
    """The steps of a refresh in which ``tables`` of the raw layer changed."""
    dimensions = [name for name, read in DIMENSIONS.items() if read & tables]
    return [*dimensions, *(FACTS if any_records else ()), *REPORTS, *TESTS]


def run(con: duckdb.DuckDBPyConnection, steps: Iterable[Step], names: Iterable[str]) -> list[Done]:
    """Run the named steps in one transaction. Raises ``Refused``; then nothing was changed."""
    chosen = frozenset(names)
    done: list[Done] = []
    at = "leaving"
    index(con)
    con.begin()
    try:
        con.execute("DELETE FROM pipeline.leaving")
        if "fct_sum" in chosen:
            con.execute(LEAVING)
        for step in steps:
            if step.is_part and "fct_record" in chosen:
                at = step.name
                con.execute(f"CREATE OR REPLACE TEMP TABLE {step.relation} AS {step.sql}")
            if step.name not in chosen:
                continue
            at, start = step.name, time.perf_counter()
            rows = _test(con, step) if step.is_test else _write(con, step)
            done.append(Done(step.name, rows, time.perf_counter() - start))
        con.commit()
    except duckdb.Error as error:
        con.rollback()
        raise Refused(at, str(error).strip().splitlines()[0]) from error
    except BaseException:
        con.rollback()
        raise
    return done


def _write(con: duckdb.DuckDBPyConnection, step: Step) -> int:
    """New rows are selected before the old ones go: a model may read its own table."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE _new AS {step.sql}")
    condition = f" WHERE {step.key} IN (SELECT {step.key} FROM pipeline.{REWRITTEN[step.key]})" if step.key else ""  # noqa: S608
    con.execute(f"DELETE FROM {step.relation}{condition}")  # noqa: S608 - names of the project
    written = con.execute(f"INSERT INTO {step.relation} SELECT * FROM _new").fetchall()  # noqa: S608
    con.execute("DROP TABLE _new")
    return int(written[0][0])


def _test(con: duckdb.DuckDBPyConnection, step: Step) -> int:
    found = con.execute(f"SELECT * FROM ({step.sql}) LIMIT 5").fetchall()  # noqa: S608
    if found:
        raise Refused(step.name, "; ".join(" ".join(map(str, row)) for row in found))
    return 0


def index(con: duckdb.DuckDBPyConnection) -> None:
    """Make the indexes that are missing."""
    standing = {name for (name,) in con.execute("SELECT index_name FROM duckdb_indexes() WHERE schema_name = 'core'").fetchall()}
    for table, columns in INDEXED.items():
        for column in columns:
            if f"{table}_{column}" not in standing:
                con.execute(f'CREATE INDEX "{table}_{column}" ON core."{table}" ("{column}")')


def unindex(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the indexes: dbt's full refresh renames tables, which DuckDB refuses while they have one."""
    for (name,) in con.execute("SELECT index_name FROM duckdb_indexes() WHERE schema_name = 'core'").fetchall():
        con.execute(f'DROP INDEX core."{name}"')
