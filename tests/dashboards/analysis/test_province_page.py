"""The pages of comparison: the province's, and what a university sees of its peers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ingestion import figure_questions, settings, snapshots
from ingestion.principal import Principal
from ingestion.snapshots import About
from ingestion.snapshots.files import pack
from ingestion.store.engine import Store, today
from tests.dashboards.analysis.test_pages import assert_clean, words_of

Who = Callable[..., Principal]
Page = Callable[..., AppTest]
YEAR = str(today().year - 1)


def test_groups_basis_and_city_stand_in_the_address(page: Page, who: Who) -> None:
    test = page("analysis.province", who("province_staff", "province"), year=YEAR, groups="provincial", basis="money", city="420500", indicator="O01")
    assert_clean(test)
    table = test.dataframe[0].value
    assert list(table["高校"]) == ["楚天学院"] and table["组内"][0].endswith("/ 5")
    assert "每百万元论文数（篇）" in table.columns
    forged = page("analysis.province", who("province_staff", "province"), groups="x", basis="per_moon", city="999999", indicator="'", year="1 OR 1")
    assert_clean(forged)
    assert len(forged.dataframe[0].value) == 8


def test_the_provinces_home_begins_with_its_numbers(page: Page, who: Who) -> None:
    test = page("home.home", who("province_staff", "province"))
    assert_clean(test)
    assert len(test.metric) == 6 and test.metric[0].label == "论文数（篇）"


@pytest.mark.ac("AC-235")
def test_the_provinces_page_names_no_person(page: Page, who: Who) -> None:
    test = page("analysis.province", who("province_staff", "province"), year=YEAR)
    assert not any("人员0" in frame.value.to_csv() for frame in test.dataframe)


@pytest.mark.ac("AC-234")
def test_the_comparison_says_whose_year_is_signed(page: Page, who: Who, analysis_store: Store) -> None:
    """UX 7: 报送状态 beside each university; the page's own numbers are live."""
    with analysis_store.begin("99001") as uow:
        snapshots.sign(uow, who("office_admin", "99001"), About(int(YEAR), "evaluation", 1, uow.now, "c0de"), pack([]))
    rows = page("analysis.province", who("province_staff", "province"), year=YEAR).dataframe[0].value
    states = dict(zip(rows["高校"], rows["报送状态"], strict=True))
    assert states["江城大学"] == f"已签名 {today():%Y-%m-%d}" and set(states.values()) - {states["江城大学"]} == {"未报"}


@pytest.mark.ac("AC-235")
def test_peers_have_names_only_where_the_province_says_so(page: Page, who: Who, analysis_store: Store) -> None:
    def shown() -> str:
        test = page("analysis.peers", who("office_admin", "99002"), year=YEAR, group="*")
        assert_clean(test)
        test.button(key="spread_swap").click().run()
        return str(test.dataframe[-1].value.to_csv()) + "".join(words_of(test))

    masked = shown()
    assert "楚天学院" in masked and "江城大学" not in masked and "高校 A" in masked and "匿名" in masked
    with analysis_store.begin("*") as uow:
        settings.put(uow, who("province_staff", "province"), "peers_shown", "named")
    named = shown()
    assert "江城大学" in named and "匿名" not in named


def test_the_province_asks_about_a_number_and_the_office_answers(page: Page, who: Who, analysis_store: Store) -> None:
    with analysis_store.begin("*") as uow:
        figure_questions.ask(uow, who("province_staff", "province"), "99002", "F01", int(YEAR), ("去年到账经费 868.0 万元", "Funds received 868.0"), "请核对单位是否为万元。")
    office = page("analysis.questions", who("office_admin", "99002"))
    assert_clean(office)
    assert any("868" in word for word in words_of(office)) and "请核对单位是否为万元。" in words_of(office)
    number = next(area.key for area in office.text_area if area.key)
    office.button(key=f"send_{number}").click().run()
    assert any("5 到 500 字" in one.value for one in office.error)
    office.text_area(key=number).set_value("单位录成元，已更正。").run()
    office.button(key=f"send_{number}").click().run()
    assert_clean(office)
    seen = page("analysis.questions", who("province_staff", "province"))
    assert "单位录成元，已更正。" in words_of(seen)
    assert any("没有询问" in word for word in words_of(page("analysis.questions", who("office_admin", "99001"))))
