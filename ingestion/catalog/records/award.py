"""获奖成果. The brochure's two steps and twelve starred fields (L197-210). Decision AC-177: for 人才奖, 成果名称 and 成果形式 may be 不适用."""

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
    Money,
    RecordRefs,
    RecordType,
    Step,
    Text,
    Year,
    YesNo,
)

NOT_APPLICABLE = "NA"
TALENT_AWARD = "2"

TYPE = RecordType(
    "award",
    zh="获奖成果",
    en="Award",
    prefix="HJ",
    group="outcomes",
    title="award_name",
    dated_by="awarded_on",
    match=(MatchKey("award_no", ("approval_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Identifier("approval_no", zh="奖励批准号", en="Approval number", required=True, listed=True),
                Code("award_type", zh="获奖类型", en="Type", required=True, code_list="award_type", listed=True),
                Text("award_name", zh="奖励名称", en="Award", required=True, max_length=300, listed=True),
                Text("outcome_name", zh="成果名称", en="Outcome", required=True, max_length=500, na=True, listed=True),
                Text("issuer", zh="发证机关", en="Issued by", required=True, listed=True),
                Code("level", zh="获奖级别", en="Level", required=True, code_list="award_level", listed=True),
                Code("grade", zh="获奖等级", en="Grade", required=True, code_list="award_grade", listed=True),
                Code("category", zh="奖励类别", en="Category", required=True, code_list="jyt1001_cghjlb_award_category", listed=True),
                Date("awarded_on", zh="获奖日期", en="Awarded on", required=True, partial=True, listed=True),
                Code("outcome_form", zh="成果形式", en="Form of the outcome", required=True, code_list="award_outcome_form"),
                Integer("unit_total", zh="总参加单位数", en="Number of units", required=True, minimum=1, maximum=999),
                Integer("unit_rank", zh="单位排名", en="Rank of the university", required=True, minimum=1, maximum=999, listed=True),
                UNIVERSITY_NAME,
                COLLEGE,
                FileSlot("award_files", zh="获奖批文/证书", en="Decision or certificate"),
            ),
        ),
        blocks.finishers("certificate_no"),
        blocks.statistics(
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            YesNo("is_government", zh="是否政府奖", en="Government award", needed_for=blocks.BOTH),
            Identifier("certificate_no", zh="证书编号", en="Certificate number"),
            Year("award_year", zh="奖励年度", en="Award year", hint_zh="如“2023年度奖”填2023，可早于获奖日期", hint_en="The year in the award's name; it may lie before the date"),
            Money("prize_money", zh="奖金", en="Prize money"),
            RecordRefs("outcome_ids", zh="关联成果", en="Outcomes awarded", targets=(*blocks.OUTCOMES, *blocks.INTELLECTUAL_PROPERTY)),
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(award: dict[str, Any]) -> Iterator[Issue]:
    """V051 (rank within the number of units) and the decision AC-177 on 不适用."""
    yield from rules.at_most(TYPE, award, "unit_rank", "unit_total", "V051")
    if award.get("award_type") == TALENT_AWARD:
        return
    for name, value in (("outcome_name", "不适用"), ("outcome_form", NOT_APPLICABLE)):
        if award.get(name) == value:
            field = TYPE.field(name)
            yield Issue(
                name,
                f"{field.zh} “不适用” 只可用于人才奖，成果奖须填写",
                f"{field.en} “不适用” is only for talent awards; an outcome award needs it",
                rule="AC-177",
            )
