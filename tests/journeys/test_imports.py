"""A university's own workbook, in a browser: checked, marked, corrected, uploaded again, taken back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from ingestion import accounts, amendments, codes, jobs
from ingestion.exchange import import_jobs, importing, template
from ingestion.exchange.importing import Options
from ingestion.exchange.template import workbook
from ingestion.store.platform import record
from tests.journeys.conftest import World
from tests.journeys.steps import expect_text, open_page, settle

pytestmark = pytest.mark.journey
HANDLERS = dict.fromkeys(import_jobs.KINDS, import_jobs.run_job)
KEYS = [column.key for column in workbook.template_columns("paper")]
WRONG = range(40, 69)


def counts(page: Page) -> dict[str, int]:
    found = {}
    for name in ("read", "new", "changed", "unchanged", "duplicate", "error", "held"):
        cell = page.locator(f".st-key-count-{name}")
        if cell.count():
            found[name] = int(re.sub(r"\D", "", cell.locator("[data-testid=stMetricValue]").inner_text()))
    return found


def papers(world: World, state: str = "30") -> int:
    with world.store.read("99001") as uow:
        return int(uow.conn.execute(select(func.count()).select_from(record).where(record.c.type == "paper", record.c.state == state)).scalar_one())


def work(page: Page, world: World, until: str) -> None:
    """The worker's turn: the app of the journeys runs without one."""
    expect(page.locator(".st-key-waiting")).to_be_visible()
    jobs.run_pending(world.store, HANDLERS)
    expect(page.locator(until)).to_be_visible()
    settle(page)


def fetched(page: Page, button: str, target: Path) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    download.value.save_as(target)
    settle(page)
    return str(download.value.suggested_filename)


def upload(page: Page, path: Path) -> None:
    page.locator(".st-key-upbox-import input[type=file]").set_input_files(path)
    expect(page.locator(".st-key-columns")).to_be_visible()
    settle(page)


def check(page: Page, world: World) -> None:
    page.get_by_role("button", name="校验", exact=True).click()
    work(page, world, ".st-key-confirm")


def fill(path: Path, world: World) -> None:
    """100 papers in the template, 29 of them wrong, some in several cells."""
    with world.store.read("99001") as uow:
        level = codes.for_university(uow, "99001").items("journal_level")[0].label_zh
    book = openpyxl.load_workbook(path)
    sheet: Any = book.worksheets[0]
    for number in range(100):
        values = {
            "title": f"第 {number} 号湿地碳通量观测", "paper_type": "期刊论文", "published_on": f"2026-03-{number % 28 + 1:02d}", "venue": "水文学报",
            "journal_levels": level, "publish_range": "国内公开发行", "signature": "第一单位", "volume_issue_pages": f"12(3): {number}-{number + 9}",
            "issn": "0253-3766", "authors.name": "张伟", "authors.person": "00123",
        }  # fmt: skip
        if number in WRONG:
            values |= ({"published_on": "2026-13-40", "issn": "0253-3767"}, {"paper_type": "没有的类型"}, {"title": ""})[number % 3]
        for key, value in values.items():
            sheet.cell(number + 3, KEYS.index(key) + 1).value = value or None
    book.save(path)


def correct(path: Path) -> int:
    """As a person would: what stands in 错误信息 is mended, nothing is moved."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book.worksheets[0]
    column = next(cell.column for cell in sheet[1] if cell.value == "错误信息")
    wrong = [row for row in range(3, 103) if "列：" in str(sheet.cell(row, column).value) and not str(sheet.cell(row, column).value).startswith("提示")]
    for row in wrong:
        for key, value in {"published_on": "2026-03-05", "issn": "0253-3766", "paper_type": "期刊论文"}.items():
            sheet.cell(row, KEYS.index(key) + 1).value = value
        title = sheet.cell(row, KEYS.index("title") + 1)
        title.value = title.value or f"第 {row} 行补上的题名"
    book.save(path)
    return len(wrong)


@pytest.mark.ac("AC-028", "AC-223", "AC-224", "AC-222", "AC-221")
def test_a_workbook_of_a_hundred_rows_with_twenty_nine_wrong(world: World, log_in: Any, tmp_path: Path) -> None:
    page: Page = log_in("o1")
    before = papers(world)
    open_page(page, f"{world.address}/paper")
    page.get_by_role("button", name="批量导入").click()
    expect(page.locator(".st-key-upbox-import")).to_be_visible()
    expect_text(page, "不超过 100 MB")  # said before anything is uploaded
    path = tmp_path / "论文_2026.xlsx"
    assert fetched(page, "下载模板", path) == "论文导入模板.xlsx"
    page.locator(".st-key-upbox-import input[type=file]").set_input_files({"name": "论文.xlsx", "mimeType": "application/x-msdownload", "buffer": b"MZ" + bytes(200)})
    expect_text(page, "“论文.xlsx”是程序文件，不是表格")
    fill(path, world)
    upload(page, path)
    page.reload()  # nothing is lost by F5
    expect(page.locator(".st-key-columns")).to_be_visible()
    expect_text(page, "论文_2026.xlsx")
    check(page, world)
    batch_id = int(page.url.rsplit("=", 1)[1])
    assert counts(page) == {"read": 100, "new": 71, "error": 29}
    expect_text(page, "论文 +71")
    page.reload()
    expect(page.locator(".st-key-confirm")).to_be_visible()
    settle(page)
    marked, errors = tmp_path / "marked.xlsx", tmp_path / "errors.xlsx"
    assert fetched(page, "下载标注后的原文件", marked) == "论文_2026_已标注.xlsx"
    assert fetched(page, "只下载错误行（29）", errors) == "论文_2026_错误行.xlsx"
    sheet: Any = openpyxl.load_workbook(errors).worksheets[0]
    assert sum(bool(sheet.cell(row, 2).value or sheet.cell(row, 4).value) for row in range(2, sheet.max_row + 1)) == 29
    apply = page.get_by_role("button", name="确认导入 71 行")
    expect(apply).to_be_disabled()  # until somebody declares the batch free of secrets
    page.get_by_text("我确认本批信息不涉密").click()
    settle(page)
    apply.click()
    work(page, world, ".st-key-after")
    assert papers(world) == before + 71
    with world.store.read("99001") as uow:
        stored = importing.batch(uow, accounts.principal_for(uow, "99001", "o1"), batch_id)
    assert counts(page) == {name: n for name, n in stored.counts.items() if n or name in ("read", "new", "error")}
    open_page(page, f"{world.address}/paper?state=30")  # other journeys share this university and leave papers in other states
    expect_text(page, f"{before + 71} 条")

    assert correct(marked) == 29
    open_page(page, f"{world.address}/imports?type=paper")
    upload(page, marked)
    check(page, world)
    assert counts(page) == {"read": 100, "new": 29, "unchanged": 71, "error": 0}
    page.get_by_text("我确认本批信息不涉密").click()
    settle(page)
    page.get_by_role("button", name="确认导入 29 行").click()
    work(page, world, ".st-key-after")
    assert papers(world) == before + 100

    open_page(page, f"{world.address}/batches")
    page.get_by_role("link", name=f"批次 {batch_id}", exact=True).click()
    expect(page.locator(".st-key-after")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="撤销本批").click()
    page.get_by_role("button", name="确认撤销").click()
    expect(page.locator(".st-key-waiting")).to_be_visible()
    jobs.run_pending(world.store, HANDLERS)
    expect_text(page, "已撤销")
    assert papers(world) == before + 29


@pytest.mark.ac("AC-219", "AC-123")
def test_columns_of_their_own_and_people_of_one_name(world: World, log_in: Any, tmp_path: Path) -> None:
    """A college's table with its own headings, on a phone; rows of another college stay out; a name links nobody."""
    page: Page = log_in("s11", width=390)
    path = tmp_path / "统计表.csv"
    lines = ["学术讲座登记表", "填表单位：计算机学院", "讲座题目,主讲,讲座日期,讲座方向,讲座地点,所属院系,听众反响"]
    lines += [f"第 {n} 场讲座,张伟,2026-04-{n + 1:02d},1,一号楼,{'文学院' if n < 3 else '计算机学院'},好" for n in range(8)]
    path.write_text("\n".join(lines), encoding="gb18030")
    open_page(page, f"{world.address}/imports?type=lecture")
    upload(page, path)
    expect_text(page, "GB18030")
    for heading, meaning in (("讲座题目", "报告名称"), ("主讲", "主讲人：姓名"), ("讲座方向", "方向"), ("所属院系", "所属学院"), ("听众反响", "不导入这一列")):
        box = page.locator(".st-key-columns").get_by_role("combobox", name=re.compile(f"“{heading}”"))
        if box.count():  # what the university's words mean certainly is not asked
            box.click()
            page.get_by_role("option", name=meaning, exact=True).click()
            settle(page)
    check(page, world)
    assert counts(page) == {"read": 8, "new": 0, "error": 3, "held": 5}
    page.locator(".st-key-people").get_by_role("combobox").click()
    expect(page.get_by_role("option").filter(has_text="00456 张伟 文学院")).to_be_visible()
    page.get_by_role("option").filter(has_text="00123 张伟 计算机学院").click()
    settle(page)
    page.get_by_role("button", name="按选择重新校验").click()
    work(page, world, ".st-key-apply")
    assert counts(page) == {"read": 8, "new": 5, "error": 3}
    expect_text(page, "非本学院")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_template_of_another_type_is_named(world: World, log_in: Any, tmp_path: Path) -> None:
    page: Page = log_in("o1")
    path = tmp_path / "专利.xlsx"
    with world.store.read("99001") as uow:
        template.write(path, "patent", template.look_of(uow, accounts.principal_for(uow, "99001", "o1"), "patent", "zh"))
    open_page(page, f"{world.address}/imports?type=lecture")
    page.locator(".st-key-upbox-import input[type=file]").set_input_files(path)
    expect_text(page, "这是“专利”的导入模板，当前要导入的是“学术讲座”")
    expect(page.get_by_role("button", name="校验", exact=True)).to_have_count(0)
    page.get_by_role("button", name="改为导入专利").click()
    expect(page.locator(".st-key-columns")).to_be_visible()
    assert "type=patent" in page.url


@pytest.mark.ac("AC-220", "AC-219")
def test_control_totals_are_typed_before_and_compared(world: World, log_in: Any) -> None:
    page: Page = log_in("o1")
    open_page(page, f"{world.address}/initial?type=standard")
    box = page.get_by_role("textbox", name="每行一个年度，如 2019=1204")
    box.fill("2019=1,204\n二零二零=3")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="保存控制数").click()
    expect_text(page, "这些行看不懂：二零二零=3")
    box.fill("2019=1,204\n2020＝0")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="保存控制数").click()
    expect_text(page, "1 个年度不一致")
    row = page.get_by_role("row").filter(has_text="2019")
    expect(row).to_contain_text("1,204")
    expect(row).to_contain_text("-1,204")
    page.reload()
    expect(page.get_by_role("textbox", name="每行一个年度，如 2019=1204")).to_have_value("2019=1204\n2020=0")
    page.get_by_role("button", name="导入标准").click()
    expect(page.locator(".st-key-upbox-import")).to_be_visible()
    assert "history=1" in page.url


@pytest.mark.ac("AC-221")
def test_what_blocks_an_undo_is_named_and_what_looks_alike_is_chosen(world: World, log_in: Any, tmp_path: Path) -> None:
    path = tmp_path / "讲座.csv"
    path.write_text("报告名称,主讲人：姓名,讲座日期,方向,地点,所属学院\n" + "\n".join(f"长江中游湖泊湿地生态修复技术{word},李进,2026-05-0{n},1,一号楼,C1" for n, word in enumerate(("进展", "前沿"), 1)), encoding="utf-8")
    with world.store.read("99001") as uow:
        office = accounts.principal_for(uow, "99001", "o1")
    made = importing.import_file(world.store, office, "lecture", path, Options(non_secret=True))
    assert made.counts["new"] == 2, made.lines("zh")
    path.write_text(path.read_text("utf-8").replace("修复技术前沿", "修复的技术前沿"), encoding="utf-8")
    checked = importing.check(world.store, office, "lecture", path, Options())
    page: Page = log_in("o1")
    open_page(page, f"{world.address}/imports?batch={checked.id}", ".st-key-alike")
    assert counts(page) == {"read": 2, "new": 0, "unchanged": 1, "duplicate": 1, "error": 0}
    expect_text(page, "名称相似度 97%")
    page.get_by_role("button", name="疑似重复的也导入").click()
    expect(page.locator(".st-key-waiting")).to_be_visible()
    jobs.run_pending(world.store, HANDLERS)
    expect(page.get_by_role("button", name="疑似重复的不导入")).to_be_visible()
    assert counts(page) == {"read": 2, "new": 1, "unchanged": 1, "error": 0}

    with world.store.begin("99001") as uow:
        touched = uow.conn.execute(select(record.c.id).where(record.c.title == "长江中游湖泊湿地生态修复技术进展")).scalar_one()
        amendments.open(uow, office, touched, "改一处")
    open_page(page, f"{world.address}/imports?batch={made.batch_id}", ".st-key-after")
    page.get_by_role("button", name="撤销本批").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("以下记录在导入之后已有变动，整批不能撤销")
    expect(dialog).to_contain_text("《长江中游湖泊湿地生态修复技术进展》")
    expect(dialog).not_to_contain_text("前沿")
    expect(dialog.get_by_role("button", name="确认撤销")).to_have_count(0)
