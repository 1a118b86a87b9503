"""What databases and reference managers really write, beside their own documents: each sample is like an export that was
read with something lost, wrong or in the wrong place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.exchange import bibliographic
from ingestion.exchange.bibliographic import Entry
from ingestion.exchange.importing.listed import is_listing
from ingestion.principal import OperationError

WOS_BIB = """@article{ WOS:000600000000001,
Author = {Zhang, Wei and Li, Na},
Title = {{Effects of N{$_{2}$} on {\\textit{E. coli}}}},
Journal = {{JOURNAL OF FOO}},
Year = {{2024}},
Month = {{2024 JAN 5}},
Affiliation = {{Zhang, W (Corresponding Author), Wuhan Univ, Wuhan 430072, Peoples R China.
   Zhang, Wei; Li, Na, Wuhan Univ, Sch Math, Wuhan 430072, Peoples R China.
   Li, Na, Hubei Univ, Wuhan 430062, Peoples R China.}},
Unique-ID = {{WOS:000600000000001}},
}
@inproceedings{ WOS:000500000000001,
Author = {Zhang, Wei},
Title = {Conf},
Booktitle = {2019 INT CONF FOO},
Year = {2019},
Note = {2019 Int Conf Foo, Wuhan, PEOPLES R CHINA, MAY 01-03, 2019},
}
"""
EI_BIB = """@inproceedings{20230613559916 ,
copyright = {Compilation and indexing terms, Copyright 2023 Elsevier Inc.},
copyright = {Compendex},
title = {CO<sub>2</sub> capture &amp; storage},
journal = {CEUR Workshop Proceedings},
author = {Wang, Bin and Dong, Gang},
year = {2022},
pages = {50 - 58},
abstract = {<div data-language="eng">With P&lt;0.05.<br/></div>},
}
@unpublished{20220031030 ,
copyright = {Compendex},
title = {Oct},
journal = {arXiv},
author = {Fu, Chun},
year = {2022},
}
"""
DBLP = "@article{DBLP:journals/x/ZhangL21, author = {Wei Zhang 0001 and\n Na Li}, title = {On Foo}, journal = {{IEEE} Trans. Foo}, year = {2021}}"
SCHOLAR_PATENT = "@misc{x, title={一种装置}, author={张伟}, note={CN Patent 112233445A}, year={2021}, publisher={Google Patents}}"
ZOTERO_RIS = "TY  - CONF\nTI  - C\nAU  - Zhang, Wei\nC1  - Wuhan\nC3  - Proceedings of Foo\nDA  - 2020/05//\nPY  - 2020\nER  - \n"
ENDNOTE_RIS = "TY  - JOUR\nAU  - 张伟\nPY  - 2021\nDA  - DEC 15\nKW  - 生态补偿\n机制\nC7  - 106890\nTI  - 补偿\nT2  - 环境科学\nAN  - 12\nX9  - 别的\nER  - \n"
EI_RIS = "TY  - JOUR\nT1  - EI\nJO  - Foo\nAU  - Zhang, Wei\nPY  - 2021\nN1  - Compilation and indexing terms, Copyright 2023\nDB  - Compendex\nER  - \n"
WANFANG = """{Reference Type}: Journal Article
{Title}: 万方题目
{Author}: 江文
{Author}: 韩超超
{Author}: 顾民
{Author Address}: 甲医院
{Author Address}: 乙医院
{Author Address}: 甲医院
{Journal}: 临床检验杂志
{Year}: 2020
"""
VIP_ENDNOTE = "%0 Journal Article \r\n%A 张伟[1];李娜[1,2]\r\n%+:[1]湖北大学资源学院,武汉430062;[2]武汉大学\r\n%T 维普\r\n%J 环境科学\r\n%D 2021\r\n"
ACL = "%0 Conference Proceedings\n%T Foo\n%A Zhang, Wei\n%S Proceedings of the 61st Meeting\n%D 2023\n%8 July\n"
STANDARD = "%0 Standard\n%T 标准名\n%D 2020-01-01\n%~ 国家标准\n%@ GB/T 12345-2020\n%W CNKI\n"
VIP_CUSTOM = """〖检索时间〗2021-05-05 10:00:00
 〖检索结果〗选中2篇
【序  号】1/2
【题　名】维普自定义题目
【作　者】张伟;李娜
【机　构】湖北大学
【刊　名】环境科学2021 41(3):1-10
【C N 号】11-1895/X
【关键词】生态;补偿

【序  号】2/2
【题　名】第二个
【作　者】王强
【刊　名】情报学报.2010(5).-889-896
"""
VIP_TEXT = "[1] 张伟,李娜;王强.维普题目.环境科学[J],2021(3):1-10\n摘要一行\n\n[2] 王强.另一题目.地理学报[J],2020(5):11-20\n"
AUTHOR_DATE = """张伟, 李娜, 等, 2021. 遥感影像分类[J]. 地理学报, 76(3): 123-130.
ZHANG W, LI N, 2020. A study of foo[J]. Nature, 580(7801): 123-130.
王强, 2018. 统计学[M]. 北京: 科学出版社: 12.
"""
LISTED = """[1] 李娜. 2021. 题目［J］. 经济研究，2021（5）：12－25．
[2]一种方法[P].张伟;李娜.湖北省:CN112233445A,2021-03-05.
[3] 湖北大学. 一种装置: CN202010123456.7[P]. 2021-03-05.
[4] 标准委员会. 著录规则: GB/T 7714—2015[S]. 北京: 中国标准出版社, 2015.
[5]赵敏.会议题目[C]//学会.2021年科学技术年会论文集（一）.湖北大学;,2021:7.
"""
CSCD = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Zhang Wei
   Li Na
TI English title
Z1 中文题目
Z2 张伟
   李娜
Z3 地理学报
SO Acta Geographica Sinica
Z6 张伟, 湖北大学, 武汉
   李娜, 武汉大学, 武汉
PY 2021
UT CSCD:6900000
ER

EF
"""
SCOPUS_ZH = (
    '\ufeff"作者","Author full names","作者 ID","文献标题","年份","来源出版物名称","卷","起始页码","结束页码","归属机构","带归属机构的作者","通讯地址","文献类型","来源出版物","EID"\n'
    '"Zhang W.; Li N.","Zhang, Wei (57200000001); Li, Na (57200000002)","1; 2","题","2021","Foo","12","101","110",'
    '"Wuhan University, China; Hubei University, China","Zhang W., Wuhan University, China; Li N., Hubei University, China","W. Zhang; Wuhan University, China","Article","Scopus","2-s2.0-85"\n'
)
CSSCI = "【来源篇名】题\n【来源作者】李强\n【期    刊】科学学\n【年代卷期】2019,40(010):3-19\n"
NBIB = "PMID- 3\nTI  - A.\nFAU - Zhang, Wei\nAD  - Wuhan University, China. Electronic address: zw@example.edu.cn.\nDP  - 2021\nJT  - Foo\n"
WOS_SERIES = """FN Thomson Reuters Web of Science
VR 1.0
PT S
AU Zhang, W
TI Chapter
SO PROC FOO
CT 5th Int Conf
CY MAY 01-03, 2019
CL Wuhan, PEOPLES R CHINA
BN 978-3-030-12345-1
PY 2019
ER

EF
"""
SHORT_BIB = "@article{a, author={张伟 and 等}, title={中文}, journal={学报}, year={2021}, month={5月}}"
CIRCLED = "① 张伟,李娜.题目一[J].环境科学,2021,42(5):1-10.\n② 王强.题目二[J].地理学报,2020,75(3):11-20.\n"
GOOGLE_PREPRINT = "@article{a, title={P}, author={Li, Na}, journal={arXiv preprint arXiv:2301.00001}, year={2023}}"


def shown(entry: Entry) -> dict[str, Any]:
    units = {author.name: author.affiliations for author in entry.authors}
    return {**vars(entry), "names": tuple(units), "units": units, "marked": [a.name for a in entry.authors if a.corresponding], "pages": entry.volume_issue_pages}


def first(text: str, *others: dict[str, Any]) -> tuple[str, tuple[dict[str, Any], ...]]:
    return text, others


@pytest.mark.ac("AC-141")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        first(
            WOS_BIB,
            {
                "published": "2024-01-05", "title": "Effects of N2 on E. coli", "marked": ["Zhang, Wei"],
                "units": {
                    "Zhang, Wei": ("Wuhan Univ, Sch Math, Wuhan 430072, Peoples R China",),
                    "Li, Na": ("Wuhan Univ, Sch Math, Wuhan 430072, Peoples R China", "Hubei Univ, Wuhan 430062, Peoples R China"),
                },
            },
            {"conference_name": "2019 Int Conf Foo", "conference_place": "Wuhan, PEOPLES R CHINA"},
        ),
        first(EI_BIB, {"title": "CO2 capture & storage", "venue": "CEUR Workshop Proceedings", "indexes": ("EI",), "abstract": "With P<0.05."}, {"kind": "other"}),
        first(DBLP, {"names": ("Wei Zhang", "Na Li")}),
        first(SCHOLAR_PATENT, {"kind": "patent", "identifier": "112233445A"}),
        first(ZOTERO_RIS, {"venue": "Proceedings of Foo", "conference_place": "Wuhan", "units": {"Zhang, Wei": ()}}),
        first(ENDNOTE_RIS, {"keywords": ("生态补偿", "机制"), "published": "2021-12-15", "pages": "106890", "accession": "12"}),
        first(EI_RIS, {"indexes": ("EI",)}),
        first(WANFANG, {"units": {"江文": ("甲医院",), "韩超超": ("乙医院",), "顾民": ("甲医院",)}}),
        first(VIP_ENDNOTE, {"units": {"张伟": ("湖北大学资源学院,武汉430062",), "李娜": ("湖北大学资源学院,武汉430062", "武汉大学")}}),
        first(ACL, {"published": "2023-07", "venue": "Proceedings of the 61st Meeting"}),
        first(STANDARD, {"identifier": "GB/T 12345-2020"}),
        first(
            VIP_CUSTOM,
            {"names": ("张伟", "李娜"), "venue": "环境科学", "published": "2021", "pages": "41(3):1-10", "cn_serial": "CN11-1895/X", "keywords": ("生态", "补偿")},
            {"venue": "情报学报", "published": "2010", "pages": "(5):889-896"},
        ),
        first(
            VIP_TEXT,
            {"title": "维普题目", "venue": "环境科学", "published": "2021", "pages": "(3):1-10", "abstract": "摘要一行", "names": ("张伟", "李娜", "王强")},
            {"title": "另一题目", "venue": "地理学报"},
        ),
        first(
            AUTHOR_DATE,
            {"names": ("张伟", "李娜"), "title": "遥感影像分类", "venue": "地理学报", "published": "2021", "pages": "76(3):123-130"},
            {"names": ("ZHANG W", "LI N"), "published": "2020", "venue": "Nature"},
            {"published": "2018", "publisher": "科学出版社", "place": "北京"},
        ),
        first(
            LISTED,
            {"title": "题目", "venue": "经济研究", "pages": "(5):12-25"},
            {"names": ("张伟", "李娜"), "identifier": "CN112233445A"},
            {"title": "一种装置", "identifier": "CN202010123456.7"},
            {"title": "著录规则", "identifier": "GB/T 7714—2015"},
            {"venue": "2021年科学技术年会论文集（一）"},
        ),
        first(
            CSCD,
            {
                "title": "中文题目", "title_en": "English title", "venue": "地理学报", "unlisted_indexes": ("CSCD",),
                "units": {"张伟": ("湖北大学, 武汉",), "李娜": ("武汉大学, 武汉",)},
            },
        ),
        first(SCOPUS_ZH, {"venue": "Foo", "pages": "12:101-110", "marked": ["Zhang, Wei"], "units": {"Zhang, Wei": ("Wuhan University, China",), "Li, Na": ("Hubei University, China",)}}),
        first(WOS_SERIES, {"kind": "conference", "conference_on": "2019-05-01", "isbn": "9783030123451"}),
        first(SHORT_BIB, {"names": ("张伟",), "published": "2021-05"}),
        first(CIRCLED, {"names": ("张伟", "李娜"), "number": 1}, {"names": ("王强",), "title": "题目二"}),
        first(CSSCI, {"pages": "40(10):3-19"}),
        first(NBIB, {"units": {"Zhang, Wei": ("Wuhan University, China",)}}),
    ],
)  # fmt: skip
def test_exports_as_they_are_written(text: str, expected: Iterable[dict[str, Any]]) -> None:
    found = bibliographic.parse(text)
    assert found.problems == ()
    assert [{key: shown(entry)[key] for key in wanted} for entry, wanted in zip(found.entries, expected, strict=True)] == list(expected)


def test_preprints_are_doubted() -> None:
    (entry,) = bibliographic.parse(GOOGLE_PREPRINT).entries
    assert entry.kind == "journal"
    assert "预印本" in entry.doubts[0].zh


@pytest.mark.parametrize(
    ("heading", "row", "wanted"),
    [
        (
            ("Publication Type", "Authors", "Author Full Names", "Article Title", "Source Title", "Publication Year", "Start Page", "Web of Science Index", "UT (Unique WOS ID)"),
            ("J", "Zhang, W", "Zhang, Wei", 'A "title"', "FOO", 2020, 12, "Science Citation Index Expanded (SCI-EXPANDED)", "WOS:0001"),
            {"title": 'A "title"', "names": ("Zhang, Wei",), "published": "2020", "pages": ":12", "indexes": ("SCI",)},
        ),
        (
            ("SrcDatabase-来源库", "Title-题名", "Author-作者", "Source-文献来源", "PubTime-发表时间", "Period-期"),
            ("期刊", "工作簿题目", "张伟;李娜;", "农业经济问题", "2024-08-20", "08"),
            {"title": "工作簿题目", "names": ("张伟", "李娜"), "published": "2024-08-20", "pages": "(8)"},
        ),
    ],
)  # fmt: skip
def test_workbooks_of_databases_are_references(tmp_path: Path, heading: tuple[str, ...], row: tuple[Any, ...], wanted: dict[str, Any]) -> None:
    path = tmp_path / "savedrecs.xlsx"
    book = openpyxl.Workbook()
    for cells in (heading, row):
        book.active.append(cells)
    book.save(path)
    assert is_listing(path)
    (entry,) = bibliographic.read(path).entries
    wanted = {**wanted, "pages": wanted["pages"].lstrip(":")}
    assert {key: shown(entry)[key] for key in wanted} == wanted


def test_a_workbook_of_ones_own_is_no_reference_list(tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    book = openpyxl.Workbook()
    book.active.append(("论文名称", "作者"))
    book.save(path)
    assert not is_listing(path)
    with pytest.raises(OperationError, match="批量导入"):
        bibliographic.read(path)
