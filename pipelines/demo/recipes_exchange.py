"""Conferences, lectures and joint research."""

from __future__ import annotations

from datetime import timedelta

from pipelines.demo import timeline, words
from pipelines.demo.cast import Cast
from pipelines.demo.fill import Document, Scene
from pipelines.demo.recipes_projects import Made, branch_code, subject


def hosted(scene: Scene, cast: Cast, number: int) -> Made | None:
    rng = scene.rng
    college = cast.college()
    found = subject(rng, college)
    day = timeline.day(scene)
    leader = cast.person(college, day)
    if leader is None:
        return None
    attendees = rng.choice((40, 60, 80, 120, 200, 300))
    document: Document = {
        "name": f"{rng.choice(found.objects)}学术研讨会", "name_en": None, "host": cast.university, "organiser": college.name, "place": rng.choice(words.PLACES),
        "country": "156", "started_on": day.isoformat(), "ended_on": min(day + timedelta(days=rng.randint(0, 3)), scene.as_of).isoformat(),
        "attendees": attendees, "overseas_attendees": attendees // 20, "cost": None, "approval_no": None, "contributors": [cast.staff(leader, "leader", 1)],
        "subject_class": branch_code(found), "discipline": found.discipline, "papers": attendees // 2, "invited_talks": rng.randint(2, 10),
    }  # fmt: skip
    return Made(document, day, college)


def lecture(scene: Scene, cast: Cast, number: int) -> Made | None:
    """Somebody from outside speaks here, or one of ours elsewhere."""
    rng = scene.rng
    college = cast.college()
    found = subject(rng, college)
    day = timeline.day(scene)
    speaker = cast.person(college, day)
    if speaker is None:
        return None
    coming = rng.random() < 0.7
    directions = scene.codes.leaves("lecture_direction")
    if coming:
        unit = rng.choice(words.INSTITUTES)
        person = {"role": "speaker", "rank": 1, "kind": "external", "name": words.person_name(rng), "affiliations": [{"name": unit, "is_own": False}]}
    else:
        person = cast.staff(speaker, "speaker", 1)
    document: Document = {
        "title": words.topic(rng, found), "direction": directions[0] if coming else directions[-1], "held_on": day.isoformat(),
        "place": rng.choice(words.PLACES), "college_id": college.unit_id, "host_unit_id": college.unit_id, "speaker_country": "156",
        "audience": rng.choice((40, 80, 120, 200)), "minutes": rng.choice((60, 90, 120)), "fee": None, "summary": None, "contributors": [person],
    }  # fmt: skip
    return Made(document, day, college)


def attended(scene: Scene, cast: Cast, number: int) -> Made | None:
    rng = scene.rng
    college = cast.college()
    found = subject(rng, college)
    day = timeline.day(scene)
    people = [row for row in cast.team(college, day, "participant", sizes=(1, 1, 2), outsiders=0.0, students=0.2) if row["kind"] != "external"]
    if not people:
        return None
    for rank, row in enumerate(people, start=1):  # who came from outside is not told, and leaves no gap
        row |= {"affiliations": [], "rank": rank}
    document: Document = {
        "name": f"全国{rng.choice(found.objects)}学术年会", "host": "全国性学会", "organiser": None, "place": rng.choice(words.PLACES), "country": "156",
        "started_on": day.isoformat(), "ended_on": min(day + timedelta(days=2), scene.as_of).isoformat(), "papers": rng.choice((0, 1, 1, 2)),
        "report_title": words.topic(rng, found), "is_invited": rng.random() < 0.2, "contributors": people,
    }  # fmt: skip
    return Made(document, day, college)


def joint(scene: Scene, cast: Cast, number: int) -> Made | None:
    rng = scene.rng
    college = cast.college()
    day = timeline.day(scene)
    person = cast.person(college, day)
    if person is None:
        return None
    place, country = rng.choice(words.ABROAD)
    row = cast.staff(person, "participant", 1)
    row["affiliations"] = []
    length = rng.choice((14, 30, 90, 180, 365))
    document: Document = {
        "name": f"与{place}大学的合作研究", "partner": f"University of {place}", "country": country, "started_on": day.isoformat(),
        "ended_on": (day + timedelta(days=length)).isoformat(), "days": length, "foreign_persons": None, "fund": None, "result": None, "contributors": [row],
    }  # fmt: skip
    return Made(document, day, college)
