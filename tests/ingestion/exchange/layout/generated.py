"""Documents of every type as the store can hold them, drawn from the catalogue with Hypothesis."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from ingestion import derive
from ingestion.catalog import conditions, normalise, values
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN_CODES
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.layout import Known, Look
from ingestion.exchange.layout.columns import EXTRAS
from ingestion.exchange.layout.look import targets
from tests import documents

Document = dict[str, Any]
# what separates, quotes, guards or disappears, beside what people type
AWKWARD = "甲乙張é𠮷🎓aZ09 \n\r\t\u3000;；、，,|\"'“”=+-@*/[]［］()（）·:：.％＝＋－＠_x\\"
TEXT = st.text(st.sampled_from(AWKWARD), max_size=12)
FIRST, LAST = date(1949, 1, 1), date(2200, 12, 31)

PEOPLE = (Known(11, "00123", "张伟", "计算机学院"), Known(12, "123", "张伟", "理学院"), Known(13, "A-9", "欧阳·娜", ""))
HIDDEN = Known(14, "00123", "张伟", "")  # a voided double of 11: known, not to be picked
UNITS = (Known(3, "001", "计算机学院"), Known(4, "002", "理学院"), Known(5, "003", "理学院"), Known(6, "理学院", "004"))
RECORDS = {t: 1000 + i for i, t in enumerate(ALL_RECORDS)}


def look(type_id: str, language: str = "zh") -> Look:
    """A university with two 张伟, two units of one name, and one record of every type to refer to."""
    return Look(
        own_names=("江城大学", "Jiangcheng University"),
        people={one.id: one for one in (*PEOPLE, HIDDEN)},
        pickable={one.number: one for one in PEOPLE},
        units={one.id: one for one in UNITS},
        closed_units=frozenset({5}),
        records={i: Known(i, derive.number_of(t, i), f"名 {t} 0", t) for t, i in RECORDS.items() if t in targets(type_id)},
        language=language,
    )


def text(most: int, least: int = 1) -> st.SearchStrategy[str]:
    return TEXT.map(normalise.text).filter(lambda t: least <= len(t) <= most)


def value(field: k.Field, document: Document) -> st.SearchStrategy[Any] | None:
    """Values of a field as ``catalog.values`` lets through; None where there are none."""
    match field:
        case k.Text(max_length=most, min_length=least):
            return text(most, least)
        case k.LongText(max_length=most):
            return TEXT.map(normalise.long_text).filter(lambda t: 1 <= len(t) <= most)
        case k.TextList(max_length=most, max_items=items):
            return st.lists(text(most), min_size=1, max_size=min(4, items), unique=True)
        case k.Identifier(scheme="plain", max_length=most):
            return TEXT.map(normalise.identifier).filter(lambda t: 1 <= len(t) <= most and not values.parse(field, t)[1])
        case k.Identifier():
            return st.integers(0, 9999).map(lambda n: documents.identifier(field, n))
        case k.Secret(scheme=scheme):
            return st.integers(0, 999).map(lambda n: {"id_number": documents.id_number(n), "mobile": f"139{n:08d}"}.get(scheme, f"6222{n:012d}"))
        case k.Integer(minimum=low, maximum=high):
            return st.integers(low or 0, high or 10**9)
        case k.Year(since=since):
            return st.integers(since, 2100)
        case k.Decimal(places=places, minimum=low, maximum=high):
            # + 0.0: minus nothing is nothing
            return st.floats(low or 0.0, high or 1e9).map(lambda x: round(x, places) + 0.0)
        case k.Money(positive=positive):
            return st.integers(1 if positive else 0, values.MAX_FEN)
        case k.Date(partial=partial, since=since):
            day = st.dates(date(since, 1, 1), LAST).map(date.isoformat)
            return st.tuples(day, st.sampled_from((4, 7, 10))).map(lambda t: t[0][: t[1]]) if partial else day
        case k.YesNo():
            return st.booleans()
        case k.Code():
            codes = BUILT_IN_CODES.table(conditions.code_list(field, document))
            parent = document.get(field.parent_field or "")
            found = [c for c, item in codes.items() if not parent or item.parent == parent]
            return st.sampled_from(found) if found else None
        case k.MultiCode(code_list=name):
            return st.lists(st.sampled_from(list(BUILT_IN_CODES.table(name))), min_size=1, max_size=4, unique=True)
        case k.PersonRef():
            return st.sampled_from([11, 12, 13, 14])
        case k.PersonRefs():
            return st.lists(st.sampled_from([11, 12, 13, 14]), min_size=1, unique=True)
        case k.UnitRef():
            return st.sampled_from([one.id for one in UNITS])
        case k.RecordRef(targets=types):
            return st.sampled_from([RECORDS[t] for t in types])
        case k.RecordRefs(targets=types):
            return st.lists(st.sampled_from([RECORDS[t] for t in types]), min_size=1, max_size=3, unique=True)
        case _:
            return None


@st.composite
def filled(draw: st.DrawFn, fields: tuple[k.Field, ...]) -> Document:
    out: Document = {}
    for field in fields:
        strategy = value(field, out)
        if strategy is not None and draw(st.booleans()):
            out[field.name] = draw(strategy)
    return out


UNIT = st.fixed_dictionaries(
    {"name": text(60).filter(bool) | st.sampled_from(("江城大学医院", "MIT", "")), "is_own": st.booleans()},
    optional={"country": st.sampled_from(("840", "CHN", "X"))},
)


@st.composite
def people(draw: st.DrawFn, step: k.Contributors) -> list[Document]:
    ranks = [step.first_rank] if step.single else draw(st.lists(st.integers(1, 99), max_size=4, unique=True).map(sorted))
    rows = []
    for rank in ranks:
        kind = draw(st.sampled_from(("staff", "student", "external")))
        row: Document = {"role": step.role, "rank": rank, "kind": kind, "name": draw(text(40) | st.sampled_from(("Zhang, Wei", "张伟，李娜", "")))}
        row["affiliations"] = draw(st.lists(UNIT, max_size=3)) if step.affiliations else []
        if kind != "external":
            row["person_id"] = draw(st.sampled_from([11, 12, 13, 14]))
        for extra in draw(filled(tuple(EXTRAS[name] for name in step.extras))).items():
            if extra[1] is not False:
                row[extra[0]] = extra[1]
        rows.append(row)
    return rows


@st.composite
def document(draw: st.DrawFn, type_id: str) -> Document:
    record_type = ALL_RECORDS[type_id]
    out = draw(filled(tuple(record_type.fields())))
    for step in record_type.children():
        rows = draw(st.lists(filled(step.fields), max_size=4))
        if rows:
            out[step.name] = rows
    persons = [row for step in record_type.contributor_steps() for row in draw(people(step))]
    if persons:
        out["contributors"] = persons
    return out


