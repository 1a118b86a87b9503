"""专利. AC-057: filing, publication, grant and lapse are separate dates, each counted in its own year."""

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
    FileSlot,
    Identifier,
    Integer,
    Issue,
    LongText,
    MatchKey,
    Money,
    RecordType,
    Step,
    Text,
    When,
    YesNo,
)

GRANTED = When("patent_status", ("4", "6", "7", "8", "9"))
LAPSED = When("patent_status", ("7", "8"))

TYPE = RecordType(
    "patent",
    zh="专利",
    en="Patent",
    prefix="ZL",
    group="ip",
    title="title",
    dated_by="filed_on",
    match=(MatchKey("patent_application", ("application_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="专利名称", en="Title", required=True, max_length=500, listed=True),
                Code("patent_type", zh="专利类型", en="Type", required=True, code_list="patent_type", listed=True),
                Code("patent_scope", zh="专利范围", en="Scope", required=True, code_list="patent_scope"),
                Code("patent_status", zh="专利状态", en="Status", required=True, code_list="patent_status", listed=True),
                Identifier("application_no", zh="申请号", en="Application number", required=True, scheme="patent_application", listed=True),
                Date("filed_on", zh="申请日期", en="Filed on", required=True, listed=True),
                Identifier("publication_no", zh="公开（公告）号", en="Publication number", max_length=40),
                Date("publicised_on", zh="公开（公告）日期", en="Published on"),
                Identifier("grant_no", zh="专利号/授权号", en="Patent number", max_length=40, required_when=GRANTED),
                Date("granted_on", zh="授权公告日", en="Granted on", required_when=GRANTED, listed=True),
                Date("lapsed_on", zh="失效日期", en="Lapsed on", required_when=LAPSED),
                Identifier("certificate_no", zh="证书编号", en="Certificate number"),
                Text("patentee", zh="专利权人", en="Patentee", required=True, max_length=500, listed=True),
                Integer("patentee_rank", zh="专利权人排名", en="Rank among patentees", minimum=1, maximum=99, needed_for=("EVAL",)),
                UNIVERSITY_NAME,
                COLLEGE,
                YesNo("is_service", zh="是否职务发明", en="Service invention", needed_for=blocks.ST),
                blocks.SIGNATURE,
                Text("agency", zh="代理机构", en="Agency"),
                Identifier("ipc", zh="国际专利主分类号（IPC）", en="Main IPC class", max_length=40),
                Identifier("pct_no", zh="PCT申请号", en="PCT application number", max_length=40),
                FileSlot("patent_files", zh="受理通知书/证书", en="Filing notice or certificate"),
            ),
        ),
        Contributors("inventors", zh="发明人信息", en="Inventors", role="inventor", extras=("share",), affiliations=False),
        Children(
            "fees",
            zh="费用与资助",
            en="Fees and subsidies",
            fields=(
                Code("fee_kind", zh="费用类别", en="Kind", required=True, code_list="patent_fee_kind"),
                Date("paid_on", zh="缴纳日期", en="Paid on", partial=True),
                Money("fee_amount", zh="金额", en="Amount", required=True),
            ),
        ),
        blocks.statistics(
            Code("country", zh="国家/地区", en="Country or region", code_list="gbt2659_country"),
            Code("legal_status", zh="法律状态", en="Legal status", code_list="jyt1001_zlflzt_patent_legal_status"),
            Date("annuity_paid_to", zh="年费缴纳至", en="Annuity paid until", future=True),
            YesNo("is_strategic", zh="属战略性新兴产业", en="Strategic emerging industry", needed_for=("EVAL",)),
            YesNo("has_overseas_family", zh="有海外同族专利权", en="Family abroad", needed_for=("EVAL",)),
            YesNo("is_high_pledge", zh="较高质押融资", en="High pledge", needed_for=("EVAL",)),
            YesNo("is_nationally_awarded", zh="获国家科学技术奖或中国专利奖", en="National award", needed_for=("EVAL",)),
            LongText("abstract", zh="专利摘要", en="Abstract"),
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            blocks.PROJECT_IDS,
            YesNo("with_industry", zh="是否与行业联合专利", en="With industry"),
        ),
    ),
)  # fmt: skip


def check(patent: dict[str, Any]) -> Iterator[Issue]:
    """V060, V061 of validation_rules.csv, AC-057, AC-058."""
    yield from rules.patent_number_agrees(patent)
    yield from rules.in_order(TYPE, patent, "filed_on", "publicised_on", "V061")
    yield from rules.in_order(TYPE, patent, "filed_on", "granted_on", "V061")
    yield from rules.in_order(TYPE, patent, "granted_on", "lapsed_on", "V061")
