"""The office takes the university's data along: asked twice, made in the background, fetched by its maker alone."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingestion import jobs
from pipelines import leaving, worker
from tests.journeys.conftest import World
from tests.journeys.steps import expect_text, open_page, settle

pytestmark = pytest.mark.journey


@pytest.mark.ac("AC-236")
def test_the_office_confirms_twice_and_fetches_the_bundle(world: World, log_in: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = log_in("o1")
    open_page(page, f"{world.address}/exit")
    page.get_by_role("button", name="生成迁出包").click()
    page.get_by_role("button", name="继续", exact=True).click()
    code = page.get_by_role("textbox", name=re.compile("再次确认"))
    code.fill("99002")
    page.get_by_role("button", name="确认导出").click()
    expect_text(page, "单位代码“99002”不对，没有导出。")
    code.fill("99001")
    page.get_by_role("button", name="确认导出").click()
    expect_text(page, "等待生成")
    expect(page.get_by_role("button", name="生成迁出包")).to_be_disabled()
    monkeypatch.setattr(leaving, "WAIT", timedelta(0))  # nobody refreshes here
    jobs.run_pending(world.store, worker.handlers())
    link = page.get_by_role("link", name="下载")
    expect(link).to_be_visible()
    settle(page)
    with page.expect_download() as fetched:
        link.click()
    assert re.fullmatch(r"99001-exit-\d{8}-\d{6}\.zip", fetched.value.suggested_filename)
    fetched.value.save_as(tmp_path / "left.zip")
    with zipfile.ZipFile(tmp_path / "left.zip") as bundle:
        assert "data/csv/person.csv" in bundle.namelist()
    expect_text(page, "导出记录")
    address = f"{world.address}{link.get_attribute('href')}"
    for who in ("s11", "r1"):
        other = log_in(who)
        assert other.request.get(address).status == 404
        open_page(other, f"{world.address}/exit")
        expect_text(other, "无权限")
