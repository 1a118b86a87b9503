"""Figures of one's choice and the comparison of universities, as the office and the province use them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from playwright.sync_api import Page, expect

from ingestion.store.engine import open_store, today
from tests.dashboards.marts import published
from tests.journeys.conftest import World, build, entering, serving
from tests.journeys.steps import expect_text, open_page, settle

pytestmark = pytest.mark.journey
SIZES = {"99001": 150, "99002": 60, "99005": 60, "99006": 60, "99007": 60, "99008": 60}


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The journeys' people beside published figures of six universities."""
    with pytest.MonkeyPatch.context() as patch:
        home: Path = tmp_path_factory.mktemp("counted")
        patch.setenv("YANSHU_HOME", str(home))  # secrets of the seeded people are encrypted with this home's key
        published.build(home, SIZES)
        _last_month(home)
        store = open_store(f"sqlite:///{home / 'yanshu.sqlite'}")
        people, colleges = build(store)
        with serving(store, people, colleges, home) as running:
            yield running
        store.dispose()


def _last_month(home: Path) -> None:
    """The figures of 江城大学 at the end of last month, when two papers of this year were not in force yet."""
    day = today().replace(day=1) - timedelta(days=1)
    here = home / "published" / json.loads((home / "published" / "current.json").read_text())["files"]["99001"]
    then = home / "published" / "past" / "99001" / f"{day}.1.duckdb"
    then.parent.mkdir(parents=True)
    then.write_bytes(here.read_bytes())
    with duckdb.connect(str(then)) as con:
        con.execute("CREATE TEMP TABLE later AS SELECT record_id FROM fct_measure WHERE measure = 'O01' AND included AND year = ? ORDER BY 1 LIMIT 2", [today().year])
        for table in ("fct_record", "fct_measure", "fct_credit"):
            con.execute(f"DELETE FROM {table} WHERE record_id IN (FROM later)")


@pytest.fixture
def enter(browser, counted: World) -> Iterator[Callable[..., Page]]:
    yield from entering(browser, counted)  # type: ignore[misc]


@pytest.mark.ac("AC-031", "AC-096", "AC-100")
def test_the_office_opens_a_number_of_its_own_table_and_keeps_the_table(counted: World, enter: Callable[..., Page]) -> None:
    page = enter("o1")
    open_page(page, f"{counted.address}/statistics?indicator=O01&rows=college&columns=year")
    grid = page.locator(".st-key-table canvas").first
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 60, box["y"] + 33 * 1.5)  # the first college's total
    settle(page)
    page.get_by_role("button", name="明细：计算机学院").click()
    settle(page)
    expect(page.get_by_role("dialog")).to_contain_text("与数字一致")
    page.keyboard.press("Escape")
    settle(page)
    page.get_by_role("button", name="收藏").click()
    page.get_by_label("名称").fill("各院论文")
    page.wait_for_timeout(500)
    settle(page)
    page.get_by_role("button", name="保存", exact=True).click()
    settle(page)
    expect_text(page, "已保存“各院论文”")
    open_page(page, f"{counted.address}/statistics?indicator=P01&rows=year&columns=none")
    page.get_by_role("button", name="收藏").click()
    page.get_by_role("button", name="各院论文", exact=True).click()
    settle(page)
    assert "indicator=O01" in page.url and "columns=year" in page.url
    expect_text(page, "论文数（篇）")


@pytest.mark.ac("AC-235")
def test_the_province_compares_a_citys_universities_and_opens_one(counted: World, enter: Callable[..., Page]) -> None:
    page = enter("p1", code="420000")
    open_page(page, f"{counted.address}/province?basis=head")
    expect_text(page, "6 所")
    name = page.locator(".st-key-map .textpoint text").filter(has_text="宜昌").first
    name.scroll_into_view_if_needed()
    box = name.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 - 3, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**city=420500**")
    settle(page)
    expect_text(page, "1 所")
    grid = page.locator(".st-key-universities canvas").first.bounding_box()
    assert grid is not None
    page.mouse.click(grid["x"] + 16, grid["y"] + 33 * 1.5)
    settle(page)
    page.get_by_role("button", name="明细：楚天学院").click()
    page.wait_for_url("**/drill?**")
    settle(page)
    expect_text(page, "与数字一致")
    expect(page.get_by_text("人员0")).to_have_count(0)


@pytest.mark.ac("AC-253")
def test_the_office_asks_why_a_number_changed_and_goes_back_to_that_day(counted: World, enter: Callable[..., Page]) -> None:
    page = enter("o1")
    year = today().year
    table = f"{counted.address}/statistics?indicator=O01&rows=college&columns=year&from={year}&to={year}"
    open_page(page, table)
    page.get_by_role("button", name="明细：合计").click()
    settle(page)
    page.get_by_role("dialog").get_by_role("link", name="为何变化").click()
    page.wait_for_url("**/why**")
    settle(page)
    expect_text(page, "各记录差额合计等于两天之差")
    expect_text(page, "新计入 2 条（+2）")
    since = parse_qs(urlsplit(page.url).query)["since"][0]
    open_page(page, f"{table}&asof={since}")
    expect_text(page, f"数据截至 {since}（历史）")
    page.get_by_role("button", name="返回今天").click()
    page.wait_for_url(lambda url: "asof" not in url)
    settle(page)
    expect(page.get_by_text("（历史）")).to_have_count(0)


def _listed(page: Page) -> tuple[str, str]:
    """What the open list of records says: how many, and their sum; the page itself says that it equals the number."""
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("与数字一致", timeout=15_000)
    settle(page)
    found = re.search(r"共 ([\d,]+) 条记录，合计 ([\d,.]+) ", dialog.inner_text())
    assert found is not None, dialog.inner_text()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0, timeout=15_000)
    settle(page)
    return found[1], found[2]


def _picked(page: Page, panel: str, trace: int, last_year: bool = False) -> tuple[float, float]:
    """Clicks a bar of a chart (of its ``trace``), or the tick of last year on one: what it stands for, and what the list
    that opens adds up to."""
    for each in ("trend", "composition", "tiers", "sources", "projects"):  # what is drawn later moves what is below
        page.locator(f".st-key-panel_{each} .js-plotly-plot .main-svg").first.wait_for()
    plot = page.locator(f".st-key-panel_{panel} .js-plotly-plot").first
    values = plot.evaluate("(plot, at) => Array.from(plot.data[at].x)", 1 if last_year else trace)
    number = next(i for i, value in enumerate(values) if value > 0)
    mark = plot.locator(".scatterlayer .point").nth(number) if last_year else plot.locator(".barlayer .trace").nth(trace).locator(".point path").nth(number)
    mark.evaluate("mark => mark.scrollIntoView({block: 'center'})")
    settle(page)
    box = mark.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 - 1, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return values[number], float(_listed(page)[1].replace(",", ""))


@pytest.mark.ac("AC-100", "AC-031", "AC-216")
def test_numbers_of_the_leaders_page_open_to_lists_that_add_up_and_agree_with_typed_sql(counted: World, enter: Callable[..., Page]) -> None:
    page = enter("o1")
    page.set_default_timeout(30_000)
    open_page(page, f"{counted.address}/leader")
    card = page.locator(".st-key-card_O01")
    shown = card.locator("[data-testid=stMetricValue]").inner_text()
    card.get_by_role("button", name="明细").first.click()
    assert _listed(page) == (shown, shown)
    for panel, trace, last_year in (("composition", 1, False), ("projects", 0, False), ("tiers", 0, True)):
        value, listed = _picked(page, panel, trace, last_year)
        assert listed == value, (panel, last_year)
    page.locator(".st-key-define_O01 button").first.click()
    sql = page.get_by_role("dialog").locator("textarea").input_value()
    open_page(page, f"{counted.address}/sql")
    page.locator(".st-key-sql_editor textarea").first.fill(sql)
    page.keyboard.press("Tab")
    settle(page)
    page.locator(".st-key-sql_run button").first.click()
    cell = page.locator(".st-key-sql_result table[role=grid] [role=gridcell]").first
    cell.wait_for(state="attached")
    assert cell.inner_text().replace(",", "") == shown.replace(",", "")
