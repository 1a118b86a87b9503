"""One consistent read of the whole store as Arrow tables, through ADBC.

**On SQLite the reading happens in a process of its own.** The ADBC driver carries its own copy of the SQLite
library, and two copies in one process undo each other's file locks: closing the driver's connection removed
the write-ahead log under the product's open connection, and transactions committed after that were lost
(measured; the SQLite documentation warns of it in "How to corrupt a database file", 2.2.1). Nothing in the product's processes may open the store's file by another library,
nor read the file directly.

On PostgreSQL the driver wraps each query in COPY, so the transaction is opened by hand.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import make_url

from ingestion.store.engine import Store

Fetch = Callable[[str], pa.Table]

_PIPE_BYTES = 1 << 20


def snapshot(store: Store) -> AbstractContextManager[Fetch]:
    """A function from SQL text to an Arrow table; all its answers show the store at one moment, with the scope
    of the installation. On PostgreSQL ``YANSHU_FEED_DATABASE_URL`` names the extraction's own role, without
    it the store's own url is used."""
    if store.dialect == "sqlite":
        return _sqlite(str(store.engine.url.database))
    own = os.environ.get("YANSHU_FEED_DATABASE_URL")
    url = make_url(own) if own else store.engine.url
    return _postgresql(url.set(drivername="postgresql").render_as_string(hide_password=False))


@contextmanager
def _postgresql(url: str) -> Iterator[Fetch]:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(url, autocommit=True) as conn, conn.cursor() as cursor:

        def fetch(sql: str) -> pa.Table:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        fetch("SELECT set_config('app.university', '*', true)")
        yield fetch
        cursor.execute("COMMIT")


class _Reader:
    """The reading process. It starts at the first read, stays for the next ones, and ends with this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()  # one snapshot at a time
        self._process: subprocess.Popen[bytes] | None = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            # -P keeps this folder off the path: it holds a module named like one of Python's own
            program = [sys.executable, "-P", str(Path(__file__).with_name("sqlite_reader.py"))]
            self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            if hasattr(fcntl, "F_SETPIPE_SZ"):  # Linux
                assert self._process.stdout is not None
                fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return self._process

    def ask(self, **request: Any) -> Any:
        """Raises OSError with the database's words, or where the process died."""
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise OSError("the reading process ended")
        message = json.loads(line)
        if "error" in message:
            raise OSError(message["error"])
        return process.stdout

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None


_reader = _Reader()
atexit.register(_reader.stop)


@contextmanager
def _sqlite(path: str) -> Iterator[Fetch]:
    def fetch(sql: str) -> pa.Table:
        with pa.ipc.open_stream(_reader.ask(sql=sql)) as stream:
            return stream.read_all()

    with _reader.lock:
        try:
            _reader.ask(open=path)
            yield fetch
            _reader.ask(close=True)
        except BaseException:
            _reader.stop()  # an answer may be half read; the next snapshot starts a new process
            raise
