"""Each bibliographic format: what is read, what is doubted, what is named as broken."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.exchange import bibliographic
from ingestion.exchange.bibliographic import Entry, bibtex
from ingestion.exchange.bibliographic.text import clean, has_hanzi

BIBTEX = r"""% exported by hand
@string{jil = "Journal of Imagined " # lib}
@string(lib = {Libraries})
@article{a1, title={{\"U}ber die {Nacht}}, author={M{\"u}ller, J{\"o}rg and 张伟 and 杨, 育伟 and {The Night and Day Group} and others},
  journal=jil, year=2020, month=nov # "~26", volume=5, number=03, pages={10--20},
  doi={https://doi.org/10.1000/abc\_d}, issn="0000-0019", keywords={a; b}, keywords={c}}
@article{a1, title="Same key", author = "Zhang, Wei and Li, Na", journal = {J}, journal={K}, year = {2021}}
@inproceedings(b, title = {In (parens)}, booktitle={Proc.}, year={2019}, address={Wuhan})
@article{broken, title = {No end, author={X}
@article{nocomma, title = {Missing comma} author = {Zhang, Wei}, year = 2018, journal={Q}}
@article{noequals, title, year=2000}
@article
{newline, title={Brace on the next line}, year=1999, journal={J}}
@article nobrace, title = 5
@comment{ignored}
@phdthesis{t, title={A thesis}, school={U}, year=2011}
@article{notitle, year=2011}
@article{u, title={Undefined string}, journal=foo, year=2011}
@article{CNKI1, title={县域图书馆}, author={张伟 and 李娜 and }, journal={楚天图书馆学刊}, year={2020}, number={05}, pages={12-19}}
"""


def by_title(found: bibliographic.Entries) -> dict[str, Entry]:
    return {entry.title: entry for entry in found.entries}


@pytest.mark.ac("AC-141")
def test_bibtex_decodes_accents_joins_strings_and_keeps_names_whole() -> None:
    found = bibliographic.parse(BIBTEX)
    first = by_title(found)["Über die Nacht"]
    assert [a.name for a in first.authors] == ["Müller, Jörg", "张伟", "杨育伟", "The Night and Day Group"]
    assert (first.venue, first.published, first.volume_issue_pages) == ("Journal of Imagined Libraries", "2020-11-26", "5(3):10-20")
    assert (first.doi, first.issn, first.keywords) == ("10.1000/abc_d", "0000-0019", ("a", "b", "c"))
    assert any("不完整" in doubt.zh for doubt in first.doubts)  # and others
    assert [a.name for a in by_title(found)["县域图书馆"].authors] == ["张伟", "李娜"]


def test_bibtex_reads_what_the_parser_calls_failed() -> None:
    found = bibliographic.parse(BIBTEX)
    titles = by_title(found)
    assert titles["Same key"].venue == "J" and "journal" in titles["Same key"].doubts[0].zh  # a repeated key and field
    assert [a.name for a in titles["Missing comma"].authors] == ["Zhang, Wei"] and titles["Missing comma"].doubts
    assert titles["Brace on the next line"].line == 12
    assert titles["In (parens)"].kind == "conference" and titles["A thesis"].kind == "thesis"
    assert titles["Undefined string"].venue == "foo" and "foo" in titles["Undefined string"].doubts[0].zh


def test_bibtex_names_what_is_broken_by_number_and_line() -> None:
    found = bibliographic.parse(BIBTEX)
    assert [(p.number, p.line) for p in found.problems] == [(4, 9), (6, 11), (8, 14), (10, 17)]
    assert found.read == 12 == len(found.entries) + 4
    assert all(re.match(rf"第 {p.number} 条（第 {p.line} 行起）", p.zh) for p in found.problems)
    assert "}" in found.problems[0].zh and "=" in found.problems[1].zh and "{" in found.problems[2].zh and "title" in found.problems[3].zh


RIS = """TY - JOUR
T1 - 夜间服务的题录
AU - 杨, 育伟
AU - 张伟;李娜
AD - 江城大学计算机学院;楚天学院;
JO - 楚天图书馆学刊
PY - 2020
IS - 05
SP - 12
EP - 19
SN - 0000-0019
CN - 42-0000/G2
AB - 摘要第一行
第二行
KW - 题录;识别
ER -
TY - CONF
T1 - No end
AU - Zhang, Wei
PY - 2020
TY - JOUR
AU - Nobody
PY - 2001
ER -
T1 - No beginning
ER -
TY - JOUR
TI - Last without end
JO - J
"""
WESTERN_RIS = """TY  - JOUR
AU  - Smith, John
AU  - Ministry of Night, Department of Lamps
TI  - A study of lamps
AB  - It is about
AI - based systems
T2  - Journal of Lamps
JO  - J Lamps
PY  - 2020/05/10/
SP  - e123
DO  - https://doi.org/10.1000/xyz
ER  -
"""


@pytest.mark.ac("AC-141")
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_ris_with_one_space_and_any_line_end(end: str) -> None:
    found = bibliographic.parse(RIS.replace("\n", end))
    assert found.format == "ris" and found.read == 5
    first, second, last = found.entries
    assert [a.name for a in first.authors] == ["杨育伟", "张伟", "李娜"]
    assert first.unassigned_affiliations == ("江城大学计算机学院", "楚天学院")
    assert (first.venue, first.volume_issue_pages, first.issn, first.cn_serial) == ("楚天图书馆学刊", "(5):12-19", "0000-0019", "CN42-0000/G2")
    assert first.abstract == "摘要第一行 第二行" and first.keywords == ("题录", "识别")
    assert not first.doubts and all("ER" in entry.doubts[0].zh for entry in (second, last))
    assert [(p.number, p.line) for p in found.problems] == [(3, 21), (4, 25)]


def test_ris_with_two_spaces_keeps_to_them() -> None:
    (entry,) = bibliographic.parse(WESTERN_RIS).entries
    assert [a.name for a in entry.authors] == ["Smith, John", "Ministry of Night, Department of Lamps"]
    assert entry.abstract == "It is about AI - based systems"
    assert (entry.venue, entry.published, entry.pages, entry.doi) == ("Journal of Lamps", "2020-05-10", "e123", "10.1000/xyz")


NOTEEXPRESS = """  var page={};   ;{Reference Type}：Journal Article
{Title}： 全角冒号的题名
{Author}： 张伟；李娜；
{Author Address}：江城大学；
{Journal}：楚天学刊
{Year}：2020
{Pages}：1－5
{Abstract}：第一行
[目的]：不是字段
｛文献类型｝：学位论文
｛题名｝：中文字段名
｛作者｝：王强
{Reference Type}: Journal Article
{Author}: 无题人
"""


@pytest.mark.ac("AC-141")
def test_noteexpress_with_full_width_colons() -> None:
    found = bibliographic.parse(NOTEEXPRESS)
    first, thesis = found.entries
    assert (first.title, [a.name for a in first.authors], first.pages) == ("全角冒号的题名", ["张伟", "李娜"], "1-5")
    assert all(a.affiliations == ("江城大学",) for a in first.authors)
    assert first.abstract.endswith("[目的]：不是字段")
    assert (thesis.kind, thesis.title) == ("thesis", "中文字段名")
    assert [(p.number, p.line) for p in found.problems] == [(3, 13)]


@pytest.mark.ac("AC-141")
@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "utf-8-sig", "big5"])
def test_files_in_any_encoding_are_read_alike(encoding: str) -> None:
    text = NOTEEXPRESS if encoding != "big5" else "{Reference Type}: Journal Article\n{Title}: 縣域圖書館的夜間服務研究\n{Journal}: 楚天圖書館學刊\n{Year}: 2020\n"
    plain = bibliographic.parse(text)
    assert bibliographic.read_bytes(text.encode(encoding), "a.net").entries == plain.entries
    twice = b"\xef\xbb\xbf" * 2 + text.encode("utf-8")
    assert bibliographic.read_bytes(twice, "a.net").entries == plain.entries


ENDNOTE = """%0 Journal Article
%A 蔺卿 %A 罗格平 %A 陈曦
%+ 江城大学;
%T 土地利用研究综述
%J 地理学刊
%D 2005
%N 05
%K土地利用;驱动力
%X 摘要

继续
%P 81-89
%@ 0000-0019
%L 42-0000/P
%W CNKI

%0 Conference Proceedings
%A 王海霞
%T 夜间药理
%B 某年药学大会
%C 某地
%P 5
%P 269-273
%0 Legal Rule or Regulation
%T 夜间照明
%A 甲厂;乙院
%I 某标准委
%D 2023-09-07
%V GB/T 90001-2023
%~ 国家标准
%0 Journal Article
%A 无题人
"""


def test_endnote_as_cnki_writes_it() -> None:
    found = bibliographic.parse(ENDNOTE)
    journal, conference, standard = found.entries
    assert [a.name for a in journal.authors] == ["蔺卿", "罗格平", "陈曦"] and journal.authors[2].affiliations == ("江城大学",)
    assert (journal.venue, journal.volume_issue_pages, journal.keywords, journal.abstract) == ("地理学刊", "(5):81-89", ("土地利用", "驱动力"), "摘要 继续")
    assert (conference.kind, conference.pages, conference.conference_name, conference.conference_place) == ("conference", "269-273", "某年药学大会", "某地")
    assert (standard.kind, standard.identifier, standard.published) == ("standard", "GB/T 90001-2023", "2023-09-07")
    assert [(p.number, p.line) for p in found.problems] == [(4, 31)]


def test_refer_files_without_types_are_parted_by_empty_lines() -> None:
    found = bibliographic.parse("%T One\n%A Zhang, Wei\n%J Q\n%D 1999\n\n%A Nobody\n\n%T Two\n%J R\n")
    assert [(e.number, e.title) for e in found.entries] == [(1, "One"), (3, "Two")]
    assert [p.number for p in found.problems] == [2]


CUSTOM = """SrcDatabase-来源库: 期刊
Title-题名: 夜间题录
Author-作者: 张伟;李娜;
Organ-单位: 江城大学;
Source-文献来源: 楚天学刊
Keyword-关键词: 甲;;乙
PubTime-发表时间: 2020-05-10
Year-年: 2020
Volume-卷: 40
Period-期: 05
PageCount-页码: 1-10
ISSN-国际标准刊号: 0000-0019
DOI-DOI: 10.1000/x

SrcDatabase-来源库: 硕士
Title-题名: 某论文
"""
E_STUDY = """DataType: 1
Title-题名: 夜间题录
Author-作者: 张伟;李娜;
Source-刊名: 楚天学刊
Year-年: 2020
PubTime-出版时间: 2019-12-30
Period-期: 01
Roll-卷: 40
PageCount-页数: 3
Page-页码: 168-170
SrcDatabase-来源库: 期刊
DataType: 2
Title-题名: 某论文
SrcDatabase-来源库: 博士
"""
REFWORKS = """RT Journal Article
SR 1
A1 张伟;李娜
AD 江城大学;
T1 夜间题录
JF 楚天学刊
YR 2020
IS 01
vo 40
OP 168-170
SN 0000-0019
DS CNKI
RT Dissertation/Thesis
T1 某论文
"""


@pytest.mark.parametrize(("text", "format_"), [(CUSTOM, "cnki"), (E_STUDY, "cnki"), (REFWORKS, "refworks")])
def test_cnki_formats(text: str, format_: str) -> None:
    found = bibliographic.parse(text)
    assert found.format == format_
    paper, thesis = found.entries
    assert (paper.title, [a.name for a in paper.authors], paper.venue, paper.volume) == ("夜间题录", ["张伟", "李娜"], "楚天学刊", "40")
    assert paper.published == ("2020-05-10" if text is CUSTOM else "2020")  # an earlier online date is not the issue's
    assert paper.pages == ("1-10" if text is CUSTOM else "168-170")
    assert (paper.kind, thesis.kind, thesis.number) == ("journal", "thesis", 2)


TABLE = [
    ["SrcDatabase-来源库", "Title-题名", "Author-作者", "Organ-单位", "Source-文献来源", "PubTime-发表时间", "Year-年", "Volume-卷", "Period-期", "PageCount-页码", "DOI-DOI"],
    ["期刊", "夜间题录, 一", "张伟; 李娜", "江城大学", "楚天学刊", "2020-05-10 11:12", "2020", "40", "05", "1-10", "10.1000/x"],
    ["硕士", "某论文", "某研究生", "", "江城大学", "", "2019", "", "", "", ""],
    ["期刊", "", "无题人", "", "", "", "", "", "", "", ""],
]  # fmt: skip


def as_csv(table: list[list[str]]) -> str:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in table)


def as_html(table: list[list[str]]) -> str:
    rows = "\n".join("<tr>" + "".join(f"<td class='x'><b>{cell}</b></td>" for cell in row) + "</tr>" for row in table)
    return f"<html><body><table>\n{rows}</table></body></html>"


@pytest.mark.parametrize("form", [as_csv, as_html])
def test_cnki_tables_as_csv_and_html(form: Callable[[list[list[str]]], str]) -> None:
    found = bibliographic.parse(form(TABLE))
    assert (found.format, found.read) == ("cnki_table", 3)
    paper, thesis = found.entries
    assert (paper.title, [a.name for a in paper.authors], paper.venue, paper.volume_issue_pages) == ("夜间题录, 一", ["张伟", "李娜"], "楚天学刊", "40(5):1-10")
    assert (paper.published, paper.doi, thesis.kind) == ("2020-05-10", "10.1000/x", "thesis")
    assert [p.number for p in found.problems] == [3]


LIST = """参考文献
[1]张福,王清,张峰等.中国作物利用率[J].土壤某报,2008(05):915-924.
[2] 王 伟, 李娜. 题名：副题[J]. 楚天学刊, 2022, 42(1): 69-79. DOI:10.1000/j.dik.2024.
[3] ZHANG W, LI N. A study: a review[J/OL]. Journal of X, 2020, 5(3): 1-
10 [2021-01-02].
[4]王霞.药理作用[C]//某药学会.某年药学大会论文集.[出版者不详],2013:269-273.
[5] 刘钧, 陈业. 目录[M]. 江城: 某出版社, 1957: 15-18.
[6] 没有标识的一条, 2020.
[7]本报评论员. 夜读[N]. 楚天报,2019-01-09(A01).
[8] 李四. 网络首发[J/OL]. 某学刊: 1-15[2023-11-08].
摘要：这是摘要。
关键词：甲；乙
"""


def test_reference_lists_of_gbt_7714() -> None:
    found = bibliographic.parse(LIST)
    entries = {entry.number: entry for entry in found.entries}
    assert [a.name for a in entries[1].authors] == ["张福", "王清", "张峰"] and "等" in entries[1].doubts[0].zh
    assert (entries[1].venue, entries[1].published, entries[1].volume_issue_pages) == ("土壤某报", "2008", "(5):915-924")
    assert (entries[2].title, entries[2].doi, entries[2].volume_issue_pages) == ("题名：副题", "10.1000/j.dik.2024", "42(1):69-79")
    assert ([a.name for a in entries[3].authors], entries[3].pages) == (["ZHANG W", "LI N"], "1-10")
    assert (entries[4].kind, entries[4].venue, entries[4].pages) == ("conference", "某年药学大会论文集", "269-273")
    assert (entries[5].kind, entries[5].place, entries[5].publisher) == ("book", "江城", "某出版社")
    assert (entries[7].kind, entries[7].published, entries[7].pages) == ("newspaper", "2019-01-09", "A01")
    assert (entries[8].venue, entries[8].pages, entries[8].abstract, entries[8].keywords) == ("某学刊", "1-15", "这是摘要。", ("甲", "乙"))
    assert [(p.number, p.line) for p in found.problems] == [(6, 8)]


SCOPUS = (
    '\ufeffAuthors,Author full names,Title,Year,Source title,Volume,Art. No.,DOI,Affiliations,Authors with affiliations,Correspondence Address,'
    "ISSN,Language of Original Document,Document Type,EID\n"
    '"Wu, H.; Su, Y.","Wu, Hao (58737453200); Su, Yuan (57207794433)","A ""quoted"" title",2024,Lamps,9,168,10.1000/l,'
    '"Jiangcheng University, Wuhan, China; Chutian College, China","Wu, Hao, Jiangcheng University, Wuhan, China; Su, Yuan, Chutian College, China",'
    '"Y. Su; Chutian College; email: ","00000019; 1879-1026",English,Article,2-s2.0-1\n'
    '"open,Never closed,2020,J\n'
    "too,few\n"
    '"Li, N.",,Good after bad,2020,Lamps,,,,,,,,English,Review,2-s2.0-2\n'
)


def test_scopus_csv_reads_quoted_cells_and_goes_on_after_an_open_quote() -> None:
    found = bibliographic.parse(SCOPUS)
    first, later = found.entries
    assert (first.title, first.accession, first.indexes, first.pages) == ('A "quoted" title', "2-s2.0-1", ("SCOPUS",), "168")
    assert [(a.name, a.affiliations, a.corresponding) for a in first.authors] == [
        ("Wu, Hao", ("Jiangcheng University, Wuhan, China",), False),
        ("Su, Yuan", ("Chutian College, China",), True),
    ]
    assert (first.issn, first.language) == ("0000-0019", "en")
    assert (later.number, later.title, [a.name for a in later.authors]) == (4, "Good after bad", ["Li, N."])
    assert [(p.number, p.line) for p in found.problems] == [(2, 3), (3, 4)]


NBIB = """
PMID- 1
STAT- MEDLINE
IS  - 0000-0019 (Electronic)
TI  - A study of lamps and
      their people.
PG  - 1204-19
LID - 10.1000/n [doi]
FAU - Zhang, Wei
AU  - Zhang W
AD  - School of X, Jiangcheng University, Wuhan, China.
FAU - Li, Na
AU  - Li N
LA  - eng
DP  - 2019 Nov 26
JT  - Lamps

PMID- 2
TI  - [English of it].
TT  - 中文题名
LA  - chi
DP  - 2020 Jan-Feb

PMID- 3
JT  - Lamps
"""


def test_pubmed() -> None:
    found = bibliographic.parse(NBIB)
    first, chinese = found.entries
    assert (first.title, first.pages, first.published, first.doi) == ("A study of lamps and their people", "1204-1219", "2019-11-26", "10.1000/n")
    assert [(a.name, len(a.affiliations)) for a in first.authors] == [("Zhang, Wei", 1), ("Li, Na", 0)]
    assert (chinese.title, chinese.title_en, chinese.published, chinese.language) == ("中文题名", "English of it", "2020", "zh")
    assert [p.number for p in found.problems] == [3]


def test_a_file_of_two_formats_says_what_was_not_read() -> None:
    found = bibliographic.parse(RIS + "\n@article{a, title={Left over}, year=2020}\n")
    assert any(p.number == 0 and "BibTeX" in p.zh for p in found.problems)


# --- written and read again -----------------------------------------------------------------------------

_word = st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Lo"), exclude_characters="\\{}$~`'"), min_size=2, max_size=8)
_latin = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzéüßø"), min_size=2, max_size=8).map(str.capitalize)
_hanzi = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4)
_western = st.tuples(_latin, _latin).map(", ".join)
_NOT_NAMES = re.compile(r"others$|and$|^等|等$|[著编译]$", re.I)
_paper = st.fixed_dictionaries(
    {
        "title": st.lists(_word, min_size=1, max_size=5).map(" ".join),
        "author": st.lists(st.one_of(_western, _hanzi).filter(lambda n: not _NOT_NAMES.search(n)), min_size=1, max_size=5, unique=True),
        "journal": st.lists(_word, min_size=1, max_size=3).map(" ".join),
        "year": st.integers(1990, 2025).map(str),
        "volume": st.integers(1, 99).map(str),
    }
)


@settings(deadline=None, max_examples=60)
@given(st.lists(_paper, min_size=1, max_size=6), st.booleans())
def test_bibtex_round_trip(papers: list[dict[str, object]], quoted: bool) -> None:
    opening, closing = ('"', '"') if quoted else ("{", "}")
    text = ""
    for i, paper in enumerate(papers):
        fields = {**paper, "author": " and ".join(paper["author"])}  # type: ignore[arg-type]
        text += f"@article{{k{i % 2},\n" + ",\n".join(f"  {name} = {opening}{value}{closing}" for name, value in fields.items()) + "\n}\n"
    found = bibliographic.parse(text)
    assert not found.problems and len(found.entries) == len(papers)
    for entry, paper in zip(found.entries, papers, strict=True):
        assert entry.title == clean(str(paper["title"]))
        assert [a.name for a in entry.authors] == paper["author"]
        assert (entry.venue, entry.published, entry.volume) == (paper["journal"], paper["year"], paper["volume"])
        assert (entry.language == "zh") == has_hanzi(entry.title)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(["@article{k, title={x}", "}", "{", "\n", "@", '"', ",", "= ", "#", "%", " and ", "year=2020", "@string{a=a}", "\\"]), max_size=40))
def test_no_begun_bibtex_entry_disappears(pieces: list[str]) -> None:
    text = "".join(pieces)
    entries, problems = bibtex.read(text)
    numbers = sorted([e.number for e in entries] + [p.number for p in problems if p.number])
    assert numbers == list(range(1, len(numbers) + 1))
    opened = len(re.findall(r"^[ \t]*@article\{k, title=\{x\}", text, re.M))
    assert len(numbers) >= min(opened, 1)


_line = st.sampled_from(["TY - JOUR", "TY  - CONF", "T1 - a", "TI  - b", "ER - ", "ER  -", "AU - 张伟", "x", "", "PY - 2020", "AB - TY", "ZZ - 1"])


@settings(deadline=None, max_examples=100)
@given(st.lists(_line, max_size=30))
def test_no_ris_entry_disappears(rows: list[str]) -> None:
    text = "\n".join(rows)
    if not any(row.startswith("TY - ") or row.startswith("TY  - ") for row in rows):
        return
    found = bibliographic.parse(text)
    opened = sum(row.startswith("TY") for row in rows)
    assert found.read >= (opened if not any(row == "TY - JOUR" for row in rows) or "TY  - CONF" not in rows else 1)
    assert sorted([e.number for e in found.entries] + [p.number for p in found.problems if p.number]) == list(range(1, found.read + 1))
