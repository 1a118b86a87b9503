"""著作. V040: ISBN with its check digit, one record per ISBN and edition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Code,
    Date,
    Decimal,
    FileSlot,
    Identifier,
    Integer,
    Issue,
    MatchKey,
    RecordType,
    Step,
    Text,
    YesNo,
)

TYPE = RecordType(
    "book",
    zh="著作",
    en="Book",
    prefix="ZZ",
    group="outcomes",
    title="title",
    dated_by="published_on",
    match=(MatchKey("isbn", ("isbn", "edition")),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="著作名称", en="Title", required=True, max_length=500, listed=True),
                Code("book_kind", zh="著作类别", en="Kind", required=True, code_list="book_kind", listed=True),
                Text("publisher", zh="出版单位", en="Publisher", required=True, listed=True),
                Date("published_on", zh="出版时间", en="Published on", required=True, partial=True, listed=True),
                Identifier("isbn", zh="ISBN号", en="ISBN", required=True, scheme="isbn", listed=True),
                Integer("edition", zh="版次", en="Edition", required=True, minimum=1, maximum=99, hint_zh="版权页所印版次，第1版填1", hint_en="As on the copyright page; 1 for the first edition"),
                Text("printing", zh="印次", en="Printing", max_length=50),
                UNIVERSITY_NAME,
                COLLEGE,
                Decimal("words", zh="总字数", en="Length", needed_for=blocks.BOTH, maximum=100000.0, unit_zh="万字", unit_en="10,000 characters"),
                blocks.SIGNATURE,
                Text("place", zh="出版地", en="Place", max_length=100),
                Identifier("cip", zh="CIP核字号", en="CIP number", max_length=60),
                FileSlot("book_files", zh="封面/版权页/目录", en="Cover, copyright page, contents"),
            ),
        ),
        blocks.authors("own_words", "book_role"),
        blocks.statistics(
            Text("title_en", zh="著作英文名称", en="Title in English", max_length=500),
            Code("publisher_level", zh="出版社级别", en="Level of the publisher", code_list="jyt1001_cbsjb_publisher_level"),
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            blocks.PROJECT_SOURCE,
            blocks.RESEARCH_TYPE,
            blocks.PROJECT_IDS,
            Code("language", zh="语种", en="Language", code_list="gbt4880_language"),
            YesNo("translated_out", zh="是否译成外文", en="Translated into a foreign language"),
            YesNo("is_reprint", zh="是否再版", en="New edition of an earlier book"),
        ),
    ),
)  # fmt: skip


def check(book: dict[str, Any]) -> Iterator[Issue]:
    """V034, V041 of validation_rules.csv; the own words of the authors do not exceed the book's."""
    yield from rules.signature_agrees(book, "signature")
    yield from rules.own_words_within(book)
