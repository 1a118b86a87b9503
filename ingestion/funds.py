"""The ledger of project money: append-only entries, running balances, and the CHECK that nothing is overdrawn.

A fund record posts to the ledger as it moves through review: an arrival when it comes into force; an outward
transfer or expense freezes its amount on submission, posts it when it comes into force and releases it when
it is returned, withdrawn or voided. ``project_balance`` changes in the same transaction, and its CHECK is the
invariant on both databases: two payments of 60 on 100 cannot both succeed, whoever is first.

A ``reversal`` entry takes back a posted one; its ``fen`` is signed as it changes what can be spent: negative
for an arrival, positive for an outward transfer or expense. So at any time

    available = Σ arrived − Σ outward − Σ spent − (Σ frozen − Σ released) + Σ reversal
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from ingestion.catalog.kinds import Issue
from ingestion.permissions import FUNDS, PROJECTS
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

Kind = Literal["arrived", "frozen", "released", "outward", "spent", "reversal"]

POSTS: dict[str, Kind] = {"fund_arrival": "arrived", "fund_outward": "outward", "fund_expense": "spent"}
PAYMENTS: frozenset[str] = FUNDS - {"fund_arrival"}
AMOUNT = "amount"
PROJECT = "project_id"
NO_PROJECT = Issue(PROJECT, "项目：请选择已通过的项目。", "Project: choose an approved project.")


class Overdrawn(Exception):
    """The CHECK refused: the project has less than asked for. ``remaining`` and ``asked`` are fen."""

    def __init__(self, remaining: int, asked: int) -> None:
        super().__init__(remaining, asked)
        self.remaining = remaining
        self.asked = asked

    @property
    def issue(self) -> Issue:
        return Issue(
            AMOUNT,
            f"金额：申请 {yuan(self.asked)} 元，超过项目可用余额 {yuan(self.remaining)} 元。",
            f"Amount: {yuan(self.asked)} yuan asked for, {yuan(self.remaining)} yuan available in the project.",
            rule="V022",
        )


@dataclass(frozen=True)
class Balance:
    """The sums of a project in fen."""

    arrived: int = 0
    frozen: int = 0
    outward: int = 0
    spent: int = 0

    @property
    def available(self) -> int:
        """What may still be applied for."""
        return self.arrived - self.outward - self.spent - self.frozen

    @property
    def balance(self) -> int:
        """到账 − 外拨 − 支出: frozen money has not left yet."""
        return self.arrived - self.outward - self.spent


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals and thousands separators."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def balance(uow: UnitOfWork, project_id: int) -> Balance:
    """The running sums of a project; zeros where no money ever moved. The caller has checked visibility."""
    b = p.project_balance
    row = uow.conn.execute(
        select(b.c.arrived, b.c.frozen, b.c.outward, b.c.spent).where(b.c.project_id == project_id)
    ).one_or_none()
    return Balance() if row is None else Balance(row.arrived, row.frozen, row.outward, row.spent)


def problems(uow: UnitOfWork, type_id: str, document: Mapping[str, Any], held: int = 0) -> list[Issue]:
    """What the ledger would refuse, before it does. ``held``: fen this record has frozen or posted already."""
    project, fen = document.get(PROJECT), document.get(AMOUNT)
    if type_id not in FUNDS or project is None:
        return []
    found = uow.conn.execute(select(p.record.c.type, p.record.c.state).where(p.record.c.id == project)).one_or_none()
    if found is None or found.type not in PROJECTS or found.state != "30":
        return [NO_PROJECT]
    if type_id not in PAYMENTS or not isinstance(fen, int):
        return []
    available = balance(uow, project).available + held
    return [Overdrawn(available, fen).issue] if fen > available else []


# --- what review does to money -----------------------------------------------------------------------------


def freeze(uow: UnitOfWork, header: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """On submission: set the amount of a payment aside. Raises ``Overdrawn``."""
    if header["type"] in PAYMENTS:
        _post(uow, header, document, [("frozen", document[AMOUNT])])


def release(uow: UnitOfWork, header: Mapping[str, Any]) -> None:
    """On return, withdrawal or void before approval: give back what is frozen."""
    if header["type"] in PAYMENTS:
        for project_id, fen in _frozen(uow, header["id"]):
            _post_to(uow, header, project_id, today(), [("released", fen)])


def post(uow: UnitOfWork, header: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """On final approval: what was frozen is paid, or the arrival arrives."""
    type_id = header["type"]
    if type_id in FUNDS:
        release(uow, header)
        _post(uow, header, document, [(POSTS[type_id], document[AMOUNT])])


def reverse(uow: UnitOfWork, header: Mapping[str, Any]) -> None:
    """When a record in force is voided or amended: a contra entry for whatever it has posted. Raises
    ``Overdrawn`` where the money of an arrival is already spent."""
    if header["type"] not in FUNDS:
        return
    for project_id, fen in _posted(uow, header["id"]):
        signed = -fen if header["type"] == "fund_arrival" else fen
        _post_to(uow, header, project_id, today(), [("reversal", signed)])


def held(uow: UnitOfWork, header: Mapping[str, Any], project_id: int | None) -> int:
    """The fen this record has frozen or posted on a project: free again once it is changed."""
    if header["type"] not in PAYMENTS:
        return 0
    both = [*_frozen(uow, header["id"]), *_posted(uow, header["id"])]
    return sum(fen for project, fen in both if project == project_id)


def _frozen(uow: UnitOfWork, record_id: int) -> list[tuple[int, int]]:
    return _sums(uow, record_id, {"frozen": 1, "released": -1})


def _posted(uow: UnitOfWork, record_id: int) -> list[tuple[int, int]]:
    """Fen posted and not yet reversed, by project, as a positive amount."""
    gross = dict(_sums(uow, record_id, {"arrived": 1, "outward": 1, "spent": 1}))
    for project_id, fen in _sums(uow, record_id, {"reversal": 1}):
        gross[project_id] = gross.get(project_id, 0) - abs(fen)
    return [(project_id, fen) for project_id, fen in gross.items() if fen]


def _sums(uow: UnitOfWork, record_id: int, signs: dict[str, int]) -> list[tuple[int, int]]:
    entry = p.fund_entry
    statement = select(entry.c.project_id, entry.c.kind, func.sum(entry.c.fen).label("fen")).where(
        entry.c.record_id == record_id, entry.c.kind.in_(signs)
    )
    out: dict[int, int] = {}
    for row in uow.conn.execute(statement.group_by(entry.c.project_id, entry.c.kind)):
        out[row.project_id] = out.get(row.project_id, 0) + signs[row.kind] * int(row.fen)
    return [(project_id, fen) for project_id, fen in sorted(out.items()) if fen]


def _post(
    uow: UnitOfWork, header: Mapping[str, Any], document: Mapping[str, Any], entries: Sequence[tuple[Kind, int]]
) -> None:
    on = header.get("dated_on") or today()
    _post_to(uow, header, int(document[PROJECT]), on, entries)


def _post_to(
    uow: UnitOfWork, header: Mapping[str, Any], project_id: int, on: date, entries: Sequence[tuple[Kind, int]]
) -> None:
    code = header["university_code"]
    for kind, fen in entries:
        change = effect(header["type"], kind, fen)
        before = _ensure_balance(uow, code, project_id)
        b = p.project_balance
        try:
            with uow.conn.begin_nested():
                uow.conn.execute(
                    update(b)
                    .where(b.c.project_id == project_id)
                    .values({b.c[column]: b.c[column] + amount for column, amount in change.items()})
                )
        except IntegrityError as error:
            raise Overdrawn(before.available, abs(fen)) from error
        uow.conn.execute(
            insert(p.fund_entry).values(
                university_code=code,
                project_id=project_id,
                record_id=header["id"],
                kind=kind,
                fen=fen,
                on_date=on,
                at=uow.now,
            )
        )


def effect(type_id: str, kind: Kind, fen: int) -> dict[str, int]:
    """What an entry adds to the columns of ``project_balance``."""
    match kind:
        case "frozen":
            return {"frozen": fen}
        case "released":
            return {"frozen": -fen}
        case "reversal":
            return {POSTS[type_id]: -abs(fen)}
        case _:
            return {kind: fen}


def _ensure_balance(uow: UnitOfWork, code: str, project_id: int) -> Balance:
    """The project's row, made if it is the first movement and locked until the end of the transaction."""
    dialect = sqlite if uow.dialect == "sqlite" else postgresql
    b = p.project_balance
    empty = {"project_id": project_id, "university_code": code, "arrived": 0, "frozen": 0, "outward": 0, "spent": 0}
    uow.conn.execute(dialect.insert(b).values(empty).on_conflict_do_nothing(index_elements=["project_id"]))
    locked = select(b.c.arrived, b.c.frozen, b.c.outward, b.c.spent).where(b.c.project_id == project_id)
    row = uow.conn.execute(locked.with_for_update()).one()
    return Balance(row.arrived, row.frozen, row.outward, row.spent)
