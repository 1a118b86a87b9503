"""新品种: protected, examined, registered or certified varieties of plants and animals."""

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
    "new_variety",
    zh="新品种",
    en="New variety",
    prefix="XP",
    group="ip",
    title="title",
    dated_by="granted_on",
    match=(MatchKey("variety_no", ("certificate_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="品种名称", en="Variety", required=True, listed=True),
                Code("variety_type", zh="品种类别", en="Kind", required=True, code_list="variety_type", listed=True),
                Text("species", zh="作物/种属", en="Crop or species", required=True, listed=True),
                Identifier("certificate_no", zh="品种权号/审定编号", en="Certificate number", required=True, listed=True),
                Date("filed_on", zh="申请日", en="Filed on"),
                Date("granted_on", zh="授权/审定日期", en="Granted on", required=True, listed=True),
                Text("issuer", zh="批准机关", en="Approved by", required=True),
                Code("level", zh="级别", en="Level", code_list="variety_level", needed_for=("EVAL",), listed=True),
                Text("owner", zh="品种权人/选育单位", en="Owner or breeder", required=True, max_length=500),
                Integer("unit_rank", zh="单位排名", en="Rank of the university", minimum=1, maximum=999, needed_for=("EVAL",)),
                UNIVERSITY_NAME,
                COLLEGE,
                Text("region", zh="适宜区域", en="Suitable region", max_length=500),
                FileSlot("variety_files", zh="证书", en="Certificate"),
            ),
        ),
        blocks.finishers(),
        blocks.statistics(
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(variety: dict[str, Any]) -> Iterator[Issue]:
    """Filed before it is granted."""
    yield from rules.in_order(TYPE, variety, "filed_on", "granted_on")
