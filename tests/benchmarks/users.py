"""Pages under many hands: ``python -m tests.benchmarks.users HOME [ROUNDS]``.

HOME is a finished demo (``YANSHU_HOME=HOME yanshu demo --universities 129 --records 2000 --no-serve``). Serves it, and prints
the memory of all processes when idle; for every page of figures, by real websocket sessions, the time to open it and the CPU
of all processes for each of its commonest clicks; then ten users who click at the same moment. Budgets: memory 4 GB (AC-002),
the leader's home and the province's pages in 3 s (AC-184), a click 100 ms of CPU, of ten together 95 % within 1 s.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.demo import free_port, wait_for
from tests.benchmarks.sessions import Session, cookie

CLICK, OPEN, TOGETHER, MEMORY = 0.100, 3.0, 1.0, 4 * 2**30
Act = Callable[[Session, int], float]


def chosen(key: str, *values: Any) -> tuple[str, Act]:
    return f"{key} chosen", lambda s, n: s.choose(key, values[n % len(values)])


def clicked(key: str) -> tuple[str, Act]:
    return f"{key} clicked", lambda s, n: s.click(key)


AGAIN: tuple[str, Act] = ("once more", lambda s, n: s.again())
TICKED: tuple[str, Act] = ("universities ticked", lambda s, n: s.choose("universities", [n]))

PAGES: tuple[tuple[str, str, tuple[tuple[str, Act], ...]], ...] = (
    ("p1", "home", (AGAIN,)),
    ("p1", "province", (AGAIN, TICKED, chosen("indicator", 1, 0, 2), chosen("basis", 1, 0), chosen("groups", [0], [0, 1, 2, 3]), chosen("city", 1, 0), clicked("map_swap"), clicked("province_define"))),
    ("p1", "quality", (AGAIN,)),
    ("p1", "questions", (AGAIN,)),
    ("p1", "pipeline", (AGAIN,)),
    ("p1", "evaluation", (AGAIN,)),
    ("pa1", "home", (AGAIN,)),
    ("o1", "home", (AGAIN,)),
    ("o1", "leader", (AGAIN, chosen("year", 1, 0), chosen("rule", 1, 0), clicked("tiers_swap"), clicked("open_O01"), clicked("define_O01"))),
    ("o1", "statistics", (AGAIN, chosen("indicator", 1, 0), chosen("rows", 1, 0), clicked("table_all"))),
    ("o1", "peers", (AGAIN, chosen("basis", 1, 0))),
    ("o1", "quality", (AGAIN,)),
    ("o1", "reviews", (AGAIN,)),
    ("o1", "pipeline", (AGAIN,)),
    ("o1", "why?indicator=O01&year=2026", (AGAIN,)),
    ("o1", "drill?indicator=O01&year=2026", (AGAIN,)),
    ("o1", "lineage?indicator=O01&year=2026", (AGAIN,)),
    ("o1", "returns", (AGAIN,)),
    ("o1", "evaluation", (AGAIN,)),
    ("o1", "sql", (AGAIN,)),
    ("s11", "home", (AGAIN,)),
    ("s11", "college", (AGAIN, chosen("year", 1, 0))),
    ("00123", "home", (AGAIN,)),
    ("00123", "mine", (AGAIN, chosen("year", 1, 0))),
    ("00123", "profile", (AGAIN,)),
)  # fmt: skip
TEN = ("p1", "province", TICKED), ("p1", "province", chosen("indicator", 1, 0, 2)), ("o1", "leader", AGAIN), ("o1", "leader", chosen("year", 1, 0)), \
      ("o1", "statistics", chosen("rows", 1, 0)), ("o1", "home", AGAIN), ("s11", "college", AGAIN), ("s11", "home", AGAIN), ("00123", "mine", AGAIN), ("00123", "home", AGAIN)  # fmt: skip


class Server:
    def __init__(self, home: Path) -> None:
        os.environ["YANSHU_HOME"] = str(home)
        self.port = free_port()
        self.accounts = {(row["university"], row["username"]): row["password"] for row in csv.DictReader((home / "demo-accounts.csv").open())}
        self.cookies: dict[str, str] = {}
        self.process = subprocess.Popen([str(Path(sys.executable).with_name("yanshu")), "serve", "--port", str(self.port)], stdout=subprocess.DEVNULL)
        wait_for(self.port)

    def session(self, username: str, address: str) -> Session:
        if username not in self.cookies:
            university = "42" if username.startswith("p") else "99001"
            self.cookies[username] = cookie(self.port, university, username, self.accounts[university, username])
        path, _, query = address.partition("?")
        return Session(self.port, self.cookies[username], path, query)

    def cpu(self) -> float:
        """Seconds of CPU of all serving processes so far."""
        top = psutil.Process(self.process.pid)
        return sum(sum(one.cpu_times()[:2]) for one in (top, *top.children(recursive=True)))


def main(home: Path, rounds: int = 6) -> None:
    server = Server(home)
    try:
        time.sleep(20)
        from ingestion import processes

        used = processes.memory()
        print(f"idle memory: {sum(used.values()) / 2**20:,.0f} MB ({', '.join(f'{k} {v / 2**20:,.0f}' for k, v in used.items())}) {_verdict(sum(used.values()), MEMORY)}")
        before = server.cpu()
        time.sleep(10)
        idle = (server.cpu() - before) / 10
        print(f"idle: {idle * 100:.1f} % of a core")
        for username, address, acts in PAGES:
            _page(server, username, address, acts, rounds, idle)
        _together(server, rounds, idle)
        many = server.session("o1", "leader")
        many.open()
        for n in range(rounds * 50):
            many.choose("year", n % 2)
        used = processes.memory()
        print(f"memory afterwards, {rounds * 50} clicks more: {sum(used.values()) / 2**20:,.0f} MB")
    finally:
        server.process.terminate()
        server.process.wait(30)


def _page(server: Server, username: str, address: str, acts: tuple[tuple[str, Act], ...], rounds: int, idle: float) -> None:
    page = server.session(username, address)
    first = page.open()
    print(f"{username:6} {address.partition('?')[0]:11} opened in {first:5.2f} s {_verdict(first, OPEN)}{page.failed}", flush=True)
    for label, act in acts:
        act(page, 0)
        act(page, 1)
        read, before, begun = page.read, server.cpu(), time.monotonic()
        took = [act(page, n) for n in range(rounds)]
        cpu = (server.cpu() - before - idle * (time.monotonic() - begun)) / rounds
        print(f"{'':18} {label:20} {cpu * 1000:5.0f} ms CPU, {statistics.median(took) * 1000:5.0f} ms, {(page.read - read) / rounds / 1000:5.0f} kB {_verdict(cpu, CLICK)}{page.failed}", flush=True)
    page.close()


def _together(server: Server, rounds: int, idle: float) -> None:
    """Ten pages open; all ten click at the same moment, ``rounds`` times two."""
    pages = [(server.session(username, path), act) for username, path, (_, act) in TEN]
    for page, act in pages:
        page.open()
        act(page, 0)
        act(page, 1)
    took: list[float] = []
    start = threading.Barrier(len(pages))

    def user(page: Session, act: Act) -> None:
        for n in range(rounds * 2):
            start.wait()
            took.append(act(page, n))

    threads = [threading.Thread(target=user, args=one) for one in pages]
    before, begun = server.cpu(), time.monotonic()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    cpu = (server.cpu() - before - idle * (time.monotonic() - begun)) / len(took)
    ordered = sorted(took)
    late = ordered[round(len(ordered) * 0.95) - 1]
    print(f"ten users together: median {statistics.median(ordered):.2f} s, 95 % within {late:.2f} s, slowest {ordered[-1]:.2f} s, {cpu * 1000:.0f} ms CPU a click {_verdict(late, TOGETHER)}")
    for page, _ in pages:
        page.close()


def _verdict(value: float, budget: float) -> str:
    return "ok " if value <= budget else "OVER BUDGET "


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(one) for one in sys.argv[2:3]))
