"""Accounts from a list or for the people: checked and made by the same code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import ColumnElement, or_, select

from ingestion import accounts, audit, permissions
from ingestion.accounts import Grant
from ingestion.exchange import layout, tabular
from ingestion.exchange.account_lists.rows import Reader, Refused, Wanted, columns_of
from ingestion.exchange.tabular import Book, Mark, Sheet
from ingestion.exchange.tabular import limits as tabular_limits
from ingestion.people import PERSON
from ingestion.principal import OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import Store, UnitOfWork, today

AT_ONCE = 200
"""Accounts made in one transaction."""
GONE = ("2", "3", "4", "7")  # retired, left, deceased, student: in force as people, without an account of their own accord
COUNTS = ("read", "new", "changed", "unchanged", "duplicate", "error")
COUNT_WORDS = {
    "read": ("读取", "read"), "new": ("新账号", "new accounts"), "changed": ("增加角色", "given a further role"), "unchanged": ("已有", "there already"),
    "duplicate": ("重复行", "repeated rows"), "error": ("错误", "errors"),
}  # fmt: skip
Progress = Callable[[int, int], None]


@dataclass
class Outcome:
    """``counts`` has the keys of COUNTS, and read is the sum of the others; ``changed``: rows that gave a further role
    to an account of this list or one that stood. ``accounts``: the ids of all accounts the list names, none in a dry run."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    refused: list[Refused] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    headings: tuple[str, ...] = ()
    dry_run: bool = False

    def text(self, language: str) -> str:
        words = [f"{COUNT_WORDS[name][language == 'en']} {self.counts[name]:,}" for name in COUNTS]
        return (", " if language == "en" else "，").join(words)


def check(store: Store, actor: Principal, path: Path, *, name: str | None = None, sheet: str | None = None) -> Outcome:
    """What ``import_list`` would do; nothing is written."""
    return _imported(store, actor, path, name, sheet, True, None)


def import_list(
    store: Store, actor: Principal, path: Path, *, name: str | None = None, sheet: str | None = None, progress: Progress | None = None
) -> Outcome:
    """Accounts from a file made from the template, or from any list with account or staff number, name and role.
    A row whose account holds the role already changes nothing. Without an account the staff number is it, without
    a role the person is a researcher. Wrong rows are left out. Raises ``OperationError`` for what is wrong with the
    file as a whole."""
    return _imported(store, actor, path, name, sheet, False, progress)


def mark(store: Store, actor: Principal, path: Path, out: Path, *, name: str | None = None, sheet: str | None = None, only_errors: bool = False, language: str = "zh") -> tabular.Counts:
    """The user's own file with what is wrong written beside it, as the accounts stand now."""
    found = check(store, actor, path, name=name, sheet=sheet)
    book, table = _opened(store, actor, path, name, sheet)
    marks = [Mark(one.row, one.index, one.zh, one.en) for one in found.refused]
    at = int(language == "en")
    summary: list[tuple[str, object]] = [(COUNT_WORDS[key][at], found.counts[key]) for key in COUNTS]
    return tabular.annotate(book, out, marks, summary, sheet=table, only_errors=only_errors, language=language)


def people_without(uow: UnitOfWork, actor: Principal, college_id: int | None = None) -> list[Wanted]:
    """People in post without an account, as researchers with their staff number as account."""
    permissions.require(actor, "manage_accounts")
    r = p.record
    held = select(p.account.c.person_id).where(p.account.c.university_code == actor.university_code, p.account.c.person_id.is_not(None))
    rows = uow.conn.execute(
        select(r.c.id, PERSON.c.staff_no, PERSON.c.name)
        .join(PERSON, PERSON.c.record_id == r.c.id)
        .where(*_in_post(actor, college_id), r.c.id.not_in(held), PERSON.c.staff_no.is_not(None))
        .order_by(PERSON.c.staff_no)
    )
    return [Wanted(0, row.staff_no, row.name, Grant("researcher"), row.id, row.staff_no) for row in rows]


def _in_post(actor: Principal, college_id: int | None) -> list[ColumnElement[bool]]:
    out = [
        permissions.pickable_people(actor, p.record), or_(PERSON.c.person_status.is_(None), PERSON.c.person_status.not_in(GONE)),
        or_(PERSON.c.left_on.is_(None), PERSON.c.left_on >= today()),
    ]  # fmt: skip
    return out if college_id is None else [*out, p.record.c.college_id == college_id]


def create_for_people(store: Store, actor: Principal, college_id: int | None = None, *, progress: Progress | None = None) -> Outcome:
    """An account for everybody in post (of a college) who has none. ``Outcome.accounts`` are those of all of them, also
    of a run before this one that was cut off."""
    with store.read(actor.university_code) as uow:
        wanted = people_without(uow, actor, college_id)
    outcome = Outcome()
    outcome.counts["read"] = len(wanted)
    _Making(store, actor, outcome, progress).all(wanted)
    with store.read(actor.university_code) as uow:
        people = select(PERSON.c.record_id).join(p.record, p.record.c.id == PERSON.c.record_id).where(*_in_post(actor, college_id))
        held = select(p.account.c.id).where(p.account.c.university_code == actor.university_code, p.account.c.person_id.in_(people))
        outcome.accounts = list(uow.conn.execute(held).scalars())
    return outcome


def _opened(store: Store, actor: Principal, path: Path, name: str | None, sheet: str | None) -> tuple[Book, Sheet]:
    with store.read(actor.university_code) as uow:
        limits = tabular_limits.of(uow)
    book = tabular.read(path, name, limits)
    if book.template is not None and book.template[0] != "accounts":
        raise OperationError(
            f"“{book.name}”不是账号模板，请下载账号模板后填写。", f"“{book.name}” is no template of accounts; download that and fill it in."
        )
    return book, book.sheet(sheet)


def _imported(store: Store, actor: Principal, path: Path, name: str | None, chosen: str | None, dry_run: bool, progress: Progress | None) -> Outcome:
    permissions.require(actor, "manage_accounts")
    _book, sheet = _opened(store, actor, path, name, chosen)
    at = columns_of(sheet)
    outcome = Outcome(headings=tuple(sheet.headings), dry_run=dry_run)
    with store.read(actor.university_code) as uow:
        reader = Reader(layout.load(uow, actor, "person", reading=False), at)
    wanted: list[Wanted] = []
    for row in sheet.rows():
        outcome.counts["read"] += 1
        read = reader.read(row.number, row.values)
        if isinstance(read, Wanted):
            wanted.append(read)
        else:
            outcome.counts["error"] += 1
            outcome.refused += read
    _Making(store, actor, outcome, progress).all(wanted)
    outcome.refused.sort(key=lambda one: one.row)
    return outcome


@dataclass
class _Account:
    """An account as the list finds or makes it. ``id`` None: a dry run would have made it."""

    id: int | None
    name: str
    kind: str
    person_id: int | None
    roles: set[tuple[str, int | None]] = field(default_factory=set)


class _Making:
    """One run. What stands is looked up for a piece of the list at a time; what the run itself has made is remembered,
    so that a dry run judges a list as the real one does."""

    def __init__(self, store: Store, actor: Principal, outcome: Outcome, progress: Progress | None) -> None:
        self.store, self.actor, self.outcome, self.progress = store, actor, outcome, progress
        self.accounts: dict[str, _Account] = {}
        self.of_person: dict[int, str] = {}

    def all(self, wanted: Sequence[Wanted]) -> Outcome:
        counts, code = self.outcome.counts, self.actor.university_code
        fresh = self._once_each(wanted)
        for start in range(0, len(fresh), AT_ONCE):
            some = fresh[start : start + AT_ONCE]
            with (self.store.read if self.outcome.dry_run else self.store.begin)(code) as uow:
                self._look_up(uow, some)
                for one in some:
                    self._one(uow, one)
            if self.progress is not None:
                self.progress(start + len(some), len(fresh))
        if not self.outcome.dry_run:
            self.outcome.accounts = [self.accounts[name].id or 0 for name in dict.fromkeys(one.username for one in fresh) if name in self.accounts]
            if counts["new"] + counts["changed"]:
                with self.store.begin(code) as uow:
                    audit.write(uow, self.actor, "import", "account", None, {"counts": counts})
        return self.outcome

    def _once_each(self, wanted: Sequence[Wanted]) -> list[Wanted]:
        seen: set[tuple[str, str, int | None, int | None]] = set()
        fresh: list[Wanted] = []
        for one in wanted:
            row = (one.username, one.grant.role, one.grant.unit_id, one.person_id)
            if row in seen:
                self.outcome.counts["duplicate"] += 1
            else:
                seen.add(row)
                fresh.append(one)
        return fresh

    def _look_up(self, uow: UnitOfWork, some: Sequence[Wanted]) -> None:
        a, g, code = p.account, p.account_grant, self.actor.university_code
        named = {one.username for one in some} - self.accounts.keys()
        persons = {one.person_id for one in some if one.person_id is not None} - self.of_person.keys()
        rows = uow.conn.execute(
            select(a.c.id, a.c.username, a.c.name, a.c.person_id, a.c.kind).where(
                a.c.university_code == code, a.c.username.in_(named) | a.c.person_id.in_(persons)
            )
        ).all()
        found = {row.id: _Account(row.id, row.name, row.kind, row.person_id) for row in rows}
        for row in rows:
            self.accounts.setdefault(row.username, found[row.id])
            if row.person_id is not None:
                self.of_person.setdefault(row.person_id, row.username)
        held = select(g.c.account_id, g.c.role, g.c.unit_id).where(g.c.account_id.in_(found), g.c.valid_to.is_(None) | (g.c.valid_to >= today()))
        for grant in uow.conn.execute(held):
            found[grant.account_id].roles.add((grant.role, grant.unit_id))

    def _one(self, uow: UnitOfWork, one: Wanted) -> None:
        counts, standing, role = self.outcome.counts, self.accounts.get(one.username), (one.grant.role, one.grant.unit_id)
        problem = self._problem(one, standing)
        if problem is not None:
            counts["error"] += 1
            self.outcome.refused.append(Refused(one.row, one.at, *problem))
        elif standing is None:
            counts["new"] += 1
            self.accounts[one.username] = self._made(uow, one)
            if one.person_id is not None:
                self.of_person[one.person_id] = one.username
        elif role in standing.roles:
            counts["unchanged"] += 1
        else:
            counts["changed"] += 1
            standing.roles.add(role)
            if standing.id is not None and not self.outcome.dry_run:
                accounts.grant_role(uow, self.actor, standing.id, one.grant)

    def _problem(self, one: Wanted, standing: _Account | None) -> tuple[str, str] | None:
        """Why this row can be no account, or no further role of the one that stands."""
        other = self.of_person.get(one.person_id) if one.person_id is not None else None
        if other is not None and other != one.username:
            return f"{one.name}（{one.staff_no}）已有账号“{other}”", f"{one.name} ({one.staff_no}) holds the account “{other}” already"
        if standing is None:
            return None
        if standing.kind == "system" or (one.person_id is not None and standing.person_id != one.person_id) or standing.name != one.name:
            return f"账号“{one.username}”已用于“{standing.name}”，请换一个账号", f"The account “{one.username}” is that of “{standing.name}”; take another"
        if (standing.kind == "expert") != (one.grant.role == "expert"):
            return f"账号“{one.username}”不能同时是专家和校内人员", f"The account “{one.username}” cannot be an expert's and that of somebody of the university"
        return None

    def _made(self, uow: UnitOfWork, one: Wanted) -> _Account:
        kind = "expert" if one.grant.role == "expert" else "person"
        created = None
        if not self.outcome.dry_run:
            created = accounts.create_account(
                uow, self.actor, self.actor.university_code, one.username, one.name, grants=(one.grant,), kind=kind, person_id=one.person_id
            )
        return _Account(created, one.name, kind, one.person_id, {(one.grant.role, one.grant.unit_id)})
