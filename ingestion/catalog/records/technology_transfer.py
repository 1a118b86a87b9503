"""技术转让: contracts of transfer, licence, investment, development, advice and service. V070; AC-059."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Children,
    Code,
    Date,
    Decimal,
    FileSlot,
    Identifier,
    Integer,
    Issue,
    MatchKey,
    Money,
    RecordRef,
    RecordRefs,
    RecordType,
    Step,
    Text,
    When,
    YesNo,
)

INVESTED = When("mode", ("3",))

TYPE = RecordType(
    "technology_transfer",
    zh="技术转让",
    en="Technology transfer",
    prefix="JS",
    group="contribution",
    title="name",
    dated_by="signed_on",
    match=(MatchKey("transfer_contract_no", ("contract_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("name", zh="转化项目名称", en="Name", required=True, max_length=300, listed=True),
                Code("mode", zh="转化方式", en="Mode", required=True, code_list="transfer_mode", listed=True),
                Identifier("contract_no", zh="合同编号", en="Contract number", required=True, max_length=60, listed=True),
                Identifier("register_no", zh="合同登记编号", en="Registration number", max_length=60),
                Date("signed_on", zh="签订日期", en="Signed on", required=True, listed=True),
                Money("contract_amount", zh="合同金额", en="Contract amount", required=True, listed=True),
                Text("transferee", zh="受让方名称", en="Transferee", required=True, listed=True),
                Code("transferee_type", zh="受让方类型", en="Kind of transferee", code_list="jyt1001_srflx_transferee_type", needed_for=blocks.ST),
                Code("transferee_region", zh="受让方所在地区", en="Region of the transferee", code_list="gbt2260_region", needed_for=blocks.ST),
                RecordRefs("ip_ids", zh="涉及知识产权或成果", en="Intellectual property or outcomes", targets=(*blocks.INTELLECTUAL_PROPERTY, *blocks.OUTCOMES)),
                Text("no_ip_reason", zh="未关联成果的原因", en="Why nothing is linked", max_length=500),
                Decimal("equity_ratio", zh="作价投资股权比例", en="Share of equity", maximum=100.0, shown_when=INVESTED, required_when=INVESTED, unit_zh="%", unit_en="%"),
                UNIVERSITY_NAME,
                COLLEGE,
                FileSlot("transfer_files", zh="合同/到账证明", en="Contract and proof of payment"),
            ),
        ),
        blocks.finishers("reward_share"),
        Children(
            "incomes",
            zh="到账明细",
            en="Income received",
            fields=(
                Date("received_on", zh="到账日期", en="Received on", required=True),
                Money("income", zh="到账金额", en="Amount", required=True, positive=True),
                Identifier("income_voucher_no", zh="财务凭证号", en="Voucher number", max_length=60),
                RecordRef("arrival_id", zh="关联到账单", en="Fund arrival", targets=("fund_arrival",)),
            ),
        ),
        blocks.statistics(
            Code("transferee_industry", zh="受让方国民经济行业", en="Industry of the transferee", code_list="gbt4754_2017_industry"),
            YesNo("is_sme", zh="是否中小微企业", en="Small or medium enterprise"),
            YesNo("is_overseas", zh="是否境外转让", en="Transfer abroad", needed_for=blocks.ST),
            Integer("patent_count", zh="其中专利件数", en="of which patents", needed_for=blocks.ST),
            Code("pricing", zh="定价方式", en="Pricing", code_list="transfer_pricing"),
            Money("reward_cash", zh="奖励科研人员现金", en="Cash rewards to researchers"),
            Money("reward_equity", zh="奖励科研人员股权", en="Equity rewards to researchers"),
            Code("publicity", zh="公示情况", en="Publicised", code_list="transfer_publicity"),
            blocks.SUBJECT_CLASS,
            blocks.PROJECT_IDS,
        ),
    ),
)  # fmt: skip


def check(transfer: dict[str, Any]) -> Iterator[Issue]:
    """V070: income within the contract amount; AC-059: linked to a result, or the reason said."""
    yield from rules.rows_at_most(TYPE, transfer, "incomes", "income", "contract_amount", "V070")
    if not transfer.get("ip_ids") and not transfer.get("no_ip_reason"):
        yield Issue(
            "ip_ids",
            "涉及知识产权或成果为空，应至少关联一项，或填写未关联成果的原因",
            "Intellectual property or outcomes is empty; link at least one or say why there is none",
            rule="AC-059",
        )
    for index, row in enumerate(transfer.get("incomes") or []):
        yield from rules.row_after(TYPE, transfer, "incomes", index, row, "received_on", "signed_on")
