"""S9: no sequence of calls, in whatever order, by whomever, skips a step, repeats one, or approves an own item.

A model of three records is driven by random calls of every actor with right and wrong versions. The model knows
only the table of transitions; whatever the operations let through is checked against it.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from ingestion import records, review
from ingestion.principal import OperationError
from ingestion.store import platform as p
from ingestion.store.engine import Store, UnitOfWork
from tests.ingestion.records.conftest import World

ACTORS = ("r1", "r2", "s11", "s11b", "s12", "o1", "o1b", "a1", "q1", "o2", "d11")
ACTIONS = ("submit", "approve", "return", "withdraw", "hand_back", "void", "delete")
SEQUENCES = int(os.environ.get("YANSHU_SEQUENCES", "1000"))
STEPS = 10

# who may do what in which state: domain/workflow_transitions.csv for a paper of r1 in C1, written out by hand
LEGAL: dict[tuple[str, str], tuple[str, frozenset[str]]] = {
    ("00", "submit"): ("10", frozenset({"r1"})),
    ("11", "submit"): ("10", frozenset({"r1"})),
    ("21", "submit"): ("20", frozenset({"r1"})),
    ("10", "approve"): ("20", frozenset({"s11", "s11b"})),
    ("10", "return"): ("11", frozenset({"s11", "s11b"})),
    ("10", "withdraw"): ("00", frozenset({"r1"})),
    ("20", "approve"): ("30", frozenset({"o1", "o1b"})),
    ("20", "return"): ("21", frozenset({"o1", "o1b"})),
    ("20", "hand_back"): ("10", frozenset({"o1", "o1b"})),
    **{(state, "void"): ("90", frozenset({"o1", "o1b"})) for state in ("10", "11", "20", "21", "30")},
    ("00", "delete"): ("--", frozenset({"r1"})),
}


@dataclass
class Model:
    record_id: int
    state: str = "00"
    version: int = 1
    college_approved: bool = False


def call(uow: UnitOfWork, world: World, actor: str, action: str, model: Model, version: int, token: str) -> str:
    who, reason = world.who[actor], "这是一条足够长的原因"
    steps: dict[str, Callable[[], object]] = {
        "submit": lambda: records.submit(uow, who, model.record_id, version, non_secret=True, token=token),
        "approve": lambda: review.approve(uow, who, model.record_id, version),
        "return": lambda: review.return_(uow, who, model.record_id, version, reason),
        "withdraw": lambda: review.withdraw(uow, who, model.record_id, version),
        "hand_back": lambda: review.hand_back(uow, who, model.record_id, version, reason),
        "void": lambda: records.void(uow, who, model.record_id, version, reason),
        "delete": lambda: records.delete_draft(uow, who, model.record_id, version),
    }
    result = steps[action]()
    return getattr(result, "state", "--")


@pytest.mark.ac("AC-061", "AC-076", "AC-077", "AC-081")
@pytest.mark.parametrize("seed", [20_250_301, 2, 3, 4])
def test_random_sequences_of_calls_never_leave_the_transitions(sqlite_world: World, seed: int) -> None:
    run(sqlite_world, SEQUENCES // 4, seed)


@pytest.mark.postgres
def test_the_same_on_postgresql(
    postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.ingestion.records.conftest import build

    run(build(postgres_store, tmp_path, monkeypatch), max(40, SEQUENCES // 25), seed=11)


def run(world: World, sequences: int, seed: int) -> None:
    if world.store.dialect == "sqlite":  # thousands of commits of throw-away data
        world.store.dispose()
        event.listen(world.store.engine, "connect", lambda dbapi, _record: dbapi.execute("PRAGMA synchronous=OFF"))
    dice = random.Random(seed)
    numbers = itertools.count()
    papers = world.valid("paper", n=1)
    counted = {"done": 0, "refused": 0, "30": 0, "90": 0}
    for n in range(sequences):
        changes = {"title": f"{dice.getrandbits(120):030x}", "doi": f"10.1000/s.{n}"}
        with world.begin() as uow:
            made = records.create_draft(uow, world.r1, "paper", papers | changes)
        model, stale = Model(made.id, version=made.version), [made.version]
        for _ in range(STEPS):
            likely = [(act, who) for (state, act), (_to, ok) in LEGAL.items() if state == model.state for who in sorted(ok)]
            if likely and dice.random() < 0.7:
                onward = [step for step in likely if step[0] in ("submit", "approve")]
                action, actor = dice.choice(onward if onward and dice.random() < 0.6 else likely)
            else:
                action, actor = dice.choice(ACTIONS), dice.choice(ACTORS)
            version = model.version if dice.random() < 0.85 else dice.choice([*stale, model.version + 1])
            legal = LEGAL.get((model.state, action))
            allowed = legal is not None and actor in legal[1] and version == model.version
            if action == "withdraw" and model.college_approved:
                allowed = False
            try:
                with world.begin(world.who[actor].university_code) as uow:
                    state = call(uow, world, actor, action, model, version, f"t{next(numbers)}")
            except OperationError:
                assert not allowed, (model, action, actor, version)
                counted["refused"] += 1
                continue
            assert allowed, f"{actor} {action} in {model}"
            assert legal is not None and state == legal[0]
            counted["done"] += 1
            model.college_approved |= (model.state, action) == ("10", "approve")
            model.state = state
            if state == "--":
                break
            stale.append(model.version)
            with world.begin() as uow:
                row = uow.conn.execute(select(p.record.c.state, p.record.c.version).where(p.record.c.id == model.record_id)).one()
            assert (row.state, row.version) == (state, model.version + 1)
            model.version = row.version
        counted["30"] += model.state == "30"
        counted["90"] += model.state == "90"
    assert counted["30"] >= sequences // 100 and counted["refused"] > sequences
    with world.begin() as uow:  # every step has one row, and steps connect
        events = uow.conn.execute(
            select(p.review_event.c.record_id, p.review_event.c.from_state, p.review_event.c.to_state).order_by(p.review_event.c.id)
        ).all()
        last: dict[int, str] = {}
        for e in events:
            assert last.get(e.record_id, "00") == e.from_state
            last[e.record_id] = e.to_state
        doubles = uow.conn.execute(
            select(func.count())
            .select_from(p.review_event)
            .where(p.review_event.c.action == "approve", p.review_event.c.account_id == world.r1.account_id)
        ).scalar_one()
        assert doubles == 0
