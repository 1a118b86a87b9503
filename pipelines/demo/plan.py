"""How many of which type, in the order in which they refer to each other, and their way into the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from ingestion import bulk
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork
from pipelines.demo import recipes_exchange, recipes_ip, recipes_outcomes, recipes_people, recipes_projects
from pipelines.demo.cast import Cast
from pipelines.demo.fill import Scene, complete
from pipelines.demo.recipes_projects import Made, Project
from pipelines.demo.timeline import Desk

# per thousand records of a university
SHARES: dict[str, float] = {
    "person": 105, "expert": 8, "institution": 6, "vertical_project": 130, "horizontal_project": 70, "university_project": 40,
    "fund_arrival": 190, "fund_outward": 12, "fund_expense": 90, "patent": 58, "copyright": 24, "standard": 6, "drug_certificate": 2,
    "new_variety": 2, "ic_layout": 2, "paper": 246, "book": 30, "research_report": 20, "appraisal": 10, "artwork": 8, "award": 22,
    "hosted_conference": 8, "lecture": 20, "attended_conference": 25, "cooperative_research": 6, "technology_transfer": 12,
    "landmark_result": 4, "economic_result": 4,
}  # fmt: skip
# one researcher with ten years of work of every sort, and the first of their papers still under way
HERO = ("99001", "00123")
STORY = {"paper": 21, "vertical_project": 2, "horizontal_project": 1, "university_project": 1, "patent": 4, "copyright": 1, "award": 1}
STORY_STATES = {("paper", 0): "11", ("paper", 1): "00", ("paper", 2): "10"}
ORDER = tuple(type_id for type_id in SHARES if type_id != "person")
PROJECTS = ("vertical_project", "horizontal_project", "university_project")
# what rests on it, or is booked by the office within days, is rarely under review
SURE = {"vertical_project": 0.9, "horizontal_project": 0.9, "university_project": 0.9, "fund_arrival": 0.7}
SETTLED = {"expert", "institution"}  # kept by the office, in force at once
# what old files no longer say: history filed with a gap, which the checks find. One record in OLD of those before GAP_YEARS
GAPS = {"paper": "volume_issue_pages", "book": "edition", "award": "issuer"}
GAP_YEARS, OLD = 6, 12
FEW = 2  # every type shows something in every university that has records


def shares(wanted: int) -> dict[str, int]:
    whole = sum(SHARES.values())
    return {type_id: max(FEW, round(wanted * share / whole)) for type_id, share in SHARES.items()}


class Filler:
    """Makes the records of one university, type by type."""

    def __init__(self, uow: UnitOfWork, system: Principal, scene: Scene, cast: Cast, desk: Desk, peer_group: str) -> None:
        self._uow = uow
        self._system = system
        self._scene = scene
        self._cast = cast
        self._desk = desk
        self._strength = recipes_outcomes.STRENGTH[peer_group]
        scene.wealth = recipes_projects.WEALTH[peer_group]
        self._hero = next((one for one in cast.people if one.named and (scene.university, one.staff_no) == HERO), None)
        scene.told = set() if self._hero is None else {self._hero.person_id}
        self._projects: list[Project] = []
        self._patents: list[int] = []

    def load(self, type_id: str, wanted: int) -> int:
        """Makes about ``wanted`` records of a type and loads them; returns how many."""
        scene = self._scene
        made = list(self._made(type_id, wanted))
        items = []
        for number, one in enumerate(made):
            document = complete(ALL_RECORDS[type_id], one.document, scene)
            gap = _gap(type_id, number, one, scene.as_of.year)
            document.pop(gap, None)
            items.append(
                self._desk.item(
                    scene.rng, document, one.on, scene.as_of, one.college.unit_id, owner=_owner(one),
                    history=type_id in SETTLED or bool(gap), settled=scene.rng.random() < SURE.get(type_id, 0.0) or number < self._told(type_id),
                    state=STORY_STATES.get((type_id, number)) if number < self._told(type_id) else None,
                )  # fmt: skip
            )
        ids = bulk.load(self._uow, self._system, type_id, items, checked=True)
        in_force = [(record_id, one) for record_id, one, item in zip(ids, made, items, strict=True) if item.state == "30"]
        scene.targets[type_id] = [record_id for record_id, one in in_force if "refused" not in one.facts]
        if type_id in PROJECTS:
            self._projects += [_project(type_id, record_id, one) for record_id, one in in_force if one.owner is not None and "refused" not in one.facts]
        if type_id == "patent":
            self._patents = [record_id for record_id, one in in_force if one.facts["granted"]]
        if type_id == "fund_arrival":
            for _, one in in_force:
                one.facts["project"].arrived.append((one.on, one.facts["fen"]))
            for project in self._projects:
                project.arrived.sort()
        return len(ids)

    def _made(self, type_id: str, wanted: int) -> Iterable[Made]:
        scene, cast = self._scene, self._cast
        match type_id:
            case "fund_arrival":
                yield from recipes_projects.arrivals(scene, self._projects, wanted)
            case "fund_outward":
                yield from recipes_projects.payments(scene, self._projects, wanted, outward=True)
            case "fund_expense":
                yield from recipes_projects.payments(scene, self._projects, wanted, outward=False)
            case _:
                recipe = self._recipe(type_id)
                told = self._told(type_id)
                for number in range(wanted):
                    cast.lead = self._hero if number < told else None
                    scene.on = scene.as_of - timedelta(days=12 + 9 * number) if (type_id, number) in STORY_STATES and number < told else None
                    one = recipe(scene, cast, number)
                    if one is not None and one.document.get("contributors", True):
                        yield one
                cast.lead, scene.on = None, None

    def _told(self, type_id: str) -> int:
        return 0 if self._hero is None else STORY.get(type_id, 0)

    def _recipe(self, type_id: str) -> Callable[[Scene, Cast, int], Made | None]:
        match type_id:
            case "paper":
                return lambda scene, cast, number: recipes_outcomes.paper(scene, cast, number, self._strength)
            case "technology_transfer":
                return lambda scene, cast, number: recipes_ip.transfer(scene, cast, number, self._patents)
            case _:
                return RECIPES[type_id]


RECIPES: dict[str, Callable[[Scene, Cast, int], Made | None]] = {
    "expert": recipes_people.expert,
    "institution": recipes_people.institution,
    "vertical_project": recipes_projects.vertical,
    "horizontal_project": recipes_projects.horizontal,
    "university_project": recipes_projects.own_funds,
    "patent": recipes_ip.patent,
    "copyright": recipes_ip.copyright,
    "standard": recipes_ip.standard,
    "drug_certificate": recipes_ip.drug,
    "new_variety": recipes_ip.variety,
    "ic_layout": recipes_ip.layout,
    "book": recipes_outcomes.book,
    "research_report": recipes_outcomes.report,
    "appraisal": recipes_outcomes.appraisal,
    "artwork": recipes_outcomes.artwork,
    "award": recipes_outcomes.award,
    "hosted_conference": recipes_exchange.hosted,
    "lecture": recipes_exchange.lecture,
    "attended_conference": recipes_exchange.attended,
    "cooperative_research": recipes_exchange.joint,
    "landmark_result": recipes_outcomes.landmark,
    "economic_result": recipes_outcomes.economic,
}


def _gap(type_id: str, number: int, one: Made, year: int) -> str:
    """The field this record was filed without; "" for most."""
    return GAPS.get(type_id, "") if one.on.year <= year - GAP_YEARS and number % OLD == 5 else ""


def _owner(one: Made) -> int | None:
    project: Any = one.facts.get("project")
    return project.leader if isinstance(project, Project) else one.owner


def _project(type_id: str, record_id: int, one: Made) -> Project:
    leader = next(row for row in one.document["contributors"] if row["kind"] == "staff")
    return Project(
        record_id, type_id, one.document["name"], one.college, leader["person_id"], leader["name"], one.facts["start"],
        one.facts["end"], one.facts["granted"],
    )  # fmt: skip
