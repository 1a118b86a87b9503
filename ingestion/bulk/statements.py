"""Many rows of one table in one statement of the driver.

On SQLite plain tuples: SQLAlchemy prepares every row's parameters anew, which takes longer than the database
does. On PostgreSQL one array a column: change-log triggers there fire once a statement, so one statement a row
would fire them for every row; COPY cannot be used, because it is refused to whom row-level security holds. The
arrays are written here: the driver's own writer of lists takes twice as long as the server with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Float, Integer, LargeBinary, Table
from sqlalchemy.dialects import postgresql, sqlite

from ingestion import serializer
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

TABLES: dict[str, Table] = {
    **serializer.TABLES,
    **{t.name: t for t in (p.record_key, p.record_version, p.review_event, p.finding)},
}

_sqlite: Any = sqlite.dialect
_postgresql: Any = postgresql.dialect
_dialect = _postgresql()
PREPARERS = {"sqlite": _sqlite().identifier_preparer, "postgresql": _dialect.identifier_preparer}

Writer = Callable[[Iterable[Any]], str]
"""A column's values as the text of a PostgreSQL array."""


def execute(uow: UnitOfWork, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; all have the first one's columns."""
    names = tuple(rows[0])
    values = map(itemgetter(*names), rows) if len(names) > 1 else ((row[names[0]],) for row in rows)
    if uow.dialect == "sqlite":
        statement, dates = _of_rows(table, names)
        uow.conn.exec_driver_sql(statement, [_texts(row, dates) for row in values] if dates else list(values))
    else:
        statement, writers = _of_columns(table, names)
        columns = zip(*values, strict=True)
        uow.conn.exec_driver_sql(statement, tuple(write(column) for write, column in zip(writers, columns, strict=True)))


def plan_anew(uow: UnitOfWork) -> None:
    """Have PostgreSQL plan its checks of references again. It keeps a plan for each in the session, made when the
    table referred to held a few rows and an index that begins with the university looked as good as the key: kept
    while a load fills the table, each check reads every record of the university. 10,000 records took 17 s and each
    further thousand longer, planned anew 4 s. Statistics do not come to help: the rows of an open transaction
    are in none."""
    if uow.dialect == "postgresql":
        uow.conn.exec_driver_sql("DISCARD PLANS")


@cache
def _of_rows(table: Table, columns: tuple[str, ...]) -> tuple[str, tuple[tuple[int, bool], ...]]:
    """SQLite's INSERT, and which columns are kept as text (position, is a day and time)."""
    kinds = [table.c[c].type for c in columns]
    dates = tuple(
        (i, isinstance(kind, DateTime)) for i, kind in enumerate(kinds) if isinstance(kind, (Date, DateTime))
    )
    return f"{_into('sqlite', table, columns)} VALUES ({', '.join('?' * len(columns))})", dates


@cache
def _of_columns(table: Table, columns: tuple[str, ...]) -> tuple[str, tuple[Writer, ...]]:
    """PostgreSQL's INSERT over one array a column, and what writes each array."""
    kinds = [table.c[c].type for c in columns]
    arrays = ", ".join(f"%s::{kind.compile(_dialect)}[]" for kind in kinds)
    writers = tuple(_writer(kind) for kind in kinds)
    return f"{_into('postgresql', table, columns)} SELECT * FROM unnest({arrays})", writers  # noqa: S608 - names of the catalogue


def _into(dialect: str, table: Table, columns: tuple[str, ...]) -> str:
    quote = PREPARERS[dialect].quote
    return f"INSERT INTO {quote(table.name)} ({', '.join(quote(c) for c in columns)})"


def _texts(row: tuple[Any, ...], dates: tuple[tuple[int, bool], ...]) -> tuple[Any, ...]:
    out = list(row)
    for i, with_time in dates:
        value: date | datetime | None = out[i]
        if isinstance(value, datetime) and with_time:
            out[i] = value.isoformat(" ", "microseconds")
        elif value is not None:
            out[i] = value.isoformat()
    return tuple(out)


# --- arrays in PostgreSQL's own writing -------------------------------------------------------------------------


def _writer(kind: Any) -> Writer:
    match kind:
        case Boolean():
            return _booleans
        case Integer() | Float():
            return _numbers
        case DateTime():
            return _times
        case Date():
            return _days
        case LargeBinary():
            return _bytes
        case _:
            return _words


def _numbers(values: Iterable[Any]) -> str:
    return "{" + ",".join(["NULL" if v is None else str(v) for v in values]) + "}"


def _booleans(values: Iterable[Any]) -> str:
    return "{" + ",".join(["NULL" if v is None else "t" if v else "f" for v in values]) + "}"


def _times(values: Iterable[Any]) -> str:
    return "{" + ",".join(["NULL" if v is None else f'"{v.isoformat(" ")}"' for v in values]) + "}"


def _days(values: Iterable[Any]) -> str:
    return "{" + ",".join(["NULL" if v is None else v.isoformat() for v in values]) + "}"


def _bytes(values: Iterable[Any]) -> str:
    return "{" + ",".join(["NULL" if v is None else f'"\\\\x{v.hex()}"' for v in values]) + "}"


def _words(values: Iterable[Any]) -> str:
    return "{" + ",".join(["NULL" if v is None else _quoted(v) for v in values]) + "}"


def _quoted(word: str) -> str:
    if "\\" in word:
        word = word.replace("\\", "\\\\")
    return '"' + word.replace('"', '\\"') + '"'
