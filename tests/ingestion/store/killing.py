"""What is killed: programs that write or refresh until somebody ends them, telling each step that is done.

They run in processes forked from a server that has imported all of this once, so that a kill costs a tenth of a second.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import duckdb

from ingestion import feed
from ingestion.store.engine import open_store
from pipelines import raw
from tests.ingestion.store import rows

FORKING = get_context("forkserver")
FORKING.set_forkserver_preload([__name__])


def write(told: Connection, url: str) -> None:
    """Papers, one a transaction; tells the id of each that is stored."""
    store = open_store(url)
    while True:
        with store.begin("99001") as uow:
            record = rows.paper(uow, "99001", 1)
        told.send(record)


def refresh(told: Connection, url: str, file: str) -> None:
    """A paper and a refresh of the raw tables, in turn."""
    store = open_store(url)
    con = duckdb.connect(file)
    while True:
        with store.begin("99001") as uow:
            rows.paper(uow, "99001", 1)
        raw.apply(con, feed.read(store, raw.position(con)))
        told.send("refreshed")


def killed(program: Callable[..., None], *arguments: str) -> list[Any]:
    """Run until something was told, kill at a random moment within 0.3 s after; what was told."""
    ours, theirs = FORKING.Pipe(duplex=False)
    process = FORKING.Process(target=program, args=(theirs, *arguments))
    process.start()
    theirs.close()
    seen = [ours.recv()]
    time.sleep(random.uniform(0, 0.3))
    process.kill()
    process.join()
    try:
        while True:
            seen.append(ours.recv())
    except EOFError:
        return seen
