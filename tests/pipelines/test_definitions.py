"""The graph as Dagster sees it, and the job as the refresher runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingestion import refreshes
from ingestion.store.engine import ALL
from pipelines import definitions, publish, warm
from pipelines.codegen import files
from pipelines.transform import Transformer
from tests import documents
from tests.pipelines.conftest import Installation

MARTS = {
    "core": (
        "dim_code", "dim_indicator", "dim_person", "dim_rule", "dim_source", "dim_type", "dim_unit", "dim_university",
        "fct_credit", "fct_detail", "fct_measure", "fct_quality", "fct_record", "fct_review", "fct_shared_key", "fct_sum", "v_batch_sum", "v_contribution",
    ),
    "reports": (*warm.REPORTS, "rpt_quality"),
    "intermediate": (
        "int_measure_exchange", "int_measure_funds", "int_measure_outcomes", "int_measure_papers", "int_measure_patents",
        "int_measure_people", "int_measure_projects", "int_measure_records", "int_measure_transfers", "int_papers",
        "int_person_years", "int_projects", "int_record_dates", "int_record_flags", "int_score_rules", "int_sources", "int_year_ends",
    ),
    "seeds": (
        "award_weights", "calendar_years", "counting_rules", "date_rules", "exclusion_reasons", "index_tier_map",
        "index_tiers", "indicators", "measures", "pipeline_codes", "record_types", "share_table", "shared_keys", "title_ranks",
    ),
    "staging": tuple(sorted(path.stem for path in files() if path.suffix == ".sql")),
}  # fmt: skip


def test_the_whole_pipeline_stands_in_the_graph(transformer: Transformer) -> None:
    """A snapshot: an asset that comes or goes is a decision, not an accident."""
    graph = definitions.build(transformer).resolve_asset_graph()
    wanted = {"raw", "published"} | {f"{group}/{name}" for group, names in MARTS.items() for name in names}
    assert {key.to_user_string() for key in graph.get_all_asset_keys()} == wanted
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    assert {("raw", name) for name in definitions.RAW_CHECKS} <= checks
    assert {("published", name) for name in definitions.MART_CHECKS} <= checks
    assert ("core/fct_record", "facts_keys") in checks and ("core/fct_sum", "facts_conserve") in checks
    assert {name for asset, name in checks if name.startswith("primary_key_")}


def test_everything_hangs_together(transformer: Transformer) -> None:
    graph = definitions.build(transformer).resolve_asset_graph()
    upstream = {k.to_user_string() for k in graph.get(definitions.PUBLISHED).parent_keys}
    assert upstream == {f"reports/{name}" for name in (*warm.REPORTS, "rpt_quality")} | {"core/fct_detail", "core/fct_review", "core/fct_quality"}
    for name in MARTS["staging"]:
        key = next(k for k in graph.get_all_asset_keys() if k.to_user_string() == f"staging/{name}")
        assert {k.to_user_string() for k in graph.get(key).parent_keys} == {"raw"}


def test_there_is_a_job_a_sensor_and_a_nightly_rebuild(transformer: Transformer) -> None:
    defs = definitions.build(transformer)
    for name in ("refresh", "rebuild"):
        assert defs.resolve_job_def(name).executor_def.name == "in_process"
    assert defs.resolve_schedule_def("nightly_rebuild").job_name == "rebuild"
    schedule = defs.resolve_schedule_def("nightly_rebuild")
    assert schedule.execution_timezone == "Asia/Shanghai"
    after = defs.resolve_schedule_def("nightly_upkeep")  # the change log and the documents, when the rebuild is done
    assert (after.job_name, after.cron_schedule, after.default_status.name) == ("upkeep", "30 3 * * *", "RUNNING")
    assert [s.name for s in defs.sensors or ()] == ["refresh_sensor"]


@pytest.mark.ac("AC-072")
def test_the_job_run_in_process_publishes_what_plain_functions_publish(installation: Installation) -> None:
    universe = installation.universe
    sent = installation.submit(universe.r1, "paper", documents.valid("paper", installation.place("r1", "C1")))
    installation.approve(sent.id, universe.s11, universe.o1)
    result = definitions.run_in_process(installation.store, installation.home, transformer=installation.transformer)
    assert result.published and result.held == {}
    assert installation.contribution("R01", "OWNER", "university", type="paper") == 1
    with installation.store.read(ALL) as uow:
        status = refreshes.latest(uow)
    assert status is not None and (status.state, status.generation) == ("ok", result.generation)
    again = definitions.run_in_process(installation.store, installation.home, transformer=installation.transformer)
    assert not again.published
    assert publish.current(installation.home).generation == result.generation  # type: ignore[union-attr]


def test_the_module_opens_as_dagster_opens_it(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(installation.home))
    monkeypatch.setenv("YANSHU_DATABASE_URL", installation.store.url)
    definitions.transformer.cache_clear()
    try:
        opened = definitions.defs()
        assert opened.resolve_job_def("refresh") is not None
        manifest = definitions.manifest_of(definitions.transformer())
        assert not manifest["metadata"]["send_anonymous_usage_stats"]
        assert Path(os.environ["YANSHU_WAREHOUSE"]).parent == installation.home
    finally:
        definitions.transformer.cache_clear()
