"""The values of an evaluation with some pending records approved: the store as it is with only that changed, through the
same models, in a database that is thrown away. Nothing is written."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dashboards.marts import reader
from dashboards.marts.evaluation import values
from dashboards.marts.reader import Mart
from ingestion import assumptions, jobs
from ingestion.store.engine import ALL, Store, home, utc_now
from pipelines import past


def run_job(store: Store, work: jobs.Job) -> jobs.Outcome:
    """The leaves' values as the result: ``{"values": {leaf: [value, records, numerator, denominator]}}``."""
    records, year = [int(one) for one in work.parameters["records"]], int(work.parameters["year"])
    with store.read(ALL) as uow:
        actor = jobs.actor_of(uow, work)
        assumptions.known(uow, actor, records)
    with tempfile.TemporaryDirectory(dir=home(), prefix=".what-if-") as folder:
        out = Path(folder) / "assumed.duckdb"
        past.make(store, home(), utc_now(), actor.university_code, out, approved=frozenset(records))
        meta = reader.meta_of(str(out))
        found = values.of_university(Mart(str(out), meta, "university"), year)
        reader.let_go(str(out))
    told = {code: [one.value, one.records, one.numerator, one.denominator] for code, one in found.items()}
    return {"values": told}, f"已按假设重算 {len(records)} 条记录。", f"{len(records)} records were assumed approved."
