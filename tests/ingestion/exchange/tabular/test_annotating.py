"""The user's own file with the errors in it: nothing of it is lost, and uploaded again it is read as before."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from ingestion.exchange import tabular
from ingestion.exchange.tabular import Book
from ingestion.exchange.tabular.annotating import Counts, Mark, annotate, file_name
from ingestion.exchange.tabular.annotating.styles import FILLS
from tests.ingestion.exchange.tabular import workbooks as w

HEADINGS = ["论文名称", "年度", "日期"]


def read(folder: Path, data: bytes, name: str = "论文.xlsx") -> Book:
    path = folder / "source"
    path.write_bytes(data)
    return tabular.read(path, name)


def rows(book: Book) -> list[tuple[Any, ...]]:
    return [row.values for row in book.sheet().rows()]


def filled(sheet: Any) -> dict[str, str]:
    found = {cell.coordinate: cell.fill.fgColor.rgb for row in sheet.iter_rows() for cell in row if cell.fill.fill_type}
    return {at: rgb for at, rgb in found.items() if rgb in FILLS.values()}


def comments(sheet: Any) -> dict[str, str]:
    return {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}


def official(book: openpyxl.Workbook) -> None:
    """A sheet with everything that must survive."""
    sheet: Any = book.active
    sheet.title = "论文"
    sheet["A1"] = "2024年度论文汇总表"
    for letter, word in zip("ABD", ("论文名称", "作者", "年度"), strict=True):
        sheet[letter + "2"] = word
    sheet["B3"], sheet["C3"] = "姓名", "工号"
    for number in range(4, 9):
        sheet.append([f"题{number}", "张三", "00123", 2000 + number])
    sheet["D5"] = "=2000+5"
    for joined in ("A1:D1", "B2:C2", "A2:A3", "D2:D3", "B6:B8"):
        sheet.merge_cells(joined)
    sheet["A4"].font, sheet["A4"].fill = Font(bold=True), PatternFill("solid", fgColor="FF00B050")
    sheet["A4"].comment = Comment("请核对题名", "李四")
    sheet["C8"].comment = Comment("旧工号", "李四")
    sheet["D4"].number_format = "0000"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 13
    sheet.row_dimensions[7].hidden = True
    sheet.freeze_panes = "A4"
    sheet.auto_filter.ref = "A3:D8"
    rule = DataValidation("list", formula1='"2004,2005"')
    rule.add("D4:D999")
    sheet.add_data_validation(rule)
    sheet.append(["合计", None, None, 5])
    other = book.create_sheet("码表")
    other.sheet_state = "hidden"
    other["A1"], other["A2"] = "代码", "=论文!D4"


MARKS = [
    Mark(4, 0, "论文名称 “题4” 与已有记录重复", "the title “题4” repeats a record"), Mark(4, 3, "年度 “2004” 早于 2010", "the year “2004” is before 2010"),
    Mark(7, None, "同一行缺少两项", "two values are missing"), Mark(8, 2, "工号 “00123” 不存在", "no staff number “00123”", "warning"),
]  # fmt: skip


@pytest.mark.ac("AC-223")
def test_the_annotated_file_is_the_users_own(tmp_path: Path) -> None:
    book = read(tmp_path, w.made(official), "汇总表.xlsx")
    out = tmp_path / "out.xlsx"
    assert annotate(book, out, MARKS, [("可导入", 3)]) == Counts(rows=2, errors=3, warnings=1, commented=3)
    before, after = openpyxl.load_workbook(io.BytesIO(w.made(official))), openpyxl.load_workbook(out)
    assert after.sheetnames == ["论文", "码表", "汇总"]
    old, new = before["论文"], after["论文"]
    for row in old.iter_rows():
        for cell in row:
            same = new[cell.coordinate]
            assert (same.value, same.number_format, same.font.b) == (cell.value, cell.number_format, cell.font.b)
            if cell.coordinate not in ("A4", "D4", "C8"):
                assert same.fill.fgColor.rgb == cell.fill.fgColor.rgb
    assert {str(one) for one in new.merged_cells.ranges} == {str(one) for one in old.merged_cells.ranges} | {"E2:E3"}
    assert (new.freeze_panes, new.auto_filter.ref, new.column_dimensions["A"].width) == ("A4", "A3:D8", 44)
    assert new.column_dimensions["B"].width == 13 and new.column_dimensions["E"].width == 60
    assert [str(rule.sqref) for rule in new.data_validations.dataValidation] == ["D4:D999"]
    assert after["码表"].sheet_state == "hidden" and after["码表"]["A2"].value == "=论文!D4"
    assert filled(new) == {"A4": FILLS[True], "D4": FILLS[True], "C8": FILLS[False]}
    assert new["E2"].value == "错误信息"
    assert new["E4"].value == "A 列：论文名称 “题4” 与已有记录重复\nD 列：年度 “2004” 早于 2010"
    assert [new[f"E{n}"].value for n in (5, 6, 7, 8, 9)] == [None, None, "同一行缺少两项", "提示：C 列：工号 “00123” 不存在", None]
    told = comments(new)
    assert told["A4"].startswith("请核对题名") and told["A4"].endswith("与已有记录重复")
    assert told["D4"] == "年度 “2004” 早于 2010" and "旧工号" in told["C8"]
    assert new.row_dimensions[7].hidden is False  # a wrong row has to be seen
    summary = {row[0].value: row[1].value for row in after["汇总"].iter_rows(max_col=2)}
    assert (summary["文件"], summary["可导入"], summary["有错误的行"], summary["错误"], summary["提示"]) == ("汇总表.xlsx", 3, 2, 3, 1)
    kinds = [tuple(cell.value for cell in row) for row in after["汇总"].iter_rows(min_row=10, max_col=4) if row[3].value]
    assert ("D", "年度", "年度 “…” 早于 2010", 1) in kinds


@pytest.mark.ac("AC-223")
def test_uploaded_again_it_is_read_as_before_and_annotated_anew(tmp_path: Path) -> None:
    book = read(tmp_path, w.made(official))
    first = tmp_path / "first.xlsx"
    annotate(book, first, MARKS, [])
    again = tabular.read(first, "论文_已标注.xlsx")
    assert [one.name for one in again.sheets if not one.hidden] == ["论文"]
    assert again.sheet().headings == book.sheet().headings
    assert rows(again) == rows(book)
    second = tmp_path / "second.xlsx"
    annotate(again, second, MARKS[1:2], [], language="en")
    after = openpyxl.load_workbook(second)
    assert after.sheetnames == ["论文", "码表", "汇总"]
    sheet = after["论文"]
    assert filled(sheet) == {"D4": FILLS[True]}
    assert sheet["A4"].fill.fgColor.rgb == "FF00B050"  # the colour it had of its own
    assert comments(sheet) == {"A4": "请核对题名", "C8": "旧工号", "D4": "the year “2004” is before 2010"}
    assert (sheet["E2"].value, sheet["E4"].value, sheet["E7"].value) == ("Error messages", "Column D: the year “2004” is before 2010", None)
    assert after["汇总"]["A1"].value == "Summary of the import check"
    assert rows(tabular.read(second)) == rows(book)


@pytest.mark.ac("AC-224")
def test_the_file_of_errors_has_exactly_the_wrong_rows(tmp_path: Path) -> None:
    data = w.table(HEADINGS, *[[f"题{n}", 2000 + n, date(2024, 1, 1)] for n in range(100)])
    book = read(tmp_path, data)
    wrong = [row.number for row in book.sheet().rows()][60:89]
    marks = [mark for row in wrong for mark in (Mark(row, 1, f"年度 “{row}” 不对", "wrong"), Mark(row, 2, "日期不对", "wrong"))]
    assert len(wrong) == 29
    for only, count in ((True, 29), (False, 100)):
        out = tmp_path / "out.xlsx"
        counts = annotate(book, out, marks, [], only_errors=only)
        assert (counts.rows, counts.errors) == (29, 58)
        again = tabular.read(out)
        assert again.sheet().row_count == count
        sheet = openpyxl.load_workbook(out).active
        told = [row[3].value for row in sheet.iter_rows(min_row=2) if row[3].value]  # type: ignore[union-attr]
        assert len(told) == 29 and all(text.count("\n") == 1 for text in told)
        assert len(filled(sheet)) == len(comments(sheet)) == 58
    assert {row for row in rows(tabular.read(out))} >= {row.values for row in book.sheet().rows() if row.number in wrong}


def test_only_errors_of_joined_cells_formulas_and_hidden_rows(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        official(book)
        book.active["D5"] = 2005  # type: ignore[index]

    book = read(tmp_path, w.made(fill))
    out = tmp_path / "out.xlsx"
    annotate(book, out, MARKS, [], only_errors=True)
    sheet = openpyxl.load_workbook(out)["论文"]
    assert rows(tabular.read(out)) == [("题4", "张三", "00123", 2004), ("题7", "张三", "00123", 2007)]
    assert (sheet["A5"].value, sheet.row_dimensions[5].hidden, sheet.max_row) == ("题7", False, 5)
    assert {str(one) for one in sheet.merged_cells.ranges} == {"A1:D1", "B2:C2", "A2:A3", "D2:D3", "E2:E3"}
    assert comments(sheet).keys() == {"A4", "D4"}


def test_formulas_become_values_only_where_rows_go(tmp_path: Path) -> None:
    data = w.raw(
        f'<sheetData>{w.HEADER}<row r="2">{w.cell("A2", "甲")}<c r="B2"><f t="shared" si="0" ref="B2:B3">ROW()</f><v>2</v></c></row>'
        f'<row r="3">{w.cell("A3", "乙")}<c r="B3"><f t="shared" si="0"/><v>3</v></c></row></sheetData>',
        extra={"xl/calcChain.xml": "<calcChain/>"},
    )
    book = read(tmp_path, data)
    for only in (False, True):
        out = tmp_path / "out.xlsx"
        annotate(book, out, [Mark(3, 1, "不对", "wrong")], [], only_errors=only)
        with zipfile.ZipFile(out) as archive:
            text = archive.read("xl/worksheets/sheet1.xml").decode()
        assert ("<f" not in text) is only
        assert rows(tabular.read(out))[-1] == ("乙", 3)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_macros_stay_behind_and_prefixes_and_nested_lists_are_understood(tmp_path: Path) -> None:
    data = w.raw(
        '<x:cols><x:col min="1" max="16384" width="9" style="0"/></x:cols><x:sheetData><x:row r="1" spans="1:2"><x:c r="A1" t="inlineStr"><x:is><x:t>论文名称</x:t></x:is></x:c>'
        '<x:c r="B1" t="inlineStr"><x:is><x:t>年度</x:t></x:is></x:c></x:row><x:row><x:c t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c></x:row></x:sheetData>'
        '<x:conditionalFormatting sqref="A1"><x:cfRule type="dataBar" priority="1"><x:extLst><x:ext uri="u"/></x:extLst></x:cfRule></x:conditionalFormatting>'
        '<x:tableParts count="0"/><x:extLst><x:ext uri="v"/></x:extLst>',
        prefix="x:",
        extra={"xl/vbaProject.bin": "macro", "xl/media/picture.png": "picture"},
    )
    book = read(tmp_path, data, "论文.xlsm")
    out = tmp_path / "out.xlsx"
    annotate(book, out, [Mark(2, 1, "不能为空", "empty")], [])
    with zipfile.ZipFile(out) as archive:
        text, names = archive.read("xl/worksheets/sheet1.xml").decode(), archive.namelist()
    assert "xl/vbaProject.bin" not in names and "xl/media/picture.png" in names
    assert 0 < text.index("</x:conditionalFormatting>") < text.index("legacyDrawing") < text.index("<x:tableParts")
    assert '<x:col min="1" max="2" width="9" style="0"/><x:col min="3" max="3"' in text and '<x:col min="4" max="16384"' in text
    sheet: Any = openpyxl.load_workbook(out).active
    assert (sheet["C1"].value, sheet["C2"].value, sheet["B2"].comment.text) == ("错误信息", "B 列：不能为空", "不能为空")
    assert tabular.read(out).kind == "xlsx"


@pytest.mark.parametrize("kind", ["xls", "html", "csv", "spreadsheetml"])
def test_other_files_get_a_workbook_with_the_same_cells(tmp_path: Path, kind: str) -> None:
    ss = "urn:schemas-microsoft-com:office:spreadsheet"
    data = {
        "xls": w.xls([["论文名称", "年度", "日期"], ["=1+1", 2024, ("date", 45000)], ["乙", 2023, None]]),
        "html": "<table><tr><td>论文名称</td><td>年度</td><td>日期</td></tr><tr><td>=1+1</td><td>2024</td><td>2023-03-15</td></tr><tr><td>乙</td><td>2023</td></tr></table>".encode(),
        "csv": "论文名称,年度,日期\n=1+1,2024,2023-03-15\n乙,2023,\n".encode("gbk"),
        "spreadsheetml": (
            f'<?xml version="1.0"?><Workbook xmlns="{ss}" xmlns:ss="{ss}"><Worksheet ss:Name="论文"><Table>'
            + "".join(
                "<Row>" + "".join(f'<Cell><Data ss:Type="String">{one}</Data></Cell>' for one in row) + "</Row>"
                for row in (HEADINGS, ["=1+1", "2024", "2023-03-15"], ["乙", "2023", ""])
            )
            + "</Table></Worksheet></Workbook>"
        ).encode(),
    }[kind]
    book = read(tmp_path, data, f"论文.{kind}")
    assert book.kind == kind
    for only, left in ((False, 2), (True, 1)):
        out = tmp_path / "out.xlsx"
        annotate(book, out, [Mark(2, 1, "不对", "wrong"), Mark(3, 0, "提示", "hint", "warning")], [], only_errors=only)
        again = tabular.read(out)
        assert rows(again) == rows(book)[:left]
        workbook = openpyxl.load_workbook(out)
        sheet: Any = workbook.worksheets[0]
        assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
        assert sheet["D2"].value == "B 列：不对" and sheet["B2"].comment.text == "不对"
        assert any("样式没有保留" in str(cell.value) for cell in workbook["汇总"]["A"])
        third = tmp_path / "third.xlsx"
        annotate(again, third, [], [])
        assert openpyxl.load_workbook(third).worksheets[0]["D2"].value is None


def test_a_text_table_stays_one_where_asked(tmp_path: Path) -> None:
    book = read(tmp_path, "论文名称;年度\n=1+1;2024\n'-x;-2.5\n乙;2023\n".encode("gbk"), "论文.csv")
    assert rows(book) == [("=1+1", "2024"), ("-x", "-2.5"), ("乙", "2023")]
    out = tmp_path / "out.csv"
    assert annotate(book, out, [Mark(2, 1, "不对", "wrong"), Mark(4, None, "=坏", "bad")], []).rows == 2
    text = out.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";")) == [
        ["论文名称", "年度", "错误信息"], ["'=1+1", "2024", "B 列：不对"], ["'-x", "-2.5"], ["乙", "2023", "'=坏"],
    ]  # fmt: skip
    again = tabular.read(out)
    assert rows(again) == rows(book)
    assert [note for row in again.sheet().rows() for note in row.notes if note.severity == "error"] == []
    annotate(again, tmp_path / "only.csv", [Mark(3, 1, "不对", "wrong")], [], only_errors=True)
    assert rows(tabular.read(tmp_path / "only.csv")) == [("-x", "-2.5")]


def test_comments_are_limited_and_the_sheet_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.exchange.tabular.annotating.marks.Report.COMMENTS", 3)
    book = read(tmp_path, w.table(HEADINGS, *[[f"题{n}", n] for n in range(9)]))
    out = tmp_path / "out.xlsx"
    counts = annotate(book, out, [Mark(row, 1, "不对", "wrong") for row in range(2, 11)], [])
    assert (counts.rows, counts.commented) == (9, 3)
    workbook = openpyxl.load_workbook(out)
    assert len(comments(workbook.worksheets[0])) == 3 and len(filled(workbook.worksheets[0])) == 9
    assert any("批注只加在前 3 个" in str(cell.value) for cell in workbook["汇总"]["A"])


def test_a_row_that_is_not_there_is_not_passed_over(tmp_path: Path) -> None:
    book = read(tmp_path, w.table(HEADINGS, ["甲", 1]))
    with pytest.raises(ValueError):
        annotate(book, tmp_path / "out.xlsx", [Mark(77, 0, "不对", "wrong")], [])
    assert not (tmp_path / "out.xlsx").exists()


def test_names_of_annotated_files() -> None:
    assert file_name("论文_2019-2024.xls") == "论文_2019-2024_已标注.xlsx"
    assert file_name("a.b.csv", only_errors=True, text=True) == "a.b_错误行.csv"
    assert file_name("noext", language="en") == "noext_checked.xlsx"


CELLS = st.one_of(
    st.none(), st.integers(-(10**9), 10**9), st.dates(date(1900, 3, 1), date(2100, 1, 1)), st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zs", "Zl", "Zp")), min_size=1, max_size=8),
)  # fmt: skip


@settings(max_examples=4, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=12), st.data())
def test_whatever_the_cells_hold_they_come_back(tmp_path_factory: pytest.TempPathFactory, table: list[tuple[Any, ...]], data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("cells")
    named = [(f"甲{n}", *row) for n, row in enumerate(table)]

    def fill(book: openpyxl.Workbook) -> None:
        for number, row in enumerate([("名称一", "名称二", "名称三", "名称四"), *named], start=1):
            for column, value in enumerate(row, start=1):
                cell = book.active.cell(number, column, value)  # type: ignore[union-attr]
                if isinstance(value, str):
                    cell.data_type = "s"

    book = read(folder, w.made(fill))
    before = [(row.number, row.values) for row in book.sheet().rows()]
    places = st.tuples(st.sampled_from([number for number, _ in before]), st.sampled_from([None, 0, 1, 2, 3]))
    marks = [Mark(row, column, "=坏<&\x0b>", "bad") for row, column in data.draw(st.lists(places, max_size=8, unique=True))]
    for only in (False, True):
        counts = annotate(book, folder / "out.xlsx", marks, [], only_errors=only)
        wrong = {mark.row for mark in marks}
        assert counts.rows == len(wrong)
        again = tabular.read(folder / "out.xlsx")
        assert rows(again) == [values for number, values in before if number in wrong or not only]
        openpyxl.load_workbook(folder / "out.xlsx")
