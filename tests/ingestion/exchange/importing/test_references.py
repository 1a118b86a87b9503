"""Bibliographic files as batches: checked, confirmed, resumed, marked, undone; candidates offered; researchers' own only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from ingestion.exchange import history, importing
from ingestion.exchange.importing import Options, running
from ingestion.exchange.importing.listed import is_listing
from ingestion.principal import OperationError
from ingestion.store import platform as p
from tests.ingestion.exchange.test_history import CSSCI, MIXED, filed, write
from tests.universe import T1, Universe

PAPERS = "\n".join(
    f"@article{{k{i}, title={{夜间服务研究之{i}}}, author={{张伟 and 苏远帆}}, journal={{楚天学刊}}, year={{2021}}, pages={{{i}-{i + 1}}}, affiliation={{江城大学}}}}"
    for i in range(1, 8)
)


def test_a_file_is_checked_confirmed_marked_and_undone(universe: Universe, tmp_path: Path) -> None:
    path = write(tmp_path, "混合.net", MIXED)
    batch = importing.check(universe.store, universe.o1, "paper", path, Options(college="C1"))
    assert (batch.state, batch.format) == ("checked", "noteexpress")
    assert (batch.counts["read"], batch.counts["new"], batch.counts["error"]) == (7, 1, 6)
    assert filed(universe) == []
    with universe.store.read(T1) as uow:
        rows, _ = importing.rows(uow, universe.o1, batch.id, results=("error",))
    assert [row.row for row in rows] == [2, 3, 4, 5, 6, 7] and "用“标准”类型导入" in rows[0].issues[0].zh
    out = tmp_path / "标注.xlsx"
    counts = importing.annotate(universe.store, universe.o1, batch.id, out)
    assert counts.rows == 6
    marked = openpyxl.load_workbook(out)
    assert any("学位论文" in str(cell.value) for cells in marked.worksheets[0].iter_rows() for cell in cells)
    done = importing.apply(universe.store, universe.o1, batch.id, non_secret=True)
    assert done.in_effect and done.counts["new"] == 1
    (paper,) = filed(universe)
    assert (paper["state"], paper["batch_id"], paper["college_id"]) == ("30", batch.id, universe.C1)
    importing.undo(universe.store, universe.o1, batch.id)
    assert [row["state"] for row in filed(universe)] == ["90"]
    again = history.import_papers(universe.store, universe.o1, path, non_secret=True)
    assert again.counts["new"] == 1  # what was undone can be imported again


def test_a_batch_cut_off_goes_on_and_files_nothing_twice(universe: Universe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "七篇.bib", PAPERS)
    monkeypatch.setattr(running, "CHUNK", 3)

    class Killed(BaseException):
        pass

    def die(done: int, total: int) -> None:
        if done >= 6:
            raise Killed

    monkeypatch.setattr("ingestion.exchange.importing.work._failed", lambda *_a: None)  # a killed process writes no epitaph
    with pytest.raises(Killed):
        history.import_papers(universe.store, universe.o1, path, non_secret=True, progress=die)
    assert all(row["state"] == p.LOADING for row in filed(universe))  # written, and nobody's to see
    monkeypatch.setattr("ingestion.exchange.importing.batches.alive", lambda *_a: False)
    outcome = history.import_papers(universe.store, universe.o1, path, non_secret=True)
    assert outcome.counts["new"] == 7
    assert [row["state"] for row in filed(universe)] == ["30"] * 7
    assert history.import_papers(universe.store, universe.o1, path, non_secret=True).counts["unchanged"] == 7


def test_own_authors_are_offered_with_number_and_college_and_never_linked_by_name(universe: Universe, tmp_path: Path) -> None:
    path = write(tmp_path, "七篇.bib", PAPERS)
    outcome = history.import_papers(universe.store, universe.o1, path, non_secret=True)
    told = [note.zh for note in outcome.of("gap") if "未关联人员库" in note.zh]
    assert len(told) == 7 and "00123 张伟 计算机学院" in told[0] and "00456 张伟 文学院" in told[0]
    with universe.store.read(T1) as uow:
        assert set(uow.conn.execute(select(p.contributor.c.person_id).join(p.record, p.record.c.id == p.contributor.c.record_id).where(p.record.c.type == "paper")).scalars()) == {None}


def test_a_chosen_author_is_linked(universe: Universe, tmp_path: Path) -> None:
    path = write(tmp_path, "七篇.bib", PAPERS)
    with universe.store.begin(T1) as uow:
        importing.choose(uow, universe.o1, "paper", running.digest(path), "张伟", "", universe.person("r3"))
        importing.choose(uow, universe.o1, "paper", running.digest(path), "张伟", "", universe.person("r1"), row=2)
    history.import_papers(universe.store, universe.o1, path, non_secret=True)
    owners = [row["owner_person_id"] for row in filed(universe)]
    assert owners == [universe.person("r3"), universe.person("r1"), *[universe.person("r3")] * 5]


@pytest.mark.ac("AC-143")
def test_a_researchers_file_brings_nothing_that_does_not_name_them(universe: Universe, tmp_path: Path) -> None:
    complete = "发表范围=2", "刊物级别=B", "卷期页=1(1):1-2", "ISSN号=1000-0003", "学校署名=1"
    options = Options(sets=complete, people="unlinked", non_secret=True)
    path = write(tmp_path, "七篇.bib", PAPERS)
    batch = importing.check(universe.store, universe.r1, "paper", path, options)
    assert batch.counts["new"] == 0 and batch.counts["error"] == 7
    with universe.store.begin(T1) as uow:
        rows, _ = importing.rows(uow, universe.r1, batch.id)
        assert any("您不在该成果的人员中" in finding.zh for finding in rows[0].issues)
        importing.choose(uow, universe.r1, "paper", running.digest(path), "张伟", "", universe.person("r1"), row=3)
    outcome = importing.import_file(universe.store, universe.r1, "paper", path, options)
    assert (outcome.counts["new"], outcome.counts["error"]) == (1, 6)
    (mine,) = filed(universe)
    assert (mine["owner_person_id"], mine["state"]) == (universe.person("r1"), "10")


def test_only_papers_books_standards_and_patents_come_from_references(sqlite_universe: Universe, tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="题录可导入为：论文、著作、标准、专利"):
        importing.check(sqlite_universe.store, sqlite_universe.o1, "award", write(tmp_path, "a.bib", PAPERS))


@pytest.mark.parametrize(
    ("name", "content", "listing"),
    [
        ("a.bib", PAPERS.encode(), True),
        ("a.csv", PAPERS.encode("gb18030"), True),
        ("a.txt", CSSCI.encode("utf-16"), True),
        ("论文.csv", "论文名称,参考文献\n甲,[1]张三.题[J].刊 2020\n".encode(), False),
        ("论文.csv", "论文名称,发表时间\n甲,2020\n".encode(), False),
        ("清单.txt", "[1]张三.题[J].刊,2020\n".encode(), True),
        ("混合.txt", CSSCI.encode() + CSSCI.encode("gbk"), True),
        ("截断.txt", CSSCI.encode("gb18030") + "夜".encode("gbk")[:1], True),
        ("a.xlsx", b"PK\x03\x04", False),
        ("a.txt", b"", False),
    ],
)
def test_references_are_told_from_sheets(tmp_path: Path, name: str, content: bytes, listing: Any) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert is_listing(path) is listing
