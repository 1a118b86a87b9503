"""参加会议: who went where and what was presented."""

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
    RecordRef,
    RecordType,
    Step,
    Text,
    YesNo,
)

TYPE = RecordType(
    "attended_conference",
    zh="参加会议",
    en="Attended conference",
    prefix="CH",
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
                Code("level", zh="会议级别", en="Level", required=True, code_list="jyt1001_xshydj_conference_level", listed=True),
                Text("host", zh="主办单位", en="Host", required=True, max_length=500),
                Text("organiser", zh="承办单位", en="Organiser", max_length=500),
                Text("place", zh="会议地点", en="Place", required=True, listed=True),
                Code("country", zh="国家/地区", en="Country or region", code_list="gbt2659_country"),
                Date("started_on", zh="开始日期", en="Began on", required=True, listed=True),
                Date("ended_on", zh="结束日期", en="Ended on"),
                Integer("papers", zh="提交论文数", en="Papers submitted", needed_for=blocks.BOTH, listed=True),
                Code("report_form", zh="报告形式", en="Form of the talk", code_list="jyt1001_lwbgxs_paper_report_form", needed_for=blocks.BOTH),
                Text("report_title", zh="报告题目", en="Title of the talk", max_length=500),
                YesNo("is_invited", zh="是否特邀报告", en="Invited talk", needed_for=blocks.BOTH),
                UNIVERSITY_NAME,
                COLLEGE,
                RecordRef("project_id", zh="费用来源项目", en="Paid by project", targets=blocks.PROJECTS),
                FileSlot("attendance_files", zh="邀请函/总结", en="Invitation and summary"),
            ),
        ),
        Contributors("participants", zh="参会人", en="Participants", role="participant", affiliations=False),
    ),
)  # fmt: skip


def check(conference: dict[str, Any]) -> Iterator[Issue]:
    """Dates in order."""
    yield from rules.in_order(TYPE, conference, "started_on", "ended_on")
