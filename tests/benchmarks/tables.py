"""Reading and annotating tables: run ``python -m tests.benchmarks.tables [ROWS]`` (default 100,000; also four times that).

Prints processor time (own and children's) of reading a workbook as a multiple of the bare reader (calamine) and a text
table as a multiple of ``csv.reader``, with the memory of both processes, and of writing the annotated file. Budgets:
a workbook at most 1.5 times the bare reader; four times the rows, four times the time.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from ingestion.exchange import tabular

WORDS = "基于深度学习的材料性能预测研究方法与应用面向复杂环境下智能"


def main(rows: int = 100_000) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        single = [measure(folder, count) for count in (rows, 4 * rows)]
        print(f"four times the rows: {single[1] / single[0]:.1f} times the time")


def cpu() -> float:
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def timed(work: Callable[[], object], times: int = 2) -> float:
    best = float("inf")
    for _ in range(times):
        before = cpu()
        work()
        best = min(best, cpu() - before)
    return best


def measure(folder: Path, count: int) -> float:
    book, text, out = folder / f"{count}.xlsx", folder / f"{count}.csv", folder / "out.xlsx"
    make(book, text, count)
    bare = timed(lambda: CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python())
    plain = timed(lambda: sum(1 for _ in csv.reader(text.open(encoding="utf-8", newline=""))))
    ours, ours_text = (timed(lambda path=path: sum(1 for _ in tabular.read(path).sheet().rows())) for path in (book, text))  # type: ignore[misc]
    read = tabular.read(book)
    again = timed(lambda: sum(1 for _ in read.sheet().rows()))
    marks = [tabular.Mark(row, 3, "不对", "wrong") for row in range(2, count, 10)]
    annotated = timed(lambda: tabular.annotate(read, out, marks, []), 1)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(
        f"{count:,} rows × 20: calamine {bare:.2f} s; read {ours:.2f} s = {ours / bare:.2f} × {'ok' if ours <= 1.5 * bare else 'OVER'}, "
        f"a second pass {again:.2f} s, reading process {child} MB\n"
        f"  text: csv {plain:.2f} s, read {ours_text:.2f} s = {ours_text / plain:.2f} ×; annotated file with {len(marks):,} wrong rows {annotated:.2f} s"
    )
    return ours


def make(book: Path, text: Path, count: int) -> None:
    made = random.Random(7)
    workbook = xlsxwriter.Workbook(str(book), {"constant_memory": True})
    sheet, day = workbook.add_worksheet("论文"), workbook.add_format({"num_format": "yyyy-mm-dd"})
    with text.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in range(count + 1):
            values: list[object] = [f"字段{n}" for n in range(20)]
            if row:
                values = [
                    "".join(made.choices(WORDS, k=20)), f"{row % 3000:05d}", "张伟", "计算机学院", date(2010, 1, 1) + timedelta(row % 5000),
                    row % 100, made.random() * 100, f"10.1000/abc{row:06d}", "SCI", "一区", "是", 2020 + row % 5, f"学报{row % 500}", "38", "4",
                    "12-19", "", f"WOS:{row:015d}", "英文", "中国",
                ]  # fmt: skip
            writer.writerow(values)
            for column, value in enumerate(values):
                sheet.write(row, column, value, *([day] if isinstance(value, date) else []))
    workbook.close()


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:2]))
