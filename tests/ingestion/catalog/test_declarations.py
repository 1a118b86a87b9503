"""The 28 declarations: complete, named in both languages, and as the brochure shows the forms it shows."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ingestion.catalog import codelists
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS, GROUPS, TYPE_IDS

TYPES = list(ALL_RECORDS.values())
# fields (without children), children tables, contributor steps
SIZES = {
    "person": (38, 3, 0), "expert": (27, 1, 0), "institution": (28, 2, 0),
    "vertical_project": (46, 2, 2), "horizontal_project": (46, 2, 2), "university_project": (28, 2, 2),
    "fund_arrival": (22, 2, 1), "fund_outward": (14, 0, 1), "fund_expense": (11, 2, 1),
    "paper": (40, 2, 1), "book": (24, 0, 1), "award": (23, 0, 1), "research_report": (22, 0, 1),
    "appraisal": (19, 0, 1), "artwork": (15, 0, 1),
    "patent": (34, 1, 1), "copyright": (18, 0, 1), "standard": (17, 0, 1), "drug_certificate": (14, 0, 1),
    "new_variety": (15, 0, 1), "ic_layout": (12, 0, 1),
    "hosted_conference": (22, 0, 1), "lecture": (14, 0, 1), "attended_conference": (16, 0, 1),
    "cooperative_research": (15, 0, 1),
    "technology_transfer": (25, 1, 1), "landmark_result": (12, 0, 1), "economic_result": (14, 0, 1),
}  # fmt: skip


def every_field(record_type: k.RecordType) -> list[k.Field]:
    return [*record_type.fields(), *(field for step in record_type.children() for field in step.fields)]


def test_there_are_the_28_types_of_the_brochure() -> None:
    assert len(TYPE_IDS) == 28 == len(ALL_RECORDS) == len(SIZES)
    assert {t.group for t in TYPES} == set(GROUPS)


@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_no_field_was_lost(type_id: str) -> None:
    record_type = ALL_RECORDS[type_id]
    sizes = (
        len(list(record_type.fields())),
        len(list(record_type.children())),
        len(list(record_type.contributor_steps())),
    )
    assert sizes == SIZES[type_id]


@pytest.mark.parametrize("record_type", TYPES, ids=TYPE_IDS)
def test_names_are_unique_and_labels_stand_in_both_languages(record_type: k.RecordType) -> None:
    plain = [field.name for field in record_type.fields()]
    assert len(plain) == len(set(plain))
    for step in record_type.children():
        names = [field.name for field in step.fields]
        assert len(names) == len(set(names)) and set(step.key) <= set(names)
        single = (k.TextList, k.MultiCode, k.PersonRefs, k.RecordRefs, k.Secret, k.FileSlot, k.Shown)
        assert not any(isinstance(field, single) for field in step.fields)
    for named in (record_type, *record_type.steps, *every_field(record_type)):
        assert named.zh and named.en, named
        assert not any("\u4e00" <= char <= "\u9fff" for char in named.en), named.en
        assert named.zh == named.zh.strip() and named.en == named.en.strip()
    for field in every_field(record_type):
        assert bool(field.hint_zh) == bool(field.hint_en), field.name
    labels = [field.zh for field in record_type.fields()]
    assert len(labels) == len(set(labels)), "two fields of a form with the same label cannot be told apart"


@pytest.mark.parametrize("record_type", TYPES, ids=TYPE_IDS)
def test_what_a_declaration_names_exists(record_type: k.RecordType) -> None:
    names = {field.name for field in record_type.fields()}
    assert record_type.title in names
    assert isinstance(record_type.field(record_type.dated_by), (k.Date, k.Year))
    assert all(set(key.fields) <= names for key in record_type.match)
    assert "college_id" in names and "university_name" in names
    for field in every_field(record_type):
        match field:
            case k.Code(code_list=name, list_by=by, parent_field=parent):
                lists = [name, *(other for _value, other in by.lists)] if by else [name]
                assert all(other in codelists.BUILT_IN for other in lists), (field.name, lists)
                assert parent is None or parent in names
            case k.MultiCode(code_list=name):
                assert name in codelists.BUILT_IN
            case k.RecordRef(targets=targets) | k.RecordRefs(targets=targets):
                assert targets and set(targets) <= set(TYPE_IDS)
            case _:
                pass
        for when in (field.shown_when, field.required_when):
            if when is not None:
                assert_condition(record_type, when)


def assert_condition(record_type: k.RecordType, when: k.When) -> None:
    field = record_type.field(when.field)
    if isinstance(field, k.YesNo):
        assert set(when.values) <= {"true", "false"}
    else:
        assert isinstance(field, k.Code)
        assert set(when.values) <= set(codelists.BUILT_IN[field.code_list].by_code), when


def test_prefixes_and_natural_keys_do_not_collide() -> None:
    prefixes = [t.prefix for t in TYPES]
    assert len(set(prefixes)) == 28 and all(len(p) == 2 and p.isupper() for p in prefixes)
    kinds: dict[str, set[str]] = {}
    for record_type in TYPES:
        for key in record_type.match:
            kinds.setdefault(key.kind, set()).add(record_type.id)
    shared = {kind: types for kind, types in kinds.items() if len(types) > 1}
    assert shared == {"project_no": {"vertical_project", "horizontal_project", "university_project"}}


def required(type_id: str) -> set[str]:
    return {field.zh for field in ALL_RECORDS[type_id].fields() if field.required}


def shown_steps(type_id: str) -> list[str]:
    return [s.zh for s in ALL_RECORDS[type_id].steps if not (isinstance(s, k.Step) and s.statistics)]


@pytest.mark.ac("AC-152")
def test_vertical_project_has_the_six_steps_of_the_brochure() -> None:
    assert shown_steps("vertical_project") == [
        "基本信息",
        "负责人信息",
        "项目成员",
        "合作单位",
        "项目文档",
        "项目预算",
    ]


@pytest.mark.ac("AC-165")
def test_paper_has_the_four_steps_of_the_brochure() -> None:
    assert shown_steps("paper") == ["基本信息", "作者信息", "论文收录", "论文转载"]


@pytest.mark.ac("AC-176")
def test_award_has_the_two_steps_of_the_brochure() -> None:
    assert shown_steps("award") == ["基本信息", "完成人信息"]


@pytest.mark.ac("AC-157")
def test_required_fields_of_a_vertical_project_are_the_starred_ones() -> None:
    assert required("vertical_project") == {
        "项目名称",
        "所属学院",
        "项目分类",
        "项目级别",
        "项目状态",
        "开始时间",
        "计划完成时间",
    }
    fields = {field.zh: field for field in ALL_RECORDS["vertical_project"].fields()}
    later = {zh for zh, field in fields.items() if field.required_when and not isinstance(field, k.FileSlot)}
    assert later == {"项目编号", "立项时间", "结项时间"}
    assert {"单位名称", "项目子类"} <= set(fields)


@pytest.mark.ac("AC-166")
def test_required_fields_of_a_paper_are_the_starred_ones() -> None:
    assert required("paper") == {
        "论文名称", "论文类型", "发表或出版时间", "发表刊物或论文集", "所属学院", "刊物级别", "发表范围", "学校署名", "卷期页",
    }  # fmt: skip
    assert not ALL_RECORDS["paper"].field("doi").required
    assert ALL_RECORDS["paper"].field("issn").required_when == k.When("paper_type", ("1",))
    assert ALL_RECORDS["paper"].field("conference_name").required_when == k.When("paper_type", ("2",))


@pytest.mark.ac("AC-177")
def test_required_fields_of_an_award_are_the_twelve_starred_ones() -> None:
    assert required("award") - {"所属学院"} == {
        "奖励批准号", "获奖类型", "奖励名称", "成果名称", "发证机关", "获奖级别", "获奖等级", "奖励类别", "获奖日期", "成果形式",
        "总参加单位数", "单位排名",
    }  # fmt: skip


@pytest.mark.ac("AC-167", "AC-178")
def test_single_choices_have_the_brochures_values() -> None:
    assert [item.label_zh for item in codelists.BUILT_IN["paper_type"].items] == ["期刊论文", "会议论文"]
    assert [item.label_zh for item in codelists.BUILT_IN["award_type"].items] == ["成果奖", "人才奖"]
    assert [item.label_zh for item in codelists.BUILT_IN["school_signature"].items] == [
        "第一单位",
        "非第一单位",
    ]


@pytest.mark.ac("AC-034")
def test_a_person_has_the_fields_of_the_acceptance() -> None:
    labels = {field.zh for field in ALL_RECORDS["person"].fields()}
    assert {
        "工号", "姓名", "性别", "出生日期", "证件类型", "证件号码", "所属学院", "职称", "职称级别", "最后学位", "一级学科", "岗位类型",
        "人员状态", "来校日期", "离校日期", "ORCID", "手机", "电子邮箱",
    } <= labels  # fmt: skip


@pytest.mark.ac("AC-046")
def test_each_kind_of_project_requires_what_makes_it_one() -> None:
    assert {"项目分类", "项目级别"} <= required("vertical_project")
    assert {"委托单位名称", "合同总额"} <= required("horizontal_project")
    assert "立项批次" in required("university_project")


@pytest.mark.ac("AC-048")
def test_an_arrival_is_tied_to_a_project_with_date_amount_source_and_voucher() -> None:
    assert {"项目", "到账日期", "到账金额", "经费来源类别"} <= required("fund_arrival")
    assert ALL_RECORDS["fund_arrival"].field("voucher_no")


@pytest.mark.ac("AC-057")
def test_a_patent_has_separate_dates() -> None:
    dates = {field.name for field in ALL_RECORDS["patent"].fields() if isinstance(field, k.Date)}
    assert {"filed_on", "publicised_on", "granted_on", "lapsed_on"} <= dates


@pytest.mark.ac("AC-183")
def test_facts_of_a_person_are_typed_nowhere_else() -> None:
    typed = {"性别", "学历", "学位", "职称", "最后学历", "最后学位"}
    for record_type in TYPES:
        if record_type.id not in ("person", "expert"):
            assert not typed & {field.zh for field in record_type.fields()}, record_type.id


def test_statistics_never_stop_a_submission() -> None:
    for record_type in TYPES:
        for step in record_type.steps:
            if isinstance(step, k.Step) and step.statistics:
                assert not any(field.required or field.required_when for field in step.fields), record_type.id


def test_the_catalogue_imports_no_consumer() -> None:
    program = (
        "import sys, ingestion.catalog.validate, ingestion.catalog.secrecy;"
        "heavy = {'sqlalchemy', 'streamlit', 'pandas', 'duckdb', 'ingestion.store'} & set(sys.modules);"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
