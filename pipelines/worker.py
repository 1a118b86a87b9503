"""The worker: runs queued jobs (long imports, exports, batches) and seals the audit each minute."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Mapping

from ingestion import audit, jobs
from ingestion.store.engine import ALL, Store, open_store
from pipelines.processes import registered

LOG = logging.getLogger(__name__)
PAUSE = 1.0
SEAL_EVERY = 60.0


def handlers() -> Mapping[str, jobs.Handler]:
    """What the worker can do, by kind of job."""
    from ingestion.exchange import history

    return {history.JOB: history.run_job}


def turn(store: Store, sealed_at: float) -> float:
    """One round: every queued job, and the seal when it is due. Returns when the audit was last sealed."""
    jobs.run_pending(store, handlers())
    if time.monotonic() - sealed_at >= SEAL_EVERY:
        with store.begin(ALL) as uow:
            audit.seal(uow)
        return time.monotonic()
    return sealed_at


def run(stop: threading.Event) -> None:
    """Until told to stop, or until the process that started this one is gone."""
    parent = os.getppid()
    store = open_store()
    sealed_at = 0.0
    with registered("worker"):
        jobs.reclaim(store)
        while not stop.is_set() and os.getppid() == parent:
            try:
                sealed_at = turn(store, sealed_at)
            except Exception:
                LOG.exception("a round of the worker failed")
                stop.wait(5.0)
            stop.wait(PAUSE)
    store.dispose()


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(stop)


if __name__ == "__main__":
    main()
