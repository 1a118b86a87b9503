"""集成电路布图设计."""

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
    "ic_layout",
    zh="集成电路布图设计",
    en="IC layout design",
    prefix="BT",
    group="ip",
    title="title",
    dated_by="granted_on",
    match=(MatchKey("layout_no", ("registration_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="布图设计名称", en="Name", required=True, max_length=300, listed=True),
                Identifier("registration_no", zh="登记号", en="Registration number", required=True, listed=True),
                Date("filed_on", zh="申请日", en="Filed on", required=True, listed=True),
                Date("granted_on", zh="登记（颁证）日期", en="Registered on", required=True, listed=True),
                Date("first_used_on", zh="首次商业利用日", en="First used commercially on"),
                Code("layout_class", zh="布图设计类别", en="Class", code_list="ic_layout_class", listed=True),
                Text("owner", zh="权利人", en="Owner", required=True, max_length=500, listed=True),
                Integer("owner_rank", zh="权利人排名", en="Rank among owners", minimum=1, maximum=99, needed_for=("EVAL",)),
                UNIVERSITY_NAME,
                COLLEGE,
                FileSlot("layout_files", zh="证书", en="Certificate"),
            ),
        ),
        blocks.finishers(),
        blocks.statistics(
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(layout: dict[str, Any]) -> Iterator[Issue]:
    """Filed before it is registered."""
    yield from rules.in_order(TYPE, layout, "filed_on", "granted_on")
