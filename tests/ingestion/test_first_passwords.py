"""Links that work once, first passwords, and what a password must be, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from ingestion import accounts
from ingestion.accounts import Grant, LinkRefused, LoginRefused, PasswordRefused, passwords
from ingestion.store.engine import ALL, Store, utc_now
from ingestion.store.platform import account, one_time_token
from tests.ingestion.access import (
    PASSWORD,
    PROVINCE,
    Province,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
)
from tests.ingestion.test_accounts import actor, refuse

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite"]

NEW = "Copper-Bridge-77"


@pytest.mark.ac("AC-195", "AC-200")
def test_the_province_creates_a_university_whose_first_admin_chooses_the_password(province: Province) -> None:
    p1 = actor(province, "p1")
    with province.store.begin(ALL) as uow:
        new = accounts.create_university(
            uow, p1, "99009", "武汉光谷大学", admin_username="admin9", admin_name="许诺", city_code="420100"
        )
    assert new.created and new.link
    assert refuse(province.store, "99009", "admin9", "").reason == "wrong"
    with province.store.read(ALL) as uow:
        assert accounts.look_at_link(uow, new.link).university == "武汉光谷大学"
        found = [c for c in accounts.login_choices(uow) if c["code"] == "99009"]
    assert found[0]["words"] == "wuhanguanggudaxue whggdx"
    accounts.redeem_link(province.store, new.link, NEW)
    assert accounts.login(province.store, "99009", "admin9", NEW).principal.role == "office_admin"
    with province.store.begin(ALL) as uow:
        again = accounts.create_university(uow, p1, "99009", "武汉光谷大学", admin_username="admin9")
    assert not again.created and again.link is None and again.admin_account_id == new.admin_account_id


@pytest.mark.ac("AC-018")
def test_a_link_works_once_and_for_a_day(province: Province) -> None:
    o1 = actor(province, "o1")
    old = province.login("r1")
    with province.store.begin("99001") as uow:
        first = accounts.issue_link(uow, o1, province.accounts["r1"], "reset")
        second = accounts.issue_link(uow, o1, province.accounts["r1"], "reset")
    with pytest.raises(LinkRefused) as superseded:
        accounts.redeem_link(province.store, first, NEW)
    assert superseded.value.reason == "used"
    with pytest.raises(PasswordRefused):
        accounts.redeem_link(province.store, second, "short")  # a refused password does not use the link up
    accounts.redeem_link(province.store, second, NEW)
    assert accounts.principal_for_token(province.store, old.token) is None  # old sessions end
    with pytest.raises(LinkRefused) as used:
        accounts.redeem_link(province.store, second, NEW + "x")
    assert used.value.reason == "used" and "已使用" in used.value.zh
    with province.store.begin("99001") as uow:
        late = accounts.issue_link(uow, o1, province.accounts["r1"], "reset")
    with province.store.begin(ALL) as uow:
        expired = utc_now() - timedelta(seconds=1)
        uow.conn.execute(update(one_time_token).where(one_time_token.c.used_at.is_(None)).values(expires_at=expired))
    with pytest.raises(LinkRefused) as caught:
        accounts.redeem_link(province.store, late, NEW)
    assert caught.value.reason == "expired" and "过期" in caught.value.zh
    with pytest.raises(LinkRefused) as unknown:
        accounts.redeem_link(province.store, "no-such-token", NEW)
    assert unknown.value.reason == "unknown"


@pytest.mark.ac("AC-196")
def test_an_initial_password_opens_nothing_until_it_is_changed(province: Province) -> None:
    o1 = actor(province, "o1")
    with province.store.begin("99001") as uow:
        accounts.create_account(
            uow, o1, "99001", "00777", "新教师", grants=(Grant("researcher"),), password="Initial-Pass-9"
        )
    live = accounts.login(province.store, "99001", "00777", "Initial-Pass-9")
    assert live.must_change
    assert accounts.principal_for_token(province.store, live.token) is None
    assert accounts.session_for_token(province.store, live.token) is not None
    changed = accounts.change_password(province.store, live.token, "Initial-Pass-9", NEW)
    assert accounts.principal_for_token(province.store, live.token) is None
    assert accounts.principal_for_token(province.store, changed.token) == changed.principal


def test_changing_the_password_needs_the_present_one_and_ends_other_sessions(province: Province) -> None:
    here, there = province.login("r1"), province.login("r1")
    with pytest.raises(LoginRefused) as wrong:
        accounts.change_password(province.store, here.token, "wrong", NEW)
    assert "原密码" in wrong.value.zh
    with pytest.raises(PasswordRefused):
        accounts.change_password(province.store, here.token, PASSWORD, PASSWORD)
    fresh = accounts.change_password(province.store, here.token, PASSWORD, NEW)
    assert accounts.principal_for_token(province.store, there.token) is None
    assert accounts.principal_for_token(province.store, fresh.token) is not None
    assert refuse(province.store, "99001", "00123", PASSWORD).reason == "wrong"


@pytest.mark.ac("AC-197")
@pytest.mark.parametrize(
    ("password", "profile", "word"),
    [
        ("Ab3-efghi", "mlps2", "少于 10"),
        ("Ab3-efghijk", "mlps3", "少于 12"),
        ("lanternriverbridge", "mlps2", "至少 3 类"),
        ("Abc-00123-xyz", "mlps2", "工号"),
        ("ZhangWei-2026-x", "mlps2", "姓名拼音"),
        ("Passw0rd2026!", "mlps2", "常见密码"),
        ("qwertyuiop", "asvs", "常见密码"),
        ("X-19900307-zq", "mlps2", "证件号码"),
        ("a" * 129 + "B1-", "mlps2", "超过 128"),
    ],
)
def test_weak_passwords_are_refused_with_the_rule(password: str, profile: str, word: str) -> None:
    rules = passwords.broken_rules(
        password, profile, username="00123", name="张伟", id_number="420101199003070018"
    )
    assert any(word in rule.zh for rule in rules)


@pytest.mark.ac("AC-197")
def test_the_last_five_passwords_may_not_come_back(province: Province) -> None:
    chain = [f"Chain-Number-{number}x" for number in range(6)]
    with province.store.begin(ALL) as uow:
        for password in chain:
            accounts.set_password(uow, province.accounts["r1"], password)
    for password in chain[1:]:
        with pytest.raises(PasswordRefused, match="最近 5 次"), province.store.begin(ALL) as uow:
            accounts.set_password(uow, province.accounts["r1"], password)
    with province.store.begin(ALL) as uow:
        accounts.set_password(uow, province.accounts["r1"], chain[0])


def test_long_passphrases_pass_and_asvs_asks_no_mixture() -> None:
    assert not passwords.broken_rules("lantern river bridge " * 3, "asvs", username="00123", name="张伟")
    assert not passwords.broken_rules("晨光里的长江大桥与渡船", "asvs", username="00123", name="张伟")


def test_a_password_older_than_its_profile_allows_must_be_changed(province: Province) -> None:
    with province.store.begin(ALL) as uow:
        uow.conn.execute(update(account).values(password_set_at=utc_now() - timedelta(days=181)))
    assert province.login("r1").must_change


def test_a_fresh_installation_has_no_usable_account_until_its_link_is_used(store: Store, cheap_argon: None) -> None:
    with store.begin(ALL) as uow:
        link = accounts.initialise(uow, PROVINCE, "江汉省教育厅", "admin", "周敏")
        usable = select(func.count()).select_from(account).where(account.c.password_hash.is_not(None))
        assert uow.conn.execute(usable).scalar_one() == 0
    accounts.redeem_link(store, link, NEW)
    assert accounts.login(store, PROVINCE, "admin", NEW).principal.role == "province_staff"
    with pytest.raises(LinkRefused):
        accounts.redeem_link(store, link, NEW + "2")
    with pytest.raises(accounts.BadAccount), store.begin(ALL) as uow:
        accounts.initialise(uow, PROVINCE, "江汉省教育厅", "admin2", "周敏")
