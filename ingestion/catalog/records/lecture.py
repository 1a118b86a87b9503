"""学术讲座: given here by guests, or elsewhere by own staff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
    UnitRef,
)

TYPE = RecordType(
    "lecture",
    zh="学术讲座",
    en="Lecture",
    prefix="JZ",
    group="exchange",
    title="title",
    dated_by="held_on",
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="报告名称", en="Title", required=True, max_length=300, listed=True),
                Code("direction", zh="方向", en="Direction", required=True, code_list="lecture_direction", listed=True),
                Date("held_on", zh="讲座日期", en="Held on", required=True, listed=True),
                Text("place", zh="讲座地点", en="Place", required=True, listed=True),
                UNIVERSITY_NAME,
                COLLEGE,
                UnitRef("host_unit_id", zh="邀请/主办单位", en="Inviting unit"),
                Code("speaker_level", zh="主讲人职称/级别", en="Standing of the speaker", code_list="speaker_level", listed=True),
                Code("speaker_country", zh="主讲人国家/地区", en="Country of the speaker", code_list="gbt2659_country"),
                Integer("audience", zh="听众人数", en="Audience"),
                Integer("minutes", zh="时长（分钟）", en="Length in minutes", maximum=1440),
                Money("fee", zh="讲课费", en="Fee"),
                LongText("summary", zh="内容概述", en="Summary"),
                FileSlot("lecture_files", zh="照片/海报", en="Pictures and posters"),
            ),
        ),
        Contributors("speaker", zh="主讲人", en="Speaker", role="speaker", single=True),
    ),
)  # fmt: skip


def check(lecture: dict[str, Any]) -> Iterator[Issue]:
    """Nothing beyond the declaration."""
    yield from ()
