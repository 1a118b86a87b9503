"""The pipeline as Dagster sees it: raw, the dbt project, checks, published files; a job, a sensor, a schedule.

``dagster dev -m pipelines.definitions`` shows the whole graph. The refresher of ``yanshu serve`` runs the
same job in its own process (``run_in_process``): the assets share one ``Refresh``, so the executor is the
in-process one. dagster-dbt would start dbt's command line for each run; here the events of a warm
``dbtRunner`` become Dagster's.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from sqlalchemy import func, select

from expectations.checks import Failure
from ingestion import refreshes
from ingestion.store import platform as p
from ingestion.store.engine import ALL, Store, home, local_zone, open_store
from pipelines import nightly, quality, warm
from pipelines.refresh import Refresh, RefreshResult, lock, recorded
from pipelines.transform import NodeResult, Transformer, TransformError
from pipelines.warm import REPORTS

RAW = dg.AssetKey(["raw"])
PUBLISHED = dg.AssetKey(["published"])
POOL = "warehouse"
RAW_CHECKS = ("declared", "header", "contributors", "keys")
MART_CHECKS = ("reconciliation", "balances", "measures", "conservation")
_SUITE_CHECK = {
    "record": "header", "contributor": "contributors", "record_key": "keys",
    "rpt_reconciliation": "reconciliation", "rpt_balance": "balances", "fct_measure": "measures",
    "rpt_indicator": "conservation",
}  # fmt: skip


class Translator(DagsterDbtTranslator):
    """Every source is the one raw asset: the feed delivers all tables in one transaction."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return RAW
        return dg.AssetKey([dbt_resource_props["config"].get("schema") or "main", dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return dbt_resource_props["config"].get("schema")

    def get_asset_check_spec(self, *args: Any, **kwargs: Any) -> dg.AssetCheckSpec | None:
        """Not gates: a failed test raises in the transformation itself, and a refresh runs two folded tests."""
        spec = super().get_asset_check_spec(*args, **kwargs)
        return spec and spec._replace(blocking=False)


TRANSLATOR = Translator(settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))


@dg.resource(config_schema={"full": dg.Field(bool, default_value=False)})
def refresh_resource(context: dg.InitResourceContext) -> Iterator[Refresh]:
    """One refresh under the installation's lock, its status row written at its end."""
    store = open_store()
    with lock(home()):
        with store.begin(ALL) as uow:
            asked = refreshes.waiting(uow)
            if asked is not None:
                refreshes.take(uow, asked)
        full = context.resource_config["full"] or (asked is not None and asked.full_reload)
        refresh = Refresh(store, home(), full, transformer())
        with store.begin(ALL) as uow:
            run = refreshes.begin(uow)
        try:
            yield refresh
        finally:
            refresh.close()
            result = refresh.result
            with store.begin(ALL) as uow:
                if result.published:
                    refreshes.finish(
                        uow, run, state=result.state, generation=result.generation, as_of=result.as_of,
                        changed_rows=result.changed_rows, detail=refresh.detail(),
                    )  # fmt: skip
                elif refresh.batch is None:
                    refreshes.discard(uow, run)
                else:
                    refreshes.finish(uow, run, state="failed", detail={**refresh.detail(), "error": "interrupted"})
            store.dispose()


@lru_cache(maxsize=1)
def transformer() -> Transformer:
    return Transformer(home())


def _check_results(names: tuple[str, ...], key: dg.AssetKey, failures: list[Failure]) -> Iterator[dg.AssetCheckResult]:
    """A check passes unless an error was found; findings that hold nobody back are listed."""
    for name in names:
        of_check = [f for f in failures if _SUITE_CHECK.get(f.suite, "declared") == name]
        yield dg.AssetCheckResult(
            check_name=name,
            asset_key=key,
            passed=not any(f.check.severity == "error" for f in of_check),
            metadata={f"{f.check.rule} {f.university_code}": len(f.record_ids) or 1 for f in of_check[:50]},
        )


def _assets(manifest: Mapping[str, Any]) -> list[Any]:
    keys = _asset_keys(manifest)

    @dg.asset(
        key=RAW,
        group_name="raw",
        description="The store's tables as the change feed delivers them. 库内各表，按变更流抵达。",
        check_specs=[dg.AssetCheckSpec(name, asset=RAW) for name in RAW_CHECKS],
        required_resource_keys={"refresh"},
        pool=POOL,
    )
    def raw(context: dg.AssetExecutionContext) -> Iterator[Any]:
        refresh: Refresh = context.resources.refresh
        outcome = refresh.check_raw() if refresh.extract() else quality.Outcome(0, [])
        yield dg.MaterializeResult(metadata={"changed_rows": refresh.result.changed_rows})
        yield from _check_results(RAW_CHECKS, RAW, outcome.failures)

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=TRANSLATOR,
        exclude="resource_type:unit_test",
        required_resource_keys={"refresh"},
        pool=POOL,
        name="marts",
    )
    def marts(context: dg.AssetExecutionContext) -> Iterator[Any]:
        refresh: Refresh = context.resources.refresh
        if refresh.batch is None:
            return
        events: list[Any] = []
        done: list[NodeResult] = []
        failure: TransformError | None = None
        try:
            done = refresh.transform((events.append,))
        except TransformError as error:
            failure = error
        if refresh.batch.full:
            yield from _dagster_events(events, manifest, context)
        else:
            yield from _warm_events(done, keys)
        if failure is not None:
            raise failure

    @dg.asset(
        key=PUBLISHED,
        group_name="published",
        deps=[dg.AssetKey(["reports", name]) for name in REPORTS] + [keys[name] for name in ("fct_detail", *warm.NIGHTLY)],
        description="Read-only files, one a university, one for the province, one for peers. 只读发布文件。",
        check_specs=[dg.AssetCheckSpec(name, asset=PUBLISHED) for name in MART_CHECKS],
        required_resource_keys={"refresh"},
        pool=POOL,
    )
    def published(context: dg.AssetExecutionContext) -> Iterator[Any]:
        refresh: Refresh = context.resources.refresh
        outcome = refresh.check_marts()
        manifest_ = refresh.publish()
        refresh.findings()
        yield dg.MaterializeResult(
            metadata={"generation": manifest_.generation, "files": len(manifest_.files), "held": len(manifest_.held)}
        )
        yield from _check_results(MART_CHECKS, PUBLISHED, outcome.failures)

    return [raw, marts, published]


def _asset_keys(manifest: Mapping[str, Any]) -> dict[str, dg.AssetKey]:
    """The asset of each model and, of each folded test, the asset it is shown at."""
    nodes = {node["name"]: node for node in manifest["nodes"].values()}
    keys = {name: TRANSLATOR.get_asset_key(nodes[name]) for name in (*warm.MODELS, *warm.NIGHTLY)}
    for name in warm.TESTS:
        keys[name] = keys[nodes[name]["config"]["meta"]["dagster"]["ref"]["name"]]
    return keys


def _warm_events(done: list[NodeResult], keys: Mapping[str, dg.AssetKey]) -> Iterator[Any]:
    """What a refresh rewrote, and the tests that held (one that did not has raised)."""
    for one in done:
        if one.name in warm.TESTS:
            yield dg.AssetCheckResult(check_name=one.name, asset_key=keys[one.name], passed=True)
        else:
            yield dg.MaterializeResult(asset_key=keys[one.name], metadata={"rows": one.rows, "seconds": one.seconds})


def _dagster_events(events: list[Any], manifest: Mapping[str, Any], context: dg.AssetExecutionContext) -> Iterator[Any]:
    """dbt's log messages of finished nodes as materializations and check results, of what this run is about: a
    refresh that finds everything must be made anew tells of its own assets."""
    from google.protobuf.json_format import MessageToDict

    for event in events:
        if event.info.name not in ("LogSeedResult", "LogModelResult", "LogTestResult"):
            continue
        raw_event = MessageToDict(event, preserving_proto_field_name=True)
        message = DbtCoreCliEventMessage(raw_event=raw_event, event_history_metadata={})
        for made in message.to_default_asset_events(
            manifest=manifest, dagster_dbt_translator=TRANSLATOR, context=context
        ):
            if _is_asked(made, context):
                yield made


def _is_asked(made: Any, context: dg.AssetExecutionContext) -> bool:
    if isinstance(made, dg.Output):
        return made.output_name in context.op_execution_context.selected_output_names
    if isinstance(made, dg.AssetCheckResult):
        return made.asset_key in context.selected_asset_keys
    return True


def _sensor(job: Any) -> Any:
    @dg.sensor(job=job, minimum_interval_seconds=5, default_status=dg.DefaultSensorStatus.RUNNING)
    def refresh_sensor(context: dg.SensorEvaluationContext) -> Iterator[Any]:
        """A run when somebody asked for one or the change log grew."""
        store = open_store()
        try:
            with store.read(ALL) as uow:
                newest = uow.conn.execute(select(func.coalesce(func.max(p.change_log.c.seq), 0))).scalar_one()
                asked = refreshes.waiting(uow)
        finally:
            store.dispose()
        if asked is not None:
            yield dg.RunRequest(run_key=f"request-{asked.ids[-1]}")
        elif str(newest) != context.cursor:
            yield dg.RunRequest(run_key=f"change-{newest}")
        context.update_cursor(str(newest))

    return refresh_sensor


@dg.op(description="Change log shortened, documents of checks and models written. 变更日志清理，检查与模型文档生成。", pool=POOL)
def keep_up(context: dg.OpExecutionContext) -> None:
    """Raises what dagster shows as a failed run where a step went wrong; the others are done all the same."""
    store = open_store()
    try:
        night = nightly.noted(store, nightly.upkeep(store, home(), transformer()))
    finally:
        store.dispose()
    for step in night.steps:
        context.log.info(f"{step.name}: {step.seconds} s {step.error}")
    if not night.ok:
        raise dg.Failure(", ".join(f"{step.name}: {step.error}" for step in night.steps if step.error))


@dg.job(executor_def=dg.in_process_executor, description="What follows the nightly rebuild. 夜间重算之后的维护。")
def upkeep() -> None:
    keep_up()


def build(transformer_: Transformer) -> dg.Definitions:
    """All definitions on one parsed dbt project."""
    manifest = manifest_of(transformer_)
    everything = dg.AssetSelection.all()
    rewritten = dg.AssetSelection.assets(RAW, PUBLISHED, *(key for name, key in _asset_keys(manifest).items() if name not in warm.NIGHTLY))
    in_process = dg.in_process_executor
    refresh = dg.define_asset_job("refresh", rewritten, executor_def=in_process, description="What changed. 有变动的部分。")
    rebuild = dg.define_asset_job("rebuild", everything, executor_def=in_process, description="Everything anew. 全部重算。")
    zone, running = local_zone().key, dg.DefaultScheduleStatus.RUNNING
    every_night = dg.ScheduleDefinition(
        name="nightly_rebuild", job=rebuild, cron_schedule=nightly.CRON, execution_timezone=zone, default_status=running,
        run_config={"resources": {"refresh": {"config": {"full": True}}}},
    )  # fmt: skip
    afterwards = dg.ScheduleDefinition(
        name="nightly_upkeep", job=upkeep, cron_schedule=nightly.CRON_UPKEEP, execution_timezone=zone, default_status=running
    )
    return dg.Definitions(
        assets=_assets(manifest),
        jobs=[refresh, rebuild, upkeep],
        schedules=[every_night, afterwards],
        sensors=[_sensor(refresh)],
        resources={"refresh": refresh_resource},
        executor=dg.in_process_executor,
    )


QUIET = {"loggers": {"console": {"config": {"log_level": "WARNING"}}}}
"""Dagster's console tells every event of every step; beside the pages only what went wrong is of use."""


def manifest_of(transformer_: Transformer) -> dict[str, Any]:
    """The parsed project in the form dagster-dbt reads."""
    content: dict[str, Any] = transformer_.manifest.writable_manifest().to_dict(omit_none=False)
    return content


@dg.definitions
def defs() -> dg.Definitions:
    return build(transformer())


_JOBS: dict[tuple[Path, str], Any] = {}


def run_in_process(store: Store, home: Path, full: bool = False, transformer: Transformer | None = None) -> RefreshResult:
    """Run the refresh job here and now; raises what a stage raised."""
    transformer = transformer or Transformer(home)
    with lock(home):
        refresh = Refresh(store, home, full, transformer)
        try:
            name = "rebuild" if refresh.is_whole else "refresh"
        finally:
            refresh.close()
        if (home, name) not in _JOBS:
            definitions = build(transformer)
            _JOBS.update({(home, one): definitions.resolve_job_def(one) for one in ("refresh", "rebuild")})
        job = _JOBS[home, name]

        def work(refresh: Refresh) -> None:
            with dg.DagsterInstance.ephemeral() as instance:
                job.execute_in_process(instance=instance, resources={"refresh": refresh}, run_config=QUIET)

        return recorded(store, refresh, work)
