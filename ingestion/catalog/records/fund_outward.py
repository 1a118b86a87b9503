"""经费外拨. Freezes on submission and posts on final approval; the ledger keeps the balance (AC-050)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Code,
    Contributors,
    Date,
    FileSlot,
    Identifier,
    Issue,
    MatchKey,
    Money,
    RecordRef,
    RecordType,
    Secret,
    Step,
    Text,
    YesNo,
)

TYPE = RecordType(
    "fund_outward",
    zh="经费外拨",
    en="Fund outward transfer",
    prefix="WB",
    group="funds",
    title="payee",
    dated_by="transferred_on",
    match=(MatchKey("transfer_no", ("transfer_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Identifier("transfer_no", zh="外拨编号", en="Transfer number", max_length=60, listed=True),
                RecordRef("project_id", zh="项目", en="Project", required=True, targets=blocks.PROJECTS, listed=True),
                Text("payee", zh="收款单位", en="Payee", required=True, listed=True),
                Code("payee_type", zh="收款单位类型", en="Kind of payee", code_list="payee_type", needed_for=blocks.ST, listed=True),
                Money("amount", zh="外拨金额", en="Amount", required=True, positive=True, listed=True),
                Date("transferred_on", zh="外拨日期", en="Transferred on", required=True, listed=True),
                YesNo("in_budget", zh="是否预算内外拨", en="Within the budget"),
                UNIVERSITY_NAME,
                COLLEGE,
                Text("bank", zh="开户行", en="Bank"),
                Secret("bank_account", zh="银行账号", en="Bank account", scheme="bank_account"),
                Identifier("voucher_no", zh="财务凭证号", en="Voucher number", max_length=60),
                FileSlot("basis_file", zh="合作合同/预算依据", en="Contract or budget basis"),
                FileSlot("receipt_file", zh="回执/发票", en="Receipt or invoice"),
            ),
        ),
        Contributors("handler", zh="经办人", en="Handled by", role="handler", single=True, affiliations=False),
    ),
)  # fmt: skip


def check(transfer: dict[str, Any]) -> Iterator[Issue]:
    """Nothing beyond the declaration: balances are the ledger's business."""
    yield from ()
