"""Pieces that several record types declare in the same words: statistics fields, project steps, contributors."""

from __future__ import annotations

from ingestion.catalog.kinds import (
    Children,
    Code,
    Contributors,
    Date,
    Decimal,
    Documents,
    Field,
    FileSlot,
    Identifier,
    Integer,
    ListBy,
    LongText,
    Money,
    RecordRefs,
    Step,
    Text,
    When,
)

PROJECTS = ("vertical_project", "horizontal_project", "university_project")
OUTCOMES = ("paper", "book", "award", "research_report", "appraisal", "artwork")
INTELLECTUAL_PROPERTY = ("patent", "copyright", "standard", "drug_certificate", "new_variety", "ic_layout")

ST = ("ST",)
SK = ("SK",)
BOTH = ("ST", "SK")

SCIENCE_OR_SOCIAL = "subject_class"

SUBJECT_CLASS = Code(
    "subject_class", zh="学科门类", en="Branch (ST or SK)", code_list="subject_class", needed_for=BOTH
)
DISCIPLINE = Code(
    "discipline", zh="一级学科", en="Discipline", code_list="gbt13745_discipline", depth=1, needed_for=BOTH
)
DISCIPLINE_2 = Code(
    "discipline_2",
    zh="二级学科",
    en="Sub-discipline",
    code_list="gbt13745_discipline",
    parent_field="discipline",
)
ACTIVITY_TYPE = Code(
    "activity_type",
    zh="活动类型",
    en="Activity type",
    code_list="stat_activity_type_st",
    list_by=ListBy("subject_class", (("1", "stat_activity_type_st"), ("2", "stat_activity_type_sk"))),
    needed_for=BOTH,
)
PROJECT_SOURCE = Code(
    "project_source",
    zh="项目来源",
    en="Project source",
    code_list="skstat_project_source",
    list_by=ListBy("subject_class", (("1", "ststat_project_source_current"), ("2", "skstat_project_source"))),
    needed_for=SK,
)
STAT_SOURCE = Code(
    "stat_source",
    zh="统计项目来源",
    en="Source in the statistics",
    code_list="ststat_project_source_current",
    list_by=ListBy("subject_class", (("1", "ststat_project_source_current"), ("2", "skstat_project_source"))),
    needed_for=BOTH,
)
RESEARCH_TYPE = Code(
    "activity_type", zh="研究类别", en="Activity type", code_list="stat_activity_type_sk", needed_for=SK
)
COOPERATION = Code(
    "cooperation", zh="合作形式", en="Cooperation form", code_list="stat_cooperation_form", needed_for=BOTH
)
OBJECTIVE = Code(
    "socioeconomic_objective",
    zh="社会经济目标",
    en="Socio-economic objective",
    code_list="socioeconomic_objective_gbt24450",
    needed_for=BOTH,
)
INDUSTRY = Code(
    "industry",
    zh="服务的国民经济行业",
    en="Industry served",
    code_list="gbt4754_2017_industry",
    needed_for=BOTH,
)
UNIT_RANK = Integer(
    "unit_rank", zh="单位排名", en="Rank of the university", minimum=1, maximum=999, needed_for=("QP",)
)
SIGNATURE = Code(
    "signature",
    zh="学校署名",
    en="University signature",
    code_list="school_signature",
    needed_for=("SK", "QP"),
    listed=True,
)
PROJECT_IDS = RecordRefs("project_ids", zh="依托项目", en="Projects behind it", targets=PROJECTS)


def statistics(*fields: Field) -> Step:
    """The folding section 统计信息: what the year-end statistics need; it never stops a submission."""
    return Step("statistics", zh="统计信息", en="For statistics", statistics=True, fields=fields)


# --- people ---------------------------------------------------------------------------------------------

LEADER = Contributors("leader", zh="负责人信息", en="Leader", role="leader", single=True)
PROJECT_LEADER = Contributors("leader", zh="负责人信息", en="Leader", role="leader", single=True, extras=("months_per_year",))
MEMBERS = Contributors(
    "members",
    zh="项目成员",
    en="Members",
    role="member",
    first_rank=2,
    min_rows=0,
    extras=("share", "months_per_year"),
)


def authors(*extras: str) -> Contributors:
    return Contributors("authors", zh="作者信息", en="Authors", role="author", extras=("share", *extras))


def finishers(*extras: str) -> Contributors:
    return Contributors(
        "finishers", zh="完成人信息", en="Contributors", role="finisher", extras=("share", *extras)
    )


# --- projects -------------------------------------------------------------------------------------------

APPLYING = ("10",)
APPROVED = When("status", APPLYING, negated=True)
CONCLUDED = When("status", ("30", "31"))

STATUS = Code("status", zh="项目状态", en="Status", required=True, code_list="project_status", listed=True)

APPLIED_ON = Date("applied_on", zh="申报日期", en="Applied for on", needed_for=("EVAL",))
MIDTERM_ON = Date("midterm_on", zh="中检通过日期", en="Mid-term check passed on", needed_for=("EVAL",))

PARTNERS = Children(
    "partners",
    zh="合作单位",
    en="Partner units",
    key=("partner_name",),
    fields=(
        Text("partner_name", zh="单位名称", en="Name", required=True),
        Code("partner_type", zh="单位类型", en="Kind of unit", required=True, code_list="partner_type"),
        Integer("partner_rank", zh="合作排名", en="Rank", minimum=1, maximum=999),
        Decimal("partner_share", zh="分配比例", en="Share", maximum=100.0, unit_zh="%", unit_en="%"),
        Money("partner_fund", zh="分配经费", en="Funds allotted"),
        Identifier("partner_uscc", zh="统一社会信用代码", en="Unified social credit code", scheme="uscc"),
        Code("partner_region", zh="所在地区", en="Region", code_list="gbt2260_region"),
        Code("partner_country", zh="国家/地区", en="Country or region", code_list="gbt2659_country"),
    ),
)


def budget(zh: str = "项目预算") -> Children:
    return Children(
        "budget",
        zh=zh,
        en="Budget",
        key=("budget_subject",),
        fields=(
            Code("budget_subject", zh="预算科目", en="Subject", required=True, code_list="expense_subject"),
            Money("budget_approved", zh="批准预算", en="Approved", required=True),
            Money("budget_matching", zh="配套预算", en="Matching"),
            Money("budget_adjusted", zh="调整后预算", en="After adjustment"),
            LongText("budget_basis", zh="编制依据", en="Basis", max_length=1000),
        ),
    )


def project_documents(*more: FileSlot, notice: When | None = APPROVED) -> Documents:
    """The document library of a project; ``notice`` says when the approval notice must be there."""
    return Documents(
        "documents",
        zh="项目文档",
        en="Documents",
        slots=(
            *more,
            FileSlot("application_file", zh="申报书", en="Application"),
            FileSlot("task_file", zh="任务书/合同", en="Task agreement or contract"),
            FileSlot("notice_file", zh="立项通知", en="Approval notice", required_when=notice),
            FileSlot("budget_file", zh="预算书", en="Budget"),
            FileSlot("midterm_file", zh="中检材料", en="Mid-term material"),
            FileSlot("change_file", zh="变更材料", en="Change material"),
            FileSlot("conclusion_file", zh="结项材料", en="Conclusion material", required_when=CONCLUDED),
            FileSlot("conclusion_certificate", zh="结项证书", en="Conclusion certificate"),
            FileSlot("other_file", zh="其他文档", en="Other documents"),
        ),
    )


def planned_dates() -> tuple[Date, Date]:
    return (
        Date("started_on", zh="开始时间", en="Starts on", required=True, future=True, listed=True, partial=True),
        Date("planned_end_on", zh="计划完成时间", en="Planned end", required=True, future=True, listed=True, partial=True),
    )
