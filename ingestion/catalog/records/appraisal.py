"""鉴定成果: results appraised, accepted or evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Code,
    Date,
    FileSlot,
    Identifier,
    Integer,
    Issue,
    MatchKey,
    RecordType,
    Step,
    Text,
)

TYPE = RecordType(
    "appraisal",
    zh="鉴定成果",
    en="Appraised result",
    prefix="JD",
    group="outcomes",
    title="title",
    dated_by="appraised_on",
    match=(MatchKey("appraisal_no", ("appraisal_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="成果名称", en="Name", required=True, max_length=500, listed=True),
                Identifier("appraisal_no", zh="鉴定号", en="Appraisal number", required=True, listed=True),
                Code("form", zh="鉴定形式", en="Form", required=True, code_list="appraisal_form", listed=True),
                Text("organiser", zh="组织鉴定单位", en="Organised by", required=True, listed=True),
                Date("appraised_on", zh="鉴定日期", en="Appraised on", required=True, partial=True, listed=True),
                Code("level", zh="鉴定级别", en="Level", code_list="award_level", needed_for=blocks.ST, listed=True),
                Code("conclusion", zh="鉴定结论（水平）", en="Conclusion", code_list="jyt1001_jdjl_appraisal_conclusion", needed_for=blocks.ST, listed=True),
                UNIVERSITY_NAME,
                COLLEGE,
                Integer("unit_total", zh="总参加单位数", en="Number of units", minimum=1, maximum=999),
                Integer("unit_rank", zh="完成单位排名", en="Rank of the university", minimum=1, maximum=999, needed_for=("QP",)),
                Identifier("registration_no", zh="成果登记号", en="Registration number"),
                FileSlot("appraisal_files", zh="鉴定证书", en="Certificate"),
            ),
        ),
        blocks.finishers(),
        blocks.statistics(
            Code("outcome_form", zh="成果形式", en="Form of the outcome", code_list="jyt1001_cglx_outcome_type"),
            Code("completion_form", zh="完成形式", en="Form of completion", code_list="jyt1001_wcxs_completion_form"),
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            Code("industry", zh="应用行业", en="Industry of use", code_list="gbt4754_2017_industry"),
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(appraisal: dict[str, Any]) -> Iterator[Issue]:
    """The rank stands within the number of units."""
    yield from rules.at_most(TYPE, appraisal, "unit_rank", "unit_total", "V051")
