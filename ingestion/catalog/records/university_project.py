"""校级项目: funded by the university itself. AC-046: it belongs to one of the university's own batches."""

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
    Issue,
    MatchKey,
    Money,
    RecordType,
    Step,
    Text,
)

TYPE = RecordType(
    "university_project",
    zh="校级项目",
    en="University project",
    prefix="XJ",
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
                Text("batch", zh="立项批次", en="Batch", required=True, max_length=100, listed=True, hint_zh="如：2025年度校级科研项目（第一批）", hint_en="e.g. University research projects 2025, first batch"),
                Code("category", zh="项目类别", en="Class", code_list="university_project_class", listed=True),
                blocks.STATUS,
                Date("approved_on", zh="立项时间", en="Approved on", required_when=blocks.APPROVED, listed=True, partial=True),
                *blocks.planned_dates(),
                Date("concluded_on", zh="结项时间", en="Concluded on", required_when=blocks.CONCLUDED, partial=True),
                Money("approved_fund", zh="资助经费", en="Funds granted", required_when=blocks.APPROVED, listed=True),
                Code("fund_source", zh="经费来源", en="Source of funds", code_list="university_fund_source"),
                Text("incubation_target", zh="培育目标", en="Aim of incubation", max_length=500),
            ),
        ),
        blocks.PROJECT_LEADER,
        blocks.MEMBERS,
        blocks.PARTNERS,
        blocks.project_documents(notice=None),
        blocks.budget(),
        blocks.statistics(
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            blocks.ACTIVITY_TYPE,
            blocks.APPLIED_ON,
            blocks.MIDTERM_ON,
        ),
    ),
)  # fmt: skip


def check(project: dict[str, Any]) -> Iterator[Issue]:
    """V010, V018 of validation_rules.csv; AC-158, AC-161, AC-162, AC-164."""
    yield from project_rules.project_dates(TYPE, project)
    yield from project_rules.months_within_a_year(project)
    yield from project_rules.partner_shares(project)
    yield from project_rules.budget_matches(project, "approved_fund", "资助经费", "Funds granted")
