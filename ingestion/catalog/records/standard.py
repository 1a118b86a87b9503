"""标准: international, national, sector, local, group and company standards."""

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
    "standard",
    zh="标准",
    en="Standard",
    prefix="BZ",
    group="ip",
    title="title",
    dated_by="issued_on",
    match=(MatchKey("standard_no", ("standard_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="标准名称", en="Title", required=True, max_length=500, listed=True),
                Identifier("standard_no", zh="标准编号", en="Standard number", required=True, listed=True),
                Code("level", zh="标准级别", en="Level", required=True, code_list="standard_level", listed=True),
                Code("nature", zh="强制性/推荐性", en="Mandatory or recommended", code_list="standard_nature"),
                Text("issuer", zh="发布单位", en="Issued by", required=True, listed=True),
                Date("issued_on", zh="发布日期", en="Issued on", required=True, listed=True),
                Date("effective_on", zh="实施日期", en="In force from", future=True),
                Code("standard_role", zh="参与方式", en="Part taken", code_list="standard_role", needed_for=("EVAL",), listed=True),
                Integer("unit_rank", zh="单位排名", en="Rank of the university", minimum=1, maximum=999, needed_for=("EVAL",)),
                UNIVERSITY_NAME,
                COLLEGE,
                Text("committee", zh="归口单位", en="Committee in charge"),
                Text("ics", zh="ICS/CCS分类", en="ICS or CCS class", max_length=60),
                FileSlot("standard_files", zh="标准封面/前言", en="Cover and foreword"),
            ),
        ),
        blocks.finishers(),
        blocks.statistics(
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(standard: dict[str, Any]) -> Iterator[Issue]:
    """Issued before it is in force."""
    yield from rules.in_order(TYPE, standard, "issued_on", "effective_on")
