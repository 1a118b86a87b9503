"""The figures of a past moment are those that were published then; why they changed adds up."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import update

from dashboards.marts import numbers, reader, why
from dashboards.marts.drill import DoesNotAddUp, drill
from dashboards.marts.numbers import Spec
from dashboards.marts.reader import Mart, Meta
from ingestion import amendments, jobs, records
from ingestion import units as unit_operations
from ingestion.principal import Denied
from ingestion.store import platform as p
from ingestion.store.engine import today, utc_now
from pipelines import past, recipe, warm
from tests import documents
from tests.pipelines.conftest import Installation
from tests.pipelines.test_refresh import load, paper
from tests.universe import T1, T2

NOT_COMPARED = ("meta_generation", "dim_person", *warm.NIGHTLY)  # what the night alone makes was older in the file of then


def tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a published file, but for which generation it is."""
    with duckdb.connect(str(path), read_only=True) as con:
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall() if name not in NOT_COMPARED]
        return {name: con.execute(f'FROM "{name}" ORDER BY ALL').fetchall() for name in names}


def amend(installation: Installation, record_id: int, **changes: Any) -> None:
    """A change applied: asked for by its owner, passed by college and office."""
    universe = installation.universe
    with installation.store.begin(T1) as uow:

        def number(view: Any) -> int:
            return int(view.amendment["version"])

        opened = amendments.open(uow, universe.r1, record_id, "填写有误需要更正")
        view = amendments.save(uow, universe.r1, record_id, number(opened), {**opened.document, **changes})
        view = amendments.submit(uow, universe.r1, record_id, number(view), non_secret=True)
        for reviewer in (universe.s11, universe.o1):
            view = amendments.approve(uow, reviewer, record_id, number(view))


def void(installation: Installation, record_id: int) -> None:
    universe = installation.universe
    with installation.store.begin(T1) as uow:
        records.void(uow, universe.o1, record_id, records.load(uow, universe.o1, record_id).version, "录入错误，不应存在")


def mart_of(path: Path, **reach: Any) -> Mart:
    return Mart(str(path), Meta(1, None, None, T1, True, ""), reach.pop("level", "university"), **reach)


@pytest.mark.timeout(600)
@pytest.mark.ac("AC-253")
def test_the_figures_of_every_moment_are_those_published_then(installation: Installation, tmp_path: Path) -> None:
    """Approved, changed and void; and numbers of one record that hang on another: the highest award of a result, a patent
    sold by a transfer that is void later, the people active in a year."""
    universe, place = installation.universe, installation.place("r1", "C1")
    spec = Spec("O01", 2024)
    then: list[tuple[str, datetime, dict[str, list[tuple[Any, ...]]]]] = []
    kept: dict[str, Path] = {}

    def published(what: str) -> None:
        installation.refresh()
        then.append((what, utc_now(), tables(installation.file())))
        kept[what] = Path(shutil.copyfile(installation.file(), tmp_path / f"{what}.duckdb"))

    kept_one = installation.submit(universe.r1, "paper", paper(place, 1, published_on="2024-03-01"))
    installation.approve(kept_one.id, universe.s11, universe.o1)
    awards = [documents.valid("award", place, n) | {"outcome_name": "同一成果", "level": level} for n, level in ((2, "31"), (3, "23"))]
    _, higher = load(installation, "award", awards)
    patent = load(installation, "patent", [documents.valid("patent", place, 4) | {"patent_status": "4", "granted_on": "2024-05-01"}])[0]
    transfer = documents.valid("technology_transfer", place, 5) | {"mode": "2", "ip_ids": [patent], "equity_ratio": None}
    sold = load(installation, "technology_transfer", [{k: v for k, v in transfer.items() if v is not None}])[0]
    second = installation.submit(universe.r1, "paper", paper(place, 6, published_on="2024-04-01"))
    published("one")
    installation.approve(second.id, universe.s11, universe.o1)
    amend(installation, kept_one.id, published_on="2023-03-01", college_id=universe.C2)
    published("two")
    for record_id in (second.id, higher, sold):
        void(installation, record_id)
    third = installation.submit(universe.r1, "paper", paper(place, 7, published_on="2024-06-01"))
    installation.approve(third.id, universe.s11, universe.o1)
    published("three")

    for what, moment, before in then[:-1]:
        out = tmp_path / f"past-{what}.duckdb"
        past.make(installation.store, installation.home, moment, T1, out)
        again = tables(out)
        assert again.keys() == before.keys()
        for name, rows in before.items():
            assert again[name] == rows, (what, name)

    # why: what came in, left and moved, and nothing else
    marts = {what: mart_of(path) for what, path in kept.items()}
    assert [numbers.number(marts[what], spec).value for what in ("one", "two", "three")] == [1, 1, 1]
    found = why.compare(marts["one"], marts["two"], spec)
    told = why.told(marts["one"], marts["two"], spec, found.changes)
    assert {(one.record_id, one.kind, one.before, one.after) for one in told} == {(kept_one.id, "out", 1, 0), (second.id, "in", 0, 1)}
    causes = {one.record_id: [cause.aspect for cause in one.causes] for one in told}
    assert causes == {kept_one.id: ["year", "college"], second.id: ["approved"]}
    moved = next(one for one in told if one.record_id == kept_one.id)
    assert (moved.causes[0].before, moved.causes[0].after, moved.title) == ("2024", "2023", kept_one.title)
    found = why.compare(marts["two"], marts["three"], spec)
    told = why.told(marts["two"], marts["three"], spec, found.changes)
    assert {one.record_id: [cause.aspect for cause in one.causes] for one in told} == {second.id: ["voided"], third.id: ["approved"]}
    assert next(one for one in told if one.kind == "out").title == second.title, "a void record has its name"

    # the award that had been outdone counts once the higher one is void
    asked = Spec("A01", int(awards[0]["awarded_on"][:4]))
    outdone = why.told(marts["two"], marts["three"], asked, why.compare(marts["two"], marts["three"], asked).changes)
    assert {(one.kind, one.causes[0].aspect) for one in outdone} == {("in", "included"), ("out", "voided")}

    # one college's explanation holds that college's records only, and a list that lost a record is refused
    own = {name: replace(mart, level="college", college_id=universe.C2) for name, mart in marts.items()}
    moved_in = why.compare(own["one"], own["two"], Spec("O01", 2023))
    assert [(one.record_id, one.kind) for one in moved_in.changes] == [(kept_one.id, "in")]
    assert why.compare(own["two"], own["three"], spec).changes == []
    broken = tmp_path / "broken.duckdb"
    shutil.copyfile(kept["three"], broken)
    lost = _Lost(**{**vars(mart_of(broken))})
    with pytest.raises(DoesNotAddUp):
        why.compare(marts["two"], lost, spec)
    reader.reset()


class _Lost(Mart):
    """A file whose list and sum disagree."""

    def rows(self, sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        rows = super().rows(sql, parameters)
        return rows[:-1] if sql.startswith("SELECT record_id, sum(contribution)") else rows


@pytest.mark.ac("AC-253")
def test_a_day_is_made_when_asked_for_and_kept_until_the_next_full_build(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    universe = installation.universe
    monkeypatch.setenv("YANSHU_HOME", str(installation.home))
    day = today() - timedelta(days=40)
    [old] = load(installation, "paper", [paper(installation.place("r1", "C1"), 1, published_on=f"{day.year}-01-01")])
    with installation.store.begin(T1) as uow:  # in force before that day, and one of now
        early = utc_now() - timedelta(days=60)
        uow.conn.execute(update(p.record).where(p.record.c.id == old).values(created_at=early, submitted_at=early, approved_at=early))
    load(installation, "paper", [paper(installation.place("r1", "C1"), 2, published_on=f"{day.year}-01-02")])
    installation.refresh()
    with pytest.raises(reader.NotMadeYet):
        reader.open_for(universe.o1, day)

    def ask(actor: Any, key: str, of: date = day) -> jobs.Job:
        with installation.store.begin(actor.university_code) as uow:
            job_id = jobs.enqueue(uow, actor, "past", {"day": of.isoformat(), "key": key})
        jobs.run_pending(installation.store, {"past": past.run_job})
        with installation.store.read(actor.university_code) as uow:
            return jobs.get(uow, actor, job_id)

    assert ask(universe.o1, T1).state == "done"
    mart = reader.open_for(universe.o1, day)
    assert mart.past == mart.today == day and numbers.as_of(mart) == f"{day} 23:59:59" and mart.meta.reconciled
    spec = Spec("O01", day.year)
    assert (numbers.number(mart, spec).value, numbers.number(reader.open_for(universe.o1), spec).value) == (1, 2)
    assert [row.record_id for row in drill(mart, spec).rows] == [old]
    mine = reader.open_for(universe.r1, day)
    assert (mine.level, mine.person_id, mine.path) == ("person", universe.person("r1"), mart.path)

    assert ask(universe.o1, T2).message == Denied().zh, "another university's day"
    assert ask(universe.r1, "province").message == Denied().zh
    assert ask(universe.e1, T1).state == "failed", "an expert reads no figures"
    assert reader.open_for(universe.o1, today()).past is None

    assert ask(universe.p1, "province").state == "done"
    whole = reader.open_for(universe.p1, day)
    assert [row[0] for row in whole.rows("SELECT value FROM rpt_province WHERE university_code = '*' AND indicator = 'O01' AND category_1 = '*'")] == [1.0]

    reader.reset()
    past.forget(installation.home)
    with pytest.raises(reader.NotMadeYet):
        reader.open_for(universe.o1, day)
    recipe.path(installation.home / "dbt").unlink()
    assert "全量刷新" in (ask(universe.o1, T1).message or "")


@pytest.mark.ac("AC-038", "AC-045")
def test_colleges_are_those_of_the_time_or_those_of_now_and_add_up_alike(installation: Installation) -> None:
    """张伟 goes from C1 to C2 on a day; later C2 is merged into C1."""
    universe = installation.universe
    papers = [paper(installation.place("r1", "C1"), n, published_on=f"202{n}-03-01") for n in (2, 3)]
    papers.append(paper(installation.place("r3", "C2"), 4, published_on="2023-05-01"))
    load(installation, "paper", papers)
    with installation.store.begin(T1) as uow:
        post = update(p.person_post).where(p.person_post.c.person_id == universe.person("r1"))
        uow.conn.execute(post.values(valid_to=date(2024, 6, 30)))
        uow.conn.execute(p.person_post.insert().values(university_code=T1, person_id=universe.person("r1"), unit_id=universe.C2, valid_from=date(2024, 7, 1), is_main=True))
    installation.refresh()

    def by(units: str, rule: str = "OWNER") -> dict[tuple[int, str], float]:
        spec = Spec("O01", 2024, rule, first_year=2022, units=units)
        mart = mart_of(installation.file())
        rows = {(int(year), college): value or 0.0 for (year, college), value, _ in numbers.groups(mart, spec, ("year", "college"))}
        whole = numbers.number(mart, spec).value
        assert sum(rows.values()) == whole == 3, "whatever the structure"
        for (year, college), value in rows.items():
            listed = drill(mart, replace(spec, first_year=None, year=year, college=college))
            assert listed.total == value and {row.college for row in listed.rows} == {names[college]}
        return rows

    names = {str(universe.C1): "计算机学院", str(universe.C2): "文学院"}
    one, two = str(universe.C1), str(universe.C2)
    assert by("then") == by("") == {(2022, one): 1, (2023, one): 1, (2023, two): 1}
    assert by("now") == by("now", "FRAC_EQ") == {(2022, two): 1, (2023, two): 2}

    with installation.store.begin(T1) as uow:
        unit_operations.close(uow, universe.o1, universe.C2, today() - timedelta(days=1), universe.C1)
    installation.refresh()
    assert by("then") == {(2022, one): 1, (2023, one): 1, (2023, two): 1}
    assert by("now") == {(2022, one): 1, (2023, one): 2}
    own = mart_of(installation.file(), level="college", college_id=universe.C1)
    assert numbers.number(own, Spec("O01", 2023, units="now")).value == 1, "a college's reach is its own records"
    reader.reset()
