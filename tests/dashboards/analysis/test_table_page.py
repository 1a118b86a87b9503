"""统计表: any indicator in rows and columns, kept under a name, its numbers open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from ingestion.principal import Principal
from ingestion.store.engine import today
from tests.dashboards.analysis.test_pages import assert_clean, words_of

Who = Callable[..., Principal]
Page = Callable[..., AppTest]
YEAR = today().year


def _table(test: AppTest) -> list[dict[str, object]]:
    assert_clean(test)
    return [dict(zip(test.dataframe[0].value.columns, row, strict=True)) for row in test.dataframe[0].value.itertuples(index=False, name=None)]


@pytest.mark.ac("AC-139")
def test_a_researcher_counts_money_by_project_in_yuan(page: Page, who: Who) -> None:
    asked = {"indicator": "F01", "rows": "project", "columns": "year", "from": str(YEAR - 9)}
    in_yuan = _table(page("analysis.table", who("researcher"), **asked, unit="元"))
    in_own = _table(page("analysis.table", who("researcher"), **asked))
    assert len(in_yuan) > 1 and in_yuan[-1]["项目"] == "合计"
    assert in_yuan[-1]["合计"] == pytest.approx(float(in_own[-1]["合计"]) * 10_000)  # type: ignore[arg-type]
    assert sum(float(row["合计"]) for row in in_yuan[:-1]) == pytest.approx(in_yuan[-1]["合计"])  # type: ignore[arg-type]


def test_an_address_shows_its_group_and_a_forged_one_falls_back(page: Page, who: Who) -> None:
    test = page("analysis.table", who("office_admin"), indicator="P01", rows="category_1", columns="none")
    assert [box.value for box in test.selectbox[:4]] == ["Projects", "P01", "category_1", "none"]
    forged = page("analysis.table", who("office_admin"), group="x", indicator="'; DROP", rows="salary", columns="rows", unit="斤", category_1="?", **{"from": "x"})
    assert_clean(forged)
    assert forged.selectbox[1].value == "O01"


@pytest.mark.ac("AC-096")
def test_a_table_is_kept_and_opened_again(page: Page, who: Who) -> None:
    test = page("analysis.table", who("office_admin"), indicator="F01", rows="college", columns="none", unit="元")
    test.text_input(key="saved_statistics_name").set_value("各院到账").run()
    test.checkbox(key="saved_statistics_shared").check().run()
    test.button(key="saved_statistics_save").click().run()
    assert_clean(test)
    other = page("analysis.table", who("college_admin"), indicator="P01", rows="year")
    mine = next(button for button in other.button if "各院到账" in button.label)
    mine.click().run()
    assert_clean(other)
    assert [box.value for box in other.selectbox[:2]] == ["Funds", "F01"] and "元" in [box.value for box in other.selectbox]
    assert str(other.query_params["indicator"]).strip("[]'") == "F01"
    empty = page("analysis.table", who("office_admin"), indicator="F01")
    empty.button(key="saved_statistics_save").click().run()
    assert any("1 到 100 字" in one.value for one in empty.error)


@pytest.mark.ac("AC-098", "AC-096")
def test_the_workbook_holds_the_table_and_its_unit(page: Page, who: Who, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.outbox.home", lambda: tmp_path)
    test = page("analysis.table", who("office_admin"), indicator="F01", rows="college", columns="year", unit="千元")
    shown = _table(test)
    test.button(key="export_table").click().run()
    assert_clean(test)
    book = openpyxl.load_workbook(next(tmp_path.rglob("*.xlsx")))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert list(rows[0]) == list(shown[0]) and len(rows) == len(shown) + 1
    assert rows[-1][-1] == pytest.approx(shown[-1]["合计"])
    notes = dict(book["导出说明"].iter_rows(values_only=True))
    assert notes["单位"] == "千元" and notes["行数"] == str(len(shown)) and notes["数据截至"]


@pytest.mark.ac("AC-005")
def test_a_narrowed_table_without_records_says_so(page: Page, who: Who) -> None:
    test = page("analysis.table", who("office_admin"), indicator="O10", college="none")
    assert_clean(test)
    assert any("没有记录" in word for word in words_of(test)) and not test.dataframe
