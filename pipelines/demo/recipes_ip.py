"""Intellectual property, and what becomes of it: patents, copyrights, standards, certificates, transfers."""

from __future__ import annotations

import random
from datetime import date, timedelta

from pipelines.demo import identifiers, timeline, words
from pipelines.demo.cast import Cast, own_first
from pipelines.demo.fill import Document, Scene
from pipelines.demo.recipes_projects import TEN_THOUSAND, Made, branch_code, subject

GRANTED = ("4", "6", "7", "9")
USES = ("", "", "用于", "基于改进型", "适用于", "可调式", "高可靠", "模块化", "低能耗", "便携式", "集成式")
THINGS = ("装置", "方法", "系统", "设备及其控制方法", "材料及其制备方法")


def _invention(rng: random.Random, found: words.Field) -> str:
    return f"一种{rng.choice(USES)}{rng.choice(found.objects)}{rng.choice(found.methods)}{rng.choice(THINGS)}"


def _variant(rng: random.Random) -> str:
    return f"及{rng.choice(('存储介质', '终端设备', '应用', '检测工装', '评价方法', '配套夹具'))}"


def patent(scene: Scene, cast: Cast, number: int) -> Made:
    """Applied for years ago, most are granted by now; some of those have lapsed or been sold."""
    rng = scene.rng
    college = cast.college("st")
    found = subject(rng, college)
    filed = timeline.day(scene)
    kind = rng.choices(("1", "2", "3"), (56, 37, 7))[0]
    takes = {"1": (500, 1100), "2": (150, 320), "3": (120, 260)}[kind]
    granted = filed + timedelta(days=rng.randint(*takes))
    team = cast.team(college, filed, "inventor", sizes=(2, 3, 4, 5, 6), outsiders=0.1)
    status = "1"
    if granted <= scene.as_of and rng.random() < 0.9:
        status = rng.choices(GRANTED, (10, 74, 12, 4))[0]
    elif (scene.as_of - filed).days > takes[1] + 200:
        status = "5"
    elif kind == "1" and (scene.as_of - filed).days > 400:
        status = rng.choice(("2", "3"))
    application = identifiers.patent_application(scene.university, number, filed.year, kind)
    document: Document = {
        "title": scene.unique(lambda: _invention(rng, found), _variant), "patent_type": kind, "patent_scope": "1", "patent_status": status,
        "application_no": application, "filed_on": filed.isoformat(), "patentee": cast.university, "patentee_rank": 1 if rng.random() < 0.9 else 2,
        "publication_no": None, "publicised_on": None, "grant_no": None, "granted_on": None, "lapsed_on": None, "certificate_no": None,
        "is_service": True, "signature": "1" if own_first(team) else "2", "agency": None, "ipc": None, "pct_no": None, "fees": [], "country": "156",
        "annuity_paid_to": None, "legal_status": None, "abstract": None, "contributors": team, "subject_class": branch_code(found),
        "discipline": found.discipline, "with_industry": rng.random() < 0.1,
    }  # fmt: skip
    for row in team:
        row["affiliations"] = []
    if kind == "1":
        document |= {"is_strategic": number % 5 == 0, "has_overseas_family": number % 9 == 0, "is_high_pledge": number % 31 == 0, "is_nationally_awarded": number % 97 == 0}
    if status in GRANTED:
        letter = {"1": "B", "2": "U", "3": "S"}[kind]
        document |= {"grant_no": f"CN{rng.randrange(10**8, 10**9)}{letter}", "granted_on": granted.isoformat()}
    if status == "7":
        lapsed = granted + timedelta(days=rng.randint(200, 1200))
        document["lapsed_on"] = min(lapsed, scene.as_of).isoformat()
    return Made(document, filed, college, {"granted": status in ("4", "6", "9")})


def copyright(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = cast.college()
    found = subject(rng, college)
    day = timeline.day(scene)
    team = cast.team(college, day, "finisher", sizes=(1, 2, 3), outsiders=0.05)
    document: Document = {
        "title": f"{rng.choice(found.objects)}{rng.choice(('管理系统', '分析软件', '仿真平台', '教学平台'))}V{rng.randint(1, 3)}.0", "registration_no": f"{day.year}SR{scene.university[-2:]}{number:05d}",
        "certificate_no": None, "registered_on": day.isoformat(), "developed_on": (day - timedelta(days=rng.randint(30, 200))).isoformat(),
        "first_published_on": None, "owner": cast.university, "owner_rank": 1, "signature": "1" if own_first(team) else "2", "software_version": "V1.0",
        "contributors": team, "discipline": found.discipline,
    }  # fmt: skip
    return Made(document, day, college)


def standard(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = cast.college("st")
    found = subject(rng, college)
    day = timeline.day(scene)
    document: Document = {
        "title": f"{rng.choice(found.objects)}{rng.choice(('技术规范', '检测方法', '评价导则'))}", "standard_no": f"DB42/T {scene.university[-2:]}{number:03d}-{day.year}",
        "issuer": "省市场监督管理局", "issued_on": day.isoformat(), "effective_on": (day + timedelta(days=60)).isoformat(), "unit_rank": rng.choice((1, 1, 2, 3)),
        "committee": None, "ics": None, "contributors": cast.team(college, day, "finisher", sizes=(2, 3, 4), students=0.0, outsiders=0.3),
        "subject_class": "1", "discipline": found.discipline,
    }  # fmt: skip
    return Made(document, day, college)


def drug(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = next((c for c in cast.colleges if {"pharmacy", "medicine"} & set(c.fields)), None) or cast.college("st")
    day = timeline.day(scene)
    herb = rng.choice(words.FIELDS["pharmacy"].objects)
    document: Document = {
        "title": f"{herb}{rng.choice(('颗粒', '滴丸', '胶囊', '凝胶'))}", "certificate_no": f"国药证字Z{day.year}{scene.university[-2:]}{number:03d}", "registration_class": None,
        "issuer": "国家药品监督管理局", "granted_on": day.isoformat(), "expires_on": None, "holder": cast.university, "unit_rank": 1,
        "contributors": cast.team(college, day, "finisher", sizes=(3, 4, 5), students=0.0, outsiders=0.2),
    }  # fmt: skip
    return Made(document, day, college)


def variety(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = next((c for c in cast.colleges if "agronomy" in c.fields), None) or cast.college("st")
    day = timeline.day(scene)
    species = rng.choice(("水稻", "油菜", "柑橘", "茶树", "魔芋"))
    document: Document = {
        "title": f"{rng.choice(('荆', '楚', '江', '云'))}{species[:1]}{rng.randint(1, 99)}号", "species": species, "certificate_no": f"鄂审{species[:1]}{day.year}{scene.university[-2:]}{number:03d}",
        "filed_on": (day - timedelta(days=600)).isoformat(), "granted_on": day.isoformat(), "issuer": "省农作物品种审定委员会", "owner": cast.university,
        "unit_rank": 1, "region": "湖北省", "contributors": cast.team(college, day, "finisher", sizes=(3, 4, 5), students=0.0, outsiders=0.2),
    }  # fmt: skip
    return Made(document, day, college)


def layout(scene: Scene, cast: Cast, number: int) -> Made:
    rng = scene.rng
    college = next((c for c in cast.colleges if "electronics" in c.fields), None) or cast.college("st")
    day = timeline.day(scene)
    filed = day - timedelta(days=rng.randint(60, 150))
    document: Document = {
        "title": f"{rng.choice(words.FIELDS['electronics'].objects)}芯片布图", "registration_no": f"BS.{day.year % 100}5{scene.university[-2:]}{number:04d}", "filed_on": filed.isoformat(),
        "granted_on": day.isoformat(), "first_used_on": None, "owner": cast.university, "owner_rank": 1,
        "contributors": cast.team(college, day, "finisher", sizes=(2, 3), students=0.1, outsiders=0.05),
    }  # fmt: skip
    return Made(document, day, college)


def transfer(scene: Scene, cast: Cast, number: int, patents: list[int]) -> Made:
    rng = scene.rng
    college = cast.college("st")
    found = subject(rng, college)
    day = timeline.day(scene)
    amount = int(min(2000.0, 3 + rng.paretovariate(1.1) * 8)) * TEN_THOUSAND
    sold = [rng.choice(patents)] if patents and rng.random() < 0.7 else []
    mode = rng.choice(("1", "2")) if sold else rng.choice(("4", "5", "6"))
    document: Document = {
        "name": f"{words.topic(rng, found)}技术{'转让' if sold else '服务'}", "mode": mode, "contract_no": f"{scene.university[-2:]}ZR{day.year}{number:04d}",
        "register_no": None, "signed_on": day.isoformat(), "contract_amount": amount, "transferee": words.company(rng), "transferee_region": "420100",
        "ip_ids": sold, "no_ip_reason": None if sold else "以技术服务为主，不涉及知识产权转移", "incomes": _incomes(rng, day, amount, scene.as_of),
        "patent_count": len(sold), "is_sme": rng.random() < 0.6, "is_overseas": False, "reward_cash": None, "reward_equity": None, "subject_class": "1",
        "contributors": cast.team(college, day, "finisher", sizes=(1, 2, 3, 4), students=0.0, outsiders=0.05),
    }  # fmt: skip
    return Made(document, day, college)


def _incomes(rng: random.Random, signed: date, amount: int, as_of: date) -> list[Document]:
    rows: list[Document] = []
    left, day = amount, signed
    for _ in range(rng.choice((1, 2, 3))):
        day = day + timedelta(days=rng.randint(10, 300))
        part = min(left, amount // 2 if rng.random() < 0.6 else amount)
        if day > as_of or part <= 0:
            break
        rows.append({"received_on": day.isoformat(), "income": part})
        left -= part
    return rows
