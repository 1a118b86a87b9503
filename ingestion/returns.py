"""What the office enters in the ministry's year-end tables where no record holds it: who, when, and what stood before.

Values are only ever added; the newest of a cell is in force, one without a value takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from ingestion import audit, permissions
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.platform import account, return_entry

FIRST_YEAR = 2000
LARGEST = 10**15
LONGEST_NOTE = 300


@dataclass(frozen=True)
class Entry:
    """A value as it was entered: ``value`` in fen for money, else a whole number; None where it was taken back."""

    sheet: str
    row: str
    column: str
    value: int | None
    note: str
    made_by: str
    made_at: datetime


def entries(uow: UnitOfWork, actor: Principal, year: int) -> dict[tuple[str, str, str], Entry]:
    """The value in force of every cell entered for ``year``: (table, row, column) → entry. Needs the right to see the
    year-end tables."""
    permissions.require(actor, "view_returns")
    c = return_entry.c
    newest = (
        select(func.max(c.id))
        .where(permissions.visible(actor, return_entry), c.university_code == actor.university_code, c.year == year)
        .group_by(c.sheet, c.row_code, c.column_code)
    )
    rows = uow.conn.execute(select(return_entry, account.c.name).join(account, account.c.id == c.made_by).where(c.id.in_(newest)))
    found = [Entry(r.sheet, r.row_code, r.column_code, r.value, r.note, r.name, r.made_at) for r in rows]
    return {(one.sheet, one.row, one.column): one for one in found if one.value is not None}


def standing(uow: UnitOfWork, university_code: str, year: int) -> dict[tuple[str, str, str], int]:
    """The values in force of a university, for whoever signs its tables: (table, row, column) → value."""
    c = return_entry.c
    newest = select(func.max(c.id)).where(c.university_code == university_code, c.year == year).group_by(c.sheet, c.row_code, c.column_code)
    rows = uow.conn.execute(select(return_entry).where(c.id.in_(newest)).order_by(c.id))
    return {(r.sheet, r.row_code, r.column_code): r.value for r in rows if r.value is not None}


def history(uow: UnitOfWork, actor: Principal, year: int, sheet: str) -> list[Entry]:
    """Every value ever entered in a table of ``year``, newest first."""
    permissions.require(actor, "view_returns")
    c = return_entry.c
    rows = uow.conn.execute(
        select(return_entry, account.c.name)
        .join(account, account.c.id == c.made_by)
        .where(permissions.visible(actor, return_entry), c.university_code == actor.university_code, c.year == year, c.sheet == sheet)
        .order_by(c.id.desc())
    )
    return [Entry(r.sheet, r.row_code, r.column_code, r.value, r.note, r.name, r.made_at) for r in rows]


def enter(
    uow: UnitOfWork, actor: Principal, year: int, sheet: str, values: Mapping[tuple[str, str], int | None], words: Mapping[tuple[str, str], tuple[str, str]], note: str = ""
) -> int:
    """Enters values in cells (row, column) of a table: fen for money, whole numbers else, None to take one back. ``words`` names
    each cell in both languages, for what is said of a wrong value. Gives how many cells changed; unchanged ones are not
    written again. Raises OperationError with every wrong value at once: nothing is stored then."""
    permissions.require(actor, "enter_returns")
    problems = [
        (f"“{zh}”的值“{value}”须在 0 到 {LARGEST:,} 之间", f"“{en}”: {value} must lie between 0 and {LARGEST:,}")
        for (place, value), (zh, en) in ((one, words[one[0]]) for one in values.items())
        if value is not None and not 0 <= value <= LARGEST and place in words
    ]
    if not FIRST_YEAR <= year <= today().year:
        problems.append((f"年度“{year}”须在 {FIRST_YEAR} 到 {today().year} 之间", f"Year “{year}” must lie between {FIRST_YEAR} and {today().year}"))
    if len(note) > LONGEST_NOTE:
        problems.append((f"说明有 {len(note)} 字，最多 {LONGEST_NOTE} 字", f"The note has {len(note)} characters, at most {LONGEST_NOTE}"))
    if problems:
        raise OperationError("；".join(zh for zh, _ in problems) + "。没有保存。", "; ".join(en for _, en in problems) + ". Nothing was saved.")
    standing = entries(uow, actor, year)
    changed = 0
    for (row, column), value in values.items():
        before = standing.get((sheet, row, column))
        if (before.value if before else None) == value:
            continue
        uow.conn.execute(insert(return_entry).values(
            university_code=actor.university_code, year=year, sheet=sheet, row_code=row, column_code=column, value=value, note=note.strip(),
            made_by=actor.account_id, made_at=uow.now,
        ))  # fmt: skip
        audit.write(uow, actor, "enter_return", "return_entry", None, {"year": year, "cell": f"{sheet}.{row}.{column}", "before": before.value if before else None, "value": value})
        changed += 1
    return changed
