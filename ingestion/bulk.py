"""Many records at once: history import, the demo province, restore. The same rows as one by one, in batches.

``load`` writes what submission and review would have written, at the times the items name: header, body,
natural keys, contributors, history steps, archived version, ledger, posts, findings, and one audit row for
the batch. Nothing is checked against the catalogue here beyond what tables can hold: the caller has run
``catalog.validate`` and says what is missing (``gaps``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import islice
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import Date, DateTime, Table, bindparam, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from ingestion import audit, derive, duplicates, funds, people, permissions, serializer
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Conflict, Denied, Principal
from ingestion.records import storable
from ingestion.records.view import SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

CHUNK = 2000
Channel = Literal["own", "college", "office", "import", "cli"]
STATES_OF_ROLE: Mapping[str, frozenset[str]] = {
    "system": frozenset(permissions.STATES),
    "office_admin": frozenset(permissions.STATES),
    "college_admin": frozenset({"00", "20"}),
    "researcher": frozenset({"00", "10"}),
}


@dataclass(frozen=True)
class Who:
    """An account as history names it."""

    account_id: int
    name: str
    role: str


@dataclass(frozen=True)
class BulkItem:
    """One record to load. Absent times are now; ``gaps`` become open findings; ``college`` and ``office`` are
    the reviewers named in the history of a record that passed their step; ``reason`` is that of a return or
    void. ``college_id`` None: the owner's college at the record's date."""

    document: Mapping[str, Any]
    state: str = "30"
    college_id: int | None = None
    entered_by: Who | None = None
    channel: Channel = "import"
    created_at: datetime | None = None
    submitted_at: datetime | None = None
    approved_at: datetime | None = None
    closed_at: datetime | None = None
    in_statistics: bool = True
    out_reason: str | None = None
    gaps: Sequence[Issue] = field(default_factory=tuple)
    college: Who | None = None
    office: Who | None = None
    reason: str | None = None
    non_secret: bool = True


def load(
    uow: UnitOfWork,
    actor: Principal,
    type_id: str,
    items: Iterable[BulkItem],
    batch_id: int | None = None,
    *,
    checked: bool = False,
) -> list[int]:
    """Write the items and return their record ids in order. ``checked``: the caller has made sure that tables
    can hold every document (generated data). Raises ``SubmissionRefused`` naming the first item that cannot be
    held, ``Conflict`` for a natural key already taken; then the transaction must be rolled back."""
    permissions.require(actor, "import", type_id)
    ids: list[int] = []
    posts = _Posts(uow)
    for chunk in _chunks(items):
        ids.extend(_load_chunk(uow, actor, type_id, chunk, batch_id, checked, posts))
    if ids:
        audit.write(
            uow,
            actor,
            "load",
            type_id,
            batch_id,
            {"records": len(ids), "first": ids[0], "last": ids[-1]},
            university_code=actor.university_code,
        )
    return ids


def _chunks(items: Iterable[BulkItem]) -> Iterator[list[BulkItem]]:
    walk = iter(items)
    while chunk := list(islice(walk, CHUNK)):
        yield chunk


def reserve(uow: UnitOfWork, count: int) -> list[int]:
    """Record ids nobody else will get: on SQLite this transaction is the only writer, on PostgreSQL the sequence."""
    if uow.dialect == "sqlite":
        last = text("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'record'), 0)")
        top = int(uow.conn.execute(last).scalar_one())
        return list(range(top + 1, top + count + 1))
    drawn = text("SELECT nextval(pg_get_serial_sequence('record', 'id')) AS id FROM generate_series(1, :n)")
    return [row.id for row in uow.conn.execute(drawn, {"n": count})]


def _load_chunk(
    uow: UnitOfWork,
    actor: Principal,
    type_id: str,
    chunk: list[BulkItem],
    batch_id: int | None,
    checked: bool,
    posts: _Posts,
) -> list[int]:
    allowed = STATES_OF_ROLE.get(actor.role, frozenset())
    ids = reserve(uow, len(chunk))
    code = actor.university_code
    me = Who(actor.account_id, actor.name, actor.role)
    out: dict[str, list[dict[str, Any]]] = {}
    in_force: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for record_id, item in zip(ids, chunk, strict=True):
        if item.state not in allowed:
            raise Denied
        document = serializer.clean(type_id, item.document)
        if not checked and (issues := storable.problems(type_id, document)):
            raise SubmissionRefused(issues)
        header = _header(posts, actor, me, type_id, record_id, item, document, batch_id)
        out.setdefault("record", []).append(header)
        for name, rows in serializer.rows(type_id, record_id, code, document).items():
            out.setdefault(name, []).extend(rows)
        _history(out, code, record_id, item, header, item.entered_by or me, type_id, document)
        if item.state not in ("00", "90"):
            out.setdefault("record_key", []).extend(
                {"university_code": code, "kind": key.kind, "value": key.value, "record_id": record_id}
                for key in duplicates.keys(type_id, document)
            )
        if item.state == "30":
            in_force.append((header, document))
        out.setdefault("finding", []).extend(_finding(uow, code, record_id, gap) for gap in item.gaps)
    _refuse_taken_keys(uow, out.get("record_key", []))
    record_rows = out.pop("record")
    _execute(uow, p.record, record_rows)
    for name, rows in out.items():
        if rows:
            _execute(uow, _TABLES[name], rows)
    if type_id == "person":
        _post_people(uow, in_force)
    if type_id in permissions.FUNDS:
        _post_money(uow, type_id, record_rows, chunk)
    return ids


_TABLES: dict[str, Table] = {
    **serializer.TABLES,
    **{t.name: t for t in (p.record_key, p.record_version, p.review_event, p.finding)},
}


def _execute(uow: UnitOfWork, table: Table, rows: list[dict[str, Any]]) -> None:
    """One statement of the driver. On SQLite plain tuples: SQLAlchemy prepares every row's parameters anew, which
    takes longer than the database does. On PostgreSQL one array a column: change-log triggers there fire once a
    statement, so one statement a row would fire them for every row. All rows have the first one's columns."""
    statement, columns, dates = _statement(uow.dialect, table, tuple(rows[0]))
    values = map(itemgetter(*columns), rows)
    if uow.dialect == "sqlite":
        uow.conn.exec_driver_sql(statement, [_texts(row, dates) for row in values] if dates else list(values))
    else:
        uow.conn.exec_driver_sql(statement, tuple(list(column) for column in zip(*values, strict=True)))


@cache
def _statement(
    dialect: str, table: Table, columns: tuple[str, ...]
) -> tuple[str, tuple[str, ...], tuple[tuple[int, bool], ...]]:
    """The INSERT in the driver's words, and which columns SQLite keeps as text (position, is a day and time)."""
    prepare = PREPARERS[dialect]
    into = f"INSERT INTO {prepare.quote(table.name)} ({', '.join(prepare.quote(c) for c in columns)})"
    kinds = [table.c[c].type for c in columns]
    if dialect != "sqlite":
        arrays = ", ".join(f"%s::{kind.compile(_dialect)}[]" for kind in kinds)
        return f"{into} SELECT * FROM unnest({arrays})", columns, ()  # noqa: S608 - names of the catalogue
    dates = tuple(
        (i, isinstance(kind, DateTime)) for i, kind in enumerate(kinds) if isinstance(kind, (Date, DateTime))
    )
    return f"{into} VALUES ({', '.join('?' * len(columns))})", columns, dates


_sqlite: Any = sqlite.dialect
_postgresql: Any = postgresql.dialect
_dialect = _postgresql()
PREPARERS = {"sqlite": _sqlite().identifier_preparer, "postgresql": _dialect.identifier_preparer}


def _texts(row: tuple[Any, ...], dates: tuple[tuple[int, bool], ...]) -> tuple[Any, ...]:
    out = list(row)
    for i, with_time in dates:
        if out[i] is not None:
            out[i] = out[i].isoformat(" ", "microseconds") if with_time else out[i].isoformat()
    return tuple(out)


def _header(
    posts: _Posts,
    actor: Principal,
    me: Who,
    type_id: str,
    record_id: int,
    item: BulkItem,
    document: Mapping[str, Any],
    batch_id: int | None,
) -> dict[str, Any]:
    submitted, created = _times(posts.now, item)
    counted = derive.statistics(type_id, document)
    day = derive.dated_on(type_id, document)
    if type_id == "person":
        owner: int | None = record_id
    else:
        owner = derive.best_staff(document)
        if owner is None and type_id in permissions.FUNDS:
            owner = posts.project(derive.project_of(document))[0]
    college = item.college_id or document.get("college_id")
    if college is None and type_id in permissions.FUNDS:
        college = posts.project(derive.project_of(document))[1]
    if college is None and owner is not None and type_id != "person":
        college = posts.unit(owner, day)
    who = item.entered_by or me
    closed = item.closed_at or item.approved_at or submitted
    since = {"00": created, "30": item.approved_at or submitted}.get(item.state, closed)
    return {
        "id": record_id,
        "university_code": actor.university_code,
        "type": type_id,
        "state": item.state,
        "version": 1,
        "title": derive.title(type_id, document),
        "college_id": college,
        "owner_person_id": owner,
        "entered_by": who.account_id,
        "channel": item.channel,
        "filed_year": None if day is None else day.year,
        "dated_on": day,
        "in_statistics": item.in_statistics and counted["in_statistics"],
        "out_reason": item.out_reason or counted["out_reason"],
        "non_secret": item.non_secret and item.state != "00",
        "batch_id": batch_id,
        "step": None,
        "created_at": created,
        "updated_at": since,
        "submitted_at": None if item.state == "00" else submitted,
        "state_since": since,
        "approved_at": (item.approved_at or submitted) if item.state == "30" else item.approved_at,
        "voided_at": closed if item.state == "90" else None,
    }


def _times(now: datetime, item: BulkItem) -> tuple[datetime, datetime]:
    submitted = item.submitted_at or item.approved_at or item.closed_at or item.created_at or now
    return submitted, item.created_at or submitted


def _history(
    out: dict[str, list[dict[str, Any]]],
    code: str,
    record_id: int,
    item: BulkItem,
    header: Mapping[str, Any],
    who: Who,
    type_id: str,
    document: Mapping[str, Any],
) -> None:
    """The steps that led to the item's state, and the version archived with the last of them."""
    if item.state == "00":
        return
    submitted: datetime = header["submitted_at"]
    number = _version(out, code, record_id, type_id, document, header, who)
    steps: list[tuple[str, str, str, Who, datetime, str | None]] = []
    reviewed = item.college is not None or item.office is not None
    waits = "10" if item.college is not None or item.state in ("10", "11") else "20"
    if item.state == "30" and not reviewed:
        steps.append(("file", "00", "30", who, submitted, None))
    else:
        action = "submit" if waits == "10" else ("submit_on_behalf" if item.channel == "college" else "submit_skip")
        steps.append((action, "00", waits, who, submitted, None))
        end = item.approved_at or header["state_since"]
        if item.college is not None and item.state in ("20", "21", "30", "90"):
            steps.append(("approve", "10", "20", item.college, submitted + (end - submitted) / 2, None))
            waits = "20"
        if item.state == "30" or (item.state == "90" and item.approved_at is not None):
            office = item.office or who
            steps.append(("approve", waits, "30", office, end, None))
            waits = "30"
    last: datetime = header["state_since"]
    if item.state in ("11", "21"):
        by = (item.college if item.state == "11" else item.office) or who
        steps.append(("return", "10" if item.state == "11" else "20", item.state, by, last, item.reason))
    elif item.state == "90":
        steps.append(("void", waits, "90", item.office or who, last, item.reason))
    for n, (action, from_state, to_state, by, at, reason) in enumerate(steps):
        out.setdefault("review_event", []).append(
            {
                "university_code": code,
                "record_id": record_id,
                "amendment_id": None,
                "action": action,
                "from_state": from_state,
                "to_state": to_state,
                "account_id": by.account_id,
                "account_name": by.name,
                "role": by.role,
                "at": at,
                "reason": reason,
                "marked_fields": None,
                "version_number": number if n == len(steps) - 1 and to_state == "30" else None,
            }
        )


def _version(
    out: dict[str, list[dict[str, Any]]],
    code: str,
    record_id: int,
    type_id: str,
    document: Mapping[str, Any],
    header: Mapping[str, Any],
    who: Who,
) -> int:
    body = serializer.archive(type_id, {**document, **_college(header)})
    out.setdefault("record_version", []).append(
        {
            "university_code": code,
            "record_id": record_id,
            "number": 1,
            "kind": "approved" if header["approved_at"] is not None else "submitted",
            "document": body,
            "sha256": serializer.sha256(body),
            "created_at": header["approved_at"] or header["submitted_at"],
            "created_by": who.account_id,
        }
    )
    return 1


def _college(header: Mapping[str, Any]) -> dict[str, Any]:
    has = any(f.name == "college_id" for f in ALL_RECORDS[header["type"]].fields())
    return {"college_id": header["college_id"]} if has and header["college_id"] is not None else {}


def _finding(uow: UnitOfWork, code: str, record_id: int, gap: Issue) -> dict[str, Any]:
    return {
        "university_code": code,
        "record_id": record_id,
        "rule": gap.rule or "gap",
        "field": gap.field,
        "severity": gap.severity,
        "text_zh": gap.zh,
        "text_en": gap.en,
        "source": "import",
        "opened_at": uow.now,
        "closed_at": None,
    }


def _refuse_taken_keys(uow: UnitOfWork, wanted: list[dict[str, Any]]) -> None:
    """One clear refusal instead of a database error: which key, and whether the batch itself repeats it."""
    seen: set[tuple[str, str]] = set()
    for row in wanted:
        key = (row["kind"], row["value"])
        if key in seen:
            raise TakenKey(row["kind"], row["value"], None)
        seen.add(key)
    values = sorted({row["value"] for row in wanted})
    k = p.record_key
    for start in range(0, len(values), 500):
        rows = uow.conn.execute(
            select(k.c.kind, k.c.value, k.c.record_id).where(
                k.c.university_code == wanted[0]["university_code"], k.c.value.in_(values[start : start + 500])
            )
        )
        for held in rows:
            if (held.kind, held.value) in seen:
                raise TakenKey(held.kind, held.value, held.record_id)


class TakenKey(Conflict):
    """A natural key is already held, by ``record_id``, or by an earlier item of the same batch (None)."""

    def __init__(self, kind: str, value: str, record_id: int | None) -> None:
        self.kind, self.value, self.record_id = kind, value, record_id
        where = "批次内重复" if record_id is None else "本校已登记"
        where_en = "repeated within the batch" if record_id is None else "already filed"
        super().__init__(f"“{value}” {where}。", f"“{value}” is {where_en}.")


# --- what follows from people and money ----------------------------------------------------------------------


class _Posts:
    """Colleges of people at dates and owners of projects, read once each."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow, self.now = uow, uow.now
        self._posts: dict[int, list[tuple[date, date | None, int]]] = {}
        self._projects: dict[int, tuple[int | None, int | None]] = {}

    def unit(self, person_id: int, day: date | None) -> int | None:
        if person_id not in self._posts:
            self._read_all()
            self._posts.setdefault(person_id, [])
        held, day = self._posts[person_id], day or today()
        for begin, end, unit_id in held:
            if begin <= day and (end is None or end >= day):
                return unit_id
        return held[0][2] if held else None

    def _read_all(self) -> None:
        post = p.person_post
        rows = self.uow.conn.execute(
            select(post.c.person_id, post.c.valid_from, post.c.valid_to, post.c.unit_id)
            .where(post.c.is_main)
            .order_by(post.c.valid_from)
        )
        self._posts.clear()
        for row in rows:
            self._posts.setdefault(row.person_id, []).append((row.valid_from, row.valid_to, row.unit_id))

    def project(self, project_id: int | None) -> tuple[int | None, int | None]:
        """(owner, college) of a project."""
        if project_id is None:
            return None, None
        if project_id not in self._projects:
            r = p.record
            row = self.uow.conn.execute(
                select(r.c.owner_person_id, r.c.college_id).where(r.c.id == project_id)
            ).one_or_none()
            self._projects[project_id] = (None, None) if row is None else (row.owner_person_id, row.college_id)
        return self._projects[project_id]


def _post_people(uow: UnitOfWork, in_force: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    rows = [
        row for header, document in in_force if (row := people.first_post(header, document)) is not None
    ]
    if rows:
        _execute(uow, p.person_post, rows)


def _post_money(
    uow: UnitOfWork, type_id: str, headers: list[dict[str, Any]], chunk: list[BulkItem]
) -> None:
    """The ledger of the loaded fund records, in order of their dates; balances change once a project."""
    kind = funds.POSTS[type_id]
    entries: list[dict[str, Any]] = []
    changes: dict[int, dict[str, int]] = {}
    for header, item in zip(headers, chunk, strict=True):
        project, fen = derive.project_of(item.document), item.document.get(funds.AMOUNT)
        frozen = item.state in ("10", "20") and type_id in funds.PAYMENTS
        if project is None or not isinstance(fen, int) or not (frozen or item.state == "30"):
            continue
        entry: funds.Kind = "frozen" if frozen else kind
        entries.append(
            {
                "university_code": header["university_code"],
                "project_id": project,
                "record_id": header["id"],
                "kind": entry,
                "fen": fen,
                "on_date": header["dated_on"] or today(),
                "at": header["state_since"],
            }
        )
        sums = changes.setdefault(project, {})
        for column, amount in funds.effect(type_id, entry, fen).items():
            sums[column] = sums.get(column, 0) + amount
    if not entries:
        return
    b = p.project_balance
    dialect = sqlite if uow.dialect == "sqlite" else postgresql
    code = headers[0]["university_code"]
    zero = {"university_code": code, "arrived": 0, "frozen": 0, "outward": 0, "spent": 0}
    uow.conn.execute(
        dialect.insert(b).on_conflict_do_nothing(index_elements=["project_id"]),
        [{"project_id": project, **zero} for project in changes],
    )
    columns = sorted({column for sums in changes.values() for column in sums})
    together = (
        update(b)
        .where(b.c.project_id == bindparam("for_project"))
        .values({c: b.c[c] + bindparam(f"more_{c}") for c in columns})
    )
    rows = [
        {"for_project": project, **{f"more_{c}": sums.get(c, 0) for c in columns}}
        for project, sums in sorted(changes.items())
    ]
    try:
        with uow.conn.begin_nested():
            uow.conn.execute(together, rows)
    except IntegrityError:
        _one_by_one(uow, changes)  # names the project that has not enough
    _execute(uow, p.fund_entry, entries)


def _one_by_one(uow: UnitOfWork, changes: Mapping[int, Mapping[str, int]]) -> None:
    b = p.project_balance
    for project, sums in sorted(changes.items()):
        change = update(b).where(b.c.project_id == project).values({b.c[c]: b.c[c] + n for c, n in sums.items()})
        before = funds.balance(uow, project)
        try:
            with uow.conn.begin_nested():
                uow.conn.execute(change)
        except IntegrityError as error:
            asked = sums.get("outward", 0) + sums.get("spent", 0) + sums.get("frozen", 0)
            raise SubmissionRefused([funds.Overdrawn(before.available, asked).issue]) from error
