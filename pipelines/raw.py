"""The raw layer: the store's watched tables as they arrived, in DuckDB schema ``raw``.

``apply`` works in one DuckDB transaction: delete the changed keys, insert their current rows, save the
position. Killed in between, nothing happened; applied twice, nothing changes and nothing counts as touched.

What a batch touched is kept in ``raw._touched`` until ``settle``: a refresh that fails after this step
leaves its work to the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from ingestion import feed
from ingestion.store.platform import METADATA
from ingestion.store.triggers import WATCHED, university_column

_TYPES = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
}

NOTED = {"person_post": "person_id", "project_balance": "project_id"}
"""Tables whose rows belong to no record, and whose changes are noted by this column."""


@dataclass(frozen=True)
class Touched:
    """What changed since the last ``settle``. ``full``: everything was loaded anew, so every university and
    record counts as touched. ``records``: ids of records with a changed row in any table, deleted ones too.
    ``posted``: people with a changed post. ``projects``: whose running sums changed."""

    full: bool
    universities: frozenset[str]
    tables: frozenset[str]
    records: frozenset[int]
    posted: frozenset[int] = frozenset()
    projects: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.full or bool(self.tables)


def position(con: duckdb.DuckDBPyConnection) -> feed.Position | None:
    """Where the feed goes on; None asks for a full read: nothing was applied yet, or the tables of the
    catalogue are no longer those that stand here."""
    _prepare(con)
    row = con.execute("SELECT store_id, position, layout FROM raw._feed").fetchone()
    if row is None or row[2] != _layout():
        return None
    return feed.Position(row[0], row[1])


def as_of(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """Naive UTC: every change committed to the store before it is in the raw tables."""
    _prepare(con)
    row = con.execute("SELECT as_of FROM raw._feed").fetchone()
    return None if row is None else row[0]


def apply(con: duckdb.DuckDBPyConnection, changes: feed.Changes) -> Touched:
    """Bring the raw tables to the state of ``changes``; returns everything touched since the last settle."""
    _prepare(con)
    con.begin()
    try:
        if changes.full:
            _replace(con, changes)
        else:
            for name, table in changes.tables.items():
                _merge(con, name, table)
        _save_counts(con, changes)
        con.execute("DELETE FROM raw._feed")
        con.execute(
            "INSERT INTO raw._feed VALUES (?, ?, ?, ?)",
            [changes.position.store_id, changes.position.value, _layout(), changes.as_of],
        )
        con.commit()
    except BaseException:
        con.rollback()
        raise
    return pending(con)


def pending(con: duckdb.DuckDBPyConnection) -> Touched:
    """What has been applied and not yet settled."""
    _prepare(con)
    rows = con.execute("SELECT DISTINCT kind, name, id FROM raw._touched").fetchall()

    def ids(wanted: str) -> frozenset[int]:
        return frozenset(id_ for kind, _, id_ in rows if kind == wanted)

    return Touched(
        full=any(kind == "full" for kind, _, _ in rows),
        universities=frozenset(name for kind, name, _ in rows if kind == "university"),
        tables=frozenset(name for kind, name, _ in rows if kind == "table"),
        records=ids("record"),
        posted=ids("person_post"),
        projects=ids("project_balance"),
    )


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Forget what was touched; called when a generation that holds it has been published."""
    con.execute("DELETE FROM raw._touched")


def keep_reviews(con: duckdb.DuckDBPyConnection, reviews: pa.Table | None = None) -> None:
    """Replace ``raw._review_event`` by all steps of review there are; without any, see that the table stands."""
    columns = ", ".join(f'"{field.name}" {_TYPES[field.type]}' for field in feed.REVIEWS)
    con.execute("CREATE SCHEMA IF NOT EXISTS raw")
    con.execute(f"CREATE TABLE IF NOT EXISTS raw._review_event ({columns})")
    if reviews is not None:
        con.begin()
        con.execute("DELETE FROM raw._review_event")
        con.register("_arrived", reviews)
        con.execute("INSERT INTO raw._review_event SELECT * FROM _arrived")
        con.unregister("_arrived")
        con.commit()


def _prepare(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE SCHEMA IF NOT EXISTS raw")
    con.execute(
        "CREATE TABLE IF NOT EXISTS raw._feed "
        "(store_id VARCHAR NOT NULL, position BIGINT NOT NULL, layout VARCHAR NOT NULL, as_of TIMESTAMP NOT NULL)"
    )
    con.execute(
        "CREATE TABLE IF NOT EXISTS raw._touched "
        "(kind VARCHAR NOT NULL, name VARCHAR NOT NULL, id BIGINT NOT NULL)"  # full | university | table | record | person_post | project_balance
    )
    columns = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in feed.COUNTED_BY.items())
    con.execute(f"CREATE TABLE IF NOT EXISTS raw._store_counts ({columns}, records BIGINT NOT NULL)")


def _columns(name: str) -> str:
    return ", ".join(f'"{field.name}" {_TYPES[field.type]}' for field in feed.schema(name))


def _layout() -> str:
    """Changes whenever a watched table or column does."""
    return hashlib.sha256("\n".join(f"{name}: {_columns(name)}" for name in WATCHED).encode()).hexdigest()


def _replace(con: duckdb.DuckDBPyConnection, changes: feed.Changes) -> None:
    standing = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw' AND table_name NOT LIKE '\\_%' ESCAPE '\\'"
    ).fetchall()
    for (name,) in standing:
        con.execute(f'DROP TABLE raw."{name}"')
    for name, table in changes.tables.items():
        con.execute(f'CREATE TABLE raw."{name}" ({_columns(name)})')
        grain = (METADATA.tables[name].comment or "").replace("'", "''")
        con.execute(f"COMMENT ON TABLE raw.\"{name}\" IS '{grain}'")
        _insert(con, name, table.rows)
        for column in _indexed(name):
            con.execute(f'CREATE INDEX "{name}_{column}" ON raw."{name}" ("{column}")')
    con.execute("DELETE FROM raw._touched")
    _note(con, "full", [""])
    _note(con, "university", changes.universities)
    _note(con, "table", changes.tables)


def _indexed(name: str) -> list[str]:
    """The columns by which a refresh looks rows up: what belongs to a record of the batch, what a person of the
    batch contributed, what a project's money is made of. Without them a refresh reads every row there is: 340 ms for
    100 of 2 million, with them 12 ms."""
    columns = METADATA.tables[name].columns
    if name in ("university", "unit", "code_item"):
        return []
    return [column for column in ("id", "record_id", "person_id", "project_id", "target_id") if column in columns and (column != "id" or name == "record")]


def _merge(con: duckdb.DuckDBPyConnection, name: str, table: feed.TableChanges) -> None:
    """Only what differs is written and touched: on PostgreSQL the feed delivers changes again for as long as an
    older transaction is open, and a saved form may write the values that stood there."""
    con.register("_changed_keys", pa.table({"key": table.keys}))
    con.register("_arrived", table.rows)
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE _standing AS SELECT * FROM raw."{name}" '  # noqa: S608
        f'WHERE "{table.key}" IN (SELECT key FROM _changed_keys)'
    )
    noted = NOTED.get(name, table.key)
    differing = con.execute(  # every row has an identity of its own, so sets of rows may be compared
        f'SELECT DISTINCT "{noted}", "{university_column(name)}" FROM ('  # noqa: S608
        "(FROM _standing EXCEPT FROM _arrived) UNION ALL (FROM _arrived EXCEPT FROM _standing))"
    ).fetchall()
    con.unregister("_arrived")
    if differing:
        con.execute(f'DELETE FROM raw."{name}" WHERE "{table.key}" IN (SELECT key FROM _changed_keys)')  # noqa: S608
        _insert(con, name, table.rows)
        _note(con, "table", [name])
        _note(con, "university", {university for _, university in differing})
        if name in NOTED:
            _note(con, name, ids={key for key, _ in differing})
        elif name == "record" or table.key == "record_id":
            _note(con, "record", ids={key for key, _ in differing})
    con.unregister("_changed_keys")


def _insert(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    if len(rows) == 0:
        return
    con.register("_arrived", rows)
    con.execute(f'INSERT INTO raw."{name}" SELECT * FROM _arrived')  # noqa: S608
    con.unregister("_arrived")


def _save_counts(con: duckdb.DuckDBPyConnection, changes: feed.Changes) -> None:
    if changes.full:
        con.execute("DELETE FROM raw._store_counts")
    else:
        for university in changes.universities:
            con.execute("DELETE FROM raw._store_counts WHERE university_code = ?", [university])
    con.register("_arrived", changes.counts)
    con.execute("INSERT INTO raw._store_counts SELECT * FROM _arrived")
    con.unregister("_arrived")


def _note(
    con: duckdb.DuckDBPyConnection, kind: str, names: Iterable[str] = (), ids: Iterable[int] = ()
) -> None:
    rows = [(name, 0) for name in names] + [("", id_) for id_ in ids]
    arrived = {
        "name": pa.array([r[0] for r in rows], pa.string()),
        "id": pa.array([r[1] for r in rows], pa.int64()),
    }
    con.register("_noted", pa.table(arrived))
    con.execute("INSERT INTO raw._touched SELECT ?, name, id FROM _noted", [kind])
    con.unregister("_noted")
