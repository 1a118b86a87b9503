"""Addresses typed by hand: what is not one's own looks like what does not exist, and pages without the right say so."""

from __future__ import annotations

import re

import pytest

from dashboards.navigation import ENTRIES
from ingestion import accounts, attachments, records
from tests.journeys.conftest import World
from tests.journeys.steps import open_page
from tests.journeys.test_entry_and_review import PDF, drafted_paper

pytestmark = pytest.mark.journey
CANARY = "金丝雀湿地鸣声监测"


def text_of(page) -> str:
    """Everything on the page, the cells of grids too: they are drawn on a canvas, with a table for readers inside."""
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")
    if page.locator("[data-testid=stDataFrame]").count():
        page.locator("[data-testid=data-grid-canvas] td").first.wait_for(state="attached")
    return str(page.locator("[data-testid=stMain]").text_content())


@pytest.mark.ac("AC-022")
def test_every_page_without_the_right_says_so(world: World, log_in) -> None:
    page = log_in("r1")
    closed = [e.path for e in ENTRIES if e.roles and "researcher" not in e.roles]
    assert {"accounts", "resets", "settings", "years", "shares", "units", "universities", "province", "leader", "sql"} <= set(closed)
    for path in closed:
        open_page(page, f"{world.address}/{path}")
        assert "无权限" in text_of(page), path
    guest = page.context.browser.new_context(locale="zh-CN").new_page()
    for path in ("paper", "settings", "record?id=1", "form?type=paper"):
        guest.goto(f"{world.address}/{path}")
        assert "/login?next=" in guest.url, path
    guest.context.close()


@pytest.mark.ac("AC-032", "AC-033")
def test_a_colleagues_draft_and_another_universitys_record_are_nowhere(world: World, log_in) -> None:
    draft = drafted_paper(world, "r2", CANARY)
    with world.store.read("99001") as uow:
        r2 = accounts.principal_for(uow, "99001", "r2")
    file = attachments.add(world.store, r2, draft, "paper_files", f"{CANARY}.pdf", PDF)
    for username, code in (("r1", "99001"), ("o1", "99001"), ("o2", "99002")):
        page = log_in(username, code)
        answers = set()
        asked = [f"record?id={draft}", "record?id=99999999"]
        if username == "r1":
            asked += [f"form?id={draft}", f"review?id={draft}"]
        if username != "o1":
            asked += [f"paper?q={CANARY}", "search?state=00&type=paper"]
        for address in asked:
            open_page(page, f"{world.address}/{address}")
            said = text_of(page)
            assert CANARY not in said.replace(f"“{CANARY}”", ""), (username, address)  # a filter repeats what was asked
            if address.startswith("record"):
                answers.add(re.sub(r"\s+", " ", said))
        assert len(answers) == 1, "a record that may not be seen answers like one that does not exist"
        missing = page.request.get(f"{world.address}/files/{file}"), page.request.get(f"{world.address}/files/99999999")
        assert missing[0].status == missing[1].status == 404
        assert missing[0].text().replace(f"/files/{file}", "") == missing[1].text().replace("/files/99999999", "")
    owner = log_in("r2")
    for address in (f"record?id={draft}", f"paper?q={CANARY}", "search?state=00&type=paper"):
        open_page(owner, f"{world.address}/{address}")
        assert CANARY in text_of(owner).replace(f"“{CANARY}”", ""), address
    assert owner.request.get(f"{world.address}/files/{file}").status == 200
    with world.store.begin("99001") as uow:
        records.delete_draft(uow, r2, draft)


@pytest.mark.ac("AC-003")
def test_the_province_sees_one_list_of_all_universities(world: World, log_in) -> None:
    page = log_in("p1", "420000")
    open_page(page, f"{world.address}/universities")
    said = text_of(page)
    for word in ("江城大学", "楚天学院", "已启用", "人员", "记录", "已通过", "最近登录", "共 2 所"):
        assert word in said, word
