"""A row of the file as the cells of a record: the columns put where they belong, numbers in the right unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from ingestion.catalog import kinds as k
from ingestion.catalog import normalise
from ingestion.catalog.codelists import BUILT_IN_CODES
from ingestion.exchange import layout
from ingestion.exchange.importing import spoken, units
from ingestion.exchange.importing.mapping import ColumnMap, Target
from ingestion.exchange.layout import Column
from ingestion.exchange.tabular import Row

_SPLIT = re.compile("[;；、,，\n]")
NOTHING = frozenset({"-", "--", "—", "——", "/", "／", "无", "暂无", "n/a", "N/A", "#N/A", "无职称", "未定级", "未评级", "未评定"})  # where only a date or a code can stand
FLAGS = ("corresponding", "co_first")
Cells = dict[str, Any]


class SheetCells:
    """Made once a file; ``of`` gives the cells of a row by column key."""

    def __init__(self, columns: ColumnMap) -> None:
        self.columns = columns
        known = layout.by_key(columns.type_id)
        self._plain: list[tuple[int, str, Callable[[Any], Any] | None]] = []
        self._placed: dict[str, list[tuple[int, int]]] = {}
        for key, targets in columns.taken.items():
            column = known[key]
            if len(targets) == 1 and targets[0].place in (0, 1):
                self._plain.append((targets[0].index, key, _converter(column, targets[0])))
            else:
                self._placed[key] = sorted(((t.place, t.index) for t in targets), key=lambda one: (one[0] == 0, one))
        self._flags = [f"{step}.{flag}" for step in {c.step for c in known.values() if c.kind == "person"} for flag in FLAGS]
        self._flags = [key for key in self._flags if key in columns.taken]
        self._names = {t.index for key, targets in columns.taken.items() if key.endswith(".name") for t in targets if t.how not in ("exact", "label")}
        self._marked = [key for key in columns.taken if key.endswith(".name") and f"{key[:-5]}.corresponding" in known and f"{key[:-5]}.corresponding" not in columns.taken]
        self._periods = [(key, end) for key in spoken.ENDS if key in columns.taken for end in spoken.ENDS[key] if end in known and end not in columns.taken]
        self._birth = columns.type_id == "person" and all(t.how != "exact" for key in ("id_number", "birth_on") for t in columns.taken.get(key, ()))
        self._numbers = [key for key, targets in columns.taken.items() if key.endswith(".person") and len(targets) == 1 and targets[0].how != "exact"]
        self._values = dict(columns.values)
        self.keys = frozenset(columns.taken)

    def of(self, row: Row) -> Cells:
        values = row.values
        cells: Cells = dict(self._values)
        for index, key, convert in self._plain:
            value = values[index]
            if value is None or value == "":
                continue
            if index in self._names:
                if key in self._marked and (flags := spoken.corresponding(value, spoken.people(value))):
                    cells[f"{key[:-5]}.corresponding"] = flags
                value = spoken.people(value)
            if convert is not None:
                value = convert(value)
                if value is None:
                    continue
            cells[key] = value
        for key, places in self._placed.items():
            joined = _joined([spoken.people(v) if i in self._names else v for i, v in enumerate(values)] if key.endswith(".name") else values, places)
            if joined is not None:
                cells[key] = joined
        for key in self._numbers:
            if (split := spoken.numbered(cells.get(key))) is not None:
                cells[key] = split[0]
                cells.setdefault(f"{key.rpartition('.')[0]}.name", split[1])
        for key in self._flags:
            if key in cells:
                self._named_flags(key, cells)
        for key, end in self._periods:
            if (found := spoken.period(cells.get(key))) is not None:
                cells[key], cells[end] = found
        if self._birth:
            spoken.born(cells)
        return cells

    def _named_flags(self, key: str, cells: Cells) -> None:
        """通讯作者 often holds the name and not a yes: a line for each author then."""
        said = {spoken.bare(part) for part in _SPLIT.split(str(cells[key])) if part.strip()}
        names = [normalise.text(part) for part in _SPLIT.split(str(cells.get(f"{key.split('.')[0]}.name") or ""))]
        if said and said <= set(names):
            cells[key] = "\n".join("是" if name in said else "-" for name in names)


def _joined(values: Sequence[Any], places: Iterable[tuple[int, int]]) -> str | None:
    """The lines of a many-valued cell from columns of their own: 第一作者, 第二作者 …, then the rest."""
    lines: list[str] = []
    for place, index in places:
        value = values[index]
        if place == 0:
            if value is not None:
                known = set(lines)
                lines.extend(part for part in map(_text, re.split("[;；\n]", value) if isinstance(value, str) else (value,)) if part and part not in known)
            continue
        text = "" if value is None else _text(value)
        while len(lines) < place - 1:
            lines.append("-")
        if text or len(lines) >= place:
            lines[place - 1 : place] = [text or "-"]
        else:
            lines.append("-")
    while lines and lines[-1] == "-":
        lines.pop()
    return "\n".join(lines) or None


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()[:10]
    return normalise.text(str(value))


def _converter(column: Column, target: Target) -> Callable[[Any], Any] | None:
    """What a value of this column must go through; None where it is taken as it is."""
    if units.scale_of(column):
        return lambda value: units.convert(value, column, target.unit)
    match column.field:
        case k.Date() | k.Year() if not column.many:
            return _day
        case k.Code() if column.kind == "child" and target.how not in ("exact", "label"):
            return spoken.codes(column.field)
        case k.Code(code_list=name) if not column.many and BUILT_IN_CODES.resolve(name, "无") is None:
            return _code
        case _:
            return None


def _code(value: Any) -> Any:
    return None if isinstance(value, str) and value.strip() in NOTHING else value


def _day(value: Any) -> Any:
    value = spoken.day(value)
    return _code(value) if isinstance(value, str) else value
