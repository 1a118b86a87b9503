"""Ratios of the exit bundle: run ``python -m tests.benchmarks.leaving [PAPERS]``.

On SQLite, each measurement in a process of its own: making the bundle of a university with PAPERS papers against
xlsxwriter (constant memory) writing the rows of its largest tables alone, checking and importing it against reading
every file's bytes once, and how time and memory grow at 4 x PAPERS. CPU seconds, because machines are shared.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import xlsxwriter

from ingestion import accounts, codes
from ingestion.exchange import exit_bundle
from ingestion.store import setup
from ingestion.store.engine import ALL, open_store
from tests.benchmarks.exporting import filled
from tests.universe import T1

PAPERS = 5_000


def make(url: str, _folder: Path, bundle: Path) -> None:
    store = open_store(url)
    with store.read(ALL) as uow:
        actor = accounts.system_principal(uow, T1)
    exit_bundle.make(store, actor, bundle)


def workbooks(_url: str, folder: Path, bundle: Path) -> None:
    """The same rows from Parquet into bare workbooks: nothing named, nothing shown beside a code."""
    with zipfile.ZipFile(bundle) as packed:
        for name in packed.namelist():
            if not name.startswith("data/parquet/"):
                continue
            with packed.open(name) as member:
                table = pq.read_table(member)
            with xlsxwriter.Workbook(str(folder / "floor.xlsx"), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
                sheet = book.add_worksheet()
                for line, row in enumerate(zip(*(column.to_pylist() for column in table.columns), strict=True)):
                    for position, value in enumerate(row):
                        if value is not None:
                            sheet.write(line, position, value if isinstance(value, int | float | str) else str(value))


def load(_url: str, folder: Path, bundle: Path) -> None:
    store = open_store(f"sqlite:///{folder / 'new.sqlite'}")
    with exit_bundle.opened(bundle) as found:
        exit_bundle.load(store, found)


def rows(_url: str, folder: Path, bundle: Path) -> None:
    """Every Parquet row as Python values, and every byte once."""
    with zipfile.ZipFile(bundle) as packed:
        for name in packed.namelist():
            with packed.open(name) as member:
                if name.startswith("data/parquet/"):
                    for batch in pq.ParquetFile(member).iter_batches(2000):
                        batch.to_pylist()
                else:
                    while member.read(1 << 20):
                        pass


def measured(work: Callable[..., None], *arguments: Any) -> tuple[float, float]:
    """CPU seconds and peak memory in MB of a process that does this and nothing else."""
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    process = context.Process(target=_measure, args=(answers, work, *arguments))
    process.start()
    found: tuple[float, float] = answers.get()
    process.join()
    return found


def _measure(answers: Any, work: Callable[..., None], *arguments: Any) -> None:
    start = time.process_time()
    work(*arguments)
    answers.put((time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main(papers: int) -> None:
    known: dict[int, list[tuple[float, float]]] = {}
    for count in (papers, 4 * papers):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            os.environ["YANSHU_HOME"] = str(folder)
            url, _ = filled(folder, count)
            empty = open_store(f"sqlite:///{folder / 'new.sqlite'}")
            setup.create(empty)
            with empty.begin(ALL) as uow:
                codes.load_built_in(uow)
                accounts.initialise(uow, "42", "省教育厅", "admin", "省厅管理员")
            empty.dispose()
            bundle = folder / "bundle.zip"
            known[count] = [measured(work, url, folder, bundle) for work in (make, workbooks, load, rows)]
            made, floor, loaded, read = known[count]
            print(f"{count} papers, {bundle.stat().st_size / 1e6:.1f} MB")
            print(f"  making {made[0]:.1f} s, {made[0] / floor[0]:.2f} x the bare workbooks, {made[1]:.0f} MB")
            print(f"  importing {loaded[0]:.1f} s, {loaded[0] / read[0]:.2f} x reading it, {loaded[1]:.0f} MB")
    small, large = known[papers], known[4 * papers]
    print(f"4 x the papers: making {large[0][0] / small[0][0]:.1f} x, {large[0][1] - small[0][1]:+.0f} MB; importing {large[2][0] / small[2][0]:.1f} x, {large[2][1] - small[2][1]:+.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PAPERS)
