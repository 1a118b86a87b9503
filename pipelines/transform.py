"""dbt in this process, warm.

A run by dbt's command line takes 5-8 s, most of it imports and parsing. Here one ``Transformer`` keeps the
parsed project, so a refresh pays only for the nodes it builds (60-80 ms each): the tables downstream of what
changed. Views hold no rows and are made again only when the code changes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.batch import Batch
from pipelines.codegen import DBT

DIMENSIONS: dict[str, frozenset[str]] = {
    "dim_university": frozenset({"university"}),
    "dim_unit": frozenset({"unit"}),
    "dim_code": frozenset({"code_item"}),
    "dim_person": frozenset({"person", "person_post"}),
}
"""Dimension → the raw tables it reads: it is rebuilt when one of them changed."""

FACTS = ("fct_record", "fct_credit", "fct_measure")
REPORTS = ("rpt_indicator", "rpt_work", "rpt_balance", "rpt_reconciliation", "rpt_province", "rpt_peer")
HOT_TESTS = ("facts_conserve", "facts_keys")
"""Two folded tests in place of one per column: on a refresh every test costs a round."""


class TransformError(Exception):
    """A model or test failed. ``failures`` are (node name, first line of the reason)."""

    def __init__(self, failures: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in failures))
        self.failures = failures


@dataclass(frozen=True)
class NodeResult:
    name: str
    status: str
    seconds: float


class Transformer:
    """The dbt project bound to one warehouse. Not for two threads at once: DuckDB has one writer."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.warehouse = home / "warehouse.duckdb"
        self.target = home / "dbt"
        self._manifest: Any = None

    def _arguments(self) -> list[str]:
        return [
            "--project-dir", str(DBT),
            "--profiles-dir", str(DBT),
            "--target-path", str(self.target),
            "--log-path", str(self.target / "logs"),
            "--log-level-file", "none",
            "--no-send-anonymous-usage-stats",
            "--no-use-colors",
            "--quiet",
        ]  # fmt: skip

    def _environment(self) -> None:
        os.environ["YANSHU_WAREHOUSE"] = str(self.warehouse)
        os.environ["DO_NOT_TRACK"] = "1"
        os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
        self.target.mkdir(parents=True, exist_ok=True)

    @property
    def manifest(self) -> Any:
        """The parsed project, parsed once a process."""
        if self._manifest is None:
            from dbt.cli.main import dbtRunner

            self._environment()
            result = dbtRunner().invoke(["parse", *self._arguments()])
            if not result.success:
                raise TransformError([("parse", str(result.exception))])
            self._manifest = result.result
        return self._manifest

    def invoke(self, command: list[str], callbacks: Iterable[Callable[[Any], None]] = ()) -> list[NodeResult]:
        """Run one dbt command on the kept manifest; raises ``TransformError`` naming every failed node."""
        from dbt.cli.main import dbtRunner

        self._environment()
        runner = dbtRunner(manifest=self.manifest, callbacks=list(callbacks))
        result = runner.invoke([*command, "--no-write-json", *self._arguments()])  # parse wrote the manifest
        _let_go()
        nodes = [
            NodeResult(r.node.name, str(r.status), r.execution_time) for r in getattr(result.result, "results", ())
        ]
        if not result.success:
            failures = [
                (r.node.name, _reason(r.message))
                for r in getattr(result.result, "results", ())
                if str(r.status) in ("error", "fail", "runtime error")
            ]
            raise TransformError(failures or [(command[0], str(result.exception))])
        return nodes

    def run(self, batch: Batch, callbacks: Iterable[Callable[[Any], None]] = ()) -> list[NodeResult]:
        """Build what the batch asks for: everything, or the tables on the way from the change to the numbers."""
        return self.invoke(command(batch), callbacks)


def command(batch: Batch) -> list[str]:
    """The dbt command for a batch. Unit tests belong to the test suite, not to a refresh."""
    if batch.full:
        return ["build", "--full-refresh", "--exclude-resource-type", "unit_test", "--exclude", *HOT_TESTS]
    return ["build", "--indirect-selection", "empty", "--select", *selection(batch)]


def selection(batch: Batch) -> list[str]:
    dimensions = [name for name, tables in DIMENSIONS.items() if tables & batch.tables]
    facts = FACTS if batch.records else ()
    return [*dimensions, *facts, *REPORTS, *HOT_TESTS]


def code_hash() -> str:
    """Changes whenever a file of the dbt project does: the views must be made again."""
    digest = hashlib.sha256()
    for path in sorted(DBT.rglob("*")):
        if path.is_file() and path.suffix in (".sql", ".yml", ".csv"):
            digest.update(str(path.relative_to(DBT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _let_go() -> None:
    """Close dbt's connection: kept open, it would lock every other process out of the warehouse."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager as Connections
    from dbt.adapters.factory import cleanup_connections

    cleanup_connections()
    with Connections._LOCK:
        if Connections._ENV is not None:
            Connections._ENV.close()
        Connections.close_all_connections()


def _reason(message: str | None) -> str:
    lines = (message or "").strip().splitlines()
    return lines[0] if lines else ""
