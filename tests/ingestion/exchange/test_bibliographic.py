"""Bibliographic files: every entry becomes a paper or a problem that names it; none is dropped."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.exchange import bibliographic
from ingestion.exchange.bibliographic.text import decode
from ingestion.principal import OperationError

CSSCI = """南方某数据中心
数字文献处理系统

【来源篇名】县域图书馆的夜间服务研究
【英文篇名】A Study of Night Services in County Libraries
【来源作者】苏远帆/鲁佳禾/苏远帆
【基    金】某省社会科学基金项目(00ABC000)
【期    刊】楚天图书馆学刊
【第一机构】江城大学
【机构名称】[苏远帆]江城大学.信息管理学院/[鲁佳禾]楚天学院.
【第一作者】苏远帆
【中图类号】G250
【年代卷期】2021,(3):12-19,64
【关 键 词】县域图书馆/夜间服务
【基金类别】
【参考文献】
1.某作者.【来源】一书.2001
-----------------------------------------------------------------------
【来源篇名】
【来源作者】无题人
【期    刊】楚天图书馆学刊
【年代卷期】2021,(3):20-22
-----------------------------------------------------------------------
【来源篇名】卷期写错的一篇
【来源作者】鲁佳禾
【期    刊】楚天图书馆学刊
【年代卷期】去年第三期
-----------------------------------------------------------------------
"""

WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Su, YF
   Lu, JH
AF Su, Yuanfan
   Lu, Jiahe
TI Night services of county libraries &amp; their
   readers
SO JOURNAL OF IMAGINED LIBRARIES
LA English
DT Article
DE night; county library
AB One sentence.
C1 [Su, Yuanfan; Lu, Jiahe] Jiangcheng Univ, Sch Informat, Wuhan, Peoples R China.
   [Lu, Jiahe] Chutian Coll, Wuhan, Peoples R China.
RP Su, YF (corresponding author), Jiangcheng Univ, Wuhan, Peoples R China.; Lu, JH (corresponding author), Chutian Coll.
SN 0000-0019
PD NOV 26
PY 2019
VL 7
IS 2
BP 11
EP 19
DI 10.0000/imagined.2019.1
WE Science Citation Index Expanded (SCI-EXPANDED); Conference Proceedings Citation Index - Social Science &amp; Humanities (CPCI-SSH); Book Citation Index - Science (BKCI-S)
UT WOS:000000000000001
ER

PT C
AU Nobody, A
TI Cut off before its end
SO PROCEEDINGS
PY 2020
PT J
AU Nobody, B
SO JOURNAL WITHOUT A TITLE
PY 2020
ER

PT J
AU Early, C
TI Early access only
SO JOURNAL OF IMAGINED LIBRARIES
EA MAY 2020
ER

EF
"""


def test_cssci_keeps_units_per_author_and_the_precision_of_the_year() -> None:
    found = bibliographic.parse(CSSCI)
    assert found.format == "cssci"
    (paper,) = found.entries
    assert (paper.number, paper.line) == (1, 4)
    assert paper.published == "2021"
    assert paper.volume_issue_pages == "(3):12-19,64"
    assert [(a.name, a.affiliations) for a in paper.authors[:2]] == [
        ("苏远帆", ("江城大学 信息管理学院",)),
        ("鲁佳禾", ("楚天学院",)),
    ]
    assert paper.indexes == ("CSSCI",)
    assert paper.keywords == ("县域图书馆", "夜间服务")


def test_cssci_names_broken_entries_by_number_and_line() -> None:
    found = bibliographic.parse(CSSCI)
    assert found.read == 3
    assert [(p.number, p.line) for p in found.problems] == [(2, 19), (3, 24)]
    assert "来源篇名" in found.problems[0].zh
    assert "去年第三期" in found.problems[1].zh and "2022,42(1):69-79" in found.problems[1].zh


def test_wos_text_reads_names_addresses_and_corresponding_authors() -> None:
    found = bibliographic.parse(WOS)
    assert found.format == "wos"
    first, early = found.entries
    assert first.title == "Night services of county libraries & their readers"
    assert first.published == "2019-11-26"
    assert [a.name for a in first.authors] == ["Su, Yuanfan", "Lu, Jiahe"]
    assert [len(a.affiliations) for a in first.authors] == [1, 2]
    assert all(a.corresponding for a in first.authors)
    assert first.volume_issue_pages == "7(2):11-19"
    assert first.indexes == ("SCI", "CPCI-SSH")
    assert first.unlisted_indexes == ("Book Citation Index - Science (BKCI-S)",)
    assert early.published == "2020-05"


def test_wos_text_names_what_it_could_not_read() -> None:
    found = bibliographic.parse(WOS)
    assert found.read == 4
    assert [p.number for p in found.problems] == [2, 3]
    assert "ER" in found.problems[0].zh and "TI" in found.problems[1].zh


def test_wos_text_without_its_end_is_doubted() -> None:
    found = bibliographic.parse(WOS.replace("\nEF\n", "\n"))
    assert [p.number for p in found.problems] == [2, 3, 0]
    assert found.read == 4


def test_wos_tabbed_reads_rows_and_names_short_ones() -> None:
    heading = ["PT", "AU", "AF", "TI", "SO", "PY", "PD", "DI", "UT", "C1", "RP"]
    row = ["J", "Su, YF; Lu, JH", "Su, Yuanfan; Lu, Jiahe", 'A "quoted title', "JOURNAL", "2018", "MAY-JUN",
           "10.0/x", "WOS:1", "[Lu, Jiahe] Chutian Coll", "Lu, JH (reprint author), Chutian Coll."]  # fmt: skip
    text = "\n".join("\t".join(cells) for cells in (heading, row, row[:4], row)) + "\n"
    found = bibliographic.parse(text)
    assert found.format == "wos_tab"
    assert (found.read, len(found.entries)) == (3, 2)
    assert [(p.number, p.line) for p in found.problems] == [(2, 3)]
    assert found.entries[0].title == 'A "quoted title'
    assert found.entries[0].published == "2018"
    assert [(a.affiliations, a.corresponding) for a in found.entries[0].authors] == [
        ((), False),
        (("Chutian Coll",), True),
    ]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 (BOM)"), ("gb18030", "GB18030"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")],
)  # fmt: skip
def test_every_encoding_gives_the_same_text(encoding: str, told: str) -> None:
    # 𠮷 needs four bytes in every one of them
    assert decode((CSSCI + "𠮷").encode(encoding)) == (CSSCI + "𠮷", told)


def test_undecodable_bytes_name_the_line() -> None:
    with pytest.raises(OperationError, match="第 2 行"):
        decode(b"one\n\xff\xff\xff\xff\nthree")


def test_unknown_and_missing_files_are_refused_in_words(tmp_path: Path) -> None:
    other = tmp_path / "清单.txt"
    other.write_text("只是一些文字", encoding="utf-8")
    with pytest.raises(OperationError, match="清单.txt.*格式不能识别"):
        bibliographic.read(other)
    with pytest.raises(OperationError, match="找不到文件"):
        bibliographic.read(tmp_path / "无.txt")
    empty = tmp_path / "空.txt"
    empty.write_bytes(b"\xef\xbb\xbf")
    with pytest.raises(OperationError, match="是空的"):
        bibliographic.read(empty)


_line = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\n\r【】"), max_size=30)
_block = st.tuples(_line, _line, st.one_of(_line, st.just("2020,1(1):1-2")))


@settings(deadline=None, max_examples=60)
@given(st.lists(_block, min_size=1, max_size=8))
def test_no_entry_disappears(blocks: list[tuple[str, str, str]]) -> None:
    text = "\n-----------\n".join(
        "【来源篇名】{}\n【期刊】{}\n【年代卷期】{}".format(*block) for block in blocks
    )
    found = bibliographic.parse(text)
    assert found.read == len(blocks)
    assert sorted([e.number for e in found.entries] + [p.number for p in found.problems]) == list(
        range(1, len(blocks) + 1)
    )


REAL = {  # papers, of these with a DOI, entries of other types
    "cssci_318.txt": (318, 0, {}),
    "wos_tab_300.txt": (300, 203, {}),
    "wos_500.txt": (500, 441, {}),
    "scopus_200.csv": (200, 194, {}),
    "cnki_noteexpress_15.net": (6, 0, {"standard": 4, "thesis": 2, "newspaper": 1, "book": 1, "patent": 1}),
    "cnki_noteexpress_mixed_12.net": (11, 0, {"newspaper": 1}),
}
PAPERS = ("journal", "conference", "collection")


@pytest.mark.parametrize("name", REAL)
def test_real_files_arrive_completely(name: str) -> None:
    folder = os.environ.get("REAL_FILES")
    if not folder or not (Path(folder) / name).is_file():
        pytest.skip(f"the real file {name} is not here (REAL_FILES names its folder)")
    found = bibliographic.read(Path(folder) / name)
    papers, with_doi, others = REAL[name]
    kinds = Counter(entry.kind for entry in found.entries)
    assert found.problems == ()
    assert sum(kinds[kind] for kind in PAPERS) == papers
    assert {kind: n for kind, n in kinds.items() if kind not in PAPERS} == others
    assert sum(bool(entry.doi) for entry in found.entries) == with_doi
