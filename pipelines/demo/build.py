"""`yanshu demo`: builds the province through the same operations a person's work goes through."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from ingestion import accounts, bulk, codes, notices, units
from ingestion.bulk import BulkItem
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import ALL, Store, UnitOfWork, home, open_store, today
from pipelines import installation
from pipelines.demo import accounts as people_accounts
from pipelines.demo import documents, liveliness, recipes_people
from pipelines.demo import words as names
from pipelines.demo.cast import Cast, College
from pipelines.demo.fill import CodeChooser, Person, Scene, complete
from pipelines.demo.plan import ORDER, Filler, shares
from pipelines.demo.timeline import Desk
from pipelines.demo.universities import UniversityPlan, plans

SEED = "yanshu"
Progress = Callable[..., None]
Say = Callable[[str, str], str]


@dataclass(frozen=True)
class Made:
    """What was made. ``seconds`` is the whole time, the first refresh included."""

    universities: int
    records: int
    generation: int | None
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def accounts_file() -> Path:
    return people_accounts.path()


def _mark() -> Path:
    return home() / "demo.json"


def make(*, universities: int, records_each: int, words: Say, progress: Progress, as_of: date | None = None) -> Made | None:
    """The province with its first generation of numbers; None where it stands already. One half made (the machine
    stopped) is thrown away and made anew.

    Raises:
        OperationError: something else is set up in YANSHU_HOME.
    """
    started = time.monotonic()
    state = _state()
    if state == "ready":
        return None
    if state == "building":
        _discard()
    standing = open_store()
    try:
        if installation.is_set_up(standing):
            raise OperationError(
                "这里已有数据，不能再建立演示省；请用 YANSHU_HOME 另选一个文件夹。",
                "There is data here already; choose another folder with YANSHU_HOME for the demo.",
            )
    finally:
        standing.dispose()
    home().mkdir(parents=True, exist_ok=True)
    _mark().write_text(json.dumps({"state": "building"}), encoding="utf-8")
    progress(words("建立数据库", "Building the store"))
    store = installation.build()
    try:
        records = fill(store, universities, records_each, words, progress, as_of or today())
        progress(words("计算数据（首次刷新）", "Computing the numbers (first refresh)"))
    finally:
        store.dispose()
    made = Made(universities, records, _first_refresh(), time.monotonic() - started)
    _mark().write_text(json.dumps({"state": "ready", **made.as_dict()}), encoding="utf-8")
    return made


def _first_refresh() -> int | None:
    """In a process of its own, so that what dbt and the checks take is given back. Returns the generation."""
    line = [sys.executable, "-m", "pipelines.cli", "refresh", "--full", "--json"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OperationError(f"首次刷新没有成功：{done.stderr.strip()[-300:]}", f"The first refresh failed: {done.stderr.strip()[-300:]}")
    generation: int | None = json.loads(done.stdout.strip().splitlines()[-1])["generation"]
    return generation


def _state() -> str:
    try:
        return str(json.loads(_mark().read_text(encoding="utf-8"))["state"])
    except (OSError, ValueError, KeyError):
        return ""


def _discard() -> None:
    """Only what a demo made in the default place: its SQLite files and what was computed from them."""
    for leftover in home().glob("yanshu.sqlite*"):
        leftover.unlink()
    for folder in ("published", "warehouse"):
        shutil.rmtree(home() / folder, ignore_errors=True)
    for leftover in home().glob("*.duckdb*"):
        leftover.unlink()


def fill(store: Store, universities: int, records_each: int, words: Say, progress: Progress, as_of: date) -> int:
    """Organisations, people and records; returns how many records."""
    logins: list[people_accounts.Login] = []
    chosen = plans(universities)
    with store.begin(ALL) as uow:
        code, name, username, _ = installation.PROVINCE
        accounts.create_university(uow, None, code, name, kind="province", name_en="Provincial Department of Education")
        maker = people_accounts.Maker(uow, None, code, logins)
        maker.make(username, "周敏", "province_staff")
        maker.make("pa1", "沈静怡", "province_analyst")
        notices_of_the_province(uow, accounts.principal_for(uow, code, username))
    weight = sum(plan.weight for plan in chosen)
    total = records_each * universities
    done = 0
    for number, plan in enumerate(chosen, start=1):
        progress(words("生成高校数据", "Filling universities"), number - 1, len(chosen))
        with store.begin(ALL) as uow:
            done += _university(uow, number, plan, round(total * plan.weight / weight), as_of, logins)
    progress(words("生成高校数据", "Filling universities"), len(chosen), len(chosen))
    people_accounts.write(logins)
    return done


def notices_of_the_province(uow: UnitOfWork, actor: Principal) -> None:
    for title, day in NOTICES:
        notices.publish(uow, actor, title, f"{title}。请各单位按要求办理。", date.fromisoformat(day))


NOTICES = (
    ("关于2019年度拟立项湖北省教育改革发展专项课题名单的公示", "2020-01-24"),
    ("关于2019年度全省乡镇中心幼儿园户外自主游戏优秀案例遴选结果的公示", "2020-01-11"),
    ("省教育厅办公室关于公布2019年“一师一优课、一课一名师”活动省级“优课”遴选结果的通知", "2020-01-11"),
    ("2020年少数民族高层次骨干人才研究生湖北籍生源报考指南", "2020-01-11"),
    ("省教育厅 省委编办 省财政厅 省人社厅 关于全面推进中小学教师“县管校聘”管理改革的通知", "2020-01-11"),
    ("省教育厅等五部门关于印发《湖北省教师教育振兴行动计划实施意见》的通知", "2020-01-10"),
)


def _university(
    uow: UnitOfWork, number: int, plan: UniversityPlan, wanted: int, as_of: date, logins: list[people_accounts.Login]
) -> int:  # fmt: skip
    accounts.create_university(
        uow, None, plan.code, plan.name, name_en=plan.name_en, peer_group=plan.peer_group, city_code=plan.city_code
    )
    system = accounts.system_principal(uow, plan.code)
    rng = random.Random(f"{SEED}:{plan.code}")
    colleges = [
        College(units.create(uow, system, c.code, c.name, name_en=c.name_en, valid_from=date(as_of.year - 20, 9, 1)), c.code, c.name, c.fields)
        for c in plan.colleges
    ]
    scene = Scene(rng, _chooser(uow, plan.code), as_of, plan.code, units={c.unit_id: c.name for c in colleges})
    maker = people_accounts.Maker(uow, system, plan.code, logins)
    office = maker.make(people_accounts.office_of(number), names.person_name(rng), "office_admin")
    if wanted == 0:
        for i, college in enumerate(colleges, start=1):
            maker.make(f"s{number}{i}", names.person_name(rng), "college_admin", unit_id=college.unit_id)
        maker.make(f"a{number}", names.person_name(rng), "analyst")
        return 0
    amounts = shares(wanted)
    people = list(_people(uow, system, scene, colleges, plan, office, amounts["person"]))
    scene.people = people
    cast = Cast(rng, plan.name, colleges, people)
    busiest = {college.unit_id: cast.busiest(college.unit_id, 14) for college in colleges}
    secretaries, researchers = people_accounts.fill_university(maker, rng, number, colleges, people, busiest)
    desk = Desk(office, secretaries, researchers)
    filler = Filler(uow, system, scene, cast, desk, plan.peer_group)
    count = len(people) + sum(filler.load(type_id, amounts[type_id]) for type_id in ORDER)
    told = frozenset(person.person_id for person in people if person.named)
    documents.add(uow, plan.code, random.Random(f"{SEED}:{plan.code}:files"), share=1.0 if number <= 2 else 0.25, told=told)
    liveliness.add(uow, plan.code, people_accounts.office_of(number), scene, researchers)
    return count


def _chooser(uow: UnitOfWork, university: str) -> CodeChooser:
    known: dict[str, list[tuple[str, str | None]]] = {}

    def items(list_name: str) -> list[tuple[str, str | None]]:
        if list_name not in known:
            known[list_name] = [(item.code, item.parent or None) for item in codes.items(uow, university, list_name)]
        return known[list_name]

    return CodeChooser(items)


def _people(
    uow: UnitOfWork, system: Principal, scene: Scene, colleges: list[College], plan: UniversityPlan, office: bulk.Who, wanted: int
) -> Iterator[Person]:  # fmt: skip
    """The staff, filed by the office as an HR import would; those the acceptance universe names come first."""
    rng = scene.rng
    by_code = {college.code: college for college in colleges}
    sizes = [0.6 + rng.random() for _ in colleges]
    cast: list[tuple[College, str, str | None]] = [
        (by_code[named.college], named.staff_no, named.name) for named in recipes_people.NAMED.get(plan.code, ())
    ]
    cast += [(rng.choices(colleges, sizes)[0], f"{1000 + i:05d}", None) for i in range(max(0, wanted - len(cast)))]
    documents = [complete(ALL_RECORDS["person"], recipes_people.person(scene, college, no, name), scene) for college, no, name in cast]
    items = []
    for document, (college, _, _) in zip(documents, cast, strict=True):  # filed as they joined: a past day knows its people
        filed = min(datetime.fromisoformat(document["joined_on"]) + timedelta(hours=1), uow.now)
        items.append(BulkItem(document, college_id=college.unit_id, entered_by=office, channel="office", created_at=filed, submitted_at=filed, approved_at=filed))
    ids = bulk.load(uow, system, "person", items, checked=True)
    for person_id, document, (college, staff_no, name) in zip(ids, documents, cast, strict=True):
        yield Person(person_id, staff_no, document["name"], college.unit_id, college.fields, date.fromisoformat(document["joined_on"]), name is not None)


