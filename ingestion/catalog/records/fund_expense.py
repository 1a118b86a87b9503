"""经费支出. Freezes on submission and posts when finance (or the office) approves (AC-052)."""

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
    RecordRef,
    RecordType,
    Step,
    Text,
)

TYPE = RecordType(
    "fund_expense",
    zh="经费支出",
    en="Fund expense",
    prefix="ZC",
    group="funds",
    title="purpose",
    dated_by="spent_on",
    match=(MatchKey("expense_no", ("expense_no",)),),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Identifier("expense_no", zh="支出单号", en="Expense number", max_length=60, listed=True),
                RecordRef("project_id", zh="项目", en="Project", required=True, targets=blocks.PROJECTS, listed=True),
                Date("spent_on", zh="支出日期", en="Spent on", required=True, listed=True),
                Money("amount", zh="支出总额", en="Amount", required=True, positive=True, listed=True),
                Text("purpose", zh="用途说明", en="Purpose", required=True, min_length=2, max_length=500, listed=True),
                UNIVERSITY_NAME,
                COLLEGE,
                Identifier("fund_card", zh="经费卡号", en="Fund card number", max_length=60),
                Code("pay_mode", zh="支付方式", en="Means of payment", code_list="pay_mode"),
                Identifier("voucher_no", zh="入账凭证号", en="Voucher number", max_length=60),
                FileSlot("receipts", zh="票据附件", en="Receipts"),
            ),
        ),
        Contributors("claimant", zh="报销人", en="Claimed by", role="handler", single=True, affiliations=False),
        Children(
            "lines",
            zh="支出明细",
            en="Lines",
            fields=(
                Code("line_subject", zh="支出科目", en="Subject", required=True, code_list="expense_subject"),
                Text("line_item", zh="支出内容", en="Item", required=True),
                Money("line_amount", zh="金额", en="Amount", required=True, positive=True),
            ),
        ),
        Children(
            "payees",
            zh="劳务/专家费领款人",
            en="Payees of labour and expert fees",
            fields=(
                Text("payee_name", zh="领款人", en="Payee", required=True, max_length=100),
                Text("payee_organisation", zh="单位", en="Organisation"),
                Money("payee_amount", zh="金额", en="Amount", required=True, positive=True),
            ),
        ),
    ),
)  # fmt: skip


def check(expense: dict[str, Any]) -> Iterator[Issue]:
    """V020: the lines sum to the total; fees paid to people do not exceed it."""
    yield from rules.rows_sum_to(TYPE, expense, "lines", "line_amount", "amount", "V020")
    yield from rules.rows_at_most(TYPE, expense, "payees", "payee_amount", "amount", "V020")
