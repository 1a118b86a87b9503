"""Papers, books, awards, reports, appraisals, works of art."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.demo import identifiers, timeline, words
from pipelines.demo.cast import Cast, College, own_first
from pipelines.demo.fill import Document, Scene
from pipelines.demo.recipes_projects import TEN_THOUSAND, Made, branch_code, subject


@dataclass(frozen=True)
class Tier:
    """A sort of paper: how often per hundred, its index, zone and the university's level of the journal."""

    share: float
    index: str
    level: str
    quartile: str | None = None


ST_TIERS = (
    Tier(1, "SCI", "T", "CAS-1T"), Tier(10, "SCI", "A", "CAS-1"), Tier(14, "SCI", "B", "CAS-2"), Tier(12, "SCI", "C", "CAS-3"),
    Tier(6, "SCI", "C", "CAS-4"), Tier(8, "EI", "C"), Tier(12, "PKU", "C"), Tier(6, "CSCD-C", "C"), Tier(5, "CSTPCD", "D"), Tier(26, "NONE", "E"),
)  # fmt: skip
SK_TIERS = (
    Tier(0.6, "CSSCI", "T"), Tier(1.4, "SSCI", "A", "JCR-Q1"), Tier(2, "SSCI", "B", "JCR-Q2"), Tier(2, "SSCI", "B", "JCR-Q3"), Tier(0.5, "AHCI", "A"),
    Tier(18, "CSSCI", "B"), Tier(6, "CSSCI-E", "C"), Tier(12, "PKU", "C"), Tier(5, "AMI", "D"), Tier(52.5, "NONE", "E"),
)  # fmt: skip
CONFERENCE_TIERS = (Tier(35, "CPCI-S", "D"), Tier(30, "EI", "D"), Tier(35, "NONE", "E"))
FOREIGN = {"SCI", "SSCI", "EI", "AHCI", "CPCI-S"}
# what a stronger or weaker university gets more of, against the weights above
STRENGTH = {"double_first_class": 1.0, "provincial": 0.65, "private": 0.3, "vocational": 0.15}


def paper(scene: Scene, cast: Cast, number: int, strength: float) -> Made:
    rng = scene.rng
    college = cast.college()
    found = subject(rng, college)
    day = scene.on or timeline.day(scene)
    team = cast.team(college, day, "author", sizes=(1, 2, 3, 4, 5, 6, 7) if found.branch == "st" else (1, 1, 2, 2, 3), outsiders=0.25)
    conference = found.branch == "st" and rng.random() < 0.05
    tiers = CONFERENCE_TIERS if conference else ST_TIERS if found.branch == "st" else SK_TIERS
    weights = [one.share * (strength if one.index != "NONE" else 1.0) for one in tiers]
    tier = rng.choices(tiers, weights)[0]
    foreign = tier.index in FOREIGN
    team[rng.randrange(len(team))]["corresponding"] = True
    title = scene.unique(lambda: words.topic(rng, found))
    english = scene.unique(lambda: words.english_title(rng, found), words.english_end)
    venue = f"International Journal of {rng.choice(found.english).title()}" if foreign else rng.choice(found.journals)
    document: Document = {
        "title": english if foreign and not conference else title, "paper_type": "2" if conference else "1",
        "published_on": _precise(scene, day), "venue": venue, "journal_levels": [tier.level], "publish_range": "1" if foreign else rng.choice(("2", "3")),
        "signature": "1" if own_first(team) else "2",
        "volume_issue_pages": f"{rng.randint(1, 60)}({rng.randint(1, 12)}):{rng.randint(1, 120)}-{rng.randint(121, 260)}",
        "doi": f"10.99999/{scene.university}.p{number:06d}" if foreign or rng.random() < 0.3 else None,
        "cn_serial": None if foreign else f"CN42-{1000 + rng.randrange(900)}/{rng.choice('GNRST')}",
        "issn": identifiers.issn(venue), "publication_stage": None, "contributors": team, "indexings": _indexings(scene, tier, day), "reprints": _reprints(scene, tier, day),
        "title_en": english if not foreign else None, "subject_class": branch_code(found), "discipline": found.discipline,
        "unit_rank": 1 if own_first(team) else 2, "language": "en" if foreign else "zh", "keywords": list(rng.sample(found.objects, 3)),
        "abstract": None, "is_translation": False, "is_from_foreign": False, "words": round(0.4 + rng.random(), 2), "online_on": None,
        "with_international": any(unit.get("country") for row in team for unit in row["affiliations"]),
    }  # fmt: skip
    if conference:
        document["conference_name"] = f"{rng.choice(found.objects)}学术会议"
        document["conference_on"] = day.isoformat()
        document["issn"] = None
    return Made(document, day, college)


def _precise(scene: Scene, day: date) -> str:
    """Most papers know their day or month, some only the year."""
    return day.isoformat()[: scene.rng.choices((10, 7, 4), (70, 27, 3))[0]]


IMPACT = {
    "CAS-1T": (12.0, 40.0), "CAS-1": (7.0, 15.0), "CAS-2": (4.0, 8.0), "CAS-3": (2.2, 4.5), "CAS-4": (0.7, 2.4),
    "JCR-Q1": (3.5, 9.0), "JCR-Q2": (2.2, 4.0), "JCR-Q3": (1.2, 2.5),
}  # fmt: skip


def _indexings(scene: Scene, tier: Tier, day: date) -> list[Document]:
    rng = scene.rng
    if tier.index == "NONE" or not scene.codes.has("paper_index", tier.index):
        return []
    row: Document = {"index_code": tier.index, "index_year": min(day.year + rng.choice((0, 0, 0, 1)), scene.as_of.year)}
    if tier.quartile is not None:
        row |= {"quartile": tier.quartile, "quartile_year": day.year}
        low, high = IMPACT[tier.quartile]
        row["impact_factor"] = round(low + rng.random() * (high - low), 3)
    rows = [row]
    if tier.index == "SCI" and rng.random() < 0.3:
        rows.append({"index_code": "EI", "index_year": row["index_year"]})
    if tier.index == "CSSCI" and rng.random() < 0.6:
        rows.append({"index_code": "PKU", "index_year": row["index_year"]})
    return rows


def _reprints(scene: Scene, tier: Tier, day: date) -> list[Document]:
    venues = scene.codes.leaves("reprint_venue")
    if tier.index != "CSSCI" or not venues or scene.rng.random() > 0.08:
        return []
    return [{"reprint_venue": scene.rng.choice(venues), "reprinted_on": timeline.shifted(scene.rng, day, 20, 200, scene.as_of).isoformat()[:7]}]


def book(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = cast.college()
    found = subject(rng, college)
    day = timeline.day(scene)
    team = cast.team(college, day, "author", sizes=(1, 1, 2, 3, 4), students=0.02, outsiders=0.2)
    total = round(12 + rng.random() * 38, 1)
    for row in team:
        row["own_words"] = round(total / len(team), 1) if len(team) > 1 else total
    if len(team) > 1:
        team[-1]["own_words"] = round(total - sum(row["own_words"] for row in team[:-1]), 1)
    document: Document = {
        "title": scene.unique(lambda: rng.choice(found.objects) + rng.choice(found.methods) * rng.randint(0, 1) + rng.choice(("论稿", "导论", "教程", "研究", "新论"))), "publisher": rng.choice(("楚江大学出版社", "荆山科学出版社", "云梦教育出版社", "江汉人民出版社")),
        "published_on": day.isoformat()[:7], "isbn": identifiers.isbn(scene.university, number), "edition": 1, "words": total, "cip": None, "printing": None,
        "place": "武汉", "signature": "1" if own_first(team) else "2", "contributors": team, "title_en": None,
        "subject_class": branch_code(found), "discipline": found.discipline, "translated_out": False, "is_reprint": False, "language": "zh",
    }  # fmt: skip
    return Made(document, day, college)


AWARDS = (
    ("10", "国家科学技术进步奖", "国务院", 1), ("21", "高等学校科学研究优秀成果奖", "教育部", 5), ("23", "湖北省科学技术进步奖", "湖北省人民政府", 34),
    ("23", "湖北省社会科学优秀成果奖", "湖北省人民政府", 22), ("25", "行业学会科学技术奖", "行业学会", 20), ("33", "武汉市社会科学优秀成果奖", "武汉市人民政府", 18),
)  # fmt: skip


def award(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = cast.college()
    found = subject(rng, college)
    day = timeline.day(scene)
    level, name, issuer, _ = rng.choices(AWARDS, [row[3] for row in AWARDS])[0]
    team = cast.team(college, day, "finisher", sizes=(2, 3, 4, 5, 6), students=0.02, outsiders=0.25)
    total = rng.choice((1, 1, 2, 3, 4))
    document: Document = {
        "approval_no": f"{scene.university[-2:]}J{day.year}{number:04d}", "award_type": "1", "award_name": name, "outcome_name": words.topic(rng, found),
        "issuer": issuer, "level": level, "grade": rng.choices(("1", "2", "3", "4"), (8, 27, 50, 15))[0], "awarded_on": day.isoformat(),
        "outcome_form": _first_real(scene, "award_outcome_form"), "unit_total": total, "unit_rank": rng.randint(1, total) if rng.random() < 0.4 else 1,
        "contributors": team, "subject_class": branch_code(found), "discipline": found.discipline, "is_government": level in ("10", "21", "23", "33"),
        "certificate_no": None, "award_year": day.year, "prize_money": None,
    }  # fmt: skip
    return Made(document, day, college)


def _first_real(scene: Scene, list_name: str) -> str | None:
    """A code other than 不适用, which only talent awards may use."""
    codes = [code for code in scene.codes.leaves(list_name) if code.isalnum() and code.upper() not in ("NA", "00", "0")]
    return scene.rng.choice(codes) if codes else None


def report(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = cast.college("sk")
    found = subject(rng, college)
    day = timeline.day(scene)
    team = cast.team(college, day, "author", sizes=(1, 2, 3), students=0.1, outsiders=0.1)
    adopted = rng.random() < 0.45
    document: Document = {
        "title": f"关于{rng.choice(found.objects)}{rng.choice(found.methods)}的{rng.choice(('建议', '调研报告', '对策报告'))}",
        "finished_on": day.isoformat(), "submitted_to": "省级部门", "is_adopted": adopted, "instructor": None, "is_public": rng.random() < 0.7,
        "signature": "1" if own_first(team) else "2", "contributors": team, "subject_class": branch_code(found), "discipline": found.discipline,
        "words": round(0.5 + rng.random() * 4, 2),
    }  # fmt: skip
    if adopted:
        document |= {"adopter": rng.choice(("省直部门", "市人民政府", "行业主管部门")), "adopted_on": timeline.shifted(rng, day, 10, 200, scene.as_of).isoformat()}
    return Made(document, day, college)


def appraisal(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = cast.college("st")
    found = subject(rng, college)
    day = timeline.day(scene)
    total = rng.choice((1, 1, 2, 3))
    document: Document = {
        "title": words.topic(rng, found), "appraisal_no": f"鄂科鉴字{day.year}第{scene.university[-2:]}{number:04d}号", "organiser": rng.choice(("省科学技术厅", "省科技信息研究院", "行业协会")),
        "appraised_on": day.isoformat(), "level": rng.choice(("23", "31", "33")), "unit_total": total, "unit_rank": 1, "registration_no": None,
        "contributors": cast.team(college, day, "finisher", sizes=(3, 4, 5, 6), students=0.02, outsiders=0.3),
        "subject_class": branch_code(found), "discipline": found.discipline,
    }  # fmt: skip
    return Made(document, day, college)


def artwork(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college: College = next((c for c in cast.colleges if "art" in c.fields), None) or cast.college()
    day = timeline.day(scene)
    team = cast.team(college, day, "author", sizes=(1, 1, 2), outsiders=0.05)
    found = words.FIELDS["art"]
    document: Document = {
        "title": f"《{rng.choice(('江上', '云水', '春山', '归舟', '东湖', '楚风', '青瓦', '渡口'))}{rng.choice(('之一', '组画', '印象', '系列', '夜', '行'))}》", "published_on": day.isoformat(),
        "venue": rng.choice(("省美术馆", "江城音乐厅", "长江艺术中心", "省博物馆")), "organiser": None, "is_awarded": rng.random() < 0.2, "collector": None,
        "signature": "1" if own_first(team) else "2", "contributors": team, "discipline": found.discipline,
    }  # fmt: skip
    return Made(document, day, college)


def landmark(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = cast.college()
    found = subject(rng, college)
    year = scene.as_of.year - rng.randrange(0, 9)
    day = min(date(year, rng.randint(1, 12), 15), scene.as_of)
    topic = words.topic(rng, found)
    document: Document = {
        "name": topic, "stat_year": year, "summary": f"围绕{topic}取得系统性成果，已在同行中产生影响。", "innovation": "提出新的方法并完成验证。",
        "impact": "成果被多家单位采用。", "unit_rank": 1, "contributors": cast.team(college, day, "finisher", sizes=(3, 4, 5), students=0.0, outsiders=0.1),
    }  # fmt: skip
    return Made(document, day, college)


def economic(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = cast.college("st")
    found = subject(rng, college)
    day = timeline.day(scene)
    document: Document = {
        "name": f"{words.topic(rng, found)}的推广应用", "user_organisation": words.company(rng), "applied_on": day.isoformat()[:7],
        "new_output": rng.randint(50, 6000) * TEN_THOUSAND, "new_tax": rng.randint(2, 300) * TEN_THOUSAND, "cost_saving": None,
        "user_region": rng.choice(("420100", "420500", "420600", "421000")), "social_benefit": None,
        "contributors": cast.team(college, day, "finisher", sizes=(2, 3, 4), students=0.0, outsiders=0.1),
    }  # fmt: skip
    return Made(document, day, college)


