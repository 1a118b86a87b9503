from __future__ import annotations

import pytest
from sqlalchemy import select

from ingestion import bulk, claims, messages, records, review
from ingestion.principal import NotFound
from ingestion.records import SubmissionRefused
from ingestion.store import platform as p
from tests.ingestion.records.conftest import World
from tests.ingestion.records.test_submission import draft, send


@pytest.mark.ac("AC-132")
def test_a_person_confirms_or_denies_what_others_filed(world: World) -> None:
    mine, theirs = world.valid("paper", n=1), world.valid("paper", owner="r2", n=2)
    both = {**mine, "contributors": [mine["contributors"][0], {**theirs["contributors"][0], "rank": 2, "corresponding": False}]}
    with world.begin() as uow:
        [first, second] = bulk.load(uow, world.o1, "paper", [bulk.BulkItem(both), bulk.BulkItem(theirs)])
        assert [c.record_id for c in claims.pending(uow, world.r1)] == [first]
        assert {c.record_id for c in claims.pending(uow, world.r2)} == {first, second}
        claims.confirm(uow, world.r2, first)
        assert [c.record_id for c in claims.pending(uow, world.r2)] == [second]
        claims.decline(uow, world.r1, first)
        assert claims.pending(uow, world.r1) == []
        header = uow.conn.execute(select(p.record).where(p.record.c.id == first)).one()
        assert (header.owner_person_id, header.state) == (world.person("r2"), "30")
        with pytest.raises(NotFound):
            records.load(uow, world.r1, first)
        told = uow.conn.execute(select(p.message.c.account_id).where(p.message.c.kind == "claim")).scalars()
        assert world.s11.account_id in set(told)
        with pytest.raises(NotFound):
            claims.confirm(uow, world.r3, second)


@pytest.mark.ac("AC-175", "AC-180", "AC-230")
def test_the_same_result_ends_as_one_record_and_one_claim(world: World) -> None:
    mine, theirs = world.valid("paper", n=1), world.valid("paper", owner="r2", n=2)
    both = {**mine, "contributors": [mine["contributors"][0], {**theirs["contributors"][0], "rank": 2, "corresponding": False}]}
    alone = world.valid("paper", n=3)
    with world.begin() as uow:
        sent = send(uow, world.r1, draft(uow, world.r1, both))
        other = send(uow, world.r1, draft(uow, world.r1, alone))
        again = draft(uow, world.r2, {**both, "contributors": theirs["contributors"]})
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.r2, again)
        assert [i.rule for i in refused.value.issues if i.severity == "error"] == ["D001"]
        assert claims.ask_in(uow, world.r2, "paper", again.document, again.id) == "confirmed"
        assert claims.pending(uow, world.r2) == []
        assert {e["action"] for e in review.history(uow, world.r1, sent.id)} >= {"submit", "confirmed"}
        # a record that does not name r2, and that r2 cannot see: its people are asked, r2 learns nothing
        hidden = {**theirs, "doi": alone["doi"]}
        assert claims.ask_in(uow, world.r2, "paper", hidden) == "asked"
        with pytest.raises(NotFound):
            records.load(uow, world.r2, other.id)
        for who in (world.r1, world.s11):
            assert any(m.kind == "claim" and m.record_id == other.id for m in messages.list_for(uow, who))
        with pytest.raises(NotFound):
            claims.ask_in(uow, world.r2, "paper", {**theirs, "doi": "10.1000/nobody"})
    with world.begin("99002") as uow:
        with pytest.raises(NotFound):  # another university's record is none at all
            claims.ask_in(uow, world.q1, "paper", alone)
