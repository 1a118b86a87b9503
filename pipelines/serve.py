"""`yanshu serve`: the web process, with the worker and the refresher beside it, stopped together."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from ingestion import processes
from ingestion.principal import OperationError
from ingestion.store.engine import home

LOG = logging.getLogger(__name__)
BESIDE = ("worker", "refresher")
GRACE = 15.0


class Beside:
    """One process beside the web process; started again where it ends unasked, slower each time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self._wait = 1.0
        self._not_before = 0.0

    def start(self) -> None:
        log = home() / "log" / f"{self.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.beside", self.name],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def keep(self) -> None:
        if self.process is None or self.process.poll() is None or time.monotonic() < self._not_before:
            return
        LOG.warning("the %s ended with %s and is started again", self.name, self.process.returncode)
        self._not_before = time.monotonic() + self._wait
        self._wait = min(self._wait * 2, 60.0)
        self.start()

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(host: str = "127.0.0.1", port: int = 8501, *, ready: Callable[[str], None] | None = None) -> None:
    """Serves until interrupted. ``ready`` is called with the address once pages are served.

    Raises:
        OperationError: it runs already, or the port is taken.
    """
    if processes.running("web"):
        raise OperationError("研数已在运行。", "Yanshu is already running.")
    if not _free(host, port):
        raise OperationError(f"端口 {port} 已被占用，请用 --port 另选一个。", f"Port {port} is taken; choose another with --port.")
    beside = [Beside(name) for name in BESIDE]
    stop = threading.Event()

    def watch() -> None:
        told = False
        while not stop.wait(0.2 if not told else 2.0):
            if not told and _answers(host, port):
                told = True
                if ready is not None:
                    ready(f"http://{host}:{port}")
            for one in beside:
                one.keep()

    # Uvicorn ends and then sends the signal again: without a handler that would end this process before the others.
    signal.signal(signal.SIGTERM, _interrupt)
    with processes.registered("web"):
        for one in beside:
            one.start()
        watcher = threading.Thread(target=watch, name="watch", daemon=True)
        watcher.start()
        try:
            _web(host, port)
        except KeyboardInterrupt:
            pass  # asked to stop: that is how serving ends
        finally:
            stop.set()
            watcher.join(5.0)
            for one in beside:
                one.stop()


def _web(host: str, port: int) -> None:
    import uvicorn

    config = uvicorn.Config(
        "dashboards.app:create_app", factory=True, host=host, port=port, log_config=None, server_header=False,
        timeout_graceful_shutdown=5, proxy_headers=False, access_log=False,  # dashboards.http.edge reads a proxy's headers
    )  # fmt: skip
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "uvicorn.asgi"):
        # Streamlit sets the level of these anew whenever it likes; and a single-use link is an address, so that no
        # request may leave a line.
        logging.getLogger(name).addFilter(_matters)
    uvicorn.Server(config).run()


def _matters(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1" if host == "0.0.0.0" else host, port), timeout=1.0):
            return True
    except OSError:
        return False
