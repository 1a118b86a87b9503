"""What no table can hold: found before a draft is saved, so that a save is refused whole or kept whole.

Nothing here is about what a submission needs (``catalog.validate`` says that); a draft may be incomplete and
wrong. It may not be a text longer than its column, a date that is none, a rank twice, or a reference to a
record that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import or_, select

from ingestion import derive, permissions
from ingestion.catalog import kinds as k
from ingestion.catalog import places
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal
from ingestion.serializer import child_steps, first_day
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

INT32 = 2**31 - 1
INT64 = 2**63 - 1
NAME_LENGTH, UNIT_LENGTH, CERTIFICATE_LENGTH, CODE_LENGTH = 200, 500, 100, 40
MAX_ROWS = 5000  # of one table in a form: above it the paper has every author of a large experiment


def problems(type_id: str, document: Mapping[str, Any]) -> list[Issue]:
    """Values of a clean document that its tables cannot hold."""
    out = list(_fields(_declared(type_id), document, ""))
    record_type = ALL_RECORDS[type_id]
    for name, step in child_steps(type_id).items():
        rows = document.get(name, [])
        out.extend(_too_many(step.name, step.zh, step.en, rows))
        for i, row in enumerate(rows[:MAX_ROWS]):
            out.extend(places.placed(record_type, issue) for issue in _fields(step.fields, row, f"{step.name}[{i}]."))
    out.extend(_contributors(document.get("contributors", [])))
    return out


def of_a_sheet(type_id: str, document: Mapping[str, Any]) -> list[Issue]:
    """The same for a document read from a sheet's row: its values were made to fit by their readers, its people and
    the number of its rows were not."""
    out: list[Issue] = []
    for name, step in child_steps(type_id).items():
        out.extend(_too_many(step.name, step.zh, step.en, document.get(name, [])))
    out.extend(_contributors(document.get("contributors", [])))
    return out


@cache
def _declared(type_id: str) -> tuple[k.Field, ...]:
    return tuple(ALL_RECORDS[type_id].fields())


def _fields(fields: Iterable[k.Field], values: Mapping[str, Any], prefix: str) -> Iterator[Issue]:
    for field in fields:
        value = values.get(field.name)
        if value is None:
            continue
        reason = _misfit(field, value)
        if reason is not None:
            zh, en = reason
            shown = "" if isinstance(field, k.Secret) else f" “{_short(value)}”"
            yield Issue(prefix + field.name, f"{field.zh}{shown} {zh}", f"{field.en}{shown} {en}")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"


NOT_TEXT = ("应为文字", "must be text")
BAD_CHARACTER = ("含有无法保存的字符", "has a character that cannot be kept")
NOT_WHOLE = ("应为整数", "must be a whole number")
TOO_LARGE = ("超出可保存的范围", "is larger than can be kept")
NOT_A_DATE = ("不是有效的日期", "is not a date")
NOT_A_REFERENCE = ("不是有效的引用", "is not a reference")


def _misfit(field: k.Field, value: Any) -> tuple[str, str] | None:
    match field:
        case k.Text(max_length=n) | k.Identifier(max_length=n) | k.LongText(max_length=n) | k.Secret(max_length=n):
            return _text(value, n)
        case k.Code():
            return _text(value, CODE_LENGTH)
        case k.TextList(max_length=n):
            return next((bad for v in value if (bad := _text(v, n))), None)
        case k.MultiCode():
            return next((bad for v in value if (bad := _text(v, CODE_LENGTH))), None)
        case k.Integer() | k.Year():
            return _whole(value, INT32)
        case k.Money():
            return _whole(value, INT64)
        case k.Decimal():
            ok = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value and abs(value) < 1e300
            return None if ok else TOO_LARGE
        case k.YesNo():
            return None if isinstance(value, bool) else ("应为是或否", "must be yes or no")
        case k.Date(partial=partial):
            return _date(value, partial)
        case k.PersonRef() | k.RecordRef() | k.UnitRef():
            return NOT_A_REFERENCE if _whole(value, INT64) else None
        case k.PersonRefs() | k.RecordRefs():
            return NOT_A_REFERENCE if any(_whole(v, INT64) for v in value) else None
        case _:
            return None


def _text(value: Any, longest: int) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return NOT_TEXT
    if len(value) > longest:
        return (f"共 {len(value)} 字，最多 {longest} 字", f"has {len(value)} characters, at most {longest} are allowed")
    if "\x00" in value or not (value.isascii() or _encodes(value)):
        return BAD_CHARACTER
    return None


def _encodes(text: str) -> bool:
    """No half of a surrogate pair stands alone in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(value: Any, largest: int) -> tuple[str, str] | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return NOT_WHOLE
    return TOO_LARGE if abs(value) > largest else None


def _date(value: Any, partial: bool) -> tuple[str, str] | None:
    if not isinstance(value, str) or (len(value) != 10 and not partial):
        return NOT_A_DATE
    try:
        first_day(value)
    except ValueError:
        return NOT_A_DATE
    return None


def _too_many(name: str, zh: str, en: str, rows: list[Any]) -> Iterator[Issue]:
    if len(rows) > MAX_ROWS:
        yield Issue(name, f"{zh}共 {len(rows)} 行，最多 {MAX_ROWS} 行", f"{en}: {len(rows)} rows, at most {MAX_ROWS}")


_TEXTS_OF_A_PERSON = (
    ("name", "姓名", "Name", NAME_LENGTH),
    ("certificate_no", "证书号", "Certificate", CERTIFICATE_LENGTH),
    ("role", "角色", "Role", 20),
    ("book_role", "著作角色", "Role in the book", 10),
)


def _contributors(rows: list[dict[str, Any]]) -> Iterator[Issue]:
    yield from _too_many("contributors", "人员", "People", rows)
    seen: set[int] = set()
    for i, row in enumerate(rows[:MAX_ROWS]):
        rank = row["rank"]
        if _whole(rank, INT32) or rank < 1:
            yield Issue(
                f"contributors[{i}].rank", f"排名 “{rank}” 应为不小于 1 的整数", f"Rank “{rank}” must be a whole number of at least 1"
            )
        elif rank in seen:
            yield Issue(f"contributors[{i}].rank", f"排名 “{rank}” 重复", f"Rank “{rank}” is used twice")
        else:
            seen.add(rank)
        if row["kind"] not in ("staff", "student", "external"):
            yield Issue(
                f"contributors[{i}].kind", f"人员类别 “{row['kind']}” 应为校内、学生或校外", f"Kind “{row['kind']}” must be staff, student or external"
            )
        for key, zh, en, longest in _TEXTS_OF_A_PERSON:
            if row.get(key) is not None and (bad := _text(row[key], longest)):
                yield Issue(f"contributors[{i}].{key}", f"{zh} “{_short(row[key])}” {bad[0]}", f"{en} “{_short(row[key])}” {bad[1]}")
        for affiliation in row["affiliations"]:
            if bad := _text(affiliation["name"], UNIT_LENGTH):
                shown = _short(affiliation["name"])
                yield Issue(f"contributors[{i}].affiliations", f"署名单位 “{shown}” {bad[0]}", f"Affiliation “{shown}” {bad[1]}")
            if (country := affiliation.get("country")) is not None and (bad := _text(country, 3)):
                yield Issue(f"contributors[{i}].affiliations", f"国家 “{country}” {bad[0]}", f"Country “{country}” {bad[1]}")


def dangling(
    uow: UnitOfWork, actor: Principal, type_id: str, document: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> list[Issue]:
    """References to what does not exist in the university, is of another type, or is not the actor's to see.

    The three look the same. What the record referred to ``before`` stays allowed, whoever saves it now.
    """
    allowed_before = {(i, t) for _f, i, t in derive.referred(type_id, before or {})}
    wanted = [ref for ref in derive.referred(type_id, document) if (ref[1], ref[2]) not in allowed_before]
    found: dict[int, str] = {}
    ids = sorted({ref[1] for ref in wanted})
    r = p.record
    for start in range(0, len(ids), 500):
        rows = uow.conn.execute(
            select(r.c.id, r.c.type).where(
                r.c.id.in_(ids[start : start + 500]),
                r.c.university_code == actor.university_code,
                or_(r.c.state == "30", permissions.visible(actor, r)),
            )
        )
        found.update({row.id: row.type for row in rows})
    record_type = ALL_RECORDS[type_id]
    out = [_nothing_there(record_type, field) for field, i, types in wanted if found.get(i) not in types]
    units = derive.units_named(type_id, document)
    known: set[int] = set(
        uow.conn.execute(
            select(p.unit.c.id).where(
                p.unit.c.university_code == actor.university_code, p.unit.c.id.in_({u for _f, u in units})
            )
        ).scalars()
    )
    for f, u in units:
        if u not in known:
            zh, en = places.label(record_type, f)
            out.append(places.placed(record_type, Issue(f, f"{zh}：没有这个单位", f"{en}: there is no such unit")))
    return out


def _nothing_there(record_type: k.RecordType, path: str) -> Issue:
    zh, en = places.label(record_type, path)
    issue = Issue(path, f"{zh}：没有可引用的记录，或无权限查看", f"{en}: no such record to refer to, or no permission to see it")
    return places.placed(record_type, issue)
