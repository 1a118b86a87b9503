"""`yanshu serve`: pages, worker and refresher start together, say so, and stop together."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from ingestion import processes

YANSHU = str(Path(sys.executable).with_name("yanshu"))


@dataclass
class Running:
    process: subprocess.Popen[str]
    port: int
    environment: dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([YANSHU, *words], env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "var"))
    environment = dict(os.environ)
    assert command(environment, "init").returncode == 0
    port = free_port()
    process = subprocess.Popen([YANSHU, "serve", "--port", str(port)], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield Running(process, port, environment)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def first_page(port: int, seconds: float = 90) -> int:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=2) as answer:
                return int(answer.status)
        except OSError:
            time.sleep(0.3)
    return 0


def until(wanted: object, what: object, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what() == wanted:  # type: ignore[operator]
            return True
        time.sleep(0.3)
    return False


@pytest.mark.ac("AC-001")
def test_everything_starts_answers_and_stops_together(running: Running) -> None:
    assert first_page(running.port) == 200
    assert until(3, lambda: sum(processes.running(name) is not None for name in processes.NAMES))
    pids = [pid for name in processes.NAMES if (pid := processes.running(name))]
    assert running.process.stdout is not None
    assert f"http://127.0.0.1:{running.port}" in running.process.stdout.readline()

    again = command(running.environment, "serve", "--port", str(free_port()))
    assert (again.returncode, again.stderr.strip()) == (1, "研数已在运行。")
    checks = json.loads(command(running.environment, "doctor", "--json").stdout)
    shown = next(check for check in checks if check["check"] == "后台进程")
    assert shown["ok"] and "MB" in shown["detail"]

    running.process.send_signal(signal.SIGTERM)
    running.process.wait(60)
    assert until([], lambda: [pid for pid in pids if psutil.pid_exists(pid)], 30)
    assert [name for name in processes.NAMES if processes.running(name)] == []


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    environment = {**os.environ, "YANSHU_HOME": str(tmp_path)}
    assert command(environment, "init").returncode == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = command(environment, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "已被占用" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_a_number_given_to_another_program_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    with processes.registered("worker"):
        assert processes.running("worker") == os.getpid()
    assert processes.running("worker") is None
    (tmp_path / "run" / "worker.json").write_text(json.dumps({"pid": os.getpid(), "started": 1.0}), encoding="utf-8")
    assert processes.running("worker") is None
