"""数据质量 and 审核分析: every number opens a list that adds up to it, within the reader's reach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.marts import quality, reader
from dashboards.marts.quality import Asked
from ingestion.principal import Principal
from ingestion.store.engine import Store
from tests.dashboards.quality.test_pipeline import tables, text

Who = Callable[..., Principal]
Page = Callable[..., AppTest]


def test_scores_add_up_to_their_records_and_reach_is_bound(published_here: Path, who: Who) -> None:
    mart = reader.open_for(who("office_admin", "99001"))
    total = quality.total(mart)
    everything = quality.behind(mart, imperfect=False)
    assert total.records == len(everything) > 100 and total.score is not None
    assert total.score == pytest.approx(100 * sum(one.weight * one.quality for one in everything) / sum(one.weight for one in everything))
    assert (total.needed, total.filled) == (sum(one.needed for one in everything), sum(one.filled for one in everything))
    for by in ("college", "type", "person"):
        parts = quality.scores(mart, by)
        assert sum(one.records for one in parts) == total.records and sum(one.points for one in parts) == pytest.approx(total.points)
        for part in parts[:3]:
            lost = quality.behind(mart, by, part.key)
            assert part.weight - part.points == pytest.approx(sum(one.weight * (1 - one.quality) for one in lost))
            assert sum(one.severity != "" for one in lost) == part.flagged
    bound = reader.open_for(who("college_admin", "99001"))
    assert {one.college_id for one in quality.behind(bound, imperfect=False)} == {bound.college_id}
    other = next(one.key for one in quality.scores(mart, "college") if one.key != bound.college_id)
    assert quality.total(bound, "college", other).records == 0 and quality.steps(bound, Asked(college=other)) == []


def test_times_of_review_open_the_steps_they_are_made_of(published_here: Path, who: Who) -> None:
    mart = reader.open_for(who("office_admin", "99001"))
    whole = quality.review_time(mart, Asked())
    assert whole.median == pytest.approx(22.0) and whole.late == whole.stays, "one day before the return, nine with the submitter left out"
    assert len(quality.approved(mart, Asked())) == whole.stays and len(quality.approved(mart, Asked(), returned=True)) == whole.returned > 0
    by_node = {one.key: one for one in quality.stays(mart, Asked(), "node")}
    assert by_node["11"].median == pytest.approx(9.0) and by_node["20"].late == by_node["20"].stays == whole.stays
    for node, one in by_node.items():
        assert len(quality.steps(mart, Asked(node=node))) == one.stays + one.waiting
    reason = quality.stays(mart, Asked(), "reason")[0]
    assert reason.key == "缺少封面" and len(quality.steps(mart, Asked(reason=reason.key, returned=True))) == reason.stays == whole.returned
    for one in quality.stays(mart, Asked(), "handler"):
        assert len(quality.steps(mart, Asked(handler=one.key))) == one.stays
    assert sum(one.stays for one in quality.stays(mart, Asked(), "college_id")) == by_node["10"].stays + by_node["20"].stays
    researcher = reader.open_for(who("researcher", "99001"))
    assert quality.years(researcher) == [] and quality.steps(researcher, Asked()) == []


@pytest.mark.parametrize(("screen", "role", "code"), [("score", "office_admin", "99001"), ("score", "college_admin", "99001"), ("score", "analyst", "99001"), ("score", "province_staff", "province"), ("reviews", "office_admin", "99001"), ("reviews", "college_admin", "99001")])  # fmt: skip
def test_the_pages_are_drawn_in_both_languages(page: Page, who: Who, screen: str, role: str, code: str, analysis_store: Store) -> None:
    for language, word in (("zh", "数据质量" if screen == "score" else "审核分析"), ("en", "Data quality" if screen == "score" else "Review times")):
        test = page(f"quality.{screen}", who(role, code), language=language)
        assert not test.exception and word in text(test)
    assert ("99002" in tables(test)) == (role == "province_staff")


def test_a_number_opens_its_list_with_an_export(page: Page, who: Who, analysis_store: Store) -> None:
    test = page("quality.reviews", who("office_admin", "99001"))
    test.button(key="open_returned").click().run()
    assert not test.exception and any(one.key == "export_items" for one in test.button)
    test = page("quality.score", who("office_admin", "99001"))
    test.button(key="open_flagged").click().run()
    assert not test.exception and any(one.key == "export_score" for one in test.button)


def test_a_university_without_records_says_so(page: Page, who: Who, analysis_store: Store) -> None:
    assert "还没有得分" in text(page("quality.score", who("office_admin", "99003")))
    assert "还没有审核记录" in text(page("quality.reviews", who("office_admin", "99003")))
