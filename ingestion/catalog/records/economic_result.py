"""服务经济主战场成果: results in use in the economy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Code,
    Date,
    FileSlot,
    Issue,
    LongText,
    Money,
    RecordRefs,
    RecordType,
    Step,
    Text,
)

TYPE = RecordType(
    "economic_result",
    zh="服务经济主战场成果",
    en="Achievement in the economy",
    prefix="JJ",
    group="contribution",
    title="name",
    dated_by="applied_on",
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("name", zh="成果名称", en="Name", required=True, max_length=300, listed=True),
                Text("user_organisation", zh="应用单位", en="Used by", required=True, listed=True),
                Code("user_region", zh="应用单位地区", en="Region of use", code_list="gbt2260_region", needed_for=("EVAL",)),
                Code("industry", zh="应用行业", en="Industry", code_list="gbt4754_2017_industry", needed_for=("EVAL",)),
                Code("service_field", zh="服务领域", en="Field served", required=True, code_list="service_field", listed=True),
                Date("applied_on", zh="应用起始日期", en="In use since", required=True, partial=True, listed=True),
                Money("new_output", zh="新增产值", en="New output"),
                Money("new_tax", zh="新增利税", en="New profit and tax"),
                Money("cost_saving", zh="节约成本", en="Costs saved"),
                LongText("social_benefit", zh="社会效益", en="Social benefit"),
                UNIVERSITY_NAME,
                COLLEGE,
                RecordRefs("related_ids", zh="关联项目/专利/合同", en="Related projects, patents, contracts", targets=(*blocks.PROJECTS, *blocks.OUTCOMES, *blocks.INTELLECTUAL_PROPERTY, "technology_transfer")),
                FileSlot("economic_files", zh="应用证明", en="Proof of use"),
            ),
        ),
        blocks.finishers(),
    ),
)  # fmt: skip


def check(result: dict[str, Any]) -> Iterator[Issue]:
    """Nothing beyond the declaration."""
    yield from ()
