"""Roles out of the box, and one account for both editions."""

from __future__ import annotations

import pytest

from ingestion import accounts, units
from ingestion.accounts import Grant
from ingestion.principal import ROLE_NAMES, OperationError
from tests.universe import PASSWORD, T1, T3, Universe

NEW_PASSWORD = "Harbour-Meadow-77"


@pytest.mark.ac("AC-069")
def test_every_role_stands_in_a_new_university_without_being_made(universe: Universe) -> None:
    in_university = ("office_admin", "college_admin", "researcher", "expert", "analyst", "finance")
    assert {"科研处管理员", "院系管理员", "科研人员", "专家", "分析员", "省厅管理员"} <= {zh for zh, _en in ROLE_NAMES.values()}
    with universe.store.begin(T3) as uow:
        actor = accounts.system_principal(uow, T3)
        college = units.create(uow, actor, "X1", "经济学院")
        for role in in_university:
            kind = "expert" if role == "expert" else "person"
            grant = Grant(role, college if role == "college_admin" else None)
            accounts.create_account(uow, None, T3, f"new-{role}", role, kind=kind, grants=(grant,), password=PASSWORD, must_change=False)
    for role in in_university:
        tab = "expert" if role == "expert" else "person"
        done = accounts.login(universe.store, T3, f"new-{role}", PASSWORD, tab=tab)
        found = accounts.principal_for_token(universe.store, done.token)
        assert found is not None and (found.role, found.university_code) == (role, T3)


@pytest.mark.ac("AC-016")
def test_one_account_serves_both_editions_and_its_password_changes_once(universe: Universe) -> None:
    """An account the province made (create_university, AC-195) is the account the university logs in with."""
    province = accounts.login(universe.store, "42", "p1", PASSWORD, tab="person")
    office = accounts.login(universe.store, T1, "o1", PASSWORD, tab="person")
    assert province.token and office.token
    accounts.change_password(universe.store, office.token, PASSWORD, NEW_PASSWORD)
    with pytest.raises(OperationError):
        accounts.login(universe.store, T1, "o1", PASSWORD, tab="person")
    assert accounts.login(universe.store, T1, "o1", NEW_PASSWORD, tab="person").token
