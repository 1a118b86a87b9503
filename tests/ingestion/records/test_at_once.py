"""Two people at the same moment, in real transactions of two threads; and what a refusal leaves behind."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import func, select

from ingestion import audit, records, review
from ingestion.principal import Conflict, NotFound, OperationError
from ingestion.records import SecrecyRefused, SubmissionRefused
from ingestion.store import platform as p
from tests.ingestion.records.conftest import World
from tests.ingestion.records.test_review import sent
from tests.ingestion.records.test_submission import draft, send


def together(calls: Sequence[Callable[[], object]]) -> list[OperationError | None]:
    """Run the calls at once; their refusals, None for one that went through."""
    gate, out = threading.Barrier(len(calls)), dict[int, OperationError | None]()
    broken: list[BaseException] = []

    def run(i: int) -> None:
        gate.wait()
        try:
            calls[i]()
            out[i] = None
        except OperationError as refused:
            out[i] = refused
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not broken, broken
    return [out[i] for i in range(len(calls))]


@pytest.mark.ac("AC-077")
def test_two_reviewers_press_approve_together(world: World) -> None:
    view = sent(world)

    def press(who: str) -> Callable[[], object]:
        def go() -> None:
            with world.begin() as uow:
                review.approve(uow, world.who[who], view.id, view.version)

        return go

    outcomes = together([press("s11"), press("s11b")])
    assert sum(o is None for o in outcomes) == 1
    [late] = [o for o in outcomes if o is not None]
    assert isinstance(late, Conflict) and "已由" in late.zh
    with world.begin() as uow:
        approvals = [e for e in review.history(uow, world.s11, view.id) if e["action"] == "approve"]
        assert len(approvals) == 1 and records.load(uow, world.s11, view.id).state == "20"


@pytest.mark.ac("AC-230")
def test_two_authors_submit_the_same_paper_together(world: World) -> None:
    mine = world.valid("paper", n=1)
    theirs = {**world.valid("paper", owner="r2", n=2), "doi": mine["doi"]}
    with world.begin() as uow:
        views = [draft(uow, world.r1, mine), draft(uow, world.r2, theirs)]

    def press(i: int) -> Callable[[], object]:
        def go() -> None:
            with world.begin() as uow:
                send(uow, (world.r1, world.r2)[i], views[i])

        return go

    outcomes = together([press(0), press(1)])
    assert sum(o is None for o in outcomes) == 1
    [late] = [o for o in outcomes if o is not None]
    assert isinstance(late, SubmissionRefused) and any(i.rule == "D001" for i in late.issues)
    with world.begin() as uow:
        submitted = select(func.count()).where(p.record.c.type == "paper", p.record.c.state == "10")
        assert uow.conn.execute(submitted).scalar_one() == 1


@pytest.mark.ac("AC-244")
def test_submit_pressed_twice_in_the_same_instant(world: World) -> None:
    paper = world.valid("paper", n=1)
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)

    def press() -> None:
        with world.begin() as uow:
            assert send(uow, world.r1, view, "once").state == "10"

    outcomes = together([press, press, press])
    assert any(o is None for o in outcomes) and all(o is None or isinstance(o, Conflict) for o in outcomes)
    with world.begin() as uow:
        assert len(review.history(uow, world.r1, view.id)) == 1


@pytest.mark.ac("AC-075", "AC-232")
def test_a_refusal_is_logged_after_it_rolled_back_and_holds_no_text(world: World) -> None:
    view = sent(world)
    store = world.store
    with pytest.raises(NotFound):
        with audit.refusals(store, world.s12, "approve", "paper", view.id), store.begin("99001") as uow:
            review.approve(uow, world.s12, view.id, view.version)
    marked = {**world.valid("paper", n=3), "title": "绝密★型号论证报告"}
    with pytest.raises(SecrecyRefused):
        with audit.refusals(store, world.r1, "save", "paper"), store.begin("99001") as uow:
            draft(uow, world.r1, marked)
    with world.begin() as uow:
        rows = uow.conn.execute(
            select(p.audit_row.c.account_id, p.audit_row.c.detail).where(p.audit_row.c.action == "refused").order_by(p.audit_row.c.id)
        ).all()
        assert [r.account_id for r in rows] == [world.s12.account_id, world.r1.account_id]
        assert json.loads(rows[0].detail) == {"action": "approve", "answer": "NotFound"}
        assert json.loads(rows[1].detail)["secrecy_rule"] and "型号" not in rows[1].detail
