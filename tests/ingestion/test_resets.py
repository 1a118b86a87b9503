"""找回密码: asked on the login page, answered by the right administrator, never telling who exists."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from ingestion import accounts, messages
from ingestion.principal import Conflict, Denied, NotFound
from ingestion.store import platform as p
from tests.universe import PASSWORD, T1, T2, Universe

NEW = "Willow-Harbour-71"


def ask(universe: Universe, code: str, username: str, address: str = "192.0.2.7") -> None:
    accounts.ask_for_reset(universe.store, code, username, "办公室 87650000", address=address)


def waiting(universe: Universe, who: str) -> list[accounts.ResetRequest]:
    actor = universe.principals[who]
    with universe.store.read("*" if actor.is_province else actor.university_code) as uow:
        return accounts.resets_waiting(uow, actor)


@pytest.mark.ac("AC-017", "AC-018")
def test_the_office_answers_with_a_link_that_works_once_and_ends_old_sessions(universe: Universe) -> None:
    old = accounts.login(universe.store, T1, "00123", PASSWORD)
    ask(universe, T1, " 00123 ")
    ask(universe, T1, "00123")  # asked again: still one request, one message
    [request] = waiting(universe, "o1")
    assert (request.username, request.name, request.contact) == ("00123", "张伟", "办公室 87650000")
    assert waiting(universe, "o2") == [] == waiting(universe, "p1")
    with universe.store.begin(T1) as uow:
        assert [m.kind for m in messages.list_for(uow, universe.o1)] == ["security"]
        token = accounts.answer_reset(uow, universe.o1, request.id)
        with pytest.raises(Conflict):
            accounts.answer_reset(uow, universe.o1, request.id)
    assert accounts.principal_for_token(universe.store, old.token) is not None  # nothing ends before the link is used
    accounts.redeem_link(universe.store, token, NEW)
    assert accounts.principal_for_token(universe.store, old.token) is None
    with pytest.raises(accounts.LinkRefused) as used:
        accounts.redeem_link(universe.store, token, NEW + "x")
    assert "已使用过" in used.value.zh
    assert accounts.login(universe.store, T1, "00123", NEW).principal.name == "张伟"
    assert waiting(universe, "o1") == []


@pytest.mark.ac("AC-017")
def test_an_administrators_request_goes_to_the_province_too(universe: Universe) -> None:
    ask(universe, T2, "o2")
    assert [r.username for r in waiting(universe, "p1")] == ["o2"]
    assert waiting(universe, "o2") == [] == waiting(universe, "o1")  # never the own account, never another university
    [request] = waiting(universe, "p1")
    with universe.store.begin(T2) as uow, pytest.raises(NotFound):
        accounts.answer_reset(uow, universe.o2, request.id)
    with universe.store.begin("*") as uow:
        assert "申请找回密码" in messages.list_for(uow, universe.p1)[0].zh
        token = accounts.answer_reset(uow, universe.p1, request.id)
    accounts.redeem_link(universe.store, token, NEW)
    assert accounts.login(universe.store, T2, "o2", NEW).principal.role == "office_admin"


@pytest.mark.ac("AC-017", "AC-012")
def test_asking_tells_nobody_who_exists_and_is_bounded(universe: Universe) -> None:
    for code, username in ((T1, "nobody"), ("00000", "00123"), (T1, "system")):
        ask(universe, code, username)
    with universe.store.begin("*") as uow:
        assert uow.conn.execute(select(func.count()).select_from(p.reset_request)).scalar_one() == 0
        assert uow.conn.execute(select(func.count()).select_from(p.message)).scalar_one() == 0
    for _ in range(8):
        ask(universe, T1, "nobody")
    with pytest.raises(accounts.TooManyRequests):
        ask(universe, T1, "00123")
    ask(universe, T1, "00123", address="192.0.2.8")
    with universe.store.begin(T1) as uow:
        logged = select(p.audit_row.c.object_id).where(p.audit_row.c.action == "reset_asked")
        assert len(uow.conn.execute(logged).all()) == 11


@pytest.mark.ac("AC-017")
def test_a_refused_request_says_why_and_only_administrators_answer(universe: Universe) -> None:
    ask(universe, T1, "00124")
    [request] = waiting(universe, "o1")
    for who in ("s11", "r1", "f1"):
        with universe.store.begin(T1) as uow:
            with pytest.raises(Denied):
                accounts.resets_waiting(uow, universe.principals[who])
            with pytest.raises(Denied):
                accounts.answer_reset(uow, universe.principals[who], request.id)
    with universe.store.begin(T1) as uow:
        accounts.refuse_reset(uow, universe.o1, request.id, "电话核实不是本人申请")
        assert "电话核实不是本人申请" in messages.list_for(uow, universe.r2)[0].zh
        with pytest.raises(Conflict):
            accounts.refuse_reset(uow, universe.o1, request.id, "电话核实不是本人申请")
    assert waiting(universe, "o1") == []
    ask(universe, T1, "00124")
    assert len(waiting(universe, "o1")) == 1
