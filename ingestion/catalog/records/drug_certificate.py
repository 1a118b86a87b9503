"""药证: certificates and approvals of drugs, veterinary drugs and medical devices."""

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
    "drug_certificate",
    zh="药证",
    en="Drug certificate",
    prefix="YZ",
    group="ip",
    title="title",
    dated_by="granted_on",
    match=(MatchKey("drug_certificate_no", ("certificate_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("title", zh="药品/医疗器械名称", en="Drug or device", required=True, max_length=300, listed=True),
                Code("certificate_type", zh="证书类型", en="Kind of certificate", required=True, code_list="drug_certificate_type", listed=True),
                Identifier("certificate_no", zh="批准文号/证书编号", en="Approval or certificate number", required=True, listed=True),
                Code("drug_class", zh="药品类别", en="Class", code_list="drug_class", listed=True),
                Text("registration_class", zh="注册分类", en="Registration class", max_length=100),
                Text("issuer", zh="批准机关", en="Approved by", required=True, listed=True),
                Date("granted_on", zh="批准日期", en="Approved on", required=True, listed=True),
                Date("expires_on", zh="有效期至", en="Valid until", future=True),
                Text("holder", zh="持证单位", en="Holder", required=True, max_length=500),
                Integer("unit_rank", zh="单位排名", en="Rank of the university", minimum=1, maximum=999, needed_for=("EVAL",)),
                UNIVERSITY_NAME,
                COLLEGE,
                FileSlot("certificate_files", zh="证书", en="Certificate"),
            ),
        ),
        blocks.finishers(),
        blocks.statistics(
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(certificate: dict[str, Any]) -> Iterator[Issue]:
    """Approved before it expires."""
    yield from rules.in_order(TYPE, certificate, "granted_on", "expires_on")
