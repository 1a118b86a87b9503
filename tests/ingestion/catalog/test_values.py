"""Values typed or imported, and back to words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog import kinds as k
from ingestion.catalog import values
from ingestion.catalog.codelists import BUILT_IN
from ingestion.catalog.registry import ALL_RECORDS

MONEY = k.Money("amount", zh="金额", en="Amount", positive=True)
PAPER = ALL_RECORDS["paper"]


def parsed(field: k.Field, raw: Any) -> Any:
    value, issues = values.parse(field, raw)
    assert not issues, [issue.zh for issue in issues]
    return value


def refused(field: k.Field, raw: Any) -> k.Issue:
    _value, issues = values.parse(field, raw)
    assert len(issues) == 1, raw
    assert (
        issues[0].field == field.name
        and issues[0].zh.startswith(field.zh)
        and issues[0].en.startswith(field.en)
    )
    return issues[0]


@pytest.mark.ac("AC-049")
@pytest.mark.parametrize("raw", ["1,234.50", "１２３４.５", "1234.5", 1234.5, "￥1,234.50元", " 1 234.50 "])
def test_amounts_are_fen(raw: Any) -> None:
    assert parsed(MONEY, raw) == 123450


@pytest.mark.ac("AC-049")
@pytest.mark.parametrize(
    "raw", ["0", "-1", "1.234", "12a", "1,23", "10000000000.01", "一百", "1e5", "nan", "∞", "1.2.3", True]
)
def test_bad_amounts_are_refused(raw: Any) -> None:
    assert str(raw).strip() in refused(MONEY, raw).zh or raw in ("10000000000.01", "0", "-1", "1.234")


@pytest.mark.ac("AC-049")
def test_the_largest_amount_is_accepted() -> None:
    assert parsed(MONEY, "10,000,000,000.00") == 10**12


@pytest.mark.ac("AC-158")
@pytest.mark.parametrize(
    "raw",
    ["2025.3.1", "2025/03/01", "20250301", "2025-03-01", "2025年3月1日", "２０２５－０３－０１", "2025-03-01 00:00:00",
     date(2025, 3, 1), datetime(2025, 3, 1), 20250301, 20250301.0],
)  # fmt: skip
def test_dates_have_one_form(raw: Any) -> None:
    assert parsed(k.Date("on", zh="日期", en="Date"), raw) == "2025-03-01"


@pytest.mark.ac("AC-158")
@pytest.mark.parametrize(
    "raw",
    ["2025-02-30", "2025.13.1", "1948-12-31", "25-3-1", "2025年3月", "昨天", "2025-3-1-1", "0000-01-01"],
)
def test_impossible_and_ancient_dates_are_refused(raw: str) -> None:
    refused(k.Date("on", zh="日期", en="Date"), raw)


def test_partial_dates_keep_their_precision() -> None:
    field = k.Date("on", zh="日期", en="Date", partial=True)
    assert [parsed(field, raw) for raw in ("2025年3月", "2025.3", "202503", "2025", "2025年", 2025)] == [
        "2025-03", "2025-03", "2025-03", "2025", "2025", "2025",
    ]  # fmt: skip


@pytest.mark.ac("AC-179")
def test_whole_numbers() -> None:
    field = ALL_RECORDS["award"].field("unit_rank")
    assert parsed(field, "１２") == 12 and parsed(field, 12.0) == 12
    for raw in ("0", "-1", "1.5", "二", "1000"):
        assert raw in refused(field, raw).zh


@pytest.mark.ac("AC-185", "AC-186")
def test_codes_take_code_label_or_both_and_an_unknown_names_three() -> None:
    field = PAPER.field("paper_type")
    assert (
        parsed(field, "期刊论文")
        == parsed(field, "1")
        == parsed(field, "1 期刊论文")
        == parsed(field, 1)
        == "1"
    )
    region = k.Code("region", zh="地区", en="Region", code_list="gbt2260_region")
    assert refused(region, "武汉市江安区").zh.count("、") == 2


def test_a_code_must_belong_to_its_parent() -> None:
    field = ALL_RECORDS["vertical_project"].field("subcategory")
    value, issues = values.parse(field, "面上项目", document={"category": "ST03"})
    assert (value, issues) == ("ST03-MS", [])
    _, issues = values.parse(field, "ST03-MS", document={"category": "SK04"})
    assert "不属于" in issues[0].zh


def test_the_list_follows_another_field() -> None:
    field = ALL_RECORDS["vertical_project"].field("activity_type")
    assert values.parse(field, "实验与发展", document={"subject_class": "2"})[0] == "3"
    assert values.parse(field, "R&D成果应用", document={"subject_class": "1"})[0] == "4"
    assert values.parse(field, "4", document={"subject_class": "2"})[1]


def test_lists_are_split_and_not_repeated() -> None:
    keywords = PAPER.field("keywords")
    assert parsed(keywords, "科研管理；统计;科研管理、 数据 ") == ["科研管理", "统计", "数据"]
    levels = PAPER.field("journal_levels")
    assert parsed(levels, "A类；B类") == parsed(levels, ["A", "B"]) == parsed(levels, "A,B") == ["A", "B"]


@pytest.mark.ac("AC-037")
def test_a_long_number_that_lost_its_digits_is_refused() -> None:
    assert "已丢失精度" in refused(ALL_RECORDS["person"].field("id_number"), 4.2010119900101e17).zh
    assert parsed(ALL_RECORDS["person"].field("staff_no"), "00123") == "00123"


def test_a_secret_is_never_repeated_in_a_message() -> None:
    issue = refused(ALL_RECORDS["person"].field("mobile"), "13912")
    assert "13912" not in issue.zh + issue.en
    assert values.display(ALL_RECORDS["person"].field("mobile"), "13900000000") == "******"


def test_empty_is_empty() -> None:
    for field in PAPER.fields():
        if not isinstance(field, (k.FileSlot, k.Shown)):
            for raw in (None, "", " \u200b\u00a0", [], float("nan")):
                assert values.parse(field, raw) == (None, [])


EVERY = [
    (t.id, f) for t in ALL_RECORDS.values() for f in t.fields() if not isinstance(f, (k.FileSlot, k.Shown))
]


@given(
    st.sampled_from(EVERY),
    st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.booleans(), st.dates()),
)
def test_nothing_typed_breaks_the_parser(pair: tuple[str, k.Field], raw: Any) -> None:
    _type_id, field = pair
    value, issues = values.parse(field, raw)
    assert all(issue.zh and issue.en for issue in issues)
    if value is not None and not issues:
        assert not list(values.problems(field, value, values.BUILT_IN_CODES, {}))


def documents_values(field: k.Field) -> st.SearchStrategy[Any]:
    match field:
        case k.Money():
            return st.integers(1, values.MAX_FEN)
        case k.Integer(minimum=low, maximum=high):
            return st.integers(low or 0, high or 10**6)
        case k.Decimal(places=places, minimum=low, maximum=high):
            return st.floats(low or 0, min(high or 1e6, 1e6)).map(lambda x: round(x, places) + 0.0)
        case k.Date():
            return st.dates(date(1949, 1, 1), date(2199, 12, 31)).map(date.isoformat)
        case k.Year():
            return st.integers(1949, 2200)
        case k.YesNo():
            return st.booleans()
        case _:
            return st.text(min_size=1, max_size=50).map(values.normalise.text).filter(lambda s: len(s) >= 2)


ROUND = [
    (t, f)
    for t, f in EVERY
    if isinstance(f, (k.Money, k.Integer, k.Decimal, k.Date, k.Year, k.YesNo, k.Text))
]


@given(st.data())
def test_words_read_back_as_the_value(data: st.DataObject) -> None:
    _type_id, field = data.draw(st.sampled_from(ROUND))
    value = data.draw(documents_values(field))
    for language in ("zh", "en"):
        assert parsed(field, values.display(field, value, language)) == value


@given(
    st.sampled_from(
        [
            (n, i.code)
            for n in ("paper_type", "paper_index", "award_level", "gbt2261_1_sex")
            for i in BUILT_IN[n].items
        ]
    )
)
def test_labels_read_back_as_the_code(pair: tuple[str, str]) -> None:
    field = k.Code("code", zh="代码", en="Code", code_list=pair[0])
    assert parsed(field, values.display(field, pair[1], "zh")) == pair[1]
    assert parsed(field, values.display(field, pair[1], "en")) == pair[1]


@pytest.mark.ac("AC-159", "AC-242")
def test_clean_stores_one_form_and_drops_what_is_hidden() -> None:
    document = {
        "title": " 一篇\u200b论文 ", "issn": "02533766", "doi": "不是DOI", "keywords": ["", " 甲 "], "paper_type": "1",
        "conference_name": "某会议", "indexings": [{"accession_no": "  "}], "abstract": "一\r\n二",
    }  # fmt: skip
    assert values.clean(PAPER, document, drop_hidden=True) == {
        "title": "一篇论文", "issn": "0253-3766", "doi": "不是DOI", "keywords": ["甲"], "paper_type": "1", "abstract": "一\n二",
    }  # fmt: skip
    assert values.clean(PAPER, document)["conference_name"] == "某会议"
    assert document["title"] == " 一篇\u200b论文 ", "the document given is not changed"


@pytest.mark.ac("AC-159")
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (k.Year("y", zh="收录时间", en="Year"), "3026", "收录时间 “3026” 应为 1949 年到今年之间的四位年份"),
        (k.Year("y", zh="计划年度", en="Year", future=True), "3026", "计划年度 “3026” 应为 1949 年到 2200 年之间的四位年份"),
        (k.Decimal("d", zh="影响因子", en="Factor"), "-3", "影响因子 “-3” 应不小于 0"),
        (k.Decimal("d", zh="影响因子", en="Factor", places=3), "3.14159", "影响因子 “3.14159” 的小数超过 3 位，最多 3 位小数"),
        (k.Decimal("d", zh="字数", en="Length"), "１２．３４５", "字数 “１２．３４５” 的小数超过 2 位，最多 2 位小数"),
        (k.Decimal("d", zh="字数", en="Length"), 0.125, "字数 “0.125” 的小数超过 2 位，最多 2 位小数"),
    ],
)
def test_a_number_out_of_range_is_told_as_typed_with_both_ends(field: k.Field, typed: str, said: str) -> None:
    assert [issue.zh for issue in values.parse(field, typed)[1]] == [said]


def test_binary_noise_of_a_spreadsheet_is_no_further_decimal() -> None:
    assert parsed(k.Decimal("d", zh="比例", en="Share"), 0.1 + 0.2) == 0.3
    assert parsed(k.Money("m", zh="金额", en="Amount"), 1234.56 * 3) == 370368
    assert [i.zh for i in values.problems(k.Decimal("d", zh="比例", en="Share"), 12.345, values.BUILT_IN_CODES, {})] == ["比例 “12.345” 的小数超过 2 位，最多 2 位小数"]
