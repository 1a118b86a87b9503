"""重大标志性成果."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Code,
    FileSlot,
    Integer,
    Issue,
    LongText,
    RecordRefs,
    RecordType,
    Step,
    Text,
    Year,
)

TYPE = RecordType(
    "landmark_result",
    zh="重大标志性成果",
    en="Landmark achievement",
    prefix="ZD",
    group="contribution",
    title="name",
    dated_by="stat_year",
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("name", zh="成果名称", en="Name", required=True, max_length=300, listed=True),
                Code("landmark_type", zh="成果类型", en="Kind", required=True, code_list="landmark_type", listed=True),
                Year("stat_year", zh="年度", en="Year", required=True, listed=True),
                LongText("summary", zh="简介", en="Summary", required=True, max_length=500, hint_zh="不超过500字", hint_en="At most 500 characters"),
                LongText("innovation", zh="创新点", en="What is new"),
                LongText("impact", zh="社会影响/媒体报道", en="Impact and media"),
                Code("evidence", zh="评价依据", en="Evidence", code_list="landmark_evidence"),
                UNIVERSITY_NAME,
                COLLEGE,
                RecordRefs("related_ids", zh="关联记录", en="Related records", targets=(*blocks.PROJECTS, *blocks.OUTCOMES, *blocks.INTELLECTUAL_PROPERTY, "technology_transfer")),
                Integer("unit_rank", zh="学校排名", en="Rank of the university", minimum=1, maximum=999, needed_for=("EVAL",)),
                FileSlot("landmark_files", zh="佐证材料", en="Proof"),
            ),
        ),
        blocks.finishers(),
    ),
)  # fmt: skip


def check(result: dict[str, Any]) -> Iterator[Issue]:
    """Nothing beyond the declaration."""
    yield from ()
