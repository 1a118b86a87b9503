"""研究报告: reports and advice; whether and by whom it was adopted is what counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Code,
    Date,
    Decimal,
    FileSlot,
    Issue,
    RecordType,
    Step,
    Text,
    When,
    YesNo,
)

ADOPTED = When("is_adopted", ("true",))

TYPE = RecordType(
    "research_report",
    zh="研究报告",
    en="Research report",
    prefix="YB",
    group="outcomes",
    title="title",
    dated_by="finished_on",
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="报告名称", en="Title", required=True, max_length=500, listed=True),
                Code("report_type", zh="报告类型", en="Type", required=True, code_list="report_type", listed=True),
                Date("finished_on", zh="完成时间", en="Finished on", required=True, partial=True, listed=True),
                Text("submitted_to", zh="提交部门", en="Submitted to", listed=True),
                Code("recipient_class", zh="提交部门类别", en="Kind of recipient", code_list="report_recipient", needed_for=blocks.SK),
                YesNo("is_adopted", zh="是否被采纳", en="Adopted", needed_for=blocks.SK, listed=True),
                Text("adopter", zh="采纳单位", en="Adopted by", shown_when=ADOPTED, required_when=ADOPTED),
                Code("adoption_level", zh="采纳级别", en="Level of adoption", shown_when=ADOPTED, required_when=ADOPTED, code_list="adoption_level", listed=True),
                Date("adopted_on", zh="采纳/批示日期", en="Adopted on", shown_when=ADOPTED, required_when=ADOPTED, partial=True),
                Text("instructor", zh="批示领导", en="Instruction by", shown_when=ADOPTED, max_length=100),
                UNIVERSITY_NAME,
                COLLEGE,
                blocks.SIGNATURE,
                YesNo("is_public", zh="是否公开", en="Public", required=True, hint_zh="不公开的报告只登记题目，不上传全文", hint_en="Of a report that is not public only the title is registered"),
                FileSlot("report_file", zh="报告全文", en="Full text"),
                FileSlot("adoption_proof", zh="采纳证明", en="Proof of adoption"),
            ),
        ),
        blocks.authors(),
        blocks.statistics(
            Decimal("words", zh="字数", en="Length", unit_zh="万字", unit_en="10,000 characters"),
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            blocks.PROJECT_SOURCE,
            blocks.RESEARCH_TYPE,
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(report: dict[str, Any]) -> Iterator[Issue]:
    """V034; a report is adopted after it is finished."""
    yield from rules.signature_agrees(report, "signature")
    yield from rules.in_order(TYPE, report, "finished_on", "adopted_on")
