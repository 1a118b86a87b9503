from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ingestion import bulk, funds, records, review, serializer
from ingestion.accounts import system_principal
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import TYPE_IDS
from ingestion.principal import Denied
from ingestion.records import SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import Store
from tests.ingestion.records.conftest import T1, World, build
from tests.ingestion.records.test_submission import draft, send


@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_a_loaded_record_is_what_entry_and_review_would_have_made(world: World, type_id: str) -> None:
    """Same tables, same document, same header, same keys; only times, channel and the way differ."""
    one, two = world.valid(type_id, n=71), world.valid(type_id, n=72, owner="r2" if type_id == "expert" else "r1")
    if type_id in funds.PAYMENTS:
        rich = {**world.valid("fund_arrival", n=73), "project_id": one["project_id"], "amount": 10 * one["amount"]}
        with world.begin() as uow:
            bulk.load(uow, system_principal(uow, T1), "fund_arrival", [bulk.BulkItem(rich)])
    actor = world.o1 if type_id == "expert" else world.s11
    with world.begin() as uow:
        by = bulk.Who(world.o1.account_id, world.o1.name, world.o1.role)
        [loaded] = bulk.load(uow, system_principal(uow, T1), type_id, [bulk.BulkItem(one, entered_by=by)])
        view = records.create_draft(uow, actor, type_id, two)
        found = records.problems(uow, actor, view.id)
        warnings = frozenset(records.warning_key(i) for i in found if i.severity == "warning")
        sent = records.submit(
            uow, actor, view.id, view.version, non_secret=True, token="t", confirmed=warnings, note="是不同的两项成果"
        )
        if sent.state == "20":
            sent = review.approve(uow, world.o1, sent.id, sent.version)
        assert sent.state == "30"
        read = serializer.read(uow, type_id, [loaded, view.id], "clear")
        assert read[loaded] == serializer.clean(type_id, one)
        assert read[view.id].keys() == read[loaded].keys()
        headers = {row.id: row for row in uow.conn.execute(select(p.record).where(p.record.c.id.in_([loaded, view.id])))}
        a, b = headers[loaded], headers[view.id]
        for column in ("type", "state", "college_id", "filed_year", "dated_on", "in_statistics"):
            assert getattr(a, column) == getattr(b, column), column
        assert (a.owner_person_id == loaded) == (b.owner_person_id == view.id)
        keys = [
            sorted(uow.conn.execute(select(p.record_key.c.kind).where(p.record_key.c.record_id == i)).scalars())
            for i in (loaded, view.id)
        ]
        assert keys[0] == keys[1]


def test_history_states_tell_how_they_came_about(world: World) -> None:
    at = datetime(2021, 6, 1, 2, 0)
    college, office = bulk.Who(world.s11.account_id, "刘芳", "college_admin"), bulk.Who(world.o1.account_id, "陈刚", "office_admin")
    me = bulk.Who(world.r1.account_id, "张伟", "researcher")
    documents = [world.valid("paper", n=n) for n in range(7)]
    states = ("00", "10", "11", "20", "21", "30", "90")
    items = [
        bulk.BulkItem(
            document, state=state, entered_by=me, channel="own", submitted_at=at, college=college, office=office,
            approved_at=datetime(2021, 7, 1) if state in ("30", "90") else None, reason="缺少收录证明",
        )
        for document, state in zip(documents, states, strict=True)
    ]  # fmt: skip
    with world.begin() as uow:
        ids = bulk.load(uow, system_principal(uow, T1), "paper", items)
        steps = {
            state: [e["action"] for e in review.history(uow, system_principal(uow, T1), i)] for state, i in zip(states, ids, strict=True)
        }
        assert steps == {
            "00": [], "10": ["submit"], "11": ["submit", "return"], "20": ["submit", "approve"],
            "21": ["submit", "approve", "return"], "30": ["submit", "approve", "approve"],
            "90": ["submit", "approve", "approve", "void"],
        }  # fmt: skip
        assert [n["name"] for n in review.track(uow, world.r1, ids[5])] == ["张伟", "刘芳", "陈刚"]
        queued = review.queue(uow, world.s11)
        assert [w.record_id for w in queued] == [ids[1]]
        assert review.approve(uow, world.s11, ids[1], queued[0].version).state == "20"


def test_gaps_become_open_findings_and_one_audit_row_tells_of_the_batch(world: World) -> None:
    paper = world.valid("paper")
    paper.pop("issn", None)
    gap = Issue("issn", "ISSN号：来源中没有", "ISSN: not in the source")
    with world.begin() as uow:
        system = system_principal(uow, T1)
        before = uow.conn.execute(select(func.count()).select_from(p.audit_row)).scalar_one()
        [i] = bulk.load(uow, system, "paper", [bulk.BulkItem(paper, gaps=(gap,))])
        found = uow.conn.execute(select(p.finding).where(p.finding.c.record_id == i)).one()
        assert (found.field, found.source, found.closed_at) == ("issn", "import", None)
        assert uow.conn.execute(select(func.count()).select_from(p.audit_row)).scalar_one() == before + 1


def test_a_batch_with_a_taken_key_is_refused_naming_it(world: World) -> None:
    paper = world.valid("paper", n=1)
    again = {**world.valid("paper", n=2), "doi": paper["doi"]}
    with pytest.raises(bulk.TakenKey) as taken, world.begin() as uow:
        bulk.load(uow, system_principal(uow, T1), "paper", [bulk.BulkItem(paper), bulk.BulkItem(again)])
    assert taken.value.record_id is None and paper["doi"] in taken.value.zh
    with world.begin() as uow:
        [i] = bulk.load(uow, system_principal(uow, T1), "paper", [bulk.BulkItem(paper)])
    with pytest.raises(bulk.TakenKey) as taken, world.begin() as uow:
        bulk.load(uow, system_principal(uow, T1), "paper", [bulk.BulkItem(again)])
    assert taken.value.record_id == i


def test_loaded_money_stands_in_the_ledger_and_cannot_be_overdrawn(world: World) -> None:
    with world.begin() as uow:
        project = world.target(uow, T1, "horizontal_project")
    arrivals = [{**world.valid("fund_arrival", n=n), "project_id": project, "amount": 10_000} for n in range(3)]
    spent = [{**world.valid("fund_expense", n=n), "project_id": project, "amount": 9_000} for n in range(4)]
    with world.begin() as uow:
        system = system_principal(uow, T1)
        bulk.load(uow, system, "fund_arrival", [bulk.BulkItem(d) for d in arrivals])
        bulk.load(uow, system, "fund_expense", [bulk.BulkItem(d, state=s) for d, s in zip(spent[:3], ("30", "20", "00"), strict=True)])
        assert funds.balance(uow, project) == funds.Balance(arrived=30_000, frozen=9_000, outward=0, spent=9_000)
    with pytest.raises(SubmissionRefused), world.begin() as uow:
        bulk.load(uow, system_principal(uow, T1), "fund_expense", [bulk.BulkItem({**spent[3], "amount": 12_001})])


def test_a_researcher_cannot_load_what_is_in_force(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        for actor, states in ((world.r1, ("20", "30")), (world.s11, ("10", "30"))):
            for state in states:
                with pytest.raises(Denied):
                    bulk.load(uow, actor, "paper", [bulk.BulkItem(paper, state=state)])


def test_ids_reserved_for_a_batch_are_not_given_again(world: World) -> None:
    papers = [world.valid("paper", n=n) for n in range(3)]
    with world.begin() as uow:
        first = bulk.load(uow, system_principal(uow, T1), "paper", [bulk.BulkItem(d) for d in papers[:2]])
        view = send(uow, world.r1, draft(uow, world.r1, papers[2]))
        assert view.id > max(first)


ODD = ('{"a","b"}', "NULL", "back\\slash \\x41 \\n", "two\nlines\ttab", "''quote'' \"double\"", "，中文、𠮷", " edges ", "{", "%s %(a)s", "\\")


def test_words_arrive_as_they_were_whatever_they_hold(world: World) -> None:
    """On PostgreSQL a column travels as the text of an array, whose own signs may stand in the words."""
    documents = [world.valid("paper", n=n, title=word, title_en=word) for n, word in enumerate(ODD)]
    with world.begin() as uow:
        system = system_principal(uow, T1)
        ids = bulk.load(uow, system, "paper", [bulk.BulkItem(d, reason=d["title"]) for d in documents])
        read = serializer.read(uow, "paper", ids)
        assert [read[i] for i in ids] == [serializer.clean("paper", d) for d in documents]


def test_checks_of_references_do_not_read_every_record(postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session has planned them for a table of a few rows, when every index looks the same."""
    world = build(postgres_store, tmp_path, monkeypatch)
    one, wide = world.valid("paper"), "宽" * 200  # the planner guesses rows from the table's size
    papers = [{**one, "title": f"第 {n} 篇{wide}", "doi": f"10.1000/{n}"} for n in range(600)]
    items = [bulk.BulkItem(d, out_reason=wide) for d in papers]
    with world.begin() as uow:
        bulk.load(uow, system_principal(uow, T1), "paper", items[:10], checked=True)
    with world.begin() as uow:
        bulk.load(uow, system_principal(uow, T1), "paper", items[10:], checked=True)
        scans, rows = uow.conn.exec_driver_sql(
            "SELECT idx_scan, idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'record'"
        ).one()
    assert scans > 5_000 and rows < 100 * scans
