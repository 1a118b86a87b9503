"""The mapping between documents and cells: lossless both ways, and the catalogue's own meaning of every value."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.catalog import kinds as k
from ingestion.catalog import validate, values
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from ingestion.documents import clean
from ingestion.exchange import layout
from ingestion.exchange.layout import Known, Look
from ingestion.exchange.layout import values as readers
from tests.ingestion.exchange.layout import generated

QUICK = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def as_csv(cells: dict[str, layout.Cell]) -> dict[str, str]:
    """What a text file leaves of cells: only characters, and an apostrophe before what looks like a formula."""
    out = {}
    for key, cell in cells.items():
        text = cell.isoformat() if isinstance(cell, date) else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
        out[key] = "'" + text if isinstance(cell, str) and text[0] in "=+-@\t\r＝＋－＠" else text
    return out


@pytest.mark.ac("AC-247")
@pytest.mark.parametrize("type_id", TYPE_IDS)
@QUICK
@given(data=st.data())
def test_what_is_written_is_read_back(type_id: str, data: st.DataObject) -> None:
    look = generated.look(type_id, data.draw(st.sampled_from(("zh", "en"))))
    document = clean(type_id, data.draw(generated.document(type_id)))
    written = layout.cells(type_id, document, {"record_no": f"{ALL_RECORDS[type_id].prefix}000007"}, look)
    for cells in (written, as_csv(written)):
        read = layout.read(type_id, cells, look)
        assert [issue for _key, issue in read.issues if issue.severity == "error"] == []
        assert clean(type_id, read.document) == document
        assert read.record_no == 7
        assert read.given == set(cells)


SAMPLES: dict[type[k.Field], tuple[Any, ...]] = {
    k.Text: ("  名称　", "a\u200bb", "e\u0301", 12.0, 3, True, datetime(2025, 3, 1), "x" * 600, "\ufa0e", "A\nB"),
    k.Identifier: ("１２３", "a  b", 123.0, 4.2e17, 420101199003070001, "4.2010119E+17", "10.1000/ABC", "2095-5782", "+86", "027-1"),
    k.Secret: ("42010119900307123x", 4.2010119e17, "139 0000 0001"),
    k.Integer: ("1,234", "12.0", 12.0, 12.5, -1, True, "十", 10**12),
    k.Year: ("2025年", 2025.0, date(2025, 1, 1), "25", 1900, "2025年度"),
    k.Decimal: ("1.005", 0.1 + 0.2, "-1", "12%", "1e3", 10**10, "１.５"),
    k.Money: ("1,234.50元", "¥3", 0.29, 1234.567, 10**11, "-1", 0, "１００", "12.345", 1e10, 0.1 + 0.2, 99999999.99),
    k.Date: ("2025/3/1", "20250301", "2025年3月", "2025-02-30", date(1940, 1, 1), datetime(2025, 3, 1, 9), "2025-03-01 00:00:00", 45000, "2025"),
    k.YesNo: ("是", "√", "N", 1, 0.0, True, "也许"),
    k.Code: ("期刊论文", "1 期刊论文", "1", 1.0, "不存在", "第一单位", "110", 110.0),
    k.MultiCode: ("1；2", "不存在", "省、部属", "1,2"),
    k.TextList: ("甲；乙、丙", '"甲；乙"；丙', ("甲", "乙")),
    k.LongText: ("a\r\nb  ", "x" * 6000),
}


@pytest.mark.ac("AC-185", "AC-186", "AC-242")
@pytest.mark.parametrize("type_id", TYPE_IDS)
@QUICK
@given(data=st.data())
def test_a_value_means_what_the_catalogue_says(type_id: str, data: st.DataObject) -> None:
    """The quick readers and ``values.parse`` agree on value and issues, for every field and whatever was typed."""
    record_type = ALL_RECORDS[type_id]
    look = generated.look(type_id)
    holder = data.draw(generated.filled(tuple(record_type.fields())))
    fields = [*record_type.fields(), *(one for step in record_type.children() for one in step.fields)]
    for field in fields:
        samples = SAMPLES.get(type(field))
        if samples is None:
            continue
        raw = data.draw(st.sampled_from(samples) | generated.TEXT | st.floats(allow_nan=False) | st.integers())
        if isinstance(field, k.Secret) and isinstance(raw, str) and "*" in raw:
            continue  # a mask: means "unchanged" and is the sheet's own
        expected, issues = values.parse(field, raw, codes=look.codes, document=holder)
        read = readers.reader(field, look)
        for _again in range(2):  # the second time from what it remembers
            try:
                found, wrong = read(raw, holder), ()
            except readers.Unread as problem:
                found, wrong = None, problem.issues
            assert wrong == tuple(issues)
            if not issues:
                assert found == expected and type(found) is type(expected)


@pytest.mark.ac("AC-037")
def test_a_number_that_lost_its_digits_is_refused() -> None:
    look = generated.look("person")
    read = layout.read("person", {"staff_no": "00123", "id_number": 4.2010119e17}, look)
    assert [(key, issue.zh) for key, issue in read.issues] == [("id_number", "证件号码必须为文本，该单元格已丢失精度")]
    assert "id_number" not in read.document


@pytest.mark.ac("AC-037")
def test_a_staff_number_without_its_zeros_links_nobody() -> None:
    look = generated.look("paper")
    look.pickable.pop("123")
    read = layout.read("paper", {"authors.name": "张伟", "authors.person": 123}, look)
    (row,) = read.document["contributors"]
    assert "person_id" not in row
    (issue,) = [issue for key, issue in read.issues if key == "authors.person"]
    assert "00123 张伟 计算机学院" in issue.zh and "文本" in issue.zh
    assert [(p.name, p.staff_no) for p in read.people] == [("张伟", "123")]


def test_a_name_alone_links_nobody() -> None:
    look = generated.look("paper")
    read = layout.read("paper", {"authors.name": "张伟、王五\nZhang, Wei", "authors.kind": "校内\n-\n校外"}, look)
    rows = read.document["contributors"]
    assert [(row["rank"], row["name"], row["kind"], row.get("person_id")) for row in rows] == [
        (1, "张伟", "staff", None), (2, "王五", "external", None), (3, "Zhang, Wei", "external", None),
    ]  # fmt: skip
    (named,) = read.people
    assert (named.name, named.step, named.rank) == ("张伟", "authors", 1)
    assert {one.number for one in named.candidates} == {"00123", "123"}


def test_a_staff_number_makes_own_staff_and_a_foreign_name_is_told() -> None:
    look = generated.look("paper")
    read = layout.read("paper", {"authors.name": "李四", "authors.person": "00123", "authors.units": "江城大学计算机学院；MIT[840]"}, look)
    (row,) = read.document["contributors"]
    assert (row["kind"], row["person_id"]) == ("staff", 11)
    assert row["affiliations"] == [{"name": "江城大学计算机学院", "is_own": True}, {"name": "MIT", "is_own": False, "country": "840"}]
    ((key, issue),) = read.issues
    assert key == "authors.name" and issue.severity == "warning" and "李四" in issue.zh and "张伟" in issue.zh


@pytest.mark.ac("AC-186", "AC-220")
def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    look = generated.look("paper")
    cells = {
        "title": "x" * 501, "paper_type": "期刊论", "published_on": "2025-02-30", "college_id": "文学", "issn": "1234-5678",
        "indexings.index_code": "SCIE；不存在", "indexings.index_year": "二〇二〇", "authors.share": "120", "project_ids": "某项目",
    }  # fmt: skip
    read = layout.read("paper", cells, look)
    assert {key for key, _issue in read.issues} == set(cells)
    words = {key: issue.zh for key, issue in read.issues}
    assert "期刊论" in words["paper_type"] and "1 期刊论文" in words["paper_type"]
    assert words["indexings.index_code"].startswith("论文收录第 2 行：")
    assert words["authors.share"].startswith("作者第 1 人：")


@pytest.mark.ac("AC-243", "AC-242")
def test_words_that_only_fill_a_required_cell_are_refused_with_what_to_do() -> None:
    look = generated.look("award")
    for word in ("无", "/", "—", "暂无", "test", "123", "\u200b无\ufeff"):
        read = layout.read("award", {"outcome_name": word, "issuer": word}, look)
        issues = {i.field: i for i in validate.problems("award", read.document, validate.Context(date(2026, 11, 24), parsed=True))}
        assert issues["issuer"].rule in ("AC-243", "AC-159", validate.REQUIRED), word
        assert "不适用" in issues["outcome_name"].zh or issues["outcome_name"].rule == validate.REQUIRED
    read = layout.read("award", {"outcome_name": "不适用", "award_name": "𠮷林奖\u200b🎓"}, look)
    assert read.document == {"outcome_name": "不适用", "award_name": "𠮷林奖🎓"} and read.issues == []


@pytest.mark.parametrize("type_id", TYPE_IDS)
@QUICK
@given(data=st.data())
def test_a_row_just_read_needs_no_second_look_at_its_values(type_id: str, data: st.DataObject) -> None:
    """What ``parsed`` spares the check would have found nothing."""
    look = generated.look(type_id)
    document = data.draw(generated.document(type_id))
    read = layout.read(type_id, layout.cells(type_id, clean(type_id, document), {}, look), look).document
    quick, whole = (validate.problems(type_id, read, validate.Context(date(2026, 11, 24), parsed=parsed)) for parsed in (True, False))
    assert quick == whole


def test_a_cell_an_export_wrote_means_what_stands() -> None:
    """Masks, references nobody else could resolve and values of an unfinished draft come back unchanged."""
    look = generated.look("paper")
    current = clean("paper", {
        "title": "题", "doi": "not a doi", "project_ids": [RECORD], "paper_type": "gone",
        "contributors": [{"role": "author", "rank": 3, "kind": "staff", "name": " a\tb ", "share": 1.0, "reward_share": 2.0}],
    })  # fmt: skip
    look.records[RECORD] = Known(RECORD, "ZX000999", "", "vertical_project")
    written = layout.cells("paper", current, {"record_no": "LW000001"}, look)
    look.records.clear()
    read = layout.read("paper", written, look)
    assert {key for key, _issue in read.issues} == {"doi", "project_ids", "paper_type"}
    look.records[RECORD] = Known(RECORD, "ZX000999", "", "vertical_project")
    read = layout.read("paper", written, look, current)
    assert read.issues == [] and clean("paper", read.document) == current


RECORD = 999


def test_a_mask_is_no_secret_of_a_new_record() -> None:
    look = generated.look("person")
    read = layout.read("person", {"staff_no": "7", "mobile": "139****0001"}, look)
    assert [key for key, _issue in read.issues] == ["mobile"] and "mobile" not in read.document
    read = layout.read("person", {"record_no": "RY000011", "mobile": "139****0001"}, look)
    assert read.issues == [] and read.document["mobile"] == "139****0001"


@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_headings_are_unique_in_both_languages(type_id: str) -> None:
    columns = layout.columns(type_id)
    for heads in ([c.zh for c in columns], [c.en for c in columns], [c.key for c in columns]):
        assert len(set(heads)) == len(heads)


def test_an_issue_of_the_catalogue_finds_its_column() -> None:
    document = {"contributors": [{"role": "leader"}, {"role": "member"}]}
    found = {
        field: layout.column_of("vertical_project", field, document)
        for field in ("name", "partners[1].partner_fund", "contributors[1].person_id", "contributors[0].affiliations", "budget", "contributors", "task_file")
    }
    assert found == {
        "name": "name", "partners[1].partner_fund": "partners.partner_fund", "contributors[1].person_id": "members.person",
        "contributors[0].affiliations": "leader.units", "budget": "budget.budget_subject", "contributors": "leader.name", "task_file": "",
    }  # fmt: skip


def test_units_and_records_are_found_by_what_people_write() -> None:
    look = Look(
        units={1: Known(1, "010", "文学院")},
        records={5: Known(5, "ZX000005", "某项目", "vertical_project")},
        keys={"62071234": (5,)},
    )
    for unit in ("010", "文学院", "010 文学院"):
        assert layout.read("paper", {"college_id": unit}, look).document == {"college_id": 1}
    for record in ("ZX000005", "zx5", "62071234", "62071234 某项目"):
        assert layout.read("paper", {"project_ids": record}, look).document == {"project_ids": [5]}
    assert layout.read("paper", {"project_ids": "某项目"}, look).document == {}
