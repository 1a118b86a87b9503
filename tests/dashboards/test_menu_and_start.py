"""Every record type has its place in the menu; a university without data starts with a checklist."""

from __future__ import annotations

import pytest

from dashboards import frame, navigation
from dashboards.screens.home import counts
from ingestion import permissions
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.store.engine import today
from tests.universe import Universe


@pytest.mark.ac("AC-023")
@pytest.mark.parametrize("type_id", list(ALL_RECORDS))
def test_a_type_is_in_the_menu_and_the_office_may_enter_and_find_it(sqlite_universe: Universe, type_id: str) -> None:
    office = sqlite_universe.o1
    entry = navigation.entry(type_id)
    resources = ALL_RECORDS[type_id].group == "resources"
    assert entry.section == (navigation.RESOURCES if resources else navigation.UNIVERSITY)
    assert entry.zh == ALL_RECORDS[type_id].zh and not entry.hidden
    assert entry in navigation.offered(office)
    assert permissions.can(office, "create", type_id)


@pytest.mark.ac("AC-004")
def test_a_university_without_data_starts_at_nothing(sqlite_universe: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "store", lambda: sqlite_universe.store)
    assert counts.onboarding(sqlite_universe.o3, today().year) == counts.Onboarding(0, 0, 0, 0)
    begun = counts.onboarding(sqlite_universe.o1, today().year)
    assert begun.people == 3 and begun.history == 0
