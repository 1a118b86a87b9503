"""A university leaves: its exit bundle with the figures as published, made by command or as a job."""

from __future__ import annotations

import csv
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from dashboards.marts import exports, reader
from ingestion import feed, jobs, processes, refreshes
from ingestion.exchange import exit_bundle
from ingestion.exchange.exit_bundle import Extra, Figures, Head, Made
from ingestion.principal import Principal
from ingestion.store.engine import ALL, Store, UnitOfWork, home, local_time, utc_now
from pipelines import publish
from pipelines.codegen import DBT
from pipelines.transform import code_hash

LOG = logging.getLogger(__name__)
PUBLISHED: dict[str, tuple[str, str, str, str]] = {
    "rpt_indicator": ("figures", "indicator_values", "indicator, year, level, college_id, category_1", "已发布的指标值 / Published indicator values"),
    "rpt_work": ("figures", "work_in_progress", "college_id, type, state, filed_year", "各状态工作量 / Work by state"),
    "rpt_balance": ("figures", "project_balances", "project_id", "项目余额对账 / Balances of projects"),
    "rpt_reconciliation": ("figures", "reconciliation", "subject, type, year, state, college_id", "与数据库对账 / Reconciliation with the store"),
    "dim_indicator": ("definitions", "indicators", "seq, indicator", "指标 / Indicators"),
    "dim_rule": ("definitions", "counting_rules", "seq, rule", "计数方法 / Counting rules"),
}
"""Published table → group, name, order and words in the bundle."""
SEEDS: dict[str, str] = {
    "date_rules": "日期口径 / Date rules", "measures": "度量 / Measures", "exclusion_reasons": "不计入的原因 / Reasons of exclusion",
    "calendar_years": "统计年度 / Calendar years", "index_tiers": "收录层级 / Index tiers", "index_tier_map": "收录与层级对应 / Indexes by tier",
    "award_weights": "奖励权重 / Weights of awards", "title_ranks": "职称级别 / Ranks of titles",
}  # fmt: skip
_KINDS: dict[str, Any] = {
    "VARCHAR": "text", "BIGINT": "whole", "INTEGER": "whole", "DOUBLE": "real", "BOOLEAN": "flag", "DATE": "day", "TIMESTAMP": "moment",
}  # fmt: skip
TRIES = 3
WAIT = timedelta(minutes=2)


class Behind(Exception):
    """The published figures do not hold every change of the snapshot."""


def make(
    store: Store, actor: Principal, out: Path, *, personal_data: bool, progress: exit_bundle.Progress | None = None, refreshing: Callable[[], bool] | None = None
) -> Made:
    """The bundle with the figures in force. Where changes are not in them yet, ``refreshing`` is asked to bring
    them up (False: nobody does), three times at most: a university that never stops writing leaves with figures of
    a moment before, and the manifest says how many changes came after."""
    tries = TRIES if refreshing is not None else 1
    while True:
        tries -= 1
        try:
            return exit_bundle.make(
                store, actor, out, personal_data=personal_data, figures=_Figures(actor, strict=tries > 0).read, versions={"models": code_hash()}, progress=progress,
            )  # fmt: skip
        except Behind:
            assert refreshing is not None
            if not refreshing():
                tries = 1


@dataclass(frozen=True)
class _Figures:
    actor: Principal
    strict: bool

    def read(self, uow: UnitOfWork) -> Figures:
        """What is published for the university; ``Behind`` where strict and it is not all there is."""
        code = self.actor.university_code
        manifest = publish.current(home())
        if manifest is None or code not in manifest.files:
            if self.strict:
                raise Behind
            return Figures()
        since = None
        if manifest.store_id:
            since = feed.waiting(uow, feed.Position(manifest.store_id, manifest.position), code)
        if self.strict and since != 0:
            raise Behind
        mart = reader.open_for(_office(self.actor))
        about = {
            "generation": mart.meta.generation, "as_of": mart.meta.as_of.isoformat() + "+00:00" if mart.meta.as_of else None,
            "local_day": local_time(mart.meta.as_of).date().isoformat() if mart.meta.as_of else None,
            "reconciled": mart.meta.reconciled, "held": mart.meta.held_reason, "changes_since": since,
        }  # fmt: skip
        return Figures([*_published(mart), *_seeds()], about)


def _office(actor: Principal) -> Principal:
    """The whole university's file, whoever of it asks."""
    return Principal(actor.account_id, actor.university_code, actor.username, actor.name, "system")


def _published(mart: reader.Mart) -> Iterator[Extra]:
    for table, (group, name, order, words) in PUBLISHED.items():
        columns = mart.rows("SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", (table,))
        heads = [Head(column, *_words(comment or column), _KINDS[kind]) for column, kind, comment in columns]
        yield Extra(group, name, *_words(words), heads, mart.rows(f"SELECT * FROM {table} ORDER BY {order}"))  # noqa: S608


def _words(comment: str) -> tuple[str, str]:
    """``"English / 中文"`` or the reverse, as (Chinese, English)."""
    first, _, second = comment.rpartition(" / ")
    first = first or second
    return (first, second) if second.isascii() and not first.isascii() else (second, first)


def _seeds() -> Iterator[Extra]:
    for name, words in SEEDS.items():
        with (DBT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        heads = [Head(column, column, column) for column in header]
        yield Extra("definitions", name, *_words(words), heads, [[value or None for value in row] for row in rows])


# --- fresh figures --------------------------------------------------------------------------------------


def refresh_here(store: Store) -> Callable[[], bool]:
    """For the command line: asks the running refresher, or refreshes in this process where none runs."""

    def now() -> bool:
        if processes.running("refresher"):
            return ask(store)
        from pipelines import refresh

        refresh.run(store, home())
        return True

    return now


def ask(store: Store) -> bool:
    """Request a refresh and wait until it is done; False where that takes longer than ``WAIT``."""
    with store.begin(ALL) as uow:
        number = refreshes.request(uow, exit_bundle.JOB)
    until = time.monotonic() + WAIT.total_seconds()
    while time.monotonic() < until:
        time.sleep(0.3)
        with store.read(ALL) as uow:
            asked, latest = refreshes.waiting(uow), refreshes.latest(uow)
        if (asked is None or number not in asked.ids) and (latest is None or latest.state != "running"):
            return True
    return False


# --- as a job ---------------------------------------------------------------------------------------------


def run_job(store: Store, work: jobs.Job) -> jobs.Outcome:
    """The office's request from its page: the file is kept for its maker alone, for a day."""
    with store.read(ALL) as uow:
        actor = jobs.actor_of(uow, work)
    personal_data = bool(work.parameters.get("personal_data"))
    _clear()
    export_id, path = exports.new(actor, file_stem(actor.university_code), "zip")
    told = time.monotonic()

    def progress(_stage: str, done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= 1.0 or done >= total:
            told = time.monotonic()
            jobs.progress(store, work.id, done, total)

    try:
        made = make(store, actor, path, personal_data=personal_data, progress=progress, refreshing=lambda: ask(store))
    except BaseException:
        exports.discard(export_id)
        raise
    result = {
        "export": export_id, "sha256": made.sha256, "size": made.size, "rows": made.rows, "records": made.records, "attachments": made.attachments,
        "missing": len(made.missing), "personal_data": personal_data, "as_of": made.as_of.isoformat(),
    }  # fmt: skip
    zh, en = sentence(made)
    return result, zh, en


def _clear() -> None:
    """What a killed process left of a bundle in the making."""
    for left in exports.folder().glob(".exit-*"):
        if time.time() - left.stat().st_mtime > exports.KEPT.total_seconds():
            shutil.rmtree(left, ignore_errors=True)


def file_stem(code: str) -> str:
    return f"{code}-exit-{local_time(utc_now()):%Y%m%d-%H%M%S}"


def sentence(made: Made) -> tuple[str, str]:
    """What came of it, in one sentence."""
    zh = f"迁出包已生成：{made.records:,} 条记录、{made.attachments:,} 个附件，{made.size / 1e6:.1f} MB"
    en = f"The exit bundle is made: {made.records:,} records, {made.attachments:,} attachments, {made.size / 1e6:.1f} MB"
    if made.missing:
        zh += f"；缺失附件 {len(made.missing)} 个，见清单"
        en += f"; {len(made.missing)} attachments are missing, see the manifest"
    return zh + "。", en + "."
