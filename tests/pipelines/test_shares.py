"""The share shown while a record is entered is the share its numbers use."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ingestion import bulk, records, shares
from tests import documents
from tests.pipelines.conftest import Installation
from tests.universe import T1


def _signed_by_three(installation: Installation, type_id: str, role: str, **changes: Any) -> int:
    """A record of r1, somebody from outside, r3 and r2, in this printed order."""
    universe = installation.universe
    document = {**documents.valid(type_id, installation.place("r1", "C1")), **changes}
    lead = {"role": role, "rank": 1, "kind": "staff", "person_id": universe.person("r1"), "name": "张伟", "affiliations": []}
    document["contributors"] = [
        lead, {"role": role, "rank": 2, "kind": "external", "name": "外校作者", "affiliations": []},
        {**lead, "rank": 3, "person_id": universe.person("r3")}, {**lead, "rank": 4, "person_id": universe.person("r2")},
    ]  # fmt: skip
    with installation.store.begin(T1) as uow:
        return bulk.load(uow, universe.o1, type_id, [bulk.BulkItem(document)])[0]


@pytest.mark.ac("AC-181")
def test_the_share_shown_at_entry_is_the_share_that_counts(installation: Installation) -> None:
    universe = installation.universe
    award = _signed_by_three(installation, "award", "finisher", awarded_on="2025-03-01", level="23", grade="1", unit_rank=1)
    paper = _signed_by_three(installation, "paper", "author", published_on="2025-03")

    def shown(record_id: int) -> dict[int, Decimal]:
        with installation.store.read(T1) as uow:
            view = records.load(uow, universe.o1, record_id)
            return shares.of_document(uow, T1, view.type_id, view.document, record_id)

    def counted(record_id: int) -> dict[int, Decimal]:
        rows = installation.query("SELECT rank, share_frac_w FROM fct_credit WHERE record_id = ? ORDER BY rank", record_id)
        return {rank: share for rank, share in rows}

    installation.refresh()
    for record_id in (award, paper):
        assert shown(record_id) == counted(record_id) == {1: Decimal("0.571428571429"), 3: Decimal("0.285714285714"), 4: Decimal("0.142857142857")}
    with installation.store.begin(T1) as uow:
        rows = {1: [Decimal(100)], 2: [Decimal(60), Decimal(40)], 3: [Decimal(50), Decimal("33.3333"), Decimal("16.6667")]}
        shares.keep(uow, universe.o1, date(2025, 3, 1), rows)
    result = installation.refresh()
    assert result.published and result.held == {}
    for record_id in (award, paper):  # a month counts from its first day
        assert shown(record_id) == counted(record_id) == {1: Decimal("0.5"), 3: Decimal("0.333333"), 4: Decimal("0.166667")}
    assert installation.contribution("A02", "FRAC_W", "person", person_id=universe.person("r3")) == pytest.approx(30 * 0.333333)
    assert installation.contribution("A02", "FRAC_W", "university") == 30
