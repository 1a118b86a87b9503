"""A researcher's paper from a CNKI or BibTeX file to its submission, with everything typed, chosen and pressed counted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ingestion.store.platform import contributor, record
from tests.journeys.conftest import World
from tests.journeys.steps import arrive, expect_text, open_page, settle

pytestmark = pytest.mark.journey
# as bare as sources are: no ISSN, no CN, no month
NET = """{Reference Type}: Journal Article
{Title}: 县域图书馆夜间服务的效果评估
{Author}: 张伟;苏远帆;
{Author Address}: 江城大学计算机学院;楚天学院;
{Journal}: 楚天图书馆学刊
{Year}: 2021
{Issue}: 03
{Pages}: 12-19

{Reference Type}: Thesis
{Title}: 夜间服务研究
{Author}: 某研究生

{Reference Type}: Journal Article
{Author}: 无题人
"""
BIB = r"""@article{a, title={{\"U}ber the light of the lamps in libraries}, author={Zhang, Wei and Su, Yuanfan}, journal={Lamps},
  year={2024}, volume={3}, number={2}, pages={1--9}, doi={10.1000/lamp.1}, issn={0000-0019}}"""
BARE = "[1] 张伟,苏远帆.乡镇书屋午间服务的效果评估[J].荆楚书屋学刊,2021,(03):12-19."
MOST = 6


class Hand:
    """Does what a person does and counts it: each value, tick and press after the file was chosen."""

    def __init__(self, page: Page) -> None:
        self.page, self.inputs = page, 0

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^{name}")).first.click()
        self._done()

    def choose(self, label: str, option: int) -> None:
        self.page.get_by_role("combobox", name=re.compile(rf"{re.escape(label)}( \*)?(\.|$)")).click()
        self.page.get_by_role("option").nth(option).click()
        self.page.keyboard.press("Escape")
        self._done()

    def type(self, label: str, value: str) -> None:
        self.page.get_by_role("textbox", name=re.compile(rf"^{re.escape(label)}( \*)?$")).fill(value)
        self.page.keyboard.press("Tab")
        self._done()

    def tick(self, label: str) -> None:
        self.page.get_by_text(label, exact=True).last.click()
        self._done()

    def _done(self) -> None:
        self.inputs += 1
        settle(self.page)


def begin(page: Page, world: World) -> None:
    open_page(page, f"{world.address}/references")
    page.locator(".st-key-again, .st-key-way").first.wait_for()
    if page.locator(".st-key-again").count():
        page.get_by_role("button", name="换一份题录").click()
        page.locator(".st-key-way").wait_for()
        settle(page)


def submitted(world: World, title: str) -> tuple[str, list[tuple[int, int | None, str]]]:
    with world.store.read("99001") as uow:
        found = uow.conn.execute(select(record.c.id, record.c.state).where(record.c.title == title)).one()
        people = uow.conn.execute(
            select(contributor.c.rank, contributor.c.person_id, contributor.c.name).where(contributor.c.record_id == found.id).order_by(contributor.c.rank)
        ).all()
    return found.state, [tuple(row) for row in people]


def finish(hand: Hand) -> None:
    arrive(hand.page, "/form")
    expect_text(hand.page, "完成度")
    lacking = hand.page.get_by_text("还差：")
    for label in lacking.first.inner_text().removeprefix("还差：").split("、") if lacking.count() else []:
        if label == "ISSN号":  # it and the levels are suggested where papers of the journal stand already
            hand.type(label, "0253-3766")
        else:
            hand.choose(label, 0)
    for box in hand.page.locator(".st-key-problems label").all():  # what is to be looked at stands there before 提交 is pressed
        hand.tick(box.inner_text())
    hand.tick("本信息不涉密")
    hand.press("提交")
    arrive(hand.page, "/record")


@pytest.mark.ac("AC-140", "AC-141", "AC-182", "AC-183")
def test_a_paper_from_a_cnki_file_needs_few_inputs(world: World, log_in) -> None:
    page = log_in("r1")
    open_page(page, f"{world.address}/paper")
    page.get_by_role("button", name="导入题录").click()
    arrive(page, "/references")
    page.locator("input[type=file]").set_input_files({"name": "知网.net", "mimeType": "text/plain", "buffer": NET.encode("gb18030")})
    settle(page)
    expect_text(page, "GB18030")
    expect(page.get_by_text("无法读取 1")).to_be_visible()
    page.get_by_text("无法读取的题录和文件问题").click()
    expect_text(page, "第 3 条（第 14 行起）没有题名")
    expect(page.get_by_role("table")).to_contain_text("张伟（江城大学计算机学院）")
    page.reload()  # nothing is lost
    page.wait_for_selector(".st-key-comparison")
    settle(page)
    hand = Hand(page)
    hand.press("生成草稿")
    finish(hand)
    assert hand.inputs <= MOST, hand.inputs
    state, people = submitted(world, "县域图书馆夜间服务的效果评估")
    assert state == "10" and people == [(1, world.people["00123"], "张伟"), (2, None, "苏远帆")]
    open_page(page, f"{world.address}/references")  # the same file again
    expect(page.get_by_text("可导入", exact=False)).to_have_count(0)
    expect(page.get_by_role("button", name="生成草稿")).to_have_count(0)


@pytest.mark.ac("AC-140", "AC-141", "AC-182")
def test_a_paper_from_pasted_text_needs_few_inputs(world: World, log_in) -> None:
    """BibTeX, and the barest Chinese entry there is: pressing 识别 counts too."""
    page = log_in("r1", width=390)
    for text, title, printed in ((BIB, "Über the light of the lamps in libraries", "Zhang, Wei"), (BARE, "乡镇书屋午间服务的效果评估", "张伟")):
        begin(page, world)
        page.get_by_text("粘贴文字").click()
        settle(page)
        page.get_by_role("textbox", name="粘贴题录文字").fill(text)
        page.keyboard.press("Tab")
        settle(page)
        hand = Hand(page)
        hand.press("识别")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        hand.press("生成草稿")
        finish(hand)
        assert hand.inputs <= MOST, hand.inputs
        state, people = submitted(world, title)
        assert state == "10" and people[0] == (1, world.people["00123"], printed)


@pytest.mark.ac("AC-143")
def test_a_file_that_does_not_name_the_reader_makes_nothing(world: World, log_in) -> None:
    page = log_in("r2")
    begin(page, world)
    text = NET.replace("张伟", "王某").replace("县域图书馆夜间服务的效果评估", "别人的论文")
    page.locator("input[type=file]").set_input_files({"name": "别人.net", "mimeType": "text/plain", "buffer": text.encode()})
    settle(page)
    expect_text(page, "勾选要导入的题录")
    expect(page.get_by_role("button", name="生成草稿")).to_have_count(0)
    with world.store.read("99001") as uow:
        assert uow.conn.execute(select(record.c.id).where(record.c.title == "别人的论文")).all() == []
