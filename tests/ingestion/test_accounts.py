"""Logging in, sessions, links and the administration of accounts, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from ingestion import accounts, messages
from ingestion.accounts import Grant, LoginRefused, passwords
from ingestion.principal import Denied, NotFound, Principal
from ingestion.store.engine import ALL, Store, local_time, today, utc_now
from ingestion.store.platform import account, audit_row, login_event, message, one_time_token, session
from tests.ingestion.access import (
    PASSWORD,
    Province,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
)

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite"]

NEW = "Copper-Bridge-77"


def refuse(store: Store, code: str, username: str, password: str, **more: str) -> LoginRefused:
    with pytest.raises(LoginRefused) as caught:
        accounts.login(store, code, username, password, **more)
    return caught.value


def actor(province: Province, who: str) -> Principal:
    return province.login(who).principal


# --- the answer to a wrong login ----------------------------------------------------------------------


@pytest.mark.ac("AC-012")
def test_every_wrong_login_gets_the_same_words(province: Province) -> None:
    answers = {
        (answer.zh, answer.en, answer.reason)
        for answer in (
            refuse(province.store, "99001", "00123", "wrong"),
            refuse(province.store, "99001", "nobody", PASSWORD),
            refuse(province.store, "99002", "s11", PASSWORD),
            refuse(province.store, "77777", "00123", PASSWORD),
            refuse(province.store, "99001", "system", PASSWORD),
        )
    }
    assert answers == {("单位、账号或密码不正确", "The university, username or password is not correct", "wrong")}


@pytest.mark.ac("AC-014")
def test_the_same_staff_number_in_two_universities_is_two_accounts(province: Province) -> None:
    with province.store.begin(ALL) as uow:
        accounts.set_password(uow, province.accounts["r1"], NEW)
    assert accounts.login(province.store, "99001", "00123", NEW).principal.name == "张伟"
    assert accounts.login(province.store, "99002", "00123", PASSWORD).principal.name == "王强"
    assert refuse(province.store, "99002", "00123", NEW).reason == "wrong"


@pytest.mark.ac("AC-015")
def test_the_wrong_tab_is_named_only_to_who_knows_the_password(province: Province) -> None:
    assert "专家密码登录" in refuse(province.store, "99001", "e1", PASSWORD, tab="person").zh
    assert "人员密码登录" in refuse(province.store, "99001", "00123", PASSWORD, tab="expert").zh
    assert refuse(province.store, "99001", "e1", "wrong", tab="person").reason == "wrong"
    assert province.login("e1").principal.role == "expert"


@pytest.mark.ac("AC-013")
def test_five_wrong_passwords_lock_the_account_and_tell_its_owner(province: Province) -> None:
    for _ in range(4):
        assert refuse(province.store, "99001", "00123", "wrong").reason == "wrong"
    fifth = refuse(province.store, "99001", "00123", "wrong")
    assert fifth.reason == "locked" and fifth.until is not None
    right = refuse(province.store, "99001", "00123", PASSWORD)
    assert right.reason == "locked" and right.until == fifth.until
    assert f"{local_time(fifth.until):%H:%M} 后可再次登录" in right.zh
    with province.store.read(ALL) as uow:
        told = uow.conn.execute(select(message).where(message.c.account_id == province.accounts["r1"])).one()
        assert told.kind == "security" and "锁定" in told.title_zh
        actions = set(uow.conn.execute(select(audit_row.c.action)).scalars())
    assert {"login_wrong", "login_locked", "login_refused_locked"} <= actions
    assert province.login("q1").principal.university_code == "99002"  # the namesake elsewhere is not locked


@pytest.mark.ac("AC-013")
def test_a_lock_ends_by_itself_and_by_an_administrator(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        refuse(province.store, "99001", "00123", "wrong")
    o1 = actor(province, "o1")
    with province.store.begin("99001") as uow:
        accounts.unlock(uow, o1, province.accounts["r1"])
    assert province.login("r1").principal.name == "张伟"
    for _ in range(5):
        refuse(province.store, "99001", "00124", "wrong")
    later = utc_now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr("ingestion.accounts.entrance.utc_now", lambda: later)
    assert province.login("r2").principal.name == "李娜"


@pytest.mark.ac("AC-013")
def test_many_tries_at_once_are_judged_one_by_one(province: Province) -> None:
    """Twelve guesses in parallel, the right one among them last: five are judged, then the name is locked."""
    reasons: list[str] = []

    def guess(password: str) -> None:
        try:
            accounts.login(province.store, "99001", "00123", password)
            reasons.append("in")
        except LoginRefused as refused:
            reasons.append(refused.reason)

    threads = [threading.Thread(target=guess, args=(f"guess {n}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    guess(PASSWORD)
    assert reasons.count("wrong") == 4 and reasons.count("locked") == 9


def test_names_that_do_not_exist_are_locked_alike(province: Province) -> None:
    reasons = [refuse(province.store, "99001", "nobody", "wrong").reason for _ in range(6)]
    assert reasons == ["wrong"] * 4 + ["locked", "locked"]


def test_four_wrong_passwords_are_forgotten_after_the_right_one(province: Province) -> None:
    for _ in range(3):
        for _ in range(4):
            refuse(province.store, "99001", "00123", "wrong")
        province.login("r1")


def test_one_address_may_try_twenty_times_a_minute(province: Province) -> None:
    for number in range(20):
        refuse(province.store, "99001", f"somebody{number}", "wrong", address="203.0.113.7")
    assert refuse(province.store, "99001", "00123", PASSWORD, address="203.0.113.7").reason == "throttled"
    assert accounts.login(province.store, "99001", "00123", PASSWORD, address="203.0.113.8")


@pytest.mark.ac("AC-012")
def test_an_unknown_user_costs_the_same_work(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = passwords.HASHER

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored)
            return real.verify(stored, password)

        def hash(self, password: str) -> str:
            return real.hash(password)

        def check_needs_rehash(self, stored: str) -> bool:
            return False

    monkeypatch.setattr(passwords, "HASHER", Counting())
    for code, username in (("99001", "00123"), ("99001", "nobody"), ("77777", "00123"), ("99002", "s11")):
        checked.clear()
        refuse(province.store, code, username, "wrong")
        assert len(checked) == 1


def test_disabled_and_roleless_accounts_learn_it_only_with_the_right_password(province: Province) -> None:
    o1 = actor(province, "o1")
    with province.store.begin("99001") as uow:
        accounts.set_enabled(uow, o1, province.accounts["r2"], False)
    assert refuse(province.store, "99001", "00124", PASSWORD).reason == "disabled"
    assert refuse(province.store, "99001", "00124", "wrong").reason == "wrong"
    with province.store.begin("99001") as uow:
        accounts.create_account(uow, o1, "99001", "norole", "赵一", password=PASSWORD, must_change=False)
    assert refuse(province.store, "99001", "norole", PASSWORD).reason == "no_role"


# --- storage ------------------------------------------------------------------------------------------


def test_passwords_are_argon2id_with_the_floor_of_owasp() -> None:
    assert passwords.HASHER.memory_cost >= 19 * 1024 and passwords.HASHER.time_cost >= 2
    assert passwords.hash_password(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_an_old_hash_is_renewed_at_login(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    province.login("r1")
    with province.store.read(ALL) as uow:
        stored = uow.conn.execute(select(account.c.password_hash).where(account.c.id == province.accounts["r1"])).scalar_one()
    assert "m=16,t=2" in stored


def test_neither_token_nor_password_is_stored(province: Province) -> None:
    live = province.login("r1")
    with province.store.read(ALL) as uow:
        for table in (session, account, login_event, audit_row, one_time_token, message):
            for row in uow.conn.execute(select(table)):
                assert live.token not in str(row) and PASSWORD not in str(row)


# --- sessions -----------------------------------------------------------------------------------------


def test_a_login_rotates_the_session(province: Province) -> None:
    first = province.login("r1")
    second = province.login("r1", previous_token=first.token)
    assert first.token != second.token and len(second.token) >= 43
    assert accounts.principal_for_token(province.store, first.token) is None
    assert accounts.principal_for_token(province.store, second.token) == second.principal


def test_logging_out_ends_the_session_on_the_server(province: Province) -> None:
    live = province.login("r1")
    accounts.logout(province.store, live.token)
    accounts.logout(province.store, live.token)
    assert accounts.principal_for_token(province.store, live.token) is None


def test_invented_tokens_are_nobody(province: Province) -> None:
    for token in (None, "", "x", "0" * 43):
        assert accounts.principal_for_token(province.store, token) is None
        assert accounts.idle_account(province.store, token) is None


@pytest.mark.ac("AC-021")
def test_thirty_idle_minutes_ask_for_the_password_and_twelve_hours_end_it(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = province.login("r1")
    start = live.seen_at

    def at(**delta: float) -> None:
        monkeypatch.setattr("ingestion.accounts.sessions.utc_now", lambda: start + timedelta(**delta))

    at(minutes=29)
    assert accounts.principal_for_token(province.store, live.token, touch=False)
    at(minutes=31)
    assert accounts.principal_for_token(province.store, live.token) is None
    assert accounts.idle_account(province.store, live.token) == "张伟"
    with pytest.raises(LoginRefused):
        accounts.reauthenticate(province.store, live.token, "wrong")
    at(hours=12, seconds=1)
    assert accounts.idle_account(province.store, live.token) is None
    with pytest.raises(LoginRefused):
        accounts.reauthenticate(province.store, live.token, PASSWORD)


@pytest.mark.ac("AC-021")
def test_the_password_wakes_an_idle_session(province: Province) -> None:
    live = province.login("r1")
    with province.store.begin(ALL) as uow:
        uow.conn.execute(update(session).values(seen_at=utc_now() - timedelta(minutes=31)))
    assert accounts.principal_for_token(province.store, live.token) is None
    woken = accounts.reauthenticate(province.store, live.token, PASSWORD)
    assert woken == live.principal
    assert accounts.principal_for_token(province.store, live.token) == live.principal
    with province.store.read(ALL) as uow:
        living = select(func.count()).select_from(session).where(session.c.ended_at.is_(None))
        assert uow.conn.execute(living).scalar_one() == 1


def test_what_happens_by_itself_keeps_no_session_alive(province: Province) -> None:
    live = province.login("r1")
    earlier = utc_now() - timedelta(minutes=20)
    with province.store.begin(ALL) as uow:
        uow.conn.execute(update(session).values(seen_at=earlier))
    accounts.session_for_token(province.store, live.token, touch=False)
    seen = accounts.session_for_token(province.store, live.token, touch=True)
    assert seen is not None and seen.seen_at == earlier
    again = accounts.session_for_token(province.store, live.token)
    assert again is not None and again.seen_at > earlier


def test_disabling_an_account_or_a_university_ends_its_sessions_at_once(province: Province) -> None:
    r1, q1 = province.login("r1"), province.login("q1")
    o1, p1 = actor(province, "o1"), actor(province, "p1")
    with province.store.begin("99001") as uow:
        accounts.set_enabled(uow, o1, province.accounts["r1"], False)
    with province.store.begin(ALL) as uow:
        accounts.set_university_enabled(uow, p1, "99002", False)
    assert accounts.principal_for_token(province.store, r1.token) is None
    assert accounts.principal_for_token(province.store, q1.token) is None
    with province.store.begin("99001") as uow:
        accounts.set_enabled(uow, o1, province.accounts["r1"], True)
    assert accounts.principal_for_token(province.store, r1.token) is None  # dead stays dead
    with pytest.raises(accounts.BadAccount), province.store.begin("99001") as uow:
        accounts.set_enabled(uow, o1, province.accounts["o1"], False)


# --- roles --------------------------------------------------------------------------------------------


def test_roles_switch_without_logging_in_and_only_to_those_held(province: Province) -> None:
    o1 = actor(province, "o1")
    with province.store.begin("99001") as uow:
        second = accounts.grant_role(uow, o1, province.accounts["r1"], Grant("college_admin", province.units["C1"]))
    live = province.login("r1")
    assert live.principal.role == "researcher"
    with province.store.begin("99001") as uow:
        switched = accounts.switch_role(uow, live.token, second)
    assert (switched.role, switched.unit_id) == ("college_admin", province.units["C1"])
    assert accounts.principal_for_token(province.store, live.token) == switched
    foreign = actor(province, "s12").grant_id
    assert foreign is not None
    with pytest.raises(Denied), province.store.begin("99001") as uow:
        accounts.switch_role(uow, live.token, foreign)
    # taken away: the next click acts in the role that is left
    with province.store.begin("99001") as uow:
        accounts.revoke_role(uow, o1, second)
    left = accounts.principal_for_token(province.store, live.token)
    assert left is not None and left.role == "researcher"


def test_a_grant_holds_from_its_first_to_its_last_day(province: Province) -> None:
    o1 = actor(province, "o1")
    day = today()
    with province.store.begin("99001") as uow:
        accounts.grant_role(uow, o1, province.accounts["r2"], Grant("analyst", None, day + timedelta(days=1)))
        accounts.grant_role(uow, o1, province.accounts["r2"], Grant("finance", None, day, day))
        held = [grant.role for grant in accounts.grants_of(uow, province.accounts["r2"])]
    assert held == ["researcher", "finance"]


def test_roles_fit_their_organisation_and_their_scope(province: Province) -> None:
    o1 = actor(province, "o1")
    wrong = (
        Grant("province_staff"), Grant("expert"), Grant("college_admin"), Grant("researcher", province.units["C1"]),
    )  # fmt: skip
    for grant in wrong:
        with pytest.raises(accounts.BadAccount), province.store.begin("99001") as uow:
            accounts.grant_role(uow, o1, province.accounts["r2"], grant)
    with pytest.raises(NotFound), province.store.begin("99001") as uow:
        accounts.grant_role(uow, o1, province.accounts["r2"], Grant("college_admin", province.units["D1"]))


@pytest.mark.ac("AC-199")
def test_accounts_are_created_only_by_who_may(province: Province) -> None:
    for who in ("r1", "s11", "a1", "f1", "e1", "o2"):
        principal = actor(province, who)
        with pytest.raises(Denied), province.store.begin(ALL) as uow:
            accounts.create_account(uow, principal, "99001", "new1", "新人", grants=(Grant("researcher"),))
    p1 = actor(province, "p1")
    with pytest.raises(Denied), province.store.begin(ALL) as uow:
        accounts.create_account(uow, p1, "99001", "new1", "新人", grants=(Grant("researcher"),))
    with province.store.begin(ALL) as uow:
        accounts.create_account(uow, p1, "99001", "new2", "新人", grants=(Grant("office_admin"),))


def test_another_universitys_account_is_not_found(province: Province) -> None:
    o2 = actor(province, "o2")
    for operation in (
        lambda uow: accounts.set_enabled(uow, o2, province.accounts["r1"], False),
        lambda uow: accounts.issue_link(uow, o2, province.accounts["r1"], "reset"),
        lambda uow: accounts.grant_role(uow, o2, province.accounts["r1"], Grant("researcher")),
        lambda uow: accounts.unlock(uow, o2, province.accounts["r1"]),
        lambda uow: accounts.unlock(uow, o2, 10**9),
    ):
        with pytest.raises(NotFound), province.store.begin(ALL) as uow:
            operation(uow)
    with province.store.read(ALL) as uow:
        rows, total = accounts.list_accounts(uow, o2)
    assert {row.university_code for row in rows} == {"99002"} and total == len(rows)


# --- odd names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["", "a", " " * 5, "a b", "x" * 61, "ab\u200bc", "ab\ncd"])
def test_usernames_nobody_could_type_are_refused(province: Province, username: str) -> None:
    with pytest.raises(accounts.BadAccount), province.store.begin(ALL) as uow:
        accounts.create_account(uow, None, "99001", username, "某人")


def test_hostile_login_input_is_only_a_wrong_login(province: Province) -> None:
    for text in ("' OR 1=1 --", "00123\n", "x" * 5000, "𠮷", "%", "_____"):
        assert refuse(province.store, "99001", text, "wrong").reason in ("wrong",)
        assert refuse(province.store, text, "00123", "wrong").reason == "wrong"
    assert refuse(province.store, "99001", "00124", "y" * 100_000).reason == "wrong"


def test_principals_for_commands_hold_the_accounts_own_rights(province: Province) -> None:
    with province.store.read(ALL) as uow:
        assert accounts.principal_for(uow, "99001", "o1").role == "office_admin"
        assert accounts.system_principal(uow, "99001").role == "system"
        with pytest.raises(Denied):
            accounts.principal_for(uow, "99001", "o1", "finance")
        with pytest.raises(NotFound):
            accounts.principal_for(uow, "99001", "system")
        with pytest.raises(NotFound):
            accounts.principal_for(uow, "99002", "o1")


def test_messages_reach_only_their_account(province: Province) -> None:
    r1, r2 = actor(province, "r1"), actor(province, "r2")
    with province.store.begin("99001") as uow:
        messages.send(uow, province.accounts["r1"], "review", "论文已退回", "Paper returned")
        assert messages.unread_count(uow, r1) == 1 and messages.unread_count(uow, r2) == 0
        [note] = messages.list_for(uow, r1)
        assert messages.mark_read(uow, r2, [note.id]) == 0
        assert messages.mark_read(uow, r1) == 1 and messages.unread_count(uow, r1) == 0
