"""Pages of a past day, and why a number changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.marts import numbers, reader, sandbox
from dashboards.marts.numbers import Spec
from ingestion import jobs
from ingestion.principal import Denied, Principal
from ingestion.store.engine import Store, today
from tests.dashboards.analysis.test_pages import assert_clean, cells_of, words_of

Who = Callable[..., Principal]
Page = Callable[..., AppTest]
DAY = today() - timedelta(days=30)
YEAR = DAY.year


@pytest.fixture
def past_home(published_here: Path) -> Iterator[Path]:
    """The published file of 99001, and one of a past day in which two papers of the year were not in force yet."""
    here = reader.pointer().path_of("99001")
    assert here is not None
    target = reader.past_folder("99001") / f"{DAY}.1.duckdb"
    target.parent.mkdir(parents=True)
    shutil.copyfile(here, target)
    os.chmod(target, 0o600)
    with duckdb.connect(str(target)) as con:
        later = con.execute("SELECT record_id FROM fct_measure WHERE measure = 'O01' AND included AND year = ? ORDER BY 1 LIMIT 2", [YEAR]).fetchall()
        for table in ("fct_record", "fct_measure", "fct_credit"):
            con.execute(f"DELETE FROM {table} WHERE record_id IN (SELECT unnest(?))", [[row[0] for row in later]])
    yield published_here
    reader.reset()
    shutil.rmtree(published_here / "published" / "past")


@pytest.mark.ac("AC-253")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_of_a_past_day_shows_the_numbers_of_that_day(past_home: Path, page: Page, who: Who, language: str) -> None:
    office = who("office_admin")
    mart, spec = reader.open_for(office, DAY), Spec("O01", YEAR)
    whole, listed = numbers.number(reader.open_for(office), spec), numbers.number(mart, spec)
    assert (whole.value or 0) - (listed.value or 0) == 2
    then = page("analysis.leader", office, language, asof=DAY.isoformat())
    assert_clean(then)
    card, _, _ = numbers.trend(reader.open_for(office, DAY), spec)
    assert then.metric[0].value == card.shown and card.spec.until == (DAY.month, DAY.day), "to the same date of that day"
    drawn = page("analysis.records", office, language, indicator="O01", year=str(YEAR), asof=DAY.isoformat())
    assert_clean(drawn)
    assert any(listed.shown in word for word in words_of(drawn)), "the list is that day's too"


@pytest.mark.ac("AC-253")
def test_a_past_day_is_asked_in_sql_under_the_same_rights(past_home: Path, page: Page, who: Who) -> None:
    sql = f"SELECT sum(contribution) FROM v_contribution WHERE measure = 'O01' AND rule = 'OWNER' AND level = 'university' AND year = {YEAR}"
    now, then = (sandbox.run(who("analyst"), sql, day=day).rows[0][0] for day in (None, DAY))
    assert now - then == 2
    assert "fct_measure" in {one.name for one in sandbox.relations(who("analyst"), DAY)}
    with pytest.raises(Denied):
        sandbox.run(who("college_admin"), sql, day=DAY)
    with pytest.raises(reader.NotMadeYet):
        sandbox.run(who("analyst"), sql, day=DAY - timedelta(days=2))
    with pytest.raises(sandbox.Refused):
        sandbox.run(who("analyst"), "SELECT * FROM read_csv('/etc/passwd')", day=DAY)
    drawn = page("sql.page", who("analyst"), asof=DAY.isoformat())
    assert_clean(drawn)
    assert f"year(DATE '{DAY}')" in str(drawn.text_area[0].value), "this year is that day's"


@pytest.mark.ac("AC-253")
@pytest.mark.parametrize(("role", "reach"), [("office_admin", "university"), ("college_admin", "college"), ("researcher", "person")])
def test_why_names_what_came_in_and_adds_up(past_home: Path, page: Page, who: Who, role: str, reach: str) -> None:
    test = page("analysis.why", who(role), indicator="O01", year=str(YEAR), since=DAY.isoformat())
    assert_clean(test)
    if reach == "university":
        assert any("+2" in word for word in words_of(test))
        assert any("各记录差额合计等于两天之差" in word for word in words_of(test))
        rows = list(cells_of(test))
        assert len(rows) == 2 and all(row[2] == "新通过" for row in rows)
    assert_clean(page("analysis.why", who(role), "en", indicator="O01", year=str(YEAR), since=DAY.isoformat()))


def test_a_day_nobody_asked_for_is_asked_for_once(published_here: Path, analysis_store: Store, page: Page, who: Who) -> None:
    other = (DAY - timedelta(days=1)).isoformat()
    for _ in range(2):
        test = page("analysis.leader", who("office_admin"), asof=other)
        assert_clean(test)
        assert any(f"正在生成 {other}" in word for word in words_of(test)) and not test.metric
    with analysis_store.read("99001") as uow:
        [asked] = jobs.list_for(uow, who("office_admin"))
    assert (asked.kind, asked.parameters) == ("past", {"day": other, "key": "99001"})


@pytest.mark.parametrize(("query", "said"), [({"since": "soon"}, "无效"), ({"since": "2999-01-01"}, "无效"), ({"since": "2026-01-02", "to": "2026-01-01"}, "须早于")])
def test_days_that_cannot_be_compared_are_named(published_here: Path, page: Page, who: Who, query: dict[str, str], said: str) -> None:
    test = page("analysis.why", who("office_admin"), indicator="O01", year=str(YEAR), **query)
    assert not test.exception
    assert any(said in warning.value for warning in test.warning)


def test_another_college_in_the_address_is_refused(past_home: Path, page: Page, who: Who) -> None:
    test = page("analysis.why", who("college_admin"), indicator="O01", year=str(YEAR), since=DAY.isoformat(), college="1")
    assert test.exception and "无权限" in test.exception[0].value
