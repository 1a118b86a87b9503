"""Scores and review times of the whole build, against the catalogue and the store; findings become tasks and go when mended."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from ingestion import amendments, quality_tasks, records
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.catalog.validate import missing_for_statistics
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import utc_now
from ingestion.store.tables import TYPE_TABLES
from tests import documents
from tests.pipelines.conftest import Installation
from tests.pipelines.test_refresh import load
from tests.universe import T1

UNKNOWN = (k.Secret, k.FileSlot, k.Shown)
"""What the feed does not deliver: nobody can say here whether it is filled."""


def paper(installation: Installation, n: int) -> dict[str, Any]:
    return documents.valid("paper", installation.place("r1", "C1"), n)


def test_completeness_is_what_the_catalogue_says_and_the_score_weighs_by_effect(installation: Installation) -> None:
    place = installation.place("r1", "C1")
    for n, type_id in enumerate(sorted(set(ALL_RECORDS) - {"person", "expert", "fund_arrival", "fund_outward", "fund_expense"})):
        document = documents.valid(type_id, place, 300 + n)
        bare = {**documents.valid(type_id, place, 600 + n)}
        for i, field in enumerate(ALL_RECORDS[type_id].fields()):
            if field.needed_for and not field.required and field.required_when is None and i % 2:
                bare.pop(field.name, None)
        load(installation, type_id, [document, bare])
    sent = installation.submit(installation.universe.r1, "paper", paper(installation, 1))
    installation.approve(sent.id, installation.universe.s11, installation.universe.o1)
    table = TYPE_TABLES["paper"]
    with installation.store.begin(T1) as uow:  # no operation would write this: a date nobody can know yet
        uow.conn.execute(update(table).where(table.c.record_id == sent.id).values(published_on=utc_now().date().replace(year=2190)))
    installation.refresh(full=True)

    rows = installation.query("SELECT record_id, type, needed, filled, severity, quality, weight FROM fct_quality")
    assert len(rows) > 40
    with installation.store.read(T1) as uow:
        for record_id, type_id, needed, filled, *_ in rows:
            document = records.load(uow, installation.universe.o1, record_id).document
            missing = [f.name for f in missing_for_statistics(type_id, document) if not isinstance(f, UNKNOWN)]
            assert needed - filled == len(missing), (type_id, missing)
    by_id = {row[0]: row for row in rows}
    _, _, needed, filled, severity, quality, weight = by_id[sent.id]
    assert severity == "warning" and quality == pytest.approx(0.5 * filled / needed)
    counted = installation.query("SELECT count(DISTINCT measure) FROM fct_measure WHERE record_id = ? AND included", sent.id)
    assert weight == 1 + counted[0][0]
    score, records_ = installation.query("SELECT score, records FROM rpt_quality WHERE university_code = ? AND type = '*'", T1, code="province")[0]
    assert records_ == len(rows) and score == pytest.approx(100 * sum(r[5] * r[6] for r in rows) / sum(r[6] for r in rows))
    assert {name for (name,) in installation.query("SELECT column_name FROM duckdb_columns() WHERE table_name = 'rpt_quality'", code="province")}.isdisjoint({"record_id", "owner_person_id"})
    steps = installation.query("SELECT node, ended_by, ended_to, handler, hours >= 0 FROM fct_review WHERE record_id = ? ORDER BY seq", sent.id)
    assert steps == [("10", "approve", "20", "刘芳", True), ("20", "approve", "30", "陈刚", True)]


def test_a_failing_check_is_a_named_persons_task_until_it_is_mended(installation: Installation) -> None:
    universe = installation.universe
    sent = installation.submit(universe.r1, "paper", paper(installation, 1))
    installation.approve(sent.id, universe.s11, universe.o1)
    installation.refresh()
    before = installation.query("SELECT count(*) FROM fct_quality")
    table = TYPE_TABLES["paper"]
    with installation.store.begin(T1) as uow:  # no operation would write this
        uow.conn.execute(update(table).where(table.c.record_id == sent.id).values(issn=None, published_on=utc_now().date().replace(year=2190)))
    installation.refresh()

    def tasks(who: Principal) -> set[str]:
        with installation.store.read(T1) as uow:
            return {task.rule for task in quality_tasks.mine(uow, who)}

    assert tasks(universe.r1) == {"paper.published_on.range", "paper.issn.missing"} and tasks(universe.o1) == set()
    assert installation.query("SELECT count(*) FROM fct_quality") == before, "a refresh leaves the scores to the night"
    with installation.store.begin(T1) as uow:
        amendments.open(uow, universe.r1, sent.id, "更正发表时间")
        change = records.load(uow, universe.r1, sent.id).amendment
        assert change is not None
        amendments.save(uow, universe.r1, sent.id, _version(uow, sent.id), {**change["document"], "published_on": "2025-03-01", "issn": documents.issn(9)})
        amendments.submit(uow, universe.r1, sent.id, _version(uow, sent.id), non_secret=True)
    for reviewer in (universe.s11, universe.o1):
        with installation.store.begin(T1) as uow:
            amendments.approve(uow, reviewer, sent.id, _version(uow, sent.id))
    installation.refresh()
    assert tasks(universe.r1) == set()
    with installation.store.read(T1) as uow:
        closed = uow.conn.execute(select(p.finding.c.closed_at, p.finding.c.account_id).where(p.finding.c.record_id == sent.id)).all()
    assert {row.account_id for row in closed} == {universe.r1.account_id} and all(row.closed_at for row in closed)


def _version(uow: Any, record_id: int) -> int:
    return int(uow.conn.execute(select(p.amendment.c.version).where(p.amendment.c.record_id == record_id, p.amendment.c.is_open)).scalar_one())
