"""经费到账. AC-048: tied to a project, with date, amount, source and voucher number. Approval posts it to the ledger."""

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
    Issue,
    MatchKey,
    Money,
    PersonRef,
    RecordRef,
    RecordType,
    Step,
    Text,
)

TYPE = RecordType(
    "fund_arrival",
    zh="经费到账",
    en="Fund arrival",
    prefix="DZ",
    group="funds",
    title="payer",
    dated_by="arrived_on",
    match=(MatchKey("arrival_no", ("arrival_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Identifier("arrival_no", zh="到账编号", en="Arrival number", required=True, max_length=60, listed=True),
                RecordRef("project_id", zh="项目", en="Project", required=True, targets=blocks.PROJECTS, listed=True),
                Date("arrived_on", zh="到账日期", en="Arrived on", required=True, listed=True),
                Money("amount", zh="到账金额", en="Amount", required=True, positive=True, listed=True),
                Text("payer", zh="来款单位", en="Payer", required=True, listed=True),
                Code("payer_type", zh="来款单位类型", en="Kind of payer", code_list="payer_type", needed_for=blocks.BOTH),
                Code("fund_source", zh="经费来源类别", en="Source of funds", required=True, code_list="jyt1001_xmjfly_fund_source", listed=True),
                Code("fund_nature", zh="资金性质", en="Nature of funds", required=True, code_list="fund_nature", listed=True),
                UNIVERSITY_NAME,
                COLLEGE,
                Identifier("voucher_no", zh="财务凭证号", en="Voucher number", max_length=60, listed=True),
                Code("arrival_channel", zh="到账方式", en="Means of payment", code_list="arrival_channel"),
                Code("invoice_state", zh="发票状态", en="Invoice", code_list="invoice_state"),
                FileSlot("arrival_files", zh="到账凭证", en="Proof of payment"),
            ),
        ),
        Contributors("claimer", zh="认领人", en="Claimed by", role="handler", single=True, affiliations=False),
        Step(
            "allocation",
            zh="认领与分配",
            en="Claim and deductions",
            fields=(
                Money("tech_amount", zh="其中技术交易额", en="of which technology"),
                Money("vat", zh="增值税及附加", en="VAT and surcharges"),
                Money("management_fee", zh="管理费", en="Management fee"),
                Money("register_fee", zh="技术合同认定服务费", en="Registration fee"),
                Money("outward_reserve", zh="外拨预留", en="Kept for outward transfer"),
                Money("net_amount", zh="入卡净额", en="Net amount on the card"),
                Identifier("fund_card", zh="经费卡号", en="Fund card number", max_length=60),
                Date("booked_on", zh="入账日期", en="Booked on"),
            ),
        ),
        Children(
            "shares",
            zh="分配到人/子课题",
            en="Split by person or sub-project",
            fields=(
                PersonRef("share_person_id", zh="人员", en="Person"),
                Text("share_subproject", zh="子课题", en="Sub-project"),
                Money("share_amount", zh="分配金额", en="Amount", required=True, positive=True),
            ),
        ),
        Children(
            "subjects",
            zh="预算科目分配",
            en="Split by budget subject",
            key=("split_subject",),
            fields=(
                Code("split_subject", zh="预算科目", en="Subject", required=True, code_list="expense_subject"),
                Money("split_amount", zh="分配金额", en="Amount", required=True, positive=True),
            ),
        ),
    ),
)  # fmt: skip


def check(arrival: dict[str, Any]) -> Iterator[Issue]:
    """V020: a split sums to the whole; the net amount is the amount less the deductions."""
    yield from rules.rows_sum_to(TYPE, arrival, "shares", "share_amount", "amount", "V020")
    yield from rules.rows_sum_to(TYPE, arrival, "subjects", "split_amount", "amount", "V020")
    yield from rules.at_most(TYPE, arrival, "tech_amount", "amount", "V020")
    yield from rules.net_of_deductions(
        TYPE, arrival, "amount", ("vat", "management_fee", "register_fee", "outward_reserve"), "net_amount"
    )
    yield from rules.in_order(TYPE, arrival, "arrived_on", "booked_on")
