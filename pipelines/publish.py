"""Cuts the marts into read-only files, one a university, and moves one pointer.

A file is never replaced in place: a process with an open connection would go on serving the old data under
the same name. So each file gets a name never used before, and ``current.json`` is renamed over the old one
when every file it names is on disk. Files named by the last three manifests stay, so that a page that took
a generation at its start can finish on it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.store.engine import utc_now
from pipelines import analyst_views, cut, raw
from pipelines.cut import OF_PEERS, OF_PROVINCE, OF_UNIVERSITY, Part, PublishError

KEEP = 3
PROVINCE, PEERS = "province", "peers"


@dataclass(frozen=True)
class Held:
    """Why a university keeps its last good file."""

    zh: str
    en: str
    since: str


@dataclass
class Manifest:
    """What ``current.json`` says: one generation, the file of each audience, who is held back and why, and how far
    the feed had been read (store, position; empty in manifests of older versions)."""

    generation: int
    as_of: str
    published_at: str
    store_id: str = ""
    position: int = 0
    files: dict[str, str] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    held: dict[str, dict[str, str]] = field(default_factory=dict)


def folder(home: Path) -> Path:
    return home / "published"


def current(home: Path) -> Manifest | None:
    """The manifest readers follow now; None before the first publication."""
    path = folder(home) / "current.json"
    return Manifest(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def publish(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    generation: int,
    as_of: datetime,
    changed: frozenset[str],
    held: Mapping[str, Held],
    part: Part | None = None,
) -> Manifest:
    """Write the files of the ``changed`` universities that are not ``held``, of the province and of the peers,
    then move the pointer. ``part``: what the refresh rewrote, where a file may be its predecessor revised; a
    university that was held is cut anew, because its last file has missed changes. Raises ``PublishError``
    before anything is visible when a file would be wrong."""
    before = current(home)
    new = Manifest(
        generation,
        as_of.isoformat(sep=" "),
        utc_now().isoformat(sep=" "),
        files=dict(before.files) if before else {},
        sha256=dict(before.sha256) if before else {},
        held={code: vars(reason) for code, reason in sorted(held.items())},
    )
    if (read := raw.position(con)) is not None:
        new.store_id, new.position = read.store_id, read.value
    known = {code for (code,) in con.execute("SELECT university_code FROM core.dim_university").fetchall()}
    for gone in set(new.files) - known - {PROVINCE, PEERS}:
        del new.files[gone], new.sha256[gone]
    for code in sorted((changed | (known - set(new.files))) & known):
        if code not in held:
            behind = before is None or code in before.held
            _university(con, home, new, code, None if behind else _last(home, before, code), part)
    together = None if held or (before is not None and before.held) else part
    _province(con, home, new, before, frozenset(held), together)
    if not held or PEERS not in new.files:
        _peers(con, home, new, before, frozenset(held), together)
    _switch(home, new)
    _forget(home)
    return new


def _university(con: duckdb.DuckDBPyConnection, home: Path, new: Manifest, code: str, last: Path | None, part: Part | None) -> None:
    temporary = _temporary(home, new, code)
    if last is not None and part is not None:
        cut.revised(con, last, temporary, OF_UNIVERSITY, part, _meta_row(new, code), code)
        _place(home, new, code, temporary)
        return
    write_university(con, temporary, new, code)
    _place(home, new, code, temporary)


def write_university(con: duckdb.DuckDBPyConnection, temporary: Path, new: Manifest, code: str) -> None:
    """A university's file cut anew from the marts of ``con``. Raises ``PublishError`` where it holds another's rows."""
    cut.anew(con, temporary, OF_UNIVERSITY, code)
    with duckdb.connect(str(temporary)) as out:
        out.begin()
        _meta(out, new, code)
        analyst_views.contribution(out, con)
        analyst_views.create(out)
        out.commit()
        for (table,) in out.execute(
            "SELECT table_name FROM duckdb_columns() WHERE column_name = 'university_code' "
            "AND table_name IN (SELECT table_name FROM duckdb_tables())"
        ).fetchall():
            foreign = out.execute(f'SELECT count(*) FROM "{table}" WHERE university_code <> ?', [code]).fetchall()  # noqa: S608
            if foreign[0][0]:
                raise PublishError(f"{code}: {table} holds {foreign[0][0]} rows of another university")
        for table, condition in OF_UNIVERSITY.items():
            name = table.split(".")[1]
            there = out.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]  # noqa: S608
            wanted = con.execute(f"SELECT count(*) FROM {table} WHERE {condition}", cut.used(condition, code)).fetchall()  # noqa: S608
            if there != wanted[0][0]:
                raise PublishError(f"{code}: {name} holds {there} rows of {wanted[0][0]}")
        out.execute("CHECKPOINT")


def _province(
    con: duckdb.DuckDBPyConnection, home: Path, new: Manifest, before: Manifest | None, held: frozenset[str], part: Part | None
) -> None:
    """A held university stands in the province with its last good numbers, and the province's own totals
    then stay as they were: they cannot be taken apart."""
    temporary = _temporary(home, new, PROVINCE)
    last = _last(home, before, PROVINCE)
    reason = "；".join(f"{code}：{reason['zh']}" for code, reason in new.held.items())
    if last is not None and part is not None:
        cut.revised(con, last, temporary, OF_PROVINCE, part, _meta_row(new, PROVINCE, reason))
        _place(home, new, PROVINCE, temporary)
        return
    write_province(con, temporary, new, reason, last if held else None, held)
    _place(home, new, PROVINCE, temporary)


def write_province(
    con: duckdb.DuckDBPyConnection, temporary: Path, new: Manifest, reason: str = "", last: Path | None = None, held: frozenset[str] = frozenset()
) -> None:
    """The province's file cut anew; rows of ``held`` universities and of the province itself come from ``last``."""
    cut.anew(con, temporary, OF_PROVINCE)
    with duckdb.connect(str(temporary)) as out:
        if held:
            stale = sorted(held | {"*"})
            out.execute("DELETE FROM rpt_province WHERE university_code IN (SELECT unnest(?))", [stale])
            if last is not None:
                out.execute(f"ATTACH '{last}' AS old (READ_ONLY)")
                out.execute(
                    "INSERT INTO rpt_province BY NAME "
                    "SELECT * FROM old.rpt_province WHERE university_code IN (SELECT unnest(?))",
                    [stale],
                )
                out.execute("DETACH old")
        _meta(out, new, PROVINCE, reason)
        analyst_views.province(out)
        out.execute("CHECKPOINT")


def _peers(
    con: duckdb.DuckDBPyConnection, home: Path, new: Manifest, before: Manifest | None, held: frozenset[str], part: Part | None
) -> None:
    temporary = _temporary(home, new, PEERS)
    _suppressed(con)
    last = _last(home, before, PEERS)
    if last is not None and part is not None:
        cut.revised(con, last, temporary, OF_PEERS, part, _meta_row(new, PEERS))
        _place(home, new, PEERS, temporary)
        return
    write_peers(con, temporary, new, held)
    _place(home, new, PEERS, temporary)


def _suppressed(con: duckdb.DuckDBPyConnection) -> None:
    leaks = con.execute("SELECT count(*) FROM reports.rpt_peer WHERE is_suppressed AND value IS NOT NULL").fetchall()
    if leaks[0][0]:
        raise PublishError(f"peers: {leaks[0][0]} suppressed cells show a value")


def write_peers(con: duckdb.DuckDBPyConnection, temporary: Path, new: Manifest, held: frozenset[str] = frozenset()) -> None:
    """The peers' file cut anew, without the ``held`` universities."""
    _suppressed(con)
    cut.anew(con, temporary, OF_PEERS)
    with duckdb.connect(str(temporary)) as out:
        if held:
            out.execute("DELETE FROM rpt_peer WHERE university IN (SELECT unnest(?))", [sorted(held)])
        _meta(out, new, PEERS)
        out.execute("CHECKPOINT")


def write(con: duckdb.DuckDBPyConnection, temporary: Path, new: Manifest, key: str) -> None:
    """The file of ``key`` (a university's code, "province" or "peers") cut anew from the marts of ``con``."""
    match key:
        case "province":
            write_province(con, temporary, new)
        case "peers":
            write_peers(con, temporary, new)
        case _:
            write_university(con, temporary, new, key)


def _temporary(home: Path, new: Manifest, name: str) -> Path:
    """Where a file is written: a name readers never look at."""
    target = folder(home) / name
    target.mkdir(parents=True, exist_ok=True)
    return target / f".{new.generation:06d}.tmp"


def _last(home: Path, before: Manifest | None, name: str) -> Path | None:
    """The file readers follow now, where it stands."""
    if before is None or name not in before.files:
        return None
    path = folder(home) / before.files[name]
    return path if path.exists() else None


def _meta_row(new: Manifest, code: str, held_reason: str = "") -> tuple[object, ...]:
    return (new.generation, new.as_of, new.published_at, code, True, held_reason)


def _meta(out: duckdb.DuckDBPyConnection, new: Manifest, code: str, held_reason: str = "") -> None:
    out.execute(
        "CREATE TABLE meta_generation (generation BIGINT, as_of TIMESTAMP, published_at TIMESTAMP, university_code VARCHAR, "
        "reconciled BOOLEAN, held_reason VARCHAR)"
    )
    out.execute("INSERT INTO meta_generation VALUES (?, ?, ?, ?, ?, ?)", list(_meta_row(new, code, held_reason)))
    out.execute("COMMENT ON TABLE meta_generation IS 'One row. 本文件的批次、数据截至时间（UTC）与发布时间。'")


def _place(home: Path, new: Manifest, name: str, temporary: Path) -> None:
    """Flush, protect and rename to a name never used before."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    temporary.chmod(0o440)
    final = temporary.with_name(f"{new.generation:06d}.duckdb")
    if final.exists():
        raise PublishError(f"{final.name} of {name} exists already")
    temporary.rename(final)
    _sync_folder(final.parent)
    new.files[name] = f"{name}/{final.name}"
    new.sha256[name] = digest


def _switch(home: Path, new: Manifest) -> None:
    text = json.dumps(vars(new), ensure_ascii=False, indent=1, sort_keys=True)
    manifests = folder(home) / "manifests"
    manifests.mkdir(parents=True, exist_ok=True)
    for path in (manifests / f"{new.generation:06d}.json", folder(home) / "current.json"):
        temporary = path.with_suffix(".tmp")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    _sync_folder(folder(home))


def _forget(home: Path) -> None:
    """Remove files no manifest of the last three names, and what an interrupted run left behind."""
    root = folder(home)
    manifests = sorted((root / "manifests").glob("*.json"))
    for path in manifests[:-KEEP]:
        path.unlink()
    named: set[str] = set()
    for path in manifests[-KEEP:]:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        named.update(content["files"].values())
    for path in root.glob("*/*"):
        if path.parent.name == "manifests":
            continue
        if path.suffix == ".tmp" or (path.suffix == ".duckdb" and str(path.relative_to(root)) not in named):
            path.unlink()


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
