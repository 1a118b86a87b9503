"""纵向项目. The brochure's six steps and its twelve basic fields (L155-166). Decision AC-157: 项目编号 and 立项时间 are required
from 立项 on, because while 申报 they do not exist; 结项时间 once 结项."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, project_rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Code,
    Date,
    Identifier,
    Integer,
    Issue,
    LongText,
    MatchKey,
    Money,
    MultiCode,
    RecordRef,
    RecordType,
    Step,
    Text,
    TextList,
    YesNo,
)

TYPE = RecordType(
    "vertical_project",
    zh="纵向项目",
    en="Vertical project",
    prefix="ZX",
    group="projects",
    title="name",
    dated_by="approved_on",
    match=(MatchKey("project_no", ("project_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("name", zh="项目名称", en="Project name", required=True, min_length=2, listed=True),
                Identifier("project_no", zh="项目编号", en="Project number", required_when=blocks.APPROVED, max_length=60, listed=True),
                UNIVERSITY_NAME,
                COLLEGE,
                Code("category", zh="项目分类", en="Programme", required=True, code_list="project_class", depth=0, listed=True),
                Code("subcategory", zh="项目子类", en="Class in the programme", code_list="project_class", parent_field="category"),
                Code("level", zh="项目级别", en="Level", required=True, code_list="project_level", listed=True),
                blocks.STATUS,
                *blocks.planned_dates(),
                Date("approved_on", zh="立项时间", en="Approved on", required_when=blocks.APPROVED, listed=True, partial=True),
                Date("concluded_on", zh="结项时间", en="Concluded on", required_when=blocks.CONCLUDED, partial=True),
                Identifier("approval_no", zh="批准号", en="Approval number", max_length=60),
                Text("funder", zh="项目来源单位", en="Funder"),
                Money("approved_fund", zh="批准经费", en="Funds approved", listed=True),
                Money("matching_fund", zh="配套经费", en="Matching funds"),
            ),
        ),
        blocks.PROJECT_LEADER,
        blocks.MEMBERS,
        blocks.PARTNERS,
        blocks.project_documents(),
        blocks.budget(),
        blocks.statistics(
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            blocks.DISCIPLINE_2,
            blocks.STAT_SOURCE,
            blocks.ACTIVITY_TYPE,
            blocks.COOPERATION,
            blocks.APPLIED_ON,
            blocks.MIDTERM_ON,
            Code("organisation_form", zh="组织形式", en="Organisation form", code_list="stat_organisation_form", needed_for=blocks.ST),
            blocks.OBJECTIVE,
            blocks.INDUSTRY,
            Integer("unit_rank", zh="承担单位排名", en="Rank of the university", minimum=1, maximum=999, needed_for=("QP",)),
            YesNo("is_lead", zh="是否牵头", en="University leads", needed_for=blocks.ST),
            RecordRef("institution_id", zh="依托科研机构", en="Host institution", targets=("institution",)),
            MultiCode("expected_outcomes", zh="预期成果形式", en="Expected outcomes", code_list="expected_outcome"),
            Text("document_no", zh="下达文号", en="Document number", max_length=100),
            Identifier("fund_card", zh="经费卡号", en="Fund card number", max_length=60),
            Code("secrecy", zh="密级", en="Secrecy", code_list="jyt1001_bmdj_secrecy"),
            LongText("abstract", zh="项目摘要", en="Abstract"),
            TextList("keywords", zh="关键词", en="Keywords"),
            YesNo("needs_ethics", zh="是否涉及伦理审查", en="Needs ethics review"),
        ),
    ),
)  # fmt: skip


def check(project: dict[str, Any]) -> Iterator[Issue]:
    """V010, V018 of validation_rules.csv; AC-158, AC-160 to AC-164."""
    yield from project_rules.project_dates(TYPE, project)
    yield from project_rules.leader_of_own_university(project)
    yield from project_rules.months_within_a_year(project)
    yield from project_rules.partner_shares(project)
    yield from project_rules.budget_matches(project, "approved_fund", "批准经费", "Funds approved")
