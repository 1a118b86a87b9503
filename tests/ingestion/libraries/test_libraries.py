"""Document libraries: what is missing, who sees what, and zips whose files are the rows of their index."""

from __future__ import annotations

import io
import itertools
import os
import zipfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from ingestion import attachments, libraries, records
from ingestion.attachments import blobs, slots
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from ingestion.libraries import Selection, lacking
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import ALL, today
from ingestion.store.tables import TYPE_TABLES
from tests.ingestion.attachments.samples import PDF
from tests.universe import Universe

PROJECTS = Selection(libraries.PROJECT_TYPES)
_bodies = itertools.count()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "home"))


def project(universe: Universe, who: str, name: str, *, type_id: str = "vertical_project", status: str = "20", no: str | None = None, state: str = "30", files: dict[str, str] | None = None, restricted: frozenset[str] = frozenset()) -> int:
    """A project of ``who``, with files by name → slot, then in a state as if reviewed."""
    actor: Principal = getattr(universe, who)
    declared = ALL_RECORDS[type_id]
    role = next(declared.contributor_steps()).role
    document: dict[str, Any] = {declared.title: name, "college_id": universe.D1 if who == "q1" else universe.C1, "contributors": [{"role": role, "rank": 1, "kind": "staff", "person_id": actor.person_id, "name": actor.name, "affiliations": []}]}
    if type_id in libraries.PROJECT_TYPES:
        document |= {"status": status, **({"project_no": no} if no else {})}
    with universe.store.begin(actor.university_code) as uow:
        record_id = records.create_draft(uow, actor, type_id, document).id
    for file, slot in (files or {}).items():
        attachments.add(universe.store, actor, record_id, slot, file, PDF + b"%d" % next(_bodies), restricted=file in restricted)
    if state != "00":
        with universe.store.begin(ALL) as uow:
            uow.conn.execute(update(p.record).where(p.record.c.id == record_id).values(state=state, submitted_at=uow.now, approved_at=uow.now if state == "30" else None))
    return record_id


def read(universe: Universe, who: str, selection: Selection = PROJECTS) -> tuple[libraries.Totals, dict[str, list[str]]]:
    actor = getattr(universe, who)
    with universe.store.read(actor.university_code) as uow:
        rows = libraries.holdings(uow, actor, selection)
        assert len(rows) == (found := libraries.totals(uow, actor, selection)).records
        return found, {row.title: [slot.zh for slot in row.lacks] for row in rows}


# --- what is missing ----------------------------------------------------------------------------------


@pytest.mark.ac("AC-091", "AC-163")
def test_the_office_sees_which_required_documents_each_project_lacks(universe: Universe) -> None:
    project(universe, "r1", "全", files={"立项通知.pdf": "notice_file"})
    project(universe, "r1", "缺立项", no="KY-2", files={"申报书.pdf": "application_file"})
    project(universe, "r1", "申报中", status="10")
    project(universe, "r1", "结项缺两样", status="30")
    project(universe, "r1", "横向", type_id="horizontal_project")
    project(universe, "r1", "草稿", state="00")
    project(universe, "q1", "外校")
    found, lacks = read(universe, "o1")
    assert lacks == {"全": [], "缺立项": ["立项通知"], "申报中": [], "结项缺两样": ["立项通知", "结项材料"], "横向": []}
    assert (found.records, found.with_files, found.files, found.lacking) == (5, 2, 2, 2)
    for only, names in (("lacking", {"缺立项", "结项缺两样"}), ("with", {"全", "缺立项"}), ("without", {"申报中", "结项缺两样", "横向"})):
        assert read(universe, "o1", replace(PROJECTS, only=only))[1].keys() == names  # type: ignore[arg-type]
    assert read(universe, "o1", replace(PROJECTS, file_name="申报"))[1].keys() == {"缺立项"}
    assert read(universe, "o1", replace(PROJECTS, keyword="缺立"))[1].keys() == {"缺立项"}
    assert read(universe, "o1", Selection(("paper",)))[0] == libraries.Totals(0, 0, 0, 0, None)
    assert read(universe, "s11")[1] == lacks and read(universe, "s12")[1] == {}
    assert read(universe, "q1")[1].keys() == read(universe, "o2")[1].keys() == {"外校"}
    for who in ("p1", "a1", "e1"):
        assert read(universe, who)[0].records == 0


def test_what_a_library_calls_missing_is_what_a_submission_would(universe: Universe) -> None:
    """Over every state of a project and every set of files: the SQL says what the catalogue says."""
    statuses = ("10", "20", "30", "31", "40", None)
    wanted: dict[int, list[str]] = {}
    for type_id, status, files in itertools.product(libraries.PROJECT_TYPES, statuses, ((), ("notice_file",), ("notice_file", "conclusion_file"))):
        record_id = project(universe, "r1", "x", type_id=type_id, status=status, files={f"{slot}.pdf": slot for slot in files})  # type: ignore[arg-type]
        wanted[record_id] = [s.name for s in slots.required(type_id, {"status": status}) if s.name not in files]
    with universe.store.read("99001") as uow:
        rows = libraries.holdings(uow, universe.o1, PROJECTS, size=500)
        lacks = libraries.holdings(uow, universe.o1, replace(PROJECTS, only="lacking"), size=500)
    assert {row.id: [s.name for s in row.lacks] for row in rows} == wanted
    assert {row.id for row in lacks} == {record_id for record_id, names in wanted.items() if names} != set()


@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_every_condition_of_a_place_for_files_can_be_asked_of_the_table(type_id: str) -> None:
    for slot in lacking.demanding(type_id):
        select(TYPE_TABLES[type_id]).where(lacking.required(type_id, slot)).compile()
    assert all(s in ALL_RECORDS[type_id].fields() for s in slots.declared(type_id))


@pytest.mark.ac("AC-066")
def test_a_restricted_file_is_in_no_count_search_hit_or_zip_of_those_without_the_right(universe: Universe, tmp_path: Path) -> None:
    mine = project(universe, "r1", "联合项目", files={"公开.pdf": "other_file", "金丝雀合同.pdf": "notice_file"}, restricted=frozenset({"金丝雀合同.pdf"}))
    with universe.store.begin(ALL) as uow:
        uow.conn.execute(p.contributor.insert().values(university_code="99001", record_id=mine, role="member", rank=2, kind="staff", person_id=universe.person("r2"), name="李娜", claim="filed"))
    named, lacks = read(universe, "r2")
    assert (named.records, named.files) == (1, 1) and lacks == {"联合项目": []}  # it may stand there: not called missing
    assert not read(universe, "r2", replace(PROJECTS, only="lacking"))[1]
    assert not read(universe, "r2", replace(PROJECTS, file_name="金丝雀"))[1]
    assert read(universe, "o1", replace(PROJECTS, file_name="金丝雀"))[0].files == 2
    assert sorted(zipped(universe, "r2", PROJECTS, tmp_path)) == ["公开.pdf"]
    assert sorted(zipped(universe, "s11", PROJECTS, tmp_path)) == ["公开.pdf", "金丝雀合同.pdf"]
    assert "金丝雀" not in (tmp_path / "r2.zip").read_bytes().decode("latin-1").encode("latin-1").decode("utf-8", "ignore")


# --- the zip ------------------------------------------------------------------------------------------


def zipped(universe: Universe, who: str, selection: Selection, folder: Path) -> list[str]:
    """Packs, checks the zip against its index, gives the names of the files in it."""
    actor = getattr(universe, who)
    out = folder / f"{who}.zip"
    packed = libraries.pack(universe.store, actor, selection, out, conditions=[("年度", "全部")])
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        book = openpyxl.load_workbook(io.BytesIO(archive.read("目录.xlsx")))
        rows = list(book["目录"].iter_rows(min_row=2, values_only=True))
        names = [n for n in archive.namelist() if n != "目录.xlsx"]
        assert [row[9] for row in rows] == names and len(rows) == packed.files
        assert len({n.casefold() for n in names}) == len(names)
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            body = archive.read(row[9])
            assert len(body) == row[10] and blobs.digest(io.BytesIO(body))[0] == row[14]
        assert {"说明"} <= set(book.sheetnames)
    return [row[8] for row in rows]


@pytest.mark.ac("AC-068")
def test_the_project_library_is_one_zip_with_folders_by_number_and_name(universe: Universe, tmp_path: Path) -> None:
    project(universe, "r1", "湿地/碳:通量*?", no="KY-2024-01", files={"立项通知①.pdf": "notice_file", "=1+1.pdf": "other_file"})
    twice = project(universe, "r2", "湿地/碳:通量*?", no="KY-2024-02", files={"a.pdf": "other_file", "A.PDF": "other_file", "a .pdf": "task_file"})
    project(universe, "r2", "无编号", files={"长" * 81 + "ab.pdf": "other_file"})
    project(universe, "r2", "横向合同", type_id="horizontal_project", files={"合同.pdf": "contract_scan"})
    project(universe, "q1", "外校", files={"外校.pdf": "other_file"})
    assert sorted(zipped(universe, "o1", PROJECTS, tmp_path)) == sorted(["立项通知①.pdf", "=1+1.pdf", "a.pdf", "A.PDF", "a .pdf", "长" * 81 + "ab.pdf", "合同.pdf"])
    with zipfile.ZipFile(tmp_path / "o1.zip") as archive:
        names = archive.namelist()
        assert "纵向项目/KY-2024-01 湿地_碳_通量__/立项通知①.pdf" in names and "纵向项目/KY-2024-02 湿地_碳_通量__/a.pdf" in names
        assert "纵向项目/KY-2024-02 湿地_碳_通量__/A (2).PDF" in names and any(n.startswith("横向项目/") for n in names)
        assert all(".." not in n and not n.startswith("/") and len(n.rsplit("/", 1)[-1].encode()) <= 255 for n in names)
        assert archive.getinfo(names[0]).flag_bits & 0x800  # names in UTF-8, and marked so
        index = openpyxl.load_workbook(io.BytesIO(archive.read("目录.xlsx")))["目录"]
        first = next(row for row in index.iter_rows(min_row=2) if row[8].value == "=1+1.pdf")
        assert first[8].data_type == "s" and first[3].value == "KY-2024-01" and first[7].value == "其他文档"
    assert zipped(universe, "o1", Selection(("vertical_project",), record_ids=(twice,)), tmp_path) == ["a.pdf", "A.PDF", "a .pdf"]
    with zipfile.ZipFile(tmp_path / "o1.zip") as archive:
        assert archive.namelist()[0] == "KY-2024-02 湿地_碳_通量__/a.pdf"  # one type: no folder above


@pytest.mark.ac("AC-142")
def test_a_researchers_own_library_holds_own_files_only(universe: Universe, tmp_path: Path) -> None:
    own = project(universe, "r1", "自己的", files={"自己的.pdf": "other_file"})
    project(universe, "r1", "自己的草稿", type_id="paper", state="00", files={"草稿.pdf": "other"})
    other = project(universe, "r2", "别人的", files={"别人的.pdf": "other_file"})
    with universe.store.begin(ALL) as uow:
        uow.conn.execute(p.contributor.insert().values(university_code="99001", record_id=other, role="member", rank=2, kind="staff", person_id=universe.person("r1"), name="张伟", claim="filed"))
    mine = Selection(tuple(TYPE_IDS), mine=True)
    assert sorted(zipped(universe, "r1", mine, tmp_path)) == ["自己的.pdf", "草稿.pdf"]
    assert sorted(zipped(universe, "r2", mine, tmp_path)) == ["别人的.pdf"]
    assert zipped(universe, "r3", mine, tmp_path) == [] and zipped(universe, "q1", mine, tmp_path) == []
    with universe.store.read("99001") as uow:
        assert {f.record_id for f in libraries.files(uow, universe.r1, mine)} >= {own} and len(libraries.files(uow, universe.r1, mine, limit=1, offset=1)) == 1


def test_a_lost_or_damaged_content_is_told_and_not_packed(universe: Universe, tmp_path: Path) -> None:
    project(universe, "r1", "项目", files={"好.pdf": "other_file", "丢.pdf": "other_file", "坏.pdf": "other_file"})
    with universe.store.read(ALL) as uow:
        shas = {name: sha for name, sha in uow.conn.execute(select(p.attachment.c.name, p.attachment.c.sha256))}
    blobs.drop(shas["丢.pdf"])
    place = blobs._place()
    Path(place.path(shas["坏.pdf"])).write_bytes(PDF + b"?")
    assert zipped(universe, "o1", PROJECTS, tmp_path) == ["好.pdf"]
    with zipfile.ZipFile(tmp_path / "o1.zip") as archive:
        book = openpyxl.load_workbook(io.BytesIO(archive.read("目录.xlsx")))
    assert [row[7] for row in book["内容缺失"].iter_rows(values_only=True)] == ["丢.pdf", "坏.pdf"]
    assert ("内容缺失的文件数", 2) in [row[:2] for row in book["说明"].iter_rows(values_only=True)]


def test_what_is_too_large_is_refused_before_it_begins_and_a_failure_leaves_nothing(universe: Universe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingestion.libraries import packing

    project(universe, "r1", "项目", files={"好.pdf": "other_file"})
    out = tmp_path / "x.zip"
    monkeypatch.setattr(packing, "LARGEST", 10)
    with pytest.raises(libraries.TooLarge) as caught:
        libraries.pack(universe.store, universe.o1, PROJECTS, out)
    assert "分批" in caught.value.zh and not out.exists()
    monkeypatch.setattr(packing, "LARGEST", 1 << 40)
    monkeypatch.setattr(packing, "SPARE", 1 << 60)
    with pytest.raises(libraries.TooLarge):
        libraries.pack(universe.store, universe.o1, PROJECTS, out)
    monkeypatch.setattr(packing, "SPARE", 0)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packing.Packing, "add", full)
    with pytest.raises(blobs.StorageFailed):
        libraries.pack(universe.store, universe.o1, PROJECTS, out)
    assert list(tmp_path.glob("x*")) == [] and not list(tmp_path.glob("packing-*"))
    (tmp_path / "packing-of-a-killed-process").mkdir()
    os.utime(tmp_path / "packing-of-a-killed-process", (0, 0))
    (tmp_path / "packing-of-another").mkdir()
    with pytest.raises(blobs.StorageFailed):
        libraries.pack(universe.store, universe.o1, PROJECTS, out)
    assert [f.name for f in tmp_path.glob("packing-*")] == ["packing-of-another"]


def test_a_selection_survives_the_way_through_a_job() -> None:
    import json

    chosen = Selection(("paper", "book"), "湿地", (1, 2), (2025,), ("30",), "pdf", "with", True, (5,))
    assert Selection.read(json.loads(json.dumps(asdict(chosen)))) == chosen
    assert today()
