"""A document into the cells of its sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ingestion.catalog import conditions, reading
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.layout import lines
from ingestion.exchange.layout.columns import person_fields
from ingestion.exchange.layout.look import Look

Cell = str | int | float | Decimal | date | None
Document = Mapping[str, Any]
Writer = Callable[[Any, Document], Cell]

KIND_WORDS = {"staff": ("校内", "Staff"), "student": ("学生", "Student"), "external": ("校外", "External")}
YES, NO = ("是", "Yes"), ("否", "No")
OWN, OTHER = ("本校", "own"), ("外校", "other")
FIRST_DAY = "1900-03-01"  # a spreadsheet counts no day before 1900, and one that never was in its February
LARGEST_EXACT = 10**15  # fen, which a spreadsheet's number keeps to the last
REMEMBERED = 50_000  # different printed units, before they are forgotten
SEPARATING = ";；"  # may stand for line breaks where no value of the column holds them
NAME_MARKS = ";；、"
_FORMULA = re.compile(r"'+[=+\-@\t\r＝＋－＠]")


def cells(type_id: str, document: Document, header: Mapping[str, Any], look: Look) -> dict[str, Cell]:
    """The cells of one record by column key; empty ones are left out. ``document`` is clean, its secrets masked or in
    clear as the caller may see them; ``header`` holds the header columns to be told, by key, in their words."""
    out: dict[str, Cell] = {key: value for key, value in header.items() if value is not None and value != ""}
    plain, children, people = _plan(type_id, look)
    for name, write in plain:
        value = document.get(name)
        if value is not None:
            out[name] = write(value, document)
    for name, held in children:
        rows = document.get(name)
        if rows:
            for column in held:
                cell = column.cell(rows)
                if cell is not None:
                    out[column.key] = cell
    everyone = document.get("contributors")
    if everyone:
        for role, group in people:
            rows = [row for row in everyone if row["role"] == role]
            if rows:
                for key, write_all in group:
                    cell = write_all(rows)
                    if cell is not None and cell != "":
                        out[key] = cell
    for key, cell in out.items():
        if type(cell) is str and cell[0] == "'":
            out[key] = guarded(cell)
    return out


_Plan = tuple[
    list[tuple[str, Writer]],
    list[tuple[str, list["_ChildColumn"]]],
    list[tuple[str, list[tuple[str, Callable[[list[Document]], Cell]]]]],
]


def _plan(type_id: str, look: Look) -> _Plan:
    known: _Plan | None = look.compiled.get(("write", type_id))
    if known is None:
        record_type = ALL_RECORDS[type_id]
        fields = [f for f in record_type.fields() if not isinstance(f, (k.Shown, k.FileSlot))]
        known = (
            [(field.name, writer(field, look)) for field in fields],
            [(step.name, [_ChildColumn(step, at, look) for at in range(len(step.fields))]) for step in record_type.children()],
            [(step.role, [(f"{step.name}.{f.name}", _person_column(f, look)) for f in person_fields(step)]) for step in record_type.contributor_steps()],
        )
        look.compiled["write", type_id] = known
    return known


def guarded(text: str) -> str:
    """A text whose first apostrophe would be taken for the guard of a CSV file gets one more."""
    return f"'{text}" if text[:1] == "'" and _FORMULA.match(text) else text


def unguarded(raw: Any) -> Any:
    """A text without the apostrophe that kept a spreadsheet from taking it for a formula."""
    return raw[1:] if isinstance(raw, str) and raw[:1] == "'" and _FORMULA.match(raw) else raw


def same(given: Any, written: Cell) -> bool:
    """Whether a cell as read from a file is what was written: numbers and days may have become texts, as in CSV."""
    if given is None or given == "" or written is None or written == "":
        return (given is None or given == "") and (written is None or written == "")
    if isinstance(written, str):
        return isinstance(given, str) and (given == written or unguarded(given) == written)
    if isinstance(written, date):
        day = given.date() if isinstance(given, datetime) else given
        return bool(day == written) or given == written.isoformat()
    if isinstance(given, str):
        return given == (f"{written:f}" if isinstance(written, Decimal) else str(written))
    return not isinstance(given, bool) and isinstance(given, (int, float, Decimal)) and float(given) == float(written)


def writer(field: k.Field, look: Look) -> Writer:
    """How one value of a field is written."""
    at = 1 if look.language == "en" else 0
    match field:
        case k.Money():
            return _yuan
        case k.Date(partial=False):
            return _day
        case k.YesNo():
            return lambda value, _d: YES[at] if value else NO[at]
        case k.Code():
            return _code(field, look)
        case k.MultiCode(code_list=name):
            return lambda value, _d: reading.joined([_listed_code(look, name, one) for one in value])
        case k.TextList():
            return lambda value, _d: reading.joined(value)
        case k.PersonRef():
            return lambda value, _d: _person(look, value)
        case k.PersonRefs():
            return lambda value, _d: lines.written([_person(look, one) for one in value], SEPARATING)
        case k.UnitRef():
            return lambda value, _d: _unit(look, value)
        case k.RecordRef():
            return lambda value, _d: _record(look, value)
        case k.RecordRefs():
            return lambda value, _d: lines.written([_record(look, one) for one in value])
        case k.Integer() | k.Year():
            return lambda value, _d: value
        case k.Decimal():
            return _number
        case _:
            return lambda value, _d: value


def _yuan(value: int, _document: Document) -> Cell:
    yuan = Decimal(value).scaleb(-2)
    return yuan if abs(value) < LARGEST_EXACT else f"{yuan:f}"


def _day(value: str, _document: Document) -> Cell:
    return date.fromisoformat(value) if len(value) == 10 and value >= FIRST_DAY else value


def _number(value: float, _document: Document) -> Cell:
    return value if float(f"{value:.15g}") == value else f"{Decimal(repr(value)):f}"


def _code(field: k.Code, look: Look) -> Writer:
    known: dict[tuple[Any, Any, str], str] = {}
    by = field.list_by.field if field.list_by is not None else None

    def write(value: str, document: Document) -> Cell:
        parent = document.get(field.parent_field) if field.parent_field else None
        key = (document.get(by) if by else None, parent, value)
        word = known.get(key)
        if word is None:
            held = dict(document)
            word = known[key] = code_word(look, conditions.code_list(field, held), value, reading.parent_code(field, held))
        return word

    return write


def code_word(look: Look, name: str, code: str, parent: str | None) -> str:
    """The label where it means this code alone, else "code label"."""
    key = ("word", name, code, parent)
    word = look.compiled.get(key)
    if word is None:
        label = look.codes.label(name, code, look.language)
        spellings = (label, f"{code} {label}")
        word = next((one for one in spellings if look.codes.resolve(name, one, parent) == code), code)
        look.compiled[key] = word
    return str(word)


def _listed_code(look: Look, name: str, code: str) -> str:
    word = code_word(look, name, code, None)
    return code if "," in word and not reading.joined([word]).startswith('"') else word


def _person(look: Look, person_id: int) -> str:
    one = look.people.get(person_id)
    return look.person_tokens[person_id] + f" {one.name}" if one else f"RY{person_id:06d}"


def _unit(look: Look, unit_id: int) -> str:
    unit = look.units.get(unit_id)
    if unit is None:
        return str(unit_id)
    return next(
        (word for word in (unit.name, unit.number, f"{unit.number} {unit.name}") if look.unit_words.get(word) == unit_id), unit.number
    )


def _record(look: Look, record_id: int) -> str:
    one = look.records.get(record_id)
    return str(record_id) if one is None else f"{one.number} {one.name}".strip()


# --- lines ------------------------------------------------------------------------------------------------------


def loose(field: k.Field) -> bool:
    """Whether "；" ends a value of this field in a cell of several: no value of these kinds holds one."""
    return isinstance(field, (k.Code, k.Date, k.Year, k.Integer, k.Decimal, k.Money, k.YesNo))


class _ChildColumn:
    """One column of a child, and how its rows are written into one cell."""

    def __init__(self, step: k.Children, at: int, look: Look) -> None:
        field = step.fields[at]
        self.key, self.name, self.leads = f"{step.name}.{field.name}", field.name, at == 0
        self.write = writer(field, look)
        self.marks = SEPARATING if loose(field) else ""
        self.safe = isinstance(field, (k.Date, k.Year, k.Integer, k.Decimal, k.Money, k.YesNo))  # nothing to quote

    def cell(self, rows: list[Document]) -> Cell:
        name, write = self.name, self.write
        values = [None if (value := row.get(name)) is None else write(value, row) for row in rows]
        if len(values) == 1 and isinstance(values[0], (int, float, Decimal)):
            return values[0]
        texts = [_text(value) for value in values]
        if self.leads and not all(rows):  # a row without any value is written "", or nothing would be left of it
            return lines.stacked(lines.NOTHING if not row else lines.written([text], self.marks) for text, row in zip(texts, rows, strict=True))
        return (lines.stacked(texts) if self.safe else lines.written(texts, self.marks)) or None


def _text(value: Cell) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _person_column(field: k.Field, look: Look) -> Callable[[list[Document]], Cell]:
    """How one column of the people of a step is written into one cell."""
    at = 1 if look.language == "en" else 0
    name = field.name
    match name:
        case "name":
            return lambda rows: lines.stacked(map(_name, rows))
        case "units":
            return lambda rows: lines.stacked(units_written(row.get("affiliations") or (), look) for row in rows)
        case "rank":
            return lambda rows: lines.stacked(str(row["rank"]) if row.get("rank") is not None else None for row in rows)
        case "person":
            return lambda rows: lines.written((_token(look, row.get("person_id")) for row in rows), SEPARATING)
        case "kind":
            words = {kind: pair[at] for kind, pair in KIND_WORDS.items()}
            return lambda rows: lines.stacked(words.get(row.get("kind", ""), row.get("kind")) for row in rows)
        case _:
            write = writer(field, look)
            return lambda rows: _extra(rows, name, write)


def _extra(rows: list[Document], name: str, write: Writer) -> Cell:
    values = [write(row[name], row) if row.get(name) is not None else None for row in rows]
    if len(values) == 1 and isinstance(values[0], float):
        return values[0]
    return lines.written((_text(value) for value in values), SEPARATING) if any(value is not None for value in values) else None


def _name(row: Document) -> str:
    """A name that would be taken for several, or for none, stands in quotes; ``""`` is a row without a name."""
    name = row.get("name") or ""
    if not name:
        return lines.NOTHING
    if name.isalpha():
        return str(name)
    plain = lines.written([name], NAME_MARKS)
    return lines.quoted(name) if plain == name and lines.is_list_of_names(name) else plain


def _token(look: Look, person_id: int | None) -> str | None:
    if person_id is None:
        return None
    return look.person_tokens.get(person_id) or f"RY{person_id:06d}"


# --- printed units ------------------------------------------------------------------------------------------------


def is_own(name: str, look: Look) -> bool:
    """Whether a unit without a mark is taken for the university's own: it bears its name."""
    folded = name.casefold()
    return any(own.casefold() in folded for own in look.own_names)


UNIT_MARKS = ";；[]［］\n\""


def units_written(affiliations: Iterable[Document], look: Look) -> str | None:
    """The units of one person: ``江城大学计算机学院[本校]；MIT[840]``. Own ones are marked, others where they bear the
    university's name; a country's code follows the mark."""
    at = 1 if look.language == "en" else 0
    out = []
    known = look.compiled.setdefault("units", {})
    for unit in affiliations:
        name = unit.get("name") or ""
        key = (name, unit.get("is_own"), unit.get("country"))
        if key in known:
            out.append(known[key])
            continue
        marks = [OWN[at]] if unit.get("is_own") else [OTHER[at]] if is_own(name, look) else []
        if unit.get("country"):
            marks.append(unit["country"])
        plain = bool(name) and name == name.strip() and name not in lines.NO_VALUE and not any(c in name for c in UNIT_MARKS)
        if len(known) > REMEMBERED:
            known.clear()
        known[key] = (name if plain else lines.quoted(name)) + (f"[{','.join(marks)}]" if marks else "")
        out.append(known[key])
    return "；".join(out) or None
