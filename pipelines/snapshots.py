"""Signed snapshots: a university's figures of a year with definitions, code version, checks and hashes, signed and kept.

What a purpose holds comes from its provider; definitions and results of checks are added to every one. A snapshot is made
of one published file, so nothing moves meanwhile, and checked by working its numbers out again from its own tables.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from dashboards.marts import exports, reader
from dashboards.marts.snapshots import Provider, Source
from ingestion import feed, jobs, permissions, snapshots, vault
from ingestion.principal import OperationError, Principal
from ingestion.snapshots import About, Fault, Snapshot, Table
from ingestion.store.engine import ALL, Store, home, today
from ingestion.store.platform import finding
from pipelines import publish
from pipelines.codegen import DBT
from pipelines.transform import code_hash

FIRST_YEAR = 1990
SEEDS: dict[str, tuple[str, str]] = {
    "date_rules": ("日期口径", "Date rules"), "measures": ("度量", "Measures"), "exclusion_reasons": ("不计入的原因", "Reasons of exclusion"),
    "index_tiers": ("收录层级", "Index tiers"), "index_tier_map": ("收录与层级对应", "Indexes by tier"), "award_weights": ("奖励权重", "Weights of awards"),
}  # fmt: skip
MARTS: dict[str, tuple[str, str, str, str]] = {
    "dim_indicator": ("definitions", "indicators", "指标", "Indicators"),
    "dim_rule": ("definitions", "counting_rules", "计数方法", "Counting rules"),
    "rpt_reconciliation": ("checks", "reconciliation", "与数据库对账", "Reconciliation with the store"),
    "rpt_balance": ("checks", "balances", "项目余额对账", "Balances of projects"),
}
"""Published table → group, name and words in every snapshot."""


def providers() -> Mapping[str, Provider]:
    """Purpose → who gives its tables. Imported when first asked."""
    from dashboards.marts.evaluation import content
    from dashboards.marts.returns import content as returns

    return {"evaluation": content.PROVIDER, "moe": returns.PROVIDER}


def create(store: Store, actor: Principal, year: int, purpose: str) -> Snapshot:
    """Sign the actor's university's published figures. Raises ``OperationError`` for a purpose or year that is none, and
    where the figures are held back or not reconciled; ``DoesNotAddUp`` where a number does not follow from its records."""
    permissions.require(actor, "sign_figures")
    known = providers()
    if purpose not in known:
        offered = "、".join(sorted(known))
        raise OperationError(f"没有“{purpose}”这种用途；可用：{offered}。", f"There is no purpose “{purpose}”; there are: {', '.join(sorted(known))}.")
    if not FIRST_YEAR <= year <= today().year:
        raise OperationError(f"年度“{year}”应在 {FIRST_YEAR} 到 {today().year} 之间。", f"The year “{year}” must lie between {FIRST_YEAR} and {today().year}.")
    mart = reader.open_for(replace(actor, role="system"))
    if not mart.meta.reconciled:
        raise exports.NotReconciled
    if mart.meta.held_reason:
        zh, en = mart.meta.held_reason, mart.meta.held_reason_en or mart.meta.held_reason
        raise OperationError(f"新数据未发布，不能签名。未通过的检查：{zh}", f"New figures are held back, so nothing can be signed. Failed checks: {en}")
    source = Source(mart, actor.university_code, year, store)
    packed = snapshots.pack([*known[purpose].tables(source), *_common(source)])
    with store.begin(actor.university_code) as uow:
        about = About(year, purpose, mart.meta.generation, mart.meta.as_of or datetime.min, code_hash(), _changes_since(uow, actor.university_code))
        return snapshots.sign(uow, actor, about, packed)


def _changes_since(uow: Any, code: str) -> int | None:
    manifest = publish.current(home())
    if manifest is None or not manifest.store_id:
        return None
    return feed.waiting(uow, feed.Position(manifest.store_id, manifest.position), code)


def _common(source: Source) -> Iterator[Table]:
    """What every snapshot carries besides its figures: definitions, and what the checks said."""
    for table, (group, name, zh, en) in MARTS.items():
        columns = [row[0] for row in source.mart.rows("SELECT column_name FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", (table,))]
        yield Table(group, name, zh, en, columns, source.mart.rows(f"SELECT * FROM {table} ORDER BY ALL"))  # type: ignore[arg-type]  # noqa: S608
    for name, (zh, en) in SEEDS.items():
        with (DBT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        yield Table("definitions", name, zh, en, header, rows)
    f = finding.c
    with source.store.read(source.university_code) as uow:
        open_ones = uow.conn.execute(
            select(f.severity, f.rule, f.source, func.count()).where(f.university_code == source.university_code, f.closed_at.is_(None))
            .group_by(f.severity, f.rule, f.source).order_by(f.severity, f.rule, f.source)
        ).all()  # fmt: skip
    yield Table("checks", "findings", "未解决的数据质量问题", "Open findings of data quality", ("severity", "rule", "source", "count"), [tuple(row) for row in open_ones])


def run_job(store: Store, work: jobs.Job) -> jobs.Outcome:
    """What a page asked for."""
    with store.read(ALL) as uow:
        actor = jobs.actor_of(uow, work)
    made = create(store, actor, int(work.parameters["year"]), str(work.parameters["purpose"]))
    return {"snapshot": made.id, "number": made.number}, f"快照 {made.number} 已签名。", f"Snapshot {made.number} is signed."


@dataclass(frozen=True)
class Verdict:
    """What came of checking a snapshot. ``numbers``: how many were worked out again; ``registered``: whether this
    installation's register names it, None where it did not sign it."""

    faults: list[Fault]
    manifest: dict[str, Any]
    numbers: int
    registered: bool | None

    @property
    def holds(self) -> bool:
        return not self.faults


def verify(path: Path, key: str | None = None, store: Store | None = None) -> Verdict:
    """Every byte, the signature by ``key`` (this installation's where none is given), every number again from its records,
    and, with a ``store``, the register."""
    checked = snapshots.verify(path, key or vault.public_key())
    faults, manifest = list(checked.faults), dict(checked.opened.manifest) if checked.opened else {}
    tried, registered = 0, None
    if checked.opened is not None and not faults:
        provider = providers().get(str(manifest.get("purpose")))
        if provider is None:
            faults.append(Fault("manifest.json", f"不认识的用途“{manifest.get('purpose')}”", f"the purpose “{manifest.get('purpose')}” is not known"))
        else:
            tried, wrong = provider.recompute(checked.opened.tables)
            faults += [Fault(one.file, one.zh, one.en) for one in wrong]
        if store is not None:
            registered = _registered(store, path, manifest)
            if registered is False:
                faults.append(Fault(path.name, "与登记的校验值不一致", "it does not have the hash that was registered"))
    return Verdict(faults, manifest, tried, registered)


def _registered(store: Store, path: Path, manifest: Mapping[str, Any]) -> bool | None:
    with store.read(ALL) as uow:
        kept = snapshots.standing(uow, str(manifest["id"]), str(manifest["university"]["code"]))
    if kept is None:
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == kept

