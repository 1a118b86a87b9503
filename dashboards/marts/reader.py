"""The only opener of published files.

A path comes from the principal and ``published/current.json`` alone: no page parameter can name a file.
Files are opened read-only, without access to anything outside them, with a locked configuration; one
connection a file a process, a cursor for each use, closed when the pointer moves. A process that kept a
connection to a replaced file would serve the old data for ever, so names are never reused.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb

from ingestion.principal import Denied, OperationError, Principal
from ingestion.store.engine import home, today

Level = Literal["university", "college", "person"]
LOG = logging.getLogger("yanshu.marts")

PROVINCE = "province"
PEERS = "peers"
TOGETHER = (PROVINCE, PEERS)
"""Files over all universities."""
RECONCILED = "对账"  # the word in the reason of a failed reconciliation

SETTINGS = (
    "SET memory_limit='1GB'",
    "SET threads=2",
    "SET temp_directory=''",
    "SET autoinstall_known_extensions=false",
    "SET autoload_known_extensions=false",
    "SET allow_community_extensions=false",
    "SET python_enable_replacements=false",
    "SET enable_external_access=false",
    "SET lock_configuration=true",
)


class NoNumbersYet(OperationError):
    """Nothing has been published for this organisation so far."""

    def __init__(self) -> None:
        super().__init__(
            "暂无数据：还没有生成过统计数据。", "No data yet: no statistics have been produced so far."
        )


class OlderFile(OperationError):
    """The file in force was published by a version that did not know what is asked for."""

    def __init__(self) -> None:
        super().__init__(
            "系统升级后正在全部重算，本页要用的新数据还没有生成。请稍后再打开；录入和审核不受影响。",
            "After the upgrade all figures are being computed anew, and what this page needs is not there yet. Open it again later; entry and review go on.",
        )


class NotMadeYet(OperationError):
    """The figures of a past day have not been made; a page asks for them (job ``past``)."""

    def __init__(self, key: str, day: date) -> None:
        super().__init__(f"{day} 的历史数据还没有生成。", f"The figures of {day} have not been made yet.")
        self.key, self.day = key, day


@dataclass(frozen=True)
class Pointer:
    """The content of ``current.json``: which file is in force for whom, who is held back on an older one and
    why (Chinese, English). Taken once per rerun."""

    generation: int
    files: tuple[tuple[str, str], ...]
    as_of: datetime | None = None
    held: tuple[tuple[str, str, str], ...] = ()

    def path_of(self, key: str) -> Path | None:
        for name, relative in self.files:
            if name == key:
                return published() / relative
        return None


@dataclass(frozen=True)
class Meta:
    """What a reader is told about a file. ``as_of`` is naive UTC; ``held_reason`` says which check keeps a
    university on its last good file."""

    generation: int
    as_of: datetime | None
    published_at: datetime | None
    university_code: str
    reconciled: bool
    held_reason: str
    held_reason_en: str = ""


@dataclass(frozen=True)
class Mart:
    """One published file as one principal may read it.

    ``level`` with ``college_id`` or ``person_id`` is the reach: every question in ``numbers`` binds it.
    ``persons`` is false where staff names must not leave the university (the province's drill-through).
    ``past``: the day at whose end these were the figures; None for those of now.
    """

    path: str
    meta: Meta
    level: Level
    college_id: int | None = None
    person_id: int | None = None
    persons: bool = True
    past: date | None = None

    @property
    def today(self) -> date:
        """The day the figures are of: what "this year" and "the same date last year" mean to them."""
        return self.past or today()

    def rows(self, sql: str, parameters: list[Any] | tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The whole result of one of our own queries."""
        return rows_of(self.path, sql, tuple(parameters))


def rows_of(path: str, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Runs on an open file. For ``Mart.rows`` and the page cache only: a path comes from a Mart."""
    cursor = _cursor(path)
    try:
        return cursor.execute(sql, list(parameters)).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException) as problem:
        # our queries fit the files this version publishes (each is run by a test); until the first refresh after an
        # upgrade has made everything anew, the last files are those of the version before
        LOG.error("a file of another version: %s: %s", Path(path).name, str(problem).splitlines()[0])
        raise OlderFile from problem
    finally:
        cursor.close()


def published() -> Path:
    return home() / "published"


_lock = threading.Lock()
_open: dict[str, duckdb.DuckDBPyConnection] = {}
_metas: dict[str, Meta] = {}
_pointer: tuple[tuple[str, int, int], Pointer] | None = None


def pointer() -> Pointer:
    """The generation in force. Moving on closes the connections of files no longer named."""
    global _pointer
    path = published() / "current.json"
    try:
        stat = path.stat()
    except FileNotFoundError:
        raise NoNumbersYet() from None
    key = (str(path), stat.st_mtime_ns, stat.st_ino)
    with _lock:
        if _pointer is not None and _pointer[0] == key:
            return _pointer[1]
        content = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(sorted((str(k), str(v)) for k, v in content["files"].items()))
        held = tuple(
            (str(code), str(why.get("zh", "")), str(why.get("en", "")))
            for code, why in sorted(content.get("held", {}).items())
        )
        as_of = datetime.fromisoformat(content["as_of"]) if content.get("as_of") else None
        found = Pointer(int(content["generation"]), files, as_of, held)
        in_force = {str(published() / relative) for _, relative in files}
        for old in [name for name in _open if name not in in_force and not _is_kept_past(name)]:
            # let go, not closed: close() would also end the cursors of reruns still reading the old file
            del _open[old]
            _metas.pop(old, None)
        _pointer = (key, found)
        return found


def open_for(principal: Principal, day: date | None = None) -> Mart:
    """The file of the principal's own organisation, bound to what the role may see; with ``day`` that of a past day.

    University-wide for the office, leaders, finance and analysts; one college for a college secretary;
    one person for a researcher; the province's file for province staff. Raises Denied for others, NotMadeYet for a
    day nobody has asked for before.
    """
    if principal.is_province or (principal.role == "system" and principal.university_code == "*"):
        return _mart(PROVINCE, "university", day)
    if principal.role in ("office_admin", "analyst", "finance", "system"):
        return _mart(principal.university_code, "university", day)
    if principal.role == "college_admin" and principal.unit_id is not None:
        return _mart(principal.university_code, "college", day, college_id=principal.unit_id)
    if principal.role == "researcher" and principal.person_id is not None:
        return _mart(principal.university_code, "person", day, person_id=principal.person_id)
    raise Denied()


def open_peers(principal: Principal, day: date | None = None) -> Mart:
    """What universities may see of each other: any member of a university, and the province."""
    if principal.role == "expert":
        raise Denied()
    return _mart(PEERS, "university", day)


def open_records_of(principal: Principal, university_code: str, day: date | None = None) -> Mart:
    """A university's file for the province's drill-through: its records, but no person."""
    if not principal.is_province or university_code in TOGETHER:
        raise Denied()
    return _mart(university_code, "university", day, persons=False)


def open_sums(principal: Principal) -> Mart:
    """The province's sums, for what sets universities against each other without showing them: full marks and the own
    place in an evaluation. For ``marts.evaluation.comparison`` alone; no line of it may reach a page of a university."""
    if principal.role == "expert":
        raise Denied()
    return _mart(PROVINCE, "university", None)


def may_ask(principal: Principal, key: str) -> bool:
    """Whether the principal can read the file of ``key`` in any reach, and so may ask for one of a past day."""
    try:
        if key == PEERS:
            open_peers(principal)
        elif principal.is_province and key != PROVINCE:
            open_records_of(principal, key)
        else:
            return open_for(principal).path == str(pointer().path_of(key))
    except (Denied, NoNumbersYet):
        return False
    return True


def file_for(principal: Principal) -> Path:
    """The file an analyst's SQL runs on, for the sandbox's child process alone."""
    return Path(open_for(principal).path)


def _mart(key: str, level: Level, day: date | None = None, **bound: Any) -> Mart:
    now = pointer()
    path = now.path_of(key)
    if path is None:
        raise NoNumbersYet()
    if day is not None and day < today():
        kept = past_path(key, day)
        if kept is None:
            raise NotMadeYet(key, day)
        return Mart(str(kept), _meta(str(kept)), level, past=day, **bound)
    _inside_published(path)
    name = str(path)
    return Mart(name, _seen(_meta(name), now, key), level, **bound)


def past_folder(key: str) -> Path:
    """Where the files of past days stand; ``key`` comes from the principal or the manifest, never from a page."""
    return published() / "past" / key


def past_path(key: str, day: date) -> Path | None:
    """The file of a past day, where one has been made since the last full build. No two ever have the same name."""
    found = sorted(past_folder(key).glob(f"{day.isoformat()}.*.duckdb"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def _is_kept_past(name: str) -> bool:
    path = Path(name)
    return path.is_relative_to(published() / "past") and path.exists()


def _seen(meta: Meta, now: Pointer, key: str) -> Meta:
    """An unchanged university keeps its file and is as fresh as the generation; a held one is as old as its
    file. The province is told of everybody who is held."""
    if key in (PROVINCE, PEERS):
        zh = "；".join(f"{code} {why}" for code, why, _ in now.held)
        en = "; ".join(f"{code} {why}" for code, _, why in now.held)
        return replace(meta, held_reason=zh or meta.held_reason, held_reason_en=en)
    for code, zh, en in now.held:
        if code == key:
            return replace(meta, held_reason=zh, held_reason_en=en, reconciled=meta.reconciled and RECONCILED not in zh)
    return replace(meta, generation=now.generation, as_of=now.as_of or meta.as_of)


def _inside_published(path: Path) -> None:
    if not path.resolve().is_relative_to(published().resolve()):
        raise Denied()


def _cursor(path: str) -> duckdb.DuckDBPyConnection:
    """A cursor keeps its file open until the rerun is done with it, also when the pointer moves on."""
    with _lock:
        connection = _open.get(path)
        if connection is None:
            connection = duckdb.connect(path, read_only=True)
            # While a rerun still holds a cursor on this file, DuckDB answers with the same database again:
            # it carries these settings already, and its configuration is locked.
            locked = connection.execute("SELECT current_setting('lock_configuration')").fetchall()
            if not locked[0][0]:
                for setting in SETTINGS:
                    connection.execute(setting)
            _open[path] = connection
        return connection.cursor()


def _meta(path: str) -> Meta:
    known = _metas.get(path)
    if known is None:
        row = rows_of(
            path,
            "SELECT generation, as_of, published_at, university_code, reconciled, held_reason FROM meta_generation",
        )[0]
        known = Meta(int(row[0]), row[1], row[2], row[3] or "", bool(row[4]), row[5] or "")
        _metas[path] = known
    return known


def meta_of(path: str) -> Meta:
    """What a file made for one question says about itself (``pipelines.what_if``)."""
    return _meta(path)


def let_go(path: str) -> None:
    """Forget a file that was made for one question."""
    with _lock:
        _open.pop(path, None)
        _metas.pop(path, None)


def meta_for(principal: Principal) -> Meta | None:
    """What the principal's own file says about itself; None where nothing is published or to be seen."""
    try:
        return open_for(principal).meta
    except (NoNumbersYet, Denied):
        return None


def reset() -> None:
    """Closes every file, for the end of a process and for tests."""
    global _pointer
    with _lock:
        for connection in _open.values():
            connection.close()
        _open.clear()
        _metas.clear()
        _pointer = None
