"""Projects with their money: what arrives is never more than was granted, what is spent never more than arrived."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from pipelines.demo import timeline, words
from pipelines.demo.cast import Cast, College
from pipelines.demo.fill import Document, Scene

YUAN = 100
TEN_THOUSAND = 10_000 * YUAN


@dataclass
class Made:
    """One document with the day it is about and the college it belongs to. ``facts`` is for later recipes."""

    document: Document
    on: date
    college: College
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def owner(self) -> int | None:
        for row in self.document.get("contributors", ()):
            if row["kind"] == "staff":
                return int(row["person_id"])
        return None


@dataclass
class Project:
    """A project in force, for the money that follows. Amounts in fen."""

    record_id: int
    type_id: str
    name: str
    college: College
    leader: int
    leader_name: str
    start: date
    end: date
    granted: int
    arrived: list[tuple[date, int]] = field(default_factory=list)
    spent: int = 0


def subject(rng: random.Random, college: College) -> words.Field:
    return words.FIELDS[rng.choice(college.fields)]


def branch_code(found: words.Field) -> str:
    return "1" if found.branch == "st" else "2"


def _term(rng: random.Random, approved: date) -> tuple[date, date]:
    start = (approved + timedelta(days=rng.randint(0, 90))).replace(day=1)
    years = rng.choice((1, 2, 2, 3, 3, 4))
    return start, date(start.year + years, 12, 31) if rng.random() < 0.7 else start + timedelta(days=365 * years)


def _status(rng: random.Random, end: date, as_of: date) -> str:
    """In progress until the planned end; later mostly concluded, some extended or stopped."""
    if end > as_of:
        return rng.choices(("20", "22"), (0.94, 0.06))[0]
    late = (as_of - end).days
    if late < 240:
        return rng.choices(("20", "21", "30"), (0.35, 0.25, 0.40))[0]
    return rng.choices(("30", "31", "21", "40", "41"), (0.80, 0.09, 0.06, 0.03, 0.02))[0]


def _people(scene: Scene, cast: Cast, college: College, day: date) -> list[dict[str, Any]] | None:
    leader = cast.person(college, day)
    if leader is None:
        return None
    members = cast.team(
        college, day, "member", sizes=(1, 2, 3, 4, 5, 6), first_rank=2, without=(leader.person_id,), students=0.25, outsiders=0.12, abroad=0.01
    )
    for row in members:
        row["months_per_year"] = scene.rng.choice((2.0, 3.0, 4.0, 6.0))
    return [{**cast.staff(leader, "leader", 1), "months_per_year": 4.0}, *members]


def _concluded(document: Document, rng: random.Random, status: str, end: date, as_of: date) -> None:
    if status in ("30", "31"):
        document["concluded_on"] = min(end + timedelta(days=rng.randint(-60, 90)), as_of).isoformat()


def _statistics(document: Document, branch: str, approved: date, number: int, as_of: date) -> None:
    """Applied for months before; the kind of work in turn; most pass their mid-term check within two years."""
    document["applied_on"] = (approved - timedelta(days=120 + number % 60)).isoformat()
    document["activity_type"] = "12233455"[number % 8] if branch == "st" else "1223"[number % 4]
    midterm = approved + timedelta(days=500 + number % 400)
    if number % 6 and midterm <= as_of:
        document["midterm_on"] = midterm.isoformat()


# 10,000 yuan by level: national, provincial, of a department, municipal
GRANTS = {"1": (50, 58, 60, 80, 120, 200, 260, 300), "2": (20, 30, 50, 60, 100, 150), "3": (20, 20, 25, 30, 50), "4": (20, 20, 30)}
GRANTS_SK = {"1": (20, 20, 25, 35, 60, 80), "2": (8, 10, 15, 20, 30), "3": (3, 5, 8, 10), "4": (2, 3, 5)}
# what a university of a kind is given, against those sums
WEALTH = {"double_first_class": 1.3, "provincial": 0.6, "private": 0.25, "vocational": 0.15}


# of ten applications of a level, how many the funder refused
REFUSED = {"1": 6, "2": 5, "3": 4, "4": 3}

WORKS = {"st": ("技术服务", "技术开发", "技术咨询"), "sk": ("咨询服务", "专题调研")}


def vertical(scene: Scene, cast: Cast, number: int) -> Made | None:
    rng = scene.rng
    college = cast.college()
    approved = timeline.day(scene)
    people = _people(scene, cast, college, approved)
    if people is None:
        return None
    start, end = _term(rng, approved)
    found = subject(rng, college)
    level = rng.choices(("1", "2", "3", "4"), (0.14, 0.36, 0.38, 0.12))[0]
    granted = rng.choice(GRANTS[level]) if found.branch == "st" else rng.choice(GRANTS_SK[level])
    granted = max(1, round(granted * scene.wealth))
    status = _status(rng, end, scene.as_of)
    funder = {"1": ("国家自然科学基金委员会", "全国哲学社会科学工作办公室")[found.branch == "sk"], "2": "湖北省科学技术厅",
              "3": "湖北省教育厅", "4": "武汉市科技创新局"}[level]  # fmt: skip
    document: Document = {
        "name": scene.unique(lambda: words.topic(rng, found)), "project_no": f"{scene.university[-2:]}Z{approved.year}{number:05d}",
        "approval_no": f"{approved.year}-{level}-{number:05d}", "funder": funder, "level": level, "status": status,
        "category": None, "subcategory": None, "secrecy": None, "institution_id": None,
        "started_on": start.isoformat(), "planned_end_on": end.isoformat(), "approved_on": approved.isoformat(),
        "approved_fund": int(granted * TEN_THOUSAND), "subject_class": branch_code(found), "discipline": found.discipline,
        "is_lead": True, "unit_rank": 1, "contributors": people, "partners": partners(scene), "document_no": None,
    }  # fmt: skip
    choose_class(scene, document)
    if number >= FIRST_REFUSED and number * 7 % 10 < REFUSED[level]:
        return Made(_refused(document, approved, number), approved, college, {"refused": True})
    _statistics(document, found.branch, approved, number, scene.as_of)
    _concluded(document, rng, status, end, scene.as_of)
    document["budget"] = budget(rng, document["approved_fund"], scene)
    return Made(document, approved, college, {"start": start, "end": end, "granted": document["approved_fund"]})


FIRST_REFUSED = 10
"""The first projects of a university were granted: those of the researcher whose story is told are among them."""


def _refused(document: Document, decided: date, number: int) -> Document:
    """What the funder did not grant stays 申报: no number, no money, no day of approval."""
    applied = (decided - timedelta(days=120 + number % 60)).isoformat()
    return document | {
        "status": "10", "applied_on": applied, "approved_on": None, "approval_no": None, "project_no": None, "approved_fund": None, "budget": [], "activity_type": None,
    }  # fmt: skip


def horizontal(scene: Scene, cast: Cast, number: int) -> Made | None:
    rng = scene.rng
    college = cast.college()
    signed = timeline.day(scene)
    people = _people(scene, cast, college, signed)
    if people is None:
        return None
    start, end = _term(rng, signed)
    found = subject(rng, college)
    amount = int(min(200.0, rng.paretovariate(0.85) * (18 if found.branch == "st" else 6)) * scene.wealth * TEN_THOUSAND)
    amount = max(2 * TEN_THOUSAND, amount // (100 * YUAN) * (100 * YUAN))
    status = _status(rng, end, scene.as_of)
    client = words.company(rng)
    document: Document = {
        "name": scene.unique(lambda: words.topic(rng, found) + rng.choice(WORKS[found.branch])), "contract_no": f"{scene.university[-2:]}HT{signed.year}{number:05d}",
        "project_no": f"{scene.university[-2:]}H{signed.year}{number:05d}", "signed_on": signed.isoformat(), "status": status,
        "started_on": start.isoformat(), "planned_end_on": end.isoformat(), "contract_amount": amount,
        "tech_amount": amount // 10 * 9, "client_name": client, "client_region": "420100", "client_contact": None, "client_phone": None,
        "subject_class": branch_code(found), "discipline": found.discipline, "contributors": people, "partners": [],
        "register_flag": False, "tax_free": False,
    }  # fmt: skip
    _concluded(document, rng, status, end, scene.as_of)
    document["budget"] = budget(rng, amount, scene)
    return Made(document, signed, college, {"start": start, "end": end, "granted": amount, "payer": client})


def own_funds(scene: Scene, cast: Cast, number: int) -> Made | None:
    rng = scene.rng
    college = cast.college()
    approved = timeline.day(scene)
    people = _people(scene, cast, college, approved)
    if people is None:
        return None
    start, end = _term(rng, approved)
    found = subject(rng, college)
    amount = rng.choice((1, 2, 3, 5, 8, 10)) * TEN_THOUSAND
    status = _status(rng, end, scene.as_of)
    document: Document = {
        "name": scene.unique(lambda: words.topic(rng, found)), "project_no": f"{scene.university[-2:]}X{approved.year}{number:05d}",
        "approved_on": approved.isoformat(), "status": status, "started_on": start.isoformat(), "planned_end_on": end.isoformat(),
        "approved_fund": amount, "subject_class": branch_code(found), "discipline": found.discipline, "batch": f"{approved.year} 年度",
        "contributors": people, "partners": [], "budget": [], "incubation_target": None,
    }  # fmt: skip
    _concluded(document, rng, status, end, scene.as_of)
    return Made(document, approved, college, {"start": start, "end": end, "granted": amount})


def choose_class(scene: Scene, document: Document) -> None:
    """A class of project, and one below it where there are any."""
    document["category"] = scene.rng.choice(scene.codes.roots("project_class"))
    below = scene.codes.leaves("project_class", document["category"])
    document["subcategory"] = scene.rng.choice(below) if below else None
    document["matching_fund"] = None


def partners(scene: Scene) -> list[Document]:
    rng = scene.rng
    if rng.random() < 0.7:
        return []
    kinds = scene.codes.leaves("partner_type")
    return [{"partner_name": words.company(rng), "partner_type": rng.choice(kinds), "partner_rank": 2}]


def budget(rng: random.Random, granted: int, scene: Scene) -> list[Document]:
    """A few subjects whose sum is the grant."""
    subjects = scene.codes.leaves("expense_subject")
    chosen = rng.sample(subjects, min(len(subjects), 3))
    if granted <= 0 or len(chosen) < 2:
        return []
    parts = [granted // 2, granted // 4]
    parts.append(granted - sum(parts))
    return [{"budget_subject": code, "budget_approved": part} for code, part in zip(chosen, parts, strict=False) if part]


def arrivals(scene: Scene, projects: list[Project], wanted: int) -> list[Made]:
    """One to four instalments a project, the larger the more, in years that have passed. Large projects come first:
    of the smallest some are still waiting for their money."""
    rng = scene.rng
    made: list[Made] = []
    payers = {"vertical_project": ("湖北省财政厅", "政府"), "university_project": ("校财务处", "高校"), "horizontal_project": ("", "企业")}
    for project in sorted(projects, key=lambda one: (one.leader not in scene.told, -one.granted * rng.random())):
        if len(made) >= wanted or project.granted <= 0:
            continue
        left = project.granted
        day = project.start + timedelta(days=rng.randint(5, 120))
        instalments = 1 if left < 30 * TEN_THOUSAND else rng.choice((1, 2, 2)) if left < 100 * TEN_THOUSAND else rng.choice((3, 3, 4))
        for i in range(instalments):
            part = left if i == instalments - 1 else int(left * rng.choice((0.4, 0.5, 0.6)))
            part = part // 100 * 100
            if part <= 0 or day >= scene.as_of:
                break
            payer = payers[project.type_id][0] or words.company(rng)
            document: Document = {
                "arrival_no": f"DZ{day.year}{len(made):05d}", "arrived_on": day.isoformat(), "booked_on": day.isoformat(), "amount": part,
                "tech_amount": None, "vat": None, "management_fee": None, "register_fee": None, "outward_reserve": None, "net_amount": None,
                "payer": payer, "project_id": project.record_id, "shares": [], "subjects": [], "fund_card": f"K{project.record_id:07d}",
                "fund_nature": {"vertical_project": "Z", "horizontal_project": "H", "university_project": "X"}[project.type_id],
                "contributors": [handler(project)], "voucher_no": f"PZ{day:%Y%m}{rng.randrange(10_000):04d}",
            }  # fmt: skip
            made.append(Made(document, day, project.college, {"project": project, "fen": part}))
            left -= part
            day = day + timedelta(days=rng.randint(150, 420))
    return made


def payments(scene: Scene, projects: list[Project], wanted: int, *, outward: bool) -> list[Made]:
    """Payments out of what has arrived by that day; at most nine tenths of it in all."""
    rng = scene.rng
    made: list[Made] = []
    funded = [project for project in projects if project.arrived]
    received = list(accumulate(sum(fen for _, fen in project.arrived) for project in funded))
    for _ in range(wanted * 4):
        if len(made) >= wanted or not funded:
            break
        project = rng.choices(funded, cum_weights=received)[0]
        first = project.arrived[0][0]
        day = timeline.shifted(rng, first, 10, max(20, (min(project.end, scene.as_of) - first).days), scene.as_of)
        there = sum(fen for on, fen in project.arrived if on <= day)
        room = int(there * 0.9) - project.spent
        fen = int(min(room, there * rng.choice((0.08, 0.15, 0.3, 0.45) if not outward else (0.1, 0.2)))) // 100 * 100
        if fen < 100 * YUAN:
            continue
        project.spent += fen
        document = _outward(rng, project, day, fen, len(made)) if outward else _expense(scene, project, day, fen, len(made))
        made.append(Made(document, day, project.college, {"project": project, "fen": fen}))
    return made


def handler(project: Project) -> dict[str, Any]:
    """The leader deals with the project's money."""
    return {"role": "handler", "rank": 1, "kind": "staff", "person_id": project.leader, "name": project.leader_name, "affiliations": []}


def _outward(rng: random.Random, project: Project, day: date, fen: int, number: int) -> Document:
    return {
        "transfer_no": f"WB{day.year}{number:05d}", "project_id": project.record_id, "contributors": [handler(project)],
        "payee": rng.choice((words.company(rng), rng.choice(words.INSTITUTES))), "in_budget": True, "amount": fen,
        "transferred_on": day.isoformat(), "voucher_no": None, "bank": "江城银行洪山支行",
    }  # fmt: skip


ITEMS = ("材料采购", "测试化验加工", "差旅", "会议", "出版与信息传播", "劳务", "专家咨询", "设备购置")


def _expense(scene: Scene, project: Project, day: date, fen: int, number: int) -> Document:
    rng = scene.rng
    subjects = scene.codes.leaves("expense_subject")
    item = rng.choice(ITEMS)
    return {
        "expense_no": f"BX{day.year}{number:05d}", "project_id": project.record_id, "fund_card": f"K{project.record_id:07d}",
        "contributors": [handler(project)], "spent_on": day.isoformat(), "amount": fen, "purpose": f"{item}费用",
        "lines": [{"line_subject": rng.choice(subjects), "line_item": item, "line_amount": fen}], "payees": [], "voucher_no": None,
    }  # fmt: skip
