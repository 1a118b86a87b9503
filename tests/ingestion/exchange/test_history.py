"""Papers filed as history: complete, idempotent, duplicates told with what they repeat, gaps left as findings."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ingestion.exchange import history
from ingestion.principal import Denied, OperationError
from ingestion.store import platform as p
from ingestion.store.tables import TYPE_TABLES
from tests.ingestion.exchange.test_bibliographic import CSSCI, REAL, WOS
from tests.universe import T1, Universe

PAPER = TYPE_TABLES["paper"]


def filed(universe: Universe, code: str = T1) -> list[dict[str, object]]:
    """The university's papers, header and body, in order of filing."""
    with universe.store.read(code) as uow:
        rows = uow.conn.execute(
            select(p.record, PAPER.c.published_on, PAPER.c.published_on_precision, PAPER.c.doi, PAPER.c.signature)
            .join(PAPER, PAPER.c.record_id == p.record.c.id)
            .where(p.record.c.university_code == code)
            .order_by(p.record.c.id)
        )
        return [dict(row) for row in rows.mappings()]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_filed_as_history_by_the_office(universe: Universe, tmp_path: Path) -> None:
    outcome = history.import_papers(universe.store, universe.o1, write(tmp_path, "a.txt", CSSCI), college="C1", non_secret=True)
    assert outcome.counts == {"read": 3, "new": 1, "changed": 0, "unchanged": 0, "duplicate": 0, "error": 2}
    (paper,) = filed(universe)
    assert (paper["state"], paper["channel"], paper["college_id"]) == ("30", "import", universe.C1)
    assert paper["owner_person_id"] is None  # nobody is linked by a name
    assert (str(paper["published_on"]), paper["published_on_precision"]) == ("2021-01-01", "y")
    assert paper["signature"] == "1"  # the first author's first unit is the university's
    with universe.store.read(T1) as uow:
        kinds = dict(uow.conn.execute(select(p.contributor.c.name, p.contributor.c.kind).where(p.contributor.c.record_id == paper["id"])).all())
        own = uow.conn.execute(
            select(p.contributor_affiliation.c.is_own).where(p.contributor_affiliation.c.record_id == paper["id"]).order_by(p.contributor_affiliation.c.rank)
        ).scalars().all()  # fmt: skip
        gaps = set(uow.conn.execute(select(p.finding.c.field).where(p.finding.c.record_id == paper["id"], p.finding.c.closed_at.is_(None))).scalars())
        asked = uow.conn.execute(select(func.count()).select_from(p.refresh_request)).scalar_one()
    assert set(kinds.values()) == {"external"}
    assert own[0] and not own[1]
    assert {"journal_levels", "publish_range", "issn"} <= gaps
    assert asked >= 1


def test_the_same_file_again_brings_nothing_new(universe: Universe, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", WOS)
    first = history.import_papers(universe.store, universe.o1, path, non_secret=True)
    again = history.import_papers(universe.store, universe.o1, path, non_secret=True)
    assert first.counts["new"] == 2
    assert again.counts == {**first.counts, "new": 0, "unchanged": 2}
    assert len(filed(universe)) == 2


def test_duplicates_name_what_they_repeat(universe: Universe, tmp_path: Path) -> None:
    block = WOS[WOS.index("PT J\nAU Su") : WOS.index("PT C")]
    head, tail = WOS[: WOS.index("PT J")], "\nEF\n"
    other_doi = block.replace("imagined.2019.1", "imagined.2020.9").replace("000001", "000009").replace("PY 2019", "PY 2020")
    same_doi = block.replace("TI Night", "TI Late night").replace("000001", "000008")
    path = write(tmp_path, "b.txt", head + block + block + other_doi + same_doi + tail)
    outcome = history.import_papers(universe.store, universe.o1, path, non_secret=True)
    assert outcome.counts == {"read": 4, "new": 2, "changed": 0, "unchanged": 0, "duplicate": 2, "error": 0}
    assert [(n.number, "第 1 条" in n.zh) for n in outcome.of("duplicate")] == [(2, True), (4, True)]
    assert [(n.number, "本文件第 1 条" in n.zh) for n in outcome.of("similar")] == [(3, True)]
    elsewhere = write(tmp_path, "c.txt", head + same_doi + tail)
    later = history.import_papers(universe.store, universe.o1, elsewhere, non_secret=True)
    assert later.counts["duplicate"] == 1
    number = later.of("duplicate")[0].zh
    assert f"LW{filed(universe)[0]['id']:06d}" in number


def test_batch_values_fill_what_the_file_does_not_say(universe: Universe, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", CSSCI)
    history.import_papers(universe.store, universe.o1, path, sets=("发表范围=3", "signature=2"), non_secret=True)
    (paper,) = filed(universe)
    assert paper["signature"] == "2"
    with universe.store.read(T1) as uow:
        fields = set(uow.conn.execute(select(p.finding.c.field).where(p.finding.c.record_id == paper["id"])).scalars())
    assert "publish_range" not in fields


def test_wrong_batch_values_are_told_all_at_once(universe: Universe, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", CSSCI)
    with pytest.raises(OperationError) as refused:
        history.import_papers(universe.store, universe.o1, path, sets=("颜色=红", "publish_range=77"), non_secret=True)
    assert "颜色=红" in refused.value.zh and "77" in refused.value.zh
    with pytest.raises(OperationError, match="没有学院“C9”"):
        history.import_papers(universe.store, universe.o1, path, college="C9", non_secret=True)
    assert filed(universe) == []


@pytest.mark.ac("AC-231")
def test_without_the_declaration_nothing_is_stored(universe: Universe, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", CSSCI)
    with pytest.raises(OperationError, match="不涉密"):
        history.import_papers(universe.store, universe.o1, path)
    checked = history.import_papers(universe.store, universe.o1, path, dry_run=True)
    assert checked.counts["new"] == 1 and checked.dry_run
    assert filed(universe) == []


def test_a_marked_title_is_not_stored(universe: Universe, tmp_path: Path) -> None:
    outcome = history.import_papers(
        universe.store, universe.o1, write(tmp_path, "a.txt", CSSCI.replace("县域图书馆的夜间服务研究", "绝密★县域图书馆")), non_secret=True
    )
    assert outcome.counts["new"] == 0 and outcome.counts["error"] == 3
    assert all("县域图书馆" not in note.zh for note in outcome.of("error"))
    assert filed(universe) == []


@pytest.mark.parametrize("who", ["r1", "a1", "e1"])
def test_only_those_who_may_import_do(universe: Universe, tmp_path: Path, who: str) -> None:
    with pytest.raises((Denied, OperationError)):
        history.import_papers(universe.store, getattr(universe, who), write(tmp_path, "a.txt", CSSCI), non_secret=True)
    assert filed(universe) == []


def test_every_problem_goes_into_the_errors_file(universe: Universe, tmp_path: Path) -> None:
    out = tmp_path / "errors.csv"
    history.import_papers(universe.store, universe.o1, write(tmp_path, "a.txt", CSSCI), non_secret=True, errors_out=out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["entry"] for row in rows if row["kind"] == "error"] == ["2", "3"]
    assert all(row["错误信息"] for row in rows)


@pytest.mark.parametrize("name", REAL)
def test_real_files_are_filed_completely(sqlite_universe: Universe, name: str) -> None:
    folder = os.environ.get("REAL_FILES")
    if not folder or not (Path(folder) / name).is_file():
        pytest.skip("the real files are not here (REAL_FILES names their folder)")
    store, office = sqlite_universe.store, sqlite_universe.o3
    papers, _, others = REAL[name]
    elsewhere = sum(others.values())
    outcome = history.import_file(store, office, "paper", Path(folder) / name, non_secret=True)
    assert outcome.counts == {"read": papers + elsewhere, "new": papers, "changed": 0, "unchanged": 0, "duplicate": 0, "error": elsewhere}
    assert outcome.elsewhere == others
    again = history.import_file(store, office, "paper", Path(folder) / name, non_secret=True)
    assert (again.counts["new"], again.counts["unchanged"]) == (0, papers)
    standing = filed(sqlite_universe, "99003")
    assert len(standing) == papers and {row["state"] for row in standing} == {"30"}


MIXED = """{Reference Type}: Journal Article
{Title}: 县域图书馆的夜间服务
{Author}: 苏远帆;鲁佳禾;
{Author Address}: 江城大学计算机学院;
{Journal}: 楚天图书馆学刊
{Year}: 2021
{Issue}: 03
{Pages}: 12-19
{ISBN/ISSN}: 0000-0019
{Notes}: 42-0000/G2

{Reference Type}: Standard
{Title}: 夜间照明 第1部分
{Author}: 楚天照明有限公司
{Publisher}: 某标准化委员会
{Date}: 2020-03-15
{ISBN}: GB/T 90001.1-2020
{TryDate}: 2020-08-01
{SrcDatabase}: 国家标准

{Reference Type}: Book
{Title}: 夜读
{Author}: 苏远帆
{Publisher}: 江城大学出版社
{Date}: 2020-10-12
{图书印刷版ISBN}: 978-7-111-40701-0

{Reference Type}: Patent
{Title}: 一种台灯
{Author}: 鲁佳禾
{Subsidiary Author}: 江城大学
{Date}: 2018-11-02
{Notes}: CN108000000A
{SrcDatabase}: 中国专利

{Reference Type}: Standard
{Title}: 夜间用电量
{SrcDatabase}: 年鉴

{Reference Type}: Thesis
{Title}: 夜间服务研究
{Author}: 某研究生

{Reference Type}: Newspaper Article
{Title}: 夜读之城
{Author}: 某记者
{Secondary Title}: 楚天报
{Date}: 2019-01-09
"""


def test_what_is_no_paper_is_told_and_taken_by_its_own_type(universe: Universe, tmp_path: Path) -> None:
    path = write(tmp_path, "混合.net", MIXED)
    outcome = history.import_file(universe.store, universe.o1, "paper", path, college="C1", non_secret=True)
    assert outcome.counts == {"read": 7, "new": 1, "changed": 0, "unchanged": 0, "duplicate": 0, "error": 6}
    assert outcome.elsewhere == {"standard": 2, "book": 1, "patent": 1, "thesis": 1, "newspaper": 1}
    told = {note.number: note.zh for note in outcome.of("elsewhere")}
    assert "用“标准”类型导入" in told[2] and "用“著作”类型导入" in told[3] and "用“专利”类型导入" in told[4]
    assert "年鉴" in told[5] and "学位论文" in told[6] and "报纸文章" in told[7]
    assert "错误中属于其他类型 6：标准 2" in outcome.text("zh")
    for type_id in ("standard", "book", "patent"):
        own = history.import_file(universe.store, universe.o1, type_id, path, college="C1", non_secret=True)
        assert (own.counts["new"], own.counts["error"]) == (1, 6)
        again = history.import_file(universe.store, universe.o1, type_id, path, college="C1", non_secret=True)
        assert again.counts["new"] == 0
    with universe.store.read(T1) as uow:
        bodies = {type_id: uow.conn.execute(select(TYPE_TABLES[type_id])).mappings().one() for type_id in ("standard", "book", "patent")}
    assert (bodies["standard"]["standard_no"], bodies["standard"]["level"], bodies["standard"]["nature"]) == ("GB/T 90001.1-2020", "2", "2")
    assert str(bodies["standard"]["effective_on"]) == "2020-08-01"
    assert bodies["book"]["isbn"] == "9787111407010"
    assert (bodies["patent"]["patent_type"], bodies["patent"]["patent_status"], bodies["patent"]["publication_no"]) == ("1", "2", "CN108000000A")


def test_doubts_of_the_source_become_findings(universe: Universe, tmp_path: Path) -> None:
    path = write(tmp_path, "a.bib", "@article{a, title={Night}, author={Su, Yuanfan and others}, journal={J}, journal={K}, year={2020}}")
    outcome = history.import_papers(universe.store, universe.o1, path, non_secret=True)
    doubts = [note.zh for note in outcome.of("doubt")]
    assert any("出现多次" in text for text in doubts) and any("作者名单不完整" in text for text in doubts)
    with universe.store.read(T1) as uow:
        rules = list(uow.conn.execute(select(p.finding.c.rule).where(p.finding.c.closed_at.is_(None))).scalars())
    assert rules.count("I004") == 2


def test_a_paper_known_from_another_source_says_which_index_its_record_lacks(universe: Universe, tmp_path: Path) -> None:
    first = "@article{a, title={Night}, journal={Lamps}, year={2020}, pages={1-2}, doi={10.1000/n}}"
    history.import_papers(universe.store, universe.o1, write(tmp_path, "a.bib", first), non_secret=True)
    again = first.replace("doi=", "source={Scopus}, doi=")
    outcome = history.import_papers(universe.store, universe.o1, write(tmp_path, "b.bib", again), non_secret=True)
    assert outcome.counts["unchanged"] == 1 and outcome.counts["new"] == 0
    assert "没有收录类别 SCOPUS，请补充" in outcome.text("zh")
