"""Document libraries beside the published figures, packed as a job; the commands that look after contents."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dashboards.marts import exports
from dashboards.screens.files import counted
from ingestion import accounts, attachments, jobs, libraries
from ingestion.attachments import blobs
from ingestion.catalog.registry import TYPE_IDS
from ingestion.libraries import Selection
from ingestion.principal import NotFound
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from pipelines import cli, worker
from tests.ingestion.attachments.samples import PDF
from tests.pipelines.conftest import Installation
from tests.universe import Universe


def agrees_with_the_figures(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> int:
    """Every library's count equals the published one for the same filter (AC-093); gives how much was compared."""
    monkeypatch.setenv("YANSHU_HOME", str(installation.home))
    universe, seen = installation.universe, 0
    for who in ("o1", "s11"):
        actor = getattr(universe, who)
        for type_id in (t for t in TYPE_IDS if t not in ("person", "expert")):
            for years in ((), (2026,)):
                for colleges in ((), (universe.C1,)):
                    chosen = Selection((type_id,), years=years, college_ids=colleges)
                    figure = counted.published(actor, chosen)
                    with installation.store.read("99001") as uow:
                        here = libraries.in_statistics(uow, actor, chosen)
                    assert figure is not None and figure[0] == here, (who, type_id, years, colleges)
                    seen += here
    return seen


@pytest.fixture
def packed_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def filed(universe: Universe, packed_home: Path) -> Universe:
    """Three files on one approved project of r1, one of them restricted."""
    with universe.store.begin(ALL) as uow:
        from ingestion import records

        document: dict[str, Any] = {"name": "项目", "status": "20", "project_no": "KY-1", "college_id": universe.C1}
        record_id = records.create_draft(uow, universe.r1, "vertical_project", document).id
    for number in range(3):
        attachments.add(universe.store, universe.r1, record_id, "other_file", f"{number}.pdf", PDF + b"%d" % number, restricted=number == 2)
    with universe.store.begin(ALL) as uow:
        uow.conn.execute(update(p.record).where(p.record.c.id == record_id).values(state="30", submitted_at=uow.now, approved_at=uow.now))
    return universe


def asked(universe: Universe, who: str) -> jobs.Job:
    actor = getattr(universe, who)
    with universe.store.begin("99001") as uow:
        number = jobs.enqueue(uow, actor, "library_zip", {"selection": asdict(Selection(libraries.PROJECT_TYPES)), "name": "项目文档库", "language": "en", "conditions": [["Year", "all"]]})
    jobs.run_pending(universe.store, worker.handlers())
    with universe.store.read("99001") as uow:
        return jobs.get(uow, actor, number)


@pytest.mark.ac("AC-068", "AC-066")
def test_a_library_is_packed_by_the_worker_for_its_maker_alone(filed: Universe, packed_home: Path) -> None:
    done = asked(filed, "o1")
    assert done.state == "done" and done.result is not None and (done.result["files"], done.progress, done.total) == (3, 3, 3)
    path, name = exports.fetch(filed.o1, done.result["export"])
    assert name == "项目文档库.zip" and path.stat().st_size == done.result["size"]
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 4
    for who in ("s11", "r1", "o2"):
        with pytest.raises(NotFound):
            exports.fetch(getattr(filed, who), done.result["export"])
    with filed.store.read(ALL) as uow:
        detail = uow.conn.execute(select(p.audit_row.c.detail).where(p.audit_row.c.object_type == "library")).scalar_one()
        told = uow.conn.execute(select(p.message.c.title_zh).where(p.message.c.kind == "job")).scalars().all()
    assert json.loads(detail)["files"] == 3 and "3 个附件" in told[-1]


def test_a_job_packs_with_the_rights_of_the_moment_it_runs(filed: Universe, packed_home: Path) -> None:
    with filed.store.begin("99001") as uow:
        accounts.set_enabled(uow, filed.o1, filed.s11.account_id, False)
    refused = asked(filed, "s11")
    assert refused.state == "failed" and "停用" in str(refused.message)
    assert not [f for f in (packed_home / "exports").glob("*")] if (packed_home / "exports").exists() else True


@pytest.mark.ac("AC-254")
def test_the_commands_tell_lost_contents_and_clear_forgotten_ones(filed: Universe, packed_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("YANSHU_DATABASE_URL", filed.store.engine.url.render_as_string(hide_password=False))
    assert cli.run(["attachments", "check", "--full"]) == 0 and "附件内容 3 个" in capsys.readouterr().out
    with filed.store.read(ALL) as uow:
        blobs.drop(uow.conn.execute(select(p.attachment.c.sha256).where(p.attachment.c.name == "1.pdf")).scalar_one())
    assert cli.run(["attachments", "check"]) == 1
    said = capsys.readouterr()
    assert "“1.pdf”" in said.out and "1 个附件" in said.err and "Traceback" not in said.err
    assert cli.run(["attachments", "check", "--json", "--lang", "en"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], [one["name"] for one in found["wrong"]]) == (False, ["1.pdf"])
    assert cli.run(["attachments", "clean", "--lang", "en"]) == 0 and "Cleared away 0 contents" in capsys.readouterr().out
