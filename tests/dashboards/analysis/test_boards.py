"""The leader's and the college's dashboards: whose figures, what waits, what a sheet of paper says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.marts import colleagues, drill, exports, numbers, reach, reader
from dashboards.marts.reader import Mart
from dashboards.marts.scope import Spec
from dashboards.screens.analysis import backlog, funds, health
from ingestion import workload
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.store.engine import today
from ingestion.workload import Backlog
from tests.dashboards.analysis.test_pages import assert_clean, words_of

Who = Callable[..., Principal]
Page = Callable[..., AppTest]
YEAR = today().year
BASE = 99001 * 10_000_000
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.ac("AC-122")
@pytest.mark.parametrize(("screen", "role", "asked"), [
    ("analysis.college", "college_admin", {"college": str(BASE + 2)}),
    ("analysis.college", "college_admin", {"person": str(BASE + 1001)}),
    ("analysis.table", "college_admin", {"college": str(BASE + 2), "indicator": "O01"}),
    ("analysis.records", "college_admin", {"college": str(BASE + 2), "indicator": "O01", "year": str(YEAR)}),
    ("analysis.records", "college_admin", {"college": "none", "indicator": "O01", "year": str(YEAR)}),
    ("analysis.mine", "researcher", {"person": str(BASE + 1001)}),
    ("analysis.records", "researcher", {"person": str(BASE + 1001), "indicator": "O01", "year": str(YEAR)}),
])  # fmt: skip
def test_a_filter_beyond_ones_own_reach_is_refused_and_shows_nothing(page: Page, who: Who, screen: str, role: str, asked: dict[str, str]) -> None:
    test = page(screen, who(role), **asked)
    assert [e.message for e in test.exception] == ["无权限"]
    assert not test.metric and not test.dataframe


def test_another_universitys_college_is_not_found_and_the_own_one_is_no_refusal(mart: Mart, who: Who) -> None:
    with pytest.raises(NotFound):
        reach.within(mart, {"college": str(99002 * 10_000_000 + 1)})
    with pytest.raises(NotFound):
        reach.within(mart, {"person": "7"})
    college = reader.open_for(who("college_admin"))
    reach.within(college, {"college": str(BASE + 1), "person": str(BASE + 1000)})
    with pytest.raises(Denied):
        reach.within(college, {"college": "none"})


@pytest.mark.ac("AC-121")
def test_a_college_chosen_by_the_leader_is_the_colleges_own_page(page: Page, who: Who, mart: Mart) -> None:
    chosen = page("analysis.leader", who("office_admin"), college=str(BASE + 1))
    own = page("analysis.college", who("college_admin"))
    assert_clean(chosen)
    shown = [(m.label, m.value, m.delta) for m in chosen.metric]
    assert shown == [(m.label, m.value, m.delta) for m in own.metric] and len(shown) == 6
    assert shown != [(m.label, m.value, m.delta) for m in page("analysis.leader", who("office_admin")).metric]
    row = dict((key, value) for (key,), value, _ in numbers.groups(mart, Spec("O01", YEAR), ("college",)))
    assert shown[0][1] == f"{row[str(BASE + 1)]:,.0f}"


@pytest.mark.ac("AC-184")
def test_the_leaders_page_compares_to_the_same_date_and_ends_with_the_newest(page: Page, who: Who) -> None:
    test = page("analysis.leader", who("office_admin"))
    assert_clean(test)
    said = words_of(test)
    assert any(f"截至 {today():%m-%d}" in word and "比去年同日" in word for word in said)
    assert any("同比" in word for m in test.metric for word in (str(m.proto.delta_description),)) or any("同比" in w for w in said)
    assert any(re.fullmatch(r"今天通过 \d+ 条，近七天 \d+ 条", word) for word in said)
    assert sum(bool(re.search(r" · \d{4}-\d\d-\d\d \d\d:\d\d$", word)) for word in said) == 10


@pytest.mark.ac("AC-098")
def test_a_panel_leaves_as_a_workbook_that_holds_its_table(page: Page, who: Who, published_here: Path, mart: Mart) -> None:

    written = _export(page, who, "tiers")
    book = openpyxl.load_workbook(written)
    rows = list(book["论文收录层级"].iter_rows(values_only=True))
    assert rows[0] == ("层级", "本年", "去年同日")
    whole = numbers.compared(mart, Spec("O01", YEAR))
    assert [sum(row[i] for row in rows[1:]) for i in (1, 2)] == [whole[0].value, whole[1].value]
    notes = dict(book["导出说明"].iter_rows(values_only=True))
    assert notes["标题"] == "论文收录层级" and notes["批次"] == "#1" and notes["统计口径"] and str(YEAR) in notes["筛选条件"]


def _export(page: Page, who: Who, key: str) -> Path:
    """Draws the page with 导出 › 表格 chosen in one panel."""
    import streamlit as st

    chosen = st.menu_button
    try:
        st.menu_button = lambda *a, **k: "xlsx" if k["key"] == f"{key}_export" else None  # type: ignore[assignment]
        test = page("analysis.leader", who("office_admin"))
    finally:
        st.menu_button = chosen
    assert_clean(test)
    return max(exports.folder().glob("*.xlsx"), key=lambda path: path.stat().st_mtime_ns)


def test_paper_carries_the_definitions_of_what_stands_on_it(page: Page, who: Who) -> None:
    said = " ".join(words_of(page("analysis.leader", who("office_admin")))).replace("\\", "")
    for word in ("1. **论文数（篇）**", "6. **获奖数（项）**", "打印人 张伟", f"统计口径** · {YEAR} 年"):
        assert word in said


def test_what_waits_is_counted_by_college_and_inside_one_by_type(mart: Mart, who: Who) -> None:
    found = backlog.waiting(mart)
    assert [(one.key, one.records) for one in found] == [(str(BASE + 1), 12)] and found[0].days == 6
    assert [one.key for one in backlog.waiting(reader.open_for(who("college_admin")))] == ["paper"]
    assert backlog.waiting(reader.open_for(who("college_admin", college=2))) == []


@pytest.mark.ac("AC-054")
def test_balances_are_what_arrived_less_what_left(mart: Mart) -> None:
    for row in health.balances(mart):
        assert row[7] == row[3] - row[4] - row[5] and row[9] == (row[7] == row[8])


def test_the_forecast_goes_on_as_the_last_four_weeks_and_never_below_zero() -> None:
    assert Backlog(33, 98, 73, 37).expected == 66  # 33 + (98 − 73) / 28 × 37 = 66.04
    assert Backlog(10, 0, 28, 37).expected == 0
    assert Backlog(10, 28, 28, 37).expected == 10
    assert "现有 33 条，近 28 天新到 98、办结 73；照此到 12-31（还有 37 天）约 66 条" == backlog.forecast(Backlog(33, 98, 73, 37))


def test_forecast_needs_a_reader_of_figures(mart: Mart, who: Who) -> None:
    with pytest.raises(Denied):
        workload.backlog(None, who("researcher"))  # type: ignore[arg-type]
    with pytest.raises(Denied):
        workload.silent(None, who("analyst"), YEAR)  # type: ignore[arg-type]


def test_midnight_is_the_local_one() -> None:
    from dashboards.screens.analysis import overview

    assert overview._midnight(date(2026, 3, 1)) == datetime(2026, 3, 1) - timedelta(hours=8)


# --- one person -------------------------------------------------------------------------------------------


@pytest.fixture
def own(published_here: Path, who: Who) -> Mart:
    reader.reset()
    return reader.open_for(who("researcher"))


@pytest.mark.ac("AC-126")
def test_every_count_of_the_research_profile_opens_a_list_of_that_length(page: Page, who: Who) -> None:
    test = page("analysis.profile", who("researcher"))
    assert_clean(test)
    assert [m.label for m in test.metric] == ["项目", "经费", "成果", "知识产权", "学术交流", "社会贡献"]
    doors = {b.key: b.label for b in test.button if str(b.key).startswith("mine_")}
    assert {"mine_paper", "mine_vertical_project", "mine_fund_arrival", "mine_patent"} <= set(doors)
    test.button(key="mine_paper").click().run()
    assert_clean(test)
    n = doors["mine_paper"].split()[-1]
    said = next(w for w in words_of(test) if "条记录，合计" in w).replace("\\", "")
    assert f"共 {n} 条记录，合计 {n} 条" in said and "与数字一致" in said


@pytest.mark.ac("AC-139")
@pytest.mark.parametrize("way", ["year", "project", "category_1"])
def test_own_money_is_the_sum_of_the_entries_it_opens(own: Mart, way: numbers.By) -> None:
    found = funds.by(own, way)
    assert len(found) > 1
    for i, one in enumerate(funds.MEASURES):
        whole = drill.every_row(own, funds.narrowed(funds._spec(one), way, None))
        assert sum(row[i] for row in found.values()) == sum(row.value for row in whole)
        for key, values in found.items():
            rows = drill.every_row(own, funds.narrowed(funds._spec(one), way, key))
            assert values[i] == sum(row.value for row in rows)
    assert sum(values[0] for values in found.values()) > 0


def test_the_network_counts_the_records_it_opens(own: Mart, who: Who) -> None:
    found = colleagues.network(own)
    assert found.colleagues and own.person_id not in {one.person_id for one in found.colleagues}
    for one in found.colleagues:
        records = colleagues.shared(own, one.person_id)
        assert len(records) == one.shared == len({record.record_id for record in records})
    assert all(a < b and n >= 1 for a, b, n in found.links)
    with pytest.raises(Denied):
        colleagues.network(reader.open_for(who("college_admin")))


def test_representative_works_are_kept_in_order_and_six_are_too_many(page: Page, who: Who, own: Mart) -> None:
    from dashboards.screens.analysis import representative

    works = [one.record_id for one in representative.works(own)]
    with pytest.raises(OperationError, match="代表作已选 6 项，最多 5 项，请去掉 1 项"):
        representative.keep(who("researcher"), works[:6])
    representative.keep(who("researcher"), [works[2], works[0], 7])  # 7: voided since, or never there
    test = page("analysis.profile", who("researcher"))
    assert_clean(test)
    assert [b.key for b in test.button if str(b.key).startswith("work_")] == [f"work_{works[2]}", f"work_{works[0]}"]


def test_what_a_record_lacks_is_said_beside_the_reason(page: Page, who: Who) -> None:
    from dashboards.screens.analysis.words import ADVICE

    codes = {row.split(",")[0] for row in (ROOT / "dbt" / "seeds" / "exclusion_reasons.csv").read_text(encoding="utf-8").splitlines()[1:]}
    assert codes == set(ADVICE)
    years = [page("analysis.mine", who("researcher"), year=str(YEAR - n)) for n in range(2)]
    assert any("公开发表后计入" in word for test in years for word in words_of(test)) or any("已通过的成果都已计入" in w for t in years for w in words_of(t))


def test_the_leader_sees_the_quality_of_the_data_and_may_take_the_present_colleges(page: Page, who: Who) -> None:
    test = page("analysis.leader", who("office_admin"))
    assert any(re.search(r"数据质量分 .*\d\\?\.\d 分（满分 100）", one.label) for one in test.button)
    units = next(one for one in test.selectbox if one.label == "单位口径")
    assert units.options == ["按成果当时单位", "按现单位"]
    units.set_value("now").run()
    assert_clean(test)
    assert any(word.startswith("按现单位 · ") for word in words_of(test))


def test_after_an_upgrade_a_page_says_that_its_figures_are_being_made(page: Page, who: Who, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file in force is the older version's until the first full build is done."""
    monkeypatch.setattr(health.quality, "_SUMS", "sum(q.of_the_next_version)")
    test = page("analysis.leader", who("office_admin"))
    assert [e.message for e in test.exception] == [reader.OlderFile().zh]
