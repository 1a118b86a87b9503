"""Batches: whole or not at all, whatever happens to the process; the same file again; undone while untouched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, update

from ingestion import amendments, claims, feed, jobs, records, search
from ingestion.exchange import importing
from ingestion.exchange.importing import Options, batches, running
from ingestion.exchange.importing.findings import Verdict
from ingestion.exchange.importing.judging import Judge
from ingestion.principal import Conflict, OperationError
from ingestion.store import platform as p
from ingestion.store import triggers
from ingestion.store.engine import ALL, Store
from tests.ingestion.exchange.importing.conftest import T1, Sheets, World, fields, states, taken, write
from tests.ingestion.exchange.importing.test_rows import papers

KILLED = """
import os, signal, sys
from ingestion import accounts
from ingestion.exchange import importing
from ingestion.exchange.importing import Options, running
from ingestion.store.engine import open_store
url, path, at = sys.argv[1:]
running.CHUNK = 10
store = open_store(url)
with store.read("99001") as uow:
    actor = accounts.principal_for(uow, "99001", "o1", "office_admin")
effect = running.put_in_effect
if at == "effect":  # in the very transaction that sets the marker
    running.telling.tell = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
importing.import_file(
    store, actor, "paper", path, Options(non_secret=True),
    progress=lambda done, total: os.kill(os.getpid(), signal.SIGKILL) if at == str(done) else None,
)
"""


def killed(world: World, path: Path, at: str) -> None:
    url = world.store.engine.url.render_as_string(hide_password=False)
    child = subprocess.run([sys.executable, "-c", KILLED, url, str(path), at], capture_output=True, timeout=120)
    assert child.returncode == -9, child.stderr.decode()[-2000:]


def seen(world: World) -> int:
    with world.store.read(T1) as uow:
        return search.find(uow, world.o1, search.Query("paper")).total


@pytest.mark.ac("AC-225")
@pytest.mark.parametrize("at", ["20", "effect"])
def test_a_killed_import_has_no_effect_and_goes_on_where_it_was(world: World, sheet: Sheets, at: str) -> None:
    path = sheet(world, "paper", [*papers(world, 35), papers(world, 1)[0]])
    killed(world, path, at)
    written = states(world, "paper").get(p.LOADING, 0)
    assert written == (20 if at == "20" else 35)
    assert seen(world) == 0 and set(states(world, "paper")) == {p.LOADING}
    with world.store.read(T1) as uow:
        [batch], _n = importing.batches_for(uow, world.o1)
        assert (batch.state, batch.done, batch.total, batch.applied_at) == ("loading", 20 if at == "20" else 36, 36, None)
    with world.store.read(ALL) as uow:
        assert uow.conn.execute(select(func.count()).select_from(p.message).where(p.message.c.kind == "claim")).scalar_one() == 0
    if world.store.dialect == "sqlite":
        changes = feed.read(world.store, None)
        assert len(changes.tables["record"].rows.filter(changes.tables["record"].rows["type"].to_numpy(zero_copy_only=False) == "paper")) == 0
    outcome = taken(world, world.o1, "paper", path)
    assert (outcome.batch_id, outcome.counts["new"], outcome.counts["duplicate"], outcome.counts["read"]) == (batch.id, 35, 1, 36)
    assert states(world, "paper") == {"30": 35} and seen(world) == 35
    again = taken(world, world.o1, "paper", path)
    assert (again.counts["new"], again.counts["unchanged"], again.counts["duplicate"]) == (0, 35, 1)


def test_a_killed_import_can_be_given_up(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    path = sheet(world, "paper", papers(world, 25))
    killed(world, path, "20")
    with world.store.read(T1) as uow:
        [batch], _n = importing.batches_for(uow, world.o1)
    importing.discard(world.store, world.o1, batch.id)
    assert states(world, "paper") == {}
    with world.begin() as uow:
        assert uow.conn.execute(select(func.count()).select_from(p.record_key).where(p.record_key.c.kind == "doi")).scalar_one() == 0
    assert taken(world, world.o1, "paper", path).counts["new"] == 25


def test_a_run_that_was_taken_over_stops(sqlite_world: World, sheet: Sheets, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlite_world
    monkeypatch.setattr(running, "CHUNK", 10)

    def taken_over(done: int, _total: int) -> None:
        if done == 10:
            with world.store.begin(ALL) as uow:
                uow.conn.execute(update(p.import_batch).values(run="somebody else"))

    path = sheet(world, "paper", papers(world, 20))
    with pytest.raises(Conflict, match="接管"):
        importing.import_file(world.store, world.o1, "paper", path, Options(non_secret=True), progress=taken_over)
    assert states(world, "paper") == {p.LOADING: 10}


def test_a_run_that_fails_leaves_nothing_and_says_so(sqlite_world: World, sheet: Sheets, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlite_world
    monkeypatch.setattr(running, "CHUNK", 10)

    def broken(done: int, _total: int) -> None:
        if done == 20:
            raise RuntimeError("disk full")

    path = sheet(world, "paper", papers(world, 30))
    with pytest.raises(RuntimeError):
        importing.import_file(world.store, world.o1, "paper", path, Options(non_secret=True), progress=broken)
    assert states(world, "paper") == {}
    with world.store.read(T1) as uow:
        [batch], _n = importing.batches_for(uow, world.o1)
        assert batch.state == "failed" and batch.message is not None and "没有数据生效" in batch.message[0]


def test_a_key_taken_while_a_chunk_is_judged_is_told_and_not_doubled(sqlite_world: World, sheet: Sheets, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlite_world
    documents = papers(world, 3)
    judge, filed = Judge.judge, []

    def beaten(self: Judge, *given: Any) -> list[Verdict]:
        verdicts = judge(self, *given)
        if not filed:
            filed.append(taken_by_hand(world, documents[1]))
        return verdicts

    monkeypatch.setattr(Judge, "judge", beaten)
    outcome = taken(world, world.o1, "paper", sheet(world, "paper", documents))
    assert (outcome.counts["new"], outcome.counts["unchanged"] + outcome.counts["duplicate"]) == (2, 1)
    assert states(world, "paper") == {"30": 3}


def taken_by_hand(world: World, document: dict[str, Any]) -> int:
    with world.begin() as uow:
        view = records.create_draft(uow, world.o1, "paper", document)
        issues = records.problems(uow, world.o1, view.id)
        confirmed = frozenset(records.warning_key(i) for i in issues if i.severity == "warning")
        return records.submit(uow, world.o1, view.id, view.version, non_secret=True, token="hand", confirmed=confirmed, note="不是同一项成果").id


@pytest.mark.ac("AC-221")
def test_what_was_touched_since_stands_in_the_way_and_is_named(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    outcome = taken(world, world.o1, "paper", sheet(world, "paper", papers(world, 3)))
    with world.store.read(T1) as uow:
        ids = [row.id for row in search.find(uow, world.o1, search.Query("paper", order="id")).rows]
    with world.begin() as uow:
        claims.confirm(uow, world.r1, ids[0])
        amendments.open(uow, world.o1, ids[1], "改一处")
    with pytest.raises(importing.Blocked) as blocked:
        importing.undo(world.store, world.o1, outcome.batch_id or 0)
    assert [b.record_id for b in blocked.value.blockers] == ids[:2] and "《" in blocked.value.zh
    assert states(world, "paper") == {"30": 3}
    with world.store.read(T1) as uow:
        assert len(importing.blockers(uow, world.o1, outcome.batch_id or 0)) == 2


def test_people_others_refer_to_cannot_be_undone(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    people = taken(world, world.o1, "person", sheet(world, "person", [world.valid("person", n=55)]))

    def by_the_new_one(rows: list[dict[str, Any]]) -> None:
        rows[0]["作者：工号"], rows[0]["作者：姓名"] = world.valid("person", n=55)["staff_no"], world.valid("person", n=55)["name"]

    taken(world, world.o1, "paper", sheet(world, "paper", papers(world, 1), edit=by_the_new_one, name="b.csv"))
    with pytest.raises(importing.Blocked, match="已被其他记录引用"):
        importing.undo(world.store, world.o1, people.batch_id or 0)


def test_a_job_left_by_a_killed_worker_is_taken_up_at_once(world: World) -> None:
    with world.begin() as uow:
        job = jobs.enqueue(uow, world.o1, "import_check", {})
    claim = "from ingestion import jobs; from ingestion.store.engine import open_store; import sys, os, signal; jobs.claim_next(open_store(sys.argv[1]), ('import_check',)); os.kill(os.getpid(), signal.SIGKILL)"
    url = world.store.engine.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", claim, url], timeout=60, check=False)
    assert jobs.claim_next(world.store, ("import_check",)) is None
    assert jobs.reclaim(world.store) == 1
    found = jobs.claim_next(world.store, ("import_check",))
    assert found is not None and found.id == job and jobs.reclaim(world.store) == 0


def test_a_dead_run_on_another_machine_is_waited_for(sqlite_world: World, sheet: Sheets) -> None:
    world = sqlite_world
    checked = importing.check(world.store, world.o1, "paper", sheet(world, "paper", papers(world, 1)))
    with world.begin() as uow:
        uow.conn.execute(update(p.import_batch).values(state="loading", run="elsewhere-1-2-3", beat_at=uow.now))
    with pytest.raises(Conflict, match="正在处理"):
        importing.resume(world.store, world.o1, checked.id)
    with world.begin() as uow:
        uow.conn.execute(update(p.import_batch).values(beat_at=uow.now - batches.STALE - timedelta(seconds=1)))
    assert importing.resume(world.store, world.o1, checked.id).in_effect


def test_the_feed_delivers_a_batch_when_it_takes_effect(world: World, sheet: Sheets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the header before, everything of the records after, by the changes alone."""
    world.valid("paper")
    start = feed.read(world.store, None).position
    seen: list[int] = []
    effect = running.put_in_effect

    def looked_at(run: running.Run) -> None:
        with world.store.read(ALL) as uow:
            assert triggers.standing(uow.conn) == triggers.names(world.store.dialect)
        changes = feed.read(world.store, start)
        seen.append(len(changes.tables["record"].rows) if "record" in changes.tables else 0)
        effect(run)

    monkeypatch.setattr(importing.work.running, "put_in_effect", looked_at)
    taken(world, world.o1, "paper", sheet(world, "paper", papers(world, 3)))
    assert seen == [0]
    changes = feed.read(world.store, start)
    rows = {name: len(table.rows) for name, table in changes.tables.items()}
    assert (rows["record"], rows["paper"], rows["contributor"]) == (3, 3, 3) and rows["record_key"] >= 3 and rows["paper_indexings"] == 3


# --- any order of what may happen to a batch ---------------------------------------------------------------------------


class Cut(Exception):
    """Stands for a kill: nothing behind it runs."""


class Batches(RuleBasedStateMachine):
    """One university's papers: files are checked, loaded, cut off, gone on with, undone and edited in any order; what
    is in effect is always what whole batches brought and people changed."""

    store: Store
    world: World
    folder: Path

    @initialize()
    def begin(self) -> None:
        self.files: dict[int, Path] = {}
        self.batch: dict[int, tuple[str, list[int]]] = {}  # id → (state, numbers of its papers)
        self.standing: set[int] = set()
        self.next = 0
        self.edited: set[int] = set()

    def file(self, numbers: Sequence[int]) -> Path:
        made = papers(self.world, max(numbers) + 1)
        path = self.folder / f"{'-'.join(map(str, numbers))}.csv"
        return write(path, [fields(self.world, "paper", made[n]) for n in numbers])

    @rule(numbers=st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True), cut=st.booleans())
    def load(self, numbers: list[int], cut: bool) -> None:
        path = self.file(numbers)
        original = running.put_in_effect

        def killed_here(_run: Any) -> None:
            raise Cut

        running.put_in_effect = killed_here if cut else original
        failed, kept_failed = importing.work._failed, []
        importing.work._failed = lambda *a: kept_failed.append(a)  # a kill runs nothing
        try:
            outcome = taken(self.world, self.world.o1, "paper", path)
        except Cut:
            with self.world.begin() as uow:
                uow.conn.execute(update(p.import_batch).where(p.import_batch.c.state == "loading").values(beat_at=None))
                batch_id = uow.conn.execute(select(func.max(p.import_batch.c.id))).scalar_one()
            self.batch[batch_id] = ("loading", numbers)
            self.discard(batch_id)
            return
        finally:
            running.put_in_effect, importing.work._failed = original, failed
        new = [n for n in numbers if n not in self.standing]
        assert outcome.counts["new"] == len(new)
        self.standing |= set(new)
        assert outcome.batch_id is not None
        self.batch[outcome.batch_id] = ("applied", new)

    def discard(self, batch_id: int) -> None:
        importing.discard(self.world.store, self.world.o1, batch_id)
        self.batch[batch_id] = ("discarded", [])

    @precondition(lambda self: any(state == "applied" for state, _n in self.batch.values()))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        batch_id = data.draw(st.sampled_from([b for b, (state, _n) in self.batch.items() if state == "applied"]))
        numbers = self.batch[batch_id][1]
        if self.edited & set(numbers):
            with pytest.raises(importing.Blocked):
                importing.undo(self.world.store, self.world.o1, batch_id)
            return
        importing.undo(self.world.store, self.world.o1, batch_id)
        self.batch[batch_id] = ("undone", [])
        self.standing -= set(numbers)

    @precondition(lambda self: bool(self.standing - self.edited))
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        n = data.draw(st.sampled_from(sorted(self.standing - self.edited)))
        doi = papers(self.world, n + 1)[n]["doi"]
        with self.world.begin() as uow:
            record_id = uow.conn.execute(select(p.record_key.c.record_id).where(p.record_key.c.value == doi)).scalar_one()
            claims.confirm(uow, self.world.r1, record_id)
        self.edited.add(n)

    @rule(batch=st.integers(1, 5))
    def what_cannot_be_is_refused(self, batch: int) -> None:
        state = self.batch.get(batch, ("none", []))[0]
        if state in ("undone", "discarded", "none"):
            for work in (importing.apply, importing.resume, importing.undo):
                with pytest.raises(OperationError):
                    work(self.world.store, self.world.o1, batch)

    @invariant()
    def what_is_in_effect_is_what_stands(self) -> None:
        if not hasattr(self, "standing"):
            return
        found = states(self.world, "paper")
        assert found.get("30", 0) == len(self.standing)
        assert p.LOADING not in found
        with self.world.store.read(T1) as uow:
            keys = uow.conn.execute(select(func.count()).select_from(p.record_key).where(p.record_key.c.kind == "doi")).scalar_one()
        assert keys == len(self.standing)


@pytest.mark.ac("AC-221", "AC-225")
def test_batches_in_any_order(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.conftest import copy_sqlite
    from tests.ingestion.records.conftest import build

    made = iter(range(1000))

    def machine() -> Batches:
        folder = tmp_path / str(next(made))
        folder.mkdir()
        one = Batches()
        one.folder, one.world = folder, build(next(copy_sqlite(sqlite_template, folder)), folder, monkeypatch)
        return one

    limits = settings(max_examples=6, stateful_step_count=7, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=limits)
