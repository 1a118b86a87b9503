"""The long-lived refresher: it sees changes and requests, and survives a failure."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from ingestion import refreshes
from ingestion.store.engine import ALL
from pipelines import definitions, publish
from pipelines.refresher import Refresher
from tests import documents
from tests.pipelines.conftest import Installation


@pytest.fixture
def refresher(installation: Installation) -> Refresher:
    made = Refresher(installation.store, installation.home, poll=0.05)
    made.transformer = installation.transformer
    return made


def change(installation: Installation, n: int) -> None:
    universe = installation.universe
    sent = installation.submit(universe.r1, "paper", documents.valid("paper", installation.place("r1", "C1"), n))
    installation.approve(sent.id, universe.s11, universe.o1)


@pytest.mark.ac("AC-072")
def test_a_change_is_seen_without_being_asked_for(installation: Installation, refresher: Refresher) -> None:
    seen: list[Any] = []
    thread = threading.Thread(target=refresher.run, args=(seen.append,))
    thread.start()
    try:
        change(installation, 1)
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and not any(r.published for r in seen):
            time.sleep(0.1)
    finally:
        refresher.stop()
        thread.join(60)
    assert not thread.is_alive()
    assert installation.contribution("R01", "OWNER", "university", type="paper") == 1


def test_nothing_to_do_is_no_run(installation: Installation, refresher: Refresher) -> None:
    refresher.once()
    with installation.store.read(ALL) as uow:
        before = refreshes.latest(uow)
    assert refresher.once() is None
    with installation.store.read(ALL) as uow:
        assert refreshes.latest(uow) == before


def test_a_request_is_taken_once(installation: Installation, refresher: Refresher) -> None:
    refresher.once()
    before = publish.current(installation.home)
    with installation.store.begin(ALL) as uow:
        refreshes.request(uow, "test", full_reload=True)
    result: Any = refresher.once()
    assert before is not None and result.generation == before.generation + 1
    with installation.store.read(ALL) as uow:
        assert refreshes.waiting(uow) is None
    assert refresher.once() is None


@pytest.mark.ac("AC-249")
def test_a_failing_run_leaves_the_refresher_and_the_numbers_standing(
    installation: Installation, refresher: Refresher, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[float] = []

    def fail(*_: Any, **__: Any) -> None:
        calls.append(time.monotonic())
        raise RuntimeError("the disk is full")

    before = publish.current(installation.home)
    monkeypatch.setattr(definitions, "run_in_process", fail)
    thread = threading.Thread(target=refresher.run)
    thread.start()
    time.sleep(1.0)
    assert thread.is_alive() and len(calls) == 1, "it waits before it tries the same again"
    refresher.stop()
    thread.join(10)
    assert publish.current(installation.home) == before
    with installation.store.begin(ALL) as uow:  # entry goes on
        assert refreshes.request(uow, "later") > 0
