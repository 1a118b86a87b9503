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
SEPARATING = ";；"  # may stand for line breaks where no value of the column holds them
NAME_MARKS = ";；、"
_FORMULA = re.compile(r"'+[=+\-@\t\r＝＋－＠]")


def cells(type_id: str, document: Document, header: Mapping[str, Any], look: Look) -> dict[str, Cell]:
    """The cells of one record by column key; empty ones are left out. ``document`` is clean, its secrets masked or in
    clear as the caller may see them; ``header`` holds the header columns to be told, by key, in their words."""
    out: dict[str, Cell] = {key: value for key, value in header.items() if value is not None and value != ""}
    for name, writer in _plan(type_id, look):
        value = document.get(name)
        if value is not None:
            out[name] = writer(value, document)
    record_type = ALL_RECORDS[type_id]
    for step in record_type.children():
        rows = document.get(step.name)
        if rows:
            _children(step, rows, look, out)
    people = document.get("contributors")
    if people:
        for group in record_type.contributor_steps():
            _people(group, [row for row in people if row["role"] == group.role], look, out)
    for key, cell in out.items():
        if type(cell) is str and cell[:1] == "'":
            out[key] = guarded(cell)
    return out


def _plan(type_id: str, look: Look) -> list[tuple[str, Writer]]:
    known = look.compiled.get(("write", type_id))
    if known is None:
        fields = [f for f in ALL_RECORDS[type_id].fields() if not isinstance(f, (k.Shown, k.FileSlot))]
        known = look.compiled["write", type_id] = [(field.name, writer(field, look)) for field in fields]
    plan: list[tuple[str, Writer]] = known
    return plan


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
        case k.Date():
            return _day
        case k.YesNo():
            return lambda value, _d: YES[at] if value else NO[at]
        case k.Code():
            return lambda value, document: code_word(look, conditions.code_list(field, dict(document)), value, reading.parent_code(field, dict(document)))
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


def _children(step: k.Children, rows: Iterable[Document], look: Look, out: dict[str, Cell]) -> None:
    rows = list(rows)
    for at, field in enumerate(step.fields):
        key = f"{step.name}.{field.name}"
        write = writer(field, look)
        values = [None if row.get(field.name) is None else write(row[field.name], row) for row in rows]
        if len(rows) == 1 and values[0] is not None and not isinstance(values[0], str):
            out[key] = values[0]
            continue
        texts = [_text(value) for value in values]
        marks = SEPARATING if loose(field) else ""
        if at == 0 and not all(rows):  # a row without any value is written "", or nothing would be left of it
            cell = lines.stacked(lines.NOTHING if not row else lines.written([text], marks) for text, row in zip(texts, rows, strict=True))
        else:
            cell = lines.written(texts, marks)
        if cell:
            out[key] = cell


def _text(value: Cell) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _people(step: k.Contributors, rows: list[Document], look: Look, out: dict[str, Cell]) -> None:
    if not rows:
        return
    at = 1 if look.language == "en" else 0
    for field in person_fields(step):
        key, name = f"{step.name}.{field.name}", field.name
        texts: list[str | None]
        match name:
            case "name":
                cell = lines.stacked(_name(row) for row in rows)
            case "units":
                cell = lines.stacked(units_written(row.get("affiliations") or (), look) for row in rows)
            case _:
                write = writer(field, look)
                if len(rows) == 1 and isinstance(value := rows[0].get(name), float):
                    out[key] = write(value, rows[0])
                    continue
                match name:
                    case "rank":
                        texts = [str(row["rank"]) if row.get("rank") is not None else None for row in rows]
                    case "person":
                        texts = [_token(look, row.get("person_id")) for row in rows]
                    case "kind":
                        texts = [KIND_WORDS[row["kind"]][at] if row.get("kind") in KIND_WORDS else row.get("kind") for row in rows]
                    case _:
                        texts = [_text(write(row[name], row)) if row.get(name) is not None else None for row in rows]
                cell = lines.written(texts, SEPARATING)
        if cell:
            out[key] = cell


def _name(row: Document) -> str:
    """A name that would be taken for several, or for none, stands in quotes; ``""`` is a row without a name."""
    name = row.get("name") or ""
    if not name:
        return lines.NOTHING
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
    for unit in affiliations:
        name = unit.get("name") or ""
        marks = [OWN[at]] if unit.get("is_own") else [OTHER[at]] if is_own(name, look) else []
        if unit.get("country"):
            marks.append(unit["country"])
        plain = bool(name) and name == name.strip() and name != lines.EMPTY and not any(c in name for c in UNIT_MARKS)
        out.append((name if plain else lines.quoted(name)) + (f"[{','.join(marks)}]" if marks else ""))
    return "；".join(out) or None
