"""A whole document: every problem at once, at its field, in both languages."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog import kinds as k
from ingestion.catalog import validate
from ingestion.catalog.codelists import CodeItem, Codes
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS

TODAY = date(2026, 3, 15)
CONTEXT = validate.Context(TODAY)
Document = dict[str, Any]


def author(rank: Any, name: str = "作者甲", **more: Any) -> Document:
    row = {
        "role": "author",
        "rank": rank,
        "kind": "staff",
        "person_id": 100 + (rank if isinstance(rank, int) else 50),
        "name": name,
    }
    return {**row, "affiliations": [{"name": "江城大学", "is_own": True}], **more}


def paper(**changes: Any) -> Document:
    return changed(
        {
            "title": "高校科研数据治理研究", "paper_type": "1", "published_on": "2025-03", "venue": "科研管理", "college_id": 7,
            "journal_levels": ["A"], "publish_range": "1", "signature": "1", "volume_issue_pages": "46(3): 1-9",
            "issn": "0253-3766", "contributors": [author(1)],
        },
        changes,
    )  # fmt: skip


def project(**changes: Any) -> Document:
    people = [
        {"role": "leader", "rank": 1, "kind": "staff", "person_id": 1, "name": "负责人甲"},
        {"role": "member", "rank": 2, "kind": "staff", "person_id": 2, "name": "成员乙"},
        {"role": "member", "rank": 3, "kind": "student", "name": "成员丙"},
    ]
    return changed(
        {
            "name": "长江经济带研究", "project_no": "2025HB001", "college_id": 7, "category": "ST03", "level": "1", "status": "20",
            "started_on": "2025-01-01", "planned_end_on": "2028-12-31", "approved_on": "2024-12-01", "contributors": people,
        },
        changes,
    )  # fmt: skip


def award(**changes: Any) -> Document:
    person = {"role": "finisher", "rank": 1, "kind": "staff", "person_id": 1, "name": "完成人甲"}
    return changed(
        {
            "approval_no": "鄂奖2025-01", "award_type": "1", "award_name": "科技进步奖", "outcome_name": "某项技术", "issuer": "省人民政府",
            "level": "23", "grade": "1", "category": "05", "awarded_on": "2025-06-01", "outcome_form": "200", "unit_total": 3,
            "unit_rank": 1, "college_id": 7, "contributors": [person],
        },
        changes,
    )  # fmt: skip


def changed(document: Document, changes: Document) -> Document:
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def found(type_id: str, document: Document, context: validate.Context = CONTEXT) -> dict[str, k.Issue]:
    issues = validate.problems(type_id, copy.deepcopy(document), context)
    for issue in issues:
        assert issue.zh and issue.en and issue.zh != issue.en
    return {issue.field: issue for issue in issues}


def errors(type_id: str, document: Document) -> set[str]:
    return {name for name, issue in found(type_id, document).items() if issue.severity == "error"}


def test_good_documents_have_no_problem() -> None:
    assert found("paper", paper()) == {}
    assert found("vertical_project", project()) == {}
    assert found("award", award()) == {}


@pytest.mark.ac("AC-166")
def test_all_missing_fields_of_a_paper_are_named_at_once() -> None:
    issues = found("paper", {})
    fields = set(issues)
    assert fields == {
        "title", "paper_type", "published_on", "venue", "college_id", "journal_levels", "publish_range", "signature",
        "volume_issue_pages", "contributors",
    }  # fmt: skip
    assert issues["title"].zh == "论文名称不能为空" and all(
        i.rule == validate.REQUIRED for i in issues.values()
    )


@pytest.mark.ac("AC-166")
def test_issn_for_a_journal_article_and_a_conference_for_a_conference_paper() -> None:
    assert errors("paper", paper(issn=None)) == {"issn"}
    assert errors("paper", paper(issn=None, paper_type="2")) == {"conference_name"}
    assert (
        errors("paper", paper(issn=None, paper_type="2", conference_name="第十届年会", publish_range="2"))
        == set()
    )


@pytest.mark.ac("AC-157")
def test_project_number_and_approval_date_are_required_once_approved() -> None:
    assert errors("vertical_project", project(project_no=None, approved_on=None)) == {
        "project_no",
        "approved_on",
    }
    assert errors("vertical_project", project(project_no=None, approved_on=None, status="10")) == set()
    assert errors("vertical_project", project(status="30")) == {"concluded_on"}
    assert {
        "name",
        "project_no",
        "college_id",
        "category",
        "level",
        "status",
        "started_on",
        "planned_end_on",
        "approved_on",
    } <= errors("vertical_project", {})


@pytest.mark.ac("AC-163")
def test_a_missing_document_is_named() -> None:
    context = validate.Context(TODAY, attached=frozenset({"application_file"}))
    issues = found("vertical_project", project(), context)
    assert set(issues) == {"notice_file"} and "立项通知" in issues["notice_file"].zh
    assert set(found("vertical_project", project(status="30", concluded_on="2026-01-01"), context)) == {
        "notice_file",
        "conclusion_file",
    }
    assert found("vertical_project", project(status="10"), context) == {}


@pytest.mark.ac("AC-158", "AC-058")
def test_dates_of_a_project_stand_in_order() -> None:
    assert errors("vertical_project", project(planned_end_on="2024-12-31")) == {"planned_end_on"}
    late = project(status="30", concluded_on="2024-11-30")
    assert "早于立项时间 “2024-12-01”" in found("vertical_project", late)["concluded_on"].zh
    assert errors("vertical_project", project(approved_on="2026-03-16")) == {"approved_on"}
    assert errors("vertical_project", project(approved_on="1948-01-01")) == {"approved_on"}


@pytest.mark.ac("AC-159")
@pytest.mark.parametrize(
    ("name", "wrong"),
    [("甲", True), ("***", True), ("长" * 201, True), ("长" * 200, False), ("<script>研究", False)],
)
def test_project_names(name: str, wrong: bool) -> None:
    assert errors("vertical_project", project(name=name)) == ({"name"} if wrong else set())


@pytest.mark.ac("AC-160")
def test_an_outside_leader_only_where_the_university_takes_part() -> None:
    people = [{"role": "leader", "rank": 1, "kind": "external", "name": "外校负责人"}]
    assert errors("vertical_project", project(contributors=people)) == {"contributors[0].kind"}
    assert errors("vertical_project", project(contributors=people, is_lead=False)) == set()


@pytest.mark.ac("AC-161")
def test_members_are_named_once_and_not_the_leader() -> None:
    people = project()["contributors"]
    again = [*people[:2], {**people[1], "rank": 3, "person_id": 1}]
    issues = found("vertical_project", project(contributors=again))
    assert set(issues) == {"contributors[2].person_id"} and "重复" in issues["contributors[2].person_id"].zh
    months = [{**people[0]}, {**people[1], "months_per_year": 11}]
    assert (
        found("vertical_project", project(contributors=months))["contributors[1].months_per_year"].severity
        == "warning"
    )


@pytest.mark.ac("AC-162")
def test_shares_of_partners_stay_within_100() -> None:
    partners = [
        {"partner_name": f"单位{i}", "partner_type": "1", "partner_share": share}
        for i, share in enumerate((60.0, 50.0))
    ]
    assert errors("vertical_project", project(partners=partners)) == {"partners"}
    partners[1]["partner_name"] = "单位0"
    assert "partners[1].partner_name" in errors("vertical_project", project(partners=partners))


@pytest.mark.ac("AC-164")
def test_a_budget_sums_to_the_funds() -> None:
    lines = [
        {"budget_subject": "1", "budget_approved": 6_000_00},
        {"budget_subject": "2", "budget_approved": 3_000_00},
    ]
    issues = found("vertical_project", project(approved_fund=10_000_00, budget=lines))
    assert "相差 -1,000.00 元" in issues["budget"].zh
    assert errors("vertical_project", project(approved_fund=9_000_00, budget=lines)) == set()
    lines[1]["budget_approved"] = -1
    assert errors("vertical_project", project(budget=lines)) == {"budget[1].budget_approved"}


@pytest.mark.ac("AC-170")
def test_a_paper_of_the_future_only_before_it_is_printed() -> None:
    assert errors("paper", paper(published_on="2026-04")) == {"published_on"}
    assert errors("paper", paper(published_on="2026-03")) == set()
    assert errors("paper", paper(published_on="2026-04", publication_stage="2")) == set()
    assert errors("paper", paper(published_on="2026-04", publication_stage="1")) == {"published_on"}


@pytest.mark.ac("AC-168")
def test_a_journal_level_must_be_in_force_in_the_year() -> None:
    own = Codes({"journal_level": (CodeItem("OLD", "旧一类", valid_to="2020-12-31", own=True),)})
    context = validate.Context(TODAY, own)
    assert "停用" in found("paper", paper(journal_levels=["OLD"]), context)["journal_levels"].zh
    assert found("paper", paper(journal_levels=["OLD"], published_on="2019"), context) == {}


@pytest.mark.ac("AC-172")
def test_a_signature_against_the_first_affiliation_must_be_confirmed() -> None:
    outside = [
        author(1, kind="external", person_id=None, affiliations=[{"name": "外地大学", "is_own": False}])
    ]
    issue = found("paper", paper(contributors=outside))["signature"]
    assert issue.severity == "warning" and issue.rule == "V034" and "外地大学" in issue.zh
    assert found("paper", paper(contributors=outside, signature="2")) == {}
    assert "signature" in found("paper", paper(signature="2"))


@pytest.mark.ac("AC-173")
def test_the_same_index_twice_is_refused() -> None:
    rows = [
        {"index_code": "SCI", "index_year": 2025},
        {"index_code": "EI", "index_year": 2025},
        {"index_code": "SCI", "index_year": 2024},
    ]
    issues = found("paper", paper(indexings=rows))
    assert (
        set(issues) == {"indexings[2].index_code"} and "与第 1 行重复" in issues["indexings[2].index_code"].zh
    )
    rows[2] = {"index_code": "ESCI"}
    assert errors("paper", paper(indexings=rows)) == {"indexings[2].index_year"}


@pytest.mark.ac("AC-056")
@pytest.mark.parametrize("ranks", [(1, 3), (1, 1), (0, 1), (None, 1), (2, 3), (1, "2"), (1, -1), (True, 2)])
def test_ranks_with_a_gap_a_repeat_zero_or_none_are_refused(ranks: tuple[Any, Any]) -> None:
    people = [author(ranks[0], person_id=1), author(ranks[1], person_id=2)]
    assert any(name.endswith(".rank") for name in errors("paper", paper(contributors=people)))


@pytest.mark.ac("AC-056")
def test_own_staff_must_be_people_of_the_university() -> None:
    assert errors("paper", paper(contributors=[author(1, person_id=None)])) == {"contributors[0].person_id"}
    assert errors("paper", paper(contributors=[author(1, kind="external")])) == {"contributors[0].kind"}
    assert errors("paper", paper(contributors=[author(1), author(2, person_id=101)])) == {
        "contributors[1].person_id"
    }


@pytest.mark.ac("AC-056")
@given(st.permutations([1, 2, 3, 4]))
def test_the_order_of_the_rows_is_no_matter(ranks: list[int]) -> None:
    assert errors("paper", paper(contributors=[author(rank) for rank in ranks])) == set()


@pytest.mark.ac("AC-055")
def test_shares_of_people_stay_within_100() -> None:
    people = [author(1, share=70.0), author(2, share=40.0)]
    assert errors("paper", paper(contributors=people)) == {"contributors"}
    assert errors("paper", paper(contributors=[author(1, share=101)])) == {
        "contributors[0].share",
        "contributors",
    }


@pytest.mark.ac("AC-177")
def test_not_applicable_only_for_a_talent_award() -> None:
    assert errors("award", award(outcome_name="不适用", outcome_form="NA")) == {
        "outcome_name",
        "outcome_form",
    }
    assert errors("award", award(outcome_name="不适用", outcome_form="NA", award_type="2")) == set()
    assert errors("award", award(award_name="不适用")) == {"award_name"}


@pytest.mark.ac("AC-179")
def test_a_rank_stands_within_the_number_of_units() -> None:
    issue = found("award", award(unit_rank=4))["unit_rank"]
    assert issue.zh == "单位排名 “4” 大于总参加单位数 “3”，应不大于 3"


@pytest.mark.ac("AC-243")
@pytest.mark.parametrize("filler", ["无", "/", "—", "暂无", "test", "123", "Test", "．．．", "不适用"])
def test_fillers_are_refused_in_required_texts(filler: str) -> None:
    assert errors("paper", paper(venue=filler)) == {"venue"}
    issue = found("award", award(outcome_name=filler if filler != "不适用" else "无"))["outcome_name"]
    assert "不适用" in issue.zh


@pytest.mark.ac("AC-243")
def test_fillers_are_no_matter_in_numbers_and_optional_texts() -> None:
    person = {"staff_no": "123", "name": "某甲", "person_status": "1", "college_id": 7, "admin_post": "无"}
    assert errors("person", person) == set()


@pytest.mark.ac("AC-036")
def test_the_id_number_of_a_person_agrees_with_the_birth_date() -> None:
    person = {"staff_no": "1", "name": "某甲", "person_status": "1", "college_id": 7, "id_type": "1"}
    body = "42010119900101123"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    number = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
    assert errors("person", {**person, "id_number": number, "birth_on": "1990-01-01"}) == set()
    issue = found("person", {**person, "id_number": number, "birth_on": "1990-01-02"})["id_number"]
    assert issue.severity == "error" and number not in issue.zh
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    assert errors("person", {**person, "id_number": wrong}) == {"id_number"}
    assert errors("person", {**person, "id_type": "2", "id_number": "E12345678"}) == set()


@pytest.mark.ac("AC-057", "AC-058")
def test_a_patent_is_granted_after_it_is_filed_and_its_number_fits() -> None:
    person = {"role": "inventor", "rank": 1, "kind": "staff", "person_id": 1, "name": "发明人甲"}
    patent = {
        "title": "一种装置", "patent_type": "1", "patent_scope": "1", "patent_status": "4", "application_no": "202010123456.8",
        "filed_on": "2020-02-21", "grant_no": "ZL202010123456.8", "granted_on": "2022-05-01", "patentee": "江城大学", "college_id": 7,
        "contributors": [person],
    }  # fmt: skip
    wanted = found("patent", patent)
    if "application_no" in wanted:
        patent["application_no"] = wanted["application_no"].zh.rpartition(" ")[2]
    assert found("patent", patent) == {}
    assert errors("patent", {**patent, "granted_on": "2020-01-01"}) == {"granted_on"}
    assert errors("patent", {**patent, "granted_on": None}) == {"granted_on"}
    assert errors("patent", {**patent, "patent_type": "2"}) == {"patent_type"}
    assert found("patent", {**patent, "filed_on": "2021-01-01"})["filed_on"].severity == "warning"
    assert errors("patent", {**patent, "patent_status": "1", "granted_on": None, "grant_no": None}) == set()


@pytest.mark.ac("AC-059")
def test_a_transfer_links_a_result_or_says_why_not() -> None:
    person = {"role": "finisher", "rank": 1, "kind": "staff", "person_id": 1, "name": "完成人甲"}
    transfer = {
        "name": "某专利转让", "mode": "1", "contract_no": "HT-2025-1", "signed_on": "2025-01-01", "contract_amount": 100_00,
        "transferee": "某公司", "college_id": 7, "contributors": [person],
    }  # fmt: skip
    assert errors("technology_transfer", transfer) == {"ip_ids"}
    assert errors("technology_transfer", {**transfer, "no_ip_reason": "技术秘密转让"}) == set()
    assert errors("technology_transfer", {**transfer, "ip_ids": [5], "mode": "3"}) == {"equity_ratio"}
    incomes = [{"received_on": "2025-02-01", "income": 60_00}, {"received_on": "2024-12-31", "income": 50_00}]
    assert errors("technology_transfer", {**transfer, "ip_ids": [5], "incomes": incomes}) == {
        "incomes",
        "incomes[1].received_on",
    }


def test_lines_of_an_expense_sum_to_its_amount() -> None:
    expense = {
        "project_id": 5, "spent_on": "2026-01-05", "amount": 100_00, "purpose": "购买试剂", "college_id": 7,
        "lines": [{"line_subject": "21", "line_item": "试剂", "line_amount": 90_00}],
        "contributors": [{"role": "handler", "rank": 1, "kind": "staff", "person_id": 1, "name": "经办人甲"}],
    }  # fmt: skip
    assert "相差 -10.00 元" in found("fund_expense", expense)["lines"].zh
    expense["lines"][0]["line_amount"] = 100_00  # type: ignore[index]
    assert found("fund_expense", expense) == {}
    assert errors("fund_expense", {**expense, "amount": 0, "lines": []}) == {"amount"}


@pytest.mark.ac("AC-232")
def test_a_secret_or_defence_project_is_refused() -> None:
    issue = found("vertical_project", project(secrecy="4"))["secrecy"]
    assert issue.rule == "V001" and "机密" in issue.zh
    assert errors("vertical_project", project(socioeconomic_objective="13")) == {"socioeconomic_objective"}
    assert errors("vertical_project", project(secrecy="1", socioeconomic_objective="01")) == set()


def test_what_statistics_need_is_listed_and_stops_nothing() -> None:
    missing = {field.name for field in validate.missing_for_statistics("paper", paper())}
    assert {"subject_class", "discipline", "project_source", "activity_type", "unit_rank"} <= missing
    assert found("paper", paper()) == {}


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=2),
    st.just({}),
)


@given(st.data())
def test_no_document_breaks_the_judgement(data: st.DataObject) -> None:
    type_id = data.draw(st.sampled_from(TYPE_IDS))
    record_type = ALL_RECORDS[type_id]
    names = (
        [field.name for field in record_type.fields()]
        + [step.name for step in record_type.children()]
        + ["contributors"]
    )
    rows = st.lists(
        st.dictionaries(
            st.sampled_from([*names, "rank", "role", "kind", "name", "affiliations"]), JUNK, max_size=4
        ),
        max_size=3,
    )
    document = data.draw(st.dictionaries(st.sampled_from(names), st.one_of(JUNK, rows), max_size=12))
    before = copy.deepcopy(document)
    for issue in validate.problems(type_id, document, CONTEXT):
        assert issue.zh and issue.en and issue.field
    assert repr(document) == repr(before)


@pytest.mark.ac("AC-173")
@pytest.mark.parametrize("type_id", [t for t in TYPE_IDS if any(ALL_RECORDS[t].children())])
def test_a_problem_in_a_row_names_its_table_and_row(type_id: str) -> None:
    """Empty, impossible and out of order: whatever is wrong in the second row says so."""
    for step in ALL_RECORDS[type_id].children():
        nonsense = {f.name: "?" if isinstance(f, k.Code | k.Date | k.Text) else -1 for f in step.fields}
        backwards = {f.name: f"{2024 - i}-01-01" if isinstance(f, k.Date) else None for i, f in enumerate(step.fields)}
        rows = [{}, nonsense, backwards]
        issues = [i for i in validate.problems(type_id, {step.name: rows}, CONTEXT) if i.field.startswith(f"{step.name}[")]
        assert {int(i.field.split("[")[1][0]) for i in issues} >= {1}
        for issue in issues:
            number = int(issue.field.split("[")[1].split("]")[0]) + 1
            assert issue.zh.startswith(f"{step.zh}第 {number} 行"), issue
            assert issue.en.startswith(f"{step.en} row {number}:"), issue
