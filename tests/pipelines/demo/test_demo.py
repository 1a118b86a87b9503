"""The demo province: the same at every run, valid, and consistent in its money."""

from __future__ import annotations

import csv
import re
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ingestion import libraries, serializer
from ingestion.accounts import principal_for
from ingestion.attachments import upkeep
from ingestion.catalog import validate
from ingestion.catalog.kinds import FileSlot
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from ingestion.codes import for_university
from ingestion.store import platform as p
from ingestion.store import setup
from ingestion.store.engine import ALL, Store, open_store
from ingestion.store.tables import TYPE_TABLES
from pipelines.demo import accounts, build
from pipelines.demo.plan import GAPS
from pipelines.demo.universities import PLANS, plans

AS_OF = date(2026, 10, 20)
EACH = 260


def made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Store, int]:
    from ingestion import codes

    folder.mkdir()
    monkeypatch.setenv("YANSHU_HOME", str(folder))
    store = open_store(f"sqlite:///{folder / 'yanshu.sqlite'}")
    setup.create(store)
    with store.begin(ALL) as uow:
        codes.load_built_in(uow)
    return store, build.fill(store, 3, EACH, lambda zh, en: zh, lambda *a: None, AS_OF)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, int, Path]]:
    with pytest.MonkeyPatch.context() as patch:  # as long as the tests: the key that opens the secrets is in there
        folder = tmp_path_factory.mktemp("demo") / "var"
        store, count = made(folder, patch)
        yield store, count, folder
        store.dispose()


def test_every_type_and_state_is_there_and_one_university_is_empty(province: tuple[Store, int, Path]) -> None:
    store, count, _ = province
    r = p.record
    with store.read(ALL) as uow:
        by_type = dict(uow.conn.execute(select(r.c.type, func.count()).where(r.c.university_code == "99001").group_by(r.c.type)).all())
        by_state = dict(uow.conn.execute(select(r.c.state, func.count()).group_by(r.c.state)).all())
        total = uow.conn.execute(select(func.count()).select_from(r)).scalar_one()
        empty = uow.conn.execute(select(func.count()).where(r.c.university_code == "99003")).scalar_one()
        years = uow.conn.execute(select(func.count(func.distinct(r.c.filed_year))).where(r.c.type == "paper")).scalar_one()
    assert set(by_type) == set(TYPE_IDS)
    assert {"00", "10", "20", "30"} <= set(by_state)
    assert (total, empty) == (count, 0)
    assert years == 10
    assert abs(count - 3 * EACH) < 0.12 * 3 * EACH


def test_what_is_in_force_has_no_error(province: tuple[Store, int, Path]) -> None:
    """Files apart: nobody scans proofs for a demo. History lacks what the demo lets it lack, and nothing else."""
    store, _, _ = province
    r = p.record
    wrong: Counter[str] = Counter()
    gaps = 0
    with store.read(ALL) as uow:
        for code in ("99001", "99002"):
            codes = for_university(uow, code)
            for type_id in TYPE_IDS:
                slots = frozenset(f.name for f in ALL_RECORDS[type_id].fields() if isinstance(f, FileSlot))
                context = validate.Context(codes=codes, today=AS_OF, attached=slots)
                rows = uow.conn.execute(select(r.c.id, r.c.college_id).where(r.c.university_code == code, r.c.type == type_id, r.c.state == "30")).all()
                documents = serializer.read(uow, type_id, [row.id for row in rows], secrets="clear")
                for row in rows:
                    document = {**documents[row.id], "college_id": row.college_id}
                    for issue in validate.problems(type_id, document, context):
                        if issue.rule == validate.REQUIRED and issue.field == GAPS.get(type_id):
                            gaps += 1
                        elif issue.severity == "error":
                            wrong[f"{type_id}.{issue.field}: {issue.zh[:60]}"] += 1
    assert wrong == Counter()
    assert gaps > 0


def test_no_project_spends_what_it_does_not_have(province: tuple[Store, int, Path]) -> None:
    store, _, _ = province
    b, e = p.project_balance, p.fund_entry
    with store.read(ALL) as uow:
        balances = {row.project_id: row for row in uow.conn.execute(select(b))}
        sums: dict[tuple[int, str], int] = {}
        for row in uow.conn.execute(select(e.c.project_id, e.c.kind, func.sum(e.c.fen)).group_by(e.c.project_id, e.c.kind)):
            sums[row[0], row[1]] = int(row[2])
    assert balances
    for project, row in balances.items():
        assert row.arrived == sums.get((project, "arrived"), 0)
        assert row.arrived - row.outward - row.spent - row.frozen >= 0
        assert row.spent == sums.get((project, "spent"), 0)


def test_the_acceptance_universe_is_in_it_and_the_passwords_are_the_owners_alone(province: tuple[Store, int, Path]) -> None:
    store, _, folder = province
    path = folder / "demo-accounts.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert tuple(reader.fieldnames or ()) == accounts.COLUMNS
        rows = {(row["university"], row["username"]): row for row in reader}
    for wanted in (("42", "p1"), ("99001", "o1"), ("99002", "o2"), ("99003", "o3"), ("99001", "s11"), ("99001", "s12"), ("99002", "d11"),
                   ("99001", "a1"), ("99002", "a2"), ("99001", "e1"), ("99001", "00123"), ("99001", "00124"), ("99001", "00456"), ("99002", "00123")):  # fmt: skip
        assert wanted in rows, wanted
    assert rows["99001", "00123"]["name"] == "张伟" and rows["99002", "00123"]["name"] == "王强"
    assert len({row["password"] for row in rows.values()}) == len(rows)
    assert len(rows) <= 150


def test_the_same_day_gives_the_same_province(province: tuple[Store, int, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, count, _ = province
    again, second = made(tmp_path / "again", monkeypatch)
    r = p.record
    columns = select(r.c.id, r.c.type, r.c.state, r.c.title, r.c.college_id, r.c.owner_person_id, r.c.dated_on, r.c.channel).order_by(r.c.id)
    with store.read(ALL) as one, again.read(ALL) as other:
        assert one.conn.execute(columns).all() == other.conn.execute(columns).all()
    again.dispose()
    assert count == second


def test_times_lie_in_the_past_and_nothing_waits_for_months(province: tuple[Store, int, Path]) -> None:
    store, _, _ = province
    r = p.record
    begins = datetime(AS_OF.year, AS_OF.month, AS_OF.day)
    with store.read(ALL) as uow:
        rows = uow.conn.execute(select(r.c.state, r.c.created_at, r.c.submitted_at, r.c.approved_at, r.c.state_since).where(r.c.type != "person")).all()
    waiting = 0
    for row in rows:
        times = [at for at in (row.created_at, row.submitted_at, row.approved_at) if at is not None]
        assert times == sorted(times) and times[-1] <= begins and row.state_since <= begins
        if row.state in ("10", "20"):
            waiting += 1
            assert begins - row.state_since <= timedelta(days=41)
    assert 0 < waiting < len(rows) * 0.05


def test_titles_are_told_apart_without_numbers(province: tuple[Store, int, Path]) -> None:
    store, _, _ = province
    r = p.record
    types = ("paper", "patent", "book", "vertical_project", "horizontal_project", "university_project")
    with store.read(ALL) as uow:
        titles = uow.conn.execute(select(r.c.university_code, r.c.title).where(r.c.type.in_(types))).all()
    assert len(set(titles)) == len(titles)
    assert not [row.title for row in titles if re.search(r"[(（]|99\d{3}|-\d", row.title)]


def test_one_researcher_has_ten_years_of_every_sort(province: tuple[Store, int, Path]) -> None:
    store, _, _ = province
    r, person = p.record, TYPE_TABLES["person"]
    with store.read(ALL) as uow:
        me = uow.conn.execute(select(person.c.record_id).where(person.c.university_code == "99001", person.c.staff_no == "00123")).scalar_one()
        rows = uow.conn.execute(select(r.c.type, r.c.state, func.count()).where(r.c.owner_person_id == me).group_by(r.c.type, r.c.state)).all()
    counts = {(row[0], row[1]): row[2] for row in rows}
    assert 15 <= counts["paper", "30"] <= 30
    assert counts["paper", "11"] >= 1 and counts["paper", "00"] >= 1 and counts["paper", "10"] >= 1
    assert counts["vertical_project", "30"] >= 2 and counts["patent", "30"] >= 2 and counts["award", "30"] >= 1
    assert counts["fund_arrival", "30"] >= 3


def test_more_universities_have_codes_and_names_of_their_own() -> None:
    many = plans(130)
    assert len({plan.code for plan in many}) == len({plan.name for plan in many}) == 130
    assert all(plan.code.startswith("99") for plan in many)
    assert many[:12] == PLANS


def test_one_half_made_is_made_anew_and_anything_else_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    (tmp_path / "demo.json").write_text('{"state": "building"}', encoding="utf-8")
    (tmp_path / "yanshu.sqlite").write_bytes(b"half")
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    build._discard()
    assert not (tmp_path / "yanshu.sqlite").exists()
    assert (tmp_path / "mine.txt").exists()


def test_projects_have_files_and_some_lack_what_is_asked(province: tuple[Store, int, Path]) -> None:
    store, _, folder = province
    with store.read("99001") as uow:
        office = principal_for(uow, "99001", "o1")
        found = libraries.totals(uow, office, libraries.Selection(libraries.PROJECT_TYPES))
        one = libraries.files(uow, office, libraries.Selection(libraries.PROJECT_TYPES), limit=1)[0]
    assert found.files > found.with_files > 5 and found.lacking is not None and 0 < found.lacking < found.records
    assert (folder / "attachments" / one.sha256[:2] / one.sha256[2:4] / one.sha256).read_bytes().startswith(b"%PDF-")
    assert upkeep.examine(store, full=True).damaged == upkeep.examine(store).lost == []
