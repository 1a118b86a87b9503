"""The night's work: due once, no step stops the next, and no reader of the change log is ever overtaken."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from ingestion import feed, nights, refreshes
from ingestion.store import platform as p
from ingestion.store.engine import ALL, utc_now
from pipelines import documents, nightly, publish, raw
from pipelines.refresh import Refresh
from pipelines.refresher import Refresher
from tests import documents as papers
from tests.pipelines.conftest import Installation
from tests.universe import T1


def change(installation: Installation, n: int) -> None:
    universe = installation.universe
    sent = installation.submit(universe.r1, "paper", papers.valid("paper", installation.place("r1", "C1"), n))
    installation.approve(sent.id, universe.s11, universe.o1)


def logged(installation: Installation) -> int:
    with installation.store.read(ALL) as uow:
        return int(uow.conn.execute(select(func.count()).select_from(p.change_log)).scalar_one())


def position(installation: Installation) -> feed.Position:
    with installation.warehouse() as con:
        found = raw.position(con)
    assert found is not None
    return found


def papers_counted(installation: Installation) -> float:
    return installation.contribution("R01", "OWNER", "university", type="paper")


def test_the_log_is_shortened_and_no_reader_is_overtaken(installation: Installation) -> None:
    installation.refresh()
    change(installation, 1)
    installation.refresh()
    assert nightly.prune(installation.store, installation.home) > 0
    assert logged(installation) == 0

    # the raw layer has read on, but what it read is not published: the manifest's reader still needs those rows
    change(installation, 2)
    refresh = Refresh(installation.store, installation.home, transformer=installation.transformer)
    refresh.extract()
    refresh.close()
    manifest = publish.current(installation.home)
    assert manifest is not None and manifest.position < position(installation).value
    before = logged(installation)
    published = feed.Position(manifest.store_id, manifest.position)
    with installation.store.read(ALL) as uow:
        waiting = feed.waiting(uow, published, T1)
    assert waiting > 0
    nightly.prune(installation.store, installation.home)
    assert logged(installation) == before
    with installation.store.read(ALL) as uow:
        assert feed.waiting(uow, published, T1) == waiting

    # what comes after is read as changes and not by beginning again
    change(installation, 3)
    assert not feed.read(installation.store, position(installation)).full
    result = installation.refresh()
    assert result.held == {} and papers_counted(installation) == 3
    nightly.prune(installation.store, installation.home)
    change(installation, 4)
    assert not feed.read(installation.store, position(installation)).full
    installation.refresh()
    assert papers_counted(installation) == 4


def test_a_log_of_another_history_is_left_alone(installation: Installation) -> None:
    change(installation, 1)
    with installation.store.begin(ALL) as uow:  # a restore gives the store a new identity
        uow.conn.execute(p.setting.update().where(p.setting.c.university_code == ALL, p.setting.c.key == "store_id").values(value="another"))
    before = logged(installation)
    assert before > 0 and nightly.prune(installation.store, installation.home) == 0 and logged(installation) == before


def test_the_night_is_due_once_and_never_for_what_has_just_been_built(installation: Installation) -> None:
    noon = datetime(2026, 3, 5, 4, 0)  # 12:00 in Asia/Shanghai
    store = installation.store
    assert nightly.due_since(noon) == datetime(2026, 3, 4, 18, 30)
    assert nightly.due_since(datetime(2026, 3, 4, 18, 29)) == datetime(2026, 3, 3, 18, 30)
    assert not nightly.is_due(store, noon), "first seen: everything has just been built"
    assert not nightly.is_due(store, noon + timedelta(hours=14))
    assert nightly.is_due(store, noon + timedelta(hours=15))
    with store.begin(ALL) as uow:
        nights.note(uow, nights.Night(noon + timedelta(hours=15), (nights.Step("rebuild", 1.0),)))
    assert not nightly.is_due(store, noon + timedelta(hours=16))
    assert nightly.is_due(store, noon + timedelta(days=3)), "a machine that slept makes it good"


def test_the_refresher_does_it_and_no_step_stops_the_next(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    refresher = Refresher(installation.store, installation.home, poll=0.05)
    refresher.transformer = installation.transformer
    done: list[str] = []
    monkeypatch.setattr(refresher, "_refresh", lambda full: done.append(f"rebuild {full}"))

    def broken(_: object) -> None:
        done.append("checks")
        raise OSError("the disk is full")

    monkeypatch.setattr(documents, "checks", broken)
    monkeypatch.setattr(documents, "models", lambda _: done.append("models"))
    with installation.store.begin(ALL) as uow:
        nights.note(uow, nights.Night(utc_now() - timedelta(days=2)))
    refresher.once()
    assert done == ["rebuild True", "checks", "models"]
    with installation.store.read(ALL) as uow:
        night = nights.last(uow)
    assert night is not None and not night.ok
    assert [(step.name, step.error) for step in night.steps] == [("rebuild", ""), ("prune", ""), ("checks_documents", "OSError"), ("model_documents", "")]
    refresher.once()
    assert len([one for one in done if one == "models"]) == 1, "not twice in a night"

    with installation.store.begin(ALL) as uow:  # asked for by day, from the page
        refreshes.request(uow, refreshes.NIGHTLY, full_reload=True)
    refresher.once()
    assert done.count("models") == 2




def test_the_documents_tell_everything_and_hold_no_value_path_or_address(installation: Installation) -> None:
    home = installation.home
    pages = documents.checks(home)
    index = json.loads((home / "documents" / "checks" / "all" / "index.json").read_text())
    assert {"record", "person", "rpt_reconciliation", "fct_measure"} <= {line["suite"] for line in index["suites"]}
    assert pages > len(index["suites"]), "each university has its own"
    own: dict[str, Any] = json.loads((home / "documents" / "checks" / T1 / "index.json").read_text())
    assert {line["suite"] for line in own["suites"]} == documents.OF_EVERY_UNIVERSITY
    html = (home / "documents" / "checks" / "all" / "person.html").read_text()
    assert "https://" not in html and "<script" not in html and "Evaluated Expectations" in html and "staff_no" in html
    assert documents.models(installation.transformer) > 100_000
    assert not list(home.glob("documents/*.tmp"))
