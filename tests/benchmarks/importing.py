"""Imports: run ``python -m tests.benchmarks.importing [RECORDS]``.

Papers with four authors, their units and an indexing, as a workbook and as CSV, through ``importing.import_file``
(reading, mapping, every rule of the type, duplicates, batches, audit), against writing the rows that came of it with
the driver alone into the same tables (keys, indexes and references stand, triggers do not: their rows are written
too). CPU seconds, with those of the processes it starts. Then at four times the size: time and memory. At last, how
long somebody else's list of papers takes while a process beside imports as many rows again.
"""

from __future__ import annotations

import csv
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from ingestion import accounts, search, settings
from ingestion.accounts import Grant
from ingestion.exchange import importing, layout
from ingestion.exchange.importing import Options
from ingestion.principal import Principal
from ingestion.store import setup
from ingestion.store.engine import Store, open_store
from tests.benchmarks.loading import CODE, PEOPLE, content, prepared, sqlite_floor
from tests.documents import issn

SYLLABLES = "数据融合智能分析方法研究复杂场景多源异构网络优化模型材料结构催化基因组学遥感影像金融风险治理教育改革"


def cpu() -> float:
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def rows(count: int, first: int = 0) -> Iterator[dict[str, Any]]:
    """Cells by column key, as an export writes them."""
    rng = random.Random(first)
    for i in range(first, first + count):
        title = "".join(rng.choices(SYLLABLES, k=24)) + f"之{i}"
        yield {
            "title": title, "paper_type": "1 期刊论文", "published_on": f"{2012 + i % 12}-0{1 + i % 9}-11", "venue": f"学报{i % 300}",
            "college_id": "C1 计算机学院", "journal_levels": "A A类", "publish_range": "1 国外学术期刊", "signature": "1 第一单位",
            "volume_issue_pages": f"{i % 40}({1 + i % 12}):{i % 90}-{i % 90 + 8}", "doi": f"10.1000/import.{i}", "issn": issn(i % 300),
            "authors.name": "\n".join(f"作者{(i + k) % 999}" for k in range(4)), "authors.person": f"{i % PEOPLE:05d}",
            "authors.kind": "校内\n校外\n校外\n校外", "authors.units": "江城大学[本校]\n外地大学\n外地大学\n外地大学",
            "authors.corresponding": "是", "indexings.index_code": "SCI SCI/SCIE 科学引文索引", "indexings.index_year": 2020,
            "indexings.accession_no": f"WOS:{i:015d}",
        }  # fmt: skip


def write_csv(path: Path, count: int, first: int = 0) -> Path:
    known = layout.by_key("paper")
    keys = list(next(rows(1)))
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([known[key].zh for key in keys])
        writer.writerows([row[key] for key in keys] for row in rows(count, first))
    return path


def write_xlsx(path: Path, count: int, first: int = 0) -> Path:
    known = layout.by_key("paper")
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("论文")
    keys = list(next(rows(1)))
    sheet.write_row(0, 0, [known[key].zh for key in keys])
    for n, row in enumerate(rows(count, first), start=1):
        sheet.write_row(n, 0, [row[key] for key in keys])
    book.close()
    return path


def store_for(folder: Path, name: str) -> tuple[Store, Principal]:
    store = open_store(f"sqlite:///{folder / name}.sqlite")
    setup.create(store)
    prepared(store)
    with store.begin(CODE) as uow:
        accounts.create_account(uow, None, CODE, "o1", "陈刚", grants=(Grant("office_admin"),))
        actor = accounts.principal_for(uow, CODE, "o1", "office_admin")
    with store.begin("*") as uow:  # 400,000 of these rows are 162 MB of CSV, the limit as delivered is 100
        settings.put(uow, accounts.system_principal(uow, CODE), "import_megabytes", 200)
    return store, actor


def load(folder: Path, name: str, path: Path) -> tuple[float, float, Store]:
    store, actor = store_for(folder, name)
    start, used = time.perf_counter(), cpu()
    outcome = importing.import_file(store, actor, "paper", path, Options(non_secret=True))
    spent = cpu() - used, time.perf_counter() - start
    assert outcome.counts["new"] == outcome.counts["read"], outcome.lines("zh")
    return *spent, store


def reading(store: Store, actor: Principal, until: Callable[[], bool]) -> list[float]:
    """Seconds of each look at the first page of the list, four a second, as the page asks for it."""
    out: list[float] = []
    while not until():
        start = time.perf_counter()
        with store.read(CODE) as uow:
            search.find(uow, actor, search.Query("paper"))
        out.append(time.perf_counter() - start)
        time.sleep(0.25)
    return out


def beside(store: Store, path: Path) -> None:
    """The list's time while ``path`` is imported by another process, against its time alone."""
    with store.read(CODE) as uow:
        actor = accounts.principal_for(uow, CODE, "o1", "office_admin")
    begun = time.monotonic()
    alone = reading(store, actor, lambda: time.monotonic() - begun > 10)
    program = [sys.executable, "-m", "tests.benchmarks.importing", "--import", str(store.engine.url), str(path)]
    with subprocess.Popen(program) as running:
        during = reading(store, actor, lambda: running.poll() is not None)
    assert running.returncode == 0
    p95 = [statistics.quantiles(some, n=20)[18] * 1000 for some in (alone, during)]
    middle = [statistics.median(some) * 1000 for some in (alone, during)]
    print(
        f"  the list beside an import: p95 {p95[1]:.0f} ms, alone {p95[0]:.0f} ms: {p95[1] / p95[0]:.2f}x (at most 2x); "
        f"in the middle {middle[1]:.0f} ms, alone {middle[0]:.0f} ms; {len(during)} looks"
    )


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["YANSHU_HOME"] = scratch
        floor = 0.0
        for kind, write, limit in (("xlsx", write_xlsx, 5), ("csv", write_csv, 4)):
            path = write(folder / f"papers.{kind}", count)
            used, wall, store = load(folder, kind, path)
            if not floor:
                floor = sqlite_floor(content(store), folder, False).cpu
            store.dispose()
            print(f"  {kind:<5} {count:,} records: {used:6.2f} s CPU, {wall:.2f} s; the rows alone {floor:.2f} s: {used / floor:.2f}x (at most {limit}x)", flush=True)
            (folder / f"{kind}.sqlite").unlink()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        used4, _wall, store = load(folder, "four", write_csv(folder / "four.csv", 4 * count))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"  csv   {4 * count:,} records: {used4:6.2f} s CPU: {used4 / used:.2f}x of a quarter (at most 4.4x); memory +{grown:.0f} MB", flush=True)
        beside(store, write_csv(folder / "beside.csv", 4 * count, 4 * count))
        store.dispose()


if __name__ == "__main__" and sys.argv[1:2] == ["--import"]:
    held = open_store(sys.argv[2])
    with held.read(CODE) as reader:
        office = accounts.principal_for(reader, CODE, "o1", "office_admin")
    importing.import_file(held, office, "paper", Path(sys.argv[3]), Options(non_secret=True))
elif __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
