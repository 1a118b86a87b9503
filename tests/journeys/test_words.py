"""No English word of the framework on any Chinese page, and every page in English too."""

from __future__ import annotations

import re

import pytest

from dashboards import frame
from tests.journeys.conftest import World
from tests.journeys.steps import open_page, settle

pytestmark = pytest.mark.journey

SHELL = (frame.STATIC / "shell.js").read_text(encoding="utf-8")
ENGLISH = sorted({a for a in re.findall(r'^\s*(?:"[^"]*": "[^"]*", )*"([A-Z][^"]*)": "', SHELL, re.M)} | set(re.findall(r'"([A-Z][A-Za-z .()+/-]+)": "', SHELL)))
SEEN = """() => {
  const out = [];
  const walk = (root) => {
    for (const node of root.querySelectorAll('*')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) { const v = node.getAttribute(name); if (v) out.push(v.trim()); }
      for (const child of node.childNodes) if (child.nodeType === 3 && child.data.trim()) out.push(child.data.trim());
      if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document.body);
  return out;
}"""
PAGES = ("/", "/paper", "/documents", "/person", "/form?type=paper", "/form?type=vertical_project&step=budget", "/review", "/search?q=x", "/account", "/messages", "/announcements", "/units", "/accounts", "/codes", "/imports?type=paper", "/batches", "/initial")
ROLES = {"o1": PAGES, "r1": ("/", "/form?type=award", "/paper?advanced=true", "/my_library", "/references")}


def english(page) -> set[str]:
    return set(page.evaluate(SEEN)) & set(ENGLISH)


@pytest.mark.ac("AC-251")
@pytest.mark.parametrize("username", list(ROLES))
def test_no_framework_english_on_chinese_pages(world: World, log_in, username: str) -> None:
    assert "Choose an option" in ENGLISH and "Select all" in ENGLISH
    page = log_in(username)
    found: dict[str, set[str]] = {}
    for path in ROLES[username]:
        open_page(page, world.address + path)
        boxes = page.get_by_role("combobox")
        if boxes.count():
            boxes.first.click()
            settle(page)
        words = english(page)
        if words:
            found[path] = words
        page.keyboard.press("Escape")
    assert not found
    assert page.title() and "Streamlit" not in page.title()


@pytest.mark.ac("AC-251")
def test_after_switching_every_word_is_english(world: World, log_in) -> None:
    page = log_in("r2")
    open_page(page, f"{world.address}/account")
    page.get_by_role("radiogroup").get_by_text("English").click()
    page.wait_for_timeout(1500)
    try:
        for path in ("/", "/paper", "/form?type=paper", "/account", "/imports?type=paper"):
            open_page(page, world.address + path)
            words = [w for w in page.evaluate(SEEN) if re.search(r"[\u4e00-\u9fff]", re.sub("《[^》]*》", "", w))]  # titles are data
            data = ("江城大学", "计算机学院", "文学院", "李娜", "张伟", "中文", "研数", "稻虾", "磷石膏", "三峡库区", "<img", "SCI", "粗")
            assert not [w for w in words if not any(d in w for d in data)], path
    finally:
        open_page(page, f"{world.address}/account")
        page.get_by_role("radiogroup").get_by_text("中文").click()
        page.wait_for_timeout(1000)


@pytest.mark.ac("AC-193")
def test_no_sideways_scrolling_on_a_phone(world: World, log_in) -> None:
    page = log_in("r1", width=390, height=800)
    for path in ("/", "/form?type=paper", "/form?type=paper&step=authors", "/review", "/messages"):
        open_page(page, world.address + path)
        assert page.evaluate("() => document.scrollingElement.scrollWidth <= window.innerWidth + 1"), path
