from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from ingestion.principal import Principal
from ingestion.store.engine import today

Who = Callable[..., Principal]
Page = Callable[..., AppTest]
YEAR = today().year

PAGES = [
    ("analysis.leader", "office_admin", "99001"),
    ("analysis.leader", "analyst", "99001"),
    ("analysis.leader", "finance", "99001"),
    ("analysis.college", "college_admin", "99001"),
    ("analysis.mine", "researcher", "99001"),
    ("analysis.province", "province_staff", "province"),
    ("analysis.province", "province_analyst", "province"),
    ("analysis.table", "office_admin", "99001"),
    ("analysis.table", "college_admin", "99001"),
    ("analysis.table", "researcher", "99001"),
    ("analysis.peers", "office_admin", "99001"),
    ("analysis.peers", "researcher", "99001"),
    ("sql.page", "analyst", "99001"),
    ("sql.page", "province_analyst", "province"),
]
EMPTY = [
    ("analysis.leader", "office_admin"),
    ("analysis.college", "college_admin"),
    ("analysis.mine", "researcher"),
    ("analysis.table", "office_admin"),
    ("analysis.peers", "office_admin"),
]


def words_of(test: AppTest) -> list[str]:
    """Every word on the page that a reader sees outside of tables."""
    found: list[str] = []
    for kind in ("markdown", "caption", "text", "metric", "button", "subheader", "error", "warning", "info", "selectbox", "expander"):
        for element in getattr(test, kind):
            for name in ("value", "label", "delta"):
                value = getattr(element, name, None)
                if isinstance(value, str):
                    found.append(value)
    return found


def cells_of(test: AppTest) -> Iterator[Any]:
    for frame in test.dataframe:
        yield from frame.value.itertuples(index=False)


def assert_clean(test: AppTest) -> None:
    assert not test.exception, [e.value for e in test.exception]
    for word in words_of(test):
        assert not re.search(r"\b(nan|None|NaN|inf|Traceback|SELECT \?)\b", word), word


@pytest.mark.ac("AC-031", "AC-235")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("screen", "role", "code"), PAGES)
def test_every_page_draws_for_its_audience(page: Page, who: Who, screen: str, role: str, code: str, language: str) -> None:
    test = page(screen, who(role, code), language)
    assert_clean(test)
    if language == "en":
        latin = [w for w in words_of(test) if re.search(r"[\u4e00-\u9fff]", w)]
        data = ("学院", "大学", "成果", "99001", "人员", "项目", "委托", "基金", "科技厅", "校级", "论文", "期刊", "SELECT", "张伟", "未归属")
        assert not [w for w in latin if not any(one in w for one in data)]


@pytest.mark.ac("AC-005")
@pytest.mark.parametrize(("screen", "role"), EMPTY)
def test_an_empty_university_is_told_what_is_missing(page: Page, who: Who, screen: str, role: str) -> None:
    test = page(screen, who(role, "99003"))
    assert_clean(test)
    assert any("暂无数据" in word for word in words_of(test))
    assert not test.metric
    if screen == "analysis.leader":
        assert any("导入人员和历史数据" in word for word in words_of(test))


@pytest.mark.ac("AC-100")
def test_the_number_on_a_card_opens_a_list_of_that_length(page: Page, who: Who) -> None:
    test = page("analysis.leader", who("office_admin"))
    shown = next(m.value for m in test.metric if m.label.startswith("论文数"))
    test.button(key="open_O01").click().run()
    assert_clean(test)
    said = next(w for w in words_of(test) if "条记录，合计" in w).replace("\\", "")
    assert f"共 {shown} 条记录，合计 {shown} 篇" in said and "与数字一致" in said


@pytest.mark.ac("AC-101")
def test_the_definition_card_says_rule_formula_unit_source_version_and_sql(page: Page, who: Who) -> None:
    test = page("analysis.leader", who("office_admin"))
    test.button(key="define_F01").click().run()
    assert_clean(test)
    said = words_of(test)
    for word in ("统计规则", "公式", "计量单位", "计数方式", "时间口径", "数据来源", "归口", "版本", "生效日期", "数据截至"):
        assert word in said
    assert any("FROM v_contribution" in area.value for area in test.text_area)


@pytest.mark.ac("AC-102")
def test_the_page_says_why_colleges_exceed_the_university(page: Page, who: Who) -> None:
    test = page("analysis.table", who("office_admin"), indicator="O01", rows="college", columns="year", rule="FULL_COLLEGE")
    assert_clean(test)
    assert any("≠" in word and "跨学院合作" in word for word in words_of(test))


@pytest.mark.ac("AC-096")
def test_a_table_and_its_total_agree(page: Page, who: Who) -> None:
    test = page("analysis.table", who("office_admin"), indicator="F01", rows="college", columns="year")
    assert_clean(test)
    table = next(f.value for f in test.dataframe if "合计" in f.value.columns)
    *rows, total = table.to_dict("records")
    assert total["学院"] == "合计"
    for name in table.columns[1:]:
        assert total[name] == pytest.approx(sum(row[name] for row in rows))
    assert total["合计"] == pytest.approx(sum(value for name, value in total.items() if name not in ("学院", "合计")))
    assert any("等于总数" in word for word in words_of(test))


def test_filters_stand_in_the_address_and_a_forged_one_falls_back(page: Page, who: Who) -> None:
    test = page("analysis.leader", who("office_admin"), year=str(YEAR - 1), rule="FRAC_EQ")
    assert test.selectbox(key="year").value == str(YEAR - 1)
    forged = page("analysis.leader", who("office_admin"), year="1 OR 1=1", rule="'; DROP")
    assert_clean(forged)
    assert forged.selectbox(key="year").value == str(YEAR)


@pytest.mark.ac("AC-033")
@pytest.mark.parametrize("asked", [
    {"indicator": "O01", "year": "x"}, {"indicator": "NOPE", "year": "2025"}, {"indicator": "O01", "year": "2025", "college": "1;2"},
    {"indicator": "O01", "year": "2025", "rule": "NOPE"}, {},
])  # fmt: skip
def test_a_forged_address_of_a_list_is_not_found(page: Page, who: Who, asked: dict[str, str]) -> None:
    test = page("analysis.records", who("office_admin"), **asked)
    assert [e.message for e in test.exception] and "没有这条记录" in test.exception[0].message


@pytest.mark.ac("AC-235")
def test_the_province_opens_records_without_people_and_not_those_of_persons(page: Page, who: Who) -> None:
    test = page("analysis.records", who("province_staff", "province"), indicator="O01", year=str(YEAR - 1), university="99001")
    assert_clean(test)
    grid = test.dataframe[0].value
    assert "归属人" not in grid.columns and len(grid) > 0
    assert "人员0" not in grid.to_csv()
    refused = page("analysis.records", who("province_staff", "province"), indicator="S01", year=str(YEAR - 1), university="99001")
    assert_clean(refused)
    assert any("只显示数字" in word for word in words_of(refused)) and not refused.dataframe


@pytest.mark.ac("AC-033")
def test_a_university_cannot_name_another_in_the_address(page: Page, who: Who) -> None:
    test = page("analysis.records", who("office_admin", "99002"), indicator="O01", year=str(YEAR - 1), university="99001")
    assert_clean(test)
    assert "99001" not in test.dataframe[0].value.to_csv()


@pytest.mark.ac("AC-099")
def test_an_unreconciled_file_is_greyed_and_not_exported(page: Page, who: Who, published_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    shutil.copytree(published_home / "published", tmp_path / "published")
    con = duckdb.connect(str(tmp_path / "published" / "99001" / "000001.duckdb"))
    con.execute("UPDATE meta_generation SET reconciled = false, held_reason = '数据对账'")
    con.close()
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    test = page("analysis.leader", who("office_admin"))
    assert_clean(test)
    said = words_of(test)
    assert sum("对账未通过" in word for word in said) >= 7  # the notice and each card
    assert any("未通过的检查：数据对账" in word for word in said)
    records = page("analysis.records", who("office_admin"), indicator="O01", year=str(YEAR))
    records.button(key="export_records").click().run()
    assert any("暂停导出" in w.value for w in records.warning)
    assert not list((tmp_path / "exports").glob("*.xlsx")) if (tmp_path / "exports").exists() else True


@pytest.mark.ac("AC-215")
def test_a_refused_statement_gets_a_sentence(page: Page, who: Who) -> None:
    test = page("sql.page", who("analyst"))
    test.text_area(key="sql_text").set_value("SELECT * FROM read_csv('/etc/passwd')")
    test.button(key="sql_run").click().run()
    assert_clean(test)
    assert any("read_csv" in e.value.replace("\\", "") and "不能使用" in e.value for e in test.error)


@pytest.mark.ac("AC-216")
def test_a_query_runs_is_saved_shared_and_exported(page: Page, who: Who, published_here: Path) -> None:
    from dashboards.marts import exports

    test = page("sql.page", who("analyst"))
    test.text_area(key="sql_text").set_value("SELECT record_id, title FROM fct_record")
    test.button(key="sql_run").click().run()
    assert_clean(test)
    assert any("共 " in w and "行" in w for w in words_of(test))
    test.text_input(key="sql_name").set_value("全部记录")
    test.checkbox(key="sql_shared").set_value(True)
    test.button(key="sql_save").click().run()
    assert_clean(test)
    again = page("sql.page", who("analyst"))
    assert any("全部记录" in b.label for b in again.button)
    again.text_area(key="sql_text").set_value("SELECT record_id, title FROM fct_record")
    again.button(key="sql_csv").click().run()
    assert_clean(again)
    assert len(list(exports.folder().glob("*.csv"))) == 1


@pytest.mark.ac("AC-216")
def test_a_query_with_a_parameter_runs_is_remembered_and_the_data_comes_with_its_dictionary(page: Page, who: Who) -> None:
    from dashboards.marts import exports

    before = set(exports.folder().glob("*"))  # other tests of the home leave theirs
    test = page("sql.page", who("analyst"))
    test.text_area(key="sql_text").set_value("SELECT {{加数}} + 1 AS 结果").run()
    test.button(key="sql_run").click().run()
    assert any("请填写参数：加数" in e.value for e in test.error)
    test.text_input(key="sql_value_加数").set_value("41")
    test.button(key="sql_run").click().run()
    assert_clean(test)
    again = page("sql.page", who("analyst"))
    assert any("加数" in b.label for b in again.button if str(b.key).startswith("ran_"))
    again.button(key="sql_file").click().run()
    assert_clean(again)
    again.button(key="sql_words").click().run()
    assert_clean(again)
    made = sorted(path.suffix for path in set(exports.folder().glob("*")) - before if path.suffix in (".duckdb", ".xlsx"))
    assert made == [".duckdb", ".xlsx"]
