"""著作权: registered software and works."""

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
    "copyright",
    zh="著作权",
    en="Copyright",
    prefix="ZQ",
    group="ip",
    title="title",
    dated_by="registered_on",
    match=(MatchKey("copyright_no", ("registration_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="著作权名称", en="Title", required=True, max_length=500, listed=True),
                Code("copyright_type", zh="著作权类型", en="Type", required=True, code_list="copyright_type", listed=True),
                Identifier("registration_no", zh="登记号", en="Registration number", required=True, listed=True),
                Identifier("certificate_no", zh="证书号", en="Certificate number"),
                Date("registered_on", zh="登记日期", en="Registered on", required=True, listed=True),
                Date("developed_on", zh="开发完成日期", en="Finished on"),
                Date("first_published_on", zh="首次发表日期", en="First published on"),
                Text("owner", zh="著作权人", en="Owner", required=True, max_length=500, listed=True),
                Integer("owner_rank", zh="著作权人排名", en="Rank among owners", minimum=1, maximum=99, needed_for=("EVAL",)),
                UNIVERSITY_NAME,
                COLLEGE,
                blocks.SIGNATURE,
                Code("acquire_mode", zh="取得方式", en="Acquired by", code_list="acquire_mode"),
                Code("right_scope", zh="权利范围", en="Scope of rights", code_list="right_scope"),
                Text("software_version", zh="版本号", en="Version", max_length=50),
                FileSlot("copyright_files", zh="证书扫描件", en="Scan of the certificate"),
            ),
        ),
        blocks.finishers(),
        blocks.statistics(
            blocks.DISCIPLINE,
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(work: dict[str, Any]) -> Iterator[Issue]:
    """Finished and published before it was registered."""
    yield from rules.in_order(TYPE, work, "developed_on", "first_published_on")
    yield from rules.in_order(TYPE, work, "developed_on", "registered_on")
