"""Who does the work: people of a college by how much they do, teams of contributors with their units."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from pipelines.demo import words
from pipelines.demo.fill import Person

OTHER_UNIVERSITIES = ("南河大学", "东岭理工大学", "西泽师范大学", "北原农业大学", "中皋医科大学")


@dataclass(frozen=True)
class College:
    """One college as filled: its unit, its fields of study, its people."""

    unit_id: int
    code: str
    name: str
    fields: tuple[str, ...]


class Cast:
    """The people of a university. A few do much, most little, as everywhere."""

    def __init__(self, rng: random.Random, university: str, colleges: Sequence[College], people: Sequence[Person]) -> None:
        self._rng = rng
        self.university = university
        self.colleges = list(colleges)
        self.people = list(people)
        self.lead: Person | None = None
        """Who does the next work, where the story says it."""
        self._names = {college.unit_id: college.name for college in colleges}
        self._by_college: dict[int, tuple[list[Person], list[float]]] = {}
        for college in colleges:
            own = [person for person in people if person.unit_id == college.unit_id]
            weights = [2.0 if person.named else min(12.0, rng.paretovariate(1.1)) for person in own]
            self._by_college[college.unit_id] = (own, list(accumulate(weights)))
        self._college_weights = list(accumulate(len(self._by_college[c.unit_id][0]) for c in colleges))

    def busiest(self, unit_id: int, count: int) -> list[Person]:
        """Those of a college who do most, the named ones first."""
        own, summed = self._by_college[unit_id]
        weights = [high - low for low, high in zip([0.0, *summed], summed, strict=False)]
        ranked = sorted(range(len(own)), key=lambda i: (not own[i].named, -weights[i]))
        return [own[i] for i in ranked[:count]]

    def college(self, branch: str | None = None) -> College:
        """A college by its size; ``branch`` st or sk where the work belongs to one."""
        if self.lead is not None:
            return next(college for college in self.colleges if college.unit_id == self.lead.unit_id)
        for _ in range(20):
            found = self._rng.choices(self.colleges, cum_weights=self._college_weights)[0]
            if branch is None or any(words.FIELDS[name].branch == branch for name in found.fields):
                return found
        return found

    def person(self, college: College, day: date) -> Person | None:
        """Somebody of the college who was there that day."""
        if self.lead is not None and self.lead.joined <= day:
            lead, self.lead = self.lead, None
            return lead
        own, weights = self._by_college[college.unit_id]
        for _ in range(12):
            if not own:
                return None
            found = self._rng.choices(own, cum_weights=weights)[0]
            if found.joined <= day:
                return found
        return None

    def own_unit(self, person: Person) -> dict[str, Any]:
        return {"name": f"{self.university}{self._names[person.unit_id]}", "is_own": True}

    def staff(self, person: Person, role: str, rank: int) -> dict[str, Any]:
        return {
            "role": role, "rank": rank, "kind": "staff", "person_id": person.person_id, "name": person.name,
            "affiliations": [self.own_unit(person)],
        }  # fmt: skip

    def team(
        self, college: College, day: date, role: str, *, sizes: Sequence[int] = (1, 2, 3, 3, 4, 5), first_rank: int = 1,
        without: Sequence[int] = (), students: float = 0.2, outsiders: float = 0.2, abroad: float = 0.05,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Contributors in order. The first is own staff in nine of ten works; nobody twice."""
        rng = self._rng
        rows: list[dict[str, Any]] = []
        seen = set(without)
        count = rng.choice(sizes)
        while len(rows) < count:
            rank = first_rank + len(rows)
            lead = rank == 1
            dice = rng.random()
            if dice < outsiders * (0.5 if lead else 1.0) and self.lead is None:
                rows.append(self._outsider(role, rank, rng.random() < abroad / max(outsiders, 0.01)))
            elif not lead and dice < outsiders + students:
                rows.append(self._student(college, role, rank))
            else:
                home = college if lead or rng.random() < 0.8 else self.college()
                person = self.person(home, day)
                if person is None or person.person_id in seen:
                    count -= len(rows) > 0  # a small college runs out of people
                    if person is None and not rows:
                        rows.append(self._outsider(role, rank, False))
                    elif not rows and len(seen) >= len(self.people):
                        break
                    continue
                seen.add(person.person_id)
                rows.append(self.staff(person, role, rank))
        return rows

    def _student(self, college: College, role: str, rank: int) -> dict[str, Any]:
        return {
            "role": role, "rank": rank, "kind": "student", "name": words.person_name(self._rng),
            "affiliations": [{"name": f"{self.university}{college.name}", "is_own": True}],
        }  # fmt: skip

    def _outsider(self, role: str, rank: int, foreign: bool) -> dict[str, Any]:
        rng = self._rng
        if foreign:
            place, country = rng.choice(words.ABROAD)
            name, unit = rng.choice(words.FOREIGN), {"name": f"University of {place}", "is_own": False, "country": country}
        else:
            others = rng.choice((OTHER_UNIVERSITIES, words.INSTITUTES, words.HOSPITALS))
            name, unit = words.person_name(rng), {"name": rng.choice(others), "is_own": False}
        return {"role": role, "rank": rank, "kind": "external", "name": name, "affiliations": [unit]}


def own_first(team: Sequence[dict[str, Any]]) -> bool:
    """Whether the university stands first among the printed units."""
    return bool(team) and bool(team[0]["affiliations"]) and bool(team[0]["affiliations"][0]["is_own"])


def has_staff(team: Sequence[dict[str, Any]]) -> bool:
    return any(row["kind"] == "staff" for row in team)
