"""科研机构: laboratories, centres and institutes with a host unit; the colleges themselves are units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Children,
    Code,
    Date,
    FileSlot,
    Identifier,
    Integer,
    Issue,
    MatchKey,
    Money,
    PersonRef,
    RecordType,
    Step,
    Text,
    UnitRef,
    Year,
    YesNo,
)

TYPE = RecordType(
    "institution",
    zh="科研机构",
    en="Research institution",
    prefix="JG",
    group="resources",
    title="name",
    dated_by="founded_on",
    match=(MatchKey("institution_code", ("institution_code",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("name", zh="机构名称", en="Name", required=True, listed=True),
                Text("name_en", zh="机构英文名称", en="Name in English", max_length=300),
                Identifier("institution_code", zh="机构编号", en="Code", required=True, max_length=40, listed=True),
                Code("base_class", zh="机构类别", en="Class", code_list="base_class_moe_quality", needed_for=("QP",), listed=True),
                Code("level", zh="机构级别", en="Level", code_list="institute_level", listed=True),
                Date("founded_on", zh="成立日期", en="Founded on", required=True, partial=True, listed=True, since=1880),
                Date("closed_on", zh="撤销日期", en="Closed on", partial=True, since=1880),
                UNIVERSITY_NAME,
                COLLEGE,
                UnitRef("host_unit_id", zh="挂靠单位", en="Host unit"),
                PersonRef("director_id", zh="负责人", en="Director", listed=True),
                Text("approver", zh="批准部门", en="Approved by", needed_for=blocks.BOTH),
                Text("approval_no", zh="批准文号", en="Approval number", max_length=100),
                Date("evaluated_on", zh="验收/评估日期", en="Evaluated on", partial=True),
                Code("evaluation_result", zh="评估结果", en="Result of evaluation", code_list="evaluation_result"),
                Text("address", zh="地址", en="Address", max_length=300),
                Identifier("postcode", zh="邮编", en="Postcode", max_length=10),
                Identifier("phone", zh="电话", en="Phone", scheme="phone"),
                Identifier("fax", zh="传真", en="Fax", scheme="phone"),
                Identifier("email", zh="Email", en="E-mail", scheme="email"),
                Identifier("website", zh="网址", en="Website", scheme="url", max_length=300),
                FileSlot("institution_files", zh="批文/附件", en="Approval and other files"),
            ),
        ),
        Children(
            "yearly",
            zh="年度数据",
            en="Data by year",
            key=("stat_year",),
            fields=(
                Year("stat_year", zh="统计年度", en="Year", required=True),
                Integer("staff_total", zh="从业人员数", en="Staff"),
                Integer("staff_doctor", zh="其中博士毕业", en="of which doctors"),
                Integer("staff_master", zh="其中硕士毕业", en="of which masters"),
                Integer("staff_senior", zh="高级职称人数", en="Senior titles"),
                Integer("staff_middle", zh="中级职称人数", en="Middle titles"),
                Integer("graduate_students", zh="培养研究生数", en="Graduate students trained"),
                Integer("project_count", zh="承担课题数", en="Projects"),
                Money("intramural_expenditure", zh="当年经费内部支出", en="Intramural expenditure"),
                Money("rd_expenditure", zh="其中R&D经费支出", en="of which R&D"),
                Money("equipment_value", zh="科研仪器设备原值", en="Value of instruments"),
                Money("equipment_import", zh="其中进口", en="of which imported"),
            ),
        ),
        Children(
            "staff",
            zh="机构人员",
            en="Staff of the institution",
            key=("person_id",),
            fields=(
                PersonRef("person_id", zh="人员", en="Person", required=True),
                Code("institution_role", zh="角色", en="Role", code_list="institution_role"),
                Date("staff_from_on", zh="开始时间", en="From", partial=True),
                Date("staff_to_on", zh="结束时间", en="To", partial=True, future=True),
            ),
        ),
        blocks.statistics(
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            YesNo("is_entity", zh="是否实体机构", en="A body of its own", needed_for=blocks.BOTH),
            Code("composition", zh="组成类型", en="Composition", code_list="institute_composition_type", needed_for=blocks.BOTH),
            Code("institute_function", zh="机构职能类型", en="Function", code_list="jyt1001_jgznlx_institute_function"),
            blocks.INDUSTRY,
        ),
    ),
)  # fmt: skip


def check(institution: dict[str, Any]) -> Iterator[Issue]:
    """V090: dates in order, parts of the yearly head counts and money not above their wholes."""
    yield from rules.in_order(TYPE, institution, "founded_on", "evaluated_on")
    yield from rules.in_order(TYPE, institution, "founded_on", "closed_on")
    yield from rules.rows_in_order(TYPE, institution, "staff", "staff_from_on", "staff_to_on")
    for part in ("staff_doctor", "staff_master", "staff_senior", "staff_middle"):
        yield from rules.part_of_whole(TYPE, institution, "yearly", part, "staff_total", "V090")
    yield from rules.part_of_whole(
        TYPE, institution, "yearly", "rd_expenditure", "intramural_expenditure", "V090"
    )
    yield from rules.part_of_whole(TYPE, institution, "yearly", "equipment_import", "equipment_value", "V090")
