"""Ratios of attachments: run ``python -m tests.benchmarks.files [MEGABYTES]``.

Prints: storing against copying and hashing the same bytes, giving out against reading them, a whole library as a zip
against ``zipfile`` alone with its growth in memory, and how long hostile archives take to be refused.
"""

from __future__ import annotations

import hashlib
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from ingestion import libraries
from ingestion.attachments import AttachmentRefused, blobs, kinds
from ingestion.libraries import Selection
from ingestion.store import platform as p
from ingestion.store import setup
from ingestion.store.engine import ALL, Store, open_store, utc_now
from tests import universe
from tests.ingestion.attachments import samples

EACH = 512 << 10
CHUNK = 1 << 20


def cpu(work: Callable[[], Any], runs: int = 3) -> float:
    """User and system seconds of the best of several runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def copied(body: bytes, path: Path) -> str:
    hasher = hashlib.sha256()
    with path.open("wb") as out:
        for at in range(0, len(body), CHUNK):
            hasher.update(body[at : at + CHUNK])
            out.write(body[at : at + CHUNK])
    return hasher.hexdigest()


def storing(folder: Path) -> None:
    bodies = [os.urandom(20 << 20) for _ in range(4)]
    turn = iter(range(1000))

    def put() -> None:
        blobs.put(io.BytesIO(body := bodies[next(turn) % 4]), name := hashlib.sha256(body).hexdigest())
        blobs.drop(name)

    floor = cpu(lambda: copied(bodies[0], folder / "floor"))
    print(f"store 20 MB            {cpu(put, 4) / floor:5.2f} × copying and hashing it (it is hashed twice: before, for its name, and on the way)")
    name = hashlib.sha256(bodies[0]).hexdigest()
    blobs.put(io.BytesIO(bodies[0]), name)
    floor = cpu(lambda: hashlib.sha256((folder / "floor").read_bytes()).hexdigest())
    print(f"give out 20 MB         {cpu(lambda: sum(map(len, blobs.chunks(name)))) / floor:5.2f} × reading and hashing it")


def library(folder: Path, megabytes: int) -> tuple[Store, universe.Universe, int]:
    """A university's projects with files of half a megabyte each."""
    store = open_store(f"sqlite:///{folder / 'store.sqlite'}")
    setup.create(store)
    made = universe.build(store)
    count, now = megabytes * (1 << 20) // EACH, utc_now()
    records = [
        {"id": 1000 + n, "university_code": "99001", "type": "horizontal_project", "state": "30", "title": f"项目{n}", "entered_by": made.o1.account_id, "channel": "office", "created_at": now, "updated_at": now, "state_since": now, "submitted_at": now, "approved_at": now}
        for n in range(max(1, count // 4))
    ]  # fmt: skip
    contents, files = [], []
    for n in range(count):
        body = b"%PDF-1.7\n" + os.urandom(EACH)
        name, size = blobs.digest(io.BytesIO(body))
        blobs.put(io.BytesIO(body), name)
        contents.append({"sha256": name, "size": size, "media_type": "application/pdf", "created_at": now})
        files.append({"university_code": "99001", "record_id": 1000 + n // 4 % len(records), "slot": "other_file", "sha256": name, "name": f"文件{n}.pdf", "restricted": False, "added_by": made.o1.account_id, "added_at": now})
    with store.begin(ALL) as uow:
        for table, rows in ((p.record, records), (p.blob, contents), (p.attachment, files)):
            uow.conn.execute(insert(table), rows)
    return store, made, count


def packing(folder: Path, megabytes: int) -> None:
    store, made, count = library(folder, megabytes)
    paths = [path for path in (folder / "attachments").rglob("*") if path.is_file()]

    def bare() -> None:
        with zipfile.ZipFile(folder / "bare.zip", "w") as archive:
            for path in paths:
                with archive.open(path.name, "w", force_zip64=True) as out, path.open("rb") as content:
                    while piece := content.read(CHUNK):
                        out.write(piece)

    floor = cpu(bare, 2)
    chosen = Selection(libraries.PROJECT_TYPES)
    took = cpu(lambda: libraries.pack(store, made.o1, chosen, folder / "library.zip"), 2)
    print(f"zip of {megabytes} MB           {took / floor:5.2f} × zipfile alone ({count} files, {megabytes / took:,.0f} MB a CPU second; each is hashed before it is packed)")
    with store.read("99001") as uow:
        shown = cpu(lambda: (libraries.totals(uow, made.o1, chosen), libraries.holdings(uow, made.o1, chosen)))
    print(f"the page of it         {shown * 1000:5.0f} ms CPU")
    store.dispose()


def memory(folder: Path, megabytes: int) -> None:
    """Growth of a process of its own that packs, over one that packs two megabytes."""
    sizes = []
    for size in (2, megabytes):
        home = folder / f"memory{size}"
        home.mkdir()
        answer = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.files", "--pack", str(size)], env={**os.environ, "YANSHU_HOME": str(home)}, capture_output=True, text=True, check=True
        )
        sizes.append(int(answer.stdout.split()[-1]))
    print(f"memory for {megabytes} MB       {(sizes[1] - sizes[0]) / 1024:+5.1f} MB over a library of 2 MB")


def pack_alone(megabytes: int) -> None:
    folder = Path(os.environ["YANSHU_HOME"])
    store, made, _count = library(folder, megabytes)
    libraries.pack(store, made.o1, Selection(libraries.PROJECT_TYPES), folder / "library.zip")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def refusing() -> None:
    cases = {
        "zip of 40 MB of zeros": samples.HOSTILE["bomb"][1], "30,000 entries": samples.HOSTILE["30,000 entries"][1],
        "entries on each other": samples.overlapping(), "10,000 entries (taken)": samples.packed({f"{n}.txt": b"x" for n in range(10_000)}, zipfile.ZIP_STORED),
    }  # fmt: skip
    for name, body in cases.items():

        def look(body: bytes = body) -> None:
            try:
                kinds.media_type_of("a.zip", io.BytesIO(body))
            except AttachmentRefused:
                pass

        print(f"{name:<22} {cpu(look):5.3f} s CPU")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pack"]:
        pack_alone(int(sys.argv[2]))
    else:
        megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 300
        with tempfile.TemporaryDirectory() as name:
            os.environ["YANSHU_HOME"] = name
            storing(Path(name))
            refusing()
            memory(Path(name), megabytes)
            packing(Path(name), megabytes)
