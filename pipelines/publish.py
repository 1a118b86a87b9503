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
from pipelines import analyst_views, raw

KEEP = 3
PROVINCE, PEERS = "province", "peers"

OF_UNIVERSITY: dict[str, str] = {
    "core.dim_university": "university_code = $code",
    "core.dim_unit": "university_code = $code",
    "core.dim_person": "university_code = $code",
    "core.dim_code": "owner IN ('*', $code)",
    "core.dim_indicator": "true",
    "core.dim_rule": "true",
    "core.dim_type": "true",
    "core.fct_record": "university_code = $code AND valid_to IS NULL",
    "core.fct_measure": "university_code = $code AND valid_to IS NULL",
    "core.fct_credit": "university_code = $code AND valid_to IS NULL",
    "reports.rpt_indicator": "university_code = $code",
    "reports.rpt_work": "university_code = $code",
    "reports.rpt_reconciliation": "university_code = $code",
    "reports.rpt_balance": "university_code = $code",
}
"""Table → the condition by which a university's file is cut from it."""

OF_PROVINCE: dict[str, str] = {
    "core.dim_university": "true",
    "core.dim_code": "owner = '*'",
    "core.dim_indicator": "true",
    "core.dim_rule": "true",
    "core.dim_type": "true",
    "reports.rpt_province": "true",
}
OF_PEERS: dict[str, str] = {
    "core.dim_code": "owner = '*'",
    "core.dim_indicator": "true",
    "reports.rpt_peer": "true",
}


class PublishError(Exception):
    """A file would have been wrong and was not published."""


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
) -> Manifest:
    """Write the files of the ``changed`` universities that are not ``held``, of the province and of the peers,
    then move the pointer. Raises ``PublishError`` before anything is visible when a file would be wrong."""
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
            _university(con, home, new, code)
    _province(con, home, new, before, frozenset(held))
    if not held or PEERS not in new.files:
        _peers(con, home, new, frozenset(held))
    _switch(home, new)
    _forget(home)
    return new


def _university(con: duckdb.DuckDBPyConnection, home: Path, new: Manifest, code: str) -> None:
    temporary = _cut(con, home, new, code, OF_UNIVERSITY, {"code": code})
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
            wanted = con.execute(f"SELECT count(*) FROM {table} WHERE {condition}", _used(condition, code)).fetchall()  # noqa: S608
            if there != wanted[0][0]:
                raise PublishError(f"{code}: {name} holds {there} rows of {wanted[0][0]}")
        out.execute("CHECKPOINT")
    _place(home, new, code, temporary)


def _province(
    con: duckdb.DuckDBPyConnection, home: Path, new: Manifest, before: Manifest | None, held: frozenset[str]
) -> None:
    """A held university stands in the province with its last good numbers, and the province's own totals
    then stay as they were: they cannot be taken apart."""
    temporary = _cut(con, home, new, PROVINCE, OF_PROVINCE, {})
    with duckdb.connect(str(temporary)) as out:
        if held:
            stale = sorted(held | {"*"})
            out.execute("DELETE FROM rpt_province WHERE university_code IN (SELECT unnest(?))", [stale])
            if before is not None and PROVINCE in before.files:
                out.execute(f"ATTACH '{folder(home) / before.files[PROVINCE]}' AS old (READ_ONLY)")
                out.execute(
                    "INSERT INTO rpt_province BY NAME "
                    "SELECT * FROM old.rpt_province WHERE university_code IN (SELECT unnest(?))",
                    [stale],
                )
                out.execute("DETACH old")
        _meta(out, new, PROVINCE, "；".join(f"{code}：{reason['zh']}" for code, reason in new.held.items()))
        analyst_views.province(out)
        out.execute("CHECKPOINT")
    _place(home, new, PROVINCE, temporary)


def _peers(con: duckdb.DuckDBPyConnection, home: Path, new: Manifest, held: frozenset[str]) -> None:
    temporary = _cut(con, home, new, PEERS, OF_PEERS, {})
    with duckdb.connect(str(temporary)) as out:
        if held:
            out.execute("DELETE FROM rpt_peer WHERE university IN (SELECT unnest(?))", [sorted(held)])
        leaks = out.execute("SELECT count(*) FROM rpt_peer WHERE is_suppressed AND value IS NOT NULL").fetchall()
        if leaks[0][0]:
            raise PublishError(f"peers: {leaks[0][0]} suppressed cells show a value")
        _meta(out, new, PEERS)
        out.execute("CHECKPOINT")
    _place(home, new, PEERS, temporary)


def _used(condition: str, code: str) -> dict[str, str]:
    return {"code": code} if "$code" in condition else {}


def _cut(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    new: Manifest,
    name: str,
    tables: Mapping[str, str],
    parameters: dict[str, str],
) -> Path:
    """A new file with the rows of ``tables``, under a name readers never look at."""
    target = folder(home) / name
    target.mkdir(parents=True, exist_ok=True)
    temporary = target / f".{new.generation:06d}.tmp"
    temporary.unlink(missing_ok=True)
    con.execute(f"ATTACH '{temporary}' AS cut (BLOCK_SIZE 16384)")  # many small tables: 256 kB blocks would be mostly air
    con.begin()  # one transaction: a commit a statement would wait for the disk 500 times
    try:
        for table, condition in tables.items():
            used = {key: value for key, value in parameters.items() if f"${key}" in condition}
            con.execute(
                f"CREATE TABLE cut.main.{table.split('.')[1]} AS SELECT * FROM {table} WHERE {condition}",  # noqa: S608
                used,
            )
        if "code" in parameters:
            analyst_views.copy_records(con, "cut.main", parameters["code"])
        analyst_views.comments(con, "cut.main", tables)
        con.commit()
    except BaseException:
        con.rollback()
        raise
    finally:
        con.execute("DETACH cut")
    return temporary


def _meta(out: duckdb.DuckDBPyConnection, new: Manifest, code: str, held_reason: str = "") -> None:
    out.execute(
        "CREATE TABLE meta_generation AS SELECT CAST(? AS BIGINT) AS generation, CAST(? AS TIMESTAMP) AS as_of, "
        "CAST(? AS TIMESTAMP) AS published_at, CAST(? AS VARCHAR) AS university_code, true AS reconciled, "
        "CAST(? AS VARCHAR) AS held_reason",
        [new.generation, new.as_of, new.published_at, code, held_reason],
    )
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
