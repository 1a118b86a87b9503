"""Falling asleep and being switched off while a page is open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from ingestion import accounts
from ingestion.store.engine import utc_now
from ingestion.store.platform import account, session
from tests.journeys.conftest import PASSWORD, World
from tests.journeys.steps import field, fill, open_page, settle

pytestmark = pytest.mark.journey


def _account_id(world: World, username: str) -> int:
    with world.store.read("99001") as uow:
        return int(uow.conn.execute(select(account.c.id).where(account.c.university_code == "99001", account.c.username == username)).scalar_one())


@pytest.mark.ac("AC-021")
def test_after_a_pause_the_password_is_asked_on_the_same_page(world: World, log_in) -> None:
    page = log_in("r2")
    open_page(page, f"{world.address}/form?type=paper", ".st-key-step")
    fill(page, "论文名称", "三峡库区消落带植被恢复")
    page.wait_for_url(re.compile(r"id=\d+"))
    with world.store.begin("*") as uow:
        uow.conn.execute(update(session).where(session.c.account_id == _account_id(world, "r2")).values(seen_at=utc_now() - timedelta(hours=1)))
    page.wait_for_timeout(400)
    field(page, "卷期页").fill("9(2): 11-19")
    page.keyboard.press("Tab")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("textbox", name="密码").fill(PASSWORD)
    dialog.get_by_role("button", name="继续").click()
    expect(dialog).to_have_count(0)
    settle(page)
    expect(field(page, "论文名称")).to_have_value("三峡库区消落带植被恢复")
    expect(field(page, "卷期页")).to_have_value("9(2): 11-19")
    fill(page, "发表刊物或论文集", "生态学报")
    page.reload()
    page.wait_for_selector(".st-key-step")
    settle(page)
    expect(field(page, "卷期页")).to_have_value("9(2): 11-19")


@pytest.mark.ac("AC-086")
def test_a_disabled_account_stops_at_its_next_click(world: World, log_in) -> None:
    page = log_in("s11")
    open_page(page, f"{world.address}/paper")
    with world.store.begin("99001") as uow:
        office = accounts.principal_for(uow, "99001", "o1")
        accounts.set_enabled(uow, office, _account_id(world, "s11"), False)
    try:
        page.wait_for_timeout(400)
        page.get_by_text("高级查询").click()
        expect(page).to_have_url(re.compile("/login"))
    finally:
        with world.store.begin("99001") as uow:
            accounts.set_enabled(uow, accounts.principal_for(uow, "99001", "o1"), _account_id(world, "s11"), True)
