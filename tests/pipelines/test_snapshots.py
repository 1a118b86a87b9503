"""Signed snapshots: what they hold follows from itself, nothing in them can be changed unnoticed, later corrections leave
them as they are."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dashboards.marts import exports, reader
from dashboards.marts.evaluation import comparison, content, framework, scores, values
from dashboards.screens.evaluation import contributions, university
from ingestion import assumptions, jobs, snapshots, vault
from ingestion.principal import Denied, NotFound, OperationError
from ingestion.snapshots import files
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from pipelines import doctor, what_if
from pipelines import snapshots as making
from pipelines.cli import run
from tests import documents
from tests.pipelines.conftest import Installation
from tests.pipelines.test_past import void
from tests.pipelines.test_refresh import load
from tests.universe import T1

YEAR = 2024


@pytest.fixture
def signing(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> tuple[Installation, list[int]]:
    """Three books of the year, published."""
    monkeypatch.setenv("YANSHU_HOME", str(installation.home))
    place = installation.place("r1", "C1")
    books = load(installation, "book", [{**documents.valid("book", place, n), "published_on": f"{YEAR}-0{n}-01"} for n in (1, 2, 3)])
    installation.refresh()
    return installation, books


def resigned(path: Path, table: str, change: tuple[str, str], out: Path) -> Path:
    """The same snapshot with one table changed and everything hashed and signed anew, as the key's holder could."""
    with zipfile.ZipFile(path) as archive:
        tables = [
            files.Table(name.partition("/")[0], name.partition("/")[2].removesuffix(".csv"), "x", "x", lines[0], lines[1:])  # type: ignore[arg-type]
            for name in archive.namelist()
            if name.endswith(".csv") and (lines := _cells(archive.read(name).decode().replace(*(change if name == table else ("", "")))))
        ]
        manifest = files._manifest(archive.read(files.MANIFEST))
    with out.open("wb") as file:
        files.write(file, {key: value for key, value in manifest.items() if key not in ("files", "content_hash", "key")}, files.pack(tables))
    return out


def _cells(text: str) -> list[list[str]]:
    import csv

    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.ac("AC-110", "AC-111")
def test_a_snapshot_proves_itself_and_stays_as_it_was(signing: tuple[Installation, list[int]], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installation, books = signing
    universe, store = installation.universe, installation.store
    first, again = (making.create(store, universe.o1, YEAR, "evaluation") for _ in range(2))
    assert first.number == "99001-evaluation-2024-r1" and again.revision == 2
    assert first.content_hash == again.content_hash and first.file_sha256 != again.file_sha256, "who signed when differs, the content does not"

    found = making.verify(first.path, store=store)
    assert found.holds and found.registered and found.numbers > 20
    assert run(["snapshot", "verify", str(first.path)]) == 0 and "全部相等" in capsys.readouterr().out
    with zipfile.ZipFile(first.path) as archive:
        names = set(archive.namelist())
        assert {"data/values.csv", "data/evidence.csv", "definitions/indicators.csv", "checks/reconciliation.csv", "rows/data.values.sha256"} <= names
        assert "张伟" not in archive.read("data/evidence.csv").decode(), "no person is named"
    assert {"product", "models"} <= set(found.manifest["code"])

    # any byte anywhere
    body = first.path.read_bytes()
    dice = random.Random(7)
    spoiled = tmp_path / "spoiled.zip"
    for at in [0, len(body) - 1, *(dice.randrange(len(body)) for _ in range(60))]:
        spoiled.write_bytes(body[:at] + bytes([body[at] ^ 1 << dice.randrange(8)]) + body[at + 1 :])
        wrong = making.verify(spoiled)
        assert not wrong.holds and all(fault.file and fault.zh and fault.en for fault in wrong.faults), at
    at = body.index(b"O10", body.index(b"data/values.csv"))
    spoiled.write_bytes(body[:at] + b"O11" + body[at + 3 :])
    assert run(["--lang", "en", "snapshot", "verify", str(spoiled)]) == 1
    assert "data/values.csv: its content was changed" in capsys.readouterr().err

    # numbers that do not follow, whoever signs them; another's key; a file that is none
    line = "H3.2,O10,,,count,counted,3,"
    liar = making.verify(resigned(first.path, "data/values.csv", (line, line.replace(",3,", ",4,")), tmp_path / "liar.zip"))
    assert [(fault.file, "H3.2" in fault.zh) for fault in liar.faults] == [("data/values.csv", True)]
    other = making.verify(first.path, key="00" * 32)
    assert [fault.file for fault in other.faults] == [files.SIGNATURE] and vault.public_key()[:16] in other.faults[0].zh
    assert run(["snapshot", "verify", str(tmp_path / "none.zip")]) == 1 and "找不到" in capsys.readouterr().err

    # a correction later
    void(installation, books[0])
    installation.refresh()
    kept = {row["leaf"]: row["value"] for row in snapshots.read(first, "data/values").tables["data/values"]}
    now = values.of_university(reader.open_for(universe.o1), YEAR)
    assert (kept["H3.2"], now["H3.2"].value) == ("3", 2)
    assert making.verify(first.path, store=store).holds
    third = making.create(store, universe.o1, YEAR, "evaluation")
    assert third.content_hash != first.content_hash
    gone = set(content.contributions(reader.open_for(universe.o1), _leaf("H3.2"), YEAR)) ^ {
        int(row["record_id"]) for row in snapshots.read(first, "data/evidence").tables["data/evidence"] if row["leaf"] == "H3.2"
    }
    assert gone == {books[0]}


def _leaf(code: str) -> Any:
    return next(leaf for leaf in framework.leaves() if leaf.code == code)


def test_the_office_signs_its_own_and_the_province_reads_all(signing: tuple[Installation, list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    installation, _ = signing
    universe, store = installation.universe, installation.store
    with store.begin(T1) as uow:
        asked = jobs.enqueue(uow, universe.o1, "snapshot", {"year": YEAR, "purpose": "evaluation"})
    jobs.run_pending(store, {"snapshot": making.run_job})
    with store.read(ALL) as uow:
        assert jobs.get(uow, universe.o1, asked).result["number"] == "99001-evaluation-2024-r1"  # type: ignore[index]
        (seen,) = snapshots.list_for(uow, universe.p1)
        assert snapshots.latest(uow, universe.p1, "evaluation", YEAR) == {T1: seen} and seen.made_by == "陈刚"
        assert [one.id for one in snapshots.list_for(uow, universe.a1)] == [seen.id]
        assert not snapshots.list_for(uow, universe.o2) and not snapshots.list_for(uow, universe.r1)
        with pytest.raises(NotFound):
            snapshots.get(uow, universe.o2, seen.id)
        logged = uow.conn.execute(select(p.audit_row.c.action).where(p.audit_row.c.object_type == "signed_snapshot")).scalars().all()
        assert logged == ["sign_snapshot"]
    for who in ("p1", "a1", "s11", "r1", "f1"):
        with pytest.raises(Denied):
            making.create(store, getattr(universe, who), YEAR, "evaluation")
    for year, purpose in ((1890, "evaluation"), (2999, "evaluation"), (YEAR, "nonsense")):
        with pytest.raises(OperationError) as refused:
            making.create(store, universe.o1, year, purpose)
        assert str(year) in refused.value.zh or purpose in refused.value.en

    # a file that was swapped is not used; figures that failed their check are not signed
    assert doctor._snapshots(store)[:2] == (True, "1 份已签名")
    seen.path.chmod(0o640)
    seen.path.write_bytes(seen.path.read_bytes().replace(b'"revision": 1', b'"revision": 2'))
    with pytest.raises(snapshots.Broken):
        snapshots.read(seen, "data/values")
    assert not doctor._snapshots(store)[0]
    meta = reader.open_for(universe.o1).meta
    monkeypatch.setitem(reader._metas, reader.open_for(universe.o1).path, meta.__class__(1, datetime(2026, 1, 1), None, T1, False, ""))
    with pytest.raises(exports.NotReconciled):
        making.create(store, universe.o1, YEAR, "evaluation")


@pytest.mark.ac("AC-109", "AC-112")
def test_pending_records_assumed_approved_change_a_preview_alone(signing: tuple[Installation, list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    installation, books = signing
    universe, store = installation.universe, installation.store
    sent = installation.submit(universe.r1, "book", {**documents.valid("book", installation.place("r1", "C1"), 7), "published_on": f"{YEAR}-07-01"})
    signed = making.create(store, universe.o1, YEAR, "evaluation")

    def rows() -> list[Any]:
        with store.read(ALL) as uow:
            return [uow.conn.execute(select(table).order_by(*table.primary_key)).all() for table in (p.record, p.review_event, p.record_version)]

    with store.begin(T1) as uow:
        assert [one.record_id for one in assumptions.pending(uow, universe.o1)] == [sent.id]
        assert not assumptions.pending(uow, universe.a1), "an analyst reads no records"
        asked = assumptions.ask(uow, universe.o1, [sent.id], YEAR)
        for wrong in ([books[0]], [sent.id, 999_999]):
            with pytest.raises(NotFound):
                assumptions.ask(uow, universe.o1, wrong, YEAR)
        with pytest.raises(OperationError, match="0 条"):
            assumptions.ask(uow, universe.o1, [], YEAR)
    before = rows()
    jobs.run_pending(store, {"what_if": what_if.run_job})
    with store.read(T1) as uow:
        result = jobs.get(uow, universe.o1, asked).result
    assert result is not None and result["values"]["H3.2"][0] == 4
    assert rows() == before and not list(installation.home.glob(".what-if-*")), "nothing is written, nothing is left"
    assert values.of_university(reader.open_for(universe.o1), YEAR)["H3.2"].value == 3

    # approved and another one voided: what differs from the snapshot is told record by record
    installation.approve(sent.id, universe.s11, universe.o1)
    void(installation, books[0])
    installation.refresh()
    mart = reader.open_for(universe.o1)
    monkeypatch.setattr("dashboards.i18n.language", lambda: "zh")
    leaves = framework.leaves()
    found = values.of_university(mart, YEAR)
    kept = {row["leaf"]: float(row["value"]) if row["value"] else None for row in snapshots.read(signed, "data/values").tables["data/values"]}
    here = university.Evaluated(mart, framework.SCORED, YEAR, framework.tree(), found, comparison.Standing("*", 3, {}, None, 0), scores.scored(leaves, found, {}), signed, kept)
    assert "H3.2" not in here.changed, "one came and one left"
    told = {row["link"].partition("#")[0]: (row["变化"], row["差异"], row["原因"]) for row in contributions.differences(here, _leaf("H3.2"))}
    assert told == {f"record?id={sent.id}": ("新计入", 1.0, "签名后通过或改为计入"), f"record?id={books[0]}": ("不再计入", -1.0, "已作废")}
