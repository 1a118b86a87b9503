"""Tables as universities write them: each is read correctly, and what had to be understood is told."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.exchange import tabular
from ingestion.exchange.tabular import Book, Sheet
from tests.ingestion.exchange.tabular import workbooks as w

HEADINGS = ("论文名称", "年度")


def read(tmp_path: Path, data: bytes, name: str = "论文.xlsx") -> Book:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return tabular.read(path, name)


def only(tmp_path: Path, data: bytes, name: str = "论文.xlsx") -> Sheet:
    return read(tmp_path, data, name).sheet()


def values(sheet: Sheet) -> list[tuple[Any, ...]]:
    rows = [row.values for row in sheet.rows()]
    assert len(rows) == sheet.row_count
    assert [row.values for row in sheet.rows()] == rows  # from the beginning each time
    return rows


def kinds(sheet: Sheet) -> set[str]:
    return {problem.kind for problem in sheet.problems}


def notes(sheet: Sheet) -> list[tuple[int, int | None, str]]:
    return [(row.number, note.column, note.severity) for row in sheet.rows() for note in row.notes]


@pytest.mark.ac("AC-222")
def test_an_official_looking_sheet_is_understood(tmp_path: Path) -> None:
    """Titles, a header of two levels in rows 4 and 5, joined data cells, a hidden row, total, signatures."""

    def fill(book: openpyxl.Workbook) -> None:
        sheet: Any = book.active
        sheet["A1"] = "2024年度科研成果汇总表"
        sheet["A2"] = "填报单位：计算机学院"
        for letter, word in zip("ABDE", ("论文名称", "作者", "年度", "备注"), strict=True):
            sheet[letter + "4"] = word
        sheet["B5"], sheet["C5"] = "姓名", "工号"
        for number in range(6, 10):
            sheet.append([f"题{number}", "张三", "00123", 2024])
        sheet["E6"] = "重点"
        sheet.append(["合计", None, None, 4])
        sheet.append([])
        sheet.append(["填表人：张三", None, None, "审核人：李四"])
        for joined in ("A1:E1", "B4:C4", "A4:A5", "D4:D5", "E4:E5", "E6:E8"):
            sheet.merge_cells(joined)
        sheet.row_dimensions[8].hidden = True

    sheet = only(tmp_path, w.made(fill))
    assert sheet.header_rows == range(4, 6)
    assert sheet.headings == ("论文名称", "作者：姓名", "作者：工号", "年度", "备注")
    assert values(sheet) == [(f"题{n}", "张三", "00123", 2024, "重点" if n < 9 else None) for n in range(6, 10)]
    assert [row.number for row in sheet.rows()] == [6, 7, 8, 9]
    assert sheet.left_out == {10: "合计", 12: "签章"}
    assert kinds(sheet) == {"hidden_rows", "merged", "dropped"}
    assert sheet.letter(3) == "D"


def test_a_header_of_two_levels_without_joined_cells(tmp_path: Path) -> None:
    sheet = only(tmp_path, "论文名称,作者,,年度\n,姓名,工号,\n题一,张三,00123,2024\n".encode(), "a.csv")
    assert sheet.headings == ("论文名称", "作者：姓名", "作者：工号", "年度")
    assert values(sheet) == [("题一", "张三", "00123", "2024")]


def test_words_alone_below_a_header_are_data(tmp_path: Path) -> None:
    sheet = only(tmp_path, w.table(["项目", "名目"], ["甲", "乙"], ["丙", "丁"]))
    assert sheet.header_rows == range(1, 2)
    assert values(sheet) == [("甲", "乙"), ("丙", "丁")]


def test_a_year_among_headings_is_a_heading(tmp_path: Path) -> None:
    sheet = only(tmp_path, w.table(["论文名称", "年度", "备注", 2024], ["甲", 2023, None, 5]))
    assert sheet.headings == ("论文名称", "年度", "备注", "2024")
    assert values(sheet) == [("甲", 2023, None, 5)]


def test_the_table_may_begin_anywhere(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        for column, word, value in ((3, "论文名称", "题一"), (4, "年度", 2024)):
            book.active.cell(7, column, word)  # type: ignore[union-attr]
            book.active.cell(8, column, value)  # type: ignore[union-attr]

    sheet = only(tmp_path, w.made(fill))
    assert (sheet.header_rows, sheet.first_column, sheet.letter(1)) == (range(7, 8), 2, "D")
    assert values(sheet) == [("题一", 2024)]


def test_several_sheets_and_tables(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        first: Any = book.active
        first.title = "说明"
        first.append(["本表用于填报论文"])
        hidden = book.create_sheet("旧数据")
        hidden.sheet_state = "veryHidden"
        hidden.append(list(HEADINGS))
        hidden.append(["旧", 1999])
        data = book.create_sheet("数据")
        for row in (HEADINGS, ("甲", 2024), ("乙", 2023), (), ("专利名称", "申请日期", "专利号"), ("丙", date(2024, 1, 2), "ZL1"), ("丁", date(2024, 1, 3), "ZL2")):
            data.append(list(row))

    book = read(tmp_path, w.made(fill))
    assert [(one.name, one.hidden) for one in book.sheets] == [
        ("说明", False), ("旧数据", True), ("数据", False), ("数据（第2个表）", False)
    ]  # fmt: skip
    assert book.sheet().name == "数据"
    assert values(book.sheet("数据")) == [("甲", 2024), ("乙", 2023)]
    assert values(book.sheet("数据（第2个表）")) == [("丙", date(2024, 1, 2), "ZL1"), ("丁", date(2024, 1, 3), "ZL2")]
    assert values(book.sheet("旧数据")) == [("旧", 1999)]
    with pytest.raises(tabular.UnreadableFile, match="没有工作表“无”"):
        book.sheet("无")


def test_two_tables_side_by_side_and_a_spacer(tmp_path: Path) -> None:
    book = read(tmp_path, w.table(["论文名称", "年度", None, "专利名称", "年度"], ["甲", 2024, None, "乙", 2020]))
    assert [one.headings for one in book.sheets] == [HEADINGS, ("专利名称", "年度")]
    spacer = only(tmp_path, w.table(["论文名称", None, "年度"], ["甲", None, 2024]))
    assert spacer.headings == ("论文名称", "", "年度")
    assert values(spacer) == [("甲", None, 2024)]


def test_examples_blank_rows_and_headers_again_are_left_out(tmp_path: Path) -> None:
    sheet = only(
        tmp_path,
        w.table(list(HEADINGS), ["示例：深度学习研究", 2020], ["甲", 2024], [], list(HEADINGS), ["乙", 2023], ["小计", 2], ["丙", 2022], ["注：以上为全部论文"]),
    )
    assert values(sheet) == [("甲", 2024), ("乙", 2023), ("丙", 2022)]
    assert set(sheet.left_out.values()) == {"示例", "表头", "合计", "签章"}


@pytest.mark.ac("AC-222")
def test_duplicate_and_empty_headings_are_named(tmp_path: Path) -> None:
    sheet = only(tmp_path, w.table(["论文名称", "年度", "年度", None], ["甲", 2024, 2023, "x"], ["乙", 2024, 2023, "y"]))
    told = {problem.kind: problem for problem in sheet.problems}
    assert told["duplicate_heading"].columns == (1, 2)
    assert "“年度”重复（B、C 列）" in told["duplicate_heading"].zh
    assert sheet.headings == ("论文名称", "年度", "年度")


def test_an_empty_heading_over_data_is_named(tmp_path: Path) -> None:
    sheet = only(tmp_path, w.table(["论文名称", None, "年度"], ["甲", "x", 2024]))
    assert [problem.zh for problem in sheet.problems] == ["B 列有内容但没有列名，不会导入"]


@pytest.mark.ac("AC-222")
def test_error_values_and_formulas_without_a_result_are_told_at_their_cell(tmp_path: Path) -> None:
    data = w.raw(
        f'<sheetData>{w.HEADER}<row r="2">{w.cell("A2", "甲")}<c r="B2"><f>A1</f><v>2024</v></c></row>'
        '<row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3"><f>1+1</f><v></v></c></row>'
        f'<row r="4">{w.cell("A4", "丙")}<c r="B4" t="str"><f>""</f><v></v></c></row>'
        '<row r="9"><c r="A9" t="e"><f>B9</f><v>#REF!</v></c></row></sheetData>'
    )
    for prefix in ("", "x:"):
        prefixed = data if not prefix else w.raw(
            '<x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>论文名称</x:t></x:is></x:c><x:c r="B1" t="inlineStr"><x:is><x:t>年度</x:t></x:is></x:c></x:row>'
            '<x:row r="3"><x:c r="A3" t="e"><x:v>#N/A</x:v></x:c><x:c r="B3"><x:f>1+1</x:f></x:c></x:row></x:sheetData>', prefix="x:",
        )  # fmt: skip
        sheet = only(tmp_path, prefixed)
        found = notes(sheet)
        assert (3, 0, "error") in found and (3, 1, "error") in found
        assert prefix or found == [(3, 0, "error"), (3, 1, "error"), (9, 0, "error")]
    sheet = only(tmp_path, data)
    assert [row.number for row in sheet.rows()] == [2, 3, 4, 9]
    assert values(sheet)[0] == ("甲", 2024)


def test_numbers_dates_and_text_keep_what_they_are(tmp_path: Path) -> None:
    row = ["甲", 123, 2024.0, 1.5, 420106199001011234, date(2024, 2, 29), datetime(2024, 1, 2, 3, 4), True, "00123", "=1", "１２３", "\U00020bb7", "＋1"]
    sheet = only(tmp_path, w.made(lambda book: _cells(book, [f"列{n}" for n in range(len(row))], row)))
    (got,) = values(sheet)
    assert got[:4] == ("甲", 123, 2024, 1.5) and type(got[1]) is int and type(got[2]) is int
    assert isinstance(got[4], float)  # what a spreadsheet keeps of 18 digits: the importer refuses it
    assert got[5:] == tuple(row[5:])


def _cells(book: openpyxl.Workbook, *rows: list[Any]) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = book.active.cell(number, column, value)  # type: ignore[union-attr]
            if isinstance(value, str):
                cell.data_type = "s"


@pytest.mark.parametrize("old", [False, True])
def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path: Path, old: bool) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904 if old else openpyxl.utils.datetime.WINDOWS_EPOCH
        book.active.append(["论文名称", "日期"])  # type: ignore[union-attr]
        book.active.append(["甲", date(2024, 1, 2)])  # type: ignore[union-attr]

    assert values(only(tmp_path, w.made(fill))) == [("甲", date(2024, 1, 2))]


def test_invisible_marks_are_removed_and_rare_characters_stay(tmp_path: Path) -> None:
    sheet = only(tmp_path, w.table(["论文名称", "作者\u200b"], ["\u202e题\u200b一\ufeff", "𠮷田👍"], ["“引号”—", " x "]))
    assert sheet.headings == ("论文名称", "作者")
    assert values(sheet)[0] == ("题一", "𠮷田👍")


@pytest.mark.ac("AC-222")
@pytest.mark.parametrize(
    ("encoding", "told", "before"),
    [
        ("utf-8", "UTF-8", b""), ("utf-8", "UTF-8 (BOM)", b"\xef\xbb\xbf"), ("utf-8", "UTF-8 (BOM)", b"\xef\xbb\xbf\xef\xbb\xbf"),
        ("gbk", "GB18030", b""), ("gb18030", "GB18030", b""), ("utf-16", "UTF-16", b""), ("utf-16-le", "UTF-16", b""),
        ("utf-16-be", "UTF-16", b"\xfe\xff"), ("big5", "Big5", b""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", [(",", "\n"), ("\t", "\r\n"), (";", "\r")])
def test_text_tables_of_every_encoding(tmp_path: Path, encoding: str, told: str, before: bytes, form: tuple[str, str]) -> None:
    delimiter, end = form
    title = {"big5": "機器學習研究與應用的國際發展", "gb18030": "\U00020021\U00020bb7字的研究"}.get(encoding, "机器学习研究与应用")
    heading = "論文名稱" if encoding == "big5" else "论文名称"
    text = end.join((f"{heading}{delimiter}年度", f"{title}{delimiter}2024", "", f'"二行{end}之文，""引""{delimiter}"{delimiter}00123', ""))
    book = read(tmp_path, before + text.encode(encoding), "论文.csv")
    assert (book.kind, book.encoding) == ("csv", told)
    sheet = book.sheet()
    assert sheet.headings == (heading, "年度")
    assert [(row.number, *row.values) for row in sheet.rows()] == [
        (2, title, "2024"),
        (4, f'二行{end}之文，"引"{delimiter}', "00123"),
    ]


def test_ragged_rows_are_told(tmp_path: Path) -> None:
    sheet = only(tmp_path, "论文名称,年度\n甲,2024,多\n乙\n丙,2023,\n".encode(), "a.csv")
    assert values(sheet) == [("甲", "2024"), ("乙", None), ("丙", "2023")]
    assert [(number, severity) for number, _, severity in notes(sheet)] == [(2, "error"), (3, "warning")]


def test_a_line_that_names_the_delimiter(tmp_path: Path) -> None:
    sheet = only(tmp_path, "sep=|\n论文名称|年度\n甲，乙|2024\n".encode(), "a.csv")
    assert [(row.number, row.values) for row in sheet.rows()] == [(3, ("甲，乙", "2024"))]


def test_an_old_workbook(tmp_path: Path) -> None:
    data = w.xls(
        [["论文名称", "年度", "日期"], ["题一", 2024, ("date", 45000)], ["题二", ("error", 42), ("formula", 7)], ["题三", 2022, None]],
        hidden=(2,), merges=((1, 2, 2, 2),),
    )  # fmt: skip
    sheet = only(tmp_path, data, "论文.et")
    assert values(sheet)[0] == ("题一", 2024, date(2023, 3, 15))
    assert notes(sheet) == [(3, 1, "error"), (3, 2, "error")]
    assert "hidden_rows" in kinds(sheet)
    assert values(only(tmp_path, w.xls([["论文名称", "日期"], ["甲", ("date", 43000)]], since_1904=True))) == [("甲", date(2021, 9, 23))]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-16"])
def test_a_web_page_called_xls(tmp_path: Path, encoding: str) -> None:
    page = (
        f'<html><head><meta charset="{encoding}"><style>td{{}}</style></head><body><table><tr><td>导航<table><tr><th>x</th></tr></table></td></tr></table>'
        "<table><tr><th rowspan=2>论文名称</th><th colspan=2>作者</th></tr><tr><th>姓名</th><th>工号</th></tr>"
        "<tr><td>A&amp;B<br>下</td><td>张三</td><td>00123</td></tr><tr><td rowspan=2>乙</td><td>李四</td><td>00124</td></tr>"
        "<tr><td>王五</td><td>00125</td></tr></table></body></html>"
    )
    book = read(tmp_path, page.encode(encoding), "论文.xls")
    assert book.kind == "html"
    assert book.sheet().headings == ("论文名称", "作者：姓名", "作者：工号")
    assert values(book.sheet()) == [("A&B\n下", "张三", "00123"), ("乙", "李四", "00124"), ("乙", "王五", "00125")]


def test_xml_of_2003_called_xls(tmp_path: Path) -> None:
    ss = "urn:schemas-microsoft-com:office:spreadsheet"
    data = (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{ss}" xmlns:ss="{ss}"><Worksheet ss:Name="论文"><Table>'
        '<Row><Cell><Data ss:Type="String">论文名称</Data></Cell><Cell><Data ss:Type="String">工号</Data></Cell><Cell><Data ss:Type="String">日期</Data></Cell></Row>'
        '<Row ss:Index="4" ss:Hidden="1"><Cell><Data ss:Type="String">甲</Data></Cell><Cell ss:Index="3"><Data ss:Type="DateTime">2024-01-02T00:00:00.000</Data></Cell></Row>'
        '<Row><Cell><Data ss:Type="Error">#N/A</Data></Cell><Cell ss:Formula="=1"/><Cell><Data ss:Type="Number">420106199001011234</Data></Cell></Row>'
        '<Row><Cell ss:MergeDown="1"><Data ss:Type="String">乙</Data></Cell><Cell><Data ss:Type="String">00123</Data></Cell></Row>'
        '<Row><Cell ss:Index="2"><Data ss:Type="Number">7</Data></Cell></Row></Table></Worksheet></Workbook>'
    )
    book = read(tmp_path, data.encode(), "论文.xls")
    sheet = book.sheet("论文")
    assert book.kind == "spreadsheetml"
    assert [(row.number, *row.values) for row in sheet.rows()] == [
        (4, "甲", None, date(2024, 1, 2)), (5, None, None, 420106199001011234), (6, "乙", "00123", None), (7, "乙", 7, None)
    ]  # fmt: skip
    assert notes(sheet) == [(5, 0, "error"), (5, 1, "error")]
    assert "hidden_rows" in kinds(sheet)


def test_header_only_is_a_table_without_rows(tmp_path: Path) -> None:
    for data, name in ((w.table(list(HEADINGS)), "a.xlsx"), ("论文名称,年度\n".encode(), "a.csv")):
        sheet = only(tmp_path, data, name)
        assert (sheet.headings, sheet.row_count, values(sheet)) == (HEADINGS, 0, [])


def test_a_million_formatted_blank_rows_cost_nothing(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}" s="1" customFormat="1" ht="14.4"/>' for n in range(3, 200_000))
    data = w.raw(f'<dimension ref="A1:XFD1048576"/><sheetData>{w.HEADER}<row r="2">{w.cell("A2", "甲")}</row>{rows}</sheetData>')
    assert values(only(tmp_path, data)) == [("甲", None)]


def test_a_real_list_of_projects(real_file: Path) -> None:
    sheet = tabular.read(real_file).sheet()
    assert sheet.row_count == 85
    money = sheet.headings.index("money")
    assert round(sum(row.values[money] for row in sheet.rows()) * 100) == 547_052  # type: ignore[misc]


@pytest.fixture
def real_file() -> Path:
    path = Path(os.environ.get("REAL_FILES", "")) / "nsfc_projects_85.xlsx"
    if not path.is_file():
        pytest.skip("the real file nsfc_projects_85.xlsx is not here (REAL_FILES names its folder)")
    return path
