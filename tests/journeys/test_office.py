"""What only the office's own pages do: its settings, its table of shares, its closed years, requests for passwords."""

from __future__ import annotations

import re

import openpyxl
import pytest
from playwright.sync_api import expect

from ingestion import accounts, jobs, records, settings, years
from ingestion.exchange.account_lists import work
from ingestion.store.engine import today
from tests.journeys.conftest import World
from tests.journeys.steps import arrive, expect_text, open_page, settle
from tests.journeys.test_entry_and_review import drafted_paper

pytestmark = pytest.mark.journey
NEW = "Willow-Harbour-71"


@pytest.mark.ac("AC-017", "AC-018", "AC-252")
def test_a_forgotten_password_is_asked_for_by_keyboard_and_answered_with_a_link(world: World, log_in, browser) -> None:
    with world.store.begin("99001") as uow:
        accounts.create_account(uow, None, "99001", "r9", "赵敏", grants=(accounts.Grant("researcher"),), password="Old-Harbour-70", must_change=False)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    guest = context.new_page()
    guest.goto(f"{world.address}/login")
    guest.get_by_role("link", name="忘记密码？").press("Enter")
    guest.get_by_role("button", name="提交申请").click()
    for words in ("请选择所在高校", "请输入账号", "请填写联系方式"):
        expect(guest.get_by_text(words, exact=True)).to_be_visible()
    guest.keyboard.type("jcdx")
    guest.keyboard.press("Enter")
    guest.keyboard.type("r9")
    guest.keyboard.press("Tab")
    guest.keyboard.type("87650000")
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("heading", name="申请已提交")).to_be_visible()
    office = log_in("o1")
    open_page(office, f"{world.address}/resets")
    expect_text(office, "赵敏")
    office.get_by_role("button", name="已核实，生成链接").click()
    settle(office)
    link = re.search(r"http\S+/activate/\S+", office.locator(".st-key-reset_link_card").inner_text())
    assert link is not None
    guest.goto(link[0])
    guest.get_by_label("新密码", exact=True).fill(NEW)
    guest.get_by_label("再次输入新密码").fill(NEW)
    guest.keyboard.press("Enter")
    expect(guest.get_by_text("密码已设置，请登录。")).to_be_visible()
    guest.goto(link[0])
    expect(guest.get_by_text("链接已使用过")).to_be_visible()
    assert accounts.login(world.store, "99001", "r9", NEW).principal.name == "赵敏"
    context.close()


@pytest.mark.ac("AC-181")
def test_the_share_beside_a_finisher_follows_the_universitys_table(world: World, log_in) -> None:
    office = log_in("o1")
    open_page(office, f"{world.address}/shares")
    version = office.get_by_role("combobox", name="版本")
    expect(version).to_have_value("内置分配表 · 正在使用")
    office.get_by_role("button", name="新增版本").click()
    settle(office)
    two = office.get_by_role("textbox", name="2 人", exact=True)
    for typed, said in (("七十 30", "2 人第 1 名“七十”不是数字"), ("70 20", "2 人：合计 90，应为 100")):
        two.fill(typed)
        office.keyboard.press("Tab")
        settle(office)
        office.get_by_role("button", name="保存").click()
        settle(office)
        expect_text(office, said)
        expect(two).to_have_value(typed)
    two.fill("70，30")
    office.keyboard.press("Tab")
    settle(office)
    office.get_by_role("button", name="保存").click()
    settle(office)
    expect(version).to_have_value(f"第 1 版 · 自 {today().year}-01-01 起 · 正在使用")
    page = log_in("r1")
    open_page(page, f"{world.address}/form?type=award&step=finishers", ".st-key-step")
    page.get_by_role("combobox", name=re.compile("选校内人员")).fill("00124")
    expect(page.get_by_role("option").filter(has_text="李娜")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator("output")).to_have_text(["66.67%", "33.33%"])  # no date yet: the built-in table
    page.get_by_role("radiogroup").get_by_text("基本信息").click()
    settle(page)
    page.get_by_role("textbox", name=re.compile("^获奖日期")).fill(f"{today().year}-01-15")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("radiogroup").get_by_text("完成人信息").click()
    settle(page)
    expect(page.locator("output")).to_have_text(["70.00%", "30.00%"])
    expect_text(page, "按本校分配表第 1 版计算")


@pytest.mark.ac("AC-229", "AC-226", "AC-076")
def test_settings_and_closed_years_hold_at_once(world: World, log_in) -> None:
    office = log_in("o1")
    open_page(office, f"{world.address}/settings")
    expect_text(office, "审核回避")
    office.get_by_text("允许非排名最靠前者录入", exact=True).click()
    settle(office)
    office.get_by_role("button", name="保存").click()
    settle(office)
    draft = drafted_paper(world, "r1", "第一作者另有其人的论文")
    with world.store.begin("99001") as uow:
        r1, r2 = (accounts.principal_for(uow, "99001", name) for name in ("r1", "r2"))
        view = records.load(uow, r1, draft)
        mine = view.document["contributors"][0]
        both = [{**mine, "person_id": r2.person_id, "name": r2.name}, {**mine, "rank": 2}]
        records.save_draft(uow, r1, draft, view.version, {**view.document, "contributors": both})
        assert settings.get(uow, "others_may_enter", "99001") is False
    page = log_in("r1")
    open_page(page, f"{world.address}/form?id={draft}", ".st-key-step")
    expect(page.get_by_role("textbox", name=re.compile("由我录入的理由"))).to_have_count(0)
    page.get_by_role("button", name="转交给 李娜").click()
    settle(page)
    expect_text(page, "草稿已转交给 李娜")
    other = log_in("r2")
    open_page(other, f"{world.address}/messages")
    other.get_by_role("button", name="打开").first.click()
    arrive(other, "/record")
    expect_text(other, "第一作者另有其人的论文")
    open_page(office, f"{world.address}/settings")
    office.get_by_role("button", name="恢复默认").click()
    settle(office)
    expect(office.get_by_role("button", name="恢复默认")).to_have_count(0)

    last = today().year - 1
    open_page(office, f"{world.address}/years")
    expect_text(office, "没有锁定的年度")
    office.get_by_role("button", name="锁定年度").click()
    dialog = office.get_by_role("dialog")
    dialog.get_by_role("button", name="锁定", exact=True).click()
    settle(office)
    expect_text(office, f"{last} 年度已锁定")
    with world.store.begin("99001") as uow:
        office_principal = accounts.principal_for(uow, "99001", "o1")
        [closed] = years.locked(uow, office_principal)
        assert closed.year == last
        years.reopen(uow, office_principal, "99001", last, "旅程结束后恢复")


@pytest.mark.ac("AC-198")
def test_a_list_of_accounts_is_checked_made_and_handed_out(world: World, log_in, tmp_path) -> None:
    page = log_in("o1")
    path = tmp_path / "名单.csv"
    path.write_text("登录名,职工姓名,身份,所在学院\nfx9,高山,分析员,\nfx8,高水,皇帝,\n", encoding="gb18030")
    open_page(page, f"{world.address}/accounts")
    page.get_by_role("button", name="批量开通账号").click()
    page.locator(".st-key-upbox-accounts input[type=file]").set_input_files({"name": "论文.csv", "mimeType": "text/csv", "buffer": "题目,期刊\na,b\n".encode()})
    expect_text(page, "缺少“账号”或“工号”列；文件中的列有：题目、期刊")
    page.locator(".st-key-upbox-accounts input[type=file]").set_input_files(path)
    expect_text(page, "角色“皇帝”不在可选值中")
    page.reload()  # nothing is lost by F5
    expect_text(page, "名单.csv")
    settle(page)
    with page.expect_download() as marked:
        page.get_by_role("button", name="只下载错误行（1）").click()
    assert marked.value.suggested_filename == "名单_错误行.xlsx"
    settle(page)
    page.get_by_role("button", name="开通 1 个账号").click()
    expect_text(page, "等待执行")
    assert jobs.run_pending(world.store, dict.fromkeys(work.KINDS, work.run_job)) == 1
    with page.expect_download() as sheet:
        page.get_by_role("link", name="下载").first.click()
    sheet.value.save_as(tmp_path / "单.xlsx")
    line = next(openpyxl.load_workbook(tmp_path / "单.xlsx").worksheets[0].iter_rows(min_row=3, values_only=True))
    assert line[0] == "高山" and str(line[5]).startswith(f"{world.address}/activate/")
    page.goto(str(line[5]))
    expect_text(page, "高山")
