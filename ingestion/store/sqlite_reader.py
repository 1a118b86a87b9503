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

import pyarrow as pa
from adbc_driver_sqlite import StatementOptions, dbapi

ROWS_A_BATCH = 16_384


def _open(path: str) -> Any:
    conn = dbapi.connect(path, autocommit=True)
    with closing(conn.cursor()) as cursor:
        cursor.execute("PRAGMA query_only = ON")
        cursor.execute("PRAGMA busy_timeout = 30000")
        cursor.fetchall()
        cursor.execute("BEGIN")
    return conn


def _answer(conn: Any, sql: str, out: Any) -> None:
    options = {StatementOptions.BATCH_ROWS.value: str(ROWS_A_BATCH)}
    with closing(conn.cursor(adbc_stmt_kwargs=options)) as cursor:
        cursor.execute(sql)
        reader = cursor.fetch_record_batch()
        _say(out, {})
        with pa.ipc.new_stream(out, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)


def _say(out: Any, message: dict[str, str]) -> None:
    out.write(json.dumps(message).encode() + b"\n")


def serve() -> None:
    out = sys.stdout.buffer
    conn: Any = None
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            if "open" in request:
                conn = _open(request["open"])
                _say(out, {})
            elif "sql" in request:
                _answer(conn, request["sql"], out)
            else:
                conn.close()  # ends the transaction too
                conn = None
                _say(out, {})
        except dbapi.Error as error:
            _say(out, {"error": str(error)})
        out.flush()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        serve()
