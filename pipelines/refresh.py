"""One refresh: from the store's changes to published files.

Stages: feed, batch, raw checks, transform, mart checks, publish, findings. Each leaves its work where the
next run finds it: what was applied stays noted until a generation that holds it is published, so a refresh
that fails midway is made good by the next one.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion import feed, refreshes
from ingestion.store.engine import ALL, Store
from pipelines import batch as batches
from pipelines import past, publish, quality, raw, warm
from pipelines.transform import NodeResult, Transformer, TransformError

Progress = Callable[[str, float], None]
STAGES = ("feed", "batch", "raw_checks", "transform", "mart_checks", "publish", "findings")


@dataclass
class RefreshResult:
    """``generation`` is the one readers see now; ``held`` says in Chinese and English why a university keeps
    its last good file. ``changed_rows`` are keys read from the feed (rows, where everything was read)."""

    generation: int | None
    changed_rows: int
    seconds_by_stage: dict[str, float] = field(default_factory=dict)
    held: dict[str, publish.Held] = field(default_factory=dict)
    as_of: datetime | None = None
    published: bool = False

    @property
    def state(self) -> str:
        return "held" if self.held else "ok"


class Busy(Exception):
    """Another refresh is running on this installation."""


@contextmanager
def lock(home: Path, wait: float = 600) -> Iterator[None]:
    """One refresh at a time in an installation, across processes."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "refresh.lock").open("w") as file:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Busy from None
                time.sleep(0.1)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


class Refresh:
    """The stages of one refresh, each callable alone so that Dagster can run them as assets."""

    def __init__(
        self, store: Store, home: Path, full: bool = False, transformer: Transformer | None = None,
        progress: Progress | None = None, clock: datetime | None = None,
    ) -> None:  # fmt: skip
        self.store = store
        self.clock = clock
        self.home = home
        self.transformer = transformer or Transformer(home)
        self.progress = progress
        self.wants_full = full
        self.result = RefreshResult(None, 0)
        self.batch: batches.Batch | None = None
        self.code = self.transformer.code
        self.checked: dict[str, quality.Outcome] = {}
        self.built: list[NodeResult] = []
        self._con: duckdb.DuckDBPyConnection | None = None
        self._was_opened = False

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - start
            self.result.seconds_by_stage[name] = self.result.seconds_by_stage.get(name, 0) + seconds
            if self.progress is not None:
                self.progress(name, seconds)

    @property
    def warehouse(self) -> duckdb.DuckDBPyConnection:
        """The warehouse, opened once a refresh: opening and closing it costs 30 ms each. Given up by ``close``, and
        while dbt, which opens the file itself, builds or compiles."""
        if self._con is None:
            if not self._was_opened and left_open(self.transformer.warehouse):
                self.wants_full = True
            self._was_opened = True
            self._con = duckdb.connect(str(self.transformer.warehouse))
        return self._con

    @property
    def is_whole(self) -> bool:
        """Whether this refresh is sure to make everything anew: asked to, the first one, or after a new version."""
        if self.wants_full or publish.current(self.home) is None:
            return True
        batches.prepare(self.warehouse)
        known = self.warehouse.execute("SELECT value FROM pipeline.state WHERE key = 'code'").fetchall()
        return self.wants_full or known != [(self.code,)]

    def close(self) -> None:
        """Give up the warehouse: nobody else can open it before."""
        if self._con is not None:
            self._con.close()
            self._con = None

    def extract(self) -> bool:
        """Bring the raw layer up to the store and note what must be rewritten; False when nothing is to do."""
        with self.stage("feed"):
            con = self.warehouse
            changes = feed.read(self.store, None if self.wants_full else raw.position(con))
            touched = raw.apply(con, changes)
            self.result.changed_rows = changes.changed_rows
            self.result.as_of = self.clock or changes.as_of
            batches.prepare(con)
            quality.prepare(con)
            known = dict(con.execute("SELECT key, value FROM pipeline.state").fetchall())
        full = self.wants_full or known.get("code") != self.code
        before = publish.current(self.home)
        self.result.generation = before.generation if before else None
        if not full and not touched and before is not None:
            return False
        with self.stage("batch"):
            self.batch = batches.fill(con, touched, self.clock or changes.as_of, full)
            if self.batch.full:  # what only a whole build reads
                raw.keep_reviews(con, feed.reviews(self.store))
            if not self.batch.full:  # a few thousand rows: threads cost more than they bring (publishing 3.1 s CPU, with one 1.9)
                con.execute("SET threads = 1")
        return True

    def check_raw(self) -> quality.Outcome:
        assert self.batch is not None
        with self.stage("raw_checks"):
            self.checked[quality.RAW] = quality.check_raw(self.warehouse, self.batch)
            return self.checked[quality.RAW]

    def transform(self, callbacks: tuple[Callable[[object], None], ...] = ()) -> list[NodeResult]:
        assert self.batch is not None
        with self.stage("transform"):
            if self.batch.full:
                self.close()
                self.built = self.transformer.build(callbacks)
            else:
                if not self.transformer.is_warm:
                    self.close()
                    self.transformer.steps()
                self.built = self.transformer.refresh(self.warehouse, self.batch)
            return self.built

    def check_marts(self) -> quality.Outcome:
        assert self.batch is not None
        with self.stage("mart_checks"):
            self.checked[quality.MARTS] = quality.check_marts(self.warehouse, self.batch)
            return self.checked[quality.MARTS]

    def publish(self) -> publish.Manifest:
        assert self.batch is not None and self.result.as_of is not None
        with self.stage("publish"):
            con = self.warehouse
            held = quality.held(con)
            generation = self._next_generation(con)
            changed = self.batch.universities | _released(self.home, held)
            manifest = publish.publish(con, self.home, generation, self.result.as_of, changed, held, self._part())
            con.execute("INSERT OR REPLACE INTO pipeline.state VALUES ('code', ?)", [self.code])
            raw.settle(con)
            if self.batch.full:
                past.forget(self.home)
        self.result.generation = generation
        self.result.held = held
        self.result.published = True
        return manifest

    def findings(self) -> int:
        assert self.batch is not None
        with self.stage("findings"):
            return quality.write_findings(self.store, self.warehouse, self.batch)

    def detail(self) -> dict[str, Any]:
        """What the row of this run tells beside its times: seconds by stage, who was held back and why, how many
        expectations were looked at and how many did not hold, and the tests of the models by name."""
        result = self.result
        told: dict[str, Any] = {"seconds": {stage: round(seconds, 3) for stage, seconds in result.seconds_by_stage.items()}}
        told["held"] = {code: vars(why) for code, why in result.held.items()}
        if self.batch is not None:
            told["full"] = self.batch.full
            told["checks"] = {
                source: {"run": outcome.checks, "failed": len({f.check.rule for f in outcome.failures})}
                for source, outcome in self.checked.items()
            }
            told["tests"] = {one.name: one.status for one in self.built if one.is_test}
        return told

    def _part(self) -> publish.Part | None:
        """What of the marts this refresh rewrote; None where all of it."""
        assert self.batch is not None
        return None if self.batch.full else publish.Part(frozenset(warm.wanted(self.batch.tables, True)))

    def _next_generation(self, con: duckdb.DuckDBPyConnection) -> int:
        """A number never used before, also not by a run that failed."""
        rows = con.execute("SELECT value FROM pipeline.state WHERE key = 'generation'").fetchall()
        before = publish.current(self.home)
        last = max(int(rows[0][0]) if rows else 0, before.generation if before else 0)
        con.execute("INSERT OR REPLACE INTO pipeline.state VALUES ('generation', ?)", [str(last + 1)])
        return last + 1


def left_open(warehouse: Path) -> bool:
    """Whether the last to write the warehouse was killed: its log of changes still lies beside it. DuckDB applies the
    log when it opens the file, but leaves out of the indexes what the log replaced: the next refresh of the same rows
    ends with "Failed to delete all rows from index", and so does every one after it (1.5.6). Nothing is lost by making
    all anew, for all comes from the store."""
    log = warehouse.with_name(f"{warehouse.name}.wal")
    return log.exists() and log.stat().st_size > 0


def _released(home: Path, held: dict[str, publish.Held]) -> frozenset[str]:
    """Universities held by the last generation and no longer: their file is behind."""
    before = publish.current(home)
    return frozenset(before.held if before else ()) - frozenset(held)


def run(
    store: Store,
    home: Path,
    full: bool = False,
    progress: Progress | None = None,
    transformer: Transformer | None = None,
    clock: datetime | None = None,
) -> RefreshResult:
    """Refresh once; writes the run's status to the store. ``clock`` (naive UTC) reads the numbers as of an
    earlier moment: what is "this year" and who is in post depend on the day.

    Raises ``TransformError`` when a model or test failed, ``PublishError`` when a file would be wrong: the last
    good files then stay as they are."""
    with lock(home):
        return recorded(store, Refresh(store, home, full, transformer, progress, clock), stages)


def stages(refresh: Refresh) -> None:
    """All stages in order."""
    if refresh.extract():
        refresh.check_raw()
        refresh.transform()
        refresh.check_marts()
        refresh.publish()
        refresh.findings()


def recorded(store: Store, refresh: Refresh, work: Callable[[Refresh], None]) -> RefreshResult:
    """Do ``work`` with a row in refresh_status from its beginning to its end."""
    with store.begin(ALL) as uow:
        run_id = refreshes.begin(uow)
    try:
        try:
            work(refresh)
        finally:
            refresh.close()
    except BaseException as error:
        with store.begin(ALL) as uow:
            refreshes.finish(
                uow, run_id, state="failed", generation=refresh.result.generation, as_of=refresh.result.as_of,
                changed_rows=refresh.result.changed_rows,
                detail={**refresh.detail(), "error": _plain(error)},
            )  # fmt: skip
        raise
    result = refresh.result
    with store.begin(ALL) as uow:
        if result.published or refresh.wants_full:
            refreshes.finish(
                uow, run_id, state=result.state, generation=result.generation, as_of=result.as_of,
                changed_rows=result.changed_rows, detail=refresh.detail(),
            )  # fmt: skip
        else:
            refreshes.discard(uow, run_id)
    return result


def _plain(error: BaseException) -> str:
    """What failed, by name; the technical text goes to the log, never to a page."""
    if isinstance(error, TransformError):
        return ", ".join(name for name, _ in error.failures)
    return type(error).__name__
