"""合作研究: stays abroad and guests, lecturing, further study, visits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Code,
    Contributors,
    Date,
    FileSlot,
    Integer,
    Issue,
    LongText,
    Money,
    RecordType,
    Step,
    Text,
)

TYPE = RecordType(
    "cooperative_research",
    zh="合作研究",
    en="Cooperative research",
    prefix="HZ",
    group="exchange",
    title="name",
    dated_by="started_on",
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("name", zh="名称", en="Name", required=True, max_length=300, listed=True),
                Code("exchange_type", zh="交流类型", en="Kind of exchange", required=True, code_list="jyt1001_xsjllx_exchange_type", listed=True),
                Code("direction", zh="方向", en="Direction", required=True, code_list="exchange_direction", listed=True),
                Text("partner", zh="合作单位", en="Partner", required=True, listed=True),
                Code("country", zh="国家/地区", en="Country or region", code_list="gbt2659_country", needed_for=blocks.BOTH, listed=True),
                Date("started_on", zh="开始日期", en="Began on", required=True, listed=True),
                Date("ended_on", zh="结束日期", en="Ended on", required=True, future=True),
                Integer("days", zh="时长（天）", en="Days", maximum=10000),
                Text("foreign_persons", zh="外方人员", en="Guests", max_length=500),
                UNIVERSITY_NAME,
                COLLEGE,
                Money("fund", zh="经费", en="Funds"),
                Code("visit_fund_source", zh="经费来源", en="Source of funds", code_list="visit_fund_source"),
                LongText("result", zh="成果说明", en="Results"),
                FileSlot("agreement", zh="合作协议", en="Agreement"),
            ),
        ),
        Contributors("participants", zh="人员", en="People", role="participant", affiliations=False),
    ),
)  # fmt: skip


def check(visit: dict[str, Any]) -> Iterator[Issue]:
    """Dates in order."""
    yield from rules.in_order(TYPE, visit, "started_on", "ended_on")
