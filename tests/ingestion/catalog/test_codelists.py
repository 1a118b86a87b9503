"""Code lists: whole, without collisions, found by code, label or both."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog.codelists import BUILT_IN, FILES, CodeItem, Codes

CODES = Codes()
PAIRS = [(name, item) for name in BUILT_IN for item in BUILT_IN[name].items]


def test_every_file_is_registered_and_the_reverse() -> None:
    files = {file.name.removesuffix(".csv") for file in FILES.iterdir() if file.name.endswith(".csv")} - {
        "lists"
    }
    assert files == set(BUILT_IN)


@pytest.mark.ac("AC-187")
@pytest.mark.parametrize("name", list(BUILT_IN))
def test_a_list_is_sound(name: str) -> None:
    held = BUILT_IN[name]
    assert held.zh and held.en and held.source and held.version and held.items
    codes = [item.code for item in held.items]
    assert len(codes) == len(set(codes)), "codes collide"
    for item in held.items:
        assert re.fullmatch(r"[0-9A-Za-z.-]{1,40}", item.code), item
        assert item.label_zh and item.label_zh == item.label_zh.strip() and len(item.label_zh) <= 300
        assert item.label_en and not re.search("[\u4e00-\u9fff]", item.label_en), item
        assert not item.parent or item.parent in held.by_code, item
    for item in held.items:  # a tree without loops
        seen, at = {item.code}, item.parent
        while at in held.by_code:
            assert at not in seen
            seen.add(at)
            at = held.by_code[at].parent


@pytest.mark.ac("AC-187")
def test_the_national_lists_are_built_in() -> None:
    for name, least in {
        "gbt13745_discipline": 800, "gbt4754_2017_industry": 110, "gbt2261_1_sex": 4, "gbt3304_ethnic": 56,
        "gbt2260_region": 3000, "gbt6864_degree": 50, "gbt8561_title": 250, "skstat_project_source": 17,
        "ststat_project_source_current": 13, "stat_activity_type_st": 5, "stat_activity_type_sk": 3,
    }.items():  # fmt: skip
        assert len(BUILT_IN[name].items) >= least


def test_nothing_that_must_not_ship_is_in_the_files() -> None:
    for file in FILES.iterdir():
        if file.name.endswith(".csv"):
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"https?:|www\.|\.com|\.cn\b|/work|@", text), file.name


@pytest.mark.ac("AC-186")
@given(st.sampled_from(PAIRS))
def test_the_code_and_code_with_label_find_the_item(pair: tuple[str, CodeItem]) -> None:
    name, item = pair
    assert CODES.resolve(name, item.code) == item.code
    assert CODES.resolve(name, f"{item.code} {item.label_zh}") == item.code
    assert CODES.resolve(name, f"　{item.code}　{item.label_zh} ") == item.code


@pytest.mark.ac("AC-186")
def test_a_label_finds_its_code_and_an_ambiguous_one_does_not() -> None:
    assert CODES.resolve("paper_type", "期刊论文") == "1"
    assert CODES.resolve("paper_type", "Journal article") == "1"
    assert CODES.resolve("project_class", "青年项目") is None
    assert CODES.resolve("project_class", "青年项目", parent="SK04") == "SK04-QN"
    assert CODES.resolve("paper_type", "杂文") is None


@pytest.mark.ac("AC-186")
def test_the_nearest_come_best_first() -> None:
    assert CODES.nearest("gbt13745_discipline", "计算机科学")[0].code == "520"
    assert [item.code for item in CODES.nearest("paper_type", "期刊文章")][0] == "1"
    assert len(CODES.nearest("gbt2260_region", "武汉")) == 3


@pytest.mark.ac("AC-190")
def test_a_retired_code_keeps_its_label() -> None:
    codes = Codes({"journal_level": (CodeItem("B", "B类（旧）", "Class B (old)", valid_to="2020-12-31"),)})
    assert codes.label("journal_level", "B") == "B类（旧）"
    assert codes.valid("journal_level", "B", "2020-06-01") and codes.valid("journal_level", "B", "2020")
    assert not codes.valid("journal_level", "B", "2021-01-01")
    assert "B" not in {item.code for item in codes.items("journal_level", "2024")}


def test_own_codes_lie_over_the_built_in_ones() -> None:
    codes = Codes({"journal_level": (CodeItem("SCHOOL-1", "校定一类", own=True),)})
    assert codes.valid("journal_level", "SCHOOL-1") and codes.valid("journal_level", "A")
    assert not CODES.valid("journal_level", "SCHOOL-1")
    assert codes.label("journal_level", "SCHOOL-1", "en") == "校定一类"


def test_validity_by_year_and_month() -> None:
    item = CodeItem("x", "甲", valid_from="2024-05-01", valid_to="2025-03-31")
    assert [
        on
        for on in ("2023", "2024", "2024-04", "2024-05", "2024-04-30", "2025-03", "2025-04")
        if item.valid_on(on)
    ] == [
        "2024",
        "2024-05",
        "2025-03",
    ]


def test_an_unknown_list_is_empty_not_an_error() -> None:
    assert CODES.items("no_such_list") == [] and CODES.label("no_such_list", "7") == "7"


@pytest.mark.ac("AC-156")
def test_only_the_level_asked_for_is_offered() -> None:
    programmes = CODES.items("project_class", depth=0)
    assert {"ST03", "SK04", "HBNSF"} <= {item.code for item in programmes} and all(
        not item.parent for item in programmes
    )
    disciplines = {item.code for item in CODES.items("gbt13745_discipline", depth=1)}
    assert {"520", "880"} <= disciplines and not disciplines & {"A", "52020"}
    assert {item.code for item in CODES.children("project_class", "ST03")} >= {"ST03-MS", "ST03-QN"}
