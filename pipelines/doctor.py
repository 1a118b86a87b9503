"""`yanshu doctor`: each part of the installation looked at, in order, none stopping the next."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from ingestion import processes, refreshes, snapshots, vault
from ingestion.principal import OperationError, Principal
from ingestion.store import rls, setup
from ingestion.store.engine import ALL, Store, home, local_time, open_store, utc_now
from ingestion.store.platform import change_log, code_item, university

DISK_NEEDED = 1 << 30
LAG_ALLOWED = timedelta(minutes=10)
WRITER_ALLOWED = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One part: its name, whether it is well, and what was seen."""

    zh: str
    en: str
    ok: bool
    detail_zh: str
    detail_en: str

    def as_dict(self, language: str) -> dict[str, Any]:
        zh = language == "zh"
        return {"check": self.zh if zh else self.en, "ok": self.ok, "detail": self.detail_zh if zh else self.detail_en}


def examine() -> list[Check]:
    """All checks. Where the store cannot be reached, only those that need none follow."""
    store = open_store()
    try:
        found = [_guarded(store, "数据库", "Store", _store)]
        if found[0].ok:
            for zh, en, check in (
                ("数据库结构", "Migrations", _migrations),
                ("数据库角色", "Database role", _role),
                ("密钥", "Key", _key),
                ("代码表", "Code lists", _codes),
                ("单位", "Organisations", _organisations),
                ("最早的写入事务", "Oldest writer", _oldest_writer),
                ("数据批次", "Generation", _generation),
                ("待刷新的变更", "Feed lag", _lag),
                ("对账", "Reconciliation", _reconciliation),
                ("附件", "Attachments", _attachments),
                ("报送快照", "Signed snapshots", _snapshots),
                ("后台进程", "Processes", _processes),
            ):
                found.append(_guarded(store, zh, en, check))
        found.append(_guarded(store, "磁盘", "Disk", _disk))
        return found
    finally:
        store.dispose()


Seen = tuple[bool, str, str]


def _guarded(store: Store, zh: str, en: str, look: Callable[[Store], Seen]) -> Check:
    try:
        return Check(zh, en, *look(store))
    except OperationError as refusal:
        return Check(zh, en, False, refusal.zh, refusal.en)
    except Exception as error:
        name = type(error).__name__
        return Check(zh, en, False, f"无法检查（{name}）", f"cannot be checked ({name})")


def _store(store: Store) -> Seen:
    with store.read(ALL) as uow:
        uow.conn.execute(select(func.count()).select_from(university)).scalar_one()
        identity = setup.store_id(uow.conn)
    return True, f"{store.dialect}，标识 {identity}", f"{store.dialect}, identity {identity}"


def _migrations(store: Store) -> Seen:
    if setup.pending(store):
        return False, "数据库结构不是最新版本，请运行 yanshu init 升级", "the tables are older than the product; yanshu init upgrades them"
    return True, "已是最新版本", "up to date"


def _role(store: Store) -> Seen:
    """Row-level security holds every role but a superuser; an owner could take it away."""
    if store.dialect != "postgresql":
        return True, "SQLite：无角色", "SQLite: no roles"
    with store.read(ALL) as uow:
        standing = rls.standing(uow.conn)
    if not standing.held:
        return (
            False,
            f"{standing.role} 不受行级权限约束，请改用 yanshu_app 连接",
            f"{standing.role} is held by no row-level security; connect as yanshu_app",
        )
    if standing.owner:
        return True, f"{standing.role}（表的所有者）", f"{standing.role} (owns the tables)"
    return True, standing.role, standing.role


def _key(store: Store) -> Seen:
    with store.begin(ALL) as uow:
        vault.check_key(uow)
    return True, "与数据库一致", "belongs to this store"


def _snapshots(store: Store) -> Seen:
    """Every signed snapshot's file is there and its signature holds; ``yanshu snapshot verify`` proves its numbers."""
    with store.read(ALL) as uow:
        found = snapshots.list_for(uow, Principal(0, ALL, "", "", "province_staff"))
    broken = []
    for one in found:
        try:
            snapshots.read(one, keep=False)
        except snapshots.Broken:
            broken.append(one.number)
    if broken:
        named = ", ".join(broken[:5])
        return False, f"{len(broken)} 份的文件缺失或被改动：{named}", f"the files of {len(broken)} are missing or changed: {named}"
    return True, f"{len(found)} 份已签名", f"{len(found)} signed"


def _codes(store: Store) -> Seen:
    with store.read(ALL) as uow:
        lists, items = uow.conn.execute(
            select(func.count(func.distinct(code_item.c.list)), func.count()).where(code_item.c.owner == ALL)
        ).one()
    return items > 0, f"{lists} 个代码表，{items} 个代码", f"{lists} lists, {items} codes"


def _organisations(store: Store) -> Seen:
    with store.read(ALL) as uow:
        count = uow.conn.execute(select(func.count()).select_from(university)).scalar_one()
    return count > 0, f"{count} 个", f"{count}"


def _oldest_writer(store: Store) -> Seen:
    """On PostgreSQL a forgotten open transaction holds the feed back, wherever in the cluster it is."""
    if store.dialect != "postgresql":
        return True, "SQLite：写入依次进行", "SQLite: one writer at a time"
    statement = text(
        "SELECT max(extract(epoch FROM now() - xact_start)) FROM pg_stat_activity "
        "WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
    )
    with store.read(ALL) as uow:
        seconds = float(uow.conn.execute(statement).scalar_one() or 0.0)
    return seconds < WRITER_ALLOWED.total_seconds(), f"已进行 {seconds:.0f} 秒", f"open for {seconds:.0f} s"


def _generation(store: Store) -> Seen:
    from dashboards.marts import reader

    pointer = reader.pointer()
    missing = [name for name, relative in pointer.files if not (reader.published() / relative).is_file()]
    if missing:
        return False, f"批次 #{pointer.generation} 缺少文件：{'、'.join(missing)}", f"generation #{pointer.generation} lacks {', '.join(missing)}"
    return True, f"批次 #{pointer.generation}，{len(pointer.files)} 个文件", f"#{pointer.generation}, {len(pointer.files)} files"


def _lag(store: Store) -> Seen:
    """Changes the numbers do not show yet are well as long as they are younger than a few minutes."""
    with store.read(ALL) as uow:
        status = refreshes.latest(uow)
        asked = refreshes.waiting(uow)
        newest = uow.conn.execute(select(func.max(change_log.c.seq))).scalar_one()
    if status is None or status.as_of is None:
        return newest is None, "尚未刷新过", "never refreshed"
    behind = utc_now() - status.as_of
    since = local_time(status.as_of)
    ok = status.state in ("ok", "held", "running") and (asked is None or behind < LAG_ALLOWED)
    waiting_zh, waiting_en = ("有待刷新的变更", "changes waiting") if asked else ("无积压", "nothing waiting")
    return ok, f"数据截至 {since:%Y-%m-%d %H:%M:%S}，{waiting_zh}", f"numbers as of {since:%Y-%m-%d %H:%M:%S}, {waiting_en}"


def _reconciliation(store: Store) -> Seen:
    from dashboards.marts import reader
    from ingestion import accounts

    wrong: list[str] = []
    pointer = reader.pointer()
    with store.read(ALL) as uow:
        codes = [row.code for row in uow.conn.execute(select(university.c.code).where(university.c.kind == "university"))]
        for code in codes:
            if pointer.path_of(code) is None:
                wrong.append(code)
                continue
            meta = reader.open_for(accounts.system_principal(uow, code)).meta
            if not meta.reconciled or meta.held_reason:
                wrong.append(code)
    if wrong:
        return False, f"与数据库不一致或未更新：{'、'.join(wrong)}", f"differs from the store or held back: {', '.join(wrong)}"
    return True, f"{len(codes)} 所高校与数据库一致", f"{len(codes)} universities equal the store"


def _attachments(store: Store) -> Seen:
    """Every attachment has its content; contents nobody names are no fault, the worker clears them away."""
    from ingestion.attachments import upkeep

    report = upkeep.examine(store)
    wrong = [*report.lost, *report.damaged]
    if wrong:
        one = wrong[0]
        return (
            False,
            f"{len(wrong)} 个附件的内容缺失或损坏，如 {one.university_code} 记录 {one.record_id} “{one.name}”（yanshu attachments check 列出全部）",
            f"the content of {len(wrong)} attachments is lost or damaged, as {one.university_code} record {one.record_id} “{one.name}” (yanshu attachments check lists them)",
        )
    return (
        True,
        f"{report.contents:,} 个内容，{report.size / 2**20:.1f} MB；无引用 {report.orphans:,} 个",
        f"{report.contents:,} contents, {report.size / 2**20:.1f} MB; {report.orphans:,} nobody names",
    )


def _processes(store: Store) -> Seen:
    running = {name: processes.running(name) for name in processes.NAMES}
    if not any(running.values()):
        return True, "未运行（yanshu serve 启动）", "not running (yanshu serve starts them)"
    used = processes.memory()
    missing = [name for name, pid in running.items() if pid is None]
    total = sum(used.values()) / 2**20
    shown = "，".join(f"{name} {size / 2**20:.0f} MB" for name, size in used.items())
    if missing:
        return False, f"未运行：{'、'.join(missing)}；{shown}", f"not running: {', '.join(missing)}; {shown}"
    return True, f"{shown}，共 {total:.0f} MB", f"{shown}, {total:.0f} MB in all"


def _disk(_store: Store) -> Seen:
    folder = next(path for path in _upwards(home()) if path.exists())
    free = shutil.disk_usage(folder).free
    return free >= DISK_NEEDED, f"可用 {free / 2**30:.1f} GB", f"{free / 2**30:.1f} GB free"


def _upwards(path: Path) -> Iterator[Path]:
    yield path
    yield from path.parents
