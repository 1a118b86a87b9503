from __future__ import annotations

import pytest
from sqlalchemy import select

from ingestion import bulk, claims, records
from ingestion.principal import NotFound
from ingestion.store import platform as p
from tests.ingestion.records.conftest import World


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
