"""主办会议: conferences the university hosted or co-hosted."""

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
    Integer,
    Issue,
    Money,
    RecordType,
    Step,
    Text,
    YesNo,
)

TYPE = RecordType(
    "hosted_conference",
    zh="主办会议",
    en="Hosted conference",
    prefix="ZB",
    group="exchange",
    title="name",
    dated_by="started_on",
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("name", zh="会议名称", en="Conference", required=True, max_length=300, listed=True),
                Text("name_en", zh="会议英文名称", en="Name in English", max_length=500),
                Code("level", zh="会议级别（等级）", en="Level", required=True, code_list="jyt1001_xshydj_conference_level", listed=True),
                Code("hosting", zh="举办形式", en="Hosted how", code_list="jyt1001_hyjbxs_conference_hosting", needed_for=blocks.BOTH),
                Text("host", zh="主办单位", en="Host", required=True, max_length=500),
                Text("organiser", zh="承办单位", en="Organiser", max_length=500),
                Text("place", zh="会议地点", en="Place", required=True, listed=True),
                Code("country", zh="国家/地区", en="Country or region", code_list="gbt2659_country"),
                Date("started_on", zh="开始日期", en="Began on", required=True, listed=True),
                Date("ended_on", zh="结束日期", en="Ended on", required=True),
                Integer("attendees", zh="参会人数", en="Participants", needed_for=blocks.BOTH, listed=True),
                Integer("overseas_attendees", zh="其中境外人数", en="of which from abroad", needed_for=blocks.BOTH),
                UNIVERSITY_NAME,
                COLLEGE,
                Money("cost", zh="会议经费", en="Cost"),
                Text("approval_no", zh="批准文号", en="Approval number", max_length=100),
                FileSlot("conference_files", zh="通知/照片/总结", en="Notice, pictures, summary"),
            ),
        ),
        blocks.LEADER,
        blocks.statistics(
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            Integer("papers", zh="交流论文数", en="Papers presented"),
            Integer("invited_talks", zh="特邀报告数", en="Invited talks"),
            YesNo("has_proceedings", zh="有无论文集", en="With proceedings"),
        ),
    ),
)  # fmt: skip


def check(conference: dict[str, Any]) -> Iterator[Issue]:
    """Dates in order; guests from abroad are among the participants."""
    yield from rules.in_order(TYPE, conference, "started_on", "ended_on")
    yield from rules.at_most(TYPE, conference, "overseas_attendees", "attendees", "V005")
