"""What a signed snapshot of the year-end tables holds, and how its numbers follow from it.

``data/cells``: every cell as the form has it. ``data/evidence``: every record's part in every cell, and what was entered, from which the
cells are added up again. ``data/projects``, ``data/lines``: the lists. ``data/carry_over``: the balance of each project, next year's carry-over.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from dashboards.marts.drill import DoesNotAddUp
from dashboards.marts.returns import facts, projects, records
from dashboards.marts.returns.book import PROJECT_TABLES, Book, offered
from dashboards.marts.returns.checks import Previous
from dashboards.marts.returns.tables import Table as Form
from dashboards.marts.returns.tables import formulas, leaves, tables
from dashboards.marts.snapshots import Difference, Provider, Rows, Source
from ingestion import returns
from ingestion.snapshots import Table

CELLS = ("table", "row", "column", "state", "exact", "shown", "unit")
EVIDENCE = ("table", "row", "column", "record_id", "value")
LEFT_OUT = ("table", "record_id", "reason")
PEOPLE = {("ST7", "L2"), ("ST8", "L3")}
"""Columns of names: a snapshot names nobody."""
ENTRY = 0
"""Record id of what the office entered."""


def book_of(source: Source) -> Book:
    """The tables with the office's entries."""
    entered: dict[str, dict[tuple[str, str], int]] = {}
    with source.store.read(source.university_code) as uow:
        for (sheet, row, column), value in returns.standing(uow, source.university_code, source.year).items():
            entered.setdefault(sheet, {})[row, column] = value
    return Book(source.mart, source.year, entered)


def previous_of(number: str, rows: Rows) -> Previous:
    """What a signed snapshot of last year says is carried over; ``rows``: its data/cells and data/carry_over."""
    totals = {row["table"]: Decimal(row["exact"]) for row in rows["data/cells"] if (row["table"], row["row"]) in (("ST2", "37"), ("SK-FUND", "36")) and row["exact"]}
    return Previous(number, totals, {(row["table"], int(row["record_id"])): Decimal(row["balance"]) for row in rows["data/carry_over"]})


def content(source: Source) -> Iterator[Table]:
    """Raises ``DoesNotAddUp`` where the records do not give a cell."""
    book = book_of(source)
    cells: list[tuple[Any, ...]] = []
    evidence: list[tuple[Any, ...]] = []
    left_out: list[tuple[Any, ...]] = []
    listed: list[tuple[Any, ...]] = []
    for form in offered():
        if form.kind == "line-list":
            listed += _list(book, form, left_out)
        else:
            _draft(book, form, cells, evidence, left_out)
    _, wrong = recompute({"data/cells": _text(CELLS, cells), "data/evidence": _text(EVIDENCE, evidence)})
    if wrong:
        raise DoesNotAddUp(wrong[0].zh, wrong[0].file)
    yield Table("data", "cells", "单元格", "Cells", CELLS, cells)
    yield Table("data", "evidence", "每条记录计入的单元格", "Cells each record stands in", EVIDENCE, evidence)
    yield Table("data", "left_out", "未计入的记录", "Records left out", LEFT_OUT, left_out)
    yield Table("data", "lines", "逐项表", "Lists", ("table", "record_id", "column", "value"), listed)
    yield Table("data", "carry_over", "各项目结余", "Balances of projects", ("table", "record_id", "carried", "received", "spent", "balance"), list(_balances(book)))
    said = [(form.code, check.code, check.state, check.zh, check.found_zh, len(check.records)) for form in offered() for check in book.checks(form.code)]
    yield Table("checks", "returns", "年底统计检查", "Checks of the year-end tables", ("table", "check", "state", "rule", "found", "records"), said)
    forms = [(form.code, axis, head.code, head.zh, head.en, head.unit, head.rule) for form in tables().values() for axis, heads in (("row", form.rows), ("column", form.columns)) for head in heads]
    yield Table("definitions", "returns_forms", "年底统计报表结构", "Forms of the year-end tables", ("table", "axis", "code", "zh", "en", "unit", "rule"), forms)


def _draft(book: Book, form: Form, cells: list[tuple[Any, ...]], evidence: list[tuple[Any, ...]], left_out: list[tuple[Any, ...]]) -> None:
    draft = book.draft(form.code)
    for row in form.rows:
        for column in form.columns:
            cell = draft.cell(row.code, column.code)
            if cell.state == "blank":
                continue
            cells.append((form.code, row.code, column.code, cell.state, _number(cell.exact), _number(cell.shown), form.unit_of((row.code, column.code)).unit))
            if cell.state == "entered":
                evidence.append((form.code, row.code, column.code, ENTRY, _number(cell.exact)))
    for row_code, column_code, reason, record_id, value in book.mart.rows(
        f"SELECT row, col, reason, record_id, cast(sum(value) AS DECIMAL(28, 6)) FROM ({facts.of(form, book.year)}) GROUP BY ALL ORDER BY row, col, record_id, reason"  # noqa: S608 - our own statement
    ):
        if reason is None:
            evidence.append((form.code, row_code, column_code, record_id, _number(value)))
        else:
            left_out.append((form.code, record_id, reason))


def _list(book: Book, form: Form, left_out: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    if form.code in PROJECT_TABLES.values():
        found = book.projects(form.system)
        left_out += [(form.code, one.item_id, one.reason) for one in found if one.reason]
        rows = [(one.item_id, line) for one, line in projects.lines(found, form)]
    elif form.code in records.LISTS:
        left_out += [(form.code, one.record_id, one.reason) for one in book.lines(form.code) if one.reason]
        rows = [(one.record_id, dict(one.values)) for one in book.lines(form.code) if not one.reason]
    else:
        return
    for record_id, values in rows:
        for head in form.columns:
            if head.code in values and (form.code, head.code) not in PEOPLE:
                yield form.code, record_id, head.code, _plain(values[head.code])


def _balances(book: Book) -> Iterator[tuple[Any, ...]]:
    for system, code in PROJECT_TABLES.items():
        for one in book.projects(system):
            yield code, one.item_id, _number(one.carried), _number(one.received), _number(one.spent), _number(one.carried + one.received - one.spent)


def recompute(rows: Rows) -> tuple[int, list[Difference]]:
    """Every cell from the records and entries in it."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    for row in rows["data/evidence"]:
        key = (row["table"], row["row"], row["column"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["value"])
    tried, wrong = 0, []
    for cell in rows["data/cells"]:
        if not cell["exact"]:
            continue
        tried += 1
        code, row, column = cell["table"], cell["row"], cell["column"]
        made = formulas(code).get(row)
        own = leaves(code, row) if made else {row: 1}
        expected = sum((sign * sums.get((code, leaf, column), Decimal(0)) for leaf, sign in own.items()), Decimal(0))
        if abs(expected - Decimal(cell["exact"])) > Decimal("0.001"):
            wrong.append(Difference("data/cells", f"{code} 行 {row} 列 {column} 为 {cell['exact']}，按明细应为 {expected}", f"{code} row {row} column {column} is {cell['exact']}; its records give {expected}"))
    return tried, wrong


def _number(value: Any) -> str:
    """A plain decimal without trailing zeros; empty for none."""
    if value is None:
        return ""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Any) -> str:
    return _number(value) if isinstance(value, Decimal) else "" if value is None else str(value)


def _text(header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[dict[str, str]]:
    return [dict(zip(header, map(str, row), strict=True)) for row in rows]


PROVIDER = Provider(content, recompute)
