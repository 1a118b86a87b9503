"""The processes beside the web process: ``python -m pipelines.beside worker|refresher``.

Each ends when told to, and when the process that started it is gone.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from ingestion.processes import collect_seldom, registered
from ingestion.store.engine import home, open_store

LOG = logging.getLogger(__name__)


def worker(stop: threading.Event) -> None:
    from pipelines import worker as working

    store = open_store()
    try:
        working.run(store, stop)
    finally:
        store.dispose()


def refresher(stop: threading.Event) -> None:
    from pipelines.refresher import Refresher

    store = open_store()
    keeper = Refresher(store, home())
    thread = threading.Thread(target=keeper.run, name="refresher", daemon=True)
    thread.start()
    try:
        while not stop.wait(1.0) and thread.is_alive():
            pass
    finally:
        keeper.stop()
        thread.join(30.0)
        store.dispose()


BESIDE = {"worker": worker, "refresher": refresher}


def main(name: str) -> None:
    collect_seldom()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()

    def watch() -> None:
        while not stop.wait(2.0):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, name="parent", daemon=True).start()
    with registered(name):
        BESIDE[name](stop)


if __name__ == "__main__":
    main(sys.argv[1])
