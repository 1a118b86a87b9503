"""From an operation in the store to a number in a published file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dashboards.marts import province, reader
from ingestion import bulk, records, refreshes, review
from ingestion.catalog.codelists import BUILT_IN
from ingestion.catalog.registry import TYPE_IDS
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from ingestion.store.tables import TYPE_TABLES
from pipelines import publish, refresh, warm
from pipelines.transform import TransformError
from tests import documents
from tests.pipelines.conftest import Installation, transformer_at
from tests.pipelines.test_packing import agrees_with_the_figures
from tests.universe import T1, T2, T3, Universe

FUNDS = ("fund_arrival", "fund_outward", "fund_expense")


def paper(place: documents.Place, n: int = 1, **changes: Any) -> dict[str, Any]:
    return {**documents.valid("paper", place, n), **changes}


def valid(type_id: str, place: documents.Place, n: int) -> dict[str, Any]:
    """A document that can be loaded: payments smaller than what arrived."""
    document = documents.valid(type_id, place, n)
    if type_id in ("fund_outward", "fund_expense"):
        document["amount"] = 10_000
        for rows in ("lines", "payees"):
            document.pop(rows, None)
    return document


def load(installation: Installation, type_id: str, made: list[dict[str, Any]], **options: Any) -> list[int]:
    with installation.store.begin(T1) as uow:
        items = [bulk.BulkItem(document=document, **options) for document in made]
        return bulk.load(uow, installation.universe.o1, type_id, items)


@pytest.mark.ac("AC-072", "AC-100")
def test_an_approved_paper_adds_one_for_its_author_college_university_and_the_province(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    universe = installation.universe
    monkeypatch.setenv("YANSHU_HOME", str(installation.home))
    year = 2024

    def in_the_province() -> tuple[float, float, float]:
        """What province staff see: the university's line, another's, and the province's own number."""
        mart = reader.open_for(universe.p1)
        lines = {line.university_code: line.total or 0 for line in province.compare(mart, "O01", year, ())}
        return lines[T1], lines[T2], province.whole(mart, "O01", year)[0] or 0

    seen = in_the_province()
    numbers: dict[str, dict[str, Any]] = {
        "person": {"person_id": universe.person("r1")},
        "college": {"college_id": universe.C1},
        "university": {},
    }
    before = {level: installation.contribution("R01", "OWNER", level, type="paper", **of) for level, of in numbers.items()}
    dated = paper(installation.place("r1", "C1"), published_on=f"{year}-03-01", indexings=[])
    sent = installation.submit(universe.r1, "paper", dated)
    installation.refresh()
    assert in_the_province() == seen, "the province sees nothing of a record under review"
    waiting = {level: installation.contribution("R01", "OWNER", level, type="paper", **of) for level, of in numbers.items()}
    assert waiting == before, "a record under review counts nowhere"

    installation.approve(sent.id, universe.s11, universe.o1)
    result = installation.refresh()

    assert result.published and result.held == {} and result.changed_rows > 0
    for level, of in numbers.items():
        assert installation.contribution("R01", "OWNER", level, type="paper", **of) == before[level] + 1
        opened = installation.query(
            "SELECT record_id FROM v_contribution WHERE measure = 'O01' AND rule = 'OWNER' AND level = ?", level
        )
        assert opened == [(sent.id,)]
    assert installation.query("SELECT DISTINCT title FROM fct_record WHERE type = 'paper'") == [(sent.title,)]
    assert in_the_province() == (seen[0] + 1, seen[1], seen[2] + 1)


@pytest.mark.ac("AC-174")
def test_a_reprint_is_kept_with_its_paper_and_is_no_paper(installation: Installation) -> None:
    universe = installation.universe
    reprints = [
        {"reprint_venue": code, "reprinted_on": "2024-05", "reprint_pages": "12-18"}
        for code in [item.code for item in BUILT_IN["reprint_venue"].items][:2]
    ]
    (record_id,) = load(installation, "paper", [paper(installation.place("r1", "C1"), reprints=reprints)])
    with installation.store.read(T1) as uow:
        assert len(records.load(uow, universe.o1, record_id).document["reprints"]) == 2
    installation.refresh()
    for measure in ("R01", "O01"):
        found = installation.query(
            "SELECT count(*), sum(value) FROM fct_measure WHERE record_id = ? AND measure = ? AND included",
            record_id,
            measure,
        )
        assert found == [(1, 1)]


def test_a_refresh_without_a_change_publishes_nothing(installation: Installation) -> None:
    installation.refresh()  # what opening the store may have changed
    before = installation.file().name
    result = installation.refresh()
    assert (result.published, result.changed_rows, result.generation) == (False, 0, publish.current(installation.home).generation)  # type: ignore[union-attr]
    assert installation.file().name == before


@pytest.mark.ac("AC-102")
def test_a_refresh_killed_before_it_closed_the_warehouse_costs_a_whole_build_and_nothing_else(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed process leaves is the file as last closed and a log beside it; the same rows change again."""
    warehouse = installation.transformer.warehouse
    log = warehouse.with_name(f"{warehouse.name}.wal")
    ids = load(installation, "paper", [paper(installation.place("r1", "C1"), n) for n in range(1, 4)])

    def titled(title: str) -> refresh.RefreshResult:
        with installation.store.begin(T1) as uow:
            for table, key in ((p.record, p.record.c.id), (TYPE_TABLES["paper"], TYPE_TABLES["paper"].c.record_id)):
                uow.conn.execute(update(table).where(key.in_(ids)).values(title=title))
        return installation.refresh()

    def shown() -> list[tuple[Any, ...]]:
        return installation.query("SELECT title, count(*) FROM fct_record WHERE type = 'paper' AND valid_to IS NULL GROUP BY title")

    installation.refresh()
    titled("第一次")
    left: dict[Path, bytes] = {}
    closed = refresh.Refresh.close

    def killed(self: refresh.Refresh) -> None:
        if self.result.published:
            left.update({path: path.read_bytes() for path in (warehouse, log)})
        closed(self)

    with monkeypatch.context() as patch:
        patch.setattr(refresh.Refresh, "close", killed)
        titled("第二次")
    for path, body in left.items():
        path.write_bytes(body)
    assert left[log], "the log holds what the file does not"
    titled("第三次")
    assert shown() == [("第三次", 3)]
    with installation.store.read(ALL) as uow:
        assert refreshes.latest(uow).detail["full"]
    titled("第四次")
    assert shown() == [("第四次", 3)]
    with installation.store.read(ALL) as uow:
        assert not refreshes.latest(uow).detail["full"]


def test_a_paper_of_two_colleges_is_one_for_the_university_under_every_rule(installation: Installation) -> None:
    universe = installation.universe
    document = paper(installation.place("r1", "C1"))
    second = {**document["contributors"][0], "rank": 2, "person_id": universe.person("r3"), "corresponding": False, "share": 40.0}
    document["contributors"].append(second)
    load(installation, "paper", [document])
    installation.refresh()

    def of(rule: str, college: int) -> float:
        return installation.contribution("O01", rule, "college", college_id=college)

    assert installation.contribution("O01", "FULL_SCHOOL", "university") == 1
    assert (of("FULL_COLLEGE", universe.C1), of("FULL_COLLEGE", universe.C2)) == (1, 1)
    assert installation.contribution("O01", "FULL_COLLEGE", "university") == 1
    assert (of("OWNER", universe.C1), of("OWNER", universe.C2)) == (1, 0)
    for rule in ("FRAC_EQ", "FRAC_W", "FRAC_6040"):
        parts = installation.query(
            "SELECT sum(contribution) FROM v_contribution WHERE measure = 'O01' AND rule = ? GROUP BY level", rule
        )
        assert [float(part) for (part,) in parts] == [1.0, 1.0, 1.0], rule
    assert of("FRAC_EQ", universe.C1) == 0.5
    assert round(of("FRAC_W", universe.C1), 6) == 0.666667
    assert of("FRAC_6040", universe.C1) == 0.6
    assert installation.contribution("X02", "FULL_PERSON", "university") == 0
    assert installation.contribution("O01", "FULL_PERSON", "university") == 2


@pytest.mark.ac("AC-057")
def test_a_patent_counts_in_the_year_of_each_of_its_dates_and_never_twice(installation: Installation) -> None:
    place = installation.place("r1", "C1")
    document = documents.valid("patent", place)
    document |= {"patent_type": "1", "patent_status": "4", "filed_on": "2023-12-31", "granted_on": "2025-01-01"}
    document.pop("lapsed_on", None)
    load(installation, "patent", [document])
    installation.refresh()
    events = installation.query(
        "SELECT measure, year, sum(contribution) FROM v_contribution "
        "WHERE rule = 'FIRST_PATENTEE' AND level = 'university' AND measure IN ('K01A', 'K01B') GROUP BY ALL ORDER BY 1"
    )
    assert [(measure, year, float(value)) for measure, year, value in events] == [("K01A", 2023, 1.0), ("K01B", 2025, 1.0)]
    in_force = installation.query("SELECT year, count(*) FROM fct_measure WHERE measure = 'K01C' GROUP BY year ORDER BY year")
    assert in_force[0] == (2025, 1) and all(count == 1 for _, count in in_force)


@pytest.mark.ac("AC-031", "AC-099")
def test_every_type_counts_its_records_and_agrees_with_the_store(installation: Installation) -> None:
    universe = installation.universe
    place = installation.place("r1", "C1")
    projects = load(installation, "vertical_project", [documents.valid("vertical_project", place, n) for n in (1, 2)])
    place = documents.Place(place.person_id, place.person_name, place.college_id, place.university, lambda _type: projects[0])
    for n, type_id in enumerate(TYPE_IDS, start=100):
        if type_id not in ("vertical_project", "person"):
            load(installation, type_id, [valid(type_id, place, n)])
    result = installation.refresh()
    assert result.held == {}, installation.warehouse().execute("FROM pipeline.failed").fetchall()
    counted = dict(installation.query("SELECT category_1, sum(value) FROM rpt_indicator WHERE indicator = 'R01' AND level = 'university' AND category_1 <> '*' GROUP BY 1"))
    assert set(counted) == set(TYPE_IDS)
    assert counted["person"] == 3 and counted["vertical_project"] == 2
    assert all(counted[t] == 1 for t in TYPE_IDS if t not in ("person", "vertical_project"))
    assert installation.query("SELECT count(*) FROM rpt_reconciliation WHERE NOT agrees") == [(0,)]
    assert installation.query("SELECT sum(store_value) FROM rpt_reconciliation WHERE subject = 'records'")[0][0] == 31
    college = installation.contribution("R01", "OWNER", "college", college_id=universe.C1)
    assert college + installation.contribution("R01", "OWNER", "college", college_id=universe.C2) == 31
    views = [name for (name,) in installation.query("SELECT view_name FROM duckdb_views() WHERE NOT internal")]
    assert len(views) == 28 + 2
    for name in views:
        installation.query(f'SELECT * FROM "{name}"')


@pytest.mark.ac("AC-054")
def test_a_projects_balance_is_the_stores_to_the_fen(installation: Installation) -> None:
    place = installation.place("r1", "C1")
    project = load(installation, "vertical_project", [documents.valid("vertical_project", place)])[0]
    place = documents.Place(place.person_id, place.person_name, place.college_id, place.university, lambda _type: project)
    for type_id, fen in zip(FUNDS, (10_000_01, 200_00, 3_000_50), strict=True):
        document = documents.valid(type_id, place) | {"amount": fen}
        for rows in ("lines", "payees"):
            document.pop(rows, None)
        load(installation, type_id, [document])
    assert installation.refresh().held == {}
    row = installation.query("SELECT arrived, outward, spent, frozen, balance, store_balance, agrees FROM rpt_balance")
    assert row == [(1000001, 20000, 300050, 0, 679951, 679951, True)]
    assert installation.contribution("F01", "SUM", "university") == 1000001


@pytest.mark.ac("AC-054", "AC-250")
def test_a_balance_that_differs_holds_the_university_back(installation: Installation) -> None:
    place = installation.place("r1", "C1")
    project = load(installation, "vertical_project", [documents.valid("vertical_project", place)])[0]
    place = documents.Place(place.person_id, place.person_name, place.college_id, place.university, lambda _type: project)
    load(installation, "fund_arrival", [documents.valid("fund_arrival", place)])
    installation.refresh()
    good = installation.file()
    with installation.store.begin(T1) as uow:
        uow.conn.execute(update(p.project_balance).values(arrived=p.project_balance.c.arrived + 1))
    result = installation.refresh()
    assert "余额" in result.held[T1].zh
    assert installation.file() == good


@pytest.mark.ac("AC-250")
def test_an_error_keeps_the_last_good_file_until_it_is_mended(installation: Installation) -> None:
    universe = installation.universe
    place = installation.place("r1", "C1")
    project = load(installation, "vertical_project", [documents.valid("vertical_project", place)])[0]
    load(installation, "paper", [paper(place)])
    installation.refresh()
    good, other = installation.file(T1), installation.file(T2)

    table = TYPE_TABLES["vertical_project"]
    with installation.store.begin(T1) as uow:  # no operation would write this
        uow.conn.execute(update(table).where(table.c.record_id == project).values(approved_fund=-5))
    with installation.store.begin(T2) as uow:
        uow.conn.execute(update(p.unit).where(p.unit.c.code == "D1").values(name="机电工程学院"))
    result = installation.refresh()
    assert set(result.held) == {T1} and result.state == "held"
    assert installation.file(T1) == good, "the last good file stays"
    assert installation.file(T2) != other, "another university goes on"
    manifest = publish.current(installation.home)
    assert manifest is not None and "批准经费" in manifest.held[T1]["zh"] and manifest.held[T1]["since"]
    with installation.store.read(ALL) as uow:
        status = refreshes.latest(uow)
        found = uow.conn.execute(select(p.finding).where(p.finding.c.record_id == project, p.finding.c.severity == "error")).one()
    assert status is not None and status.state == "held" and T1 in status.detail["held"]
    assert (found.source, found.field, found.closed_at) == ("raw", "approved_fund", None)

    # another, sound change of the same university does not let it through
    sent = installation.submit(universe.r2, "paper", paper(installation.place("r2", "C1"), 2))
    installation.approve(sent.id, universe.s11, universe.o1)
    assert set(installation.refresh().held) == {T1}
    assert installation.file(T1) == good

    with installation.store.begin(T1) as uow:
        uow.conn.execute(update(table).where(table.c.record_id == project).values(approved_fund=500))
    assert installation.refresh().held == {}
    assert installation.contribution("R01", "OWNER", "university", type="paper") == 2
    with installation.store.read(ALL) as uow:
        assert uow.conn.execute(select(p.finding.c.closed_at).where(p.finding.c.id == found.id)).scalar_one() is not None


@pytest.mark.ac("AC-099")
def test_a_row_lost_on_the_way_is_noticed(installation: Installation) -> None:
    lost = load(installation, "paper", [paper(installation.place("r1", "C1"), n) for n in (1, 2)])[0]
    installation.refresh()
    good = installation.file()
    with installation.warehouse() as con:
        con.execute("DELETE FROM raw.record WHERE id = ?", [lost])
        con.execute("INSERT INTO raw._touched VALUES ('record', '', ?), ('university', ?, 0), ('table', 'record', 0)", [lost, T1])
    result = installation.refresh()
    assert "对账" in result.held[T1].zh
    assert installation.file() == good


def test_a_failed_model_leaves_everything_published_as_it_was_and_loses_no_change(installation: Installation) -> None:
    before = publish.current(installation.home)
    load(installation, "paper", [paper(installation.place("r1", "C1"))])
    with installation.warehouse() as con:
        con.execute("DROP VIEW staging.stg_paper")
    with pytest.raises(TransformError):
        installation.refresh()
    assert publish.current(installation.home) == before
    with installation.store.read(ALL) as uow:
        status = refreshes.latest(uow)
    assert status is not None and status.state == "failed" and "Error" not in str(status.detail)
    installation.refresh(full=True)
    assert installation.contribution("R01", "OWNER", "university", type="paper") == 1


def _tables(installation: Installation) -> dict[str, list[tuple[Any, ...]]]:
    with installation.warehouse() as con:
        names = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('core', 'reports') ORDER BY 1"
        ).fetchall()
        nightly = {f"{schema}.{name}" for name in warm.NIGHTLY for schema in ("core", "reports")}  # a refresh leaves them
        return {name: con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for (name,) in names if name not in nightly}


def _published(installation: Installation) -> dict[str, list[tuple[Any, ...]]]:
    """Every table of every file, but for which generation it is."""
    found = {}
    for name in (T1, T2, T3, "province", "peers"):
        left = ["meta_generation", *warm.NIGHTLY]
        tables = installation.query("SELECT table_name FROM duckdb_tables() WHERE table_name NOT IN (SELECT unnest(?))", left, code=name)
        for (table,) in tables:
            found[f"{name}.{table}"] = installation.query(f'SELECT * FROM "{table}" ORDER BY ALL', code=name)
    return found


@pytest.mark.timeout(900)  # eight refreshes
@pytest.mark.ac("AC-093")
def test_refreshing_step_by_step_gives_what_a_full_rebuild_gives(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any number that reads another record's row must be in the batch when that row changes."""
    universe = installation.universe
    place = installation.place("r1", "C1")
    project = load(installation, "vertical_project", [documents.valid("vertical_project", place)])[0]
    funded = documents.Place(place.person_id, place.person_name, place.college_id, place.university, lambda _type: project)
    for at, type_id in enumerate(TYPE_IDS, start=100):
        if type_id not in ("vertical_project", "person"):
            copies = (1,) if type_id == "expert" else (1, 2, 3)  # an expert is one person
            load(installation, type_id, [valid(type_id, funded, 10 * at + n) for n in copies])
    installation.refresh()

    awards = [documents.valid("award", place, n) | {"outcome_name": "同一成果", "level": level} for n, level in ((21, "31"), (22, "23"))]
    load(installation, "award", awards[:1])
    patent = load(installation, "patent", [documents.valid("patent", place, 31) | {"patent_status": "4", "granted_on": "2024-05-01"}])[0]
    installation.refresh()
    higher = load(installation, "award", awards[1:])[0]
    transfer = documents.valid("technology_transfer", funded, 32) | {"mode": "2", "ip_ids": [patent], "equity_ratio": None}
    sold = load(installation, "technology_transfer", [{k: v for k, v in transfer.items() if v is not None}])[0]
    installation.refresh()
    assert installation.query("SELECT count(*) FROM fct_measure WHERE measure = 'K03N'") == [(1,)]

    with installation.store.begin(T1) as uow:  # void, leave statistics, change a project's kind of people, move a post
        header = update(p.record)
        for record_id in (higher, sold):
            uow.conn.execute(header.where(p.record.c.id == record_id).values(state="90", voided_at=uow.now))
        uow.conn.execute(header.where(p.record.c.type == "book").values(in_statistics=False))
    installation.refresh()
    assert installation.query("SELECT count(*) FROM fct_measure WHERE measure = 'K03N'") == [(0,)]
    with installation.store.begin(T1) as uow:
        uow.conn.execute(update(p.record).where(p.record.c.id == project).values(college_id=universe.C2))
        uow.conn.execute(update(p.person_post).where(p.person_post.c.person_id == universe.person("r1")).values(unit_id=universe.C2))
        uow.conn.execute(update(p.unit).where(p.unit.c.id == universe.C1).values(name="计算机与人工智能学院"))
    sent = installation.submit(universe.r2, "paper", paper(installation.place("r2", "C1"), 41))
    installation.refresh()
    with installation.store.begin(T1) as uow:
        review.withdraw(uow, universe.r2, sent.id, sent.version)
    installation.refresh()

    by_step, published = _tables(installation), _published(installation)
    day = installation.home / "published" / "past" / T1 / "2024-01-01.1.duckdb"  # rules may have changed: made anew when asked for
    day.parent.mkdir(parents=True)
    day.touch()
    installation.refresh(full=True)
    assert not day.exists()
    rebuilt, cut_anew = _tables(installation), _published(installation)
    assert by_step.keys() == rebuilt.keys() and published.keys() == cut_anew.keys()
    for name in by_step:
        assert by_step[name] == rebuilt[name], name
    for name in published:
        assert published[name] == cut_anew[name], name
    assert agrees_with_the_figures(installation, monkeypatch) > 10


def test_a_result_of_two_universities_counts_once_in_the_province_whoever_lets_go_of_it(installation: Installation) -> None:
    universe = installation.universe
    query = (
        "SELECT value, full_value, records FROM rpt_province "
        "WHERE university_code = '*' AND indicator = 'O01' AND category_1 = '*' AND value > 0"
    )
    shared = {"doi": "10.1000/shared", "published_on": "2024-05-01"}
    (mine,) = load(installation, "paper", [paper(installation.place("r1", "C1"), 61, **shared)])
    with installation.store.begin(T2) as uow:
        theirs = paper(installation.place("q1", "D1"), 62, **shared)
        bulk.load(uow, universe.o2, "paper", [bulk.BulkItem(document=theirs)])
    result = installation.refresh()
    assert result.held == {}
    assert installation.query(query, code="province") == [(1.0, 2.0, 1)]
    before = installation.file(T2)

    with installation.store.begin(T1) as uow:
        uow.conn.execute(update(TYPE_TABLES["paper"]).where(TYPE_TABLES["paper"].c.record_id == mine).values(doi="10.1000/own"))
        uow.conn.execute(update(p.record_key).where(p.record_key.c.record_id == mine).values(value="10.1000/own"))
    installation.refresh()
    assert installation.query(query, code="province") == [(2.0, 2.0, 2)]
    with installation.store.begin(T1) as uow:
        uow.conn.execute(update(p.record_key).where(p.record_key.c.record_id == mine).values(value="10.1000/shared"))
    installation.refresh()
    assert installation.query(query, code="province") == [(1.0, 2.0, 1)]
    with installation.store.begin(T1) as uow:
        uow.conn.execute(update(p.record).where(p.record.c.id == mine).values(state="90", voided_at=uow.now))
    installation.refresh()
    assert installation.query(query, code="province") == [(1.0, 1.0, 1)], "theirs now"
    assert installation.file(T2) != before
    by_step = _tables(installation)
    installation.refresh(full=True)
    assert _tables(installation) == by_step


def test_a_university_let_go_has_what_it_missed_while_it_was_held(installation: Installation) -> None:
    """Its last file is not the one before this refresh, so it may not be revised: it is cut anew."""
    universe = installation.universe
    project = load(installation, "vertical_project", [documents.valid("vertical_project", installation.place("r1", "C1"))])[0]
    installation.refresh()
    table = TYPE_TABLES["vertical_project"]
    with installation.store.begin(T1) as uow:
        uow.conn.execute(update(table).where(table.c.record_id == project).values(approved_fund=-5))
    load(installation, "paper", [paper(installation.place("r2", "C1"), 71)])
    assert set(installation.refresh().held) == {T1}
    with installation.store.begin(T1) as uow:
        uow.conn.execute(update(table).where(table.c.record_id == project).values(approved_fund=500))
    assert installation.refresh().held == {}
    assert installation.query("SELECT count(*) FROM rec_paper") == [(1,)]
    assert installation.contribution("R01", "OWNER", "college", type="paper", college_id=universe.C1) == 1


@pytest.mark.ac("AC-005")
def test_a_university_without_data_has_a_file_with_zeros_and_no_ratio(installation: Installation) -> None:
    assert installation.query("SELECT count(*) FROM fct_record", code=T3) == [(0,)]
    assert installation.query("SELECT count(*) FROM rpt_indicator WHERE value IS NOT NULL", code=T3) == [(0,)]
    assert installation.query("SELECT count(*) > 50, count(*) FILTER (needs_zh <> '') > 0 FROM dim_indicator", code=T3) == [(True, True)]


@pytest.mark.ac("AC-003")
def test_nothing_of_another_university_and_nothing_personal_is_published(installation: Installation) -> None:
    universe = installation.universe
    canary = "CANARY-7731"
    document = paper(installation.place("q1", "D1"), 5, title=canary)
    sent = installation.submit(universe.q1, "paper", document)
    installation.approve(sent.id, universe.d11, universe.o2)
    person = documents.valid("person", installation.place("r1", "C1"), 9)
    with installation.store.begin(T1) as uow:
        bulk.load(uow, universe.o1, "person", [bulk.BulkItem(document=person)])
    installation.refresh()
    assert canary.encode() in installation.file(T2).read_bytes()
    for name in (T1, T3, "province", "peers"):
        assert canary.encode() not in installation.file(name).read_bytes(), name
    hidden = [person["id_number"], person["mobile"], person["email"], documents.BIRTH]
    for name in (T1, "province", "peers"):
        content = installation.file(name).read_bytes()
        assert [value for value in hidden if value.encode() in content] == [], name
    assert (documents.BIRTH,) not in installation.query("SELECT CAST(valid_from AS VARCHAR) FROM dim_unit")


@pytest.mark.postgres
@pytest.mark.ac("AC-072")
def test_on_postgresql_too_an_approved_paper_adds_one(postgres_universe: Universe, built: Installation, tmp_path: Path) -> None:
    installation = Installation(postgres_universe, tmp_path, transformer_at(tmp_path, built.transformer))
    first = installation.refresh()
    assert first.held == {} and first.published
    universe = installation.universe
    sent = installation.submit(universe.r1, "paper", paper(installation.place("r1", "C1")))
    installation.approve(sent.id, universe.s11, universe.o1)
    result = installation.refresh()
    assert result.held == {} and result.changed_rows > 0
    assert installation.contribution("R01", "OWNER", "college", type="paper", college_id=universe.C1) == 1
    with installation.store.read(ALL) as uow:
        status = refreshes.latest(uow)
    assert status is not None and status.state == "ok"
