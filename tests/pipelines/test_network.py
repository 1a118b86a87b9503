"""A refresh through Dagster, dbt and Great Expectations opens no connection to anywhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.pipelines.conftest import Installation

ALONE = """
import socket, sys

def refuse(*address):
    print("CONNECTION", address, flush=True)
    raise OSError("no network here")

class Deaf(socket.socket):
    def connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse(address)
        return super().connect(address)
    def connect_ex(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse(address)
        return super().connect_ex(address)

socket.socket = Deaf
socket.create_connection = refuse
socket.getaddrinfo = refuse

from pathlib import Path
from ingestion.store.engine import open_store
from pipelines import definitions

result = definitions.run_in_process(open_store(sys.argv[1]), Path(sys.argv[2]), full=True)
print("GENERATION", result.generation, flush=True)
"""


def test_nothing_phones_home(installation: Installation) -> None:
    script = Path(installation.home) / "alone.py"
    script.write_text(ALONE, encoding="utf-8")
    shutil.rmtree(installation.home / "dbt", ignore_errors=True)
    done = subprocess.run(
        [sys.executable, str(script), installation.store.url, str(installation.home)],
        capture_output=True, text=True, timeout=280, cwd=Path(__file__).parents[2], check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(installation.home), "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "GENERATION" in done.stdout
    assert "CONNECTION" not in done.stdout + done.stderr
