"""The login page in a real browser: found by keyboard, marked when empty, kept over F5, usable on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import select, update

from ingestion import accounts
from ingestion.accounts import Grant
from ingestion.store.engine import utc_now
from ingestion.store.platform import audit_row, session
from tests.journeys.conftest import PASSWORD, World
from tests.journeys.steps import settle

pytestmark = pytest.mark.journey

CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (c) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; })
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const back = (node) => { for (; node; node = node.parentElement) { const c = rgb(getComputedStyle(node).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  const low = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !node.checkVisibility() || node.closest('.hidden')) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(back(node))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) low.push(node.textContent.trim().slice(0, 20) + ' ' + ((a + .05) / (b + .05)).toFixed(2));
  }
  return low;
}"""


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def page(browser, world: World, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 844}, locale="zh-CN")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    outside: list[str] = []
    opened.on("request", lambda sent: outside.append(sent.url) if not sent.url.startswith((world.address, "data:", "blob:")) else None)
    opened.on("pageerror", lambda error: world.errors.append(str(error)))
    yield opened
    context.close()
    assert outside == []


@pytest.mark.ac("AC-009", "AC-010", "AC-252")
def test_logging_in_by_keyboard_alone(page: Page, world: World) -> None:
    page.goto(f"{world.address}/login")
    page.locator("#tab-person").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-expert")).to_be_checked()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    box = page.get_by_role("combobox", name="所在高校")
    expect(box).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for text, first in (("ctxy", "楚天学院"), ("chutian", "楚天学院"), ("99001", "江城大学"), ("江城", "江城大学"), ("jcdx", "江城大学")):
        box.fill(text)
        expect(page.get_by_role("option").first).to_contain_text(first)
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill("")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert active is not None and page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    box.fill("jcdx")
    page.keyboard.press("Enter")
    expect(box).to_have_value("江城大学")
    expect(page.get_by_label("账号（工号）")).to_be_focused()
    page.keyboard.type("r1")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"{re.escape(world.address)}/(?!login|auth)"))


@pytest.mark.ac("AC-011")
def test_empty_fields_are_marked_and_nothing_is_sent(page: Page, world: World) -> None:
    page.goto(f"{world.address}/login")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if isinstance(request, Request) and request.method == "POST" else None)
    page.get_by_role("button", name="登录").click()
    for text in ("请选择所在高校", "请输入账号", "请输入密码"):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_role("combobox")).to_be_focused()
    assert sent == []
    page.get_by_label("账号（工号）").fill("r1")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("请输入账号")).not_to_be_visible()
    assert sent == []


@pytest.mark.ac("AC-012", "AC-252")
def test_a_refusal_keeps_what_was_typed_and_is_announced(page: Page, world: World) -> None:
    page.goto(f"{world.address}/login")
    page.get_by_role("combobox").fill("jcdx")
    page.keyboard.press("Tab")
    page.get_by_label("账号（工号）").fill("r1")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("单位、账号或密码不正确")
    expect(page.get_by_role("combobox")).to_have_value("江城大学")
    expect(page.get_by_label("账号（工号）")).to_have_value("r1")
    expect(page.get_by_label("密码", exact=True)).to_have_value("")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="显示密码").click()
    expect(page.get_by_label("密码", exact=True)).to_have_attribute("type", "text")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile(rf"{re.escape(world.address)}/(?!login|auth)"))


@pytest.mark.ac("AC-020", "AC-022")
def test_f5_keeps_user_and_page_and_logging_out_ends_it(page: Page, world: World) -> None:
    page.goto(f"{world.address}/account?q=1")
    assert page.url == f"{world.address}/login?next=/account%3Fq%3D1"
    page.get_by_role("combobox").fill("99001")
    page.keyboard.press("Tab")
    page.get_by_label("账号（工号）").fill("r2")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world.address}/account?q=1")
    page.wait_for_selector(".st-key-asof")
    page.reload()
    page.wait_for_selector(".st-key-asof")
    assert page.url == f"{world.address}/account?q=1"
    page.evaluate("fetch('/auth/logout', { method: 'POST' })")
    page.wait_for_timeout(300)
    page.goto(f"{world.address}/account")
    assert page.url.startswith(f"{world.address}/login")


@pytest.mark.ac("AC-251", "AC-252")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/login", "/login?lang=en", "/notices", "/activate/none"])
def test_pages_fit_the_width_read_well_and_speak_one_language(page: Page, world: World, path: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{world.address}{path}")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate(CONTRAST) == []
    words = page.inner_text("body")
    if "en" in path:
        left = re.sub(r"中文|江城大学|楚天学院|省教育厅", "", words)
        assert not re.search(r"[\u4e00-\u9fff]", left), left
    else:
        assert not re.search(r"[A-Za-z]{3,}", re.sub(r"English|Chrome|Edge", "", words)), words


def enter_new(page: Page, world: World, username: str) -> int:
    """A person of one's own for tests that end sessions."""
    with world.store.begin("99001") as uow:
        made = accounts.create_account(
            uow, None, "99001", username, "赵一鸣", grants=(Grant("researcher"),), password=PASSWORD, must_change=False
        )
    form = {"university": "99001", "username": username, "password": PASSWORD, "tab": "person"}
    page.request.post(f"{world.address}/auth/login", form=form, headers={"origin": world.address}, max_redirects=0)
    page.goto(f"{world.address}/paper")
    page.wait_for_selector(".st-key-asof")
    settle(page)
    return made


def click_something(page: Page) -> None:
    box = page.get_by_role("searchbox", name="关键词")
    box.fill("桥梁")
    box.press("Enter")


@pytest.mark.ac("AC-022")
def test_a_disabled_account_is_out_at_its_next_click(page: Page, world: World, request: pytest.FixtureRequest) -> None:
    made = enter_new(page, world, f"gone-{request.node.callspec.id}")
    with world.store.begin("99001") as uow:
        accounts.set_enabled(uow, accounts.principal_for(uow, "99001", "o1"), made, False)
    click_something(page)
    page.wait_for_url(re.compile(r"/login"))


@pytest.mark.ac("AC-021")
def test_after_idle_time_the_same_page_asks_for_the_password_and_goes_on(page: Page, world: World, request: pytest.FixtureRequest) -> None:
    made = enter_new(page, world, f"idle-{request.node.callspec.id}")
    with world.store.begin("99001") as uow:
        asleep = utc_now() - timedelta(minutes=31)
        uow.conn.execute(update(session).where(session.c.account_id == made).values(seen_at=asleep))
    click_something(page)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("太久没有操作")
    dialog.get_by_label("密码", exact=True).fill("wrong")
    dialog.get_by_role("button", name="继续").click()
    expect(dialog).to_contain_text("不正确")
    dialog.get_by_label("密码", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="继续").click()
    expect(dialog).not_to_be_visible()
    assert "/paper" in page.url
    expect(page.get_by_role("searchbox", name="关键词")).to_have_value("桥梁")


@pytest.mark.ac("AC-022", "AC-075")
def test_an_address_one_may_not_open_says_so_and_is_logged(page: Page, world: World, request: pytest.FixtureRequest) -> None:
    made = enter_new(page, world, f"curious-{request.node.callspec.id}")
    for path in ("accounts", "record?id=999999999"):
        page.goto(f"{world.address}/{path}")
        expect(page.get_by_text(re.compile("无权限")).first).to_be_visible()
    with world.store.read("99001") as uow:
        rows = uow.conn.execute(
            select(audit_row.c.object_type, audit_row.c.object_id).where(
                audit_row.c.account_id == made, audit_row.c.action == "refused"
            )
        ).all()
    assert {tuple(row) for row in rows} == {("accounts", None), ("record", "999999999")}
