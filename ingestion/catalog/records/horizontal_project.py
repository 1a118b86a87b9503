"""横向项目: commissioned work. AC-046: 委托单位 and 合同总额 are what makes it one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import blocks, project_rules, rules
from ingestion.catalog.kinds import (
    COLLEGE,
    UNIVERSITY_NAME,
    Code,
    Date,
    FileSlot,
    Identifier,
    Issue,
    MatchKey,
    Money,
    RecordType,
    Step,
    Text,
    When,
    YesNo,
)

REGISTERED = When("register_flag", ("true",))
ENTERPRISE = When("client_type", ("1", "2", "3", "4", "5", "6", "7"))

TYPE = RecordType(
    "horizontal_project",
    zh="横向项目",
    en="Horizontal project",
    prefix="HX",
    group="projects",
    title="name",
    dated_by="signed_on",
    match=(MatchKey("project_no", ("project_no",)), MatchKey("contract_no", ("contract_no",))),
    steps=(
        Step(
            "basic",
            zh="基本信息",
            en="Basics",
            fields=(
                Text("name", zh="项目（合同）名称", en="Project (contract) name", required=True, min_length=2, listed=True),
                Identifier("project_no", zh="校内项目编号", en="Project number", required_when=blocks.APPROVED, max_length=60, listed=True),
                Identifier("contract_no", zh="合同编号", en="Contract number", required=True, max_length=60, listed=True),
                UNIVERSITY_NAME,
                COLLEGE,
                Code("contract_type", zh="合同类型", en="Kind of contract", code_list="contract_type_tech", needed_for=("EVAL",), listed=True),
                blocks.STATUS,
                Date("signed_on", zh="签订日期", en="Signed on", required=True, listed=True),
                Date("started_on", zh="开始日期", en="Starts on", required=True, future=True, partial=True),
                Date("planned_end_on", zh="截止日期", en="Ends on", required=True, future=True, partial=True),
                Date("concluded_on", zh="结项日期", en="Concluded on", required_when=blocks.CONCLUDED, partial=True),
                Money("contract_amount", zh="合同总额", en="Contract amount", required=True, positive=True, listed=True),
                Money("tech_amount", zh="技术交易额", en="Technology part"),
                Code("payment_mode", zh="付款方式", en="Payment", code_list="payment_mode"),
                YesNo("register_flag", zh="是否申请技术合同认定登记", en="Registered as technology contract"),
                Identifier("register_no", zh="认定登记编号", en="Registration number", shown_when=REGISTERED, max_length=60),
                Date("registered_on", zh="认定登记日期", en="Registered on", shown_when=REGISTERED),
                YesNo("tax_free", zh="是否免税", en="Tax-free"),
                Code("ip_ownership", zh="知识产权归属", en="Owner of the intellectual property", code_list="ip_ownership"),
            ),
        ),
        Step(
            "client",
            zh="委托方（甲方）",
            en="Client",
            fields=(
                Text("client_name", zh="委托单位名称", en="Client", required=True, listed=True),
                Identifier("client_uscc", zh="统一社会信用代码", en="Unified social credit code", scheme="uscc"),
                Code("client_type", zh="委托单位类型", en="Kind of client", code_list="jyt1001_srflx_transferee_type", needed_for=blocks.ST),
                Code("client_nature", zh="委托单位性质", en="Nature of client", code_list="jyt1001_shdwxz_org_nature"),
                Code("client_region", zh="所在地区", en="Region", code_list="gbt2260_region"),
                Code("client_industry", zh="所属国民经济行业", en="Industry", code_list="gbt4754_2017_industry"),
                YesNo("client_hitech", zh="是否高新技术企业", en="High-tech enterprise", shown_when=ENTERPRISE),
                Text("client_contact", zh="联系人", en="Contact", max_length=100),
                Identifier("client_phone", zh="联系电话", en="Phone", scheme="phone"),
            ),
        ),
        blocks.PROJECT_LEADER,
        blocks.MEMBERS,
        blocks.PARTNERS,
        blocks.project_documents(
            FileSlot("contract_scan", zh="合同扫描件", en="Scan of the contract"),
            FileSlot("commitment_letter", zh="承诺书", en="Letter of commitment"),
            notice=None,
        ),
        blocks.budget("经费预算"),
        blocks.statistics(
            blocks.SUBJECT_CLASS,
            blocks.DISCIPLINE,
            blocks.ACTIVITY_TYPE,
            blocks.COOPERATION,
            blocks.OBJECTIVE,
            blocks.INDUSTRY,
            Code("tech_field", zh="技术领域", en="Field of technology", code_list="tech_field"),
        ),
    ),
)  # fmt: skip


def check(project: dict[str, Any]) -> Iterator[Issue]:
    """V010, V018, V070 of validation_rules.csv; AC-158, AC-161, AC-162, AC-164."""
    yield from rules.in_order(TYPE, project, "started_on", "planned_end_on", "V010")
    yield from rules.in_order(TYPE, project, "started_on", "concluded_on", "V010")
    yield from rules.in_order(TYPE, project, "signed_on", "registered_on")
    yield from rules.at_most(TYPE, project, "tech_amount", "contract_amount", "V070")
    yield from project_rules.register_number_for_tax_relief(project)
    yield from project_rules.months_within_a_year(project)
    yield from project_rules.partner_shares(project)
    yield from project_rules.budget_matches(project, "contract_amount", "合同总额", "Contract amount")
