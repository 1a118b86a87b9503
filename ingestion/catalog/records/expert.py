"""专家. AC-041: an internal expert is a person picked, an external one is typed."""

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
    Decimal,
    FileSlot,
    Identifier,
    Issue,
    LongText,
    MatchKey,
    MultiCode,
    PersonRef,
    RecordRef,
    RecordType,
    Secret,
    Step,
    Text,
    TextList,
    When,
    YesNo,
)

INTERNAL = When("is_internal", ("true",))
EXTERNAL = When("is_internal", ("false",))

TYPE = RecordType(
    "expert",
    zh="专家",
    en="Expert",
    prefix="ZJ",
    group="resources",
    title="name",
    dated_by="entered_on",
    match=(MatchKey("expert_person", ("person_id",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("name", zh="专家姓名", en="Name", required=True, max_length=100, listed=True),
                YesNo("is_internal", zh="是否本校人员", en="Own staff", required=True, listed=True),
                PersonRef("person_id", zh="关联人员", en="Person", shown_when=INTERNAL, required_when=INTERNAL),
                Text("organisation", zh="工作单位", en="Organisation", required=True, listed=True),
                UNIVERSITY_NAME,
                COLLEGE,
                Code("province", zh="单位所在省", en="Province", code_list="gbt2260_region"),
                Code("sex", zh="性别", en="Sex", code_list="gbt2261_1_sex", shown_when=EXTERNAL),
                Date("birth_on", zh="出生日期", en="Date of birth", shown_when=EXTERNAL, since=1880),
                Code("title", zh="职称", en="Academic title", code_list="gbt8561_title", shown_when=EXTERNAL, required_when=EXTERNAL, listed=True),
                Text("admin_post", zh="行政职务", en="Administrative post", max_length=100),
                MultiCode("expert_classes", zh="专家类别", en="Classes", code_list="jyt1001_zjlb_expert_class"),
                MultiCode("expert_kinds", zh="专家类型", en="Kinds", code_list="expert_kind", listed=True),
                Code("discipline", zh="一级学科", en="Discipline", required=True, code_list="gbt13745_discipline", depth=1, listed=True),
                MultiCode("sub_disciplines", zh="二级学科", en="Sub-disciplines", code_list="gbt13745_discipline"),
                TextList("funding_codes", zh="基金申请代码", en="Application codes of funders", max_length=30),
                TextList("keywords", zh="研究方向关键词", en="Keywords"),
                Secret("id_number", zh="证件号码", en="ID number", scheme="id_number", shown_when=EXTERNAL),
                Secret("mobile", zh="手机", en="Mobile phone", scheme="mobile"),
                Identifier("email", zh="电子邮箱", en="E-mail", scheme="email"),
                Secret("bank_account", zh="银行账号", en="Bank account", scheme="bank_account"),
                Text("bank", zh="开户行", en="Bank"),
                TextList("conflict_units", zh="回避单位", en="Units to avoid"),
                Date("entered_on", zh="入库时间", en="In the pool since", required=True, listed=True),
                Code("expert_status", zh="专家状态", en="Status", required=True, code_list="expert_status", listed=True),
                Decimal("credit_score", zh="信誉评价", en="Reliability score", places=1, maximum=100.0),
                FileSlot("expert_files", zh="附件", en="Files"),
            ),
        ),
        Children(
            "reviews",
            zh="评审记录",
            en="Reviews done",
            fields=(
                RecordRef("review_target_id", zh="评审对象", en="Reviewed", targets=blocks.PROJECTS),
                Date("reviewed_on", zh="评审日期", en="Reviewed on"),
                Text("score_item", zh="评分项", en="Item", max_length=100),
                Decimal("score", zh="评分", en="Score", maximum=1000.0),
                LongText("opinion", zh="评审意见", en="Opinion"),
            ),
        ),
    ),
)  # fmt: skip


def check(expert: dict[str, Any]) -> Iterator[Issue]:
    """AC-036 for an external expert's ID number."""
    yield from rules.id_number_agrees(expert)
