"""论文. The brochure's four steps (L174-187). Decisions: only 期刊论文 and 会议论文
(AC-167), ISSN for a journal article and the conference's name for a conference paper (AC-166), a date in the
future only while 录用 or 在线发表 (AC-170).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Children,
    Code,
    Contributors,
    Date,
    Decimal,
    FileSlot,
    Identifier,
    Integer,
    Issue,
    LongText,
    MatchKey,
    MultiCode,
    RecordType,
    Step,
    Text,
    TextList,
    When,
    Year,
    YesNo,
)

JOURNAL = When("paper_type", ("1",))
CONFERENCE = When("paper_type", ("2",))
NOT_YET_PRINTED = When("publication_stage", ("2", "3"))

TYPE = RecordType(
    "paper",
    zh="论文",
    en="Paper",
    prefix="LW",
    group="outcomes",
    title="title",
    dated_by="published_on",
    match=(MatchKey("doi", ("doi",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="论文名称", en="Title", required=True, max_length=500, listed=True),
                Code("paper_type", zh="论文类型", en="Type", required=True, code_list="paper_type", listed=True),
                Date("published_on", zh="发表或出版时间", en="Published on", required=True, partial=True, future_when=NOT_YET_PRINTED, listed=True),
                Text("venue", zh="发表刊物或论文集", en="Journal or proceedings", required=True, max_length=300, listed=True),
                UNIVERSITY_NAME,
                COLLEGE,
                MultiCode("journal_levels", zh="刊物级别", en="Journal levels", required=True, code_list="journal_level", listed=True),
                Code("publish_range", zh="发表范围", en="Published in", required=True, code_list="paper_publish_range"),
                Code("signature", zh="学校署名", en="University signature", required=True, code_list="school_signature", listed=True),
                Text("volume_issue_pages", zh="卷期页", en="Volume, issue, pages", required=True, max_length=100),
                Identifier("doi", zh="DOI", en="DOI", scheme="doi", max_length=200),
                Identifier("issn", zh="ISSN号", en="ISSN", scheme="issn", required_when=JOURNAL),
                Text("conference_name", zh="会议名称", en="Conference", shown_when=CONFERENCE, required_when=CONFERENCE, max_length=300),
                Text("conference_place", zh="会议地址", en="Place of conference", shown_when=CONFERENCE),
                Date("conference_on", zh="会议日期", en="Date of conference", shown_when=CONFERENCE),
                Text("proceedings_publisher", zh="论文集出版单位", en="Publisher of proceedings", shown_when=CONFERENCE),
                Code("publication_stage", zh="发表状态", en="Stage", code_list="publication_stage", hint_zh="正式发表可不填；录用、在线发表的论文不计入统计", hint_en="Leave empty when published; accepted and online-first papers do not count"),
                FileSlot("paper_files", zh="论文首页或正文", en="First page or full text"),
                FileSlot("index_proof", zh="检索证明", en="Proof of indexing"),
            ),
        ),
        Contributors("authors", zh="作者信息", en="Authors", role="author", extras=("corresponding", "co_first", "share")),
        Children(
            "indexings",
            zh="论文收录",
            en="Indexed in",
            key=("index_code",),
            fields=(
                Code("index_code", zh="收录类别", en="Index", required=True, code_list="paper_index"),
                Year("index_year", zh="收录时间（年）", en="Indexed in year", required=True),
                Text("accession_no", zh="收录号（入藏号）", en="Accession number", max_length=60),
                Code("quartile", zh="分区", en="Zone or quartile", code_list="paper_quartile"),
                Year("quartile_year", zh="分区年度", en="Year of the zone"),
                Decimal("impact_factor", zh="影响因子（当年）", en="Impact factor", places=3),
            ),
        ),
        Children(
            "reprints",
            zh="论文转载",
            en="Reprints",
            fields=(
                Code("reprint_venue", zh="转载刊物", en="Reprinted in", required=True, code_list="reprint_venue"),
                Date("reprinted_on", zh="转载时间", en="Reprinted on", required=True, partial=True),
                Text("reprint_pages", zh="转载卷期页", en="Volume, issue, pages", max_length=100),
                Code("reprint_form", zh="转载形式", en="Form", code_list="reprint_form"),
            ),
        ),
        Step(
            "statistics",
            zh="统计信息",
            en="For statistics",
            statistics=True,
            fields=(
                Text("title_en", zh="论文英文名称", en="Title in English", max_length=500),
                Identifier("cn_serial", zh="CN号", en="CN serial number", scheme="cn_serial"),
                blocks.SUBJECT_CLASS,
                blocks.DISCIPLINE,
                blocks.PROJECT_SOURCE,
                blocks.PROJECT_IDS,
                blocks.RESEARCH_TYPE,
                blocks.UNIT_RANK,
                Code("page_space", zh="版面", en="Page space", code_list="paper_page_space"),
                Decimal("words", zh="字数", en="Length", places=2, unit_zh="万字", unit_en="10,000 characters"),
                YesNo("is_translation", zh="是否译文", en="Translation"),
                YesNo("is_from_foreign", zh="是否从外文翻译而来", en="Translated from a foreign language"),
                Code("language", zh="语种", en="Language", code_list="gbt4880_language"),
                TextList("keywords", zh="关键词", en="Keywords"),
                LongText("abstract", zh="摘要", en="Abstract"),
                YesNo("with_industry", zh="是否与行业联合发表", en="With industry"),
                YesNo("with_local", zh="是否与地方联合发表", en="With local bodies"),
                YesNo("with_international", zh="是否与国际联合发表", en="With foreign partners"),
                YesNo("interdisciplinary", zh="是否跨学科论文", en="Interdisciplinary"),
                Date("online_on", zh="在线发表日期", en="Online on"),
                Integer("cited_by_others", zh="他引次数", en="Citations by others"),
            ),
        ),
    ),
)  # fmt: skip


def check(paper: dict[str, Any]) -> Iterator[Issue]:
    """V032-V034 of validation_rules.csv and AC-172 (signature against the first author's first unit)."""
    yield from rules.signature_agrees(paper, "signature")
    yield from rules.issn_or_cn_for_range(paper)
