"""艺术作品: works created, performed, exhibited, broadcast or collected."""

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
    Issue,
    RecordType,
    Step,
    Text,
    YesNo,
)

TYPE = RecordType(
    "artwork",
    zh="艺术作品",
    en="Artwork",
    prefix="YS",
    group="outcomes",
    title="title",
    dated_by="published_on",
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="作品名称", en="Title", required=True, max_length=500, listed=True),
                Code("art_kind", zh="作品类别", en="Kind", required=True, code_list="art_kind", listed=True),
                Code("art_form", zh="作品形式", en="Form", required=True, code_list="art_form", listed=True),
                Date("published_on", zh="发表/展演日期", en="Shown on", required=True, partial=True, listed=True),
                Text("venue", zh="发表刊物/展演名称", en="Journal, exhibition or performance", required=True, max_length=300, listed=True),
                Text("organiser", zh="主办单位", en="Organised by"),
                Code("level", zh="级别", en="Level", code_list="art_level", needed_for=("EVAL",), listed=True),
                YesNo("is_awarded", zh="是否获奖", en="Awarded"),
                Text("collector", zh="收藏单位", en="Collected by"),
                UNIVERSITY_NAME,
                COLLEGE,
                blocks.SIGNATURE,
                FileSlot("artwork_files", zh="作品证明", en="Proof"),
            ),
        ),
        blocks.authors(),
        blocks.statistics(
            blocks.DISCIPLINE,
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(artwork: dict[str, Any]) -> Iterator[Issue]:
    """V034: the signature against the first author's first unit."""
    yield from rules.signature_agrees(artwork, "signature")
