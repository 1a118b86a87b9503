"""The documents a night writes below ``$YANSHU_HOME/documents``: results of the checks (Data Docs), and the models (dbt).

Nobody opens these files by themselves: the app serves them behind its own permission (``dashboards/http/documents.py``).
The province reads the checks of all universities together, a university those that concern it.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from pathlib import Path

import duckdb

from expectations import documents as drawing
from expectations import marts
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.store.engine import utc_now
from pipelines import quality
from pipelines.batch import Batch
from pipelines.codegen import DBT
from pipelines.refresh import lock
from pipelines.transform import Transformer

EVERYBODY = "all"
WORDS: dict[str, tuple[str, str]] = {
    "record": ("记录头", "Record headers"),
    "contributor": ("完成人", "Contributors"),
    "record_key": ("唯一编号", "Natural keys"),
    "rpt_reconciliation": ("对账", "Reconciliation"),
    "rpt_balance": ("经费余额", "Project balances"),
    "fct_measure": ("度量", "Measures"),
    "rpt_indicator": ("指标", "Indicators"),
    **{record_type.id: (record_type.zh, record_type.en) for record_type in ALL_RECORDS.values()},
}
"""A suite's name in both languages."""

OF_EVERY_UNIVERSITY = frozenset(suite.name for suite in marts.SUITES)
"""Suites drawn for each university; others only where one of its rows fails them, which keeps a night of 129
universities at minutes (a page costs a quarter of a second)."""


def folder(home: Path) -> Path:
    return home / "documents"


def checks(home: Path) -> int:
    """Run every suite on every row and write what came of it; returns how many pages there are. Raises ``Busy``
    where a refresh does not end."""
    new = folder(home) / "checks.new"
    shutil.rmtree(new, ignore_errors=True)
    with lock(home):
        with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
            pages = _checks(con, new)
    old = folder(home) / "checks.old"
    shutil.rmtree(old, ignore_errors=True)
    standing = folder(home) / "checks"
    if standing.exists():
        standing.rename(old)
    new.rename(standing)
    shutil.rmtree(old, ignore_errors=True)
    return pages


def _checks(con: duckdb.DuckDBPyConnection, root: Path) -> int:
    universities = [code for (code,) in con.execute("SELECT university_code FROM core.dim_university ORDER BY 1").fetchall()]
    failing = set(con.execute("SELECT DISTINCT university_code, suite FROM pipeline.failed").fetchall())
    everything = Batch(True, 0, frozenset(universities), frozenset())
    lines: dict[str, list[dict[str, object]]] = {site: [] for site in (EVERYBODY, *universities)}
    for suite, source in [*quality.of_raw(con, everything), *quality.of_marts(everything)]:
        frame = quality.frame_of(con, suite, source)
        sites = {EVERYBODY: frame}
        for code in universities:
            if suite.name in OF_EVERY_UNIVERSITY or (code, suite.name) in failing:
                sites[code] = frame[frame["university_code"] == code].reset_index(drop=True)
        for site, rows in sites.items():
            page = drawing.page(suite, rows)
            zh, en = WORDS[suite.name]
            lines[site].append({"suite": suite.name, "zh": zh, "en": en, "rows": page.rows, "checks": page.checks, "failed": page.failed})
            if page.html:
                (root / site).mkdir(parents=True, exist_ok=True)
                (root / site / f"{suite.name}.html").write_text(page.html, encoding="utf-8")
    at = utc_now().isoformat()
    for site, suites in lines.items():
        (root / site).mkdir(parents=True, exist_ok=True)
        (root / site / "index.json").write_text(json.dumps({"at": at, "suites": suites}, ensure_ascii=False), encoding="utf-8")
    return sum(len(suites) for suites in lines.values())


def models(transformer: Transformer) -> int:
    """dbt's page of sources, models, columns, tests and their lineage, as one file of its own; returns its bytes."""
    with lock(transformer.home):
        page = transformer.documents()
    root = folder(transformer.home)
    root.mkdir(parents=True, exist_ok=True)
    draft = root / "models.tmp"
    draft.write_bytes(gzip.compress(at_home(page).encode(), 6))
    os.replace(draft, root / "models.html.gz")
    return (root / "models.html.gz").stat().st_size


def at_home(page: str) -> str:
    """Without the paths of this machine and without addresses its statistics would be sent to."""
    page = page.replace(str(DBT), "dbt").replace(json.dumps(str(DBT))[1:-1], "dbt")
    return re.sub(r"(?:https?:)?//(?:fuzzed|www)\.getdbt\.com/?|fishtownanalytics\.sinter-collect\.com", "", page)
