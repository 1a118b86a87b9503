"""Files made to harm, and files that are simply broken: each is refused with one sentence that says what to do, or
read; none is slow, large in memory, or leaves anything behind (SECURITY section 9, S12, S13)."""

from __future__ import annotations

import io
import random
import resource
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from ingestion.exchange import tabular
from ingestion.exchange.tabular import Book, Limits, UnreadableFile
from ingestion.exchange.tabular import limits as tabular_limits
from ingestion.exchange.tabular.spool import bounds
from ingestion.store.engine import Store
from ingestion.store.platform import setting
from tests.ingestion.exchange.tabular import workbooks as w

HEADINGS = ["论文名称", "年度"]
CANARY = "canary-7f3a"


class Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scratch = folder / "scratch"
        self.scratch.mkdir()

    def __call__(self, data: bytes, name: str = "论文.xlsx", limits: Limits = tabular.LIMITS) -> Book:
        path = self.folder / "upload"
        path.write_bytes(data)
        return tabular.read(path, name, limits, self.scratch)

    def refuses(self, data: bytes, name: str = "论文.xlsx", limits: Limits = tabular.LIMITS) -> str:
        """The reason. The sentence names the file, says what to do, in both languages, and nothing of the machine."""
        with pytest.raises(UnreadableFile) as refused:
            self(data, name, limits)
        error = refused.value
        assert name in error.zh and name in error.en
        assert error.zh.endswith("。") and error.en.endswith(".") and error.en.replace("“", "").replace("”", "").replace(name, "").replace("数据", "").isascii()
        assert "请" in error.zh
        assert not any(word in (error.zh + error.en).casefold() for word in ("traceback", "error:", "exception", "zip", "xml/", str(self.folder)))
        return error.reason


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Reader]:
    """Each file within ten seconds of processor time and 512 MB, and nothing is left of it."""
    reader = Reader(tmp_path)
    before = sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of every child so far, other tests' too
    yield reader
    used = sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) - before
    assert used < 10
    parent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # a child is as large as its parent until it has begun its own program
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(512 * 1024, largest, parent)
    assert list(reader.scratch.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} <= {"upload", "scratch", "canary.txt"}


# --- containers -----------------------------------------------------------------------------------------


def bomb(part: str, piece: bytes, times: int, declared: int | None = None) -> bytes:
    """A workbook with one part of ``times`` equal pieces, packed once: a gigabyte is made in a moment. Its check sum
    fits the beginning that the directory admits to."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflate.compress(piece) + deflate.flush(zlib.Z_FULL_FLUSH)
    packed = block * times + deflate.flush()
    size = len(piece) * times if declared is None else declared
    whole = w.raw(f"<sheetData>{w.HEADER}</sheetData>")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            if member.filename != part:
                target.writestr(member, source.read(member))
        offset = out.tell()
        name = part.encode()
        head = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, 0, len(packed), size, len(name), 0) + name
        out.write(head + packed)
        info = zipfile.ZipInfo(part)
        info.compress_type, info.compress_size, info.file_size, info.header_offset = 8, len(packed), size, offset
        info.CRC = zlib.crc32((piece * (size // len(piece) + 1))[:size]) if size < 10_000_000 else 0
        target.filelist.append(info)
        target.NameToInfo[part] = info
        target.start_dir = out.tell()
        target._didModify = True  # type: ignore[attr-defined]
    return out.getvalue()


ROW = b'<row><c t="inlineStr"><is><t>' + b"A" * 1000 + b"</t></is></c></row>"
STRING = b"<si><t>" + b"A" * 1000 + b"</t></si>"


@pytest.mark.ac("AC-222")
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "docProps/app.xml"])
@pytest.mark.parametrize("lies", [False, True])
def test_a_bomb_is_refused_at_once_and_with_little_memory(read: Reader, part: str, lies: bool) -> None:
    piece = (STRING if "Strings" in part else ROW) * 1000
    data = bomb(part, piece, 2000, declared=900_000 if lies else None)  # two gigabytes
    assert len(data) < 30_000_000
    tracemalloc.start()
    began = time.process_time()
    try:
        assert read.refuses(data) == "bomb"
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "limits", [Limits(unpacked=1000), Limits(members=3), Limits(ratio=5)], ids=["unpacked", "members", "ratio"]
)  # fmt: skip
def test_each_limit_of_a_container(read: Reader, limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.exchange.tabular.package.SMALL", 1000)
    rows = "".join(f'<row r="{number}"/>' for number in range(2, 5000))
    data = w.raw(f"<sheetData>{w.HEADER}{rows}</sheetData>")
    assert read(data).sheet().row_count == 0
    assert read.refuses(data, limits=limits) == "bomb"


def test_thirty_thousand_members_are_not_even_listed(read: Reader) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(3000):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", "")
    assert read.refuses(out.getvalue()) == "bomb"


def test_a_file_too_large(read: Reader) -> None:
    assert read.refuses(w.table(HEADINGS), limits=Limits(packed=1000)) == "size"


@pytest.mark.ac("AC-222")
def test_protected_workbooks_are_called_protected(read: Reader) -> None:
    assert read.refuses(w.ole({"EncryptionInfo": b"x", "EncryptedPackage": b"y" * 9000})) == "password"
    assert read.refuses(w.xls([HEADINGS, ["甲", 1]], password=True), "论文.xls") == "password"
    out = bytearray(w.table(HEADINGS))
    at = out.find(b"PK\x01\x02")
    out[at + 8] |= 1  # a member packed with a password
    assert read.refuses(bytes(out)) == "password"


@pytest.mark.ac("AC-222")
def test_broken_files_are_called_incomplete(read: Reader) -> None:
    whole = w.table(HEADINGS, *[[f"题{n}", n] for n in range(500)])
    for cut in (30, 1000, len(whole) // 2, len(whole) - 10):
        assert read.refuses(whole[:cut]) == "damaged"
    middle = whole.find(b"xl/worksheets/sheet1.xml") + 200
    assert read.refuses(whole[:middle] + bytes(50) + whole[middle + 50 :]) == "damaged"
    assert read.refuses(w.raw("<sheetData><row><c></sheetData>")) == "damaged"
    assert read.refuses(w.xls([HEADINGS, ["甲", 1]])[:2000], "论文.xls") == "damaged"


@pytest.mark.ac("AC-222")
def test_files_that_are_no_tables(read: Reader) -> None:
    for data, reason in (
        (b"", "empty"), (b"\xef\xbb\xbf", "empty"), (b" \r\n\t\n", "empty"), (b"\0" * 5000, "empty"),
        (b"MZ\x90\x00" + bytes(500), "type"), (b"\x7fELF" + bytes(500), "type"), (b"%PDF-1.7\n", "type"), (b"\x89PNG\r\n\x1a\n", "type"),
        (b'{"a": 1}', "type"), (b"<?xml version='1.0'?><a/>", "type"), (b"MIME-Version: 1.0\n", "type"), (random.Random(1).randbytes(5000), "type"),
        (b"\x09\x08\x10\x00\x00\x05\x05\x00" + bytes(200), "type"), (w.ole({"WordDocument": b"x"}), "type"), (w.ole({"Other": b"x"}), "type"),
    ):  # fmt: skip
        assert read.refuses(data) == reason, data[:20]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("论文.xlsx", "x")
    assert read.refuses(out.getvalue()) == "type"
    assert read.refuses(w.table()) == "table"
    assert read.refuses(w.table([1, 2], [3, 4])) == "table"
    with pytest.raises(UnreadableFile, match="找不到"):
        tabular.read(read.folder / "none")


def test_directories_that_lie_or_repeat(read: Reader) -> None:
    data = w.table(HEADINGS, ["甲", 2024])

    def shorter(member: zipfile.ZipInfo) -> None:
        member.file_size //= 2

    def other(member: zipfile.ZipInfo) -> None:
        member.CRC ^= 1

    assert read.refuses(w.with_directory(data, shorter)) == "bomb"
    assert read.refuses(w.with_directory(data, other)) == "damaged"
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = w.raw(f"<sheetData>{w.HEADER}</sheetData>", extra={"xl/worksheets/sheet1.xml": "<worksheet/>"})
    assert read.refuses(twice) == "damaged"


# --- what stands inside ---------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["sheet", "strings", "styles", "spreadsheetml"])
def test_entities_are_refused_and_nothing_outside_is_read(read: Reader, place: str) -> None:
    canary = read.folder / "canary.txt"
    canary.write_text(CANARY)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for declared in (f'<!ENTITY l0 "ha">{laughs}', f'<!ENTITY l9 SYSTEM "{canary.as_uri()}">'):
        doctype = f"<!DOCTYPE worksheet [{declared}]>"
        if place == "spreadsheetml":
            ss = "urn:schemas-microsoft-com:office:spreadsheet"
            data = f'<?xml version="1.0"?>{doctype}<Workbook xmlns="{ss}" xmlns:ss="{ss}"><Worksheet><Table><Row><Cell><Data ss:Type="String">&l9;</Data></Cell></Row></Table></Worksheet></Workbook>'.encode()
        elif place == "sheet":
            data = w.raw(f"<sheetData>{w.HEADER}<row>{w.cell('A2', '&l9;')}</row></sheetData>", head=doctype)
        else:
            name = {"strings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}[place]
            data = w.raw(f"<sheetData>{w.HEADER}</sheetData>", extra={name: f"{doctype}<sst>&l9;</sst>"})
        assert read.refuses(data) == "damaged"


def test_a_value_in_each_corner_ends_no_process(read: Reader) -> None:
    far = f'<sheetData>{w.HEADER}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    assert read.refuses(w.raw(far)) == "bomb"
    with pytest.raises(UnreadableFile, match="XFD1048576"):
        read(w.raw(far))
    assert read.refuses(w.raw('<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData>')) in ("columns", "table")


def test_memory_and_time_are_bounded(read: Reader) -> None:
    cells = "".join(f"<c><v>{n % 10}</v></c>" for n in range(100))
    many = w.raw(f"<sheetData>{w.HEADER}{f'<row>{cells}</row>' * 3000}</sheetData>")
    assert read.refuses(many, limits=Limits(memory=25_000_000)) == "bomb"


def test_ten_megabytes_never_cost_more_than_512_megabytes_and_ten_seconds(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they unpack to; a real sheet as large has what it needs, and a larger one gets more."""
    for packed, unpacked in ((1 << 20, 1 << 30), (10 << 20, 1 << 30), (10 << 20, 150 << 20)):
        memory, seconds = bounds(packed, unpacked, tabular.LIMITS)
        assert memory <= 512 << 20 and seconds <= 8, (packed, unpacked)
    for packed, unpacked in ((9 << 20, 96 << 20), (8 << 20, 143 << 20), (46 << 20, 158 << 20), (100 << 20, 900 << 20)):
        memory, seconds = bounds(packed, unpacked, tabular.LIMITS)
        assert memory > (70 << 20) + min(2 * unpacked, 36 * packed) and seconds >= 8 + (packed - (10 << 20)) // (2 << 20)
    joined = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(3, 400_003))
    data = w.raw(f"<sheetData>{w.HEADER}</sheetData><mergeCells>{joined}</mergeCells>")
    monkeypatch.setenv("RUST_BACKTRACE", "1")
    began = time.monotonic()
    assert read.refuses(data, limits=Limits(memory=60 << 20, seconds=4)) == "bomb"
    assert time.monotonic() - began < 12  # of the 16 given: a process without memory ends, and does not wait for itself


def test_too_many_sheets(read: Reader) -> None:
    few = Limits(sheets=3)
    names = "".join(f'<sheet name="数{n}" sheetId="{n}" r:id="rId1"/>' for n in range(4))
    head = f'<?xml version="1.0"?><workbook xmlns="{w.MAIN}" xmlns:r="{w.REL}"><sheets>'
    sheet = f'<?xml version="1.0"?><worksheet xmlns="{w.MAIN}"><sheetData>{w.HEADER}</sheetData></worksheet>'
    same = w.with_parts({"xl/workbook.xml": f"{head}{names}</sheets></workbook>", "xl/worksheets/sheet1.xml": sheet})
    ss = "urn:schemas-microsoft-com:office:spreadsheet"
    rows = "<Table><Row><Cell><Data>论文名称</Data></Cell><Cell><Data>年度</Data></Cell></Row></Table>"
    markup = f'<?xml version="1.0"?><Workbook xmlns="{ss}" xmlns:ss="{ss}">{f"<Worksheet>{rows}</Worksheet>" * 4}</Workbook>'.encode()
    html = "<table><tr><td>论文名称<td>年度</tr></table>".encode() * 4
    for data in (same, markup, html):
        assert read(data).sheet().headings == ("论文名称", "年度")
        assert read.refuses(data, limits=few) == "sheets"


def test_a_line_of_millions_of_values_and_millions_of_blank_lines(read: Reader) -> None:
    head = "论文名称,年度\n题一,1\n".encode()
    tracemalloc.start()
    try:
        assert read.refuses(head + b"1," * 3_000_000, "a.csv") == "columns"
        assert read.refuses(head + b"," * 4_000_000, "a.csv") == "columns"
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert read.refuses(head + b"\n" * 2_100_000, "a.csv") == "rows"


@pytest.mark.ac("AC-222")
def test_too_many_rows_or_columns(read: Reader) -> None:
    rows = [HEADINGS, *[[f"题{n}", n] for n in range(700)]]
    for data, name in ((w.table(*rows), "a.xlsx"), ("\n".join(f"{a},{b}" for a, b in rows).encode(), "a.csv")):
        assert read(data, name, Limits(rows=700)).sheet().row_count == 700
        assert read.refuses(data, name, Limits(rows=600)) == "rows"
    wide = w.table([f"列{n}" for n in range(205)], list(range(205)))
    assert read.refuses(wide) == "columns"


def test_a_hundred_and_fifty_thousand_joined_cells(read: Reader) -> None:
    joined = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(3, 150_003))
    data = w.raw(
        f'<sheetData>{w.HEADER}<row r="2">{w.cell("A2", "甲")}</row></sheetData><mergeCells>{joined}<mergeCell ref="A2:XFD1048576"/></mergeCells>'
    )
    assert [row.values for row in read(data).sheet().rows()] == [("甲", "甲")]


def test_tags_without_an_end_are_not_searched_for_ever(read: Reader) -> None:
    for start in ("<row ", "<c ", '<c t="e" ', "<c r='A1'><f ", "<col "):
        text = f'<sheetData>{w.HEADER}<row hidden="1"><c t="e"><f>{start * 20_000}'
        assert read.refuses(w.raw(text)) in ("damaged", "bomb")


def test_macros_links_rich_text_and_guides_are_passed_over(read: Reader) -> None:
    sheet = (
        f'<sheetData>{w.HEADER}<row r="2"><c r="A2" t="inlineStr"><is><r><t>题</t></r><r><t>一</t></r><rPh sb="0" eb="1"><t>tí</t></rPh></is></c>'
        "<c r=\"B2\"><f>'[1]Sheet1'!A1</f><v>2024</v></c></row></sheetData>"
    )
    for name in ("论文.xlsm", "论文.xlsx"):
        book = read(w.raw(sheet, extra={"xl/vbaProject.bin": b"x" * 100, "xl/externalLinks/externalLink1.xml": "<externalLink/>"}), name)
        assert book.kind == "xlsm"
        assert [row.values for row in book.sheet().rows()] == [("题一", 2024)]


def test_cells_of_full_length(read: Reader) -> None:
    long = "长" * 32_767
    assert next(read(w.table(HEADINGS, [long, 1])).sheet().rows()).values == (long, 1)
    assert next(read(f"论文名称,年度\n{long},1\n".encode(), "a.csv").sheet().rows()).values == (long, "1")


def test_containers_that_point_at_themselves(read: Reader) -> None:
    data = bytearray(w.xls([HEADINGS, ["甲", 1]]))
    first_fat = struct.unpack_from("<I", data, 76)[0]
    struct.pack_into("<I", data, (first_fat + 1) * 512, 0)  # the first sector follows itself
    assert read.refuses(bytes(data)) == "damaged"
    records = w.ole({"Workbook": struct.pack("<HH", 0x0809, 0) * 200_000})
    assert read.refuses(records) in ("damaged", "table", "bomb")


def test_files_damaged_anywhere_are_read_or_refused(read: Reader) -> None:
    """Bytes changed, lost, repeated: in the container and inside its parts."""
    made = random.Random(20)
    whole = w.table(HEADINGS, *[[f"题{n}", 2000 + n] for n in range(5)])
    sources = [whole, w.xls([HEADINGS, ["甲", 1]]), "论文名称,年度\n题一,2024\n".encode("gbk"), "<table><tr><td>论文名称<td>年度<tr><td>甲<td>1</table>".encode()]

    def damaged(data: bytes) -> bytes:
        out = bytearray(data)
        for _ in range(made.choice((1, 3, 10))):
            at = made.randrange(len(out))
            out[at : at + made.randrange(4)] = made.choice((made.randbytes(2), out[at : at + 40], b"\xff" * 4, b"9999", b"<!--"))
        return bytes(out)

    for turn in range(16):
        data = sources[turn % len(sources)]
        if data is whole and turn % 3:
            out = io.BytesIO()
            with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
                chosen = made.choice(source.namelist())
                for name in source.namelist():
                    target.writestr(name, damaged(source.read(name)) if name == chosen else source.read(name))
            data = out.getvalue()
        else:
            data = damaged(data)
        try:
            book = read(data)
        except UnreadableFile:
            continue
        rows = [row.number for table in book.sheets for row in table.rows() if table is book.sheet()]
        out_path = read.folder / "canary.txt"
        tabular.annotate(book, out_path, [tabular.Mark(row, 0, "坏", "bad") for row in rows[:2]], [])


# --- text -----------------------------------------------------------------------------------------------


@pytest.mark.ac("AC-222")
def test_text_that_cannot_be_read_whole(read: Reader) -> None:
    line = "题一,2024\n"
    for data, reason in (
        (f"论文名称,年度\n{line}".encode() + "题二在这里,2023\n".encode("gbk"), "encoding"),
        ("论文名称,年度\n题二在这里,2023\n".encode("gbk") + (line * 2).encode(), "encoding"),
        (f"论文名称,年度\n{line}题二,研究".encode()[:-1], "encoding"),
        (f"论文名称,年度\n{line}题二,研究".encode("gbk")[:-1], "encoding"),
        (f"论文名称,年度\n{line}".encode() + b"\xff\xfe\xfa,1\n", "encoding"),
        (f'论文名称,年度\n"题一,2024\n{line}'.encode(), "table"),
        (f"论文名称,年度\n{line}{'x' * 4_500_000},1\n".encode(), "table"),
        (b"a,b\n" + b"\x01\x02\x03\x04" * 50, "type"),
    ):  # fmt: skip
        assert read.refuses(data, "论文.csv") == reason, data[-40:]


def test_one_endless_line(read: Reader) -> None:
    assert read.refuses(b"a,b\n" + b"a," * 6_000_000, "a.csv") in ("table", "columns")


def test_nul_bytes_go_and_mixed_delimiters_are_told(read: Reader) -> None:
    sheet = read("论文名称,年度\n题\x00一,2024\n题二;2023\n".encode(), "a.csv").sheet()
    assert [row.values for row in sheet.rows()] == [("题一", "2024"), ("题二;2023", None)]
    assert [note.severity for row in sheet.rows() for note in row.notes] == ["warning"]


def test_a_name_that_turns_the_sentence_around(read: Reader) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(b"", "论文\u202exslx.exe\n" + "长" * 300)
    assert "\u202e" not in refused.value.zh and len(refused.value.zh) < 150


def test_the_installation_sets_the_limits(sqlite_store: Store) -> None:
    with sqlite_store.begin("*") as uow:
        uow.conn.execute(insert(setting).values(university_code="*", key="import_rows", value="1000"))
        limits = tabular_limits.of(uow)
    assert (limits.rows, limits.packed) == (1000, tabular.LIMITS.packed)
    widest = tabular_limits.widest()
    assert (widest.rows, widest.packed) == (1_000_000, 200 << 20)
