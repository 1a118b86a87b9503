"""指标数据来源: tables the office brings in for indicators, and what is wrong with them."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from ingestion import bulk, sources
from ingestion.exchange import sources as reading
from ingestion.principal import Denied
from ingestion.sources import BadSource, Head, Points
from ingestion.store import platform as p
from ingestion.store.engine import today
from tests import documents
from tests.universe import T1, T2, Universe

SEEDS = Path(__file__).parents[2] / "dbt" / "seeds"
DAY = today() - timedelta(days=20)


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def papers(universe: Universe, *dois: str) -> list[int]:
    place = documents.Place(universe.person("r1"), "张伟", universe.colleges["C1"], T1)
    items = [bulk.BulkItem({**documents.valid("paper", place), "doi": doi, "title": f"被引论文 {doi}"}) for doi in dois]
    with universe.store.begin(T1) as uow:
        return list(bulk.load(uow, universe.o1, "paper", items))


def sheet(path: Path, *rows: Any) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def take(universe: Universe, kind: str, path: Path, head: Head, who: Any = None) -> reading.Taken:
    actor = who or universe.o1
    with universe.store.begin(actor.university_code) as uow:
        return reading.take(uow, actor, kind, path, head)


def test_a_table_of_citations_finds_its_papers_by_doi_or_number(universe: Universe, tmp_path: Path) -> None:
    first, second = papers(universe, "10.1000/one", "10.1000/two")
    path = sheet(
        tmp_path / "wos.xlsx", ("Title", "DOI", "编号", "Times Cited, All Databases", "Category Normalized Citation Impact"), ("甲", "https://doi.org/10.1000/ONE", None, 12, 1.2345),
        ("乙", None, f"LW{second:06d}", "3", "n/a"), ("别校的", "10.1000/other", None, 99, None),
    )  # fmt: skip
    taken = take(universe, "citations", path, Head("Web of Science", DAY, file_name="wos.xlsx"))
    assert (taken.rows, taken.used, taken.unknown, taken.strangers) == (3, 2, 1, ((4, "10.1000/other"),))
    with universe.store.read(T1) as uow:
        s = p.source_paper.c
        assert dict(uow.conn.execute(select(s.record_id, s.citations)).all()) == {first: 12, second: 3}
        assert dict(uow.conn.execute(select(s.record_id, s.normalised)).all()) == {first: 1234, second: None}, "thousandths; n/a is none"
        assert uow.conn.execute(select(p.source_table.c.normalised)).scalar_one() == 1
        (kept,) = sources.tables(uow, universe.o1)
        assert (kept.source, kept.taken_on, kept.rows, kept.used, kept.in_force) == ("Web of Science", DAY, 3, 2, True)
        assert uow.conn.execute(select(func.count()).where(p.audit_row.c.object_type == "source_table")).scalar_one() == 1
    take(universe, "citations", path, Head("Scopus", DAY - timedelta(days=9), file_name="old.xlsx"))
    with universe.store.read(T1) as uow:
        assert [(one.source, one.in_force) for one in sources.tables(uow, universe.o1)] == [("Web of Science", True), ("Scopus", False)]


def test_what_is_wrong_is_said_row_by_row_and_nothing_is_kept(universe: Universe, tmp_path: Path) -> None:
    papers(universe, "10.1000/one", "10.1000/two")
    with pytest.raises(BadSource, match=r"第 2 行 学科规范化影响力“三倍”应为 0 到 1000 的数"):
        take(universe, "citations", sheet(tmp_path / "z.xlsx", ("DOI", "被引次数", "CNCI"), ("10.1000/one", 1, "三倍")), Head("InCites", DAY))
    bad = sheet(tmp_path / "a.xlsx", ("DOI", "被引次数"), ("10.1000/one", "许多"), ("10.1000/two", -1), ("10.1000/ONE", 4))
    with pytest.raises(BadSource) as caught:
        take(universe, "citations", bad, Head("", today() + timedelta(days=1)))
    for said in ("第 2 行 被引次数“许多”", "第 3 行 被引次数“-1”", "第 4 行与第 2 行是同一篇论文"):
        assert said in caught.value.zh
    with pytest.raises(BadSource, match="请填写来源.*数据日期"):
        take(universe, "citations", sheet(tmp_path / "b.xlsx", ("DOI", "被引次数"), ("10.1000/one", 1)), Head(" ", today() + timedelta(days=1)))
    with pytest.raises(BadSource, match="缺少列：被引次数"):
        take(universe, "citations", sheet(tmp_path / "c.xlsx", ("DOI", "年"), ("10.1000/one", 1)), Head("Scopus", DAY))
    with pytest.raises(BadSource, match="没有一行对应"):
        take(universe, "citations", sheet(tmp_path / "d.xlsx", ("DOI", "被引次数"), ("10.1000/none", 1)), Head("Scopus", DAY))
    with pytest.raises(BadSource, match="ESI期次“十月”"):
        take(universe, "esi", sheet(tmp_path / "e.xlsx", ("DOI", "ESI类别"), ("10.1000/one", "热点")), Head("ESI", DAY, "十月"))
    with universe.store.read(T1) as uow:
        assert sources.tables(uow, universe.o1) == []
        assert uow.conn.execute(select(func.count()).select_from(p.source_paper)).scalar_one() == 0


def test_an_esi_list_says_kind_in_one_column_or_two(universe: Universe, tmp_path: Path) -> None:
    one, two = papers(universe, "10.1000/one", "10.1000/two")
    take(universe, "esi", sheet(tmp_path / "a.xlsx", ("DOI", "ESI类别"), ("10.1000/one", "高被引"), ("10.1000/two", "高被引且热点")), Head("ESI", DAY, "2026-09"))
    path = sheet(tmp_path / "b.xlsx", ("DI", "Highly Cited Status", "Hot Paper Status"), ("10.1000/one", "N", "Y"), ("10.1000/two", "N", "N"))
    take(universe, "esi", path, Head("ESI", DAY, "2026-11"))
    with universe.store.read(T1) as uow:
        s = p.source_paper.c
        rows = uow.conn.execute(select(s.table_id, s.record_id, s.listed).order_by(s.id)).all()
    assert [(record, listed) for _, record, listed in rows] == [(one, "HC"), (two, "BOTH"), (one, "HOT")]


def test_points_are_kept_by_year_and_never_changed_once_it_is_over(universe: Universe, tmp_path: Path) -> None:
    year = today().year
    path = sheet(tmp_path / "p.xlsx", ("指标", "分类", "分值", "单条上限"), ("论文数", "期刊论文", 10, None), ("A01", None, 30.5, 100))
    for when in (year, year, year - 1):  # last year has none yet: once
        take(universe, "score_rules", path, Head("校发〔2026〕1号", DAY, year=when))
    with pytest.raises(BadSource, match="年度结束后不能再改"):
        take(universe, "score_rules", path, Head("校发", DAY, year=year - 1))
    with universe.store.read(T1) as uow:
        r = p.score_rule.c
        rules = set(uow.conn.execute(select(r.measure, r.category, r.points, r.cap)).all())
        assert [one.in_force for one in sources.tables(uow, universe.o1)] == [True, True, False]
    journal = next(code for code, word in sources.codes_of("O01").items() if word == "期刊论文")
    assert {tuple(rule) for rule in rules} == {("O01", journal, 1000, None), ("A01", "*", 3050, 10000)}
    bad = sheet(tmp_path / "q.xlsx", ("指标", "分类", "分值"), ("人数", None, 1), ("O01", "壁画", 1), ("O01", None, "十"))
    with pytest.raises(BadSource) as caught:
        take(universe, "score_rules", bad, Head("校发", DAY, year=year))
    for said in ("第 2 行 指标“人数”", "第 3 行 分类“壁画”", "第 4 行 分值“十”"):
        assert said in caught.value.zh
    with universe.store.begin(T1) as uow, pytest.raises(BadSource, match="写了两次"):
        sources.keep_points(uow, universe.o1, Head("校发", DAY, year=year), [Points("O01", "*", 1), Points("O01", "*", 2)])


def test_only_the_office_brings_tables_and_only_for_its_own(universe: Universe, tmp_path: Path) -> None:
    (paper,) = papers(universe, "10.1000/one")
    path = sheet(tmp_path / "a.xlsx", ("DOI", "被引次数"), ("10.1000/one", 1))
    for who in (universe.principals["r1"], universe.principals["s11"]):
        with pytest.raises(Denied):
            take(universe, "citations", path, Head("Scopus", DAY), who)
        with universe.store.read(T1) as uow, pytest.raises(Denied):
            sources.tables(uow, who)
    with pytest.raises(BadSource, match="没有一行对应"):
        take(universe, "citations", path, Head("Scopus", DAY), universe.o2)
    with universe.store.begin(T2) as uow, pytest.raises(BadSource, match="不是本校已通过的论文"):
        sources.keep_papers(uow, universe.o2, "citations", Head("Scopus", DAY), 1, {paper: (1, None)})
    take(universe, "citations", path, Head("Scopus", DAY))
    with universe.store.read(T2) as uow:
        assert sources.tables(uow, universe.o2) == []


def test_what_can_be_scored_and_the_tiers_are_those_of_the_marts() -> None:
    measures = {row["measure"]: row for row in seed("measures")}
    for measure, (zh, en, code_list) in sources.SCORABLE.items():
        row = measures[measure]
        assert (row["zh"], row["en"], row["category_1_list"], row["time_kind"]) == (zh, en, code_list, "flow")
        assert sources.codes_of(measure)
    assert [row["tier"] for row in seed("index_tiers") if row["is_high_level"] == "true"] == list(sources.TIERS)


def test_the_province_reads_what_each_university_has_brought_in(universe: Universe, tmp_path: Path) -> None:
    papers(universe, "10.1000/one")
    for day in (DAY - timedelta(days=30), DAY):
        take(universe, "citations", sheet(tmp_path / "a.xlsx", ("DOI", "被引次数"), ("10.1000/one", 1), ("10.1/x", 1)), Head("Scopus", day))
    with universe.store.read("*") as uow:
        found = {(one.university_code, one.kind): one for one in sources.entered(uow, universe.p1)}
    mine = found[T1, "citations"]
    assert (mine.source, mine.taken_on, mine.used, mine.rows) == ("Scopus", DAY, 1, 2)
    assert {one.source for key, one in found.items() if key != (T1, "citations")} == {None}
    assert {kind for _, kind in found} == set(sources.KINDS)
    for who in (universe.o1, universe.s11):
        with universe.store.read(T1) as uow, pytest.raises(Denied):
            sources.entered(uow, who)
