"""After an import: is what stands here what the bundle brought? Rows, records, archived versions, files, the audit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from ingestion.attachments import blobs
from ingestion.documents import sha256
from ingestion.exchange.exit_bundle import personal, verify
from ingestion.exchange.exit_bundle.contents import carried
from ingestion.exchange.exit_bundle.loading import ARCHIVED, Loaded
from ingestion.exchange.exit_bundle.opening import Bundle
from ingestion.store import platform as p
from ingestion.store.engine import ALL, Store, UnitOfWork

SHOWN = 1000


@dataclass
class Comparison:
    """``compared`` things of which ``equal`` are; the first differences as (what, brought, here)."""

    key: str
    zh: str
    en: str
    compared: int = 0
    equal: int = 0
    differences: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.compared == self.equal

    def add(self, what: object, brought: object, here: object, same: bool | None = None) -> None:
        self.compared += 1
        if brought == here if same is None else same:
            self.equal += 1
        elif len(self.differences) < SHOWN:
            self.differences.append((str(what), "—" if brought is None else str(brought), "—" if here is None else str(here)))

    def mappings(self, brought: Mapping[Any, Any], here: Mapping[Any, Any], name: Callable[[Any], str] = str) -> Comparison:
        """Key by key, those of either side."""
        for key in sorted({*brought, *here}, key=lambda k: (str(type(k)), str(k))):
            self.add(name(key), brought.get(key), here.get(key))
        return self


def compare(store: Store, bundle: Bundle, loaded: Loaded) -> list[Comparison]:
    """Everything but the figures, which only the machine can make; before anything else is done here."""
    with store.read(ALL) as uow:
        return [
            _rows(uow, bundle, {"code_item": loaded.codes, "finding": loaded.birth_years}),
            _records(uow, bundle),
            _versions(uow, bundle),
            _attachments(uow, bundle),
            _audit(uow, bundle),
        ]


def _rows(uow: UnitOfWork, bundle: Bundle, added: Mapping[str, int]) -> Comparison:
    out = Comparison("rows", "各数据表行数", "Rows by table")
    origin = bundle.manifest["store_id"][:16]
    for table in carried():
        brought = bundle.table(table.name)
        if brought is None:
            continue
        target, where = table.table, table.own(bundle.code)
        if table.name in ARCHIVED:
            target = ARCHIVED[table.name][0]
            where = (target.c.university_code == bundle.code) & (target.c.store_id == origin)
        elif target in [archive for archive, _, _ in ARCHIVED.values()]:
            where &= target.c.store_id != origin  # what was an archive there already
        here = uow.conn.scalar(select(func.count()).select_from(target).where(where))
        out.add(table.zh, brought["rows"] + added.get(table.name, 0), here)
    return out


def _records(uow: UnitOfWork, bundle: Bundle) -> Comparison:
    c = p.record.c
    grain = (c.type, c.state, c.filed_year, c.in_statistics)
    found = uow.conn.execute(select(*grain, func.count()).where(c.university_code == bundle.code).group_by(*grain))
    here = {tuple(row)[:4]: row[4] for row in found}
    brought = {(row["type"], row["state"], row["filed_year"], row["in_statistics"]): row["records"] for row in bundle.rows("record_counts", "figures")}
    out = Comparison("records", "记录数（类型×状态×年度）", "Records by type, state and year")
    return out.mappings(brought, here, lambda key: " ".join("—" if part is None else str(part) for part in key))


def _versions(uow: UnitOfWork, bundle: Bundle) -> Comparison:
    """Each archived version has the hash it had; where personal numbers are inside, the hash of what is stored."""
    out = Comparison("versions", "历史版本校验值", "Hashes of archived versions")
    c = p.record_version.c
    query = select(c.id, c.sha256, c.document, p.record.c.type).join(p.record, p.record.c.id == c.record_id).where(c.university_code == bundle.code)
    brought = {row["id"]: row["sha256"] for row in bundle.rows("record_version")}
    for row in uow.conn.execute(query, execution_options={"yield_per": 2000}):
        before = brought.pop(row.id, None)
        stored = sha256(row.document) == row.sha256
        out.add(row.id, before, row.sha256, same=stored and before is not None and (before == row.sha256 or personal.is_treated(row.type)))
    for missing, before in brought.items():
        out.add(missing, before, None)
    return out


def _attachments(uow: UnitOfWork, bundle: Bundle) -> Comparison:
    """Every stored content is read again and its hash taken; what the bundle lacked is missing here too."""
    out = Comparison("attachments", "附件校验值", "Hashes of attachments")
    seen: dict[str, str | None] = {}
    for row in bundle.rows("attachments", "files"):
        content, brought = row["sha256"], row["sha256"] if row["state"] == "ok" else None
        if content not in seen:
            seen[content] = _hash(content)
        out.add(row["path"] or row["name"], brought, seen[content])
    return out


def _hash(content: str) -> str | None:
    """The hash of a stored content, None where it is missing."""
    hasher = hashlib.sha256()
    try:
        for piece in blobs.chunks(content):
            hasher.update(piece)
    except FileNotFoundError:
        return None
    except blobs.Damaged:
        return "damaged"
    return hasher.hexdigest()


def _audit(uow: UnitOfWork, bundle: Bundle) -> Comparison:
    """The archived log is unbroken: entries against their blocks, blocks against each other."""
    out = Comparison("audit", "操作日志封存链", "Sealed audit log")
    problems = [f"{zh} {en}" for zh, en in archive_problems(uow, bundle.code, bundle.manifest["store_id"][:16])]
    count = uow.conn.scalar(select(func.count()).select_from(p.archived_audit_row).where(p.archived_audit_row.c.university_code == bundle.code))
    out.equal = max(int(count or 0) - len(problems), 0)
    out.compared = out.equal + len(problems)
    out.differences = [(problem, "", "") for problem in problems[:SHOWN]]
    return out


_SAID = (
    (re.compile(r"block (\d+) does not follow the one before"), "封存区块 {} 与前一区块不相连。"),
    (re.compile(r"block (\d+) was changed"), "封存区块 {} 已被改动。"),
    (re.compile(r"audit entry (\d+) was changed"), "操作日志 {} 已被改动。"),
    (re.compile(r"audit entry (\d+) is in no block"), "操作日志 {} 不在任何封存区块中。"),
)


def _in_chinese(problem: str) -> str:
    for pattern, said in _SAID:
        if found := pattern.fullmatch(problem):
            return said.format(found.group(1))
    return problem


def archive_problems(uow: UnitOfWork, code: str, store_id: str) -> Iterator[tuple[str, str]]:
    """What is wrong with an archived log, in sentences (zh, en)."""
    rows, blocks = p.archived_audit_row.c, p.archived_audit_block.c
    leaves: dict[int, str] = {}
    found = uow.conn.execute(select(p.archived_audit_row).where(rows.university_code == code, rows.store_id == store_id))
    for row in found:
        values = {**row._mapping, "id": row.row_id, "at": row.at.isoformat(timespec="microseconds")}
        leaves[row.row_id] = verify.leaf(values)
    sealed = uow.conn.execute(
        select(blocks.block_id.label("id"), blocks.rows, blocks.leaves, blocks.previous_hash, blocks.hash)
        .where(blocks.university_code == code, blocks.store_id == store_id)
        .order_by(blocks.block_id)
    )
    for problem in verify.chain(leaves, (dict(row._mapping) for row in sealed)):
        yield _in_chinese(problem), problem[0].upper() + problem[1:] + "."


def archived(uow: UnitOfWork) -> list[tuple[str, str]]:
    """The logs brought from other installations: (university, installation). Scope ``"*"``."""
    c = p.archived_audit_block.c
    return [(row.university_code, row.store_id) for row in uow.conn.execute(select(c.university_code, c.store_id).distinct().order_by(c.university_code, c.store_id))]
