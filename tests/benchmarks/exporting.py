"""Ratios of sheets: run ``python -m tests.benchmarks.exporting [ROWS] [READ_ROWS]``.

Prints, on SQLite: the export of ROWS papers against xlsxwriter (constant memory) writing the same cells, with
processor seconds and peak memory of each in a process of its own; the growth of time and memory at 4 x ROWS; and
microseconds a row of ``layout.read``, of the catalogue's check behind it, and of ``layout.cells``.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from ingestion import bulk
from ingestion.catalog import validate
from ingestion.exchange import export, layout
from ingestion.exchange.export.rows import Sheet, ids_of
from ingestion.principal import Principal
from ingestion.search import Query
from ingestion.store import setup
from ingestion.store.engine import Store, open_store, today
from tests import documents, universe

ROWS, READ_ROWS = 20_000, 20_000


def papers(place: documents.Place, people: dict[int, str], first: int, count: int) -> Iterator[dict[str, Any]]:
    """Papers as a university has them: three authors, two indexings, about thirty columns filled."""
    left_out = ("abstract", "conference_name", "conference_place", "conference_on", "proceedings_publisher", "online_on", "reprints",
                "is_translation", "is_from_foreign", "with_industry", "with_local", "with_international", "interdisciplinary")  # fmt: skip
    numbers = sorted(people)
    for n in range(first, first + count):
        paper = documents.valid("paper", place, n)
        for name in left_out:
            paper.pop(name, None)
        paper["title"] = f"基于深度学习的第{n}种方法及其在长江中游典型流域应用中的研究"
        paper["published_on"] = f"{2015 + n % 10}-{n % 12 + 1:02d}-{n % 28 + 1:02d}"
        paper["doi"] = f"10.1000/bench.{n:08d}"
        paper["indexings"] = [{"index_code": "SCI", "index_year": 2025}, {"index_code": "EI", "index_year": 2025}]
        own = numbers[n % len(numbers)]
        paper["contributors"] = [
            {"role": "author", "rank": 1, "kind": "staff", "person_id": own, "name": people[own], "affiliations": [{"name": "江城大学", "is_own": True}]},
            {"role": "author", "rank": 2, "kind": "external", "name": "Zhang, Wei", "affiliations": [{"name": "武汉大学", "is_own": False}]},
            {"role": "author", "rank": 3, "kind": "external", "name": "李娜", "affiliations": [{"name": "武汉大学", "is_own": False}]},
        ]  # fmt: skip
        yield paper


def filled(folder: Path, rows: int) -> tuple[str, Principal]:
    url = f"sqlite:///{folder}/store.sqlite"
    store = open_store(url)
    setup.create(store)
    made = universe.build(store)
    place = documents.Place(made.person("r1"), "张伟", made.C1, "江城大学")
    with store.begin(universe.T1) as uow:
        items = (bulk.BulkItem(paper, college_id=made.C1) for paper in papers(place, {made.person("r1"): "张伟"}, 1, rows))
        bulk.load(uow, made.o1, "paper", items, checked=True)
    store.dispose()
    return url, made.o1


def ours(url: str, actor: Principal, rows: int, out: Path, _cells: Path) -> None:
    query = Query("paper", order="id")
    with _limited(rows):
        made = export.make(open_store(url), actor, export.Request("paper", "xlsx", query), out)
    assert made.rows == rows


def floor(_url: str, _actor: Principal, _rows: int, out: Path, cells: Path) -> None:
    """The same cells from a file, written as plainly as the library allows."""
    with xlsxwriter.Workbook(str(out), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        line = 0
        with cells.open("rb") as source:
            while True:
                try:
                    chunk = pickle.load(source)
                except EOFError:
                    break
                for row in chunk:
                    for position, value in enumerate(row):
                        if value is not None:
                            sheet.write(line, position, value)
                    line += 1


def idle(_url: str, _actor: Principal, _rows: int, _out: Path, _cells: Path) -> None:
    """What the process takes without writing anything."""


class _limited:
    """Lets an export see only the first papers, so that one store serves all sizes."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def __enter__(self) -> None:
        from ingestion.exchange.export import making

        self._whole = making.ids_of
        making.ids_of = lambda uow, actor, request: self._whole(uow, actor, request)[: self.rows]  # type: ignore[assignment]

    def __exit__(self, *_exc: object) -> None:
        from ingestion.exchange.export import making

        making.ids_of = self._whole


def save_cells(url: str, actor: Principal, rows: int, path: Path) -> None:
    store: Store = open_store(url)
    request = export.Request("paper", "xlsx", Query("paper", order="id"))
    with store.read(actor.university_code) as uow, path.open("wb") as target:
        look = layout.load(uow, actor, "paper", reading=False)
        chunk = []
        for row in Sheet(uow, actor, request, look).rows(ids_of(uow, actor, request)[:rows]):
            chunk.append(row)
            if len(chunk) == 500:
                pickle.dump(chunk, target)
                chunk = []
        pickle.dump(chunk, target)
    store.dispose()


def measured(work: Callable[..., None], *arguments: Any) -> tuple[float, float]:
    """Processor seconds and peak megabytes of a call in a process of its own; imports are not counted."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        found: tuple[float, float] = pool.apply(_alone, (work, arguments))
    return found


def _alone(work: Callable[..., None], arguments: tuple[Any, ...]) -> tuple[float, float]:
    start = time.process_time()
    work(*arguments)
    spent = time.process_time() - start
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))  # ru_maxrss remembers the parent's
    return spent, int(peak.split()[1]) / 1024


def main(rows: int, read_rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url, actor = filled(folder, rows * 4)
        for times in (1, 4):
            count, cells, out = rows * times, folder / f"cells{times}", folder / "out.xlsx"
            save_cells(url, actor, count, cells)
            runs = [(measured(ours, url, actor, count, out, cells), measured(floor, url, actor, count, out, cells)) for _ in range(2 if times == 1 else 1)]
            (our_seconds, our_memory), (floor_seconds, floor_memory) = min(a for a, _b in runs), min(b for _a, b in runs)
            _, base = measured(idle, url, actor, count, out, cells)
            print(
                f"export of {count:,} papers: {our_seconds:.1f} s, {our_seconds / floor_seconds:.2f} x xlsxwriter constant_memory ({floor_seconds:.1f} s); "
                f"memory +{our_memory - base:.0f} MB (xlsxwriter +{floor_memory - base:.0f} MB); {our_seconds / count * 1e6:.0f} us a row"
            )
    reading(read_rows)


def reading(rows: int) -> None:
    look = layout.Look(own_names=("江城大学",))
    look.people = {i: layout.Known(i, f"{i:05d}", f"张{chr(0x4E00 + i)}", "计算机学院") for i in range(1, 3000)}
    look.pickable = {one.number: one for one in look.people.values()}
    look.units = {1: layout.Known(1, "C1", "计算机学院")}
    place = documents.Place(1, look.people[1].name, 1, "江城大学")
    sheets = [layout.cells("paper", paper, {}, look) for paper in papers(place, {i: o.name for i, o in look.people.items()}, 1, rows)]
    context = validate.Context(today(), parsed=True)
    documents_ = [layout.read("paper", cells, look).document for cells in sheets]
    gc.collect()
    gc.freeze()
    step = 2000
    for label, work, given in (
        ("layout.read", lambda one: layout.read("paper", one, look), sheets),
        ("the check behind it", lambda one: validate.problems("paper", one, context), documents_),
        ("layout.cells", lambda one: layout.cells("paper", one, {}, look), documents_),
    ):
        best = float("inf")
        for begin in range(0, rows, step):
            some = given[begin : begin + step]
            start = time.process_time()
            for one in some:
                work(one)
            best = min(best, (time.process_time() - start) / len(some))
        print(f"{label}: {best * 1e6:.0f} us a row of {len(sheets[0])} cells")


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:]]
    main(*(sizes + [ROWS, READ_ROWS][len(sizes) :]))
