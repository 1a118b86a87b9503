"""What people do on the pages, in their own words, for the journeys to tell."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def settle(page: Page) -> None:
    """Until the app has answered: the page says it is idle."""
    page.wait_for_timeout(150)
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")
    page.wait_for_timeout(100)


def open_page(page: Page, address: str, wait: str = ".st-key-asof") -> None:
    page.goto(address)
    page.wait_for_selector(wait)
    settle(page)


def field(page: Page, label: str) -> Locator:
    """The text field with this label, required or not."""
    return page.get_by_role("textbox", name=re.compile(rf"^{re.escape(label)}( \*)?$"))


def fill(page: Page, label: str, text: str) -> None:
    field(page, label).fill(text)
    page.keyboard.press("Tab")
    settle(page)


def choose(page: Page, label: str, option: str | int = 0) -> None:
    """An option of a select box by its word, or by its place."""
    page.get_by_role("combobox", name=re.compile(rf"{re.escape(label)}( \*)?(\.|$)")).click()
    options = page.get_by_role("option")
    (options.nth(option) if isinstance(option, int) else options.filter(has_text=option).first).click()
    settle(page)
    if options.count():  # a box of several values stays open; Escape in a closed single one would clear it
        page.keyboard.press("Escape")
        settle(page)


def step(page: Page, word: str) -> None:
    page.get_by_role("radiogroup").get_by_text(word).click()
    settle(page)


def submit(page: Page) -> None:
    page.get_by_role("button", name="提交", exact=True).click()
    settle(page)


def expect_text(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible()


def arrive(page: Page, path: str) -> None:
    """On the page of this path; what stands there instead is the failure's message."""
    try:
        expect(page).to_have_url(re.compile(re.escape(path)))
    except AssertionError:
        raise AssertionError(page.locator("[data-testid=stMain]").inner_text()) from None
    settle(page)
