"""Documents that may be submitted, made from the catalogue: one generator for all 28 types, deterministic.

``valid(type_id, place, n)`` fills every field a submission needs and most of the others with values that agree
with each other: one day for all dates of the past, one amount for all money, rank 1 of 1. Another ``n`` gives
another record (title, numbers and keys differ).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ingestion.catalog import codelists
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS

Document = dict[str, Any]
DAY = "2025-03-01"
LATER = "2027-03-01"
BIRTH = "1985-04-12"
AMOUNT = 100_000  # fen


@dataclass(frozen=True)
class Place:
    """Where the record belongs: its owner, college and university, and how to refer to another record."""

    person_id: int | None
    person_name: str
    college_id: int
    university: str
    refer: Callable[[str], int] | None = None


def valid(type_id: str, place: Place, n: int = 1) -> Document:
    """A document of the type without any problem but those of an unknown reference."""
    record_type = ALL_RECORDS[type_id]
    out: Document = {}
    for field in record_type.fields():
        value = _value(field, place, n, out, type_id)
        if value is not None and _wanted(field, out):
            out[field.name] = value
    for step in record_type.children():
        rows = [_row(step, place, n, out, type_id, i) for i in range(max(step.min_rows, 1))]
        out[step.name] = rows
    contributors = [
        person for step in record_type.contributor_steps() if (person := _contributor(step, place, n, type_id))
    ]
    if contributors:
        out["contributors"] = contributors
    for name, value in AGREEING.get(type_id, {}).items():
        if value is None:
            out.pop(name, None)
        else:
            out[name] = value
    return out


# Where two fields of a type must agree in a way no kind says.
AGREEING: dict[str, Document] = {
    "person": {"left_on": None},  # still here
    "horizontal_project": {"started_on": DAY},
    "fund_expense": {"lines": None, "payees": None},  # so that a test may choose the amount alone
    "fund_arrival": dict.fromkeys(("tech_amount", "vat", "management_fee", "register_fee", "outward_reserve", "net_amount", "shares", "subjects")),
}


def _wanted(field: k.Field, out: Document) -> bool:
    return field.shown_when is None or holds(field.shown_when, out)


def holds(when: k.When, document: Document) -> bool:
    value = document.get(when.field)
    if isinstance(value, bool):
        value = "true" if value else "false"
    found = value in when.values or (isinstance(value, list) and any(v in when.values for v in value))
    return found != when.negated


def _row(step: k.Children, place: Place, n: int, document: Document, type_id: str, i: int) -> Document:
    row: Document = {}
    for field in step.fields:
        value = _value(field, place, n * 10 + i, {**document, **row}, type_id, code_at=i)
        if value is not None and _wanted(field, {**document, **row}):
            row[field.name] = value
    return row


def _contributor(step: k.Contributors, place: Place, n: int, type_id: str) -> Document | None:
    first = step.first_rank == 1
    if not first and step.min_rows == 0:
        return None
    own = first and place.person_id is not None
    row: Document = {
        "role": step.role,
        "rank": step.first_rank,
        "kind": "staff" if own else "external",
        "name": place.person_name if own else "外校合作者",
        "affiliations": [{"name": place.university if own else "外地大学", "is_own": own}] if step.affiliations else [],
    }
    if own:
        row["person_id"] = place.person_id
    values: Document = {
        "corresponding": True, "share": 40.0, "own_words": 1.0, "months_per_year": 2.0,
        "certificate_no": f"ZS{n:06d}", "book_role": "zb", "reward_share": 50.0,
    }  # fmt: skip
    for extra in step.extras:
        if extra in values and extra != "book_role":
            row[extra] = values[extra]
    return row


def _value(field: k.Field, place: Place, n: int, document: Document, type_id: str, code_at: int = 0) -> Any:
    match field:
        case k.Text(max_length=longest, min_length=shortest):
            text = f"{field.zh}{type_id[:3]}{n:05d}"
            text = text if len(text) <= longest else f"{n:0{min(longest, 6)}d}"[-longest:]
            return text.ljust(shortest, "甲")
        case k.LongText():
            return f"{field.zh}的说明，第 {n} 份"
        case k.TextList():
            return [f"{field.zh}一", f"{field.zh}二"]
        case k.Identifier():
            return identifier(field, n)
        case k.Secret(scheme=scheme):
            return {"id_number": id_number(n), "mobile": f"139{n:08d}", "bank_account": f"6222{n:012d}"}.get(scheme)
        case k.Integer(minimum=low):
            return max(1, low or 0)
        case k.Year():
            return 2025
        case k.Decimal(minimum=low):
            return max(1.0, low or 0.0)
        case k.Money():
            return AMOUNT
        case k.Date(future=future):
            return BIRTH if "birth" in field.name else LATER if future else DAY
        case k.YesNo():
            return True
        case k.Code(code_list=name, list_by=by, parent_field=parent):
            return _code(name, by, parent, document, code_at)
        case k.MultiCode(code_list=name):
            codes = codes_of(name)
            return codes[:2] or None
        case k.PersonRef():
            return place.person_id
        case k.PersonRefs():
            return None if place.person_id is None else [place.person_id]
        case k.UnitRef():
            return place.college_id
        case k.RecordRef(targets=targets):
            return None if place.refer is None else place.refer(targets[0])
        case k.RecordRefs(targets=targets):
            return [place.refer(targets[0])] if place.refer is not None and field.required else None
        case _:
            return None


def _code(name: str, by: k.ListBy | None, parent: str | None, document: Document, at: int) -> str | None:
    if by is not None:
        name = dict(by.lists).get(str(document.get(by.field)), name)
    if parent is not None:
        held = document.get(parent)
        below = children_of(name, str(held)) if held else []
        return below[at] if at < len(below) else None
    codes = codes_of(name)
    return codes[at] if at < len(codes) else None


# --- identifiers with a check digit --------------------------------------------------------------------------


def identifier(field: k.Identifier, n: int) -> str:
    match field.scheme:
        case "doi":
            return f"10.1000/yanshu.{n:06d}"
        case "issn":
            return issn(n)
        case "isbn":
            return isbn(n)
        case "cn_serial":
            return f"CN42-{1000 + n % 9000}/TP"
        case "patent_application":
            return patent_application(n)
        case "orcid":
            return orcid(n)
        case "uscc":
            return uscc(n)
        case "email":
            return f"user{n}@example.cn"
        case "phone":
            return f"027-{8_000_0000 + n}"
        case "url":
            return f"https://example.cn/{n}"
        case _:
            return f"BH{n:08d}"


def issn(n: int) -> str:
    body = f"{1000000 + n % 9000000}"
    rest = -sum(int(d) * w for d, w in zip(body, range(8, 1, -1), strict=True)) % 11
    return f"{body[:4]}-{body[4:]}{'X' if rest == 10 else rest}"


def isbn(n: int) -> str:
    body = f"9787{n % 10**8:08d}"
    check = -sum(int(d) * (1 if i % 2 == 0 else 3) for i, d in enumerate(body)) % 10
    return body + str(check)


def patent_application(n: int, kind: str = "1") -> str:
    """An application number of 2025; weights 2-9, 2-5, modulo 11."""
    body = f"2025{kind}{n % 10**7:07d}"
    check = sum(int(d) * w for d, w in zip(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True)) % 11
    return f"{body}.{'X' if check == 10 else check}"


def orcid(n: int) -> str:
    body, total = f"0000000{n % 10**8:08d}", 0
    for digit in body:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    text = body + ("X" if check == 10 else str(check))
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def uscc(n: int) -> str:
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91420100{n % 10**9:09d}"
    total = sum(letters.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + letters[(31 - total % 31) % 31]


def id_number(n: int) -> str:
    """GB 11643, born on ``BIRTH``."""
    body = f"420101{BIRTH.replace('-', '')}{n % 1000:03d}"
    total = sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(body))
    return body + "10X98765432"[total % 11]


# --- codes -------------------------------------------------------------------------------------------------


def codes_of(name: str) -> list[str]:
    """The codes of a list a new record may use, in order."""
    return [item.code for item in codelists.BUILT_IN[name].items if item.valid_on(DAY)]


def children_of(name: str, parent: str) -> list[str]:
    return [item.code for item in codelists.BUILT_IN[name].items if item.parent == parent and item.valid_on(DAY)]
