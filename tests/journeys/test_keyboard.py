"""A record from the first field to its approval without a pointer (AC-252)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import World
from tests.journeys.steps import arrive, open_page, settle
from tests.journeys.test_entry_and_review import states

pytestmark = pytest.mark.journey
FOCUS = """() => {
  const a = document.activeElement, style = getComputedStyle(a), box = a.getBoundingClientRect();
  return [(a.getAttribute('aria-label') || a.innerText || '').trim(), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, box.width * box.height > 0];
}"""


def tab_to(page: Page, label: str, limit: int = 60) -> None:
    """Tab by Tab to the control with this label; each one passed shows that it has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        said, outlined, there = page.evaluate(FOCUS)
        assert outlined or not said or not there or said.startswith("跳到正文\n"), f"no focus to be seen on {said!r}"
        if said.split("\n")[-1].removesuffix(" *") == label or said.removesuffix(" *") == label:
            return
    raise AssertionError(f"Tab never comes to {label}")


@pytest.mark.ac("AC-252", "AC-176", "AC-177", "AC-178", "AC-179", "AC-244")
def test_an_award_is_entered_and_approved_by_keyboard_alone(world: World, log_in) -> None:
    page = log_in("r1")
    open_page(page, f"{world.address}/form?type=award", ".st-key-step")
    title = "湖北省科学技术进步奖"
    fields = [
        ("奖励批准号", "2026-J-101"), ("获奖类型", None), ("奖励名称", title), ("成果名称", "长江中游防洪调度关键技术"), ("发证机关", "湖北省人民政府"),
        ("获奖级别", None), ("获奖等级", None), ("奖励类别", None), ("获奖日期", "2026.1.15"), ("成果形式", None), ("总参加单位数", "３"), ("单位排名", "1"),
    ]  # fmt: skip
    for label, typed in fields:
        tab_to(page, label)
        if typed is None:  # the first choice of the box
            page.keyboard.press("ArrowDown")
            page.get_by_role("option").first.wait_for()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        else:
            page.keyboard.type(typed)
            page.keyboard.press("Enter")  # never submits
        settle(page)
    tab_to(page, "本信息不涉密")
    page.keyboard.press("Space")
    settle(page)
    tab_to(page, "提交")
    page.keyboard.press("Enter")
    arrive(page, "/record")
    assert states(world, title) == ["10"]
    for name, state in (("s11", "20"), ("o1", "30")):
        reviewer = log_in(name)
        open_page(reviewer, f"{world.address}/review", ".st-key-decide")
        while title not in reviewer.locator(".st-key-review_detail").inner_text():
            reviewer.keyboard.press("j")
            settle(reviewer)
        reviewer.keyboard.press("a")
        settle(reviewer)
        assert states(world, title) == [state]
