"""A program of its own: answers SQL from a SQLite file as Arrow streams on standard output.

It is started by ``ingestion.store.snapshot`` and imports nothing of the product. One JSON object a line
comes in, ``{"open": path}``, ``{"sql": text}`` or ``{"close": true}``; a line ``{}`` or ``{"error": text}``
goes out, followed for ``sql`` by one Arrow stream. It ends when its input ends.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing, suppress
from typing import Any

import adbc_driver_sqlite
import pyarrow as pa
from adbc_driver_manager import AdbcConnection, AdbcStatement, Error
from adbc_driver_sqlite import StatementOptions

# The driver's own interface: its DB-API module imports pandas, which takes longer than most reads.
ROWS_A_BATCH = {StatementOptions.BATCH_ROWS.value: "16384"}


class Snapshot:
    """One file, read-only, in one transaction."""

    def __init__(self, path: str) -> None:
        self.database = adbc_driver_sqlite.connect(path)
        self.connection = AdbcConnection(self.database)
        for statement in ("PRAGMA query_only = ON", "PRAGMA busy_timeout = 30000", "BEGIN"):
            with closing(AdbcStatement(self.connection)) as prepared:
                prepared.set_sql_query(statement)
                stream, _ = prepared.execute_query()
                pa.RecordBatchReader._import_from_c(stream.address).close()

    def answer(self, sql: str, out: Any) -> None:
        with closing(AdbcStatement(self.connection)) as statement:
            statement.set_options(**ROWS_A_BATCH)
            statement.set_sql_query(sql)
            stream, _ = statement.execute_query()
            with pa.RecordBatchReader._import_from_c(stream.address) as reader:
                _say(out, {})
                with pa.ipc.new_stream(out, reader.schema) as writer:
                    for batch in reader:
                        writer.write_batch(batch)

    def close(self) -> None:
        """Ends the transaction too."""
        self.connection.close()
        self.database.close()


def _say(out: Any, message: dict[str, str]) -> None:
    out.write(json.dumps(message).encode() + b"\n")


def serve() -> None:
    out = sys.stdout.buffer
    snapshot: Snapshot | None = None
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            if "open" in request:
                snapshot = Snapshot(request["open"])
                _say(out, {})
            elif snapshot is not None and "sql" in request:
                snapshot.answer(request["sql"], out)
            elif snapshot is not None:
                snapshot.close()
                snapshot = None
                _say(out, {})
            else:
                _say(out, {"error": "nothing is open"})
        except Error as error:
            _say(out, {"error": str(error)})
        out.flush()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        serve()
