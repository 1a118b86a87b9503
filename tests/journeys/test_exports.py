"""From a list: the template of its type, and an export of what the list shows."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.journeys.steps import open_page, settle

pytestmark = pytest.mark.journey


@pytest.mark.ac("AC-026", "AC-029", "AC-192")
def test_a_list_gives_its_template_and_exports_as_many_rows_as_it_shows(log_in, world, tmp_path: Path) -> None:
    page = log_in("o1")
    open_page(page, f"{world.address}/person")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载模板").click()
    assert download.value.suggested_filename == "人员导入模板.xlsx"
    settle(page)
    shown = re.search(r"共 ([0-9,]+) 条", page.locator(".st-key-pager").inner_text())
    assert shown is not None
    page.get_by_role("button", name="导出", exact=True).click()
    settle(page)
    page.get_by_text(re.compile("全部字段")).click()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=f"导出 {shown[1]} 条").click()
    download.value.save_as(tmp_path / "a.xlsx")
    expect(page.get_by_text(f"已导出 {shown[1]} 条").first).to_be_visible()
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows(values_only=True))
    assert rows[0][0] == "记录编号" and "姓名" in rows[0] and "摘要" not in rows[0]
    assert len(rows) - 1 == int(shown[1].replace(",", ""))
