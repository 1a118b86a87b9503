"""References in GB/T 7714-2015, BibTeX and Word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest

from ingestion.exchange import export
from ingestion.exchange.bibliographic import read as read_bibliography
from ingestion.exchange.export import bibtex, gbt7714, works
from ingestion.search import Query
from tests.ingestion.exchange.export.conftest import filed
from tests.ingestion.exchange.export.test_export import made, short
from tests.ingestion.records.conftest import World


def people(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"role": "author", "rank": n, "name": name, **more} for n, name in enumerate(names, 1)]


CASES = [
    ("paper", {"title": "稻田土壤有机碳的变化", "paper_type": "1", "published_on": "2025-03", "venue": "土壤学报", "volume_issue_pages": "2025, 58(3): 412-425", "contributors": people("张伟", "李娜", "王强", "赵敏")},
     "张伟, 李娜, 王强, 等. 稻田土壤有机碳的变化[J]. 土壤学报, 2025, 58(3): 412-425."),
    ("paper", {"title": "Soil carbon in paddy fields", "paper_type": "1", "published_on": "2024", "venue": "Geoderma", "volume_issue_pages": "Vol. 12, No. 3, pp. 45-60", "doi": "10.1000/x", "contributors": people("Zhang, Wei", "John P. Smith", "Ludwig van Beethoven", "Li Na")},
     "ZHANG W, SMITH J P, VAN BEETHOVEN L, et al. Soil carbon in paddy fields[J]. Geoderma, 2024, 12(3): 45-60. DOI: 10.1000/x."),
    ("paper", {"title": "卷积网络综述", "paper_type": "1", "published_on": "2020-01-01", "venue": "软件学报", "volume_issue_pages": "第3期", "contributors": people("张伟")},
     "张伟. 卷积网络综述[J]. 软件学报, 2020(3)."),
    ("paper", {"title": "一种方法", "paper_type": "2", "published_on": "2023-07-01", "venue": "第十届会议论文集", "conference_place": "武汉", "proceedings_publisher": "科学出版社", "volume_issue_pages": "12-15", "contributors": people("张伟", "Smith JP")},
     "张伟, SMITH J P. 一种方法[C]//第十届会议论文集. 武汉: 科学出版社, 2023: 12-15."),
    ("paper", {"title": "无作者", "paper_type": "1", "venue": "某刊", "published_on": "2020", "volume_issue_pages": "e012345"}, "无作者[J]. 某刊, 2020, e012345."),
    ("book", {"title": "土壤学", "published_on": "2021-05", "publisher": "科学出版社", "place": "北京", "edition": 2, "contributors": people("张伟", book_role="210")},
     "张伟, 主编. 土壤学[M]. 2 版. 北京: 科学出版社, 2021."),
    ("book", {"title": "Soil science", "published_on": "2021", "publisher": "Springer", "edition": 1, "contributors": people("Wei Zhang")}, "ZHANG W. Soil science[M]. Springer, 2021."),
    ("patent", {"title": "一种装置", "patentee": "江城大学；武汉大学", "grant_no": "ZL202010123456.8", "granted_on": "2022-03-01"}, "江城大学, 武汉大学. 一种装置: ZL202010123456.8[P]. 2022-03-01."),
    ("standard", {"title": "监测规程", "issuer": "湖北省市场监督管理局", "standard_no": "DB42/T 1234-2022", "issued_on": "2022-03-01"}, "湖北省市场监督管理局. 监测规程: DB42/T 1234-2022[S]. 2022."),
    ("research_report", {"title": "耕地质量报告", "finished_on": "2022", "submitted_to": "湖北省农业农村厅", "contributors": people("张伟")}, "张伟. 耕地质量报告[R]. 湖北省农业农村厅, 2022."),
]  # fmt: skip


@pytest.mark.ac("AC-140")
@pytest.mark.parametrize(("type_id", "document", "expected"), CASES)
def test_a_reference_follows_the_standard(type_id: str, document: dict[str, Any], expected: str) -> None:
    assert gbt7714.reference(works.work_of(type_id, "K1", document, {})) == expected


@pytest.mark.parametrize(
    ("printed", "person", "expected"),
    [
        ("Zhang Wei", "张伟", "ZHANG W"), ("Wei Zhang", "张伟", "ZHANG W"), ("Zhang Wei", "", "WEI Z"), ("Zhang W Q", "", "ZHANG W Q"),
        ("Jean-Paul Sartre", "", "SARTRE J P"), ("Sartre, J.-P.", "", "SARTRE J P"), ("Plato", "", "PLATO"), ("欧阳娜", "", "欧阳娜"), ("de la Cruz, María", "", "DE LA CRUZ M"),
        ("Martin Luther King Jr.", "", "KING JR. M L"), ("Smith JP", "", "SMITH J P"),
    ],
)  # fmt: skip
def test_names_are_put_in_order(printed: str, person: str, expected: str) -> None:
    assert gbt7714.authors((works.name_of(printed, person),), chinese=False) == expected


@pytest.mark.ac("AC-140", "AC-141")
def test_bibtex_is_read_back_by_the_import(tmp_path: Path, sqlite_world: World) -> None:
    work = works.work_of("paper", "LW1", CASES[0][1] | {"doi": "10.1000/a_b", "title": "100% of {x} & y_z # ~ ^ \\ $"}, {})
    entry = bibtex.entry(work)
    assert "author = {{张伟} and {李娜} and {王强} and {赵敏}}" in entry
    assert r"100\% of \{x\} \& y\_z \# \textasciitilde{} \textasciicircum{} \textbackslash{} \$" in entry
    assert "pages = {412--425}" in entry and "volume = {58}" in entry and entry.count("{") == entry.count("}")
    filed(sqlite_world, "paper", short(sqlite_world, 1, venue="某刊", contributors=people("张伟", "Zhang, Wei", kind="external")))
    made(sqlite_world, sqlite_world.o1, tmp_path / "a.bib")
    assert "@article{LW" in (tmp_path / "a.bib").read_text(encoding="utf-8")
    assert read_bibliography  # the format's own reading is tested where it lives


@pytest.mark.ac("AC-140")
def test_a_word_list_numbers_its_references_and_says_whose_they_are(tmp_path: Path, sqlite_world: World) -> None:
    world = sqlite_world
    mine = {"role": "author", "rank": 1, "kind": "staff", "person_id": world.person("r1"), "name": "张伟"}
    filed(world, "paper", *(short(world, n, venue="某刊", volume_issue_pages="1(2): 3-4", contributors=[mine]) for n in (1, 2)))
    filed(world, "paper", short(world, 3, contributors=people("李娜", kind="external")))
    told = made(world, world.r1, tmp_path / "a.docx", query=Query("paper", mine=True, order="id"))
    lines = [paragraph.text for paragraph in docx.Document(str(tmp_path / "a.docx")).paragraphs]
    assert told.rows == 2 and lines[0] == "江城大学论文目录" and "共 2 条" in lines[1]
    assert lines[2:4] == ["[1]\t张伟. 论文00001[J]. 某刊, 2025, 1(2): 3-4.", "[2]\t张伟. 论文00002[J]. 某刊, 2025, 1(2): 3-4."]
    assert "单位名称：江城大学" in lines and "导出条件：本人的" in lines
    assert export.formats("paper") == ("xlsx", "csv", "bib", "docx") and export.formats("award") == ("xlsx", "csv")
