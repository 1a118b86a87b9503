"""People, experts and institutions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from ingestion.catalog import titles
from pipelines.demo import identifiers, words
from pipelines.demo.cast import Cast, College
from pipelines.demo.fill import Document, Scene
from pipelines.demo.recipes_projects import YUAN, Made, branch_code, subject

TITLES = ("011", "012", "013", "014")  # 教授, 副教授, 讲师, 助教
TITLE_WEIGHTS = (16, 34, 40, 10)
DOCTOR, MASTER, BACHELOR = ("11", "2"), ("14", "3"), ("21", "4")


@dataclass(frozen=True)
class Named:
    """A person the acceptance universe names."""

    staff_no: str
    name: str
    college: str


NAMED: dict[str, tuple[Named, ...]] = {
    "99001": (Named("00123", "张伟", "C1"), Named("00124", "李娜", "C1"), Named("00456", "张伟", "C2")),
    "99002": (Named("00123", "王强", "D1"),),
}


def person(scene: Scene, college: College, staff_no: str, name: str | None = None) -> Document:
    """A member of the staff, between 26 and 62 years old."""
    rng = scene.rng
    title = rng.choices(TITLES, TITLE_WEIGHTS)[0]
    age = {"011": (42, 62), "012": (34, 58), "013": (29, 50), "014": (26, 34)}[title]
    born = date(scene.as_of.year - rng.randint(*age), rng.randint(1, 12), rng.randint(1, 28))
    joined = date(born.year + rng.randint(25, 30), rng.choice((3, 7, 7, 9)), 1)
    joined = min(joined, scene.as_of.replace(day=1) - timedelta(days=200))
    if name is not None:  # there from the first year of the demo on
        title, born, joined = "012", date(scene.as_of.year - 41, born.month, born.day), date(scene.as_of.year - 12, 7, 1)
    female = rng.random() < 0.46
    education, degree = rng.choices((DOCTOR, MASTER, BACHELOR), (52, 36, 12) if title != "011" else (78, 17, 5))[0]
    found = words.FIELDS[rng.choice(college.fields)]
    st = found.branch == "st"
    return {
        "staff_no": staff_no, "name": name or words.person_name(rng), "name_en": None, "name_variants": None,
        "sex": "2" if female else "1", "birth_on": born.isoformat(), "id_type": "1",
        "id_number": identifiers.id_number(rng, born, female), "college_id": college.unit_id, "title": title, "title_rank": titles.rank_of(title),
        "title_on": None, "education": education, "degree": degree, "graduated_from": None, "discipline": found.discipline,
        "person_status": "1", "admin_post": None, "research_field": words.topic(rng, found), "expertise": None,
        "joined_on": joined.isoformat(), "left_on": None, "author_ids": None, "mobile": identifiers.mobile(rng),
        "email": f"t{staff_no}@{scene.university}.example", "talents": _talents(scene, rng, title), "society_posts": [], "careers": [],
        "in_st_stat": st, "in_sk_stat": not st, "is_rd": True, "rd_months": float(rng.choice((6, 8, 9, 10))), "country": "156",
        "staff_class": "11",
    }  # fmt: skip


def _talents(scene: Scene, rng: random.Random, title: str) -> list[Document]:
    if title != "011" or rng.random() > 0.2:
        return []
    codes = scene.codes.leaves("talent_title")
    return [{"talent_title": rng.choice(codes), "talent_year": scene.as_of.year - rng.randint(0, 9)}] if codes else []


def expert(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = cast.college()
    found = subject(rng, college)
    entered = scene.as_of - timedelta(days=rng.randint(30, 2500))
    insider = cast.person(college, entered) if rng.random() < 0.35 else None
    if insider is not None and insider.person_id in scene.insiders:
        insider = None
    if insider is not None:
        scene.insiders.add(insider.person_id)
    document: Document = {
        "is_internal": insider is not None, "person_id": insider.person_id if insider else None,
        "name": insider.name if insider else words.person_name(rng),
        "organisation": cast.university if insider else rng.choice(words.INSTITUTES), "college_id": college.unit_id,
        "sex": None, "birth_on": None, "id_number": None, "bank": None, "bank_account": None, "admin_post": None,
        "email": f"z{number:05d}@{scene.university}.example", "discipline": found.discipline, "sub_disciplines": None, "funding_codes": None,
        "keywords": list(rng.sample(found.objects, 2)), "conflict_units": None, "entered_on": entered.isoformat(),
        "expert_status": "1", "credit_score": None, "reviews": [],
    }  # fmt: skip
    return Made(document, entered, college)


def institution(scene: Scene, cast: Cast, number: int) -> Made | None:
    rng = scene.rng
    college = cast.college()
    founded = date(scene.as_of.year - rng.randint(1, 15), rng.randint(1, 12), 1)
    director = cast.person(college, scene.as_of)
    if director is None:
        return None
    found = subject(rng, college)
    total = rng.randint(12, 60)
    years = range(max(founded.year + 1, scene.as_of.year - 3), scene.as_of.year)
    yearly = [
        {"stat_year": year, "staff_total": total, "staff_doctor": total // 2, "staff_master": total // 4, "staff_senior": total // 3,
         "staff_middle": total // 3, "graduate_students": rng.randint(5, 90), "project_count": rng.randint(3, 40),
         "intramural_expenditure": rng.randint(50, 900) * 10_000 * YUAN, "rd_expenditure": 40 * 10_000 * YUAN}
        for year in years
    ]  # fmt: skip
    thing = rng.choice(found.objects)
    document: Document = {
        "name": f"{thing}{rng.choice(('研究中心', '重点实验室', '工程技术研究中心', '研究所'))}", "name_en": None,
        "institution_code": f"JG{scene.university[-2:]}{number:04d}", "founded_on": founded.isoformat()[:7], "closed_on": None,
        "college_id": college.unit_id, "host_unit_id": college.unit_id, "director_id": director.person_id, "approver": "省教育厅",
        "approval_no": None, "evaluated_on": None, "address": None, "postcode": None, "fax": None, "yearly": yearly, "staff": [],
        "subject_class": branch_code(found), "discipline": found.discipline,
    }  # fmt: skip
    return Made(document, founded, college)
