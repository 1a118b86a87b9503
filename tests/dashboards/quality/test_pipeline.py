"""数据管道: what ran, what did not hold, whose file is held back; a university is told of itself alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.screens.quality import pipeline as pipeline_page
from ingestion import nights, processes, refreshes
from ingestion.principal import Principal
from ingestion.store.engine import ALL, Store, utc_now

Who = Callable[..., Principal]
Page = Callable[..., AppTest]
WHY = {"zh": "批准经费：超出范围。", "en": "Approved funds: out of range.", "since": "2026-01-01 00:00:00"}


def text(test: AppTest) -> str:
    said = [e.value for kind in ("markdown", "caption", "warning", "info", "error", "subheader") for e in getattr(test, kind)]
    return "\n".join(str(one) for one in said)


def tables(test: AppTest) -> str:
    return "\n".join(str(e.value.to_dict("list")) for e in test.dataframe)


@pytest.fixture
def ran(analysis_store: Store) -> Store:
    detail = {"seconds": {"feed": 0.2, "transform": 3.5}, "full": True, "checks": {"raw": {"run": 300, "failed": 1}, "marts": {"run": 8, "failed": 0}}, "tests": {"facts_conserve": "pass", "facts_keys": "pass"}}  # fmt: skip
    with analysis_store.begin(ALL) as uow:
        refreshes.finish(uow, refreshes.begin(uow), state="held", generation=7, changed_rows=12, detail={**detail, "held": {"99002": WHY}})
        nights.note(uow, nights.Night(utc_now() - timedelta(hours=3), (nights.Step("rebuild", 21.0), nights.Step("prune", 0.1, "OSError"))))
    return analysis_store


@pytest.mark.ac("AC-002")
def test_the_memory_of_what_runs_is_stated(page: Page, who: Who, ran: Store) -> None:
    with processes.registered("web"):
        pipeline_page._memory.cache_clear()
        said = text(page("quality.pipeline", who("province_staff", "province")))
    used = psutil.Process().memory_info().rss / 2**20
    found = re.search(r"系统内存\n(?:.*\n)*?页面 ([\d,]+)", said)
    assert found and abs(int(found[1].replace(",", "")) - used) < 0.2 * used + 50
    assert re.search(r"\*\*[\d,]+ MB\*\*", said)
    pipeline_page._memory.cache_clear()
    assert "各进程不在本机运行" in text(page("quality.pipeline", who("office_admin")))


@pytest.mark.ac("AC-250")
def test_office_and_province_see_what_failed_and_a_university_only_itself(page: Page, who: Who, ran: Store, published_here: Path) -> None:
    pointer = published_here / "published" / "current.json"
    content: dict[str, Any] = json.loads(pointer.read_text())
    before = pointer.read_text()
    pointer.write_text(json.dumps({**content, "held": {"99002": WHY}}))
    try:
        own = page("quality.pipeline", who("office_admin", "99002"))
        assert not own.exception and "批准经费：超出范围" in text(own) and "部分未发布" in tables(own)
        province = page("quality.pipeline", who("province_staff", "province"))
        assert not province.exception and "99002 新数据未发布" in text(province) and "批准经费" in text(province)
        english = page("quality.pipeline", who("province_analyst", "province"), language="en")
        assert "Approved funds" in text(english) and "Held in part" in tables(english)
        other = page("quality.pipeline", who("analyst", "99001"))
        assert not other.exception and "批准经费" not in text(other) + tables(other) and "部分未发布" not in tables(other)
        assert "1 项未通过" in tables(other) and "模型 3.5" in tables(other) and "有步骤失败" in "".join(str(e.value) for e in other.markdown)
    finally:
        pointer.write_text(before)


def test_without_the_right_nothing_is_told(page: Page, who: Who, ran: Store) -> None:
    assert "300" not in tables(page("quality.pipeline", who("researcher", "99001")))


def test_a_new_installation_says_so(page: Page, who: Who, analysis_store: Store) -> None:
    assert "还没有刷新过" in text(page("quality.pipeline", who("office_admin", "99001")))


def test_everything_anew_is_asked_for_once(page: Page, who: Who, ran: Store) -> None:
    test = page("quality.pipeline", who("office_admin", "99001"))
    test.button(key="rebuild").click().run()
    assert "已提出全部重算" in text(test)
    with ran.read(ALL) as uow:
        asked = refreshes.waiting(uow)
    assert asked is not None and asked.nightly and len(asked.ids) == 1
    assert test.button(key="rebuild").disabled
