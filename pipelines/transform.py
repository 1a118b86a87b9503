"""dbt in this process.

A run by dbt's command line takes 5-8 s, most of it imports and parsing; one ``Transformer`` keeps the parsed
project. dbt builds everything: at first, nightly, and when the project's code changes. Between those a refresh runs
what dbt compiled (``warm``) on the tables downstream of what changed; views hold no rows and stay as they are.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from pipelines import lineage, recipe, warm
from pipelines.batch import Batch
from pipelines.codegen import DBT

FOLDED = "facts_keys"
"""A full build tests the key of every model one by one instead."""


class TransformError(Exception):
    """A model or test failed. ``failures`` are (node name, first line of the reason)."""

    def __init__(self, failures: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in failures))
        self.failures = failures


@dataclass(frozen=True)
class NodeResult:
    """``rows``: written by a refresh (dbt tells none)."""

    name: str
    status: str
    seconds: float
    rows: int = 0
    is_test: bool = False


class Transformer:
    """The dbt project bound to one warehouse. Not for two threads at once: DuckDB has one writer."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.warehouse = home / "warehouse.duckdb"
        self.target = home / "dbt"
        self._manifest: Any = None
        self._steps: list[warm.Step] | None = None
        self._built: list[Any] = []

    @cached_property
    def code(self) -> str:
        """The hash of the project this process works with."""
        return code_hash()

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
        done = getattr(result.result, "results", ())
        self._built = [r.node for r in done if str(r.node.resource_type) == "model"]
        nodes = [NodeResult(r.node.name, str(r.status), r.execution_time, is_test=str(r.node.resource_type) == "test") for r in done]
        if not result.success:
            failures = [
                (r.node.name, _reason(r.message))
                for r in done
                if str(r.status) in ("error", "fail", "runtime error")
            ]
            raise TransformError(failures or [(command[0], str(result.exception))])
        return nodes

    def build(self, callbacks: Iterable[Callable[[Any], None]] = ()) -> list[NodeResult]:
        """Build everything anew. dbt opens the warehouse itself: nobody may hold it. Raises ``TransformError``."""
        with duckdb.connect(str(self.warehouse)) as con:
            warm.unindex(con)
        built = self.invoke(["build", "--full-refresh", "--exclude-resource-type", "unit_test", "--exclude", FOLDED], callbacks)
        with duckdb.connect(str(self.warehouse)) as con:
            warm.index(con)
            recipe.save(con, recipe.path(self.target), self.code, self._built)
            measures = [code for (code,) in con.execute("SELECT measure FROM seeds.measures ORDER BY 1").fetchall()]
        lineage.save(self.home, self.manifest, self._built, measures)
        self.steps()
        return built

    def refresh(self, con: duckdb.DuckDBPyConnection, batch: Batch) -> list[NodeResult]:
        """Rewrite what the batch asks for: the tables on the way from the change to the numbers. Raises
        ``TransformError``; then nothing has changed."""
        try:
            done = warm.run(con, self.steps(), warm.wanted(batch.tables, batch.records > 0))
        except warm.Refused as error:
            raise TransformError([(error.name, error.reason)]) from error
        return [NodeResult(one.name, "pass" if one.name in warm.TESTS else "success", one.seconds, one.rows, one.name in warm.TESTS) for one in done]

    @property
    def is_warm(self) -> bool:
        """Whether ``steps`` can answer without dbt."""
        return self._steps is not None

    def steps(self) -> list[warm.Step]:
        """The compiled steps of a refresh; compiled where the project has changed since they were kept. dbt opens
        the warehouse to compile: nobody may hold it then."""
        if self._steps is None:
            kept, code = self.target / "warm.json", self.code
            self._steps = warm.load(kept, code)
            if self._steps is None:
                self._steps = warm.of_nodes(self._compile())
                warm.save(kept, code, self._steps)
        return self._steps

    def documents(self) -> str:
        """dbt's page of the project, one HTML text with everything in it. dbt opens the warehouse itself: nobody may
        hold it. Raises ``TransformError``."""
        from dbt.cli.main import dbtRunner

        self._environment()
        manifest = self.target / "manifest.json"
        if not manifest.exists():  # dbt puts the file it finds here into the page
            self.manifest.write(str(manifest))
        result = dbtRunner(manifest=self.manifest).invoke(["docs", "generate", "--static", "--no-compile", *self._arguments()])
        _let_go()
        if not result.success:
            raise TransformError([("docs", str(result.exception))])
        page = (self.target / "static_index.html").read_text(encoding="utf-8")
        for name in ("static_index.html", "index.html", "catalog.json"):
            (self.target / name).unlink(missing_ok=True)
        return page

    def _compile(self) -> list[Any]:
        from dbt.cli.main import dbtRunner

        self._environment()
        # dbt prints every node the first selector names, quiet or not: a folder names none
        chosen = ["compile", "--vars", "{warm: true}", "--select", "path:models/intermediate", "path:models/core", "path:models/reports", *warm.TESTS]
        chosen += ["--indirect-selection", "empty"]
        result = dbtRunner(manifest=self.manifest).invoke([*chosen, "--no-write-json", *self._arguments()])
        _let_go()
        if not result.success:
            raise TransformError([("compile", str(result.exception))])
        return [one.node for one in result.result.results]


def code_hash() -> str:
    """Changes whenever a file of the dbt project does, or what a published file is made by: then everything is
    made anew."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in [*sorted(DBT.rglob("*")), here / "analyst_views.py", here / "cut.py"]:
        if path.is_file() and path.suffix in (".sql", ".yml", ".csv", ".py"):
            digest.update(path.name.encode())
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
