"""A university leaves one installation and arrives in another: the same numbers, proven by the report."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from ingestion import accounts, codes, processes
from ingestion.exchange import exit_bundle
from ingestion.principal import Principal
from ingestion.store.engine import ALL, Store
from pipelines import arriving, leaving, refresh
from pipelines.commands.words import Words
from pipelines.transform import Transformer
from tests.ingestion.exchange.exit_bundle.leaving import fill
from tests.pipelines.conftest import Installation, transformer_at
from tests.universe import T1


def system(store: Store) -> Principal:
    with store.read(ALL) as uow:
        return accounts.system_principal(uow, T1)


@pytest.mark.ac("AC-237")
@pytest.mark.postgres
def test_the_numbers_are_the_same_in_the_new_installation(
    installation: Installation, postgres_store: Store, transformer: Transformer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From SQLite to PostgreSQL, with personal data masked: of birth dates the year is enough."""
    monkeypatch.setenv("YANSHU_HOME", str(installation.home))
    fill(installation.universe, ("paper", "patent", "fund_arrival", "award"))  # the checks of 28 types take 7 s, twice
    asked: list[int] = []

    def refreshing() -> bool:
        asked.append(1)
        installation.refresh()
        return True

    made = leaving.make(installation.store, system(installation.store), tmp_path / "left.zip", personal_data=False, refreshing=refreshing)
    assert asked == [1], "the figures in the bundle hold everything the snapshot holds"
    assert made.figures is not None and made.figures["changes_since"] == 0

    home = tmp_path / "new"
    monkeypatch.setenv("YANSHU_HOME", str(home))
    with postgres_store.begin(ALL) as uow:
        codes.load_built_in(uow)
        accounts.initialise(uow, "42", "省教育厅", "admin", "省厅管理员")

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(refresh, "run", full_disk)
    with pytest.raises(arriving.Unproven, match="--compare"):
        arriving.restore(postgres_store, made.path, expect=made.sha256)
    days = []
    monkeypatch.setattr(refresh, "run", lambda *a, **k: days.append(k.get("clock")) or _run(*a, **{**k, "transformer": transformer_at(home, transformer)}))
    report = arriving.prove(postgres_store, made.path)
    assert [(one.key, one.differences) for one in report.comparisons if not one.ok] == [] and report.proven
    compared = {one.key: one.compared for one in report.comparisons}
    assert compared["indicators"] > 100 and compared["attachments"] == 4 and compared["versions"] > 5
    (clock,) = days
    assert clock is not None, "read as of the bundle's own day"
    arriving.workbook(report, tmp_path / "report.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["还原报告"]
    assert [cell.value for cell in sheet["B"]][3] == "全部一致"
    assert [name for name, _, link in report.links if link.startswith("/activate/")] == ["o1"]


_run = refresh.run


def test_a_number_that_is_not_the_same_is_found() -> None:
    def of(value: float | None, **more: float | None) -> dict[str, float | None]:
        return {"value": value, "numerator": None, "denominator": None, "records": 3, **more}

    brought = {("O01", 2024, "university", None, "*"): of(412.0), ("F01", 2024, "college", 7, "*"): of(0.1 + 0.2), ("P08", 2024, "university", None, "*"): of(None)}
    assert arriving.indicators(brought, {**brought, ("F01", 2024, "college", 7, "*"): of(0.3)}).ok
    for key, changed in ((("O01", 2024, "university", None, "*"), of(413.0)), (("P08", 2024, "university", None, "*"), of(0.0)), (("F01", 2024, "college", 7, "*"), of(0.3, records=4))):
        found = arriving.indicators(brought, {**brought, key: changed})
        assert not found.ok and [what for what, _, _ in found.differences] == [" ".join("—" if part is None else str(part) for part in key)]
    assert arriving.indicators(brought, {}).equal == 0
    report = arriving.Report("99001", "江城大学", "", "", exit_bundle.Loaded(), [arriving.indicators(brought, {})])
    assert not report.proven and "指标值" in arriving.text(report, "", None, Words())


@pytest.mark.ac("AC-236")
def test_the_command_asks_twice_and_the_job_keeps_the_file_for_its_maker(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dashboards.marts import exports
    from ingestion import jobs
    from ingestion.principal import NotFound
    from pipelines import cli, worker

    monkeypatch.setenv("YANSHU_HOME", str(installation.home))
    monkeypatch.setenv("YANSHU_DATABASE_URL", installation.store.url)
    monkeypatch.setattr(refresh, "run", lambda *a, **k: installation.refresh())
    out = tmp_path / "cli.zip"
    line = ["exit-bundle", "--university", T1, "-o", str(out)]
    for more, said in (([], "--yes-code"), (["--yes-code", "99002"], "没有导出"), (["--yes-code", T1, "--as", "s11"], "没有科研处账号")):
        assert cli.run([*line, *more]) == 1
        assert said in capsys.readouterr().err and not out.exists()
    assert cli.run([*line, "--yes-code", T1, "--as", "o1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert out.exists() and told["figures"]["changes_since"] == 0 and told["missing"] == []

    office = installation.universe.o1
    with installation.store.begin(T1) as uow:
        number = exit_bundle.ask(uow, office, False)
    monkeypatch.setattr(processes, "running", lambda name: None)
    worker.turn(installation.store, 0.0)
    with installation.store.read(T1) as uow:
        done = jobs.get(uow, office, number)
    assert done.state == "done" and done.result is not None and done.progress == done.total
    path, name = exports.fetch(office, done.result["export"])
    assert name.startswith(f"{T1}-exit-") and path.stat().st_mode & 0o077 == 0
    with pytest.raises(NotFound):
        exports.fetch(installation.universe.o2, done.result["export"])
