"""The ministry's year-end tables as declared in the csv files beside: layout, formulas, what the office enters, and by
which code a voucher falls into which row.

A table's cells are named by row and column code; a vector has one column, VALUE. Money is in fen until it is shown, in
whole 千元.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ingestion.catalog import codelists

FOLDER = files("dashboards.marts.returns").joinpath("declared")
VALUE = "V"
THOUSAND = 100_000
"""Fen in 千元, the unit of all money in these tables."""

Place = tuple[str, str]
"""Row and column of a cell."""


@dataclass(frozen=True)
class Head:
    """A row or column: its code, name and, of a column or a vector's row, unit."""

    code: str
    zh: str
    en: str
    unit: str = ""
    parent: str = ""
    rule: str = ""

    @property
    def is_money(self) -> bool:
        return "千元" in self.unit or "百元" in self.unit


@dataclass(frozen=True)
class Table:
    """One table of a system: ``ST`` (science and technology) or ``SK`` (social sciences). ``kind``: vector, matrix
    or line-list (one row an item)."""

    system: str
    code: str
    zh: str
    en: str
    kind: str
    rows: tuple[Head, ...]
    columns: tuple[Head, ...]

    @property
    def subject_class(self) -> str:
        """Code of list subject_class: whose records the table counts."""
        return "1" if self.system == "ST" else "2"

    def row(self, code: str) -> Head:
        return next(head for head in self.rows if head.code == code)

    def column(self, code: str) -> Head:
        return next(head for head in self.columns if head.code == code)

    def unit_of(self, place: Place) -> Head:
        """The head that says the unit of a cell."""
        return self.row(place[0]) if self.kind == "vector" else self.column(place[1])


@cache
def tables() -> dict[str, Table]:
    """All tables by code, in the order of the form book."""
    grouped: dict[str, list[dict[str, str]]] = {}
    for line in _read("stat_tables.csv"):
        grouped.setdefault(line["table"], []).append(line)
    return {code: _table(lines) for code, lines in grouped.items()}


def _table(lines: list[dict[str, str]]) -> Table:
    first = lines[0]
    heads = {axis: tuple(_head(line) for line in lines if line["axis"] == axis) for axis in ("row", "col")}
    columns = heads["col"] or (Head(VALUE, "金额", "Amount", "千元"),)
    if first["table"] in BLOCKED:
        heads["row"] = tuple(head for block in blocks(first["table"]) for head in block.rows)
    return Table(first["system"], first["table"], first["table_zh"], first["table_en"], first["kind"], heads["row"], columns)


BLOCKED = {"SK3": "SQA", "SK2": "S"}
"""Tables whose rows are code lists: one block a list."""


@dataclass(frozen=True)
class Block:
    """One breakdown of SK3: a total, a row for each code, and one for what has none."""

    prefix: str
    column: str
    rows: tuple[Head, ...]

    @property
    def total(self) -> str:
        return self.rows[0].code

    @property
    def other(self) -> str:
        return self.rows[-1].code


@cache
def blocks(table: str = "SK3") -> tuple[Block, ...]:
    """The blocks of a table of BLOCKED."""
    out = []
    for line in _read("sk3_rows.csv"):
        if line["block"] not in BLOCKED[table]:
            continue
        prefix = line["block"]
        items = [Head(f"{prefix}{item.code}", item.label_zh, item.label_en, parent=f"{prefix}T") for item in codelists.BUILT_IN[line["list"]].items]
        total, other = Head(f"{prefix}T", line["total_zh"], line["total_en"]), Head(f"{prefix}X", line["other_zh"], line["other_en"], parent=f"{prefix}T")
        out.append(Block(prefix, line["column"], (total, *items, other)))
    return tuple(out)


def _head(line: dict[str, str]) -> Head:
    return Head(line["code"], line["name_zh"], line["name_en"], line["unit"], line["parent"], line["rule"])


@cache
def formulas(table: str) -> dict[str, tuple[tuple[int, str], ...]]:
    """Row → the rows it is made of, with their signs. What stands in the row itself is added to them."""
    out: dict[str, tuple[tuple[int, str], ...]] = {}
    if table in BLOCKED:
        return {block.total: tuple((1, head.code) for head in block.rows[1:]) for block in blocks(table)}
    for line in _read("formulas.csv"):
        if line["table"] == table:
            signed = line["parts"].replace("-", "+-").split("+")
            out[line["row"]] = tuple((-1, part[1:]) if part.startswith("-") else (1, part) for part in signed)
    return out


@cache
def within(table: str) -> dict[str, str]:
    """Row (其中) → the row that holds it too."""
    return {line["row"]: line["within"] for line in _read("within.csv") if line["table"] == table}


@cache
def entered(table: str) -> dict[Place, tuple[str, str]]:
    """Cell the office enters → why the records cannot tell it, in both languages. Totals are made of the cells entered."""
    out: dict[Place, tuple[str, str]] = {}
    for line in _read("entered.csv"):
        if line["table"] == table:
            rows = [head.code for head in tables()[table].rows if head.code not in formulas(table)] if line["row"] == "*" else [line["row"]]
            out |= {(row, line["column"]): (line["zh"], line["en"]) for row in rows}
    return out


def steps(head: Head) -> int:
    """What one of the unit shown is in the unit kept: fen in 千元, tenths in a person-year, else 1."""
    return THOUSAND if head.is_money else 10 if head.unit == "人年" else 1


@cache
def routes(table: str) -> tuple[tuple[int, str, str], ...]:
    """(precedence, code, row) by which money falls into a row; the lowest precedence that knows the code decides."""
    return tuple(sorted({(int(line["precedence"]), line["code"], line["row"]) for line in _read("routes.csv") if line["table"] == table}))


def leaves(table: str, row: str) -> dict[str, int]:
    """The rows whose records a row adds up, with their signs: itself, and all it is made of."""
    out = {row: 1}
    for sign, part in formulas(table).get(row, ()):
        for leaf, inner in leaves(table, part).items():
            out[leaf] = out.get(leaf, 0) + sign * inner
    return out


def _read(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(FOLDER.joinpath(name).read_text(encoding="utf-8").splitlines()))
