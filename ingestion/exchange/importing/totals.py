"""Control totals (AC-220): how many records of a type and year there must be, typed before, compared after."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, insert, select

from ingestion import permissions
from ingestion.exchange.importing.options import Difference
from ingestion.principal import OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

LISTED = 1000
FIRST_YEAR, LAST_YEAR = 1949, 2200


def keep(uow: UnitOfWork, actor: Principal, type_id: str, totals: Mapping[int, int]) -> None:
    """Write the university's totals for a type, in place of earlier ones for the same years."""
    if not totals:
        return
    permissions.require(actor, "import", type_id)
    check(totals)
    t = p.import_total
    uow.conn.execute(
        delete(t).where(t.c.university_code == actor.university_code, t.c.type == type_id, t.c.year.in_(sorted(totals)))
    )
    uow.conn.execute(
        insert(t),
        [
            {"university_code": actor.university_code, "type": type_id, "year": year, "expected": n, "account_id": actor.account_id, "at": uow.now}
            for year, n in sorted(totals.items())
        ],
    )


def check(totals: Mapping[int, int]) -> None:
    """Raises ``OperationError`` naming every year or number that cannot be."""
    wrong = [f"{year}={n}" for year, n in totals.items() if not FIRST_YEAR <= year <= LAST_YEAR or not 0 <= n <= 10_000_000]
    if wrong:
        raise OperationError(
            f"控制数不对：{'、'.join(wrong)}；应为年度=数量，如 2019=1204。", f"These control totals cannot be: {', '.join(wrong)}; expected year=number, as 2019=1204."
        )


def of(uow: UnitOfWork, actor: Principal, type_id: str) -> dict[int, int]:
    """The university's totals for a type by year."""
    t = p.import_total
    rows = uow.conn.execute(
        select(t.c.year, t.c.expected).where(t.c.university_code == actor.university_code, t.c.type == type_id).order_by(t.c.year)
    )
    return {row.year: row.expected for row in rows}


def differences(
    uow: UnitOfWork, actor: Principal, type_id: str, totals: Mapping[int, int], batch_id: int | None = None,
    planned: Mapping[str, int] | None = None,
) -> list[Difference]:
    """The years whose number of records in effect (drafts and void ones aside) is not the total. ``rows``: rows of
    the batch filed under that year that were not loaded. ``planned``: records of a batch that is only checked, by
    year, counted as if they were loaded."""
    if not totals:
        return []
    r, row = p.record, p.import_row
    counted = uow.conn.execute(
        select(r.c.filed_year, func.count().label("n"))
        .where(
            r.c.university_code == actor.university_code, r.c.type == type_id, r.c.filed_year.in_(sorted(totals)),
            r.c.state.not_in(("00", p.LOADING, "90")),
        )
        .group_by(r.c.filed_year)
    )  # fmt: skip
    actual = {one.filed_year: one.n for one in counted}
    for text, n in (planned or {}).items():
        actual[int(text)] = actual.get(int(text), 0) + n
    out = []
    for year, expected in sorted(totals.items()):
        if actual.get(year, 0) == expected:
            continue
        rows: list[int] = []
        if batch_id is not None:
            left_out = select(row.c.row).where(
                row.c.batch_id == batch_id, row.c.filed_year == year, row.c.result.in_(("error", "duplicate", "held"))
            )
            rows = list(uow.conn.execute(left_out.order_by(row.c.row).limit(LISTED)).scalars())
        out.append(Difference(year, expected, actual.get(year, 0), tuple(rows)))
    return out
