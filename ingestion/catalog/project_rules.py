"""Rules of the three kinds of projects. Each yields issues about one document."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.catalog import rules
from ingestion.catalog.kinds import Issue, RecordType
from ingestion.catalog.rules import Document


def project_dates(record_type: RecordType, project: Document) -> Iterator[Issue]:
    """V010, AC-158: the planned end after the start, the conclusion after approval and start."""
    yield from rules.in_order(record_type, project, "started_on", "planned_end_on", "V010")
    yield from rules.in_order(record_type, project, "approved_on", "concluded_on", "V010")
    if not isinstance(project.get("approved_on"), str):
        yield from rules.in_order(record_type, project, "started_on", "concluded_on", "V010")


def leader_of_own_university(project: Document) -> Iterator[Issue]:
    """AC-160: a leader from outside is allowed only where the university takes part and does not lead."""
    leaders = rules.contributors(project, "leader")
    if leaders and leaders[0].get("kind") == "external" and project.get("is_lead") is not False:
        at = (project.get("contributors") or []).index(leaders[0])
        name = leaders[0].get("name") or ""
        yield Issue(
            f"contributors[{at}].kind",
            f"负责人 “{name}” 为校外人员，只可用于我校参与的项目，请将“是否牵头”填为“否”",
            f"Leader “{name}” is from outside; this is only for projects the university takes part in: set “University leads” to no",
            rule="AC-160",
        )


def months_within_a_year(project: Document) -> Iterator[Issue]:
    """AC-161: more than 10 months a year on one project are possible only by mistake (a warning)."""
    for i, row in enumerate(project.get("contributors") or []):
        months = rules.number(row.get("months_per_year"))
        if months is not None and 10 < months <= 12:
            yield Issue(
                f"contributors[{i}].months_per_year",
                f"每年工作月数 “{months:g}” 超过 10 个月，统计最多计 10 个月",
                f"Months a year “{months:g}” exceed 10; the statistics count at most 10",
                severity="warning",
                rule="V015",
            )


def partner_shares(project: Document) -> Iterator[Issue]:
    """AC-162: the partners' shares together do not exceed 100 %."""
    shares = [rules.number(row.get("partner_share")) or 0 for row in rules.rows(project, "partners")]
    if sum(shares) > 100.000001:
        yield Issue(
            "partners",
            f"合作单位分配比例合计 “{sum(shares):g}%” 超过 100%",
            f"The partners' shares sum to “{sum(shares):g}%”, more than 100%",
            rule="AC-162",
        )


def budget_matches(project: Document, total: str, zh: str, en: str) -> Iterator[Issue]:
    """V018, AC-164: where there is a budget, its approved amounts sum to the funds."""
    found, wanted = rules.total_of(project, "budget", "budget_approved"), project.get(total)
    if found is None or not isinstance(wanted, int) or found == wanted:
        return
    a, b, c = found / 100, wanted / 100, (found - wanted) / 100
    yield Issue(
        "budget",
        f"批准预算合计 “{a:,.2f}” 与{zh} “{b:,.2f}” 不相等，相差 {c:,.2f} 元",
        f"The budget sums to “{a:,.2f}”, {en} is “{b:,.2f}”; the difference is {c:,.2f} yuan",
        rule="V018",
    )


def register_number_for_tax_relief(project: Document) -> Iterator[Issue]:
    """V070: tax relief needs the registration number of the technology contract."""
    if project.get("tax_free") is True and not project.get("register_no"):
        yield Issue(
            "register_no",
            "认定登记编号为空，免税合同须填写",
            "Registration number is empty; a tax-free contract needs it",
            rule="V070",
        )
